//! `customer open { … }`: what the contract does not name is passed over.

use audience::{Code, Definitions, Schema};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const OPEN: &str = "customer open { id: int key, home: { city: string } }\n\nevent visits { page: string }\n";
const JSON: &str = r#"{"id": 1, "grid": [[1], [null, "a"]], "": {"x": [[]]}, "home": {"city": "Vigo", "floor": 2},
    "visits": [{"at": "2026-01-01T00:00:00Z", "page": "/", "scroll": 0.5}]}"#;

/// [type-17]
#[test]
fn unknown_members_are_passed_over_where_the_contract_is_open() -> Result {
    let open = Definitions::parse(OPEN)?;
    let customer = open.customer_from_json(JSON)?;
    assert_eq!(
        customer.get("home.city").map(|it| it.to_string()).as_deref(),
        Some("Vigo")
    );
    // Whoever loads may still be stricter.
    assert!(
        open.loader()
            .ignore_unknown(false)
            .customer_from_json(JSON)
            .is_err()
    );
    let closed = Definitions::parse(&OPEN.replace("open ", ""))?;
    assert!(closed.customer_from_json(JSON).is_err());
    // Types hold as ever.
    assert!(
        open.customer_from_json(r#"{"id": "x", "home": {"city": "Vigo"}}"#)
            .is_err()
    );
    assert!(
        open.customer_from_json(r#"{"id": 1, "home": {"floor": 2}}"#)
            .is_err()
    );
    // Nothing can ask for what is passed over.
    let asked = Definitions::parse(&format!("{OPEN}segment s = grid is known"));
    let codes =
        |error: audience::CompileError| error.diagnostics().iter().map(|it| it.code).collect::<Vec<_>>();
    assert_eq!(asked.map(drop).map_err(codes), Err(vec![Code::UnknownAttribute]));
    Ok(())
}

/// [type-18]
#[test]
fn an_open_contract_hid_slips_in_the_names_of_items() -> Result {
    let shop = Definitions::parse(
        "customer open { id: int key }\ncatalog products { sku: string key, stock: int?, size: { width: int? } }",
    )?;
    for json in [
        r#"{"sku": "A1", "stok": 3, "size": {}}"#,
        r#"{"sku": "A1", "size": {"widht": 3}}"#,
    ] {
        let value: serde_json::Value = serde_json::from_str(json)?;
        let refused = |loader: audience::Loader| {
            [
                loader.items_from_json_lines("products", json.as_bytes()),
                loader.items_from("products", [&value]),
            ]
            .map(|it| it.err().map(|error| error.kind()))
        };
        let unknown = Some(audience::LoadErrorKind::UnknownMember);
        assert_eq!(refused(shop.loader()), [unknown; 2], "{json}");
        // Whoever loads may still say so.
        assert_eq!(refused(shop.loader().ignore_unknown(true)), [None; 2], "{json}");
    }
    Ok(())
}

/// [type-17]
#[test]
fn an_open_contract_stays_open_in_every_form() -> Result {
    let open = Definitions::parse(OPEN)?;
    assert_eq!(
        Definitions::format("shop", "CUSTOMER  Open{ id: int key }")?,
        "customer open { id: int key }\n"
    );
    let again: Schema = serde_json::from_str(&serde_json::to_string(open.schema())?)?;
    assert_eq!(&again, open.schema());
    assert!(again.open);
    assert_eq!(Definitions::parse(&again.to_string())?.schema(), &again);
    let closed: Schema =
        serde_json::from_str(r#"{"customer": [{"name": "id", "type": "int", "roles": {"key": true}}]}"#)
            .unwrap_or_default();
    assert!(!closed.open);
    // An attribute may still be called so.
    let named = Definitions::parse("customer { id: int key, open: bool }\nsegment s = open\n")?;
    assert!(!named.schema().open);
    // A mistake in a block leaves it open, so that it is told alone.
    let broken = Definitions::parse("customer open { id: int key, x; }").map_err(|error| error.to_string());
    assert!(
        broken.as_ref().is_err_and(|it| it.matches("error[").count() == 1),
        "{broken:?}"
    );
    Ok(())
}
