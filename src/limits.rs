//! The limits that make untrusted text safe to compile and to render.

/// Bounds on what a source text and a template may ask for.
///
/// Each is checked before the work it bounds is done, and answered with an error that names the limit.
///
/// # Example
///
/// ```
/// # use audience::Limits;
/// let strict = Limits { nesting: 16, ..Limits::default() };
/// assert!(strict.nesting < Limits::default().nesting);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in all sources together. Default 4 MiB.
    pub source_bytes: usize,
    /// How deep parentheses, calls, `case`, `not`, arithmetic and references to other definitions may nest,
    /// all counted together. Default 64.
    ///
    /// Parsing takes stack for each level, about 6 KiB without optimisation: raise this only with a stack to match.
    pub nesting: usize,
    /// Items in one list literal. Default 10 000.
    pub list_items: usize,
    /// Expression nodes in one definition, and in a template the names of fields among which values choose, `o[key]`, all places
    /// together, a name once for each step of the paths that it is compared for. Default 100 000.
    pub nodes: usize,
    /// Definitions in all sources together. Default 100 000.
    pub definitions: usize,
    /// Bytes of a compiled regular expression; all of them together may have 64 times as many. Default 1 MiB.
    pub regex_bytes: usize,
    /// Diagnostics reported before the rest is only counted. Default 100.
    pub diagnostics: usize,
    /// Bytes that one rendered message may have. Default 1 MiB.
    pub output_bytes: usize,
    /// Bytes that one message may use for values that it makes on its way: text out of filters, what is captured, lists.
    /// Default 8 MiB.
    pub scratch_bytes: usize,
    /// Rounds of all loops together in one rendered message. Default 100 000.
    pub iterations: usize,
    /// Bytes of one customer's JSON. Default 64 MiB.
    pub record_bytes: usize,
    /// Instants at which one question about the [next change](crate::Segment::next_change) may look, each of which takes
    /// time proportional to the customer's events; the answer beyond is [`Unknown`](crate::NextChange::Unknown).
    /// Default 10 000.
    pub edges: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 4 << 20,
            nesting: 64,
            list_items: 10_000,
            nodes: 100_000,
            definitions: 100_000,
            regex_bytes: 1 << 20,
            diagnostics: 100,
            output_bytes: 1 << 20,
            scratch_bytes: 8 << 20,
            iterations: 100_000,
            record_bytes: 64 << 20,
            edges: 10_000,
        }
    }
}
