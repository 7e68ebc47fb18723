//! Table-driven tests from text; the pictures of all diagnostics are in `tests/golden/check`.

use crate::{check::check, diagnostic::Diagnostic, hir::Module, limits::Limits, syntax};

/// Parses and checks; the diagnostics of both.
fn run(text: &str) -> (Option<Module>, Vec<Diagnostic>) {
    let limits = Limits::default();
    let (file, mut diagnostics) = syntax::parse_file(0, text, &limits);
    let (module, more) = check(&[file], &limits);
    diagnostics.extend(more);
    (module, diagnostics)
}

/// The messages of all diagnostics, in the order of the text.
fn messages(text: &str) -> Vec<String> {
    run(text)
        .1
        .into_iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect()
}

#[test]
fn all_of_the_manual_checks_but_what_is_left_for_later() {
    assert_eq!(
        messages(include_str!("../../tests/golden/syntax/manual.audience")),
        [
            "unsupported: `anniversary` is not supported yet",
            "unsupported: fields of `products` through `sku` are not supported yet",
            "unsupported: `within … of` is not supported yet",
            "unsupported: `followed by` is not supported yet",
        ]
    );
}
