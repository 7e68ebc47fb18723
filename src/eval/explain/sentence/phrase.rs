//! Values by what they are: "the total amount of purchases in the last 30 days".

use super::{Wording, noun, value};
use crate::{
    hir::{AggregateKind, ArithmeticOp, Expr, ExprKind, Function, Items, Place, Source, Spot},
    value::{DateTime, Type},
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
                format!("the {field} of {}", self.item(key, *catalog))
            }
            ExprKind::Quantile { operand, parts, .. } => {
                let value = self.part(operand);
                format!("the place of {value} among {parts} equal parts of all customers")
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
    fn part(&mut self, expr: &Expr) -> String {
        let said = self.phrase(expr);
        match &expr.kind {
            ExprKind::Arithmetic { .. } | ExprKind::Condition(_) => format!("({said})"),
            ExprKind::Call { args, .. } if args.len() > 1 => format!("({said})"),
            _ => said,
        }
    }

    /// "the product that sku names".
    fn item(&mut self, key: &Expr, catalog: usize) -> String {
        let catalog = self.names.module.schema.catalogs.get_index(catalog);
        let catalog = catalog.map_or_else(String::new, |(name, _)| noun::singular(name));
        format!("the {catalog} that {} names", self.phrase(key))
    }

    /// The name of a list, and of what it is when it is not of what is in scope: " of the product that sku names".
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

    /// " of the product that sku names", for a collection that is the list of an item.
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
        // The time that is called "signed up at" is the signed up time.
        if let Some(stem) = stem(&name, &slot.ty) {
            let what = if slot.ty == Type::Date { "date" } else { "time" };
            name = if stem.is_empty() {
                what.to_owned()
            } else {
                format!("{stem} {what}")
            };
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
                format!(" where {}", self.inside(filter, true))
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
        let of = of.map(|expr| {
            self.names.enter(items);
            self.depth += 1;
            let (said, ty) = (self.part(expr), expr.ty.clone());
            self.depth -= 1;
            (said, ty)
        });
        let Some((of, ty)) = of else {
            return format!("the number of {}", self.items(items, &many));
        };
        let time = matches!(ty, Type::Date | Type::DateTime);
        let (before, name) = match kind {
            AggregateKind::Count => (format!("the number of known {}", noun::plural(&of)), many),
            AggregateKind::Sum => (format!("the total {of}"), many),
            AggregateKind::Avg => (format!("the average {of}"), many),
            AggregateKind::Min if time => (format!("the earliest {of}"), many),
            AggregateKind::Max if time => (format!("the latest {of}"), many),
            AggregateKind::Min => (format!("the lowest {of}"), many),
            AggregateKind::Max => (format!("the highest {of}"), many),
            AggregateKind::First => (format!("the {of} of the first"), single),
            AggregateKind::Last => (format!("the {of} of the last"), single),
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

    fn call(&mut self, function: Function, args: &[Expr]) -> String {
        let said: Vec<String> = args.iter().map(|it| self.part(it)).collect();
        let first = said.first().cloned().unwrap_or_default();
        match function {
            Function::Lower => format!("{first} in small letters"),
            Function::Upper => format!("{first} in capital letters"),
            Function::Trim => format!("{first} without blanks around it"),
            Function::Length => format!("the number of letters of {first}"),
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
            Function::Float | Function::Decimal | Function::String => first,
            Function::Date => format!("the day of {first}"),
            Function::Year => format!("the year of {first}"),
            Function::Month => format!("the month of {first}"),
            Function::Day => format!("the day of the month of {first}"),
            Function::Weekday => format!("the weekday of {first}"),
            Function::Hour => format!("the hour of {first}"),
            Function::YearsSince => format!("the number of years since {first}"),
            Function::DaysSince => format!("the number of days since {first}"),
            Function::Domain => format!("the domain of {first}"),
            Function::Distance => format!("the distance in metres between {}", super::joined(&said, " and")),
        }
    }
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
