//! Definitions as JSON, and back, without loss.
//!
//! What is read is not trusted: the tree that the JSON says is printed as text, the text is parsed, and the tree that comes
//! back must be the one that was read. So whatever passes could have been written, and nothing else does.

mod form;
mod tree;
mod unique;

use serde_json::{Value, json};

use self::{
    form::{Form, Read, Schemas, Tree, Wrong, members, named, object, put, take},
    unique::Unique,
};
use super::{
    ast::{File, Item},
    format_file, parse_file,
    scan::scan,
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    error::JsonError,
    limits::Limits,
};

/// The version of the form. It grows when readers of the one before would not understand.
const VERSION: i64 = 1;

/// Blank lines and comments, by how many words and signs of the canonical text stand before them, commas not counted.
#[derive(Clone, Debug, Default, PartialEq)]
struct Layout {
    after: u32,
    blank: bool,
    comment: Option<std::sync::Arc<str>>,
    own_line: bool,
}

form::record!(Layout { "after" after, "blank" blank, "comment" comment, "own_line" own_line });

/// The JSON of a text. All diagnostics of the text when some are errors.
pub(crate) fn to_json(text: &str, limits: &Limits) -> Result<String, Vec<Diagnostic>> {
    let (file, problems) = parse_file(0, text, limits);
    if problems.iter().any(|it| it.severity == Severity::Error) {
        return Err(problems);
    }
    // The canonical text has the tokens by which comments are found again.
    let text = format_file(&file);
    let (file, _) = parse_file(0, &text, limits);
    let mut members = vec![("version", Tree::Int(VERSION)), ("items", file.items.write())];
    put(&mut members, "layout", &layout(&file, &text));
    Ok(serde_json::to_string(&Tree::Record(members)).expect("the keys are texts"))
}

/// The canonical text of what JSON says.
pub(crate) fn from_json(json: &str, limits: &Limits) -> Result<String, JsonError> {
    read(json, limits).map_err(|wrong| {
        let path: String = wrong.path.into_iter().rev().collect();
        JsonError::new(path.trim_start_matches('.').to_owned(), wrong.message)
    })
}

fn read(json: &str, limits: &Limits) -> Read<String> {
    // JSON says with many words what text says with few.
    let bytes = limits.source_bytes.saturating_mul(16);
    if json.len() > bytes {
        return Err(Wrong::new(format!(
            "the JSON has {} bytes; the limit is {bytes}",
            json.len()
        )));
    }
    let deepest = limits.nesting.saturating_mul(6).saturating_add(32);
    if depth(json) > deepest {
        return Err(Wrong::new(format!("the JSON nests deeper than {deepest} levels")));
    }
    let value: Value = {
        let mut reader = serde_json::Deserializer::from_str(json);
        // Its depth is bounded above.
        reader.disable_recursion_limit();
        let Unique(value) =
            serde::Deserialize::deserialize(&mut reader).map_err(|error| Wrong::new(error.to_string()))?;
        reader.end().map_err(|error| Wrong::new(error.to_string()))?;
        value
    };
    let version = value.get("version").and_then(Value::as_i64);
    if version != Some(VERSION) {
        let message = format!("this is not version {VERSION}, the only one that is known");
        return Err(Wrong::new(message).inside(".version".to_owned()));
    }
    let members = members(&value, &["version", "items", "layout"])?;
    let items: Vec<Item> = take(members, "items")?;
    let layout: Vec<Layout> = take(members, "layout")?;
    text_of(items, &layout, limits)
}

/// The canonical text of items, once it was seen that it says the same.
fn text_of(items: Vec<Item>, layout: &[Layout], limits: &Limits) -> Read<String> {
    let file = File {
        items,
        ..File::default()
    };
    let plain = format_file(&file);
    let (again, problems) = parse_file(0, &plain, limits);
    let different = file
        .items
        .iter()
        .zip(&again.items)
        .position(|(one, other)| one != other);
    let index = different.unwrap_or(again.items.len().min(file.items.len()));
    let error = problems.into_iter().find(|it| it.severity == Severity::Error);
    if error.is_some() || different.is_some() || again.items.len() != file.items.len() {
        let message = error.map_or_else(|| "this cannot be written as text".to_owned(), |it| it.message);
        return Err(Wrong::new(message)
            .inside(format!("[{index}]"))
            .inside(".items".to_owned()));
    }
    if layout.is_empty() {
        return Ok(plain);
    }
    let laid_out = with_layout(&plain, layout)?;
    let (file, _) = parse_file(0, &laid_out, limits);
    if file.items != again.items {
        return Err(Wrong::new("a comment stands where none can").inside(".layout".to_owned()));
    }
    Ok(format_file(&file))
}

fn layout(file: &File, text: &str) -> Vec<Layout> {
    let tokens: Vec<u32> = counted(text).map(|(start, _)| start).collect();
    let before = |at: u32| u32::try_from(tokens.partition_point(|start| *start < at)).unwrap_or(u32::MAX);
    let blanks = file.blanks.iter().map(|at| {
        let blank = Layout {
            after: before(*at),
            blank: true,
            ..Layout::default()
        };
        (*at, 0, blank)
    });
    let comments = file.comments.iter().map(|comment| {
        let layout = Layout {
            after: before(comment.span.start),
            blank: false,
            comment: Some(comment.text.as_str().into()),
            own_line: comment.own_line,
        };
        (comment.span.start, 1, layout)
    });
    let mut all: Vec<_> = blanks.chain(comments).collect();
    all.sort_by_key(|(at, rank, _)| (*at, *rank));
    all.into_iter().map(|(_, _, layout)| layout).collect()
}

/// Where the words and signs of a text begin and end, but for commas, which depend on the lines.
fn counted(text: &str) -> impl Iterator<Item = (u32, u32)> {
    let tokens = scan(0, text).tokens.into_iter();
    tokens
        .filter(move |it| it.text(text) != ",")
        .map(|it| (it.start, it.end))
        .collect::<Vec<_>>()
        .into_iter()
}

fn with_layout(plain: &str, layout: &[Layout]) -> Read<String> {
    let ends: Vec<u32> = counted(plain).map(|(_, end)| end).collect();
    let mut out = String::with_capacity(plain.len() * 2);
    let mut written = 0;
    for (index, it) in layout.iter().enumerate() {
        let wrong = |message: &str| {
            Wrong::new(message)
                .inside(format!("[{index}]"))
                .inside(".layout".to_owned())
        };
        let end = match it.after.checked_sub(1) {
            None => 0,
            Some(last) => *ends
                .get(last as usize)
                .ok_or_else(|| wrong("after the end of the text"))? as usize,
        };
        // A comma belongs to what stands before it.
        let comma = plain[end..].trim_start().starts_with(',');
        let end = if comma {
            end + plain[end..].find(',').map_or(0, |at| at + 1)
        } else {
            end
        };
        if end < written {
            return Err(wrong("out of order"));
        }
        out.push_str(&plain[written..end]);
        written = end;
        if it.blank {
            out.push_str("\n\n");
        }
        if let Some(comment) = &it.comment {
            if comment.contains(['\n', '\r']) {
                return Err(wrong("a comment of several lines"));
            }
            out.push_str(if it.own_line { "\n#" } else { " #" });
            out.push_str(comment);
            // A line break of the text that follows ends the comment; two would be a blank line.
            let follows = layout.get(index + 1).is_some_and(|next| next.after == it.after);
            let rest = plain[written..].trim_start_matches([' ', '\t']);
            if !follows && !rest.starts_with('\n') {
                out.push('\n');
            }
        }
    }
    out.push_str(&plain[written..]);
    Ok(out)
}

/// How deep JSON nests, texts left out.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The JSON Schema of the form, see `docs/definitions.schema.json`.
pub(crate) fn schema() -> String {
    let mut schemas = Schemas::new();
    let items = Vec::<Item>::schema(&mut schemas);
    let layout = Vec::<Layout>::schema(&mut schemas);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Definitions of the audience language",
        "type": "object",
        "properties": {"version": {"const": VERSION}, "items": items, "layout": layout},
        "required": ["version"],
        "additionalProperties": false,
        "$defs": schemas,
    });
    let mut text = serde_json::to_string_pretty(&schema).expect("the keys are texts");
    text.push('\n');
    text
}
