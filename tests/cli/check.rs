//! `audience check`.

use super::Folder;

#[test]
fn good_definitions_are_silent() {
    let folder = Folder::new("check_good");
    folder
        .write("a.audience", "customer { id: string key, orders: int }\n")
        .write("b.audience", "segment loyal = orders >= 10\n");
    folder.run("check a.audience b.audience").expect(0, "", "");
    folder.run("check --json b.audience a.audience").expect(0, "", "");
}

#[test]
fn all_errors_of_all_files_are_drawn() {
    let folder = Folder::new("check_errors");
    folder
        .write(
            "a.audience",
            "customer { id: string key, country: string? }\nsegment german = contry = \"DE\"\n",
        )
        .write("b.audience", "segment french = country = 3\n");
    let run = folder.run("check a.audience b.audience");
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    let unknown = "\
error[unknown-attribute]: unknown attribute `contry`
 --> a.audience:2:18
  |
2 | segment german = contry = \"DE\"
  |                  ^^^^^^ not in the schema
  |
  = help: did you mean `country`?
";
    assert!(run.stderr.starts_with(unknown), "{}", run.stderr);
    assert!(run.stderr.contains("--> b.audience:1:"), "{}", run.stderr);
}

/// [need-11]
#[test]
fn errors_are_json_lines_when_asked_for() {
    let folder = Folder::new("check_json");
    folder.write("a.audience", "customer { id: string key, city: string?, país: string? }\nsegment s = país = \"é\" and citi = \"DE\"\n");
    folder.run("check --json a.audience").expect(
        1,
        concat!(
            r#"{"severity":"error","code":"unknown-attribute","message":"unknown attribute `citi`","labels":[{"file":"a.audience","#,
            r#""start":88,"end":92,"line":2,"column":28,"end_line":2,"end_column":32,"text":"not in the schema"}],"help":["did you mean `city`?"]}"#,
            "\n",
        ),
        "",
    );
}

#[test]
fn warnings_do_not_change_the_status() {
    let folder = Folder::new("check_warning");
    folder.write(
        "a.audience",
        "customer { id: string key, country: string? }\nsegment s = country != \"DE\"\n",
    );
    let run = folder.run("check a.audience");
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""));
    assert!(
        run.stderr.starts_with("warning[negation-over-missing]: "),
        "{}",
        run.stderr
    );
    let run = folder.run("check --json a.audience");
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    assert!(
        run.stdout
            .starts_with(r#"{"severity":"warning","code":"negation-over-missing","#),
        "{}",
        run.stdout
    );
}

#[test]
fn files_that_cannot_be_read_are_errors_like_others() {
    let folder = Folder::new("check_unreadable");
    folder.write("latin.audience", b"customer { id: string key }  # a\xf1o\n");
    let run = folder.run("check nothing.audience");
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("error[unreadable-file]"), "{}", run.stderr);
    let run = folder.run("check latin.audience");
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("error[invalid-utf8]"), "{}", run.stderr);
}

#[test]
fn hostile_files_are_answered_quickly() {
    let folder = Folder::new("check_hostile");
    let contract = "customer { id: string key, orders: int, name: string? }\n";
    let cases = [
        (
            "large",
            format!(
                "{contract}segment s = orders > 1{}",
                " or orders > 1".repeat(700_000)
            ),
        ),
        (
            "parentheses",
            format!(
                "{contract}segment s = {}orders > 1{}",
                "(".repeat(100_000),
                ")".repeat(100_000)
            ),
        ),
        ("open", format!("{contract}segment s = {}", "(".repeat(100_000))),
        (
            "not",
            format!("{contract}segment s = {} orders > 1", "not ".repeat(100_000)),
        ),
        (
            "minus",
            format!("{contract}segment s = {}1 > orders", "-".repeat(100_000)),
        ),
        (
            "words",
            format!("{contract}segment s = name in [{}]", "\"a\", ".repeat(1_000_000)),
        ),
        (
            "list type",
            format!(
                "customer {{ id: string key, x: {}int{} }}",
                "[".repeat(100_000),
                "]".repeat(100_000)
            ),
        ),
        (
            "braces",
            format!("customer {{ id: string key, x: {}", "{ a: ".repeat(100_000)),
        ),
        (
            "quote",
            format!("{contract}segment s = name = \"{}", "a".repeat(1_000_000)),
        ),
        (
            "backtick",
            format!("{contract}segment s = `{}", "a".repeat(1_000_000)),
        ),
        ("comments", format!("{contract}{}", "#\n".repeat(1_000_000))),
        ("zero bytes", "\0".repeat(1_000_000)),
    ];
    for (name, text) in cases {
        folder.write("a.audience", text);
        let started = std::time::Instant::now();
        let run = folder.run("check a.audience");
        let seconds = started.elapsed().as_secs_f32();
        let fine = name == "comments";
        assert_eq!(
            run.status,
            Some(i32::from(!fine)),
            "{name}: {}",
            run.stderr.chars().take(500).collect::<String>()
        );
        assert_eq!(run.stderr.starts_with("error["), !fine, "{name}");
        assert!(
            run.stderr.len() < 200_000,
            "{name}: {} bytes of errors",
            run.stderr.len()
        );
        assert!(seconds < 10.0, "{name}: {seconds} s");
    }
}
