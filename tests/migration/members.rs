//! Whom each rule of the page means, of the customers in `customers.jsonl`.

pub(super) const MEMBERS: &[(&str, &str)] = &[
    ("abandoned_checkout since 7 days ago", "ben"),
    ("abandoned_checkout after 8 months ago", "ben cem"),
    ("birth_date anniversary between today and 30 days from now", "ana"),
    ("amount_spent between 1 and 999.99", "ana cem dua eli"),
    (r#"cities contains "US-NY-NewYorkCity""#, "ana cem"),
    (r#"domain(email) = "gmail.com" ignoring case"#, "ana dua"),
    (r#"tags not contains "vip""#, "ben cem"),
    (
        r#"email_subscription = "subscribed" and number_of_orders >= 1"#,
        "ana cem eli",
    ),
    ("last_order_date is unknown", "ben"),
    (
        "number_of_orders > 1 and last_order_date before 30 days ago",
        "dua",
    ),
    (r#"any orders where any items where sku = "TV""#, "ana cem"),
    ("home.state = work.state", "ana dua"),
    (r#"first_name starts with "a" ignoring case"#, "ana"),
    ("any orders in last 30 days", "ana eli"),
    (r#"any orders where any items where sku = "PS""#, "ana"),
    ("all orders where amount > 50", "ana ben cem dua"),
    (
        r#"sum(amount of orders where currency = "USD") between 100.0001 and 999.9999"#,
        "ana dua",
    ),
    (r#"loyalty.tier in ["silver", "gold"] and no opens"#, "dua"),
    ("any carts followed by no orders within 24 hours", "ben"),
    (
        "any orders in last 7 days where any items where price >= 100",
        "eli",
    ),
    ("not (any orders and amount_spent > 200)", "ben eli"),
    (
        "any orders in last 30 days where amount >= avg_spend followed by any returns within 5 days",
        "eli",
    ),
    ("any orders or vip", "ana cem dua eli"),
    ("signed_up_at in last 90 days", "ben eli"),
    ("at least 2 orders", "ana dua eli"),
    (
        r#"no opens in last 180 days and email_subscription = "subscribed""#,
        "cem eli",
    ),
    (
        "any carts in last 30 days and no orders in last 30 days",
        "ben dua",
    ),
    ("home.place within 10 mi of (40.7506, -73.9972)", "ana"),
    (r#"in sample 50% of "newsletter""#, "ben cem dua eli"),
    ("any visits in last 7 days", "ana ben dua"),
    ("any visits followed by any orders within 30 days", "eli"),
    ("any orders and no orders in last 90 days", "cem dua"),
    (
        r#"any orders where any items where name contains "shoes" ignoring case"#,
        "ana dua",
    ),
    (
        "sum(amount of orders) >= 500 and last(at of orders) in last 90 days",
        "ana",
    ),
    (r#"default(loyalty.tier, "none") != "gold""#, "ben cem eli"),
    ("signed_up_at in previous month", "ben eli"),
];
