//! Reads definitions, what goes with them, and customers.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use audience::{At, Customer, Definitions, Items, Population, Requirements};
use indicatif::ProgressBar;

use crate::{
    args,
    failure::Failure,
    infer::learn,
    lines::{self, OnBad},
    tables,
};

/// The definitions of a command and the moment it answers for. Warnings go to standard error.
pub(crate) fn setting(arguments: &args::Setting) -> Result<(Definitions, At), Failure> {
    setting_with(arguments, &[])
}

/// The same with further definitions, each under the name that errors show.
pub(crate) fn setting_with(
    arguments: &args::Setting,
    further: &[(&str, String)],
) -> Result<(Definitions, At), Failure> {
    let more = &arguments.more_definitions;
    let files = [&arguments.definitions].into_iter().chain(more);
    let builder = definitions(files, &arguments.partials);
    let builder = further
        .iter()
        .fold(builder, |builder, (name, text)| builder.source(name, text));
    let mut shop = builder.build()?;
    eprint!("{}", audience::render(shop.warnings(), shop.sources()));
    if let Some(path) = &arguments.population {
        let population = population(path).map_err(|error| Failure::data(path.display(), error))?;
        let fitted = shop.with_population(&population);
        shop = fitted.map_err(|error| Failure::data(path.display(), error))?;
    }
    let mut at = shop.at(arguments.at, &arguments.zone);
    for (name, path) in &arguments.catalogs {
        if at.items(name).is_some() {
            return Err(Failure::Data(format!("the items of `{name}` are given twice")));
        }
        at = at.with_items(items(&shop, name, path)?);
    }
    Ok((shop, at))
}

/// Files of definitions, which together make one set, and the partials that go with them.
pub(crate) fn definitions<'f>(
    files: impl IntoIterator<Item = &'f PathBuf>,
    partials: &args::Partials,
) -> audience::Builder {
    let builder = files
        .into_iter()
        .fold(Definitions::builder(), audience::Builder::file);
    let builder = match &partials.folder {
        Some(folder) => builder.partials(folder),
        None => builder,
    };
    match &partials.translations {
        Some(folder) => builder.translations_folder(folder),
        None => builder,
    }
}

/// Without the mark that some editors put before the text.
pub(crate) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The items of a catalogue.
pub(crate) fn items(shop: &Definitions, catalog: &str, path: &Path) -> Result<Items, Failure> {
    let file = File::open(path).map_err(|error| Failure::data(path.display(), error))?;
    let items = shop.loader().items_from_json_lines(catalog, BufReader::new(file));
    items.map_err(|error| {
        let line = error.line().map(|line| format!(":{line}")).unwrap_or_default();
        let dot = if error.path().is_empty() { "" } else { ": " };
        let (file, path, message) = (path.display(), error.path(), error.message());
        Failure::Data(format!("{file}{line}{dot}{path}: {message}"))
    })
}

fn population(path: &Path) -> Result<Population, String> {
    let json = text(path)?;
    serde_json::from_str(unmarked(&json)).map_err(|error| error.to_string())
}

/// The text of a file, or of standard input for `-`; or what is wrong with it.
pub(crate) fn text(path: &Path) -> Result<String, String> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map_err(|error| format!("byte {} is not UTF-8", error.utf8_error().valid_up_to()))
}

/// What to say when something needs a population that was not given.
pub(crate) fn needs_population(names: &[String]) -> Failure {
    let verb = if names.len() == 1 { "compares" } else { "compare" };
    let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
    Failure::Data(format!(
        "{} {verb} customers with each other: run `audience fit`, and give what it writes with --population",
        names.join(", "),
    ))
}

/// Refuses to answer for rules that look into a catalogue whose items were not given: all they read would be missing.
pub(crate) fn needs_catalogs(at: &At, rules: impl IntoIterator<Item = Requirements>) -> Result<(), Failure> {
    let mut missing: Vec<String> = Vec::new();
    for catalog in rules.into_iter().flat_map(|it| it.catalogs) {
        let name = catalog.name.to_string();
        if at.items(&name).is_none() && !missing.contains(&name) {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let options: Vec<_> = missing.iter().map(|it| format!("--catalog {it}=FILE")).collect();
    let names: Vec<_> = missing.iter().map(|it| format!("`{it}`")).collect();
    Err(Failure::Data(format!(
        "the rules look into the catalogue {}: give its items with {}",
        names.join(" and "),
        options.join(" ")
    )))
}

/// Gives each customer of a file of JSON lines to `visit`, in order, until it breaks.
pub(crate) fn each_customer(
    shop: &Definitions,
    arguments: &args::Customers,
    on_bad: OnBad,
    progress: &ProgressBar,
    mut visit: impl FnMut(&Customer) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    tables::refused(&arguments.file)?;
    each_loaded(shop, arguments, on_bad, progress, |customer, _| visit(&customer))
}

/// The same, with how many bytes each has.
pub(crate) fn each_loaded(
    shop: &Definitions,
    arguments: &args::Customers,
    on_bad: OnBad,
    progress: &ProgressBar,
    mut visit: impl FnMut(Customer, usize) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let ignore_unknown = arguments.ignore_unknown || shop.schema().open;
    let loader = shop.loader().ignore_unknown(ignore_unknown);
    let number = learn::line_number(shop);
    let load = |json: &[u8], line| {
        let json = learn::numbered(json, line, number);
        let customer = loader
            .customer_from_json(&*json)
            .map_err(|error| error.to_string())?;
        Ok((customer, json.len()))
    };
    lines::each(
        &arguments.file,
        "customers",
        on_bad,
        progress,
        load,
        |(customer, length)| visit(customer, length),
    )
}
