//! A population as it is kept: a versioned form that reads the same in every serde format.
//!
//! Cut points are text, because a float or a large int as a JSON number may come back as another one.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Content, Cut, Cuts, Fingerprint, Fitted, Population};
use crate::value::{DateTime, Decimal, Duration, Type, Value, Zone, compare};

/// Raised when the form changes.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    /// First, so that a form of another version is refused for that.
    version: Version,
    fitted_at: DateTime,
    zone: String,
    customers: u64,
    expressions: Vec<WireExpression>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireExpression {
    expression: Arc<str>,
    r#type: WireType,
    fingerprint: String,
    known: u64,
    cuts: Vec<WireCut>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireType {
    Int,
    Float,
    Decimal,
    Date,
    DateTime,
    Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireCut {
    /// `top 10%`, `quantile 5`.
    cut: String,
    points: Vec<String>,
}

#[derive(Serialize)]
struct Version(u32);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            VERSION => Ok(Self(VERSION)),
            other => Err(D::Error::custom(format_args!(
                "a population of version {other}, and only version {VERSION} is known: fit it again"
            ))),
        }
    }
}

impl Serialize for Population {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let content = &self.content;
        let wire = Wire {
            version: Version(VERSION),
            fitted_at: content.fitted_at,
            zone: content.zone.name().to_owned(),
            customers: content.customers,
            expressions: content.expressions.iter().map(WireExpression::of).collect(),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Population {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let zone = Zone::named(&wire.zone).map_err(D::Error::custom)?;
        let expressions = wire
            .expressions
            .into_iter()
            .map(|it| it.read(wire.customers).map_err(D::Error::custom))
            .collect::<Result<_, _>>()?;
        Ok(Self::of(Content {
            fitted_at: wire.fitted_at,
            zone,
            customers: wire.customers,
            expressions,
        }))
    }
}

/// Why kept cut points are none.
#[derive(Debug)]
struct Broken {
    expression: Arc<str>,
    what: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the population of `{}` is broken: {}",
            self.expression, self.what
        )
    }
}

impl WireExpression {
    fn of(fitted: &Fitted) -> Self {
        let cut = |(cut, points): &(Cut, Vec<Value>)| WireCut {
            cut: cut.to_string(),
            points: points.iter().map(write_point).collect(),
        };
        Self {
            expression: fitted.written.clone(),
            r#type: WireType::of(&fitted.ty),
            fingerprint: fitted.fingerprint.to_string(),
            known: fitted.known,
            cuts: fitted.cuts.0.iter().map(cut).collect(),
        }
    }

    fn read(self, customers: u64) -> Result<Fitted, Broken> {
        let expression = self.expression.clone();
        self.checked(customers)
            .map_err(|what| Broken { expression, what })
    }

    fn checked(self, customers: u64) -> Result<Fitted, &'static str> {
        if self.known > customers {
            return Err("more values than customers");
        }
        let mut cuts = Vec::with_capacity(self.cuts.len());
        for WireCut { cut, points } in self.cuts {
            let cut = read_cut(&cut).ok_or("not a share and not a number of parts")?;
            let points = points
                .iter()
                .map(|it| self.r#type.read_point(it))
                .collect::<Option<Vec<Value>>>()
                .ok_or("a cut point that is not of its type")?;
            let expected = match cut {
                _ if self.known == 0 => 0,
                Cut::Top(0) | Cut::Bottom(0) => 0,
                Cut::Top(_) | Cut::Bottom(_) => 1,
                Cut::Quantile(parts) => parts as usize - 1,
            };
            if points.len() != expected {
                return Err("another number of cut points than there must be");
            }
            let ascending = points.windows(2).all(|pair| {
                compare::compare(pair[0].as_ref(), pair[1].as_ref()).is_some_and(std::cmp::Ordering::is_le)
            });
            if !ascending {
                return Err("cut points out of order");
            }
            cuts.push((cut, points));
        }
        Ok(Fitted {
            written: self.expression,
            ty: self.r#type.ty(),
            fingerprint: read_fingerprint(&self.fingerprint).ok_or("a fingerprint that is none")?,
            known: self.known,
            cuts: Cuts(cuts),
        })
    }
}

impl WireType {
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Float => Self::Float,
            Type::Decimal => Self::Decimal,
            Type::Date => Self::Date,
            Type::DateTime => Self::DateTime,
            Type::Duration => Self::Duration,
            _ => Self::Int,
        }
    }

    fn ty(self) -> Type {
        match self {
            Self::Int => Type::Int,
            Self::Float => Type::Float,
            Self::Decimal => Type::Decimal,
            Self::Date => Type::Date,
            Self::DateTime => Type::DateTime,
            Self::Duration => Type::Duration,
        }
    }

    fn read_point(self, text: &str) -> Option<Value> {
        match self {
            Self::Int => text.parse().ok().map(Value::Int),
            Self::Float => text
                .parse()
                .ok()
                .filter(|it: &f64| it.is_finite())
                .map(Value::Float),
            Self::Decimal => text.parse().ok().map(Value::Decimal),
            Self::Date => text.parse().ok().map(Value::Date),
            Self::DateTime => text.parse().ok().map(Value::DateTime),
            Self::Duration => text
                .parse()
                .ok()
                .map(|micros| Value::Duration(Duration::from_micros(micros))),
        }
    }
}

/// Durations as microseconds, which are all that they are.
fn write_point(value: &Value) -> String {
    match value {
        Value::Duration(it) => it.micros().to_string(),
        other => other.to_string(),
    }
}

fn read_cut(text: &str) -> Option<Cut> {
    let (word, amount) = text.split_once(' ')?;
    let share = || {
        let percent: Decimal = amount.strip_suffix('%')?.parse().ok()?;
        u32::try_from(percent.units()).ok().filter(|it| *it <= 1_000_000)
    };
    match word {
        "top" => share().map(Cut::Top),
        "bottom" => share().map(Cut::Bottom),
        "quantile" => amount
            .parse()
            .ok()
            .filter(|it| Cut::is_parts(*it))
            .map(Cut::Quantile),
        _ => None,
    }
}

fn read_fingerprint(text: &str) -> Option<Fingerprint> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(Fingerprint(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(expression: &str) -> String {
        format!(
            r#"{{"version":1,"fitted_at":"2026-06-01T00:00:00Z","zone":"Europe/Madrid","customers":9,"expressions":[{expression}]}}"#
        )
    }

    fn expression(ty: &str, known: u64, cut: &str, points: &str) -> String {
        let fingerprint = "0f".repeat(32);
        format!(
            r#"{{"expression":"x","type":"{ty}","fingerprint":"{fingerprint}","known":{known},"cuts":[{{"cut":"{cut}","points":{points}}}]}}"#
        )
    }

    fn refused(json: &str) -> String {
        serde_json::from_str::<Population>(json)
            .err()
            .map_or_else(|| "read".to_owned(), |it| it.to_string())
    }

    #[test]
    fn every_type_comes_back_the_same() {
        for (ty, point) in [
            ("int", "-9223372036854775808"),
            ("float", "0.30000000000000004"),
            ("decimal", "922337203685477.5807"),
            ("date", "0001-01-01"),
            ("datetime", "9999-12-31T23:59:59.999999Z"),
            ("duration", "-1"),
        ] {
            let json = population(&expression(ty, 9, "top 12.5%", &format!(r#"["{point}"]"#)));
            let read: Population = serde_json::from_str(&json).expect(ty);
            assert_eq!(serde_json::to_string(&read).expect("writing to memory"), json);
        }
    }

    #[test]
    fn what_is_not_a_population_is_refused() {
        let good = expression("int", 9, "quantile 3", r#"["1","2"]"#);
        assert_eq!(refused(&population(&good)), "read");
        let broken = |ty, known, cut, points| refused(&population(&expression(ty, known, cut, points)));
        let ends = |message: String, end: &str| assert!(message.contains(end), "{message}");
        ends(
            broken("int", 10, "top 1%", r#"["1"]"#),
            "more values than customers",
        );
        ends(broken("int", 9, "quantile 3", r#"["2","1"]"#), "out of order");
        ends(broken("int", 9, "quantile 3", r#"["1"]"#), "another number");
        ends(broken("int", 0, "top 1%", r#"["1"]"#), "another number");
        ends(broken("int", 9, "quantile 1", "[]"), "not a share");
        ends(broken("int", 9, "quantile 4000000000", "[]"), "not a share");
        ends(broken("int", 9, "top 101%", r#"["1"]"#), "not a share");
        ends(broken("int", 9, "middle 10%", r#"["1"]"#), "not a share");
        ends(broken("int", 9, "top 1%", r#"["1.5"]"#), "not of its type");
        ends(broken("float", 9, "top 1%", r#"["NaN"]"#), "not of its type");
        ends(broken("string", 9, "top 1%", r#"["a"]"#), "unknown variant");
        ends(
            refused(&population(&good).replace("Europe/Madrid", "Nowhere")),
            "Nowhere",
        );
        ends(refused(&population(&good).replace("0f0f", "é0f")), "fingerprint");
    }

    #[test]
    fn another_version_is_refused_before_anything_else() {
        let message = refused(r#"{"version":2,"new":true}"#);
        assert!(
            message.starts_with("a population of version 2, and only version 1 is known: fit it again"),
            "{message}"
        );
    }
}
