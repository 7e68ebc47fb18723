//! Who has to be asked again after some time.
//!
//! With the same data an answer changes only where a moment that a rule compares with the clock was passed: an event between two places of a
//! window's edge, or a date between two days that were today. Whoever has such a moment is due, and whoever the application says has changed. Where
//! something else reads the clock, everyone is.

mod spread;
mod walk;

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{Maybe, Translator, fragment::sql, rows::Row};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::Order,
    span::Span,
    value::{DateTime, Type},
};

/// What the passing of time may change.
#[derive(Debug)]
pub(super) struct Passed<'q> {
    from: DateTime,
    /// Where the clock is read in another way than beside a moment that is kept.
    everyone: Vec<Span>,
    /// The columns that the clock is compared with, by the path of their table and their slot.
    moments: IndexMap<(String, u32), Moments<'q>>,
    /// What was looked at already: traits also with the ranges that they were looked at for.
    traits: HashSet<usize>,
    spread: HashSet<(usize, (i64, i64))>,
    segments: HashSet<usize>,
}

/// A column, and between which numbers a moment in it makes a customer due: microseconds, or days.
#[derive(Debug)]
struct Moments<'q> {
    row: Row<'q>,
    ty: Type,
    span: Span,
    ranges: Vec<(i64, i64)>,
}

impl<'q> Translator<'q> {
    /// Makes the relation of the keys of those who are due, unless that is everyone.
    pub(super) fn due(&mut self, segments: &[usize], from: DateTime) {
        self.passed = Some(Passed {
            from,
            everyone: Vec::new(),
            moments: IndexMap::new(),
            traits: HashSet::new(),
            spread: HashSet::new(),
            segments: HashSet::new(),
        });
        for index in segments {
            self.passing_segment(*index);
        }
        let Some(passed) = self.passed.take() else { return };
        self.everyone = passed
            .everyone
            .into_iter()
            .map(|span| {
                Diagnostic::new(Code::EveryoneDue, "everyone is asked, as this may be another answer for anyone now")
                    .label(span, "reads the clock, or is a function that may answer in another way each time")
                    .help("compare a moment that is kept with `now` or `today`, or ask this segment apart from the others".to_owned())
            })
            .collect();
        if !self.everyone.is_empty() {
            return;
        }
        let mut parts = Vec::new();
        if let Some(changed) = &self.mapping.changed {
            let key = changed
                .key
                .first()
                .map(|key| self.encoding.quote(key))
                .unwrap_or_default();
            let key = self.compared_key(key);
            parts.push((key, self.encoding.table(changed)));
        }
        let mut tables: IndexMap<String, Vec<(u32, Moments<'q>)>> = IndexMap::new();
        for ((path, slot), moments) in passed.moments {
            tables.entry(path).or_default().push((slot, moments));
        }
        let mut depends = Vec::new();
        for (path, moments) in tables {
            let name = path.rsplit('.').next().unwrap_or(&path);
            let index = self.begin(&format!("due_{name}"));
            let _: Maybe<()> = self.turned(index, |this| this.due_of(moments));
            parts.push((
                self.encoding.quote("key"),
                self.encoding.quote(&self.relations[index].name),
            ));
            depends.push(index);
        }
        if parts.is_empty() {
            // Nothing that any rule reads was passed, and nobody changed.
            let index = self.begin("due_customers");
            let _: Maybe<()> = self.turned(index, |this| {
                let customers = this.customers();
                let key = this.keys(&customers, Span::default())?.into_iter().next()?;
                let relation = this.relation();
                relation.filter.push(sql!["FALSE"].atom());
                relation.gives.push(("key".to_owned(), key));
                Some(())
            });
            parts.push((
                self.encoding.quote("key"),
                self.encoding.quote(&self.relations[index].name),
            ));
            depends.push(index);
        }
        let due = self.begin("due");
        self.relations[due].union = parts;
        self.relations[due].depends = depends;
        self.restrict = Some(due);
    }

    /// The keys of those who have a moment of a table in one of the ranges.
    fn due_of(&mut self, moments: Vec<(u32, Moments<'q>)>) -> Maybe<()> {
        let mut row = moments.first()?.1.row.clone();
        row.alias = self.alias("e", "");
        row.layer = 0;
        self.add_table(&row, None);
        let mut tests = Vec::new();
        for (
            slot,
            Moments {
                ty, span, mut ranges, ..
            },
        ) in moments
        {
            let value = self.slot_of(&row, slot, &ty, true, span)?;
            ranges.sort_unstable();
            let mut apart: Vec<(i64, i64)> = Vec::new();
            for (low, high) in ranges {
                match apart.last_mut() {
                    Some((_, end)) if low <= *end => *end = high.max(*end),
                    _ => apart.push((low, high)),
                }
            }
            for (low, high) in apart {
                let low = self.beside_fixed(Order::Ge, &value, low);
                let high = self.beside_fixed(Order::Le, &value, high);
                tests.push(Self::all(vec![low, high]));
            }
        }
        let test = Self::any(tests);
        let filters = self.filters(test);
        let key = self.keys(&row, Span::default())?.into_iter().next()?;
        let relation = self.relation();
        relation.filter = filters;
        relation.gives.push(("key".to_owned(), key));
        Some(())
    }

    /// Leaves only those who are due, where a relation begins to read what customers have.
    pub(super) fn restricted(&mut self, row: &Row<'q>) {
        let Some(due) = self.restrict else { return };
        if !of_customers(&row.path) || !self.narrowed_relations.insert(self.current) {
            return;
        }
        let Some(column) = row.table.key.first() else {
            return;
        };
        let key = self.read_plain(row, column, &self.key_type(), false);
        let table = self.encoding.quote(&self.relations[due].name);
        let alias = self.alias("due", &table);
        let on = sql![
            format!("{}.{}", self.encoding.quote(&alias), self.encoding.quote("key")),
            " = ",
            key
        ];
        self.relation().depends.push(due);
        self.relation().table(table, alias, Some(on));
    }

    fn compared_key(&self, key: String) -> String {
        if super::rows::is_text(&self.key_type()) {
            self.encoding.bytewise(key)
        } else {
            key
        }
    }

    fn everyone(&mut self, span: Span) {
        if let Some(passed) = &mut self.passed
            && !passed.everyone.contains(&span)
        {
            passed.everyone.push(span);
        }
    }

    fn earlier(&self) -> DateTime {
        self.passed.as_ref().map_or(self.at.now(), |it| it.from)
    }

    fn day_passed(&self) -> bool {
        self.at.zone().date_of(self.earlier()) != self.at.today()
    }
}

/// Whether the rows of a table are the customers or something of them, so that their key says of whom.
fn of_customers(path: &str) -> bool {
    !path.starts_with("catalogs")
}
