//! The query as text.

use std::collections::HashSet;

use super::{
    Asked, Translator,
    fragment::{Part, Sql, sql},
    relation::Writing,
};
use crate::sql::query::Piece;

/// The text of a query in the making.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn text(&mut self, text: &str) {
        if let Some(Piece::Text(before)) = self.0.last_mut() {
            before.push_str(text);
        } else {
            self.0.push(Piece::Text(text.to_owned()));
        }
    }

    fn parts(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Text(text) => self.text(&text),
                Part::Value(text) => self.0.push(Piece::Value(text)),
                Part::Column(_) | Part::And | Part::Or | Part::Open | Part::Close => {}
            }
        }
    }
}

impl Translator<'_> {
    /// Writes the relations, each after those that it reads, and the last one as the query.
    pub(super) fn write(&mut self, asked: Asked<'_>) -> Vec<Piece> {
        self.settle_measures();
        if let Some(apart) = self.encoding.apart() {
            for relation in &mut self.relations {
                relation.keep_apart(apart);
            }
        }
        let mut order = Vec::new();
        self.in_order(0, &mut HashSet::new(), &mut order);
        let mut steps = Vec::new();
        for index in &order {
            let (name, top) = (self.relations[*index].name.clone(), self.relations[*index].top());
            let names = (1..=top).map(|step| self.named(&format!("{name}_step_{step}")));
            steps.push(names.collect::<Vec<_>>());
        }
        let mut pieces = Pieces::default();
        self.head(asked, &mut pieces);
        let quote = |name: &str| self.encoding.quote(name);
        let writing = |is_query| Writing {
            quote: &quote,
            is_query,
        };
        let mut expressions = 0;
        let mut begin = |pieces: &mut Pieces, head: &str| {
            pieces.text(if expressions == 0 { "WITH " } else { ",\n" });
            pieces.text(head);
            expressions += 1;
        };
        let tables = self.zone_tables();
        for table in &tables {
            begin(&mut pieces, table);
        }
        for (position, index) in order.iter().enumerate() {
            let relation = &self.relations[*index];
            let is_last = position + 1 == order.len();
            let layers = relation.write(&steps[position], &writing(is_last));
            let count = layers.len();
            for (layer, parts) in layers.into_iter().enumerate() {
                let step = steps[position].get(layer);
                if is_last && step.is_none() {
                    if count > 1 || position > 0 || !tables.is_empty() {
                        pieces.text("\n");
                    }
                    pieces.parts(parts);
                    continue;
                }
                begin(&mut pieces, &quote(step.unwrap_or(&relation.name)));
                // Who is due is read by each relation, too.
                pieces.text(if step.is_some() || !relation.union.is_empty() {
                    self.encoding.step()
                } else {
                    " AS ("
                });
                pieces.text("\n");
                pieces.parts(parts);
                pieces.text("\n)");
            }
        }
        pieces.text(self.encoding.settings());
        pieces.text("\n");
        pieces.0
    }

    fn in_order(&self, index: usize, seen: &mut HashSet<usize>, order: &mut Vec<usize>) {
        if !seen.insert(index) {
            return;
        }
        for before in &self.relations[index].depends {
            self.in_order(*before, seen, order);
        }
        order.push(index);
    }

    /// What is measured under one condition alone is asked of the rows that meet it; else each measure has its own condition.
    fn settle_measures(&mut self) {
        let mut measures: Vec<_> = std::mem::take(&mut self.measures).into_iter().collect();
        measures.sort_by_key(|(relation, _)| *relation);
        for (relation, measures) in measures {
            let alike = measures.iter().all(|it| it.filter == measures[0].filter);
            let it = &mut self.relations[relation];
            if alike {
                it.filter.extend(measures[0].filter.clone());
            }
            for measure in measures {
                let value = match (measure.value, measure.filter.filter(|_| !alike)) {
                    (None, None) => sql!["*"],
                    (Some(value), None) => value,
                    (None, Some(filter)) => sql!["CASE WHEN ", filter, " THEN 1 END"],
                    (Some(value), Some(filter)) => sql!["CASE WHEN ", filter, " THEN ", value, " END"],
                };
                let sql: Sql = sql![measure.function, value, ")"].tight();
                let sql = if measure.function.starts_with("COUNT(") {
                    self.encoding.counted(sql)
                } else {
                    sql
                };
                it.gives.push((measure.name, sql));
            }
        }
    }

    /// A comment on what the query is, with the names and descriptions of the definitions. Nothing in it can end it.
    fn head(&self, asked: Asked<'_>, pieces: &mut Pieces) {
        let mut lines = Vec::new();
        let described = |kind: &str, name: &str, description: Option<&str>| {
            let description = description.map(|it| format!(": {it}")).unwrap_or_default();
            format!("{kind} {name}{description}")
        };
        match asked {
            Asked::Segment(index) => {
                let segment = &self.module.segments[index];
                lines.push(described(
                    "segment",
                    &segment.name,
                    segment.description.as_deref(),
                ));
            }
            Asked::Segments(segments, since) => {
                if let Some(since) = since {
                    lines.push(format!("for whom an answer may be another one than at {since}"));
                }
                for index in segments {
                    let segment = &self.module.segments[*index];
                    lines.push(described(
                        "segment",
                        &segment.name,
                        segment.description.as_deref(),
                    ));
                }
            }
            Asked::Trait(index) => {
                let computed = &self.module.traits[index];
                lines.push(described(
                    "trait",
                    &computed.name,
                    computed.description.as_deref(),
                ));
            }
        }
        lines.push(format!("at {} in {}", self.at.now(), self.at.zone().name()));
        for line in lines {
            let line: String = line
                .chars()
                .map(|it| {
                    if it.is_control() || it == '?' || it == '$' {
                        ' '
                    } else {
                        it
                    }
                })
                .collect();
            // A backslash at its end would continue it in Spark.
            let end = if line.ends_with('\\') { " " } else { "" };
            pieces.text(&format!("-- {line}{end}\n"));
        }
    }
}
