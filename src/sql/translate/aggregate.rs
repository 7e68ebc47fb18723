//! What is counted and computed over the items of a collection.
//!
//! What one pass over the items can give is measured in their relation; the first, the last and the most frequent are ranked in one of their own.

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Sql, sql},
    relation::Relation,
};
use crate::{
    hir::{AggregateKind, Condition, Expr, Items, Quantifier, Source},
    span::Span,
    value::Type,
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

impl Translator<'_> {
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
    pub(super) fn count(&mut self, items: &Items, span: Span) -> Maybe<Sql> {
        let collection = self.collection(items, &[], false, span)?;
        let filter = self.inside(&collection, |this| this.met(items))?;
        let Some(filter) = filter else {
            return Some(Sql::int(0));
        };
        let (alias, layer) = self.joined_back(&collection);
        let name = self.measure(collection.relation, "count", filter, "COUNT(", None);
        let column = self.read_column(&alias, &name, &Type::Int, layer, true);
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
        let collection = self.collection(items, &[value], false, span)?;
        let (filter, of_item) = self.inside(&collection, |this| {
            let filter = this.met(items)?;
            // A place is one of its coordinates for whoever only counts it.
            let value = this.number(value)?;
            Some((filter, value))
        })?;
        let Some(filter) = filter else {
            let nothing = matches!(
                kind,
                AggregateKind::Count | AggregateKind::Sum | AggregateKind::Distinct
            );
            return Some(if nothing {
                Sql::int(0)
            } else {
                self.encoding.null(&value.ty)
            });
        };
        let (alias, layer) = self.joined_back(&collection);
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
                let of_item = if value.ty == Type::Float {
                    encoding.one_zero(of_item)
                } else {
                    of_item
                };
                let count = read(self, "distinct", "COUNT(DISTINCT ", of_item, &Type::Int);
                or_none(count)
            }
            AggregateKind::Min => read(self, "min", "MIN(", of_item, &value.ty),
            AggregateKind::Max => read(self, "max", "MAX(", of_item, &value.ty),
            _ if value.ty == Type::Float => {
                let sum = read(self, "sum", "SUM(", of_item.clone(), &Type::Float);
                let sum = if kind == AggregateKind::Sum {
                    sql!["COALESCE(", sum, ", ", encoding.float(0.0), ")"]
                        .tight()
                        .known()
                } else {
                    sum
                };
                let total =
                    encoding.float_total(&mut |sql| self.relations[self.current].bind(sql, "sum"), sum);
                let total = self.nearly(
                    span,
                    "a sum or an average of floats",
                    "keep the amounts as `decimal`",
                    total,
                )?;
                if kind == AggregateKind::Sum {
                    total
                } else {
                    let count = read(self, "known", "COUNT(", of_item, &Type::Int);
                    let count = encoding.to_float(sql!["NULLIF(", count, ", 0)"].tight().maybe());
                    encoding.float_arithmetic(
                        &mut |sql| self.relations[self.current].bind(sql, "mean"),
                        '/',
                        total,
                        count,
                    )
                }
            }
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
            if kind == AggregateKind::Mode {
                // It is grouped by, and bound values that are written twice are two values.
                let ty = &values.first()?.ty;
                found = found
                    .into_iter()
                    .map(|it| {
                        let it = this.told_once(it, ty);
                        this.bind(it, "value")
                    })
                    .collect();
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
            return Some(vec![self.encoding.null(&values.first()?.ty); 3]);
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
        let (alias, layer) = self.joined_at(&collection, Some(&place));
        let ty = values.first()?.ty.clone();
        let ty = if ty == Type::Geo { Type::Int } else { ty };
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
            let test = self
                .until_now(window)
                .and_then(|window| self.in_stretch(&at, &window));
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
}
