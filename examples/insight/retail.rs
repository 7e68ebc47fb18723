//! Online Retail: scores, groups, retention, and segments that read what models say.

use std::{error::Error, fs::File, path::Path};

use audience::{
    At, Customer, Date, DateTime, Definitions, Zone,
    analytics::{
        Orders,
        lifetime::{Days, Discount, GammaGamma, MbgNbd, Summary},
        retention::{Gaps, Retention},
        rfm::{GroupTable, Rfm, RfmValues},
        scores::{ChurnScore, RfmScore, ValueScore},
    },
};
use serde_json::Value;

use crate::{bought, data, recommended};

/// A customer, as the models know her.
struct Known {
    json: Value,
    rfm: Option<RfmValues>,
    summary: Option<Summary<Days>>,
}

const CONTRACT: &str = "
    event purchases { invoice: string, amount: decimal, items: [{ sku: string, name: string, quantity: int, price: decimal }] }
    event returns { invoice: string, amount: decimal, items: [{ sku: string, name: string, quantity: int, price: decimal }] }
";

/// What marketers write about scores: they are attributes like all others.
const SEGMENTS: &str = r#"
    segment best            "Bought last, often, and for much"    = rfm.recency = 5 and rfm.frequency = 5 and rfm.monetary = 5
    segment slipping_away   "Was good, and may not come back"     = rfm.monetary >= 4 and churn.no_purchase_90_days > 0.66
    segment worth_a_call    "Worth 2,000 pounds in the next year" = clv.next_365_days > 2000
    segment worth_and_gone  "Worth it if she came back"           = in segment slipping_away and rfm.group in ["at risk", "cannot lose"]
"#;

pub(crate) fn run(root: &Path) -> Result<(), Box<dyn Error>> {
    crate::title("Online Retail: who are they, and what are they worth?");
    let retail = data::read(File::open(root.join(bought::ALL))?)?;
    let shop = Definitions::parse(&format!(
        "customer {{ id: string key, country: string }}\n{CONTRACT}"
    ))?;
    let (now, zone): (DateTime, Zone) = (data::NOW.parse()?, Zone::named(data::ZONE)?);
    let orders = Orders::new(shop.schema(), "purchases", "amount")?;
    let mut retention = Retention::new(zone.date_of(now));
    let mut customers = Vec::new();
    for customer in &retail.customers {
        let loaded = shop.customer_from(customer)?;
        let days: Vec<Date> = orders
            .days(&loaded, now, zone)
            .into_iter()
            .map(|it| it.0)
            .collect();
        let country = if customer.country == "United Kingdom" {
            "home"
        } else {
            "abroad"
        };
        retention.add(country, days);
        customers.push(Known {
            json: serde_json::to_value(customer)?,
            rfm: orders.rfm(&loaded, now),
            summary: orders.summary(&loaded, now, zone),
        });
    }
    println!("{} customers at {now}", customers.len());

    let rfm = Rfm::fit(now, customers.iter().filter_map(|it| it.rfm))?;
    let groups = GroupTable::default();
    print_groups(&customers, &rfm, &groups);
    print_retention(&retention);

    let summaries: Vec<_> = customers.iter().filter_map(|it| it.summary).collect();
    let model = MbgNbd::fit(now, &summaries)?;
    let values = GammaGamma::fit(now, &summaries)?;
    let rfm_score = RfmScore::new(&rfm, &groups);
    let churn_score = ChurnScore::new(&model, 90);
    let yearly = Discount::per_year(0.1).ok_or("a rate within bounds")?;
    let value_score = ValueScore::new(&model, &values, 365, yearly);
    let scored = Definitions::parse(&format!(
        "customer {{ id: string key, country: string, rfm: {}?, churn: {}?, clv: {}? }}\n{CONTRACT}{SEGMENTS}",
        rfm_score.field("rfm").ty,
        churn_score.field("churn").ty,
        value_score.field("clv").ty,
    ))?;
    let mut loaded = Vec::new();
    for customer in customers {
        let mut json = customer.json;
        json["rfm"] = serde_json::to_value(rfm_score.of(customer.rfm.as_ref()))?;
        if let Some(summary) = &customer.summary {
            json["churn"] = serde_json::to_value(churn_score.of(summary))?;
            json["clv"] = serde_json::to_value(value_score.of(summary))?;
        }
        loaded.push(scored.customer_from_json(json.to_string())?);
    }
    print_segments(&scored, &loaded, &scored.at(now, &zone));
    recommended::run(&retail)
}

fn print_groups(customers: &[Known], rfm: &Rfm, groups: &GroupTable) {
    println!(
        "\n{:<22} {:>9} {:>7} {:>12} {:>7}",
        "group", "customers", "share", "spent", "share"
    );
    let spent = |it: &Known| it.rfm.map_or(0.0, |it| it.monetary.to_f64());
    let all: f64 = customers.iter().map(spent).sum();
    for group in groups.groups() {
        let of_group = |it: &&Known| groups.group_of(it.rfm.map(|it| rfm.scores(&it))) == group.name;
        let members: Vec<_> = customers.iter().filter(of_group).collect();
        let value: f64 = members.iter().map(|it| spent(it)).sum();
        println!(
            "{:<22} {:>9} {:>6.1}% {value:>12.0} {:>6.1}%",
            group.name,
            members.len(),
            percent(members.len(), customers.len()),
            100.0 * value / all
        );
    }
}

fn print_retention(retention: &Retention) {
    for segment in retention.segments() {
        let gap = retention.gaps(segment).and_then(Gaps::mean_days);
        println!(
            "\n{segment}: who ordered again, by the month of the first order; {:.1} days between orders",
            gap.unwrap_or(f64::NAN)
        );
        for cohort in retention.cohorts(segment) {
            let shares = (1..cohort.active().len()).filter_map(|months| cohort.share(months));
            let shares: Vec<_> = shares.map(|share| format!("{:>3.0}%", 100.0 * share)).collect();
            println!(
                "{} {:>5}  {}",
                cohort.month(),
                cohort.customers(),
                shares.join(" ")
            );
        }
    }
}

fn print_segments(shop: &Definitions, customers: &[Customer], at: &At) {
    println!(
        "\n{:<16} {:>9} {:>7}  what it means",
        "segment", "customers", "share"
    );
    for segment in shop.segments() {
        let size = customers.iter().filter(|it| segment.matches(it, at)).count();
        println!(
            "{:<16} {size:>9} {:>6.1}%  {}",
            segment.name(),
            percent(size, customers.len()),
            segment.description().unwrap_or_default()
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of customers")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}
