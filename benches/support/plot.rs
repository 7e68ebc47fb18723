//! Panels of lines over two scales of powers of ten, as one picture in SVG.

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const MUTED: RGBColor = RGBColor(0x77, 0x77, 0x77);
const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE4);
/// Told apart by readers who see few colours, too.
const COLORS: [RGBColor; 4] = [
    RGBColor(0x55, 0x55, 0x55),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0x00, 0x9E, 0x73),
];

/// What one of them took, by how much there was to do.
pub(crate) struct Line {
    pub(crate) name: String,
    /// How much, and the seconds.
    pub(crate) points: Vec<(f64, f64)>,
}

pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<Line>,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Two panels beside each other in each row.
pub(crate) fn picture(path: &str, panels: &[Panel]) -> Drawn {
    let rows = panels.len().div_ceil(2);
    let height = u32::try_from(rows).expect("few panels") * 330;
    let all = SVGBackend::new(path, (960, height)).into_drawing_area();
    all.fill(&WHITE)?;
    for (panel, area) in panels.iter().zip(all.split_evenly((rows, 2))) {
        draw(panel, &area)?;
    }
    all.present()
}

fn font(size: u32, color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color)
}

fn draw(panel: &Panel, area: &Area<'_>) -> Drawn {
    let points = || panel.lines.iter().flat_map(|line| &line.points);
    let across = decades(points().map(|(amount, _)| *amount));
    let up = decades(points().map(|(_, seconds)| *seconds));
    let mut chart = ChartBuilder::on(area)
        .caption(panel.title, font(16, INK))
        .margin(12)
        .margin_right(130)
        .x_label_area_size(28)
        .y_label_area_size(58)
        .build_cartesian_2d(
            (across.0..across.1 * 1.01).log_scale(),
            (up.0..up.1 * 1.01).log_scale(),
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(MUTED)
        .x_labels(8)
        .y_labels(8)
        .x_label_formatter(&|amount| counted(*amount))
        .y_label_formatter(&|seconds| timed(*seconds))
        .label_style(font(12, MUTED))
        .draw()?;
    // What grows in proportion runs beside these.
    let mut start = up.0 / across.1 * across.0;
    while start < up.1 {
        let at = |amount: f64| (amount, start * amount / across.0);
        let from = at(across.0.max(across.0 * up.0 / start));
        let to = at(across.1.min(across.0 * up.1 / start));
        chart.draw_series(std::iter::once(PathElement::new([from, to], GRID)))?;
        start *= 10.0;
    }
    let mut names = Vec::new();
    for (line, color) in panel.lines.iter().zip(COLORS) {
        chart.draw_series(LineSeries::new(
            line.points.iter().copied(),
            color.stroke_width(2),
        ))?;
        chart.draw_series(
            line.points
                .iter()
                .map(|point| Circle::new(*point, 3, color.filled())),
        )?;
        if let Some(last) = line.points.last() {
            let (x, y) = chart.backend_coord(last);
            names.push((x, y, line.name.as_str(), color));
        }
    }
    // Each at the end of its line, and below the one that would cover it.
    names.sort_unstable_by_key(|(_, y, ..)| *y);
    let mut free = i32::MIN;
    let corner = area.get_base_pixel();
    for (x, y, name, color) in names {
        let y = y.max(free);
        free = y + 15;
        let style = font(13, color).pos(Pos::new(HPos::Left, VPos::Center));
        let at = (x + 8 - corner.0, y - corner.1);
        area.draw(&Text::new(name.to_owned(), at, style))?;
    }
    Ok(())
}

/// The powers of ten around.
fn decades(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let greatest = values.fold(0.0, f64::max);
    let power = |exponent: f64| 10_f64.powf(exponent);
    (
        power((least.log10() + 1e-9).floor()),
        power((greatest.log10() - 1e-9).ceil()),
    )
}

/// `1`, `10k`, `1M`.
fn counted(amount: f64) -> String {
    match amount {
        ..1e3 => format!("{amount:.0}"),
        1e3..1e6 => format!("{:.0}k", amount / 1e3),
        _ => format!("{:.0}M", amount / 1e6),
    }
}

fn timed(seconds: f64) -> String {
    match seconds {
        ..0.999e-9 => format!("{:.1} ns", seconds * 1e9),
        ..0.999e-6 => format!("{:.0} ns", seconds * 1e9),
        ..0.999e-3 => format!("{:.0} µs", seconds * 1e6),
        ..0.999 => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{seconds:.0} s"),
    }
}
