//! Recommendations on a thousand real customers.

use std::{error::Error, fs::File};

use audience::{CoPurchase, CoPurchaseOptions, Interactions, Reason, leave_last_out};

use crate::retail::{self, Data};

fn bought(data: &Data) -> Interactions {
    let invoices = |customer: &'_ retail::Customer| customer.purchases.len();
    assert!(data.customers.iter().map(invoices).sum::<usize>() > 4_000);
    let mut bought = Interactions::new();
    for customer in &data.customers {
        for invoice in &customer.purchases {
            bought.extend(
                invoice
                    .items
                    .iter()
                    .map(|item| (&customer.id, &item.sku, invoice.at)),
            );
        }
    }
    bought
}

fn catalog(data: &Data) -> impl Iterator<Item = (&str, &str)> {
    data.products.iter().map(|it| (it.sku.as_str(), it.name.as_str()))
}

#[test]
fn guess_the_last_invoice_better_than_popularity() -> Result<(), Box<dyn Error>> {
    let data = retail::read(File::open(retail::SAMPLE)?)?;
    let options = CoPurchaseOptions::default();
    let evaluation = leave_last_out(&options, &bought(&data), catalog(&data), 10);
    println!(
        "{} customers, HR@10 {:.3}, popularity {:.3}, different {:.3}",
        evaluation.customers,
        evaluation.hit_rate(),
        evaluation.popularity_hit_rate(),
        evaluation.share_different()
    );
    assert!(evaluation.customers > 600);
    assert!(evaluation.hits >= evaluation.popularity_hits);
    assert!(evaluation.share_different() >= 0.6);
    Ok(())
}

#[test]
fn every_customer_gets_a_full_list_of_new_products() -> Result<(), Box<dyn Error>> {
    let data = retail::read(File::open(retail::SAMPLE)?)?;
    let model = CoPurchase::fit(&CoPurchaseOptions::default(), &bought(&data), catalog(&data));
    for customer in &data.customers {
        let own = || {
            let items = customer.purchases.iter().flat_map(|it| &it.items);
            items.map(|it| it.sku.as_str())
        };
        let list = model.recommend_to(own(), 4);
        assert_eq!(list.len(), 4, "{}", customer.id);
        for shown in &list {
            assert!(
                own().all(|it| it != &*shown.item),
                "{} has {}",
                customer.id,
                shown.item
            );
            if let Reason::Bought { item, .. } = &shown.reason {
                assert!(
                    own().any(|it| it == &**item),
                    "{} never bought {item}",
                    customer.id
                );
            }
        }
    }
    Ok(())
}
