//! Conditions over the items of a catalogue.

use std::{fmt, sync::Arc};

use super::{Definitions, Inner};
use crate::{
    check::Given,
    diagnostic::{Code, Diagnostic, Source, suggest},
    error::{CompileError, UnknownName},
    eval::{self, At},
    record::Items,
    schema::{CatalogId, Schema},
    span::Span,
    syntax,
};

/// Which items of a catalogue may be shown: a condition over their fields, in the language of segments.
///
/// It is made by [`Definitions::item_filter`]. In the condition, the fields of the catalogue stand where a segment has the
/// attributes of a customer; lists and functions of the definitions are there, too. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Assortment, Definitions, Shelf, Zone};
/// let shop = Definitions::parse(
///     r#"customer { id: string key }
///        catalog products { sku: string key, name: string, price: decimal, stock: int }
///        list for_children = ["puzzle", "kite"]"#,
/// )?;
/// let lines = r#"
///     {"sku": "kite", "name": "Kite", "price": 12, "stock": 3}
///     {"sku": "pot", "name": "Teapot", "price": 60, "stock": 5}
///     {"sku": "puzzle", "name": "Puzzle", "price": 9.50, "stock": 0}
///     {"sku": "tea", "name": "Green tea", "price": 4, "stock": 80}
/// "#;
/// let products = shop.loader().items_from_json_lines("products", lines.as_bytes())?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
///
/// let cheap = shop.item_filter("products", "stock > 0 and price < 50 and sku not in for_children")?;
/// let shelf = Shelf::new(&Assortment::from_items(&products, "name", None)?).keep(|key| cheap.accepts(&products, key, &at));
/// assert_eq!((shelf.available(), shelf.shows("tea")), (1, true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ItemFilter {
    inner: Arc<Inner>,
    catalog: CatalogId,
    condition: Arc<str>,
}

/// Why a condition is no filter of a catalogue.
///
/// ```
/// # use audience::{Definitions, ItemFilterError};
/// let shop = Definitions::parse("customer { id: string key }  catalog products { sku: string key, price: decimal }")?;
/// let error = shop.item_filter("product", "price < 50").unwrap_err();
/// assert_eq!(error.to_string(), "unknown catalogue `product`; did you mean `products`?");
/// let error = shop.item_filter("products", "prise < 50").unwrap_err();
/// assert!(error.to_string().contains("did you mean `price`?"));
/// assert!(matches!(error, ItemFilterError::Condition(_)));
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemFilterError {
    /// There is no such catalogue.
    #[error(transparent)]
    Catalog(#[from] UnknownName),
    /// All that is wrong with the condition.
    #[error(transparent)]
    Condition(#[from] CompileError),
}

/// What the condition is the meaning of.
const BEFORE: &str = "segment wanted = ";

impl Definitions {
    /// Compiles a condition over the fields of a catalogue's items, such as `stock > 0`.
    ///
    /// # Errors
    ///
    /// There is no such catalogue, or all that is wrong with the condition.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key }  catalog products { sku: string key, price: decimal }")?;
    /// assert!(shop.item_filter("products", "price between 10 and 50").is_ok());
    /// assert!(shop.item_filter("products", "true segment other = true").is_err());
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn item_filter(&self, catalog: &str, condition: &str) -> Result<ItemFilter, ItemFilterError> {
        let module = &self.inner.module;
        let schema = &module.schema;
        let Some((name, fields)) = schema.catalogs.get_key_value(catalog) else {
            let names = schema.catalogs.keys().map(|name| &**name);
            return Err(ItemFilterError::Catalog(UnknownName {
                kind: "catalogue",
                name: catalog.to_owned(),
                help: suggest::did_you_mean(catalog, names),
            }));
        };
        let text = format!("{BEFORE}{condition}");
        let (file, problems) = syntax::parse_file(0, &text, &self.inner.limits);
        if problems.is_empty() && file.items.len() != 1 {
            let end = super::builder::offset(text.len());
            let span = Span::new(0, super::builder::offset(BEFORE.len()), end);
            let problem = Diagnostic::new(Code::Syntax, "expected one condition".to_owned())
                .label(span, "more than a condition");
            let sources = vec![Source::new(catalog, text)];
            return Err(CompileError::new(vec![problem], sources, 1).into());
        }
        // An item stands where rules have a customer: its fields are the attributes.
        let mut items = Schema::default();
        items.customer.clone_from(&fields.fields);
        items.catalogs.clone_from(&schema.catalogs);
        let mut builder = Self::builder()
            .source(catalog, text)
            .limits(self.inner.limits.clone());
        builder.given = Given {
            schema: Some(items),
            lists: module.lists.clone(),
            functions: module.functions.clone(),
        };
        Ok(ItemFilter {
            inner: builder.build()?.inner,
            catalog: CatalogId::of(name, fields),
            condition: condition.trim().into(),
        })
    }
}

impl ItemFilter {
    /// The condition as it was written.
    #[must_use]
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// Tells whether an item is one that it lets pass, by its key.
    ///
    /// Not, when there is no such item, or when the items are of another catalogue or one with other fields.
    #[must_use]
    pub fn accepts(&self, items: &Items, key: &str, at: &At) -> bool {
        let row = items.find(key).and_then(|index| items.row(index));
        let (Some(row), true) = (row, items.id() == self.catalog) else {
            return false;
        };
        let block = self.inner.planned.segments[0];
        eval::test(&self.inner.planned.program, row, at, block)
    }
}

/// The condition.
impl fmt::Debug for ItemFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ItemFilter").field(&self.condition).finish()
    }
}
