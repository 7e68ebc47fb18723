//! Pictures as SVG. Each colour is one of a few that the style sheet of the page knows and replaces, so that pictures are light or dark
//! as the page is.

use plotters::{
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

/// Texts and axes.
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Texts of less weight.
const MUTED: RGBColor = RGBColor(0x77, 0x77, 0x77);
/// Lines behind the data.
const LINE: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
/// The data.
const FIRST: RGBColor = RGBColor(0x33, 0x66, 0xAA);

const WIDTH: u32 = 640;
const ROW: i32 = 26;
const FONT: i32 = 16;

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Draws into a text. Drawing into memory does not fail; should it, the page says so where the picture would be.
fn picture(label: &str, height: i32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut svg = String::new();
    let height = u32::try_from(height).unwrap_or(ROW.unsigned_abs());
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&area).and_then(|()| area.present())
    };
    let label = super::page::escaped(label);
    match drawn {
        Ok(()) => svg.replacen("<svg ", &format!(r#"<svg role="img" aria-label="{label}" "#), 1),
        Err(error) => format!("<p>{}</p>", super::page::escaped(&error.to_string())),
    }
}

fn text(color: RGBColor, horizontal: HPos) -> TextStyle<'static> {
    let font = ("sans-serif", f64::from(FONT)).into_font();
    font.color(&color).pos(Pos::new(horizontal, VPos::Center))
}

fn write(area: &Area<'_>, words: &str, at: (i32, i32), style: &TextStyle<'_>) -> Drawn {
    area.draw(&Text::new(words.to_owned(), at, style.clone()))
}

/// At most `most` characters, the last an ellipsis if some are left out.
fn short(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    words.chars().take(most - 1).chain(['…']).collect()
}

/// A number of pixels.
#[expect(
    clippy::cast_possible_truncation,
    reason = "held between 0 and the width of a picture"
)]
fn pixels(number: f64) -> i32 {
    number.clamp(0.0, f64::from(WIDTH)).round() as i32
}

/// A bar.
pub(super) struct Bar {
    pub(super) name: String,
    /// Between 0 and 1.
    pub(super) share: f64,
    pub(super) words: String,
}

/// A row for each bar.
pub(super) fn bars(label: &str, bars: &[Bar]) -> String {
    let height = ROW * i32::try_from(bars.len()).unwrap_or(1) + 8;
    picture(label, height, |area| {
        let (left, right) = (190, 480);
        let mut y = 4 + ROW / 2;
        for bar in bars {
            write(
                area,
                &short(&bar.name, 22),
                (left - 8, y),
                &text(INK, HPos::Right),
            )?;
            let end = left + pixels(f64::from(right - left) * bar.share.clamp(0.0, 1.0)).max(1);
            let shape = [(left, y - ROW / 2 + 4), (end, y + ROW / 2 - 4)];
            area.draw(&Rectangle::new(shape, FIRST.filled()))?;
            write(area, &bar.words, (end + 8, y), &text(MUTED, HPos::Left))?;
            y += ROW;
        }
        Ok(())
    })
}

/// A cell of a grid: how dark it is, between 0 and 1, and what stands in it.
pub(super) struct Cell {
    pub(super) shade: f64,
    pub(super) words: String,
}

/// A table of shades.
pub(super) fn grid(
    label: &str,
    rows: &[String],
    columns: &[String],
    cell: impl Fn(usize, usize) -> Option<Cell>,
) -> String {
    let count = i32::try_from(columns.len().max(1)).unwrap_or(1);
    let left = 190;
    let width = ((640 - left - 4) / count).min(90);
    let height = ROW * (i32::try_from(rows.len()).unwrap_or(1) + 1) + 8;
    picture(label, height, |area| {
        let mut x = left;
        for column in columns {
            let words = short(column, usize::try_from(width / 8).unwrap_or(1).max(2));
            write(
                area,
                &words,
                (x + width / 2, 4 + ROW / 2),
                &text(MUTED, HPos::Center),
            )?;
            x += width;
        }
        let mut y = 4 + ROW;
        for (row, name) in rows.iter().enumerate() {
            write(
                area,
                &short(name, 22),
                (left - 8, y + ROW / 2),
                &text(INK, HPos::Right),
            )?;
            let mut x = left;
            for column in 0..columns.len() {
                let shape = [(x + 1, y + 1), (x + width - 1, y + ROW - 1)];
                if let Some(cell) = cell(row, column) {
                    let darkness = 0.08 + 0.72 * cell.shade.clamp(0.0, 1.0);
                    area.draw(&Rectangle::new(shape, FIRST.mix(darkness).filled()))?;
                    if width >= 30 {
                        let middle = (x + width / 2, y + ROW / 2);
                        write(area, &cell.words, middle, &text(INK, HPos::Center))?;
                    }
                } else {
                    area.draw(&Rectangle::new(shape, LINE.mix(0.4).filled()))?;
                }
                x += width;
            }
            y += ROW;
        }
        Ok(())
    })
}

/// A value that is known so far, from `low` to `high`.
pub(super) struct Interval {
    pub(super) name: String,
    pub(super) low: f64,
    pub(super) value: f64,
    pub(super) high: f64,
    pub(super) words: String,
}

/// A row for each interval, on one scale with a line at zero.
pub(super) fn intervals(label: &str, intervals: &[Interval]) -> String {
    let least = intervals.iter().map(|it| it.low).fold(0.0, f64::min);
    let most = intervals.iter().map(|it| it.high).fold(0.0, f64::max);
    let width = if most > least { most - least } else { 1.0 };
    let (left, right) = (290, 550);
    let place = |value: f64| left + pixels(f64::from(right - left) * (value - least) / width);
    let height = ROW * i32::try_from(intervals.len()).unwrap_or(1) + 8;
    picture(label, height, |area| {
        let zero = place(0.0);
        area.draw(&PathElement::new([(zero, 0), (zero, height)], MUTED))?;
        let mut y = 4 + ROW / 2;
        for it in intervals {
            write(
                area,
                &short(&it.name, 26),
                (left - 12, y),
                &text(INK, HPos::Right),
            )?;
            area.draw(&PathElement::new(
                [(place(it.low), y), (place(it.high), y)],
                FIRST.stroke_width(3),
            ))?;
            area.draw(&Circle::new((place(it.value), y), 5, FIRST.filled()))?;
            write(area, &it.words, (right + 12, y), &text(MUTED, HPos::Left))?;
            y += ROW;
        }
        Ok(())
    })
}

/// How many values, in rising order, lie in each range of one width. The last takes in the highest hundredth, so that a few
/// large values do not press all others into one bar. Ranges begin at round numbers, which tell of nobody what hers is.
pub(super) fn histogram(label: &str, values: &[f64], write_number: impl Fn(f64) -> String) -> String {
    const BINS: usize = 21;
    const BIN: i32 = 27;
    let (Some(&least), Some(&most)) = (
        values.first(),
        values.get(values.len().saturating_sub(1) * 99 / 100),
    ) else {
        return String::new();
    };
    let width = round_up((most - least) / 20.0);
    let start = (least / width).floor() * width;
    let edge = |bin: usize| start + width * small(bin);
    let mut counts = [0_usize; BINS];
    for value in values {
        counts[(1..BINS).take_while(|&bin| *value >= edge(bin)).count()] += 1;
    }
    let highest = counts.iter().copied().max().unwrap_or(1).max(1);
    picture(label, 200, |area| {
        let (left, bottom, tall) = (40, 160, 130.0);
        let mut x = left;
        for (bin, count) in counts.into_iter().enumerate() {
            let height = pixels(tall * small(count) / small(highest));
            if count > 0 {
                let shape = [(x + 1, bottom - height.max(1)), (x + BIN - 1, bottom)];
                area.draw(&Rectangle::new(shape, FIRST.filled()))?;
                let above = (x + BIN / 2, bottom - height.max(1) - 9);
                write(area, &count.to_string(), above, &text(MUTED, HPos::Center))?;
            }
            if bin % 5 == 0 {
                write(
                    area,
                    &write_number(edge(bin)),
                    (x, bottom + 16),
                    &text(MUTED, HPos::Left),
                )?;
            }
            x += BIN;
        }
        area.draw(&PathElement::new([(left, bottom), (x, bottom)], INK))
    })
}

/// The next of 1, 2, 5, 10, 20 … and their tenths; 1 where there is no width.
fn round_up(width: f64) -> f64 {
    if !(width > 0.0 && width.is_finite()) {
        return 1.0;
    }
    let unit = 10_f64.powf(width.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * unit >= width);
    step.unwrap_or(10.0) * unit
}

/// Counts of a picture are far below the 2^53 from which on this would round.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a picture are far below 2^53"
)]
fn small(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_cut() {
        let name = "<script>alert(1)</script> & more".to_owned();
        let bar = Bar {
            name,
            share: 2.0,
            words: "\"9\"".to_owned(),
        };
        let svg = bars("a < b", &[bar]);
        assert!(
            svg.starts_with(r#"<svg role="img" aria-label="a &lt; b" width="640""#),
            "{svg}"
        );
        assert!(svg.contains("&lt;script&gt;alert(1)&lt;/scr…"), "{svg}");
        assert!(!svg.contains("<script"), "{svg}");
    }

    #[test]
    fn ranges_begin_at_round_numbers() {
        for (width, expected) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (1.1, 2.0),
            (30.0, 50.0),
            (0.06, 0.1),
            (700.0, 1000.0),
        ] {
            let found = round_up(width);
            assert!((found / expected - 1.0).abs() < 1e-12, "{width}: {found}");
        }
        let svg = histogram("x", &[13.37, 20.0, 420.1, 433.31], |it| format!("{it:.2}"));
        assert!(svg.contains(">\n0.00\n") && svg.contains(">\n250.00\n"), "{svg}");
        assert!(
            !svg.contains("13.37") && !svg.contains("420.1") && !svg.contains("433.31"),
            "{svg}"
        );
        // Where all are the same, or so large that there is no width, there is still a picture.
        for values in [&[5.0, 5.0][..], &[-1e300, 1e300], &[0.0]] {
            assert!(
                histogram("x", values, |it| it.to_string()).ends_with("</svg>\n"),
                "{values:?}"
            );
        }
    }

    #[test]
    fn colours_are_those_of_the_style_sheet() {
        let style = include_str!("style.css");
        for RGBColor(red, green, blue) in [INK, MUTED, LINE, FIRST] {
            let color = format!("#{red:02X}{green:02X}{blue:02X}");
            assert!(style.contains(&color), "{color}");
        }
    }
}
