//! What a record of a schema has to look like: names resolved to slots, ready for loading.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::{
    schema::{Catalog, Layout, Schema},
    value::{Field, Type},
};

/// What may stand at one place.
#[derive(Debug)]
pub(super) enum Node {
    /// One value, for that slot.
    Value {
        slot: usize,
        /// A reference to a catalogue whose key is an int: kept as text, given as a number.
        int_key: bool,
    },
    /// A nested record, whose values lie in the same row.
    Record(Form),
    /// A list, or the events of a type.
    List(List),
}

#[derive(Debug)]
pub(super) struct List {
    /// The slot of a list; none for events.
    pub(super) slot: Option<usize>,
    /// Which of the table's lists the items go to.
    pub(super) items: usize,
    pub(super) item: Box<Node>,
}

/// The members of a record.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) members: IndexMap<Arc<str>, Member>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) optional: bool,
    pub(super) node: Node,
}

impl Form {
    /// The form of a customer: attributes, and events by their names. Events follow the lists of the attributes.
    pub(super) fn of_customer(schema: &Schema, layout: &Layout) -> Self {
        let mut form = Self::of_fields(schema, &schema.customer, layout);
        let lists = layout.lists().count();
        for (index, (name, event)) in schema.events.iter().enumerate() {
            let layout = Layout::of_event(&event.fields);
            let mut item = Self::default();
            let at = Member {
                optional: false,
                node: Node::Value {
                    slot: 0,
                    int_key: false,
                },
            };
            item.members.insert("at".into(), at);
            item.add(schema, &event.fields, &layout, &mut 1);
            let events = List {
                slot: None,
                items: lists + index,
                item: Node::Record(item).into(),
            };
            let member = Member {
                optional: true,
                node: Node::List(events),
            };
            form.members.insert(name.clone(), member);
        }
        form
    }

    /// The form of a customer without events, or of a catalogue's item.
    pub(super) fn of_fields(schema: &Schema, fields: &[Field], layout: &Layout) -> Self {
        let mut form = Self::default();
        form.add(schema, fields, layout, &mut 0);
        form
    }

    /// Slots are counted in the order in which [`Layout`] gives them out.
    fn add(&mut self, schema: &Schema, fields: &[Field], layout: &Layout, next: &mut usize) {
        for field in fields {
            let node = Node::of(schema, &field.ty, layout, next);
            let member = Member {
                optional: field.optional,
                node,
            };
            self.members.insert(field.name.clone(), member);
        }
    }

    /// The member of that name; `guess` is where it stands when members come in the order of the schema.
    pub(super) fn find(&self, name: &str, guess: usize) -> Option<usize> {
        match self.members.get_index(guess) {
            Some((guessed, _)) if **guessed == *name => Some(guess),
            _ => self.members.get_index_of(name),
        }
    }
}

impl Node {
    fn of(schema: &Schema, ty: &Type, layout: &Layout, next: &mut usize) -> Self {
        if let Type::Record(fields) = ty {
            let mut form = Form::default();
            form.add(schema, fields, layout, next);
            return Self::Record(form);
        }
        let slot = *next;
        *next += 1;
        match (ty, layout.slots.get(slot)) {
            (Type::List(item), Some(place)) => {
                let items = place.items.as_deref().unwrap_or(layout);
                Self::List(List {
                    slot: Some(slot),
                    items: place.list,
                    item: Self::of(schema, item, items, &mut 0).into(),
                })
            }
            (Type::Ref(catalog), _) => Self::Value {
                slot,
                int_key: schema.catalogs.get(catalog).is_some_and(Catalog::has_int_key),
            },
            _ => Self::Value { slot, int_key: false },
        }
    }
}
