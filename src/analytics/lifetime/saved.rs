//! Models as they are kept.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Fit, GammaGamma, GammaGammaParameters, Law, PurchaseModel, TimeUnit};
use crate::{analytics::saved::Version, value::DateTime};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    version: Version<1>,
    model: Cow<'a, str>,
    /// None for values, which are of no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Cow<'a, str>>,
    at: DateTime,
    /// With their names, in the order of the model.
    parameters: Vec<(Cow<'a, str>, f64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fit: Option<Fit>,
}

impl<'a> Wire<'a> {
    /// The parameters, if the form is of that model and unit.
    fn expect<const N: usize>(
        &self,
        model: &str,
        unit: Option<&str>,
        names: [&str; N],
    ) -> Result<[f64; N], String> {
        if self.model != model {
            return Err(format!("this is a model `{}`, not `{model}`", self.model));
        }
        if self.unit.as_deref() != unit {
            let name = |unit: Option<&str>| unit.map_or("no unit".to_owned(), |it| format!("`{it}`"));
            let (found, expected) = (name(self.unit.as_deref()), name(unit));
            return Err(format!(
                "this model has times in {found}, not in {expected}: fit it anew in the other unit"
            ));
        }
        let right = self.parameters.iter().map(|(name, _)| name).eq(names.iter());
        let values: Vec<f64> = self.parameters.iter().map(|(_, value)| *value).collect();
        let wrong = || {
            format!(
                "expected the parameters {}",
                names.map(|it| format!("`{it}`")).join(", ")
            )
        };
        values.try_into().ok().filter(|_| right).ok_or_else(wrong)
    }

    fn new(model: &'a str, unit: Option<&'a str>, at: DateTime, fit: Option<Fit>) -> Self {
        Self {
            version: Version::known(),
            model: model.into(),
            unit: unit.map(Cow::from),
            at,
            parameters: Vec::new(),
            fit,
        }
    }

    fn with<const N: usize>(mut self, names: [&'a str; N], values: [f64; N]) -> Self {
        let names = names.into_iter().map(Cow::from);
        self.parameters = names.zip(values).collect();
        self
    }
}

impl<L: Law, U: TimeUnit> Serialize for PurchaseModel<L, U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::new(L::NAME, Some(U::NAME), self.at, self.fit)
            .with(L::NAMES, self.parameters.values())
            .serialize(serializer)
    }
}

impl<'de, L: Law, U: TimeUnit> Deserialize<'de> for PurchaseModel<L, U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let values = wire
            .expect(L::NAME, Some(U::NAME), L::NAMES)
            .map_err(D::Error::custom)?;
        Self::read(wire.at, L::of(values), wire.fit).map_err(D::Error::custom)
    }
}

impl Serialize for GammaGamma {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::new(Self::NAME, None, self.at, self.fit)
            .with(Self::NAMES, self.parameters.values())
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for GammaGamma {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let values = wire
            .expect(Self::NAME, None, Self::NAMES)
            .map_err(D::Error::custom)?;
        let model =
            Self::of_parameters(wire.at, GammaGammaParameters::of(values)).map_err(D::Error::custom)?;
        Ok(Self {
            fit: wire.fit,
            ..model
        })
    }
}
