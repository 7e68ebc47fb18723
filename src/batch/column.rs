//! What the host hands over: columns, borrowed or owned, not yet looked at.

use std::{borrow::Cow, fmt, ops::Range};

use super::Bits;

/// Columns of one table: of the customers, of the events of a type, or of the items of a list.
///
/// Fields of nested records are columns of their own, named with dots: `consent.email`. Nothing is looked at before
/// [`Customers::new`](super::Customers::new), which says what is wrong.
///
/// # Example
///
/// ```
/// use audience::batch::{Codes, Column, Columns, Customers, Texts};
/// # use audience::Definitions;
///
/// let shop = Definitions::parse(
///     "customer { id: string key, country: string, tags: [string], orders: int? }
///      event purchases { amount: decimal }",
/// )?;
/// let words = Texts::from_iter(["ES", "FR"]);
/// let columns = Columns::new(3)
///     .column("id", Column::texts(Texts::from_iter(["ana", "ben", "eva"])))
///     .column("country", Column::coded(&[0_u8, 0, 1][..], words))
///     .column("tags", Column::list(&[0, 1, 1, 2][..], 2, Column::texts(Texts::from_iter(["vip", "new"]))))
///     .column("orders", Column::ints(&[12, 0, 3]).known([true, false, true].into_iter().collect()))
///     .events(
///         "purchases",
///         &[0, 2, 2, 2][..],
///         Columns::new(2)
///             .column("at", Column::datetimes(&[1_780_000_000_000_000, 1_780_000_000_000_001]))
///             .column("amount", Column::decimals(&[199_900, 50_000])), // in units of 1/10000
///     );
/// assert_eq!(Customers::new(&shop, columns)?.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows names, forms and numbers of rows, as all values may be personal.
#[derive(Clone)]
#[must_use]
pub struct Columns<'a> {
    pub(super) rows: usize,
    pub(super) list: Vec<(String, Column<'a>)>,
    pub(super) events: Vec<(String, Offsets<'a>, Columns<'a>)>,
}

impl<'a> Columns<'a> {
    /// A table with so many rows.
    pub fn new(rows: usize) -> Self {
        Self {
            rows,
            list: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Adds a column. One that is not added has no value in any row.
    pub fn column(mut self, name: impl Into<String>, column: Column<'a>) -> Self {
        self.list.push((name.into(), column));
        self
    }

    /// Adds the events of a type: those of the customer in row `r` are the rows from `offsets[r]` to `offsets[r + 1]` of
    /// `events`, in the order of their column `at`. A type that is not added has no events.
    pub fn events(
        mut self,
        name: impl Into<String>,
        offsets: impl Into<Offsets<'a>>,
        events: Columns<'a>,
    ) -> Self {
        self.events.push((name.into(), offsets.into(), events));
        self
    }
}

/// The values of one attribute or property, one per row.
///
/// What stands in a row whose value is not [`known`](Column::known) is never looked at, but for the offsets of lists, which go on
/// in order. Slices are borrowed and vectors kept; of either nothing is copied. `Debug` shows the form and the number of values.
#[derive(Clone)]
#[must_use]
pub struct Column<'a> {
    pub(super) known: Option<Bits<'a>>,
    pub(super) values: Given<'a>,
}

#[derive(Clone)]
pub(super) enum Given<'a> {
    Bools(Bits<'a>),
    Ints(Cow<'a, [i64]>),
    Decimals(Cow<'a, [i64]>),
    Floats(Cow<'a, [f64]>),
    Dates(Cow<'a, [i32]>),
    DateTimes(Cow<'a, [i64]>),
    Texts(Texts<'a>),
    Coded(Codes<'a>, Texts<'a>),
    Places(Cow<'a, [f64]>, Cow<'a, [f64]>),
    List(Offsets<'a>, Columns<'a>),
}

impl Given<'_> {
    /// What the values are.
    pub(super) fn form(&self) -> &'static str {
        match self {
            Self::Bools(_) => "truth values",
            Self::Ints(_) => "ints",
            Self::Decimals(_) => "decimals",
            Self::Floats(_) => "floats",
            Self::Dates(_) => "dates",
            Self::DateTimes(_) => "datetimes",
            Self::Places(..) => "places",
            Self::List(..) => "lists",
            Self::Texts(_) | Self::Coded(..) => "texts",
        }
    }

    /// How many values there are; nothing for lists, whose offsets say it.
    pub(super) fn len(&self) -> Option<usize> {
        Some(match self {
            Self::Bools(bits) => bits.len(),
            Self::Ints(numbers) | Self::Decimals(numbers) | Self::DateTimes(numbers) => numbers.len(),
            Self::Floats(floats) | Self::Places(floats, _) => floats.len(),
            Self::Dates(days) => days.len(),
            Self::Texts(texts) => texts.len(),
            Self::Coded(codes, _) => codes.len(),
            Self::List(..) => return None,
        })
    }
}

/// The columns by their names, and how many rows there are.
impl fmt::Debug for Columns<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        map.entry(&"rows", &self.rows);
        map.entries(self.list.iter().map(|(name, column)| (name, column)));
        map.entries(self.events.iter().map(|(name, _, events)| (name, events)));
        map.finish()
    }
}

/// What the values are, and how many.
impl fmt::Debug for Column<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = self.values.form();
        match &self.values {
            Given::List(offsets, items) => write!(
                f,
                "{form} in {} rows of {} items",
                offsets.rows().unwrap_or(0),
                items.rows
            ),
            values => write!(f, "{form} in {} rows", values.len().unwrap_or(0)),
        }
    }
}

impl<'a> Column<'a> {
    fn of(values: Given<'a>) -> Self {
        Self { known: None, values }
    }

    /// Truth values, for `bool`.
    pub fn bools(values: Bits<'a>) -> Self {
        Self::of(Given::Bools(values))
    }

    /// Whole numbers, for `int`.
    pub fn ints(values: impl Into<Cow<'a, [i64]>>) -> Self {
        Self::of(Given::Ints(values.into()))
    }

    /// Exact numbers in units of 1/10000, for `decimal`.
    pub fn decimals(units: impl Into<Cow<'a, [i64]>>) -> Self {
        Self::of(Given::Decimals(units.into()))
    }

    /// Finite binary numbers, for `float`.
    pub fn floats(values: impl Into<Cow<'a, [f64]>>) -> Self {
        Self::of(Given::Floats(values.into()))
    }

    /// Days since 1970-01-01, for `date`.
    pub fn dates(days: impl Into<Cow<'a, [i32]>>) -> Self {
        Self::of(Given::Dates(days.into()))
    }

    /// Microseconds since 1970-01-01T00:00:00Z, for `datetime`.
    pub fn datetimes(micros: impl Into<Cow<'a, [i64]>>) -> Self {
        Self::of(Given::DateTimes(micros.into()))
    }

    /// Texts one after the other, for everything that is text.
    pub fn texts(texts: Texts<'a>) -> Self {
        Self::of(Given::Texts(texts))
    }

    /// Texts of which few are different: the text of row `r` is number `codes[r]` of `texts`. The words of an
    /// enumeration may stand there in any order. A condition is asked once for each of the texts, not for each row.
    pub fn coded(codes: impl Into<Codes<'a>>, texts: Texts<'a>) -> Self {
        Self::of(Given::Coded(codes.into(), texts))
    }

    /// Places by latitude and longitude in degrees, for `geo`.
    pub fn places(latitudes: impl Into<Cow<'a, [f64]>>, longitudes: impl Into<Cow<'a, [f64]>>) -> Self {
        Self::of(Given::Places(latitudes.into(), longitudes.into()))
    }

    /// Lists of values: that of row `r` has the values from `offsets[r]` to `offsets[r + 1]` of `items`, which has
    /// `rows` rows.
    pub fn list(offsets: impl Into<Offsets<'a>>, rows: usize, items: Column<'a>) -> Self {
        Self::records(offsets, Columns::new(rows).column("", items))
    }

    /// Lists of records: that of row `r` has the rows from `offsets[r]` to `offsets[r + 1]` of `items`.
    pub fn records(offsets: impl Into<Offsets<'a>>, items: Columns<'a>) -> Self {
        Self::of(Given::List(offsets.into(), items))
    }

    /// Says in which rows the value is known. Without this it is known in all.
    pub fn known(mut self, known: Bits<'a>) -> Self {
        self.known = Some(known);
        self
    }
}

/// Texts one after the other: number `i` lies from byte `offsets[i]` to byte `offsets[i + 1]`. `Debug` shows how many there are.
///
/// ```
/// use audience::batch::Texts;
///
/// // Borrowed as they lie, as Arrow has them; or copied one by one.
/// let texts = Texts::new(&[0, 3, 3, 6][..], "anaben");
/// assert_eq!((0..4).map(|it| texts.get(it)).collect::<Vec<_>>(), [Some("ana"), Some(""), Some("ben"), None]);
/// assert_eq!(Texts::from_iter(["ana", "", "ben"]).get(2), texts.get(2));
/// ```
#[derive(Clone)]
pub struct Texts<'a> {
    pub(super) offsets: Offsets<'a>,
    pub(super) bytes: Cow<'a, str>,
}

impl<'a> Texts<'a> {
    /// The texts in `bytes` between those `offsets`, which are one more than there are texts.
    pub fn new(offsets: impl Into<Offsets<'a>>, bytes: impl Into<Cow<'a, str>>) -> Self {
        Self {
            offsets: offsets.into(),
            bytes: bytes.into(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.rows().unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Text number `index`; nothing where there is none.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let (start, end) = self.offsets.range(index)?;
        self.bytes.get(start..end)
    }
}

/// How many there are.
impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.len())
    }
}

impl<S: AsRef<str>> FromIterator<S> for Texts<'static> {
    fn from_iter<T: IntoIterator<Item = S>>(texts: T) -> Self {
        let (mut offsets, mut bytes) = (vec![0], String::new());
        for text in texts {
            bytes.push_str(text.as_ref());
            offsets.push(bytes.len());
        }
        Self {
            offsets: Offsets::of(&offsets),
            bytes: bytes.into(),
        }
    }
}

macro_rules! either {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident($number:ty),)* }) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub enum $name<'a> {
            $($(#[$what])* $variant(Cow<'a, [$number]>),)*
        }

        impl $name<'_> {
            /// The number at that position, unless there is none or it is negative.
            #[inline]
            pub(super) fn at(&self, position: usize) -> Option<usize> {
                match self {
                    $(Self::$variant(numbers) => usize::try_from(*numbers.get(position)?).ok(),)*
                }
            }

            /// How many numbers there are.
            pub(super) fn len(&self) -> usize {
                match self {
                    $(Self::$variant(numbers) => numbers.len(),)*
                }
            }
        }

        /// The width, and how many there are.
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let width = match self {
                    $(Self::$variant(_) => stringify!($number),)*
                };
                write!(f, "{} of {} {width}", stringify!($name), self.len())
            }
        }

        $(
            impl<'a> From<&'a [$number]> for $name<'a> {
                fn from(numbers: &'a [$number]) -> Self {
                    Self::$variant(numbers.into())
                }
            }

            impl From<Vec<$number>> for $name<'_> {
                fn from(numbers: Vec<$number>) -> Self {
                    Self::$variant(numbers.into())
                }
            }
        )*
    };
}

either! {
    /// Where the part of each row begins in a table or text, and where that of the last one ends. They may begin anywhere
    /// and never go back. `Debug` shows how many there are.
    ///
    /// ```
    /// use audience::batch::{Column, Offsets, Texts};
    ///
    /// // Three lists: of two texts, of none, and of one.
    /// let offsets = Offsets::from(vec![0_i64, 2, 2, 3]);
    /// let tags = Column::list(offsets, 3, Column::texts(Texts::from_iter(["vip", "new", "vip"])));
    /// assert_eq!(format!("{tags:?}"), "lists in 3 rows of 3 items");
    /// ```
    Offsets {
        /// Numbers of 32 bits.
        Narrow(i32),
        /// Numbers of 64 bits.
        Wide(i64),
    }
}

either! {
    /// The numbers of the texts that rows have, of any width. `Debug` shows how many there are.
    ///
    /// ```
    /// use audience::batch::{Codes, Column, Texts};
    ///
    /// // ES, ES, FR: a byte each, as there are few texts.
    /// let countries = Column::coded(Codes::from(&[0_u8, 0, 1][..]), Texts::from_iter(["ES", "FR"]));
    /// assert_eq!(format!("{countries:?}"), "texts in 3 rows");
    /// ```
    Codes {
        /// Up to 256 texts.
        U8(u8),
        /// Up to 65,536 texts.
        U16(u16),
        /// More texts.
        U32(u32),
        /// Up to 128 texts.
        I8(i8),
        /// Up to 32,768 texts.
        I16(i16),
        /// More texts.
        I32(i32),
    }
}

impl Offsets<'_> {
    /// How many rows they are for; nothing without a beginning.
    pub(super) fn rows(&self) -> Option<usize> {
        self.len().checked_sub(1)
    }

    /// Adds those at these positions, counted from `first`, which none of them is less than, to `out`.
    pub(super) fn counted_from(&self, first: usize, positions: Range<usize>, out: &mut Vec<u32>) {
        let narrow =
            |number: i64| u32::try_from(number - i64::try_from(first).unwrap_or(0)).unwrap_or(u32::MAX);
        match self {
            Self::Narrow(numbers) => out.extend(numbers[positions].iter().map(|it| narrow((*it).into()))),
            Self::Wide(numbers) => out.extend(numbers[positions].iter().map(|it| narrow(*it))),
        }
    }

    /// From where to where the part of that row goes.
    #[inline]
    pub(super) fn range(&self, row: usize) -> Option<(usize, usize)> {
        Some((self.at(row)?, self.at(row + 1)?))
    }
}

impl Offsets<'static> {
    /// As narrow as they can be.
    pub(super) fn of(numbers: &[usize]) -> Self {
        let narrow: Result<Vec<_>, _> = numbers.iter().map(|it| i32::try_from(*it)).collect();
        narrow.map_or_else(
            |_| {
                let wide = numbers.iter().map(|it| i64::try_from(*it).unwrap_or(i64::MAX));
                wide.collect::<Vec<_>>().into()
            },
            Self::from,
        )
    }
}

impl Codes<'static> {
    /// As narrow as they can be for so many texts.
    pub(super) fn of(codes: &[u32], texts: usize) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "codes are less than the number of texts, or of rows without one"
        )]
        match texts {
            0..=0x100 => codes.iter().map(|it| *it as u8).collect::<Vec<_>>().into(),
            0x101..=0x1_0000 => codes.iter().map(|it| *it as u16).collect::<Vec<_>>().into(),
            _ => codes.to_vec().into(),
        }
    }
}
