//! `audience fit`, and what its file is used for.

use std::fs;

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, orders: int, spent: decimal? }
trait fifth = quantile(orders, 5)
segment best "Worth a phone call" = spent in top 10%
segment busy = fifth = 5
segment any_orders = orders > 0
"#;

const FIT: &str = "fit shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z --zone Europe/Madrid --out people.json";
const EVAL: &str = "eval shop.audience --customers customers.jsonl --at 2026-06-02T00:00:00Z";

fn customers() -> String {
    let line = |it: i64| match it {
        1..=5 => format!("{{\"id\":\"c{it}\",\"orders\":{it}}}\n"),
        _ => format!("{{\"id\":\"c{it}\",\"orders\":{it},\"spent\":{it}.5}}\n"),
    };
    (1..=20).map(line).collect()
}

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", customers());
    folder
}

/// [rank-15]
#[test]
fn what_is_fitted_is_used() {
    let folder = folder("fit_used");
    folder.run(FIT).expect(
        0,
        "cut         customers   share     points  of
quantile 5         20  100.0%  4 8 12 16  orders
top 10%            15   75.0%       19.5  spent
(all)              20  100.0%
",
        "",
    );
    assert_eq!(
        folder.names(),
        ["customers.jsonl", "people.json", "shop.audience"]
    );
    let kept = folder.read("people.json");
    assert!(
        kept.contains("\"zone\": \"Europe/Madrid\"") && kept.ends_with("}\n"),
        "{kept}"
    );
    folder
        .run(&format!("{EVAL} --population people.json --counts"))
        .expect(
            0,
            "segment     customers   share  meaning
best                2   10.0%  Worth a phone call
busy                4   20.0%
any_orders         20  100.0%
(all)              20  100.0%
",
            "",
        );
    let run = folder.run(&format!("{EVAL} --population people.json --traits"));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(
        run.stdout.ends_with(
            "{\"key\":\"c20\",\"segments\":[\"best\",\"busy\",\"any_orders\"],\"traits\":{\"fifth\":5}}\n"
        ),
        "{}",
        run.stdout
    );
    // As an editor may have saved it.
    folder.write("marked.json", format!("\u{feff}{}", kept.replace('\n', "\r\n")));
    let marked = folder.run(&format!("{EVAL} --population marked.json --traits"));
    assert_eq!(marked, run);
    // Again, in the place of the old one.
    assert_eq!(folder.run(FIT).status, Some(0));
    assert_eq!(folder.read("people.json"), kept);
}

/// [rank-15]
#[test]
fn without_a_population_its_need_is_named() {
    let folder = folder("fit_needed");
    let needs = |names: &str, verb: &str| {
        format!(
            "error: {names} {verb} customers with each other: run `audience fit`, and give what it writes with --population\n"
        )
    };
    folder
        .run(EVAL)
        .expect(2, "", &needs("`best`, `busy`", "compare"));
    folder
        .run(&format!("{EVAL} --counts"))
        .expect(2, "", &needs("`best`, `busy`", "compare"));
    folder
        .run(&format!("{EVAL} --segment any_orders --segment busy"))
        .expect(2, "", &needs("`busy`", "compares"));
    folder
        .run(&format!("{EVAL} --segment any_orders --traits"))
        .expect(2, "", &needs("`fifth`", "compares"));
    let run = folder.run(&format!("{EVAL} --segment any_orders"));
    assert_eq!((run.status, run.stdout.lines().count()), (Some(0), 20), "{run:?}");

    folder.write("mail.txt", "{% if in segment best %}Thank you{% endif %}");
    let render = "render shop.audience mail.txt --customers customers.jsonl --at 2026-06-02T00:00:00Z";
    let run = folder.run(render);
    assert_eq!((run.status, &*run.stdout), (Some(2), ""), "{run:?}");
    assert!(
        run.stderr.starts_with("error[needs-population]"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.ends_with(&needs("`mail.txt`", "compares")),
        "{}",
        run.stderr
    );
    assert_eq!(folder.run(FIT).status, Some(0));
    let run = folder.run(&format!("{render} --population people.json --key c20"));
    run.expect(0, "Thank you", "");
}

#[test]
fn a_population_that_cannot_be_used_is_refused() {
    let folder = folder("fit_refused");
    assert_eq!(folder.run(FIT).status, Some(0));
    folder.write("shop.audience", SHOP.replace("(orders, 5)", "(orders, 6)"));
    folder.run(&format!("{EVAL} --population people.json")).expect(
        2,
        "",
        "error: people.json: the population was fitted for other definitions: it lacks the quantile 6 of `orders`\n",
    );
    folder.write(
        "people.json",
        folder
            .read("people.json")
            .replace("\"version\": 1", "\"version\": 7"),
    );
    let run = folder.run(&format!("{EVAL} --population people.json"));
    assert_eq!(run.status, Some(2));
    assert!(
        run.stderr.starts_with(
            "error: people.json: a population of version 7, and only version 1 is known: fit it again"
        ),
        "{}",
        run.stderr
    );
    let run = folder.run(&format!("{EVAL} --population none.json"));
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.starts_with("error: none.json: "), "{}", run.stderr);
}

#[test]
fn what_goes_wrong_leaves_the_old_population() {
    let folder = folder("fit_wrong");
    folder.write("people.json", "old");
    folder.write("customers.jsonl", format!("{}oops\n", customers()));
    let run = folder.run(FIT);
    assert_eq!((run.status, &*run.stdout), (Some(2), ""), "{run:?}");
    assert_eq!(folder.read("people.json"), "old");
    assert_eq!(
        folder.names(),
        ["customers.jsonl", "people.json", "shop.audience"]
    );

    let run = folder.run(&FIT.replace("people.json", "missing/people.json"));
    assert_eq!(run.status, Some(2), "{run:?}");
    folder.run(&format!("{FIT} --population people.json")).expect(
        2,
        "",
        "error: `fit` writes a population, and reads none\n",
    );
    folder.write(
        "shop.audience",
        "customer { id: string key, orders: int, spent: decimal? }",
    );
    folder.run(FIT).expect(
        2,
        "",
        "error: the definitions compare no customer with the others: there is nothing to fit\n",
    );
    fs::remove_file(folder.path.join("people.json")).expect("still there");
}
