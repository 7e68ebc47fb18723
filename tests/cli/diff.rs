//! `audience diff`.

use super::Folder;

const CONTRACT: &str = "customer { id: string key, country: string?, orders: int }\n";

const OLD: &str = "\
trait weight = orders * 2
segment gone = orders > 1
segment loyal = orders >= 10
segment same = orders >= 5 and country = \"ES\"
segment kept = orders = 3
";

const NEW: &str = "\
trait weight = orders * 3
segment fresh = country = \"FR\"
segment loyal = orders >= 12
segment same \"as before\" = country = \"ES\" and orders > 4
segment kept = orders = 3   # not touched
";

const CUSTOMERS: &str = "\u{feff}{\"id\":\"ana\",\"orders\":11,\"country\":\"FR\"}\r\n\r\n\
    {\"id\":\"ben\",\"orders\":12}\r\n{\"id\":\"cem\",\"orders\":5,\"country\":\"ES\"}";

const CHANGES: &str = r#"trait weight may mean something else
  - orders * 2
  + orders * 3
segment fresh is new
  + country = "FR"
segment loyal is narrower: whoever is in was in, and others were too
  - orders >= 10
  + orders >= 12
segment same is written in another way and means the same
  - orders >= 5 and country = "ES"
  + country = "ES" and orders > 4
segment same is described in another way
  + "as before"
segment gone is gone
  - orders > 1
"#;

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .write("old.audience", format!("{CONTRACT}{OLD}"))
        .write("new.audience", format!("{CONTRACT}{NEW}"))
        .write("customers.jsonl", CUSTOMERS);
    folder
}

const ASK: &str = "--customers customers.jsonl --at 2026-06-01T00:00:00Z";

/// [diff-2] [diff-3]
#[test]
fn what_is_added_removed_and_changed_in_meaning_or_in_writing_is_told() {
    let folder = folder("diff");
    folder
        .run("diff old.audience new.audience")
        .expect(0, CHANGES, "");
    folder
        .run("diff old.audience old.audience")
        .expect(0, "nothing is different\n", "");
    folder
        .run("diff old.audience old.audience --json")
        .expect(0, "{\"changes\":[]}\n", "");
    let run = folder.run("diff old.audience new.audience --json");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(
        json["changes"][2],
        serde_json::json!({"kind": "segment", "name": "loyal", "effect": "narrower", "old": "orders >= 10", "new": "orders >= 12"})
    );
    assert!(json.get("moves").is_none(), "{json}");
}

/// [diff-5]
#[test]
fn customers_enter_and_leave() {
    let folder = folder("diff_customers");
    let moves = "\
fresh: 1 enters, 0 leave, 0 stay
loyal: 0 enter, 1 leaves, 1 stays
same: 0 enter, 0 leave, 1 stays
kept: 0 enter, 0 leave, 0 stay
gone: 0 enter, 3 leave, 0 stay
";
    folder
        .run(&format!("diff old.audience new.audience {ASK}"))
        .expect(0, &format!("{CHANGES}{moves}"), "");
    let run = folder.run_with_input(
        "diff old.audience new.audience --json --customers - --at 2026-06-01T00:00:00Z",
        CUSTOMERS,
    );
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(
        json["moves"][1],
        serde_json::json!({"segment": "loyal", "entering": [], "leaving": ["ana"], "staying": 1})
    );
}

#[test]
fn files_that_both_share_are_given_once() {
    let folder = folder("diff_defs");
    folder
        .write("contract.audience", CONTRACT)
        .write("old_rules.audience", OLD)
        .write("new_rules.audience", NEW);
    folder
        .run("diff old_rules.audience new_rules.audience --defs contract.audience")
        .expect(0, CHANGES, "");
}

/// [diff-7] A member that came or went with the definitions is no slip; one that neither knows is.
#[test]
fn members_that_only_one_side_knows_pass() {
    let folder = folder("diff_members");
    folder
        .write(
            "old.audience",
            "customer { id: string key, points: int? }\nsegment rich = points > 5\n",
        )
        .write(
            "new.audience",
            "customer { id: string key, spent: decimal? }\nsegment rich = spent > 5\n",
        );
    let ask = format!("diff old.audience new.audience {ASK}");
    for (line, moves) in [
        ("{\"id\":\"a\",\"points\":6}", "rich: 0 enter, 1 leaves, 0 stay"),
        ("{\"id\":\"a\",\"spent\":6}", "rich: 1 enters, 0 leave, 0 stay"),
    ] {
        folder.write("customers.jsonl", line);
        let run = folder.run(&ask);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
        assert_eq!(run.stdout.lines().last(), Some(moves));
    }
    folder.write("customers.jsonl", "{\"id\":\"a\",\"spend\":6}");
    folder.run(&ask).expect(
        2,
        "",
        "error: customers.jsonl:1: spend: unknown member; did you mean `spent`?\n",
    );
    folder.write("customers.jsonl", "{\"id\":\"a\",\"spent\":6,\"points\":6}\n");
    folder.run(&ask).expect(
        2,
        "",
        "error: customers.jsonl:1: the old definitions do not name `spent`, and the new ones not `points`: \
         let both pass with --ignore-unknown\n",
    );
    let run = folder.run(&format!("{ask} --ignore-unknown"));
    assert_eq!(run.stdout.lines().last(), Some("rich: 0 enter, 0 leave, 1 stays"));
}

/// [diff-6]
#[test]
fn ranks_are_among_the_customers_given_and_references_need_their_items() {
    let folder = folder("diff_ranks");
    let line = |n: i64| format!("{{\"id\":\"k{n}\",\"n\":{n},\"sku\":\"a\"}}\n");
    let customers: String = (1..=10).map(line).collect();
    folder
        .write(
            "old.audience",
            "customer { id: string key, n: int, sku: ref products }\ncatalog products { sku: string key, price: decimal }\n\
             segment best = n in top 10%\nsegment dear = sku.price >= 3\n",
        )
        .write(
            "new.audience",
            "customer { id: string key, n: int, sku: ref products }\n\
             catalog products { sku: string key, price: decimal, stock: int? }\n\
             segment best = n in top 30%\nsegment dear = sku.price >= 3 and sku.stock > 0\n",
        )
        .write("customers.jsonl", format!("{{\"id\":7}}\n{customers}"))
        .write("products.jsonl", "{\"sku\":\"a\",\"price\":3}\n");
    let ask = format!("diff old.audience new.audience {ASK} --skip-bad");
    let run = folder.run(&format!("{ask} --catalog products=products.jsonl"));
    assert_eq!(
        run.stderr,
        "warning: customers.jsonl:1: id: expected string, found 7\n\
         warning: customers.jsonl: left out 1 of 11 customers: line 1\n"
    );
    assert!(
        run.stdout
            .ends_with("best: 2 enter, 0 leave, 1 stays\ndear: 0 enter, 10 leave, 0 stay\n"),
        "{}",
        run.stdout
    );
    folder.run(&ask).expect(
        2,
        "",
        "error: the rules look into the catalogue `products`: give its items with --catalog products=FILE\n",
    );
    folder
        .run(&format!("{ask} --catalog product=products.jsonl"))
        .expect(2, "", "error: there is no catalogue `product`\n");
    folder
        .run(&format!(
            "{} --catalog products=products.jsonl",
            ask.replace("customers.jsonl", "-")
        ))
        .expect(
            2,
            "",
            "error: customers that are compared with each other are read twice: give a file instead of `-`\n",
        );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = folder("diff_errors");
    folder.write("bad.audience", "segment = \n");
    for arguments in [
        "diff old.audience bad.audience",
        "diff bad.audience new.audience",
        "diff old.audience nothing.audience",
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""), "{arguments}");
        assert!(run.stderr.starts_with("error["), "{}", run.stderr);
    }
    for arguments in [
        "diff old.audience",
        "diff old.audience new.audience --customers customers.jsonl",
        "diff old.audience new.audience --at 2026-06-01T00:00:00Z",
        "diff old.audience new.audience --catalog products=products.jsonl",
        "diff old.audience new.audience --customers nobody.jsonl --at 2026-06-01T00:00:00Z",
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{arguments}");
    }
    folder.write(
        "customers.jsonl",
        "{\"id\":\"ana\",\"orders\":1}\n{\"id\":\"ben\"}\n",
    );
    folder
        .run(&format!("diff old.audience new.audience {ASK}"))
        .expect(2, "", "error: customers.jsonl:2: orders: required, but missing\n");
}
