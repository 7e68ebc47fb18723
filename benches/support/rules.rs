//! Rules to ask of the shoppers, in the language and by hand.

use audience::DateTime;

use super::shopper::{DAY, Device, Gender, Shopper};

pub(crate) const ATTRIBUTES: &str = concat!(
    "segment simple = country = \"ES\" and age >= 18\n",
    "segment ten =\n",
    include_str!("ten.audience"),
);

pub(crate) const EVENTS: &str = "
segment count = count(purchases in last 30 days) >= 2
segment sum = sum(amount of purchases in last 365 days) > 500
segment filtered = at least 2 purchases in last 30 days where amount > 50
segment all_three =
    at least 2 purchases in last 30 days where (amount > 50)
    and sum(amount of purchases in last 365 days) > 500
    and no returns in last 90 days
";

pub(crate) fn simple_by_hand(it: &Shopper) -> bool {
    it.country == "ES" && it.age >= 18
}

pub(crate) fn ten_by_hand(it: &Shopper, from: DateTime, now: DateTime) -> bool {
    matches!(
        it.country.as_str(),
        "ES" | "FR" | "DE" | "IT" | "PT" | "NL" | "BE" | "AT"
    ) && (18..=65).contains(&it.age)
        && it.consent.email
        && (it.total_spent.units() > 2_500_000 || it.orders >= 5)
        && it.last_order_at.is_some_and(|at| from < at && at <= now)
        && !it.tags.iter().any(|tag| tag == "churned")
        && matches!(it.device, Some(Device::Mobile | Device::Desktop))
        && it.city.as_ref().is_some_and(|city| city.starts_with("Ma"))
        && (it.gender == Some(Gender::Female) || it.gender.is_none())
        && it.cart.value.units() > 0
}

/// Whether it lies in the last so many days.
fn is_in_last(at: DateTime, days: i64, now: DateTime) -> bool {
    now.micros() - days * DAY < at.micros() && at <= now
}

pub(crate) fn count_by_hand(it: &Shopper, now: DateTime) -> bool {
    let mut lately = it.purchases.iter().filter(|it| is_in_last(it.at, 30, now));
    lately.nth(1).is_some()
}

pub(crate) fn sum_by_hand(it: &Shopper, now: DateTime) -> bool {
    let lately = it.purchases.iter().filter(|it| is_in_last(it.at, 365, now));
    lately.map(|it| it.amount.units()).sum::<i64>() > 5_000_000
}

pub(crate) fn filtered_by_hand(it: &Shopper, now: DateTime) -> bool {
    let lately = it.purchases.iter().filter(|it| is_in_last(it.at, 30, now));
    lately.filter(|it| it.amount.units() > 500_000).nth(1).is_some()
}

pub(crate) fn all_three_by_hand(it: &Shopper, now: DateTime) -> bool {
    filtered_by_hand(it, now)
        && sum_by_hand(it, now)
        && !it.returns.iter().any(|it| is_in_last(it.at, 90, now))
}
