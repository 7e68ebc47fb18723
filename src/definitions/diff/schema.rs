//! What changed of what is known.

use indexmap::IndexMap;

use super::{Defined, Difference, Effect};
use crate::{
    schema::Schema,
    value::{Field, Roles, Type},
};

pub(super) fn compare(old: &Schema, new: &Schema, changes: &mut Vec<Difference>) {
    if old.open != new.open {
        let effect = if new.open { Effect::Opened } else { Effect::Closed };
        let written = |schema: &Schema| if schema.open { "customer open" } else { "customer" }.to_owned();
        let change = Difference::new(Defined::Contract, "customer", effect);
        changes.push(change.from(written(old)).to(written(new)));
    }
    fields(Defined::Attribute, "", &old.customer, &new.customer, changes);
    let both = [&old.catalogs, &new.catalogs];
    blocks(
        Defined::Catalog,
        both,
        |it| it.description.as_deref(),
        changes,
        |name, old, new, changes| {
            fields(Defined::Field, name, &old.fields, &new.fields, changes);
        },
    );
    let both = [&old.events, &new.events];
    blocks(
        Defined::Event,
        both,
        |it| it.description.as_deref(),
        changes,
        |name, old, new, changes| {
            fields(Defined::Property, name, &old.fields, &new.fields, changes);
        },
    );
    let both = [&old.placements, &new.placements];
    blocks(
        Defined::Placement,
        both,
        |it| it.description.as_deref(),
        changes,
        |name, old, new, changes| {
            if old.catalog != new.catalog {
                let change = Difference::new(Defined::Placement, name, Effect::Type);
                changes.push(
                    change
                        .from(format!("of {}", old.catalog))
                        .to(format!("of {}", new.catalog)),
                );
            }
        },
    );
}

fn blocks<T>(
    kind: Defined,
    [old, new]: [&IndexMap<std::sync::Arc<str>, T>; 2],
    description: impl Fn(&T) -> Option<&str>,
    changes: &mut Vec<Difference>,
    inside: impl Fn(&str, &T, &T, &mut Vec<Difference>),
) {
    for (name, block) in new {
        let Some(before) = old.get(name) else {
            changes.push(Difference::new(kind, &**name, Effect::Added));
            continue;
        };
        if description(before) != description(block) {
            changes.push(described(kind, name, description(before), description(block)));
        }
        inside(name, before, block, changes);
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        changes.push(Difference::new(kind, &**name, Effect::Removed));
    }
}

pub(super) fn described(kind: Defined, name: &str, old: Option<&str>, new: Option<&str>) -> Difference {
    Difference::new(kind, name, Effect::Described)
        .from(old.map(|it| format!("{it:?}")))
        .to(new.map(|it| format!("{it:?}")))
}

fn fields(kind: Defined, path: &str, old: &[Field], new: &[Field], changes: &mut Vec<Difference>) {
    let named = |field: &Field| {
        if path.is_empty() {
            field.name.to_string()
        } else {
            format!("{path}.{}", field.name)
        }
    };
    for field in new {
        let name = named(field);
        match old.iter().find(|it| it.name == field.name) {
            None => changes.push(Difference::new(kind, name, Effect::Added).to(shown(field))),
            Some(before) => self::field(kind, &name, before, field, changes),
        }
    }
    for field in old
        .iter()
        .filter(|field| new.iter().all(|it| it.name != field.name))
    {
        changes.push(Difference::new(kind, named(field), Effect::Removed).from(shown(field)));
    }
}

fn field(kind: Defined, name: &str, old: &Field, new: &Field, changes: &mut Vec<Difference>) {
    match records(&old.ty, &new.ty).filter(|_| old.optional == new.optional) {
        Some((before, after)) => fields(kind, name, before, after, changes),
        None if old.ty != new.ty || old.optional != new.optional => {
            changes.push(
                Difference::new(kind, name, Effect::Type)
                    .from(shown(old))
                    .to(shown(new)),
            );
        }
        None => {}
    }
    if old.roles != new.roles {
        let change = Difference::new(kind, name, Effect::Roles);
        changes.push(change.from(roles(&old.roles)).to(roles(&new.roles)));
    }
    if old.description != new.description {
        changes.push(described(
            kind,
            name,
            old.description.as_deref(),
            new.description.as_deref(),
        ));
    }
}

/// The fields of two records, or of two lists of records.
fn records<'a>(old: &'a Type, new: &'a Type) -> Option<(&'a [Field], &'a [Field])> {
    match (old, new) {
        (Type::Record(old), Type::Record(new)) => Some((old, new)),
        (Type::List(old), Type::List(new)) => records(old, new),
        _ => None,
    }
}

fn shown(field: &Field) -> String {
    format!("{}{}", field.ty, if field.optional { "?" } else { "" })
}

fn roles(roles: &Roles) -> String {
    let mut words = Vec::new();
    let all = [
        (roles.key, "key"),
        (roles.personal, "personal"),
        (roles.sensitive, "sensitive"),
        (roles.zone, "zone"),
        (roles.channel, "channel"),
    ];
    words.extend(
        all.into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, word)| word.to_owned()),
    );
    if let Some(filled) = &roles.filled {
        let except = format!(" except {:?}", filled.except);
        words.push(format!(
            "filled{}",
            if filled.except.is_empty() { "" } else { &except }
        ));
    }
    if let Some(letters) = roles.letters {
        words.push(format!("at most {letters} letters"));
    }
    if words.is_empty() {
        "no role".to_owned()
    } else {
        words.join(" ")
    }
}
