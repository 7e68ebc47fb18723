//! Fits are the same in any unit, and answers keep their digits where one of two parts is tiny.

use audience::{
    DateTime,
    analytics::{
        NotEnoughData, Shortage,
        lifetime::{
            BgNbd, Convergence, Days, Fit, GammaGamma, MbgNbd, ParetoNbd, ParetoNbdParameters, Summary,
            SummaryError, Time, Weeks, auc,
        },
    },
};

use crate::analytics::cdnow;

const AT: DateTime = DateTime::MAX;

fn time(weeks: f64) -> Time<Weeks> {
    Time::exactly(weeks).expect("a time")
}

/// Customers of CDNOW with all times and values in other units.
fn in_units(of_time: f64, of_value: f64) -> Vec<Summary<Weeks>> {
    let customers = cdnow::published().into_iter();
    let scaled = customers.map(|it| {
        let (last, age) = (time(it.last().get() * of_time), time(it.age().get() * of_time));
        let summary = Summary::new(it.repeats(), last, age).expect("a summary");
        match it.mean_value() {
            Some(value) => summary.with_mean_value(value * of_value),
            None => summary,
        }
    });
    scaled.collect()
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found / expected - 1.0).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

#[track_caller]
fn converged(fit: Option<&Fit>) {
    assert_eq!(fit.expect("was fitted").convergence(), Convergence::Converged);
}

/// A rate of amounts in cents was beyond a bound that is meant for pure numbers, and one in millions near the other.
#[test]
fn values_in_other_units_had_another_fit() {
    let fit = |unit| GammaGamma::fit(AT, &in_units(1.0, unit)).expect("enough");
    let dollars = fit(1.0);
    for unit in [1e-12, 1e-6, 1e6, 1e12] {
        let model = fit(unit);
        converged(model.fit_report());
        let (found, expected) = (model.parameters(), dollars.parameters());
        close(found.p, expected.p, 1e-4);
        close(found.q, expected.q, 1e-4);
        close(found.gamma, expected.gamma * unit, 1e-4);
        let saved = serde_json::to_string(&model).expect("writes");
        assert_eq!(serde_json::from_str::<GammaGamma>(&saved).expect("reads"), model);
    }
}

#[test]
fn times_in_other_units_had_another_fit() {
    let weeks = in_units(1.0, 1.0);
    let bg = BgNbd::fit(AT, &weeks).expect("enough");
    let mbg = MbgNbd::fit(AT, &weeks).expect("enough");
    let pareto = ParetoNbd::fit(AT, &weeks).expect("enough");
    for unit in [1e-9, 1e-3, 1e7] {
        let customers = in_units(unit, 1.0);
        let model = BgNbd::fit(AT, &customers).expect("enough");
        converged(model.fit_report());
        close(model.parameters().alpha, bg.parameters().alpha * unit, 1e-4);
        close(model.parameters().a, bg.parameters().a, 1e-4);
        let model = MbgNbd::fit(AT, &customers).expect("enough");
        converged(model.fit_report());
        close(model.parameters().alpha, mbg.parameters().alpha * unit, 1e-4);
        close(model.parameters().a, mbg.parameters().a, 1e-4);
        let model = ParetoNbd::fit(AT, &customers).expect("enough");
        converged(model.fit_report());
        close(model.parameters().alpha, pareto.parameters().alpha * unit, 1e-4);
        close(model.parameters().beta, pareto.parameters().beta * unit, 1e-4);
        close(model.parameters().s, pareto.parameters().s, 1e-4);
    }
}

/// No parameters at all came out as a model with 1 for each of them.
#[test]
fn values_so_far_apart_that_nothing_is_finite_had_a_model() {
    let mut customers = in_units(1.0, 1e13);
    customers.truncate(600);
    customers.extend(vec![
        Summary::new(1, time(3.0), time(9.0))
            .expect("a summary")
            .with_mean_value(1e-320);
        9
    ]);
    let error = GammaGamma::fit(AT, &customers).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not enough data: 0 sets of parameters under which these customers are possible, and at least 1 is needed"
    );
    assert_eq!(error.shortage(), Shortage::Parameters);
}

/// Where leaving is rare, the probability of leaving first was what that of buying first leaves of 1. Expected values by mpmath 1.4
/// with 60 digits, from the formulas of Fader and Hardie's note.
#[test]
fn rare_leaving_lost_its_digits() {
    for (parameters, seen, likelihood, alive) in [
        (
            [1.0, 10.0, 1e-8, 20.0],
            (11, 10.0, 1_000.0),
            -37.428_352_671_480_18,
            6.371_273_486_144e-12,
        ),
        (
            [1.0, 10.0, 1e-8, 20.0],
            (5_000, 100.0, 110.0),
            14_059.318_715_992_026,
            5.704_862_372_135_1e-178,
        ),
        (
            [1.0, 10.0, 1e-8, 20.0],
            (5_000, 100.0, 101.0),
            14_059.318_716_004_088,
            1.206_256_700_701_3e-8,
        ),
        (
            [0.5, 10.0, 1e-6, 50.0],
            (200, 30.0, 60.0),
            101.733_818_736_104_25,
            7.463_349_966_957_9e-41,
        ),
        (
            [2.0, 10.0, 1e-7, 12.0],
            (50, 30.0, 42.0),
            -48.448_369_339_868_235,
            0.998_459_781_068_25,
        ),
    ] {
        let [r, alpha, s, beta] = parameters;
        let model = ParetoNbd::<Weeks>::of_parameters(AT, ParetoNbdParameters { r, alpha, s, beta });
        let model = model.expect("parameters");
        let (repeats, last, age) = seen;
        let ana = Summary::new(repeats, time(last), time(age)).expect("a summary");
        let found = model.log_likelihood(&[ana]);
        // A logarithm is off by so much when what it is of is off by a share.
        let room = 1e-11 + 1e-14 * f64::abs(likelihood);
        assert!((found - likelihood).abs() < room, "{found} is not {likelihood}");
        close(model.p_alive(&ana), alive, 1e-10);
    }
}

/// The same of those who hardly ever buy: P(alive) times P(another purchase).
#[test]
fn rare_buying_lost_its_digits() {
    for ([r, alpha, s, beta], expected, tolerance) in [
        ([1e-8, 20.0, 1.0, 10.0], 2.231_435_482_083_1e-9, 1e-10),
        ([1e-8, 1e4, 1.0, 10.0], 5.529_986_396_961_4e-11, 1e-8),
    ] {
        let model = ParetoNbd::<Weeks>::of_parameters(AT, ParetoNbdParameters { r, alpha, s, beta });
        let ana = Summary::new(0, Time::ZERO, time(30.0)).expect("a summary");
        let next = model.expect("parameters").next_purchase(&ana);
        close(next.probability, expected, tolerance);
    }
}

/// NaN was above or below all others by its sign, and never a tie.
#[test]
fn scores_that_are_no_numbers_were_the_highest() {
    let with = |nan: f64| auc([(nan, true), (0.3, false), (0.2, true), (nan, false), (0.1, false)]);
    // Of six pairs, four have a NaN; of the others, one is right and one is wrong.
    assert_eq!(with(f64::NAN), Ok(0.5));
    assert_eq!(with(-f64::NAN), Ok(0.5));
    assert_eq!(auc([(f64::NAN, true), (0.3, false), (0.4, true)]), Ok(0.75));
}

#[test]
fn errors_said_1_customers_and_not_what_to_do() {
    let one = |error: NotEnoughData| error.to_string();
    let customers = [Summary::<Days>::new(1, Time::new(1), Time::new(2)).expect("a summary")];
    assert_eq!(
        one(MbgNbd::fit(AT, &customers).unwrap_err()),
        "not enough data: 1 customer with an order, and at least 100 are needed"
    );
    assert_eq!(
        one(auc([(0.5, true)]).unwrap_err()),
        "not enough data: 0 customers who ordered again afterwards, and at least 1 is needed"
    );
    let refused = |repeats, last| -> SummaryError {
        Summary::<Days>::new(repeats, Time::new(last), Time::new(9)).unwrap_err()
    };
    assert_eq!(
        refused(1, 0).to_string(),
        "there is 1 purchase after the first, and the last one is at 0: say when it was, or count purchases of one moment as one"
    );
    assert_eq!(
        refused(0, 4).to_string(),
        "there are no purchases after the first, and the last one is at 4 days, not at 0: count it, or say 0"
    );
}
