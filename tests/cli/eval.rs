//! `audience eval`.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, country: string?, orders: int, member_since: date?, home: geo?, score: float? }
event purchases { amount: decimal }
trait spent = sum(amount of purchases)
trait last_order = last(at of purchases)
trait age_of_order = now - last_order
trait member_since_day = member_since
trait where_from = country
trait points = score
segment spanish "Lives in Spain" = country = "ES"
segment recent "Bought in the last 30 days" = any purchases in last 30 days
segment large = spent >= 100
"#;

const CUSTOMERS: &str = concat!(
    r#"{"id":"ana","country":"ES","orders":2,"purchases":[{"at":"2026-05-20T08:00:00Z","amount":99.99},{"at":"2026-05-01T08:00:00+02:00","amount":"0.0101"}]}"#,
    "\n",
    r#"{"id":"b\"en","country":null,"orders":0,"purchases":null}"#,
    "\n",
    r#"{"id":"cem","orders":1,"member_since":"2020-02-29","score":0.1,"home":[40.4168,-3.7038]}"#,
    "\n",
);

const EVAL: &str = "eval shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", CUSTOMERS);
    folder
}

#[test]
fn each_customer_is_a_line_in_the_order_of_the_input() {
    let expected = concat!(
        r#"{"key":"ana","segments":["spanish","recent","large"]}"#,
        "\n",
        r#"{"key":"b\"en","segments":[]}"#,
        "\n",
        r#"{"key":"cem","segments":[]}"#,
        "\n",
    );
    let folder = folder("eval_lines");
    folder.run(EVAL).expect(0, expected, "");
    let read_from_input = EVAL.replace("customers.jsonl", "-");
    folder
        .run_with_input(&read_from_input, CUSTOMERS)
        .expect(0, expected, "");
}

#[test]
fn segments_are_chosen_by_name_and_shown_in_the_order_of_definition() {
    let folder = folder("eval_segment");
    let run = folder.run(&format!("{EVAL} --segment large --segment spanish"));
    assert_eq!(
        run.stdout.lines().next(),
        Some(r#"{"key":"ana","segments":["spanish","large"]}"#)
    );
    folder.run(&format!("{EVAL} --segment spanich")).expect(
        2,
        "",
        "error: unknown segment `spanich`; did you mean `spanish`?\n",
    );
}

#[test]
fn traits_have_all_their_digits() {
    let expected = concat!(
        r#"{"key":"ana","segments":["spanish","recent","large"],"traits":{"spent":100.0001,"last_order":"2026-05-20T08:00:00Z","#,
        r#""age_of_order":"PT1008000S","member_since_day":null,"where_from":"ES","points":null}}"#,
        "\n",
        r#"{"key":"b\"en","segments":[],"traits":{"spent":0,"last_order":null,"age_of_order":null,"member_since_day":null,"#,
        r#""where_from":null,"points":null}}"#,
        "\n",
        r#"{"key":"cem","segments":[],"traits":{"spent":0,"last_order":null,"age_of_order":null,"member_since_day":"2020-02-29","#,
        r#""where_from":null,"points":0.1}}"#,
        "\n",
    );
    folder("eval_traits")
        .run(&format!("{EVAL} --traits"))
        .expect(0, expected, "");
}

#[test]
fn traits_of_every_type_are_json() {
    let folder = Folder::new("eval_types");
    folder.write(
        "shop.audience",
        "customer { id: int key, b: bool?, i: int?, f: float?, d: decimal?, s: string?, w: (\"x\" | \"y\")?, day: date?, at: datetime?, \
         g: geo?, u: url?, r: (ref products)? }
catalog products { sku: string key, price: decimal }
trait tb = b
trait ti = i
trait tf = f
trait td = d
trait ts = s
trait tw = w
trait tday = day
trait tat = at
trait tg = g
trait tu = u
trait tr = r.price
trait old = now - at
trait days = day - 2020-01-01
",
    );
    folder.write(
        "products.jsonl",
        "\u{feff}{\"sku\":\"a\",\"price\":3.10}\r\n\r\n{\"sku\":\"b\",\"price\":\"922337203685477.5807\"}",
    );
    let eval = format!("{EVAL} --traits --catalog products=products.jsonl");
    for (customer, traits) in [
        (
            r#"{"id":1,"b":true,"i":-9223372036854775808,"f":1e300,"d":922337203685477.5807,"s":"é\u0001\"","w":"y","day":"0001-01-01","at":"2026-05-31T23:59:59.999999Z","g":[90,-180],"u":"HTTPS://x","r":"b"}"#,
            r#"{"tb":true,"ti":-9223372036854775808,"tf":1e+300,"td":922337203685477.5807,"ts":"é\u0001\"","tw":"y","tday":"0001-01-01","tat":"2026-05-31T23:59:59.999999Z","tg":[90.0,-180.0],"tu":"HTTPS://x","tr":922337203685477.5807,"old":"PT0.000001S","days":"-PT63713433600S"}"#,
        ),
        (
            r#"{"id":1,"b":false,"i":0,"f":123456789012345678,"d":"-0.1000","day":"2020-02-29","at":"2027-01-01T00:00:00+14:00","g":{"lon":-3.7038,"lat":40.4168},"r":"a"}"#,
            r#"{"tb":false,"ti":0,"tf":1.2345678901234568e+17,"td":-0.1,"ts":null,"tw":null,"tday":"2020-02-29","tat":"2026-12-31T10:00:00Z","tg":[40.4168,-3.7038],"tu":null,"tr":3.1,"old":"-PT18439200S","days":"PT5097600S"}"#,
        ),
        (
            r#"{"id":1,"b":null,"d":1e2,"r":"gone"}"#,
            r#"{"tb":null,"ti":null,"tf":null,"td":100,"ts":null,"tw":null,"tday":null,"tat":null,"tg":null,"tu":null,"tr":null,"old":null,"days":null}"#,
        ),
    ] {
        folder.write("customers.jsonl", customer);
        let line = format!("{{\"key\":1,\"segments\":[],\"traits\":{traits}}}\n");
        folder.run(&eval).expect(0, &line, "");
    }
}

/// Line breaks in a description tore the table, and other signs went to the terminal.
#[test]
fn a_row_of_counts_is_a_line_whatever_the_description() {
    let folder = folder("eval_description");
    folder.write(
        "shop.audience",
        "customer { id: string key, orders: int, country: string? }\nsegment a \"one\\ntwo\\u{1b}[31m\" = orders > 0\nsegment `größer als` = country = \"ES\"\n",
    );
    folder.write(
        "customers.jsonl",
        "{\"id\":\"ana\",\"orders\":2,\"country\":\"ES\"}\n",
    );
    let expected = "\
segment     customers   share  meaning
a                   1  100.0%  one two [31m
größer als          1  100.0%
(all)               1  100.0%
";
    folder.run(&format!("{EVAL} --counts")).expect(0, expected, "");
    folder.write("customers.jsonl", "\n");
    let expected = "\
segment     customers  share  meaning
a                   0   0.0%  one two [31m
größer als          0   0.0%
(all)               0   0.0%
";
    folder.run(&format!("{EVAL} --counts --warn-below 1")).expect(
        0,
        expected,
        "warning: segment `a` has 0 customers, fewer than 1\nwarning: segment `größer als` has 0 customers, fewer than 1\n",
    );
}

#[test]
fn counts_are_a_table_with_shares_and_meanings() {
    let expected = "\
segment  customers   share  meaning
spanish          1   33.3%  Lives in Spain
recent           1   33.3%  Bought in the last 30 days
large            1   33.3%
(all)            3  100.0%
";
    let folder = folder("eval_counts");
    folder.run(&format!("{EVAL} --counts")).expect(0, expected, "");
    folder
        .run(&format!("{EVAL} --counts --segment large --warn-below 2"))
        .expect(
            0,
            "segment  customers   share  meaning\nlarge            1   33.3%\n(all)            3  100.0%\n",
            "warning: segment `large` has 1 customer, fewer than 2\n",
        );
    folder
        .run(&format!("{EVAL} --counts --warn-below 1"))
        .expect(0, expected, "");
}

#[test]
fn the_zone_says_where_days_begin() {
    let folder = Folder::new("eval_zone");
    folder.write(
        "shop.audience",
        "customer { id: int key, seen: datetime }  trait day_seen = date(seen)  segment all_of_them = true",
    );
    folder.write(
        "customers.jsonl",
        "{\"id\": 7, \"seen\": \"2026-01-31T23:30:00Z\"}\n",
    );
    let run = folder.run(&format!("{EVAL} --traits --zone Europe/Madrid"));
    assert_eq!(
        run.stdout,
        "{\"key\":7,\"segments\":[\"all_of_them\"],\"traits\":{\"day_seen\":\"2026-02-01\"}}\n"
    );
    let run = folder.run(&format!("{EVAL} --traits"));
    assert_eq!(
        run.stdout,
        "{\"key\":7,\"segments\":[\"all_of_them\"],\"traits\":{\"day_seen\":\"2026-01-31\"}}\n"
    );
    let run = folder.run(&format!("{EVAL} --zone Europe/Madri"));
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("Europe/Madri"), "{}", run.stderr);
}

#[test]
fn a_bad_line_stops_with_its_number_and_path() {
    let folder = folder("eval_bad");
    folder.write("customers.jsonl", "\u{feff}\r\n{\"id\":\"ana\",\"orders\":1}\r\n\r\n{\"id\":\"ben\",\"orders\":\"lots\"}\r\n{\"id\":\"cem\",\"orders\":3}");
    folder.run(EVAL).expect(
        2,
        "{\"key\":\"ana\",\"segments\":[]}\n",
        "error: customers.jsonl:4: orders: expected int, found text \"lots\"\n",
    );
    folder.run(&format!("{EVAL} --skip-bad")).expect(
        0,
        "{\"key\":\"ana\",\"segments\":[]}\n{\"key\":\"cem\",\"segments\":[]}\n",
        "warning: customers.jsonl:4: orders: expected int, found text \"lots\"\n\
         warning: customers.jsonl: left out 1 of 3 customers: line 4\n",
    );
}

#[test]
fn bad_lines_stand_among_the_answers_when_told_so() {
    let folder = folder("eval_print_bad");
    folder.write(
        "customers.jsonl",
        "{\"id\":\"ana\",\"orders\":1}\n{\"orders\":\"lots\",\"id\":\"be\\\"n\"}\n{\"id\":\"cem\"\n[3]\n{\"id\":\"eve\",\"id\":\"eva\",\"orders\":1}\n{\"id\":[1],\"orders\":1}\n{\"id\":\"dan\",\"orders\":3}\n",
    );
    let run = folder.run(&format!("{EVAL} --print-bad"));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let lines = run.json_lines();
    let of = |line: u64| {
        lines
            .iter()
            .find(|it| it["line"] == line)
            .expect("a bad line is told")
    };
    assert_eq!(lines.len(), 7);
    assert_eq!(
        of(2),
        &serde_json::json!({"key": "be\"n", "line": 2, "failed": "orders: expected int, found text \"lots\""})
    );
    for line in [3, 4, 5, 6] {
        assert!(of(line).get("key").is_none() && of(line)["failed"].is_string());
    }
    for key in ["ana", "dan"] {
        assert!(lines.contains(&serde_json::json!({"key": key, "segments": []})));
    }
    let run = folder.run(&format!("{EVAL} --print-bad --skip-bad"));
    assert_eq!(run.status, Some(2));
}

#[test]
fn unknown_members_pass_only_when_told_so() {
    let folder = folder("eval_unknown");
    folder.write("customers.jsonl", "{\"id\":\"ana\",\"order\":1,\"orders\":1}\n");
    let run = folder.run(EVAL);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.starts_with("error: customers.jsonl:1: order"),
        "{}",
        run.stderr
    );
    folder
        .run(&format!("{EVAL} --ignore-unknown"))
        .expect(0, "{\"key\":\"ana\",\"segments\":[]}\n", "");
}

#[test]
fn what_is_no_customer_is_refused() {
    let folder = folder("eval_refused");
    for line in [
        "{\"id\":\"a\",\"orders\":1,\"orders\":2}",
        "{\"id\":\"a\",\"orders\":1,\"\\u0069d\":\"b\"}",
        "{\"id\":\"a\",\"orders\":1,\"purchases\":[{\"at\":\"2026-01-01T00:00:00Z\",\"amount\":1,\"amount\":1}]}",
        "{\"id\":\"a\",\"orders\":1,\"purchases\":[{\"amount\":1}]}",
        "{\"id\":\"a\",\"orders\":1,\"purchases\":[null]}",
        "{\"id\":\"a\",\"orders\":1,\"purchases\":{}}",
        "{\"id\":\"a\",\"orders\":1,\"home\":[91,0]}",
        "{\"id\":\"a\",\"orders\":1,\"home\":{\"lat\":1}}",
        "{\"id\":\"a\",\"orders\":1,\"member_since\":\"2026-02-30\"}",
        "{\"id\":null,\"orders\":1}",
        "{\"id\":\"a\"",
        "{\"id\":\"a\",\"orders\":1} {}",
        "[]",
        "\"a\"",
        "{\"id\":\"a\\u0000\",\"orders\":1}",
        "{\"orders\":1}",
        "{\"id\":\"a\",\"orders\":1.5}",
        "{\"id\":\"a\",\"orders\":9223372036854775808}",
    ] {
        folder.write("customers.jsonl", line);
        let run = folder.run(EVAL);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{line}");
        assert!(
            run.stderr.starts_with("error: customers.jsonl:1: "),
            "{line}: {}",
            run.stderr
        );
    }
    folder.write("customers.jsonl", b"{\"id\":\"\xff\",\"orders\":1}");
    assert_eq!(folder.run(EVAL).status, Some(2));
}

#[test]
fn definitions_in_further_files_belong_to_the_set() {
    let folder = folder("eval_defs");
    folder.write(
        "more.audience",
        "segment french = country = \"FR\"\nsegment foreign = not in segment spanish and orders >= 1\n",
    );
    folder.write(
        "customers.jsonl",
        "{\"id\":\"ana\",\"country\":\"FR\",\"orders\":1}",
    );
    folder.run(&format!("{EVAL} --defs more.audience")).expect(
        0,
        "{\"key\":\"ana\",\"segments\":[\"french\",\"foreign\"]}\n",
        "",
    );
}

#[test]
fn warnings_of_definitions_change_nothing() {
    let folder = folder("eval_warning");
    folder.write(
        "shop.audience",
        "customer { id: string key, country: string?, orders: int }\nsegment elsewhere = country != \"ES\"\n",
    );
    folder.write("customers.jsonl", "{\"id\":\"ana\",\"orders\":1}");
    let run = folder.run(EVAL);
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (Some(0), "{\"key\":\"ana\",\"segments\":[\"elsewhere\"]}\n")
    );
    assert!(
        run.stderr.starts_with("warning[negation-over-missing]"),
        "{}",
        run.stderr
    );
}

#[test]
fn definitions_with_errors_are_shown_and_nothing_is_evaluated() {
    let folder = folder("eval_errors");
    folder.write(
        "shop.audience",
        "customer { id: string key, country: string? }\nsegment spanish = contry = \"ES\"\n",
    );
    let run = folder.run(EVAL);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr
            .starts_with("error[unknown-attribute]: unknown attribute `contry`"),
        "{}",
        run.stderr
    );
}

#[test]
fn files_that_are_not_there_are_named() {
    let folder = folder("eval_missing");
    let run = folder.run(&EVAL.replace("customers.jsonl", "nobody.jsonl"));
    run.expect(
        2,
        "",
        "error: nobody.jsonl: No such file or directory (os error 2)\n",
    );
    let run = folder.run(&EVAL.replace("shop.audience", "shop.audienc"));
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("shop.audienc"), "{}", run.stderr);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = folder("eval_arguments");
    for arguments in [
        "eval shop.audience --customers customers.jsonl",
        "eval shop.audience --customers customers.jsonl --at 2026-06-01",
        "eval shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00",
        &format!("{EVAL} --warn-below 3"),
        &format!("{EVAL} --counts --traits"),
        &format!("{EVAL} --catalog products"),
        "fit",
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{arguments}");
        assert!(run.stderr.starts_with("error: "), "{arguments}: {}", run.stderr);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = folder("eval_pipe");
    folder.write(
        "customers.jsonl",
        "{\"id\":\"ana\",\"orders\":1}\n".repeat(50_000),
    );
    let mut child = folder
        .command(EVAL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut reader = BufReader::new(child.stdout.take().expect("piped"));
    let mut first = String::new();
    reader.read_line(&mut first).expect("a line");
    drop(reader);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(first, "{\"key\":\"ana\",\"segments\":[]}\n");
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (Some(0), "")
    );
}

#[test]
fn items_of_a_catalogue_are_read_and_checked() {
    let folder = folder("eval_catalog");
    folder.write(
        "shop.audience",
        format!("{SHOP}\ncatalog products {{ sku: string key, price: decimal }}\n"),
    );
    folder.write(
        "products.jsonl",
        "{\"sku\":\"a\",\"price\":1.5}\n{\"sku\":\"b\",\"price\":\"dear\"}\n",
    );
    let run = folder.run(&format!("{EVAL} --catalog products=products.jsonl"));
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.starts_with("error: products.jsonl") && run.stderr.contains("price"),
        "{}",
        run.stderr
    );
    folder.write("products.jsonl", "{\"sku\":\"a\",\"price\":1.5}\n");
    assert_eq!(
        folder
            .run(&format!("{EVAL} --catalog products=products.jsonl"))
            .status,
        Some(0)
    );
    let items = "--catalog products=products.jsonl";
    folder.run(&format!("{EVAL} {items} {items}")).expect(
        2,
        "",
        "error: the items of `products` are given twice\n",
    );
    let run = folder.run(&format!("{EVAL} --catalog product=products.jsonl"));
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("product"), "{}", run.stderr);
}

#[test]
fn rules_that_look_into_a_catalogue_need_its_items() {
    let folder = folder("eval_catalogs");
    folder
        .write(
            "low.audience",
            "customer { id: string key, sku: ref products, n: int }\n\
             catalog products { sku: string key, stock: int }\n\
             segment low = sku.stock < 5\n\
             segment many = n > 5\n\
             trait stock = sku.stock\n",
        )
        .write("low.jsonl", "{\"id\":\"ana\",\"sku\":\"a\",\"n\":9}\n")
        .write("products.jsonl", "{\"sku\":\"a\",\"stock\":3}\n");
    let eval = "eval low.audience --customers low.jsonl --at 2026-06-01T00:00:00Z";
    let refused =
        "error: the rules look into the catalogue `products`: give its items with --catalog products=FILE\n";
    folder.run(eval).expect(2, "", refused);
    folder.run(&format!("{eval} --counts")).expect(2, "", refused);
    let many = "{\"key\":\"ana\",\"segments\":[\"many\"]}\n";
    folder.run(&format!("{eval} --segment many")).expect(0, many, "");
    folder
        .run(&format!("{eval} --segment many --traits"))
        .expect(2, "", refused);
    let both = "{\"key\":\"ana\",\"segments\":[\"low\",\"many\"],\"traits\":{\"stock\":3}}\n";
    folder
        .run(&format!("{eval} --traits --catalog products=products.jsonl"))
        .expect(0, both, "");
}
