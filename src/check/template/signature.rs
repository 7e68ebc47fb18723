//! The filters: what each is called, what it takes and what it gives. To add one: a line here, its kind in
//! [`hir::template`](crate::hir::template), and what it does in `template/filter/`.

use self::{
    Takes::{Anything, List, Number, Shown, ShownList, Time},
    Wants::{Text, Value, WrittenBool, WrittenCount, WrittenText},
};
use crate::hir::template::{
    DateFilter, FilterKind, ListFilter, NumberFilter,
    TextFilter::{self, Append, Capitalize, Downcase, Escape, Split, Truncate, Upcase},
    UrlFilter,
};

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
    /// A date or a datetime.
    Time,
    /// A list of any items.
    List,
    /// A list of plain values that can be shown.
    ShownList,
    /// One value that can be shown, or a list.
    Anything,
}

/// What comes out of a filter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gives {
    /// What went in.
    Same,
    Text(Blank),
    /// A whole number, also of what is missing.
    Count,
    /// A list of texts, perhaps without any.
    Texts,
    /// An item of the list; nothing when it has none.
    Item,
    /// What went in, or the argument.
    Fallback,
}

/// Whether the text that comes out may be blank: given whether the one that went in may be, and each argument.
pub(super) type Blank = fn(bool, &[bool]) -> bool;

#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// Under which it may be given.
    pub(super) name: Option<&'static str>,
    pub(super) wants: Wants,
    /// What stands for it when it is not given.
    pub(super) otherwise: Option<Written>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wants {
    /// One value that can be shown.
    Value,
    /// The same, taken as text.
    Text,
    /// A text in the template itself, as it is described here.
    WrittenText(&'static str),
    /// A whole number from 1 in the template itself.
    WrittenCount,
    /// `true` or `false` in the template itself.
    WrittenBool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Written {
    Text(&'static str),
    Int(i64),
    Bool(bool),
}

pub(super) const FILTERS: &[Signature] = &[
    filter(
        "default",
        FilterKind::Default,
        Shown,
        &[
            ask(Value),
            named("allow_false", WrittenBool, Written::Bool(false)),
        ],
        Gives::Fallback,
        "default: \"there\"",
    ),
    filter("size", FilterKind::Size, Anything, &[], Gives::Count, "size"),
    filter("raw", FilterKind::Raw, Shown, &[], Gives::Same, "raw"),
    text("upcase", Upcase, &[], KEEPS, "upcase"),
    text("downcase", Downcase, &[], KEEPS, "downcase"),
    text("capitalize", Capitalize, &[], KEEPS, "capitalize"),
    // Without a mark, what is left of a text may be the blanks that it begins with.
    text(
        "truncate",
        Truncate,
        &[
            or(WrittenCount, Written::Int(50)),
            or(WrittenText("a text such as `\"…\"`"), Written::Text("...")),
        ],
        |before, arguments| before || arguments[1],
        "truncate: 50, \"…\"",
    ),
    text("escape", Escape, &[], KEEPS, "escape"),
    text("append", Append, &[ask(Text)], BOTH, "append: \"!\""),
    filter(
        "split",
        FilterKind::Text(Split),
        Shown,
        &[ask(Text)],
        Gives::Texts,
        "split: \", \"",
    ),
    filter(
        "url_encode",
        FilterKind::Url(UrlFilter::Encode),
        Shown,
        &[],
        Gives::Text(KEEPS),
        "url_encode",
    ),
    filter(
        "money",
        FilterKind::Number(NumberFilter::Money),
        Number,
        &[ask(WrittenText("a currency such as `\"EUR\"`"))],
        Gives::Text(KEEPS),
        "money: \"EUR\"",
    ),
    filter(
        "date",
        FilterKind::Date(DateFilter::Format),
        Time,
        &[ask(WrittenText("a form of dates such as `\"%d %B %Y\"`"))],
        Gives::Text(|_, arguments| arguments[0]),
        "date: \"%d %B %Y\"",
    ),
    filter(
        "join",
        FilterKind::List(ListFilter::Join),
        ShownList,
        &[or(WrittenText("a text such as `\", \"`"), Written::Text(" "))],
        Gives::Text(KEEPS),
        "join: \", \"",
    ),
    filter(
        "first",
        FilterKind::List(ListFilter::First),
        List,
        &[],
        Gives::Item,
        "first",
    ),
    filter(
        "last",
        FilterKind::List(ListFilter::Last),
        List,
        &[],
        Gives::Item,
        "last",
    ),
];

/// What is not blank stays so.
const KEEPS: Blank = |before, _| before;
/// Blank only when the argument is too.
const BOTH: Blank = |before, arguments| before && arguments[0];

const fn filter(
    name: &'static str,
    kind: FilterKind,
    takes: Takes,
    parameters: &'static [Parameter],
    gives: Gives,
    example: &'static str,
) -> Signature {
    Signature {
        name,
        kind,
        takes,
        parameters,
        gives,
        example,
    }
}

/// From something that can be shown to a text.
const fn text(
    name: &'static str,
    kind: TextFilter,
    parameters: &'static [Parameter],
    blank: Blank,
    example: &'static str,
) -> Signature {
    filter(
        name,
        FilterKind::Text(kind),
        Shown,
        parameters,
        Gives::Text(blank),
        example,
    )
}

/// An argument that must be given.
const fn ask(wants: Wants) -> Parameter {
    Parameter {
        name: None,
        wants,
        otherwise: None,
    }
}

/// An argument that may be left out.
const fn or(wants: Wants, otherwise: Written) -> Parameter {
    Parameter {
        name: None,
        wants,
        otherwise: Some(otherwise),
    }
}

/// An argument that may be left out and is given by name.
const fn named(name: &'static str, wants: Wants, otherwise: Written) -> Parameter {
    Parameter {
        name: Some(name),
        wants,
        otherwise: Some(otherwise),
    }
}

impl Signature {
    /// The filter of that name.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        FILTERS.iter().find(|it| it.name == name)
    }

    /// How many arguments it takes without names: at least, and at most.
    pub(super) fn positions(&self) -> (usize, usize) {
        let positional = self.parameters.iter().filter(|it| it.name.is_none());
        let least = positional.clone().filter(|it| it.otherwise.is_none()).count();
        (least, positional.count())
    }
}
