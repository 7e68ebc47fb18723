//! Random customers, definitions and templates, for tests of a service's own definitions (feature `proptest`).
//!
//! A rule that only few customers meet is hardly tested by customers drawn blindly. These strategies look at the rules: the
//! constants in them, one step more and one step less, the ends of their windows, so many events and one more. They
//! are strategies of [proptest](https://docs.rs/proptest/1), with all that it offers: a customer that breaks a property is
//! made smaller before it is shown.
//!
//! ```
//! use audience::{Definitions, Zone, testing};
//! use proptest::prelude::*;
//!
//! let shop = Definitions::parse(
//!     r#"
//!     customer { id: string key, country: string?, orders: int }
//!     event purchases { amount: decimal }
//!     segment regular = country = "ES" and orders >= 40 and at least 3 purchases in last 30 days
//!     segment spanish = country = "ES"
//!     "#,
//! )?;
//! let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::named("Europe/Madrid")?);
//! let (regular, spanish) = (shop.segment("regular")?, shop.segment("spanish")?);
//! proptest!(|(ana in testing::members_of(&regular, &at))| {
//!     prop_assert!(spanish.matches(ana.customer(), &at), "every regular lives in Spain");
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aim;
mod near;
mod rows;
mod seek;
mod texts;

use std::fmt;

use proptest::prelude::{BoxedStrategy, Strategy, any};

use crate::{
    definitions::{Definitions, Segment},
    eval::At,
    record::{Customer, Loader},
};
use aim::Aims;
use rows::World;
use seek::seek;

pub use texts::{definitions, templates};

/// A customer that was drawn, with the JSON that it was loaded from.
///
/// `Debug` shows the JSON, personal values included: nobody real is meant.
///
/// ```
/// # use audience::{Definitions, Zone, testing};
/// # use proptest::prelude::*;
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// proptest!(|(drawn in testing::customers(&shop, &at))| {
///     let again = shop.customer_from_json(drawn.json()).expect("it was loaded from this");
///     prop_assert_eq!(&again, drawn.customer());
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Drawn {
    json: String,
    customer: Customer,
}

impl Drawn {
    /// The JSON object, for a service that has a struct of its own to read it into.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The customer, loaded.
    #[must_use]
    pub fn customer(&self) -> &Customer {
        &self.customer
    }
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.json)
    }
}

/// Customers that the schema allows, of all sorts: some drawn blindly, some so that one segment or other just holds or just
/// does not hold.
///
/// Times lie around `at`; references to a catalogue are mostly to items that `at` has.
///
/// ```
/// # use audience::{Definitions, Zone, testing};
/// # use proptest::prelude::*;
/// let shop = Definitions::parse("customer { id: string key, score: float? }  segment good = score > 0.5")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let good = shop.segment("good")?;
/// proptest!(|(drawn in testing::customers(&shop, &at))| {
///     prop_assert_eq!(good.matches(drawn.customer(), &at), good.interpret(drawn.customer(), &at));
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn customers(shop: &Definitions, at: &At) -> impl Strategy<Value = Drawn> + use<> {
    let (shop, at) = (shop.clone(), at.clone());
    let world = World::new(shop.module().schema.clone(), &at);
    let loader = shop.loader();
    let json = any::<(u16, bool, u64)>().prop_flat_map(move |(which, holds, seed)| {
        let module = shop.module();
        let segment = module
            .segments
            .get(usize::from(which) % (module.segments.len() + 1));
        let aims = segment.map_or_else(Aims::default, |it| {
            seek(module, &it.condition, holds, true, seed, &at)
        });
        world.customer(&aims)
    });
    loaded(json.boxed(), loader)
}

/// Customers of a segment.
///
/// They are looked for with the constants of its rule, so that a selective one has members too. A segment that has none
/// ends the test with proptest's error that too many were rejected.
///
/// See the [module](self) for an example.
///
/// ```
/// # use audience::{Definitions, Zone, testing};
/// # use proptest::prelude::*;
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders between 4711 and 4712")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let loyal = shop.segment("loyal")?;
/// proptest!(|(drawn in testing::members_of(&loyal, &at))| {
///     prop_assert!(loyal.matches(drawn.customer(), &at));
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn members_of(segment: &Segment, at: &At) -> impl Strategy<Value = Drawn> + use<> {
    let (member, moment) = (segment.clone(), at.clone());
    sought(segment, at, |seed| (true, seed % 2 == 0))
        .prop_filter("a member", move |it| member.matches(it.customer(), &moment))
}

/// Customers at the edge of a segment, about half of them inside: one constant more or one less, one event more or one less,
/// a microsecond earlier or later would often change the answer.
///
/// ```
/// # use audience::{Definitions, Zone, testing};
/// # use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
/// let shop = Definitions::parse("customer { id: string key, orders: int }  segment loyal = orders >= 1000")?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let loyal = shop.segment("loyal")?;
/// let edge = testing::near_the_edge_of(&loyal, &at);
/// let mut runner = TestRunner::deterministic();
/// let drawn: Vec<_> = (0..100).map(|_| edge.new_tree(&mut runner).expect("there is one").current()).collect();
/// let orders: Vec<_> = drawn.iter().filter_map(|it| it.customer().get("orders")).map(|it| it.to_string()).collect();
/// assert!(orders.iter().any(|it| it == "999") && orders.iter().any(|it| it == "1000"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn near_the_edge_of(segment: &Segment, at: &At) -> impl Strategy<Value = Drawn> + use<> {
    sought(segment, at, |seed| (seed % 2 == 0, true))
}

/// Customers for whom the segment should hold, or not, and be near its edge, as `how` says for a number.
fn sought(segment: &Segment, at: &At, how: fn(u64) -> (bool, bool)) -> impl Strategy<Value = Drawn> + use<> {
    let (segment, at) = (segment.clone(), at.clone());
    let world = World::new(segment.module().schema.clone(), &at);
    let loader = segment.loader();
    let json = any::<u64>().no_shrink().prop_flat_map(move |seed| {
        let (holds, edge) = how(seed);
        let aims = seek(
            segment.module(),
            &segment.definition().condition,
            holds,
            edge,
            seed / 2,
            &at,
        );
        world.customer(&aims)
    });
    loaded(json.boxed(), loader)
}

fn loaded(json: BoxedStrategy<serde_json::Value>, loader: Loader) -> impl Strategy<Value = Drawn> + use<> {
    json.prop_filter_map("what the schema allows", move |json| {
        let json = json.to_string();
        let customer = loader.customer_from_json(&json);
        debug_assert!(customer.is_ok(), "{json}: {customer:?}");
        Some(Drawn {
            customer: customer.ok()?,
            json,
        })
    })
}
