//! A change in words and by names.

use indexmap::IndexMap;

use super::{
    Change, ChangedLeaf, Edit, deadline,
    edit::Step,
    leaf::same,
    search::{Changed, Found, FoundPart, Past, Search},
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
    hir::{AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Order, Place, Source},
    value::{DateTime, Duration, Type, Value, compare, number},
};

/// Writes a change down.
pub(super) fn change(question: &Question<'_>, search: &Search<'_>, found: &Found<'_>) -> Change {
    let mut writer = Writer {
        question: *question,
        search,
        wording: Wording::new(question.module, question.at.zone(), question.at.today()),
        hidden: Hidden::new(question.module, question.options),
    };
    match found {
        Found::Waited(until) => writer.waiting(*until),
        Found::Changed(change) => writer.changed(change),
    }
}

struct Writer<'w, 'q> {
    question: Question<'w>,
    search: &'w Search<'q>,
    wording: Wording<'w>,
    hidden: Hidden<'w>,
}

impl Writer<'_, '_> {
    fn changed(&mut self, change: &Changed<'_>) -> Change {
        let before = deadline::of(self.search, change);
        let until = before.map_or_else(String::new, |it| format!(" before {}", self.moment(it)));
        let leaves: Vec<ChangedLeaf> = match &change.parts[..] {
            [part] => vec![self.leaf(part, change.past, before, &until)],
            parts => parts
                .iter()
                .map(|part| self.leaf(part, change.past, before, ""))
                .collect(),
        };
        let said: Vec<String> = leaves.iter().map(|it| it.says.clone()).collect();
        let mut says = listed(&said);
        if leaves.len() > 1 && !until.is_empty() {
            let all = if leaves.len() == 2 { "both" } else { "all" };
            says = format!("{says}, {all}{until}");
        }
        Change { says, before, leaves }
    }

    /// Time alone turns the answer.
    fn waiting(&mut self, until: DateTime) -> Change {
        let condition = self.search.turned_until(until);
        let (module, picture) = (self.question.module, self.search.picture);
        let then = self.question.at.moved(until);
        let mut now = Interpreter::new(module, picture, self.question.at, &[]);
        let mut later = Interpreter::new(module, picture, &then, &[]);
        let tests = &self.search.leaves.tests;
        let test = tests.iter().find(|it| std::ptr::eq(it.condition, condition));
        let core = test.map(|it| &self.search.leaves.cores[it.core].expr);
        let (from, to) = match core {
            Some(core) => (now.value(core), later.value(core)),
            None => [&mut now, &mut later]
                .map(|ask| Some(Value::Bool(ask.test(condition))))
                .into(),
        };
        let falls = from.as_ref().zip(to.as_ref()).is_some_and(|(from, to)| {
            compare::compare(to.as_ref(), from.as_ref()).is_some_and(std::cmp::Ordering::is_lt)
        });
        let when = self.time(until);
        let says = match core.map(|it| &it.kind) {
            // What is counted is gone by then, unless more comes.
            Some(ExprKind::Aggregate { items, .. })
                if matches!(items.source, Source::Events(_))
                    && (falls || same(from.as_ref(), to.as_ref())) =>
            {
                let name = noun::plural(&self.wording.collection(items));
                let rest = self.wording.filter(items);
                let more = if self.search.is_empty(&items.source) {
                    ""
                } else {
                    "more "
                };
                format!("no {more}{name}{rest} until {when}")
            }
            _ => format!("waiting until {when}"),
        };
        let shown = |value: Option<Value>| value.map_or(Shown::Unknown, Shown::Known);
        let leaf = ChangedLeaf {
            span: condition.span,
            words: tree::words(self.question.sources, condition.span),
            from: shown(from),
            to: shown(to),
            says: says.clone(),
            edits: vec![Edit::Wait { until }],
        };
        Change {
            says,
            before: None,
            leaves: vec![leaf],
        }
    }

    fn leaf(
        &mut self,
        part: &FoundPart<'_>,
        kept: Past,
        before: Option<DateTime>,
        until: &str,
    ) -> ChangedLeaf {
        let condition = part.leaf.condition;
        let hidden = self.hidden.condition(condition) || self.hidden.expr(&part.core);
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
            says: if hidden {
                let wanted = self.wording.wanted(condition, !self.held(part));
                format!("{wanted}{until}")
            } else {
                self.says(part, kept, before, until)
            },
            edits: part.steps.iter().map(|it| self.edit(it, hidden)).collect(),
        }
    }

    fn says(&mut self, part: &FoundPart<'_>, kept: Past, before: Option<DateTime>, until: &str) -> String {
        let condition = part.leaf.condition;
        if let ExprKind::Aggregate { kind, value, items } = &part.core.kind {
            match (kind, value, &part.from, &part.to) {
                (AggregateKind::Count, None, Some(Value::Int(from)), Some(Value::Int(to))) => {
                    return self.number_of(items, *from, *to, before) + until;
                }
                (AggregateKind::Sum, Some(_), Some(from), Some(to)) => {
                    if self.is_exact(condition, to)
                        && let Some(said) = self.sum(&part.core, from, to)
                    {
                        let comma = if until.is_empty() { "" } else { "," };
                        return format!("{said}{comma}{until}");
                    }
                }
                _ => {}
            }
        }
        // The test says best what is needed, unless another test of the same value asks for more.
        if self.is_nearest(part, kept) {
            let held = self.held(part);
            let wanted = self.wording.wanted(condition, !held);
            // What it is, is what it must not be.
            if held && matches!(&condition.kind, ConditionKind::Compare { op: Order::Eq, .. }) {
                return format!("{wanted}{until}");
            }
            let now = self.seen(part);
            return format!("{wanted}{until} ({now})");
        }
        let say = |it: &Option<Value>| match it {
            Some(it) => value::value(it, &part.core.ty, self.wording.zone),
            None => "unknown".to_owned(),
        };
        let to = say(&part.to);
        let now = self.instead(part.from.as_ref(), &part.core.ty);
        let said = self.wording.subject(&part.core, true, &format!(" {to}"));
        format!("{said}{until} ({now})")
    }

    /// "now 120", of what the test sees: the value of the side that has the core.
    fn seen(&self, part: &FoundPart<'_>) -> String {
        let question = &self.search.question;
        let operand = super::core::operand(question.module, part.leaf.condition);
        let mut ask = Interpreter::new(question.module, self.search.picture, question.at, &[]);
        match operand {
            Some(operand) => self.instead(ask.value(operand).as_ref(), &operand.ty),
            None => self.instead(None, &part.core.ty),
        }
    }

    /// "now 120"; a day or a time that is now would be taken for that of today.
    fn instead(&self, now: Option<&Value>, ty: &Type) -> String {
        match now {
            None => "now unknown".to_owned(),
            Some(now @ (Value::Date(_) | Value::DateTime(_))) => {
                format!("instead of {}", value::value(now, ty, self.wording.zone))
            }
            Some(now) => format!("now {}", value::value(now, ty, self.wording.zone)),
        }
    }

    /// Whether a sum comes to just what it is compared with. Otherwise it is the next beyond.
    fn is_exact(&self, condition: &Condition, to: &Value) -> bool {
        let ConditionKind::Compare { lhs, rhs, .. } = &condition.kind else {
            return matches!(to, Value::Int(_));
        };
        let question = &self.search.question;
        let mut ask = Interpreter::new(question.module, self.search.picture, question.at, &[]);
        matches!(to, Value::Int(_)) || [lhs, rhs].iter().any(|it| same(ask.value(it).as_ref(), Some(to)))
    }

    /// Whether the test held before.
    fn held(&self, part: &FoundPart<'_>) -> bool {
        let question = &self.search.question;
        let picture = self.search.picture;
        let mut ask = Interpreter::new(question.module, picture, question.at, &[]);
        ask.test(part.leaf.condition)
    }

    /// Whether no value nearer to what it is now turns the test alone.
    fn is_nearest(&self, part: &FoundPart<'_>, kept: Past) -> bool {
        let core = &self.search.leaves.cores[part.leaf.core];
        let held = self.held(part);
        let nearest = core.values.iter().find(|to| {
            let goal = super::plan::Goal {
                core: part.leaf.core,
                to: (*to).clone(),
            };
            self.search.would(part.leaf.condition, &goal, kept) == Some(!held)
        });
        nearest.is_none_or(|it| same(Some(it), part.to.as_ref()))
    }

    /// "1 more purchase", "3 purchases in the last 30 days", "1 purchase fewer in the last 30 days".
    fn number_of(&mut self, items: &Items, from: i64, to: i64, before: Option<DateTime>) -> String {
        let name = self.wording.collection(items);
        let difference = to.abs_diff(from);
        let one_or_many = if difference == 1 {
            noun::singular(&name)
        } else {
            noun::plural(&name)
        };
        if to > from {
            let some = if items.filter.is_some() {
                from > 0
            } else {
                !self.search.is_empty(&items.source)
            };
            let more = if some { " more" } else { "" };
            // One of now lies in the window, and several do before it moves on. Otherwise they have to be near each other.
            let in_window = self.takes_new(items)
                && (difference == 1 || before.is_some() && before == deadline::of_window(self.search, items));
            let rest = if in_window {
                self.wording.filter(items)
            } else {
                self.wording.items(items, "")
            };
            return format!("{difference}{more} {one_or_many}{rest}");
        }
        let rest = self.wording.items(items, "");
        if to == 0 {
            format!("no {}{rest}", noun::plural(&name))
        } else {
            format!("{difference} {one_or_many} fewer{rest}")
        }
    }

    /// "380 more for the total amount of purchases in the last 365 days".
    fn sum(&mut self, core: &Expr, from: &Value, to: &Value) -> Option<String> {
        let difference = number::subtract(to.as_ref(), from.as_ref())?;
        let difference = difference.to_owned();
        let size = number::absolute(difference.as_ref())?.to_owned();
        let more = compare::compare(to.as_ref(), from.as_ref())?.is_gt();
        let size = value::value(&size, &core.ty, self.wording.zone);
        let what = self.wording.phrase(core);
        let word = if more { "more" } else { "less" };
        Some(format!("{size} {word} for {what}"))
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

    /// "3 December", for what is over when that day begins; today, "14:05 today".
    fn moment(&self, moment: DateTime) -> String {
        let (zone, today) = (self.wording.zone, self.wording.today);
        let day = zone.date_of(moment);
        if day == today {
            format!("{} today", value::clock(moment, zone))
        } else {
            value::near_date(day, today)
        }
    }

    /// "3 December at 14:05", to the moment; at the start of the day, "3 December".
    fn time(&self, moment: DateTime) -> String {
        let (zone, today) = (self.wording.zone, self.wording.today);
        // What begins after a moment begins a microsecond later.
        let just_before = moment.checked_add(Duration::from_micros(-1));
        if let Some(before) = just_before.filter(|it| it.micros() % 1_000_000 == 0) {
            return format!("just after {}", self.time(before));
        }
        let day = zone.date_of(moment);
        if day == today || moment.micros() == zone.start_of(day) {
            self.moment(moment)
        } else {
            format!(
                "{} at {}",
                value::near_date(day, today),
                value::clock(moment, zone)
            )
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
        let collection = |source: &Source| names.collection(source);
        let property = |source: &Source, slot: u32| {
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
                collection: collection(source),
                count: *count as u64,
                like: *like,
                with: with
                    .iter()
                    .filter_map(|slot| {
                        let (name, own) = property(source, *slot);
                        Some((name, shown(cell(row, *slot)?, own)))
                    })
                    .collect::<IndexMap<_, _>>(),
            },
            Step::Remove { source, index } => Edit::Remove {
                collection: collection(source),
                index: *index,
            },
            Step::Alter {
                source,
                index,
                slot,
                value,
            } => {
                let (name, own) = property(source, *slot);
                Edit::Alter {
                    collection: collection(source),
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
