//! What was recommended: to how many customers, how much of the catalogue, and where lists were short.

use std::{collections::HashMap, ops::ControlFlow, path::Path, sync::Arc};

use audience::{At, Customer, Definitions, ValueRef};
use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    chart::{self, Bar},
    overview::{LEAST_TOLD, as_float},
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
struct List {
    customer: Key,
    placement: String,
    items: Vec<Key>,
}

#[derive(Deserialize)]
struct Members<'j> {
    #[serde(borrow)]
    customer: Option<&'j RawValue>,
    placement: Option<&'j RawValue>,
    items: Option<&'j RawValue>,
}

impl List {
    /// Says what is wrong without what stands there, which may be about somebody.
    fn read(json: &[u8]) -> Result<Self, String> {
        let members: Members<'_> = serde_json::from_slice(json).map_err(|error| {
            if error.is_data() {
                "expected an object with `customer`, `placement` and `items`".to_owned()
            } else {
                error.to_string()
            }
        })?;
        Ok(Self {
            customer: member("customer", members.customer, "a key: text or a whole number")?,
            placement: member("placement", members.placement, "the name of a placement")?,
            items: member("items", members.items, "a list of keys: texts or whole numbers")?,
        })
    }
}

fn member<T: DeserializeOwned>(name: &str, json: Option<&RawValue>, expected: &str) -> Result<T, String> {
    let json = json.ok_or_else(|| format!("no `{name}`; expected {expected}"))?;
    serde_json::from_str(json.get()).map_err(|_| format!("{name}: expected {expected}"))
}

/// As a contract has keys: text or a whole number.
#[derive(Deserialize)]
#[serde(untagged)]
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
    /// Who had something, and whether she is among the customers of the report.
    customers: HashMap<String, bool>,
    /// In how many lists each item was shown.
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
                customers: HashMap::new(),
                shown: HashMap::new(),
            };
            (name.clone(), placement)
        });
        let mut recommended = Self {
            placements: placements.collect(),
        };
        let names: Vec<Arc<str>> = recommended.placements.keys().cloned().collect();
        let load = |json: &[u8], _| -> Result<List, String> {
            let list = List::read(json)?;
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
        lines::each(path, "lists", OnBad::of(skip_bad), &bar, load, |list: List| {
            recommended.take(&list);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(recommended)
    }

    fn take(&mut self, list: &List) {
        let Some(placement) = self.placements.get_mut(list.placement.as_str()) else {
            return;
        };
        placement.lists += 1;
        let items: IndexSet<String> = list.items.iter().map(Key::text).collect();
        let is_short = placement
            .wished
            .is_some_and(|wished| as_count(items.len()) < wished);
        placement.short += u64::from(is_short);
        if !items.is_empty() {
            placement.customers.entry(list.customer.text()).or_default();
        }
        for item in items {
            *placement.shown.entry(item).or_default() += 1;
        }
    }

    /// Counts a customer of the report.
    pub(super) fn add(&mut self, customer: &Customer) {
        let key = match customer.key() {
            ValueRef::Text(text) => text.to_owned(),
            other => other.to_string(),
        };
        for placement in self.placements.values_mut() {
            if let Some(is_here) = placement.customers.get_mut(&key) {
                *is_here = true;
            }
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
                share: as_float(it.reached()) / as_float(customers.max(1)),
                words: format!("{} of {}", count(it.reached()), count(customers)),
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
            "A list is short when it has fewer items than the message that asks for most. If most of what is shown are ten items, everyone sees the same.",
        );
        for (name, it) in &self.placements {
            let strangers = as_count(it.customers.len()) - it.reached();
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
    /// How many of those who had something are among the customers of the report.
    fn reached(&self) -> u64 {
        as_count(self.customers.values().filter(|is_here| **is_here).count())
    }

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
        // What stands in few lists may be something about these customers that came here by mistake.
        let is_common = |it: &&&str| self.shown.get(**it).is_some_and(|lists| *lists >= LEAST_TOLD);
        let named: Vec<&str> = unknown
            .iter()
            .filter(is_common)
            .take(MOST_NAMED)
            .copied()
            .collect();
        let among = if named.is_empty() {
            String::new()
        } else {
            format!(", such as {}", named.join(", "))
        };
        match unknown.len() {
            0 => None,
            1 => Some(format!("1 item shown is not in the catalogue{among}.")),
            many => Some(format!(
                "{} items shown are not in the catalogue{among}.",
                count(as_count(many))
            )),
        }
    }
}

fn as_count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
