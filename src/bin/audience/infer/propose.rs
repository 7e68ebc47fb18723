//! Definitions out of what was seen.

use std::fmt::Write;

use super::{
    fits::Plain,
    guess,
    seen::{Place, Record, Values},
};

/// The proposal as text that compiles, or why there is none.
pub(super) fn definitions(customers: &Record, source: &str) -> Result<String, String> {
    let Some((key, doubt)) = guess::key(customers) else {
        return Err(
            "no member is a text or a whole number in every line, so that none can be the key of a customer"
                .to_owned(),
        );
    };
    let mut text = String::new();
    let many = if customers.count == 1 { "" } else { "s" };
    let source: String = source.chars().filter(|it| !it.is_control()).collect();
    let _ = writeln!(
        text,
        "# Proposed by `audience infer` from {} customer{many} of {source}: read it before you use it.\n",
        customers.count
    );
    text.push_str("customer {\n");
    let mut events = Vec::new();
    for (name, place) in &customers.members {
        if let Some(event) = event(place) {
            events.push((name, event));
            continue;
        }
        let mut field = field(name, place, customers.count);
        if name == key {
            field.roles = " key";
            field.note.clone_from(&doubt);
            field.ty = Ok(plain_name(place).to_owned());
        }
        field.write(&mut text, "  ");
    }
    text.push_str("}\n");
    for (name, event) in events {
        let Some(quoted) = quoted(name) else {
            let _ = writeln!(text, "\n# left out: {name:?} is no name of the language");
            continue;
        };
        let _ = writeln!(text, "\nevent {quoted} {{");
        for (name, place) in event.members.iter().filter(|(name, _)| *name != "at") {
            field(name, place, event.count).write(&mut text, "  ");
        }
        text.push_str("}\n");
    }
    Ok(text)
}

/// The events of a list of objects that all have the time `at`.
fn event(place: &Place) -> Option<&Record> {
    let (_, items) = place.list.as_ref()?;
    let alone = place.null.is_none() && place.plain.is_none() && place.record.is_none();
    let (_, record) = items.record.as_ref()?;
    let only_records = items.null.is_none() && items.plain.is_none() && items.list.is_none();
    let at = record.members.get("at")?;
    let is_time = guess::single(at.plain.as_ref()?) == Some(Plain::DateTime);
    let always = at.count == record.count && at.null.is_none() && at.record.is_none() && at.list.is_none();
    (alone && only_records && is_time && always).then_some(record)
}

/// A line of a block.
struct Field<'n> {
    name: &'n str,
    /// Or why it has none.
    ty: Result<String, String>,
    optional: bool,
    roles: &'static str,
    note: Option<String>,
}

fn field<'n>(name: &'n str, place: &Place, of: u64) -> Field<'n> {
    let mut note = None;
    let ty = ty(place, &mut note);
    let is_point = ty.as_deref() == Ok("geo");
    let can_hide = ty.is_ok();
    Field {
        name,
        ty,
        optional: place.count < of,
        roles: if can_hide && (is_point || guess::is_personal(name)) {
            " personal"
        } else {
            ""
        },
        note,
    }
}

impl Field<'_> {
    fn write(&self, text: &mut String, indent: &str) {
        let optional = if self.optional { "?" } else { "" };
        let _ = match (quoted(self.name), &self.ty) {
            (None, _) => writeln!(
                text,
                "{indent}# left out: {:?} is no name of the language",
                self.name
            ),
            (Some(_), Err(why)) => writeln!(text, "{indent}# left out: {:?}, {why}", self.name),
            (Some(name), Ok(ty)) => {
                let note = self
                    .note
                    .as_ref()
                    .map(|it| format!("  # {it}"))
                    .unwrap_or_default();
                writeln!(text, "{indent}{name}: {ty}{optional}{}{note}", self.roles)
            }
        };
    }
}

/// The type of what stands at a place, as written, or why there is none.
fn ty(place: &Place, note: &mut Option<String>) -> Result<String, String> {
    let kinds = [
        place.plain.as_ref().map(|it| (it.line, it.kind)),
        place.record.as_ref().map(|it| (it.0, "an object")),
        place.list.as_ref().map(|it| (it.0, "a list")),
    ];
    let mut kinds: Vec<(u64, &str)> = kinds.into_iter().flatten().collect();
    kinds.sort_unstable();
    if let [(line, one), (other_line, other), ..] = kinds[..] {
        return Err(format!(
            "it is {one} in line {line} and {other} in line {other_line}"
        ));
    }
    if let Some(values) = &place.plain {
        return of_values(place, values);
    }
    if let Some((_, record)) = &place.record {
        return of_record(record, note);
    }
    let Some((_, items)) = &place.list else {
        note.get_or_insert("always null".to_owned());
        return Ok("string".to_owned());
    };
    if let Some(line) = items.null {
        return Err(format!("a list cannot hold null, as in line {line}"));
    }
    if let Some((line, _)) = &items.list {
        return Err(format!("a list cannot hold lists, as in line {line}"));
    }
    if items.count == 0 {
        note.get_or_insert("always empty".to_owned());
        return Ok("[string]".to_owned());
    }
    Ok(format!("[{}]", ty(items, note)?))
}

fn of_values(place: &Place, values: &Values) -> Result<String, String> {
    if let Some((line, other)) = values.other {
        return Err(format!(
            "it is {} in line {} and {other} in line {line}",
            values.kind, values.line
        ));
    }
    if let Some(words) = guess::words(place, values) {
        let words: Vec<String> = words.iter().map(|it| text(it)).collect();
        return Ok(format!("({})", words.join(" | ")));
    }
    Ok(plain_name(place).to_owned())
}

fn plain_name(place: &Place) -> &'static str {
    let values = place.plain.as_ref();
    values.and_then(guess::single).map_or("string", Plain::name)
}

fn of_record(record: &Record, note: &mut Option<String>) -> Result<String, String> {
    let mut fields = Vec::new();
    for (name, place) in &record.members {
        let inner = field(name, place, record.count);
        let Some(quoted) = quoted(name) else {
            return Err(format!("its member {name:?} is no name of the language"));
        };
        let ty = inner
            .ty
            .map_err(|why| format!("its member {name:?} has no type: {why}"))?;
        let optional = if inner.optional { "?" } else { "" };
        fields.push(format!("{quoted}: {ty}{optional}{}", inner.roles));
        if let Some(inner) = inner.note {
            note.get_or_insert(format!("{name:?} is {inner}"));
        }
    }
    if fields.is_empty() {
        note.get_or_insert("always an empty object".to_owned());
        fields.push("empty: string?".to_owned());
    }
    Ok(format!("{{ {} }}", fields.join(", ")))
}

const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "where", "of", "any", "no", "all", "between", "case", "when", "then",
    "else", "end", "true", "false", "now", "today", "customer", "previous",
];

/// A name as definitions write it, unless no definition can.
fn quoted(name: &str) -> Option<String> {
    if name.trim().is_empty() || name.contains('`') || name.chars().any(char::is_control) {
        return None;
    }
    let plain = name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        && !name.starts_with(|it: char| it.is_ascii_digit())
        && !RESERVED.contains(&name.to_lowercase().as_str());
    Some(if plain {
        name.to_owned()
    } else {
        format!("`{name}`")
    })
}

fn text(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}
