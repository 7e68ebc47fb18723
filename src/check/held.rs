//! What names of a template hold that it gave itself: with `assign` and `capture`, as a loop, or as arguments of a partial.

use std::{cell::Cell, sync::Arc};

use super::{report::type_name, scope::Shape};
use crate::{
    hir::{Expr, MADE_LISTS, Place, Spot},
    schema::{Layout, Slot},
    span::Span,
    value::{Roles, Type},
};

/// The names that a template gave so far, where the next tag stands. Shared until one of them changes.
pub(crate) type Names = Arc<Vec<Held>>;

/// So many names may be given at a time: each is looked at where branches meet.
pub(crate) const MOST_NAMES: usize = 200;

#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) name: Arc<str>,
    /// Where it was given what it holds.
    pub(crate) span: Span,
    pub(crate) kind: HeldKind,
    /// It may hold nothing.
    pub(crate) optional: bool,
    /// It may be blank text, or a list without items.
    pub(crate) blank: bool,
    /// Text that is part of a page already, and is not escaped again.
    pub(crate) markup: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum HeldKind {
    /// One value, as it is read.
    Value(Expr),
    List {
        spot: Spot,
        /// Of its items: no list, perhaps a record.
        item: Type,
        shape: Arc<Shape>,
    },
    Item(Item),
    /// `nil`.
    Nothing,
    /// What could not be checked; the error is told already.
    Broken,
    /// Values that have nothing in common, on paths that have met: of which kinds, and where the other was given.
    Conflict {
        here: String,
        there: String,
        other: Span,
    },
}

/// One record.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) row: u8,
    pub(crate) ty: Type,
    pub(crate) shape: Arc<Shape>,
    /// The local that is true when it is there; none where it always is.
    pub(crate) present: Option<usize>,
}

impl Held {
    /// What kind of thing it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            HeldKind::Value(_) if self.markup => "part of the page".to_owned(),
            HeldKind::Value(value) => type_name(&value.ty),
            HeldKind::List { .. } => "a list".to_owned(),
            HeldKind::Item(_) => "a record".to_owned(),
            HeldKind::Nothing | HeldKind::Broken => "nothing".to_owned(),
            HeldKind::Conflict { here, .. } => here.clone(),
        }
    }

    /// Whether it says the same of what is held as another, wherever it was given.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let flags = |it: &Self| (it.optional, it.blank, it.markup);
        let kinds = match (&self.kind, &other.kind) {
            (HeldKind::Value(one), HeldKind::Value(two)) => one == two,
            (
                HeldKind::List { spot, item, shape },
                HeldKind::List {
                    spot: other,
                    item: ty,
                    shape: like,
                },
            ) => spot == other && item == ty && shape.is_range == like.is_range,
            (HeldKind::Item(one), HeldKind::Item(two)) => one.row == two.row && one.ty == two.ty,
            (HeldKind::Nothing, HeldKind::Nothing)
            | (HeldKind::Broken, HeldKind::Broken)
            | (HeldKind::Conflict { .. }, HeldKind::Conflict { .. }) => true,
            _ => false,
        };
        kinds && flags(self) == flags(other)
    }
}

/// Where everything lies that a template holds: the same name has the same place wherever it is given a thing of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// How many locals there are.
    pub(crate) locals: usize,
    /// The highest number of a row so far.
    pub(crate) highest: Cell<u8>,
    /// By the text that gives the name (the template itself, or one use of a partial).
    values: Vec<(usize, Arc<str>, usize)>,
    lists: Vec<(usize, Arc<str>, u32)>,
    /// The row of the lists.
    pub(crate) layout: Layout,
    items: Vec<(usize, Arc<str>, Item)>,
    /// The lists that are read.
    used: Vec<u32>,
}

impl Places {
    /// The local of a name.
    pub(crate) fn value(&mut self, text: usize, name: &Arc<str>) -> usize {
        let known = self.values.iter().find(|it| it.0 == text && it.1 == *name);
        if let Some((.., local)) = known {
            return *local;
        }
        let local = self.local();
        self.values.push((text, name.clone(), local));
        local
    }

    /// A new local.
    pub(crate) fn local(&mut self) -> usize {
        self.locals += 1;
        self.locals - 1
    }

    /// The place of a list with such items under a name.
    pub(crate) fn list(&mut self, text: usize, name: &Arc<str>, item: &Type, shape: &Arc<Shape>) -> Spot {
        let slots = &self.layout.slots;
        let is_like = |slot: &Slot| slot.items.as_ref() == Some(&shape.layout);
        let known = self
            .lists
            .iter()
            .find(|(owner, known, slot)| *owner == text && known == name && is_like(&slots[*slot as usize]));
        if let Some((.., slot)) = known {
            return made(*slot);
        }
        let slot = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        self.layout.slots.push(Slot {
            path: vec![name.clone()],
            ty: Type::List(Box::new(item.clone())),
            optional: true,
            record: 0,
            roles: Roles::default(),
            items: Some(shape.layout.clone()),
            list: slots.len(),
            number: 0,
        });
        self.lists.push((text, name.clone(), slot));
        made(slot)
    }

    /// Whether a record of such a shape has a row under a name.
    pub(crate) fn has_item(&self, text: usize, name: &Arc<str>, item: &Item) -> bool {
        let is_like = |known: &Item| known.shape.layout == item.shape.layout;
        self.items
            .iter()
            .any(|(owner, known, item)| *owner == text && known == name && is_like(item))
    }

    /// The row for one record of such a shape under a name, `next` where it has none yet. `None` when there is none left.
    pub(crate) fn item(
        &mut self,
        text: usize,
        name: &Arc<str>,
        ty: &Type,
        shape: &Arc<Shape>,
        next: Option<u8>,
    ) -> Option<Item> {
        let known = self.items.iter().find(|(owner, known, item)| {
            *owner == text && known == name && item.shape.layout == shape.layout
        });
        if let Some((.., item)) = known {
            return Some(item.clone());
        }
        let item = Item {
            row: next?,
            ty: ty.clone(),
            shape: shape.clone(),
            present: Some(self.local()),
        };
        self.items.push((text, name.clone(), item.clone()));
        Some(item)
    }

    /// Notes that a list is read.
    pub(crate) fn note(&mut self, list: &Spot) {
        if let Some(slot) = made_slot(list)
            && !self.used.contains(&slot)
        {
            self.used.push(slot);
        }
    }

    pub(crate) fn is_used(&self, slot: u32) -> bool {
        self.used.contains(&slot)
    }

    /// The records that have rows of their own.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().map(|(.., item)| item)
    }
}

/// The slot of a list that the template made.
pub(crate) fn made_slot(list: &Spot) -> Option<u32> {
    match list {
        Spot::Row(place) if place.row == MADE_LISTS => Some(place.slot),
        _ => None,
    }
}

fn made(slot: u32) -> Spot {
    Spot::Row(Place {
        row: MADE_LISTS,
        slot,
    })
}
