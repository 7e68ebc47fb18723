//! `audience infer`.

use audience::Definitions;

use super::Folder;

/// [need-9]
#[test]
fn a_contract_is_proposed_from_samples() {
    let folder = Folder::new("infer");
    let mut lines = String::new();
    for index in 0..25 {
        let device = ["mobile", "desktop"][index % 2];
        let email = if index == 3 {
            "null".to_owned()
        } else {
            format!("\"c{index}@example.com\"")
        };
        let customer = format!(
            "{{\"customer_id\": \"c{index}\", \"email\": {email}, \"firstName\": \"N{index}\", \"device\": \"{device}\", \
             \"spent\": {index}.5, \"ratio\": {index}.123456, \"orders\": {index}, \"vip\": {}, \
             \"birth_date\": \"1990-01-{:02}\", \"signed up\": \"2026-01-01T00:00:{index:02}Z\", \"site\": \"https://x.es/{index}\", \
             \"home\": {{\"lat\": 40.4, \"lon\": -3.7}}, \"consent\": {{\"sms\": true}}, \"gone\": null, \"empty\": [], \
             \"tags\": [\"a\"], \"code\": {}, \"purchases\": [{{\"at\": \"2026-01-01T00:00:00Z\", \"amount\": 9.99, \"in\": 1}}], \
             \"cart\": [{{\"sku\": \"A{index}\", \"quantity\": {index}}}]}}\n",
            index % 3 == 0,
            index + 1,
            if index == 6 { "\"x\"" } else { "7" },
        );
        lines.push_str(&customer);
    }
    folder.write("sample.jsonl", &lines);
    folder.run("infer sample.jsonl").expect(
        0,
        "\
# Proposed by `audience infer` from 25 customers of sample.jsonl: read it before you use it.

customer {
  customer_id: string key
  email:       string? personal
  firstName:   string personal
  device:      (\"mobile\" | \"desktop\")
  spent:       decimal
  ratio:       float
  orders:      int
  vip:         bool
  birth_date:  date personal
  `signed up`: datetime
  site:        url
  home:        geo personal
  consent:     { sms: bool }
  gone:        string?  # always null
  empty:       [string]  # always empty
  tags:        [string]
  # left out: \"code\", it is a number in line 1 and text in line 7
  cart:        [{ sku: string, quantity: int }]
}

event purchases { amount: decimal, `in`: int }
",
        "",
    );
    let text = folder.run("infer sample.jsonl").stdout;
    folder.write("proposed.audience", &text);
    folder.run("check proposed.audience").expect(0, "", "");
    let shop = Definitions::parse(&text).expect("compiles");
    for line in lines.lines() {
        // What was left out is unknown to the loader.
        let customer = shop.loader().ignore_unknown(true).customer_from_json(line);
        assert!(customer.is_ok(), "{customer:?}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let folder = Folder::new("infer_errors");
    for (lines, expected) in [
        (
            "{\"id\": 1}\n\n{\"id\": 2,}\n",
            "error: s.jsonl:3: trailing comma at line 1 column 10\n",
        ),
        (
            "{\"id\": 1, \"id\": 2}\n",
            "error: s.jsonl:1: the member `id` stands twice at line 1 column 18\n",
        ),
        (
            "{\"id\": 1}\n[1]\n",
            "error: s.jsonl:2: a customer is an object: {\"id\": …}\n",
        ),
        ("\n", "error: s.jsonl: there are no customers to learn from\n"),
        (
            "{\"x\": 1.5}\n",
            "error: s.jsonl: no member is a text or a whole number in every line, so that none can be the key of a customer\n",
        ),
    ] {
        folder.write("s.jsonl", lines);
        folder.run("infer s.jsonl").expect(2, "", expected);
    }
    assert_eq!(folder.run("infer none.jsonl").status, Some(2));
}
