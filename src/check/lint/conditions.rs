//! Conditions that are the same for everyone, contradict each other, or say a thing twice.

use super::{
    reason::{Goal, Reasoner},
    writing::Writing,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Condition, ConditionKind, Expr, ExprKind, Module, Part, Place, Source, Spot},
    span::Span,
};

/// So many parts of one `and` or `or` are compared with each other.
const COMPARED: usize = 24;

/// Looks through conditions, from the inside out, so that each cause is told once.
pub(super) struct Look<'r, 'm, 'w> {
    pub(super) reasoner: &'r mut Reasoner<'m>,
    pub(super) writing: Writing<'w>,
    pub(super) found: Vec<Diagnostic>,
}

/// What a condition is about, in terms of what may contradict it: a bit for each of 64 groups of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Topics(u64);

impl Topics {
    pub(super) fn overlap(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, kind: u64, number: u64) {
        let mixed = (number ^ kind << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 |= 1 << (mixed >> 58);
    }

    /// What a condition is about, with all that it names.
    pub(super) fn of(condition: &Condition, module: Option<&Module>) -> Self {
        let mut topics = Self::default();
        topics.part(Part::Condition(condition), module, &mut 256);
        topics
    }

    /// Everything, once there is too much of it.
    fn part(&mut self, part: Part<'_>, module: Option<&Module>, left: &mut usize) {
        if *left == 0 {
            self.0 = u64::MAX;
            return;
        }
        *left -= 1;
        match part {
            Part::Condition(condition) => match &condition.kind {
                ConditionKind::Segment(index) => {
                    self.add(0, *index as u64);
                    if let Some(module) = module {
                        self.part(
                            Part::Condition(&module.segments[*index].condition),
                            Some(module),
                            left,
                        );
                    }
                }
                ConditionKind::Sample { .. } => self.add(1, 0),
                ConditionKind::Rank { rank, .. } => self.add(2, *rank as u64),
                _ => {}
            },
            Part::Expr(expr) => match (&expr.kind, module) {
                (ExprKind::Slot(place), _) => self.slot(*place),
                (ExprKind::Size(list), _) => self.spot(list),
                (ExprKind::Local(index), _) => self.add(4, *index as u64),
                (ExprKind::Trait(index), Some(module)) => {
                    self.part(Part::Expr(&module.traits[*index].value), Some(module), left);
                }
                (ExprKind::Trait(index), None) => self.add(5, *index as u64),
                _ => {}
            },
            Part::Items(items) => match &items.source {
                Source::Events(event) => return self.add(6, *event as u64),
                Source::List(list) => return self.spot(list),
            },
            Part::List(list) => self.spot(list),
            Part::Slots {
                first: Spot::Row(first),
                last,
            } => {
                for slot in first.slot..=last.min(first.slot + 64) {
                    self.slot(Place { slot, ..*first });
                }
            }
            Part::Slots { first, .. } => self.spot(first),
            Part::Window(_) => {}
        }
        part.parts(&mut |inner| self.part(inner, module, left));
    }

    fn slot(&mut self, place: Place) {
        self.add(3, u64::from(place.row) << 40 | u64::from(place.slot));
    }

    fn spot(&mut self, spot: &Spot) {
        match spot {
            Spot::Row(place) => self.slot(*place),
            Spot::Item { catalog, slot, .. } => self.add(7, (*catalog as u64) << 32 | u64::from(*slot)),
        }
    }
}

impl<'m> Look<'_, 'm, '_> {
    /// Looks at a condition and all inside. Gives the answer when it is the same for everyone; then that is told.
    pub(super) fn condition(&mut self, condition: &'m Condition) -> Option<bool> {
        match &condition.kind {
            // `x != 1` is one test, as it was written.
            ConditionKind::Not(inner) if inner.span == condition.span => {
                let is_taken_apart = matches!(inner.kind, ConditionKind::And(_) | ConditionKind::Or(_));
                let answer = if is_taken_apart {
                    self.answer(inner, true)
                } else {
                    self.leaf(inner, true)
                };
                answer.map(|answer| !answer)
            }
            ConditionKind::Not(inner) => self.condition(inner).map(|answer| !answer),
            // A test that the checker has taken apart is still one as it was written.
            ConditionKind::And(parts) | ConditionKind::Or(parts)
                if parts.iter().any(|part| part.span == condition.span) =>
            {
                self.answer(condition, false)
            }
            ConditionKind::And(parts) => self.parts(condition, parts, true),
            ConditionKind::Or(parts) => self.parts(condition, parts, false),
            ConditionKind::Holds(expr) => match &expr.kind {
                ExprKind::Condition(inner) => self.condition(inner),
                _ => self.leaf(condition, false),
            },
            // That is told where the segment is defined.
            ConditionKind::Segment(_) => None,
            _ => self.leaf(condition, false),
        }
    }

    /// Looks at the conditions inside an expression.
    pub(super) fn expr(&mut self, expr: &'m Expr) {
        if let ExprKind::Case { arms, otherwise } = &expr.kind {
            self.arms(arms);
            if let Some(value) = otherwise {
                self.expr(value);
            }
            return;
        }
        expr.parts(&mut |part| self.part(part));
    }

    pub(super) fn part(&mut self, part: Part<'m>) {
        match part {
            Part::Condition(condition) => {
                self.condition(condition);
            }
            Part::Expr(expr) => self.expr(expr),
            part => part.parts(&mut |inner| self.part(inner)),
        }
    }

    /// Looks at a test, which was written as its complement when `negated`.
    fn leaf(&mut self, condition: &'m Condition, negated: bool) -> Option<bool> {
        condition.parts(&mut |part| self.part(part));
        self.answer(condition, negated)
    }

    fn answer(&mut self, condition: &'m Condition, negated: bool) -> Option<bool> {
        let answer = [false, true].into_iter().find(|answer| {
            let other = Goal {
                condition,
                holds: !answer,
            };
            self.reasoner.contradicts(&[other])
        })?;
        let shown = answer != negated;
        let diagnostic = Diagnostic::new(Code::ConstantCondition, format!("this is always {shown}"))
            .label(condition.span, "the same for every customer")
            .help(self.why(condition, answer, shown));
        self.found.push(diagnostic);
        Some(answer)
    }

    /// How to mend a test that has one answer only.
    fn why(&self, condition: &Condition, answer: bool, shown: bool) -> String {
        let written = match &condition.kind {
            ConditionKind::Known(value) => self.writing.quote(value.span),
            _ => None,
        };
        match (&condition.kind, written) {
            (ConditionKind::Known(_), Some(text)) if answer && text.starts_with(['"', '\'']) => {
                format!("a text alone says nothing: write `… = {text}`, or `… in [{text}, …]`")
            }
            (ConditionKind::Known(_), Some(name)) if answer => {
                format!("`{name}` is never missing: leave this out")
            }
            (ConditionKind::Between { .. } | ConditionKind::InWindow { .. }, _) if !answer => {
                "the range is empty: write its smaller end first".to_owned()
            }
            (_, _) if shown => "leave it out, or write the value that was meant".to_owned(),
            _ => "no customer can meet it: write the value that was meant".to_owned(),
        }
    }

    /// Looks at the parts of an `and`, or of an `or`.
    fn parts(&mut self, whole: &'m Condition, parts: &'m [Condition], and: bool) -> Option<bool> {
        let answers: Vec<_> = parts.iter().map(|part| self.condition(part)).collect();
        if answers.contains(&Some(!and)) {
            return Some(!and);
        }
        let open: Vec<&Condition> = parts
            .iter()
            .zip(answers)
            .filter(|(_, answer)| answer.is_none())
            .map(|(part, _)| part)
            .collect();
        if open.is_empty() {
            return Some(and);
        }
        if open.len() < 2 || open.len() > COMPARED {
            return None;
        }
        let topics: Vec<_> = open
            .iter()
            .map(|part| Topics::of(part, self.reasoner.module()))
            .collect();
        let pairs: Vec<_> = (1..open.len())
            .flat_map(|second| (0..second).map(move |first| (first, second)))
            .filter(|(first, second)| topics[*first].overlap(topics[*second]))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let goals: Vec<_> = open
            .iter()
            .map(|condition| Goal {
                condition,
                holds: and,
            })
            .collect();
        if self.reasoner.contradicts(&goals) {
            let pair = pairs
                .iter()
                .find(|(first, second)| self.reasoner.contradicts(&[goals[*first], goals[*second]]));
            let pair = pair.map(|(first, second)| [open[*first], open[*second]]);
            let diagnostic = self.together(whole.span, pair, and);
            self.found.push(diagnostic);
            return Some(!and);
        }
        self.repeated(&open, &pairs, and);
        None
    }

    /// The parts of an `and` never hold together, or one of those of an `or` always does.
    fn together(&mut self, whole: Span, pair: Option<[&'m Condition; 2]>, and: bool) -> Diagnostic {
        let (code, message, label, word) = if and {
            (
                Code::Contradiction,
                "these conditions never hold together",
                "no customer meets all of this",
                "or",
            )
        } else {
            (
                Code::ConstantCondition,
                "one of these conditions always holds",
                "every customer meets this",
                "and",
            )
        };
        let diagnostic = Diagnostic::new(code, message);
        let Some([first, second]) = pair else {
            let help = if and {
                "take one of them out"
            } else {
                "leave all of it out, or take one of them out"
            };
            return diagnostic.label(whole, label).help(help.to_owned());
        };
        let meant = if and { "either will do" } else { "both are needed" };
        let both = [first, second].map(|condition| Goal {
            condition,
            holds: true,
        });
        if !and && self.reasoner.contradicts(&both) {
            return diagnostic
                .label(second.span, "wherever the other does not")
                .label(first.span, "the other")
                .help("leave both out".to_owned());
        }
        let help = match (self.writing.quote_part(first), self.writing.quote_part(second)) {
            (Some(first), Some(second)) => format!("write `{first} {word} {second}` if {meant}"),
            _ => format!("write `{word}` if {meant}"),
        };
        let [one, other] = if and {
            ["not where the other holds", "the other"]
        } else {
            ["wherever the other does not", "the other"]
        };
        diagnostic
            .label(second.span, one)
            .label(first.span, other)
            .help(help)
    }

    /// Tells of parts that change nothing beside another one.
    fn repeated(&mut self, open: &[&'m Condition], pairs: &[(usize, usize)], and: bool) {
        let mut told = vec![false; open.len()];
        for &(first, second) in pairs {
            if told[first] || told[second] {
                continue;
            }
            // In an `and`, what follows is superfluous; in an `or`, what it follows from.
            let [forward, backward] = [(first, second), (second, first)].map(|(one, other)| {
                let (given, then) = if and { (one, other) } else { (other, one) };
                self.reasoner.follows(open[given], open[then])
            });
            let (kept, superfluous) = match (forward, backward) {
                (true, _) => (first, second),
                (false, true) => (second, first),
                (false, false) => continue,
            };
            // `x is unknown or …` says what is meant of a missing value, also where it would be so anyway.
            if is_presence(open[superfluous]) {
                continue;
            }
            // `in segment gold and …` lies inside `gold` on purpose, and says so.
            if and
                && matches!(open[superfluous].kind, ConditionKind::Segment(_))
                && open[superfluous] != open[kept]
            {
                continue;
            }
            told[superfluous] = true;
            self.found
                .push(self.superfluous(open[kept], open[superfluous], forward && backward, and));
        }
    }

    fn superfluous(&self, kept: &Condition, superfluous: &Condition, equal: bool, and: bool) -> Diagnostic {
        let (message, label) = match (equal, and) {
            (true, _) => ("this is said twice", "already said here"),
            (false, true) => (
                "this changes nothing: another part says more",
                "holds for fewer customers",
            ),
            (false, false) => (
                "this changes nothing: another part says more",
                "holds for more customers",
            ),
        };
        let help = match self.writing.quote(kept.span) {
            Some(kept) => format!("leave it out: `{kept}` is enough"),
            None => "leave it out".to_owned(),
        };
        Diagnostic::new(Code::RepeatedCondition, message)
            .label(superfluous.span, "leave this out and the same customers remain")
            .label(kept.span, label)
            .help(help)
    }

    /// Looks at the arms of a `case`: one that comes after all customers are served is never reached.
    fn arms(&mut self, arms: &'m [(Condition, Expr)]) {
        let mut before: Vec<Goal<'m>> = Vec::new();
        for (condition, value) in arms {
            let answer = self.condition(condition);
            self.expr(value);
            if answer.is_some() || before.len() > COMPARED {
                continue;
            }
            before.push(Goal {
                condition,
                holds: true,
            });
            if before.len() > 1 && self.reasoner.contradicts(&before) {
                let diagnostic = Diagnostic::new(Code::ConstantCondition, "this is never reached")
                    .label(condition.span, "an arm before it serves all of these customers")
                    .help("take it out, or write it before that arm".to_owned());
                self.found.push(diagnostic);
                before.pop();
                continue;
            }
            if let Some(last) = before.last_mut() {
                last.holds = false;
            }
        }
    }
}

fn is_presence(condition: &Condition) -> bool {
    match &condition.kind {
        ConditionKind::Not(inner) => is_presence(inner),
        ConditionKind::Known(_) | ConditionKind::ListKnown(_) | ConditionKind::AnyKnown { .. } => true,
        _ => false,
    }
}
