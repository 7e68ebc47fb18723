//! Customers out of CSV and Parquet: they have the answers that they have out of JSON lines.

mod made;

use std::path::Path;

use super::{Folder, Run};

const SHOP: &str = r#"
customer {
  id:      string key
  vip:     bool?
  orders:  int?
  spent:   decimal?
  score:   float?
  born:    date?
  seen:    datetime?
  city:    string?
  plan:    ("free" | "paid")?
  home:    geo?
  address: { street: string? }?
  tags:    [string]
}
event purchases { amount: decimal?, shop: string? }
trait t_vip = vip          trait t_orders = orders    trait t_spent = spent    trait t_score = score
trait t_born = born        trait t_seen = seen        trait t_city = city      trait t_plan = plan
trait t_home = home        trait t_street = address.street
trait t_amount = sum(amount of purchases)
trait t_first = first(shop of purchases)
trait t_last = last(shop of purchases)
trait t_at = last(at of purchases)
segment near = home within 500 km of (40.4, -3.7)
segment new = tags contains "new"
segment accented = tags contains "é"
segment untagged = tags is empty
segment buyers = any purchases in last 30 days
"#;

const EVAL: &str = "eval shop.audience --at 2026-06-01T00:00:00Z --traits";

/// The files that other programs wrote, see `write.py`.
const WRITTEN: [&str; 9] = [
    "customers.jsonl",
    "pyarrow.parquet",
    "duckdb.parquet",
    "duckdb_purchases.parquet",
    "polars.parquet",
    "polars_purchases.parquet",
    "pandas.parquet",
    "pandas_purchases.parquet",
    "pandas_purchases.csv",
];

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("shop.audience", SHOP);
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/tables");
    for file in WRITTEN.iter().chain(&["pandas.csv"]) {
        folder.write(
            file,
            std::fs::read(written.join(file)).expect("a file that write.py has written"),
        );
    }
    folder
}

#[track_caller]
fn answers(folder: &Folder, arguments: &str) -> String {
    let Run {
        status,
        stdout,
        stderr,
    } = folder.run(&format!("{EVAL} {arguments}"));
    assert_eq!((status, stderr.as_str()), (Some(0), ""), "{arguments}");
    stdout
}

#[test]
fn what_other_programs_wrote_has_the_answers_of_json_lines() {
    let folder = folder("tables_written");
    let expected = answers(&folder, "--customers customers.jsonl");
    assert_eq!(expected.lines().count(), 4);
    for arguments in [
        // Events inside, out of order.
        "--customers pyarrow.parquet",
        // Events in a file of their own: in the order of time, of keys, and as they came.
        "--customers duckdb.parquet --events purchases=duckdb_purchases.parquet --events-key customer",
        "--customers polars.parquet --events purchases=polars_purchases.parquet",
        "--customers pandas.parquet --events purchases=pandas_purchases.parquet",
        "--customers pandas.csv --events purchases=pandas_purchases.csv",
        "--customers duckdb.parquet --events purchases=pandas_purchases.csv",
    ] {
        assert_eq!(answers(&folder, arguments), expected, "{arguments}");
    }
    let csv = folder.read("pandas.csv");
    let arguments =
        format!("{EVAL} --customers - --customers-format csv --events purchases=pandas_purchases.csv");
    folder.run_with_input(&arguments, &csv).expect(0, &expected, "");
}

#[test]
fn what_is_wrong_with_csv_is_told_with_line_and_column() {
    let folder = folder("tables_errors");
    let good = "id,orders,born,plan,tags\nana,1,,,[]\n";
    for (bad, expected) in [
        ("ben,two,,,[]", "orders: expected int, found text \"two\""),
        (
            "ben,99999999999999999999,,,[]",
            "orders: 99999999999999999999 lies outside the range of int",
        ),
        (
            "ben,1,2021-02-29,,[]",
            "born: there is no such date: \"2021-02-29\"",
        ),
        (
            "ben,1,,fre,[]",
            "plan: \"fre\" is none of (\"free\" | \"paid\"); did you mean \"free\"?",
        ),
        (
            "ben,1,,,",
            "tags: required, but missing; give a value, or write `?` behind its type in the schema",
        ),
        (",1,,,[]", "id: required, but missing; give a value"),
        ("ben,1,,[]", "4 cells, but the first line names 5 columns"),
    ] {
        folder.write("c.csv", format!("{good}{bad}\n\"c\nem\",2,,,[]\nb,x,,,[]\n"));
        let run = folder.run(&format!("{EVAL} --customers c.csv"));
        assert_eq!(run.stderr, format!("error: c.csv:3: {expected}\n"));
        assert_eq!((run.status, run.stdout.lines().count()), (Some(2), 1), "{bad}");
        let run = folder.run(&format!("{EVAL} --customers c.csv --skip-bad"));
        let told = "warning: c.csv:6: orders: expected int, found text \"x\"\nwarning: c.csv: left out 2 of 4 customers: lines 3 and 6\n";
        assert_eq!(run.stderr, format!("warning: c.csv:3: {expected}\n{told}"));
        assert_eq!((run.status, run.stdout.lines().count()), (Some(0), 2), "{bad}");
    }
    folder.write("c.csv", "id,ordres,tags\nana,1,[]\n");
    let run = folder.run(&format!("{EVAL} --customers c.csv"));
    assert_eq!(
        run.stderr,
        "error: c.csv: ordres: there is no such attribute; did you mean `orders`?\n"
    );
    assert_eq!(
        folder
            .run(&format!("{EVAL} --customers c.csv --ignore-unknown"))
            .status,
        Some(0)
    );
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    let folder = folder("tables_lines");
    for (csv, line) in [
        ("id,orders,tags\nana,1,[]\nben,x,[]\n", 3),
        ("id,orders,tags\r\nana,1,[]\r\nben,x,[]\r\n", 3),
        ("id,orders,tags\r\n\r\n\r\nben,x,[]", 4),
        ("\n\nid,orders,tags\n\nben,x,[]\ncid,1,[]\n", 5),
        ("id,orders,tags\n\"a\nna\",x,\"[\n]\"\n", 2),
    ] {
        folder.write("c.csv", csv);
        let run = folder.run(&format!("{EVAL} --customers c.csv"));
        let expected = format!("error: c.csv:{line}: orders: expected int, found text \"x\"\n");
        assert_eq!((run.status, run.stderr), (Some(2), expected), "{csv:?}");
    }
}

#[test]
fn items_of_lists_are_what_they_are_in_json() {
    let folder = folder("tables_items");
    for (items, expected) in [
        ("[1]", "tags[0]: expected string, found 1"),
        ("[\"new\",{}]", "tags[1]: expected string, found {}"),
        (
            "{}",
            "tags: expected [string], as JSON such as [\"a\", \"b\"], found text \"{}\"",
        ),
    ] {
        folder.write(
            "c.csv",
            format!("id,tags\nana,\"{}\"\n", items.replace('"', "\"\"")),
        );
        let run = folder.run(&format!("{EVAL} --customers c.csv"));
        assert_eq!(run.stderr, format!("error: c.csv:2: {expected}\n"));
    }
}

#[test]
fn what_has_no_place_in_csv_is_refused() {
    let folder = folder("tables_places");
    for (head, expected) in [
        (
            "id,tags,purchases",
            "purchases: CSV has no place for events; give them a file of their own, --events purchases=FILE",
        ),
        (
            "id,tags,address",
            "address: a record has a column for each of its fields, such as `address.street`",
        ),
        ("id,tags,id", "id: the first line names this column twice"),
    ] {
        folder.write("c.csv", format!("{head}\nana,[],x\n"));
        for more in ["", "--ignore-unknown"] {
            let run = folder.run(&format!("{EVAL} --customers c.csv {more}"));
            assert_eq!(
                (run.status, run.stderr),
                (Some(2), format!("error: c.csv: {expected}\n"))
            );
        }
    }
    // A quote that is not closed does not swallow the file.
    let rows = "b,[],\n".repeat(12_000_000);
    folder.write("c.csv", format!("id,tags,city\na,[],\"x\n{rows}"));
    let run = folder.run(&format!("{EVAL} --customers c.csv --skip-bad"));
    assert_eq!(run.status, Some(2));
    assert!(
        run.stderr.contains("perhaps a quote is not closed"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_a_record_that_is_there_needs_is_needed_by_columns() {
    let folder = Folder::new("tables_records");
    let shop = "customer { id: string key, address: { street: string, city: string? }? }\nsegment s = address.city = \"y\"\n";
    folder.write("shop.audience", shop);
    folder.write(
        "c.csv",
        "id,address.street,address.city\nana,x,y\nben,,\ncid,,y\n",
    );
    let run = folder.run("eval shop.audience --at 2026-06-01T00:00:00Z --customers c.csv --skip-bad");
    assert_eq!(
        run.stdout,
        "{\"key\":\"ana\",\"segments\":[\"s\"]}\n{\"key\":\"ben\",\"segments\":[]}\n"
    );
    assert!(
        run.stderr
            .starts_with("warning: c.csv:4: address.street: required where `address` has another field"),
        "{}",
        run.stderr
    );
}

#[test]
fn sorted_files_are_read_a_part_at_a_time() {
    let folder = folder("tables_parts");
    let keys = || (0..20_000).map(|it| format!("k{it:05}"));
    let customers: Vec<String> = keys().map(|it| format!("{it},[]\n")).collect();
    let events: Vec<String> = keys()
        .map(|it| format!("{it},2026-05-01T00:00:00Z,1\n"))
        .collect();
    folder.write("c.csv", format!("id,tags\n{}", customers.concat()));
    let (eval, events) = (
        format!("{EVAL} --customers c.csv --events purchases=p.csv"),
        events.concat(),
    );
    // What stands at the end is bad, which is seen before the first answer only where all events are held.
    for (first, has_answers) in [("", true), ("k00002,2026-05-01T00:00:00Z,1\n", false)] {
        folder.write(
            "p.csv",
            format!("id,at,amount\n{first}{events}k19999,2026-05-02T00:00:00Z,x\n"),
        );
        let run = folder.run(&eval);
        assert_eq!(run.status, Some(2));
        assert!(run.stderr.contains("amount: expected decimal"), "{}", run.stderr);
        assert_eq!(!run.stdout.is_empty(), has_answers, "{first}");
    }
}

#[test]
fn bad_events_are_left_out_and_told_once() {
    let folder = folder("tables_left_out");
    folder.write("c.csv", "id,tags\nana,[]\nben,[]\n");
    folder.write(
        "p.csv",
        "id,at,amount\nana,2026-05-20T00:00:00Z,x\nben,2026-05-20T00:00:00Z,1\nzoe,2026-05-20T00:00:00Z,1\n",
    );
    let run = folder.run(&format!(
        "{EVAL} --customers c.csv --events purchases=p.csv --skip-bad"
    ));
    let told = "warning: p.csv:2: amount: expected decimal, found text \"x\"\nwarning: p.csv: left out 1 of 3 purchases: line 2\n\
        warning: p.csv: 1 of the purchases belong to customers that are not there, the first to `zoe`, and are left out\n";
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), told));
    let run = folder.run(&format!(
        "{EVAL} --customers c.csv --events purchases=p.csv --events purchases=p.csv"
    ));
    let told = "error: --events: purchases are given twice; put all of them into one file\n";
    assert_eq!((run.status, run.stderr.as_str()), (Some(2), told));
    let run = folder.run(&format!(
        "{EVAL} --customers pyarrow.parquet --events purchases=p.csv"
    ));
    let told =
        "error: p.csv: the customers of pyarrow.parquet have purchases already; leave one of the two out\n";
    assert_eq!((run.status, run.stderr.as_str()), (Some(2), told));
}

#[test]
fn bad_rows_stand_among_the_answers_when_told_so() {
    let folder = folder("tables_print_bad");
    folder.write("c.csv", "id,orders,tags\nana,1,[]\nben,x,[]\n");
    folder.write(
        "p.csv",
        "id,at,amount\nana,2026-05-20T00:00:00Z,x\nana,2026-05-20T00:00:00Z,1\n",
    );
    let run = folder.run(&format!(
        "{EVAL} --customers c.csv --events purchases=p.csv --print-bad"
    ));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let mut lines: Vec<&str> = run.stdout.lines().collect();
    lines.sort_unstable();
    let [event, ana, ben] = lines[..] else {
        panic!("{}", run.stdout)
    };
    assert_eq!(
        event,
        r#"{"events":"purchases","line":2,"failed":"amount: expected decimal, found text \"x\""}"#
    );
    assert!(ana.starts_with(r#"{"key":"ana","segments":"#), "{ana}");
    assert_eq!(
        ben,
        r#"{"line":3,"failed":"orders: expected int, found text \"x\""}"#
    );
}

#[test]
fn keys_that_are_personal_are_not_shown() {
    let folder = Folder::new("tables_personal");
    folder.write(
        "shop.audience",
        "customer { id: string key personal }\nevent purchases { amount: decimal? }\nsegment s = any purchases\n",
    );
    folder.write("c.csv", "id\nana@x.com\n");
    folder.write("p.csv", "id,at\nzoe@x.com,2026-05-20T00:00:00Z\n");
    let run =
        folder.run("eval shop.audience --at 2026-06-01T00:00:00Z --customers c.csv --events purchases=p.csv");
    assert_eq!(run.status, Some(2));
    assert!(
        run.stderr
            .contains("1 of the purchases belong to customers that are not there;"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("zoe"), "{}", run.stderr);
}

#[test]
fn commands_that_read_json_lines_refuse_other_files() {
    let folder = folder("tables_refused");
    let run = folder.run(
        "explain shop.audience --at 2026-06-01T00:00:00Z --customers pandas.csv --key ana --segment near",
    );
    assert_eq!(run.status, Some(2));
    assert!(
        run.stderr
            .contains("reads JSON lines; `eval` and `fit` read CSV and Parquet, too"),
        "{}",
        run.stderr
    );
    let run = folder.run(&format!("{EVAL} --customers - --customers-format parquet"));
    assert_eq!(run.status, Some(2));
    assert!(
        run.stderr.contains("give a file, not standard input"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_wrong_with_events_is_told_with_their_file() {
    let folder = folder("tables_events");
    folder.write("c.csv", "id,tags\nana,[]\n");
    let eval = format!("{EVAL} --customers c.csv --events purchases=p.csv");
    for (events, expected) in [
        (
            "id,at,amount\nana,2026-05-01,1\n",
            "p.csv:2: at: expected a datetime such as 2026-01-31T09:00:00Z (RFC 3339), found text \"2026-05-01\"",
        ),
        (
            "id,at,amount\nana,2026-05-01T00:00:00Z,0.00001\n",
            "p.csv:2: amount: 0.00001 has more than four digits after the point",
        ),
        (
            "customer,at\nana,2026-05-01T00:00:00Z\n",
            "p.csv: there is no column `id` with the keys of the customers; say which one has them with --events-key",
        ),
        (
            "id,at\nzoe,2026-05-01T00:00:00Z\n",
            "p.csv: 1 of the purchases belong to customers that are not there, the first to `zoe`",
        ),
    ] {
        folder.write("p.csv", events);
        let run = folder.run(&eval);
        assert_eq!(run.status, Some(2), "{events}");
        assert!(
            run.stderr.starts_with(&format!("error: {expected}")),
            "{}",
            run.stderr
        );
    }
}
