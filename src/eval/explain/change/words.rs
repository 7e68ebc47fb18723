//! A change in words and by names.

use indexmap::IndexMap;

use super::{
    Change, ChangedLeaf, Edit, deadline,
    edit::Step,
    leaf::same,
    search::{Found, FoundPart, Search},
};
use crate::{
    eval::{
        explain::{
            Question, Shown,
            hidden::Hidden,
            picture::{Cell, PictureRow},
            sentence::{Wording, listed, noun, value},
            tree,
        },
        interpret::Interpreter,
    },
    hir::{AggregateKind, Expr, ExprKind, Items, Place, Source},
    value::{DateTime, Value, number},
};

/// Writes a change down.
pub(super) fn change(question: &Question<'_>, search: &Search<'_>, found: &Found<'_>) -> Change {
    let mut writer = Writer {
        question: *question,
        search,
        wording: Wording::new(question.module, question.at.zone(), question.at.today()),
        hidden: Hidden::new(question.module, question.options.show_personal),
    };
    let leaves: Vec<ChangedLeaf> = found.parts.iter().map(|part| writer.leaf(part)).collect();
    let said: Vec<String> = leaves.iter().map(|it| it.says.clone()).collect();
    Change {
        says: listed(&said),
        leaves,
    }
}

struct Writer<'w, 'q> {
    question: Question<'w>,
    search: &'w Search<'q>,
    wording: Wording<'w>,
    hidden: Hidden<'w>,
}

impl Writer<'_, '_> {
    fn leaf(&mut self, part: &FoundPart<'_>) -> ChangedLeaf {
        let condition = part.leaf.condition;
        let hidden = self.hidden.condition(condition) || self.hidden.expr(&part.core);
        let adds = part.steps.iter().any(|it| matches!(it, Step::Add { .. }));
        let before = match &part.core.kind {
            ExprKind::Aggregate { items, .. } if adds && !hidden => {
                deadline::of(self.question.module, self.search.picture, self.question.at, items)
            }
            _ => None,
        };
        let show = |value: &Option<Value>| match value {
            _ if hidden => Shown::Hidden,
            Some(value) => Shown::Known(value.clone()),
            None => Shown::Unknown,
        };
        ChangedLeaf {
            span: condition.span,
            words: tree::words(self.question.sources, condition.span),
            from: show(&part.from),
            to: show(&part.to),
            before,
            says: self.says(part, hidden, before),
            edits: part.steps.iter().map(|it| self.edit(it, hidden)).collect(),
        }
    }

    fn says(&mut self, part: &FoundPart<'_>, hidden: bool, before: Option<DateTime>) -> String {
        let condition = part.leaf.condition;
        if hidden {
            return self.wording.wanted(condition, !self.held(part));
        }
        if let ExprKind::Aggregate { kind, value, items } = &part.core.kind {
            match (kind, value, &part.from, &part.to) {
                (AggregateKind::Count, None, Some(Value::Int(from)), Some(Value::Int(to))) => {
                    return self.number_of(items, *from, *to, before);
                }
                (AggregateKind::Sum, Some(_), Some(from), Some(to)) => {
                    if let Some(said) = self.sum(&part.core, from, to, before) {
                        return said;
                    }
                }
                _ => {}
            }
        }
        let until = self.until(before);
        // The test says best what is needed, unless another test of the same value asks for more.
        if self.is_nearest(part) {
            let now = self.seen(part);
            let wanted = self.wording.wanted(condition, !self.held(part));
            return format!("{wanted}{until} (now {now})");
        }
        let say = |it: &Option<Value>| match it {
            Some(it) => value::value(it, &part.core.ty, self.wording.zone),
            None => "unknown".to_owned(),
        };
        let (now, to) = (say(&part.from), say(&part.to));
        let said = self.wording.subject(&part.core, true, &format!(" {to}"));
        format!("{said}{until} (now {now})")
    }

    /// What the test sees now: the value of the side that has the core.
    fn seen(&self, part: &FoundPart<'_>) -> String {
        let question = &self.search.question;
        let operand = super::core::operand(question.module, part.leaf.condition);
        let seen = operand.and_then(|operand| {
            let picture = self.search.picture;
            let mut ask = Interpreter::new(question.module, picture, question.at, &[]);
            Some(value::value(&ask.value(operand)?, &operand.ty, self.wording.zone))
        });
        seen.unwrap_or_else(|| "unknown".to_owned())
    }

    /// Whether the test held before.
    fn held(&self, part: &FoundPart<'_>) -> bool {
        let question = &self.search.question;
        let picture = self.search.picture;
        let mut ask = Interpreter::new(question.module, picture, question.at, &[]);
        ask.test(part.leaf.condition)
    }

    /// Whether no value nearer to what it is now turns the test alone.
    fn is_nearest(&self, part: &FoundPart<'_>) -> bool {
        let core = &self.search.leaves.cores[part.leaf.core];
        let held = self.held(part);
        let nearest = core.values.iter().find(|to| {
            let goal = super::plan::Goal {
                core: part.leaf.core,
                to: (*to).clone(),
            };
            self.search.would(part.leaf.condition, &goal) == Some(!held)
        });
        nearest.is_none_or(|it| same(Some(it), part.to.as_ref()))
    }

    /// "1 more purchase before 3 December", "1 purchase fewer in the last 30 days".
    fn number_of(&mut self, items: &Items, from: i64, to: i64, before: Option<DateTime>) -> String {
        let name = self.wording.collection(items);
        let difference = to.abs_diff(from);
        let one_or_many = if difference == 1 {
            noun::singular(&name)
        } else {
            noun::plural(&name)
        };
        let until = self.until(before);
        if to > from {
            let more = if from > 0 { " more" } else { "" };
            // With a moment to be before, that it has to lie in the window goes without saying.
            // Several have to lie in one window.
            let rest = match (before, self.takes_new(items) && difference == 1) {
                (None, false) => self.wording.items(items, ""),
                _ => self.wording.filter(items),
            };
            return format!("{difference}{more} {one_or_many}{rest}{until}");
        }
        let rest = self.wording.items(items, "");
        if to == 0 {
            format!("no {}{rest}", noun::plural(&name))
        } else {
            format!("{difference} {one_or_many} fewer{rest}")
        }
    }

    /// "380 more for the total amount of purchases in the last 365 days, before 3 December".
    fn sum(&mut self, core: &Expr, from: &Value, to: &Value, before: Option<DateTime>) -> Option<String> {
        let difference = number::subtract(to.as_ref(), from.as_ref())?;
        let difference = difference.to_owned();
        let size = number::absolute(difference.as_ref())?.to_owned();
        let more = crate::value::compare::compare(to.as_ref(), from.as_ref())?.is_gt();
        let size = value::value(&size, &core.ty, self.wording.zone);
        let what = self.wording.phrase(core);
        let until = before.map_or_else(String::new, |_| format!(",{}", self.until(before)));
        let word = if more { "more" } else { "less" };
        Some(format!("{size} {word} for {what}{until}"))
    }

    /// Whether an event of now is in the window.
    fn takes_new(&self, items: &Items) -> bool {
        let Some(window) = &items.window else {
            return true;
        };
        let question = &self.search.question;
        let picture = self.search.picture;
        let mut ask = Interpreter::new(question.module, picture, question.at, &[]);
        ask.stretch(window)
            .is_some_and(|it| it.contains(question.at.now().micros()))
    }

    /// " before 3 December"; the day on which it ends is over before it begins, unless that is today.
    fn until(&self, before: Option<DateTime>) -> String {
        let Some(before) = before else {
            return String::new();
        };
        let (zone, today) = (self.wording.zone, self.wording.today);
        let day = zone.date_of(before);
        if day == today {
            format!(" before {} today", value::clock(before, zone))
        } else {
            format!(" before {}", value::near_date(day, today))
        }
    }

    fn edit(&mut self, step: &Step, hidden: bool) -> Edit {
        let shown = |value: &Value, own: bool| {
            if hidden || own && !self.question.options.show_personal {
                Shown::Hidden
            } else {
                Shown::Known(value.clone())
            }
        };
        let names = &self.search.names;
        let collection = |source: Source| names.collection(source);
        let property = |source: Source, slot: u32| {
            let layout = names.layout_of(source);
            let slot = layout.and_then(|it| it.slots.get(slot as usize).cloned());
            slot.map_or_else(|| (String::new(), false), |it| (it.name(), it.hidden()))
        };
        match step {
            Step::Set { slot, value } => {
                let known = names.slot(Place { row: 0, slot: *slot });
                Edit::Set {
                    attribute: known.as_ref().map(crate::schema::Slot::name).unwrap_or_default(),
                    value: shown(value, known.is_some_and(|it| it.hidden())),
                }
            }
            Step::Add {
                source,
                count,
                like,
                row,
                with,
            } => Edit::Add {
                collection: collection(*source),
                count: *count as u64,
                like: *like,
                with: with
                    .iter()
                    .filter_map(|slot| {
                        let (name, own) = property(*source, *slot);
                        Some((name, shown(cell(row, *slot)?, own)))
                    })
                    .collect::<IndexMap<_, _>>(),
            },
            Step::Remove { source, index } => Edit::Remove {
                collection: collection(*source),
                index: *index,
            },
            Step::Alter {
                source,
                index,
                slot,
                value,
            } => {
                let (name, own) = property(*source, *slot);
                Edit::Alter {
                    collection: collection(*source),
                    index: *index,
                    property: name,
                    value: shown(value, own),
                }
            }
        }
    }
}

fn cell(row: &PictureRow, slot: u32) -> Option<&Value> {
    match row.cells.get(slot as usize)? {
        Cell::Value(value) => Some(value),
        Cell::Missing | Cell::List(_) => None,
    }
}
