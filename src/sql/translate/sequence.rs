//! Sequences: chains of events, each after the one before, found by joining the tables of their types.

use std::collections::BTreeSet;

use super::{
    Maybe, Test, Translator, Val,
    collection::Collection,
    fragment::{Sql, sql},
    rows::Row,
};
use crate::hir::{Condition, Distance, Items, Source, Step};

impl<'q> Translator<'q> {
    /// Whether some chain of different events exists.
    pub(super) fn sequence_found(
        &mut self,
        first: &Items,
        steps: &[Step],
        condition: &Condition,
    ) -> Maybe<Test> {
        let known = (
            self.current,
            format!("sequence {first:?} {steps:?} {:?}", self.aliases()),
        );
        // The key of the joined relation is there for those who have a chain.
        let key = if let Some(key) = self.known.get(&known) {
            key.sql.clone()
        } else {
            let key = self.chain_of_events(first, steps, condition)?;
            self.known.insert(known, Val::new(key.clone(), self.key_type()));
            key
        };
        Some(Test::of(sql![key, " IS NOT NULL"].known()))
    }

    /// Makes the relation of those who have a chain, joins it, and gives its first column.
    fn chain_of_events(&mut self, first: &Items, steps: &[Step], condition: &Condition) -> Maybe<Sql> {
        let span = condition.span;
        let mut outer: BTreeSet<usize> = BTreeSet::new();
        for items in std::iter::once(first).chain(steps.iter().map(|it| &it.items)) {
            super::collection::free_of(items, first.row, &mut outer);
        }
        // A chain of events that is asked for of each item looks at that item, else it is one of the customer's.
        let rows: Vec<(usize, Row<'q>)> = if outer.is_empty() {
            Vec::new()
        } else {
            let last = outer.last().copied().unwrap_or(0);
            (0..=last)
                .filter_map(|row| Some((row, self.rows.get(row).cloned().flatten()?)))
                .collect()
        };
        let back = if rows.is_empty() {
            vec![self.any_customer_key(span)?]
        } else {
            self.chain_identity(&rows, span)?
        };
        let (steps, none) = match steps {
            [steps @ .., last] if last.none => (steps, Some(last)),
            steps => (steps, None),
        };
        let excluded = match none {
            None => None,
            Some(last) => Some(self.followed(first, steps, Some(last), &rows, condition)?),
        };
        let (index, end) = self.followed(first, steps, None, &rows, condition)?;
        if let (Some((excluded, _)), Some(last)) = (excluded, none) {
            self.without((index, &end), excluded, last, condition)?;
        }
        let it = &mut self.relations[index];
        let keys = back.len();
        // Only who has a chain is asked for, not which: the events of the chain are left out, and each key is given once.
        it.gives.truncate(keys);
        it.group = Some(keys);
        let collection = Collection {
            relation: index,
            rows: Vec::new(),
            back,
        };
        let (alias, layer) = self.joined_back(&collection);
        let (name, _) = self.relations[index].gives.first()?.clone();
        let ty = self.key_type();
        Some(self.read_column(&alias, &name, &ty, layer, true))
    }

    /// The relation of chains of events, and the event that each ends with. It gives the keys of who has them, then the place of each event in the table
    /// of its type. `last` is the step that is not to follow, for whoever looks for chains that go on.
    fn followed(
        &mut self,
        first: &Items,
        steps: &[Step],
        last: Option<&Step>,
        outer: &[(usize, Row<'q>)],
        condition: &Condition,
    ) -> Maybe<(usize, Row<'q>)> {
        let span = condition.span;
        let index = self.begin(if last.is_some() {
            "chains_that_go_on"
        } else {
            "chains_of_events"
        });
        let before = std::mem::take(&mut self.rows);
        let made = self.turned(index, |this| this.chain_inside(first, steps, last, outer, span));
        self.rows = before;
        made.map(|end| (index, end))
    }

    fn chain_inside(
        &mut self,
        first: &Items,
        steps: &[Step],
        last: Option<&Step>,
        outer: &[(usize, Row<'q>)],
        span: crate::span::Span,
    ) -> Maybe<Row<'q>> {
        self.chain(outer, span)?;
        let depth = usize::from(first.row);
        let outside = {
            let mut rows = self.rows.clone();
            rows.resize(depth, None);
            rows
        };
        let mut chain: Vec<Row<'q>> = Vec::new();
        let mut filters: Vec<Sql> = Vec::new();
        for (position, items) in std::iter::once(first)
            .chain(steps.iter().chain(last).map(|it| &it.items))
            .enumerate()
        {
            let mut row = self.event_row(items, span)?;
            row.alias = self.alias(&format!("e{}", position + 1), "");
            self.rows = outside.iter().cloned().chain([chain.first().cloned()]).collect();
            let key = self.keys(&row, span)?.into_iter().next()?;
            let on = if position == 0 && outer.is_empty() {
                None
            } else {
                let other = self.any_customer_key(span)?;
                Some(sql![key, " = ", other])
            };
            self.add_table(&row, on);
            filters.extend(self.happened(&row, span)?);
            self.rows.clone_from(&outside);
            if let Some(step) = position
                .checked_sub(1)
                .and_then(|it| steps.iter().chain(last).nth(it))
            {
                let before = chain.last().cloned()?;
                filters.extend(self.after(&before, &row, step, span)?);
                for earlier in chain.iter().rev().skip(1).filter(|it| it.source == row.source) {
                    let (one, other) = (self.sequence(earlier, span)?, self.sequence(&row, span)?);
                    filters.push(sql![one, " <> ", other].comparison());
                }
                self.rows.push(Some(before));
            }
            self.rows.push(Some(row.clone()));
            match self.met(items)? {
                None => filters.push(sql!["FALSE"].atom()),
                Some(filter) => filters.extend(filter),
            }
            chain.push(row);
        }
        self.rows = outside.into_iter().chain([chain.first().cloned()]).collect();
        let keys = if outer.is_empty() {
            vec![self.any_customer_key(span)?]
        } else {
            let outer: Vec<(usize, Row<'q>)> = outer
                .iter()
                .filter_map(|(row, _)| Some((*row, self.rows.get(*row).cloned().flatten()?)))
                .collect();
            self.chain_identity(&outer, span)?
        };
        let mut places = Vec::new();
        for row in &chain {
            places.push(self.sequence(row, span)?);
        }
        let relation = self.relation();
        relation.filter = filters;
        for key in keys {
            let name = relation.fresh("key");
            relation.gives.push((name, key));
        }
        for place in places {
            let name = relation.fresh("event");
            relation.gives.push((name, place));
        }
        chain.pop()
    }

    /// Leaves only chains that do not go on, of which it is clear already.
    fn without(
        &mut self,
        (index, end): (usize, &Row<'q>),
        excluded: usize,
        last: &Step,
        condition: &Condition,
    ) -> Maybe<()> {
        let span = condition.span;
        self.turned(index, |this| {
            let at = this.at_of(end, span)?;
            let at = this.bound(at, "at");
            let until = this.until(at, last.within);
            let mut filters = Vec::new();
            match until {
                Some(until) => {
                    filters.push(sql![until.operand(), " <= ", this.at.now().micros()].comparison());
                }
                None => filters.push(sql!["FALSE"].atom()),
            }
            let ours: Vec<Sql> = this.relation().gives.iter().map(|(_, sql)| sql.clone()).collect();
            let theirs: Vec<String> = this.relations[excluded]
                .gives
                .iter()
                .map(|(name, _)| name.clone())
                .collect();
            let first = theirs.first()?.clone();
            let alias = this.alias("n", "");
            let quote = |name: &str| format!("{}.{}", this.encoding.quote(&alias), this.encoding.quote(name));
            let on = ours
                .iter()
                .zip(&theirs)
                .map(|(ours, theirs)| sql![quote(theirs), " = ", ours]);
            let on = Sql::matched(on.collect());
            let table = this.encoding.quote(&this.relations[excluded].name);
            this.relation().depends.push(excluded);
            let layer = this.relation().room(on.layer);
            this.relation().join(layer, table, alias.clone(), on);
            let ty = this.key_type();
            let key = this.read_column(&alias, &first, &ty, layer, true);
            filters.push(sql![key, " IS NULL"].comparison());
            this.relation().filter.extend(filters);
            Some(())
        })
    }

    /// That an event comes after another, and not too late.
    fn after(
        &mut self,
        before: &Row<'q>,
        row: &Row<'q>,
        step: &Step,
        span: crate::span::Span,
    ) -> Maybe<Vec<Sql>> {
        let (one, other) = (self.at_of(before, span)?, self.at_of(row, span)?);
        let (one, other) = (self.logical(one), self.logical(other));
        let order = if before.source == row.source {
            let (first, second) = (self.sequence(before, span)?, self.sequence(row, span)?);
            sql![
                &other, " > ", &one, " OR ", &other, " = ", &one, " AND ", second, " > ", first
            ]
            .operand()
        } else {
            sql![&other, " >= ", &one].comparison()
        };
        let mut filters = vec![order];
        if let Some(until) = self.until(one, step.within) {
            filters.push(sql![other, " <= ", until.operand()].comparison());
        }
        Some(filters)
    }

    /// The last instant that is no farther from another; nothing when all are.
    fn until(&mut self, at: Sql, within: Distance) -> Option<Sql> {
        // Beyond the calendar, everything is within.
        const MOST: i64 = 400_000_000_000_000_000;
        match within {
            Distance::Micros(micros) if micros > MOST => None,
            Distance::Micros(micros) => Some(sql![at.operand(), " + ", micros]),
            Distance::Months(months) if months > 12 * 10_000 => None,
            Distance::Months(months) => {
                let later = self.months_after(at, months);
                Some(sql!["COALESCE(", later, ", ", MOST, ")"].tight().known())
            }
        }
    }

    fn event_row(&mut self, items: &Items, span: crate::span::Span) -> Maybe<Row<'q>> {
        let Source::Events(_) = items.source else {
            return None;
        };
        self.row_of_source(&items.source, span)
    }
}
