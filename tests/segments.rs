//! All segments together.

use audience::{Definitions, NameError, Segments};

fn names<R>(segments: &Segments<R>) -> Vec<&str> {
    segments.names().collect()
}

const SHOP: &str = "customer { id: string key, orders: int, spent: decimal }
    segment loyal = orders >= 10
    segment best = spent in top 10%
    segment new = orders = 1
    segment lost = orders = 0";

#[test]
fn segments_stand_in_the_order_of_definition_or_as_named() {
    let shop = Definitions::parse(SHOP).expect("compiles");
    let segments = shop.segments();
    assert_eq!(names(&segments), ["loyal", "new", "lost"]);
    assert_eq!(
        names(&segments.only(["lost", "new", "lost"]).expect("known")),
        ["lost", "new"]
    );
    let none = segments.only([""; 0]).expect("nothing is asked for");
    assert!(none.is_empty() && none.iter().next().is_none() && none.get(0).is_none());
    let forth: Vec<_> = (&segments).into_iter().map(|it| it.name().to_owned()).collect();
    let mut back: Vec<_> = segments.iter().rev().map(|it| it.name().to_owned()).collect();
    back.reverse();
    assert_eq!(forth, back);
    let mut iter = segments.clone().into_iter();
    assert_eq!((iter.len(), format!("{iter:?}")), (3, format!("{segments:?}")));
    iter.next_back();
    assert_eq!(
        (iter.len(), format!("{iter:?}").as_str()),
        (2, r#"["loyal", "new"]"#)
    );
    for (position, name) in segments.names().enumerate() {
        assert_eq!(segments.position(name), Some(position));
        assert_eq!(
            segments.get(position).map(|it| it.name().to_owned()).as_deref(),
            Some(name)
        );
    }
    assert_eq!(segments.position("best"), None);
}

#[test]
fn names_that_are_not_among_the_segments_are_refused() {
    let shop = Definitions::parse(SHOP).expect("compiles");
    let some = shop.segments().only(["lost", "new"]).expect("known");
    let error = some.only(["new", "los"]).expect_err("unknown");
    assert_eq!(error.to_string(), "unknown segment `los`; did you mean `lost`?");
    // It is a segment, but none of these.
    let error = some.only(["loyal"]).expect_err("not among them");
    assert_eq!(error.to_string(), "unknown segment `loyal`");
    let error = some.only(["best"]).expect_err("not fitted");
    assert!(matches!(error, NameError::NeedsPopulation(_)), "{error}");
}
