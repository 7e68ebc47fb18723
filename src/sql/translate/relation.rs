//! A `SELECT` in the making: what it reads, what it works out on the way, and what it gives.
//!
//! What is worked out once and used twice becomes a column of a layer: layer 0 reads tables, and each layer above reads
//! the one below. A layer is written as a common table expression of its own.

use std::collections::{BTreeSet, HashMap};

use super::fragment::{Part, Sql, sql};
use crate::sql::{dialect::Apart, names::Names};

/// One `SELECT`, with the layers below it.
#[derive(Debug, Default)]
pub(super) struct Relation {
    /// Its name as a common table expression.
    pub(super) name: String,
    /// The tables that it reads, each with those before it in reach.
    tables: Vec<Joined>,
    /// So many of them are joined in a layer at most.
    most_tables: usize,
    pub(super) columns: Vec<Column>,
    pub(super) filter: Vec<Sql>,
    /// What stands at the end of a layer.
    end: Option<(usize, &'static str)>,
    /// What it gives: name and expression.
    pub(super) gives: Vec<(String, Sql)>,
    /// The first so many of what it gives are what it is grouped by.
    pub(super) group: Option<usize>,
    /// Of what it is the union instead: a column and its table, both as they are written, each.
    pub(super) union: Vec<(String, String)>,
    /// The relations that it reads.
    pub(super) depends: Vec<usize>,
    bound: HashMap<String, usize>,
    names: Names,
}

/// A table: its text, the alias, and on what it is joined to those before it.
#[derive(Debug)]
struct Joined {
    layer: usize,
    table: String,
    alias: String,
    /// The first has none.
    on: Option<Sql>,
    /// What stands before it when it is not the first.
    join: &'static str,
}

#[derive(Debug)]
pub(super) struct Column {
    /// The lowest layer in which it is there.
    pub(super) layer: usize,
    /// Its name in the layers above the one where it comes from.
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// A column of a table, as written in the layer that reads it.
    Read(String),
    /// Worked out in the layer below.
    Computed(Sql),
}

/// How names and values are written.
pub(super) struct Writing<'q> {
    pub(super) quote: &'q dyn Fn(&str) -> String,
    /// Whether the last layer is the query itself, which stands at the margin.
    pub(super) is_query: bool,
}

impl Relation {
    pub(super) fn new(name: String, most_tables: usize) -> Self {
        Self {
            name,
            most_tables,
            ..Self::default()
        }
    }

    /// A name that no other column or alias of the relation has.
    pub(super) fn fresh(&mut self, wanted: &str) -> String {
        self.names.unique(wanted)
    }

    /// The column of a table that is there from a layer on.
    pub(super) fn read(&mut self, written: String, name: &str, layer: usize, nullable: bool) -> Sql {
        let index = if let Some(index) = self.bound.get(&written) {
            *index
        } else {
            let name = self.fresh(name);
            self.columns.push(Column {
                layer,
                name,
                kind: Kind::Read(written.clone()),
            });
            self.bound.insert(written, self.columns.len() - 1);
            self.columns.len() - 1
        };
        Sql::column(index, layer, nullable)
    }

    /// The expression under a name, worked out once.
    pub(super) fn bind(&mut self, sql: Sql, name: &str) -> Sql {
        if sql.is_atom() {
            return sql;
        }
        let key = format!("{:?}", sql.parts);
        let (layer, nullable) = (sql.layer + 1, sql.nullable);
        let index = if let Some(index) = self.bound.get(&key) {
            *index
        } else {
            let name = self.fresh(name);
            self.columns.push(Column {
                layer,
                name,
                kind: Kind::Computed(sql),
            });
            self.bound.insert(key, self.columns.len() - 1);
            self.columns.len() - 1
        };
        Sql::column(index, layer, nullable)
    }

    /// A table of layer 0, with the rows that have a match.
    pub(super) fn table(&mut self, table: String, alias: String, on: Option<Sql>) {
        self.tables.push(Joined {
            layer: 0,
            table,
            alias,
            on,
            join: "JOIN ",
        });
    }

    /// The first layer from another one on in which a table can be joined.
    pub(super) fn room(&self, from: usize) -> usize {
        let tables = |layer: usize| self.tables.iter().filter(|it| it.layer == layer).count();
        let mut layers = from..=from + self.tables.len();
        layers
            .find(|layer| tables(*layer) < self.most_tables)
            .unwrap_or(from)
    }

    /// A table joined so that all rows stay, in a layer with [`room`](Self::room); columns of it are there from that one on.
    pub(super) fn join(&mut self, layer: usize, table: String, alias: String, on: Sql) {
        self.join_by("LEFT JOIN ", layer, table, alias, on);
    }

    /// The same by a join of the engine's own.
    pub(super) fn join_by(
        &mut self,
        join: &'static str,
        layer: usize,
        table: String,
        alias: String,
        on: Sql,
    ) {
        debug_assert!(on.layer <= layer, "it is joined on what is there");
        self.tables.push(Joined {
            layer,
            table,
            alias,
            on: Some(on),
            join,
        });
    }

    /// Makes a column of those conditions that are long once all columns of steps are written out in them. Others stay, so that rows are left
    /// out as early as ever.
    pub(super) fn keep_apart(&mut self, apart: Apart) {
        let columns = self.written_out();
        let is_short = |it: &Sql| columns_of(it, &columns) <= MOST_WRITTEN_OUT;
        let filter = std::mem::take(&mut self.filter);
        let (short, long): (Vec<Sql>, Vec<Sql>) = filter.into_iter().partition(is_short);
        self.filter = short;
        if !long.is_empty() {
            let all = Sql::joined(long, &Part::And);
            self.end = apart.end.map(|end| (all.layer, end));
            let column = sql![apart.before, all, apart.after].maybe();
            let column = self.bind(column, "holds");
            self.filter.push(column);
        }
    }

    /// How many columns of tables each of its columns reads once all columns of steps are written out.
    fn written_out(&self) -> Vec<u64> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let of_tables = match &column.kind {
                Kind::Read(_) => 1,
                // Made of columns before it.
                Kind::Computed(sql) => columns_of(sql, &columns),
            };
            columns.push(of_tables);
        }
        columns
    }

    /// The layer that gives.
    pub(super) fn top(&self) -> usize {
        let gives = self.gives.iter().map(|(_, sql)| sql.layer);
        let filter = self.filter.iter().map(|sql| sql.layer);
        gives.chain(filter).max().unwrap_or(0)
    }

    /// Writes its layers, the lowest first; `steps` are the names of those below the last one.
    pub(super) fn write(&self, steps: &[String], writing: &Writing<'_>) -> Vec<Vec<Part>> {
        if !self.union.is_empty() {
            return vec![self.write_union(writing)];
        }
        let top = self.top();
        let mut needed: BTreeSet<usize> = BTreeSet::new();
        let mut layers = Vec::new();
        for layer in (0..=top).rev() {
            let mut wanted = BTreeSet::new();
            let mut text = Lines::new(self, layer, writing);
            text.word("SELECT");
            if layer == top {
                for (index, (name, sql)) in self.gives.iter().enumerate() {
                    text.give(index, sql, name, &mut wanted);
                }
                if self.gives.is_empty() {
                    text.give(0, &Sql::int(1), "one", &mut wanted);
                }
            } else {
                for (index, column) in needed.iter().enumerate() {
                    let Column { name, .. } = &self.columns[*column];
                    let sql = match &self.columns[*column] {
                        Column {
                            layer: from,
                            kind: Kind::Computed(sql),
                            ..
                        } if *from == layer + 1 => sql.clone(),
                        Column { layer, .. } => Sql::column(*column, *layer, false),
                    };
                    text.give(index, &sql, name, &mut wanted);
                }
                if needed.is_empty() {
                    text.give(0, &Sql::int(1), "one", &mut wanted);
                }
            }
            if layer > 0 {
                text.line("FROM ");
                text.plain(&(writing.quote)(&steps[layer - 1]));
                text.plain(" AS ");
                text.plain(&(writing.quote)(BELOW));
            }
            for table in self.tables.iter().filter(|it| it.layer == layer) {
                text.line(match &table.on {
                    None => "FROM ",
                    Some(_) => table.join,
                });
                let alias = (writing.quote)(&table.alias);
                text.plain(&table.table);
                if table.table != alias {
                    text.plain(&format!(" AS {alias}"));
                }
                if let Some(on) = &table.on {
                    text.plain(" ON ");
                    text.sql(on, &mut wanted);
                }
            }
            if layer == top {
                if !self.filter.is_empty() {
                    text.line("WHERE ");
                    let filter = Sql::joined(self.filter.clone(), &Part::And);
                    text.conditions(&filter, &mut wanted);
                }
                if let Some(group) = self.group.filter(|it| *it > 0) {
                    text.line("GROUP BY ");
                    for (index, (_, sql)) in self.gives.iter().take(group).enumerate() {
                        if index > 0 {
                            text.plain(", ");
                        }
                        text.sql(sql, &mut wanted);
                    }
                }
            }
            if let Some((_, end)) = self.end.filter(|(at, _)| *at == layer) {
                text.line(end);
            }
            layers.push(text.parts);
            needed = wanted
                .into_iter()
                .filter(|it| self.columns[*it].layer < layer || self.is_computed_at(*it, layer))
                .collect();
        }
        layers.reverse();
        layers
    }

    /// Each key once. The union has all of them, as engines differ in what a plain `UNION` is.
    fn write_union(&self, writing: &Writing<'_>) -> Vec<Part> {
        let mut text = Lines::new(self, 0, writing);
        let key = (writing.quote)("key");
        if let [(column, table)] = &self.union[..] {
            text.word(&format!("SELECT DISTINCT {column} AS {key}"));
            text.line(&format!("FROM {table}"));
            return text.parts;
        }
        text.word(&format!(
            "SELECT DISTINCT {}.{key} AS {key}",
            (writing.quote)(BELOW)
        ));
        text.line("FROM (");
        for (index, (column, table)) in self.union.iter().enumerate() {
            if index > 0 {
                text.line("  UNION ALL");
            }
            text.line(&format!("  SELECT {column} AS {key}"));
            text.line(&format!("  FROM {table}"));
        }
        text.line(&format!(") AS {}", (writing.quote)(BELOW)));
        text.parts
    }

    /// Whether a column that is there in a layer comes from the one below.
    fn is_computed_at(&self, column: usize, layer: usize) -> bool {
        let column = &self.columns[column];
        column.layer == layer && matches!(column.kind, Kind::Computed(_))
    }
}

/// Of so many columns a condition stays where it is: planners take milliseconds for it, or some tens of them.
const MOST_WRITTEN_OUT: u64 = 500;

/// How many columns of tables it reads, given that of each column.
fn columns_of(sql: &Sql, columns: &[u64]) -> u64 {
    let read = sql.parts.iter().filter_map(|it| match it {
        Part::Column(index) => columns.get(*index),
        _ => None,
    });
    read.fold(0, |all, it| all.saturating_add(*it))
}

/// What a layer calls the one below.
pub(super) const BELOW: &str = "s";

/// The text of one layer in the making.
struct Lines<'q, 'w> {
    relation: &'q Relation,
    layer: usize,
    writing: &'q Writing<'w>,
    /// What lines begin with.
    margin: &'static str,
    parts: Vec<Part>,
}

impl<'q, 'w> Lines<'q, 'w> {
    fn new(relation: &'q Relation, layer: usize, writing: &'q Writing<'w>) -> Self {
        let is_query = writing.is_query && layer == relation.top();
        Self {
            relation,
            layer,
            writing,
            margin: if is_query { "" } else { "  " },
            parts: Vec::new(),
        }
    }

    fn plain(&mut self, text: &str) {
        if let Some(Part::Text(before)) = self.parts.last_mut() {
            before.to_mut().push_str(text);
        } else {
            self.parts.push(Part::Text(text.to_owned().into()));
        }
    }

    fn word(&mut self, text: &str) {
        self.plain(self.margin);
        self.plain(text);
    }

    fn line(&mut self, text: &str) {
        self.new_line("");
        self.plain(text);
    }

    fn new_line(&mut self, text: &str) {
        self.plain("\n");
        self.plain(self.margin);
        self.plain(text);
    }

    fn give(&mut self, index: usize, sql: &Sql, name: &str, wanted: &mut BTreeSet<usize>) {
        if index > 0 {
            self.plain(",");
        }
        self.new_line("  ");
        self.sql(sql, wanted);
        self.plain(" AS ");
        let name = (self.writing.quote)(name);
        self.plain(&name);
    }

    /// Conditions, each on a line.
    fn conditions(&mut self, sql: &Sql, wanted: &mut BTreeSet<usize>) {
        self.write(sql, true, wanted);
    }

    fn sql(&mut self, sql: &Sql, wanted: &mut BTreeSet<usize>) {
        self.write(sql, false, wanted);
    }

    fn write(&mut self, sql: &Sql, lines: bool, wanted: &mut BTreeSet<usize>) {
        let mut depth = 0;
        for part in &sql.parts {
            match part {
                Part::Text(text) => self.plain(text),
                Part::Value(value) => self.parts.push(Part::Value(value.clone())),
                Part::Open => {
                    depth += 1;
                    self.plain("(");
                }
                Part::Close => {
                    depth -= 1;
                    self.plain(")");
                }
                Part::And if lines && depth == 0 => self.new_line("  AND "),
                Part::Or if lines && depth == 0 => self.new_line("  OR "),
                Part::And => self.plain(" AND "),
                Part::Or => self.plain(" OR "),
                Part::Column(index) => {
                    wanted.insert(*index);
                    let column = &self.relation.columns[*index];
                    match &column.kind {
                        Kind::Read(written) if column.layer == self.layer => self.plain(written),
                        _ => {
                            let name = (self.writing.quote)(&column.name);
                            let below = (self.writing.quote)(BELOW);
                            self.plain(&format!("{below}.{name}"));
                        }
                    }
                }
            }
        }
    }
}
