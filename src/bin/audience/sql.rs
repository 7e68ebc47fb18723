//! `audience sql` and `audience mapping`: queries for a database, and where its data live.

use std::{fs, io::Write};

use audience::sql::{Dialect, Mapping, Query, SqlError, Strictness};

use crate::{args, failure::Failure, input, output};

/// The text of the query, or JSON with the values beside it.
pub(crate) fn run(arguments: &args::Sql) -> Result<(), Failure> {
    let (shop, at) = input::setting(&arguments.setting)?;
    let dialect = arguments.dialect;
    let strictness = if arguments.approximate {
        Strictness::Approximate
    } else {
        Strictness::Exact
    };
    let mapping = match &arguments.mapping {
        None => shop.mapping(dialect),
        Some(path) => {
            let json = fs::read(path).map_err(|error| Failure::data(path.display(), error))?;
            serde_json::from_slice::<Mapping>(&json).map_err(|error| Failure::data(path.display(), error))?
        }
    };
    let unknown = |error: audience::NameError| Failure::Data(error.to_string());
    let query = if arguments.validate {
        shop.contract_sql(dialect, &mapping)
    } else if let Some(name) = &arguments.computed {
        shop.computed(name)
            .map_err(unknown)?
            .to_sql_with(dialect, &mapping, &at, strictness)
    } else if let Some(since) = arguments.since {
        let mut segments = shop.segments();
        if !arguments.segments.is_empty() {
            segments = segments.only(&arguments.segments).map_err(unknown)?;
        }
        segments.to_sql_since(dialect, &mapping, since, &at)
    } else {
        match &*arguments.segments {
            [name] => shop
                .segment(name)
                .map_err(unknown)?
                .to_sql_with(dialect, &mapping, &at, strictness),
            [] => shop.segments().to_sql_with(dialect, &mapping, &at, strictness),
            several => {
                let segments = shop.segments().only(several).map_err(unknown)?;
                segments.to_sql_with(dialect, &mapping, &at, strictness)
            }
        }
    };
    let query = query.map_err(|error| match error {
        SqlError::Refused(refusal) => Failure::Definitions(refusal),
        other => Failure::Data(other.to_string()),
    })?;
    for warnings in [query.approximate(), query.everyone()] {
        eprint!("{}", audience::render(warnings, shop.sources()));
    }
    let mut out = output::stdout();
    if arguments.params {
        write_bound(dialect, &query, &mut out)?;
    } else {
        if let Some(setup) = dialect.setup() {
            writeln!(out, "{setup};\n")?;
        }
        write!(out, "{query}")?;
    }
    Ok(out.flush()?)
}

/// `{"sql": …, "params": […]}`, and `"setup"` where the dialect has one.
fn write_bound(dialect: Dialect, query: &Query, out: &mut impl Write) -> Result<(), Failure> {
    let (text, values) = query.bound();
    let params: Vec<&str> = values.iter().map(|it| &**it).collect();
    let mut json = serde_json::json!({ "sql": text, "params": params });
    if let Some(setup) = dialect.setup() {
        json["setup"] = setup.into();
    }
    serde_json::to_writer(&mut *out, &json).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

/// The mapping as JSON.
pub(crate) fn mapping(arguments: &args::Mapping) -> Result<(), Failure> {
    let files = [&arguments.definitions]
        .into_iter()
        .chain(&arguments.more_definitions);
    let shop = input::definitions(files, &arguments.partials).build()?;
    let mut out = output::stdout();
    serde_json::to_writer_pretty(&mut out, &shop.mapping(arguments.dialect)).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}
