//! Writes definitions that follow the grammar and mostly the types, and mutates them by whole productions.

use crate::{random::Random, tokens};

/// Mutates definitions: most often by productions, sometimes by tokens, now and then blindly.
pub fn mutate(text: &str, random: &mut Random) -> String {
    let mut items = split(text);
    for _ in 0..=random.below(3) {
        match random.below(10) {
            0 => return fresh(random),
            1 | 2 => items.push(item(random)),
            3 if items.len() > 1 => {
                items.remove(random.below(items.len()));
            }
            4 | 5 if !items.is_empty() => {
                let at = random.below(items.len());
                items[at] = item(random);
            }
            6 if items.len() > 1 => {
                let (a, b) = (random.below(items.len()), random.below(items.len()));
                items.swap(a, b);
            }
            7 | 8 if !items.is_empty() => {
                let at = random.below(items.len());
                let mut cut = tokens::cut(&items[at]);
                tokens::replace(&mut cut, random);
                items[at] = tokens::join(&cut);
            }
            9 if !items.is_empty() && random.percent(40) => {
                let at = random.below(items.len());
                let mut cut = tokens::cut(&items[at]);
                tokens::damage(&mut cut, random);
                items[at] = tokens::join(&cut);
            }
            _ => items.push(item(random)),
        }
    }
    if items.len() > 40 {
        let start = random.below(items.len() - 20);
        items.drain(start..start + 20);
    }
    if !items.iter().any(|it| it.trim_start().starts_with("customer")) && random.percent(90) {
        items.insert(0, crate::CONTRACT.to_owned());
    }
    items.concat()
}

/// Definitions made up from nothing.
pub fn fresh(random: &mut Random) -> String {
    let mut text = crate::CONTRACT.to_owned();
    for _ in 0..=random.below(6) {
        text.push_str(&item(random));
    }
    text
}

/// Cuts at the lines that open a definition.
fn split(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let first = line
            .split(|it: char| !it.is_ascii_alphabetic())
            .next()
            .unwrap_or_default();
        let opens = [
            "customer",
            "catalog",
            "event",
            "placement",
            "trait",
            "segment",
            "message",
            "test",
        ]
        .contains(&first);
        match items.last_mut() {
            Some(last) if !opens => last.push_str(line),
            _ => items.push(line.to_owned()),
        }
    }
    items
}

fn item(random: &mut Random) -> String {
    let name = format!(
        "{}{}",
        random.pick(&["a", "b", "nombre", "όνομα", "last"]),
        random.below(1000)
    );
    let description = if random.percent(20) { " \"what it is\"" } else { "" };
    match random.below(12) {
        0 => format!("event {name}{description} {{ {} }}\n", fields(random, 2)),
        1 => format!(
            "catalog {name}{description} {{ sku: string key, {} }}\n",
            fields(random, 2)
        ),
        2 => format!("placement {name} of products{description}\n"),
        3..=5 => {
            let scope = Scope::Customer;
            let value = match random.below(4) {
                0 => number(random, 3, scope),
                1 => text(random, 2, scope),
                2 => case(random, scope),
                _ => aggregate(random, 2),
            };
            format!("trait {name}{description} = {value}\n")
        }
        7 if random.percent(50) => message(random, &name),
        6 if random.percent(10) => format!("# {name}\nsegment {name} = in segment {name}\n"),
        _ => {
            let owner = if random.percent(10) { " owner \"CRM\"" } else { "" };
            let comment = if random.percent(10) { " # why" } else { "" };
            format!(
                "segment {name}{description}{owner} = {}{comment}\n",
                condition(random, 4, Scope::Customer)
            )
        }
    }
}

/// A message, most often one that its channel takes.
fn message(random: &mut Random, name: &str) -> String {
    let audience = if random.percent(50) { " for base" } else { "" };
    let (channel, parts) = *random.pick(&[
        ("sms", &["sender", "text"][..]),
        ("push", &["title", "body", "data"]),
        ("email, transactional", &["subject", "preheader", "html", "text"]),
        ("web", &["title", "html", "body"]),
    ]);
    let mut clauses = vec![
        format!("channel {channel}"),
        "inputs { code: string at most 9 letters, off: int? }".to_owned(),
    ];
    let languages = random.percent(30);
    if languages {
        clauses.push(format!(
            "languages [\"en\", \"es\"] by {}",
            random.pick(&["country", "code", "first_name"])
        ));
    }
    for part in parts {
        let text = *random.pick(&[
            "Hi {{ first_name | default: 'x' }}",
            "{{ code }}{% if orders > 5 %}{% skip 'many' %}{% endif %}",
            "{% for p in purchases limit: 2 %}{{ p.amount }}{% endfor %} {{ off | default: 0 }}",
            "[1, {{ orders }}]",
            "{{ email }}\\n\\u{1F600}",
        ]);
        if languages && random.percent(50) {
            clauses.push(format!("{part}.en \"{text}\""));
            clauses.push(format!("{part}.es \"{text}\""));
        } else {
            clauses.push(format!("{part} \"{text}\""));
        }
    }
    if random.percent(20) {
        let limit = *random.pick(&["at most 2 segments", "at most 4 KB", "at most 300 bytes"]);
        clauses.push(limit.to_owned());
    }
    format!("message {name}{audience} {{ {} }}\n", clauses.join(", "))
}

fn fields(random: &mut Random, depth: usize) -> String {
    let one = |random: &mut Random| {
        let ty = ty(random, depth);
        let optional = *random.pick(&["", "?", "?"]);
        let role = *random.pick(&[
            "",
            "",
            "",
            " personal",
            " sensitive",
            " filled",
            " filled except [\"-\"]",
            " \"a note\"",
        ]);
        format!("f{}: {ty}{optional}{role}", random.below(50))
    };
    let count = 1 + random.below(4);
    (0..count).map(|_| one(random)).collect::<Vec<_>>().join(", ")
}

fn ty(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 9 } else { 12 }) {
        9 => format!("[{}]", ty(random, depth - 1)),
        10 => format!("{{ {} }}", fields(random, depth - 1)),
        11 => "ref products".to_owned(),
        8 => "(\"a\" | \"b\" | \"c\")".to_owned(),
        at => [
            "bool", "int", "float", "decimal", "string", "date", "datetime", "geo", "url",
        ][at]
            .to_owned(),
    }
}

/// Where an expression stands: what names mean there.
#[derive(Clone, Copy, PartialEq)]
pub enum Scope {
    Customer,
    Purchase,
    CartItem,
}

impl Scope {
    fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["orders", "nps", "balance", "score"],
            Self::Purchase => &["amount", "quantity", "weight", "orders"],
            Self::CartItem => &["quantity", "price", "orders"],
        }
    }

    fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &[
                "id",
                "first_name",
                "email",
                "country",
                "device",
                "address.city",
                "address.street",
                "page",
            ],
            Self::Purchase => &["category", "country"],
            Self::CartItem => &["name", "sku", "country"],
        }
    }

    fn times(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["birth_date", "signed_up_at", "today", "now", "date(signed_up_at)"],
            Self::Purchase => &["at", "signed_up_at", "date(at)"],
            Self::CartItem => &["since", "signed_up_at"],
        }
    }

    fn truths(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["subscribed", "consent.email", "consent.sms", "true", "false"],
            Self::Purchase | Self::CartItem => &["gift", "consent.email"],
        }
    }
}

/// A condition of at most so many levels.
pub fn condition(random: &mut Random, depth: usize, scope: Scope) -> String {
    if depth > 0 && random.percent(45) {
        let next = |random: &mut Random| condition(random, depth - 1, scope);
        return match random.below(5) {
            0 => format!("not ({})", next(random)),
            1 => format!("({} or {})", next(random), next(random)),
            2 => format!("({})", next(random)),
            3 => format!("(not {} and {})", next(random), next(random)),
            _ => format!("({} and {} and {})", next(random), next(random), next(random)),
        };
    }
    let negation = if random.percent(30) { "not " } else { "" };
    let is = *random.pick(&["is", "is", "is not"]);
    let below = depth.saturating_sub(1);
    match random.below(14) {
        13 if scope == Scope::Customer => {
            let (operand, share) = (number(random, below, scope), random.below(100));
            match random.below(4) {
                0 => format!("{operand} {negation}in top {share}%"),
                1 => format!("{operand} {negation}in bottom {share}.5%"),
                2 => format!("quantile({operand}, 5) >= {}", random.below(6)),
                _ => format!(
                    "quantile(signed_up_at, 10) {negation}in [1, {}]",
                    random.below(11)
                ),
            }
        }
        0..=2 => {
            let op = random.pick(&["=", "!=", "<", "<=", ">", ">=", "==", "<>"]);
            format!(
                "{} {op} {}",
                number(random, below, scope),
                number(random, below, scope)
            )
        }
        3 => {
            let op = random.pick(&["=", "!=", "<", ">="]);
            format!(
                "{} {op} {}",
                text(random, below, scope),
                text(random, below, scope)
            )
        }
        4 => format!(
            "{} {negation}between {} and {}",
            number(random, 1, scope),
            random.below(10),
            random.below(1000)
        ),
        5 => {
            let words: Vec<_> = (0..random.below(6)).map(|_| literal_text(random)).collect();
            format!(
                "{} {negation}in [{}]",
                random.pick(scope.texts()),
                words.join(", ")
            )
        }
        6 => {
            let test = random.pick(&["contains", "starts with", "ends with"]);
            format!(
                "{} {negation}{test} {}",
                random.pick(scope.texts()),
                literal_text(random)
            )
        }
        7 => format!(
            "{} {is} {}",
            random.pick(scope.texts()),
            random.pick(&["known", "unknown", "empty", "filled"])
        ),
        8 => (*random.pick(scope.truths())).to_owned(),
        9 if random.percent(30) => {
            let (date, window) = (random.pick(scope.times()), window(random, ""));
            format!("{date} {negation}anniversary {window}")
        }
        9 if random.percent(20) => {
            let day = random.pick(&["today", "yesterday", "tomorrow"]);
            format!("{} {is} {day}", random.pick(scope.times()))
        }
        9 => format!("{} {}", random.pick(scope.times()), window(random, negation)),
        10 if scope == Scope::Customer => {
            let how = random.pick(&["", "any ", "all "]);
            let set = if how.is_empty() {
                literal_text(random)
            } else {
                format!("[{}, {}]", literal_text(random), literal_text(random))
            };
            format!("interests {negation}contains {how}{set}")
        }
        11 if scope == Scope::Customer => {
            let quantifier = *random.pick(&["any", "no", "at least 2", "at most 3", "exactly 1", "all"]);
            format!("{quantifier} {}", items(random, true, quantifier == "all"))
        }
        12 if scope == Scope::Customer && random.percent(50) => format!("{negation}in segment base"),
        _ => format!("{} > {}", number(random, below, scope), random.below(500)),
    }
}

fn literal_text(random: &mut Random) -> String {
    (*random.pick(&[
        "\"ES\"",
        "'FR'",
        "\"mobile\"",
        "\"tablet\"",
        "\"music\"",
        "\"\"",
        "\"a\\n\\\"b\\u{e9}\"",
        "\"@gmail.com\"",
    ]))
    .to_owned()
}

fn text(random: &mut Random, depth: usize, scope: Scope) -> String {
    if depth == 0 || random.percent(50) {
        return if random.percent(50) {
            literal_text(random)
        } else {
            (*random.pick(scope.texts())).to_owned()
        };
    }
    let inner = text(random, depth - 1, scope);
    match random.below(7) {
        0 => format!("lower({inner})"),
        1 => format!("upper({inner})"),
        2 => format!("trim({inner})"),
        3 => format!("domain({inner})"),
        4 => format!("default({inner}, {})", literal_text(random)),
        5 => format!("string({})", number(random, depth - 1, scope)),
        _ => format!("string(weekday({}))", random.pick(scope.times())),
    }
}

fn number(random: &mut Random, depth: usize, scope: Scope) -> String {
    if depth == 0 || random.percent(40) {
        return match random.below(4) {
            0 => random.below(1000).to_string(),
            1 => format!("{}.{}", random.below(100), random.below(10_000)),
            _ => (*random.pick(scope.numbers())).to_owned(),
        };
    }
    let next = |random: &mut Random| number(random, depth - 1, scope);
    match random.below(12) {
        0..=2 => format!(
            "({} {} {})",
            next(random),
            random.pick(&["+", "-", "*", "/"]),
            next(random)
        ),
        3 => format!("-{}", random.pick(scope.numbers())),
        4 => format!(
            "{}({})",
            random.pick(&["abs", "round", "floor", "ceil", "int", "float", "decimal"]),
            next(random)
        ),
        5 => format!(
            "{}({}, {})",
            random.pick(&["min", "max", "default"]),
            next(random),
            next(random)
        ),
        6 => format!("length({})", text(random, depth - 1, scope)),
        7 => format!(
            "{}({})",
            random.pick(&["year", "month", "day", "hour", "days_since", "years_since"]),
            random.pick(scope.times())
        ),
        8 if scope == Scope::Customer => "size(interests)".to_owned(),
        9 | 10 if scope == Scope::Customer => aggregate(random, depth - 1),
        _ => case(random, scope),
    }
}

fn case(random: &mut Random, scope: Scope) -> String {
    let value = |random: &mut Random| {
        if random.percent(50) {
            random.below(9).to_string()
        } else {
            (*random.pick(scope.numbers())).to_owned()
        }
    };
    let mut out = "case".to_owned();
    for _ in 0..=random.below(2) {
        out.push_str(&format!(
            " when {} then {}",
            condition(random, 1, scope),
            value(random)
        ));
    }
    if random.percent(60) {
        out.push_str(&format!(" else {}", value(random)));
    }
    out + " end"
}

fn aggregate(random: &mut Random, depth: usize) -> String {
    let cart = random.percent(30);
    let scope = if cart { Scope::CartItem } else { Scope::Purchase };
    let kind = *random.pick(&["count", "sum", "avg", "min", "max", "first", "last", "distinct"]);
    let items = items_of(random, cart, false, false);
    if kind == "count" {
        format!("count({items})")
    } else {
        format!("{kind}({} of {items})", number(random, depth.min(1), scope))
    }
}

fn items(random: &mut Random, bare: bool, needs_filter: bool) -> String {
    let cart = random.percent(30);
    items_of(random, cart, bare, needs_filter)
}

/// A collection with its window and filter; after a quantifier the filter stands in parentheses (`bare`).
fn items_of(random: &mut Random, cart: bool, bare: bool, needs_filter: bool) -> String {
    let mut out = if cart { "cart" } else { "purchases" }.to_owned();
    if !cart && random.percent(50) {
        out.push(' ');
        out.push_str(&window(random, ""));
    }
    if needs_filter || random.percent(50) {
        let filter = condition(random, 1, if cart { Scope::CartItem } else { Scope::Purchase });
        out.push_str(&if bare {
            format!(" where ({filter})")
        } else {
            format!(" where {filter}")
        });
    }
    out
}

fn window(random: &mut Random, negation: &str) -> String {
    let amount = |random: &mut Random| {
        let unit = random.pick(&[
            "seconds", "minutes", "hours", "days", "days", "weeks", "day", "months", "quarters", "years",
        ]);
        format!("{} {unit}", 1 + random.below(400))
    };
    let bound = |random: &mut Random| match random.below(5) {
        0 => format!("2026-0{}-{}", 1 + random.below(9), 10 + random.below(19)),
        1 => "2026-02-03T04:05:06Z".to_owned(),
        2 => format!("{} from now", amount(random)),
        3 => "signed_up_at".to_owned(),
        _ => format!("{} ago", amount(random)),
    };
    match random.below(9) {
        0..=2 => format!("{negation}in last {}", amount(random)),
        3 => format!("{negation}in next {}", amount(random)),
        4 => format!("{negation}between {} and {}", bound(random), bound(random)),
        5 => {
            let step = random.pick(&["this", "previous", "next"]);
            let unit = random.pick(&["day", "week", "month", "quarter", "year"]);
            format!("{negation}in {step} {unit}")
        }
        6 => format!("{negation}in last {} calendar days", 1 + random.below(400)),
        _ => format!("{} {}", random.pick(&["before", "after", "since"]), bound(random)),
    }
}
