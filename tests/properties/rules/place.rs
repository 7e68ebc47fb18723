//! Places, and samples of customers.

use super::{Generator, Kind, Level, Piece, expression::call};

impl Generator<'_, '_> {
    /// `within 5 km of` a point or another place, where there is a place.
    pub(super) fn near(&mut self) -> Option<Piece> {
        let operand = self.place()?;
        let of = if self.choices.one_in(2) {
            self.note("within a distance of a point");
            self.point()
        } else {
            self.note("within a distance of a place");
            self.place()?
        };
        let radii = ["500 m", "5 km", "0.5 mi", "3_000 mi", "12_000 km", "20_016 km"];
        let radius = *self.choices.pick(&radii);
        let not = if self.choices.one_in(2) {
            self.note("not within a distance");
            "not "
        } else {
            ""
        };
        let text = format!("{} {not}within {radius} of {}", operand.text, of.text);
        Some(Piece::new(Level::Comparison, text))
    }

    /// The way between two places.
    pub(super) fn distance(&mut self) -> Option<Piece> {
        if self.portable {
            return None;
        }
        let one = self.place()?;
        let other = if self.choices.one_in(2) {
            self.point()
        } else {
            self.place()?
        };
        self.note("distance");
        Some(call("distance", &[one, other]))
    }

    /// A place of the row, or a point where it has none.
    fn place(&mut self) -> Option<Piece> {
        let place = self.slot(&Kind::Geo)?;
        if self.choices.one_in(6) {
            let point = self.point();
            return Some(call("default", &[place, point]));
        }
        Some(place)
    }

    fn point(&mut self) -> Piece {
        let (lat, lon) = *self.choices.pick(&self.palette.places);
        Piece::primary(format!("({lat:?}, {lon:?})"))
    }

    pub(super) fn in_sample(&mut self) -> Piece {
        let salt = self.choices.below(50);
        let shares = [
            ("in sample", "50%"),
            ("in sample", "12.3456%"),
            ("in sample", "87.5%"),
            ("slice of a sample", "20%..50%"),
            ("slice of a sample", "0.0001%..60%"),
            ("slice of a sample", "50%..100%"),
        ];
        let (construct, share) = *self.choices.pick(&shares);
        self.note(construct);
        let not = self.maybe_not("not in sample");
        Piece::new(Level::Not, format!("{not}in sample {share} of \"salt {salt}\""))
    }
}
