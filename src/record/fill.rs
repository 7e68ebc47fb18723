//! Fills a row with what a record holds; knows where it stands, for errors. JSON and `Serialize` both end here.

use std::fmt::{self, Write};

use super::{
    LoadError, LoadErrorKind,
    cell::{self, Cell, Fault, Found, StoreBuilder, Strictness},
    form::{Form, List, Member, Node},
    table::{LARGEST, TableBuilder},
};
use crate::{
    diagnostic::suggest,
    schema::Slot,
    value::{Geo, Type},
};

/// What can be said about the record so far, and how to read it.
pub(super) struct Context<'l> {
    pub(super) strictness: &'l Strictness,
    pub(super) ignore_unknown: bool,
    /// How many bytes of cells may still be made: rows of `{}` take more room than their text.
    pub(super) bytes_left: usize,
    pub(super) store: StoreBuilder,
    pub(super) failure: Option<LoadError>,
    /// A buffer to write values into that come as `Display`.
    scratch: String,
    path: Vec<Step<'l>>,
    /// For each member of the records around here, whether it was given.
    given: Vec<bool>,
}

#[derive(Clone, Copy)]
enum Step<'l> {
    Member(&'l str),
    Item(usize),
}

/// Loading failed; [`Context::failure`] says why.
#[derive(Debug)]
pub(super) struct Failed;

/// Where a value goes.
pub(super) struct Place<'c, 'l> {
    node: &'l Node,
    position: Position,
    table: &'c mut TableBuilder,
    context: &'c mut Context<'l>,
}

#[derive(Clone, Copy, PartialEq)]
enum Position {
    Required,
    Optional,
    Item,
}

/// A record whose members are coming in.
pub(super) struct Record<'c, 'l> {
    form: &'l Form,
    table: &'c mut TableBuilder,
    context: &'c mut Context<'l>,
    /// Where the form's members begin in [`Context::given`].
    given: usize,
    /// The member expected next.
    next: usize,
}

/// A list whose items are coming in.
pub(super) struct Items<'c, 'l> {
    list: &'l List,
    table: &'c mut TableBuilder,
    context: &'c mut Context<'l>,
    start: usize,
    required: bool,
}

/// A place on Earth whose coordinates are coming in.
pub(super) struct Coordinates<'c, 'l> {
    slot: usize,
    table: &'c mut TableBuilder,
    context: &'c mut Context<'l>,
    degrees: [Option<f64>; 2],
}

const COORDINATES: [&str; 2] = ["lat", "lon"];

impl<'l> Context<'l> {
    pub(super) fn new(strictness: &'l Strictness, ignore_unknown: bool, bytes: usize) -> Self {
        Self {
            strictness,
            ignore_unknown,
            bytes_left: bytes,
            store: StoreBuilder::new(bytes),
            failure: None,
            scratch: String::new(),
            path: Vec::new(),
            given: Vec::new(),
        }
    }

    /// Says where loading stands, for what is loaded without what is around it.
    pub(super) fn enter(&mut self, member: &'l str) {
        self.path.push(Step::Member(member));
    }

    /// Notes why loading fails here.
    pub(super) fn fail(&mut self, kind: LoadErrorKind, message: impl Into<String>) -> Failed {
        let path = self.path();
        self.failure.get_or_insert(LoadError::new(kind, path, message));
        Failed
    }

    /// Where loading stands: `favorites[3].stock`.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Item(index) => _ = write!(path, "[{index}]"),
                Step::Member(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    _ = write!(path, "{}", cell::shortened(name).escape_debug());
                }
            }
        }
        path
    }

    fn fault(&mut self, Fault(kind, message): Fault) -> Failed {
        self.fail(kind, message)
    }

    /// The same, about a member of the record where loading stands.
    fn fail_at(&mut self, name: &str, kind: LoadErrorKind, message: impl Into<String>) -> Failed {
        let mut path = self.path();
        if !path.is_empty() {
            path.push('.');
        }
        _ = write!(path, "{}", cell::shortened(name).escape_debug());
        self.failure.get_or_insert(LoadError::new(kind, path, message));
        Failed
    }

    /// Begins a row.
    fn push(&mut self, table: &mut TableBuilder) -> Result<(), Failed> {
        let bytes = table.layout.slots.len() * size_of::<u64>();
        if bytes > self.bytes_left || table.rows >= LARGEST {
            return Err(self.fail(LoadErrorKind::TooLarge, "the record is too large"));
        }
        self.bytes_left -= bytes;
        table.push();
        Ok(())
    }
}

impl<'c, 'l> Place<'c, 'l> {
    /// The place of a whole record, in a new row.
    pub(super) fn whole(
        node: &'l Node,
        table: &'c mut TableBuilder,
        context: &'c mut Context<'l>,
    ) -> Result<Self, Failed> {
        context.push(table)?;
        Ok(Self {
            node,
            position: Position::Required,
            table,
            context,
        })
    }

    /// The place of a member whose value is missing, in the last row.
    pub(super) fn missing(
        member: &'l Member,
        table: &'c mut TableBuilder,
        context: &'c mut Context<'l>,
    ) -> Self {
        let position = if member.optional {
            Position::Optional
        } else {
            Position::Required
        };
        Self {
            node: &member.node,
            position,
            table,
            context,
        }
    }

    /// The type of a single value.
    pub(super) fn ty(&self) -> Option<&Type> {
        self.slot().map(|slot| &slot.ty)
    }

    fn slot(&self) -> Option<&Slot> {
        match self.node {
            Node::Value { slot, .. } => self.table.layout.slots.get(*slot),
            Node::Record(_) | Node::List(_) => None,
        }
    }

    /// Takes a single value, or says what should stand here.
    pub(super) fn value(self, found: Found<'_>) -> Result<(), Failed> {
        if let Found::Null = found {
            return match self.position {
                Position::Optional => Ok(()),
                Position::Required => Err(self.context.fail(LoadErrorKind::Missing, "required, but null")),
                Position::Item => Err(self.context.fail(LoadErrorKind::NullItem, "null in a list")),
            };
        }
        let Node::Value { slot: index, int_key } = *self.node else {
            return Err(self.mismatch(found));
        };
        let Self { table, context, .. } = self;
        let slot = &table.layout.slots[index];
        let read = if int_key {
            cell::read_int_key(slot, found, &mut context.store)
        } else {
            cell::read(slot, found, context.strictness, &mut context.store)
        };
        match read {
            Ok(Cell::Known(cell)) => table.set(index, cell),
            Ok(Cell::Blank) if self.position == Position::Optional => {}
            Ok(Cell::Blank) => {
                let message = match found {
                    Found::Text(text) if !text.trim().is_empty() && !slot.hidden() => {
                        format!("required, but {text:?} counts as missing")
                    }
                    Found::Text(text) if !text.trim().is_empty() => {
                        "required, but the text counts as missing".to_owned()
                    }
                    _ => "required, but blank".to_owned(),
                };
                return Err(context.fail(LoadErrorKind::Blank, message));
            }
            Err(fault) => return Err(context.fault(fault)),
        }
        Ok(())
    }

    /// Takes a value by its text.
    pub(super) fn display(self, value: &(impl fmt::Display + ?Sized)) -> Result<(), Failed> {
        let Self {
            node,
            position,
            table,
            context,
        } = self;
        let mut scratch = std::mem::take(&mut context.scratch);
        scratch.clear();
        let place = Place {
            node,
            position,
            table,
            context: &mut *context,
        };
        let taken = match write!(scratch, "{value}") {
            Ok(()) => place.value(Found::Text(&scratch)),
            Err(_) => Err(place
                .context
                .fail(LoadErrorKind::Serialize, "the value cannot be written as text")),
        };
        context.scratch = scratch;
        taken
    }

    /// Begins a record.
    pub(super) fn record(self) -> Result<Record<'c, 'l>, Failed> {
        let Node::Record(form) = self.node else {
            return Err(self.mismatch(Found::Record));
        };
        let Self { table, context, .. } = self;
        let given = context.given.len();
        context.given.resize(given + form.members.len(), false);
        Ok(Record {
            form,
            table,
            context,
            given,
            next: 0,
        })
    }

    /// Begins a list.
    pub(super) fn items(self) -> Result<Items<'c, 'l>, Failed> {
        let Node::List(list) = self.node else {
            return Err(self.mismatch(Found::List));
        };
        let start = self.table.lists[list.items].rows;
        Ok(Items {
            list,
            table: self.table,
            context: self.context,
            start,
            required: self.position != Position::Optional,
        })
    }

    /// Begins a place on Earth.
    pub(super) fn coordinates(self) -> Result<Coordinates<'c, 'l>, Failed> {
        let Node::Value { slot, .. } = *self.node else {
            return Err(self.mismatch(Found::Record));
        };
        Ok(Coordinates {
            slot,
            table: self.table,
            context: self.context,
            degrees: [None, None],
        })
    }

    fn mismatch(self, found: Found<'_>) -> Failed {
        let expected = match self.node {
            Node::Value { slot, .. } => {
                let fault = cell::mismatch(&self.table.layout.slots[*slot], found);
                return self.context.fault(fault);
            }
            Node::Record(_) => "a record",
            Node::List(List { slot: None, .. }) => "a list of events",
            Node::List(_) => "a list",
        };
        let hidden = self.hidden();
        let message = format!("expected {expected}, found {}", found.shown(hidden));
        self.context.fail(LoadErrorKind::Type, message)
    }

    /// Whether something below must not be shown: then what stands in its place is not shown either.
    fn hidden(&self) -> bool {
        fn any(node: &Node, table: &TableBuilder) -> bool {
            match node {
                Node::Value { slot, .. } => table.layout.slots[*slot].hidden(),
                Node::Record(form) => form.members.values().any(|member| any(&member.node, table)),
                Node::List(list) => any(&list.item, &table.lists[list.items]),
            }
        }
        any(self.node, self.table)
    }
}

impl<'l> Record<'_, 'l> {
    /// The member of that name, or none where an unknown one is to be left out.
    pub(super) fn member(&mut self, name: &str) -> Result<Option<usize>, Failed> {
        let Some(index) = self.form.find(name, self.next) else {
            if self.context.ignore_unknown {
                return Ok(None);
            }
            let names = self.form.members.keys().map(|name| &**name);
            let help = suggest::did_you_mean(name, names).map(|help| format!("; {help}"));
            let message = format!("unknown member{}", help.unwrap_or_default());
            return Err(self.context.fail_at(name, LoadErrorKind::UnknownMember, message));
        };
        self.next = index + 1;
        if std::mem::replace(&mut self.context.given[self.given + index], true) {
            return Err(self
                .context
                .fail_at(name, LoadErrorKind::DuplicateMember, "given twice"));
        }
        Ok(Some(index))
    }

    /// Refuses a member whose name is no text.
    pub(super) fn refuse_name(&mut self) -> Result<(), Failed> {
        Err(self
            .context
            .fail(LoadErrorKind::UnknownMember, "the name of a member is text"))
    }

    /// Where the value of that member goes. [`Record::leave`] ends it.
    pub(super) fn enter(&mut self, member: usize) -> Place<'_, 'l> {
        let (name, member) = self.form.members.get_index(member).expect("found by `member`");
        self.context.path.push(Step::Member(name));
        Place {
            node: &member.node,
            position: if member.optional {
                Position::Optional
            } else {
                Position::Required
            },
            table: self.table,
            context: self.context,
        }
    }

    pub(super) fn leave(&mut self) {
        self.context.path.pop();
    }

    /// Ends the record: what is required must have been given.
    pub(super) fn finish(self) -> Result<(), Failed> {
        let given = &self.context.given[self.given..];
        let members = self.form.members.iter().zip(given);
        let missing = members
            .into_iter()
            .find(|((_, member), given)| !member.optional && !**given);
        if let Some(((name, _), _)) = missing {
            return Err(self
                .context
                .fail_at(name, LoadErrorKind::Missing, "required, but missing"));
        }
        self.context.given.truncate(self.given);
        Ok(())
    }
}

impl<'l> Items<'_, 'l> {
    /// Where the next item goes. [`Items::leave`] ends it.
    pub(super) fn enter(&mut self) -> Result<Place<'_, 'l>, Failed> {
        let table = &mut self.table.lists[self.list.items];
        self.context.path.push(Step::Item(table.rows - self.start));
        self.context.push(table)?;
        Ok(Place {
            node: &self.list.item,
            position: Position::Item,
            table,
            context: self.context,
        })
    }

    pub(super) fn leave(&mut self) {
        self.context.path.pop();
    }

    /// Ends the list; without items it may count as missing.
    pub(super) fn finish(self) -> Result<(), Failed> {
        let Some(slot) = self.list.slot else { return Ok(()) };
        let len = self.table.lists[self.list.items].rows - self.start;
        let is_blank = len == 0 && self.table.layout.slots[slot].roles.filled.is_some();
        match (is_blank, self.required) {
            (false, _) => self.table.set_span(slot, self.start, len),
            (true, false) => {}
            (true, true) => {
                return Err(self
                    .context
                    .fail(LoadErrorKind::Blank, "required, but without items"));
            }
        }
        Ok(())
    }
}

impl Coordinates<'_, '_> {
    /// Takes a coordinate by name.
    pub(super) fn member(&mut self, name: &str) -> Result<Option<usize>, Failed> {
        match COORDINATES.iter().position(|it| *it == name) {
            None if self.context.ignore_unknown => Ok(None),
            None => {
                let message = "unknown member; a place is {\"lat\": …, \"lon\": …} or [lat, lon]";
                Err(self.context.fail_at(name, LoadErrorKind::UnknownMember, message))
            }
            Some(index) if self.degrees[index].is_some() => {
                Err(self
                    .context
                    .fail_at(name, LoadErrorKind::DuplicateMember, "given twice"))
            }
            known => Ok(known),
        }
    }

    /// Takes the value of the coordinate of that number.
    pub(super) fn value(&mut self, index: usize, found: Found<'_>) -> Result<(), Failed> {
        let Some(name) = COORDINATES.get(index) else {
            let message = "a place has two coordinates, [lat, lon]";
            return Err(self.context.fail(LoadErrorKind::Type, message));
        };
        let hidden = self.table.layout.slots[self.slot].hidden();
        let degrees = match found {
            Found::Float(it) => Some(it),
            Found::Single(it) => Some(it.into()),
            #[expect(
                clippy::cast_precision_loss,
                reason = "a whole number of degrees is small, or refused"
            )]
            Found::Int(it) => Some(it as f64),
            Found::Digits(digits) => digits.parse().ok(),
            _ => None,
        };
        match degrees {
            None => {
                let message = format!("expected float, found {}", found.shown(hidden));
                Err(self.context.fail_at(name, LoadErrorKind::Type, message))
            }
            Some(degrees) if degrees.is_nan() => {
                let message = "expected a finite float, found NaN";
                Err(self.context.fail_at(name, LoadErrorKind::NotFinite, message))
            }
            Some(degrees) => {
                self.degrees[index] = Some(degrees);
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> Result<(), Failed> {
        let [Some(lat), Some(lon)] = self.degrees else {
            let missing = usize::from(self.degrees[0].is_some());
            let name = COORDINATES[missing];
            return Err(self
                .context
                .fail_at(name, LoadErrorKind::Missing, "required, but missing"));
        };
        let place: Geo = cell::place(&self.table.layout.slots[self.slot], lat, lon)
            .map_err(|fault| self.context.fault(fault))?;
        let cell = self.context.store.keep_place(place);
        self.table.set(self.slot, cell);
        Ok(())
    }
}
