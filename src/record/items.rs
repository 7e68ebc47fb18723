//! The items of a catalogue, found by their key.

use std::{
    collections::HashMap,
    fmt,
    io::{BufRead, Read},
    sync::Arc,
};

use foldhash::fast::RandomState;
use serde::Serialize;

use super::{
    LoadError, LoadErrorKind, Loader,
    customer::value,
    fill::Context,
    form::{Form, Node},
    json,
    passages::{Passage, PassageKey, Passages},
    serialize,
    table::{LARGEST, Store, Table, TableBuilder, TableRow},
    written::{Room, Way, Written},
};
use crate::{
    diagnostic::suggest,
    record::Row as _,
    schema::{Catalog, CatalogId, Layout},
    value::{Type, ValueRef},
};

/// The items of a catalogue in our own compact form, found by their key.
///
/// They are made by a [`Loader`], from lines of JSON or from anything that implements `Serialize`. Cheap to clone.
///
/// What a message says of an item and of nothing else is kept with the items when it was said first, and later messages copy it. A
/// field that is read through a reference is escaped for all items when the first of them is shown at some kind of place (as text
/// of a page, as an address …), which takes time in proportion to the catalogue, while messages that show the same on other
/// threads wait for it. Up to 256 different things that messages say are kept, and
/// all of it lives as long as these items; new items for the same catalogue begin anew. It is at most
/// four times as many bytes as the items have themselves (and at least 64 KiB); what goes beyond is made anew for each message.
///
/// # Example
///
/// ```
/// use audience::{Definitions, ValueRef};
///
/// let shop = Definitions::parse(
///     "customer { id: string key }  catalog products { sku: string key, name: string, price: decimal }",
/// )?;
/// let lines = r#"
///     {"sku": "A1", "name": "Tea light", "price": 1.25}
///     {"sku": "B2", "name": "Lantern", "price": 14}
/// "#;
/// let products = shop.loader().items_from_json_lines("products", lines.as_bytes())?;
/// let lantern = products.find("B2").ok_or("no such item")?;
/// assert_eq!(products.get(lantern, "name"), Some(ValueRef::Text("Lantern")));
/// assert_eq!((products.len(), products.key(0)), (2, Some("A1")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Items {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Arc<str>,
    id: CatalogId,
    fields: Catalog,
    table: Table,
    store: Store,
    /// By row.
    keys: Vec<Arc<str>>,
    rows: RowsByKey,
    written: Written,
    passages: Passages,
    room: Room,
}

/// An item, with what was made of its texts.
#[derive(Clone, Copy)]
pub(crate) struct ItemRow<'a> {
    items: &'a Inner,
    row: u32,
}

/// Where each key stands. A message looks for each item that it shows, so the hash is a fast one.
enum RowsByKey {
    Texts(HashMap<Arc<str>, u32, RandomState>),
    Numbers(HashMap<i64, u32, RandomState>),
}

impl Items {
    /// The catalogue that they are of.
    #[must_use]
    pub fn catalog(&self) -> &str {
        &self.inner.catalog
    }

    /// Tells whether they were loaded for a catalogue with the same fields.
    #[must_use]
    pub fn fits(&self, catalog: &Catalog) -> bool {
        self.inner.fields.fields == catalog.fields
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.keys.len()
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position of the item with that key; a number as its digits.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<usize> {
        match &self.inner.rows {
            RowsByKey::Texts(rows) => rows.get(key).map(|row| *row as usize),
            RowsByKey::Numbers(_) => {
                let found = self.find_number(key.parse().ok()?)?;
                // `007` is not how 7 is written.
                (self.key(found) == Some(key)).then_some(found)
            }
        }
    }

    /// The position of the item with that number as its key.
    #[inline]
    pub(crate) fn find_number(&self, key: i64) -> Option<usize> {
        match &self.inner.rows {
            RowsByKey::Numbers(rows) => rows.get(&key).map(|row| *row as usize),
            RowsByKey::Texts(_) => None,
        }
    }

    /// What their catalogue is like, to be compared at every evaluation.
    #[inline]
    pub(crate) fn id(&self) -> CatalogId {
        self.inner.id
    }

    /// The key of an item, by its position in the order loaded.
    #[must_use]
    pub fn key(&self, index: usize) -> Option<&str> {
        self.inner.keys.get(index).map(|key| &**key)
    }

    /// The keys in the order loaded.
    #[must_use]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.inner.keys.iter().map(|key| &**key)
    }

    /// The value of a field of an item, such as `name` or `size.width`.
    ///
    /// `None` when the value is missing, when there is no such item or field, and for lists and whole records.
    #[must_use]
    pub fn get(&self, index: usize, path: &str) -> Option<ValueRef<'_>> {
        let row = self.row(index)?;
        value(
            row,
            row.layout().slots.iter().position(|slot| slot.name() == path)?,
        )
    }

    /// What their rows look like.
    pub(crate) fn layout(&self) -> &Layout {
        &self.inner.table.layout
    }

    /// Bytes that texts for the places of messages may still take.
    #[cfg(test)]
    pub(crate) fn room_for_texts(&self) -> usize {
        self.inner.room.left()
    }

    /// An item as a row of [`Layout::of_fields`].
    #[inline]
    pub(crate) fn row(&self, index: usize) -> Option<TableRow<'_>> {
        let Inner { table, store, .. } = &*self.inner;
        table.row(store, index)
    }

    /// The item with that key.
    #[inline]
    pub(crate) fn item(&self, key: &str) -> Option<ItemRow<'_>> {
        self.find(key).and_then(|index| self.item_at(index))
    }

    /// The item at that position.
    #[inline]
    pub(crate) fn item_at(&self, index: usize) -> Option<ItemRow<'_>> {
        let row = u32::try_from(index).ok().filter(|_| index < self.len())?;
        Some(ItemRow {
            items: &self.inner,
            row,
        })
    }
}

impl<'a> ItemRow<'a> {
    /// Its fields, as a row of [`Layout::of_fields`].
    #[inline]
    pub(crate) fn fields(self) -> TableRow<'a> {
        let Inner { table, store, .. } = self.items;
        table.at(store, self.row as usize)
    }

    /// A text as `write` writes it in that way, kept for all customers; nothing when it is missing or not kept.
    #[inline]
    pub(crate) fn written(self, slot: u32, way: Way, write: impl Fn(&str, &mut String)) -> Option<&'a str> {
        let Inner {
            table,
            store,
            written,
            room,
            ..
        } = self.items;
        let texts = || (0..table.rows).map(|row| table.at(store, row).text(slot));
        written.get((self.row as usize, slot as usize), way, texts, write, room)
    }

    /// A passage of a message about this item; nothing when it is not kept.
    #[inline]
    pub(crate) fn passage(self, key: &PassageKey) -> Option<Passage<'a>> {
        let Inner {
            table,
            passages,
            room,
            ..
        } = self.items;
        passages.find(key, (self.row as usize, table.rows), room)
    }
}

impl fmt::Debug for ItemRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ItemRow({}: {})", self.items.catalog, self.row)
    }
}

/// The catalogue and the number of items.
impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({}: {})", self.catalog(), self.len())
    }
}

impl Loader {
    /// Loads the items of a catalogue from text with one JSON object per line.
    ///
    /// Blank lines, a byte order mark and CRLF are accepted; a second item with the same key is refused. Errors tell the
    /// line. No line may be longer than [`Limits::record_bytes`](crate::Limits::record_bytes).
    pub fn items_from_json_lines(&self, catalog: &str, mut lines: impl BufRead) -> Result<Items, LoadError> {
        let form = CatalogForm::new(self, catalog)?;
        let mut loading = Loading::new(self, &form);
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let limit = u64::try_from(self.record_bytes)
                .unwrap_or(u64::MAX)
                .saturating_add(2);
            let read = lines.by_ref().take(limit).read_until(b'\n', &mut line);
            let at_line = |mut error: LoadError| {
                error.line = Some(number);
                error
            };
            match read {
                Err(error) => return Err(at_line(LoadError::new(LoadErrorKind::Io, "", error.to_string()))),
                Ok(0) => break,
                Ok(_) => {}
            }
            let text = line.trim_ascii();
            if text.len() > self.record_bytes {
                let message = format!("more than the limit of {} bytes", self.record_bytes);
                return Err(at_line(LoadError::new(LoadErrorKind::TooLarge, "", message)));
            }
            if !text.is_empty() && text != b"\xef\xbb\xbf" {
                loading
                    .add(number, |node, table, context| {
                        json::read(text, node, table, context)
                    })
                    .map_err(at_line)?;
            }
        }
        Ok(loading.finish())
    }

    /// Loads the items of a catalogue from anything that implements `Serialize`.
    ///
    /// A second item with the same key is refused. Errors tell the item, counted from 1, as their line.
    ///
    /// # Example
    ///
    /// ```
    /// # use audience::Definitions;
    /// #[derive(serde::Serialize)]
    /// struct Product { sku: &'static str, stock: u32 }
    ///
    /// let shop = Definitions::parse("customer { id: string key }  catalog products { sku: string key, stock: int }")?;
    /// let products = [Product { sku: "A1", stock: 3 }, Product { sku: "B2", stock: 0 }];
    /// let products = shop.loader().items_from("products", &products)?;
    /// assert_eq!(products.find("B2"), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn items_from<T: Serialize>(
        &self,
        catalog: &str,
        items: impl IntoIterator<Item = T>,
    ) -> Result<Items, LoadError> {
        let form = CatalogForm::new(self, catalog)?;
        let mut loading = Loading::new(self, &form);
        for (number, item) in (1..).zip(items) {
            loading
                .add(number, |node, table, context| {
                    serialize::read(&item, node, table, context)
                })
                .map_err(|mut error| {
                    error.line = Some(number);
                    error
                })?;
        }
        Ok(loading.finish())
    }
}

/// What items of a catalogue look like.
struct CatalogForm {
    name: Arc<str>,
    fields: Catalog,
    layout: Arc<Layout>,
    node: Node,
    /// The slot of the key.
    key: usize,
}

impl CatalogForm {
    fn new(loader: &Loader, name: &str) -> Result<Self, LoadError> {
        let schema = &loader.shape.schema;
        let Some((name, catalog)) = schema.catalogs.get_key_value(name) else {
            let help = suggest::did_you_mean(name, schema.catalogs.keys().map(|name| &**name));
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            let message = format!("unknown catalogue `{name}`{help}");
            return Err(LoadError::new(LoadErrorKind::UnknownCatalog, "", message));
        };
        let layout = Layout::of_fields(&catalog.fields);
        Ok(Self {
            name: name.clone(),
            node: Node::Record(Form::of_fields(schema, &catalog.fields, &layout)),
            key: layout.slots.iter().position(|slot| slot.roles.key).unwrap_or(0),
            layout: layout.into(),
            fields: catalog.clone(),
        })
    }
}

/// Items on their way in.
struct Loading<'l> {
    form: &'l CatalogForm,
    record_bytes: usize,
    table: TableBuilder,
    context: Context<'l>,
    /// The line of each row.
    lines: Vec<usize>,
    keys: Vec<Arc<str>>,
    rows: RowsByKey,
}

impl<'l> Loading<'l> {
    fn new(loader: &'l Loader, form: &'l CatalogForm) -> Self {
        let mut context = loader.context_of_items();
        // The limit is on each item; together they may be as large as a cell can reach.
        context.store.limit = LARGEST;
        Self {
            form,
            record_bytes: loader.record_bytes,
            table: TableBuilder::new(&form.layout),
            context,
            lines: Vec::new(),
            keys: Vec::new(),
            rows: match form.layout.slots[form.key].ty {
                Type::Int => RowsByKey::Numbers(HashMap::default()),
                _ => RowsByKey::Texts(HashMap::default()),
            },
        }
    }

    fn add(
        &mut self,
        line: usize,
        read: impl FnOnce(&'l Node, &mut TableBuilder, &mut Context<'l>) -> Result<(), LoadError>,
    ) -> Result<(), LoadError> {
        self.context.bytes_left = self.record_bytes;
        read(&self.form.node, &mut self.table, &mut self.context)?;
        let slot = &self.form.layout.slots[self.form.key];
        let cell = self.table.last(self.form.key);
        let key: Arc<str> = match slot.ty {
            Type::Int => cell.cast_signed().to_string().into(),
            _ => self.context.store.text(cell).into(),
        };
        let row = u32::try_from(self.keys.len()).expect("tables have at most 2^31 rows");
        let first = match &mut self.rows {
            RowsByKey::Texts(rows) => rows.insert(key.clone(), row),
            RowsByKey::Numbers(rows) => rows.insert(cell.cast_signed(), row),
        };
        if let Some(first) = first {
            let shown = if slot.hidden() {
                "this key".to_owned()
            } else {
                format!("the key {key:?}")
            };
            let message = format!(
                "the item of line {} has {shown} already",
                self.lines[first as usize]
            );
            return Err(LoadError::new(LoadErrorKind::DuplicateKey, slot.name(), message));
        }
        self.keys.push(key);
        self.lines.push(line);
        Ok(())
    }

    fn finish(self) -> Items {
        let (table, store) = (self.table.finish(), self.context.store.finish());
        let bytes = store.text.len() + table.rows * self.form.layout.slots.len() * size_of::<u64>();
        Items {
            inner: Arc::new(Inner {
                catalog: self.form.name.clone(),
                id: CatalogId::of(&self.form.name, &self.form.fields),
                fields: self.form.fields.clone(),
                written: Written::new(&self.form.layout),
                passages: Passages::new(),
                room: Room::new(bytes),
                table,
                store,
                keys: self.keys,
                rows: self.rows,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        record::{Row, Rows},
        schema::Schema,
        value::{Decimal, Field},
    };

    fn loader() -> Loader {
        let schema = Schema::builder()
            .attribute(Field::new("id", Type::String).key())
            .catalog(
                "products",
                [
                    Field::new("name", Type::String).optional(),
                    Field::new("sku", Type::String).key(),
                    Field::new("price", Type::Decimal).optional(),
                    Field::new("tags", Type::list(Type::String)).optional(),
                ],
            )
            .catalog(
                "shops",
                [
                    Field::new("number", Type::Int).key(),
                    Field::new("city", Type::String).personal(),
                ],
            )
            .catalog("people", [Field::new("email", Type::String).key().personal()])
            .build();
        Loader::new(&schema.expect("a valid schema")).expect("a valid schema")
    }

    fn refused(catalog: &str, lines: &str) -> String {
        match loader().items_from_json_lines(catalog, lines.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(items) => panic!("accepted {items:?}"),
        }
    }

    #[test]
    fn lines_become_rows() -> Result<(), LoadError> {
        let lines = "\u{feff}{\"sku\": \"A\", \"tags\": [\"x\", \"y\"]}\r\n\r\n  \n{\"sku\":\"B\",\"price\":2.5,\"tags\":[\"z\"]}";
        let items = loader().items_from_json_lines("products", lines.as_bytes())?;
        assert_eq!(
            (items.len(), items.catalog(), items.keys().collect::<Vec<_>>()),
            (2, "products", vec!["A", "B"])
        );
        assert_eq!(
            (
                items.find("B"),
                items.find("C"),
                items.key(2),
                items.get(2, "sku")
            ),
            (Some(1), None, None, None)
        );
        assert_eq!(
            items.get(1, "price"),
            Some(ValueRef::Decimal(Decimal::from_units(25_000)))
        );
        assert_eq!(
            (items.get(0, "price"), items.get(0, "sku")),
            (None, Some(ValueRef::Text("A")))
        );
        let tags = items.row(1).and_then(|row| row.list(3)).expect("B has tags");
        assert_eq!((tags.len(), tags.get(0).text(0)), (1, Some("z")));
        assert_eq!(format!("{items:?}"), "Items(products: 2)");
        Ok(())
    }

    #[test]
    fn number_keys_are_found_by_their_digits() -> Result<(), LoadError> {
        let items = loader().items_from(
            "shops",
            [("number", 7, "city", "x")].map(|(a, b, c, d)| serde_json::json!({ a: b, c: d })),
        )?;
        assert_eq!(
            (items.find("7"), items.get(0, "number")),
            (Some(0), Some(ValueRef::Int(7)))
        );
        assert_eq!((items.find_number(7), items.find_number(8)), (Some(0), None));
        assert_eq!(["07", "+7", "", "x"].map(|key| items.find(key)), [None; 4]);
        Ok(())
    }

    #[test]
    fn errors_tell_the_line() {
        for (catalog, lines, message) in [
            (
                "product",
                "",
                "unknown catalogue `product`; did you mean `products`?",
            ),
            (
                "products",
                "{\"sku\": \"A\"}\n\n{\"sku\": 1}",
                "line 3: sku: expected string, found 1",
            ),
            (
                "products",
                "{\"sku\": \"A\"}\n{",
                "line 2: not JSON: EOF while parsing an object at column 1",
            ),
            (
                "products",
                "{\"sku\": \"A\"} {\"sku\": \"B\"}",
                "line 1: not JSON: trailing characters at column 14",
            ),
            ("products", "{}", "line 1: sku: required, but missing"),
            (
                "products",
                "{\"sku\": \"A\"}\n\n{\"sku\": \"B\"}\n{\"sku\": \"A\"}",
                "line 4: sku: the item of line 1 has the key \"A\" already",
            ),
            (
                "people",
                "{\"email\": \"A\"}\n{\"email\": \"A\"}",
                "line 2: email: the item of line 1 has this key already",
            ),
            (
                "shops",
                "{\"number\": 1, \"city\": 5}",
                "line 1: city: expected string, found a number",
            ),
        ] {
            assert_eq!(refused(catalog, lines), message);
        }
        let error = loader()
            .items_from("shops", [serde_json::json!({"number": "1"})])
            .expect_err("not a number");
        assert_eq!(
            error.to_string(),
            "line 1: number: expected int, found text \"1\""
        );
        let bad = b"{\"sku\": \"A\"}\n\xff\n";
        let error = loader()
            .items_from_json_lines("products", &bad[..])
            .expect_err("not UTF-8");
        assert_eq!(
            (error.kind(), error.line()),
            (LoadErrorKind::InvalidUtf8, Some(2))
        );
    }

    #[test]
    fn long_lines_are_refused_without_being_read_whole() {
        struct Endless;
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                buffer.fill(b'x');
                Ok(buffer.len())
            }
        }
        let limits = crate::Limits {
            record_bytes: 100,
            ..crate::Limits::default()
        };
        let lines = std::io::BufReader::new(Endless);
        let error = loader()
            .limits(&limits)
            .items_from_json_lines("products", lines)
            .expect_err("too long");
        assert_eq!(error.to_string(), "line 1: more than the limit of 100 bytes");
        // The limit is on each line, not on the catalogue.
        let many: Vec<String> = (0..1_000).map(|n| format!("{{\"sku\": \"{n}\"}}")).collect();
        let many = many.join("\n");
        let items = loader()
            .limits(&limits)
            .items_from_json_lines("products", many.as_bytes());
        assert_eq!(items.map(|items| items.len()), Ok(1_000));
    }
}
