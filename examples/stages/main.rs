//! One shop and the same thousand customers through five stages: the same text for all, by identity, by segment and channel,
//! one to one, and predictive.
//!
//! ```sh
//! cargo run --release --example stages
//! ```
//!
//! Each stage is a file of its own (`1_same_for_all.audience` to `5_predictive.audience`) beside the contract that they share
//! (`shop.audience`): what a marketer writes there. For each it prints who gets which message by which channel with which offer,
//! who gets nothing and why, what is another than at the stage before, and three customers side by side.
//!
//! The invoices are real (`examples/data/`). Names, addresses, consent, favourites and what was looked at are not in them, and
//! are made of the customers' numbers in `people.rs`; so are the scores, which stand for those of a model that is made elsewhere.
#![expect(clippy::print_stdout, reason = "what it found is what it is for")]

#[expect(
    dead_code,
    reason = "the example that it belongs to shows and writes more of it"
)]
#[path = "../campaign/data.rs"]
mod data;
mod people;
mod report;

use std::{error::Error, fs::File, path::Path};

use audience::{
    Action, Assortment, At, Blend, Choice, CodePool, Customer, Decision, Definitions, History, Interactions,
    NeighbourOptions, Neighbours, Parts, Placements, Popularity, PopularityOptions, Reason, Recommendation,
    Rendered, Shelf, Summary, ValueRef, Wish, Zone,
};

/// What a marketer has at her disposal.
pub(crate) struct Stage {
    pub file: &'static str,
    pub title: &'static str,
}

const STAGES: [Stage; 5] = [
    Stage {
        file: "1_same_for_all",
        title: "Stage 1: the same text for all",
    },
    Stage {
        file: "2_identity",
        title: "Stage 2: by identity",
    },
    Stage {
        file: "3_segments",
        title: "Stage 3: by segment and channel",
    },
    Stage {
        file: "4_one_to_one",
        title: "Stage 4: one to one",
    },
    Stage {
        file: "5_predictive",
        title: "Stage 5: predictive",
    },
];
/// Whose messages are shown.
const SHOWN: [&str; 3] = ["12472", "14224", "13533"];
/// The page where everyone ends it. With a link for each customer, all texts would be different.
const UNSUBSCRIBE: &str = "https://shop.example/unsubscribe";
/// The offers with unique codes.
const CODES: [(&str, &str); 3] = [
    ("last_ones", "LAST"),
    ("birthday_voucher", "DAY"),
    ("twenty_percent", "BACK"),
];

/// What a customer gets.
pub(crate) enum Got {
    Message {
        message: String,
        channel: &'static str,
        offer: Option<String>,
        text: String,
    },
    /// Nothing, for this reason.
    Nothing(String),
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join(data::SAMPLE);
    let retail = data::read(File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?)?;
    let people = people::people(&retail, people::NOW.parse()?);
    let products = people::products(&retail);
    println!(
        "{} customers and {} products at {}",
        people.len(),
        products.len(),
        people::NOW
    );

    let mut before: Option<Vec<Got>> = None;
    let mut texts = Vec::new();
    for stage in &STAGES {
        let shop = Definitions::builder()
            .file(root.join("examples/stages/shop.audience"))
            .file(root.join(format!("examples/stages/{}.audience", stage.file)))
            .build()?;
        for test in shop.tests() {
            let outcome = test.run();
            assert!(outcome.passed(), "{outcome:?}");
        }
        let customers = people.iter().map(|it| shop.customer_from(it));
        let customers: Vec<Customer> = customers.collect::<Result<_, _>>()?;
        let items = shop.loader().items_from("products", &products)?;
        let at = shop
            .at(people::NOW.parse()?, &Zone::named(data::ZONE)?)
            .with_items(items);

        let history = History::new(shop.schema(), "purchases", "items.sku")?.until(at.now());
        let mut bought = Interactions::new();
        for customer in &customers {
            bought.add_events(customer, &history);
        }
        let products = at.items("products").ok_or("the products were added")?;
        let shelf = Shelf::new(&Assortment::from_items(products, "name", None)?);
        let alike = Neighbours::fit(&NeighbourOptions::default(), &bought, shelf.assortment())?;
        let popular = Popularity::fit(&PopularityOptions::default(), &bought, shelf.assortment())?;
        let recommendations = Recommendations {
            model: Blend::new().add(1.0, alike)?.or_else(popular),
            shelf,
            history,
        };
        let (got, summary) = decide(&shop, &customers, &recommendations, &at)?;

        texts.push(report::stage(stage, &got, before.as_deref(), &summary));
        let shown = SHOWN.map(|key| {
            let position = people.iter().position(|it| it.id == key);
            (key, &got[position.expect("these customers are in the data")])
        });
        report::side_by_side(&shown);
        check(&people, &got);
        before = Some(got);
    }
    assert_eq!(texts[0], 1, "the same text for all");
    assert!(
        texts[..4].is_sorted_by(|a, b| a < b),
        "up to one to one, each stage says more different things"
    );
    Ok(())
}

/// What is recommended to whom.
struct Recommendations {
    shelf: Shelf,
    model: Blend,
    history: History,
}

/// Decides the campaign of a stage for everyone, and writes what is sent.
fn decide(
    shop: &Definitions,
    customers: &[Customer],
    recommendations: &Recommendations,
    at: &At,
) -> Result<(Vec<Got>, Summary), Box<dyn Error>> {
    let codes = CODES.map(|(offer, prefix)| {
        let codes = (1..=customers.len()).map(move |it| format!("{prefix}-{it:04}"));
        (offer, codes)
    });
    let codes = CodePool::new(codes);
    let mut got = Vec::new();
    let campaigns = shop.campaigns();
    let summary = campaigns.decide_many(customers, at, |decisions| {
        for decided in decisions.iter() {
            got.push(match decided.decision {
                Decision::Hold(hold) => Ok(Got::Nothing(hold.to_string())),
                Decision::Send(choice) => write(&choice, recommendations, at, &codes),
            });
        }
    });
    let got = got.into_iter().collect::<Result<_, _>>()?;
    Ok((got, summary))
}

fn write(
    choice: &Choice<'_>,
    recommendations: &Recommendations,
    at: &At,
    codes: &CodePool,
) -> Result<Got, Box<dyn Error>> {
    let channel = choice.channel().as_str();
    let link = (channel == "email").then_some(("unsubscribe", UNSUBSCRIBE));
    let inputs = choice.inputs_with_codes(link, "december", codes)?;
    let mut placements = Placements::new();
    let profile = recommendations.history.profile(choice.customer(), at.now());
    let list = recommendations
        .shelf
        .choose(&recommendations.model, &profile, &Wish::new(2));
    let german = choice.customer().get("language") == Some(ValueRef::Text("de"));
    let because = |it: &Recommendation| {
        if german {
            in_german(&it.reason)
        } else {
            it.reason.to_string()
        }
    };
    placements.set(
        "recommendations",
        list.iter().map(|it| (it.item.clone(), because(it))),
    );
    let mut parts = Parts::new();
    if let Rendered::Skipped(reason) = choice.render_into(&inputs, &placements, &mut parts)? {
        return Err(format!("{} skips: {reason}", choice.message()).into());
    }
    let texts: Vec<&str> = parts.iter().map(|(_, text)| text).collect();
    Ok(Got::Message {
        message: choice.message().to_owned(),
        channel,
        offer: choice.offer().map(str::to_owned),
        text: texts.join("\n"),
    })
}

/// Why a product is recommended, as [`Reason`] says it in English.
fn in_german(reason: &Reason) -> String {
    match reason {
        Reason::Did {
            action: Action::Purchase,
            name,
            ..
        } => format!("weil du {name} gekauft hast"),
        Reason::Popular => "beliebt bei unseren Kunden".to_owned(),
        _ => "neu für dich".to_owned(),
    }
}

/// Nobody is written to who did not agree.
fn check(people: &[people::Person<'_>], got: &[Got]) {
    for (person, got) in people.iter().zip(got) {
        match got.channel() {
            Some("email") => assert!(person.consent.email, "{} did not agree to e-mails", person.id),
            Some("push") => assert!(person.consent.push, "{} did not agree to pushes", person.id),
            other => assert_eq!(other, None, "no other channel"),
        }
    }
}

impl Got {
    pub(crate) fn is_message(&self) -> bool {
        self.channel().is_some()
    }

    pub(crate) fn channel(&self) -> Option<&'static str> {
        match self {
            Self::Message { channel, .. } => Some(channel),
            Self::Nothing(_) => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Message { text, .. } => Some(text),
            Self::Nothing(_) => None,
        }
    }
}
