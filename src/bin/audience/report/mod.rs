//! `audience report`: a page about segments, for people: how large they are, what they are worth, how they overlap, and what is wrong with
//! them as a set.

mod chart;
mod experiments;
mod findings;
mod overview;
mod page;
mod purchases;
mod recommended;

use std::{ops::ControlFlow, path::Path};

use audience::{Computed, Definitions, Segment, Type, ValueRef};

use self::{
    chart::Bar,
    findings::findings,
    overview::{Group, LEAST_TOLD, MOST_SEGMENTS, Overview, as_float},
    page::{Cell, Page, amount, count},
    purchases::Purchases,
    recommended::Recommended,
};
use crate::{args, failure::Failure, input, lines::OnBad, output, progress, replace};

/// The names of the traits that the options make; no file may have them.
const VALUE: &str = "the_value_of_the_report";
const ANSWER: &str = "the_answer_of_the_report";

/// At most this many segments are in a picture.
const MOST_BARS: usize = 40;
const MOST_IN_GRID: usize = 12;
/// At most this many pairs are in the table of overlaps.
const MOST_PAIRS: usize = 30;

/// What is asked about each customer.
struct Asked {
    segments: Vec<Segment>,
    value: Option<Computed>,
    answer: Option<Computed>,
}

/// Reads the customers once and writes the page in one step.
pub(crate) fn run(arguments: &args::Report) -> Result<(), Failure> {
    let extra = traits(arguments);
    let (shop, at) = input::setting_with(&arguments.setting, &extra)?;
    let asked = Asked::new(&shop, arguments)?;
    input::needs_catalogs(&at, asked.segments.iter().map(Segment::requirements))?;
    let computed = [&asked.value, &asked.answer];
    input::needs_catalogs(&at, computed.into_iter().flatten().map(Computed::requirements))?;
    let experiments: Vec<_> = arguments
        .experiments
        .iter()
        .map(|it| experiments::read(it))
        .collect::<Result<_, _>>()?;
    let mut overview = Overview::new(asked.segments.len());
    let mut purchases = match &arguments.purchases {
        Some(argument) => Some(Purchases::new(argument, &shop, &at)?),
        None => None,
    };
    let skip_bad = arguments.customers.skip_bad;
    let recommended = arguments.recommendations.as_ref();
    if arguments.customers.file.as_os_str() == "-" && recommended.is_some_and(|it| it.as_os_str() == "-") {
        return Err(Failure::Data(
            "--customers and --recommendations cannot both be read from standard input: give a file for one"
                .to_owned(),
        ));
    }
    let mut recommended = recommended
        .map(|it| Recommended::read(it, &shop, skip_bad))
        .transpose()?;
    let mut members = Vec::new();
    let bar = progress::over(&arguments.customers.file, true);
    input::each_customer(
        &shop,
        &arguments.customers,
        OnBad::of(skip_bad),
        &bar,
        |customer| {
            members.clear();
            let all = asked.segments.iter().enumerate();
            members.extend(
                all.filter(|(_, it)| it.matches(customer, &at))
                    .map(|(index, _)| index),
            );
            let value = asked
                .value
                .as_ref()
                .and_then(|it| number(&it.value(customer, &at)?.as_ref()));
            let answer = asked
                .answer
                .as_ref()
                .and_then(|it| whole(&it.value(customer, &at)?.as_ref()));
            overview.add(&members, value, answer);
            if let Some(purchases) = &mut purchases {
                purchases.add(customer, members.iter().map(|it| asked.segments[*it].name()), &at);
            }
            if let Some(recommended) = &mut recommended {
                recommended.add(customer);
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let file = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let about = format!(
        "{} at {}, zone {}",
        file(&arguments.customers.file),
        arguments.setting.at,
        arguments.setting.zone.name()
    );
    let title = format!("Segments of {}", file(&arguments.setting.definitions));
    let mut page = write(&shop, &asked, &overview, arguments, Page::new(&title, &about));
    if let Some(purchases) = &purchases {
        purchases.write(&at, &mut page);
    }
    if let Some(recommended) = &recommended {
        recommended.write(&at, overview.all.size, &mut page);
    }
    for analysis in &experiments {
        experiments::write(&mut page, analysis);
    }
    replace::replace(&arguments.out, page.finish().as_bytes())
        .map_err(|error| Failure::data(arguments.out.display(), error))
}

/// The expressions of the options, as definitions: so they are checked as all others are, and an error shows where.
fn traits(arguments: &args::Report) -> Vec<(&'static str, String)> {
    let option = |name, option, expression: &Option<String>| {
        let expression = expression.as_ref()?;
        Some((option, format!("trait {name} = {expression}\n")))
    };
    let found = [
        option(VALUE, "--value", &arguments.value),
        option(ANSWER, "--nps", &arguments.nps),
    ];
    found.into_iter().flatten().collect()
}

impl Asked {
    fn new(shop: &Definitions, arguments: &args::Report) -> Result<Self, Failure> {
        let unfitted: Vec<String> = shop.unfitted().map(str::to_owned).collect();
        if !unfitted.is_empty() {
            return Err(input::needs_population(&unfitted));
        }
        let computed = |name, is_asked: bool| {
            let found = is_asked.then(|| shop.computed(name));
            found
                .transpose()
                .map_err(|error| Failure::Data(error.to_string()))
        };
        let value = computed(VALUE, arguments.value.is_some())?;
        let answer = computed(ANSWER, arguments.nps.is_some())?;
        if let Some(value) = value
            .as_ref()
            .filter(|it| !matches!(it.ty(), Type::Int | Type::Decimal | Type::Float))
        {
            return Err(Failure::Data(format!(
                "--value: expected a number, found {}",
                value.ty()
            )));
        }
        if let Some(answer) = answer.as_ref().filter(|it| *it.ty() != Type::Int) {
            let ty = answer.ty();
            return Err(Failure::Data(format!(
                "--nps: expected answers from 0 to 10, found {ty}"
            )));
        }
        Ok(Self {
            segments: shop.segments().iter().collect(),
            value,
            answer,
        })
    }
}

fn number(value: &ValueRef<'_>) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "a sum for people, with two digits")]
        ValueRef::Int(number) => Some(*number as f64),
        ValueRef::Decimal(number) => Some(number.to_f64()),
        ValueRef::Float(number) => Some(*number),
        _ => None,
    }
}

fn whole(value: &ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Int(number) => Some(*number),
        _ => None,
    }
}

fn write(
    shop: &Definitions,
    asked: &Asked,
    overview: &Overview,
    arguments: &args::Report,
    mut page: Page,
) -> Page {
    let covered = overview.all.size - overview.uncovered.size;
    page.figures(&[
        (count(overview.all.size), "customers"),
        (count(as_count(asked.segments.len())), "segments"),
        (
            output::share(covered, overview.all.size),
            "of the customers are in a segment",
        ),
        (count(overview.uncovered.size), "are in none"),
    ]);
    page.heading("Segments");
    segments(&mut page, asked, overview);
    page.heading("What to look at");
    let found = findings(shop, &asked.segments, overview, arguments.warn_below);
    if found.is_empty() {
        page.text("Nothing: every segment is large enough, owned, different from the others, and some message is for it.");
    } else {
        let rows: Vec<_> = found
            .into_iter()
            .map(|it| {
                vec![
                    Cell::Mark(it.kind.to_owned()),
                    Cell::Text(it.names.join(", ")),
                    Cell::Text(it.words),
                ]
            })
            .collect();
        page.table(&["finding", "where", "what"], &rows);
    }
    page.heading("Overlaps");
    overlaps(&mut page, asked, overview);
    page
}

/// The table of segments, and how large they are.
fn segments(page: &mut Page, asked: &Asked, overview: &Overview) {
    if asked.segments.is_empty() {
        page.text("The definitions have no segment.");
        return;
    }
    let mut heads = vec!["segment", "owner", "customers", "share"];
    if asked.value.is_some() {
        heads.extend(["value", "share of value", "each"]);
    }
    if asked.answer.is_some() {
        heads.push("NPS");
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let named = |name: &str, meaning: &str, owner: &str, group: &Group| {
        let mut row = vec![
            Cell::Named(name.to_owned(), meaning.to_owned()),
            Cell::Text(owner.to_owned()),
            Cell::Number(count(group.size)),
            Cell::Number(output::share(group.size, overview.all.size)),
        ];
        if asked.value.is_some() {
            row.extend(value(group, &overview.all));
        }
        if asked.answer.is_some() {
            row.push(Cell::Number(score(group)));
        }
        row
    };
    for (segment, group) in asked.segments.iter().zip(&overview.segments) {
        let (meaning, owner) = (
            segment.description().unwrap_or_default(),
            segment.owner().unwrap_or("–"),
        );
        rows.push(named(segment.name(), meaning, owner, group));
    }
    rows.push(named("(in none)", "", "", &overview.uncovered));
    rows.push(named("(all)", "", "", &overview.all));
    page.table(&heads, &rows);
    if asked.value.is_some() || asked.answer.is_some() {
        page.quiet(&format!(
            "Values and answers are told of {LEAST_TOLD} customers or more who have one, so that they tell nothing of one of them."
        ));
    }
    if overview.all.answers.outside > 0 {
        let outside = count(overview.all.answers.outside);
        page.text(&format!(
            "{outside} answers are not from 0 to 10 and were left out of the NPS."
        ));
    }
    let mut largest: Vec<_> = asked.segments.iter().zip(&overview.segments).collect();
    largest.sort_by_key(|(_, group)| std::cmp::Reverse(group.size));
    let bars: Vec<_> = largest
        .into_iter()
        .take(MOST_BARS)
        .map(|(segment, group)| Bar {
            name: segment.name().to_owned(),
            share: as_float(group.size) / as_float(overview.all.size.max(1)),
            words: output::share(group.size, overview.all.size),
        })
        .collect();
    let caption = if asked.segments.len() > MOST_BARS {
        format!("Share of all customers, of the {MOST_BARS} largest segments")
    } else {
        "Share of all customers".to_owned()
    };
    page.picture(&caption, &chart::bars(&caption, &bars));
}

/// Sum, share of all, and mean, of groups that are large enough to tell.
fn value(group: &Group, all: &Group) -> [Cell; 3] {
    let known = group.value.known;
    if known < LEAST_TOLD {
        return ["–", "–", "–"].map(|it| Cell::Number(it.to_owned()));
    }
    let share = if all.value.sum > 0.0 {
        format!("{:.1}%", 100.0 * group.value.sum / all.value.sum)
    } else {
        "–".to_owned()
    };
    [
        amount(group.value.sum),
        share,
        amount(group.value.sum / as_float(known)),
    ]
    .map(Cell::Number)
}

/// The net promoter score of groups that are large enough to tell.
fn score(group: &Group) -> String {
    let answers = &group.answers;
    match answers.score() {
        Some(score) if answers.count() >= LEAST_TOLD => format!("{score:.0} of {}", count(answers.count())),
        _ => "–".to_owned(),
    }
}

fn overlaps(page: &mut Page, asked: &Asked, overview: &Overview) {
    if !overview.has_overlaps() {
        page.text(&format!(
            "Not counted: there are more than {MOST_SEGMENTS} segments."
        ));
        return;
    }
    let all = overview.overlaps();
    if all.is_empty() {
        page.text("No two segments have a customer in common.");
        return;
    }
    let name = |index: usize| asked.segments[index].name().to_owned();
    let mut largest: Vec<usize> = (0..asked.segments.len()).collect();
    largest.sort_by_key(|index| std::cmp::Reverse(overview.segments[*index].size));
    largest.truncate(MOST_IN_GRID);
    largest.sort_unstable();
    let names: Vec<_> = largest.iter().map(|index| name(*index)).collect();
    let caption =
        "Of the customers of the segment at the left, how many percent are also in the one at the top";
    let svg = chart::grid(caption, &names, &names, |row, column| {
        let (row, column) = (largest[row], largest[column]);
        let size = overview.segments[row].size;
        if row == column || size == 0 {
            return None;
        }
        let both = overview.overlap(row, column).map_or(0, |it| it.both);
        let shade = as_float(both) / as_float(size);
        Some(chart::Cell {
            shade,
            words: format!("{:.0}", 100.0 * shade),
        })
    });
    page.picture(caption, &svg);
    let share = |both: u64, index: usize| Cell::Number(output::share(both, overview.segments[index].size));
    let rows: Vec<_> = all
        .iter()
        .take(MOST_PAIRS)
        .map(|it| {
            vec![
                Cell::Text(name(it.pair.0)),
                Cell::Text(name(it.pair.1)),
                Cell::Number(count(it.both)),
                share(it.both, it.pair.0),
                share(it.both, it.pair.1),
                Cell::Number(format!("{:.3}", it.jaccard)),
            ]
        })
        .collect();
    page.table(
        &["one", "other", "in both", "of the one", "of the other", "Jaccard"],
        &rows,
    );
    if all.len() > MOST_PAIRS {
        let most = count(as_count(all.len()));
        page.quiet(&format!(
            "The {MOST_PAIRS} pairs that are most alike, of {most} with a customer in common."
        ));
    }
}

fn as_count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
