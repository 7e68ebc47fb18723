//! Compiles every example of the manual and checks every answer it gives.
//!
//! Blocks of `docs/language.md`: `audience contract` holds the definitions that all others build on, `audience` further ones, and
//! `customers` what the block before it answers, one customer in a line: `{…} => spain, total = 3, other is missing`; `items products` are the items of a catalogue. Every
//! segment that matches is listed (or `nothing`); of the traits, those that the line is about. `population` holds the customers
//! that a population is fitted from for the answers that follow. `template text`,
//! `template html` and `template json` hold a template, and `messages` what it says: `{…} => Hello Ana` or `{…} => skipped: the reason`.
//! `partial x` is the partial of that name.
//! `decisions` says what all campaigns together do: `{…} => spring: hi by email, summer: no consent`.
//! `explanations` says of the last segment why, and what would turn it: `{…} => Not in … because …. => 1 more purchase`.
//! `error:CODE` and `warning:CODE` name the one diagnostic that the block gives; `each`, that each of its lines gives alone.
//! Words such as `truth-2` name the numbered sentences of the manual that the block checks.

use std::{collections::BTreeSet, fs, path::Path};

use audience::{
    At, CompileError, Definitions, Diagnostic, Format, Inputs, Placements, Rendered, Segment, Template, Zone,
};

const MANUAL: &str = include_str!("../docs/language.md");

#[test]
fn the_examples_compile_and_answer_as_the_manual_says() {
    let blocks = blocks(MANUAL);
    let contract = blocks
        .iter()
        .find(|it| it.words == ["audience", "contract"])
        .expect("a contract")
        .text
        .as_str();
    let mut last: Option<Definitions> = None;
    let mut before = "";
    let mut template: Option<(Definitions, Template)> = None;
    let mut answers = 0;
    for block in &blocks {
        let words: Vec<&str> = block.words.iter().map(String::as_str).collect();
        let expected = words
            .iter()
            .find_map(|it| it.strip_prefix("error:").or(it.strip_prefix("warning:")));
        match words[..] {
            ["audience", "each", ..] => {
                for (line, text) in (block.line + 1..).zip(block.text.lines()) {
                    let alone = Block {
                        line,
                        words: block.words.clone(),
                        sentences: Vec::new(),
                        text: text.to_owned(),
                    };
                    compiled(
                        &alone,
                        expected,
                        parse(&blocks, &(contract.to_owned() + text)),
                        Definitions::warnings,
                    );
                }
            }
            ["audience", ..] => {
                let source = if words.contains(&"contract") {
                    block.text.clone()
                } else {
                    contract.to_owned() + &block.text
                };
                if expected == Some("failed-test") {
                    let shop = parse(&blocks, &source).unwrap_or_else(|error| panic!("{error}"));
                    let failed = shop.tests().any(|test| !test.run().passed());
                    assert!(failed, "line {}: the tests pass", block.line);
                    continue;
                }
                last = compiled(block, expected, parse(&blocks, &source), Definitions::warnings);
                for test in last.iter().flat_map(Definitions::tests) {
                    let outcome = test.run();
                    assert!(outcome.passed(), "line {}: {outcome:?}", block.line);
                }
                if last.is_some() {
                    before = &block.text;
                }
            }
            ["template", format, ..] => {
                let shop = parse(&blocks, &(contract.to_owned() + before)).expect("compiled before");
                let format = match format {
                    "html" => Format::Html,
                    "json" => Format::Json,
                    _ => Format::Text,
                };
                let built = shop.template(format, &block.text);
                template =
                    compiled(block, expected, built, Template::warnings).map(|template| (shop, template));
            }
            // Given with every question.
            ["items" | "partial", _] => {}
            ["customers"] => {
                let shop = last
                    .as_ref()
                    .unwrap_or_else(|| panic!("line {}: no definitions before", block.line));
                for (offset, line) in block.text.lines().enumerate() {
                    answers += 1;
                    check_answer(shop, block.line + 1 + offset, line);
                }
            }
            ["population"] => {
                let shop = last
                    .as_ref()
                    .unwrap_or_else(|| panic!("line {}: no definitions before", block.line));
                let customers: Vec<_> = block
                    .text
                    .lines()
                    .map(|line| shop.customer_from_json(line).expect("of the contract"))
                    .collect();
                let population = shop.fit(&customers, &at(shop));
                last = Some(shop.with_population(&population).expect("fitted for it"));
            }
            ["explanations"] => {
                let shop = last
                    .as_ref()
                    .unwrap_or_else(|| panic!("line {}: no definitions before", block.line));
                for (line, text) in (block.line + 1..).zip(block.text.lines()) {
                    answers += 1;
                    check_explanation(shop, line, text);
                }
            }
            ["decisions"] => {
                let shop = last
                    .as_ref()
                    .unwrap_or_else(|| panic!("line {}: no definitions before", block.line));
                for (line, text) in (block.line + 1..).zip(block.text.lines()) {
                    answers += 1;
                    check_decisions(shop, line, text);
                }
            }
            ["messages"] => {
                let (shop, template) = template
                    .as_ref()
                    .unwrap_or_else(|| panic!("line {}: no template", block.line));
                for (line, text) in (block.line + 1..).zip(block.text.lines()) {
                    answers += 1;
                    check_message(shop, template, line, text);
                }
            }
            _ => panic!("line {}: unknown kind of block {words:?}", block.line),
        }
    }
    assert!(answers >= 20, "only {answers} answers were checked");
}

/// Definitions of the manual, with its partials.
fn parse(blocks: &[Block], text: &str) -> Result<Definitions, CompileError> {
    let builder = Definitions::builder().source("definitions", text);
    let partials = blocks.iter().filter_map(|block| match &block.words[..] {
        [kind, name] if kind == "partial" => Some((name, &block.text)),
        _ => None,
    });
    partials
        .fold(builder, |builder, (name, text)| builder.partial(name, text))
        .build()
}

/// The manual shows that all it says is not supported is refused so, and the codes that it names exist.
#[test]
fn codes_in_the_manual_exist() {
    for block in blocks(MANUAL) {
        for code in block
            .words
            .iter()
            .filter_map(|it| it.split_once(':'))
            .map(|(_, code)| code)
        {
            assert!(
                audience::Code::ALL.iter().any(|it| it.as_str() == code),
                "line {}: {code}",
                block.line
            );
        }
    }
}

/// Each numbered sentence of the manual is named by what checks it: an example of the manual, or a test in Rust.
#[test]
fn each_numbered_sentence_is_named_by_a_test() {
    let written = numbers(MANUAL);
    let mut unique = BTreeSet::new();
    let twice: Vec<_> = written.iter().filter(|it| !unique.insert(**it)).collect();
    assert!(twice.is_empty(), "these numbers are given twice: {twice:?}");

    let examples = blocks(MANUAL);
    let tests = rust_tests();
    let mut named: BTreeSet<&str> = examples
        .iter()
        .flat_map(|it| &it.sentences)
        .map(String::as_str)
        .collect();
    named.extend(tests.iter().flat_map(|text| numbers(text)));
    let unnamed: Vec<_> = unique.difference(&named).collect();
    assert!(unnamed.is_empty(), "no test names these sentences: {unnamed:?}");
    let unwritten: Vec<_> = named.difference(&unique).collect();
    assert!(
        unwritten.is_empty(),
        "these are no sentences of the manual: {unwritten:?}"
    );
}

/// What the manual says has a number: after the last one of a paragraph or of an item of a list no sentence follows. What
/// leads to a table or an example ends with a colon, and the first lines of the page are about the page.
#[test]
fn each_sentence_of_the_manual_has_a_number() {
    let (_, chapters) = MANUAL.split_once("\n## ").expect("chapters");
    let paragraphs = paragraphs(chapters);
    assert!(paragraphs.len() > 100, "only {} paragraphs", paragraphs.len());
    let unnumbered: Vec<&str> = paragraphs.iter().filter_map(|it| unnumbered(it)).collect();
    assert!(unnumbered.is_empty(), "without a number: {unnumbered:#?}");
}

#[test]
fn what_has_no_number_is_found() {
    let page = "Title\n\nOne `[a-1]`. Two\nlines. Three\n`[a-2]`.\n- item `[a-3]`\n- other\n\n```audience a-1\nNot this.\n```\n\
        So:\n\n| not | this |\n\nAfter `[a-4]`. And more: `x`.\n**So:**\n";
    let all = paragraphs(page);
    assert_eq!(
        all,
        [
            "One `[a-1]`. Two lines. Three `[a-2]`.",
            "- item `[a-3]`",
            "- other",
            "So:",
            "After `[a-4]`. And more: `x`. **So:**"
        ]
    );
    let found: Vec<_> = all.iter().filter_map(|it| unnumbered(it)).collect();
    assert_eq!(found, ["- other"]);
    assert_eq!(
        unnumbered("After `[a-4]`. And more: `x`."),
        Some(". And more: `x`.")
    );
}

/// The paragraphs and items of lists of a page that begins in a heading, each on one line; no headings, tables and examples.
fn paragraphs(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    let mut ended = true;
    for line in page.lines().skip(1) {
        let line = line.trim();
        let fence = line.starts_with("```");
        inside ^= fence;
        if fence || inside || line.is_empty() || line.starts_with(['#', '|']) {
            ended = true;
        } else if let Some(last) = found.last_mut().filter(|_| !ended && !line.starts_with("- ")) {
            last.push(' ');
            last.push_str(line);
        } else {
            found.push(line.to_owned());
            ended = false;
        }
    }
    found
}

/// What a paragraph says after its last number, unless it leads to what follows.
fn unnumbered(paragraph: &str) -> Option<&str> {
    let after = numbers(paragraph)
        .last()
        .and_then(|last| paragraph.rsplit_once(&format!("[{last}]")));
    let rest = after.map_or(paragraph, |(_, rest)| rest.trim_start_matches('`'));
    let leads_on = rest.trim_end_matches('*').ends_with(':');
    (rest.contains(char::is_alphabetic) && !leads_on).then_some(rest)
}

/// What stands in a text as `[area-7]`, examples of code aside.
fn numbers(text: &str) -> Vec<&str> {
    let inside = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    inside
        .map(|(inside, _)| inside)
        .filter(|it| is_number(it))
        .collect()
}

/// `area-7`
fn is_number(word: &str) -> bool {
    word.split_once('-').is_some_and(|(area, number)| {
        !area.is_empty()
            && area.bytes().all(|it| it.is_ascii_lowercase())
            && !number.is_empty()
            && number.bytes().all(|it| it.is_ascii_digit())
    })
}

/// What the tests say of themselves: the comments right above a `#[test]`, in the files of this folder and beside what is
/// tested. Fuzzing is no test that is always run.
fn rust_tests() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the crate") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.extend((!path.ends_with("tests/fuzz")).then_some(path));
            } else if path.extension().is_some_and(|it| it == "rs") {
                texts.extend(comments_of_tests(&fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    texts
}

fn comments_of_tests(code: &str) -> Vec<String> {
    let mut comments = Vec::new();
    let mut comment = String::new();
    for line in code.lines().map(str::trim) {
        if line.starts_with("///") {
            comment.push_str(line);
            comment.push('\n');
        } else if line == "#[test]" {
            comments.push(std::mem::take(&mut comment));
        } else if !line.starts_with("#[cfg") {
            comment.clear();
        }
    }
    comments
}

struct Block {
    /// Where it opens, counted from 1.
    line: usize,
    words: Vec<String>,
    /// The numbered sentences that it checks.
    sentences: Vec<String>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (line, text) in (1..).zip(page.lines()) {
        if let Some(info) = text.strip_prefix("```") {
            open = !open;
            if open {
                let words = info.split_whitespace().map(str::to_owned);
                let (sentences, words) = words.partition(|it| is_number(it));
                found.push(Block {
                    line,
                    words,
                    sentences,
                    text: String::new(),
                });
            }
        } else if open {
            let block = found.last_mut().expect("opened");
            block.text.push_str(text);
            block.text.push('\n');
        }
    }
    assert!(!open, "a block is not closed");
    found
}

/// Requires that a block gives the one diagnostic named, or none.
fn compiled<T>(
    block: &Block,
    expected: Option<&str>,
    built: Result<T, CompileError>,
    warnings: impl Fn(&T) -> &[Diagnostic],
) -> Option<T> {
    let codes = |all: &[Diagnostic]| all.iter().map(|it| it.code.as_str()).collect::<Vec<_>>();
    let expects_error = block.words.iter().any(|it| it.starts_with("error:"));
    match built {
        Ok(built) => {
            let found = codes(warnings(&built));
            // A block without answers shows how something is written, and negations over missing values are explained.
            let told: Vec<_> = found
                .iter()
                .filter(|it| **it != "negation-over-missing")
                // Segments that show one construct each may well lie inside each other.
                .filter(|it| !it.starts_with("segment-") || expected == Some(**it))
                .copied()
                .collect();
            assert!(!expects_error, "line {}: compiles", block.line);
            assert_eq!(told, Vec::from_iter(expected), "line {}", block.line);
            Some(built)
        }
        Err(error) => {
            assert!(expects_error, "line {}:\n{error}", block.line);
            assert_eq!(
                codes(error.diagnostics()),
                Vec::from_iter(expected),
                "line {}:\n{error}",
                block.line
            );
            None
        }
    }
}

/// Checks a line such as `{"id": "ana"} => spring: hi by email, summer: no consent`: what all campaigns decide together.
fn check_decisions(shop: &Definitions, number: usize, line: &str) {
    let (json, expected) = line
        .split_once(" => ")
        .unwrap_or_else(|| panic!("line {number}: no `=>`"));
    let customer = shop
        .customer_from_json(json.trim())
        .unwrap_or_else(|error| panic!("line {number}: {error}"));
    let (campaigns, at) = (shop.campaigns(), at(shop));
    let decisions = campaigns.decide(&customer, &at);
    let decided: Vec<_> = decisions.iter().map(|it| it.to_string()).collect();
    assert_eq!(decided.join(", "), expected, "line {number}");
}

/// Checks a line such as `{"id": "ana"} => spain, total = 3, other is missing`.
fn check_answer(shop: &Definitions, number: usize, line: &str) {
    let (json, answer) = line
        .split_once(" => ")
        .unwrap_or_else(|| panic!("line {number}: no `=>`"));
    let customer = shop
        .customer_from_json(json.trim())
        .unwrap_or_else(|error| panic!("line {number}: {error}"));
    let at = at(shop);
    let mut members: Vec<&str> = Vec::new();
    for part in answer.split(", ").filter(|it| *it != "nothing") {
        let (name, expected) = match (part.split_once(" = "), part.strip_suffix(" is missing")) {
            (Some((name, value)), _) => (name, Some(value)),
            (None, Some(name)) => (name, None),
            (None, None) => {
                members.push(part);
                continue;
            }
        };
        let computed = shop
            .computed(name)
            .unwrap_or_else(|error| panic!("line {number}: {error}"));
        let value = computed.value(&customer, &at).map(|it| it.to_string());
        assert_eq!(value.as_deref(), expected, "line {number}: {name}");
    }
    let segments: Vec<_> = shop
        .segments()
        .iter()
        .filter(|it| it.matches(&customer, &at))
        .collect();
    let matching: Vec<&str> = segments.iter().map(Segment::name).collect();
    assert_eq!(matching, members, "line {number}");
}

/// Checks a line such as `{"id": "ana"} => Not in loyal because … => 2 more orders`, of the last segment.
fn check_explanation(shop: &Definitions, number: usize, line: &str) {
    let parts: Vec<&str> = line.split(" => ").collect();
    let [json, reason, change] = parts[..] else {
        panic!("line {number}: expected a customer, a reason and a change");
    };
    let customer = shop
        .customer_from_json(json)
        .unwrap_or_else(|error| panic!("line {number}: {error}"));
    let segment = shop.segments().iter().last().expect("a segment");
    let explanation = segment.explain(&customer, &at(shop));
    assert_eq!(explanation.reason(), reason, "line {number}");
    let said = explanation.change().map_or("nothing", audience::Change::says);
    assert_eq!(said, change, "line {number}");
}

/// Checks a line such as `{"id": "ana"} => Hello Ana`.
fn check_message(shop: &Definitions, template: &Template, number: usize, line: &str) {
    let (json, expected) = line
        .split_once(" => ")
        .unwrap_or_else(|| panic!("line {number}: no `=>`"));
    let customer = shop
        .customer_from_json(json.trim())
        .unwrap_or_else(|error| panic!("line {number}: {error}"));
    let mut text = String::new();
    let rendered = template
        .render_into(
            &customer,
            &Inputs::default(),
            &Placements::new(),
            &at(shop),
            &mut text,
        )
        .unwrap_or_else(|error| panic!("line {number}: {error}"));
    if let Rendered::Skipped(reason) = rendered {
        text = format!("skipped: {reason}");
    }
    assert_eq!(text.trim_end_matches('\n'), expected, "line {number}");
}

fn at(shop: &Definitions) -> At {
    let zone = Zone::named("Europe/Madrid").expect("in the time zone database");
    let at = shop.at("2026-06-01T12:00:00Z".parse().expect("a datetime"), &zone);
    blocks(MANUAL)
        .iter()
        .filter_map(|block| match &block.words[..] {
            [kind, catalog] if kind == "items" => Some((catalog, &block.text)),
            _ => None,
        })
        .fold(at, |at, (catalog, lines)| {
            let items = shop.loader().items_from_json_lines(catalog, lines.as_bytes());
            at.with_items(items.unwrap_or_else(|error| panic!("the items of `{catalog}`: {error}")))
        })
}
