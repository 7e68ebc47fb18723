//! Definitions out of what was seen.

use std::fmt::Write;

use super::{
    fits::Plain,
    guess,
    seen::{Place, Record, Values},
};

/// The proposal as text that compiles, or why there is none.
pub(super) fn definitions(customers: &Record, source: &str) -> String {
    let key = guess::key(customers);
    let mut head = String::new();
    let many = if customers.count == 1 { "" } else { "s" };
    let source: String = source.chars().filter(|it| !it.is_control()).collect();
    let _ = writeln!(
        head,
        "# Proposed by `audience infer` from {} customer{many} of {source}: read it before you use it.\n",
        customers.count
    );
    let mut text = String::new();
    if key.is_none() {
        let mut name = LINE_NUMBER.to_owned();
        while customers.members.contains_key(&name) {
            name.push('_');
        }
        let _ = writeln!(
            text,
            "{name}: int key  # the samples have no key: the number of the line stands for it"
        );
    }
    let mut events = Vec::new();
    for (name, place) in &customers.members {
        if let Some(event) = event(place) {
            events.push((name, event));
            continue;
        }
        let mut field = field(name, place, customers.count);
        if let Some(key) = key.as_ref().filter(|key| key.name == name) {
            let is_filled = field.filled || place.plain.as_ref().is_some_and(|it| !it.blank);
            field.roles = " key";
            field.filled = key.ty == Plain::String && is_filled;
            field.note.clone_from(&key.doubt);
            field.ty = Ok(key.ty.name().to_owned());
        }
        field.write(&mut text);
    }
    text.push_str("}\n");
    for (name, event) in events {
        let Some(quoted) = quoted(name) else {
            let _ = writeln!(text, "\n{LEFT_OUT}{name:?}, it is no name of the language");
            continue;
        };
        let _ = writeln!(text, "\nevent {quoted} {{");
        for (name, place) in event.members.iter().filter(|(name, _)| *name != "at") {
            field(name, place, event.count).write(&mut text);
        }
        text.push_str("}\n");
    }
    // What has no type is passed over on loading.
    let is_left_out = |line: &str| line.trim_start().starts_with(LEFT_OUT);
    let open = if text.lines().any(is_left_out) {
        "open "
    } else {
        ""
    };
    format!("{head}customer {open}{{\n{text}")
}

/// What stands in place of a field without a type.
const LEFT_OUT: &str = "# left out: ";

/// What the key is called where the samples have none, with `_` behind it where that is taken; the command line gives it
/// the number of the line.
pub(super) const LINE_NUMBER: &str = "line_number";

/// The events of a list of objects that all have the time `at`; customers without events may say so with null.
fn event(place: &Place) -> Option<&Record> {
    let (_, items) = place.list.as_ref()?;
    let alone = place.plain.is_none() && place.record.is_none() && place.too_deep.is_none();
    let (_, record) = items.record.as_ref()?;
    let only_records =
        items.null.is_none() && items.plain.is_none() && items.list.is_none() && items.too_deep.is_none();
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
    /// Text that is never blank, or a list that always has items.
    filled: bool,
    note: Option<String>,
}

fn field<'n>(name: &'n str, place: &Place, of: u64) -> Field<'n> {
    let mut note = None;
    let ty = match quoted(name) {
        Some(_) => ty(place, &mut note),
        None => Err("it is no name of the language".to_owned()),
    };
    let filled = match (ty.as_deref(), &place.list) {
        (Ok("string"), _) => place.plain.as_ref().is_some_and(|it| !it.blank),
        (Ok(_), Some((_, items))) => {
            let has_blank = items.plain.as_ref().is_some_and(|it| it.blank);
            items.count > 0 && !place.no_items && !has_blank
        }
        _ => false,
    };
    let personal = ty.is_ok() && (ty.as_deref() == Ok("geo") || guess::is_personal(name));
    Field {
        name,
        ty,
        optional: place.count < of,
        roles: if personal { " personal" } else { "" },
        filled,
        note,
    }
}

impl Field<'_> {
    fn write(&self, text: &mut String) {
        let optional = if self.optional { "?" } else { "" };
        let _ = match (quoted(self.name), &self.ty) {
            (Some(name), Ok(ty)) => {
                let note = self.note.as_deref().map(|it| format!("  # {it}"));
                let note = note.unwrap_or_default();
                let filled = if self.filled { " filled" } else { "" };
                writeln!(text, "{name}: {ty}{optional}{}{filled}{note}", self.roles)
            }
            (_, Err(why)) => writeln!(text, "{LEFT_OUT}{:?}, {why}", self.name),
            (None, Ok(_)) => Ok(()),
        };
    }
}

/// The type of what stands at a place, as written, or why there is none.
fn ty(place: &Place, note: &mut Option<String>) -> Result<String, String> {
    if let Some(line) = place.too_deep {
        return Err(format!("it nests deeper than definitions may, as in line {line}"));
    }
    let kinds = [
        place.plain.as_ref().map(|it| (it.line, it.kind)),
        place.record.as_ref().map(|it| (it.0, "an object")),
        place.list.as_ref().map(|it| (it.0, "a list")),
    ];
    let mut kinds: Vec<(u64, &str)> = kinds.into_iter().flatten().collect();
    kinds.sort_unstable();
    if let [(line, one), (other_line, other), ..] = kinds[..] {
        return Err(mixed((line, one), (other_line, other)));
    }
    if let Some(values) = &place.plain {
        return of_values(place, values, note);
    }
    if let Some((_, record)) = &place.record {
        return if place.no_point {
            of_record(record, note)
        } else {
            Ok(Plain::Geo.name().to_owned())
        };
    }
    let Some((_, items)) = &place.list else {
        *note = Some("always null".to_owned());
        return Ok("string".to_owned());
    };
    if let Some(line) = items.null {
        return Err(format!("a list cannot hold null, as in line {line}"));
    }
    if let Some((line, _)) = &items.list {
        return Err(format!("a list cannot hold lists, as in line {line}"));
    }
    if items.count == 0 {
        *note = Some("always empty".to_owned());
        return Ok("[string]".to_owned());
    }
    Ok(format!("[{}]", ty(items, note)?))
}

fn mixed((line, one): (u64, &str), (other_line, other): (u64, &str)) -> String {
    format!("it is {one} in line {line} and {other} in line {other_line}")
}

fn of_values(place: &Place, values: &Values, note: &mut Option<String>) -> Result<String, String> {
    if let Some(other) = values.other {
        return Err(mixed((values.line, values.kind), other));
    }
    if let Some(line) = values.untyped {
        return Err(format!("no type takes what stands in line {line}"));
    }
    if let Some(words) = guess::words(place, values) {
        let words: Vec<String> = words.iter().map(|it| text(it)).collect();
        return Ok(format!("({})", words.join(" | ")));
    }
    if let Some(line) = values.large {
        *note = Some(format!("rounded: an int has 64 bits, too few for line {line}"));
    }
    Ok(guess::single(values).map_or("string", Plain::name).to_owned())
}

/// A record with a line for each field, which the formatter puts on one where that will do.
fn of_record(record: &Record, note: &mut Option<String>) -> Result<String, String> {
    if record.members.is_empty() {
        *note = Some("always an empty object".to_owned());
        return Ok("{ empty: string? }".to_owned());
    }
    let fields: Vec<_> = record
        .members
        .iter()
        .map(|(name, place)| field(name, place, record.count))
        .collect();
    let refused = fields.iter().map(|it| it.ty.as_ref().err());
    if let Some(why) = refused
        .collect::<Option<Vec<_>>>()
        .and_then(|all| all.first().copied())
    {
        let why = why.strip_prefix(NOTHING).unwrap_or(why);
        return Err(format!("{NOTHING}{why}"));
    }
    let mut text = "{\n".to_owned();
    for field in fields {
        field.write(&mut text);
    }
    text.push('}');
    Ok(text)
}

/// Why a record is left out that has fields, but none with a type.
const NOTHING: &str = "nothing of it has a type: ";

const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "where", "of", "any", "no", "all", "between", "case", "when", "then",
    "else", "end", "true", "false", "now", "today", "customer", "previous",
];

/// A name as definitions write it, unless no definition can.
pub(super) fn quoted(name: &str) -> Option<String> {
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
