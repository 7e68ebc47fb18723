//! Windows and their bounds.

use super::{SHOP, run};
use crate::hir::{self, Bound, ConditionKind, Edge, ExprKind, Window};

/// The window of `x WINDOW`, drawn as an interval.
#[track_caller]
fn window_of(test: &str) -> String {
    let (module, diagnostics) = run(&format!("{SHOP} segment it = {test}"));
    let Some(module) = module else {
        return diagnostics
            .iter()
            .map(|it| it.message.clone())
            .collect::<Vec<_>>()
            .join("; ");
    };
    match &module.segments.last().expect("`it` is the last").condition.kind {
        ConditionKind::InWindow { window, .. } | ConditionKind::Anniversary { window, .. } => {
            interval(window)
        }
        ConditionKind::Quantified { items, .. } => {
            interval(items.window.as_ref().expect("a window was written"))
        }
        other => format!("{other:?}"),
    }
}

fn interval(window: &Window) -> String {
    let edge = |edge: &Option<Edge>, marks: [&str; 2]| match edge {
        None => "…".to_owned(),
        Some(edge) => format!("{}{}", bound(&edge.bound), marks[usize::from(edge.inclusive)]),
    };
    let from = edge(&window.from, [" <", " <="]);
    format!(
        "{from} x {}",
        match &window.to {
            None => "…".to_owned(),
            Some(to) => format!("{} {}", if to.inclusive { "<=" } else { "<" }, bound(&to.bound)),
        }
    )
}

fn bound(it: &Bound) -> String {
    match it {
        Bound::Instant(at) => at.to_string(),
        Bound::FromNow(micros) => format!("now{:+}s", micros / 1_000_000),
        Bound::Local(wall) => format!("clock {}s", wall / 1_000_000),
        Bound::DayStart { day, plus } => format!("start({}{plus:+})", bound(day)),
        Bound::Day(date) => date.to_string(),
        Bound::FromToday(days) => format!("today{days:+}"),
        Bound::MonthsFromNow(months) => format!("now{months:+}months"),
        Bound::MonthsFromToday(months) => format!("today{months:+}months"),
        Bound::PeriodFromToday { period, plus } => format!("{period:?}{plus:+}"),
        Bound::Expr(expr) => format!("{}", expr.ty),
    }
}

/// [time-8] [time-10] [time-14]
#[test]
fn windows_have_edges() {
    for (test, expected) in [
        ("at in last 30 days", "now-2592000s < x <= now+0s"),
        ("at in the next 90 minutes", "now+0s < x <= now+5400s"),
        ("date in last 2 weeks", "today-14 < x <= today+0"),
        ("date in next 1 day", "today+0 < x <= today+1"),
        ("any e in last 1 hour", "now-3600s < x <= now+0s"),
        ("any e since 2026-01-31", "start(2026-01-31+0) <= x …"),
        (
            "at between 2026-01-01 and 2026-01-31",
            "start(2026-01-01+0) <= x < start(2026-01-31+1)",
        ),
        ("at after 2026-01-31", "start(2026-01-31+1) <= x …"),
        ("at before 2026-01-31", "… x < start(2026-01-31+0)"),
        ("at since 2026-01-31", "start(2026-01-31+0) <= x …"),
        ("at after 2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z < x …"),
        ("at before 2026-01-31T09:00:00Z", "… x < 2026-01-31T09:00:00Z"),
        ("at since 1970-01-01T01:00:00", "clock 3600s <= x …"),
        (
            "at between 90 days ago and 30 days from now",
            "now-7776000s <= x <= now+2592000s",
        ),
        ("at since today", "start(today+0+0) <= x …"),
        ("at before now", "… x < now+0s"),
        ("at since now - 1 hour", "now-3600s <= x …"),
        ("at since today - 7 days", "start(today-7+0) <= x …"),
        ("at since at_o", "datetime <= x …"),
        ("at after date", "start(date+1) <= x …"),
        ("at between date and at", "start(date+0) <= x <= datetime"),
        (
            "date between 2026-01-01 and 2026-01-31",
            "2026-01-01 <= x <= 2026-01-31",
        ),
        ("date after 90 days ago", "today-90 < x …"),
        ("date before today", "… x < today+0"),
        ("date since date(at)", "date <= x …"),
        ("date since today + 2 weeks", "today+14 <= x …"),
        ("at in last 3 months", "now-3months < x <= now+0s"),
        ("at in the next 1 quarter", "now+0s < x <= now+3months"),
        ("any e in last 2 years", "now-24months < x <= now+0s"),
        ("date in last 1 month", "today-1months < x <= today+0"),
        ("date in next 1 year", "today+0 < x <= today+12months"),
        ("at since 2 months ago", "now-2months <= x …"),
        ("at before 3 months from now", "… x < now+3months"),
        ("date after 2 months ago", "today-2months < x …"),
        ("at since now - 3 months", "now-3months <= x …"),
        ("at since today - 3 months", "start(today-3months+0) <= x …"),
        ("at after 1 month + today", "start(today+1months+1) <= x …"),
        ("date before today + 1 year", "… x < today+12months"),
        ("at since (now - 1 month) + 1 month", "datetime <= x …"),
        ("at is today", "start(today+0+0) <= x < start(today+0+1)"),
        ("date is today", "today+0 <= x <= today+0"),
        ("any e yesterday", "start(today-1+0) <= x < start(today-1+1)"),
        ("date is tomorrow", "today+1 <= x <= today+1"),
        ("at in this day", "start(today+0+0) <= x < start(today+0+1)"),
        ("date in previous day", "today-1 <= x <= today-1"),
        ("date in this week", "Week+0 <= x < Week+1"),
        (
            "at in the previous month",
            "start(Month-1+0) <= x < start(Month+0+0)",
        ),
        (
            "any e in next quarter",
            "start(Quarter+1+0) <= x < start(Quarter+2+0)",
        ),
        ("date in next year", "Year+1 <= x < Year+2"),
        (
            "at in last 3 calendar days",
            "start(today-2+0) <= x < start(today+0+1)",
        ),
        ("date in the last 1 calendar day", "today+0 <= x <= today+0"),
        ("date in next 3 calendar days", "today+0 <= x <= today+2"),
        (
            "any e in next 3 calendar days",
            "start(today+0+0) <= x < start(today+2+1)",
        ),
        ("date anniversary in next 7 days", "today+0 < x <= today+7"),
        ("at anniversary in this month", "Month+0 <= x < Month+1"),
    ] {
        assert_eq!(window_of(test), expected, "{test}");
    }
}

/// [time-9]
#[test]
fn bounds_are_of_the_row_outside() {
    // `at` is the customer's in the bound, the event's in the filter.
    let (module, _) = run(&format!("{SHOP} segment it = any e since at where at > now"));
    let module = module.expect("it checks");
    let ConditionKind::Quantified { items, .. } = &module.segments[1].condition.kind else {
        panic!("a quantified condition");
    };
    let Some(Bound::Expr(bound)) = items
        .window
        .as_ref()
        .and_then(|it| it.from.as_ref())
        .map(|it| &it.bound)
    else {
        panic!("a bound by an attribute");
    };
    assert!(matches!(bound.kind, ExprKind::Slot(place) if place.row == 0));
    let Some(ConditionKind::Compare { lhs, .. }) = items.filter.as_ref().map(|it| &it.kind) else {
        panic!("a comparison");
    };
    assert!(matches!(lhs.kind, ExprKind::Slot(place) if place == hir::Place { row: 1, slot: 0 }));
}
