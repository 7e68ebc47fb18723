//! `audience eval`: which customers belong to which segments.

use std::{io::Write, ops::ControlFlow, path::Path};

use audience::{At, Computed, Customer, Definitions, NameError, Segment, Value};

use crate::{
    args,
    failure::Failure,
    input,
    output::{self, Table},
    progress,
};

/// One line per customer, or one table.
pub(crate) fn run(arguments: &args::Eval) -> Result<(), Failure> {
    let (shop, at) = input::setting(&arguments.setting)?;
    let segments = selected(&shop, &arguments.segments)?;
    input::needs_catalogs(&at, segments.iter().map(Segment::requirements))?;
    if arguments.counts {
        return counts(arguments, &shop, &segments, &at);
    }
    let traits: Vec<Computed> = if arguments.traits {
        traits(&shop)?
    } else {
        Vec::new()
    };
    input::needs_catalogs(&at, traits.iter().map(Computed::requirements))?;
    let mut out = output::stdout();
    let bar = progress::over(&arguments.customers.file, false);
    input::each_customer(&shop, &arguments.customers, &bar, |customer| {
        write_membership(&mut out, customer, &segments, &at)?;
        if arguments.traits {
            write_traits(&mut out, customer, &traits, &at)?;
        }
        out.write_all(b"}\n")?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out.flush()?)
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
    customer: &Customer,
    segments: &[Segment],
    at: &At,
) -> std::io::Result<()> {
    out.write_all(b"{\"key\":")?;
    output::write_value(out, Some(customer.key()))?;
    out.write_all(b",\"segments\":[")?;
    let members = segments.iter().filter(|segment| segment.matches(customer, at));
    for (index, segment) in members.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        output::write_text(out, segment.name())?;
    }
    out.write_all(b"]")
}

/// `,"traits":{"stage":"lapsed"}`.
fn write_traits(
    out: &mut impl Write,
    customer: &Customer,
    traits: &[Computed],
    at: &At,
) -> std::io::Result<()> {
    out.write_all(b",\"traits\":{")?;
    for (index, computed) in traits.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        output::write_text(out, computed.name())?;
        out.write_all(b":")?;
        let value = computed.value(customer, at);
        output::write_value(out, value.as_ref().map(Value::as_ref))?;
    }
    out.write_all(b"}")
}

/// The table of `--counts`, and warnings about segments that are too narrow.
fn counts(arguments: &args::Eval, shop: &Definitions, segments: &[Segment], at: &At) -> Result<(), Failure> {
    let path: &Path = &arguments.customers.file;
    let bar = progress::over(path, true);
    let mut sizes = vec![0_u64; segments.len()];
    let mut customers: u64 = 0;
    input::each_customer(shop, &arguments.customers, &bar, |customer| {
        customers += 1;
        for (segment, size) in segments.iter().zip(&mut sizes) {
            *size += u64::from(segment.matches(customer, at));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut table = Table::new(&["segment", "customers", "share", "meaning"]);
    for (segment, &size) in segments.iter().zip(&sizes) {
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
    for (segment, &size) in segments.iter().zip(&sizes) {
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
