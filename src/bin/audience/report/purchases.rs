//! What customers bought: scores of recency, frequency and monetary value, the groups that they make, and how values are spread.

use audience::{
    At, Computed, Customer, Decimal, Definitions, Duration, Value,
    analytics::rfm::{GroupTable, Rfm, RfmValues},
};

use super::{
    chart,
    overview::{LEAST_TOLD, as_float},
    page::{Cell, Page, amount, count},
};
use crate::{failure::Failure, output};

/// The names of the traits that `--purchases` makes; no file may have them.
const LAST: &str = "the_last_purchase_of_the_report";
const COUNT: &str = "the_purchases_of_the_report";
const SPENT: &str = "the_spending_of_the_report";

/// The traits that it takes to know what an event such as `purchases.amount` says of a customer, as definitions.
pub(super) fn traits(argument: &str) -> Result<String, Failure> {
    let (event, property) = argument.split_once('.').ok_or_else(|| {
        Failure::Data("--purchases: expected EVENT.PROPERTY, such as purchases.amount".to_owned())
    })?;
    Ok(format!(
        "trait {LAST} = last(at of {event})\ntrait {COUNT} = count({event})\ntrait {SPENT} = sum({property} of {event})\n"
    ))
}

/// The purchases of all customers, of whom nothing else is kept.
pub(super) struct Purchases {
    last: Computed,
    count: Computed,
    spent: Computed,
    values: Vec<RfmValues>,
    without: u64,
}

impl Purchases {
    pub(super) fn new(shop: &Definitions) -> Result<Self, Failure> {
        let computed = |name| {
            shop.computed(name)
                .map_err(|error| Failure::Data(error.to_string()))
        };
        Ok(Self {
            last: computed(LAST)?,
            count: computed(COUNT)?,
            spent: computed(SPENT)?,
            values: Vec::new(),
            without: 0,
        })
    }

    /// Remembers what a customer has bought.
    pub(super) fn add(&mut self, customer: &Customer, at: &At) -> Result<(), Failure> {
        let Some(Value::DateTime(last)) = self.last.value(customer, at) else {
            self.without += 1;
            return Ok(());
        };
        let frequency = match self.count.value(customer, at) {
            Some(Value::Int(count)) => count.unsigned_abs(),
            _ => 0,
        };
        let monetary = match self.spent.value(customer, at) {
            Some(Value::Decimal(spent)) => spent,
            Some(Value::Int(spent)) => spent
                .to_string()
                .parse()
                .map_err(|error| Failure::data("--purchases", error))?,
            None => Decimal::default(),
            Some(_) => {
                let ty = self.spent.ty();
                return Err(Failure::Data(format!(
                    "--purchases: expected exact amounts, found {ty}"
                )));
            }
        };
        let recency = Duration::from_micros(at.now().micros().saturating_sub(last.micros()));
        self.values.push(RfmValues {
            recency,
            frequency,
            monetary,
        });
        Ok(())
    }

    /// The grid of scores and the table of groups.
    pub(super) fn write(&self, at: &At, page: &mut Page) {
        page.heading("Recency, frequency and value");
        let rfm = match Rfm::fit(at.now(), self.values.iter().copied()) {
            Ok(rfm) => rfm,
            Err(error) => return page.text(&format!("No scores: {error}.")),
        };
        let mut grid = [[0_u64; 5]; 5];
        let table = GroupTable::default();
        let mut groups: Vec<(&str, u64, f64)> = Vec::new();
        groups.extend(table.groups().iter().map(|it| (&*it.name, 0, 0.0)));
        let mut add = |name: &str, size: u64, value: f64| {
            if let Some(group) = groups.iter_mut().find(|it| it.0 == name) {
                group.1 += size;
                group.2 += value;
            }
        };
        for values in &self.values {
            let scores = rfm.scores(values);
            grid[5 - usize::from(scores.recency())][usize::from(scores.frequency()) - 1] += 1;
            add(table.group_of(Some(scores)), 1, values.monetary.to_f64());
        }
        add(table.group_of(None), self.without, 0.0);
        let most = grid.iter().flatten().copied().max().unwrap_or(0).max(1);
        let caption =
            "Customers by how recently (up) and how often (to the right) they bought, each in fifths";
        let recency = ["5, latest", "4", "3", "2", "1, longest ago"].map(str::to_owned);
        let frequency = ["1, rare", "2", "3", "4", "5, often"].map(str::to_owned);
        let svg = chart::grid(caption, &recency, &frequency, |row, column| {
            let size = grid[row][column];
            let shade = as_float(size) / as_float(most);
            (size > 0).then(|| chart::Cell {
                shade,
                words: count(size),
            })
        });
        page.picture(caption, &svg);
        let all: u64 = groups.iter().map(|it| it.1).sum();
        let value: f64 = groups.iter().map(|it| it.2).sum();
        let rows = groups.iter().map(|&(name, size, of)| {
            let told = size >= LEAST_TOLD;
            let share = if told && value > 0.0 {
                format!("{:.1}%", 100.0 * of / value)
            } else {
                "–".to_owned()
            };
            vec![
                Cell::Text(name.to_owned()),
                Cell::Number(count(size)),
                Cell::Number(output::share(size, all)),
                Cell::Number(if told { amount(of) } else { "–".to_owned() }),
                Cell::Number(share),
            ]
        });
        let rows: Vec<_> = rows.collect();
        page.table(&["group", "customers", "share", "value", "share of value"], &rows);
        page.quiet("Scores are fifths of the customers with a purchase; equal values have equal scores. Groups go by recency and frequency.");
        let mut spent: Vec<f64> = self.values.iter().map(|it| it.monetary.to_f64()).collect();
        spent.sort_by(f64::total_cmp);
        page.picture(
            "Customers by what they have spent",
            &chart::histogram("Customers by what they have spent", &spent, amount),
        );
    }
}
