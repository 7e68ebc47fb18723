//! PostgreSQL, by `psql`: `tests/engines/postgresql` starts one.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use audience::sql::Dialect;

use super::{
    engine::{Engine, Rows, insert},
    store::{Cell, Kind, Stored},
};

pub(super) struct PostgreSql {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What ends an answer, and what stands for null.
const END: &str = "\u{1}end of the answer\u{1}";
const NULL: &str = "\u{1}null\u{1}";

/// A session in which nothing is as one may expect.
const SESSION: &str = r"
SET client_min_messages = error;
SET TimeZone = 'Asia/Kathmandu';
SET DateStyle = 'German';
SET IntervalStyle = 'sql_standard';
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET enable_hashjoin = off;
";

impl PostgreSql {
    pub(super) fn start() -> Self {
        assert!(
            env::var_os("PGHOST").is_some(),
            "run it by tests/engines/postgresql"
        );
        let mut child = Command::new("psql")
            .args(["--no-psqlrc", "-qAt", "-z", "-0", "-P"])
            .arg(format!("null={NULL}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("psql starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut engine = Self { child, input, output };
        engine.all(SESSION).expect("the session is set up");
        engine
    }

    /// Statements that give nothing, as one transaction.
    fn all(&mut self, statements: &str) -> Result<(), String> {
        self.ask(&statements.trim().trim_end_matches(';').replace(";\n", "\\;\n"))
            .map(drop)
    }

    /// The fields of the answer, one after the other.
    fn ask(&mut self, statement: &str) -> Result<Vec<String>, String> {
        let statement = statement.trim_end().trim_end_matches(';');
        let question = format!("{statement}\n;\n\\echo :ERROR :LAST_ERROR_MESSAGE\n\\echo '{END}'\n");
        self.input
            .write_all(question.as_bytes())
            .map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        let end = format!("{END}\n");
        while !answer.ends_with(end.as_bytes()) {
            if self
                .output
                .read_until(b'\n', &mut answer)
                .map_err(|error| error.to_string())?
                == 0
            {
                return Err("psql ended".to_owned());
            }
        }
        answer.truncate(answer.len() - end.len());
        let answer = String::from_utf8(answer).map_err(|error| error.to_string())?;
        let mut fields: Vec<String> = answer.split('\0').map(str::to_owned).collect();
        let outcome = fields.pop().unwrap_or_default();
        match outcome.strip_prefix("true ") {
            Some(error) => Err(error.trim().to_owned()),
            None => Ok(fields),
        }
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        let _ = self.input.write_all(b"\\q\n");
        let _ = self.child.wait();
    }
}

impl Engine for PostgreSql {
    fn dialect(&self) -> Dialect {
        Dialect::PostgreSql
    }

    fn load(&mut self, tables: &[Stored]) -> Result<(), String> {
        let schema = format!("\"case {}\"", self.child.id());
        let mut statements = vec![
            format!("DROP SCHEMA IF EXISTS {schema} CASCADE"),
            format!("CREATE SCHEMA {schema}"),
            format!("SET search_path = {schema}"),
            // To it capitals and accents are nothing.
            "CREATE COLLATION level1 (provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
                .to_owned(),
        ];
        for table in tables {
            statements.push(table.create(|kind| match kind {
                Kind::Bool => "boolean",
                Kind::Int => "bigint",
                Kind::Float => "double precision",
                Kind::Decimal => "numeric(19, 4)",
                Kind::Text => "text COLLATE level1",
                Kind::Date => "date",
                Kind::DateTime => "timestamptz",
            }));
            if !table.rows.is_empty() {
                statements.push(insert(&table.quoted(), &table.rows, literal));
            }
        }
        self.ask(&statements.join("\\;\n")).map(drop)
    }

    fn query(&mut self, sql: &str, columns: usize) -> Result<Rows, String> {
        let fields = self.ask(sql)?;
        if !fields.len().is_multiple_of(columns) {
            return Err(format!("{} fields in {columns} columns", fields.len()));
        }
        let cell = |it: &String| {
            if it == NULL {
                Cell::Null
            } else {
                Cell::Text(it.clone())
            }
        };
        Ok(fields
            .chunks(columns)
            .map(|row| row.iter().map(cell).collect())
            .collect())
    }

    /// By a statement that is prepared.
    fn query_with(&mut self, sql: &str, values: &[Arc<str>], columns: usize) -> Result<Rows, String> {
        let values: Vec<String> = values
            .iter()
            .map(|it| literal(&Cell::Text(it.to_string())))
            .collect();
        let prepared = format!("DEALLOCATE ALL\\;\nPREPARE bound AS {sql}");
        let values = if values.is_empty() {
            String::new()
        } else {
            format!("({})", values.join(", "))
        };
        self.ask(&prepared)?;
        self.query(&format!("EXECUTE bound{values}"), columns)
    }

    fn shown(&self, column: &str, kind: Kind) -> String {
        match kind {
            Kind::DateTime => format!("(EXTRACT(epoch FROM {column}) * 1000000)::bigint"),
            Kind::Date => format!("({column} - DATE '1970-01-01')::bigint"),
            Kind::Decimal => format!("({column} * 10000)::bigint"),
            _ => column.to_owned(),
        }
    }
}

fn literal(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Bool(it) => it.to_string(),
        Cell::Int(it) => format!("'{it}'::bigint"),
        Cell::Float(it) => format!("'{it:e}'::float8"),
        Cell::Decimal(it) => format!("'{it}'::numeric"),
        Cell::Text(it) => format!("E'{}'", it.replace('\\', "\\\\").replace('\'', "''")),
        Cell::Date(it) => format!("'{it}'::date"),
        Cell::DateTime(it) => format!("'{it}'::timestamptz"),
    }
}
