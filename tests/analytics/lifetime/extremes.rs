//! Whatever parameters and customers there are, answers are finite and in bounds, and hang together.

use audience::{
    DateTime,
    analytics::lifetime::{
        BgNbd, BgNbdParameters, Days, Discount, GammaGamma, GammaGammaParameters, Law, MbgNbd,
        MbgNbdParameters, ParetoNbd, ParetoNbdParameters, PurchaseModel, Summary, Time, TimeUnit,
    },
};
use proptest::prelude::*;

/// From one bound to the other, evenly on the scale of logarithms.
fn parameter() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => (-18.4..18.4_f64).prop_map(f64::exp),
        6 => (-3.0..4.0_f64).prop_map(f64::exp),
        1 => prop_oneof![Just(1e-8), Just(1e8), Just(1.0), Just(2.0)],
    ]
}

/// A time, or an amount of money, in anybody's units.
fn of_unit() -> impl Strategy<Value = f64> {
    prop_oneof![
        9 => parameter(),
        1 => prop_oneof![(-69.0..69.0_f64).prop_map(f64::exp), Just(1e-30), Just(1e30)],
    ]
}

fn repeats() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 1_u32..40, Just(5_000), 0_u32..10_000]
}

fn time() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.01..2_000.0_f64,
        1 => prop_oneof![Just(0.0), Just(1e-9), Just(1.0), Just(4e9)],
    ]
}

fn customer() -> impl Strategy<Value = Summary<Days>> {
    (
        repeats(),
        time(),
        0.0..=1.0_f64,
        prop_oneof![0.01..1e6_f64, Just(1e15)],
    )
        .prop_map(|(repeats, age, share, value)| {
            let last = if repeats == 0 { 0.0 } else { age * share };
            let repeats = if last == 0.0 { 0 } else { repeats };
            let time = |it: f64| Time::exactly(it).expect("a time");
            let summary = Summary::new(repeats, time(last), time(age)).expect("a summary");
            summary.with_mean_value(value)
        })
}

/// What holds for each model.
fn hold<L: Law, U: TimeUnit>(
    model: &PurchaseModel<L, U>,
    ana: &Summary<U>,
    horizon: Time<U>,
) -> Result<(), TestCaseError> {
    let alive = model.p_alive(ana);
    prop_assert!((0.0..=1.0).contains(&alive), "alive {}", alive);
    let expected = model.expected_purchases(ana, horizon);
    prop_assert!(expected.is_finite() && expected >= 0.0, "expected {}", expected);
    let free = model.discounted_purchases(ana, horizon, Discount::NONE);
    prop_assert!(
        (free - expected).abs() <= 1e-6 * expected.max(1e-12),
        "{} without discount, {} expected",
        free,
        expected
    );
    let discount = Discount::per_year(0.5).expect("a rate");
    let discounted = model.discounted_purchases(ana, horizon, discount);
    prop_assert!(discounted >= 0.0 && discounted <= expected * (1.0 + 1e-6) + 1e-18);
    let next = model.next_purchase(ana);
    prop_assert!((0.0..=1.0).contains(&next.probability));
    prop_assert!(next.half_by.is_none_or(|it| it.days().is_finite()));
    let likelihood = model.log_likelihood(&[*ana]);
    prop_assert!(likelihood.is_finite(), "ln L {}", likelihood);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn purchases_are_finite_and_hang_together(
        [a, c, d] in [parameter(), parameter(), parameter()],
        [b, beta] in [of_unit(), of_unit()],
        ana in customer(),
        horizon in time(),
    ) {
        let horizon = Time::exactly(horizon).expect("a time");
        let bg = BgNbdParameters { r: a, alpha: b, a: c, b: d };
        let mbg = MbgNbdParameters { r: a, alpha: b, a: c, b: d };
        let pareto = ParetoNbdParameters { r: a, alpha: b, s: c, beta };
        hold(&BgNbd::of_parameters(DateTime::MAX, bg).expect("in bounds"), &ana, horizon)?;
        let mbg = MbgNbd::of_parameters(DateTime::MAX, mbg).expect("in bounds");
        hold(&mbg, &ana, horizon)?;
        let pareto = ParetoNbd::of_parameters(DateTime::MAX, pareto).expect("in bounds");
        hold(&pareto, &ana, horizon)?;

        let longer = Time::exactly((horizon.get() * 2.0).min(4e9)).expect("a time");
        for (short, long, alive) in [
            (mbg.p_no_purchase(&ana, horizon), mbg.p_no_purchase(&ana, longer), mbg.p_alive(&ana)),
            (pareto.p_no_purchase(&ana, horizon), pareto.p_no_purchase(&ana, longer), pareto.p_alive(&ana)),
        ] {
            prop_assert!((0.0..=1.0).contains(&short) && long <= short + 1e-12);
            prop_assert!(long >= 1.0 - alive - 1e-12);
        }
    }

    #[test]
    fn values_are_finite_and_between_hers_and_all(
        [p, q] in [parameter(), parameter()],
        gamma in of_unit(),
        ana in customer(),
    ) {
        let parameters = GammaGammaParameters { p, q, gamma };
        let model = GammaGamma::of_parameters(DateTime::MAX, parameters).expect("in bounds");
        let expected = model.expected_value(&ana);
        prop_assert!(expected.is_none_or(|it| it.is_finite() && it > 0.0));
        if let (Some(expected), Some(all), Some(hers)) = (expected, model.mean_value(), ana.mean_value()) {
            let (low, high) = (all.min(hers), all.max(hers));
            prop_assert!(low * (1.0 - 1e-9) <= expected && expected <= high * (1.0 + 1e-9));
        }
    }

    #[test]
    fn saved_models_come_back_as_they_were(
        [a, b, c, d] in [parameter(), parameter(), parameter(), parameter()],
    ) {
        let twelve = |it: f64| format!("{it:.11e}").parse::<f64>().expect("a number").clamp(1e-8, 1e8);
        let parameters = ParetoNbdParameters { r: twelve(a), alpha: twelve(b), s: twelve(c), beta: twelve(d) };
        let model = ParetoNbd::<Days>::of_parameters(DateTime::MAX, parameters).expect("in bounds");
        let saved = serde_json::to_string(&model).expect("writes");
        prop_assert_eq!(serde_json::from_str::<ParetoNbd<Days>>(&saved).expect("reads"), model);
    }
}
