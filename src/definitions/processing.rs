//! Who reads what about customers, and what for.

use std::{fmt, sync::Arc};

use serde::Serialize;

use super::{Defined, Definitions};
use crate::{
    hir::ChannelRules,
    requirements::{Gather, RequiredField, Requirements},
    value::Roles,
};

/// What definitions read about customers, and what for: the record that a privacy officer asks for.
///
/// Made by [`Definitions::processing`]. `Serialize` gives all of it, `Display` a Markdown table of what is personal or
/// sensitive.
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(r#"
///     customer { id: string key, phone: string personal, agreed: bool, born: date personal }
///     channel sms { address phone  consent agreed }
///     segment grown "May drink" = years_since(born) >= 18
/// "#)?;
/// assert_eq!(shop.processing().to_string(), "\
/// | read by | what | roles | purpose |
/// |---|---|---|---|
/// | segment grown | born | personal | to tell who is in it: May drink |
/// | channel sms | phone | personal | to reach the customer |
/// ");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Processing {
    uses: Vec<DataUse>,
}

/// One attribute or property, read by one definition.
///
/// ```
/// # use audience::{Defined, Definitions};
/// let shop = Definitions::parse("customer { id: string key, age: int personal }  segment grown = age >= 18")?;
/// let processing = shop.processing();
/// let of_age = processing.uses().iter().find(|it| it.path == "age").expect("it is read");
/// assert_eq!((of_age.kind, &*of_age.name, of_age.roles.personal), (Defined::Segment, "grown", true));
/// assert_eq!(of_age.purpose, "to tell who is in it");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DataUse {
    /// What kind of definition reads it.
    pub kind: Defined,
    /// The name of the definition.
    pub name: Arc<str>,
    /// The path of the attribute; of a property with its event, `purchases.amount`; of what lies in a list, `cart[].sku`.
    pub path: String,
    /// What else the contract says of it.
    pub roles: Roles,
    /// What for, with the description of the definition.
    pub purpose: String,
}

impl Processing {
    /// All of it, in the order of the kinds and of the definitions.
    #[must_use]
    pub fn uses(&self) -> &[DataUse] {
        &self.uses
    }
}

impl Definitions {
    /// Tells who reads what about customers, through all that each definition refers to, and what for.
    ///
    /// Takes time proportional to the length of the definitions times how deep they refer to each other.
    #[must_use]
    pub fn processing(&self) -> Processing {
        let sheet = self.describe();
        let mut uses = Uses { found: Vec::new() };
        for it in &sheet.traits {
            uses.add(
                (Defined::Trait, &it.name),
                it.description.as_deref(),
                "to compute it",
                &it.needs,
            );
        }
        for it in &sheet.segments {
            let what = "to tell who is in it";
            uses.add(
                (Defined::Segment, &it.name),
                it.description.as_deref(),
                what,
                &it.needs,
            );
        }
        for it in &sheet.messages {
            let what = "to say something to the customer";
            uses.add(
                (Defined::Message, &it.name),
                it.description.as_deref(),
                what,
                &it.needs,
            );
        }
        for channel in &self.inner.module.campaigns.channels {
            for (what, needs) in self.of_channel(channel) {
                let name = channel.channel.as_str().into();
                uses.add(
                    (Defined::Channel, &name),
                    channel.description.as_deref(),
                    what,
                    &needs,
                );
            }
        }
        for it in &sheet.offers {
            let what = "to tell who may have it";
            uses.add(
                (Defined::Offer, &it.name),
                it.description.as_deref(),
                what,
                &it.needs,
            );
        }
        for it in &sheet.campaigns {
            let what = "to decide what the customer gets";
            uses.add(
                (Defined::Campaign, &it.name),
                it.description.as_deref(),
                what,
                &it.needs,
            );
        }
        Processing { uses: uses.found }
    }
}

impl Definitions {
    /// What a channel reads, by what for.
    fn of_channel(&self, channel: &ChannelRules) -> Vec<(&'static str, Requirements)> {
        let module = &*self.inner.module;
        let gathered = |what, gather: &dyn Fn(&mut Gather<'_>)| {
            let mut all = Gather::new(module);
            gather(&mut all);
            (what, all.finish())
        };
        let mut purposes = Vec::new();
        if let Some((_, rule)) = channel.address {
            purposes.push(gathered("to reach the customer", &|it| it.segment(rule)));
        }
        purposes.push(gathered("to know whether she agreed", &|it| {
            it.segment(channel.consent);
        }));
        if !channel.suppress.is_empty() {
            let what = "to know whether she must not be written to";
            purposes.push(gathered(what, &|it| {
                channel.suppress.iter().for_each(|rule| it.segment(*rule));
            }));
        }
        if !channel.caps.is_empty() {
            let what = "to bound how often she is written to";
            purposes.push(gathered(what, &|it| {
                channel.caps.iter().for_each(|cap| it.cap(cap));
            }));
        }
        if channel.quiet.is_some() {
            purposes.push(gathered("to know what time it is where she is", &|it| it.clock()));
        }
        purposes
    }
}

struct Uses {
    found: Vec<DataUse>,
}

impl Uses {
    fn add(
        &mut self,
        (kind, name): (Defined, &Arc<str>),
        description: Option<&str>,
        what: &str,
        needs: &Requirements,
    ) {
        let purpose = description.map_or(what.to_owned(), |it| format!("{what}: {it}"));
        let pattern = DataUse {
            kind,
            name: Arc::clone(name),
            path: String::new(),
            roles: Roles::default(),
            purpose,
        };
        for field in &needs.attributes {
            self.field(&pattern, field.path.clone(), field);
        }
        for event in &needs.events {
            for property in &event.properties {
                self.field(&pattern, format!("{}.{}", event.name, property.path), property);
            }
        }
    }

    fn field(&mut self, pattern: &DataUse, path: String, field: &RequiredField) {
        for inner in &field.fields {
            self.field(pattern, format!("{path}[].{}", inner.path), inner);
        }
        self.found.push(DataUse {
            path,
            roles: field.roles.clone(),
            ..pattern.clone()
        });
    }
}

/// A Markdown table of what is personal or sensitive, or a sentence where nothing is.
impl fmt::Display for Processing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self
            .uses
            .iter()
            .filter(|it| it.roles.personal || it.roles.sensitive);
        let mut rows = shown.peekable();
        if rows.peek().is_none() {
            return f.write_str("Nothing personal or sensitive is read.\n");
        }
        f.write_str("| read by | what | roles | purpose |\n|---|---|---|---|\n")?;
        for it in rows {
            let roles = [
                (it.roles.key, "key"),
                (it.roles.personal, "personal"),
                (it.roles.sensitive, "sensitive"),
            ];
            let roles: Vec<_> = roles
                .iter()
                .filter(|(has, _)| *has)
                .map(|(_, word)| *word)
                .collect();
            let cell = |text: &str| text.replace('|', "\\|").replace(char::is_control, " ");
            writeln!(
                f,
                "| {} {} | {} | {} | {} |",
                it.kind,
                cell(&it.name),
                cell(&it.path),
                roles.join(", "),
                cell(&it.purpose)
            )?;
        }
        Ok(())
    }
}
