//! The filters: what each is called, what it takes and what it gives.

mod table;

pub(super) use table::FILTERS;

use crate::hir::template::FilterKind;

#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) kind: FilterKind,
    pub(super) takes: Takes,
    pub(super) parameters: &'static [Parameter],
    pub(super) gives: Gives,
    /// As messages show it.
    pub(super) example: &'static str,
}

/// What may stand before a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// One value that can be shown.
    Shown,
    Number,
    /// The same, or a text that says one.
    Calculated,
    /// A date or a datetime.
    Time,
    /// The same, a text that names one, or the seconds since 1970.
    Moment,
    /// A list of any items.
    List,
    /// A list of plain values that can be shown.
    ShownList,
    /// A list of records, or of references to them.
    Records,
    /// One value that can be shown, or a list.
    Anything,
    /// One value that can be shown, or a list of such, none of which is missing.
    ShownOrList,
    /// A text, part of a page, or a list.
    TextOrList,
}

/// What comes out of a filter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gives {
    /// What went in.
    Same,
    Text(Blank),
    /// Text, or nothing where what went in is no such code.
    Decoded,
    /// A whole number, also of what is missing.
    Count,
    /// A number of days.
    Days,
    /// A URL that is there as much as the one that went in.
    Url,
    /// One of the texts that were given.
    Form,
    /// A number whose type depends on those that it is made of.
    Number,
    /// A list of texts, perhaps without any.
    Texts,
    /// What the kind of the filter says: a list, or something of its items.
    OfList,
    /// A part of the text or of the list that went in.
    Part,
    /// What went in, or the argument.
    Fallback,
}

/// Whether the text that comes out may be blank: given whether the one that went in may be, and each argument.
pub(super) type Blank = fn(bool, &[bool]) -> bool;

#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// Under which it may be given.
    pub(super) name: Option<&'static str>,
    /// Whether it may be given without a name. These come first.
    pub(super) positional: bool,
    pub(super) wants: Wants,
    /// What stands for it when it is not given.
    pub(super) otherwise: Option<Written>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wants {
    /// One value that can be shown.
    Value,
    /// The same, taken as text, and not missing.
    Text,
    /// A number, or a text that says one, that is not missing.
    Number,
    /// A whole number that is not missing.
    Whole,
    /// A list.
    List,
    /// In the template itself, the name of a field of the items.
    Field,
    /// A text in the template itself, as it is described here.
    WrittenText(&'static str),
    /// `true` or `false` in the template itself.
    WrittenBool,
    /// A locale in the template itself.
    Locale,
    /// A time zone in the template itself.
    Zone,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Written {
    Nothing,
    Text(&'static str),
    Int(i64),
    Bool(bool),
}

impl Signature {
    /// The filter of that name.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        FILTERS.iter().find(|it| it.name == name)
    }

    /// How many arguments it takes without names: at least, and at most.
    pub(super) fn positions(&self) -> (usize, usize) {
        let positional = self.parameters.iter().filter(|it| it.positional);
        let least = positional.clone().filter(|it| it.otherwise.is_none()).count();
        (least, positional.count())
    }
}
