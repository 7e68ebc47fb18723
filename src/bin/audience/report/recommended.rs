//! What was recommended: to how many customers, how much of the catalogue, and where lists were short.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use audience::{At, Customer, Definitions, ValueRef};
use indexmap::IndexMap;
use serde::Deserialize;

use super::{
    chart::{self, Bar},
    overview::as_float,
    page::{Cell, Page, count},
};
use crate::{
    failure::Failure,
    lines::{self, OnBad},
    output, progress,
};

/// So many items, shown most often, are told as one share.
const TOP: usize = 10;
/// At most this many items that the catalogue lacks are named.
const MOST_NAMED: usize = 3;

/// A line: what a placement had for a customer once.
#[derive(Deserialize)]
struct List {
    customer: Key,
    placement: String,
    items: Vec<Key>,
}

/// As a contract has keys: text or a whole number.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a key: text or a whole number")]
enum Key {
    Text(String),
    Number(i64),
}

impl Key {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The lists of all placements of the contract.
pub(super) struct Recommended {
    placements: IndexMap<Arc<str>, Placement>,
}

struct Placement {
    catalog: Arc<str>,
    /// How many items messages ask for at most.
    wished: Option<u64>,
    lists: u64,
    /// Lists with fewer.
    short: u64,
    /// Who had a list.
    customers: HashSet<String>,
    /// Of those, who is among the customers of the report.
    reached: u64,
    /// How often each item was shown.
    shown: HashMap<String, u64>,
}

impl Recommended {
    /// Reads JSON lines such as `{"customer": "42", "placement": "recommended", "items": ["tea", "mug"]}`.
    pub(super) fn read(path: &Path, shop: &Definitions, skip_bad: bool) -> Result<Self, Failure> {
        let mut wished: HashMap<Arc<str>, u64> = HashMap::new();
        for message in shop.messages() {
            for asked in &message.requirements().placements {
                let so_far = wished.entry(asked.name.clone()).or_default();
                *so_far = asked.most.unwrap_or(0).max(*so_far);
            }
        }
        let placements = shop.schema().placements.iter().map(|(name, it)| {
            let placement = Placement {
                catalog: it.catalog.clone(),
                wished: wished.get(name).copied().filter(|most| *most > 0),
                lists: 0,
                short: 0,
                customers: HashSet::new(),
                reached: 0,
                shown: HashMap::new(),
            };
            (name.clone(), placement)
        });
        let mut recommended = Self {
            placements: placements.collect(),
        };
        let names: Vec<Arc<str>> = recommended.placements.keys().cloned().collect();
        let load = |json: &[u8], _| -> Result<List, String> {
            let list: List = serde_json::from_slice(json).map_err(|error| error.to_string())?;
            if names.iter().any(|it| **it == list.placement) {
                return Ok(list);
            }
            let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
            Err(match &names[..] {
                [] => "the definitions have no placement".to_owned(),
                names => format!("no placement `{}`; there is {}", list.placement, names.join(", ")),
            })
        };
        let bar = progress::over(path, true);
        lines::each(path, OnBad::of(skip_bad), &bar, load, |list: &List| {
            recommended.take(list);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(recommended)
    }

    fn take(&mut self, list: &List) {
        let Some(placement) = self.placements.get_mut(list.placement.as_str()) else {
            return;
        };
        placement.lists += 1;
        let length = u64::try_from(list.items.len()).unwrap_or(u64::MAX);
        placement.short += u64::from(placement.wished.is_some_and(|wished| length < wished));
        if !list.items.is_empty() {
            placement.customers.insert(list.customer.text());
        }
        for item in &list.items {
            *placement.shown.entry(item.text()).or_default() += 1;
        }
    }

    /// Counts a customer of the report.
    pub(super) fn add(&mut self, customer: &Customer) {
        let key = match customer.key() {
            ValueRef::Text(text) => text.to_owned(),
            other => other.to_string(),
        };
        for placement in self.placements.values_mut() {
            placement.reached += u64::from(placement.customers.contains(&key));
        }
    }

    /// `customers` is how many the report is of.
    pub(super) fn write(&self, at: &At, customers: u64, page: &mut Page) {
        page.heading("What was recommended");
        if self.placements.is_empty() {
            return page.text("The definitions have no placement.");
        }
        let placements = self.placements.iter();
        let bars: Vec<Bar> = placements
            .clone()
            .map(|(name, it)| Bar {
                name: name.to_string(),
                share: as_float(it.reached) / as_float(customers.max(1)),
                words: format!("{} of {}", count(it.reached), count(customers)),
            })
            .collect();
        let caption = "Customers who had something in a placement";
        page.picture(caption, &chart::bars(caption, &bars));
        let rows: Vec<_> = placements.map(|(name, it)| it.row(name, at)).collect();
        let heads = [
            "placement",
            "lists",
            "short",
            "items shown",
            "of the catalogue",
            "share of the ten most shown",
        ];
        page.table(&heads, &rows);
        page.quiet(
            "A list is short when it has fewer items than messages ask for. If most of what is shown are ten items, everyone sees the same.",
        );
        for (name, it) in &self.placements {
            let strangers = as_count(it.customers.len()) - it.reached;
            if strangers > 0 {
                let (strangers, verb) = (count(strangers), if strangers == 1 { "is" } else { "are" });
                page.text(&format!(
                    "{name}: {strangers} who had a list {verb} not among the customers of this report."
                ));
            }
            if let Some(sentence) = it.unknown(at) {
                page.text(&format!("{name}: {sentence}"));
            }
        }
    }
}

impl Placement {
    fn row(&self, name: &str, at: &At) -> Vec<Cell> {
        let dash = || "–".to_owned();
        let items = at.items(&self.catalog).map(|it| as_count(it.len()));
        let mut shown: Vec<u64> = self.shown.values().copied().collect();
        shown.sort_unstable_by(|a, b| b.cmp(a));
        let (top, all): (u64, u64) = (shown.iter().take(TOP).sum(), shown.iter().sum());
        let unknown = as_count(self.unknown_items(at).map_or(0, |it| it.len()));
        let different = as_count(shown.len());
        vec![
            Cell::Text(name.to_owned()),
            Cell::Number(count(self.lists)),
            Cell::Number(
                self.wished
                    .map_or_else(dash, |_| output::share(self.short, self.lists)),
            ),
            Cell::Number(count(different)),
            Cell::Number(items.map_or_else(dash, |items| output::share(different - unknown, items))),
            Cell::Number(if all > 0 { output::share(top, all) } else { dash() }),
        ]
    }

    /// What was shown and is not in the catalogue, in order; none without the catalogue.
    fn unknown_items(&self, at: &At) -> Option<Vec<&str>> {
        let items = at.items(&self.catalog)?;
        let keys = self.shown.keys().map(String::as_str);
        let mut unknown: Vec<&str> = keys.filter(|it| items.find(it).is_none()).collect();
        unknown.sort_unstable();
        Some(unknown)
    }

    fn unknown(&self, at: &At) -> Option<String> {
        let unknown = self.unknown_items(at)?;
        let named = unknown
            .iter()
            .take(MOST_NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = if unknown.len() > MOST_NAMED { " …" } else { "" };
        match unknown.len() {
            0 => None,
            1 => Some(format!("1 item shown is not in the catalogue: {named}.")),
            many => Some(format!(
                "{} items shown are not in the catalogue: {named}{more}.",
                count(as_count(many))
            )),
        }
    }
}

fn as_count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
