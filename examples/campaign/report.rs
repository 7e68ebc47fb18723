//! What was found, as tables.

use audience::{At, Customer, Definitions, Evaluation, NameError, Type};
use indexmap::IndexMap;

use crate::index::Group;

/// Fewer customers than this are too few for a message of their own: the work is not worth it, and a figure of so small
/// a group says little.
const TOO_NARROW: usize = 20;

/// Prints each segment with its size, its share and what it means, then warns of those too narrow.
pub(crate) fn segments(shop: &Definitions, customers: &[Customer], at: &At) {
    println!(
        "\n{:<20} {:>9} {:>7}  what it means",
        "segment", "customers", "share"
    );
    let mut narrow = Vec::new();
    for segment in shop.segments() {
        let size = customers.iter().filter(|it| segment.matches(it, at)).count();
        let meaning = segment.description().unwrap_or_default();
        println!(
            "{:<20} {size:>9} {:>7}  {meaning}",
            segment.name(),
            share(size, customers.len())
        );
        if size < TOO_NARROW {
            narrow.push((segment.name().to_owned(), size));
        }
    }
    for (name, size) in narrow {
        println!(
            "warning: `{name}` is too narrow for a message of its own: {size} customers, fewer than {TOO_NARROW}"
        );
    }
}

/// Prints how many customers stand where by the trait `name`.
pub(crate) fn words(
    shop: &Definitions,
    name: &str,
    customers: &[Customer],
    at: &At,
) -> Result<(), NameError> {
    let computed = shop.computed(name)?;
    let values: Vec<String> = customers
        .iter()
        .filter_map(|it| computed.value(it, at))
        .map(|value| value.to_string())
        .collect();
    println!(
        "\n{:<20} {:>9} {:>7}  {}",
        name,
        "customers",
        "share",
        computed.description().unwrap_or_default()
    );
    if let Type::Words(words) = computed.ty() {
        for word in words.iter() {
            let size = values.iter().filter(|it| **it == **word).count();
            println!("{word:<20} {size:>9} {:>7}", share(size, customers.len()));
        }
    }
    Ok(())
}

/// Prints how good the recommendations are, and insists that they are better than everyone's.
pub(crate) fn recommendations(ours: &Evaluation, popular: &Evaluation) {
    println!(
        "\nguessing what {} customers bought for the first time in the last four weeks, from before:",
        ours.customers
    );
    for (name, it) in [("recommended", ours), ("popular", popular)] {
        println!(
            "{name:<12} HR@{} {:.3}  NDCG {:.3}  MAP {:.3}  coverage {:.3}  novelty {:.2}",
            it.length, it.hit_rate, it.ndcg, it.map, it.coverage, it.novelty
        );
    }
    assert!(
        ours.hit_rate >= popular.hit_rate,
        "popularity alone would do better"
    );
    assert!(
        ours.coverage >= 5.0 * popular.coverage,
        "the lists are everyone's"
    );
}

/// Prints how many e-mails were written of each message, and why others got none.
pub(crate) fn written(groups: &[Group], skipped: &IndexMap<String, usize>, customers: usize) {
    let mails: usize = groups.iter().map(|it| it.mails.len()).sum();
    println!("\n{mails} e-mails written");
    for group in groups {
        println!(
            "{:>5}  {:<14}  {}",
            group.mails.len(),
            group.message,
            group.audience
        );
    }
    let held: usize = skipped.values().sum();
    println!("{held} customers skipped");
    for (reason, count) in skipped {
        println!("{count:>5}  {reason}");
    }
    assert_eq!(mails + held, customers, "every customer is written to or skipped");
}

/// A part of a whole in per cent with one digit.
fn share(part: usize, whole: usize) -> String {
    let tenths = (part * 2000 + whole) / (2 * whole).max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
