//! What has changed, and which segments a customer entered and left because of it.

use crate::error::UnknownName;

/// What has changed of a customer, or of what customers refer to.
///
/// ```
/// # use audience::What;
/// let order = What::event("purchases").and(What::attribute("total_spent")).and(What::attribute("cart"));
/// assert_eq!(format!("{order:?}"), r#"What { attributes: ["total_spent", "cart"], events: ["purchases"], catalogs: [] }"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct What {
    pub(super) attributes: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) catalogs: Vec<String>,
}

/// Which segments a customer entered and left, by their positions in [`Segments`](crate::Segments), in order.
///
/// ```
/// # use audience::{Definitions, What, Zone};
/// let shop = Definitions::parse("customer { id: string key, vip: bool }  segment vips = vip  segment others = not vip")?;
/// let segments = shop.segments();
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "vip": false}"#)?;
/// let mut membership = segments.enter(&ana, &at);
/// let ana = shop.customer_from_json(r#"{"id": "ana", "vip": true}"#)?;
/// let changes = segments.changed(&ana, &What::attribute("vip"), &at, &mut membership)?;
/// assert!(!changes.is_empty());
/// assert_eq!((changes.entered, changes.left), (vec![0], vec![1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// Those that she is in now, and was not.
    pub entered: Vec<usize>,
    /// Those that she was in, and is no more.
    pub left: Vec<usize>,
}

/// Why a membership cannot be brought up to date.
///
/// ```
/// # use audience::{ChangedError, Definitions, What, Zone};
/// let shop = |rule: &str| Definitions::parse(&format!("customer {{ id: string key, orders: int }}  segment loyal = orders > {rule}"));
/// let (old, new) = (shop("5")?, shop("6")?);
/// let at = old.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let ana = old.customer_from_json(r#"{"id": "ana", "orders": 6}"#)?;
/// let mut membership = old.segments().enter(&ana, &at);
/// let error = old.segments().changed(&ana, &What::attribute("order"), &at, &mut membership).unwrap_err();
/// assert_eq!(error.to_string(), "unknown attribute `order`; did you mean `orders`?");
/// let error = new.segments().changed(&ana, &What::attribute("orders"), &at, &mut membership).unwrap_err();
/// assert!(matches!(error, ChangedError::OtherSegments));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangedError {
    /// The schema has no such attribute, event or catalogue.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// The segments are not those that the membership was made for.
    #[error("the membership was made for other segments; make it anew with `Segments::enter`")]
    OtherSegments,
}

impl What {
    /// Nothing but the time.
    #[must_use]
    pub fn time() -> Self {
        Self::default()
    }

    /// An attribute, such as `country` or `consent.email`, or a whole record or list of them.
    #[must_use]
    pub fn attribute(path: impl Into<String>) -> Self {
        Self {
            attributes: vec![path.into()],
            ..Self::default()
        }
    }

    /// The events of a type: some came, or went.
    #[must_use]
    pub fn event(name: impl Into<String>) -> Self {
        Self {
            events: vec![name.into()],
            ..Self::default()
        }
    }

    /// The items of a catalogue, which the [`At`](crate::At) carries: some came, went, or are others than before.
    ///
    /// Nobody but the host knows that they are. A segment that reads the catalogue and is not told of it stays as it was until it
    /// is asked for another reason.
    ///
    /// ```
    /// # use audience::{Definitions, What, Zone};
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, favourite: ref products? }
    ///      catalog products { sku: string key, price: decimal }
    ///      segment saver = favourite.price < 10",
    /// )?;
    /// let (segments, loader) = (shop.segments(), shop.loader());
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let of = |json: &'static str| loader.items_from_json_lines("products", json.as_bytes()).map(|items| at.clone().with_items(items));
    /// let (dear, cheap) = (of(r#"{"sku": "tea", "price": 12}"#)?, of(r#"{"sku": "tea", "price": 8}"#)?);
    ///
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "favourite": "tea"}"#)?;
    /// let mut membership = segments.enter(&ana, &dear);
    /// assert!(segments.changed(&ana, &What::time(), &cheap, &mut membership)?.is_empty()); // nobody said a word
    /// assert_eq!(segments.changed(&ana, &What::catalog("products"), &cheap, &mut membership)?.entered, [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn catalog(name: impl Into<String>) -> Self {
        Self {
            catalogs: vec![name.into()],
            ..Self::default()
        }
    }

    /// All of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.attributes.extend(other.attributes);
        self.events.extend(other.events);
        self.catalogs.extend(other.catalogs);
        self
    }
}

impl Changes {
    /// Whether she is in the same segments as before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entered.is_empty() && self.left.is_empty()
    }
}
