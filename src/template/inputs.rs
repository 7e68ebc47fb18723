//! Values that the host passes with each message.

use std::{fmt, sync::Arc};

use crate::{
    check::type_name,
    diagnostic::suggest,
    value::{Decimal, Schemes, Type, Value, ValueRef, text},
};

/// A value that a template asks for, as declared on its builder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Input {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
    /// Letters that a text may have.
    pub(crate) letters: Option<u32>,
}

impl Input {
    /// The value, unless it is a text with more letters than are allowed.
    fn short(&self, value: Value) -> Result<Value, String> {
        let count = |text: &str| text.chars().count();
        match (self.letters, &value) {
            (Some(most), Value::Text(text)) if count(text) > most as usize => Err(format!(
                "has {} letters, and at most {most} are allowed",
                count(text)
            )),
            _ => Ok(value),
        }
    }
}

/// The values that a host passes with each message: a coupon, a link to unsubscribe.
///
/// Made by [`Template::inputs`](crate::Template::inputs), which checks them against what the template declares, so that
/// rendering cannot fail on them. `Inputs::default()` serves templates that declare none. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Format, Type, Value};
/// let shop = Definitions::parse("customer { id: string key }")?;
/// let template = shop.template_builder(Format::Text).source("mail", "Use {{ coupon }}").input("coupon", Type::String).build()?;
/// let inputs = template.inputs([("coupon", "SPRING")])?;
/// assert_eq!(inputs.get("coupon"), Some(&Value::from("SPRING")));
/// assert_eq!(
///     template.inputs([("coupom", "SPRING")]).unwrap_err().to_string(),
///     "unknown input `coupom`; did you mean `coupon`?; the input `coupon` is missing",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Inputs {
    declared: Arc<[Input]>,
    values: Arc<[Option<Value>]>,
}

/// Why values do not serve as the inputs of a template.
///
/// ```
/// # use audience::{Definitions, Format, Type};
/// let shop = Definitions::parse("customer { id: string key }")?;
/// let template = shop.template_builder(Format::Text).source("mail", "{{ n }}").input("n", Type::Int).build()?;
/// let error = template.inputs([("n", "many")]).unwrap_err();
/// assert_eq!(error.problems(), ["the input `n` takes `int`, found text"]);
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    problems: Vec<String>,
}

impl InputError {
    /// Everything that is wrong, one sentence each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("; "))
    }
}

impl std::error::Error for InputError {}

/// The names of those that are there; what they say may be personal, or a code that only one customer gets.
impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.declared.iter().zip(&*self.values);
        let names = given
            .filter(|(_, value)| value.is_some())
            .map(|(input, _)| &*input.name);
        f.debug_set().entries(names).finish()
    }
}

impl Inputs {
    /// The value of that name, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let index = self.declared.iter().position(|input| *input.name == *name)?;
        self.values.get(index)?.as_ref()
    }

    pub(crate) fn new<N: AsRef<str>, V: Into<Value>>(
        declared: &Arc<[Input]>,
        given: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, InputError> {
        let mut problems = Vec::new();
        let mut values: Vec<Option<Value>> = vec![None; declared.len()];
        let mut bad = vec![false; declared.len()];
        for (name, value) in given {
            let name = name.as_ref();
            let Some(index) = declared.iter().position(|input| *input.name == *name) else {
                let help = suggest::did_you_mean(name, declared.iter().map(|input| &*input.name));
                let help = help.map(|help| format!("; {help}")).unwrap_or_default();
                problems.push(format!("unknown input `{name}`{help}"));
                continue;
            };
            match fit(&value.into(), &declared[index].ty).and_then(|it| declared[index].short(it)) {
                Ok(value) if values[index].is_none() => values[index] = Some(value),
                Ok(_) => problems.push(format!("the input `{name}` is given twice")),
                Err(problem) => {
                    bad[index] = true;
                    problems.push(format!("the input `{name}` {problem}"));
                }
            }
        }
        for ((input, value), bad) in declared.iter().zip(&values).zip(bad) {
            if value.is_none() && !input.optional && !bad {
                problems.push(format!("the input `{}` is missing", input.name));
            }
        }
        if problems.is_empty() {
            Ok(Self {
                declared: declared.clone(),
                values: values.into(),
            })
        } else {
            Err(InputError { problems })
        }
    }

    /// Whether they were checked against these declarations.
    pub(crate) fn fit(&self, declared: &Arc<[Input]>) -> bool {
        Arc::ptr_eq(&self.declared, declared) || self.declared == *declared
    }

    /// Does something with the values as locals, without memory of its own where there are few.
    pub(crate) fn with_locals<'a, T>(&'a self, done: impl FnOnce(&mut [Option<ValueRef<'a>>]) -> T) -> T {
        const FEW: usize = 16;
        let mut few = [None; FEW];
        let count = self.values.len();
        if count > FEW {
            return done(&mut self.values().collect::<Vec<_>>());
        }
        for (local, value) in few.iter_mut().zip(self.values()) {
            *local = value;
        }
        done(&mut few[..count])
    }

    /// The value of the input of that number.
    #[inline]
    pub(crate) fn value(&self, index: u32) -> Option<&Value> {
        self.values.get(index as usize)?.as_ref()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = Option<ValueRef<'_>>> {
        self.values.iter().map(|value| value.as_ref().map(Value::as_ref))
    }
}

/// The value as one of that type. Numbers may be narrower than it, and what JSON writes as text is read.
fn fit(value: &Value, ty: &Type) -> Result<Value, String> {
    let fitted = match (ty, value) {
        (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Decimal, Value::Decimal(_))
        | (Type::Date, Value::Date(_))
        | (Type::DateTime, Value::DateTime(_)) => Some(value.clone()),
        (Type::Float, Value::Float(it)) => it.is_finite().then(|| value.clone()),
        (Type::Decimal, Value::Int(it)) => Decimal::from_int(*it).map(Value::Decimal),
        #[expect(clippy::cast_precision_loss, reason = "a float holds what is nearest")]
        (Type::Float, Value::Int(it)) => Some(Value::Float(*it as f64)),
        (Type::Float, Value::Decimal(it)) => Some(Value::Float(it.to_f64())),
        (Type::Decimal, Value::Text(it)) => it.parse().ok().map(Value::Decimal),
        (Type::Date, Value::Text(it)) => it.parse().ok().map(Value::Date),
        (Type::DateTime, Value::Text(it)) => it.parse().ok().map(Value::DateTime),
        (Type::String | Type::Words(_) | Type::Url, Value::Text(it)) => {
            if it.contains('\0') {
                return Err("holds the character U+0000".to_owned());
            }
            if !text::filled(it) {
                return Err("is blank".to_owned());
            }
            match ty {
                Type::Words(words) if !words.contains(it) => {
                    let help = suggest::did_you_mean(it, words.iter().map(|word| &**word));
                    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
                    return Err(format!("takes {}, found {it:?}{help}", type_name(ty)));
                }
                Type::Url if !Schemes::default().allow(it) => {
                    return Err(format!(
                        "takes a URL that begins with one of {}",
                        Schemes::default()
                    ));
                }
                _ => Some(value.clone()),
            }
        }
        _ => None,
    };
    fitted.ok_or_else(|| format!("takes {}, found {}", type_name(ty), kind(value)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "true or false",
        Value::Int(_) => "a whole number",
        Value::Float(_) | Value::Decimal(_) => "a number",
        Value::Text(_) => "text",
        Value::Date(_) => "a date",
        Value::DateTime(_) => "a datetime",
        Value::Duration(_) => "a duration",
        Value::Geo(_) => "a place",
    }
}
