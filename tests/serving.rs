//! Serving recommendations allocates nothing but the answer, once a thread has served a first customer.

use audience::{CoPurchase, CoPurchaseOptions, Interactions};

#[test]
fn serving_allocates_one_list() -> Result<(), Box<dyn std::error::Error>> {
    let at = "2026-06-01T09:00:00Z".parse()?;
    let keys: Vec<String> = (0..200).map(|item| format!("item {item}")).collect();
    let mut bought = Interactions::new();
    for customer in 0..300_usize {
        for step in 0..12 {
            bought.add(
                &customer.to_string(),
                &keys[(customer * 7 + step * step) % keys.len()],
                at,
            );
        }
    }
    let model = CoPurchase::fit(
        &CoPurchaseOptions::default(),
        &bought,
        keys.iter().map(|it| (it.as_str(), it.as_str())),
    );
    let histories: Vec<&[String]> = (0..100).map(|first| &keys[first..first + first % 9]).collect();
    let serve = |history: &[String]| model.recommend_to(history.iter().map(String::as_str), 10).len();
    for history in &histories {
        assert_eq!(serve(history), 10);
    }
    for history in &histories {
        let counted = allocation_counter::measure(|| assert_eq!(serve(history), 10));
        assert_eq!(counted.count_total, 1, "a history of {}", history.len());
    }
    Ok(())
}
