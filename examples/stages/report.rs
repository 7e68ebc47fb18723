//! What a stage does, as tables and as three customers side by side.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write,
};

use audience::Summary;

use crate::{Got, Stage};

/// The letters of a column.
const WIDTH: usize = 42;

/// Prints who gets what, who gets nothing and why, and what is different from the stage before; tells how many different texts there are.
pub(crate) fn stage(stage: &Stage, got: &[Got], before: Option<&[Got]>, summary: &Summary) -> usize {
    println!("\n== {} (examples/stages/{}.audience)\n", stage.title, stage.file);
    let mut rows: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    let mut texts = HashSet::new();
    for it in got {
        match it {
            Got::Nothing(reason) => *held.entry(reason).or_default() += 1,
            Got::Message {
                message,
                channel,
                offer,
                text,
            } => {
                let offer = offer.as_deref().unwrap_or("-");
                *rows.entry((channel, message, offer)).or_default() += 1;
                texts.insert(text);
            }
        }
    }
    println!("{:>5}  {:<18} {:<8} offer", "", "message", "channel");
    for ((channel, message, offer), count) in &rows {
        println!("{count:>5}  {message:<18} {channel:<8} {offer}");
    }
    let messages: usize = rows.values().sum();
    println!("{messages:>5}  messages; different texts: {}\n", texts.len());
    for (reason, count) in &held {
        println!("{count:>5}  get nothing: {reason}");
    }
    if let Some(before) = before {
        let count =
            |is: fn(&Got, &Got) -> bool| before.iter().zip(got).filter(|(old, new)| is(old, new)).count();
        let other = count(|old, new| old.is_message() && new.is_message() && old.text() != new.text());
        let now = count(|old, new| !old.is_message() && new.is_message());
        let no_longer = count(|old, new| old.is_message() && !new.is_message());
        let moved =
            count(|old, new| matches!((old.channel(), new.channel()), (Some(old), Some(new)) if old != new));
        println!(
            "\nSince the stage before, {other} read another text, {moved} by another channel; \
             {now} get a message who got none, and {no_longer} get none any more."
        );
    }
    let counted: u64 = summary.sent().map(|it| it.count).sum();
    assert_eq!(
        usize::try_from(counted).ok(),
        Some(messages),
        "the summary counts the same"
    );
    assert_eq!(
        messages + held.values().sum::<usize>(),
        got.len(),
        "everyone is decided"
    );
    texts.len()
}

/// Prints what some customers get, side by side.
pub(crate) fn side_by_side(shown: &[(&str, &Got)]) {
    let columns: Vec<Vec<String>> = shown
        .iter()
        .map(|(customer, got)| {
            let text = match got {
                Got::Nothing(reason) => format!("({reason})"),
                Got::Message { channel, text, .. } => format!("[{channel}]\n{text}"),
            };
            let head = format!("customer {customer}\n");
            (head + &text).lines().flat_map(wrapped).collect()
        })
        .collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    println!();
    for row in 0..height {
        let mut line = String::new();
        for column in &columns {
            let cell = column.get(row).map_or("", |it| it);
            write!(line, "| {cell:<WIDTH$} ").expect("writing to a string does not fail");
        }
        println!("{line}|");
    }
}

/// A line in pieces that fit the column, broken between words.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= WIDTH {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
