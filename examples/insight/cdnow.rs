//! CDNOW: models of purchases, against the papers and against what happened.

use std::{collections::BTreeMap, error::Error, io::Read, path::Path};

use audience::{
    Date, DateTime,
    analytics::lifetime::{
        BgNbd, ChurnLaw, GammaGamma, Law, MbgNbd, ParetoNbd, PurchaseModel, Summary, Time, Weeks,
        evaluate_churn,
    },
};

/// The last day that the models see, and the weeks that they are tried on.
const UNTIL: &str = "1997-09-30";
const HELD_OUT: u32 = 39;

type Orders = BTreeMap<String, Vec<(Date, f64)>>;

pub(crate) fn run(root: &Path) -> Result<(), Box<dyn Error>> {
    crate::title("CDNOW: who comes back?");
    let orders = read(root)?;
    let (until, at): (Date, DateTime) = (UNTIL.parse()?, format!("{UNTIL}T23:59:59Z").parse()?);
    let end = until
        .checked_add_days(i64::from(HELD_OUT) * 7)
        .ok_or("a day within bounds")?;
    let mut customers: Vec<(Summary<Weeks>, bool)> = Vec::new();
    for orders in orders.values() {
        let Some(summary) = Summary::of_orders(orders.iter().copied().filter(|it| it.0 <= until), until)
        else {
            continue;
        };
        customers.push((summary, orders.iter().any(|it| until < it.0 && it.0 <= end)));
    }
    let summaries: Vec<_> = customers.iter().map(|it| it.0).collect();
    println!("{} customers, fitted on 39 weeks\n", summaries.len());
    let bg = BgNbd::fit(at, &summaries)?;
    let mbg = MbgNbd::fit(at, &summaries)?;
    let pareto = ParetoNbd::fit(at, &summaries)?;
    fitted(&bg);
    fitted(&mbg);
    fitted(&pareto);
    let values = GammaGamma::fit(at, &summaries)?;
    println!(
        "gamma_gamma  {:?}; orders are worth {:.2} on average",
        values.parameters(),
        values.mean_value().unwrap_or(f64::NAN)
    );
    println!("\nwho does not come back in the next {HELD_OUT} weeks, as area under the ROC curve:");
    println!(
        "{:<12} {:>8} {:>10} {:>8} {:>9} {:>9}",
        "model", "its own", "1 - alive", "silence", "returned", "expected"
    );
    churn(&mbg, &customers)?;
    churn(&pareto, &customers)
}

fn fitted<L: Law + std::fmt::Debug>(model: &PurchaseModel<L, Weeks>) {
    let fit = model
        .fit_report()
        .map(|it| format!("ln L {:.1}, {:?}", it.log_likelihood(), it.convergence()));
    println!(
        "{:<12} {:?}; {}",
        model.name(),
        model.parameters(),
        fit.unwrap_or_default()
    );
}

fn churn<L: ChurnLaw>(
    model: &PurchaseModel<L, Weeks>,
    customers: &[(Summary<Weeks>, bool)],
) -> Result<(), Box<dyn Error>> {
    let it = evaluate_churn(model, customers, Time::new(HELD_OUT))?;
    println!(
        "{:<12} {:>8.3} {:>10.3} {:>8.3} {:>9} {:>9.0}",
        model.name(),
        it.by_model,
        it.by_p_alive,
        it.by_recency,
        it.returned,
        it.expected_to_return
    );
    Ok(())
}

/// Days and dollars of each customer of the sample.
fn read(root: &Path) -> Result<Orders, Box<dyn Error>> {
    let mut text = String::new();
    crate::open(root, "cdnow_sample.txt.gz")?.read_to_string(&mut text)?;
    let mut orders = Orders::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [number, _, day, _, dollars] = fields[..] else {
            return Err(format!("five fields expected: {line}").into());
        };
        let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
        let order = (format!("{year}-{month}-{day}").parse()?, dollars.parse()?);
        orders.entry(number.to_owned()).or_default().push(order);
    }
    Ok(orders)
}
