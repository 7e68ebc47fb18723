//! A placeholder that the checker let pass shows something, or there is no message.

use audience::{Definitions, Format, Inputs, Placements, Rendered, Zone};

use super::Result;

struct Client {
    name: String,
    orders: i64,
}

audience::record! {
    impl Record for Client { id: |_| 1_i64, name: |c| c.name.as_str(), orders: |c| c.orders }
}

/// [tmpl-9]
#[test]
fn a_calculation_beyond_its_type_or_a_broken_contract_sends_nothing() -> Result {
    let shop = Definitions::parse("customer { id: int key, name: string filled, orders: int }")?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let clients = shop.bind::<Client>()?;
    for source in [
        "Hi {{ name }}, {{ orders * 2 }}!",
        "Hi {{ name | upcase }}, {{ orders * 2 | escape }}!",
    ] {
        let template = clients.template(Format::Text, source)?;
        let render = |name: &str, orders: i64| -> Result<(Rendered, String)> {
            let mut out = String::from("kept ");
            let client = Client {
                name: name.into(),
                orders,
            };
            let rendered =
                template.render_into(&client, &Inputs::default(), &Placements::new(), &at, &mut out)?;
            Ok((rendered, out))
        };
        let skipped = (
            Rendered::Skipped("a value of the message is missing".into()),
            "kept ".to_owned(),
        );
        assert_eq!(
            render("ANA", 3)?,
            (Rendered::Sent, "kept Hi ANA, 6!".to_owned()),
            "{source}"
        );
        assert_eq!(render("ANA", i64::MAX)?, skipped, "{source}");
        assert_eq!(render(" ", 3)?, skipped, "{source}");
    }
    Ok(())
}
