//! Scores on their way into the language: from events to a segment, and scores that were made elsewhere.

use audience::{
    Code, Customer, DateTime, Decimal, Definitions, Schema, Type, Zone,
    analytics::{
        Orders,
        lifetime::{
            BgNbd, BgNbdParameters, Days, Discount, GammaGamma, GammaGammaParameters, MbgNbd,
            MbgNbdParameters, Summary, Time,
        },
        rfm::{GroupTable, Rfm, RfmValues},
        scores::{ChurnScore, RfmScore, ValueScore},
    },
};
use serde_json::json;

const NOW: &str = "2026-06-01T12:00:00Z";

fn now() -> DateTime {
    NOW.parse().expect("a datetime")
}

/// Customers whose last of several orders was so many days ago.
fn customers(shop: &Definitions) -> Vec<Customer> {
    let order = |ago: u32, amount: u32| {
        let at = now().micros() - i64::from(ago) * 86_400_000_000;
        let at = DateTime::from_micros(at).expect("in range");
        json!({"at": at.to_string(), "amount": f64::from(amount) / 4.0})
    };
    (0..40_u32)
        .map(|number| {
            let orders: Vec<_> = (0..number % 5)
                .map(|it| order(number + it * 20, 40 + number + it))
                .collect();
            let customer = json!({"id": format!("c{number}"), "purchases": orders});
            shop.customer_from_json(customer.to_string())
                .expect("of the schema")
        })
        .collect()
}

#[test]
fn segments_read_scores_with_the_model_and_the_date_that_they_came_from() {
    let events = "event purchases { amount: decimal }";
    let raw = Definitions::parse(&format!("customer {{ id: string key }} {events}")).expect("definitions");
    let orders = Orders::new(raw.schema(), "purchases", "amount").expect("is there");
    let people = customers(&raw);

    let rfm = Rfm::fit(now(), people.iter().filter_map(|it| orders.rfm(it, now()))).expect("enough");
    let groups = GroupTable::default();
    let parameters = MbgNbdParameters {
        r: 0.525,
        alpha: 43.28,
        a: 0.891,
        b: 1.614,
    };
    let model = MbgNbd::<Days>::of_parameters(now(), parameters).expect("parameters");
    let parameters = GammaGammaParameters {
        p: 6.25,
        q: 3.74,
        gamma: 15.44,
    };
    let earlier = "2026-05-01T00:00:00Z".parse().expect("a datetime");
    let values = GammaGamma::of_parameters(earlier, parameters).expect("parameters");
    let scores = RfmScore::new(&rfm, &groups);
    let churn = ChurnScore::new(&model, 90);
    let worth = ValueScore::new(&model, &values, 365, Discount::NONE);

    let text = format!(
        r#"customer {{ id: string key, rfm: {}?, churn: {}?, clv: {}? }}
        segment recent  = rfm.recency >= 4 and rfm.at > now - 31 days
        segment asleep  = churn.no_purchase_90_days > 0.66
        segment big     = clv.next_365_days > 10
        segment nobody  = rfm.group = "no order"
        segment sourced = rfm.model = "rfm" and churn.model = "mbg_nbd" and clv.model = "mbg_nbd, gamma_gamma""#,
        scores.field("rfm").ty,
        churn.field("churn").ty,
        worth.field("clv").ty
    );
    let shop = Definitions::parse(&text).expect("definitions");
    let at = shop.at(now(), &Zone::UTC);
    let mut counts = [0; 3];
    for ana in &people {
        let values = orders.rfm(ana, now());
        let summary: Option<Summary<Days>> = orders.summary(ana, now(), Zone::UTC);
        let customer = json!({
            "id": ana.key().to_string(),
            "rfm": scores.of(values.as_ref()),
            "churn": summary.map(|it| churn.of(&it)),
            "clv": summary.and_then(|it| worth.of(&it)),
        });
        let loaded = shop
            .customer_from_json(customer.to_string())
            .expect("of the contract");
        let is = |segment: &str| shop.segment(segment).expect("is there").matches(&loaded, &at);
        assert_eq!(
            is("recent"),
            values.is_some_and(|it| rfm.scores(&it).recency() >= 4)
        );
        let none = summary.map(|it| model.p_no_purchase(&it, Time::from_days(90)));
        assert_eq!(is("asleep"), none.is_some_and(|it| it > 0.66));
        assert_eq!(is("nobody"), values.is_none());
        assert_eq!(is("sourced"), values.is_some());
        for (count, segment) in counts.iter_mut().zip(["recent", "asleep", "big"]) {
            *count += usize::from(is(segment));
        }
        let date = |path: &str| loaded.get(path).map(|it| it.to_string());
        assert_eq!(date("rfm.at").as_deref(), Some(NOW));
        assert_eq!(
            date("clv.at"),
            summary.map(|_| "2026-05-01T00:00:00Z".to_owned()),
            "of the older model"
        );
    }
    assert!(counts.iter().all(|it| (1..40).contains(it)), "{counts:?}");
}

#[test]
fn a_misspelt_group_does_not_compile() {
    let groups = GroupTable::default();
    let rfm = Rfm::fit(
        now(),
        [audience::analytics::rfm::RfmValues::of_days(1, 1, audience::Decimal::ZERO); 5],
    )
    .expect("enough");
    let ty = RfmScore::new(&rfm, &groups).field("rfm").ty;
    let error = Definitions::parse(&format!(
        r#"customer {{ id: string key, rfm: {ty}? }} segment s = rfm.group = "champion""#
    ))
    .unwrap_err();
    assert_eq!(error.diagnostics().len(), 1);
    assert_eq!(error.diagnostics()[0].code, Code::UnknownWord);
    assert!(error.to_string().contains("champions"), "{error}");
}

#[test]
fn a_contract_that_is_built_says_the_same_as_one_that_is_written() {
    let parameters = MbgNbdParameters {
        r: 1.0,
        alpha: 1.0,
        a: 1.0,
        b: 1.0,
    };
    let model = MbgNbd::<Days>::of_parameters(now(), parameters).expect("parameters");
    let churn = ChurnScore::new(&model, 90);
    let built = Schema::builder()
        .attribute(audience::Field::new("id", Type::String).key())
        .attribute(churn.field("churn"))
        .build()
        .expect("a schema");
    let written = format!(
        "customer {{ id: string key, churn: {}? }}",
        churn.field("churn").ty
    );
    assert_eq!(*Definitions::parse(&written).expect("a contract").schema(), built);
}

/// The example of `docs/analytics.md`.
#[test]
fn scores_that_were_made_elsewhere_expire_by_their_date() {
    let shop = Definitions::parse(
        r"customer { id: string key, upsell: { score: float, model: string, at: datetime, until: datetime? }? }
        trait upsell_score = case when upsell.at > now - 30 days and (upsell.until > now or upsell.until is unknown) then upsell.score end
        segment tempted = upsell_score > 0.8",
    )
    .expect("definitions");
    let tempted = |score: serde_json::Value| {
        let ana = json!({"id": "ana", "upsell": score}).to_string();
        let ana = shop.customer_from_json(ana).expect("of the contract");
        let at = shop.at(now(), &Zone::UTC);
        shop.segment("tempted").expect("is there").matches(&ana, &at)
    };
    let fresh = "2026-05-20T00:00:00Z";
    assert!(tempted(json!({"score": 0.9, "model": "m7", "at": fresh})));
    assert!(!tempted(json!({"score": 0.7, "model": "m7", "at": fresh})));
    assert!(!tempted(
        json!({"score": 0.9, "model": "m7", "at": "2026-04-01T00:00:00Z"})
    ));
    assert!(!tempted(
        json!({"score": 0.9, "model": "m7", "at": fresh, "until": "2026-05-25T00:00:00Z"})
    ));
    assert!(!tempted(json!(null)));
}

#[test]
fn orders_are_read_of_any_number_and_up_to_now() {
    let shop = Definitions::parse(
        "customer { id: string key } event buys { at_shop: bool, paid: { euros: int?, exact: float? } }",
    )
    .expect("definitions");
    let ana = shop
        .customer_from_json(
            r#"{"id": "ana", "buys": [
                {"at": "2026-05-01T22:30:00Z", "at_shop": true, "paid": {"euros": 3, "exact": 0.1}},
                {"at": "2026-05-02T09:00:00Z", "at_shop": true, "paid": {"exact": 0.2}},
                {"at": "2026-06-02T00:00:00Z", "at_shop": true, "paid": {"euros": 100}}
            ]}"#,
        )
        .expect("of the schema");
    let exact = Orders::new(shop.schema(), "buys", "paid.exact").expect("is there");
    let euros = Orders::new(shop.schema(), "buys", "paid.euros").expect("is there");
    let values = exact.rfm(&ana, now()).expect("has orders");
    assert_eq!(
        (values.frequency, values.monetary.to_string().as_str()),
        (2, "0.3")
    );
    assert_eq!(
        euros
            .rfm(&ana, now())
            .map(|it| it.monetary.to_string())
            .as_deref(),
        Some("3")
    );
    // One day in Madrid, two in UTC.
    let madrid = Zone::named("Europe/Madrid").expect("a zone");
    assert_eq!(exact.days(&ana, now(), madrid).len(), 1);
    assert_eq!(exact.days(&ana, now(), Zone::UTC).len(), 2);
    assert_eq!(
        exact.rfm(&ana, "2026-01-01T00:00:00Z".parse().expect("a datetime")),
        None
    );
    for (event, amount, says) in [
        ("buy", "paid.euros", "unknown event `buy`"),
        ("buys", "at_shop", "unknown property `at_shop`"),
        ("buys", "paid", "unknown property `paid`"),
    ] {
        let error = Orders::new(shop.schema(), event, amount).unwrap_err();
        assert!(error.to_string().starts_with(says), "{error}");
    }
}

#[test]
fn what_somebody_spent_and_her_rhythm_were_in_logs() {
    let spent: Decimal = "7771.25".parse().expect("a decimal");
    let values = RfmValues::of_days(7_772, 7_773, spent);
    let summary = Summary::<Days>::new(7_773, Time::new(7_774), Time::new(7_775))
        .expect("a summary")
        .with_mean_value(7_771.25);
    let at = DateTime::MAX;
    let model = BgNbd::of_parameters(
        at,
        BgNbdParameters {
            r: 1.0,
            alpha: 1.0,
            a: 1.0,
            b: 1.0,
        },
    );
    let model = model.expect("parameters");
    let of_values = GammaGammaParameters {
        p: 1.0,
        q: 2.0,
        gamma: 1.0,
    };
    let of_values = GammaGamma::of_parameters(at, of_values).expect("parameters");
    let score = ValueScore::new(&model, &of_values, 365, Discount::NONE);
    let score = score.of(&summary).expect("a mean");
    for shown in [
        format!("{values:?} {summary:?} {score:?}"),
        format!("{values:#?} {summary:#?} {score:#?}"),
    ] {
        assert!(shown.contains("RfmValues") && shown.contains("Summary") && shown.contains("next_365_days"));
        assert!(!shown.contains('7') && !shown.contains("bg_nbd"), "{shown}");
    }
}
