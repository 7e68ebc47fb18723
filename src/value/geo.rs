//! Points on Earth.

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
}

impl fmt::Display for Geo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.lat, self.lon)
    }
}
