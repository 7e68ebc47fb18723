//! Holds the modules to their order: each may use those above it in the table, never one below or beside it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// From the bottom of the house to its door. Modules of one row do not know each other.
///
/// `docs/architecture.md` explains the rows and has them in this order, as a test below checks. Planned modules that do
/// not exist yet keep their place.
const LAYERS: &[&[&str]] = &[
    &["span", "limits", "bits", "value", "sms"],
    &["diagnostic"],
    &["error"],
    &["schema", "population"],
    &["function"],
    &["syntax"],
    &["hir"],
    &["requirements", "filter"],
    &["check"],
    &["plan"],
    &["record"],
    &["eval"],
    &["batch", "sql", "template"],
    &["message"],
    &["recommend", "analytics", "experiment"],
    &["campaign"],
    &["definitions"],
    &["testing"],
];

#[test]
fn modules_use_only_what_is_above_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(
        files.len() >= 20,
        "found only {} files below {}",
        files.len(),
        root.display()
    );
    let mut faults = Vec::new();
    for file in &files {
        let inside = file.strip_prefix(&root).expect("listed below it");
        let steps = module_path(inside);
        // The crate root sees everything, as unit tests may; the command line is a crate of its own that sees only what is
        // public.
        let Some(module) = steps
            .first()
            .filter(|it| *it != "bin" && !steps.iter().any(|it| it == "tests"))
        else {
            continue;
        };
        let Some(layer) = layer_of(module) else {
            faults.push(format!("{}: `{module}` has no layer", inside.display()));
            continue;
        };
        let text = fs::read_to_string(file).expect("a source file is readable");
        for (line, used) in uses(&text, steps.len()) {
            let fault = match layer_of(&used) {
                _ if used == *module => continue,
                Some(other) if other < layer => continue,
                Some(_) => "is not above it",
                None => "is no module: use the module that has it",
            };
            faults.push(format!(
                "{}:{line}: `{module}` uses `{used}`, which {fault}",
                inside.display()
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_module_of_the_crate_root_has_a_layer() {
    let root = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let names = root.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let unknown: Vec<_> = names.filter(|name| layer_of(name).is_none()).collect();
    assert!(unknown.is_empty(), "no layer for {unknown:?}");
}

#[test]
fn the_architecture_page_has_the_same_table() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md"))
        .expect("docs/architecture.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| !line.starts_with("| layer |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            line.split('|')
                .nth(1)
                .expect("a cell")
                .split('`')
                .skip(1)
                .step_by(2)
                .collect()
        })
        .collect();
    assert_eq!(rows, LAYERS);
}

/// Tells that the reader of `crate::` paths reads the forms in use.
#[test]
fn paths_are_found_in_every_form() {
    let text = r#"
        use crate::span::Span; // crate::comment
        use crate::{
            check::{self, lint}, diagnostic as other, syntax::ast::{Expr, File},
        };
        /// See [`x`](crate::documented).
        fn f() -> crate::hir::Expr { let quote = '"'; "crate::quoted"; r"crate::raw"; $crate::exported!() }
        pub(in crate::plan) fn g(x: &'static super::super::eval::At, y: super::sibling::Z) {}
        #[cfg(test)]
        mod tests { use crate::tested; fn braces() { { } } }
        fn h() { ::other::crate_::no(); crate::record::load(); /* crate::block */ }
    "#;
    let found: Vec<String> = uses(text, 2).into_iter().map(|(_, used)| used).collect();
    assert_eq!(
        found,
        [
            "span",
            "check",
            "diagnostic",
            "syntax",
            "hir",
            "plan",
            "eval",
            "record"
        ]
    );
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

/// `value/decimal.rs` is the module `value::decimal`, `value/mod.rs` is `value`, `lib.rs` is none.
fn module_path(inside: &Path) -> Vec<String> {
    let mut steps: Vec<String> = inside
        .with_extension("")
        .iter()
        .map(|step| step.to_str().expect("an ASCII file name").to_owned())
        .collect();
    if steps.last().is_some_and(|it| it == "mod" || it == "lib") {
        steps.pop();
    }
    steps
}

/// The modules of the crate root that a file `depth` modules deep names, with the line of each. Unit tests, comments and
/// text are left out: a unit test may use the whole crate.
fn uses(text: &str, depth: usize) -> Vec<(usize, String)> {
    let code = without_unit_tests(&without_comments_and_text(text));
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let before = code[..start].chars().next_back();
        if !before.is_some_and(|it| it == '$' || it == ':' || it == '_' || it.is_alphanumeric()) {
            names_at(&code, start + "crate::".len(), &mut found);
        }
    }
    let climb = "super::".repeat(depth);
    for (start, _) in code.match_indices(&climb) {
        names_at(&code, start + climb.len(), &mut found);
    }
    found.sort();
    found
        .into_iter()
        .map(|(at, name)| (code[..at].lines().count().max(1), name))
        .collect()
}

/// The name that stands at `at`, or each name that opens an entry of the braces there.
fn names_at(code: &str, at: usize, found: &mut Vec<(usize, String)>) {
    if !code[at..].starts_with('{') {
        let name = identifier(&code[at..]);
        if !name.is_empty() {
            found.push((at, name.to_owned()));
        }
        return;
    }
    let mut depth = 0;
    let mut opens = false;
    for (offset, letter) in code[at..].char_indices() {
        match letter {
            '{' => {
                depth += 1;
                opens = depth == 1;
            }
            '}' if depth == 1 => return,
            '}' => depth -= 1,
            ',' => opens = depth == 1,
            _ if opens && !letter.is_whitespace() => {
                opens = false;
                found.push((at + offset, identifier(&code[at + offset..]).to_owned()));
            }
            _ => {}
        }
    }
}

fn identifier(code: &str) -> &str {
    let end = code
        .find(|it: char| it != '_' && !it.is_alphanumeric())
        .unwrap_or(code.len());
    &code[..end]
}

/// The text with blanks in the place of comments and of what stands in quotes, line breaks kept.
fn without_comments_and_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_text(rest).filter(|_| !out.ends_with(is_word)) {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = hashes + 2;
            rest[open..]
                .find(&close)
                .map_or(rest.len(), |end| open + end + close.len())
        } else if letter == '"' {
            quoted(rest, '"')
        } else if letter == '\'' && is_char_literal(rest) {
            quoted(rest, '\'')
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        out.extend(
            rest[..length]
                .chars()
                .map(|it| if it == '\n' { '\n' } else { ' ' }),
        );
        rest = &rest[length..];
    }
    out
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

/// How many `#` open the raw text that `rest` starts with.
fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// Tells `'a'` and `'\n'` from the lifetime `'a`.
fn is_char_literal(rest: &str) -> bool {
    let mut letters = rest.chars().skip(1);
    match letters.next() {
        Some('\\') => true,
        Some(_) => letters.next() == Some('\''),
        None => false,
    }
}

/// The length of the literal that `rest` starts with, both quotes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return offset + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The code with blanks in the place of each `#[cfg(test)] mod … { … }`.
fn without_unit_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let mut depth = 0;
        let length = rest
            .char_indices()
            .find_map(|(offset, letter)| {
                depth += match letter {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                let ends = depth == 0 && matches!(letter, '}' | ';');
                ends.then_some(offset + 1)
            })
            .unwrap_or(rest.len());
        out.extend(
            rest[..length]
                .chars()
                .map(|it| if it == '\n' { '\n' } else { ' ' }),
        );
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}
