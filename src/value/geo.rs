//! Points on Earth, and how far apart they are.
//!
//! Earth is a sphere of radius [`Geo::EARTH_RADIUS`]. A point is its unit vector, each coordinate rounded to 10⁻⁸, which is
//! six centimetres; from there on whether two points lie within a distance is decided in whole numbers, so that everything
//! that evaluates a condition agrees on it. Sines come from the crate `libm`, which calculates in the same steps on every
//! platform, where those of the platform may differ in the last digit.

use std::fmt;

/// Latitude and longitude in degrees.
///
/// ```
/// # use audience::Geo;
/// assert!(Geo::new(40.4168, -3.7038).is_some());
/// assert!(Geo::new(91.0, 0.0).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Geo {
    lat: f64,
    lon: f64,
}

impl Geo {
    /// The radius of the sphere that distances are measured on, in metres: the mean radius of Earth.
    ///
    /// ```
    /// # use audience::Geo;
    /// let quarter = Geo::new(0.0, 0.0).zip(Geo::new(90.0, 0.0)).map(|(equator, pole)| equator.distance_to(pole));
    /// assert!((quarter.unwrap() / Geo::EARTH_RADIUS - std::f64::consts::FRAC_PI_2).abs() < 1e-8);
    /// ```
    pub const EARTH_RADIUS: f64 = 6_371_008.8;

    /// The point, unless the latitude is outside ±90 or the longitude outside ±180.
    #[must_use]
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some(Self { lat, lon })
    }

    /// Degrees north of the equator.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east of Greenwich.
    #[must_use]
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// The distance to another point along the surface, in metres: what `distance(a, b)` gives.
    ///
    /// With E the radius of Earth it is 2 E asin(chord / 2), where the chord joins the rounded unit vectors. It is a
    /// decimetre off at most, except for points nearly opposite each other, where it may be a kilometre or two.
    ///
    /// ```
    /// # use audience::Geo;
    /// let madrid = Geo::new(40.4168, -3.7038).unwrap();
    /// let lisbon = Geo::new(38.7223, -9.1393).unwrap();
    /// assert_eq!(madrid.distance_to(lisbon).round(), 502_448.0);
    /// assert_eq!(madrid.distance_to(madrid), 0.0);
    /// ```
    #[must_use]
    pub fn distance_to(self, other: Self) -> f64 {
        let squared = self.direction().squared_chord(other.direction());
        #[expect(clippy::cast_precision_loss, reason = "sixteen digits of seventeen are kept")]
        let chord = (squared as f64).sqrt() / UNITS;
        2.0 * Self::EARTH_RADIUS * libm::asin((chord / 2.0).min(1.0))
    }

    /// Tells whether another point is at most so many metres away: what `within 5 km of` asks.
    ///
    /// The squared chord between the rounded unit vectors, a whole number of 10⁻¹⁶, is compared with
    /// ⌊(2 sin(metres / 2E))² · 10¹⁶⌋, calculated in `f64`; from half the way around Earth on, every point is within. Fewer
    /// than no metres reach nothing.
    ///
    /// ```
    /// # use audience::Geo;
    /// let madrid = Geo::new(40.4168, -3.7038).unwrap();
    /// let toledo = Geo::new(39.8628, -4.0273).unwrap();
    /// assert!(madrid.is_within(70_000.0, toledo));
    /// assert!(!madrid.is_within(60_000.0, toledo));
    /// assert!(madrid.is_within(0.0, madrid));
    /// ```
    #[must_use]
    pub fn is_within(self, metres: f64, of: Self) -> bool {
        metres >= 0.0 && self.direction().squared_chord(of.direction()) <= squared_chord_within(metres)
    }

    /// Its unit vector, each coordinate rounded to 10⁻⁸, half away from zero, and counted in units of it: x towards latitude 0, longitude 0,
    /// y towards longitude 90° east, z towards the north pole. Each is from -10⁸ to 10⁸. It is how a database keeps a place.
    ///
    /// ```
    /// # use audience::Geo;
    /// let madrid = Geo::new(40.4168, -3.7038).unwrap();
    /// assert_eq!(madrid.coordinates(), (75_975_804, -4_918_195, 64_834_317));
    /// ```
    #[must_use]
    pub fn coordinates(self) -> (i32, i32, i32) {
        self.direction().coordinates()
    }

    /// Where the point lies as seen from the centre of Earth.
    pub(crate) fn direction(self) -> Direction {
        let (height, ring) = self.height();
        self.at_height(height, ring)
    }

    /// The coordinate along the axis of Earth, and how far from the axis the point is.
    fn height(self) -> (i32, f64) {
        let (sin, cos) = libm::sincos(self.lat.to_radians());
        (rounded(sin), cos)
    }

    fn at_height(self, z: i32, ring: f64) -> Direction {
        let (sin, cos) = libm::sincos(self.lon.to_radians());
        Direction {
            x: rounded(ring * cos),
            y: rounded(ring * sin),
            z,
        }
    }
}

impl fmt::Display for Geo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.lat, self.lon)
    }
}

/// Coordinates are counted in so many parts of one.
const UNITS: f64 = 1e8;

/// A unit vector with coordinates in units of 10⁻⁸.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Direction {
    x: i32,
    y: i32,
    z: i32,
}

impl Direction {
    /// The square of the straight line through Earth between two points, in units of 10⁻¹⁶.
    pub(crate) fn squared_chord(self, other: Self) -> u64 {
        squared(self.x, other.x) + squared(self.y, other.y) + squared(self.z, other.z)
    }

    /// In units of 10⁻⁸.
    pub(crate) fn coordinates(self) -> (i32, i32, i32) {
        (self.x, self.y, self.z)
    }

    /// Tells whether the squared chord to a place is at most so much. Places much further north or south take one sine, all
    /// others two more.
    pub(crate) fn reaches(self, place: Geo, within: u64) -> bool {
        let (height, ring) = place.height();
        squared(self.z, height) <= within && self.squared_chord(place.at_height(height, ring)) <= within
    }
}

/// The greatest squared chord, in units of 10⁻¹⁶, between points at most so many metres apart.
pub(crate) fn squared_chord_within(metres: f64) -> u64 {
    if metres >= std::f64::consts::PI * Geo::EARTH_RADIUS {
        return u64::MAX;
    }
    let chord = 2.0 * libm::sin(metres / (2.0 * Geo::EARTH_RADIUS));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most four times 10¹⁶, and cut off on purpose"
    )]
    let units = (chord * chord * (UNITS * UNITS)) as u64;
    units
}

/// A coordinate in units of 10⁻⁸, rounded half away from zero.
fn rounded(coordinate: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "between -10⁸ and 10⁸")]
    let units = (coordinate * UNITS).round() as i32;
    units
}

fn squared(a: i32, b: i32) -> u64 {
    let difference = u64::from(a.abs_diff(b));
    difference * difference
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{Geodesic, InverseGeodesic};
    use proptest::prelude::*;

    use super::*;

    fn at(lat: f64, lon: f64) -> Geo {
        Geo::new(lat, lon).expect("on Earth")
    }

    /// The same distance by an ellipsoid's geodesics, here of a sphere; not ours, and in other steps.
    fn geodesic(one: Geo, other: Geo) -> f64 {
        let sphere = Geodesic::new(Geo::EARTH_RADIUS, 0.0);
        sphere.inverse(one.lat, one.lon, other.lat, other.lon)
    }

    #[test]
    fn distances_are_the_published_ones() {
        // As published to the kilometre, on an ellipsoid or a slightly different sphere: half a per cent apart at most.
        for (from, to, kilometres) in [
            ((40.4168, -3.7038), (41.3874, 2.1686), 505.0),
            ((51.5074, -0.1278), (48.8566, 2.3522), 344.0),
            ((40.7128, -74.0060), (34.0522, -118.2437), 3_936.0),
            ((-33.8688, 151.2093), (-37.8136, 144.9631), 713.0),
            ((51.5074, -0.1278), (40.7128, -74.0060), 5_570.0),
            ((35.6762, 139.6503), (37.7749, -122.4194), 8_270.0),
        ] {
            let found = at(from.0, from.1).distance_to(at(to.0, to.1)) / 1000.0;
            assert!(
                (found / kilometres - 1.0).abs() < 0.005,
                "{found} for {kilometres}"
            );
        }
        // Nashville to Los Angeles, worked out for a radius of 6371 km by many programs.
        let found = at(36.12, -86.67).distance_to(at(33.94, -118.4)) / Geo::EARTH_RADIUS * 6_371_000.0;
        assert!((found - 2_886_444.442_838).abs() < 0.2, "{found}");
    }

    /// [place-6] [place-7]
    #[test]
    fn points_are_unit_vectors_in_parts_of_a_hundred_million() {
        for ((lat, lon), expected) in [
            ((0.0, 0.0), (100_000_000, 0, 0)),
            ((0.0, 90.0), (0, 100_000_000, 0)),
            ((0.0, -90.0), (0, -100_000_000, 0)),
            ((0.0, 180.0), (-100_000_000, 0, 0)),
            ((0.0, -180.0), (-100_000_000, 0, 0)),
            ((90.0, 12.3), (0, 0, 100_000_000)),
            ((-90.0, 0.0), (0, 0, -100_000_000)),
            ((30.0, 60.0), (43_301_270, 75_000_000, 50_000_000)),
            ((-0.0, -0.0), (100_000_000, 0, 0)),
            ((40.4168, -3.7038), (75_975_804, -4_918_195, 64_834_317)),
        ] {
            assert_eq!(at(lat, lon).direction().coordinates(), expected, "{lat} {lon}");
        }
        assert_eq!(rounded(0.500_000_005), 50_000_001);
        assert_eq!(rounded(-0.500_000_005), -50_000_001);
    }

    /// [place-6] The greatest squared chords, worked out to fifty digits elsewhere.
    #[test]
    fn distances_become_chords() {
        for (metres, expected) in [
            (1.0, 246),
            (1000.0, 246_367_597),
            (5000.0, 6_159_189_644),
            (1_609.344, 638_089_147),
            (1_000_000.0, 245_862_205_364_344),
            (std::f64::consts::PI * Geo::EARTH_RADIUS, u64::MAX),
            (1e300, u64::MAX),
        ] {
            let found = squared_chord_within(metres);
            assert!(found.abs_diff(expected) <= expected >> 52, "{metres}: {found}");
        }
        assert!(squared_chord_within(20_015_000.0) < 40_000_000_000_000_000);
    }

    #[test]
    fn the_edge_is_within_and_the_poles_are_one_place() {
        assert!(at(90.0, 0.0).is_within(1.0, at(90.0, 179.0)));
        assert!(at(10.0, 180.0).is_within(0.0, at(10.0, -180.0)));
        assert!(at(0.0, 0.0).is_within(20_015_115.0, at(0.0, 180.0)));
        assert!(!at(0.0, 0.0).is_within(20_000_000.0, at(0.0, 180.0)));
        assert!(!at(0.0, 0.0).is_within(-1.0, at(0.0, 0.0)));
        assert!(!at(0.0, 0.0).is_within(f64::NAN, at(0.0, 0.0)));
        assert!(at(5.0, 5.0).is_within(f64::INFINITY, at(-5.0, -175.0)));
        let half_way_around = at(0.0, 0.0).distance_to(at(0.0, 180.0));
        assert_eq!(
            half_way_around.to_bits(),
            (std::f64::consts::PI * Geo::EARTH_RADIUS).to_bits()
        );
        // Exactly the squared chord between the two is within, and one less is not.
        let (one, other) = (at(40.4168, -3.7038), at(40.45, -3.69));
        let chord = one.direction().squared_chord(other.direction());
        assert!(one.direction().reaches(other, chord));
        assert!(!one.direction().reaches(other, chord - 1));
    }

    fn place() -> impl Strategy<Value = Geo> {
        (-90.0..=90.0_f64, -180.0..=180.0_f64).prop_map(|(lat, lon)| at(lat, lon))
    }

    /// Mostly near the place given, as customers of one town are.
    fn pair() -> impl Strategy<Value = (Geo, Geo)> {
        (place(), place(), prop_oneof![Just(1.0), Just(1e-2), Just(1e-4)]).prop_map(|(one, other, scale)| {
            let between = |from: f64, to: f64| from + (to - from) * scale;
            (one, at(between(one.lat, other.lat), between(one.lon, other.lon)))
        })
    }

    /// How far a distance may be off because places are rounded: each coordinate is off by half a unit at most, so the chord
    /// of two places by √3 units, and the distance is the steeper in the chord the nearer it comes to half way around.
    fn off_by_rounding(metres: f64) -> f64 {
        let chord = 2.0 * (metres / (2.0 * Geo::EARTH_RADIUS)).sin();
        let off = 3.0_f64.sqrt() / UNITS;
        let along = |chord: f64| 2.0 * Geo::EARTH_RADIUS * (chord / 2.0).clamp(0.0, 1.0).asin();
        // A hair for the arithmetic of both sides.
        (along(chord + off) - metres).max(metres - along(chord - off)) + 1e-3
    }

    proptest! {
        #[test]
        fn distances_are_those_of_geodesics_on_a_sphere((one, other) in pair()) {
            let expected = geodesic(one, other);
            let found = one.distance_to(other);
            let off = off_by_rounding(expected);
            prop_assert!((found - expected).abs() <= off, "{} for {} ± {}", found, expected, off);
            prop_assert_eq!(found.to_bits(), other.distance_to(one).to_bits());
        }

        #[test]
        fn what_is_within_is_so_by_geodesics((one, other) in pair(), factor in 0.5..1.5_f64) {
            let distance = geodesic(one, other);
            let metres = distance * factor;
            prop_assume!((metres - distance).abs() > off_by_rounding(distance));
            prop_assert_eq!(one.is_within(metres, other), distance <= metres);
            let chord = squared_chord_within(metres);
            prop_assert_eq!(one.direction().reaches(other, chord), distance <= metres);
            prop_assert_eq!(other.is_within(metres, one), distance <= metres);
        }

        /// The short way out over the axis changes nothing.
        #[test]
        fn reaching_is_comparing_the_chord((one, other) in pair(), within in 0..40_000_000_000_000_000_u64) {
            let chord = one.direction().squared_chord(other.direction());
            prop_assert_eq!(one.direction().reaches(other, within), chord <= within);
            prop_assert!(one.direction().reaches(other, chord));
        }
    }
}
