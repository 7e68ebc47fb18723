//! What holds for every tree and for every text.

use proptest::{collection::vec, prelude::*, test_runner::TestCaseResult};

use super::{campaigns, strategies, without_parens};
use crate::{
    diagnostic::{Diagnostic, Source, render},
    limits::Limits,
    syntax::{
        ast::{ClauseKind, File, Item, ItemKind, TestPartKind},
        format_file, parse_file,
        scan::scan,
    },
};

fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    let limits = Limits {
        nesting: 500,
        ..Limits::default()
    };
    parse_file(0, text, &limits)
}

/// Items without the parentheses that the formatter may add.
fn said(items: &[Item]) -> Vec<ItemKind> {
    items
        .iter()
        .map(|item| match item.kind.clone() {
            ItemKind::Trait {
                name,
                description,
                value,
            } => ItemKind::Trait {
                name,
                description,
                value: without_parens(value),
            },
            ItemKind::Segment {
                name,
                description,
                owner,
                condition,
            } => ItemKind::Segment {
                name,
                description,
                owner,
                condition: without_parens(condition),
            },
            ItemKind::Message(mut message) => {
                for clause in &mut message.clauses {
                    if let ClauseKind::Languages { by, .. } = &mut clause.kind {
                        *by = without_parens(by.clone());
                    }
                }
                ItemKind::Message(message)
            }
            ItemKind::Test(mut test) => {
                for part in &mut test.parts {
                    if let TestPartKind::Expectation(condition) = &mut part.kind {
                        *condition = without_parens(condition.clone());
                    }
                }
                ItemKind::Test(test)
            }
            kind => campaigns::map(kind, without_parens),
        })
        .collect()
}

fn settles(file: &File) -> TestCaseResult {
    let formatted = format_file(file);
    let (again, diagnostics) = parse(&formatted);
    prop_assert!(
        diagnostics.is_empty(),
        "{formatted}\n{}",
        render(&diagnostics, &[Source::new("formatted", &formatted)])
    );
    prop_assert_eq!(said(&file.items), said(&again.items), "{}", formatted);
    prop_assert_eq!(&file.comments, &again.comments, "{}", formatted);
    prop_assert_eq!(&format_file(&again), &formatted);
    Ok(())
}

proptest! {
    #[test]
    fn formatting_then_parsing_gives_the_same_tree(items in vec(strategies::item(), 1..5)) {
        settles(&File { items, ..File::default() })?;
    }

    /// Comments between any two tokens, where a new line does not end a field, stay and settle.
    #[test]
    fn comments_stay(items in vec(strategies::item(), 1..4), places in vec((any::<prop::sample::Index>(), any::<bool>()), 1..6)) {
        let formatted = format_file(&File { items, ..File::default() });
        let tokens = scan(0, &formatted).tokens;
        let mut places: Vec<(usize, bool)> = places
            .into_iter()
            .map(|(index, own_line)| (tokens[index.index(tokens.len())].end as usize, own_line))
            .collect();
        places.sort_unstable();
        places.dedup_by_key(|(at, _)| *at);
        let mut text = formatted.clone();
        for (number, (at, own_line)) in places.iter().enumerate().rev() {
            text.insert_str(*at, &format!("{}# {number}\n", if *own_line { "\n" } else { " " }));
        }
        let (file, diagnostics) = parse(&text);
        prop_assume!(diagnostics.is_empty());
        prop_assert_eq!(file.comments.len(), places.len());
        settles(&File { comments: vec![], blanks: vec![], ..file.clone() })?;
        let once = format_file(&file);
        let (again, diagnostics) = parse(&once);
        prop_assert!(diagnostics.is_empty(), "{}", once);
        prop_assert_eq!(said(&file.items), said(&again.items), "{}", once);
        let texts = |file: &File| file.comments.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        prop_assert_eq!(texts(&file), texts(&again), "{}", once);
        prop_assert_eq!(&format_file(&again), &once, "from\n{}", text);
    }

    #[test]
    fn any_text_has_a_tree_or_diagnostics_within_it(text in "\\PC{0,80}|[\\s\\S]{0,80}") {
        answers(&text)?;
    }

    #[test]
    fn any_words_have_a_tree_or_diagnostics_within_them(words in vec(word(), 0..40)) {
        answers(&words.concat())?;
    }

    /// A good text with one piece cut out or put in: near enough to be read deeply.
    #[test]
    fn damaged_text_has_a_tree_or_diagnostics_within_it(
        items in vec(strategies::item(), 1..4),
        cut in any::<prop::sample::Index>(),
        len in 0..6_usize,
        word in word(),
    ) {
        let text = format_file(&File { items, ..File::default() });
        let chars: Vec<char> = text.chars().collect();
        let at = cut.index(chars.len());
        let end = (at + len).min(chars.len());
        let damaged: String = chars[..at].iter().copied().chain(word.chars()).chain(chars[end..].iter().copied()).collect();
        answers(&damaged)?;
    }
}

fn word() -> impl Strategy<Value = String> {
    let words = vec![
        "segment ",
        "customer ",
        "event ",
        "catalog ",
        "placement ",
        "trait ",
        "x ",
        "y",
        "= ",
        "\n",
        " ",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        "string ",
        "key ",
        "? ",
        "\"a\" ",
        "'b'",
        "and ",
        "or ",
        "not ",
        "in ",
        "last ",
        "30 ",
        "days ",
        "any ",
        "where ",
        "of ",
        "count(",
        "sum(",
        "case ",
        "when ",
        "then ",
        "end ",
        "between ",
        "is ",
        "known ",
        "- ",
        "+ ",
        "< ",
        "1",
        "2.5",
        "10%",
        "2026-01-01",
        "T10:00:00",
        "#",
        "`",
        "\"",
        "\\u{",
        "é",
        "list ",
        "test ",
        "&&",
        "!",
        "null ",
        "like ",
        "since ",
        "followed by ",
        "within ",
        "at least ",
        ".",
        ";",
        "“",
        "\r\n",
        "\u{feff}",
    ];
    prop::sample::select(words).prop_map(str::to_owned)
}

/// Every span lies in the text, on boundaries of characters, and the picture can be drawn; what remains settles.
fn answers(text: &str) -> TestCaseResult {
    let (file, diagnostics) = parse(text);
    for diagnostic in &diagnostics {
        prop_assert!(!diagnostic.labels.is_empty(), "{:?}", diagnostic);
        for label in &diagnostic.labels {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            prop_assert!(text.get(start..end).is_some(), "{:?} of {:?}", diagnostic, text);
        }
    }
    let _ = render(&diagnostics, &[Source::new("any", text)]);
    let remains = File {
        comments: Vec::new(),
        ..file
    };
    settles(&remains)
}
