//! What each language says of days, numbers, amounts and nouns, beside the figures of CLDR 48 in `cldr.json`.

use std::{collections::BTreeMap, fmt::Write};

use audience::{Format, Inputs, Placements, Zone};
use serde::Deserialize;

use super::{NOBODY, Result, shop};

/// The figures of a language.
#[derive(Deserialize)]
struct Figures {
    decimal: String,
    group: String,
    /// So many digits stand before the first group, at least.
    least_group: usize,
    /// The pattern of an amount, and behind a semicolon that of a debt.
    money: String,
    months: Vec<String>,
    /// Without a day beside them.
    months_alone: Vec<String>,
    short_months: Vec<String>,
    /// From Monday on.
    weekdays: Vec<String>,
    short_weekdays: Vec<String>,
    halves: [String; 2],
    /// The patterns of dates: short, medium, long, full.
    dates: [String; 4],
    /// The sign of a currency, or its code.
    symbols: BTreeMap<String, String>,
    /// Whole numbers of each form of a noun.
    plural: BTreeMap<String, Vec<i64>>,
}

fn languages() -> Result<BTreeMap<String, Figures>> {
    Ok(serde_json::from_str(include_str!("cldr.json"))?)
}

/// What a template says, line by line, compared with what is expected of each line.
#[track_caller]
fn says(tag: &str, lines: &[(String, String)]) -> Result {
    let shop = shop()?;
    let text: Vec<&str> = lines.iter().map(|(line, _)| &**line).collect();
    let template = shop
        .template_builder(Format::Text)
        .language(tag)
        .source("template", text.join("\n"))
        .build()?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let nobody = shop.customer_from_json(NOBODY)?;
    let mut out = String::new();
    let _ = template.render_into(&nobody, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    let said: Vec<&str> = out.split('\n').collect();
    assert_eq!(said.len(), lines.len());
    for ((line, expected), said) in lines.iter().zip(said) {
        assert_eq!(said, expected, "{tag}: {line}");
    }
    Ok(())
}

/// A Sunday, in a pattern such as `EEEE, d 'de' MMMM y`.
fn sunday(pattern: &str, of: &Figures) -> String {
    let mut out = String::new();
    let mut is_quoted = false;
    let letters: Vec<char> = pattern.chars().collect();
    for run in letters.chunk_by(|one, other| one == other && one.is_ascii_alphabetic()) {
        let field: String = run.iter().collect();
        out.push_str(match &*field {
            "'" => {
                is_quoted = !is_quoted;
                ""
            }
            field if is_quoted => field,
            "EEEE" => &of.weekdays[6],
            "d" => "5",
            "dd" => "05",
            "M" => "7",
            "MM" => "07",
            "MMM" => &of.short_months[6],
            "MMMM" => &of.months[6],
            "y" => "2026",
            "yy" => "26",
            other => other,
        });
    }
    out
}

/// The digits of 1234.50 or 12345.50.
fn digits(whole: [&str; 2], of: &Figures) -> String {
    let group = if whole[0].len() < of.least_group {
        ""
    } else {
        &of.group
    };
    format!("{}{group}{}{}50", whole[0], whole[1], of.decimal)
}

fn amount(pattern: &str, symbol: &str, digits: &str) -> String {
    let start = pattern.find('#').unwrap_or_default();
    let end = pattern.rfind('0').map_or(0, |it| it + 1);
    let (before, behind) = (&pattern[..start], &pattern[end..]);
    // A code is kept apart from the digits.
    let blank = if before.ends_with('¤') && symbol.ends_with(char::is_alphabetic) {
        "\u{a0}"
    } else {
        ""
    };
    format!("{before}{blank}{digits}{behind}").replace('¤', symbol)
}

/// [filter-12]
#[test]
fn days_have_the_names_and_forms_of_cldr() -> Result {
    for (tag, of) in languages()? {
        let mut lines = Vec::new();
        for month in 0..12 {
            let day = format!("2026-{:02}-15", month + 1);
            let mut line = |form: &str, expected: String| {
                lines.push((format!("{{{{ {day} | date: \"{form}\" }}}}"), expected));
            };
            line("%-d %B", format!("15 {}", of.months[month]));
            line("%B", of.months_alone[month].clone());
            line("%-d %b", format!("15 {}", of.short_months[month]));
        }
        for day in 0..7 {
            let (name, short) = (&of.weekdays[day], &of.short_weekdays[day]);
            let line = format!("{{{{ 2026-06-{:02} | date: \"%A|%a\" }}}}", day + 1);
            lines.push((line, format!("{name}|{short}")));
        }
        for (hour, half) in [(9, &of.halves[0]), (21, &of.halves[1])] {
            let line = format!("{{{{ \"2026-06-01 {hour}:00\" | date: \"%p\" }}}}");
            lines.push((line, half.clone()));
        }
        for (form, pattern) in ["short", "medium", "long", "full"].iter().zip(&of.dates) {
            let line = format!("{{{{ 2026-07-05 | date: \"{form}\" }}}}");
            lines.push((line, sunday(pattern, &of)));
        }
        says(&tag, &lines)?;
    }
    Ok(())
}

/// [filter-12]
#[test]
fn numbers_and_amounts_have_the_signs_of_cldr() -> Result {
    for (tag, of) in languages()? {
        let (small, large) = (digits(["1", "234"], &of), digits(["12", "345"], &of));
        let mut lines = vec![
            ("{{ 1234.5 | number: 2 }}".to_owned(), small),
            ("{{ 12345.5 | number: 2 }}".to_owned(), large.clone()),
        ];
        let (amounts, debts) = match of.money.split_once(';') {
            Some((amounts, debts)) => (amounts.to_owned(), debts.to_owned()),
            None => (of.money.clone(), format!("-{}", of.money)),
        };
        // Those that have no smaller coins are written without.
        let with_coins = of
            .symbols
            .iter()
            .filter(|(code, _)| !matches!(&***code, "JPY" | "KRW" | "VND"));
        for (code, symbol) in with_coins {
            lines.push((
                format!("{{{{ 12345.5 | money: \"{code}\" }}}}"),
                amount(&amounts, symbol, &large),
            ));
            lines.push((
                format!("{{{{ -12345.5 | money: \"{code}\" }}}}"),
                amount(&debts, symbol, &large),
            ));
        }
        says(&tag, &lines)?;
    }
    Ok(())
}

/// [filter-12]
#[test]
fn nouns_have_the_forms_of_cldr() -> Result {
    for (tag, of) in languages()? {
        let mut forms = String::new();
        for form in of.plural.keys() {
            let _ = write!(
                forms,
                "{}{form}: \"{form}\"",
                if forms.is_empty() { "" } else { ", " }
            );
        }
        let lines: Vec<_> = of
            .plural
            .iter()
            .flat_map(|(form, numbers)| numbers.iter().map(move |it| (form, it)))
            .map(|(form, number)| (format!("{{{{ {number} | plural: {forms} }}}}"), form.clone()))
            .collect();
        assert!(lines.len() > 20, "{tag}");
        says(&tag, &lines)?;
    }
    Ok(())
}
