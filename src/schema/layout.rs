//! Where each value of a row lies: nested records flattened into numbered slots.

use std::sync::Arc;

use crate::value::{Field, Roles, Type};

/// The slots of one kind of row: the customer, an event, a list's item or a catalogue's item.
///
/// A nested record has no slot of its own: `consent.email` is a slot. An optional record is known when one of its
/// fields is. An event's slot 0 is `at`. A list of plain values has rows with one slot of empty path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    pub(crate) slots: Vec<Slot>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    /// The names from the row to the value: `["consent", "email"]`; empty for the value of a plain list.
    pub(crate) path: Vec<Arc<str>>,
    /// Never a record.
    pub(crate) ty: Type,
    /// Whether it may be missing, itself or with a record around it.
    pub(crate) optional: bool,
    /// When it may be missing with a record around it alone: how many names lead to the innermost such record. 0 for all others.
    pub(crate) record: usize,
    /// Its own roles, `personal` and `sensitive` also from the records and lists around it.
    pub(crate) roles: Roles,
    /// For a list: the layout of its items.
    pub(crate) items: Option<Arc<Layout>>,
    /// For a list: its position among the lists of the layout.
    pub(crate) list: usize,
    /// For an int or a decimal: its position among those of the layout.
    pub(crate) number: usize,
}

impl Slot {
    /// Its path as written: `consent.email`.
    pub(crate) fn name(&self) -> String {
        self.path.join(".")
    }

    /// Whether its values have running sums, where they are of events.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.ty, Type::Int | Type::Decimal)
    }

    fn is_free_text(&self) -> bool {
        matches!(self.ty, Type::String | Type::Url | Type::Ref(_))
    }

    /// Whether its values must stay out of logs, errors and explanations.
    pub(crate) fn hidden(&self) -> bool {
        self.roles.personal || self.roles.sensitive
    }
}

impl Layout {
    /// So many cells of a customer's own row are kept where she begins: with the shape, they fill two cache lines.
    pub(crate) const NEAR: usize = 15;

    /// The layout of a customer or of a catalogue's item.
    pub(crate) fn of_fields(fields: &[Field]) -> Self {
        let mut layout = Self::default();
        layout.add(fields, &[], (false, 0), &Roles::default());
        layout
    }

    /// The layout of an event: `at`, then its properties.
    pub(crate) fn of_event(fields: &[Field]) -> Self {
        let at = Slot {
            path: vec!["at".into()],
            ty: Type::DateTime,
            optional: false,
            record: 0,
            roles: Roles::default(),
            items: None,
            list: 0,
            number: 0,
        };
        let mut layout = Self { slots: vec![at] };
        layout.add(fields, &[], (false, 0), &Roles::default());
        layout
    }

    /// The slot of that path.
    pub(crate) fn find(&self, path: &[&str]) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.path.iter().map(|step| &**step).eq(path.iter().copied()))
    }

    /// Where the value of a slot stands among the cells of a customer's own row: behind a bit for each, and the heads.
    pub(crate) fn cell(&self, slot: usize) -> usize {
        self.slots.len().div_ceil(64) + self.heads().count() + slot
    }

    /// Where the head of a text stands there: behind the bits, and that of the key behind all values.
    pub(crate) fn head(&self, slot: usize) -> Option<usize> {
        let (bits, mut heads) = (self.slots.len().div_ceil(64), self.heads());
        match heads.position(|it| it == slot) {
            Some(head) => Some(bits + head),
            None => (self.key_text() == Some(slot)).then(|| self.cell(self.slots.len())),
        }
    }

    /// The slots of free text, of which a customer keeps the heads, see [`text::head`](crate::value::text::head); without her key,
    /// which rules hardly ask for, so that what they do ask for lies near.
    pub(crate) fn heads(&self) -> impl Iterator<Item = usize> {
        let slots = self.slots.iter().enumerate();
        let texts = slots.filter(|(_, it)| it.is_free_text() && !it.roles.key);
        texts.map(|(slot, _)| slot)
    }

    /// The slot of a key that is text.
    pub(crate) fn key_text(&self) -> Option<usize> {
        self.slots.iter().position(|it| it.is_free_text() && it.roles.key)
    }

    /// The layouts of the lists' items, in the order of their slots.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &Arc<Self>> {
        self.slots.iter().filter_map(|slot| slot.items.as_ref())
    }

    /// Adds the fields of a record: whether it may be missing, and how many names lead to the innermost record around them that may.
    fn add(&mut self, fields: &[Field], path: &[Arc<str>], (outside, record): (bool, usize), outer: &Roles) {
        for field in fields {
            let mut path = path.to_vec();
            path.push(field.name.clone());
            let optional = outside || field.optional;
            let mut roles = field.roles.clone();
            roles.personal |= outer.personal;
            roles.sensitive |= outer.sensitive;
            match &field.ty {
                Type::Record(fields) => {
                    let record = if field.optional { path.len() } else { record };
                    self.add(fields, &path, (optional, record), &roles);
                }
                ty => {
                    let items = match ty {
                        Type::List(item) => Some(Arc::new(Self::of_items(item, &roles))),
                        _ => None,
                    };
                    let before = self.slots.last();
                    let list = before.map_or(0, |slot| slot.list + usize::from(slot.items.is_some()));
                    self.slots.push(Slot {
                        path,
                        ty: ty.clone(),
                        optional,
                        record: if field.optional { 0 } else { record },
                        roles,
                        items,
                        list,
                        number: before.map_or(0, |slot| slot.number + usize::from(slot.is_number())),
                    });
                }
            }
        }
    }

    /// The layout of a list's items, with what the list gives them of its roles.
    pub(crate) fn of_items(item: &Type, roles: &Roles) -> Self {
        let mut layout = Self::default();
        if let Type::Record(fields) = item {
            layout.add(fields, &[], (false, 0), roles);
        } else {
            let roles = Roles {
                key: false,
                ..roles.clone()
            };
            layout.slots.push(Slot {
                path: Vec::new(),
                ty: item.clone(),
                optional: false,
                record: 0,
                roles,
                items: None,
                list: 0,
                number: 0,
            });
        }
        layout
    }
}
