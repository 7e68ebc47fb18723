//! Stretches of time, for collections and for attributes.

use super::{Generator, Kind, Level, Piece, literal::day};

/// What a window is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Events,
    Instant,
    Day,
}

impl Generator<'_, '_> {
    /// A window as it stands after what it is asked of, and whether `not` may stand before it.
    pub(super) fn window(&mut self, of: Of, depth: usize) -> (String, bool) {
        match self.choices.below(13) {
            8 => {
                self.note(match of {
                    Of::Events => "events in last months",
                    Of::Instant => "datetime in last months",
                    Of::Day => "date in last months",
                });
                (
                    format!("in last {}", self.choices.pick(&self.palette.steps)),
                    true,
                )
            }
            9 if of != Of::Events => {
                self.note(if of == Of::Day {
                    "date in next months"
                } else {
                    "datetime in next months"
                });
                (
                    format!("in next {}", self.choices.pick(&self.palette.steps)),
                    true,
                )
            }
            9 | 10 => {
                self.note(match of {
                    Of::Events => "events in a period",
                    Of::Instant => "datetime in a period",
                    Of::Day => "date in a period",
                });
                let steps = ["this", "previous", "the next"];
                let step = self.choices.pick(&steps[..if of == Of::Events { 2 } else { 3 }]);
                let unit = self.choices.pick(&["day", "week", "month", "quarter", "year"]);
                (format!("in {step} {unit}"), true)
            }
            11 => {
                self.note(match of {
                    Of::Events => "events in calendar days",
                    Of::Instant => "datetime in calendar days",
                    Of::Day => "date in calendar days",
                });
                let days = 1 + self.choices.below(40);
                let plural = if days == 1 { "" } else { "s" };
                let past = of == Of::Events || self.choices.one_in(2);
                let word = if past { "last" } else { "next" };
                (format!("in {word} {days} calendar day{plural}"), true)
            }
            0 | 1 => {
                self.note(match of {
                    Of::Events => "events in last",
                    Of::Instant => "datetime in last",
                    Of::Day => "date in last",
                });
                let the = if self.choices.one_in(12) { "the " } else { "" };
                (format!("in {the}last {}", self.span(of)), true)
            }
            // Events to come do not exist, so of those it would always be false.
            2 | 3 if of != Of::Events => {
                self.note(if of == Of::Day {
                    "date in next"
                } else {
                    "datetime in next"
                });
                (format!("in next {}", self.span(of)), true)
            }
            4 => {
                self.note(match of {
                    Of::Events => "events before",
                    Of::Instant => "datetime before",
                    Of::Day => "date before",
                });
                (format!("before {}", self.bound(of, depth)), false)
            }
            5 => {
                self.note(match of {
                    Of::Events => "events after",
                    Of::Instant => "datetime after",
                    Of::Day => "date after",
                });
                (format!("after {}", self.bound(of, depth)), false)
            }
            6 => {
                self.note(match of {
                    Of::Events => "events since",
                    Of::Instant => "datetime since",
                    Of::Day => "date since",
                });
                (format!("since {}", self.bound(of, depth)), false)
            }
            _ => {
                self.note(match of {
                    Of::Events => "events between",
                    Of::Instant => "datetime between",
                    Of::Day => "date between",
                });
                let (low, high) = (self.bound(of, depth), self.bound(of, depth));
                (format!("between {low} and {high}"), true)
            }
        }
    }

    /// `today` and its like, which follow `is` on an attribute.
    pub(super) fn day_window(&mut self, of: Of) -> &'static str {
        self.note(match of {
            Of::Events => "events today",
            Of::Instant => "datetime is today",
            Of::Day => "date is today",
        });
        let days = ["today", "yesterday", "tomorrow"];
        days[self.choices.below(if of == Of::Events { 2 } else { 3 })]
    }

    fn span(&mut self, of: Of) -> String {
        let spans = &self.palette.spans;
        let fitting: Vec<_> = spans.iter().filter(|it| of != Of::Day || it.is_days()).collect();
        self.choices.pick(&fitting).to_string()
    }

    fn bound(&mut self, of: Of, depth: usize) -> String {
        if of == Of::Day {
            return self.bound_of_days(depth);
        }
        match self.choices.below(9) {
            8 => {
                self.note("instant bound: months");
                self.step()
            }
            0 => {
                self.note("instant bound: datetime literal");
                self.instant_literal()
            }
            1 => {
                self.note("instant bound: day literal");
                let date = *self.choices.pick(&self.palette.dates);
                day(date).text
            }
            2 | 3 => {
                self.note("instant bound: ago");
                format!("{} ago", self.span(of))
            }
            4 => {
                self.note("instant bound: from now");
                format!("{} from now", self.span(of))
            }
            5 => {
                self.note("instant bound: day of the customer");
                self.value(&Kind::Date, depth.min(1)).at(Level::Sum)
            }
            6 => {
                self.note("instant bound: instant of the customer");
                self.slot(&Kind::DateTime)
                    .unwrap_or_else(|| Piece::primary("now"))
                    .at(Level::Sum)
            }
            _ => {
                self.note("instant bound: calculation");
                self.value(&Kind::DateTime, depth.min(1)).at(Level::Sum)
            }
        }
    }

    fn step(&mut self) -> String {
        let direction = if self.choices.one_in(3) { "from now" } else { "ago" };
        format!("{} {direction}", self.choices.pick(&self.palette.steps))
    }

    fn bound_of_days(&mut self, depth: usize) -> String {
        match self.choices.below(6) {
            5 => {
                self.note("day bound: months");
                self.step()
            }
            0 => {
                self.note("day bound: literal");
                let date = *self.choices.pick(&self.palette.dates);
                day(date).text
            }
            1 => {
                self.note("day bound: ago");
                format!("{} ago", self.span(Of::Day))
            }
            2 => {
                self.note("day bound: from now");
                format!("{} from now", self.span(Of::Day))
            }
            _ => {
                self.note("day bound: day of the customer");
                self.value(&Kind::Date, depth.min(1)).at(Level::Sum)
            }
        }
    }
}
