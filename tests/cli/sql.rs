//! `audience sql` and `audience mapping`.

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, country: string, name: string?, consent: { email: bool } }
event purchases { amount: decimal }
trait spent = sum(amount of purchases)
segment spain = country = "it's"
segment loyal "More than one" = at least 2 purchases in last 30 days and consent.email
segment odd = name matches "a+"
"#;

const ASK: &str = "sql shop.audience --at 2026-06-01T00:00:00Z";

fn shop(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("shop.audience", SHOP);
    folder
}

#[test]
fn the_query_of_one_segment_gives_its_keys() {
    let folder = shop("sql_one");
    folder
        .run(&format!("{ASK} --dialect sqlite --segment spain"))
        .expect(
            0,
            r#"-- segment spain
-- at 2026-06-01T00:00:00Z in UTC
SELECT
  "c"."id" COLLATE BINARY AS "id"
FROM "customers" AS "c"
WHERE "c"."country" COLLATE BINARY = 'it''s'
"#,
            "",
        );
}

#[test]
fn values_are_bound_when_asked_for() {
    let folder = shop("sql_bound");
    let run = folder.run(&format!("{ASK} --dialect postgresql --segment spain --params"));
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["params"], serde_json::json!(["it's"]));
    let sql = json["sql"].as_str().expect("text");
    assert!(sql.contains("= $1::text") && !sql.contains("it"), "{sql}");
}

#[test]
fn sessions_of_duckdb_are_set_up_first() {
    let folder = shop("sql_setup");
    let setup = "SET disabled_optimizers = 'common_subplan'";
    let run = folder.run(&format!("{ASK} --dialect duckdb --segment spain"));
    assert!(
        run.stdout.starts_with(&format!("{setup};\n\n-- segment spain\n")),
        "{run:?}"
    );
    let run = folder.run(&format!("{ASK} --dialect duckdb --segment spain --params"));
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(json["setup"], setup);
}

#[test]
fn several_segments_and_a_trait_give_columns() {
    let folder = shop("sql_columns");
    let both = folder.run(&format!("{ASK} --dialect duckdb --segment loyal --segment spain"));
    assert!(
        both.stdout.contains("AS \"spain\"") && both.stdout.contains("AS \"loyal\""),
        "{both:?}"
    );
    let spent = folder.run(&format!("{ASK} --dialect duckdb --trait spent"));
    assert!(
        spent.stdout.contains("AS \"spent\"") && spent.stdout.contains("SUM("),
        "{spent:?}"
    );
}

#[test]
fn what_has_no_faithful_translation_is_pointed_at() {
    let folder = shop("sql_refused");
    folder.run(&format!("{ASK} --dialect sqlite")).expect(
        1,
        "",
        "\
error[no-sql]: a regular expression cannot be said faithfully in the SQL of sqlite
 --> shop.audience:7:15
  |
7 | segment odd = name matches \"a+\"
  |               ^^^^^^^^^^^^^^^^^ has no translation
  |
  = help: use `contains`, `starts with` and `ends with`, or keep the answer in an attribute
",
    );
}

#[test]
fn what_is_approximate_is_warned_of() {
    let folder = shop("sql_approximate");
    let ask = format!("{ASK} --dialect postgresql --segment odd");
    let refused = folder.run(&ask);
    assert!(
        refused.status == Some(1) && refused.stderr.contains("`--approximate`"),
        "{refused:?}"
    );
    let run = folder.run(&format!("{ask} --approximate"));
    assert!(run.stdout.contains(" ~ 'a+'"), "{run:?}");
    assert_eq!(run.status, Some(0));
    assert_eq!(
        run.stderr,
        "\
warning[approximate-sql]: a regular expression is approximate in the SQL of postgresql
 --> shop.audience:7:15
  |
7 | segment odd = name matches \"a+\"
  |               ^^^^^^^^^^^^^^^^^ its own regular expressions look for it, to which words are of ASCII letters
  |
  = help: use `contains`, `starts with` and `ends with`, or keep the answer in an attribute
"
    );
}

#[test]
fn the_draft_of_a_mapping_is_what_is_used_without_one() {
    let folder = shop("sql_mapping");
    let draft = folder.run("mapping shop.audience --dialect sqlite");
    folder.write("mapping.json", &draft.stdout);
    let ask = format!("{ASK} --dialect sqlite --segment loyal");
    let with = folder.run(&format!("{ask} --mapping mapping.json"));
    assert_eq!(with, folder.run(&ask));
    let renamed =
        draft
            .stdout
            .replace("\"purchases\"", "\"orders\"")
            .replacen("\"orders\": {", "\"purchases\": {", 1);
    folder.write("renamed.json", renamed);
    let other = folder.run(&format!("{ask} --mapping renamed.json"));
    assert!(other.stdout.contains("FROM \"orders\""), "{other:?}");
}

#[test]
fn a_mapping_that_does_not_fit_is_refused_with_all_that_is_wrong() {
    let folder = shop("sql_wrong");
    folder.write(
        "wrong.json",
        r#"{ "customers": { "table": "c", "key": ["id"], "columns": { "id": "id", "contry": "country" } }, "events": { "purchase": { "table": "p", "key": ["c"] } } }"#,
    );
    let run = folder.run(&format!(
        "{ASK} --dialect sqlite --segment spain --mapping wrong.json"
    ));
    assert_eq!(run.status, Some(2), "{run:?}");
    for part in [
        "contry",
        "did you mean `country`",
        "purchase",
        "did you mean `purchases`",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    folder.write("broken.json", "{");
    let run = folder.run(&format!(
        "{ASK} --dialect sqlite --segment spain --mapping broken.json"
    ));
    assert!(
        run.status == Some(2) && run.stderr.starts_with("error: broken.json: "),
        "{run:?}"
    );
}

#[test]
fn the_contract_is_a_query_too() {
    let folder = shop("sql_contract");
    let run = folder.run(&format!("{ASK} --dialect postgresql --validate"));
    assert!(
        run.status == Some(0) && run.stdout.contains("'null, but required' AS \"problem\""),
        "{run:?}"
    );
}

#[test]
fn other_engines_are_refused_by_name() {
    let folder = shop("sql_engine");
    let run = folder.run(&format!("{ASK} --dialect oracle"));
    assert!(
        run.status == Some(2)
            && run
                .stderr
                .contains("sqlite, duckdb, postgresql, clickhouse, datafusion and spark"),
        "{run:?}"
    );
}

#[test]
fn a_run_after_another_asks_who_is_due() {
    let folder = shop("sql_since");
    let ask = format!("{ASK} --dialect sqlite --segment loyal --since");
    folder.run(&format!("{ask} 2026-05-31T00:00:00Z")).expect(
        0,
        r#"-- for whom an answer may be another one than at 2026-05-31T00:00:00Z
-- segment loyal: More than one
-- at 2026-06-01T00:00:00Z in UTC
WITH "due_purchases" AS (
  SELECT
    "e"."customer_id" COLLATE BINARY AS "key"
  FROM "purchases" AS "e"
  WHERE ("e"."at" >= 1777593600000000 AND "e"."at" <= 1777680000000000)
    OR ("e"."at" >= 1780185600000000 AND "e"."at" <= 1780272000000000)
),
"due" AS MATERIALIZED (
  SELECT DISTINCT "key" AS "key"
  FROM "due_purchases"
),
"purchases_by_customers" AS (
  SELECT
    "e"."customer_id" COLLATE BINARY AS "key",
    COUNT(*) AS "count"
  FROM "purchases" AS "e"
  JOIN "due" ON "due"."key" = "e"."customer_id" COLLATE BINARY
  WHERE "e"."at" <= 1780272000000000
    AND "e"."at" > 1777680000000000
  GROUP BY "e"."customer_id" COLLATE BINARY
)
SELECT
  "c"."id" COLLATE BINARY AS "id",
  COALESCE("purchases_by_customers"."count", 0) >= 2 AND "c"."consent_email" AS "loyal"
FROM "customers" AS "c"
JOIN "due" ON "due"."key" = "c"."id" COLLATE BINARY
LEFT JOIN "purchases_by_customers" ON "purchases_by_customers"."key" = "c"."id" COLLATE BINARY
"#,
        "",
    );
    let years = "customer { id: string key, born: date }  segment adults = years_since(born) >= 18";
    folder.write("years.audience", years);
    let run = folder
        .run("sql years.audience --at 2026-06-01T00:00:00Z --dialect sqlite --since 2026-05-31T00:00:00Z");
    assert_eq!(run.status, Some(0));
    assert!(
        run.stderr.contains("warning[everyone-due]") && run.stderr.contains("years_since(born)"),
        "{run:?}"
    );
    assert!(!run.stdout.contains("due"), "{run:?}");
}
