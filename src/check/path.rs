//! Looks up paths: `country`, `consent.email`, `f.sku`.

use std::sync::Arc;

use super::{
    Checker,
    report::type_name,
    scope::{Entry, Member, Shape},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expr, ExprKind, Function, Place, Spot},
    schema::Slot,
    span::Span,
    syntax::ast::Name,
    value::{Roles, Type},
};

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Found {
    Value(Expr),
    List(List),
    Record(Record),
}

#[derive(Debug)]
pub(crate) struct List {
    pub(crate) span: Span,
    pub(crate) spot: Spot,
    /// The type of its items: not a list, perhaps a record.
    pub(crate) item: Type,
    pub(crate) optional: bool,
    pub(crate) shape: Arc<Shape>,
}

#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) span: Span,
    /// Whether it may be missing.
    pub(crate) optional: bool,
    /// For a record that a template holds: the local that is true when it is there.
    pub(crate) present: Option<usize>,
    /// Its first field and the slot of its last one; none when all its fields have errors.
    pub(crate) slots: Option<(Spot, u32)>,
    /// The names of its fields.
    pub(crate) fields: Vec<Arc<str>>,
}

/// The span of a whole path.
pub(crate) fn span_of(path: &[Name]) -> Span {
    match path {
        [first, .., last] => first.span.to(last.span),
        [only] => only.span,
        [] => Span::default(),
    }
}

/// A path as messages show it, and as it is written: steps in brackets have no dot before them.
pub(crate) fn display(path: &[Name]) -> String {
    let mut shown = String::new();
    for step in path {
        let is_in_brackets = !step.quoted && step.text.starts_with('[');
        if !shown.is_empty() && !is_in_brackets {
            shown.push('.');
        }
        shown.push_str(&step.text);
    }
    shown
}

impl Checker<'_> {
    /// What `path` stands for here; the innermost scope comes first, then the customer's attributes and the traits.
    pub(crate) fn resolve(&mut self, path: &[Name]) -> Option<Found> {
        let first = path.first()?;
        if let Some(at) = path
            .iter()
            .position(Name::is_chosen)
            .filter(|_| self.scope.liquid)
        {
            return self.chosen(path, at);
        }
        match self.reserved(path) {
            Some(Reserved::Customer) => return self.of_customer(path, 1),
            Some(Reserved::Previous) => return self.of_previous(path),
            None => {}
        }
        let seen = self.scope.first_seen();
        for index in (seen..self.scope.entries.len()).rev() {
            match &self.scope.entries[index] {
                Entry::Item { row, shape, .. } if shape.members.contains_key(&first.text) => {
                    let (row, shape) = (*row, shape.clone());
                    return self.descend(row, &shape, path, 0);
                }
                // The items of a list of references are those that they point to.
                Entry::Item { row, shape, .. } if self.names.item_of(shape, &first.text).is_some() => {
                    let (row, shape) = (*row, shape.clone());
                    let catalog = shape.references()?;
                    let key = self.key(first.span, Place { row, slot: 0 }, &shape.layout.slots[0]);
                    return self.follow(key, catalog, path, 0);
                }
                Entry::Loop { name, row, shape, .. } if *name == first.text => {
                    let (row, shape) = (*row, shape.clone());
                    return self.loop_variable(row, &shape, path);
                }
                _ => {}
            }
        }
        if self.scope.liquid
            && &*first.text == "forloop"
            && let Some(number) = self.scope.innermost_loop()
        {
            return self.forloop(number, path, 1);
        }
        if let Some(held) = self.scope.held(&first.text).cloned() {
            return self.held(&held, path);
        }
        self.outside(path)
    }

    /// Whether a path begins with `customer.` or `previous.`. In a template what is called so comes first, as in Liquid.
    pub(super) fn reserved(&self, path: &[Name]) -> Option<Reserved> {
        let reserved = reserved(path)?;
        let name = &path.first()?.text;
        let seen = self
            .scope
            .entries
            .get(self.scope.first_seen()..)
            .unwrap_or_default();
        let is_given = seen.iter().any(|entry| match entry {
            Entry::Loop { name: known, .. } => known == name,
            Entry::Local(local) => local.name == *name,
            Entry::Item { .. } | Entry::Previous { .. } => false,
        });
        let is_own = is_given
            || self.scope.held(name).is_some()
            || !self.scope.is_isolated() && self.names.customer.members.contains_key(name);
        (!self.scope.liquid || !is_own).then_some(reserved)
    }

    /// What `path` stands for beside all that a template or a collection around it adds.
    pub(super) fn outside(&mut self, path: &[Name]) -> Option<Found> {
        let first = path.first()?;
        let seen = self.scope.entries.get(self.scope.first_seen()..);
        let input = seen.unwrap_or_default().iter().find_map(|entry| match entry {
            Entry::Local(local) if local.name == first.text => Some(Expr {
                span: first.span,
                ty: local.ty.clone(),
                optional: local.optional,
                kind: ExprKind::Local(local.index),
            }),
            _ => None,
        });
        match input {
            Some(value) => self.whole(value, path, 0),
            None => self.of_customer(path, 0),
        }
    }

    /// What the path from step `from` on stands for among the customer's attributes and the traits.
    fn of_customer(&mut self, path: &[Name], from: usize) -> Option<Found> {
        let name = path.get(from)?;
        if self.scope.is_isolated() {
            return self.unknown_argument(name);
        }
        if self.names.customer.members.contains_key(&name.text) {
            let shape = self.names.customer.clone();
            return self.descend(0, &shape, path, from);
        }
        if let Some((index, _, known)) = self.names.traits.get_full(&name.text) {
            let known = known.as_ref()?;
            let value = Expr {
                span: span_of(&path[..=from]),
                ty: known.ty.clone(),
                optional: known.optional,
                kind: ExprKind::Trait(index),
            };
            let ranked = known.ranked;
            self.note_use(name.span, &known.roles, || name.text.to_string());
            self.ranking.of_key |= known.of_key;
            if ranked {
                self.note_rank(name.span, "trait", &name.text)?;
            }
            return self.whole(value, path, from);
        }
        if from == 0 {
            self.unknown(name)
        } else {
            self.unknown_of_customer(name)
        }
    }

    /// What `previous.x` stands for: a property of the event of the step before.
    fn of_previous(&mut self, path: &[Name]) -> Option<Found> {
        let mut entries = self.scope.entries.iter().rev();
        let previous = entries.find_map(|entry| match entry {
            Entry::Previous { row, shape, .. } => Some((*row, shape.clone())),
            _ => None,
        });
        if let Some((row, shape)) = previous {
            return self.descend(row, &shape, path, 1);
        }
        let quoted = self.names.customer.members.contains_key("previous");
        let error = Diagnostic::new(Code::UnknownProperty, "there is no step before this one")
            .label(path[0].span, "stands only in the `where` of a `followed by`")
            .help(quoted.then(|| "the attribute of that name is written `` `previous` ``".to_owned()));
        self.report.fail(error)
    }

    fn unknown_of_customer<T>(&mut self, name: &Name) -> Option<T> {
        if self.names.is_silent(&name.text) {
            return None;
        }
        let text = &name.text;
        let help = if self.names.schema.events.contains_key(text) {
            Some(format!(
                "`{text}` is an event: write `any customer.{text}` or `count(customer.{text})`"
            ))
        } else if self.names.segments.contains(text) {
            Some(format!("`{text}` is a segment: write `in segment {text}`"))
        } else if self.report.is_full() {
            None
        } else {
            let attributes = self.names.customer.members.keys();
            let names = attributes.chain(self.names.traits.keys());
            self.report.suggest(text, names.map(|it| &**it))
        };
        let error = Diagnostic::new(Code::UnknownAttribute, format!("the customer has no `{text}`"))
            .label(name.span, "neither an attribute nor a trait")
            .help(help);
        self.report.fail(error)
    }

    /// Walks the tree of members from step `from` of the path.
    fn descend(&mut self, row: u8, shape: &Shape, path: &[Name], from: usize) -> Option<Found> {
        let mut members = &shape.members;
        let mut rest = path[from..].iter().enumerate();
        while let Some((index, step)) = rest.next() {
            let Some(member) = members.get(&step.text) else {
                return self.unknown_member(step, &path[..from + index], members.keys().map(|it| &**it));
            };
            match member {
                Member::Record {
                    optional,
                    members: inner,
                } => {
                    members = inner;
                    if from + index + 1 == path.len() {
                        self.note_presence(shape, slots(inner), path);
                        return Some(Found::Record(Record {
                            span: span_of(path),
                            optional: *optional,
                            present: None,
                            slots: slots(inner).map(|(slot, last)| (Place { row, slot }.into(), last)),
                            fields: inner.keys().cloned().collect(),
                        }));
                    }
                }
                Member::Slot { slot, items } => {
                    let layout = &shape.layout.slots[*slot as usize];
                    let span = span_of(&path[..=from + index]);
                    let place = Place { row, slot: *slot };
                    if rest.next().is_some() {
                        if let Type::Ref(catalog) = &layout.ty {
                            let key = self.key(span, place, layout);
                            return self.follow(key, catalog, path, from + index + 1);
                        }
                        if let (Type::List(item), Some(shape), true) = (&layout.ty, items, self.scope.liquid)
                        {
                            self.note_use(span, &layout.roles, || display(&path[..=from + index]));
                            let list = List {
                                span,
                                spot: place.into(),
                                item: (**item).clone(),
                                optional: layout.optional,
                                shape: shape.clone(),
                            };
                            return self.of_list(&list, path, from + index + 1);
                        }
                        let value = Expr {
                            span,
                            ty: layout.ty.clone(),
                            optional: layout.optional,
                            kind: ExprKind::Slot(place),
                        };
                        return self.below_value(value, path, from + index + 1);
                    }
                    self.note_use(span, &layout.roles, || display(path));
                    self.ranking.of_key |= row == 0 && layout.roles.key;
                    return Some(match (&layout.ty, items) {
                        (Type::List(item), Some(shape)) => Found::List(List {
                            span,
                            spot: place.into(),
                            item: (**item).clone(),
                            optional: layout.optional,
                            shape: shape.clone(),
                        }),
                        (ty, _) => {
                            let kind = ExprKind::Slot(place);
                            Found::Value(self.names.slot_value(span, ty, layout.optional, kind))
                        }
                    });
                }
            }
        }
        None
    }

    /// A reference, as the key by which an item is looked up: the text that the record has.
    fn key(&mut self, span: Span, place: Place, slot: &Slot) -> Expr {
        self.note_use(span, &slot.roles, || slot.name());
        Expr {
            span,
            ty: Type::String,
            optional: slot.optional,
            kind: ExprKind::Slot(place),
        }
    }

    /// Walks on from step `at` of the path, in the item of a catalogue that has this key.
    fn follow(&mut self, key: Expr, catalog: &Arc<str>, path: &[Name], at: usize) -> Option<Found> {
        let index = self.names.schema.catalogs.get_index_of(catalog)?;
        let shape = self.names.catalogs.get(index)?.clone();
        let mut members = &shape.members;
        let mut record = None;
        for (step_index, step) in path.iter().enumerate().skip(at) {
            let so_far = &path[..=step_index];
            let Some(member) = members.get(&step.text) else {
                let names = members.keys().map(|it| &**it);
                return self.unknown_member(step, &path[..step_index], names);
            };
            let (slot, items) = match member {
                Member::Slot { slot, items } => (*slot, items),
                Member::Record {
                    optional,
                    members: inner,
                } => {
                    (record, members) = (Some(*optional), inner);
                    continue;
                }
            };
            let layout = &shape.layout.slots[slot as usize];
            let span = span_of(so_far);
            self.note_use(span, &layout.roles, || display(so_far));
            let required = !layout.optional;
            let next = path.get(step_index + 1);
            if let (None, Type::List(item), Some(shape)) = (next, &layout.ty, items) {
                return Some(Found::List(List {
                    span,
                    spot: Spot::Item {
                        key: Box::new(key),
                        catalog: index,
                        slot,
                        required,
                    },
                    item: (**item).clone(),
                    optional: true,
                    shape: shape.clone(),
                }));
            }
            let kind = ExprKind::Follow {
                key: Box::new(key),
                catalog: index,
                slot,
                required,
            };
            return match (next, &layout.ty) {
                (None, ty) => Some(Found::Value(self.names.slot_value(span, ty, true, kind))),
                (Some(_), Type::Ref(next)) => {
                    let key = Expr {
                        span,
                        ty: Type::String,
                        optional: true,
                        kind,
                    };
                    self.follow(key, next, path, step_index + 1)
                }
                (Some(_), ty) => {
                    let value = self.names.slot_value(span, ty, true, kind);
                    self.below_value(value, path, step_index + 1)
                }
            };
        }
        let optional = record?;
        let (slot, last) = if optional {
            slots(members)?
        } else {
            // It is there when the item is, and so is the item's key.
            let mut all = (0..).zip(&shape.layout.slots);
            all.find(|(_, slot)| slot.roles.key)
                .map(|(slot, _)| (slot, slot))?
        };
        self.note_presence(&shape, Some((slot, last)), path);
        Some(Found::Record(Record {
            span: span_of(path),
            optional: true,
            present: None,
            slots: Some((
                Spot::Item {
                    key: Box::new(key),
                    catalog: index,
                    slot,
                    required: !optional,
                },
                last,
            )),
            fields: members.keys().cloned().collect(),
        }))
    }

    pub(super) fn loop_variable(&mut self, row: u8, shape: &Shape, path: &[Name]) -> Option<Found> {
        if path.len() > 1 {
            if let Some(catalog) = shape.references() {
                let key = self.key(path[0].span, Place { row, slot: 0 }, &shape.layout.slots[0]);
                return self.follow(key, catalog, path, 1);
            }
            if let ([slot], true) = (&*shape.layout.slots, shape.members.is_empty()) {
                let kind = ExprKind::Slot(Place { row, slot: 0 });
                let value = self.names.slot_value(path[0].span, &slot.ty, slot.optional, kind);
                return self.below_value(value, path, 1);
            }
            return self.descend(row, shape, path, 1);
        }
        let span = path[0].span;
        if let ([slot], true) = (&*shape.layout.slots, shape.members.is_empty()) {
            self.note_use(span, &slot.roles, || path[0].text.to_string());
            let kind = ExprKind::Slot(Place { row, slot: 0 });
            return Some(Found::Value(self.names.slot_value(
                span,
                &slot.ty,
                slot.optional,
                kind,
            )));
        }
        Some(Found::Record(Record {
            span,
            optional: false,
            present: None,
            slots: slots(&shape.members).map(|(slot, last)| (Place { row, slot }.into(), last)),
            fields: shape.members.keys().cloned().collect(),
        }))
    }

    /// A trait or a local at step `at` of the path, which has nothing below it.
    pub(super) fn whole(&mut self, value: Expr, path: &[Name], at: usize) -> Option<Found> {
        match path.get(at + 1) {
            None => Some(Found::Value(value)),
            Some(_) => self.below_value(value, path, at + 1),
        }
    }

    /// Step `at` of a path that has led to one value.
    fn below_value(&mut self, value: Expr, path: &[Name], at: usize) -> Option<Found> {
        let (before, next) = (&path[..at], &path[at]);
        if self.scope.liquid && value.ty.is_text() && &*next.text == "size" && path.len() == at + 1 {
            return Some(Found::Value(Expr {
                span: span_of(path),
                ty: Type::Int,
                optional: value.optional,
                kind: ExprKind::Call {
                    function: Function::Length,
                    args: vec![value],
                },
            }));
        }
        let (ty, shown) = (value.ty, display(before));
        let error = Diagnostic::new(Code::UnknownProperty, format!("`{shown}` has no fields"))
            .label(next.span, format!("`{shown}` is of type {}", type_name(&ty)));
        let help = matches!(ty, Type::List(_))
            .then(|| format!("look at its items, as in `any {shown} where {} …`", next.text));
        self.report.fail(error.help(help))
    }

    fn unknown_member<'n>(
        &mut self,
        step: &Name,
        path: &[Name],
        names: impl Iterator<Item = &'n str>,
    ) -> Option<Found> {
        if self.names.is_silent(&step.text) {
            return None;
        }
        let help = self.report.suggest(&step.text, names);
        let message = format!("`{}` has no field `{}`", display(path), step.text);
        let error = Diagnostic::new(Code::UnknownProperty, message)
            .label(step.span, "not one of its fields")
            .help(help);
        self.report.fail(error)
    }

    fn unknown(&mut self, name: &Name) -> Option<Found> {
        if self.names.is_silent(&name.text) {
            return None;
        }
        let mut near: Vec<&str> = Vec::new();
        let mut item = None;
        for entry in self.scope.entries.iter().rev() {
            match entry {
                Entry::Item { of, shape, .. } => {
                    item = item.or(Some(of));
                    near.extend(shape.members.keys().map(|it| &**it));
                    let catalog = shape.references();
                    let fields = catalog.and_then(|it| self.names.fields_of(it));
                    near.extend(
                        fields
                            .into_iter()
                            .flat_map(|it| it.members.keys())
                            .map(|it| &**it),
                    );
                }
                Entry::Loop { name, .. } => near.push(name),
                Entry::Local(local) => near.push(&local.name),
                Entry::Previous { .. } => {}
            }
        }
        near.extend(self.scope.held.iter().map(|it| &*it.name));
        if !self.report.is_full() {
            near.extend(self.names.customer.members.keys().map(|it| &**it));
            near.extend(self.names.traits.keys().map(|it| &**it));
        }
        let text = &name.text;
        let help = if !name.quoted && matches!(&**text, "customer" | "previous") {
            Some(format!("name something of it, as in `{text}.at`").replace("customer.at", "customer.id"))
        } else if self.names.schema.events.contains_key(text) {
            Some(format!(
                "`{text}` is an event: write `any {text}` or `count({text})`"
            ))
        } else if self.names.segments.contains(text) {
            Some(format!("`{text}` is a segment: write `in segment {text}`"))
        } else if self.names.schema.catalogs.contains_key(text) {
            Some(format!("`{text}` is a catalogue, not a part of the customer"))
        } else {
            let quoted = || {
                self.beside_text
                    .then(|| format!("text is written in quotes: `{text:?}`"))
            };
            let given = || {
                self.scope.liquid.then(|| {
                    format!("give it a value, `{{% assign {text} = … %}}`, or declare it as an input of the message")
                })
            };
            let suggested = self.report.suggest(text, near);
            suggested.or_else(quoted).or_else(given)
        };
        if self.scope.liquid && item.is_none() && self.scope.ended.contains(text) {
            let error = Diagnostic::new(
                Code::UnknownAttribute,
                format!("`{text}` is not known behind its loop"),
            )
            .label(name.span, "its loop has ended")
            .help(format!(
                "show it inside of the loop, or keep what is needed there: `{{% assign last = {text} %}}`"
            ));
            return self.report.fail(error);
        }
        let error = match item {
            Some(of) => Diagnostic::new(Code::UnknownProperty, format!("unknown property `{text}`"))
                .label(name.span, format!("neither `{of}` nor the customer has it")),
            None => Diagnostic::new(Code::UnknownAttribute, format!("unknown attribute `{text}`"))
                .label(name.span, "not in the schema"),
        };
        self.report.fail(error.help(help))
    }

    /// Whether a record is there says something of each of its fields.
    fn note_presence(&mut self, shape: &Shape, fields: Option<(u32, u32)>, path: &[Name]) {
        if let Some((first, last)) = fields {
            for slot in &shape.layout.slots[first as usize..=last as usize] {
                self.note_use(span_of(path), &slot.roles, || display(path));
            }
        }
    }

    /// Remembers that a value with these roles is used.
    pub(super) fn note_use(&mut self, span: Span, roles: &Roles, name: impl FnOnce() -> String) {
        self.used.personal |= roles.personal;
        self.used.sensitive |= roles.sensitive;
        if !(roles.sensitive && self.flags_sensitive) {
            return;
        }
        let name = name();
        if self.flagged.insert(name.as_str().into()) {
            let warning = Diagnostic::new(Code::SensitiveUse, format!("`{name}` is sensitive"))
                .label(span, "used here")
                .help("leave it out, or turn `sensitive-use` off where it may be used".to_owned());
            self.report.push(warning);
        }
    }
}

/// A first step that is no name of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reserved {
    /// `customer.x`, past what is called `x` nearer by.
    Customer,
    /// `previous.x`, of the step before.
    Previous,
}

/// Whether a path begins with `customer.` or `previous.`.
pub(crate) fn reserved(path: &[Name]) -> Option<Reserved> {
    match path {
        [first, _, ..] if !first.quoted => match &*first.text {
            "customer" => Some(Reserved::Customer),
            "previous" => Some(Reserved::Previous),
            _ => None,
        },
        _ => None,
    }
}

/// The first and the last slot below some members.
fn slots(members: &super::scope::Members) -> Option<(u32, u32)> {
    fn edge(member: &Member, last: bool) -> Option<u32> {
        match member {
            Member::Slot { slot, .. } => Some(*slot),
            Member::Record { members, .. } if last => members.values().rev().find_map(|it| edge(it, true)),
            Member::Record { members, .. } => members.values().find_map(|it| edge(it, false)),
        }
    }
    let first = members.values().find_map(|it| edge(it, false))?;
    let last = members.values().rev().find_map(|it| edge(it, true))?;
    Some((first, last))
}
