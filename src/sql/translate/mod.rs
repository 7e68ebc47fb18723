//! From the typed tree to a query.
#![expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "translations have one form, whether they need the translator or may be refused, and pieces are given away"
)]

mod aggregate;
mod anniversary;
mod calendar;
mod collection;
mod compare;
mod condition;
pub(super) mod fragment;
mod list;
pub(super) mod member;
mod number;
mod pattern;
mod printed;
mod relation;
mod rows;
mod sequence;
mod since;
mod text;
mod value;
mod window;
mod write;
mod zone;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    diagnostic::{Code, Diagnostic, Source},
    error::CompileError,
    eval::At,
    hir::{Condition, ConditionKind, Module, Part},
    span::Span,
    value::{DateTime, Type},
};

use self::{
    aggregate::Measure, collection::Collection, fragment::Sql, relation::Relation, rows::Row, since::Passed,
    zone::ZoneTables,
};
pub(super) use self::{pattern::Patterns, text::WHITE_SPACE};
use super::{
    Dialect, Mapping, Query, SqlError, Strictness,
    dialect::{Encoding, Nearly},
    names::Names,
};

/// What is asked of each customer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked<'a> {
    /// Who belongs to a segment: index into the module's segments.
    Segment(usize),
    /// Who belongs to which segment; of those alone for whom an answer may be another one than at an earlier instant, when there is one.
    Segments(&'a [usize], Option<DateTime>),
    /// A trait: index into the module's traits.
    Trait(usize),
}

/// Where it is asked, and how near the answer has to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) mapping: &'a Mapping,
    pub(crate) strictness: Strictness,
}

/// Writes the query that answers it.
pub(crate) fn translate(
    module: &Module,
    sources: &[Source],
    asked: Asked<'_>,
    target: Target<'_>,
    at: &At,
) -> Result<Query, SqlError> {
    let dialect = target.dialect;
    target.mapping.check(&module.schema, &module.functions, dialect)?;
    let mut translator = Translator::new(module, target, at);
    let columns = translator.ask(asked);
    if translator.refused.is_empty() {
        let pieces = translator.write(asked);
        let mut approximate = translator.approximate;
        approximate.sort_by_key(Diagnostic::span);
        Ok(Query {
            dialect,
            pieces,
            columns,
            approximate,
            everyone: translator.everyone,
        })
    } else {
        let diagnostics = translator.refused;
        Err(SqlError::Refused(CompileError::new(
            diagnostics,
            sources.to_vec(),
            usize::MAX,
        )))
    }
}

/// What cannot be translated was refused and noted; whatever stands in its place is never seen.
type Maybe<T> = Option<T>;

struct Translator<'q> {
    module: &'q Module,
    dialect: Dialect,
    encoding: &'static dyn Encoding,
    mapping: &'q Mapping,
    at: &'q At,
    /// All that are made, each after those that it reads.
    relations: Vec<Relation>,
    /// What a relation measures of its rows, by group.
    measures: HashMap<usize, Vec<Measure>>,
    /// The relations of collections, by what they are of.
    collections: HashMap<String, Vec<Collection<'q>>>,
    /// The relations that wait for the one that is being made.
    waiting: Vec<usize>,
    /// What was joined to a relation already, by what it is: its alias, and from which layer on its columns are there; and what stands
    /// for an aggregate.
    joined: HashMap<(usize, String), (String, usize)>,
    known: HashMap<(usize, String), Val>,
    /// The relation that is being made, and its rows in scope.
    current: usize,
    rows: Vec<Option<Row<'q>>>,
    /// The names of relations, steps and the tables that are read.
    names: Names,
    /// What tables are called in place of their names, which no relation may be called: ClickHouse takes a relation in parts to where it is read,
    /// and would read the table in its place.
    aliases: Names,
    zone: ZoneTables,
    /// What time may have changed, while that is found out, and why it may be so for everyone.
    passed: Option<Passed<'q>>,
    everyone: Vec<Diagnostic>,
    /// The relation of those who are asked, unless everyone is, and the relations that read it.
    restrict: Option<usize>,
    narrowed_relations: HashSet<usize>,
    refused: Vec<Diagnostic>,
    strictness: Strictness,
    approximate: Vec<Diagnostic>,
}

/// A value in the making.
#[derive(Clone, Debug)]
pub(super) struct Val {
    sql: Sql,
    ty: Type,
    /// Whether it is of the engine's own type for decimals, dates and datetimes.
    native: bool,
    /// What it is, when that is the same for all.
    constant: Option<crate::value::Value>,
    /// The column with the same text after simple case folding.
    folded: Option<Sql>,
}

/// A condition in the making. Where its SQL is null, it does not hold.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Always,
    Never,
    Sql(Sql),
}

impl Test {
    /// A comparison.
    fn of(sql: Sql) -> Self {
        Self::Sql(sql.comparison())
    }
}

impl<'q> Translator<'q> {
    fn new(module: &'q Module, target: Target<'q>, at: &'q At) -> Self {
        let Target {
            dialect,
            mapping,
            strictness,
        } = target;
        let names = Names::with(mapping.tables().filter_map(|it| it.parts().last()));
        Self {
            module,
            dialect,
            encoding: dialect.encoding(),
            mapping,
            at,
            relations: Vec::new(),
            measures: HashMap::new(),
            collections: HashMap::new(),
            waiting: Vec::new(),
            joined: HashMap::new(),
            known: HashMap::new(),
            current: 0,
            rows: Vec::new(),
            names,
            aliases: Names::with([relation::BELOW]),
            zone: ZoneTables::default(),
            passed: None,
            everyone: Vec::new(),
            restrict: None,
            narrowed_relations: HashSet::new(),
            refused: Vec::new(),
            strictness,
            approximate: Vec::new(),
        }
    }

    /// Makes the relation of all customers, and gives the names of its columns.
    fn ask(&mut self, asked: Asked<'_>) -> Vec<String> {
        self.begin("members");
        let mut names = Names::default();
        let customers = self.customer_row();
        self.rows = vec![Some(customers.clone())];
        if let Asked::Segments(segments, Some(since)) = asked {
            self.due(segments, since);
        }
        self.add_table(&customers, None);
        let Some(key) = self.customer_key(Span::default()) else {
            return Vec::new();
        };
        let name = names.unique(&self.key_name());
        self.relations[0].gives.push((name, key));
        match asked {
            Asked::Segment(index) => {
                let condition = Arc::clone(&self.module.segments[index].condition);
                let test = self.test(&condition);
                let filters = self.filters(test);
                self.relations[0].filter = filters;
            }
            Asked::Segments(segments, _) => {
                let module = self.module;
                let shared = referred(module);
                for index in segments {
                    let segment = &module.segments[*index];
                    // What others refer to has a name below; the rest is worked out where it is given.
                    let test = if shared.contains(index) {
                        self.segment(*index)
                    } else {
                        self.test(&segment.condition)
                    };
                    let sql = self.definite(test);
                    self.relations[0].gives.push((names.unique(&segment.name), sql));
                }
            }
            Asked::Trait(index) => {
                let computed = &self.module.traits[index];
                if computed.value.ty == Type::Geo {
                    let _: Maybe<()> = self.refuse(
                        computed.value.span,
                        "a trait that is a place",
                        "ask whether it is within a distance of a place",
                    );
                } else if let Some(value) = self.computed(index) {
                    let sql = self.logical(value);
                    self.relations[0].gives.push((names.unique(&computed.name), sql));
                }
            }
        }
        self.relations[0]
            .gives
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Notes what has no faithful translation, and how to go about it.
    fn refuse<T>(&mut self, span: Span, what: &str, help: &str) -> Maybe<T> {
        self.refuse_unless(span, what, help, None)
    }

    /// What the engine has that is nearly what the language says, where that is allowed, and a note of how it differs; a refusal otherwise.
    fn nearly(&mut self, span: Span, what: &str, help: &str, nearly: Option<Nearly>) -> Maybe<Sql> {
        let Some(nearly) = nearly else {
            return self.refuse(span, what, help);
        };
        if self.strictness == Strictness::Exact {
            let allowed = "`Strictness::Approximate`, or `--approximate`, allows an answer that may differ";
            return self.refuse_unless(span, what, help, Some(allowed));
        }
        let message = format!("{what} is approximate in the SQL of {}", self.dialect);
        let warning = Diagnostic::new(Code::ApproximateSql, message)
            .label(span, nearly.differs)
            .help(help.to_owned());
        if !self.approximate.contains(&warning) {
            self.approximate.push(warning);
        }
        Some(nearly.sql)
    }

    fn refuse_unless<T>(&mut self, span: Span, what: &str, help: &str, allowed: Option<&str>) -> Maybe<T> {
        let message = format!("{what} cannot be said faithfully in the SQL of {}", self.dialect);
        let refusal = Diagnostic::new(Code::NoSql, message)
            .label(span, "has no translation")
            .help(help.to_owned())
            .help(allowed.map(str::to_owned));
        if !self.refused.contains(&refusal) {
            self.refused.push(refusal);
        }
        None
    }

    /// Notes that the mapping lacks what a rule needs.
    fn unmapped<T>(&mut self, span: Span, what: &str, place: &str) -> Maybe<T> {
        let refusal = Diagnostic::new(Code::NoSql, format!("the mapping does not say {what}"))
            .label(span, "needs it")
            .help(format!("add it to the mapping as {place}"));
        if !self.refused.contains(&refusal) {
            self.refused.push(refusal);
        }
        None
    }

    fn relation(&mut self) -> &mut Relation {
        &mut self.relations[self.current]
    }

    /// What the relation that is being made calls a table: the wanted name, unless it is that of another one.
    fn alias(&mut self, wanted: &str, table: &str) -> String {
        loop {
            let alias = self.relation().fresh(wanted);
            if self.encoding.quote(&alias) == table {
                return alias;
            }
            if !self.names.has(&alias) && alias != relation::BELOW {
                self.aliases.take(&alias);
                return alias;
            }
        }
    }

    /// The name of a relation or a step.
    fn named(&mut self, wanted: &str) -> String {
        loop {
            let name = self.names.unique(wanted);
            if !self.aliases.has(&name) {
                return name;
            }
        }
    }

    /// Gives an expression a name of its own, so that it can be written twice.
    fn bind(&mut self, sql: Sql, name: &str) -> Sql {
        self.relation().bind(sql, name)
    }

    /// Does something while only the customer is in scope.
    fn of_customer<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let rows = self.rows.clone();
        self.rows.truncate(1);
        let result = work(self);
        self.rows = rows;
        result
    }
}

/// The segments that other definitions refer to.
fn referred(module: &Module) -> HashSet<usize> {
    let mut found = HashSet::new();
    let conditions = module.segments.iter().map(|it| Part::Condition(&it.condition));
    for part in conditions.chain(module.traits.iter().map(|it| Part::Expr(&it.value))) {
        part.walk(&mut |part| {
            if let Part::Condition(Condition {
                kind: ConditionKind::Segment(index),
                ..
            }) = part
            {
                found.insert(*index);
            }
        });
    }
    found
}
