//! `audience describe`.

use super::Folder;

const SHOP: &str = r#"
customer { id: string key, country: string?, email: string? personal }
event purchases { amount: decimal, category: string }
trait spent "What she spent in a year" = sum(amount of purchases in last 365 days)  # in euros
segment spain = country = "ES"
segment high_value "Worth a phone call" owner "CRM" =
    spent >= 500   # "a lot"
    and in segment spain
"#;

/// [need-10]
#[test]
fn the_sheet_has_each_segment_and_trait() {
    let folder = Folder::new("describe");
    folder.write("shop.audience", SHOP);
    folder.run("describe shop.audience").expect(
        0,
        "\
## Segment spain

- In it: country is “ES”.
- Written: `country = \"ES\"`
- Needs attributes: id (string, key), country (string?)

## Segment high_value

Worth a phone call

- In it: “What she spent in a year” is at least 500 and the customer is in spain.
- Owner: CRM
- Written: `spent >= 500 and in segment spain`
- Uses: spent, spain
- Needs attributes: id (string, key), country (string?)
- Needs events: purchases of the last 365 days (amount: decimal)
- Needs time: now

## Trait spent

What she spent in a year

- Type: decimal
- Written: `sum(amount of purchases in last 365 days)`
- Needs attributes: id (string, key)
- Needs events: purchases of the last 365 days (amount: decimal)
- Needs time: now

## Data needed

- attributes: id (string, key), country (string?)
- events: purchases of the last 365 days (amount: decimal)
- time: now
",
        "",
    );
}

#[test]
fn one_name_is_described_alone_and_as_json() {
    let folder = Folder::new("describe_one");
    folder.write("shop.audience", SHOP);
    let run = folder.run("describe shop.audience spain --json");
    let sheet: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(sheet["segments"][0]["says"], "country is “ES”");
    assert_eq!(sheet["segments"][0]["needs"]["attributes"][1]["path"], "country");
    assert_eq!(sheet["segments"].as_array().map(Vec::len), Some(1));
    folder.run("describe shop.audience spin").expect(
        2,
        "",
        "error: there is no segment, trait or message `spin`; did you mean `spain`?\n",
    );
}

#[test]
fn templates_have_their_placeholders_and_fallbacks() {
    let folder = Folder::new("describe_template");
    folder.write("shop.audience", SHOP).write(
        "mail.txt",
        "Hello {{ country | upcase | default: \"there\" }},\n{% if in segment high_value %}you spent {{ spent | money: \"EUR\" | default: \"a lot\" }}\n{% endif %}until {{ until | date: \"%d\" }}\n",
    );
    let run = folder.run("describe shop.audience spain --template mail.txt --input until:date");
    let message = run
        .stdout
        .split("## Message ")
        .nth(1)
        .unwrap_or_else(|| panic!("{run:?}"));
    assert!(
        message.starts_with(
            "mail.txt

- Line 1 shows `country`, or else “there”
- Line 2 shows `spent`, or else “a lot”
- Line 3 shows `until`
- Needs attributes: id (string, key), country (string?)
- Needs events: purchases of the last 365 days (amount: decimal)
- Needs inputs: until: date
- Needs time: now, zone
"
        ),
        "{message}"
    );
}
