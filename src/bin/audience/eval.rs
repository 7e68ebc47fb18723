//! `audience eval`: which customers belong to which segments.

use std::io::Write;

use audience::{
    At, Computed, Definitions, NameError, Segment, Segments,
    batch::{Customers, Members, TraitValues},
};

use crate::{
    args,
    failure::Failure,
    input,
    lines::OnBad,
    output::{self, Table},
    progress, tables,
};

/// One line per customer, or one table.
pub(crate) fn run(arguments: &args::Eval) -> Result<(), Failure> {
    let (shop, at) = input::setting(&arguments.setting)?;
    let segments = selected(&shop, &arguments.segments)?;
    input::needs_catalogs(&at, segments.iter().map(Segment::requirements))?;
    if arguments.counts {
        return counts(arguments, &shop, segments, &at);
    }
    let traits: Vec<Computed> = if arguments.traits {
        traits(&shop)?
    } else {
        Vec::new()
    };
    input::needs_catalogs(&at, traits.iter().map(Computed::requirements))?;
    let mut out = output::stdout();
    let asked = Asked::new(&shop, segments, &arguments.segments);
    let on_bad = OnBad::among(&out, &shop, &arguments.customers, &arguments.print_bad);
    each_batch(arguments, &shop, on_bad, false, |people| {
        let members = asked.members(people, &at);
        let traits: Vec<TraitValues> = traits.iter().map(|it| it.evaluate(people, &at)).collect();
        for row in 0..people.len() {
            write_membership(&mut out, people, &members, row)?;
            if arguments.traits {
                write_traits(&mut out, &traits, row)?;
            }
            out.write_all(b"}\n")?;
        }
        Ok(())
    })?;
    Ok(out.flush()?)
}

fn each_batch(
    arguments: &args::Eval,
    shop: &Definitions,
    on_bad: OnBad,
    quiet_output: bool,
    visit: impl FnMut(&Customers<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (customers, tables) = (&arguments.customers, &arguments.tables);
    let bar = progress::over_all(&tables::files(customers, tables), quiet_output);
    tables::each_batch(shop, customers, tables, on_bad, &bar, visit)
}

/// The segments that are asked for.
struct Asked {
    segments: Vec<Segment>,
    /// The same when they are all there are, which share what several of them ask.
    all: Option<Segments>,
}

impl Asked {
    fn new(shop: &Definitions, segments: Vec<Segment>, names: &[String]) -> Self {
        Self {
            segments,
            all: names.is_empty().then(|| shop.segments()),
        }
    }

    fn members(&self, people: &Customers<'_>, at: &At) -> Vec<Members> {
        match &self.all {
            Some(all) => all.evaluate(people, at),
            None => self.segments.iter().map(|it| it.evaluate(people, at)).collect(),
        }
    }
}

fn is_unfitted<T>(found: &Result<T, NameError>) -> bool {
    matches!(found, Err(NameError::NeedsPopulation(_)))
}

/// The traits, all of them.
fn traits(shop: &Definitions) -> Result<Vec<Computed>, Failure> {
    let unfitted = shop.unfitted().filter(|name| is_unfitted(&shop.computed(name)));
    let unfitted: Vec<String> = unfitted.map(str::to_owned).collect();
    if unfitted.is_empty() {
        Ok(shop.computed_all().collect())
    } else {
        Err(input::needs_population(&unfitted))
    }
}

/// The segments asked for, or all; in the order of definition either way.
fn selected(shop: &Definitions, names: &[String]) -> Result<Vec<Segment>, Failure> {
    for name in names {
        match shop.segment(name) {
            Err(NameError::NeedsPopulation(_)) => {
                return Err(input::needs_population(std::slice::from_ref(name)));
            }
            found => found.map_err(|error| Failure::Data(error.to_string()))?,
        };
    }
    let unfitted = shop
        .unfitted()
        .filter(|name| names.is_empty() && is_unfitted(&shop.segment(name)));
    let unfitted: Vec<String> = unfitted.map(str::to_owned).collect();
    if !unfitted.is_empty() {
        return Err(input::needs_population(&unfitted));
    }
    let wanted = |segment: &Segment| names.is_empty() || names.iter().any(|name| name == segment.name());
    Ok(shop.segments().iter().filter(wanted).collect())
}

/// `{"key":"17850","segments":["lapsed"]` without the last brace.
fn write_membership(
    out: &mut impl Write,
    people: &Customers<'_>,
    segments: &[Members],
    row: usize,
) -> std::io::Result<()> {
    out.write_all(b"{\"key\":")?;
    output::write_value(out, people.key(row))?;
    out.write_all(b",\"segments\":[")?;
    let members = segments.iter().filter(|segment| segment.contains(row));
    for (index, segment) in members.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        output::write_text(out, segment.name())?;
    }
    out.write_all(b"]")
}

/// `,"traits":{"stage":"lapsed"}`.
fn write_traits(out: &mut impl Write, traits: &[TraitValues], row: usize) -> std::io::Result<()> {
    out.write_all(b",\"traits\":{")?;
    for (index, values) in traits.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        output::write_text(out, values.name())?;
        out.write_all(b":")?;
        output::write_value(out, values.get(row))?;
    }
    out.write_all(b"}")
}

/// The table of `--counts`, and warnings about segments that are too narrow.
fn counts(
    arguments: &args::Eval,
    shop: &Definitions,
    segments: Vec<Segment>,
    at: &At,
) -> Result<(), Failure> {
    let asked = Asked::new(shop, segments, &arguments.segments);
    let mut sizes = vec![0_u64; asked.segments.len()];
    let mut customers: u64 = 0;
    let on_bad = OnBad::of(arguments.customers.skip_bad);
    each_batch(arguments, shop, on_bad, true, |people| {
        customers += people.len() as u64;
        for (members, size) in asked.members(people, at).iter().zip(&mut sizes) {
            *size += members.count() as u64;
        }
        Ok(())
    })?;
    let mut table = Table::new(&["segment", "customers", "share", "meaning"]);
    for (segment, &size) in asked.segments.iter().zip(&sizes) {
        let meaning = segment.description().unwrap_or_default().to_owned();
        table.row(&[
            segment.name().to_owned(),
            size.to_string(),
            output::share(size, customers),
            meaning,
        ]);
    }
    table.row(&[
        "(all)".to_owned(),
        customers.to_string(),
        output::share(customers, customers),
        String::new(),
    ]);
    let mut out = output::stdout();
    table.write(&mut out)?;
    out.flush()?;
    for (segment, &size) in asked.segments.iter().zip(&sizes) {
        if let Some(least) = arguments.warn_below.filter(|&least| size < least) {
            let customers = if size == 1 { "customer" } else { "customers" };
            eprintln!(
                "warning: segment `{}` has {size} {customers}, fewer than {least}",
                segment.name()
            );
        }
    }
    Ok(())
}
