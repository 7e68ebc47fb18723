//! What can be recommended.

use std::{fmt, sync::Arc};

use indexmap::{IndexMap, IndexSet};
use sha2::{Digest, Sha256};

use crate::{
    diagnostic::suggest::did_you_mean,
    error::UnknownName,
    record::{Items, Row, Rows},
    schema::{Layout, Slot},
    value::Type,
};

/// What can be recommended: the items of any catalogue, of products, categories or searches, with their names and
/// categories.
///
/// Models are fitted for an assortment, and a [`Shelf`](crate::Shelf) says what of it may be shown now. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, AssortmentItem};
/// let plain = Assortment::from_iter([("tea", "Green tea"), ("pot", "Teapot")]);
/// assert_eq!((plain.len(), plain.name("tea")), (2, Some("Green tea")));
///
/// let sorted = Assortment::new([
///     AssortmentItem::new("tea", "Green tea").category("drinks"),
///     AssortmentItem::new("pot", "Teapot").category("kitchen").category("drinks"),
/// ]);
/// assert_eq!(sorted.categories("pot").collect::<Vec<_>>(), ["kitchen", "drinks"]);
/// ```
#[derive(Clone)]
pub struct Assortment {
    inner: Arc<Inner>,
}

struct Inner {
    /// Sorted by key: positions compare as keys do.
    items: IndexMap<Arc<str>, Entry>,
    categories: IndexSet<Arc<str>>,
    print: [u8; 32],
}

struct Entry {
    name: Arc<str>,
    categories: Box<[u32]>,
}

/// An item of an [`Assortment`].
///
/// ```
/// # use audience::{Assortment, AssortmentItem};
/// let item = AssortmentItem::new("tea", "Green tea").category("drinks");
/// assert_eq!(Assortment::new([item]).categories("tea").next(), Some("drinks"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct AssortmentItem {
    key: Arc<str>,
    name: Arc<str>,
    categories: Vec<Arc<str>>,
}

impl AssortmentItem {
    /// An item by its key, with the name that reasons say.
    pub fn new(key: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            key: key.into(),
            name: name.into(),
            categories: Vec::new(),
        }
    }

    /// Adds a category.
    pub fn category(mut self, category: impl Into<Arc<str>>) -> Self {
        self.categories.push(category.into());
        self
    }
}

impl Assortment {
    /// Gathers items; of a key given twice the last one counts.
    ///
    /// # Panics
    ///
    /// With more than 2³² items, which no memory holds.
    #[must_use]
    pub fn new(items: impl IntoIterator<Item = AssortmentItem>) -> Self {
        let mut categories = IndexSet::new();
        let mut all = IndexMap::new();
        for item in items {
            let mut own: Vec<u32> = Vec::new();
            for category in item.categories {
                let (position, _) = categories.insert_full(category);
                let position = u32::try_from(position).expect("a category takes more than a byte of memory");
                if !own.contains(&position) {
                    own.push(position);
                }
            }
            let entry = Entry {
                name: item.name,
                categories: own.into(),
            };
            all.insert(item.key, entry);
        }
        all.sort_unstable_keys();
        assert!(
            u32::try_from(all.len()).is_ok(),
            "an item takes more than a byte of memory"
        );
        let mut hash = Sha256::new();
        for key in all.keys() {
            hash.update(key.len().to_le_bytes());
            hash.update(key.as_bytes());
        }
        Self {
            inner: Arc::new(Inner {
                items: all,
                categories,
                print: hash.finalize().into(),
            }),
        }
    }

    /// The items of a catalogue: `name` is the field that reasons show, `category` one of texts, or a list of them.
    ///
    /// Items without a name have their key for one.
    ///
    /// # Errors
    ///
    /// The catalogue has no such field, or it is not text.
    ///
    /// ```
    /// # use audience::{Assortment, Definitions};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key }  catalog products { sku: string key, name: string, kinds: [string] }",
    /// )?;
    /// let lines = r#"{"sku": "tea", "name": "Green tea", "kinds": ["drinks", "new"]}"#;
    /// let products = shop.loader().items_from_json_lines("products", lines.as_bytes())?;
    /// let assortment = Assortment::from_items(&products, "name", Some("kinds"))?;
    /// assert_eq!(assortment.categories("tea").collect::<Vec<_>>(), ["drinks", "new"]);
    /// assert!(Assortment::from_items(&products, "title", None).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_items(items: &Items, name: &str, category: Option<&str>) -> Result<Self, UnknownName> {
        let layout = items.layout();
        let name = text_slot(layout, name)?;
        let category = category.map(|path| text_slot(layout, path)).transpose()?;
        let mut all = Vec::with_capacity(items.len());
        for (index, key) in items.keys().enumerate() {
            let Some(row) = items.row(index) else { continue };
            let shown = texts(row, &name).into_iter().next().unwrap_or(key);
            let mut item = AssortmentItem::new(key, shown);
            for category in category.iter().flat_map(|path| texts(row, path)) {
                item = item.category(category);
            }
            all.push(item);
        }
        Ok(Self::new(all))
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.items.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.items.is_empty()
    }

    /// The keys, sorted.
    #[must_use]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.inner.items.keys().map(|key| &**key)
    }

    /// The name of an item.
    #[must_use]
    pub fn name(&self, key: &str) -> Option<&str> {
        self.inner.items.get(key).map(|entry| &*entry.name)
    }

    /// The categories of an item; none of an item that is not there.
    pub fn categories(&self, key: &str) -> impl Iterator<Item = &str> {
        let entry = self.inner.items.get(key);
        let own = entry.map(|entry| &*entry.categories).unwrap_or_default();
        own.iter()
            .map(|category| &*self.inner.categories[*category as usize])
    }

    pub(super) fn position(&self, key: &str) -> Option<u32> {
        let position = self.inner.items.get_index_of(key)?;
        u32::try_from(position).ok()
    }

    pub(super) fn positions(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.len()).expect("checked when made")
    }

    /// The key and the name at a position of this assortment.
    pub(super) fn entry(&self, position: u32) -> (&Arc<str>, &Arc<str>) {
        let (key, entry) = self
            .inner
            .items
            .get_index(position as usize)
            .expect("positions come from this assortment");
        (key, &entry.name)
    }

    pub(super) fn categories_at(&self, position: u32) -> &[u32] {
        &self.inner.items[position as usize].categories
    }

    pub(super) fn category_count(&self) -> usize {
        self.inner.categories.len()
    }

    /// Whether both have the same keys, and so the same positions.
    pub(super) fn same_keys(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.print == other.inner.print
    }
}

/// Items by key and name, without categories.
impl<K: Into<Arc<str>>, N: Into<Arc<str>>> FromIterator<(K, N)> for Assortment {
    fn from_iter<T: IntoIterator<Item = (K, N)>>(items: T) -> Self {
        Self::new(
            items
                .into_iter()
                .map(|(key, name)| AssortmentItem::new(key, name)),
        )
    }
}

/// Equal in all that they hold.
impl PartialEq for Assortment {
    fn eq(&self, other: &Self) -> bool {
        let items = |it: &Self| -> Vec<_> {
            let inner = it.inner.items.iter();
            inner
                .map(|(key, entry)| (key.clone(), entry.name.clone()))
                .collect()
        };
        let categories = |it: &Self, key: &str| it.categories(key).map(str::to_owned).collect::<Vec<_>>();
        Arc::ptr_eq(&self.inner, &other.inner)
            || (items(self) == items(other)
                && self
                    .keys()
                    .all(|key| categories(self, key) == categories(other, key)))
    }
}

/// How much there is of it.
impl fmt::Debug for Assortment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assortment")
            .field("items", &self.len())
            .field("categories", &self.inner.categories.len())
            .finish()
    }
}

/// The slots that lead to text: a slot of the item, or that of a list and one of its items.
pub(super) fn text_slot(layout: &Layout, path: &str) -> Result<Vec<u32>, UnknownName> {
    let steps: Vec<&str> = path.split('.').collect();
    let mut slots = Vec::new();
    if slots_of(layout, &steps, &mut slots) {
        return Ok(slots);
    }
    let names: Vec<String> = layout.slots.iter().map(Slot::name).collect();
    let near = did_you_mean(path, names.iter().map(String::as_str));
    Err(UnknownName {
        kind: "field",
        name: path.to_owned(),
        help: near.or_else(|| Some("it must be text among the fields of the catalogue".to_owned())),
    })
}

/// Finds the slots that lead to a text: the longest prefix that is a slot, then the rest among the items of that list.
pub(super) fn slots_of(layout: &Layout, path: &[&str], slots: &mut Vec<u32>) -> bool {
    let Some((slot, rest)) = (0..=path.len())
        .rev()
        .find_map(|len| layout.find(&path[..len]).map(|slot| (slot, &path[len..])))
    else {
        return false;
    };
    slots.extend(u32::try_from(slot));
    match &layout.slots[slot].items {
        Some(items) => slots_of(items, rest, slots),
        None => {
            rest.is_empty()
                && matches!(
                    layout.slots[slot].ty,
                    Type::String | Type::Ref(_) | Type::Url | Type::Words(_)
                )
        }
    }
}

/// Hands over every text that the slots lead to.
pub(super) fn visit<'a, R: Row<'a>>(row: R, slots: &[u32], seen: &mut dyn FnMut(&'a str)) {
    match slots {
        [] => {}
        [key] => row.text(*key).into_iter().for_each(seen),
        [list, rest @ ..] => {
            if let Some(rows) = row.list(*list) {
                (0..rows.len()).for_each(|index| visit(rows.get(index), rest, seen));
            }
        }
    }
}

fn texts<'a, R: Row<'a>>(row: R, slots: &[u32]) -> Vec<&'a str> {
    let mut found = Vec::new();
    visit(row, slots, &mut |text| found.push(text));
    found
}
