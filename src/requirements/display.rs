//! Requirements as people read them: a line for each kind of thing.

use std::fmt;

use super::{RequiredField, Requirements};

impl fmt::Display for Requirements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, parts: Vec<String>| {
            if parts.is_empty() {
                Ok(())
            } else {
                writeln!(f, "{name}: {}", parts.join(", "))
            }
        };
        line("attributes", self.attributes.iter().map(attribute).collect())?;
        let events = self.events.iter().map(|event| {
            let of = match event.look_back.to_string() {
                it if it.starts_with("since") => it,
                it => format!("of {it}"),
            };
            let properties: Vec<String> = event.properties.iter().map(property).collect();
            if properties.is_empty() {
                format!("{} {of}", event.name)
            } else {
                format!("{} {of} ({})", event.name, properties.join(", "))
            }
        });
        line("events", events.collect())?;
        let catalogs = self.catalogs.iter().map(|catalog| {
            let fields: Vec<String> = catalog.fields.iter().map(property).collect();
            format!("{} ({})", catalog.name, fields.join(", "))
        });
        line("catalogues", catalogs.collect())?;
        let names = |names: &[std::sync::Arc<str>]| names.iter().map(ToString::to_string).collect();
        line("traits", names(&self.traits))?;
        line("segments", names(&self.segments))?;
        line("lists", names(&self.lists))?;
        line("functions", names(&self.functions))?;
        line("population", names(&self.population))?;
        let placements = self.placements.iter().map(|it| {
            let most = it
                .most
                .map(|most| format!(", {most} at most"))
                .unwrap_or_default();
            format!("{} of {}{most}", it.name, it.catalog)
        });
        line("placements", placements.collect())?;
        line("inputs", self.inputs.iter().map(property).collect())?;
        let time = [(self.now, "now"), (self.zone, "zone")];
        let time = time
            .iter()
            .filter(|(read, _)| *read)
            .map(|(_, name)| (*name).to_owned());
        line("time", time.collect())
    }
}

/// `email (string?, personal)`.
fn attribute(field: &RequiredField) -> String {
    let mut notes = vec![ty(field)];
    let roles = [
        (field.roles.key, "key"),
        (field.roles.personal, "personal"),
        (field.roles.sensitive, "sensitive"),
    ];
    notes.extend(
        roles
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| (*name).to_owned()),
    );
    format!("{} ({})", field.path, notes.join(", "))
}

/// `amount: decimal`.
fn property(field: &RequiredField) -> String {
    format!("{}: {}", field.path, ty(field))
}

/// The type; of a list of records, only what is read of them.
fn ty(field: &RequiredField) -> String {
    let mark = if field.optional { "?" } else { "" };
    if field.fields.is_empty() {
        return match &field.ty {
            crate::value::Type::List(item) if matches!(**item, crate::value::Type::Record(_)) => {
                format!("list{mark}")
            }
            ty => format!("{ty}{mark}"),
        };
    }
    let fields: Vec<String> = field.fields.iter().map(property).collect();
    format!("[{{ {} }}]{mark}", fields.join(", "))
}
