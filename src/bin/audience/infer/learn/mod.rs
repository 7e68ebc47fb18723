//! A proposal for the `customer` block and the events of samples.
//!
//! `seen` notes what stands at each place of the samples, with `fits` asking the loader itself whether a value is of a type;
//! `guess` has the rules of thumb, and `propose` writes definitions. They compile, and load the very samples, unless a comment says
//! what could not be had.

mod fits;
mod guess;
mod propose;
mod seen;

use std::{borrow::Cow, collections::BTreeMap};

use audience::{CompileError, Definitions, Type};
use serde_json::value::RawValue;

use self::{fits::Fits, seen::Record};

/// What was learnt from samples so far.
pub(crate) struct Samples {
    fits: Fits,
    customers: Record,
}

impl Samples {
    pub(crate) fn new() -> Self {
        Self {
            fits: Fits::new(),
            customers: Record::default(),
        }
    }

    /// Looks at the customer of a line.
    pub(crate) fn add(&mut self, json: &[u8], line: u64) -> Result<(), String> {
        self.customers.add(json, line, &self.fits)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.customers.count == 0
    }

    /// The proposal, in canonical form.
    pub(crate) fn definitions(&self, source: &str) -> Result<String, CompileError> {
        Definitions::format("the proposal", &propose::definitions(&self.customers, source))
    }
}

/// The key of customers that have none of their own: the name under which it is proposed tells that the number of the line
/// stands for it.
pub(crate) fn line_number(shop: &Definitions) -> Option<&str> {
    let mut keys = shop
        .schema()
        .customer
        .iter()
        .filter(|it| it.roles.key && it.ty == Type::Int);
    let name = &*keys.next()?.name;
    (name.trim_end_matches('_') == propose::LINE_NUMBER).then_some(name)
}

/// The customer of a line, with the number of the line where it lacks such a key.
pub(crate) fn numbered<'j>(json: &'j [u8], line: u64, name: Option<&str>) -> Cow<'j, [u8]> {
    let inside = json.trim_ascii_start().strip_prefix(b"{");
    let (Some(name), Some(inside)) = (name, inside) else {
        return Cow::Borrowed(json);
    };
    let members = serde_json::from_slice::<BTreeMap<String, &RawValue>>(json);
    if members.is_ok_and(|it| it.contains_key(name)) {
        return Cow::Borrowed(json);
    }
    let comma = if inside.trim_ascii_start().starts_with(b"}") {
        ""
    } else {
        ","
    };
    let mut numbered = format!("{{\"{name}\":{line}{comma}").into_bytes();
    numbered.extend_from_slice(inside);
    Cow::Owned(numbered)
}
