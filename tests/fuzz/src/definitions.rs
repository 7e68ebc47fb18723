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
            "list",
            "use",
            "test",
            "message",
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
    match random.below(14) {
        12 => list(random, &name),
        13 => match random.below(3) {
            0 => format!(
                "use standard.{}\n",
                random.pick(&["lifecycle", "value", "calendar", "rfm", "place", "nothing"])
            ),
            _ => test(random, &name),
        },
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

/// A list of texts or of numbers, often under a name that conditions know.
fn list(random: &mut Random, name: &str) -> String {
    let name = if random.percent(50) {
        random.pick(&["eu", "odd"])
    } else {
        name
    };
    let word = |random: &mut Random| match name {
        "odd" => random.below(9).to_string(),
        _ => literal_text(random),
    };
    let words: Vec<_> = (0..random.below(4)).map(|_| word(random)).collect();
    format!("list {name} = [{}]\n", words.join(", "))
}

/// A test of the customer of the seeds, or of another.
fn test(random: &mut Random, name: &str) -> String {
    let customer = if random.percent(50) {
        include_str!("../seeds/customer.json").to_owned()
    } else {
        crate::customer::mutate("", random)
    };
    let zone = random.pick(&["", " zone \"Europe/Madrid\"", " zone \"Nowhere\""]);
    let expected = condition(random, 1, Scope::Customer);
    format!(
        "test \"{name}\" at 2026-03-29T01:30:00Z{zone} {{ customer {customer} in base\n ({expected}) }}\n"
    )
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
            Self::Purchase => &["amount", "quantity", "weight", "orders", "customer.balance"],
            Self::CartItem => &["quantity", "price", "orders", "sku.price", "sku.stock"],
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
            Self::CartItem => &["name", "sku", "country", "sku.category", "customer.device"],
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
    match random.below(19) {
        14 => moment(random, scope),
        15 if scope == Scope::Customer => sequence(random),
        16 => {
            let (operand, sign) = (random.pick(scope.texts()), random.pick(&["=", "!="]));
            match random.below(4) {
                0 => format!("{operand} {sign} {} ignoring case", literal_text(random)),
                1 => format!("{operand} {negation}in [\"es\", \"\u{17f}\"] ignoring case"),
                2 => {
                    let test = random.pick(&["contains", "starts with", "ends with"]);
                    format!(
                        "{operand} {negation}{test} {} ignoring case",
                        literal_text(random)
                    )
                }
                _ => {
                    let pattern = random.pick(&[
                        "^a",
                        "(a|b)+$",
                        "\\\\d{2,}",
                        "(?i)\u{e9}",
                        "[",
                        "(x{50}){50}",
                        ".*@.*",
                        "\\\\p{Greek}",
                    ]);
                    let ignoring = random.pick(&["", " ignoring case"]);
                    format!("{operand} {negation}matches \"{pattern}\"{ignoring}")
                }
            }
        }
        17 if scope == Scope::Customer => match random.below(4) {
            0 => format!("{negation}in sample {}% of \"salt\"", random.below(101)),
            1 => format!(
                "{negation}in sample {}%..{}.5% of \"\"",
                random.below(50),
                random.below(101)
            ),
            2 => format!("country {negation}in eu"),
            _ => format!("orders {negation}in odd"),
        },
        18 => {
            let radius = random.pick(&["0 m", "5 km", "2.5 mi", "20015 km", "30000 km"]);
            let place = random.pick(&["(40.4, -3.7)", "(-90, 180)", "(90.5, 0)", "home"]);
            if random.percent(70) {
                format!("customer.home {negation}within {radius} of {place}")
            } else {
                format!("distance(customer.home, {place}) < {}", random.below(10_000_000))
            }
        }
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
        11 if scope == Scope::Purchase => {
            let quantifier = random.pick(&["any", "no", "at least 2", "exactly 1"]);
            let filter = random.pick(&[
                "price > 100",
                "quantity >= customer.orders",
                "name = category",
                "price > amount",
            ]);
            format!("{quantifier} lines where {filter}")
        }
        11 if scope == Scope::Customer => {
            let quantifier = *random.pick(&["any", "no", "at least 2", "at most 3", "exactly 1", "all"]);
            format!("{quantifier} {}", items(random, true, quantifier == "all"))
        }
        12 if scope == Scope::Customer && random.percent(50) => format!("{negation}in segment base"),
        _ => format!("{} > {}", number(random, below, scope), random.below(500)),
    }
}

/// Times compared with each other and with `now`.
fn moment(random: &mut Random, scope: Scope) -> String {
    let time = |random: &mut Random| match random.below(6) {
        0 => "now".to_owned(),
        1 => format!("now {} {}", random.pick(&["-", "+"]), duration(random)),
        2 => format!(
            "{} {} {}",
            random.pick(&scope.times()[..1]),
            random.pick(&["-", "+"]),
            duration(random)
        ),
        3 => format!("max({}, now)", random.pick(scope.times())),
        4 if scope == Scope::Customer => {
            let (kind, items) = (
                random.pick(&["first", "last", "min", "max"]),
                items_of(random, false, false, false),
            );
            format!("{kind}(at of {items})")
        }
        _ => (*random.pick(scope.times())).to_owned(),
    };
    let op = random.pick(&["<", "<=", ">", ">=", "="]);
    match random.below(4) {
        0 => format!("{} - {} {op} {}", time(random), time(random), duration(random)),
        1 => format!("{} between {} and {}", time(random), time(random), time(random)),
        _ => format!("{} {op} {}", time(random), time(random)),
    }
}

fn duration(random: &mut Random) -> String {
    let unit = random.pick(&[
        "seconds", "minutes", "hours", "days", "days", "weeks", "months", "quarters", "years",
    ]);
    format!("{} {unit}", 1 + random.below(400))
}

/// Events after each other.
fn sequence(random: &mut Random) -> String {
    let events = |random: &mut Random, previous: bool| {
        let event = random.pick(&["purchases", "purchases", "page_views"]);
        let window = if !previous && random.percent(30) {
            format!(" {}", window(random, ""))
        } else {
            String::new()
        };
        let filter = match random.below(4) {
            0 if previous => " where (at - previous.at > 1 day)".to_owned(),
            1 if *event == "purchases" => format!(" where ({})", condition(random, 0, Scope::Purchase)),
            2 if *event == "page_views" => " where path starts with \"/\"".to_owned(),
            _ => String::new(),
        };
        format!("{event}{window}{filter}")
    };
    let mut out = format!("any {}", events(random, false));
    for _ in 0..=random.below(2) {
        let step = events(random, true);
        out.push_str(&format!(" followed by any {step} within {}", duration(random)));
    }
    if random.percent(40) {
        let step = events(random, true);
        out.push_str(&format!(" followed by no {step} within {}", duration(random)));
    }
    out
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
        8 if scope == Scope::Purchase => "sum(price of lines)".to_owned(),
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
    let kind = *random.pick(&[
        "count", "sum", "avg", "min", "max", "first", "last", "distinct", "mode",
    ]);
    let items = items_of(random, cart, false, false);
    if kind == "count" {
        format!("count({items})")
    } else if ["mode", "distinct", "min", "last"].contains(&kind) && random.percent(30) {
        let values = if random.percent(50) {
            scope.texts()
        } else {
            scope.times()
        };
        format!("length(string({kind}({} of {items})))", random.pick(values))
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
