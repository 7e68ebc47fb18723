//! Time in units that cannot be mixed up.

use std::{fmt, marker::PhantomData};

/// A unit of time, as a type: [`Days`] or [`Weeks`].
///
/// ```
/// # use audience::analytics::lifetime::{Days, TimeUnit, Weeks};
/// assert_eq!((Days::NAME, Days::DAYS, Weeks::DAYS), ("day", 1.0, 7.0));
/// ```
pub trait TimeUnit:
    sealed::Sealed + Copy + Default + PartialOrd + fmt::Debug + Send + Sync + 'static
{
    /// The word for one of them.
    const NAME: &'static str;
    /// How many days it has.
    const DAYS: f64;
}

/// Time in days.
///
/// ```
/// # use audience::analytics::lifetime::{Days, Time};
/// assert_eq!(Time::<Days>::from_days(91), Time::new(91));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days;

/// Time in weeks.
///
/// ```
/// # use audience::analytics::lifetime::{Weeks, Time};
/// assert_eq!(Time::<Weeks>::from_days(91), Time::new(13));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weeks;

impl TimeUnit for Days {
    const NAME: &'static str = "day";
    const DAYS: f64 = 1.0;
}

impl TimeUnit for Weeks {
    const NAME: &'static str = "week";
    const DAYS: f64 = 7.0;
}

mod sealed {
    #[expect(unnameable_types, reason = "there are no other units")]
    pub trait Sealed {}
    impl Sealed for super::Days {}
    impl Sealed for super::Weeks {}
}

/// A span of time in the unit `U`.
///
/// A model that was fitted in weeks takes no time in days:
///
/// ```compile_fail
/// # use audience::analytics::lifetime::{Days, MbgNbd, Summary, Time, Weeks};
/// fn expected(model: &MbgNbd<Weeks>, ana: &Summary<Weeks>) -> f64 {
///     model.expected_purchases(ana, Time::<Days>::new(90))
/// }
/// ```
///
/// ```
/// # use audience::analytics::lifetime::{Days, Time, Weeks};
/// assert_eq!(Time::<Weeks>::from_days(91), Time::<Weeks>::new(13));
/// assert_eq!(Time::<Weeks>::new(13).days(), 91.0);
/// assert_eq!(Time::<Days>::exactly(30.43).map(Time::get), Some(30.43));
/// assert_eq!(Time::<Days>::exactly(-1.0), None);
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Time<U> {
    value: f64,
    unit: PhantomData<U>,
}

impl<U: TimeUnit> Time<U> {
    /// No time.
    pub const ZERO: Self = Self::of(0.0);

    /// So many of the unit.
    #[must_use]
    pub fn new(count: u32) -> Self {
        Self::of(count.into())
    }

    /// So many days.
    #[must_use]
    pub fn from_days(days: u32) -> Self {
        Self::of(f64::from(days) / U::DAYS)
    }

    /// A number of the unit with a fraction, unless it is negative or beyond what [`Time::new`] takes.
    #[must_use]
    pub fn exactly(count: f64) -> Option<Self> {
        // The sum makes a negative zero a zero.
        (0.0..=u32::MAX.into())
            .contains(&count)
            .then_some(Self::of(count + 0.0))
    }

    /// How many of the unit.
    #[must_use]
    pub fn get(self) -> f64 {
        self.value
    }

    /// How many days.
    #[must_use]
    pub fn days(self) -> f64 {
        self.value * U::DAYS
    }

    const fn of(value: f64) -> Self {
        Self {
            value,
            unit: PhantomData,
        }
    }
}

impl<U> fmt::Debug for Time<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value, f)
    }
}

/// With the unit: `38.86 weeks`.
impl<U: TimeUnit> fmt::Display for Time<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if (self.value - 1.0).abs() < f64::EPSILON {
            ""
        } else {
            "s"
        };
        write!(f, "{} {}{plural}", self.value, U::NAME)
    }
}
