//! The queries of a whole shop, as a data engineer reads them.

use std::fmt::Write;

use audience::{Definitions, Zone, sql::Dialect};

#[test]
fn each_dialect_writes_the_shop() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Definitions::parse(include_str!("../golden/sql/shop.audience"))?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::named("Europe/Madrid")?);
    for dialect in Dialect::ALL {
        let mapping = shop.mapping(*dialect);
        let mut text = String::new();
        for segment in &shop.segments() {
            writeln!(text, "{}", segment.to_sql(*dialect, &mapping, &at)?)?;
        }
        for name in ["average_order", "stage"] {
            writeln!(text, "{}", shop.computed(name)?.to_sql(*dialect, &mapping, &at)?)?;
        }
        text += &shop.segments().to_sql(*dialect, &mapping, &at)?.to_string();
        insta::with_settings!({ snapshot_path => "../golden/sql", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(dialect.name(), text);
        });
    }
    Ok(())
}
