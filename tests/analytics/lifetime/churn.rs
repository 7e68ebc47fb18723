//! Who came back to CDNOW in the second half of the time, told from the first.

use audience::{
    DateTime,
    analytics::{
        Shortage,
        lifetime::{
            ChurnEvaluation, ChurnLaw, MbgNbd, ParetoNbd, PurchaseModel, Summary, Time, Weeks, evaluate_churn,
        },
    },
};

use crate::analytics::cdnow;

fn held_out() -> Vec<(Summary<Weeks>, bool)> {
    let (calibrated, end) = (cdnow::day(cdnow::CALIBRATED), cdnow::day(cdnow::END));
    let orders = cdnow::orders("cdnow_sample.txt.gz").into_values();
    let customer = |orders: Vec<(_, f64)>| {
        let returned = orders.iter().any(|(day, _)| *day > calibrated && *day <= end);
        Some((Summary::of_orders(orders, calibrated)?, returned))
    };
    orders.filter_map(customer).collect()
}

fn evaluate<L: ChurnLaw>(model: &PurchaseModel<L, Weeks>) -> ChurnEvaluation {
    evaluate_churn(model, &held_out(), Time::new(39)).expect("enough")
}

/// On these data, the time since the last purchase alone puts customers in as good an order as the models do, and P(alive) a worse
/// one, because it says nothing of how often somebody buys. `docs/analytics.md` has these figures.
#[test]
fn models_stand_beside_silence_alone() {
    let seen: Vec<_> = held_out().into_iter().map(|(customer, _)| customer).collect();
    let mbg = evaluate(&MbgNbd::fit(DateTime::MAX, &seen).expect("enough"));
    let pareto = evaluate(&ParetoNbd::fit(DateTime::MAX, &seen).expect("enough"));
    let rounded =
        |it: ChurnEvaluation| [it.by_model, it.by_p_alive, it.by_recency].map(|area| format!("{area:.3}"));
    assert_eq!(rounded(mbg), ["0.760", "0.687", "0.771"]);
    assert_eq!(rounded(pareto), ["0.771", "0.726", "0.771"]);
    for evaluation in [mbg, pareto] {
        assert_eq!((evaluation.customers, evaluation.returned), (2_357, 684));
    }
    assert_eq!(format!("{:.0}", mbg.expected_to_return), "566");
    assert_eq!(format!("{:.0}", pareto.expected_to_return), "523");
}

#[test]
fn an_evaluation_needs_both_kinds_of_customers() {
    let mut customers = held_out();
    let seen: Vec<_> = customers.iter().map(|(customer, _)| *customer).collect();
    let model = MbgNbd::fit(DateTime::MAX, &seen).expect("enough");
    for (_, returned) in &mut customers {
        *returned = false;
    }
    let error = evaluate_churn(&model, &customers, Time::new(39)).unwrap_err();
    assert_eq!(
        (error.shortage(), error.have(), error.need()),
        (Shortage::Returned, 0, 10)
    );
}
