//! Writes templates that follow the grammar, and mutates them by whole productions.

use crate::{
    definitions::{self, Scope},
    random::Random,
    tokens,
};

/// Mutates a template: by pieces (a tag with its body counts as one), by tokens within tags, now and then blindly.
pub fn mutate(text: &str, random: &mut Random) -> String {
    let mut pieces = split(text);
    for _ in 0..=random.below(3) {
        let at = random.below(pieces.len());
        match random.below(10) {
            0 => return fresh(random),
            1..=4 => pieces.insert(at.min(pieces.len()), piece(random, 2)),
            5 if !pieces.is_empty() => {
                pieces.remove(at);
            }
            6 if !pieces.is_empty() => pieces[at] = piece(random, 2),
            7 | 8 if !pieces.is_empty() => {
                let mut cut = tokens::cut(&pieces[at]);
                tokens::replace(&mut cut, random);
                pieces[at] = tokens::join(&cut);
            }
            9 if !pieces.is_empty() && random.percent(40) => {
                let mut cut = tokens::cut(&pieces[at]);
                tokens::damage(&mut cut, random);
                pieces[at] = tokens::join(&cut);
            }
            _ => pieces.push(piece(random, 1)),
        }
    }
    if pieces.len() > 60 {
        let start = random.below(pieces.len() - 30);
        pieces.drain(start..start + 30);
    }
    pieces.concat()
}

/// A template made up from nothing.
pub fn fresh(random: &mut Random) -> String {
    (0..=random.below(6)).map(|_| piece(random, 2)).collect()
}

/// Cuts into literal text, outputs, and tags with all that they hold.
fn split(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    let mut rest = text;
    while !rest.is_empty() {
        let open = rest.find("{{").into_iter().chain(rest.find("{%")).min();
        let (length, change) = match open {
            None => (rest.len(), 0),
            Some(0) => {
                let close = if rest.starts_with("{{") { "}}" } else { "%}" };
                let length = rest.find(close).map_or(rest.len(), |at| at + 2);
                let name = rest[2..length].trim_start_matches(['-', ' ']);
                let opens = close == "%}"
                    && ["if", "unless", "for", "comment", "case", "capture", "raw"]
                        .iter()
                        .any(|it| name.starts_with(it));
                (
                    length,
                    if opens {
                        1
                    } else if close == "%}" && name.starts_with("end") {
                        -1
                    } else {
                        0
                    },
                )
            }
            Some(at) => (at, 0),
        };
        let (token, after) = rest.split_at(length);
        match pieces.last_mut() {
            Some(last) if depth > 0 => last.push_str(token),
            _ => pieces.push(token.to_owned()),
        }
        depth = depth.saturating_add_signed(change);
        rest = after;
    }
    pieces
}

fn piece(random: &mut Random, depth: usize) -> String {
    let body = |random: &mut Random| {
        if depth == 0 {
            "x".to_owned()
        } else {
            piece(random, depth - 1)
        }
    };
    let dash = |random: &mut Random| if random.percent(15) { "-" } else { "" };
    let (left, right) = (dash(random), dash(random));
    match random.below(18) {
        12..=17 => tag(random, depth),
        0 | 1 => literal(random).to_owned(),
        2..=5 => format!("{{{{{left} {} {right}}}}}", output(random)),
        6 => {
            let otherwise = if random.percent(50) {
                format!("{{% else %}}{}", body(random))
            } else {
                String::new()
            };
            let condition = definitions::condition(random, 1, Scope::Customer);
            format!(
                "{{%{left} if {condition} {right}%}}{}{otherwise}{{% endif %}}",
                body(random)
            )
        }
        7 => format!(
            "{{% unless {} %}}{}{{% endunless %}}",
            definitions::condition(random, 0, Scope::Customer),
            body(random)
        ),
        8 => {
            let list = *random.pick(&[
                "cart",
                "interests",
                "recommendations",
                "purchases in last 30 days",
                "cart where quantity > 1",
            ]);
            let limit = if random.percent(50) {
                format!(" limit: {}", 1 + random.below(5))
            } else {
                String::new()
            };
            let item = *random.pick(&[
                "{{ p.name | default: \"\" }}",
                "{{ p.name }}",
                "{{ p.amount | money: \"EUR\" }}",
                "{{ p.reason }}",
                "{{ p }}",
                "x",
            ]);
            let otherwise = if random.percent(40) {
                format!("{{% else %}}{}", body(random))
            } else {
                String::new()
            };
            format!(
                "{{% for p in {list}{limit} %}}{item}{}{otherwise}{{% endfor %}}",
                body(random)
            )
        }
        9 => format!(
            "{{% if {0} is known %}}{{{{ {0} | default: \"?\" }}}}{{% endif %}}",
            random.pick(&["first_name", "nps", "birth_date", "page"])
        ),
        10 => match random.below(3) {
            0 => "{% skip \"no consent\" %}".to_owned(),
            1 => format!("{{% comment %}}{}{{% endcomment %}}", body(random)),
            _ => format!(
                "{{% if subscribed %}}{{% skip \"enough\" %}}{{% elsif nps > 3 %}}{}{{% endif %}}",
                body(random)
            ),
        },
        _ => format!("<p class=\"{}\">{}</p>", output_of(random), body(random)),
    }
}

/// A tag that gives names, chooses by a value, or goes through numbers.
fn tag(random: &mut Random, depth: usize) -> String {
    let inner = |random: &mut Random| {
        if depth == 0 {
            "x".to_owned()
        } else {
            piece(random, depth - 1)
        }
    };
    let name = *random.pick(&["a", "b", "first_name", "country"]);
    match random.below(9) {
        0 => format!("{{% assign {name} = {} %}}", output(random)),
        1 => format!("{{% capture {name} %}}{}{{% endcapture %}}", inner(random)),
        2 => format!("{{{{ {name} | default: \"?\" }}}}"),
        3 => {
            let word = *random.pick(&["\"mobile\"", "\"tablet\" or \"desktop\"", "nil", "1, 2"]);
            let operand = *random.pick(&["device", "orders", "a"]);
            let otherwise = if random.percent(50) { "{% else %}y" } else { "" };
            format!(
                "{{% case {operand} %}}{{% when {word} %}}{}{otherwise}{{% endcase %}}",
                inner(random)
            )
        }
        4 => {
            let options = *random.pick(&[
                "",
                " limit: 3",
                " offset: 1",
                " reversed",
                " limit: 2 offset: 1 reversed",
            ]);
            let leave = *random.pick(&[
                "",
                "{% if i > 2 %}{% break %}{% endif %}",
                "{% if forloop.first %}{% continue %}{% endif %}",
            ]);
            format!(
                "{{% for i in (1..orders){options} %}}{{{{ i }}}}{leave}{}{{% endfor %}}",
                inner(random)
            )
        }
        5 => format!(
            "{{% assign n = 0 %}}{{% for p in purchases %}}{{% assign n = n + p.amount %}}{}{{% endfor %}}{{{{ n }}}}",
            inner(random)
        ),
        6 => "{% assign c = cart | first %}{% if c %}{{ c.quantity }}{% endif %}{{ cart.size }}".to_owned(),
        7 => format!("{{% raw %}}{{{{ {name} }}}}{{% endraw %}}"),
        _ => format!(
            "{{% liquid\n assign {name} = orders\n if {name} != blank\n echo {name}\n endif\n%}}{}",
            inner(random)
        ),
    }
}

fn output_of(random: &mut Random) -> String {
    format!("{{{{ {} }}}}", output(random))
}

fn output(random: &mut Random) -> String {
    let expression = *random.pick(&[
        "first_name",
        "email",
        "country",
        "id",
        "device",
        "address.city",
        "orders",
        "balance",
        "score",
        "birth_date",
        "signed_up_at",
        "page",
        "interests",
        "cart",
        "sum(amount of purchases)",
        "upper(country)",
        "orders + 1",
        "case when orders > 3 then \"a\" else \"b\" end",
        "last(category of purchases)",
        "years_since(birth_date)",
        "now",
        "shop_url",
        "coupon",
    ]);
    let mut out = expression.to_owned();
    for _ in 0..random.below(3) {
        out.push_str(" | ");
        out.push_str(*random.pick(FILTERS));
    }
    if random.percent(75) {
        out.push_str(" | default: \"there\"");
    }
    out
}

const FILTERS: &[&str] = &[
    "upcase",
    "downcase",
    "capitalize",
    "truncate: 5",
    "truncatewords: 2, \"…\"",
    "date: \"%d %B %Y\"",
    "money: \"EUR\"",
    "escape",
    "escape_once",
    "raw",
    "join: \", \"",
    "size",
    "url_encode",
    "url_decode",
    "base64_encode",
    "base64_decode",
    "base64_url_safe_encode",
    "base64_url_safe_decode",
    "sha256",
    "hmac_sha256: country",
    "default: \"there\"",
    "strip",
    "lstrip",
    "rstrip",
    "strip_html",
    "strip_newlines",
    "newline_to_br",
    "prepend: \"<\"",
    "append: \"&\"",
    "replace: \"a\", \"aa\"",
    "replace_first: \"a\", \"\"",
    "replace_last: \"\", \"b\"",
    "remove: \"e\"",
    "remove_first: \"e\"",
    "remove_last: \"e\"",
    "slice: 1, 3",
    "slice: -2",
    "split: \"\"",
    "split: \" \"",
    "split: \",\"",
    "abs",
    "ceil",
    "floor",
    "round: 2",
    "plus: 1",
    "minus: orders",
    "times: 2.5",
    "divided_by: 3",
    "modulo: -2",
    "at_least: 4",
    "at_most: 4",
    "first",
    "last",
    "reverse",
    "sort",
    "sort: \"quantity\"",
    "sort_natural",
    "uniq",
    "compact",
    "sum",
    "sum: \"quantity\"",
    "concat: interests",
    "map: \"sku\"",
    "where: \"quantity\", 1",
    "reject: \"quantity\"",
    "find: \"quantity\", 2",
    "find_index: \"quantity\", 2",
    "has: \"quantity\", 2",
    "number",
    "json",
    "number: 3, locale: \"de\"",
    "money: \"PLN\", locale: \"pl\"",
    "plural: \"a\", \"b\"",
    "plural: one: \"a\", few: \"b\", many: \"c\", other: \"d\", locale: \"pl\"",
    "days_until",
    "date: \"full\", locale: \"el\"",
    "date: \"%^A %^B %p\", locale: \"ro\", zone: \"Asia/Tokyo\"",
    "utm: \"a\", \"b\", country",
];

fn literal(random: &mut Random) -> &'static str {
    *random.pick(&[
        "Hello ",
        "\n",
        "<p>",
        "</p>",
        "<a href=\"https://example.com/?q={{ country | url_encode }}\">link</a>",
        "<br>",
        "<!-- note -->",
        "<a href=\"{{ page | default: 'https://example.com' }}\">",
        "</a>",
        "<td style=\"color:red\">",
        "<img src='x.png' alt=",
        "\"",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "&amp; ",
        "{ } % ",
        "é\u{1F600} ",
        "<textarea>",
        "</textarea>",
        "<title>",
        "</title>",
        "<input onclick=\"",
        "<div data-x=\"{{ id | default: 'x' }}\" ",
        ">",
    ])
}
