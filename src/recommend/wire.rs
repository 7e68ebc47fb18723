//! Models as they are kept: a versioned form that reads the same in every serde format. They know items, and no customer.
//!
//! Scores are the bits of floats, because a float as a JSON number may come back as another one.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{
    ActionWeights, Assortment, AssortmentItem, Neighbours, Popularity, Rebuy, RebuyOptions, Together,
    decay::narrow,
    neighbours::{Links, Serving},
    popularity::Table,
};
use crate::value::Duration;

/// Raised when the form of a model changes.
const VERSION: u32 = 1;

/// What every model begins with, so that one of another version or kind is refused for that.
#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    model: String,
}

impl Head {
    fn of(model: &str) -> Self {
        Self {
            version: VERSION,
            model: model.to_owned(),
        }
    }

    fn check<E: serde::de::Error>(&self, model: &str) -> Result<(), E> {
        if self.model != model {
            return Err(E::custom(format_args!(
                "a model of {}, and not of {model}",
                self.model
            )));
        }
        if self.version != VERSION {
            return Err(E::custom(format_args!(
                "a model of version {}, and only version {VERSION} is known: fit it again",
                self.version
            )));
        }
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireItem {
    key: Arc<str>,
    name: Arc<str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<Arc<str>>,
}

fn write_items(assortment: &Assortment) -> Vec<WireItem> {
    let item = |position| {
        let (key, name) = assortment.entry(position);
        WireItem {
            key: key.clone(),
            name: name.clone(),
            categories: assortment.categories(key).map(Into::into).collect(),
        }
    };
    assortment.positions().map(item).collect()
}

fn read_items<E: serde::de::Error>(items: Vec<WireItem>) -> Result<Assortment, E> {
    if !items.windows(2).all(|two| two[0].key < two[1].key) {
        return Err(E::custom(
            "the items are not in the order of their keys, each once",
        ));
    }
    let item = |it: WireItem| {
        let item = AssortmentItem::new(it.key, it.name);
        it.categories.into_iter().fold(item, AssortmentItem::category)
    };
    Ok(Assortment::new(items.into_iter().map(item)))
}

fn write_floats(floats: &[f32]) -> Vec<u32> {
    floats.iter().map(|it| it.to_bits()).collect()
}

/// So many numbers from `least` to `most`.
fn read_floats<E: serde::de::Error>(
    what: &str,
    bits: &[u32],
    wanted: usize,
    (least, most): (f32, f32),
) -> Result<Vec<f32>, E> {
    if bits.len() != wanted {
        let found = bits.len();
        return Err(E::custom(format_args!("{found} {what}, and not {wanted}")));
    }
    let floats: Vec<f32> = bits.iter().map(|it| f32::from_bits(*it)).collect();
    match floats.iter().position(|it| !(least..=most).contains(it)) {
        None => Ok(floats),
        Some(place) => Err(E::custom(format_args!(
            "number {place} of the {what} is {}, and not from {least} to {most}",
            floats[place]
        ))),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireServing {
    half_life_micros: Option<i64>,
    /// Bits of floats: purchase, favorite, search, view.
    weights: [u64; 4],
}

impl WireServing {
    fn of(serving: &Serving) -> Self {
        let of = serving.weights;
        Self {
            half_life_micros: serving.half_life.map(Duration::micros),
            weights: [of.purchase, of.favorite, of.search, of.view].map(f64::to_bits),
        }
    }

    fn read<E: serde::de::Error>(&self) -> Result<Serving, E> {
        let [purchase, favorite, search, view] = self.weights.map(f64::from_bits);
        let weights = ActionWeights {
            purchase,
            favorite,
            search,
            view,
        };
        let half_life = self.half_life_micros.map(Duration::from_micros);
        Serving::new(half_life, weights).map_err(E::custom)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLinks {
    /// How many each item has.
    lengths: Vec<u32>,
    items: Vec<u32>,
    numbers: Vec<u32>,
}

impl WireLinks {
    fn of(links: &Links) -> Self {
        Self {
            lengths: links.starts.windows(2).map(|two| two[1] - two[0]).collect(),
            items: links.items.clone(),
            numbers: write_floats(&links.likenesses),
        }
    }

    fn read<E: serde::de::Error>(self, items: usize) -> Result<Links, E> {
        let mut starts = vec![0_u32];
        for length in &self.lengths {
            let end = starts.last().and_then(|start| start.checked_add(*length));
            starts.push(end.ok_or_else(|| E::custom("more links than can be counted"))?);
        }
        if self.lengths.len() != items || starts.last().map(|end| *end as usize) != Some(self.items.len()) {
            return Err(E::custom("the lengths are not those of the links of all items"));
        }
        if let Some(item) = self.items.iter().find(|item| **item as usize >= items) {
            return Err(E::custom(format_args!("a link to item {item} of {items}")));
        }
        let most = narrow(Links::MOST);
        let likenesses = read_floats("links", &self.numbers, self.items.len(), (-most, most))?;
        Ok(Links {
            starts,
            items: self.items,
            likenesses,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct WireNeighbours {
    #[serde(flatten)]
    head: Head,
    together: Option<String>,
    serving: WireServing,
    items: Vec<WireItem>,
    links: WireLinks,
}

const TOGETHER: [(Together, &str); 3] = [
    (Together::Customer, "customer"),
    (Together::Occasion, "occasion"),
    (Together::Apart, "apart"),
];

/// A versioned form, without customers.
///
/// ```
/// # use audience::{Assortment, Interactions, NeighbourOptions, Neighbours};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// # let bought = Interactions::from_iter([("ana", "tea", now), ("ana", "pot", now)]);
/// # let assortment = Assortment::from_iter([("pot", "Teapot"), ("tea", "Green tea")]);
/// let model = Neighbours::fit(&NeighbourOptions { support: 1, ..NeighbourOptions::default() }, &bought, &assortment)?;
/// let saved = serde_json::to_string(&model)?;
/// assert!(!saved.contains("ana"));
/// assert_eq!(serde_json::from_str::<Neighbours>(&saved)?, model);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Neighbours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let together = TOGETHER.iter().find(|(it, _)| *it == self.together);
        let wire = WireNeighbours {
            head: Head::of("neighbours"),
            together: together.map(|(_, name)| (*name).to_owned()),
            serving: WireServing::of(&self.serving),
            items: write_items(&self.assortment),
            links: WireLinks::of(&self.links),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Neighbours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireNeighbours::deserialize(deserializer)?;
        wire.head.check("neighbours")?;
        let together = TOGETHER
            .iter()
            .find(|(_, name)| wire.together.as_deref() == Some(*name));
        let (together, _) = together.ok_or_else(|| D::Error::custom("neighbours of an unknown kind"))?;
        let assortment = read_items(wire.items)?;
        Ok(Self {
            together: *together,
            serving: wire.serving.read()?,
            links: Arc::new(wire.links.read(assortment.len())?),
            assortment,
        })
    }
}

#[cfg(feature = "ease")]
mod ease {
    use super::{
        super::Ease, Arc, Deserialize, Deserializer, Head, Serialize, Serializer, WireItem, WireLinks,
        WireNeighbours, WireServing, read_items, write_items,
    };

    /// A versioned form, without customers, as that of [`Neighbours`](crate::Neighbours).
    ///
    /// ```
    /// # use audience::{Assortment, Ease, EaseOptions, Interactions};
    /// # let now = "2026-06-01T09:00:00Z".parse()?;
    /// # let bought = Interactions::from_iter([("ana", "tea", now), ("ana", "pot", now)]);
    /// # let assortment = Assortment::from_iter([("pot", "Teapot"), ("tea", "Green tea")]);
    /// let model = Ease::fit(&EaseOptions::default(), &bought, &assortment)?;
    /// assert_eq!(serde_json::from_str::<Ease>(&serde_json::to_string(&model)?)?, model);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    impl Serialize for Ease {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let items: Vec<WireItem> = write_items(&self.assortment);
            let wire = WireNeighbours {
                head: Head::of("ease"),
                together: None,
                serving: WireServing::of(&self.serving),
                items,
                links: WireLinks::of(&self.links),
            };
            wire.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Ease {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let wire = WireNeighbours::deserialize(deserializer)?;
            wire.head.check("ease")?;
            let assortment = read_items(wire.items)?;
            Ok(Self {
                serving: wire.serving.read()?,
                links: Arc::new(wire.links.read(assortment.len())?),
                assortment,
            })
        }
    }
}

#[derive(Serialize, Deserialize)]
struct WirePopularity {
    #[serde(flatten)]
    head: Head,
    trending: bool,
    items: Vec<WireItem>,
    scores: Vec<u32>,
    groups: Vec<WireGroup>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireGroup {
    name: Arc<str>,
    scores: Vec<u32>,
    taken: Vec<bool>,
}

/// A versioned form, without customers, and without groups too small to be told apart.
///
/// ```
/// # use audience::{Assortment, Interactions, Popularity, PopularityOptions};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// # let bought = Interactions::from_iter([("ana", "tea", now), ("ana", "pot", now)]);
/// # let assortment = Assortment::from_iter([("pot", "Teapot"), ("tea", "Green tea")]);
/// let model = Popularity::fit(&PopularityOptions::default(), &bought, &assortment)?;
/// let saved = serde_json::to_string(&model)?;
/// assert_eq!(serde_json::from_str::<Popularity>(&saved)?, model);
/// let newer = saved.replace(r#""version":1"#, r#""version":2"#);
/// let error = serde_json::from_str::<Popularity>(&newer).unwrap_err();
/// assert!(error.to_string().starts_with("a model of version 2, and only version 1 is known: fit it again"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Popularity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let group = |it: &Arc<Table>| {
            Some(WireGroup {
                name: it.name.clone()?,
                scores: write_floats(&it.scores),
                taken: it.taken.clone(),
            })
        };
        let wire = WirePopularity {
            head: Head::of("popularity"),
            trending: self.trending,
            items: write_items(&self.assortment),
            scores: write_floats(&self.everywhere.scores),
            groups: self.groups.iter().filter_map(group).collect(),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Popularity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WirePopularity::deserialize(deserializer)?;
        wire.head.check("popularity")?;
        let assortment = read_items(wire.items)?;
        let items = assortment.len();
        let group = |it: WireGroup| {
            if it.taken.len() != items {
                return Err(D::Error::custom("a group that is not of all items"));
            }
            let scores = read_floats("scores of a group", &it.scores, items, (0.0, 1.0))?;
            Ok(Arc::new(Table {
                name: Some(it.name),
                scores,
                taken: it.taken,
            }))
        };
        let everywhere = Table {
            name: None,
            scores: read_floats("scores", &wire.scores, items, (0.0, 1.0))?,
            taken: Vec::new(),
        };
        Ok(Self {
            everywhere: Arc::new(everywhere),
            groups: wire.groups.into_iter().map(group).collect::<Result<_, _>>()?,
            trending: wire.trending,
            assortment,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct WireRebuy {
    #[serde(flatten)]
    head: Head,
    items: Vec<WireItem>,
    rates: Vec<u32>,
    days: Vec<u32>,
    overall_days: u32,
    /// Bits of floats: days, customers.
    priors: [u64; 2],
}

/// A versioned form, without customers.
///
/// ```
/// # use audience::{Assortment, Interactions, Rebuy, RebuyOptions};
/// # let now = "2026-06-01T09:00:00Z".parse()?;
/// # let bought = Interactions::from_iter([("ana", "tea", now), ("ana", "pot", now)]);
/// # let assortment = Assortment::from_iter([("pot", "Teapot"), ("tea", "Green tea")]);
/// let model = Rebuy::fit(&RebuyOptions::default(), &bought, &assortment)?;
/// assert_eq!(serde_json::from_str::<Rebuy>(&serde_json::to_string(&model)?)?, model);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Rebuy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = WireRebuy {
            head: Head::of("rebuy"),
            items: write_items(&self.assortment),
            rates: write_floats(&self.rates),
            days: write_floats(&self.days),
            overall_days: self.overall_days.to_bits(),
            priors: [self.options.prior_days, self.options.prior_customers].map(f64::to_bits),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rebuy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireRebuy::deserialize(deserializer)?;
        wire.head.check("rebuy")?;
        let assortment = read_items(wire.items)?;
        let [prior_days, prior_customers] = wire.priors.map(f64::from_bits);
        let options = RebuyOptions {
            prior_days,
            prior_customers,
        };
        options.check().map_err(D::Error::custom)?;
        Ok(Self {
            rates: read_floats("rates", &wire.rates, assortment.len(), (0.0, f32::MAX))?,
            days: read_floats("days", &wire.days, assortment.len(), (0.0, f32::MAX))?,
            overall_days: read_floats("overall_days", &[wire.overall_days], 1, (0.0, f32::MAX))?[0],
            options,
            assortment,
        })
    }
}
