//! Random trees, as the parser could have given them (parentheses apart).

use proptest::{collection::vec, option, prelude::*};

use crate::{
    span::Span,
    syntax::ast::{
        AggregateKind, Amount, ArithmeticOp, Clause, ClauseKind, CompareOp, Content, DistanceUnit, Expr,
        ExprKind, Field, Item, ItemKind, Items, Json, JsonKind, JsonMember, Literal, Message, Name, Outcome,
        Place, Quantifier, Role, Said, SaidTest, Set, State, Step, Test, TestPart, TestPartKind, Text,
        TextTest, Type, TypeKind, Unit, Window,
    },
    value::{Date, DateTime, Decimal},
};

pub(super) fn item() -> impl Strategy<Value = Item> {
    let description = || option::of(text());
    let kind = prop_oneof![
        (any::<bool>(), vec(field(2), 0..5)).prop_map(|(open, fields)| ItemKind::Customer { open, fields }),
        (name(), description(), vec(field(2), 0..5)).prop_map(|(name, description, fields)| {
            ItemKind::Catalog {
                name,
                description,
                fields,
            }
        }),
        (name(), description(), vec(field(1), 0..5)).prop_map(|(name, description, fields)| {
            ItemKind::Event {
                name,
                description,
                fields,
            }
        }),
        (name(), name(), description()).prop_map(|(name, catalog, description)| ItemKind::Placement {
            name,
            catalog,
            description
        }),
        (name(), description(), expr()).prop_map(|(name, description, value)| ItemKind::Trait {
            name,
            description,
            value
        }),
        (name(), description(), description(), expr()).prop_map(|(name, description, owner, condition)| {
            ItemKind::Segment {
                name,
                description,
                owner,
                condition,
            }
        }),
        (name(), description(), vec(plain_literal(), 0..6)).prop_map(|(name, description, values)| {
            ItemKind::List {
                name,
                description,
                values,
            }
        }),
        (name(), name()).prop_map(|(library, file)| ItemKind::Use { library, file }),
        message().prop_map(ItemKind::Message),
        super::campaigns::item(),
        whole_test().prop_map(ItemKind::Test),
    ];
    kind.prop_map(|kind| Item {
        span: Span::default(),
        kind,
    })
}

fn message() -> impl Strategy<Value = Message> {
    let content = prop_oneof![text().prop_map(Content::Text), text().prop_map(Content::File)];
    let language = prop::sample::select(vec!["en", "pt-BR", "zh-Hant-TW"]).prop_map(|tag| Text {
        span: Span::default(),
        text: tag.into(),
    });
    let clause = prop_oneof![
        name().prop_map(ClauseKind::Channel),
        Just(ClauseKind::Transactional),
        vec(field(1), 0..4).prop_map(ClauseKind::Inputs),
        (vec(text(), 1..4), expr()).prop_map(|(tags, by)| ClauseKind::Languages { tags, by }),
        vec(name(), 1..3).prop_map(ClauseKind::Unsubscribe),
        (0..5000_u64, name()).prop_map(|(count, unit)| ClauseKind::AtMost { count, unit }),
        (name(), option::of(language), content).prop_map(|(name, language, content)| ClauseKind::Part {
            name,
            language,
            content,
        }),
    ];
    let clause = clause.prop_map(|kind| Clause {
        span: Span::default(),
        kind,
    });
    (name(), option::of(name()), option::of(text()), vec(clause, 0..6)).prop_map(
        |(name, audience, description, clauses)| Message {
            name,
            audience,
            description,
            clauses,
        },
    )
}

/// What a named list holds.
fn plain_literal() -> impl Strategy<Value = Expr> {
    let literals = prop_oneof![
        text().prop_map(|it| Literal::Text(it.text)),
        any::<i64>().prop_map(Literal::Int),
        Just(Literal::Decimal("2.50".into())),
    ];
    literals.prop_map(|it| expression(ExprKind::Literal(it)))
}

fn whole_test() -> impl Strategy<Value = Test> {
    let moments = prop_oneof![
        Just(Literal::Date(Date::MIN)),
        Just(Literal::DateTime {
            micros: 1_780_272_000_000_000,
            local: false
        }),
        Just(Literal::DateTime {
            micros: 1_780_272_000_000_001,
            local: true
        }),
    ];
    let part = prop_oneof![
        1 => json().prop_map(TestPartKind::Customer),
        1 => json().prop_map(TestPartKind::Population),
        1 => (name(), json()).prop_map(|(name, items)| TestPartKind::Catalog(name, items)),
        2 => (name(), any::<bool>())
            .prop_map(|(name, negated)| TestPartKind::Expectation(expression(ExprKind::InSegment { name, negated }))),
        2 => expr().prop_map(TestPartKind::Expectation),
        1 => json().prop_map(TestPartKind::Inputs),
        1 => (name(), json()).prop_map(|(name, items)| TestPartKind::Placement(name, items)),
        2 => said().prop_map(TestPartKind::Said),
    ];
    let part = part.prop_map(|kind| TestPart {
        span: Span::default(),
        kind,
    });
    (text(), moments, option::of(text()), vec(part, 0..4)).prop_map(|(name, at, zone, parts)| Test {
        name,
        at: expression(ExprKind::Literal(at)),
        zone,
        parts,
    })
}

fn said() -> impl Strategy<Value = Said> {
    let tests = [
        SaidTest::Is,
        SaidTest::Contains,
        SaidTest::StartsWith,
        SaidTest::EndsWith,
    ];
    let says = (
        option::of(name()),
        any::<bool>(),
        prop::sample::select(tests.to_vec()),
        text(),
    )
        .prop_map(|(part, negated, test, text)| Outcome::Says {
            part,
            negated,
            test,
            text,
        });
    let outcome = prop_oneof![
        Just(Outcome::Sent),
        option::of(text()).prop_map(Outcome::Skipped),
        says
    ];
    (name(), outcome).prop_map(|(message, outcome)| Said { message, outcome })
}

/// A record or a list in JSON.
fn json() -> BoxedStrategy<Json> {
    let value = |kind| Json {
        span: Span::default(),
        kind,
    };
    let written = [
        "1",
        "-0.50",
        "1e+9",
        "true",
        "null",
        "\"\"",
        "\"# it\\u0027s \\\"x\\\" [\"",
        "\"όνομα\"",
    ];
    let plain = prop::sample::select(written.to_vec()).prop_map(move |it| value(JsonKind::Plain(it.into())));
    let member = |value: Json| JsonMember {
        span: Span::default(),
        name: "a b".into(),
        written: "\"a b\"".into(),
        value,
    };
    let inner = plain.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(move |items| value(JsonKind::List(items))),
            vec(inner.prop_map(member), 0..4).prop_map(move |members| value(JsonKind::Record(members))),
        ]
    });
    let whole = prop_oneof![
        vec(inner.clone(), 0..4).prop_map(move |items| value(JsonKind::List(items))),
        vec(inner.prop_map(member), 0..4).prop_map(move |members| value(JsonKind::Record(members))),
    ];
    whole.boxed()
}

fn field(depth: u32) -> BoxedStrategy<Field> {
    let role = prop_oneof![
        Just(Role::Key(Span::default())),
        Just(Role::Personal(Span::default())),
        Just(Role::Sensitive(Span::default())),
        (1..100_u64).prop_map(|most| Role::Letters {
            span: Span::default(),
            most
        }),
        vec(text(), 0..3).prop_map(|except| Role::Filled {
            span: Span::default(),
            except
        }),
        Just(Role::Unknown(plain("primary"))),
        Just(Role::Unknown(quoted("key"))),
        Just(Role::Unknown(quoted("very personal"))),
    ];
    let role = role.prop_filter(
        "a quoted role is written without its backticks",
        |role| !matches!(role, Role::Unknown(name) if name.quoted && &*name.text == "key"),
    );
    (name(), ty(depth), vec(role, 0..3), option::of(text()))
        .prop_map(|(name, ty, roles, description)| Field {
            span: Span::default(),
            name,
            ty,
            roles,
            description,
        })
        .boxed()
}

fn ty(depth: u32) -> BoxedStrategy<Type> {
    let flat = prop_oneof![
        prop::sample::select(vec!["string", "int", "decimal", "geo", "integer"])
            .prop_map(|it| TypeKind::Name(plain(it))),
        vec(text(), 1..4).prop_map(TypeKind::Words),
        name().prop_map(TypeKind::Ref),
    ];
    let kind = if depth == 0 {
        flat.boxed()
    } else {
        prop_oneof![
            4 => flat,
            1 => ty(depth - 1).prop_map(|it| TypeKind::List(Box::new(it))),
            1 => vec(field(depth - 1), 0..4).prop_map(TypeKind::Record),
        ]
        .boxed()
    };
    (kind, any::<bool>())
        .prop_map(|(kind, optional)| Type {
            span: Span::default(),
            kind,
            optional,
        })
        .boxed()
}

/// Conditions and values alike: syntax knows no types.
pub(super) fn expr() -> BoxedStrategy<Expr> {
    let leaf = leaf().prop_map(expression);
    leaf.prop_recursive(5, 60, 4, |inner| {
        prop_oneof![
            1 => calculation(&inner),
            2 => chain(&inner),
            3 => test(&inner),
            2 => over_collection(&inner),
        ]
        .prop_map(expression)
    })
    .boxed()
}

fn leaf() -> BoxedStrategy<ExprKind> {
    prop_oneof![
        5 => path().prop_map(ExprKind::Path),
        4 => literal().prop_map(ExprKind::Literal),
        1 => Just(ExprKind::Now),
        1 => Just(ExprKind::Today),
        1 => (amount(), any::<bool>()).prop_map(|(amount, ago)| ExprKind::FromNow { amount, ago }),
        1 => (name(), any::<bool>()).prop_map(|(name, negated)| ExprKind::InSegment { name, negated }),
        1 => (percentage(), percentage(), any::<bool>(), text(), any::<bool>()).prop_map(
            |(from, to, slice, salt, negated)| ExprKind::InSample {
                from: if slice { from } else { Decimal::ZERO },
                to,
                slice,
                salt,
                negated,
            }
        ),
    ]
    .boxed()
}

fn literal() -> impl Strategy<Value = Literal> {
    let digits = "-?(0|[1-9][0-9]{0,11})\\.[0-9]{1,6}";
    let dates = Date::MIN.days()..=Date::MAX.days();
    let instants = DateTime::MIN.micros()..=DateTime::MAX.micros();
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        prop_oneof![any::<i64>(), -3..3_i64, Just(i64::MIN), Just(i64::MAX)].prop_map(Literal::Int),
        digits.prop_map(|digits| Literal::Decimal(digits.into())),
        percentage().prop_map(Literal::Percent),
        text().prop_map(|text| Literal::Text(text.text)),
        dates.prop_map(|days| Literal::Date(Date::from_days(i64::from(days)).expect("in range"))),
        (instants, any::<bool>()).prop_map(|(micros, local)| Literal::DateTime { micros, local }),
        amount().prop_map(Literal::Duration),
    ]
}

fn calculation(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<ExprKind> {
    let op = prop::sample::select(vec![
        ArithmeticOp::Add,
        ArithmeticOp::Subtract,
        ArithmeticOp::Multiply,
        ArithmeticOp::Divide,
    ]);
    let function = prop_oneof![
        prop::sample::select(vec!["min", "max", "lower", "default", "Round"]).prop_map(plain),
        prop::sample::select(vec!["sum", "First Name", "any"]).prop_map(quoted),
    ];
    let arms = vec((inner.clone(), inner.clone()), 1..4);
    prop_oneof![
        3 => (op, boxed(inner), boxed(inner)).prop_map(|(op, lhs, rhs)| ExprKind::Arithmetic { op, lhs, rhs }),
        1 => boxed(inner).prop_map(ExprKind::Negate),
        1 => (function, vec(inner.clone(), 0..4)).prop_map(|(function, args)| ExprKind::Call { function, args }),
        1 => (arms, option::of(boxed(inner))).prop_map(|(arms, otherwise)| ExprKind::Case { arms, otherwise }),
        1 => (boxed(inner), boxed(inner)).prop_map(|(latitude, longitude)| ExprKind::Point(latitude, longitude)),
        1 => boxed(inner).prop_map(ExprKind::Paren),
    ]
    .boxed()
}

fn chain(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<ExprKind> {
    prop_oneof![
        2 => vec(inner.clone(), 2..5).prop_map(ExprKind::And),
        2 => vec(inner.clone(), 2..5).prop_map(ExprKind::Or),
        1 => boxed(inner).prop_map(ExprKind::Not),
    ]
    .boxed()
}

fn test(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<ExprKind> {
    let x = || boxed(inner);
    let yes = any::<bool>;
    let compare_op = prop::sample::select(vec![
        CompareOp::Eq,
        CompareOp::Ne,
        CompareOp::Lt,
        CompareOp::Le,
        CompareOp::Gt,
        CompareOp::Ge,
    ]);
    let text_test = prop::sample::select(vec![
        TextTest::Contains,
        TextTest::StartsWith,
        TextTest::EndsWith,
        TextTest::Matches,
    ]);
    let state = prop::sample::select(vec![State::Known, State::Unknown, State::Empty, State::Filled]);
    let literals = || vec(inner.clone(), 0..4).prop_map(Set::Literals);
    let set = prop_oneof![literals(), name().prop_map(Set::Named)];
    let unit = prop::sample::select(vec![
        DistanceUnit::Metre,
        DistanceUnit::Kilometre,
        DistanceUnit::Mile,
    ]);
    let radius = prop_oneof![
        (0..i64::MAX).prop_map(Literal::Int),
        "[0-9]{1,5}\\.[0-9]{1,3}".prop_map(|digits| Literal::Decimal(digits.into()))
    ];
    let radius = radius.prop_map(|literal| Box::new(expression(ExprKind::Literal(literal))));
    let place = prop_oneof![
        (x(), x()).prop_map(|(latitude, longitude)| Place::Point(latitude, longitude)),
        x().prop_filter("a point of its own", |it| !matches!(it.kind, ExprKind::Point(..)))
            .prop_map(Place::Of)
    ];
    // A value `between` two others is no window: the checker tells them apart.
    let window_of_value =
        window(inner).prop_filter("a test of its own", |it| !matches!(it, Window::Between(..)));
    prop_oneof![
        4 => (compare_op, x(), x(), yes()).prop_map(|(op, lhs, rhs, ignoring_case)| ExprKind::Compare {
            op, lhs, rhs, ignoring_case
        }),
        1 => (x(), x(), x(), yes()).prop_map(|(operand, low, high, negated)| ExprKind::Between {
            operand, low, high, negated
        }),
        1 => (x(), set, yes(), yes()).prop_map(|(operand, set, negated, ignoring_case)| ExprKind::In {
            operand, set, negated, ignoring_case
        }),
        1 => (text_test, x(), x(), yes(), yes()).prop_map(|(test, operand, pattern, negated, ignoring_case)| {
            ExprKind::TextTest { test, operand, pattern, negated, ignoring_case }
        }),
        1 => (x(), yes(), literals(), yes()).prop_map(|(operand, all, set, negated)| ExprKind::ContainsEach {
            operand, all, set, negated
        }),
        1 => (x(), state, yes()).prop_map(|(operand, state, negated)| ExprKind::Is { operand, state, negated }),
        1 => (x(), window_of_value, yes()).prop_map(|(operand, window, negated)| ExprKind::InWindow {
            operand, window, negated
        }),
        1 => (x(), window(inner), yes()).prop_map(|(operand, window, negated)| ExprKind::Anniversary {
            operand, window, negated
        }),
        1 => (x(), radius, unit, place, yes()).prop_map(|(operand, radius, unit, of, negated)| ExprKind::Near {
            operand, radius, unit, of, negated
        }),
        1 => (x(), yes(), percentage(), yes()).prop_map(|(operand, top, share, negated)| ExprKind::Rank {
            operand, top, share, negated
        }),
    ]
    .boxed()
}

fn over_collection(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<ExprKind> {
    let quantifier = prop_oneof![
        Just(Quantifier::Any),
        Just(Quantifier::No),
        Just(Quantifier::All),
        (0..1_000_u64).prop_map(Quantifier::AtLeast),
        (0..1_000_u64).prop_map(Quantifier::AtMost),
        (0..1_000_u64).prop_map(Quantifier::Exactly),
    ];
    let step = (any::<bool>(), items(inner), amount()).prop_map(|(none, items, within)| Step {
        span: Span::default(),
        none,
        items,
        within,
    });
    let kind = prop::sample::select(vec![
        AggregateKind::Sum,
        AggregateKind::Avg,
        AggregateKind::Min,
        AggregateKind::Max,
        AggregateKind::First,
        AggregateKind::Last,
        AggregateKind::Distinct,
        AggregateKind::Mode,
    ]);
    prop_oneof![
        3 => (quantifier, items(inner)).prop_map(|(quantifier, items)| ExprKind::Quantified {
            quantifier,
            items: Box::new(items),
            steps: Vec::new(),
        }),
        1 => (items(inner), vec(step, 1..3)).prop_map(|(items, steps)| ExprKind::Quantified {
            quantifier: Quantifier::Any,
            items: Box::new(items),
            steps,
        }),
        1 => items(inner).prop_map(|items| ExprKind::Aggregate {
            kind: AggregateKind::Count,
            value: None,
            items: Box::new(items),
        }),
        2 => (kind, boxed(inner), items(inner)).prop_map(|(kind, value, items)| ExprKind::Aggregate {
            kind,
            value: Some(value),
            items: Box::new(items),
        }),
    ]
    .boxed()
}

fn items(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Items> {
    (path(), option::of(window(inner)), option::of(inner.clone()))
        .prop_map(|(collection, window, filter)| Items {
            span: Span::default(),
            collection,
            window,
            filter,
        })
        .boxed()
}

fn window(inner: &BoxedStrategy<Expr>) -> BoxedStrategy<Window> {
    let period = prop::sample::select(vec![
        Unit::Day,
        Unit::Week,
        Unit::Month,
        Unit::Quarter,
        Unit::Year,
    ]);
    prop_oneof![
        3 => amount().prop_map(Window::InLast),
        1 => amount().prop_map(Window::InNext),
        1 => (boxed(inner), boxed(inner)).prop_map(|(low, high)| Window::Between(low, high)),
        1 => boxed(inner).prop_map(Window::Before),
        1 => boxed(inner).prop_map(Window::After),
        1 => boxed(inner).prop_map(Window::Since),
        1 => Just(Window::Today),
        1 => Just(Window::Yesterday),
        1 => Just(Window::Tomorrow),
        1 => (-1..=1_i8, period).prop_map(|(step, unit)| Window::Period { step, unit }),
    ]
    .boxed()
}

pub(super) fn amount() -> impl Strategy<Value = Amount> {
    let unit = prop::sample::select(vec![
        Unit::Second,
        Unit::Minute,
        Unit::Hour,
        Unit::Day,
        Unit::Week,
        Unit::Month,
        Unit::Quarter,
        Unit::Year,
    ]);
    (1..=u32::MAX, unit, any::<bool>()).prop_map(|(count, unit, calendar)| Amount {
        count: if count % 3 == 0 { 1 } else { count },
        unit,
        calendar,
    })
}

fn percentage() -> impl Strategy<Value = Decimal> {
    (0..=1_000_000_i64).prop_map(Decimal::from_units)
}

fn path() -> impl Strategy<Value = Vec<Name>> {
    vec(name(), 1..4)
}

/// Names of all kinds, many of them keywords.
pub(super) fn name() -> impl Strategy<Value = Name> {
    let keywords = vec![
        "x",
        "amount",
        "at",
        "last",
        "next",
        "day",
        "days",
        "list",
        "count",
        "sum",
        "min",
        "customer",
        "previous",
        "segment",
        "event",
        "trait",
        "contains",
        "starts",
        "ends",
        "with",
        "matches",
        "before",
        "after",
        "since",
        "within",
        "anniversary",
        "owner",
        "exactly",
        "least",
        "the",
        "ago",
        "from",
        "ignoring",
        "followed",
        "by",
        "calendar",
        "this",
        "sample",
        "top",
        "bottom",
        "known",
        "empty",
        "key",
        "except",
        "yesterday",
        "όνομα",
        "名前",
        "_",
        "like",
        "test",
        "use",
        "km",
        "m",
    ];
    let others = vec![
        "any",
        "AND",
        "now",
        "today",
        "in",
        "is",
        "null",
        "NIL",
        "First Name",
        "1st",
        "a-b",
        "#",
        "\"",
        "count",
    ];
    prop_oneof![
        6 => prop::sample::select(keywords).prop_map(plain),
        2 => "[a-z_][a-z0-9_]{0,8}".prop_map(|it| if is_plain(&it) { plain(&it) } else { quoted(&it) }),
        1 => prop::sample::select(others).prop_map(quoted),
        1 => "[^`\\p{C}\\p{Z}][^`\\p{C}]{0,6}".prop_map(|it| quoted(&it)),
    ]
}

fn is_plain(word: &str) -> bool {
    !crate::syntax::scan::is_reserved(word) && !["null", "nil"].contains(&word)
}

pub(super) fn text() -> impl Strategy<Value = Text> {
    let texts = prop_oneof![
        "[a-zA-Z ,]{0,12}",
        "[^\\x00]{0,8}",
        Just("it's \"quoted\" \\ \n\t\r".to_owned())
    ];
    texts.prop_map(|text| Text {
        span: Span::default(),
        text: text.into(),
    })
}

fn plain(name: &str) -> Name {
    Name {
        span: Span::default(),
        text: name.into(),
        quoted: false,
    }
}

fn quoted(name: &str) -> Name {
    Name {
        quoted: true,
        ..plain(name)
    }
}

fn boxed(inner: &BoxedStrategy<Expr>) -> impl Strategy<Value = Box<Expr>> + use<> {
    inner.clone().prop_map(Box::new)
}

fn expression(kind: ExprKind) -> Expr {
    Expr {
        span: Span::default(),
        kind,
    }
}
