//! How long a value may be as text.

use std::sync::Arc;

use super::size::{Letters, Size};
use crate::{
    hir::{
        self, AggregateKind, Expr, ExprKind, Form, Function, Items, Module, Place,
        template::{
            CodeFilter, DateFilter, Filter, FilterKind, NumberFilter, Output, Source as Shown, TextFilter,
        },
    },
    schema::{Layout, Slot},
    value::{Roles, Type, Value},
};

/// The rows in scope, the customer first.
pub(super) type Rows = Vec<Arc<Layout>>;

/// So many values are looked into for one placeholder: traits may name others twice, again and again.
const STEPS: usize = 2_000;

/// The longest that something may be.
struct Longest<'m> {
    module: &'m Module,
    message: &'m hir::Message,
    rows: Rows,
    form: Form,
    steps: usize,
}

/// The longest that is shown where a placeholder stands.
pub(super) fn output(
    module: &Module,
    (message, form): (&hir::Message, Form),
    rows: &Rows,
    output: &Output,
) -> Size {
    let mut longest = Longest {
        module,
        message,
        rows: rows.clone(),
        form,
        steps: STEPS,
    };
    let first = match &output.value {
        Shown::Value(value) => longest.value(value),
        Shown::List(_) | Shown::Range { .. } | Shown::Item(_) => None,
    };
    let last = output
        .filters
        .iter()
        .fold(first, |before, filter| longest.filter(filter, before));
    last.map_or(Size::ENDLESS, |it| Size::up_to(it.count, it.letters, form))
}

/// The layout of the items of a collection.
pub(super) fn layout_of(module: &Module, rows: &Rows, source: &hir::Source) -> Option<Arc<Layout>> {
    match source {
        hir::Source::Events(event) => {
            let event = module.schema.events.get_index(*event)?.1;
            Some(Layout::of_event(&event.fields).into())
        }
        hir::Source::List(hir::Spot::Row(place)) => slot(rows, *place)?.items.clone(),
        hir::Source::List(hir::Spot::Item { catalog, slot, .. }) => {
            let catalog = module.schema.catalogs.get_index(*catalog)?.1;
            let layout = Layout::of_fields(&catalog.fields);
            layout.slots.get(*slot as usize)?.items.clone()
        }
    }
}

fn slot(rows: &Rows, place: Place) -> Option<&Slot> {
    rows.get(usize::from(place.row))?.slots.get(place.slot as usize)
}

/// So many letters of a kind.
#[derive(Clone, Copy, Debug)]
struct Count {
    count: u64,
    letters: Letters,
}

impl Count {
    const fn digits(count: u64) -> Self {
        Self {
            count,
            letters: Letters::Digits,
        }
    }

    const fn ascii(count: u64) -> Self {
        Self {
            count,
            letters: Letters::Ascii,
        }
    }

    const fn any(count: u64) -> Self {
        Self {
            count,
            letters: Letters::Any,
        }
    }

    fn of_text(text: &str) -> Self {
        Self {
            count: text.chars().count() as u64,
            letters: if text.is_ascii() {
                Letters::Ascii
            } else {
                Letters::Any
            },
        }
    }

    fn times(self, factor: u64) -> Self {
        Self {
            count: self.count.saturating_mul(factor),
            ..self
        }
    }

    fn then(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            ..self.max(other)
        }
    }

    fn max(self, other: Self) -> Self {
        let any = [self.letters, other.letters];
        Self {
            count: self.count.max(other.count),
            letters: if any.contains(&Letters::Any) {
                Letters::Any
            } else if any.contains(&Letters::Ascii) {
                Letters::Ascii
            } else {
                Letters::Digits
            },
        }
    }
}

impl Longest<'_> {
    /// `None` for what may be of any length.
    fn value(&mut self, expr: &Expr) -> Option<Count> {
        if !expr.ty.is_text() {
            return of_type(&expr.ty);
        }
        self.steps = self.steps.checked_sub(1)?;
        let most = match &expr.kind {
            ExprKind::Constant(Value::Text(text)) => Some(Count::of_text(text)),
            ExprKind::Slot(place) => slot(&self.rows, *place).and_then(of_slot),
            ExprKind::Local(index) => self
                .message
                .inputs
                .get(*index)
                .and_then(|input| of_words(&input.ty).or(of_roles(&input.roles))),
            ExprKind::Follow { catalog, slot, .. } => {
                let catalog = self.module.schema.catalogs.get_index(*catalog)?.1;
                Layout::of_fields(&catalog.fields)
                    .slots
                    .get(*slot as usize)
                    .and_then(of_slot)
            }
            ExprKind::Trait(index) => {
                let rows = self.rows.split_off(1);
                let most = self.value(&self.module.traits[*index].value);
                self.rows.extend(rows);
                most
            }
            // Other cases of a letter may be up to three letters.
            ExprKind::Folded(inner) => self.value(inner).map(|it| it.times(3)),
            ExprKind::Call { function, args } => self.call(*function, args),
            ExprKind::Case { arms, otherwise } => {
                let all = arms.iter().map(|(_, value)| value).chain(otherwise.as_deref());
                self.longest(all)
            }
            ExprKind::Aggregate {
                kind:
                    AggregateKind::First
                    | AggregateKind::Last
                    | AggregateKind::Min
                    | AggregateKind::Max
                    | AggregateKind::Mode,
                value: Some(value),
                items,
            } => self.item(items, value),
            _ => None,
        };
        most.or_else(|| of_words(&expr.ty))
    }

    fn call(&mut self, function: Function, args: &[Expr]) -> Option<Count> {
        match function {
            Function::Lower | Function::Upper => {
                args.first().and_then(|it| self.value(it)).map(|it| it.times(3))
            }
            Function::Trim | Function::Domain | Function::String => {
                args.first().and_then(|it| self.value(it))
            }
            Function::Min | Function::Max | Function::Default => self.longest(args),
            _ => None,
        }
    }

    fn longest<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>) -> Option<Count> {
        let mut longest = Count::digits(0);
        for expr in all {
            longest = longest.max(self.value(expr)?);
        }
        Some(longest)
    }

    fn item(&mut self, items: &Items, value: &Expr) -> Option<Count> {
        let layout = layout_of(self.module, &self.rows, &items.source)?;
        let row = usize::from(items.row);
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Arc::default());
        }
        let outer = std::mem::replace(&mut self.rows[row], layout);
        let most = self.value(value);
        self.rows[row] = outer;
        most
    }

    fn filter(&mut self, filter: &Filter, before: Option<Count>) -> Option<Count> {
        let argument = |index: usize| filter.arguments.get(index);
        match filter.kind {
            FilterKind::Default => Some(before?.max(self.value(argument(0)?)?)),
            FilterKind::Text(TextFilter::Upcase | TextFilter::Downcase | TextFilter::Capitalize) => {
                before.map(|it| it.times(3))
            }
            FilterKind::Text(TextFilter::Append | TextFilter::Prepend) => {
                Some(before?.then(self.value(argument(0)?)?))
            }
            FilterKind::Text(TextFilter::ReplaceFirst | TextFilter::ReplaceLast) => {
                Some(before?.then(self.value(argument(1)?)?))
            }
            // Something takes the place of every letter, and stands behind the last, at most; nothing of `remove`.
            FilterKind::Text(TextFilter::Replace) => {
                let (before, new) = (before?, self.value(argument(1)?)?);
                Some(Count {
                    count: before
                        .count
                        .saturating_add(1)
                        .saturating_mul(new.count.saturating_add(1)),
                    ..before.max(new)
                })
            }
            FilterKind::Text(TextFilter::Slice) => {
                let most = match argument(1)?.kind {
                    ExprKind::Constant(Value::Int(length)) => u64::try_from(length).unwrap_or(0),
                    _ => return before,
                };
                let part = before.unwrap_or(Count::any(most));
                Some(Count {
                    count: part.count.min(most),
                    ..part
                })
            }
            FilterKind::Text(TextFilter::TruncateWords) => Some(before?.then(self.value(argument(1)?)?)),
            FilterKind::Text(TextFilter::NewlineToBr | TextFilter::LineBreaks) => {
                before.map(|it| it.times(7).max(Count::ascii(0)))
            }
            FilterKind::Code(CodeFilter::Sha256 | CodeFilter::HmacSha256) => Some(Count::ascii(64)),
            // A letter has at most four bytes, each of which takes three.
            FilterKind::Code(
                CodeFilter::UrlEncode | CodeFilter::Base64Encode | CodeFilter::Base64UrlSafeEncode,
            ) => before.map(|it| Count::ascii(it.times(12).count.saturating_add(4))),
            FilterKind::Code(CodeFilter::Utm) => {
                let mut most = before?;
                for said in &filter.arguments {
                    most = most.then(Count::ascii(14)).then(self.value(said)?.times(12));
                }
                Some(most.max(Count::ascii(0)))
            }
            // Three digits become one byte, of which a letter may be made.
            FilterKind::Code(
                CodeFilter::UrlDecode | CodeFilter::Base64Decode | CodeFilter::Base64UrlSafeDecode,
            ) => before.map(|it| Count::any(it.count)),
            FilterKind::Text(TextFilter::Truncate) => {
                let mark = self.value(argument(1)?)?;
                let length = match argument(0)?.kind {
                    ExprKind::Constant(Value::Int(length)) => u64::try_from(length).unwrap_or(0),
                    _ => return None,
                };
                let most = length.max(mark.count);
                let cut = before.unwrap_or(Count::any(most));
                Some(Count {
                    count: cut.count.min(most),
                    ..cut.max(mark)
                })
            }
            FilterKind::Size => Some(Count::digits(20)),
            // Six letters for one in the worst case, and the quotes.
            FilterKind::Json => before.map(|it| it.times(6).then(Count::ascii(2))),
            // Each directive is a word or a number. The forms that a language has itself have at most four.
            FilterKind::Date(DateFilter::Format) => {
                let (form, locale) = (text_of(argument(0)?)?, text_of(argument(1)?)?);
                let directives = form.matches('%').count().max(4) as u64;
                let names = if locale == "en" {
                    Letters::Digits
                } else {
                    Letters::Any
                };
                let written = Count::of_text(form);
                Some(
                    Count {
                        count: written.count.saturating_add(directives.saturating_mul(30)),
                        ..written
                    }
                    .max(Count {
                        count: 0,
                        letters: names,
                    }),
                )
            }
            FilterKind::Date(DateFilter::DaysUntil) => Some(Count::digits(8)),
            FilterKind::Number(NumberFilter::Money) => {
                let (code, locale) = (text_of(argument(0)?)?, text_of(argument(1)?)?);
                Some(match code {
                    // Their signs are letters of text messages; the blank of other languages is not.
                    "EUR" | "USD" | "GBP" | "JPY" if locale == "en" => Count::ascii(40),
                    _ => Count::any(40),
                })
            }
            // A float has at most 309 digits before its point, with a mark between each three.
            FilterKind::Number(NumberFilter::Grouped) => Some(match text_of(argument(1)?)? {
                "en" => Count::ascii(440),
                _ => Count::any(440),
            }),
            FilterKind::Plural => {
                let (_, forms) = filter.arguments.split_last()?;
                self.longest(forms)
            }
            FilterKind::Number(NumberFilter::ToDecimal) => Some(Count::digits(21)),
            // In a page, every value is escaped where it is shown, and once.
            FilterKind::Text(TextFilter::Escape | TextFilter::EscapeOnce) if self.form != Form::Html => {
                before.map(|it| it.times(6).max(Count::ascii(0)))
            }
            FilterKind::Text(
                TextFilter::Escape
                | TextFilter::EscapeOnce
                | TextFilter::Strip
                | TextFilter::StripLeft
                | TextFilter::StripRight
                | TextFilter::StripHtml
                | TextFilter::StripNewlines,
            )
            | FilterKind::Raw => before,
            FilterKind::Number(NumberFilter::ToFloat) => Some(Count::digits(340)),
            // At least as many digits as the largest number that is no float.
            FilterKind::Number(_) => {
                let mut most = before?.max(Count::digits(21));
                for argument in &filter.arguments {
                    most = most.max(self.value(argument)?);
                }
                Some(Count::digits(most.count))
            }
            // Each value may stand in several places, as many as the text has marks for.
            FilterKind::Text(TextFilter::Fill) => {
                let text = before?;
                let mut most = text;
                for value in filter.arguments.iter().skip(1).step_by(2) {
                    most = most.then(self.value(value)?.times(text.count / 3));
                }
                Some(most)
            }
            FilterKind::Text(TextFilter::Split) | FilterKind::List(_) => None,
        }
    }
}

/// A text that is written out.
fn text_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Constant(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn of_slot(slot: &Slot) -> Option<Count> {
    of_words(&slot.ty).or(of_roles(&slot.roles))
}

fn of_roles(roles: &Roles) -> Option<Count> {
    roles.letters.map(|most| Count::any(most.into()))
}

fn of_words(ty: &Type) -> Option<Count> {
    match ty {
        Type::Words(words) => {
            let each = words.iter().map(|word| Count::of_text(word));
            Some(each.fold(Count::digits(0), Count::max))
        }
        _ => None,
    }
}

/// The longest value of a type that is no text.
fn of_type(ty: &Type) -> Option<Count> {
    Some(Count::digits(match ty {
        Type::Bool => 5,
        Type::Int => 20,
        Type::Decimal => 21,
        // All digits of the largest, and of the smallest.
        Type::Float => 340,
        Type::Date => 10,
        Type::DateTime => 32,
        _ => return None,
    }))
}
