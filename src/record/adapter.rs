//! Structs read in place: the trait, the types its fields may have, and the macro that writes the implementation.

use std::sync::Arc;

use super::FieldTest;
use crate::value::{Date, DateTime, Decimal, Geo, text};

/// A struct whose values are read in place, without a copy.
///
/// [`record!`](crate::record!) writes the implementation; the fields are numbered in the order in which they are listed
/// there. Every getter gives `None` when the value is missing, and when the field is of another type.
///
/// # Example
///
/// ```
/// use audience::Record;
///
/// struct Client {
///     id: String,
///     nps: Option<i32>,
/// }
///
/// audience::record! {
///     impl Record for Client {
///         id: |client| client.id.as_str(),
///         nps: |client| client.nps,
///     }
/// }
///
/// let ana = Client { id: "ana".to_owned(), nps: Some(9) };
/// assert_eq!(ana.text(0), Some("ana"));
/// assert_eq!(ana.int(1), Some(9));
/// assert_eq!(Client::fields()[1].path, ["nps"]);
/// ```
pub trait Record {
    /// The fields, in the order of their numbers.
    fn fields() -> &'static [RecordField]
    where
        Self: Sized;
    /// A truth value.
    fn bool(&self, field: usize) -> Option<bool>;
    /// A whole number.
    fn int(&self, field: usize) -> Option<i64>;
    /// A binary number, not necessarily finite.
    fn float(&self, field: usize) -> Option<f64>;
    /// An exact number.
    fn decimal(&self, field: usize) -> Option<Decimal>;
    /// Text, also for enumerations, URLs and references.
    fn text(&self, field: usize) -> Option<&str>;
    /// A calendar day.
    fn date(&self, field: usize) -> Option<Date>;
    /// An instant.
    fn datetime(&self, field: usize) -> Option<DateTime>;
    /// A point on Earth.
    fn geo(&self, field: usize) -> Option<Geo>;
    /// How many items a list has.
    fn item_count(&self, field: usize) -> Option<usize>;
    /// An item of a list.
    fn item(&self, field: usize, index: usize) -> Option<Item<'_>>;
    /// What tests a field by itself; nothing when there is no such field, or only the methods above read it, which takes longer.
    ///
    /// ```
    /// use audience::Record;
    ///
    /// struct Client { id: String }
    /// audience::record! { impl Record for Client { id: |it| &it.id } }
    ///
    /// let ana = Client { id: "ana".to_owned() };
    /// assert!(Client::field_test(0).is_some_and(|test| (test.is)(&ana, "ana")));
    /// assert!(Client::field_test(1).is_none());
    /// ```
    #[must_use]
    fn field_test(field: usize) -> Option<FieldTest<Self>>
    where
        Self: Sized,
    {
        _ = field;
        None
    }
}

/// One field of a [`Record`].
///
/// ```
/// # use audience::{FieldType, RecordField};
/// let name = RecordField::new(&["name"], |name: &String| name.as_str());
/// assert_eq!((name.path, name.optional), (&["name"][..], false));
/// assert!(matches!(name.ty, FieldType::Text));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RecordField {
    /// The names from the record to the value: `["consent", "email"]`.
    pub path: &'static [&'static str],
    /// What it holds.
    pub ty: FieldType,
    /// Whether it is an `Option`.
    pub optional: bool,
}

impl RecordField {
    /// The field that `get` reads.
    #[must_use]
    pub const fn new<'a, R: ?Sized, V: FieldValue<'a>>(
        path: &'static [&'static str],
        get: fn(&'a R) -> V,
    ) -> Self {
        _ = get;
        Self {
            path,
            ty: V::TYPE,
            optional: V::OPTIONAL,
        }
    }
}

/// What a field of a [`Record`] holds, as far as its Rust type tells.
///
/// ```
/// # use audience::{FieldType, FieldValue};
/// assert!(matches!(<Option<i32>>::TYPE, FieldType::Int));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum FieldType {
    /// `bool`.
    Bool,
    /// An integer.
    Int,
    /// `f64` or `f32`.
    Float,
    /// [`Decimal`].
    Decimal,
    /// `&str` or a reference to a text.
    Text,
    /// [`Date`].
    Date,
    /// [`DateTime`].
    DateTime,
    /// [`Geo`].
    Geo,
    /// A slice of values.
    List(&'static FieldType),
    /// A slice of records with these fields.
    Records(fn() -> &'static [RecordField]),
}

/// An item of a list that is read in place.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A binary number, not necessarily finite.
    Float(f64),
    /// An exact number.
    Decimal(Decimal),
    /// Text.
    Text(&'a str),
    /// A calendar day.
    Date(Date),
    /// An instant.
    DateTime(DateTime),
    /// A point on Earth.
    Geo(Geo),
    /// A record.
    Record(&'a dyn Record),
}

/// Shows the kind only: items may be personal.
impl std::fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bool(_) => "Bool(_)",
            Self::Int(_) => "Int(_)",
            Self::Float(_) => "Float(_)",
            Self::Decimal(_) => "Decimal(_)",
            Self::Text(_) => "Text(_)",
            Self::Date(_) => "Date(_)",
            Self::DateTime(_) => "DateTime(_)",
            Self::Geo(_) => "Geo(_)",
            Self::Record(_) => "Record(_)",
        })
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "so that the list of types stays ours")]
    pub trait Sealed {}
}

/// The Rust types that a field of a [`Record`] may have: `bool`, integers, `f64`, `f32`, [`Decimal`], [`Date`],
/// [`DateTime`], [`Geo`], `&str` and references to texts, slices of those, slices of records, and an `Option` of each.
///
/// A `u64` or `usize` beyond the range of `i64` counts as missing.
///
/// ```
/// # use audience::FieldValue;
/// assert_eq!(Some(3_u16).int(), Some(3));
/// assert_eq!(u64::MAX.int(), None);
/// ```
pub trait FieldValue<'a>: Sized + sealed::Sealed {
    /// What it holds.
    const TYPE: FieldType;
    /// Whether it may be missing.
    const OPTIONAL: bool = false;

    /// A truth value.
    #[inline]
    fn bool(self) -> Option<bool> {
        None
    }
    /// A whole number.
    #[inline]
    fn int(self) -> Option<i64> {
        None
    }
    /// A binary number.
    #[inline]
    fn float(self) -> Option<f64> {
        None
    }
    /// An exact number.
    #[inline]
    fn decimal(self) -> Option<Decimal> {
        None
    }
    /// Text.
    #[inline]
    fn text(self) -> Option<&'a str> {
        None
    }
    /// A calendar day.
    #[inline]
    fn date(self) -> Option<Date> {
        None
    }
    /// An instant.
    #[inline]
    fn datetime(self) -> Option<DateTime> {
        None
    }
    /// A point on Earth.
    #[inline]
    fn geo(self) -> Option<Geo> {
        None
    }
    /// The whole number by which it is compared: of a truth value 1 or 0, of an exact number its units, of a day or an instant the
    /// days or microseconds since 1970. Nothing for binary numbers, texts, points and lists.
    ///
    /// ```
    /// # use audience::{Decimal, FieldValue};
    /// assert_eq!((true.number(), 3_u16.number(), Decimal::from_units(15).number()), (Some(1), Some(3), Some(15)));
    /// ```
    #[inline]
    fn number(self) -> Option<i64> {
        None
    }
    /// Whether it has a [`number`](Self::number) from `low` to `high`.
    ///
    /// ```
    /// # use audience::FieldValue;
    /// assert!(Some(3).within(1, 3) && !3.within(4, 9) && !None::<i64>.within(i64::MIN, i64::MAX));
    /// ```
    #[inline]
    fn within(self, low: i64, high: i64) -> bool {
        self.number().is_some_and(|it| (low..=high).contains(&it))
    }
    /// Whether it is that text.
    ///
    /// ```
    /// # use audience::FieldValue;
    /// assert!("ES".is("ES") && !"es".is("ES") && !None::<&str>.is(""));
    /// ```
    #[inline]
    fn is(self, text: &str) -> bool {
        self.text().is_some_and(|it| text::same(it, text))
    }
    /// How many items a list has.
    #[inline]
    fn item_count(self) -> Option<usize> {
        None
    }
    /// An item of a list.
    #[inline]
    fn item(self, index: usize) -> Option<Item<'a>> {
        _ = index;
        None
    }
}

impl<T: sealed::Sealed> sealed::Sealed for Option<T> {}

impl<'a, T: FieldValue<'a>> FieldValue<'a> for Option<T> {
    const TYPE: FieldType = T::TYPE;
    const OPTIONAL: bool = true;

    #[inline]
    fn bool(self) -> Option<bool> {
        self?.bool()
    }
    #[inline]
    fn int(self) -> Option<i64> {
        self?.int()
    }
    #[inline]
    fn float(self) -> Option<f64> {
        self?.float()
    }
    #[inline]
    fn decimal(self) -> Option<Decimal> {
        self?.decimal()
    }
    #[inline]
    fn text(self) -> Option<&'a str> {
        self?.text()
    }
    #[inline]
    fn date(self) -> Option<Date> {
        self?.date()
    }
    #[inline]
    fn datetime(self) -> Option<DateTime> {
        self?.datetime()
    }
    #[inline]
    fn geo(self) -> Option<Geo> {
        self?.geo()
    }
    #[inline]
    fn number(self) -> Option<i64> {
        self?.number()
    }
    #[inline]
    fn item_count(self) -> Option<usize> {
        self?.item_count()
    }
    #[inline]
    fn item(self, index: usize) -> Option<Item<'a>> {
        self?.item(index)
    }
}

/// A plain type, and slices of it. What stands last is the number by which what was read is compared.
macro_rules! plain {
    ($($ty:ty => $variant:ident $getter:ident $result:ty, $value:ident => $read:expr, $number:expr;)*) => {$(
        impl sealed::Sealed for $ty {}
        impl<'a> FieldValue<'a> for $ty {
            const TYPE: FieldType = FieldType::$variant;

            #[inline]
            fn $getter(self) -> Option<$result> {
                let $value = self;
                $read
            }

            #[inline]
            fn number(self) -> Option<i64> {
                let number: fn($result) -> Option<i64> = $number;
                self.$getter().and_then(number)
            }
        }

        impl sealed::Sealed for &[$ty] {}
        impl<'a> FieldValue<'a> for &'a [$ty] {
            const TYPE: FieldType = FieldType::List(&FieldType::$variant);

            #[inline]
            fn item_count(self) -> Option<usize> {
                Some(<[$ty]>::len(self))
            }

            #[inline]
            fn item(self, index: usize) -> Option<Item<'a>> {
                let $value = *self.get(index)?;
                $read.map(Item::$variant)
            }
        }
    )*};
}

plain! {
    bool => Bool bool bool, value => Some(value), |it| Some(it.into());
    i8 => Int int i64, value => Some(i64::from(value)), Some;
    i16 => Int int i64, value => Some(i64::from(value)), Some;
    i32 => Int int i64, value => Some(i64::from(value)), Some;
    i64 => Int int i64, value => Some(value), Some;
    isize => Int int i64, value => i64::try_from(value).ok(), Some;
    u8 => Int int i64, value => Some(i64::from(value)), Some;
    u16 => Int int i64, value => Some(i64::from(value)), Some;
    u32 => Int int i64, value => Some(i64::from(value)), Some;
    u64 => Int int i64, value => i64::try_from(value).ok(), Some;
    usize => Int int i64, value => i64::try_from(value).ok(), Some;
    f32 => Float float f64, value => Some(f64::from(value)), |_| None;
    f64 => Float float f64, value => Some(value), |_| None;
    Decimal => Decimal decimal Decimal, value => Some(value), |it| Some(it.units());
    Date => Date date Date, value => Some(value), |it| Some(it.days().into());
    DateTime => DateTime datetime DateTime, value => Some(value), |it| Some(it.micros());
    Geo => Geo geo Geo, value => Some(value), |_| None;
}

impl sealed::Sealed for &str {}

impl<'a> FieldValue<'a> for &'a str {
    const TYPE: FieldType = FieldType::Text;

    #[inline]
    fn text(self) -> Option<&'a str> {
        Some(self)
    }
}

impl sealed::Sealed for &[&str] {}

impl<'a> FieldValue<'a> for &'a [&'a str] {
    const TYPE: FieldType = FieldType::List(&FieldType::Text);

    #[inline]
    fn item_count(self) -> Option<usize> {
        Some(<[&str]>::len(self))
    }

    #[inline]
    fn item(self, index: usize) -> Option<Item<'a>> {
        self.get(index).map(|text| Item::Text(text))
    }
}

/// A text that owns its letters: a reference to it, and slices of it.
macro_rules! text {
    ($($ty:ty),*) => {$(
        impl sealed::Sealed for &$ty {}
        impl<'a> FieldValue<'a> for &'a $ty {
            const TYPE: FieldType = FieldType::Text;

            #[inline]
            fn text(self) -> Option<&'a str> {
                Some(self)
            }
        }

        impl sealed::Sealed for &[$ty] {}
        impl<'a> FieldValue<'a> for &'a [$ty] {
            const TYPE: FieldType = FieldType::List(&FieldType::Text);

            #[inline]
            fn item_count(self) -> Option<usize> {
                Some(<[$ty]>::len(self))
            }

            #[inline]
            fn item(self, index: usize) -> Option<Item<'a>> {
                self.get(index).map(|text| Item::Text(text))
            }
        }
    )*};
}

text!(String, Box<str>, Arc<str>);

impl<T: Record> sealed::Sealed for &[T] {}

impl<'a, T: Record> FieldValue<'a> for &'a [T] {
    const TYPE: FieldType = FieldType::Records(T::fields);

    #[inline]
    fn item_count(self) -> Option<usize> {
        Some(<[T]>::len(self))
    }

    #[inline]
    fn item(self, index: usize) -> Option<Item<'a>> {
        self.get(index).map(|record| Item::Record(record))
    }
}

impl<'a, T> sealed::Sealed for &'a Vec<T> where &'a [T]: sealed::Sealed {}

impl<'a, T> FieldValue<'a> for &'a Vec<T>
where
    &'a [T]: FieldValue<'a>,
{
    const TYPE: FieldType = <&'a [T]>::TYPE;

    #[inline]
    fn item_count(self) -> Option<usize> {
        self.as_slice().item_count()
    }

    #[inline]
    fn item(self, index: usize) -> Option<Item<'a>> {
        self.as_slice().item(index)
    }
}

/// The name that a token of [`record!`](crate::record!) stands for: without the marks of raw identifiers and texts.
#[doc(hidden)]
#[must_use]
pub const fn field_name(token: &'static str) -> &'static str {
    match token.as_bytes() {
        [b'r', b'#', ..] => token.split_at(2).1,
        [b'"', .., b'"'] => token.split_at(1).1.split_at(token.len() - 2).0,
        _ => token,
    }
}

/// Lets a struct be read in place: says which field of it is which attribute.
///
/// Each line names an attribute as the definitions do (`consent.email`; in quotes when it is no Rust name) and says how
/// to get it from the struct. What the expression may give is listed at [`FieldValue`]; lists and events are slices, of
/// plain values or of structs with a `record!` of their own. Events need a field `at`.
///
/// # Example
///
/// ```
/// use audience::{DateTime, Decimal};
///
/// struct Client {
///     id: String,
///     first: Option<String>,
///     may_mail: bool,
///     tags: Vec<String>,
///     purchases: Vec<Purchase>,
/// }
///
/// struct Purchase {
///     at: DateTime,
///     amount: Decimal,
/// }
///
/// audience::record! {
///     impl Record for Client {
///         id: |client| client.id.as_str(),
///         first_name: |client| client.first.as_deref(),
///         consent.email: |client| client.may_mail,
///         tags: |client| &client.tags[..],
///         purchases: |client| &client.purchases[..],
///     }
/// }
///
/// audience::record! {
///     impl Record for Purchase {
///         at: |purchase| purchase.at,
///         amount: |purchase| purchase.amount,
///     }
/// }
/// ```
#[macro_export]
macro_rules! record {
    (impl Record for $type:ty { $($($step:tt).+ : |$record:pat_param| $value:expr),* $(,)? }) => {
        impl $crate::Record for $type {
            fn fields() -> &'static [$crate::RecordField] {
                const { &[$(
                    $crate::RecordField::new::<Self, _>(
                        const { &[$($crate::field_name(::core::stringify!($step))),+] },
                        |$record| $value,
                    ),
                )*] }
            }

            $crate::record!(@getters [bool bool] [int i64] [float f64] [decimal $crate::Decimal] [text &str]
                [date $crate::Date] [datetime $crate::DateTime] [geo $crate::Geo] [item_count usize];
                $($record => $value),*);

            fn field_test(field: usize) -> ::core::option::Option<$crate::FieldTest<Self>> {
                let mut number = 0;
                $(
                    if field == number {
                        return ::core::option::Option::Some($crate::FieldTest {
                            within: |it, low, high| {
                                let $record = it;
                                $crate::FieldValue::within($value, low, high)
                            },
                            is: |it, text| {
                                let $record = it;
                                $crate::FieldValue::is($value, text)
                            },
                        });
                    }
                    number += 1;
                )*
                _ = number;
                ::core::option::Option::None
            }

            #[inline]
            fn item(&self, field: usize, index: usize) -> ::core::option::Option<$crate::Item<'_>> {
                let mut number = 0;
                $(
                    if field == number {
                        let $record = self;
                        return $crate::FieldValue::item($value, index);
                    }
                    number += 1;
                )*
                _ = (number, index);
                ::core::option::Option::None
            }
        }
    };
    // One getter at a time, because two repetitions of different length cannot be nested. The compiler turns the
    // comparisons into a jump table.
    (@getters [$getter:ident $result:ty] $($rest:tt)*) => {
        $crate::record!(@getters_in [$getter $result] [$($rest)*] $($rest)*);
    };
    (@getters ; $($fields:tt)*) => {};
    (@getters_in [$getter:ident $result:ty] [$($kept:tt)*] [$($skipped:tt)*] $($rest:tt)*) => {
        $crate::record!(@getters_in [$getter $result] [$($kept)*] $($rest)*);
    };
    (@getters_in [$getter:ident $result:ty] [$($kept:tt)*] ; $($record:pat_param => $value:expr),*) => {
        #[inline]
        fn $getter(&self, field: usize) -> ::core::option::Option<$result> {
            let mut number = 0;
            $(
                if field == number {
                    let $record = self;
                    return $crate::FieldValue::$getter($value);
                }
                number += 1;
            )*
            _ = number;
            ::core::option::Option::None
        }
        $crate::record!(@getters $($kept)*);
    };
}
