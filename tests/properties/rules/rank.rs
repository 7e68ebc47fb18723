//! A customer among the others: `in top`, `in bottom`, `quantile`.

use super::{Generator, Kind, Level, Piece};

impl Generator<'_, '_> {
    /// A comparison with the population; none for items, and none inside another one.
    pub(super) fn rank(&mut self, depth: usize) -> Option<Piece> {
        if self.item.is_some() || self.compared {
            return None;
        }
        if self.choices.one_in(3) {
            return self.of_quantile(depth);
        }
        let operand = self.rankable(depth);
        let top = self.choices.one_in(2);
        self.note(if top { "in top" } else { "in bottom" });
        let negated = self.choices.one_in(3);
        if negated {
            self.note("not before a rank");
        }
        let not = if negated { "not " } else { "" };
        let side = if top { "top" } else { "bottom" };
        let share = *self
            .choices
            .pick(&["50%", "30%", "10%", "25.5%", "66.6667%", "100%", "0.0001%"]);
        Some(Piece::new(
            Level::Comparison,
            format!("{} {not}in {side} {share}", operand.at(Level::Sum)),
        ))
    }

    fn of_quantile(&mut self, depth: usize) -> Option<Piece> {
        let quantile = self.quantile(depth)?;
        let part = 1 + self.choices.below(4);
        let test = match self.choices.below(6) {
            0 => format!("= {part}"),
            1 => format!(">= {part}"),
            2 => format!("< {part}"),
            3 => format!("between {part} and {}", part + 1),
            4 => format!("in [1, {part}, 9]"),
            _ => "is known".to_owned(),
        };
        Some(Piece::new(
            Level::Comparison,
            format!("{} {test}", quantile.at(Level::Sum)),
        ))
    }

    /// The part of the population in which a value lies.
    pub(super) fn quantile(&mut self, depth: usize) -> Option<Piece> {
        if self.item.is_some() || self.compared {
            return None;
        }
        let operand = self.rankable(depth);
        self.note("quantile");
        let parts = *self.choices.pick(&[2, 3, 5, 10, 1000]);
        Some(Piece::primary(format!("quantile({}, {parts})", operand.text)))
    }

    /// A number or a time that may be compared with those of others.
    fn rankable(&mut self, depth: usize) -> Piece {
        let kinds = [
            Kind::Int,
            Kind::Decimal,
            Kind::Float,
            Kind::Date,
            Kind::DateTime,
            Kind::Duration,
        ];
        let kind = self.choices.pick(&kinds).clone();
        self.comparable(|it| it.value(&kind, depth))
    }
}
