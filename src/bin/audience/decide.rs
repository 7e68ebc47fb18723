//! `audience decide`: who gets what, on which channel, or why not.

use std::{io::Write, ops::ControlFlow};

use audience::{Campaign, Campaigns, Customer, Decision, Definitions, NameError};
use serde::Serialize;

use crate::{args, failure::Failure, input, lines::OnBad, output, progress};

/// What a campaign does, as one line has it.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Done<'a> {
    Send(Sent<'a>),
    Hold(String),
}

#[derive(Serialize)]
struct Sent<'a> {
    message: &'a str,
    channel: &'static str,
    variant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a str>,
}

/// One of several campaigns.
#[derive(Serialize)]
struct Each<'a> {
    campaign: &'a str,
    #[serde(flatten)]
    done: Done<'a>,
}

/// A JSON line for each customer, or counts.
pub(crate) fn run(arguments: &args::Decide) -> Result<(), Failure> {
    let (shop, at) = input::setting(&arguments.setting)?;
    if let Some(name) = &arguments.campaign {
        let campaign = campaign(&shop, name)?;
        input::needs_catalogs(&at, [campaign.requirements()])?;
        if arguments.dry_run {
            let campaigns = shop.campaigns().only(name);
            return all(
                arguments,
                &shop,
                &campaigns.map_err(|error| Failure::Data(error.to_string()))?,
                &at,
            );
        }
        one(arguments, &shop, &campaign, &at)
    } else {
        let unfitted = shop.unfitted().filter(|it| is_unfitted(&shop, it));
        let unfitted: Vec<String> = unfitted.map(str::to_owned).collect();
        if !unfitted.is_empty() {
            return Err(input::needs_population(&unfitted));
        }
        let names: Vec<String> = shop.campaigns().names().map(str::to_owned).collect();
        for name in &names {
            input::needs_catalogs(&at, [campaign(&shop, name)?.requirements()])?;
        }
        all(arguments, &shop, &shop.campaigns(), &at)
    }
}

fn is_unfitted(shop: &Definitions, name: &str) -> bool {
    matches!(shop.campaign(name), Err(NameError::NeedsPopulation(_)))
}

fn campaign(shop: &Definitions, name: &str) -> Result<Campaign, Failure> {
    shop.campaign(name).map_err(|error| match error {
        NameError::NeedsPopulation(_) => input::needs_population(&[name.to_owned()]),
        error => Failure::Data(error.to_string()),
    })
}

/// One campaign by itself.
fn one(
    arguments: &args::Decide,
    shop: &Definitions,
    campaign: &Campaign,
    at: &audience::At,
) -> Result<(), Failure> {
    let mut out = output::stdout();
    let bar = progress::over(&arguments.customers.file, false);
    let on_bad = OnBad::among(&out, shop, &arguments.customers, &arguments.print_bad);
    input::each_customer(shop, &arguments.customers, on_bad, &bar, |customer| {
        let done = Done::of(&campaign.decide(customer, at));
        begin(&mut out, customer)?;
        done.write(&mut out)?;
        out.write_all(b"}\n")?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(out.flush()?)
}

/// All campaigns with caps shared, or only how many get what.
fn all(
    arguments: &args::Decide,
    shop: &Definitions,
    campaigns: &Campaigns,
    at: &audience::At,
) -> Result<(), Failure> {
    let mut out = output::stdout();
    let bar = progress::over(&arguments.customers.file, arguments.dry_run);
    let mut summary = campaigns.decide_many([], at, |_| {});
    let on_bad = OnBad::among(&out, shop, &arguments.customers, &arguments.print_bad);
    input::each_customer(shop, &arguments.customers, on_bad, &bar, |customer| {
        let mut line = Vec::new();
        let of_one = campaigns.decide_many([customer], at, |decisions| {
            line.extend(decisions.iter().map(|it| Each {
                campaign: it.campaign,
                done: Done::of(&it.decision),
            }));
        });
        summary.add(&of_one);
        if !arguments.dry_run {
            begin(&mut out, customer)?;
            out.write_all(b"\"campaigns\":")?;
            serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
            out.write_all(b"}\n")?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if arguments.dry_run {
        if arguments.json {
            serde_json::to_writer(&mut out, &summary).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            write!(out, "{summary}")?;
        }
    }
    Ok(out.flush()?)
}

/// `{"key":"ana",`.
fn begin(out: &mut impl Write, customer: &Customer) -> std::io::Result<()> {
    out.write_all(b"{\"key\":")?;
    output::write_value(out, Some(customer.key()))?;
    out.write_all(b",")
}

impl<'a> Done<'a> {
    /// The one member that it is, for a line that has begun.
    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        match self {
            Self::Send(sent) => {
                out.write_all(b"\"send\":")?;
                Ok(serde_json::to_writer(out, sent)?)
            }
            Self::Hold(reason) => {
                out.write_all(b"\"hold\":")?;
                output::write_text(out, reason)
            }
        }
    }

    fn of(decision: &Decision<'a>) -> Self {
        match decision {
            Decision::Hold(hold) => Self::Hold(hold.to_string()),
            Decision::Send(choice) => Self::Send(Sent {
                message: choice.message(),
                channel: choice.channel().as_str(),
                variant: choice.variant(),
                offer: choice.offer(),
            }),
        }
    }
}
