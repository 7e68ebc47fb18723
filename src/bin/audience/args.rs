//! What may be written on the command line.

use std::path::PathBuf;

use audience::{Code, DateTime, Format, Severity, Type, Zone, sql::Dialect};
use clap::{Args, Parser, Subcommand};

/// Segments and messages from *.audience files.
#[derive(Debug, Parser)]
#[command(name = "audience", version, after_help = STATUS)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const STATUS: &str = "Exit status: 0 when all went well (warnings do not count), 1 when definitions or a template have errors \
a test fails or a file is not in canonical form, 2 when the arguments or the data cannot be used.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows all errors and warnings of definitions, which together make one set
    Check(Check),
    /// Tells what changed between two definition files, and who enters and leaves
    Diff(Diff),
    /// Writes definitions in canonical form, in place; comments are kept
    Fmt(Fmt),
    /// Prints definitions as JSON, what such JSON says as text, or the JSON Schema of it
    Json(Json),
    /// Runs the `test` blocks of definitions, which together make one set
    Test(Test),
    /// Compares customers with each other for `in top`, `in bottom` and `quantile`, and keeps the cut points
    Fit(Fit),
    /// Tells which segments each customer belongs to, as one JSON line per customer
    Eval(Eval),
    /// Tells who gets which message of the campaigns, by which channel, or why not, as one JSON line per customer
    Decide(Decide),
    /// Tells why one customer belongs to a segment or not, what would turn that, and until when it stays so; or why a campaign decides so
    Explain(Explain),
    /// Describes segments and traits for people, as Markdown: what each means, who answers for it, what data it needs
    Describe(Describe),
    /// Proposes a `customer` block and events from samples of customers
    Infer(Infer),
    /// Writes the message of each customer: as one JSON line, or as it is for one customer
    Render(Render),
    /// Writes the query with which a database tells who belongs to a segment, or what a trait is
    Sql(Sql),
    /// Drafts where the data of the definitions live in a database, for `sql --mapping`
    Mapping(Mapping),
    /// Writes a page about the segments: sizes, values, overlaps, and what is wrong with them as a set
    Report(Report),
}

/// What messages and templates render.
#[derive(Debug, Args)]
pub(crate) struct Partials {
    /// The folder of the partials, each known by its path in there, with or without its ending
    #[arg(long = "partials", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// The folder of the translations, a JSON file for each language: es.json
    #[arg(long, value_name = "DIR")]
    pub(crate) translations: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Definition files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) partials: Partials,
    /// Print one JSON line per error or warning on stdout, instead of pictures on stderr
    #[arg(long)]
    pub(crate) json: bool,
    /// Print who reads what about customers, and what for: what is personal or sensitive, or all of it with --json
    #[arg(long)]
    pub(crate) privacy: bool,
    /// Say nothing of warnings with this code; may be repeated
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub(crate) allow: Vec<Code>,
    /// Tell of warnings with this code, also of those that are not told by default; may be repeated
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub(crate) warn: Vec<Code>,
    /// Take warnings with this code for errors, whatever else is said of them; may be repeated
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub(crate) deny: Vec<Code>,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The definition file as it was
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The definition file as it is
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// A further definition file that belongs to both, such as the contract; may be repeated
    #[arg(long = "defs", value_name = "FILE")]
    pub(crate) more_definitions: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) partials: Partials,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Customers to ask which segments they enter and leave, one JSON object per line; those who are compared with each
    /// other are compared among these
    #[arg(long, value_name = "FILE", requires = "at")]
    pub(crate) customers: Option<PathBuf>,
    /// The instant to ask them at, in RFC 3339: 2026-06-01T00:00:00Z
    #[arg(long, value_name = "T", requires = "customers")]
    pub(crate) at: Option<DateTime>,
    /// The IANA time zone in which days begin and end
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(crate) zone: Zone,
    /// The items of a catalogue, as JSON lines; may be repeated
    #[arg(long = "catalog", value_name = "NAME=FILE", value_parser = named_file, requires = "customers")]
    pub(crate) catalogs: Vec<(String, PathBuf)>,
    /// Go on after a line that cannot be read, and report it, instead of stopping with exit status 2
    #[arg(long)]
    pub(crate) skip_bad: bool,
    /// Let members pass that neither the old nor the new definitions name
    #[arg(long)]
    pub(crate) ignore_unknown: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sql {
    #[command(flatten)]
    pub(crate) setting: Setting,
    /// The segment: the query gives the keys of its customers; several, or none: a column for each segment, or for all
    #[arg(long = "segment", value_name = "S")]
    pub(crate) segments: Vec<String>,
    /// The trait: the query gives its value for each customer
    #[arg(long = "trait", value_name = "T", conflicts_with = "segments")]
    pub(crate) computed: Option<String>,
    /// The query lists the rows that break the data contract
    #[arg(long, conflicts_with_all = ["segments", "computed"])]
    pub(crate) validate: bool,
    /// The engine: sqlite, duckdb, postgresql, clickhouse, datafusion or spark
    #[arg(long, value_name = "D")]
    pub(crate) dialect: Dialect,
    /// Where the data live; without it, as `mapping` drafts it
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Where the engine cannot answer exactly, answer by what it has that is nearest, and warn of that
    #[arg(long, conflicts_with = "validate")]
    pub(crate) approximate: bool,
    /// Only the customers for whom an answer may be another one than at this earlier instant, in RFC 3339: who is due, and who is in the table of the mapping's
    /// `changed`; a column for each segment
    #[arg(long, value_name = "T", conflicts_with_all = ["computed", "validate", "approximate"])]
    pub(crate) since: Option<audience::DateTime>,
    /// Print JSON: the text with places for the values, and the values
    #[arg(long)]
    pub(crate) params: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Mapping {
    /// The definition file
    #[arg(value_name = "DEFS")]
    pub(crate) definitions: PathBuf,
    /// A further definition file; may be repeated
    #[arg(long = "defs", value_name = "FILE")]
    pub(crate) more_definitions: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) partials: Partials,
    /// The engine: sqlite, duckdb, postgresql, clickhouse, datafusion or spark
    #[arg(long, value_name = "D", default_value = "postgresql")]
    pub(crate) dialect: Dialect,
}

#[derive(Debug, Args)]
pub(crate) struct Json {
    /// The file to turn, definitions or with `--from` JSON; `-` reads standard input
    #[arg(required_unless_present = "schema", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The file is JSON: print the definitions that it says, in canonical form
    #[arg(long)]
    pub(crate) from: bool,
    /// Print the JSON Schema of definitions instead
    #[arg(long, conflicts_with_all = ["file", "from"])]
    pub(crate) schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// The definition file
    #[arg(value_name = "DEFS")]
    pub(crate) definitions: PathBuf,
    /// A further definition file; may be repeated
    #[arg(long = "defs", value_name = "FILE")]
    pub(crate) more_definitions: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) partials: Partials,
    /// A template whose placeholders and data are described too; may be repeated
    #[arg(long = "template", value_name = "FILE")]
    pub(crate) templates: Vec<PathBuf>,
    /// An input that the templates take, such as `coupon` or `until:date`, a string when not said; may be repeated
    #[arg(long = "input", value_name = "NAME:TYPE", value_parser = typed_name)]
    pub(crate) inputs: Vec<(String, Type)>,
    /// Only the segment, trait or message of this name
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print one JSON object instead of Markdown
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Infer {
    /// Customers, one JSON object per line; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Definition files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) partials: Partials,
}

#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Definition files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Change nothing; list the files that are not in canonical form, and exit with 1 when there are any
    #[arg(long)]
    pub(crate) check: bool,
}

/// The definitions, and the instant and place in time to answer for.
#[derive(Debug, Args)]
pub(crate) struct Setting {
    /// The definition file
    #[arg(value_name = "DEFS")]
    pub(crate) definitions: PathBuf,
    /// A further definition file; may be repeated
    #[arg(long = "defs", value_name = "FILE")]
    pub(crate) more_definitions: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) partials: Partials,
    /// The instant to answer for, in RFC 3339: 2026-06-01T00:00:00Z
    #[arg(long, value_name = "T")]
    pub(crate) at: DateTime,
    /// The IANA time zone in which days begin and end
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(crate) zone: Zone,
    /// The items of a catalogue, as JSON lines; may be repeated
    #[arg(long = "catalog", value_name = "NAME=FILE", value_parser = named_file)]
    pub(crate) catalogs: Vec<(String, PathBuf)>,
    /// What `fit` wrote, for definitions that compare a customer with the others
    #[arg(long, value_name = "FILE")]
    pub(crate) population: Option<PathBuf>,
}

/// The customers, and what to do with those that cannot be read.
#[derive(Debug, Args)]
pub(crate) struct Customers {
    /// The customers, one JSON object per line, or what else the command reads; `-` reads standard input
    #[arg(long = "customers", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Go on after a line that cannot be read, and report it, instead of stopping with exit status 2
    #[arg(long)]
    pub(crate) skip_bad: bool,
    /// Let members pass that the definitions do not name
    #[arg(long)]
    pub(crate) ignore_unknown: bool,
}

/// What to do with customers that cannot be read, where each of the others has a line of the answer.
#[derive(Debug, Args)]
pub(crate) struct PrintBad {
    /// Go on after a customer that cannot be read, and print what is wrong in place of the answer
    #[arg(long, conflicts_with = "skip_bad")]
    pub(crate) print_bad: bool,
}

/// What the customers are written in, and where their events are.
#[derive(Debug, Args)]
pub(crate) struct Tables {
    /// What the customers are written in; left out, the ending of the file's name says so: .csv, .parquet, and JSON lines for all others
    #[arg(long = "customers-format", value_name = "json|csv|parquet", value_parser = form)]
    pub(crate) form: Option<Form>,
    /// The events of a type in a file of their own that ends in .csv or .parquet; may be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = named_file)]
    pub(crate) events: Vec<(String, PathBuf)>,
    /// The column of these files that has the key of the customer, when it is not named as the customers' own
    #[arg(long, value_name = "COLUMN", requires = "events")]
    pub(crate) events_key: Option<String>,
}

/// What customers are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON object per line, with the events inside
    Json,
    /// A line for each customer, and one before them that names the columns
    Csv,
    /// Columns with types
    Parquet,
}

fn form(name: &str) -> Result<Form, String> {
    match name {
        "json" => Ok(Form::Json),
        "csv" => Ok(Form::Csv),
        "parquet" => Ok(Form::Parquet),
        _ => Err("expected json, csv or parquet".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Fit {
    #[command(flatten)]
    pub(crate) setting: Setting,
    #[command(flatten)]
    pub(crate) customers: Customers,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// The file to write the population to, in one step
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    #[command(flatten)]
    pub(crate) setting: Setting,
    #[command(flatten)]
    pub(crate) customers: Customers,
    #[command(flatten)]
    pub(crate) print_bad: PrintBad,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// Only this segment; may be repeated
    #[arg(long = "segment", value_name = "SEGMENT")]
    pub(crate) segments: Vec<String>,
    /// Print the traits of each customer too
    #[arg(long, conflicts_with = "counts")]
    pub(crate) traits: bool,
    /// Print a table of the segments' sizes instead
    #[arg(long, conflicts_with = "print_bad")]
    pub(crate) counts: bool,
    /// Warn of segments with fewer customers than this
    #[arg(long, value_name = "N", requires = "counts")]
    pub(crate) warn_below: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Decide {
    #[command(flatten)]
    pub(crate) setting: Setting,
    #[command(flatten)]
    pub(crate) customers: Customers,
    #[command(flatten)]
    pub(crate) print_bad: PrintBad,
    /// Only this campaign, by itself; all of them share their caps
    #[arg(long, value_name = "CAMPAIGN")]
    pub(crate) campaign: Option<String>,
    /// Print only how many get what, and how many nothing, and why
    #[arg(long, conflicts_with = "print_bad")]
    pub(crate) dry_run: bool,
    /// Print the counts as one JSON object
    #[arg(long, requires = "dry_run")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) setting: Setting,
    #[command(flatten)]
    pub(crate) customers: Customers,
    /// The customer with this key
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub(crate) key: String,
    /// The segment
    #[arg(long, value_name = "SEGMENT", required_unless_present = "campaign")]
    pub(crate) segment: Option<String>,
    /// The campaign: why it decides so about the customer, instead of a segment
    #[arg(long, value_name = "CAMPAIGN", conflicts_with = "segment")]
    pub(crate) campaign: Option<String>,
    /// Print one JSON object instead of a tree
    #[arg(long)]
    pub(crate) json: bool,
    /// Show personal and sensitive values, and what is computed from them
    #[arg(long)]
    pub(crate) show_personal: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    #[command(flatten)]
    pub(crate) setting: Setting,
    /// The template file
    #[arg(value_name = "TEMPLATE", required_unless_present = "message")]
    pub(crate) template: Option<PathBuf>,
    /// A message of the definitions, instead of a template
    #[arg(long, value_name = "NAME", conflicts_with_all = ["template", "format"])]
    pub(crate) message: Option<String>,
    /// Only this part of the message
    #[arg(long, value_name = "PART", requires = "message")]
    pub(crate) part: Option<String>,
    #[command(flatten)]
    pub(crate) customers: Customers,
    #[command(flatten)]
    pub(crate) print_bad: PrintBad,
    /// Only the customer with this key, and the message as it is instead of JSON
    #[arg(
        long,
        value_name = "KEY",
        conflicts_with = "print_bad",
        allow_hyphen_values = true
    )]
    pub(crate) key: Option<String>,
    /// What the template writes; left out, the ending of its name says so: .txt, .json, and html for all others
    #[arg(long, value_name = "html|text|json", value_parser = output)]
    pub(crate) format: Option<Output>,
    /// The language that the template is written in, such as es
    #[arg(long, value_name = "TAG", conflicts_with = "message")]
    pub(crate) language: Option<String>,
    /// Inputs and placements by name, as one JSON object
    #[arg(long, value_name = "FILE")]
    pub(crate) context: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) setting: Setting,
    #[command(flatten)]
    pub(crate) customers: Customers,
    /// The HTML file to write, in one step
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// What a customer is worth, as an expression of the language: a trait, or "sum(amount of purchases)"
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    /// Her answer from 0 to 10 to whether she would recommend us, as an expression of the language
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) nps: Option<String>,
    /// The event that is a purchase and what it was worth, such as purchases.amount: adds scores and groups
    #[arg(long, value_name = "EVENT.PROPERTY")]
    pub(crate) purchases: Option<String>,
    /// What was shown, as JSON lines with `customer`, `placement` and `items`, which is a list of keys
    #[arg(long, value_name = "FILE")]
    pub(crate) recommendations: Option<PathBuf>,
    /// What was counted in an experiment, as JSON of `audience::experiment::Tally`; may be repeated
    #[arg(long = "experiment", value_name = "FILE")]
    pub(crate) experiments: Vec<PathBuf>,
    /// How many customers a segment should have at least
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) warn_below: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// A page or e-mail: values are escaped by where they stand
    Html,
    /// Plain text, a subject line, a text message
    Text,
    /// JSON, such as the payload of a push message
    Json,
}

impl From<Output> for Format {
    fn from(output: Output) -> Self {
        match output {
            Output::Html => Self::Html,
            Output::Text => Self::Text,
            Output::Json => Self::Json,
        }
    }
}

fn output(name: &str) -> Result<Output, String> {
    match name {
        "html" => Ok(Output::Html),
        "text" => Ok(Output::Text),
        "json" => Ok(Output::Json),
        _ => Err("expected html, text or json".to_owned()),
    }
}

fn typed_name(argument: &str) -> Result<(String, Type), String> {
    let (name, ty) = argument.split_once(':').unwrap_or((argument, "string"));
    let ty =
        serde_json::from_value(ty.into()).map_err(|_| format!("there is no type `{ty}` for an input"))?;
    Ok((name.to_owned(), ty))
}

fn code(name: &str) -> Result<Code, String> {
    let found = Code::ALL.iter().copied().find(|it| it.as_str() == name);
    let warnings = || {
        let all = Code::ALL.iter().filter(|it| it.severity() == Severity::Warning);
        all.map(|it| it.as_str()).collect::<Vec<_>>().join(", ")
    };
    match found {
        Some(code) if code.severity() == Severity::Warning => Ok(code),
        _ => Err(format!("expected one of {}", warnings())),
    }
}

fn zone(name: &str) -> Result<Zone, String> {
    Zone::named(name).map_err(|error| error.to_string())
}

fn named_file(argument: &str) -> Result<(String, PathBuf), String> {
    match argument.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("expected NAME=FILE, such as products=products.jsonl or purchases=purchases.csv".to_owned()),
    }
}
