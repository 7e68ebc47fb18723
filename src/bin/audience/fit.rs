//! `audience fit`: compares customers with each other, and keeps what came out.

use std::io::Write;

use audience::{Population, Value};

use crate::{
    args,
    failure::Failure,
    input,
    lines::OnBad,
    output::{self, Table},
    progress, replace, tables,
};

/// One pass over the customers, the population in its file, and a table of its cut points.
pub(crate) fn run(arguments: &args::Fit) -> Result<(), Failure> {
    if arguments.setting.population.is_some() {
        return Err(Failure::Data(
            "`fit` writes a population, and reads none".to_owned(),
        ));
    }
    let (shop, at) = input::setting(&arguments.setting)?;
    if shop.unfitted().next().is_none() {
        let message = "the definitions compare no customer with the others: there is nothing to fit";
        return Err(Failure::Data(message.to_owned()));
    }
    input::needs_catalogs(&at, [shop.requirements()])?;
    let (customers, tables) = (&arguments.customers, &arguments.tables);
    let bar = progress::over_all(&tables::files(customers, tables), true);
    let mut fitter = shop.fitter(&at);
    let on_bad = OnBad::of(customers.skip_bad);
    tables::each_batch(&shop, customers, tables, on_bad, &bar, |people| {
        fitter.add_batch(people);
        Ok(())
    })?;
    let population = fitter.finish();
    write(arguments, &population).map_err(|error| Failure::data(arguments.out.display(), error))?;
    let mut out = output::stdout();
    table(&population).write(&mut out)?;
    Ok(out.flush()?)
}

fn write(arguments: &args::Fit, population: &Population) -> std::io::Result<()> {
    let mut json = serde_json::to_vec_pretty(population)?;
    json.push(b'\n');
    replace::replace(&arguments.out, &json)
}

fn table(population: &Population) -> Table {
    let customers = population.customers();
    let mut table = Table::new(&["cut", "customers", "share", "points", "of"]);
    for fitted in population.expressions() {
        for (cut, points) in fitted.cuts() {
            table.row(&[
                cut,
                fitted.known().to_string(),
                output::share(fitted.known(), customers),
                written(points),
                fitted.written().to_owned(),
            ]);
        }
    }
    table.row(&[
        "(all)".to_owned(),
        customers.to_string(),
        output::share(customers, customers),
        String::new(),
        String::new(),
    ]);
    table
}

/// The cut points in a row; of many, the first and the last.
fn written(points: &[Value]) -> String {
    let all: Vec<_> = points.iter().map(ToString::to_string).collect();
    match &all[..] {
        [] => "none".to_owned(),
        [first, .., last] if all.len() > 9 => format!("{first} … {last}"),
        all => all.join(" "),
    }
}
