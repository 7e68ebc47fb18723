//! The items of a collection, in a relation of their own.
//!
//! They are grouped by the row that has them, and that relation is joined to the one that asks. All that is asked of one table by the
//! same rows is worked out in one pass. Where something about an item looks at rows around it, those are joined to the items first.

use std::collections::BTreeSet;

use super::{
    Maybe, Test, Translator,
    fragment::{Sql, sql},
    relation::Relation,
    rows::Row,
};
use crate::{
    hir::{ConditionKind, Expr, ExprKind, Items, Order, Part, Source, Spot},
    span::Span,
    value::{Type, Value},
};

/// Items in a relation of their own.
#[derive(Clone, Debug)]
pub(super) struct Collection<'q> {
    pub(super) relation: usize,
    pub(super) rows: Vec<Option<Row<'q>>>,
    /// What the relation that asks has in the place of the columns that it is grouped by.
    pub(super) back: Vec<Sql>,
}

impl<'q> Translator<'q> {
    /// The relation of the items of a collection, grouped by the rows that have them; `own` when nobody else may measure in it.
    pub(super) fn collection(
        &mut self,
        items: &Items,
        values: &[&Expr],
        own: bool,
        span: Span,
    ) -> Maybe<Collection<'q>> {
        let mut free = BTreeSet::new();
        free_of(items, items.row, &mut free);
        for value in values {
            free_rows(Part::Expr(value), items.row, &mut free);
        }
        if let Source::List(spot @ Spot::Item { .. }) = &items.source
            && !free.is_empty()
        {
            spot_rows(spot, items.row, &mut free);
        }
        let child = self.row_of_source(&items.source, span)?;
        let depth = usize::from(items.row);
        if free.is_empty() {
            self.local(items, child, depth, own, span)
        } else {
            self.full(items, &free, child, depth, own, span)
        }
    }

    /// Items of which nothing around them is asked: their own table will do.
    fn local(
        &mut self,
        items: &Items,
        mut child: Row<'q>,
        depth: usize,
        own: bool,
        span: Span,
    ) -> Maybe<Collection<'q>> {
        let back = match &items.source {
            Source::Events(_) => vec![self.any_customer_key(span)?],
            Source::List(Spot::Row(place)) => {
                let parent = self.row(place.row)?;
                self.identity(&parent, span)?
            }
            Source::List(Spot::Item { key, .. }) => {
                let key = self.key_of(key)?.sql;
                vec![key]
            }
        };
        let name = format!("{}_by_{}", short(&child.path), owner(&child.path));
        let signature = format!("local {} {depth}", child.path);
        if let Some(shared) = self.shared(&signature).filter(|_| !own) {
            return Some(Collection { back, ..shared });
        }
        let relation = self.begin(&name);
        let (keys, happened) = self.turned(relation, |this| {
            child.alias = this.alias("e", "");
            this.add_table(&child, None);
            let keys = this.keys(&child, span)?.into_iter().zip(child.keys.clone());
            let keys = keys
                .map(|(key, ty)| this.comparable(key, &ty, &items.source))
                .collect();
            Some((keys, this.happened(&child, span)?))
        })?;
        let mut rows = vec![None; depth];
        rows.push(Some(child));
        Some(self.grouped(relation, rows, keys, happened, back, own, &signature))
    }

    /// Items of which something is asked together with rows around them: those are joined first.
    fn full(
        &mut self,
        items: &Items,
        free: &BTreeSet<usize>,
        mut child: Row<'q>,
        depth: usize,
        own: bool,
        span: Span,
    ) -> Maybe<Collection<'q>> {
        let mut last = free.last().copied().unwrap_or(0);
        if let Source::List(Spot::Row(place)) = &items.source {
            last = last.max(usize::from(place.row));
        }
        let outer: Vec<(usize, Row<'q>)> = (0..=last)
            .filter_map(|row| Some((row, self.rows.get(row).cloned().flatten()?)))
            .collect();
        let back = self.chain_identity(&outer, span)?;
        let name = format!(
            "{}_by_{}",
            short(&child.path),
            outer.last().map_or("customers", |(_, row)| short(&row.path))
        );
        let sources: Vec<_> = outer.iter().map(|(row, it)| (row, &it.source)).collect();
        let signature = format!("full {} {depth} {sources:?} {:?}", child.path, items.source);
        if let Some(shared) = self.shared(&signature).filter(|_| !own) {
            return Some(Collection { back, ..shared });
        }
        let relation = self.begin(&name);
        let before = std::mem::take(&mut self.rows);
        let made = self.turned(relation, |this| {
            this.chain(&outer, span)?;
            child.alias = this.alias("e", "");
            let on = this.link(&child, span)?;
            this.add_table(&child, Some(on));
            let chain: Vec<(usize, Row<'q>)> = this
                .rows
                .iter()
                .enumerate()
                .filter_map(|(row, it)| Some((row, it.clone()?)))
                .collect();
            let keys = this.chain_identity(&chain, span)?;
            Some((keys, this.happened(&child, span)?))
        });
        let mut rows = std::mem::replace(&mut self.rows, before);
        let (keys, happened) = made?;
        rows.resize(depth, None);
        rows.push(Some(child));
        Some(self.grouped(relation, rows, keys, happened, back, own, &signature))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "both ways to make a collection end here"
    )]
    fn grouped(
        &mut self,
        relation: usize,
        rows: Vec<Option<Row<'q>>>,
        keys: Vec<Sql>,
        happened: Option<Sql>,
        back: Vec<Sql>,
        own: bool,
        signature: &str,
    ) -> Collection<'q> {
        let it = &mut self.relations[relation];
        it.group = (!own).then_some(keys.len());
        it.filter.extend(happened);
        for key in keys {
            let name = it.fresh("key");
            it.gives.push((name, key));
        }
        let collection = Collection { relation, rows, back };
        if !own {
            self.collections
                .entry(signature.to_owned())
                .or_default()
                .push(collection.clone());
        }
        collection
    }

    /// A relation that is there already, unless it reads one that waits for what is being made.
    fn shared(&self, signature: &str) -> Option<Collection<'q>> {
        let mut all = self.collections.get(signature).into_iter().flatten();
        all.find(|it| !self.reads(it.relation, &mut BTreeSet::new()))
            .cloned()
    }

    fn reads(&self, relation: usize, seen: &mut BTreeSet<usize>) -> bool {
        let unfinished = relation == self.current || self.waiting.contains(&relation);
        unfinished
            || seen.insert(relation)
                && self.relations[relation]
                    .depends
                    .iter()
                    .any(|it| self.reads(*it, seen))
    }

    /// Begins a relation.
    pub(super) fn begin(&mut self, name: &str) -> usize {
        let name = self.named(name);
        let relation = Relation::new(name, self.encoding.tables());
        self.relations.push(relation);
        self.relations.len() - 1
    }

    /// Turns to another relation for a while.
    pub(super) fn turned<T>(&mut self, relation: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let current = std::mem::replace(&mut self.current, relation);
        self.waiting.push(current);
        let result = work(self);
        self.waiting.pop();
        self.current = current;
        result
    }

    /// Does something in the relation of a collection, where its rows are in scope.
    pub(super) fn inside<T>(
        &mut self,
        collection: &Collection<'q>,
        work: impl FnOnce(&mut Self) -> Maybe<T>,
    ) -> Maybe<T> {
        let rows = std::mem::replace(&mut self.rows, collection.rows.clone());
        let result = self.turned(collection.relation, work);
        self.rows = rows;
        result
    }

    /// Joins the relation of a collection to the one that asks, and tells from which layer on its columns are there.
    pub(super) fn joined_back(&mut self, collection: &Collection<'q>) -> (String, usize) {
        self.joined_at(collection, None)
    }

    pub(super) fn joined_at(&mut self, collection: &Collection<'q>, place: Option<&str>) -> (String, usize) {
        let signature = (
            self.current,
            format!("relation {} {:?}", collection.relation, collection.back),
        );
        if let Some(joined) = self.joined.get(&signature) {
            return joined.clone();
        }
        let name = self.relations[collection.relation].name.clone();
        let table = self.encoding.quote(&name);
        let alias = self.alias(&name, &table);
        let keys: Vec<String> = self.relations[collection.relation]
            .gives
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let quote = |name: &str| format!("{}.{}", self.encoding.quote(&alias), self.encoding.quote(name));
        let mut on: Vec<Sql> = collection
            .back
            .iter()
            .zip(&keys)
            .map(|(back, key)| sql![quote(key), " = ", back])
            .collect();
        on.extend(place.map(|place| sql![quote(place), " = 1"]));
        let on = Sql::matched(on);
        self.relation().depends.push(collection.relation);
        let layer = self.relation().room(on.layer);
        self.relation().join(layer, table, alias.clone(), on);
        self.joined.insert(signature, (alias.clone(), layer));
        (alias, layer)
    }

    /// Joins the tables of rows around the items, each to those before it, and puts them in scope.
    pub(super) fn chain(&mut self, outer: &[(usize, Row<'q>)], span: Span) -> Maybe<()> {
        for (row, it) in outer {
            let mut it = it.clone();
            it.layer = 0;
            it.alias = self.alias(if *row == 0 { "c" } else { "o" }, "");
            self.rows.resize(*row, None);
            let first = self.rows.iter().all(Option::is_none);
            let on = if first { None } else { Some(self.link(&it, span)?) };
            self.add_table(&it, on);
            self.rows.push(Some(it));
        }
        Some(())
    }

    /// On what a row is joined to those in scope.
    pub(super) fn link(&mut self, row: &Row<'q>, span: Span) -> Maybe<Sql> {
        let keys = self.keys(row, span)?;
        let parents = match row.source.clone()? {
            Source::Events(_) => vec![self.any_customer_key(span)?],
            Source::List(Spot::Row(place)) => {
                let parent = self.row(place.row)?;
                self.identity(&parent, span)?
            }
            Source::List(Spot::Item { key, .. }) => {
                let value = self.value(&key)?;
                let is_int = value.ty == Type::Int;
                let key = self.logical(value);
                let key = if is_int { self.encoding.digits(key) } else { key };
                if key.layer > 0 {
                    return self.refuse(
                        span,
                        "a list of an item whose key is worked out",
                        "follow an attribute",
                    );
                }
                let own = keys.into_iter().next()?;
                let own = self.comparable(own, &row.keys[0].clone(), &row.source.clone()?);
                return Some(sql![own, " = ", key]);
            }
        };
        let pairs = keys
            .into_iter()
            .zip(parents)
            .map(|(key, parent)| sql![key, " = ", parent]);
        Some(Sql::matched(pairs.collect()))
    }

    /// What tells the last of rows that are joined to each other from all others.
    pub(super) fn chain_identity(&mut self, chain: &[(usize, Row<'q>)], span: Span) -> Maybe<Vec<Sql>> {
        let mut identity = Vec::new();
        for (position, (_, row)) in chain.iter().enumerate() {
            if position == 0 {
                identity.extend(self.identity(row, span)?);
            } else {
                identity.push(self.sequence(row, span)?);
            }
        }
        Some(identity)
    }

    /// The customer's key, from whichever row in scope has it.
    pub(super) fn any_customer_key(&mut self, span: Span) -> Maybe<Sql> {
        let row = self.rows.iter().flatten().next().cloned()?;
        self.keys(&row, span)?.into_iter().next()
    }

    /// That an event happened.
    pub(super) fn happened(&mut self, row: &Row<'q>, span: Span) -> Maybe<Option<Sql>> {
        if !matches!(row.source, Some(Source::Events(_))) {
            return Some(None);
        }
        let at = self.at_of(row, span)?;
        let now = Value::DateTime(self.at.now());
        Some(match self.compare_with(Order::Le, at, &now) {
            Test::Sql(sql) => Some(sql),
            _ => None,
        })
    }

    /// Keys of items that are known by a number are compared as text, as references to them are.
    fn comparable(&self, key: Sql, ty: &Type, source: &Source) -> Sql {
        if *ty == Type::Int && matches!(source, Source::List(Spot::Item { .. })) {
            self.encoding.digits(key)
        } else {
            key
        }
    }
}

/// The rows around an item that something inside of it looks at, but for the events of the customer, which need her key.
fn free_rows(part: Part<'_>, below: u8, found: &mut BTreeSet<usize>) {
    let mut add = |row: u8| {
        if row < below {
            found.insert(usize::from(row));
        }
    };
    part.walk(&mut |part| match part {
        Part::Expr(expr) => match &expr.kind {
            ExprKind::Slot(place) | ExprKind::Size(Spot::Row(place)) => add(place.row),
            ExprKind::Trait(_) => add(0),
            _ => {}
        },
        Part::Condition(condition) => {
            if matches!(
                condition.kind,
                ConditionKind::Segment(_) | ConditionKind::Sample { .. }
            ) {
                add(0);
            }
        }
        Part::Items(items) => match &items.source {
            Source::Events(_) => add(0),
            Source::List(Spot::Row(place)) => add(place.row),
            Source::List(Spot::Item { .. }) => {}
        },
        Part::List(Spot::Row(place))
        | Part::Slots {
            first: Spot::Row(place),
            ..
        } => add(place.row),
        Part::Window(_) | Part::List(_) | Part::Slots { .. } => {}
    });
}

/// The rows around an item that its window and its filter look at.
pub(super) fn free_of(items: &Items, below: u8, found: &mut BTreeSet<usize>) {
    if let Some(window) = &items.window {
        free_rows(Part::Window(window), below, found);
    }
    if let Some(filter) = &items.filter {
        free_rows(Part::Condition(filter), below, found);
    }
}

fn spot_rows(spot: &Spot, below: u8, found: &mut BTreeSet<usize>) {
    if let Some(key) = spot.key() {
        free_rows(Part::Expr(key), below, found);
    }
}

/// The last name of a path in the mapping.
fn short(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What has the rows of a path.
fn owner(path: &str) -> &str {
    let mut names = path
        .split('.')
        .filter(|it| !matches!(*it, "lists" | "catalogs" | "events"));
    let first = names.next().unwrap_or("customers");
    if path.starts_with("events") && path.matches('.').count() == 1 {
        "customers"
    } else {
        first
    }
}
