//! Who bought what, of all customers of the shop.

use audience::Interactions;

use crate::data;

/// Where all customers lie, from the root of the repository.
pub(crate) const ALL: &str = "examples/data/online_retail_all_customers.csv.gz";

/// What customers bought, with their countries.
pub(crate) fn bought(retail: &data::Data) -> Interactions {
    let mut bought = Interactions::new();
    for customer in &retail.customers {
        for invoice in &customer.purchases {
            let products = invoice
                .items
                .iter()
                .filter(|it| data::is_product(&it.sku) && it.quantity > 0);
            bought.extend(products.map(|it| (&customer.id, &it.sku, invoice.at)));
        }
        bought.set_group(&customer.id, &customer.country);
    }
    bought
}
