//! Cohorts by another way of counting, and months that are not over.

use std::collections::BTreeSet;

use audience::{
    Date,
    analytics::retention::{Gaps, Retention},
};
use proptest::prelude::*;

use crate::analytics::cdnow;

proptest! {
    #[test]
    fn cohorts_are_those_that_are_counted_customer_by_customer(
        customers in prop::collection::vec(prop::collection::vec(20_400_i64..20_700, 0..6), 0..12),
        until in 20_500_i64..20_800,
    ) {
        let date = |days: i64| Date::from_days(days).expect("in range");
        let until = date(until);
        let mut retention = Retention::new(until);
        for days in &customers {
            retention.add("all", days.iter().copied().map(date));
        }
        let month = |day: Date| day.year() * 12 + i32::try_from(day.month()).expect("to 12");
        let is_over = |number: i32| month(until.checked_add_days(1).expect("in range")) > number;
        let seen: Vec<BTreeSet<Date>> = customers
            .iter()
            .map(|days| days.iter().copied().map(date).filter(|it| *it <= until).collect())
            .collect();
        let mut people = 0;
        for cohort in retention.cohorts("all") {
            let first = cohort.month().year() * 12 + i32::try_from(cohort.month().month()).expect("to 12");
            let of_it: Vec<_> = seen
                .iter()
                .filter(|days| days.first().is_some_and(|it| month(*it) == first))
                .collect();
            prop_assert_eq!(cohort.customers(), of_it.len() as u64);
            people += of_it.len();
            for (later, active) in (0..).zip(cohort.active()) {
                let those = of_it.iter().filter(|days| days.iter().any(|it| month(*it) == first + later));
                prop_assert_eq!(*active, those.count() as u64);
                prop_assert!(is_over(first + later));
            }
            let months = i32::try_from(cohort.active().len()).expect("few");
            prop_assert!(!is_over(first + months));
        }
        prop_assert_eq!(people, seen.iter().filter(|it| !it.is_empty()).count());
        let gaps: usize = seen.iter().map(|it| it.len().saturating_sub(1)).sum();
        prop_assert_eq!(retention.gaps("all").map_or(0, Gaps::count), gaps as u64);
    }
}

#[test]
fn retention_of_cdnow() {
    let mut retention = Retention::new(cdnow::day(cdnow::END));
    for orders in cdnow::orders("cdnow_master.txt.gz").into_values() {
        retention.add("all", orders.into_iter().map(|(day, _)| day));
    }
    let cohorts: Vec<_> = retention
        .cohorts("all")
        .map(|it| (it.month().to_string(), it.customers(), it.active().len()))
        .collect();
    assert_eq!(
        cohorts,
        [
            ("1997-01".to_owned(), 7_846, 18),
            ("1997-02".to_owned(), 8_476, 17),
            ("1997-03".to_owned(), 7_248, 16),
        ]
    );
    assert_eq!(retention.segments().collect::<Vec<_>>(), ["all"]);
    assert!(retention.gaps("spain").is_none());
}
