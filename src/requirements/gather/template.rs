//! What messages read.

use super::{Gather, Made, Root, Row};
use crate::{
    hir::{
        Expr, ExprKind, Part,
        template::{
            Assign, DateFilter, EachKind, Filter, FilterKind, ListFilter, Loop, Node, NodeKind, Output, Over,
            Source as Shown, Target, Template,
        },
    },
    value::Value,
};

impl Gather<'_> {
    /// Looks into a message.
    pub(crate) fn template(&mut self, template: &Template) {
        for (placement, slot) in &template.placed {
            if let Some(row) = self.placement(*placement, None) {
                self.made.entry(Made::List(*slot)).or_default().push(row);
            }
        }
        self.nodes(&template.nodes);
    }

    /// The items of a placement, of which so many are shown at most.
    fn placement(&mut self, placement: usize, most: Option<u64>) -> Option<Row> {
        let asked = self.placements.entry(placement).or_insert(Some(0));
        *asked = asked.zip(most).map(|(one, other)| one.max(other));
        let schema = &self.module.schema;
        let (_, it) = schema.placements.get_index(placement)?;
        let catalog = schema.catalogs.get_index_of(&it.catalog)?;
        self.read.entry(Root::Catalog(catalog)).or_default();
        Some(Row::of(Root::Catalog(catalog)))
    }

    /// What an `assign` gives: a list or a record is traced to where its items come from.
    fn assign(&mut self, it: &Assign) {
        let rows = self.shown(&it.value);
        let target = match it.target {
            Target::Local(_) => return,
            Target::List(slot) => Made::List(slot),
            Target::Item { row, .. } => Made::Item(row),
        };
        let known = self.made.entry(target).or_default();
        for row in rows {
            if !known.contains(&row) {
                known.push(row);
            }
        }
    }

    /// Looks into a placeholder; gives what the records are that come out of it.
    fn shown(&mut self, output: &Output) -> Vec<Row> {
        let mut rows = match &output.value {
            Shown::Value(value) => {
                self.part(Part::Expr(value));
                Vec::new()
            }
            Shown::List(list) => {
                self.part(Part::List(list));
                self.items_of(list)
            }
            Shown::Range { from, to } => {
                self.part(Part::Expr(from));
                self.part(Part::Expr(to));
                Vec::new()
            }
            Shown::Item(row) => self.rows_at(*row),
        };
        for filter in &output.filters {
            self.filter(filter, &mut rows);
        }
        rows
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match &node.kind {
                NodeKind::Output(output) => _ = self.shown(output),
                NodeKind::Assign(it) => self.assign(it),
                NodeKind::Capture { body, .. } | NodeKind::Partial(body) => self.nodes(body),
                NodeKind::If { branches, otherwise } => {
                    for branch in branches {
                        self.part(Part::Condition(&branch.condition));
                        self.nodes(&branch.body);
                    }
                    self.nodes(otherwise);
                }
                NodeKind::For(repeated) => {
                    match &repeated.over {
                        Over::Items(items) => self.items(items, None),
                        Over::Placement {
                            placement,
                            row,
                            filter,
                        } => {
                            let most = most(repeated).filter(|_| filter.is_none());
                            let item = self.placement(*placement, most);
                            self.enter(*row, item.into_iter().collect());
                            if let Some(filter) = filter {
                                self.part(Part::Condition(filter));
                            }
                        }
                        Over::Range { from, to, row } => {
                            self.part(Part::Expr(from));
                            self.part(Part::Expr(to));
                            self.enter(*row, Vec::new());
                        }
                    }
                    for count in repeated.limit.iter().chain(&repeated.offset) {
                        self.part(Part::Expr(count));
                    }
                    self.nodes(&repeated.body);
                    self.nodes(&repeated.behind);
                    self.nodes(&repeated.otherwise);
                }
                NodeKind::Text
                | NodeKind::Hole
                | NodeKind::Break
                | NodeKind::Continue
                | NodeKind::Skip(_) => {}
            }
        }
    }

    /// Looks into a filter on what may be records.
    fn filter(&mut self, filter: &Filter, rows: &mut Vec<Row>) {
        for argument in &filter.arguments {
            self.part(Part::Expr(argument));
        }
        if let Some(each) = &filter.each {
            self.enter(each.row, rows.clone());
            self.part(match &each.kind {
                EachKind::Value(value) => Part::Expr(value),
                EachKind::Condition(condition) => Part::Condition(condition),
            });
        }
        if let Some(list) = &filter.list {
            self.part(Part::List(list));
            let more = self.items_of(list);
            rows.extend(more);
        }
        // These make values of their own, and have read what they made them from.
        if !matches!(filter.kind, FilterKind::List(kind) if kind != ListFilter::Map) {
            rows.clear();
        }
        let has_own_zone = matches!(filter.arguments.get(2).map(|it| &it.kind), Some(ExprKind::Constant(Value::Text(zone))) if !zone.is_empty());
        self.zone |= matches!(filter.kind, FilterKind::Date(_)) && !has_own_zone;
        self.now |= filter.kind == FilterKind::Date(DateFilter::DaysUntil);
    }
}

/// How many items of its list a loop looks at, if its numbers say so.
fn most(repeated: &Loop) -> Option<u64> {
    let constant = |count: &Expr| match count.kind {
        ExprKind::Constant(Value::Int(count)) => u64::try_from(count).ok(),
        _ => None,
    };
    let limit = constant(repeated.limit.as_ref()?)?;
    let offset = repeated.offset.as_ref().map_or(Some(0), constant)?;
    Some(limit.saturating_add(offset))
}
