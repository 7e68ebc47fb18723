//! What is counted and computed over the items of a collection.
//!
//! The items are grouped in a relation of their own by the row that has them, and that relation is joined to the one that asks. All that is asked of
//! one table by the same rows is worked out in one pass. Where a condition on an item looks at rows around it, those are
//! joined to the items first.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Part as Text, Sql, sql},
    relation::Relation,
    rows::{Row, path_of},
};
use crate::{
    hir::{
        AggregateKind, Condition, ConditionKind, Expr, ExprKind, Items, Order, Part, Place, Quantifier,
        Source, Spot,
    },
    schema::Layout,
    span::Span,
    sql::mapping::Table,
    value::{Type, Value},
};

/// One thing measured of the rows of a group that meet a condition.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) name: String,
    pub(super) filter: Option<Sql>,
    /// What is written before the value, the value if there is one, and what is written behind it.
    pub(super) function: &'static str,
    pub(super) value: Option<Sql>,
}

/// Items in a relation of their own.
#[derive(Clone, Debug)]
pub(super) struct Collection<'q> {
    pub(super) relation: usize,
    pub(super) rows: Vec<Option<Row<'q>>>,
    /// What the relation that asks has in the place of the columns that it is grouped by.
    pub(super) back: Vec<Sql>,
    /// What it is of, for a name.
    pub(super) name: String,
}

/// Where the items of a list live.
struct Home<'q> {
    table: &'q Table,
    layout: Arc<Layout>,
    keys: Vec<Type>,
    path: String,
}

impl<'q> Translator<'q> {
    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        items: &Items,
        condition: &Condition,
    ) -> Maybe<Test> {
        // What all items must meet, none fails to meet.
        let (items, quantifier) = match (quantifier, &items.filter) {
            (Quantifier::All, Some(filter)) => {
                let failing = Condition::clone(filter).not();
                (
                    Items {
                        filter: Some(Box::new(failing)),
                        ..items.clone()
                    },
                    Quantifier::No,
                )
            }
            (Quantifier::All, None) => return Some(Test::Always),
            (quantifier, _) => (items.clone(), quantifier),
        };
        let count = self.count(&items, condition.span)?;
        let at = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Some(Test::of(match quantifier {
            Quantifier::Any | Quantifier::All => sql![count, " > 0"],
            Quantifier::No => sql![count, " = 0"],
            Quantifier::AtLeast(least) => sql![count, " >= ", at(least)],
            Quantifier::AtMost(most) => sql![count, " <= ", at(most)],
            Quantifier::Exactly(exactly) => sql![count, " = ", at(exactly)],
        }))
    }

    /// The names of the rows in scope.
    pub(super) fn aliases(&self) -> Vec<Option<&str>> {
        self.rows
            .iter()
            .map(|row| row.as_ref().map(|it| &*it.alias))
            .collect()
    }

    /// The number of items; 0 where there are none.
    fn count(&mut self, items: &Items, span: Span) -> Maybe<Sql> {
        let collection = self.collection(items, &[], false, span)?;
        let filter = self.inside(&collection, |this| this.met(items))?;
        let Some(filter) = filter else {
            return Some(Sql::int(0));
        };
        let alias = self.joined_back(&collection);
        let name = self.measure(collection.relation, "count", filter, "COUNT(", None);
        let column = self.read_column(&alias, &name, &Type::Int, Self::layer(&collection), true);
        Some(sql!["COALESCE(", column, ", 0)"].tight().known())
    }

    pub(super) fn aggregate(
        &mut self,
        kind: AggregateKind,
        value: Option<&Expr>,
        items: &Items,
        expr: &Expr,
    ) -> Maybe<Val> {
        let known = (
            self.current,
            format!("{kind:?} {value:?} {items:?} {:?}", self.aliases()),
        );
        if let Some(val) = self.known.get(&known) {
            return Some(val.clone());
        }
        let sql = match (kind, value) {
            (AggregateKind::Count, None) => self.count(items, expr.span)?,
            (_, None) => return None,
            (AggregateKind::First | AggregateKind::Last | AggregateKind::Mode, Some(value)) => {
                let mut found = self.one_of(kind, &[value], items, expr.span, |this, value| {
                    Some(vec![this.number(value)?])
                })?;
                found.pop()?
            }
            (_, Some(value)) => self.measured(kind, value, items, expr.span)?,
        };
        let val = Val::new(sql, expr.ty.clone());
        self.known.insert(known, val.clone());
        Some(val)
    }

    /// What is worked out of all values in one pass.
    fn measured(&mut self, kind: AggregateKind, value: &Expr, items: &Items, span: Span) -> Maybe<Sql> {
        if value.ty == Type::Float && matches!(kind, AggregateKind::Sum | AggregateKind::Avg) {
            return self.refuse_float(span);
        }
        let collection = self.collection(items, &[value], false, span)?;
        let (filter, of_item) = self.inside(&collection, |this| {
            let filter = this.met(items)?;
            // A place is one of its coordinates for whoever only counts it.
            let value = this.number(value)?;
            Some((filter, value))
        })?;
        let layer = Self::layer(&collection);
        let Some(filter) = filter else {
            let nothing = matches!(
                kind,
                AggregateKind::Count | AggregateKind::Sum | AggregateKind::Distinct
            );
            return Some(if nothing {
                Sql::int(0)
            } else {
                sql!["NULL"].atom().maybe()
            });
        };
        let alias = self.joined_back(&collection);
        let encoding = self.encoding;
        let read = |this: &mut Self, name: &str, function: &'static str, value: Sql, ty: &Type| {
            let name = this.measure(collection.relation, name, filter.clone(), function, Some(value));
            this.read_column(&alias, &name, ty, layer, true)
        };
        let or_none = |column: Sql| sql!["COALESCE(", column, ", 0)"].tight().known();
        Some(match kind {
            AggregateKind::Count => {
                let count = read(self, "count", "COUNT(", of_item, &Type::Int);
                or_none(count)
            }
            AggregateKind::Distinct => {
                // Both zeros are one value.
                let of_item = if value.ty == Type::Float {
                    sql![of_item.operand(), " + ", encoding.float(0.0)]
                } else {
                    of_item
                };
                let count = read(self, "distinct", "COUNT(DISTINCT ", of_item, &Type::Int);
                or_none(count)
            }
            AggregateKind::Min => read(self, "min", "MIN(", of_item, &value.ty),
            AggregateKind::Max => read(self, "max", "MAX(", of_item, &value.ty),
            _ => {
                let mut sums = Vec::new();
                for addend in encoding.addends(of_item.clone()) {
                    let sum = read(self, "sum", "SUM(", addend, &Type::Int);
                    sums.push(or_none(sum));
                }
                if kind == AggregateKind::Sum {
                    encoding.total(&mut |sql| self.relations[self.current].bind(sql, "sum"), sums)
                } else {
                    let count = read(self, "known", "COUNT(", of_item, &Type::Int);
                    let count = sql!["NULLIF(", count, ", 0)"].tight().maybe();
                    let factor = if value.ty == Type::Int { 10_000 } else { 1 };
                    encoding.mean(
                        &mut |sql| self.relations[self.current].bind(sql, "mean"),
                        sums,
                        factor,
                        count,
                    )
                }
            }
        })
    }

    /// The first or the last place.
    pub(super) fn place_of_items(
        &mut self,
        kind: AggregateKind,
        value: &Expr,
        items: &Items,
    ) -> Maybe<[Sql; 3]> {
        let found = self.one_of(kind, &[value], items, value.span, |this, value| {
            let place = this.place(value)?;
            Some(place.to_vec())
        })?;
        <[Sql; 3]>::try_from(found).ok()
    }

    /// What the first item has, the last one, or most of them.
    fn one_of(
        &mut self,
        kind: AggregateKind,
        values: &[&Expr],
        items: &Items,
        span: Span,
        value: impl FnOnce(&mut Self, &Expr) -> Maybe<Vec<Sql>>,
    ) -> Maybe<Vec<Sql>> {
        let collection = self.collection(items, values, true, span)?;
        let index = collection.relation;
        let grouped = self.relations[index].gives.len();
        let found = self.inside(&collection, |this| {
            let Some(filter) = this.met(items)? else {
                return Some(None);
            };
            let mut found = value(this, values.first()?)?;
            for it in found.iter_mut().filter(|it| it.is_constant()) {
                // A constant alone would be the number of a column for whoever groups by it.
                *it = sql!["COALESCE(", &*it, ", NULL)"].tight();
            }
            let item = this.rows.last().cloned().flatten()?;
            let at = match items.source {
                Source::Events(_) => {
                    let at = this.at_of(&item, span)?;
                    Some(this.logical(at))
                }
                Source::List(_) => None,
            };
            let sequence = this.sequence(&item, span)?;
            Some(Some((filter, found, at, sequence)))
        })?;
        let Some((filter, found, at, sequence)) = found else {
            return Some(vec![sql!["NULL"].atom().maybe(); 3]);
        };
        let relation = &mut self.relations[index];
        relation.filter.extend(filter);
        let by = |relation: &Relation| {
            let mut by = Sql::default();
            for (position, (_, key)) in relation.gives.iter().take(grouped).enumerate() {
                by = if position == 0 {
                    key.clone()
                } else {
                    sql![by, ", ", key]
                };
            }
            by
        };
        let mut names = Vec::new();
        for it in &found {
            let name = relation.fresh("value");
            relation.gives.push((name.clone(), it.clone()));
            names.push(name);
        }
        let partition = by(relation);
        let order = if kind == AggregateKind::Mode {
            let seen = at.unwrap_or(sequence);
            let value = found.first()?.clone();
            relation
                .filter
                .push(sql![value.clone().operand(), " IS NOT NULL"]);
            relation.group = Some(grouped + names.len());
            sql!["COUNT(*) DESC, MAX(", seen, ") DESC, ", value, " ASC"]
        } else {
            // Also upward is said, as a session of DuckDB may order downward where nothing is said.
            let direction = if kind == AggregateKind::First {
                " ASC"
            } else {
                " DESC"
            };
            if let Some(at) = at {
                sql![at, direction, ", ", sequence, direction]
            } else {
                sql![sequence, direction]
            }
        };
        let place = relation.fresh("place");
        let ranked = sql![
            "ROW_NUMBER() OVER (PARTITION BY ",
            partition,
            " ORDER BY ",
            order,
            ")"
        ]
        .tight();
        relation.gives.push((place.clone(), ranked));
        let alias = self.joined_at(&collection, Some(&place));
        let ty = values.first()?.ty.clone();
        let ty = if ty == Type::Geo { Type::Int } else { ty };
        let layer = Self::layer(&collection);
        Some(
            names
                .iter()
                .map(|name| self.read_column(&alias, name, &ty, layer, true))
                .collect(),
        )
    }

    /// The condition that items meet which lie in the window and pass the filter; `None` inside when none does.
    #[expect(
        clippy::option_option,
        reason = "what is refused, what never holds, and what always does"
    )]
    pub(super) fn met(&mut self, items: &Items) -> Maybe<Option<Option<Sql>>> {
        let item = self.rows.last().cloned().flatten()?;
        let mut tests = Vec::new();
        if let Some(window) = &items.window {
            let span = items.filter.as_ref().map_or_else(Span::default, |it| it.span);
            let at = self.at_of(&item, span)?;
            // Bounds see only the rows outside.
            let inner = self.rows.pop();
            let test = self.in_stretch(&at, window);
            self.rows.extend(inner);
            tests.push(test?);
        }
        if let Some(filter) = &items.filter {
            tests.push(self.test(filter));
        }
        Some(match Self::all(tests) {
            Test::Never => None,
            Test::Always => Some(None),
            Test::Sql(sql) => Some(Some(sql)),
        })
    }

    /// Adds what is measured to a relation, once, and gives its name.
    fn measure(
        &mut self,
        relation: usize,
        name: &str,
        filter: Option<Sql>,
        function: &'static str,
        value: Option<Sql>,
    ) -> String {
        let same = self
            .measures
            .entry(relation)
            .or_default()
            .iter()
            .find(|it| it.function == function && it.filter == filter && it.value == value);
        if let Some(same) = same {
            return same.name.clone();
        }
        let name = self.relations[relation].fresh(name);
        let measure = Measure {
            name: name.clone(),
            filter,
            function,
            value,
        };
        self.measures.entry(relation).or_default().push(measure);
        name
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

    /// The layer of the relation that asks in which the collection's columns are there.
    fn layer(collection: &Collection<'q>) -> usize {
        collection.back.iter().map(|it| it.layer).max().unwrap_or(0)
    }

    /// Joins the relation of a collection to the one that asks.
    pub(super) fn joined_back(&mut self, collection: &Collection<'q>) -> String {
        self.joined_at(collection, None)
    }

    fn joined_at(&mut self, collection: &Collection<'q>, place: Option<&str>) -> String {
        let signature = (
            self.current,
            format!("relation {} {:?}", collection.relation, collection.back),
        );
        if let Some(alias) = self.joined.get(&signature) {
            return alias.clone();
        }
        let alias = self.relation().fresh(&collection.name);
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
        let on = Sql::joined_plain(on);
        let table = self.encoding.quote(&self.relations[collection.relation].name);
        self.relation().depends.push(collection.relation);
        self.relation().join(table, alias.clone(), on);
        self.joined.insert(signature, alias.clone());
        alias
    }

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
            child.alias = this.relation().fresh("e");
            this.add_table(&child, None);
            let keys = this.keys(&child, span)?.into_iter().zip(child.keys.clone());
            let keys = keys
                .map(|(key, ty)| this.comparable(key, &ty, &items.source))
                .collect();
            Some((keys, this.happened(&child, span)?))
        })?;
        let mut rows = vec![None; depth];
        rows.push(Some(child));
        Some(self.grouped(relation, rows, keys, happened, back, name, own, &signature))
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
            child.alias = this.relation().fresh("e");
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
        Some(self.grouped(relation, rows, keys, happened, back, name, own, &signature))
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
        name: String,
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
        let collection = Collection {
            relation,
            rows,
            back,
            name,
        };
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

    /// Turns to another relation for a while.
    pub(super) fn turned<T>(&mut self, relation: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let current = std::mem::replace(&mut self.current, relation);
        self.waiting.push(current);
        let result = work(self);
        self.waiting.pop();
        self.current = current;
        result
    }

    /// Begins a relation.
    pub(super) fn begin(&mut self, name: &str) -> usize {
        let taken = |name: &str| self.relations.iter().any(|it| it.name.eq_ignore_ascii_case(name));
        let mut unique = name.to_owned();
        let mut number = 2;
        while taken(&unique) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        self.relations.push(Relation::new(unique));
        self.relations.len() - 1
    }

    /// Joins the tables of rows around the items, each to those before it, and puts them in scope.
    pub(super) fn chain(&mut self, outer: &[(usize, Row<'q>)], span: Span) -> Maybe<()> {
        for (row, it) in outer {
            let mut it = it.clone();
            it.layer = 0;
            it.alias = self.relation().fresh(if *row == 0 { "c" } else { "o" });
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
                let key = self.key_of(&key)?;
                if key.sql.layer > 0 {
                    return self.refuse(
                        span,
                        "a list of an item whose key is worked out",
                        "follow an attribute",
                    );
                }
                let own = keys.into_iter().next()?;
                let own = self.comparable(own, &row.keys[0].clone(), &row.source.clone()?);
                return Some(sql![own, " = ", key.sql]);
            }
        };
        let pairs = keys
            .into_iter()
            .zip(parents)
            .map(|(key, parent)| sql![key, " = ", parent]);
        Some(Sql::joined_plain(pairs.collect()))
    }

    /// What tells the last of rows that are joined to each other from all others.
    fn chain_identity(&mut self, chain: &[(usize, Row<'q>)], span: Span) -> Maybe<Vec<Sql>> {
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

    /// Where the items of a source live.
    fn place_of(&mut self, source: &Source, span: Span) -> Maybe<Home<'q>> {
        let mapping = self.mapping;
        let module = self.module;
        match source {
            Source::Events(event) => {
                let (name, fields) = module.schema.events.get_index(*event)?;
                let path = format!("events.{name}");
                let Some(table) = mapping.events.get(&**name) else {
                    return self.unmapped(
                        span,
                        &format!("where the events `{name}` are"),
                        &format!("`{path}`"),
                    );
                };
                let layout = Arc::new(Layout::of_event(&fields.fields));
                Some(Home {
                    table,
                    layout,
                    keys: vec![self.key_type()],
                    path,
                })
            }
            Source::List(spot) => {
                let (table, layout, keys, path) = self.parent_of(spot, span)?;
                let list_slot = layout.slots.get(spot.slot() as usize)?;
                let name = path_of(list_slot);
                let Some(list) = table.lists.get(&name) else {
                    let place = format!("`{path}.lists.{name}`");
                    return self.unmapped(span, &format!("where the items of `{name}` are"), &place);
                };
                Some(Home {
                    table: list,
                    layout: list_slot.items.clone()?,
                    keys,
                    path: format!("{path}.lists.{name}"),
                })
            }
        }
    }

    /// A row of a source, which has no alias yet.
    pub(super) fn row_of_source(&mut self, source: &Source, span: Span) -> Maybe<Row<'q>> {
        let Home {
            table,
            layout,
            keys,
            path,
        } = self.place_of(source, span)?;
        Some(Row {
            alias: String::new(),
            table,
            layout,
            keys,
            source: Some(source.clone()),
            path,
            layer: 0,
        })
    }

    /// The table and layout of the row that has a list, and the types of what tells it from others.
    fn parent_of(&mut self, spot: &Spot, span: Span) -> Maybe<(&'q Table, Arc<Layout>, Vec<Type>, String)> {
        match spot {
            Spot::Row(place) => {
                let row = self.row(place.row)?;
                Some((
                    row.table,
                    Arc::clone(&row.layout),
                    Self::identity_types(&row),
                    row.path,
                ))
            }
            Spot::Item { catalog, .. } => {
                let (name, fields) = self.module.schema.catalogs.get_index(*catalog)?;
                let mapping = self.mapping;
                let path = format!("catalogs.{name}");
                let Some(table) = mapping.catalogs.get(&**name) else {
                    return self.unmapped(
                        span,
                        &format!("where the items of `{name}` are"),
                        &format!("`{path}`"),
                    );
                };
                let key = if fields.has_int_key() {
                    Type::Int
                } else {
                    Type::String
                };
                Some((
                    table,
                    Arc::new(Layout::of_fields(&fields.fields)),
                    vec![key],
                    path,
                ))
            }
        }
    }

    /// The row that something lies in, and whether the row may be absent.
    pub(super) fn row_of(&mut self, spot: &Spot, span: Span) -> Maybe<(Row<'q>, bool)> {
        match spot {
            Spot::Row(place) => Some((self.row(place.row)?, false)),
            Spot::Item { key, catalog, .. } => {
                let key = self.key_of(key)?;
                Some((self.item(&key, *catalog, span)?, true))
            }
        }
    }

    pub(super) fn list_known(&mut self, list: &Spot, span: Span) -> Maybe<Test> {
        let (row, absent) = self.row_of(list, span)?;
        self.present(&row, list.slot(), absent, span)
    }

    /// Whether a list of a row is there.
    pub(super) fn present(&mut self, row: &Row<'q>, slot: u32, absent: bool, span: Span) -> Maybe<Test> {
        let layout = Arc::clone(&row.layout);
        let slot = layout.slots.get(slot as usize)?;
        let name = path_of(slot);
        if slot.optional {
            let table = row.table;
            let Some(column) = table.lists.get(&name).and_then(|list| list.present.as_ref()) else {
                let place = format!("`{}.lists.{name}.present`", row.path);
                return self.unmapped(span, &format!("whether the list `{name}` is there"), &place);
            };
            let column = self.read_plain(row, column, &Type::Bool, absent);
            return Some(Test::Sql(column));
        }
        if !absent {
            return Some(Test::Always);
        }
        let key = row.table.key.first()?;
        let key = self.read_plain(row, key, &row.keys[0].clone(), true);
        Some(Test::of(sql![key, " IS NOT NULL"]))
    }

    /// The items of a list, with a filter.
    fn items_of(
        &self,
        list: &Spot,
        filter: impl FnOnce(Expr) -> Option<ConditionKind>,
        ty: Type,
        span: Span,
    ) -> Items {
        let row = u8::try_from(self.rows.len()).unwrap_or(u8::MAX);
        let item = Expr {
            span,
            ty,
            optional: false,
            kind: ExprKind::Slot(Place { row, slot: 0 }),
        };
        let filter = filter(item).map(|kind| Box::new(Condition::new(span, kind)));
        Items {
            source: Source::List(list.clone()),
            window: None,
            filter,
            row,
        }
    }

    pub(super) fn list_count(&mut self, list: &Spot, span: Span) -> Maybe<Sql> {
        let items = self.items_of(list, |_| None, Type::Int, span);
        self.count(&items, span)
    }

    /// The number of items; missing when the list is.
    pub(super) fn size(&mut self, list: &Spot, expr: &Expr) -> Maybe<Val> {
        let count = self.list_count(list, expr.span)?;
        let known = self.list_known(list, expr.span)?;
        let sql = match self.definite_or_always(known) {
            None => count,
            Some(known) => sql!["CASE WHEN ", known, " THEN ", count, " END"].maybe(),
        };
        Some(Val::new(sql, expr.ty.clone()))
    }

    /// The type of the items of a list of plain values.
    fn item_type(&mut self, list: &Spot, span: Span) -> Maybe<Type> {
        let (_, layout, ..) = self.parent_of(list, span)?;
        let items = layout.slots.get(list.slot() as usize)?.items.clone()?;
        Some(match &items.slots.first()?.ty {
            Type::Ref(_) => Type::String,
            ty => ty.clone(),
        })
    }

    pub(super) fn list_contains(&mut self, list: &Spot, item: &Expr, condition: &Condition) -> Maybe<Test> {
        let ty = self.item_type(list, condition.span)?;
        let equal = |slot: Expr| {
            Some(ConditionKind::Compare {
                op: Order::Eq,
                lhs: Box::new(slot),
                rhs: Box::new(item.clone()),
            })
        };
        let items = self.items_of(list, equal, ty, condition.span);
        self.quantified(Quantifier::Any, &items, condition)
    }

    pub(super) fn list_contains_each(
        &mut self,
        list: &Spot,
        all: bool,
        set: &crate::hir::Constants,
        condition: &Condition,
    ) -> Maybe<Test> {
        let ty = self.item_type(list, condition.span)?;
        if !all {
            let among = |slot: Expr| {
                Some(ConditionKind::In {
                    operand: Box::new(slot),
                    set: set.clone(),
                })
            };
            let items = self.items_of(list, among, ty, condition.span);
            return self.quantified(Quantifier::Any, &items, condition);
        }
        let mut tests = Vec::new();
        if set.is_empty() {
            tests.push(self.list_known(list, condition.span)?);
        }
        for value in set.iter() {
            let one = |slot: Expr| {
                let set = std::iter::once(value.clone()).collect();
                Some(ConditionKind::In {
                    operand: Box::new(slot),
                    set,
                })
            };
            let items = self.items_of(list, one, ty.clone(), condition.span);
            tests.push(self.quantified(Quantifier::Any, &items, condition)?);
        }
        Some(Self::all(tests))
    }
}

impl Sql {
    /// Conditions of a join.
    pub(super) fn joined_plain(all: Vec<Self>) -> Self {
        Self::joined(all.into_iter().map(Self::comparison).collect(), &Text::And)
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
