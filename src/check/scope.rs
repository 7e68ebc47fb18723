//! What a name can stand for: attributes, traits, properties of an item, loop variables and locals.

use std::{collections::HashSet, sync::Arc};

use indexmap::{IndexMap, IndexSet};

use super::held::{self, Held, HeldKind};
use crate::{
    hir::{Condition, Expr, ExprKind, Function, HostFunction, List, MADE_LISTS, Module, Translations},
    schema::{Layout, Schema},
    span::Span,
    value::{Field, Filled, Roles, Type},
};

/// The names of one kind of row, as a tree that leads to slots.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) layout: Arc<Layout>,
    pub(crate) members: Members,
    /// Whether it is that of the numbers of a range, of which Liquid reaches none by its position.
    pub(crate) is_range: bool,
}

pub(crate) type Members = IndexMap<Arc<str>, Member>;

#[derive(Debug)]
pub(crate) enum Member {
    /// A slot; for a list, with the shape of its items.
    Slot { slot: u32, items: Option<Arc<Shape>> },
    /// A nested record.
    Record { optional: bool, members: Members },
}

impl Shape {
    /// The catalogue of the items of a list of references, whose only slot has no name.
    pub(crate) fn references(&self) -> Option<&Arc<str>> {
        match (&*self.layout.slots, self.members.is_empty()) {
            ([slot], true) => match &slot.ty {
                Type::Ref(catalog) => Some(catalog),
                _ => None,
            },
            _ => None,
        }
    }

    /// The shape of a customer or of a catalogue's item.
    pub(crate) fn of_fields(fields: &[Field]) -> Self {
        Self::new(Arc::new(Layout::of_fields(fields)), fields, 0)
    }

    /// The shape of an event.
    pub(crate) fn of_event(fields: &[Field]) -> Self {
        let mut shape = Self::new(Arc::new(Layout::of_event(fields)), fields, 1);
        shape
            .members
            .insert("at".into(), Member::Slot { slot: 0, items: None });
        shape
    }

    /// The shape of the items of a list of plain values.
    pub(crate) fn of_plain(item: &Type) -> Self {
        Self::new(Arc::new(Layout::of_items(item, &Roles::default())), &[], 0)
    }

    /// The shape of the items of a list of plain values that a template made: whether some may be missing, and whether all
    /// that are there are filled.
    pub(crate) fn of_values(item: &Type, optional: bool, filled: bool) -> Self {
        let mut layout = Layout::of_items(item, &Roles::default());
        for slot in &mut layout.slots {
            slot.optional = optional;
            slot.roles.filled = filled.then(Filled::default);
        }
        Self::new(Arc::new(layout), &[], 0)
    }

    /// The shape of the numbers of a range.
    pub(crate) fn of_range() -> Self {
        Self {
            is_range: true,
            ..Self::of_values(&Type::Int, false, true)
        }
    }

    fn new(layout: Arc<Layout>, fields: &[Field], first: u32) -> Self {
        let mut next = first;
        let members = Self::members(&layout, fields, false, &mut next);
        Self {
            layout,
            members,
            is_range: false,
        }
    }

    /// Goes through the fields in the order in which the layout numbered them.
    fn members(layout: &Layout, fields: &[Field], optional: bool, next: &mut u32) -> Members {
        let member = |field: &Field| {
            let optional = optional || field.optional;
            let member = match &field.ty {
                Type::Record(fields) => Member::Record {
                    optional,
                    members: Self::members(layout, fields, optional, next),
                },
                ty => {
                    let slot = *next;
                    *next += 1;
                    let items = layout.slots[slot as usize].items.clone();
                    debug_assert_eq!(layout.slots[slot as usize].path.last(), Some(&field.name));
                    let items = items.map(|layout| Arc::new(Self::of_items(layout, ty)));
                    Member::Slot { slot, items }
                }
            };
            (field.name.clone(), member)
        };
        fields.iter().map(member).collect()
    }

    fn of_items(layout: Arc<Layout>, list: &Type) -> Self {
        match list {
            Type::List(item) => match &**item {
                Type::Record(fields) => Self::new(layout, fields, 0),
                _ => Self::new(layout, &[], 0),
            },
            _ => Self::new(layout, &[], 0),
        }
    }
}

/// All that expressions can name besides what their place adds.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) schema: Arc<Schema>,
    pub(crate) customer: Arc<Shape>,
    /// In the order of the schema.
    pub(crate) events: Vec<Arc<Shape>>,
    /// Their items, in the order of the schema.
    pub(crate) catalogs: Vec<Arc<Shape>>,
    /// `None` where the trait has an error: uses of it stay silent.
    pub(crate) traits: IndexMap<Arc<str>, Option<TraitType>>,
    pub(crate) segments: IndexSet<Arc<str>>,
    pub(crate) lists: IndexMap<Arc<str>, Arc<List>>,
    /// The conditions of the segments that were checked already.
    pub(crate) conditions: Vec<Option<Arc<Condition>>>,
    /// What those read, in the order of the segments.
    pub(crate) segment_roles: Vec<Roles>,
    /// The host's.
    pub(crate) functions: Vec<HostFunction>,
    pub(crate) translations: Arc<Translations>,
    /// The segments that need a population.
    pub(crate) ranked_segments: HashSet<Arc<str>>,
    /// Whether what needs a population cannot be used, because none was given.
    pub(crate) unfitted: bool,
    /// Names whose definition has an error, or all when there is no `customer` block.
    pub(crate) broken: HashSet<Arc<str>>,
    pub(crate) everything_broken: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct TraitType {
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    pub(crate) roles: Roles,
    /// Whether it is computed from the customer's key.
    pub(crate) of_key: bool,
    /// Whether it needs a population.
    pub(crate) ranked: bool,
}

impl Names {
    pub(crate) fn of_schema(schema: Arc<Schema>) -> Self {
        let customer = Arc::new(Shape::of_fields(&schema.customer));
        let events = schema.events.values();
        let events = events
            .map(|event| Arc::new(Shape::of_event(&event.fields)))
            .collect();
        let catalogs = schema.catalogs.values();
        let catalogs = catalogs
            .map(|catalog| Arc::new(Shape::of_fields(&catalog.fields)))
            .collect();
        Self {
            schema,
            customer,
            events,
            catalogs,
            traits: IndexMap::new(),
            segments: IndexSet::new(),
            lists: IndexMap::new(),
            conditions: Vec::new(),
            segment_roles: Vec::new(),
            functions: Vec::new(),
            translations: Arc::default(),
            ranked_segments: HashSet::new(),
            unfitted: false,
            broken: HashSet::new(),
            everything_broken: false,
        }
    }

    /// What the templates of checked definitions can name.
    pub(crate) fn of_module(module: &Module) -> Self {
        let mut names = Self::of_schema(module.schema.clone());
        for it in &module.traits {
            let ty = TraitType {
                ty: it.value.ty.clone(),
                optional: it.value.optional,
                roles: it.roles.clone(),
                of_key: false, // A template ranks nothing itself.
                ranked: it.ranked,
            };
            names.traits.insert(it.name.clone(), Some(ty));
        }
        names.functions.clone_from(&module.functions);
        names.translations = Arc::clone(&module.translations);
        for it in &module.lists {
            names.lists.insert(it.name.clone(), it.clone());
        }
        for it in module.named_segments() {
            names.segments.insert(it.name.clone());
            if it.ranked {
                names.ranked_segments.insert(it.name.clone());
            }
            names.conditions.push(Some(Arc::clone(&it.condition)));
            names.segment_roles.push(it.roles.clone());
        }
        names.unfitted = module.cuts.is_none();
        names
    }

    /// The items of a catalogue.
    pub(crate) fn fields_of(&self, catalog: &str) -> Option<&Shape> {
        let index = self.schema.catalogs.get_index_of(catalog)?;
        self.catalogs.get(index).map(|it| &**it)
    }

    /// What is called so in the items that a list of references points to.
    pub(crate) fn item_of(&self, list: &Shape, name: &str) -> Option<&Member> {
        self.fields_of(list.references()?)?.members.get(name)
    }

    /// Tells whether an unknown `name` may be due to an error that was reported.
    pub(crate) fn is_silent(&self, name: &str) -> bool {
        self.everything_broken || self.broken.contains(name)
    }

    /// The type that a slot's value has in expressions: that of the key for a reference.
    pub(crate) fn value_type(&self, ty: &Type) -> Type {
        let Type::Ref(catalog) = ty else {
            return ty.clone();
        };
        let fields = self
            .schema
            .catalogs
            .get(catalog)
            .map(|it| &*it.fields)
            .unwrap_or_default();
        let key = fields.iter().find(|field| field.roles.key);
        key.map_or(Type::String, |key| key.ty.clone())
    }

    /// The value of a slot of that type: records keep a reference as text, also where the key is a number.
    pub(crate) fn slot_value(&self, span: Span, ty: &Type, optional: bool, kind: ExprKind) -> Expr {
        let expr = |ty, kind| Expr {
            span,
            ty,
            optional,
            kind,
        };
        match (ty, self.value_type(ty)) {
            (Type::Ref(_), Type::Int) => expr(
                Type::Int,
                ExprKind::Call {
                    function: Function::Int,
                    args: vec![expr(Type::String, kind)],
                },
            ),
            (_, ty) => expr(ty, kind),
        }
    }
}

/// What a place adds to the names: items, loop variables and locals, the innermost last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) entries: Vec<Entry>,
    /// Whether this is a template, where Liquid's habits hold: `{% if x %}` asks whether x is there.
    pub(crate) liquid: bool,
    /// The names that a template gave, which come after loop variables and before its inputs.
    pub(crate) held: held::Names,
    pub(crate) places: held::Places,
    /// The variables of loops that have ended.
    pub(crate) ended: Vec<Arc<str>>,
    /// The loops so far, for what `forloop` says of them.
    pub(crate) counters: Vec<Counters>,
    /// Of a partial: what it does not see, though its rows are in scope.
    pub(crate) hidden: Vec<Hidden>,
}

/// What a partial does not see.
#[derive(Clone, Debug)]
pub(crate) struct Hidden {
    /// So many entries.
    pub(crate) entries: usize,
    pub(crate) held: held::Names,
}

/// The locals in which a loop counts, where somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    /// From 0.
    pub(crate) index: Option<usize>,
    pub(crate) length: Option<usize>,
    /// The loop around it, by its number in [`Scope::counters`].
    pub(crate) parent: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// The item of a collection, whose properties are reached without a prefix.
    Item {
        /// Of which collection, for messages.
        of: Arc<str>,
        row: u8,
        shape: Arc<Shape>,
    },
    /// A loop variable: `f`, whose fields are `f.x`; `f` alone where the items are plain values.
    Loop {
        name: Arc<str>,
        row: u8,
        shape: Arc<Shape>,
        /// The loop, by its number in [`Scope::counters`], where it is one.
        counters: Option<usize>,
    },
    /// The event of the step before, in the `where` of a `followed by`: `previous.x`.
    Previous {
        row: u8,
        shape: Arc<Shape>,
    },
    Local(Local),
}

/// A value of a template: an input, an `assign`.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub(crate) name: Arc<str>,
    /// As in [`ExprKind::Local`](crate::hir::ExprKind::Local).
    pub(crate) index: usize,
    /// Of one value, no list and no record.
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    /// For text: that it is never blank.
    pub(crate) filled: bool,
}

impl Scope {
    /// The number of the next row, when there is one left. Records that a template holds have theirs for good.
    pub(crate) fn next_row(&self) -> Option<u8> {
        let rows = self.entries.iter().map(|entry| match entry {
            Entry::Item { row, .. } | Entry::Loop { row, .. } | Entry::Previous { row, .. } => *row,
            Entry::Local(_) => 0,
        });
        let last = rows.chain(self.places.items().map(|it| it.row)).max();
        let row = last.unwrap_or(0).checked_add(1).filter(|it| *it < MADE_LISTS)?;
        self.places.highest.set(self.places.highest.get().max(row));
        Some(row)
    }

    /// The number of a row that no other thing ever had, for one that stays.
    pub(crate) fn own_row(&self) -> Option<u8> {
        let row = self
            .places
            .highest
            .get()
            .checked_add(1)
            .filter(|it| *it < MADE_LISTS)?;
        self.places.highest.set(row);
        Some(row)
    }

    /// The first entry that is seen.
    pub(crate) fn first_seen(&self) -> usize {
        self.hidden.last().map_or(0, |it| it.entries)
    }

    /// Whether what is known of the customer is out of sight, because a partial sees its arguments alone.
    pub(crate) fn is_isolated(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// What a template holds under a name.
    pub(crate) fn held(&self, name: &str) -> Option<&Held> {
        self.held.iter().find(|it| *it.name == *name)
    }

    /// The innermost loop that is seen.
    pub(crate) fn innermost_loop(&self) -> Option<usize> {
        let seen = self.entries.get(self.first_seen()..).unwrap_or_default();
        seen.iter().rev().find_map(|entry| match entry {
            Entry::Loop { counters, .. } => *counters,
            _ => None,
        })
    }

    /// Whether a local of the template is text that is never blank.
    pub(crate) fn is_filled(&self, local: usize) -> bool {
        let inputs = self.entries.iter();
        let mut inputs =
            inputs.filter(|it| matches!(it, Entry::Local(input) if input.index == local && input.filled));
        let names = std::iter::once(&self.held).chain(self.hidden.iter().map(|it| &it.held));
        let mut held = names.flat_map(|names| names.iter()).filter(|it| {
            matches!(&it.kind, HeldKind::Value(Expr { kind: ExprKind::Local(index), .. }) if *index == local)
        });
        inputs.next().is_some() || held.next().is_some_and(|it| !it.blank)
    }

    /// How many items of collections are in scope, one inside the other.
    pub(crate) fn depth(&self) -> usize {
        self.entries
            .iter()
            .filter(|it| matches!(it, Entry::Item { .. }))
            .count()
    }

    /// The layout of a row other than the customer.
    pub(crate) fn layout(&self, wanted: u8) -> Option<&Layout> {
        if wanted == MADE_LISTS {
            return Some(&self.places.layout);
        }
        let entries = self.entries.iter().find_map(|entry| match entry {
            Entry::Item { row, shape, .. }
            | Entry::Loop { row, shape, .. }
            | Entry::Previous { row, shape, .. }
                if *row == wanted =>
            {
                Some(&*shape.layout)
            }
            _ => None,
        });
        entries.or_else(|| {
            let mut items = self.places.items();
            items.find(|it| it.row == wanted).map(|it| &*it.shape.layout)
        })
    }
}
