//! Conditions: comparisons, tests, windows and their combinations.

use audience::Type;

use super::{
    Generator, Kind, Level, Named, Piece, expression::call, literal::quoted, schema::Slot, window::Of,
};

impl Generator<'_, '_> {
    /// A condition of up to `depth` conditions inside each other.
    pub(super) fn condition(&mut self, depth: usize) -> Piece {
        self.probed(|it| it.drawn(depth))
    }

    fn drawn(&mut self, depth: usize) -> Piece {
        if depth > 0 && !self.choices.is_used_up() {
            match self.choices.below(12) {
                0 | 1 => {}
                2..=5 => return self.joined("and", Level::And, depth),
                6..=9 => return self.joined("or", Level::Or, depth),
                _ => {
                    self.note("not");
                    let operand = self.condition(depth - 1);
                    return Piece {
                        short: operand.short.as_ref().map(|it| format!("not {it}")),
                        ..Piece::new(Level::Not, format!("not {}", operand.at(Level::Not)))
                    };
                }
            }
        }
        // How much is calculated is another matter than how many conditions stand inside each other.
        let depth = 3 - self.choices.below(4);
        let piece = match self.choices.below(35) {
            0..=5 => Some(self.comparison(depth)),
            6 => Some(self.between(depth)),
            7 | 8 => Some(self.membership(depth)),
            9 | 10 | 29 => Some(self.text_test(depth)),
            11 | 31 | 32 => match self.choices.below(5) {
                0 | 1 => Some(self.equal_ignoring_case(depth)),
                2 => self.near(),
                _ if self.compared => None,
                _ => Some(self.in_sample()),
            },
            12 | 13 | 28 => self.list_test(),
            14 | 15 | 33 => self.state(depth),
            16..=20 | 30 => Some(self.in_window(depth)),
            21 | 22 | 27 => self.quantified(depth),
            23 => self.in_segment(),
            24 | 25 => self.rank(depth),
            26 => self.sequence(depth),
            _ => Some(self.bool_alone(depth)),
        };
        piece.unwrap_or_else(|| self.comparison(depth))
    }

    fn joined(&mut self, word: &'static str, level: Level, depth: usize) -> Piece {
        self.note(word);
        let operands: Vec<Piece> = (0..2 + self.choices.below(2))
            .map(|_| self.condition(depth - 1))
            .collect();
        let between = format!(" {word} ");
        let texts: Vec<String> = operands
            .iter()
            // `a and (b and c)` keeps its parentheses now and then.
            .map(|it| {
                if self.choices.one_in(8) {
                    format!("({})", it.text)
                } else {
                    it.at(tighter(level))
                }
            })
            .collect();
        let short: Option<Vec<&str>> = operands.iter().map(|it| it.short.as_deref()).collect();
        Piece {
            short: short.map(|it| it.join(&between)),
            ..Piece::new(level, texts.join(&between))
        }
    }

    fn comparison(&mut self, depth: usize) -> Piece {
        let (construct, lhs, rhs, ordered) = self.operands(depth);
        self.note(construct);
        let operators = [
            ("=", "="),
            ("!=", "!="),
            ("<", "<"),
            ("<=", "<="),
            (">", ">"),
            (">=", ">="),
        ];
        let count = if ordered { operators.len() } else { 2 };
        let (construct, mut operator) = operators[self.choices.below(count)];
        self.note(construct);
        if self.choices.one_in(16) {
            operator = match operator {
                "=" => "==",
                "!=" => "<>",
                same => same,
            };
        }
        Piece::new(
            Level::Comparison,
            format!("{} {operator} {}", lhs.at(Level::Sum), rhs.at(Level::Sum)),
        )
    }

    /// Two values that compare, and whether they have an order.
    fn operands(&mut self, depth: usize) -> (&'static str, Piece, Piece, bool) {
        // Numbers have the most calculations.
        let (construct, lhs, rhs, ordered) = match self.choices.below(36) {
            0..=4 => ("compare int with int", Kind::Int, Kind::Int, true),
            5..=9 => ("compare decimal with decimal", Kind::Decimal, Kind::Decimal, true),
            10..=13 => ("compare float with float", Kind::Float, Kind::Float, true),
            14 => ("compare int with decimal", Kind::Int, Kind::Decimal, true),
            15 => ("compare decimal with int", Kind::Decimal, Kind::Int, true),
            16 => ("compare int with float", Kind::Int, Kind::Float, true),
            17 => ("compare float with int", Kind::Float, Kind::Int, true),
            18..=20 => ("compare text with text", Kind::Text, Kind::Text, true),
            21 => ("compare url with text", Kind::Url, Kind::Text, true),
            22 => ("compare bool with bool", Kind::Bool, Kind::Bool, false),
            23 | 24 => ("compare date with date", Kind::Date, Kind::Date, true),
            25 | 26 => (
                "compare datetime with datetime",
                Kind::DateTime,
                Kind::DateTime,
                true,
            ),
            27 | 28 => (
                "compare duration with duration",
                Kind::Duration,
                Kind::Duration,
                true,
            ),
            29 => ("compare ref with text", Kind::Ref, Kind::Text, false),
            _ => return self.operands_of_words(depth),
        };
        let has_slot = |it: &mut Self, kind: &Kind| it.slot(kind).is_some();
        if matches!(lhs, Kind::Url | Kind::Ref) {
            if !has_slot(self, &lhs) {
                let (lhs, rhs) = (self.value(&Kind::Int, depth), self.value(&Kind::Int, depth));
                return ("compare int with int", lhs, rhs, true);
            }
            let lhs = self.slot(&lhs).expect("looked above");
            let rhs = Piece::primary(self.text_literal());
            return (construct, lhs, rhs, ordered);
        }
        // A literal takes the type of what it meets, so a mixed pair has two that are none.
        let mixed = lhs != rhs;
        if mixed {
            let mut operand = |kind: &Kind| match kind {
                Kind::Int => self.int_beside_decimal(depth),
                kind => self.value(kind, depth),
            };
            let (lhs, rhs) = (operand(&lhs), operand(&rhs));
            return (construct, lhs, rhs, ordered);
        }
        let (lhs, rhs) = (self.value(&lhs, depth), self.partner(&rhs, depth));
        (construct, lhs, rhs, ordered)
    }

    fn operands_of_words(&mut self, depth: usize) -> (&'static str, Piece, Piece, bool) {
        if self.choices.one_in(4) {
            let lhs = self.weekday(depth);
            let days = ["monday", "thursday", "sunday"];
            let rhs = Piece::primary(format!("\"{}\"", self.choices.pick(&days)));
            return ("compare words with a word", lhs, rhs, false);
        }
        if self.choices.one_in(4) {
            let lhs = self.case_of_words(0).1;
            let rhs = *self.choices.pick(&["\"low\"", "\"middle\"", "\"high\""]);
            return ("compare words with a word", lhs, Piece::primary(rhs), false);
        }
        let traits: Vec<(String, Kind)> = self
            .traits
            .iter()
            .filter(|(name, kind)| matches!(kind, Kind::Words(_)) && self.is_usable(name))
            .cloned()
            .collect();
        if !traits.is_empty() && self.choices.one_in(3) {
            self.note("trait");
            let (name, kind) = self.choices.pick(&traits).clone();
            let rhs = self.literal(&kind).expect("words have literals");
            return ("compare words with a word", Piece::primary(name), rhs, false);
        }
        let Some((kind, lhs)) = self.words_slot() else {
            let lhs = self.weekday(depth);
            return (
                "compare words with a word",
                lhs,
                Piece::primary("\"friday\""),
                false,
            );
        };
        match self.choices.below(4) {
            0 | 1 => {
                let rhs = self.literal(&kind).expect("words have literals");
                ("compare words with a word", lhs, rhs, false)
            }
            2 => match self.slot(&Kind::Text) {
                Some(rhs) => ("compare words with text", lhs, rhs, false),
                None => ("compare words with words", lhs.clone(), lhs, false),
            },
            _ => {
                let rhs = self.slot(&kind).expect("lhs is one");
                ("compare words with words", lhs, rhs, false)
            }
        }
    }

    fn between(&mut self, depth: usize) -> Piece {
        let (construct, kind) = match self.choices.below(8) {
            0 => ("int between", Kind::Int),
            1 => ("decimal between", Kind::Decimal),
            2 | 6 => ("float between", Kind::Float),
            3 | 7 => ("text between", Kind::Text),
            4 => ("duration between", Kind::Duration),
            _ => ("number between numbers of other types", Kind::Int),
        };
        self.note(construct);
        let (operand, low, high) = if construct.starts_with("number") {
            let operand = self
                .slot(&Kind::Int)
                .unwrap_or_else(|| self.value(&Kind::Int, depth));
            let low = self.value(&Kind::Decimal, 0);
            (operand, low, self.value(&Kind::Int, depth))
        } else {
            (
                self.value(&kind, depth),
                self.partner(&kind, depth),
                self.partner(&kind, depth),
            )
        };
        let not = self.maybe_not("not between");
        Piece::new(
            Level::Comparison,
            format!(
                "{} {not}between {} and {}",
                operand.at(Level::Sum),
                low.at(Level::Sum),
                high.at(Level::Sum)
            ),
        )
    }

    fn membership(&mut self, depth: usize) -> Piece {
        let (construct, kind, operand) = match self.choices.below(8) {
            0 => ("int in", Kind::Int, None),
            1 => ("decimal in", Kind::Decimal, None),
            2 => ("float in", Kind::Float, None),
            3 => ("text in", Kind::Text, None),
            4 => ("date in", Kind::Date, None),
            5 => ("datetime in", Kind::DateTime, None),
            6 => match self.slot(&Kind::Ref) {
                Some(operand) => ("ref in", Kind::Ref, Some(operand)),
                None => ("int in", Kind::Int, None),
            },
            _ => match self.words_slot() {
                Some((kind, operand)) => ("words in", kind, Some(operand)),
                None => ("text in", Kind::Text, None),
            },
        };
        self.note(construct);
        let operand = operand.unwrap_or_else(|| self.value(&kind, depth.min(2)));
        let not = self.maybe_not("not in");
        let listed = !matches!(kind, Kind::Date | Kind::DateTime);
        let set = if listed && self.choices.one_in(3) {
            self.note("in a named list");
            self.named_list(&kind)
        } else {
            self.literals(&kind)
        };
        Piece::new(
            Level::Comparison,
            format!("{} {not}in {set}", operand.at(Level::Sum)),
        )
    }

    /// The name of a list of such literals: a new one, or one of the same literals again.
    fn named_list(&mut self, kind: &Kind) -> String {
        let text = self.literals(kind);
        if let Some(known) = self.lists.iter().find(|it| it.text == text) {
            return known.name.clone();
        }
        let name = format!("l{}", self.lists.len());
        self.lists.push(Named {
            name: name.clone(),
            text,
        });
        name
    }

    fn text_test(&mut self, depth: usize) -> Piece {
        if self.choices.one_in(5) && !self.portable {
            return self.matches(depth);
        }
        let tests = [
            ("contains", "contains ignoring case"),
            ("starts with", "starts with ignoring case"),
            ("ends with", "ends with ignoring case"),
        ];
        let (test, ignoring_case) = *self.choices.pick(&tests);
        let ignores = self.choices.one_in(3);
        self.note(if ignores { ignoring_case } else { test });
        let operand = self.any_text(depth);
        let pattern = if self.choices.one_in(4) && !(ignores && self.portable) {
            self.note(if ignores {
                "pattern of the customer ignoring case"
            } else {
                "pattern of the customer"
            });
            self.any_text(depth.saturating_sub(1)).at(Level::Sum)
        } else if ignores {
            let part = self.part_of_a_text();
            quoted(&self.in_other_case(&part), '"')
        } else {
            quoted(&self.part_of_a_text(), '"')
        };
        let not = self.maybe_not("not before a text test");
        let case = if ignores { " ignoring case" } else { "" };
        Piece::new(
            Level::Comparison,
            format!("{} {not}{test} {pattern}{case}", operand.at(Level::Sum)),
        )
    }

    /// A regular expression around a part of one of the texts.
    fn matches(&mut self, depth: usize) -> Piece {
        let ignores = self.choices.one_in(3);
        self.note(if ignores {
            "matches ignoring case"
        } else {
            "matches"
        });
        let operand = self.any_text(depth);
        let part = self.part_of_a_text();
        let part = regex::escape(&if ignores { self.in_other_case(&part) } else { part });
        let pattern = match self.choices.below(6) {
            0 => part,
            1 => format!("^{part}"),
            2 => format!("{part}$"),
            3 => format!("^{part}.?$"),
            4 => format!("^(?:{part}|\\w+)$"),
            _ => format!("{part}|\\d|^[^@]*$"),
        };
        let not = self.maybe_not("not before a text test");
        let case = if ignores { " ignoring case" } else { "" };
        Piece::new(
            Level::Comparison,
            format!(
                "{} {not}matches {}{case}",
                operand.at(Level::Sum),
                quoted(&pattern, '"')
            ),
        )
    }

    /// The same text, or as it is in small or in capital letters.
    fn in_other_case(&mut self, text: &str) -> String {
        match self.choices.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }

    /// `=`, `!=` or `in` of texts whose case is ignored.
    fn equal_ignoring_case(&mut self, depth: usize) -> Piece {
        let words = if self.choices.one_in(4) {
            self.words_slot()
        } else {
            None
        };
        let (kind, operand) = words.unwrap_or_else(|| (Kind::Text, self.value(&Kind::Text, depth)));
        let literal = |it: &mut Self| {
            let text = match &kind {
                Kind::Words(words) => it.choices.pick(words).to_string(),
                _ => it.choices.pick(&it.palette.texts).clone(),
            };
            quoted(&it.in_other_case(&text), '"')
        };
        let test = if self.choices.one_in(2) {
            self.note("in ignoring case");
            let most = if self.choices.one_in(4) { 12 } else { 3 };
            let count = 1 + self.choices.below(most);
            let texts: Vec<String> = (0..count).map(|_| literal(self)).collect();
            let not = self.maybe_not("not in");
            format!("{not}in [{}]", texts.join(", "))
        } else {
            self.note("= ignoring case");
            let op = if self.choices.one_in(3) { "!=" } else { "=" };
            let other = if self.choices.one_in(3) && !self.portable {
                let text = self.value(&Kind::Text, depth.saturating_sub(1));
                call("string", &[text]).text
            } else {
                literal(self)
            };
            format!("{op} {other}")
        };
        Piece::new(
            Level::Comparison,
            format!("{} {test} ignoring case", operand.at(Level::Sum)),
        )
    }

    /// `contains`, `contains any`, `contains all` of a list of plain values.
    fn list_test(&mut self) -> Option<Piece> {
        let lists: Vec<(Slot, Kind)> = self
            .slots()
            .into_iter()
            .filter_map(|slot| match &slot.ty {
                Type::List(item) => Some((Kind::of(item)?, slot)),
                _ => None,
            })
            .filter(|(kind, _)| *kind != Kind::Geo)
            .map(|(kind, slot)| (slot, kind))
            .collect();
        if lists.is_empty() {
            return None;
        }
        let mut kinds: Vec<&Kind> = Vec::new();
        for (_, kind) in &lists {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let kind = (*self.choices.pick(&kinds)).clone();
        let of_kind: Vec<&Slot> = lists.iter().filter(|it| it.1 == kind).map(|it| &it.0).collect();
        let Slot {
            path: list, followed, ..
        } = *self.choices.pick(&of_kind);
        if *followed {
            self.note_outside("list of a catalogue's item contains");
        }
        let test = match self.choices.below(5) {
            0..=2 => {
                self.note(match kind {
                    Kind::Int => "list of int contains",
                    Kind::Decimal | Kind::Float => "list of numbers contains",
                    Kind::Text | Kind::Url => "list of text contains",
                    Kind::Words(_) => "list of words contains",
                    Kind::Ref => "list of refs contains",
                    Kind::Bool => "list of bool contains",
                    _ => "list of times contains",
                });
                let item = match &kind {
                    Kind::Bool | Kind::Words(_) | Kind::Ref | Kind::Url => {
                        self.literal(&kind).expect("items have literals")
                    }
                    kind => self.value(kind, 1),
                };
                format!("contains {}", item.at(Level::Sum))
            }
            3 => {
                self.note("contains any");
                format!("contains any {}", self.literals(&kind))
            }
            _ => {
                self.note("contains all");
                format!("contains all {}", self.literals(&kind))
            }
        };
        let not = self.maybe_not("not before a list test");
        Some(Piece::new(Level::Comparison, format!("{list} {not}{test}")))
    }

    /// `is known`, `is unknown`, `is empty`, `is filled`, with `not` or without.
    fn state(&mut self, depth: usize) -> Option<Piece> {
        let (state, construct, negative) = *self.choices.pick(&[
            ("known", "is known", "is not known"),
            ("unknown", "is unknown", "is not unknown"),
            ("empty", "is empty", "is not empty"),
            ("filled", "is filled", "is not filled"),
        ]);
        let of_presence = matches!(state, "known" | "unknown");
        let operand = if self.choices.one_in(2) {
            let of = if of_presence {
                self.choices.below(3)
            } else {
                // More lists than texts, which are seldom empty.
                2 * usize::from(self.choices.one_in(3))
            };
            let fitting: Vec<_> = self
                .slots()
                .into_iter()
                .filter(|slot| match &slot.ty {
                    Type::List(_) => of == 0,
                    Type::Record(_) => of == 1 && of_presence && slot.optional,
                    Type::String => of == 2,
                    _ => of == 2 && of_presence && slot.optional,
                })
                .collect();
            if fitting.is_empty() {
                return None;
            }
            let slot = self.choices.pick(&fitting);
            if slot.followed && of < 2 {
                self.note_outside("state of a catalogue's list or record");
            }
            self.note(match slot.ty {
                Type::List(_) => "state of a list",
                Type::Record(_) => "state of a record",
                _ => "state of a value",
            });
            Piece::primary(slot.path.clone())
        } else if of_presence {
            self.note("state of a calculation");
            let (_, piece) = self.any_value_here(depth);
            piece
        } else {
            self.note("state of a calculation");
            self.any_text(depth)
        };
        let negated = self.choices.one_in(2);
        self.note(if negated { negative } else { construct });
        let not = if negated { "not " } else { "" };
        Some(Piece::new(
            Level::Comparison,
            format!("{} is {not}{state}", operand.at(Level::Sum)),
        ))
    }

    fn any_value_here(&mut self, depth: usize) -> (Kind, Piece) {
        let kinds = [
            Kind::Int,
            Kind::Decimal,
            Kind::Float,
            Kind::Date,
            Kind::DateTime,
            Kind::Duration,
            Kind::Text,
        ];
        let kind = self.choices.pick(&kinds).clone();
        let piece = self.value(&kind, depth.max(1));
        (kind, piece)
    }

    fn in_window(&mut self, depth: usize) -> Piece {
        let (of, kind) = *self
            .choices
            .pick(&[(Of::Instant, &Kind::DateTime), (Of::Day, &Kind::Date)]);
        let operand = self.value(kind, depth.min(1));
        match self.choices.below(9) {
            0 => {
                let day = self.day_window(of);
                let not = self.maybe_not("is not today");
                return Piece::new(
                    Level::Comparison,
                    format!("{} is {not}{day}", operand.at(Level::Sum)),
                );
            }
            1 => {
                self.note(if of == Of::Day {
                    "anniversary of a date"
                } else {
                    "anniversary of a datetime"
                });
                let not = self.maybe_not("not before anniversary");
                let window = if self.choices.one_in(4) {
                    self.day_window(Of::Day).to_owned()
                } else {
                    self.window(Of::Day, depth).0
                };
                return Piece::new(
                    Level::Comparison,
                    format!("{} {not}anniversary {window}", operand.at(Level::Sum)),
                );
            }
            _ => {}
        }
        let (window, may_negate) = self.window(of, depth);
        let not = if may_negate {
            self.maybe_not("not in a window")
        } else {
            ""
        };
        Piece::new(
            Level::Comparison,
            format!("{} {not}{window}", operand.at(Level::Sum)),
        )
    }

    fn in_segment(&mut self) -> Option<Piece> {
        let segments = self.segments.iter().filter(|it| self.is_usable(it));
        let segments: Vec<String> = segments.cloned().collect();
        if segments.is_empty() {
            return None;
        }
        let negated = self.choices.one_in(3);
        self.note(if negated { "not in segment" } else { "in segment" });
        let segment = self.choices.pick(&segments);
        let not = if negated { "not " } else { "" };
        Some(Piece::new(
            Level::Comparison,
            format!("{not}in segment {segment}"),
        ))
    }

    fn bool_alone(&mut self, depth: usize) -> Piece {
        self.note("bool alone");
        self.value(&Kind::Bool, depth.min(1))
    }

    pub(super) fn maybe_not(&mut self, construct: &'static str) -> &'static str {
        if self.choices.one_in(3) {
            self.note(construct);
            "not "
        } else {
            ""
        }
    }
}

fn tighter(level: Level) -> Level {
    match level {
        Level::Or => Level::And,
        _ => Level::Not,
    }
}
