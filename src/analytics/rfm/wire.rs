//! Cut points as they are kept.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Origin, Rfm};
use crate::{
    analytics::saved::Version,
    value::{DateTime, Decimal},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: Version<1>,
    model: Model,
    at: DateTime,
    /// Of fixed thresholds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customers: Option<u64>,
    /// The lowest key of each is that of the longest recency, so these fall.
    recency_micros: [i64; 4],
    frequency: [i64; 4],
    monetary: [Decimal; 4],
}

#[derive(Serialize, Deserialize)]
enum Model {
    #[serde(rename = "rfm")]
    Rfm,
}

impl Serialize for Rfm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [recency, frequency, monetary] = self.cuts;
        let wire = Wire {
            version: Version::known(),
            model: Model::Rfm,
            at: self.at,
            customers: self.customers(),
            recency_micros: recency.map(i64::saturating_neg),
            frequency,
            monetary: monetary.map(Decimal::from_units),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rfm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let cuts = [
            wire.recency_micros.map(i64::saturating_neg),
            wire.frequency,
            wire.monetary.map(Decimal::units),
        ];
        for (name, cuts) in ["recency_micros", "frequency", "monetary"].into_iter().zip(&cuts) {
            if !cuts.is_sorted() {
                let problem = format_args!("the cut points of `{name}` are out of order: fit it again");
                return Err(D::Error::custom(problem));
            }
        }
        let origin = match wire.customers {
            Some(customers) => Origin::Quantiles { customers },
            None => Origin::Thresholds,
        };
        Ok(Self {
            at: wire.at,
            origin,
            cuts,
        })
    }
}
