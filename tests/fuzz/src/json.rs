//! Definitions as JSON, and mutations of them: member by member, with parts of other definitions, and of the text.

use audience::Definitions;
use serde_json::{Map, Value, json};

use crate::{definitions, random::Random, tokens};

/// Whether an input is JSON rather than a text of the language.
pub fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Mutates a text into another or into its JSON, and JSON into other JSON.
pub fn mutate(text: &str, random: &mut Random) -> String {
    if !is_json(text) {
        let mutated = definitions::mutate(text, random);
        return if random.percent(30) {
            Definitions::to_json("fuzz", &mutated).unwrap_or(mutated)
        } else {
            mutated
        };
    }
    let mut tree = match serde_json::from_str::<Value>(text) {
        Ok(tree) if !random.percent(10) => tree,
        _ => fresh(random),
    };
    for _ in 0..=random.below(3) {
        match random.below(8) {
            0..=3 => exchange(&mut tree, random),
            4 => member(&mut tree, random),
            5 => layout(&mut tree, random),
            6 => repeat(&mut tree, random),
            _ => leaf(&mut tree, random),
        }
    }
    let text = tree.to_string();
    if !random.percent(10) {
        return text;
    }
    let mut cut = tokens::cut(&text);
    if random.percent(50) {
        tokens::replace(&mut cut, random);
    } else {
        tokens::damage(&mut cut, random);
    }
    tokens::join(&cut)
}

/// The JSON of definitions made up from nothing.
fn fresh(random: &mut Random) -> Value {
    let written = (0..5).find_map(|_| Definitions::to_json("fuzz", &definitions::fresh(random)).ok());
    written
        .and_then(|it| serde_json::from_str(&it).ok())
        .unwrap_or_else(|| json!({"version": 1, "items": []}))
}

/// Puts a part of other definitions in the place of one of the same kind, or now and then of any.
fn exchange(tree: &mut Value, random: &mut Random) {
    let other = fresh(random);
    let mut parts = Vec::new();
    collect(&other, &mut parts);
    let any = random.percent(10);
    let at = random.below(count(tree));
    let Some(place) = nth(tree, at) else {
        return;
    };
    let wanted = shape(place);
    let fitting: Vec<&Value> = parts
        .into_iter()
        .filter(|it| any || shape(it) == wanted)
        .collect();
    if !fitting.is_empty() {
        *place = (*random.pick(&fitting)).clone();
    }
}

/// What may stand for each other: definitions, other trees, records with the same members, lists, texts and so on.
fn shape(value: &Value) -> (u8, Vec<&String>) {
    let items = [
        "customer",
        "catalog",
        "event",
        "placement",
        "trait",
        "segment",
        "use",
        "test",
        "message",
    ];
    match value {
        Value::Object(members) => match members.get("kind").and_then(Value::as_str) {
            Some(kind) if items.contains(&kind) => (0, Vec::new()),
            Some(_) => (1, Vec::new()),
            None => (2, members.keys().collect()),
        },
        Value::Array(_) => (3, Vec::new()),
        Value::String(_) => (4, Vec::new()),
        Value::Number(_) => (5, Vec::new()),
        Value::Bool(_) | Value::Null => (6, Vec::new()),
    }
}

/// Takes a member away, adds one, or gives one another name.
fn member(tree: &mut Value, random: &mut Random) {
    let at = random.below(count(tree));
    let known = [
        "kind",
        "name",
        "description",
        "owner",
        "condition",
        "operand",
        "value",
        "negated",
        "ignoring_case",
        "steps",
        "items",
        "window",
        "filter",
        "amount",
        "low",
        "high",
        "arms",
        "else",
        "args",
        "quoted",
        "roles",
        "optional",
        "layout",
        "other",
    ];
    let Some(Value::Object(members)) = nth(tree, at) else {
        return;
    };
    let names: Vec<String> = members.keys().cloned().collect();
    let name = (*random.pick(&known)).to_owned();
    match random.below(3) {
        0 if !names.is_empty() => {
            members.remove(random.pick(&names));
        }
        1 if !names.is_empty() => {
            if let Some(value) = members.remove(random.pick(&names)) {
                members.insert(name, value);
            }
        }
        _ => {
            members.insert(name, scalar(random));
        }
    }
}

/// Comments and blank lines, mostly where they can stand.
fn layout(tree: &mut Value, random: &mut Random) {
    let Value::Object(members) = tree else {
        return;
    };
    let list = members.entry("layout").or_insert_with(|| json!([]));
    let Value::Array(list) = list else {
        return;
    };
    let after = random.below(60);
    let mut it = Map::new();
    it.insert("after".into(), json!(after));
    if random.percent(40) {
        it.insert("blank".into(), json!(true));
    }
    if random.percent(80) {
        let comment = random.pick(&[
            " why", "", "#", " \" '", "x\ny", " {", "\u{2028}", "\r", " `", "\t", "\u{85}", " a  ",
        ]);
        it.insert("comment".into(), json!(comment));
    }
    if random.percent(50) {
        it.insert("own_line".into(), json!(true));
    }
    list.push(Value::Object(it));
    if random.percent(90) {
        list.sort_by_key(|it| it["after"].as_u64());
    }
}

/// Says something twice, or wraps it many times.
fn repeat(tree: &mut Value, random: &mut Random) {
    let at = random.below(count(tree));
    let Some(place) = nth(tree, at) else {
        return;
    };
    match place {
        Value::Array(items) if !items.is_empty() => {
            let again = random.pick(items).clone();
            items.insert(random.below(items.len() + 1), again);
        }
        Value::Object(_) => {
            let (kind, inner) = *random.pick(&[
                ("not", "operand"),
                ("negate", "operand"),
                ("paren", "inner"),
                ("list", "item"),
            ]);
            let depth = if random.percent(90) {
                1 + random.below(3)
            } else {
                random.below(150)
            };
            for _ in 0..depth {
                *place = json!({"kind": kind, inner: place.take()});
            }
        }
        _ => {}
    }
}

/// Puts another text, number or truth in the place of one, or in any place.
fn leaf(tree: &mut Value, random: &mut Random) {
    let at = random.below(count(tree));
    let new = scalar(random);
    if let Some(place) = nth(tree, at) {
        let same = std::mem::discriminant(&new) == std::mem::discriminant(place);
        if same || random.percent(20) {
            *place = new;
        }
    }
}

fn scalar(random: &mut Random) -> Value {
    let texts = [
        "orders",
        "",
        "and",
        "First Name",
        "a`b",
        "day",
        "é",
        "a.b",
        "x\ny",
        "\u{0}",
        "2026-02-29",
        "1.50",
        "-1",
        "customer",
        "#",
        "\\",
        "\u{feff}",
        "today",
        "00",
        "1e5",
        "any",
        ">=",
        "last",
        "2026-01-31T09:00:00Z",
        "10%",
    ];
    match random.below(4) {
        0 => json!(random.percent(50)),
        1 => random
            .pick(&[
                json!(0),
                json!(1),
                json!(-1),
                json!(i64::MAX),
                json!(i64::MIN),
                json!(u64::MAX),
                json!(1.5),
                json!(60),
                json!(1e300),
            ])
            .clone(),
        2 if random.percent(20) => random
            .pick(&[json!(null), json!([]), json!({}), json!({"quoted": "day"})])
            .clone(),
        _ => json!(random.pick(&texts)),
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn collect<'v>(value: &'v Value, into: &mut Vec<&'v Value>) {
    into.push(value);
    for child in children(value) {
        collect(child, into);
    }
}

fn count(value: &Value) -> usize {
    let mut all = Vec::new();
    collect(value, &mut all);
    all.len()
}

/// The value at a number, counted from the outside in.
fn nth(value: &mut Value, number: usize) -> Option<&mut Value> {
    let mut left = number;
    let mut here = value;
    loop {
        if left == 0 {
            return Some(here);
        }
        left -= 1;
        let inside: Vec<&mut Value> = match here {
            Value::Array(items) => items.iter_mut().collect(),
            Value::Object(members) => members.values_mut().collect(),
            _ => return None,
        };
        let mut found = None;
        for child in inside {
            let size = count(child);
            if left < size {
                found = Some(child);
                break;
            }
            left -= size;
        }
        here = found?;
    }
}
