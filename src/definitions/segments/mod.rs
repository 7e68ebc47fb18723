//! All segments together.

mod membership;
mod set;
mod update;
mod watch;
mod what;

use self::watch::Watch;
pub use self::{
    membership::Membership,
    set::SegmentSet,
    what::{ChangedError, Changes, What},
};

use std::{
    collections::HashMap,
    fmt,
    iter::FusedIterator,
    marker::PhantomData,
    ops::Range,
    sync::{Arc, OnceLock},
};

use super::{Inner, Segment};
#[cfg(feature = "batch")]
use crate::batch::Conditions;
use crate::{
    error::NameError,
    plan::Many,
    record::{Binding, Customer},
};

/// All segments together, or some of them, in the order of definition.
///
/// Made by [`Definitions::segments`](crate::Definitions::segments) and [`Bound::segments`](crate::Bound::segments), without those
/// that need a population when none was given. Goes through them one by one, too. Cheap to clone.
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse(
///     "customer { id: string key, orders: int }
///      segment loyal = orders >= 10
///      segment new = orders = 1",
/// )?;
/// let segments = shop.segments();
/// assert_eq!(segments.names().collect::<Vec<_>>(), ["loyal", "new"]);
/// assert_eq!(segments.position("new"), Some(1));
/// for segment in &segments {
///     assert_eq!(segment.owner(), None);
/// }
/// # Ok::<(), audience::CompileError>(())
/// ```
pub struct Segments<R = Customer> {
    pub(super) inner: Arc<Inner>,
    pub(super) binding: Option<Arc<Binding>>,
    pub(super) selection: Arc<Selection>,
    record: PhantomData<fn(&R)>,
}

/// Which segments are asked together.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Their positions among the definitions.
    pub(super) order: Box<[usize]>,
    many: OnceLock<Many>,
    watch: OnceLock<Watch>,
    /// For batches.
    #[cfg(feature = "batch")]
    pub(super) conditions: OnceLock<Conditions>,
}

/// Goes through segments one by one; made by [`Segments::iter`].
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::parse("customer { id: string key }  segment everyone = true  segment nobody = false")?;
/// let mut segments = shop.segments().iter();
/// assert_eq!(segments.len(), 2);
/// assert_eq!(segments.next_back().map(|it| it.name().to_owned()), Some("nobody".to_owned()));
/// # Ok::<(), audience::CompileError>(())
/// ```
pub struct SegmentsIter<R = Customer> {
    segments: Segments<R>,
    left: Range<usize>,
}

impl Selection {
    pub(super) fn new(order: impl IntoIterator<Item = usize>) -> Arc<Self> {
        Arc::new(Self {
            order: order.into_iter().collect(),
            many: OnceLock::new(),
            watch: OnceLock::new(),
            #[cfg(feature = "batch")]
            conditions: OnceLock::new(),
        })
    }
}

impl<R> Segments<R> {
    pub(super) fn new(inner: Arc<Inner>, binding: Option<Arc<Binding>>) -> Self {
        Self {
            selection: Arc::clone(&inner.all_segments),
            inner,
            binding,
            record: PhantomData,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.selection.order.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.selection.order.is_empty()
    }

    /// Their names, in order.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        let segments = self.inner.module.named_segments();
        self.selection.order.iter().map(|index| &*segments[*index].name)
    }

    pub(crate) fn name(&self, position: usize) -> Option<&str> {
        let index = *self.selection.order.get(position)?;
        Some(&self.inner.module.named_segments()[index].name)
    }

    /// One by one, in order. The segments that come of it are handles of their own.
    #[must_use]
    pub fn iter(&self) -> SegmentsIter<R> {
        self.clone().into_iter()
    }

    /// The one at that position, the first being 0.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse("customer { id: string key }  segment everyone = true")?;
    /// let segments = shop.segments();
    /// assert_eq!(segments.get(0).map(|it| it.name().to_owned()), Some("everyone".to_owned()));
    /// assert!(segments.get(1).is_none());
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    #[must_use]
    pub fn get(&self, position: usize) -> Option<Segment<R>> {
        let index = *self.selection.order.get(position)?;
        let binding = self.binding.clone();
        Some(Segment::new(Arc::clone(&self.inner), binding, index))
    }

    /// At which position the segment of that name stands. Takes time proportional to the number of segments.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names().position(|it| it == name)
    }

    /// Some of them, in the order in which they are named here; a name that is repeated counts once.
    ///
    /// # Errors
    ///
    /// No segment of one of the names is among them, and the message offers the nearest; or it needs a population that was not
    /// given.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::parse(
    ///     "customer { id: string key, orders: int }
    ///      segment loyal = orders >= 10
    ///      segment new = orders = 1
    ///      segment lost = orders = 0",
    /// )?;
    /// let some = shop.segments().only(["lost", "loyal"])?;
    /// assert_eq!(some.names().collect::<Vec<_>>(), ["lost", "loyal"]);
    /// let error = some.only(["loyl"]).unwrap_err();
    /// assert_eq!(error.to_string(), "unknown segment `loyl`; did you mean `loyal`?");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn only<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Self, NameError> {
        let known: HashMap<&str, usize> = self.names().zip(self.selection.order.iter().copied()).collect();
        let mut order = indexmap::IndexSet::new();
        for name in names {
            let name = name.as_ref();
            let index = match known.get(name) {
                Some(index) => *index,
                None => return Err(self.inner.missing_segment(name, self.names())),
            };
            order.insert(index);
        }
        Ok(Self {
            selection: Selection::new(order),
            ..self.clone()
        })
    }
}

impl<R> Clone for Segments<R> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            binding: self.binding.clone(),
            selection: Arc::clone(&self.selection),
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Segments<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl<R> IntoIterator for Segments<R> {
    type Item = Segment<R>;
    type IntoIter = SegmentsIter<R>;

    fn into_iter(self) -> SegmentsIter<R> {
        SegmentsIter {
            left: 0..self.len(),
            segments: self,
        }
    }
}

impl<R> IntoIterator for &Segments<R> {
    type Item = Segment<R>;
    type IntoIter = SegmentsIter<R>;

    fn into_iter(self) -> SegmentsIter<R> {
        self.iter()
    }
}

impl<R> Iterator for SegmentsIter<R> {
    type Item = Segment<R>;

    fn next(&mut self) -> Option<Segment<R>> {
        self.segments.get(self.left.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<R> DoubleEndedIterator for SegmentsIter<R> {
    fn next_back(&mut self) -> Option<Segment<R>> {
        self.segments.get(self.left.next_back()?)
    }
}

impl<R> ExactSizeIterator for SegmentsIter<R> {}

impl<R> FusedIterator for SegmentsIter<R> {}

/// The names of those that are left.
impl<R> fmt::Debug for SegmentsIter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.segments.names();
        f.debug_list()
            .entries(names.take(self.left.end).skip(self.left.start))
            .finish()
    }
}
