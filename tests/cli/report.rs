//! `audience report`.

use std::fmt::Write as _;

use audience::experiment::{Experiment, Metric, Tally, Treatment};

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, country: string, nps: int?, email: string personal, agreed: bool }
event purchases { amount: decimal }
channel email { address email  consent agreed }
trait spent "What she spent" = sum(amount of purchases)
segment spain "At <home> & away" owner "CRM" = country = "ES"
segment buyers owner "CRM" = any purchases
segment spenders owner "CRM" = spent > 0
segment rich owner "CRM" = max(amount of purchases) >= 100
segment nobody = country = "XX"
message hi for buyers { channel email, inputs { unsubscribe: url }, subject "Hi", text "{{ unsubscribe }}" }
message news { channel email, inputs { unsubscribe: url }, subject "News", text "{{ unsubscribe }}" }
campaign spring for rich { send hi }
"#;

const REPORT: &str =
    "report shop.audience --customers customers.jsonl --at 2026-06-01T00:00:00Z --out page.html";

/// Customers c1 to c8 of Spain and France in turn: the first six have bought for 10, 20 … 60, and answered 10, 9, 8, 7, 6, 5.
fn folder(name: &str) -> Folder {
    let mut customers = String::new();
    for number in 1..=8 {
        let country = if number % 2 == 1 { "ES" } else { "FR" };
        let more = if number <= 6 {
            format!(
                r#","nps":{},"purchases":[{{"at":"2026-05-01T00:00:00Z","amount":{}0}}]"#,
                11 - number,
                number
            )
        } else {
            String::new()
        };
        writeln!(
            customers,
            r#"{{"id":"canary{number}","country":"{country}","email":"canary@example.com","agreed":true{more}}}"#
        )
        .expect("into memory");
    }
    let folder = Folder::new(name);
    folder
        .write("shop.audience", SHOP)
        .write("customers.jsonl", customers);
    folder
}

/// The cells of the rows of the page whose first cell begins so, without their tags.
fn rows(page: &str, first: &str) -> Vec<String> {
    let rows = page.split("<tr>").filter_map(|row| row.split("</tr>").next());
    let cells = |row: &str| {
        let cells = row.split("</td>").map(|cell| {
            let mut text = String::new();
            let mut is_tag = false;
            for letter in cell.chars() {
                match letter {
                    '<' => is_tag = true,
                    '>' => is_tag = false,
                    letter if !is_tag => text.push(letter),
                    _ => {}
                }
            }
            text
        });
        cells.collect::<Vec<_>>().join("|")
    };
    rows.map(cells).filter(|row| row.starts_with(first)).collect()
}

#[test]
fn a_page_tells_sizes_values_overlaps_and_faults() {
    let folder = folder("report_page");
    let run = folder.run(&format!("{REPORT} --value spent --nps nps --warn-below 4"));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(run.stdout, "");
    let page = folder.read("page.html");
    assert_eq!(
        rows(&page, "spainAt"),
        ["spainAt &lt;home&gt; &amp; away|CRM|4|50.0%|–|–|–|–|"]
    );
    assert_eq!(
        rows(&page, "buyers"),
        [
            "buyers|CRM|6|75.0%|210.00|100.0%|35.00|0 of 6|",
            "buyers|spenders|6|100.0%|100.0%|1.000|"
        ]
    );
    assert_eq!(rows(&page, "(in none)"), ["(in none)||1|12.5%|–|–|–|–|"]);
    assert_eq!(
        rows(&page, "(all)"),
        ["(all)||8|100.0%|210.00|100.0%|26.25|0 of 6|"]
    );
    assert_eq!(rows(&page, "empty"), ["empty|rich, nobody|nobody is in it|"]);
    assert_eq!(
        rows(&page, "no owner"),
        ["no owner|nobody|nobody answers for it: `owner &quot;…&quot;`|"]
    );
    assert_eq!(
        rows(&page, "no message"),
        [
            "no message|spain, spenders, nobody|no message or campaign is for it, or asks whether somebody is in it|"
        ]
    );
    assert_eq!(
        rows(&page, "redundant"),
        ["redundant|spenders|has the same customers as buyers|"]
    );
    assert_eq!(
        rows(&page, "no audience"),
        ["no audience|news|is for everyone who may have it, and no campaign narrows that|"]
    );
    assert_eq!(rows(&page, "spain|buyers"), ["spain|buyers|3|75.0%|50.0%|0.429|"]);
    assert!(!page.contains("canary"), "nobody is named");
    // It needs nothing from elsewhere, and nothing runs in it.
    for outside in [
        "http://", "https://", "src=", "href=", "<script", "@import", "url(",
    ] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn without_options_there_is_no_value_and_no_answer() {
    let folder = folder("report_plain");
    let run = folder.run(REPORT);
    assert_eq!(run.status, Some(0), "{run:?}");
    let page = folder.read("page.html");
    assert_eq!(rows(&page, "(all)"), ["(all)||8|100.0%|"]);
    assert_eq!(rows(&page, "too narrow").len(), 2);
    assert!(!page.contains("NPS") && !page.contains("share of value"));
}

#[test]
fn what_the_options_ask_is_checked_as_everything_else() {
    let folder = folder("report_options");
    let run = folder.run(&format!("{REPORT} --value spnt"));
    assert_eq!(run.status, Some(1));
    assert!(
        run.stderr.contains("unknown name `spnt`") || run.stderr.contains("`spnt`"),
        "{run:?}"
    );
    assert!(run.stderr.contains("--> --value:1:"), "{run:?}");
    folder.run(&format!("{REPORT} --value country")).expect(
        2,
        "",
        "error: --value: expected a number, found string\n",
    );
    folder.run(&format!("{REPORT} --nps spent")).expect(
        2,
        "",
        "error: --nps: expected answers from 0 to 10, found decimal\n",
    );
    assert_eq!(
        folder.names(),
        ["customers.jsonl", "shop.audience"],
        "nothing is written"
    );
}

#[test]
fn a_bad_line_leaves_no_page() {
    let folder = folder("report_bad");
    folder.write("customers.jsonl", "{\"id\":7}\n");
    let run = folder.run(REPORT);
    assert_eq!(run.status, Some(2), "{run:?}");
    assert_eq!(folder.names(), ["customers.jsonl", "shop.audience"]);
    // Without a customer there is a page that says so.
    folder.write("customers.jsonl", "");
    assert_eq!(folder.run(REPORT).status, Some(0));
    assert_eq!(rows(&folder.read("page.html"), "(all)"), ["(all)||0|0.0%|"]);
}

#[test]
fn purchases_give_scores_and_groups() {
    let folder = folder("report_purchases");
    let run = folder.run(&format!("{REPORT} --purchases purchases.amount"));
    assert_eq!(run.status, Some(0), "{run:?}");
    let page = folder.read("page.html");
    // All six bought once, on one day: equal values have equal scores.
    assert_eq!(rows(&page, "no order"), ["no order|2|25.0%|–|–|"]);
    let groups: Vec<_> = rows(&page, "")
        .into_iter()
        .filter(|it| it.ends_with("|6|75.0%|210.00|100.0%|"))
        .collect();
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert!(page.contains("Customers by what they have spent"));
    // May is over, and there is no month after it.
    assert_eq!(rows(&page, "(all)|"), ["(all)||8|100.0%|", "(all)|–|–|–|–|"]);
    assert!(page.contains("<p>No forecast: "), "{page}");
    let unknown = folder.run(&format!("{REPORT} --purchases purchases.price"));
    assert!(
        unknown
            .stderr
            .starts_with("error: --purchases: unknown property `price`"),
        "{unknown:?}"
    );
    let wrong = folder.run(&format!("{REPORT} --purchases purchases"));
    assert_eq!(
        wrong.stderr,
        "error: --purchases: expected EVENT.PROPERTY, such as purchases.amount\n"
    );
    let few = folder
        .read("customers.jsonl")
        .lines()
        .take(4)
        .collect::<Vec<_>>()
        .join("\n");
    folder.write("customers.jsonl", few);
    folder.run(&format!("{REPORT} --purchases purchases.amount"));
    let page = folder.read("page.html");
    assert!(page.contains("<p>No scores: "), "{page}");
}

/// What two arms of 2,000 customers ordered, saved as a service does.
fn tally() -> Result<Tally, Box<dyn std::error::Error>> {
    let experiment = Experiment::builder("spring <1>")
        .arm("none", 0.5, Treatment::Nothing)
        .arm("letter", 0.5, Treatment::PerPerson)
        .goal(Metric::rate("ordered"))
        .guardrail(Metric::rate("complained").less_is_better(), 0.01)
        .build()?;
    let mut tally = Tally::new(&experiment);
    for customer in 0..4_000 {
        let (arm, of_ten) = if customer % 2 == 0 {
            ("none", 2)
        } else {
            ("letter", 3)
        };
        let ordered = customer / 2 % 10 < of_ten;
        tally.add(
            arm,
            [],
            [("ordered", ordered.into()), ("complained", false.into())],
        )?;
    }
    Ok(tally)
}

#[test]
fn experiments_are_told_with_their_intervals() -> Result<(), Box<dyn std::error::Error>> {
    let folder = folder("report_experiment");
    folder.write("spring.json", serde_json::to_string(&tally()?)?);
    let run = folder.run(&format!("{REPORT} --experiment spring.json"));
    assert_eq!(run.status, Some(0), "{run:?}");
    let page = folder.read("page.html");
    assert!(page.contains("<h2>Experiment spring &lt;1&gt;</h2>"), "{page}");
    // 600 and 400 of 2,000: the intervals of Wilson and Newcombe.
    let letter = rows(&page, "letter");
    assert_eq!(
        letter[0],
        "letter|2,000|30.00%|28.03% to 32.05%|7.33% to 12.66%|+50.0%|&lt; 0.0001|better|"
    );
    assert_eq!(letter[1], "letter|2,000|0.00%|-0.19% to 0.19%|held|");
    assert!(page.contains("Difference to the first arm in ordered"));
    Ok(())
}

#[test]
fn an_experiment_that_cannot_be_read_leaves_no_page() {
    let folder = folder("report_experiment_bad");
    folder.write("spring.json", "{}");
    let run = folder.run(&format!("{REPORT} --experiment spring.json"));
    assert_eq!(run.status, Some(2), "{run:?}");
    assert!(
        run.stderr.contains("error: spring.json: missing field"),
        "{run:?}"
    );
    assert!(!folder.names().contains(&"page.html".to_owned()));
}

#[test]
fn segments_that_part_nobody_or_lie_within_another_are_told() {
    let folder = folder("report_findings");
    let more = r#"
        segment everybody owner "CRM" = country in ["ES", "FR"]
        message hello for nobody { channel email, inputs { unsubscribe: url }, subject "Hi", text "{{ unsubscribe }}" }
    "#;
    // A purchase of 25 or more is one of c3 to c6, who are among the buyers.
    let shop = SHOP.replace(">= 100", ">= 25") + more;
    folder.write("shop.audience", shop);
    let run = folder.run(&format!("{REPORT} --warn-below 4"));
    assert_eq!(run.status, Some(0), "{run:?}");
    let page = folder.read("page.html");
    assert_eq!(
        rows(&page, "everyone"),
        ["everyone|everybody|parts nobody from the others|"]
    );
    assert_eq!(
        rows(&page, "subset"),
        [
            "subset|rich|all of it lies within buyers|",
            "subset|rich|all of it lies within spenders|"
        ]
    );
    assert_eq!(
        rows(&page, "empty audience"),
        ["empty audience|hello|nobody is in its audience nobody|"]
    );
    assert!(rows(&page, "too narrow").is_empty(), "four are enough");
}

const PLACEMENTS: &str = r#"
catalog products { sku: string key, name: string filled }
placement recommended of products
placement searched of products
message ideas for buyers {
  channel email, inputs { unsubscribe: url }
  subject "Ideas"
  text "{% for it in recommended limit:3 %}{{ it.name }} {% endfor %}{{ unsubscribe }}"
}
"#;

/// Of eight customers three had something in the first placement, one of them twice, and somebody who is not among them.
const LISTS: &str = r#"
{"customer":"canary1","placement":"recommended","items":["tea","pot","mug"],"at":"2026-05-30T09:00:00Z"}
{"customer":"canary1","placement":"recommended","items":["tea","pot","mug"]}
{"customer":"canary2","placement":"recommended","items":["tea","kettle"]}
{"customer":"canary3","placement":"recommended","items":[]}
{"customer":"canary4","placement":"recommended","items":["tea","pot","mug"]}
{"customer":"canary99","placement":"recommended","items":["tea","cup","old"]}
{"customer":"canary1","placement":"searched","items":["tea"]}
"#;

fn with_placements(name: &str, lists: &str) -> Folder {
    let folder = folder(name);
    let items = ["tea", "pot", "mug", "cup", "tray"].map(|it| format!(r#"{{"sku":"{it}","name":"A {it}"}}"#));
    folder
        .write("shop.audience", format!("{SHOP}{PLACEMENTS}"))
        .write("items.jsonl", items.join("\n"))
        .write("lists.jsonl", lists);
    folder
}

#[test]
fn what_was_recommended_is_told_by_placement() {
    let folder = with_placements("report_recommended", LISTS.trim_start());
    let run = folder.run(&format!(
        "{REPORT} --recommendations lists.jsonl --catalog products=items.jsonl"
    ));
    assert_eq!(run.status, Some(0), "{run:?}");
    let page = folder.read("page.html");
    // Six lists, two short; six items, two of which the catalogue of five lacks.
    assert_eq!(
        rows(&page, "recommended"),
        ["recommended|6|33.3%|6|80.0%|100.0%|"]
    );
    assert_eq!(rows(&page, "searched"), ["searched|1|–|1|20.0%|100.0%|"]);
    for sentence in [
        "recommended: 1 who had a list is not among the customers of this report.",
        "recommended: 2 items shown are not in the catalogue.",
        "\n3 of 8\n",
        "\n1 of 8\n",
    ] {
        assert!(page.contains(sentence), "{sentence} in {page}");
    }
    assert!(!page.contains("canary"), "nobody is named");
    // Without the items, nothing is said of their share.
    folder.run(&format!("{REPORT} --recommendations lists.jsonl"));
    let page = folder.read("page.html");
    assert_eq!(rows(&page, "searched"), ["searched|1|–|1|–|100.0%|"]);
    assert!(!page.contains("not in the catalogue"));
}

#[test]
fn lists_that_cannot_be_read_leave_no_page() {
    let wrong = [
        (
            r#"{"customer":"c","placement":"home","items":[]}"#,
            "lists.jsonl:1: no placement `home`; there is `recommended`, `searched`",
        ),
        (
            r#"{"customer":"c","placement":"searched"}"#,
            "lists.jsonl:1: no `items`; expected a list of keys: texts or whole numbers",
        ),
        (
            r#"{"customer":"c","placement":600123,"items":["canary"]}"#,
            "lists.jsonl:1: placement: expected the name of a placement",
        ),
        (
            r#"{"customer":"c","placement":"searched","items":"canary@example.com"}"#,
            "lists.jsonl:1: items: expected a list of keys: texts or whole numbers",
        ),
        (
            r#""canary""#,
            "lists.jsonl:1: expected an object with `customer`, `placement` and `items`",
        ),
        (
            r#"{"customer":"c","placement":"searched","items":[1.5]}"#,
            "lists.jsonl:1: items: expected a list of keys: texts or whole numbers",
        ),
    ];
    for (line, says) in wrong {
        let folder = with_placements("report_wrong_lists", line);
        let run = folder.run(&format!("{REPORT} --recommendations lists.jsonl"));
        assert_eq!(run.status, Some(2), "{run:?}");
        assert!(run.stderr.contains(says), "{}", run.stderr);
        assert!(
            !run.stderr.contains("canary") && !run.stderr.contains("600123"),
            "{}",
            run.stderr
        );
        assert!(!folder.names().iter().any(|it| it == "page.html"));
    }
}

#[test]
fn a_customer_who_stands_twice_is_reached_once_and_what_many_saw_is_named() {
    let list = |number| {
        format!(r#"{{"customer":"canary{number}","placement":"searched","items":["lamp","lamp",{number}]}}"#)
    };
    let lists: Vec<String> = (1..=6).map(list).collect();
    let folder = with_placements("report_twice", &lists.join("\n"));
    let customers = folder.read("customers.jsonl");
    folder.write("customers.jsonl", format!("{customers}{customers}"));
    let run = folder.run(&format!(
        "{REPORT} --recommendations lists.jsonl --catalog products=items.jsonl"
    ));
    assert_eq!(run.status, Some(0), "{run:?}");
    let page = folder.read("page.html");
    assert!(page.contains("\n6 of 16\n"), "{page}");
    assert!(
        page.contains("searched: 7 items shown are not in the catalogue, such as lamp."),
        "{page}"
    );
    assert_eq!(rows(&page, "searched"), ["searched|6|–|7|0.0%|100.0%|"]);
    assert!(!page.contains("not among the customers"));
}

#[test]
fn lists_and_customers_cannot_both_come_from_standard_input() {
    let folder = with_placements("report_both", "");
    let run = folder.run(&format!(
        "{} --recommendations -",
        REPORT.replace("customers.jsonl", "-")
    ));
    assert_eq!(run.status, Some(2), "{run:?}");
    assert!(
        run.stderr.contains("cannot both be read from standard input"),
        "{run:?}"
    );
}

#[test]
fn lists_that_were_left_out_are_told_as_lists() {
    let lists = "{\"customer\":\"canary1\",\"placement\":\"searched\",\"items\":[\"tea\"]}\n[]\n";
    let folder = with_placements("report_skip", lists);
    let run = folder.run(&format!("{REPORT} --recommendations lists.jsonl --skip-bad"));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(
        run.stderr
            .contains("warning: lists.jsonl: left out 1 of 2 lists: line 2"),
        "{run:?}"
    );
    assert_eq!(
        rows(&folder.read("page.html"), "searched"),
        ["searched|1|–|1|–|100.0%|"]
    );
}
