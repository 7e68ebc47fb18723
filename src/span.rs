//! Where something stands in a source text.

/// The place of something in one of the sources given to a build.
///
/// `start` and `end` are byte offsets; `source` is the position of the text in the list of sources, as in
/// [`CompileError::sources`](crate::CompileError::sources).
///
/// # Example
///
/// ```
/// # use audience::Span;
/// let span = Span::new(0, 4, 9);
/// assert_eq!(span.len(), 5);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Span {
    /// Which source, counted from 0 in the order they were given.
    pub source: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// Makes a span from its parts.
    #[must_use]
    pub const fn new(source: u32, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }

    /// The number of bytes covered.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Tells whether the span covers nothing, as the end of a text does.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The smallest span of the same source that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            source: self.source,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}
