//! Values: attributes, calculations, functions, `case`.

use std::sync::Arc;

use super::{
    Generator, Kind, Level, Piece,
    schema::{Slot, name},
};

impl Generator<'_, '_> {
    /// The value of a trait: of any kind that a trait may have.
    pub(super) fn any_value(&mut self) -> (Kind, Piece) {
        let kind = match self.choices.below(12) {
            1 => Kind::Bool,
            2 => Kind::Decimal,
            3 => Kind::Text,
            4 => Kind::Float,
            5 => Kind::Date,
            6 => Kind::DateTime,
            7 => Kind::Duration,
            8..=10 => {
                let (words, piece) = self.case_of_words(1);
                return (Kind::Words(words), piece);
            }
            _ => {
                let quantile = if self.choices.one_in(3) {
                    self.quantile(2)
                } else {
                    None
                };
                let piece = quantile.unwrap_or_else(|| self.value(&Kind::Int, 2));
                return (Kind::Int, piece);
            }
        };
        let piece = self.value(&kind, 2);
        (kind, piece)
    }

    /// A value of the kind, calculated in up to `depth` steps.
    pub(super) fn value(&mut self, kind: &Kind, depth: usize) -> Piece {
        if depth == 0 || self.choices.is_used_up() {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.choices.below(11) {
            0 => self.leaf(kind),
            1 => self.common(kind, depth),
            2..=4 if self.item.is_none() || depth > 0 && self.rows() < 2 && self.choices.one_in(2) => self
                .aggregate(kind, depth)
                .unwrap_or_else(|| self.own(kind, depth)),
            _ => self.own(kind, depth),
        }
    }

    /// A value beside another of the kind: here a literal may stand that takes its type from that one.
    pub(super) fn partner(&mut self, kind: &Kind, depth: usize) -> Piece {
        let takes = matches!(kind, Kind::Float | Kind::Words(_));
        let literal = if takes && self.choices.one_in(2) {
            self.literal(kind)
        } else {
            None
        };
        literal.unwrap_or_else(|| self.value(kind, depth))
    }

    /// A value that is not a literal: results of a `case` that are all literal words would make an enumeration.
    fn settled(&mut self, kind: &Kind, depth: usize) -> Piece {
        let piece = self.value(kind, depth);
        if *kind == Kind::Text && piece.text.starts_with(['"', '\'']) {
            // The smaller of two that are the same.
            call("min", &[piece.clone(), piece])
        } else {
            piece
        }
    }

    /// An attribute, property, trait, or a literal that has its type without looking at what it meets.
    pub(super) fn leaf(&mut self, kind: &Kind) -> Piece {
        let literal = matches!(
            kind,
            Kind::Bool
                | Kind::Int
                | Kind::Decimal
                | Kind::Text
                | Kind::Date
                | Kind::DateTime
                | Kind::Duration
        );
        match self.choices.below(6) {
            0..=3 => self.slot(kind),
            4 => self.trait_of(kind),
            _ if literal => self.literal(kind),
            _ => None,
        }
        .or_else(|| self.slot(kind))
        .or_else(|| self.trait_of(kind))
        .or_else(|| {
            let literal = if *kind == Kind::Float {
                self.literal(&Kind::Decimal)
            } else {
                self.literal(kind)
            };
            literal.map(|it| {
                if *kind == Kind::Float {
                    call("float", &[it])
                } else {
                    it
                }
            })
        })
        .expect("only places have no literal, and they are asked for where there are some")
    }

    /// An attribute or property of the kind.
    pub(super) fn slot(&mut self, kind: &Kind) -> Option<Piece> {
        let slots = self.slots();
        let fitting: Vec<&Slot> = slots
            .iter()
            .filter(|slot| Kind::of(&slot.ty).as_ref() == Some(kind))
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let slot = *self.choices.pick(&fitting);
        if slot.followed {
            self.note_outside("field of a reference");
        } else if slot.path.starts_with("customer.") {
            self.note_outside("customer.x");
        } else if slot.path.starts_with("previous.") {
            self.note_outside("previous.x");
        } else if slot.path.contains('.') {
            self.note("nested record");
        }
        Some(Piece::primary(&slot.path))
    }

    fn trait_of(&mut self, kind: &Kind) -> Option<Piece> {
        let traits = self.traits_of(kind);
        if traits.is_empty() {
            return None;
        }
        self.note("trait");
        Some(Piece::primary(self.choices.pick(&traits)))
    }

    /// What every kind has: `case` and `default`.
    fn common(&mut self, kind: &Kind, depth: usize) -> Piece {
        match self.choices.below(3) {
            0 if *kind != Kind::Geo => {
                self.note("default");
                let first = self.value(kind, depth);
                let second = self.partner(kind, depth);
                call("default", &[first, second])
            }
            1 => self.case(kind, depth, true),
            _ => self.case(kind, depth, false),
        }
    }

    fn case(&mut self, kind: &Kind, depth: usize, otherwise: bool) -> Piece {
        self.note(if otherwise {
            "case with else"
        } else {
            "case without else"
        });
        let mut text = String::from("case");
        for index in 0..=self.choices.below(2) {
            let condition = self.condition(depth.min(1));
            let value = if index == 0 {
                self.settled(kind, depth)
            } else {
                self.partner(kind, depth)
            };
            text += &format!(" when {} then {}", condition.text, value.at(Level::Sum));
        }
        if otherwise {
            text += &format!(" else {}", self.partner(kind, depth).at(Level::Sum));
        }
        Piece::primary(text + " end")
    }

    /// A `case` whose results are words makes an enumeration of them.
    pub(super) fn case_of_words(&mut self, depth: usize) -> (Arc<[Arc<str>]>, Piece) {
        self.note("case of words");
        let words: [&str; 3] = ["low", "middle", "high"];
        let condition = self.condition(depth);
        let other = self.condition(depth);
        let text = format!(
            "case when {} then \"low\" when {} then \"middle\" else \"high\" end",
            condition.text, other.text
        );
        (words.map(Arc::from).into(), Piece::primary(text))
    }

    /// What only values of this kind have.
    fn own(&mut self, kind: &Kind, depth: usize) -> Piece {
        match kind {
            Kind::Bool => {
                self.note("condition as a value");
                let condition = self.condition(depth.min(1));
                Piece::primary(format!("({})", condition.text))
            }
            Kind::Int => self.int(depth),
            Kind::Decimal => self.decimal(depth),
            Kind::Float => self.float(depth),
            Kind::Text => self.text(depth),
            Kind::Date => self.date(depth),
            Kind::DateTime => self.datetime(depth),
            Kind::Duration => self.duration(depth),
            Kind::Words(_) | Kind::Url | Kind::Ref | Kind::Geo => self.leaf(kind),
        }
    }

    fn int(&mut self, depth: usize) -> Piece {
        match self.choices.below(17) {
            0 => self.infix("int + int", (&Kind::Int, depth), "+", (&Kind::Int, depth)),
            1 => self.infix("int - int", (&Kind::Int, depth), "-", (&Kind::Int, depth)),
            2 => self.infix("int * int", (&Kind::Int, depth), "*", (&Kind::Int, depth)),
            3 => self.negated("- int", &Kind::Int, depth),
            4 => {
                let text = self.any_text(depth);
                self.call("length", text)
            }
            5 => self.size().unwrap_or_else(|| self.leaf(&Kind::Int)),
            6 => self.call_of("abs int", &Kind::Int, depth),
            7 => self.rounded(&Kind::Int, depth),
            8 => self.least_or_greatest("min max int", &Kind::Int, depth),
            9 => self.call_of("int(float)", &Kind::Float, depth),
            10 => self.call_of("int(decimal)", &Kind::Decimal, depth),
            11 => {
                let day = self.value(&Kind::Date, depth);
                self.call("years_since", day)
            }
            12 => self.call_of("days_since(date)", &Kind::Date, depth),
            13 => self.call_of("days_since(datetime)", &Kind::DateTime, depth),
            14 => self.calendar_part(&Kind::Date, depth),
            15 => self.calendar_part(&Kind::DateTime, depth),
            _ => {
                let at = self.value(&Kind::DateTime, depth);
                self.call("hour", at)
            }
        }
    }

    fn calendar_part(&mut self, of: &Kind, depth: usize) -> Piece {
        let function = *self.choices.pick(&["year", "month", "day"]);
        let operand = self.value(of, depth);
        self.note(if *of == Kind::Date {
            "parts of a date"
        } else {
            "parts of a datetime"
        });
        self.call(function, operand)
    }

    fn decimal(&mut self, depth: usize) -> Piece {
        let (int, decimal) = ((&Kind::Int, depth), (&Kind::Decimal, depth));
        match self.choices.below(17) {
            0 => self.infix("decimal + decimal", decimal, "+", decimal),
            1 => self.infix("decimal - decimal", decimal, "-", decimal),
            2 => self.infix("decimal * decimal", decimal, "*", decimal),
            3 => self.infix("decimal / decimal", decimal, "/", decimal),
            4 => self.infix("int / int", int, "/", int),
            5..=9 => {
                self.note("int with decimal");
                let (int, decimal) = (self.int_beside_decimal(depth), self.value(&Kind::Decimal, depth));
                let int_first = self.choices.one_in(2);
                let (lhs, rhs) = if int_first { (int, decimal) } else { (decimal, int) };
                let op = *self.choices.pick(&["+", "-", "*", "/"]);
                infix(&lhs, op, &rhs)
            }
            10 => self.negated("- decimal", &Kind::Decimal, depth),
            11 => self.call_of("abs decimal", &Kind::Decimal, depth),
            12 => self.rounded(&Kind::Decimal, depth),
            13 => self.least_or_greatest("min max decimal", &Kind::Decimal, depth),
            14 => {
                self.note("min max int with decimal");
                let args = [self.int_beside_decimal(depth), self.value(&Kind::Decimal, depth)];
                let function = if self.choices.one_in(2) { "max" } else { "min" };
                call(function, &args)
            }
            15 => self.call_of("decimal(int)", &Kind::Int, depth),
            _ => self.call_of("decimal(float)", &Kind::Float, depth),
        }
    }

    /// A literal becomes a decimal there, and must be in the range of one.
    pub(super) fn int_beside_decimal(&mut self, depth: usize) -> Piece {
        let int = self.value(&Kind::Int, depth);
        let range = i64::MIN / 10_000..=i64::MAX / 10_000;
        match int.text.replace('_', "").parse::<i64>() {
            Ok(literal) if !range.contains(&literal) => Piece::primary("7"),
            _ => int,
        }
    }

    fn float(&mut self, depth: usize) -> Piece {
        let float = (&Kind::Float, depth);
        match self.choices.below(11) {
            0 => self.infix("float + float", float, "+", float),
            1 => self.infix("float - float", float, "-", float),
            2 => self.infix("float * float", float, "*", float),
            3 => self.infix("float / float", float, "/", float),
            4 => self.negated("- float", &Kind::Float, depth),
            5 => self.call_of("abs float", &Kind::Float, depth),
            6 => self.rounded(&Kind::Float, depth),
            7 => self.least_or_greatest("min max float", &Kind::Float, depth),
            8 => self.call_of("float(int)", &Kind::Int, depth),
            9 => self.distance().unwrap_or_else(|| self.leaf(&Kind::Float)),
            _ => self.call_of("float(decimal)", &Kind::Decimal, depth),
        }
    }

    fn text(&mut self, depth: usize) -> Piece {
        match self.choices.below(8) {
            function @ 0..=3 if self.portable => {
                let text = self.any_text(depth);
                self.call(["domain", "trim"][function % 2], text)
            }
            function @ 0..=3 => {
                let text = self.any_text(depth);
                self.call(["lower", "upper", "trim", "domain"][function], text)
            }
            4 => self.call_of("string(int)", &Kind::Int, depth),
            5 => self.call_of("string(decimal)", &Kind::Decimal, depth),
            6 => {
                self.note("string of others");
                let kinds = [Kind::Float, Kind::Bool, Kind::Date, Kind::DateTime, Kind::Text];
                let kinds = &kinds[usize::from(self.portable)..];
                let kind = self.choices.pick(kinds).clone();
                call("string", &[self.value(&kind, depth)])
            }
            _ => self.least_or_greatest("min max text", &Kind::Text, depth),
        }
    }

    /// Text of any type that is text.
    pub(super) fn any_text(&mut self, depth: usize) -> Piece {
        match self.choices.below(8) {
            0..=4 => self.value(&Kind::Text, depth),
            5 => self.slot(&Kind::Url).unwrap_or_else(|| self.leaf(&Kind::Text)),
            _ => match self.words_slot() {
                Some((_, piece)) => piece,
                None => self.leaf(&Kind::Text),
            },
        }
    }

    /// An enumeration with its words.
    pub(super) fn words_slot(&mut self) -> Option<(Kind, Piece)> {
        let kinds: Vec<Kind> = self
            .slots()
            .iter()
            .filter_map(|slot| Kind::of(&slot.ty).filter(|kind| matches!(kind, Kind::Words(_))))
            .collect();
        if kinds.is_empty() {
            return None;
        }
        let kind = self.choices.pick(&kinds).clone();
        let piece = self.slot(&kind)?;
        Some((kind, piece))
    }

    /// The day of the week, an enumeration.
    pub(super) fn weekday(&mut self, depth: usize) -> Piece {
        let kind = if self.choices.one_in(2) {
            Kind::DateTime
        } else {
            Kind::Date
        };
        let operand = self.value(&kind, depth);
        self.call("weekday", operand)
    }

    fn date(&mut self, depth: usize) -> Piece {
        match self.choices.below(7) {
            6 => self.stepped("date ± months", &Kind::Date, depth),
            0 | 1 => self.call_of("date(datetime)", &Kind::DateTime, depth),
            2 => {
                self.note("today as a value");
                Piece::primary("today")
            }
            3 => self.least_or_greatest("min max date", &Kind::Date, depth),
            _ => {
                self.note("date ± days");
                let days: Vec<_> = self
                    .palette
                    .spans
                    .iter()
                    .filter(|it| it.is_days())
                    .copied()
                    .collect();
                let lhs = self.value(&Kind::Date, depth).at(Level::Sum);
                let sign = if self.choices.one_in(2) { '+' } else { '-' };
                Piece::new(Level::Sum, format!("{lhs} {sign} {}", self.choices.pick(&days)))
            }
        }
    }

    fn datetime(&mut self, depth: usize) -> Piece {
        let (at, span) = ((&Kind::DateTime, depth), (&Kind::Duration, depth));
        match self.choices.below(6) {
            5 => self.stepped("datetime ± months", &Kind::DateTime, depth),
            0 => self.infix("datetime ± duration", at, "+", span),
            1 => self.infix("datetime ± duration", at, "-", span),
            2 => {
                self.note("now");
                Piece::primary("now")
            }
            _ => self.least_or_greatest("min max datetime", &Kind::DateTime, depth),
        }
    }

    /// So many months, quarters or years later or earlier.
    fn stepped(&mut self, construct: &'static str, kind: &Kind, depth: usize) -> Piece {
        self.note(construct);
        let operand = self.value(kind, depth);
        let step = *self.choices.pick(&self.palette.steps);
        let sign = if self.choices.one_in(3) { '+' } else { '-' };
        let text = if sign == '+' && self.choices.one_in(4) {
            format!("{step} + {}", operand.at(Level::Product))
        } else {
            format!("{} {sign} {step}", operand.at(Level::Sum))
        };
        Piece::new(Level::Sum, text)
    }

    fn duration(&mut self, depth: usize) -> Piece {
        let (at, day, span) = (
            (&Kind::DateTime, depth),
            (&Kind::Date, depth),
            (&Kind::Duration, depth),
        );
        match self.choices.below(5) {
            0 => self.infix("datetime - datetime", at, "-", at),
            1 => self.infix("date - date", day, "-", day),
            2 => self.infix("duration ± duration", span, "+", span),
            3 => self.infix("duration ± duration", span, "-", span),
            _ => self.least_or_greatest("min max duration", &Kind::Duration, depth),
        }
    }

    fn infix(
        &mut self,
        construct: &'static str,
        lhs: (&Kind, usize),
        op: &str,
        rhs: (&Kind, usize),
    ) -> Piece {
        self.note(construct);
        let (lhs, rhs) = (self.value(lhs.0, lhs.1), self.partner(rhs.0, rhs.1));
        infix(&lhs, op, &rhs)
    }

    fn negated(&mut self, construct: &'static str, kind: &Kind, depth: usize) -> Piece {
        self.note(construct);
        // The sign before digits would belong to the literal.
        let operand = self.slot(kind).unwrap_or_else(|| self.value(kind, depth));
        Piece::new(Level::Sign, format!("-{}", operand.at(Level::Primary)))
    }

    /// The construct's name begins with the function's.
    fn call_of(&mut self, construct: &'static str, kind: &Kind, depth: usize) -> Piece {
        self.note(construct);
        let operand = self.value(kind, depth);
        let function = construct.split(['(', ' ']).next().unwrap_or(construct);
        call(function, &[operand])
    }

    fn rounded(&mut self, kind: &Kind, depth: usize) -> Piece {
        let function = *self.choices.pick(&["round", "floor", "ceil"]);
        self.call_of(function, kind, depth)
    }

    fn least_or_greatest(&mut self, construct: &'static str, kind: &Kind, depth: usize) -> Piece {
        self.note(construct);
        let args = [self.value(kind, depth), self.partner(kind, depth)];
        call(if self.choices.one_in(2) { "max" } else { "min" }, &args)
    }

    fn call(&mut self, function: &'static str, arg: Piece) -> Piece {
        match function {
            "year" | "month" | "day" => {}
            function => self.note(function),
        }
        call(function, &[arg])
    }

    /// `size` of any list.
    pub(super) fn size(&mut self) -> Option<Piece> {
        let lists: Vec<Slot> = self
            .slots()
            .into_iter()
            .filter(|slot| matches!(slot.ty, audience::Type::List(_)))
            .collect();
        if lists.is_empty() {
            return None;
        }
        let list = self.choices.pick(&lists);
        if list.followed {
            self.note_outside("size of a catalogue's list");
        }
        Some(self.call("size", Piece::primary(&list.path)))
    }
}

/// `a - (b - c)` needs its parentheses, `(a - b) - c` does not.
fn infix(lhs: &Piece, op: &str, rhs: &Piece) -> Piece {
    let (level, tighter) = match op {
        "+" | "-" => (Level::Sum, Level::Product),
        _ => (Level::Product, Level::Sign),
    };
    Piece::new(level, format!("{} {op} {}", lhs.at(level), rhs.at(tighter)))
}

pub(super) fn call(function: &str, args: &[Piece]) -> Piece {
    let args: Vec<&str> = args.iter().map(|it| it.text.as_str()).collect();
    debug_assert_eq!(function, name(function), "functions have plain names");
    Piece::primary(format!("{function}({})", args.join(", ")))
}
