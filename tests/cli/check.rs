//! `audience check`.

use super::{Folder, Run};

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

const LINTED: &str = "\
customer { id: string key, country: string?, orders: int }
segment abroad = country != \"DE\"
segment never = orders > 5 and orders < 3
segment many = orders > 5
segment most = orders > 50
";

/// The codes that `--json` prints with their severity.
fn told(run: &Run) -> Vec<String> {
    let line = |line: &str| {
        let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
        format!(
            "{} {}",
            json["severity"].as_str().unwrap_or("?"),
            json["code"].as_str().unwrap_or("?")
        )
    };
    run.stdout.lines().map(line).collect()
}

/// [lint-7]
#[test]
fn warnings_are_left_out_told_or_taken_for_errors() {
    let folder = Folder::new("check_levels");
    folder.write("a.audience", LINTED);
    for (levels, status, expected) in [
        (
            "",
            0,
            &[
                "warning negation-over-missing",
                "warning contradiction",
                "warning segment-inside",
            ][..],
        ),
        (
            "--allow negation-over-missing --allow contradiction --allow segment-inside",
            0,
            &[],
        ),
        (
            "--deny contradiction --allow segment-inside",
            1,
            &["warning negation-over-missing", "error contradiction"],
        ),
        // The strictest that is said of a code counts, in any order.
        (
            "--deny contradiction --allow contradiction --warn contradiction --allow segment-inside --warn segment-inside \
             --allow negation-over-missing",
            1,
            &["error contradiction", "warning segment-inside"],
        ),
    ] {
        let run = folder.run(&format!("check --json a.audience {levels}"));
        assert_eq!((run.status, run.stderr.as_str()), (Some(status), ""), "{levels}");
        assert_eq!(told(&run), expected, "{levels}");
    }
    let run = folder
        .run("check a.audience --deny contradiction --allow negation-over-missing --allow segment-inside");
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr.starts_with(
            "error[contradiction]: these conditions never hold together\n --> a.audience:3:32\n"
        ),
        "{}",
        run.stderr
    );
}

#[test]
fn warnings_that_are_not_told_by_default_are_told_when_asked_for() {
    let folder = Folder::new("check_warn");
    folder.write(
        "a.audience",
        "customer { id: string key, orders: int }\nsegment few = orders < 3\nsegment many = orders > 5\n",
    );
    folder.run("check a.audience").expect(0, "", "");
    let run = folder.run("check --json a.audience --warn segment-disjoint");
    assert_eq!(told(&run), ["warning segment-disjoint"]);
    assert_eq!(run.status, Some(0));
    let run = folder.run("check --json a.audience --deny segment-disjoint");
    assert_eq!(
        (told(&run), run.status),
        (vec!["error segment-disjoint".to_owned()], Some(1))
    );
}

#[test]
fn what_is_no_warning_cannot_be_allowed() {
    let folder = Folder::new("check_codes");
    folder.write("a.audience", "customer { id: string key }\n");
    for level in [
        "--allow syntax",
        "--warn contradictions",
        "--deny",
        "--deny unknown-attribute",
    ] {
        let run = folder.run(&format!("check a.audience {level}"));
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{level}");
        assert!(run.stderr.starts_with("error: "), "{level}: {}", run.stderr);
    }
    let run = folder.run("check a.audience --allow syntax");
    assert!(
        run.stderr.contains("expected one of ") && run.stderr.contains(", negation-over-missing, "),
        "{}",
        run.stderr
    );
}

/// Each error and label in the order of the text, lines and columns of characters, ends behind the last one.
#[test]
fn json_points_into_texts_with_marks_carriage_returns_and_wide_letters() {
    let folder = Folder::new("check_places");
    folder.write(
        "a.audience",
        "\u{feff}customer { id: string key, größe: int }\r\nsegment é = größe > 1\r\nsegment é = größe = \"日\"\r\n",
    );
    let run = folder.run("check --json a.audience");
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), ""));
    let places: Vec<(String, Vec<u64>)> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|it| {
            let label = &it["labels"][0];
            let number = |name: &str| label[name].as_u64().expect("a number");
            let numbers = ["start", "end", "line", "column", "end_line", "end_column"].map(number);
            (it["code"].as_str().expect("text").to_owned(), numbers.to_vec())
        })
        .collect();
    assert_eq!(
        places,
        [
            ("duplicate-name".to_owned(), vec![77, 79, 3, 9, 3, 10]),
            ("incompatible-types".to_owned(), vec![92, 97, 3, 21, 3, 24]),
        ]
    );
}

/// It was told beside that no file had a `customer` block.
#[test]
fn a_file_that_cannot_be_read_is_told_once() {
    let folder = Folder::new("check_once");
    let run = folder.run("check --json nothing.audience");
    assert_eq!(
        (told(&run), run.status),
        (vec!["error unreadable-file".to_owned()], Some(1))
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

#[test]
fn who_reads_what_is_a_record_for_the_privacy_officer() {
    let folder = Folder::new("check_privacy");
    folder.write(
        "shop.audience",
        r#"
customer { id: string key, email: string personal, agreed: bool, born: date personal, cart: [{ note: string? sensitive }] }
event visits { page: string personal }
channel email "Letters" { address email  consent agreed }
trait age = years_since(born)
segment grown = age >= 18 and any visits where page = "x"
message code { channel email, transactional, subject "A code", text "{{ id | default: 'you' }}" }
campaign codes for grown "Codes | all" { send code when any cart where note is known }
"#,
    );
    let note = "note: needs no consent, being transactional: `code`\n";
    let expected = "\
| read by | what | roles | purpose |
|---|---|---|---|
| trait age | born | personal | to compute it |
| segment grown | born | personal | to tell who is in it |
| segment grown | visits.page | personal | to tell who is in it |
| channel email | email | personal | to reach the customer: Letters |
| campaign codes | email | personal | to decide what the customer gets: Codes \\| all |
| campaign codes | born | personal | to decide what the customer gets: Codes \\| all |
| campaign codes | cart[].note | sensitive | to decide what the customer gets: Codes \\| all |
| campaign codes | visits.page | personal | to decide what the customer gets: Codes \\| all |
";
    let allow = "check shop.audience --allow sensitive-use";
    folder.run(allow).expect(0, "", note);
    folder
        .run(&format!("{allow} --privacy"))
        .expect(0, expected, note);
    let free = r#"{"severity":"note","code":"transactional","message":"the message `code` needs no consent, being transactional","labels":[],"help":[]}"#;
    folder
        .run(&format!("{allow} --json"))
        .expect(0, &format!("{free}\n"), "");
    let json = folder.run(&format!("{allow} --privacy --json")).stdout;
    assert!(json.contains(r#"{"kind":"channel","name":"email","path":"agreed","roles":{},"purpose":"to know whether she agreed: Letters"}"#), "{json}");
}
