//! The clauses that decided, with what they saw.

use std::collections::HashSet;

use super::{
    Clause, ClauseKind, Counted, Operand, Question, Shown,
    hidden::Hidden,
    picture::Picture,
    sentence::{Wording, reason::Said, value},
};
use crate::{
    eval::interpret::{Interpreter, Item},
    hir::{AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Part, Quantifier, Source, Spot},
    span::Span,
    value::{DateTime, Value, compare},
};

/// The longest words that a clause or an operand has.
const WORDS: usize = 200;
/// How many items of a list are shown.
const ITEMS: usize = 10;

/// Asks the interpreter about one customer and writes down what it says.
pub(super) struct Explainer<'q> {
    question: Question<'q>,
    pub(super) interpreter: Interpreter<'q, 'q, &'q Picture>,
    pub(super) wording: Wording<'q>,
    hidden: Hidden<'q>,
    /// The segments and traits that were explained before: each is explained once, or the tree could be as large as all ways
    /// through the definitions.
    segments: HashSet<usize>,
    traits: HashSet<usize>,
}

impl<'q> Explainer<'q> {
    pub(super) fn new(question: &Question<'q>, picture: &'q Picture) -> Self {
        let at = question.at;
        Self {
            question: *question,
            interpreter: Interpreter::new(question.module, picture, at, &[]),
            wording: Wording::new(question.module, at.zone(), at.today()),
            hidden: Hidden::new(question.module, question.options),
            segments: HashSet::new(),
            traits: HashSet::new(),
        }
    }

    /// Whether a condition reads what must not be shown.
    pub(super) fn hides(&mut self, condition: &Condition) -> bool {
        self.hidden.condition(condition)
    }

    /// The clause of the segment that is asked about: its condition.
    pub(super) fn segment_clause(&mut self, index: usize) -> Clause {
        self.segments.insert(index);
        let condition = &self.question.module.segments[index].condition;
        let holds = self.interpreter.test(condition);
        self.clause(condition, holds)
    }

    /// A condition that is known to hold, or not to.
    fn clause(&mut self, condition: &Condition, holds: bool) -> Clause {
        let (kind, clauses) = match &condition.kind {
            ConditionKind::Not(inner) => {
                let mut inside = self.clause(inner, !holds);
                // `!=` and the like are written as one test.
                if inner.span == condition.span
                    && matches!(inside.kind, ClauseKind::Test | ClauseKind::Segment)
                {
                    inside.holds = holds;
                    return inside;
                }
                (ClauseKind::Not, vec![inside])
            }
            ConditionKind::And(parts) => (ClauseKind::And, self.deciding_parts(parts, holds)),
            ConditionKind::Or(parts) => (ClauseKind::Or, self.deciding_parts(parts, holds)),
            ConditionKind::Segment(index) => {
                let definition = &self.question.module.segments[*index].condition;
                let inside = if self.segments.insert(*index) {
                    vec![self.clause(definition, holds)]
                } else {
                    Vec::new()
                };
                (ClauseKind::Segment, inside)
            }
            _ => (ClauseKind::Test, self.arms(condition)),
        };
        let mut clause = Clause {
            kind,
            span: condition.span,
            words: self.words(condition.span),
            holds,
            fact: String::new(),
            operands: Vec::new(),
            counted: Vec::new(),
            clauses,
            said: Said::default(),
        };
        match kind {
            ClauseKind::Segment => clause.said = Said::plain(self.wording.predicate(condition, holds)),
            ClauseKind::Test => {
                let hidden = self.hidden.condition(condition);
                // A trait that is a condition is explained by its condition alone.
                let opened = clause.clauses.iter().any(|it| it.kind != ClauseKind::Arm);
                if !(opened && matches!(condition.kind, ConditionKind::Holds(_))) {
                    clause.said = self.fact(condition, holds, hidden);
                }
                self.operands(condition, &mut clause);
            }
            _ => {}
        }
        clause.fact = clause.said.to_string();
        clause
    }

    /// Those that hold like the whole does, which are all where all are needed.
    fn deciding_parts(&mut self, parts: &[Condition], holds: bool) -> Vec<Clause> {
        let mut clauses = Vec::new();
        for part in parts {
            if self.interpreter.test(part) == holds {
                clauses.push(self.clause(part, holds));
            }
        }
        clauses
    }

    /// The arms that were taken, and the conditions that were asked, in computing the values of a test.
    fn arms(&mut self, condition: &Condition) -> Vec<Clause> {
        let mut clauses = Vec::new();
        condition.parts(&mut |part| {
            if let Part::Expr(expr) = part {
                self.arms_of(expr, &mut clauses);
            }
        });
        clauses
    }

    fn arms_of(&mut self, expr: &Expr, clauses: &mut Vec<Clause>) {
        match &expr.kind {
            ExprKind::Trait(index) => {
                if self.traits.insert(*index) {
                    self.arms_of(&self.question.module.traits[*index].value, clauses);
                }
            }
            ExprKind::Condition(condition) => {
                let holds = self.interpreter.test(condition);
                clauses.push(self.clause(condition, holds));
            }
            ExprKind::Case { arms, otherwise } => {
                let taken = arms
                    .iter()
                    .find(|(condition, _)| self.interpreter.test(condition));
                let (span, inside, value) = if let Some((condition, value)) = taken {
                    (condition.span, vec![self.clause(condition, true)], Some(value))
                } else {
                    let inside = arms.iter().map(|(condition, _)| self.clause(condition, false));
                    let inside = inside.collect();
                    let span = otherwise.as_ref().map_or(expr.span, |it| it.span);
                    (span, inside, otherwise.as_deref())
                };
                clauses.push(Clause {
                    kind: ClauseKind::Arm,
                    span,
                    words: self.words(span),
                    holds: true,
                    fact: String::new(),
                    operands: Vec::new(),
                    counted: Vec::new(),
                    clauses: inside,
                    said: Said::default(),
                });
                if let Some(value) = value {
                    self.arms_of(value, clauses);
                }
            }
            // The values of a collection's items are many, each with arms of its own.
            ExprKind::Aggregate { .. } => {}
            _ => expr.parts(&mut |part| {
                if let Part::Expr(inner) = part {
                    self.arms_of(inner, clauses);
                }
            }),
        }
    }

    fn operands(&mut self, condition: &Condition, clause: &mut Clause) {
        if let ConditionKind::Sequence { first, .. } = &condition.kind {
            // The steps depend on the event before.
            self.count(first, None, clause);
            return;
        }
        if let ConditionKind::Quantified { quantifier, items } = &condition.kind {
            self.quantified(*quantifier, items, clause);
            return;
        }
        condition.parts(&mut |part| match part {
            Part::Expr(expr) => self.operand(expr, clause),
            Part::Window(window) => window.parts(&mut |part| {
                if let Part::Expr(expr) = part {
                    self.operand(expr, clause);
                }
            }),
            Part::List(list) => self.list(list, clause),
            Part::Condition(_) | Part::Items(_) | Part::Slots { .. } => {}
        });
    }

    /// A value that was seen, and the values in it that have names.
    fn operand(&mut self, expr: &Expr, clause: &mut Clause) {
        let named = match &expr.kind {
            ExprKind::Constant(_) | ExprKind::Clock(_) | ExprKind::Condition(_) => return,
            ExprKind::Folded(inner) => return self.operand(inner, clause),
            ExprKind::Aggregate { kind, value, items } => {
                self.count(items, Some((*kind, value.as_deref(), expr)), clause);
                true
            }
            ExprKind::Slot(_)
            | ExprKind::Trait(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Local(_)
            | ExprKind::Size(_)
            | ExprKind::Follow { .. } => true,
            _ => false,
        };
        let words = self.words(expr.span);
        if !clause.operands.iter().any(|it| it.words == words) {
            let value = if self.hidden.expr(expr) {
                Shown::Hidden
            } else {
                self.interpreter.value(expr).map_or(Shown::Unknown, Shown::Known)
            };
            let said = match &value {
                Shown::Known(known) => value::value(known, &expr.ty, self.wording.zone),
                hidden => hidden.to_string(),
            };
            clause.operands.push(Operand { words, value, said });
        }
        if !named {
            expr.parts(&mut |part| {
                if let Part::Expr(inner) = part {
                    self.operand(inner, clause);
                }
            });
        }
    }

    /// A list of plain values, by its first items.
    fn list(&mut self, list: &Spot, clause: &mut Clause) {
        let slot = self.wording.names.spot(list);
        let Some(slot) = slot else { return };
        let hidden = slot.hidden() && !self.question.options.show_personal;
        let (value, said) = if hidden {
            (Shown::Hidden, Shown::Hidden.to_string())
        } else if let Some(values) = self.interpreter.plain_list(list) {
            let ty = self.wording.item_type(list);
            let first = || values.iter().take(ITEMS);
            let plain: Vec<String> = first().map(ToString::to_string).collect();
            let said: Vec<String> = first()
                .map(|it| value::value(it, &ty, self.wording.zone))
                .collect();
            let others = match values.len().saturating_sub(ITEMS) {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            let said = if said.is_empty() {
                "empty".to_owned()
            } else {
                said.join(", ") + &others
            };
            (Shown::Known(Value::from(plain.join(", ") + &others)), said)
        } else {
            (Shown::Unknown, Shown::Unknown.to_string())
        };
        clause.operands.push(Operand {
            words: self.wording.names.list(list),
            value,
            said,
        });
    }

    fn quantified(&mut self, quantifier: Quantifier, items: &Items, clause: &mut Clause) {
        // Those that do not meet the condition decide that not all do.
        let failing = (quantifier == Quantifier::All)
            .then(|| opposite(items))
            .flatten()
            .filter(|it| !self.interpreter.items(it).is_empty());
        self.count(failing.as_ref().unwrap_or(items), None, clause);
    }

    /// Notes how many items there are, and the event that decided.
    fn count(
        &mut self,
        items: &Items,
        aggregate: Option<(AggregateKind, Option<&Expr>, &Expr)>,
        clause: &mut Clause,
    ) {
        let probe = Expr {
            span: Span::default(),
            ty: crate::value::Type::Int,
            optional: false,
            kind: ExprKind::Aggregate {
                kind: AggregateKind::Count,
                value: None,
                items: Box::new(items.clone()),
            },
        };
        let collection = self.wording.names.collection(&items.source);
        let counted = if self.hidden.expr(&probe) {
            Counted {
                collection,
                count: None,
                deciding: None,
                said: None,
            }
        } else {
            let count = self.interpreter.items(items).len() as u64;
            let hidden = aggregate.is_some_and(|(.., whole)| self.hidden.expr(whole));
            let deciding = match aggregate {
                _ if hidden => None,
                Some((kind, Some(value), whole)) => self.deciding_of(kind, value, whole, items),
                _ => self.last_of(items),
            };
            let deciding = deciding.and_then(DateTime::from_micros);
            Counted {
                collection,
                count: Some(count),
                deciding,
                said: deciding.map(|it| value::instant(it, self.wording.zone)),
            }
        };
        clause.counted.push(counted);
    }

    /// When the last event of those that count took place; nothing for lists.
    pub(super) fn last_of(&mut self, items: &Items) -> Option<i64> {
        match &items.source {
            Source::Events(_) => self.interpreter.items(items).last().and_then(|it| it.at()),
            Source::List(_) => None,
        }
    }

    /// When the event that gave an aggregate its value took place.
    fn deciding_of(&mut self, kind: AggregateKind, value: &Expr, whole: &Expr, items: &Items) -> Option<i64> {
        if matches!(items.source, Source::List(_)) {
            return None;
        }
        let found = self.interpreter.items(items);
        match kind {
            AggregateKind::First => found.first().and_then(|it| it.at()),
            AggregateKind::Min | AggregateKind::Max => {
                let extreme = self.interpreter.value(whole)?;
                let decides = found.into_iter().rev().find(|item| {
                    let own = self.interpreter.with_item(items, *item, |it| it.value(value));
                    own.is_some_and(|own| compare::equal(own.as_ref(), extreme.as_ref()))
                });
                decides.and_then(Item::at)
            }
            _ => found.last().and_then(|it| it.at()),
        }
    }

    pub(super) fn list_missing(&mut self, list: &Spot) -> bool {
        self.interpreter.plain_list(list).is_none()
    }

    /// What is written there, in one line.
    fn words(&self, span: Span) -> String {
        words(self.question.sources, span)
    }
}

/// What is written at a span, in one line of bounded length.
pub(super) fn words(sources: &[crate::diagnostic::Source], span: Span) -> String {
    let text = sources
        .get(span.source as usize)
        .and_then(|source| source.text.get(span.start as usize..span.end as usize))
        .unwrap_or_default();
    let mut words = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
            count += 1;
        }
        for letter in word.chars() {
            if count == WORDS {
                words.push('…');
                return words;
            }
            words.push(letter);
            count += 1;
        }
    }
    words
}

/// The items that do not meet the filter.
pub(super) fn opposite(items: &Items) -> Option<Items> {
    let filter = items.filter.as_ref()?;
    Some(Items {
        filter: Some(Box::new(filter.as_ref().clone().not())),
        ..items.clone()
    })
}
