//! All filters. To add one: a line here, its kind in [`hir::template`](crate::hir::template), and what it does in `filter/`, or
//! for lists in `template/render/list.rs`.

use super::{
    Blank, Gives, Parameter, Signature,
    Takes::{self, Anything, List, Number, Records, Shown, ShownList, Time},
    Wants::{self, Field, Locale, Text, Value, Whole, WrittenBool, WrittenText, Zone},
    Written,
};
use crate::hir::template::{
    CodeFilter, DateFilter, FilterKind,
    ListFilter::{
        self, Compact, Concat, Find, FindIndex, Has, Map, Reject, Reverse, Sort, SortNatural, Sum, Uniq,
        Where,
    },
    NumberFilter::{self, Abs, AtLeast, AtMost, Ceil, DividedBy, Floor, Minus, Modulo, Plus, Round, Times},
    TextFilter::{self, Replace, ReplaceFirst, ReplaceLast},
};

pub(in crate::check::template) const FILTERS: &[Signature] = &[
    filter(
        "default",
        FilterKind::Default,
        Anything,
        &[
            ask(Value),
            named("allow_false", WrittenBool, Written::Bool(false)),
        ],
        Gives::Fallback,
        "default: \"there\"",
    ),
    filter(
        "size",
        FilterKind::Size,
        Takes::TextOrList,
        &[],
        Gives::Count,
        "size",
    ),
    filter("raw", FilterKind::Raw, Shown, &[], Gives::Same, "raw"),
    text("upcase", TextFilter::Upcase, &[], KEEPS, "upcase"),
    text("downcase", TextFilter::Downcase, &[], KEEPS, "downcase"),
    text("capitalize", TextFilter::Capitalize, &[], KEEPS, "capitalize"),
    // What is not blank has more than white space, so that all of these leave something of it.
    text("strip", TextFilter::Strip, &[], KEEPS, "strip"),
    text("lstrip", TextFilter::StripLeft, &[], KEEPS, "lstrip"),
    text("rstrip", TextFilter::StripRight, &[], KEEPS, "rstrip"),
    text(
        "strip_newlines",
        TextFilter::StripNewlines,
        &[],
        KEEPS,
        "strip_newlines",
    ),
    text("strip_html", TextFilter::StripHtml, &[], MAY, "strip_html"),
    text(
        "newline_to_br",
        TextFilter::NewlineToBr,
        &[],
        KEEPS,
        "newline_to_br",
    ),
    // Without a mark, what is left of a text may be the blanks that it begins with.
    text(
        "truncate",
        TextFilter::Truncate,
        &[or(Whole, Written::Int(50)), or(Text, Written::Text("..."))],
        |before, arguments| before || arguments[1],
        "truncate: 50, \"…\"",
    ),
    text(
        "truncatewords",
        TextFilter::TruncateWords,
        &[or(Whole, Written::Int(15)), or(Text, Written::Text("..."))],
        |before, arguments| before || arguments[1],
        "truncatewords: 15, \"…\"",
    ),
    filter(
        "json",
        FilterKind::Json,
        Takes::ShownOrList,
        &[],
        Gives::Text(NEVER),
        "json",
    ),
    text("escape", TextFilter::Escape, &[], KEEPS, "escape"),
    text("escape_once", TextFilter::EscapeOnce, &[], KEEPS, "escape_once"),
    text("append", TextFilter::Append, &[ask(Text)], BOTH, "append: \"!\""),
    text(
        "prepend",
        TextFilter::Prepend,
        &[ask(Text)],
        BOTH,
        "prepend: \"-\"",
    ),
    text("replace", Replace, REPLACED, FILLED_IN, "replace: \"-\", \" \""),
    text(
        "replace_first",
        ReplaceFirst,
        REPLACED,
        FILLED_IN,
        "replace_first: \"-\", \" \"",
    ),
    text(
        "replace_last",
        ReplaceLast,
        BOTH_GIVEN,
        FILLED_IN,
        "replace_last: \"-\", \" \"",
    ),
    text("remove", Replace, REMOVED, MAY, "remove: \"-\""),
    text("remove_first", ReplaceFirst, REMOVED, MAY, "remove_first: \"-\""),
    text("remove_last", ReplaceLast, REMOVED, MAY, "remove_last: \"-\""),
    filter(
        "slice",
        FilterKind::Text(TextFilter::Slice),
        Anything,
        &[ask(Whole), or(Whole, Written::Int(1))],
        Gives::Part,
        "slice: 0, 3",
    ),
    filter(
        "split",
        FilterKind::Text(TextFilter::Split),
        Shown,
        &[ask(Text)],
        Gives::Texts,
        "split: \", \"",
    ),
    code(
        "url_encode",
        CodeFilter::UrlEncode,
        &[],
        Gives::Text(KEEPS),
        "url_encode",
    ),
    code(
        "url_decode",
        CodeFilter::UrlDecode,
        &[],
        Gives::Text(MAY),
        "url_decode",
    ),
    code(
        "base64_encode",
        CodeFilter::Base64Encode,
        &[],
        Gives::Text(KEEPS),
        "base64_encode",
    ),
    code(
        "base64_decode",
        CodeFilter::Base64Decode,
        &[],
        Gives::Decoded,
        "base64_decode",
    ),
    code(
        "base64_url_safe_encode",
        CodeFilter::Base64UrlSafeEncode,
        &[],
        Gives::Text(KEEPS),
        "base64_url_safe_encode",
    ),
    code(
        "base64_url_safe_decode",
        CodeFilter::Base64UrlSafeDecode,
        &[],
        Gives::Decoded,
        "base64_url_safe_decode",
    ),
    code("sha256", CodeFilter::Sha256, &[], Gives::Text(NEVER), "sha256"),
    code(
        "hmac_sha256",
        CodeFilter::HmacSha256,
        &[ask(Text)],
        Gives::Text(NEVER),
        "hmac_sha256: key",
    ),
    number("abs", Abs, &[], "abs"),
    number("ceil", Ceil, &[], "ceil"),
    number("floor", Floor, &[], "floor"),
    number("round", Round, &[or(Whole, Written::Int(0))], "round: 2"),
    number("plus", Plus, &[ask(Wants::Number)], "plus: 1"),
    number("minus", Minus, &[ask(Wants::Number)], "minus: 1"),
    number("times", Times, &[ask(Wants::Number)], "times: 2"),
    number("divided_by", DividedBy, &[ask(Wants::Number)], "divided_by: 2"),
    number("modulo", Modulo, &[ask(Wants::Number)], "modulo: 2"),
    number("at_least", AtLeast, &[ask(Wants::Number)], "at_least: 1"),
    number("at_most", AtMost, &[ask(Wants::Number)], "at_most: 9"),
    filter(
        "money",
        FilterKind::Number(NumberFilter::Money),
        Number,
        &[ask(WrittenText("a currency such as `\"EUR\"`")), LOCALE],
        Gives::Text(NEVER),
        "money: \"EUR\"",
    ),
    filter(
        "number",
        FilterKind::Number(NumberFilter::Grouped),
        Number,
        &[or(Whole, Written::Int(-1)), LOCALE],
        Gives::Text(NEVER),
        "number: 2",
    ),
    filter(
        "plural",
        FilterKind::Plural,
        Number,
        PLURALS,
        Gives::Form,
        "plural: \"order\", \"orders\"",
    ),
    filter(
        "date",
        FilterKind::Date(DateFilter::Format),
        Takes::Moment,
        &[
            ask(WrittenText("a form of dates such as `\"%d %B %Y\"`")),
            LOCALE,
            named("zone", Zone, Written::Text("")),
        ],
        Gives::Text(|before, arguments| before || arguments[0]),
        "date: \"%d %B %Y\"",
    ),
    filter(
        "days_until",
        FilterKind::Date(DateFilter::DaysUntil),
        Time,
        &[],
        Gives::Days,
        "days_until",
    ),
    code(
        "utm",
        CodeFilter::Utm,
        VISIT,
        Gives::Url,
        "utm: \"newsletter\", \"email\", \"spring\"",
    ),
    filter(
        "join",
        FilterKind::List(ListFilter::Join),
        ShownList,
        &[or(Text, Written::Text(" "))],
        Gives::OfList,
        "join: \", \"",
    ),
    list("first", ListFilter::First, List, &[], "first"),
    list("last", ListFilter::Last, List, &[], "last"),
    list("reverse", Reverse, List, &[], "reverse"),
    list("sort", Sort, List, BY_FIELD, "sort: \"price\""),
    list(
        "sort_natural",
        SortNatural,
        List,
        BY_FIELD,
        "sort_natural: \"name\"",
    ),
    list("uniq", Uniq, List, BY_FIELD, "uniq: \"name\""),
    list("compact", Compact, List, BY_FIELD, "compact: \"name\""),
    list("sum", Sum, List, BY_FIELD, "sum: \"price\""),
    list("concat", Concat, List, &[ask(Wants::List)], "concat: more"),
    list("map", Map, Records, &[ask(Field)], "map: \"name\""),
    list("where", Where, Records, CHOSEN, "where: \"category\", \"lamps\""),
    list(
        "reject",
        Reject,
        Records,
        CHOSEN,
        "reject: \"category\", \"lamps\"",
    ),
    list("find", Find, Records, CHOSEN, "find: \"category\", \"lamps\""),
    list(
        "find_index",
        FindIndex,
        Records,
        CHOSEN,
        "find_index: \"category\", \"lamps\"",
    ),
    list("has", Has, Records, CHOSEN, "has: \"category\", \"lamps\""),
];

/// What is not blank stays so.
const KEEPS: Blank = |before, _| before;
/// Blank only when the argument is too.
const BOTH: Blank = |before, arguments| before && arguments[0];
/// Even what is not blank may be so afterwards.
const MAY: Blank = |_, _| true;
const NEVER: Blank = |_, _| false;
/// Where something is left out, something else takes its place.
const FILLED_IN: Blank = |before, arguments| before || arguments[1];

const REPLACED: &[Parameter] = &[ask(Text), or(Text, Written::Text(""))];
const BOTH_GIVEN: &[Parameter] = &[ask(Text), ask(Text)];
/// The text that takes its place is none, and cannot be given.
const REMOVED: &[Parameter] = &[ask(Text), fixed(Text, Written::Text(""))];
const BY_FIELD: &[Parameter] = &[or(Field, Written::Nothing)];
const CHOSEN: &[Parameter] = &[ask(Field), or(Value, Written::Nothing)];

const LOCALE: Parameter = named("locale", Locale, Written::Text("en"));
const PLURALS: &[Parameter] = &[
    or(Text, Written::Nothing),
    or(Text, Written::Nothing),
    named("zero", Text, Written::Nothing),
    named("one", Text, Written::Nothing),
    named("two", Text, Written::Nothing),
    named("few", Text, Written::Nothing),
    named("many", Text, Written::Nothing),
    named("other", Text, Written::Nothing),
    LOCALE,
];
/// By position or by name.
const VISIT: &[Parameter] = &[
    either("source"),
    either("medium"),
    either("campaign"),
    either("term"),
    either("content"),
];

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
    let kind = FilterKind::Text(kind);
    filter(name, kind, Shown, parameters, Gives::Text(blank), example)
}

/// From something that can be shown to a text in another code, or back.
const fn code(
    name: &'static str,
    kind: CodeFilter,
    parameters: &'static [Parameter],
    gives: Gives,
    example: &'static str,
) -> Signature {
    filter(name, FilterKind::Code(kind), Shown, parameters, gives, example)
}

/// From a number, or a text that says one, to a number.
const fn number(
    name: &'static str,
    kind: NumberFilter,
    parameters: &'static [Parameter],
    example: &'static str,
) -> Signature {
    filter(
        name,
        FilterKind::Number(kind),
        Takes::Calculated,
        parameters,
        Gives::Number,
        example,
    )
}

const fn list(
    name: &'static str,
    kind: ListFilter,
    takes: Takes,
    parameters: &'static [Parameter],
    example: &'static str,
) -> Signature {
    filter(
        name,
        FilterKind::List(kind),
        takes,
        parameters,
        Gives::OfList,
        example,
    )
}

/// An argument that must be given.
const fn ask(wants: Wants) -> Parameter {
    Parameter {
        name: None,
        positional: true,
        wants,
        otherwise: None,
    }
}

/// An argument that may be left out.
const fn or(wants: Wants, otherwise: Written) -> Parameter {
    Parameter {
        name: None,
        positional: true,
        wants,
        otherwise: Some(otherwise),
    }
}

/// An argument that may be left out and is given by name.
const fn named(name: &'static str, wants: Wants, otherwise: Written) -> Parameter {
    Parameter {
        name: Some(name),
        positional: false,
        wants,
        otherwise: Some(otherwise),
    }
}

/// A text that may be left out, or given by its name or its position.
const fn either(name: &'static str) -> Parameter {
    Parameter {
        positional: true,
        ..named(name, Text, Written::Text(""))
    }
}

/// An argument that is always the same: nobody can write its name.
const fn fixed(wants: Wants, otherwise: Written) -> Parameter {
    named("", wants, otherwise)
}
