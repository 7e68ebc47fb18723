//! What the papers print for CDNOW, and what other implementations answer.

use audience::{
    DateTime,
    analytics::{
        NotEnoughData, Shortage,
        lifetime::{
            BgNbd, BgNbdParameters, Convergence, Days, Discount, GammaGamma, GammaGammaParameters, MbgNbd,
            MbgNbdParameters, ParetoNbd, ParetoNbdParameters, Summary, Time, Weeks,
        },
    },
};

use crate::analytics::cdnow;

const AT: DateTime = DateTime::MAX;

fn weeks(count: f64) -> Time<Weeks> {
    Time::exactly(count).expect("a time")
}

fn customer(repeats: u32, last: f64, age: f64) -> Summary<Weeks> {
    Summary::new(repeats, weeks(last), weeks(age)).expect("a summary")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected} within {tolerance}"
    );
}

#[track_caller]
fn relative(found: f64, expected: f64) {
    close(found / expected, 1.0, 1e-9);
}

const BG: BgNbdParameters = BgNbdParameters {
    r: 0.243,
    alpha: 4.414,
    a: 0.793,
    b: 2.426,
};
const MBG: MbgNbdParameters = MbgNbdParameters {
    r: 0.525,
    alpha: 6.183,
    a: 0.891,
    b: 1.614,
};
const PARETO: ParetoNbdParameters = ParetoNbdParameters {
    r: 0.553,
    alpha: 10.578,
    s: 0.606,
    beta: 11.669,
};

#[test]
fn days_and_dollars_sum_up_to_the_table_of_the_papers() {
    let until = cdnow::day(cdnow::CALIBRATED);
    let published = cdnow::published();
    let orders = cdnow::orders("cdnow_sample.txt.gz");
    assert_eq!((orders.len(), published.len()), (2_357, 2_357));
    for (orders, published) in orders.into_values().zip(&published) {
        let summary = Summary::<Weeks>::of_orders(orders, until).expect("bought");
        assert_eq!(summary.repeats(), published.repeats());
        close(summary.last().get(), published.last().get(), 0.0051);
        close(summary.age().get(), published.age().get(), 0.0051);
        assert_eq!(summary.mean_value().is_some(), published.mean_value().is_some());
        close(
            summary.mean_value().unwrap_or(0.0),
            published.mean_value().unwrap_or(0.0),
            0.0051,
        );
    }
}

/// Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", table 1.
#[test]
fn bg_nbd_is_that_of_the_paper() {
    let customers = cdnow::published();
    let model = BgNbd::fit(AT, &customers).expect("enough");
    let fit = model.fit_report().expect("was fitted");
    let BgNbdParameters { r, alpha, a, b } = *model.parameters();
    close(r, 0.243, 0.0005);
    close(alpha, 4.414, 0.0005);
    close(a, 0.793, 0.0005);
    close(b, 2.426, 0.0005);
    close(fit.log_likelihood(), -9_582.4, 0.05);
    close(model.log_likelihood(&customers), fit.log_likelihood(), 1e-6);
    assert_eq!(
        (fit.convergence(), fit.customers()),
        (Convergence::Converged, 2_357)
    );
}

/// The same table.
#[test]
fn pareto_nbd_is_that_of_the_paper() {
    let model = ParetoNbd::fit(AT, &cdnow::published()).expect("enough");
    let fit = model.fit_report().expect("was fitted");
    let ParetoNbdParameters { r, alpha, s, beta } = *model.parameters();
    close(r, 0.553, 0.0006);
    close(alpha, 10.578, 0.003);
    close(s, 0.606, 0.0006);
    close(beta, 11.669, 0.01);
    close(fit.log_likelihood(), -9_595.0, 0.05);
    assert_eq!(fit.convergence(), Convergence::Converged);
}

/// Parameters by `ModifiedBetaGeoFitter` of Python's `lifetimes` 0.11.3 on the same table.
#[test]
fn mbg_nbd_is_that_of_another_library() {
    let model = MbgNbd::fit(AT, &cdnow::published()).expect("enough");
    let fit = model.fit_report().expect("was fitted");
    let MbgNbdParameters { r, alpha, a, b } = *model.parameters();
    close(r, 0.524_838, 5e-5);
    close(alpha, 6.182_988, 5e-4);
    close(a, 0.891_356, 1e-4);
    close(b, 1.614_000, 3e-4);
    assert_eq!(fit.convergence(), Convergence::Converged);
}

/// Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value"; the likelihood is that of `GammaGammaFitter` of Python's
/// `lifetimes` 0.11.3.
#[test]
fn gamma_gamma_is_that_of_the_paper() {
    let customers = cdnow::published();
    let model = GammaGamma::fit(AT, &customers).expect("enough");
    let fit = model.fit_report().expect("was fitted");
    let GammaGammaParameters { p, q, gamma } = *model.parameters();
    close(p, 6.25, 0.005);
    close(q, 3.74, 0.006);
    close(gamma, 15.44, 0.01);
    close(fit.log_likelihood(), -4_055.92, 0.01);
    assert_eq!(
        (fit.convergence(), fit.customers()),
        (Convergence::Converged, 946)
    );
    close(model.mean_value().expect("q is above 1"), 35.17, 0.02);
    let correlation = GammaGamma::correlation(&customers).expect("they differ");
    close(correlation, 0.11, 0.01);
}

/// The paper on BG/NBD, and the notes on how to work it out in a spreadsheet: customer 1 of the sample.
#[test]
fn the_example_of_the_papers_is_expected_to_buy_as_they_say() {
    let model = BgNbd::<Weeks>::of_parameters(AT, BG).expect("parameters");
    close(
        model.expected_purchases(&customer(2, 30.43, 38.86), weeks(39.0)),
        1.226,
        0.0005,
    );
}

/// Figures of the R package BTYD's documentation, for its parameters: P(alive) of a customer with no repeat purchase in 39 weeks,
/// and of one who bought 23 times up to the last day.
#[test]
fn pareto_nbd_answers_as_btyd_does() {
    let parameters = ParetoNbdParameters {
        r: 0.553_397_183_5,
        alpha: 10.580_198_547_3,
        s: 0.606_062_542_5,
        beta: 11.656_223_733_2,
    };
    let model = ParetoNbd::<Weeks>::of_parameters(AT, parameters).expect("parameters");
    close(model.p_alive(&customer(0, 0.0, 39.0)), 0.294_163, 1e-5);
    close(model.p_alive(&customer(23, 39.0, 39.0)), 1.0, 1e-9);
}

/// P(alive), purchases in 39 weeks, P(none in 39 weeks) and purchases in 39 weeks discounted by 15 % a year, by the closed forms
/// of the papers (BG/NBD, MBG/NBD) or by integrating what they integrate (Pareto/NBD), with 30 digits by mpmath.
#[test]
fn answers_have_nine_digits() {
    let discount = Discount::per_year(0.15).expect("a rate");
    let seen = [
        (0, 0.0, 39.0),
        (1, 1.71, 38.86),
        (2, 30.43, 38.86),
        (26, 30.86, 31.0),
        (7, 10.0, 39.0),
    ];
    let horizon = weeks(39.0);

    let model = BgNbd::<Weeks>::of_parameters(AT, BG).expect("parameters");
    let expected = [
        [1.0, 0.194_530_721_703, 0.185_065_213_638],
        [0.212_100_985_377, 0.203_186_987_08, 0.193_431_893_996],
        [0.726_578_570_081, 1.226_028_174_77, 1.167_628_432_38],
        [0.968_915_649_718, 20.749_726_140_9, 19.798_083_116_7],
        [0.003_601_677_822_06, 0.018_678_952_500_8, 0.017_802_451_848_1],
    ];
    for ((repeats, last, age), [alive, purchases, discounted]) in seen.into_iter().zip(expected) {
        let ana = customer(repeats, last, age);
        relative(model.p_alive(&ana), alive);
        relative(model.expected_purchases(&ana, horizon), purchases);
        relative(model.discounted_purchases(&ana, horizon, discount), discounted);
    }

    let model = MbgNbd::<Weeks>::of_parameters(AT, MBG).expect("parameters");
    let expected = [
        [
            0.389_347_648_664,
            0.153_439_448_449,
            0.891_490_858_139,
            0.146_033_177_735,
        ],
        [
            0.170_836_484_31,
            0.188_836_541_364,
            0.895_156_445_816,
            0.179_835_545_09,
        ],
        [
            0.706_202_265_118,
            1.262_960_623_27,
            0.440_005_909_178,
            1.203_219_991_05,
        ],
        [
            0.965_566_144_144,
            19.450_722_652_2,
            0.034_433_861_126_8,
            18.566_355_727_7,
        ],
        [
            0.004_245_816_145_26,
            0.021_543_398_761_9,
            0.995_793_478_642,
            0.020_539_732_004_8,
        ],
    ];
    for ((repeats, last, age), [alive, purchases, none, discounted]) in seen.into_iter().zip(expected) {
        let ana = customer(repeats, last, age);
        relative(model.p_alive(&ana), alive);
        relative(model.expected_purchases(&ana, horizon), purchases);
        relative(model.p_no_purchase(&ana, horizon), none);
        relative(model.discounted_purchases(&ana, horizon, discount), discounted);
    }

    let model = ParetoNbd::<Weeks>::of_parameters(AT, PARETO).expect("parameters");
    // The fourth is the probability that somebody who is alive buys again.
    let expected = [
        [
            0.294_467_031_015,
            0.106_526_713_177,
            0.931_011_748_12,
            0.480_051_120_486,
            0.101_454_587_255,
        ],
        [
            0.168_002_326_724,
            0.171_092_980_554,
            0.913_358_754_665,
            0.722_318_992_442,
            0.162_947_634_784,
        ],
        [
            0.869_167_559_153,
            1.455_123_193_26,
            0.408_062_723_606,
            0.810_726_935_699,
            1.385_848_103_73,
        ],
        [
            0.997_918_731_055,
            20.117_026_077_4,
            0.023_810_270_594_1,
            0.978_225_695_601,
            19.166_937_754_4,
        ],
        [
            0.010_849_341_026,
            0.053_606_760_553_1,
            0.990_030_915_512,
            0.927_049_536_005,
            0.051_054_346_875,
        ],
    ];
    for ((repeats, last, age), [alive, purchases, none, again, discounted]) in seen.into_iter().zip(expected)
    {
        let ana = customer(repeats, last, age);
        relative(model.p_alive(&ana), alive);
        relative(model.expected_purchases(&ana, horizon), purchases);
        relative(model.p_no_purchase(&ana, horizon), none);
        relative(model.next_purchase(&ana).probability, alive * again);
        relative(model.discounted_purchases(&ana, horizon, discount), discounted);
    }
}

#[test]
fn half_of_those_who_buy_again_have_bought_by_then() {
    let next = |repeats, last| customer(repeats, last, 39.0);
    let pareto = ParetoNbd::<Weeks>::of_parameters(AT, PARETO).expect("parameters");
    let mbg = MbgNbd::<Weeks>::of_parameters(AT, MBG).expect("parameters");
    for ana in [next(0, 0.0), next(3, 20.0), next(40, 38.5)] {
        let soon = pareto.next_purchase(&ana);
        let within = soon.half_by.expect("within a century");
        close(
            1.0 - pareto.p_no_purchase(&ana, within),
            soon.probability / 2.0,
            1e-9,
        );
        let soon = mbg.next_purchase(&ana);
        let within = soon.half_by.expect("within a century");
        close(
            1.0 - mbg.p_no_purchase(&ana, within),
            soon.probability / 2.0,
            1e-12,
        );
    }
}

#[test]
fn a_fit_in_days_is_the_fit_in_weeks() {
    let until = cdnow::day(cdnow::CALIBRATED);
    let orders = cdnow::orders("cdnow_sample.txt.gz");
    let summaries = || orders.values().map(|it| it.iter().copied());
    let days: Vec<_> = summaries()
        .filter_map(|it| Summary::<Days>::of_orders(it, until))
        .collect();
    let weeks: Vec<_> = summaries()
        .filter_map(|it| Summary::<Weeks>::of_orders(it, until))
        .collect();
    let in_days = MbgNbd::fit(AT, &days).expect("enough");
    let in_weeks = MbgNbd::fit(AT, &weeks).expect("enough");
    let (one, other) = (in_days.parameters(), in_weeks.parameters());
    close(one.alpha / other.alpha, 7.0, 0.001);
    close(one.r, other.r, 1e-5);
    for (ana, same) in days.iter().zip(&weeks).take(200) {
        let here = in_days.expected_purchases(ana, Time::from_days(365));
        let there = in_weeks.expected_purchases(same, Time::from_days(365));
        close(here / there, 1.0, 1e-4);
    }
}

#[test]
fn too_few_data_have_no_model_but_a_reason() {
    let shortage = |error: NotEnoughData| (error.shortage(), error.have(), error.need());
    let once = vec![customer(0, 0.0, 39.0); 99];
    assert_eq!(
        shortage(BgNbd::fit(AT, &once).unwrap_err()),
        (Shortage::Customers, 99, 100)
    );
    let mut few = vec![customer(0, 0.0, 39.0); 500];
    few.extend(vec![customer(1, 7.0, 39.0); 29]);
    assert_eq!(
        shortage(ParetoNbd::fit(AT, &few).unwrap_err()),
        (Shortage::RepeatCustomers, 29, 30)
    );
    assert_eq!(
        shortage(GammaGamma::fit(AT, &few).unwrap_err()),
        (Shortage::ValuedCustomers, 0, 30)
    );
    let same = vec![customer(1, 7.0, 39.0).with_mean_value(10.0); 50];
    assert_eq!(
        shortage(GammaGamma::fit(AT, &same).unwrap_err()),
        (Shortage::DifferentValues, 1, 2)
    );
}

#[test]
fn customers_who_are_all_alike_have_no_best_parameters_and_the_fit_says_so() {
    let alike = vec![customer(3, 30.0, 39.0); 200];
    let model = MbgNbd::fit(AT, &alike).expect("enough");
    let fit = model.fit_report().expect("was fitted");
    assert_eq!(fit.convergence(), Convergence::AtEdge);
    assert!(fit.log_likelihood().is_finite());
}
