//! What customers bought: scores and groups, who comes back, who may not, and what they will be worth.

use audience::{
    At, Customer, Date, Definitions,
    analytics::{
        Orders,
        lifetime::{Days, Discount, GammaGamma, MbgNbd, Summary, Time},
        retention::{Gaps, Retention},
        rfm::{GroupTable, Rfm, RfmValues},
    },
};

use super::{
    chart,
    overview::{LEAST_TOLD, as_float},
    page::{Cell, Page, amount, count},
};
use crate::{failure::Failure, output};

/// The name of everybody in the table of retention; no segment can have it.
const ALL: &str = "(all)";
/// Months after the first order that are told.
const MONTHS: usize = 12;
/// How long somebody must be silent to be gone, and the time whose orders are expected.
const SILENT_DAYS: u32 = 90;
const YEAR_DAYS: u32 = 365;

/// The purchases of all customers, of whom nothing else is kept.
pub(super) struct Purchases {
    orders: Orders,
    rfm: Vec<RfmValues>,
    summaries: Vec<Summary<Days>>,
    without: u64,
    retention: Retention,
    until: Date,
}

impl Purchases {
    /// `argument` is an event and its amount, such as `purchases.amount`.
    pub(super) fn new(argument: &str, shop: &Definitions, at: &At) -> Result<Self, Failure> {
        let (event, property) = argument.split_once('.').ok_or_else(|| {
            Failure::Data("--purchases: expected EVENT.PROPERTY, such as purchases.amount".to_owned())
        })?;
        let orders = Orders::new(shop.schema(), event, property)
            .map_err(|error| Failure::data("--purchases", error))?;
        let until = at.zone().date_of(at.now());
        Ok(Self {
            orders,
            rfm: Vec::new(),
            summaries: Vec::new(),
            without: 0,
            retention: Retention::new(until),
            until,
        })
    }

    /// Counts what a customer of these segments has bought.
    pub(super) fn add<'s>(&mut self, customer: &Customer, segments: impl Iterator<Item = &'s str>, at: &At) {
        let Some(rfm) = self.orders.rfm(customer, at.now()) else {
            self.without += 1;
            return;
        };
        self.rfm.push(rfm);
        let days = self.orders.days(customer, at.now(), at.zone());
        for segment in segments.chain([ALL]) {
            self.retention.add(segment, days.iter().map(|it| it.0));
        }
        self.summaries.extend(Summary::of_orders(days, self.until));
    }

    pub(super) fn write(&self, at: &At, page: &mut Page) {
        page.heading("Recency, frequency and value");
        self.scores(at, page);
        page.heading("Who comes back");
        self.retention(page);
        page.heading("Who may not come back, and what is to come");
        self.forecast(at, page);
    }

    /// The grid of scores, the table of groups, and how spending is spread.
    fn scores(&self, at: &At, page: &mut Page) {
        let rfm = match Rfm::fit(at.now(), self.rfm.iter().copied()) {
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
        for values in &self.rfm {
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
        spread(
            page,
            "Customers by what they have spent",
            self.rfm.iter().map(|it| it.monetary.to_f64()),
            amount,
        );
    }

    /// By month of the first order, and for each segment.
    fn retention(&self, page: &mut Page) {
        let cohorts: Vec<_> = self.retention.cohorts(ALL).collect();
        let first = cohorts.len().saturating_sub(MONTHS);
        let cohorts = &cohorts[first..];
        let names: Vec<_> = cohorts
            .iter()
            .map(|it| format!("{}, {}", it.month(), count(it.customers())))
            .collect();
        let months: Vec<_> = (1..=MONTHS).map(|it| format!("+{it}")).collect();
        let caption = "Of the customers whose first order was in a month, how many percent ordered again so many months later";
        let svg = chart::grid(caption, &names, &months, |row, column| {
            let shade = cohorts[row].share(column + 1)?;
            Some(chart::Cell {
                shade,
                words: format!("{:.0}", 100.0 * shade),
            })
        });
        page.picture(caption, &svg);
        let rows: Vec<_> = self
            .retention
            .segments()
            .map(|segment| {
                let share = |months: usize| Cell::Number(self.came_back(segment, months));
                let gap = self.retention.gaps(segment).and_then(Gaps::mean_days);
                vec![
                    Cell::Text(segment.to_owned()),
                    share(1),
                    share(3),
                    share(6),
                    Cell::Number(gap.map_or_else(|| "–".to_owned(), |days| format!("{days:.1}"))),
                ]
            })
            .collect();
        let heads = [
            "segment",
            "again after 1 month",
            "after 3",
            "after 6",
            "days between orders",
        ];
        page.table(&heads, &rows);
    }

    /// The share of a segment that ordered in that month after the first, of those for whom it is over.
    fn came_back(&self, segment: &str, months: usize) -> String {
        let (mut active, mut all) = (0, 0);
        for cohort in self.retention.cohorts(segment) {
            if let Some(again) = cohort.active().get(months) {
                active += again;
                all += cohort.customers();
            }
        }
        if all < LEAST_TOLD {
            "–".to_owned()
        } else {
            output::share(active, all)
        }
    }

    /// What a model expects, where there is enough to fit one.
    fn forecast(&self, at: &At, page: &mut Page) {
        let model = match MbgNbd::fit(at.now(), &self.summaries) {
            Ok(model) => model,
            Err(error) => return page.text(&format!("No forecast: {error}.")),
        };
        let silent = Time::from_days(SILENT_DAYS);
        let caption = format!(
            "Customers by how probable it is, in percent, that they buy nothing in the next {SILENT_DAYS} days"
        );
        let chances = self
            .summaries
            .iter()
            .map(|it| 100.0 * model.p_no_purchase(it, silent));
        spread(page, &caption, chances, |it| format!("{it:.0}"));
        let values = match GammaGamma::fit(at.now(), &self.summaries) {
            Ok(values) => values,
            Err(error) => return page.text(&format!("No lifetime values: {error}.")),
        };
        let year = Time::from_days(YEAR_DAYS);
        let worth = |it: &Summary<Days>| model.lifetime_value(it, &values, year, Discount::NONE);
        let worth: Vec<f64> = self.summaries.iter().filter_map(worth).collect();
        if worth.is_empty() {
            return page.text("No lifetime values: the values of orders have no mean.");
        }
        let sum: f64 = worth.iter().sum();
        let caption =
            format!("Customers by what their orders of the next {YEAR_DAYS} days are expected to be worth");
        spread(page, &caption, worth.into_iter(), amount);
        page.quiet(&format!(
            "Expected of all customers together in the next {YEAR_DAYS} days: {}. By the models MBG/NBD and Gamma-Gamma, fitted on these customers.",
            amount(sum)
        ));
    }
}

fn spread(page: &mut Page, caption: &str, values: impl Iterator<Item = f64>, write: impl Fn(f64) -> String) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    page.picture(caption, &chart::histogram(caption, &values, write));
}
