//! Lists and functions that the application adds to the language.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use audience::{
    Code, CompileError, Customer, Date, DateTime, Decimal, Definitions, Duration, Format, Geo, HostFunction,
    Inputs, Placements, Rendered, Type, Value, ValueRef, Zone,
};

const CONTRACT: &str = r#"
customer {
  id: string key, name: string? personal, orders: int?, spent: decimal?, score: float?, gender: ("female" | "male")?
  site: url?, born: date?, seen: datetime?, home: geo?, vip: bool
}
"#;

const ANA: &str = r#"{"id": "ana", "name": "Ana", "orders": 3, "spent": 19.99, "score": 0.5, "gender": "female",
    "site": "https://ana.example", "born": "2000-02-29", "seen": "2026-05-01T00:00:00Z", "home": [40.4, -3.7], "vip": true}"#;
const BEN: &str = r#"{"id": "ben", "vip": false}"#;

fn build(functions: impl IntoIterator<Item = HostFunction>, text: &str) -> Result<Definitions, CompileError> {
    let builder = functions
        .into_iter()
        .fold(Definitions::builder(), |builder, function| {
            builder.function(function)
        });
    builder.source("shop", CONTRACT.to_owned() + text).build()
}

#[track_caller]
fn values(shop: &Definitions, name: &str) -> [Option<Value>; 2] {
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let computed = shop.computed(name).expect("defined");
    [ANA, BEN].map(|json| {
        let customer: Customer = shop.customer_from_json(json).expect("fits");
        let value = computed.value(&customer, &at);
        assert_eq!(
            value,
            computed.interpret(&customer, &at),
            "the interpreter says the same"
        );
        value
    })
}

/// A function of one argument that gives it back as text.
fn shown(name: &str, takes: Type) -> HostFunction {
    HostFunction::new(name, [takes], Type::String, |args| {
        Some(format!("<{}>", args[0]).into())
    })
}

/// [host-1] [host-2] [host-3]
#[test]
fn functions_are_called_with_values_of_every_type() {
    let types = [
        ("orders", Type::Int, "<3>"),
        ("orders", Type::Decimal, "<3>"),
        ("orders", Type::Float, "<3>"),
        ("spent", Type::Decimal, "<19.99>"),
        ("score", Type::Float, "<0.5>"),
        ("name", Type::String, "<Ana>"),
        ("gender", Type::String, "<female>"),
        ("gender", Type::words(["male", "female", "other"]), "<female>"),
        ("site", Type::Url, "<https://ana.example>"),
        ("site", Type::String, "<https://ana.example>"),
        ("born", Type::Date, "<2000-02-29>"),
        ("seen", Type::DateTime, "<2026-05-01T00:00:00Z>"),
        ("now - seen", Type::Duration, "<31 days>"),
        ("home", Type::Geo, "<40.4,-3.7>"),
        ("lower(name)", Type::String, "<ana>"),
        ("7", Type::Int, "<7>"),
        ("7", Type::Float, "<7>"),
        ("7.25", Type::Float, "<7.25>"),
        ("\"male\"", Type::words(["male"]), "<male>"),
    ];
    for (argument, ty, expected) in types {
        let function = shown("shown", ty.clone());
        let shop = build(
            [function],
            &format!("trait it = shown({argument}) trait loud = UPPER(Shown({argument}))"),
        );
        let shop = shop.unwrap_or_else(|error| panic!("{error}"));
        let [ana, ben] = values(&shop, "it");
        let written = ana.map(|it| it.to_string()).unwrap_or_default();
        if matches!(ty, Type::Geo | Type::Duration) {
            assert!(
                written.starts_with('<') && written.len() > 3,
                "{argument}: {written}"
            );
        } else {
            assert_eq!(written, expected, "{argument} as {ty}");
        }
        let literal = argument.starts_with(['7', '"']);
        assert_eq!(ben.is_some(), literal, "{argument} is missing for Ben");
    }
}

/// [host-3]
#[test]
fn a_function_is_asked_about_missing_values_only_when_it_wants_them() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let known = HostFunction::new("known", [Type::Int, Type::Int], Type::Int, move |args| {
        counter.fetch_add(1, Ordering::Relaxed);
        match args {
            [ValueRef::Int(a), ValueRef::Int(b)] => a.checked_add(*b).map(Value::Int),
            _ => None,
        }
    });
    let missing = HostFunction::with_missing("missing", [Type::Int, Type::String], Type::Int, |args| {
        Some(Value::Int(
            args.iter().filter(|arg| arg.is_none()).count().try_into().ok()?,
        ))
    });
    let shop = build(
        [known, missing],
        "trait sum = known(orders, 1) trait gaps = missing(orders, name)",
    )
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(values(&shop, "sum"), [Some(Value::Int(4)), None]);
    assert_eq!(
        asked.load(Ordering::Relaxed),
        2,
        "asked for Ana by both ways to answer"
    );
    assert_eq!(values(&shop, "gaps"), [Some(Value::Int(0)), Some(Value::Int(2))]);
}

/// [host-8]
#[test]
fn a_panic_of_a_function_reaches_the_application() {
    let broken = HostFunction::new("broken", [Type::Int], Type::Int, |_| panic!("out of order"));
    let shop = build([broken], "trait it = broken(orders)").expect("it compiles");
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let ana: Customer = shop.customer_from_json(ANA).expect("fits");
    let it = shop.computed("it").expect("defined");
    let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| it.value(&ana, &at)));
    let told = asked.expect_err("nobody else catches it");
    assert_eq!(told.downcast_ref::<&str>(), Some(&"out of order"));
}

/// [host-4]
#[test]
fn what_no_record_could_hold_counts_as_missing() {
    let geo = Geo::new(1.0, 2.0).expect("on Earth");
    let cases: Vec<(Type, Value, bool)> = vec![
        (Type::Int, Value::Int(1), true),
        (Type::Int, Value::Decimal(Decimal::ZERO), false),
        (Type::Decimal, Value::Int(1), false),
        (Type::Float, Value::Float(1.0), true),
        (Type::Float, Value::Float(f64::NAN), false),
        (Type::Float, Value::Float(f64::INFINITY), false),
        (Type::Bool, Value::Bool(false), true),
        (Type::Bool, Value::Int(0), false),
        (Type::String, "x".into(), true),
        (Type::String, "".into(), false),
        (Type::String, " \u{a0}\t".into(), false),
        (Type::String, "a\0b".into(), false),
        (Type::String, "x".repeat(1 << 20).into(), true),
        (Type::String, "x".repeat((1 << 20) + 1).into(), false),
        (Type::words(["a", "b"]), "a".into(), true),
        (Type::words(["a", "b"]), "c".into(), false),
        (Type::Url, "https://x.example".into(), true),
        (Type::Url, "javascript:alert(1)".into(), false),
        (Type::Date, Value::Date(Date::MIN), true),
        (
            Type::Date,
            Value::DateTime("2026-01-01T00:00:00Z".parse().expect("a datetime")),
            false,
        ),
        (
            Type::DateTime,
            Value::DateTime("2026-01-01T00:00:00Z".parse().expect("a datetime")),
            true,
        ),
        (Type::Duration, Value::Duration(Duration::from_micros(-1)), true),
        (Type::Geo, Value::Geo(geo), true),
    ];
    for (ty, given, kept) in cases {
        let value = given.clone();
        let function =
            HostFunction::new("given", [], ty.clone(), move |_| Some(value.clone())).never_missing();
        let shop = build([function], "trait it = given() segment there = given() is known")
            .unwrap_or_else(|error| panic!("{error}"));
        let expected = kept.then_some(given);
        assert_eq!(values(&shop, "it"), [expected.clone(), expected], "{ty}");
    }
}

/// [host-5] [host-6]
#[test]
fn messages_ask_for_a_fallback_unless_a_function_promises_a_result() {
    let template = |function: HostFunction, text: &str| {
        let shop = build([function], "").unwrap_or_else(|error| panic!("{error}"));
        let template = shop.template(Format::Text, text)?;
        let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
        let ana = shop.customer_from_json(ANA).expect("fits");
        let mut out = String::new();
        let rendered = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out);
        assert!(matches!(rendered, Ok(Rendered::Sent)), "{rendered:?}");
        Ok::<_, CompileError>(out)
    };
    let function = || shown("shown", Type::String);
    let error = template(function(), "{{ shown(id) }}").expect_err("may be missing");
    assert_eq!(error.diagnostics()[0].code, Code::MayBeMissing);
    assert_eq!(
        template(function(), "{{ shown(id) | default: \"-\" }}")
            .ok()
            .as_deref(),
        Some("<ana>")
    );
    assert_eq!(
        template(function().never_missing(), "{{ shown(id) }}")
            .ok()
            .as_deref(),
        Some("<ana>")
    );
    assert!(
        template(function().never_missing(), "{{ shown(name) }}").is_err(),
        "the name may be missing"
    );
}

/// [host-7] [host-2]
#[test]
fn what_does_not_fit_the_language_is_refused() {
    let plain = |name: &str| shown(name, Type::String);
    for (function, code) in [
        (plain("lower"), Code::DuplicateName),
        (plain("size"), Code::DuplicateName),
        (plain("sum"), Code::DuplicateName),
        (plain("quantile"), Code::DuplicateName),
        (plain("distance"), Code::DuplicateName),
        (plain("Shown"), Code::Syntax),
        (plain("in"), Code::Syntax),
        (plain("my score"), Code::Syntax),
        (plain(""), Code::Syntax),
        (shown("shown", Type::list(Type::Int)), Code::InvalidType),
        (shown("shown", Type::reference("products")), Code::InvalidType),
        (
            HostFunction::new("many", vec![Type::Int; 9], Type::Int, |_| None),
            Code::ArgumentCount,
        ),
    ] {
        let shown = format!("{function:?}");
        let error = build([function], "").expect_err(&shown);
        let codes: Vec<_> = error.diagnostics().iter().map(|it| it.code).collect();
        assert_eq!(codes, [code], "{shown}: {error}");
        assert!(error.to_string().contains("the application"), "{error}");
    }
    let error = build([plain("twice"), plain("twice")], "").expect_err("given twice");
    insta::assert_snapshot!(error, @r#"
    error[duplicate-name]: the function `twice` is given twice
     --> the application:1:3
      |
    1 | # twice(string): string?
      |   ^^^^^^^^^^^^^^^^^^^^^^ give it another name
    "#);
    let function = || {
        HostFunction::new(
            "score",
            [Type::Int, Type::words(["a", "b"])],
            Type::Decimal,
            |_| None,
        )
    };
    let wrong = "
trait few = score(1)
trait types = score(spent, name)
trait word = score(1, \"c\")
trait unknown = scor(1, \"a\")
trait point = score(1.5, \"a\")
";
    insta::assert_snapshot!(build([function()], wrong).expect_err("wrong calls"), @r#"
    error[argument-count]: `score` takes 2 arguments
     --> shop:7:13
      |
    7 | trait few = score(1)
      |             ^^^^^^^^ 1 given
      |
      = help: it is `score(int, ("a" | "b")): decimal?`

    error[type-mismatch]: `score` takes `int` here
     --> shop:8:21
      |
    8 | trait types = score(spent, name)
      |                     ^^^^^ `decimal`
      |
      = help: it is `score(int, ("a" | "b")): decimal?`

    error[type-mismatch]: `score` takes `("a" | "b")` here
     --> shop:8:28
      |
    8 | trait types = score(spent, name)
      |                            ^^^^ `string`
      |
      = help: it is `score(int, ("a" | "b")): decimal?`

    error[unknown-word]: "c" is not one of the words
     --> shop:9:23
      |
    9 | trait word = score(1, "c")
      |                       ^^^ never equal
      |
      = help: the words are "a", "b"

    error[unknown-function]: unknown function `scor`
      --> shop:10:17
       |
    10 | trait unknown = scor(1, "a")
       |                 ^^^^ no such function
       |
       = help: did you mean `score`?

    error[type-mismatch]: `score` takes `int` here
      --> shop:11:21
       |
    11 | trait point = score(1.5, "a")
       |                     ^^^ `decimal`
       |
       = help: it is `score(int, ("a" | "b")): decimal?`
    "#);
}

/// [list-6] [list-7]
#[test]
fn lists_of_the_application_have_no_bound() {
    let many: Vec<String> = (0..50_000).map(|index| format!("{index}@shop.example")).collect();
    let shop = Definitions::builder()
        .list("staff", many.iter().map(String::as_str))
        .list("numbers", [Value::Int(3), Value::Float(0.5), Value::Decimal("19.99".parse().expect("a decimal"))])
        .list("none", Vec::<i64>::new())
        .source("shop", CONTRACT)
        .source("lists", "segment a = name in staff segment b = orders in numbers segment c = score in numbers
            segment d = spent in numbers segment e = orders in none or name in none segment f = id not in staff")
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let at = shop.at("2026-06-01T00:00:00Z".parse().expect("a datetime"), &Zone::UTC);
    let in_segments = |json: &str| -> String {
        let customer = shop.customer_from_json(json).expect("fits");
        shop.segments()
            .iter()
            .filter(|it| it.matches(&customer, &at))
            .map(|it| it.name().to_owned())
            .collect()
    };
    assert_eq!(in_segments(ANA), "bcdf");
    assert_eq!(
        in_segments(r#"{"id": "7@shop.example", "name": "49999@shop.example", "vip": true}"#),
        "a"
    );
    let template = shop.template(Format::Text, "{% if name in staff %}yes{% else %}no{% endif %}");
    assert!(template.is_ok(), "templates know the lists too");

    let limits = audience::Limits {
        list_items: 3,
        ..audience::Limits::default()
    };
    let build = |text: &str| {
        Definitions::builder()
            .limits(limits.clone())
            .source("shop", CONTRACT.to_owned() + text)
            .build()
    };
    assert!(build("list three = [1, 2, 3]").is_ok());
    let error = build("list four = [1, 2, 3, 4]").expect_err("too long");
    assert_eq!(error.diagnostics()[0].code, Code::Limit);
}

/// [list-7]
#[test]
fn lists_of_the_application_that_are_none_are_refused() {
    let moment: DateTime = "2026-06-01T00:00:00Z".parse().expect("a datetime");
    let builder = Definitions::builder()
        .list("twice", [1])
        .list("twice", [2])
        .list("mixed", [Value::Int(1), "a".into()])
        .list("moments", [moment])
        .list("endless", [Value::Float(f64::NAN)])
        .list("eu", ["ES"])
        .list("words", ["female", "mael"])
        .source("shop", CONTRACT)
        .source("lists", "list eu = [\"FR\"] segment a = gender in words");
    insta::assert_snapshot!(builder.build().expect_err("refused"), @r#"
    error[duplicate-name]: the list `twice` is given twice
     --> the application:1:3
      |
    1 | # twice
      |   ^^^^^ one name, one list

    error[incompatible-types]: the list `mixed` holds texts and numbers
     --> the application:1:3
      |
    1 | # mixed
      |   ^^^^^ give two lists

    error[type-mismatch]: the list `moments` holds what is neither text nor a number
     --> the application:1:3
      |
    1 | # 2026-06-01T00:00:00Z
      |   ^^^^^^^^^^^^^^^^^^^^ not of a list

    error[type-mismatch]: the list `endless` holds what is neither text nor a number
     --> the application:1:3
      |
    1 | # NaN
      |   ^^^ not of a list

    error[duplicate-name]: the list `eu` is defined twice
     --> lists:1:6
      |
    1 | list eu = ["FR"] segment a = gender in words
      |      ^^ the application gives a list of this name

    error[unknown-word]: "mael" is not one of the words
     --> lists:1:40
      |
    1 | list eu = ["FR"] segment a = gender in words
      |                              ------    ^^^^^ never equal
      |                              |
      |                              of an enumeration without this word
      |
      = help: did you mean "male"?
    "#);
}

/// A host's list is shared by all that use it: looking at all entries for each use would not come back.
#[test]
fn a_large_list_used_everywhere_compiles() {
    let many: Vec<String> = (0..200_000)
        .map(|index| format!("{index}@shop.example"))
        .collect();
    let mut text = CONTRACT.to_owned();
    for index in 0..2_000 {
        writeln!(text, "segment s{index} = name in staff and orders > {index}").expect("a String takes all");
    }
    let shop = Definitions::builder()
        .list("staff", many.iter().map(String::as_str))
        .source("shop", text)
        .build();
    assert!(shop.is_ok());
}
