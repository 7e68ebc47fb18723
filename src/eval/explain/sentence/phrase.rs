//! Values by what they are: "the total amount of purchases in the last 30 days".

use super::{Wording, noun, value, verb};
use crate::{
    hir::{AggregateKind, ArithmeticOp, ConditionKind, Expr, ExprKind, Function, Items, Place, Source, Spot},
    value::{DateTime, Type, Value, Zone},
};

impl Wording<'_> {
    /// What a value is.
    pub(in crate::eval::explain) fn phrase(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Constant(it) => value::value(it, &expr.ty, self.zone),
            ExprKind::Clock(wall) => match DateTime::from_micros(self.zone.instant(*wall)) {
                Some(at) => value::instant(at, self.zone),
                None => "a time out of range".to_owned(),
            },
            ExprKind::Slot(place) => self.slot(*place),
            ExprKind::Local(_) => "a value of the message".to_owned(),
            ExprKind::Now => "now".to_owned(),
            ExprKind::Today => "today".to_owned(),
            ExprKind::Trait(index) => self.computed(*index),
            ExprKind::Condition(condition) => format!("whether {}", self.predicate(condition, true)),
            ExprKind::Arithmetic { op, lhs, rhs } => {
                let op = match op {
                    ArithmeticOp::Add => "plus",
                    ArithmeticOp::Subtract => "minus",
                    ArithmeticOp::Multiply => "times",
                    ArithmeticOp::Divide => "divided by",
                };
                let timely = |it: &Expr| matches!(it.ty, Type::Date | Type::DateTime);
                match (&lhs.kind, &rhs.kind) {
                    (ExprKind::Now | ExprKind::Today, _) if op == "minus" && timely(rhs) => {
                        return format!("the time since {}", self.bounding(rhs));
                    }
                    (_, ExprKind::Now | ExprKind::Today) if op == "minus" && timely(lhs) => {
                        return format!("the time until {}", self.bounding(lhs));
                    }
                    _ => {}
                }
                format!("{} {op} {}", self.part(lhs), self.part(rhs))
            }
            ExprKind::Negate(inner) => format!("minus {}", self.part(inner)),
            ExprKind::Shift { operand, months } => {
                let distance = value::months(months.unsigned_abs().into());
                match (&operand.kind, *months < 0) {
                    (ExprKind::Now | ExprKind::Today, true) => format!("{distance} ago"),
                    (ExprKind::Now | ExprKind::Today, false) => format!("{distance} from now"),
                    (_, true) => format!("{distance} before {}", self.part(operand)),
                    (_, false) => format!("{distance} after {}", self.part(operand)),
                }
            }
            ExprKind::Folded(inner) => self.phrase(inner),
            ExprKind::Follow {
                key, catalog, slot, ..
            } => {
                let field = self.names.field(*catalog, *slot).map(|it| it.name());
                let field = noun::words(&field.unwrap_or_default());
                match &key.kind {
                    ExprKind::Slot(place) if place.row > 0 => {
                        format!("the {}’s {field}", self.one_of(*catalog))
                    }
                    _ => format!("the {field} of {}", self.item(key, *catalog)),
                }
            }
            ExprKind::Quantile { operand, parts, .. } => {
                let value = self.part(operand);
                format!("the position of {value} from 1 (lowest) to {parts} (highest)")
            }
            ExprKind::Call { function, args } => self.call(*function, args),
            ExprKind::Host { function, args } => {
                let args: Vec<String> = args.iter().map(|it| self.part(it)).collect();
                let name = self
                    .module
                    .functions
                    .get(*function)
                    .map(|it| noun::words(it.name()));
                let name = name.unwrap_or_else(|| "result".to_owned());
                match &args[..] {
                    [] => format!("the {name}"),
                    args => format!("the {name} of {}", super::joined(args, " and")),
                }
            }
            ExprKind::Size(list) => {
                let (name, of) = self.list(list);
                format!("the number of {}{of}", noun::plural(&name))
            }
            ExprKind::Case { .. } => "the value chosen by cases".to_owned(),
            ExprKind::Aggregate { kind, value, items } => self.aggregate(*kind, value.as_deref(), items),
        }
    }

    /// A phrase inside another, in parentheses where it could be read otherwise.
    pub(super) fn part(&mut self, expr: &Expr) -> String {
        let said = self.phrase(expr);
        match &expr.kind {
            ExprKind::Arithmetic { .. } | ExprKind::Condition(_) => format!("({said})"),
            ExprKind::Call { args, .. } if args.len() > 1 => format!("({said})"),
            ExprKind::Aggregate { items, .. } if items.filter.is_some() => format!("({said})"),
            _ => said,
        }
    }

    /// "the product named by sku".
    fn item(&mut self, key: &Expr, catalog: usize) -> String {
        format!("the {} named by {}", self.one_of(catalog), self.part(key))
    }

    /// What an item of a catalogue is called.
    fn one_of(&self, catalog: usize) -> String {
        let catalog = self.names.module.schema.catalogs.get_index(catalog);
        catalog.map_or_else(String::new, |(name, _)| noun::singular(name))
    }

    /// The name of a list, and of what it is when it is not of what is in scope: " of the product named by sku".
    pub(super) fn list(&mut self, list: &Spot) -> (String, String) {
        match list {
            Spot::Row(place) => (self.slot(*place), String::new()),
            Spot::Item { key, catalog, .. } => {
                let field = self.names.spot(list).map(|it| it.name());
                let name = noun::words(&field.unwrap_or_default());
                (name, format!(" of {}", self.item(key, *catalog)))
            }
        }
    }

    /// " of the product named by sku", for a collection that is the list of an item.
    pub(super) fn of(&mut self, items: &Items) -> String {
        match &items.source {
            Source::List(Spot::Item { key, catalog, .. }) => format!(" of {}", self.item(key, *catalog)),
            _ => String::new(),
        }
    }

    /// The name of a slot; that of the customer's is "the customer's …" where an item has names of its own.
    pub(super) fn slot(&mut self, place: Place) -> String {
        let Some(slot) = self.names.slot(place) else {
            return "a value".to_owned();
        };
        if slot.path.is_empty() {
            return "the item".to_owned();
        }
        let mut name = noun::words(&slot.name());
        if let Some(stem) = stem(&name, &slot.ty) {
            let what = if slot.ty == Type::Date { "date" } else { "time" };
            name = match (stem, place.row) {
                ("", _) => what.to_owned(),
                // "The time when the customer signed up" is nobody else's.
                (stem, 0) => match verb::happened(stem) {
                    Some(happened) => return format!("the {what} when {happened}"),
                    None => format!("{what} “{name}”"),
                },
                (stem, _) if verb::is_done(stem.rsplit(' ').next().unwrap_or_default()) => {
                    format!("{stem} {what}")
                }
                _ => format!("{what} “{name}”"),
            };
            if place.row == 0 && self.depth == 0 {
                name = noun::the(&name);
            }
        }
        match place.row {
            0 if self.depth > 0 => format!("the customer’s {name}"),
            row if row > 0 && usize::from(row) < self.depth => {
                let outer = self.names.source(row).map(|it| self.called(it));
                match outer {
                    Some(outer) if self.previous != Some(row) => {
                        format!("the {name} of the {}", noun::singular(&outer))
                    }
                    _ => format!("the {name} of the one before"),
                }
            }
            _ => name,
        }
    }

    /// "purchases in the last 30 days where amount is more than 5", after their number or "the total amount of".
    pub(in crate::eval::explain) fn items(&mut self, items: &Items, name: &str) -> String {
        let (of, window) = (self.of(items), self.after(items.window.as_ref()));
        format!("{name}{of}{window}{}", self.filter(items))
    }

    /// " where amount is more than 5", or nothing.
    pub(in crate::eval::explain) fn filter(&mut self, items: &Items) -> String {
        match &items.filter {
            Some(filter) => {
                self.names.enter(items);
                let said = self.inside(filter, true);
                for there in ["there is ", "there are "] {
                    if let (ConditionKind::Quantified { .. }, Some(items)) =
                        (&filter.kind, said.strip_prefix(there))
                    {
                        return format!(" with {items}");
                    }
                }
                match &filter.kind {
                    ConditionKind::InWindow { operand, .. } | ConditionKind::Compare { lhs: operand, .. } => {
                        self.depth += 1;
                        let happened = self.happened(operand);
                        self.depth -= 1;
                        match happened.as_deref() {
                            Some("it took place") => said.replacen("it took place", " that took place", 1),
                            Some(happened) if said.starts_with(happened) => format!(" {said}"),
                            _ => format!(" where {said}"),
                        }
                    }
                    _ => format!(" where {said}"),
                }
            }
            None => String::new(),
        }
    }

    /// The name of a collection, as it is written; of a list of an item without the item.
    pub(in crate::eval::explain) fn collection(&self, items: &Items) -> String {
        self.called(&items.source)
    }

    fn called(&self, source: &Source) -> String {
        match source {
            Source::List(list @ Spot::Item { .. }) => {
                self.names.spot(list).map(|it| it.name()).unwrap_or_default()
            }
            source => self.names.collection(source),
        }
    }

    fn aggregate(&mut self, kind: AggregateKind, of: Option<&Expr>, items: &Items) -> String {
        let collection = self.collection(items);
        let (many, single) = (noun::plural(&collection), noun::singular(&collection));
        let Some(expr) = of else {
            return format!("the number of {}", self.items(items, &many));
        };
        if let Some(event) = self.event(kind, expr, items) {
            return format!("the time of {event}");
        }
        self.names.enter(items);
        self.depth += 1;
        let of = self.part(expr);
        self.depth -= 1;
        let of = of.strip_prefix("the ").unwrap_or(&of);
        let time = matches!(expr.ty, Type::Date | Type::DateTime);
        let plain = matches!(expr.kind, ExprKind::Slot(_)) && !of.contains('“');
        let (before, name) = match kind {
            AggregateKind::Count => (format!("the number of known {}", noun::plural(of)), many),
            AggregateKind::Sum => (format!("the total {of}"), many),
            AggregateKind::Avg => (format!("the average {of}"), many),
            AggregateKind::Min if time => (format!("the earliest {of}"), many),
            AggregateKind::Max if time => (format!("the latest {of}"), many),
            AggregateKind::Min => (format!("the lowest {of}"), many),
            AggregateKind::Max => (format!("the highest {of}"), many),
            AggregateKind::First => (format!("the {of} of the first"), single),
            AggregateKind::Last => (format!("the {of} of the last"), single),
            AggregateKind::Distinct if plain => {
                (format!("the number of different {}", noun::plural(of)), many)
            }
            AggregateKind::Distinct => (format!("the number of different values of {of}"), many),
            AggregateKind::Mode => (format!("the most frequent {of}"), many),
        };
        // "the amount of the last purchase", "the total amount of purchases".
        let name = self.items(items, &name);
        match kind {
            AggregateKind::First | AggregateKind::Last => format!("{before} {name}"),
            _ => format!("{before} of {name}"),
        }
    }

    /// "the last purchase in the last 30 days", of which an aggregate has the time.
    fn event(&mut self, kind: AggregateKind, of: &Expr, items: &Items) -> Option<String> {
        let which = match kind {
            AggregateKind::First => "first",
            AggregateKind::Last => "last",
            AggregateKind::Min => "earliest",
            AggregateKind::Max => "latest",
            _ => return None,
        };
        let at = matches!(&of.kind, ExprKind::Slot(place) if *place == Place { row: items.row, slot: 0 });
        if !at || !matches!(items.source, Source::Events(_)) {
            return None;
        }
        let one = noun::singular(&self.collection(items));
        Some(format!("the {which} {}", self.items(items, &one)))
    }

    /// What a time belongs to: "when the customer signed up", or "of the last purchase".
    fn moment(&mut self, expr: &Expr) -> Moment {
        if let ExprKind::Aggregate {
            kind,
            value: Some(value),
            items,
        } = &expr.kind
            && let Some(event) = self.event(*kind, value, items)
        {
            return Moment::Of(event);
        }
        let said = self.phrase(expr);
        for what in ["the time when ", "the date when "] {
            if let Some(happened) = said.strip_prefix(what) {
                return Moment::When(happened.to_owned());
            }
        }
        match &expr.kind {
            ExprKind::Slot(place) if said == "time" => {
                let source = self.names.source(place.row);
                let event = source.map(|it| noun::singular(&self.names.collection(it)));
                Moment::Of(format!("the {}", event.unwrap_or_else(|| "event".to_owned())))
            }
            _ => Moment::Of(noun::the(&self.part(expr))),
        }
    }

    /// A time that bounds others: "the customer signed up", "the last purchase (if any)".
    pub(super) fn bounding(&mut self, expr: &Expr) -> String {
        if let ExprKind::Call {
            function: Function::Default,
            args,
        } = &expr.kind
            && let [time, otherwise] = &args[..]
            && is_ancient(otherwise)
        {
            return format!("{} (if any)", self.bounding(time));
        }
        match (&expr.kind, self.moment(expr)) {
            (ExprKind::Now | ExprKind::Today | ExprKind::Constant(_) | ExprKind::Clock(_), _) => {
                self.phrase(expr)
            }
            (_, Moment::When(what) | Moment::Of(what)) => what,
        }
    }

    /// "the year when the customer signed up", "the year of the last purchase".
    fn part_of_time(&mut self, part: &str, expr: &Expr) -> String {
        match self.moment(expr) {
            Moment::When(happened) => format!("the {part} when {happened}"),
            Moment::Of(what) => format!("the {part} of {what}"),
        }
    }

    fn since(&mut self, unit: &str, expr: &Expr) -> String {
        match self.moment(expr) {
            Moment::When(what) | Moment::Of(what) => format!("the number of {unit} since {what}"),
        }
    }

    fn call(&mut self, function: Function, args: &[Expr]) -> String {
        let time = match function {
            Function::Date => "day",
            Function::Year => "year",
            Function::Month => "month",
            Function::Day => "day of the month",
            Function::Weekday => "weekday",
            Function::Hour => "hour",
            Function::YearsSince => {
                return args
                    .first()
                    .map_or_else(String::new, |it| self.since("years", it));
            }
            Function::DaysSince => return args.first().map_or_else(String::new, |it| self.since("days", it)),
            _ => "",
        };
        if let Some(arg) = args.first().filter(|_| !time.is_empty()) {
            return self.part_of_time(time, arg);
        }
        let said: Vec<String> = args.iter().map(|it| self.part(it)).collect();
        let first = said.first().cloned().unwrap_or_default();
        match function {
            Function::Lower => format!("{first} in small letters"),
            Function::Upper => format!("{first} in capital letters"),
            Function::Trim => format!("{first} without blanks around it"),
            Function::Length => format!("the number of letters of {}", noun::the(&first)),
            Function::Abs => format!("{first} without its sign"),
            Function::Round => format!("{first} rounded"),
            Function::Floor => format!("{first} rounded down"),
            Function::Ceil => format!("{first} rounded up"),
            Function::Min => format!("the lower of {}", super::joined(&said, " and")),
            Function::Max => format!("the higher of {}", super::joined(&said, " and")),
            Function::Default => format!(
                "{first} (where unknown, {})",
                said.get(1).cloned().unwrap_or_default()
            ),
            Function::Int => format!("{first} without its fraction"),
            // The parts of times were said above.
            Function::Float
            | Function::Decimal
            | Function::String
            | Function::Date
            | Function::Year
            | Function::Month
            | Function::Day
            | Function::Weekday
            | Function::Hour
            | Function::YearsSince
            | Function::DaysSince => first,
            Function::Domain => format!("the domain of {}", noun::the(&first)),
            Function::Distance => format!("the distance in metres between {}", super::joined(&said, " and")),
        }
    }
}

/// Whether it is a time before all that are meant, as it stands where there is none.
fn is_ancient(expr: &Expr) -> bool {
    const CENTURY_19: i32 = 1800;
    match &expr.kind {
        ExprKind::Constant(Value::Date(day)) => day.year() < CENTURY_19,
        ExprKind::Constant(Value::DateTime(at)) => Zone::UTC.date_of(*at).year() < CENTURY_19,
        ExprKind::Clock(wall) => {
            DateTime::from_micros(*wall).is_some_and(|it| Zone::UTC.date_of(it).year() < CENTURY_19)
        }
        _ => false,
    }
}

/// What a time belongs to.
enum Moment {
    /// "the customer signed up".
    When(String),
    /// "the last purchase".
    Of(String),
}

/// "signed up", of a date or datetime that is called "signed up at"; nothing but empty text of one that is called "at".
pub(super) fn stem<'n>(name: &'n str, ty: &Type) -> Option<&'n str> {
    if !matches!(ty, Type::Date | Type::DateTime) {
        return None;
    }
    if name == "at" {
        return Some("");
    }
    name.strip_suffix(" at").or_else(|| name.strip_suffix(" on"))
}
