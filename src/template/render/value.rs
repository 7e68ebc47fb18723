//! Values: from the customer, through the filters, to the page.

use std::fmt::Write;

use super::{
    super::{
        context::Escape,
        escape,
        filter::money::write_number,
        held::Held,
        program::{Filter, Output, Source},
    },
    Job, Renderer,
    digits::{write_decimal, write_float, write_int},
};
use crate::{
    eval::Frame,
    filter::{self, Draft, locale::Quantity},
    hir::template::{ListFilter, TextFilter},
    plan::{Kind, NodeId, Spot},
    record::Row,
    value::{ValueRef, text},
};

/// Most filters have no more arguments; those of others lie in the arena.
pub(super) const MOST_ARGUMENTS: usize = 5;

impl<'a, R: Row<'a>> Renderer<'a, '_, '_, R> {
    /// Writes a value that passes no filter but `default`; `false` when there is none.
    pub(super) fn value(&mut self, node: NodeId, fallback: Option<NodeId>, escape: Escape) -> bool {
        let job = self.job;
        if let Some((item, slot)) = self.machine.followed(node) {
            if let Some(item) = item
                && let Some(text) = item.fields().text(slot)
                && (fallback.is_none() || text::filled(text))
            {
                let write = |text: &str, out: &mut String| escape::write(escape, text, out);
                let way = escape.way();
                match way.and_then(|way| item.written(slot, way, write)) {
                    Some(written) => self.out.push_str(written),
                    None => write(text, self.out),
                }
                return true;
            }
        } else if let Some(value) = self.machine.value(node)
            && (fallback.is_none() || !gives_way(value, false))
        {
            write_value(value, escape, job, self.out);
            return true;
        }
        let Some(value) = fallback.and_then(|node| self.machine.value(node)) else {
            return false;
        };
        write_value(value, escape, job, self.out);
        true
    }

    /// Writes a value that passes filters; `false` when nothing came out of them.
    pub(super) fn output(&mut self, output: &'a Output) -> bool {
        match self.piped(output) {
            Held::Plain(value) => {
                write_value(value, output.escape, self.job, self.out);
                true
            }
            // The checker lets nothing else out of a placeholder.
            Held::Missing | Held::List(_) | Held::Item(_) => false,
        }
    }

    /// What comes out of the filters.
    pub(super) fn piped(&mut self, output: &'a Output) -> Held<'a, R> {
        let mut held = match output.source {
            Source::Value(node) => self.load(node),
            Source::List(place, kind) => self.list(place, kind).map_or(Held::Missing, Held::List),
            Source::Range { from, to } => self.range(from, to),
            Source::Item(row) => self.machine.placed(row).map_or(Held::Missing, Held::Item),
        };
        for filter in &output.filters {
            held = self.apply(filter, held);
        }
        held
    }

    /// The items of a list.
    pub(super) fn list(&mut self, place: Spot, kind: Option<Kind>) -> Option<&'a [Frame<'a, R>]> {
        let arena = self.job.arena.get();
        match self.machine.made_list(place) {
            Some(list) => Some(list),
            None => self
                .machine
                .items_of(place, kind, |items| &*arena.list(items.flatten())),
        }
    }

    /// The numbers of a range, each of which counts as a round of a loop; none where they are too many, which ends the message.
    fn range(&mut self, from: NodeId, to: NodeId) -> Held<'a, R> {
        let (Some(from), Some(to)) = (self.whole(from), self.whole(to)) else {
            return Held::Missing;
        };
        let count = to
            .checked_sub(from)
            .and_then(|it| usize::try_from(it.saturating_add(1)).ok());
        let count = if from > to { 0 } else { count.unwrap_or(usize::MAX) };
        self.rounds = self.rounds.saturating_add(count);
        if self.rounds > self.job.limits.iterations {
            return Held::Missing;
        }
        let numbers = (from..=to).map(|it| Frame::Value(ValueRef::Int(it)));
        Held::List(self.job.arena.get().list(numbers))
    }

    fn load(&mut self, node: NodeId) -> Held<'a, R> {
        let arena = self.job.arena;
        Held::of(self.machine.lasting(node, |text| arena.get().text(text)))
    }

    fn apply(&mut self, filter: &'a Filter, held: Held<'a, R>) -> Held<'a, R> {
        let job = self.job;
        let value = match (filter, held) {
            (
                Filter::Default {
                    fallback,
                    allow_false,
                },
                held,
            ) => {
                return match held {
                    Held::Plain(value) if gives_way(value, *allow_false) => self.load(*fallback),
                    Held::Missing => self.load(*fallback),
                    held => held,
                };
            }
            (Filter::Size, held) => {
                let size = match held {
                    Held::List(items) => items.len(),
                    Held::Plain(value) => show(value, job).chars().count(),
                    Held::Missing | Held::Item(_) => 0,
                };
                let size = i64::try_from(size).unwrap_or(i64::MAX);
                return Held::Plain(ValueRef::Int(size));
            }
            (Filter::Json, Held::List(items)) => {
                return Held::text(job.arena.get().write(|draft| {
                    for (index, item) in items.iter().enumerate() {
                        draft.push_str(if index == 0 { "[" } else { "," });
                        if let Frame::Value(value) = item {
                            write_json(*value, job, draft);
                        }
                        if draft.is_full() {
                            return;
                        }
                    }
                    draft.push_str(if items.is_empty() { "[]" } else { "]" });
                }));
            }
            (Filter::List(of_list), Held::Missing | Held::List([])) if of_list.kind == ListFilter::Or => {
                let other = of_list.more.and_then(|(list, kind)| self.list(list, kind));
                return other.map_or(Held::Missing, Held::List);
            }
            (Filter::List(of_list), Held::List(items)) => return self.of_list(of_list, items),
            (_, Held::Plain(value)) => value,
            (_, Held::Missing | Held::List(_) | Held::Item(_)) => return Held::Missing,
        };
        match filter {
            Filter::Text(kind, nodes) => {
                let mut values = [ValueRef::Int(0); MOST_ARGUMENTS];
                let Some(arguments) = self.texts(nodes, kind.counts(), &mut values) else {
                    return Held::Missing;
                };
                let (text, arena) = (show(value, job), job.arena.get());
                if let (TextFilter::Split, [ValueRef::Text(separator)]) = (kind, arguments) {
                    return Held::texts(filter::split(text, separator), arena);
                }
                let made = arena.made(|draft| filter::text(*kind, text, arguments, draft));
                made.map_or(Held::Missing, Held::text)
            }
            Filter::Code(kind, nodes) => {
                let mut values = [ValueRef::Int(0); MOST_ARGUMENTS];
                let Some(arguments) = self.texts(nodes, 0, &mut values) else {
                    return Held::Missing;
                };
                let text = show(value, job);
                let made = job
                    .arena
                    .get()
                    .made(|draft| filter::code(*kind, text, arguments, draft));
                made.map_or(Held::Missing, Held::text)
            }
            Filter::Number(kind, nodes) => {
                let mut values = [ValueRef::Int(0); MOST_ARGUMENTS];
                let arguments = self.arguments(nodes, &mut values);
                Held::of(arguments.and_then(|arguments| filter::number(*kind, value, arguments)))
            }
            Filter::Money(currency) => {
                let mut known = false;
                let text = job
                    .arena
                    .get()
                    .write(|draft| known = currency.write(value, draft.buffer()));
                if known { Held::text(text) } else { Held::Missing }
            }
            Filter::Date(form) => {
                let mut known = false;
                let (zone, today) = (job.at.zone(), job.at.today());
                let text = job
                    .arena
                    .get()
                    .write(|draft| known = form.write(value, zone, today, draft.buffer()));
                if known { Held::text(text) } else { Held::Missing }
            }
            Filter::Json => Held::text(job.arena.get().write(|draft| write_json(value, job, draft))),
            Filter::DaysUntil => Held::of(days_until(value, job)),
            Filter::Grouped(locale, digits) => {
                let Some(digits) = self.whole(*digits) else {
                    return Held::Missing;
                };
                let mut known = false;
                let arena = job.arena.get();
                let text = arena.write(|draft| known = write_number(value, digits, locale, draft.buffer()));
                if known { Held::text(text) } else { Held::Missing }
            }
            Filter::Plural(locale, forms) => {
                let quantity = Quantity::of(value);
                let form = quantity.and_then(|it| forms.get(locale.category(it) as usize));
                form.map_or(Held::Missing, |form| self.load(*form))
            }
            Filter::Default { .. } | Filter::Size | Filter::List(_) => Held::Missing,
        }
    }

    /// The arguments of a filter; `None` when one is missing, which only a calculation beyond its type can be.
    pub(super) fn arguments<'v>(
        &mut self,
        nodes: &[NodeId],
        values: &'v mut [ValueRef<'a>; MOST_ARGUMENTS],
    ) -> Option<&'v [ValueRef<'a>]> {
        self.read(nodes, values).map(|it| &*it)
    }

    fn read<'v>(
        &mut self,
        nodes: &[NodeId],
        values: &'v mut [ValueRef<'a>; MOST_ARGUMENTS],
    ) -> Option<&'v mut [ValueRef<'a>]> {
        let arena = self.job.arena;
        let values = match values.get_mut(..nodes.len()) {
            Some(few) => few,
            None => arena.get().places(nodes.len(), ValueRef::Int(0)),
        };
        for (value, node) in values.iter_mut().zip(nodes) {
            *value = self.machine.lasting(*node, |text| arena.get().text(text))?;
        }
        Some(values)
    }

    /// The same for a filter that takes texts, after so many whole numbers.
    pub(super) fn texts<'v>(
        &mut self,
        nodes: &[NodeId],
        counts: usize,
        values: &'v mut [ValueRef<'a>; MOST_ARGUMENTS],
    ) -> Option<&'v [ValueRef<'a>]> {
        let job = self.job;
        let values = self.read(nodes, values)?;
        for value in values.iter_mut().skip(counts) {
            *value = ValueRef::Text(show(*value, job));
        }
        Some(values)
    }
}

/// How many midnights of the zone lie between now and then.
fn days_until(value: ValueRef<'_>, job: &Job<'_>) -> Option<ValueRef<'static>> {
    let day = match value {
        ValueRef::Date(day) => day,
        ValueRef::DateTime(at) => job.at.zone().checked_date_of(at)?,
        _ => return None,
    };
    let days = i64::from(day.days()) - i64::from(job.at.today().days());
    Some(ValueRef::Int(days))
}

/// Whether `default` puts something else in place of a value that is there.
pub(super) fn gives_way(value: ValueRef<'_>, allow_false: bool) -> bool {
    match value {
        ValueRef::Text(it) => !text::filled(it),
        ValueRef::Bool(it) => !it && !allow_false,
        _ => false,
    }
}

/// A value as text.
pub(super) fn show<'a>(value: ValueRef<'a>, job: &Job<'a>) -> &'a str {
    match value {
        ValueRef::Text(text) => text,
        value => job
            .arena
            .get()
            .write(|draft| write_plain(value, job, draft.buffer())),
    }
}

fn write_plain(value: ValueRef<'_>, job: &Job<'_>, out: &mut String) {
    match value {
        ValueRef::Text(it) => out.push_str(it),
        ValueRef::Bool(it) => out.push_str(if it { "true" } else { "false" }),
        ValueRef::Int(it) => write_int(it, out),
        ValueRef::Decimal(it) => write_decimal(it.units(), out),
        ValueRef::Float(it) => write_float(it, out),
        ValueRef::DateTime(_) => {
            let (zone, today) = (job.at.zone(), job.at.today());
            job.program.instants.write(value, zone, today, out);
        }
        value => {
            let _ = write!(out, "{value}");
        }
    }
}

/// A value as JSON: numbers and truth values as they are, everything else as text in quotes.
fn write_json(value: ValueRef<'_>, job: &Job<'_>, draft: &mut Draft) {
    match value {
        ValueRef::Text(text) => escape::write(Escape::JsonValue, text, draft.buffer()),
        ValueRef::Bool(_) | ValueRef::Int(_) | ValueRef::Decimal(_) | ValueRef::Float(_) => {
            write_plain(value, job, draft.buffer());
        }
        value => {
            // Days and instants have no letters that JSON writes in another way.
            draft.push_str("\"");
            write_plain(value, job, draft.buffer());
            draft.push_str("\"");
        }
    }
}

pub(super) fn write_value(value: ValueRef<'_>, escape: Escape, job: &Job<'_>, out: &mut String) {
    match (value, escape) {
        (ValueRef::Text(it), _) => escape::write(escape, it, out),
        // Digits, letters and `-.:+` mean nothing in text.
        (value, Escape::None | Escape::Html | Escape::Css | Escape::JsonText)
        | (
            value @ (ValueRef::Bool(_) | ValueRef::Int(_) | ValueRef::Decimal(_) | ValueRef::Float(_)),
            Escape::JsonValue,
        ) => write_plain(value, job, out),
        (value, escape) => {
            let text = job
                .arena
                .get()
                .write(|draft| write_plain(value, job, draft.buffer()));
            escape::write(escape, text, out);
        }
    }
}
