//! What saved models have in common.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The version of a saved form; another one is refused for that. It stands first in each form.
#[derive(Serialize)]
pub(super) struct Version<const KNOWN: u32>(u32);

impl<const KNOWN: u32> Version<KNOWN> {
    pub(super) const fn known() -> Self {
        Self(KNOWN)
    }
}

impl<'de, const KNOWN: u32> Deserialize<'de> for Version<KNOWN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = u32::deserialize(deserializer)?;
        if found == KNOWN {
            return Ok(Self(found));
        }
        Err(D::Error::custom(format_args!(
            "saved in version {found}, and only version {KNOWN} is known: fit it again"
        )))
    }
}
