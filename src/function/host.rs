//! Functions that a host adds to the language.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::value::{Schemes, Type, Value, ValueRef, text};

type Call = dyn Fn(&[Option<ValueRef<'_>>]) -> Option<Value> + Send + Sync;

/// A function of the application that definitions and templates may call by its name.
///
/// It has a name, a signature, and a Rust function that works it out; and, for engines that answer in SQL, the text of
/// the same function there. [`Builder::function`](crate::Builder::function) adds it.
///
/// The function must be **pure**: the same arguments always give the same answer, and nothing else happens. It may then be
/// called any number of times, or not at all, in any order and on any thread. One that looks something up which changes
/// says so with [`changing`](Self::changing). It must not panic: a panic is not caught, and unwinds through whoever asked.
///
/// Unless it was made by [`with_missing`](Self::with_missing), it is asked only when all of its arguments are known, and is
/// missing otherwise. What it gives counts as missing when it is of another type than declared, and when a record that is
/// loaded would be refused for it: a float that is not finite, text of only white space, with a U+0000 or of more than
/// 1 MiB, a word that the enumeration lacks, a URL of a scheme that is not allowed. So evaluation stays total, and text of a
/// host's function is never blank.
///
/// # Example
///
/// ```
/// # use audience::{Definitions, HostFunction, Type, Value, ValueRef, Zone};
/// let score = HostFunction::new("loyalty_score", [Type::Int], Type::Int, |args| match args {
///     [ValueRef::Int(orders)] => Some(Value::Int(orders.checked_mul(10)?)),
///     _ => None,
/// })
/// .sql("postgresql", "{0} * 10");
/// let shop = Definitions::builder()
///     .function(score)
///     .source("shop", "customer { id: string key, orders: int? }  segment loyal = loyalty_score(orders) >= 50")
///     .build()?;
/// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
/// let loyal = shop.segment("loyal")?;
/// assert!(loyal.matches(&shop.customer_from_json(r#"{"id": "ana", "orders": 5}"#)?, &at));
/// assert!(!loyal.matches(&shop.customer_from_json(r#"{"id": "ben"}"#)?, &at));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct HostFunction {
    pub(crate) name: Arc<str>,
    pub(crate) takes: Vec<Type>,
    pub(crate) gives: Type,
    /// Whether it may be missing though its arguments are known.
    pub(crate) optional: bool,
    /// Whether it is asked though arguments are missing.
    pub(crate) takes_missing: bool,
    pub(crate) pure: bool,
    pub(crate) sql: BTreeMap<Arc<str>, Arc<str>>,
    call: Arc<Call>,
}

/// More bytes than this are no value of a customer.
const MOST_BYTES: usize = 1 << 20;

impl HostFunction {
    /// So many arguments a function may take at most.
    pub const MOST_ARGUMENTS: usize = 8;

    /// A function of known arguments, whose result may be missing.
    ///
    /// Ints are given as decimals or floats where the signature says so, and words and URLs as text.
    ///
    /// ```
    /// # use audience::{Decimal, Definitions, HostFunction, Type, Value, ValueRef, Zone};
    /// let with_tax = HostFunction::new("with_tax", [Type::Decimal], Type::Decimal, |args| match args {
    ///     [ValueRef::Decimal(net)] => Some(Value::Decimal(net.checked_mul("1.21".parse().ok()?)?)),
    ///     _ => None,
    /// });
    /// let shop = Definitions::builder()
    ///     .function(with_tax)
    ///     .source("shop", "customer { id: string key, spent: int }  trait gross = with_tax(spent)")
    ///     .build()?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "spent": 100}"#)?; // an int is given as a decimal
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert_eq!(shop.computed("gross")?.value(&ana, &at), Some("121".parse::<Decimal>()?.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        name: impl AsRef<str>,
        takes: impl IntoIterator<Item = Type>,
        gives: Type,
        call: impl Fn(&[ValueRef<'_>]) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        let of_known = move |args: &[Option<ValueRef<'_>>]| {
            let mut known = [ValueRef::Bool(false); Self::MOST_ARGUMENTS];
            let known = known.get_mut(..args.len())?;
            for (place, arg) in known.iter_mut().zip(args) {
                *place = (*arg)?;
            }
            call(known)
        };
        Self {
            takes_missing: false,
            ..Self::with_missing(name, takes, gives, of_known)
        }
    }

    /// A function that is also asked when arguments are missing.
    ///
    /// ```
    /// # use audience::{Definitions, HostFunction, Type, Value, ValueRef};
    /// let greeting = HostFunction::with_missing("greeting", [Type::String], Type::String, |args| match args {
    ///     [Some(ValueRef::Text(name))] => Some(format!("Dear {name}").into()),
    ///     _ => Some("Dear customer".into()),
    /// })
    /// .never_missing();
    /// let shop = Definitions::builder()
    ///     .function(greeting)
    ///     .source("shop", "customer { id: string key, name: string? }  trait hello = greeting(name)")
    ///     .build()?;
    /// assert!(!shop.computed("hello")?.optional());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_missing(
        name: impl AsRef<str>,
        takes: impl IntoIterator<Item = Type>,
        gives: Type,
        call: impl Fn(&[Option<ValueRef<'_>>]) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.as_ref().into(),
            takes: takes.into_iter().collect(),
            gives,
            optional: true,
            takes_missing: true,
            pure: true,
            sql: BTreeMap::new(),
            call: Arc::new(call),
        }
    }

    /// Promises a result whenever the function is asked, so that messages need no fallback for it.
    ///
    /// Where the promise is broken the value is missing all the same, as after a calculation that goes beyond its type.
    #[must_use]
    pub fn never_missing(mut self) -> Self {
        self.optional = false;
        self
    }

    /// Says that the answer may be another one next time, because the function looks something up.
    ///
    /// Within one evaluation it may still be asked once or several times. What depends on it has no known next change.
    ///
    /// ```
    /// # use audience::{Definitions, HostFunction, NextChange, Type, Zone};
    /// let stock = HostFunction::new("in_stock", [Type::String], Type::Bool, |_| Some(true.into())).changing();
    /// let shop = Definitions::builder()
    ///     .function(stock)
    ///     .source("shop", "customer { id: string key, wish: string }  segment lucky = in_stock(wish)")
    ///     .build()?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "wish": "tea"}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// assert!(matches!(shop.segment("lucky")?.next_change(&ana, &at), NextChange::Unknown(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn changing(mut self) -> Self {
        self.pure = false;
        self
    }

    /// Says how the function is written in a dialect of SQL, with `{0}`, `{1}` … for its arguments, which are in the logical form, as the result has
    /// to be: decimals as 64-bit counts of 1/10000, datetimes and durations in microseconds, dates in days since 1970-01-01, all others as they are.
    ///
    /// ```
    /// # use audience::{HostFunction, Type};
    /// let tenth = HostFunction::new("tenth", [Type::Int], Type::Int, |_| None).sql("sqlite", "{0} / 10");
    /// assert_eq!(tenth.in_sql("sqlite"), Some("{0} / 10"));
    /// ```
    #[must_use]
    pub fn sql(mut self, dialect: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        self.sql.insert(dialect.as_ref().into(), text.as_ref().into());
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The types of its arguments.
    #[must_use]
    pub fn takes(&self) -> &[Type] {
        &self.takes
    }

    /// The type of its result.
    #[must_use]
    pub fn gives(&self) -> &Type {
        &self.gives
    }

    /// Whether the same arguments always give the same answer.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        self.pure
    }

    /// How it is written in a dialect of SQL, if that was said.
    #[must_use]
    pub fn in_sql(&self, dialect: &str) -> Option<&str> {
        self.sql.get(dialect).map(|text| &**text)
    }

    /// What it gives for these arguments, as many as it takes; nothing when that is no value of its type.
    pub(crate) fn value(&self, args: &[Option<ValueRef<'_>>]) -> Option<Value> {
        if !self.takes_missing && args.iter().any(Option::is_none) {
            return None;
        }
        (self.call)(args).filter(|value| is_of(value, &self.gives))
    }
}

/// Tells whether a record could hold the value at a place of that type.
fn is_of(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Bool(_), Type::Bool)
        | (Value::Int(_), Type::Int)
        | (Value::Decimal(_), Type::Decimal)
        | (Value::Date(_), Type::Date)
        | (Value::DateTime(_), Type::DateTime)
        | (Value::Duration(_), Type::Duration)
        | (Value::Geo(_), Type::Geo) => true,
        (Value::Float(float), Type::Float) => float.is_finite(),
        (Value::Text(it), Type::Words(words)) => words.contains(it),
        (Value::Text(it), Type::String | Type::Url) => {
            let legible = it.len() <= MOST_BYTES && !it.contains('\0') && text::filled(it);
            legible && (*ty == Type::String || Schemes::allow_everywhere(it))
        }
        _ => false,
    }
}

/// As its signature: `loyalty_score(int): decimal?`.
impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (index, ty) in self.takes.iter().enumerate() {
            write!(f, "{}{ty}", if index == 0 { "" } else { ", " })?;
        }
        write!(f, "): {}{}", self.gives, if self.optional { "?" } else { "" })
    }
}
