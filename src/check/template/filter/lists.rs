//! Filters on lists that look at the fields of records, or take another list.

use std::sync::Arc;

use super::{Items, State, StateKind, state::given_by};
use crate::{
    check::{
        Entry, Found, Shape, known_given,
        template::{TemplateChecker, meet::joined_type, signature::Signature},
        type_name,
    },
    diagnostic::{Code, Diagnostic},
    hir::{
        Condition, ConditionKind, Expr, Spot,
        template::{Each, EachKind, Filter, FilterKind, ListFilter},
    },
    span::Span,
    syntax::{
        ast::{self, CompareOp, Literal, Name},
        template::ast::{self as written, Argument},
    },
    value::{Decimal, Type, Value},
};

/// What an item is called in conditions; nobody can write it.
const ITEM: &str = "an item";

/// A field of the items of a list.
struct Field {
    span: Span,
    row: u8,
    /// The item, and the way from it to the field.
    path: Vec<Name>,
    value: Expr,
    filled: bool,
}

impl TemplateChecker<'_, '_> {
    /// A filter that may name a field, or takes another list.
    pub(super) fn list_filter(
        &mut self,
        filter: &written::Filter,
        kind: ListFilter,
        (signature, given): (&Signature, &[Option<&Argument>]),
        (state, items): (&State, &Items),
    ) -> Option<(Filter, State)> {
        let first = given.first().copied().flatten();
        let mut checked = Filter::new(filter.span, FilterKind::List(kind), Vec::new());
        let next = match (kind, first) {
            (ListFilter::Concat, argument) => {
                let (more, other) = self.list_argument(filter, argument?)?;
                checked.list = Some(more);
                self.both(filter, (state, items), &other)?
            }
            (_, None) => {
                self.plain(filter, kind, items)?;
                given_by(signature, state.clone(), &[], &[])?
            }
            (_, Some(name)) => {
                let field = self.field(filter, name, items)?;
                let (each, next) = match kind {
                    ListFilter::Where
                    | ListFilter::Reject
                    | ListFilter::Find
                    | ListFilter::FindIndex
                    | ListFilter::Has => {
                        let wanted = given.get(1).copied().flatten();
                        let condition = self.chooses(filter, &field, wanted, items)?;
                        let next = given_by(signature, state.clone(), &[], &[])?;
                        (EachKind::Condition(condition), next)
                    }
                    _ => {
                        let next = self.by_field(filter, kind, &field, (state, items))?;
                        (EachKind::Value(field.value), next)
                    }
                };
                checked.each = Some(Each {
                    row: field.row,
                    layout: Arc::clone(&items.shape.layout),
                    kind: each,
                });
                next
            }
        };
        if let (ListFilter::Sum, StateKind::Value(ty)) = (kind, &next.kind) {
            checked.arguments.push(zero(filter.span, ty));
        }
        Some((checked, next))
    }

    /// What comes out of a filter that looks at the items themselves.
    fn plain(&mut self, filter: &written::Filter, kind: ListFilter, items: &Items) -> Option<()> {
        let name = &filter.name.text;
        if items.are_records() {
            if kind == ListFilter::Compact {
                return Some(());
            }
            let field = items.field().unwrap_or("name");
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("`{name}` takes a list of plain values"),
            )
            .label(filter.span, "its items are records")
            .help(format!("say by which field: `{name}: \"{field}\"`"));
            return self.checker.report.fail(error);
        }
        self.can_do(filter, kind, &items.ty, filter.span)
    }

    /// Whether a filter can do with values of a type what it does.
    fn can_do(&mut self, filter: &written::Filter, kind: ListFilter, ty: &Type, span: Span) -> Option<()> {
        let needed = match kind {
            ListFilter::Sum if !ty.is_number() => "numbers",
            ListFilter::Sort if !(ty.is_text() || ty.is_number() || is_time(ty)) => "texts, numbers or times",
            ListFilter::Map | ListFilter::Uniq | ListFilter::SortNatural | ListFilter::Compact => {
                return self.printable(ty, span);
            }
            _ => return Some(()),
        };
        let name = &filter.name.text;
        let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes {needed}"))
            .label(span, format!("found {}", type_name(ty)));
        self.checker.report.fail(error)
    }

    /// What comes out of a filter that looks at a field.
    fn by_field(
        &mut self,
        filter: &written::Filter,
        kind: ListFilter,
        field: &Field,
        (state, items): (&State, &Items),
    ) -> Option<State> {
        let ty = match &field.value.ty {
            Type::Words(_) => Type::String,
            ty => ty.clone(),
        };
        self.can_do(filter, kind, &ty, field.span)?;
        Some(match kind {
            ListFilter::Map => {
                let optional = !known_given(&field.value, &self.checker.given);
                let items = Items::plain(ty, optional, field.filled);
                State::of(StateKind::List(items), state.optional, state.blank)
            }
            ListFilter::Sum => State {
                optional: state.optional,
                ..State::there(ty)
            },
            ListFilter::Compact => State {
                blank: true,
                ..state.clone()
            },
            _ => State::of(StateKind::List(items.clone()), state.optional, state.blank),
        })
    }

    /// The field of the items that an argument names.
    fn field(&mut self, filter: &written::Filter, argument: &Argument, items: &Items) -> Option<Field> {
        let span = argument.value.span;
        let ast::ExprKind::Literal(Literal::Text(text)) = &argument.value.kind else {
            let example = items.field().unwrap_or("name");
            let error = Diagnostic::new(Code::TypeMismatch, "expected the name of a field")
                .label(span, "must be written out in quotes")
                .help(format!("write it as in `{}: \"{example}\"`", filter.name.text));
            return self.checker.report.fail(error);
        };
        if !items.have_fields() {
            let name = &filter.name.text;
            let ty = type_name(&items.ty);
            let error = Diagnostic::new(Code::TypeMismatch, format!("the items have no field `{text}`"))
                .label(span, format!("they are {ty}"))
                .help(format!("leave the field out: `| {name}`"));
            return self.checker.report.fail(error);
        }
        let name = |text: &str| Name {
            span,
            text: text.into(),
            quoted: false,
        };
        let path: Vec<Name> = std::iter::once("item").chain(text.split('.')).map(name).collect();
        let row = self.checker.next_row(filter.span)?;
        self.checker.scope.entries.push(Entry::Previous {
            row,
            shape: Arc::clone(&items.shape),
        });
        let found = self.checker.loop_variable(row, &items.shape, &path);
        let value = match found {
            Some(Found::Value(value)) => Some(value),
            Some(found) => self.checker.single(found, &path),
            None => None,
        };
        let filled = value
            .as_ref()
            .is_some_and(|it| self.checker.is_filled(it, &self.checker.given));
        self.checker.scope.entries.pop();
        Some(Field {
            span,
            row,
            path,
            value: value?,
            filled,
        })
    }

    /// The condition that a field equals what is wanted, or that it is there and not `false`.
    fn chooses(
        &mut self,
        filter: &written::Filter,
        field: &Field,
        wanted: Option<&Argument>,
        items: &Items,
    ) -> Option<Condition> {
        let mut path = field.path.clone();
        path[0].text = ITEM.into();
        let path = ast::Expr {
            span: field.span,
            kind: ast::ExprKind::Path(path),
        };
        let wanted = wanted.filter(|it| !matches!(it.value.kind, ast::ExprKind::Literal(Literal::Null)));
        let condition = match wanted {
            None => path,
            Some(wanted) => ast::Expr {
                span: wanted.span,
                kind: ast::ExprKind::Compare {
                    op: CompareOp::Eq,
                    lhs: Box::new(path),
                    rhs: Box::new(wanted.value.clone()),
                    ignoring_case: false,
                },
            },
        };
        self.checker.scope.entries.push(Entry::Loop {
            name: ITEM.into(),
            row: field.row,
            shape: Arc::clone(&items.shape),
            counters: None,
        });
        let condition = self.checker.check_condition(&condition);
        self.checker.scope.entries.pop();
        let condition = condition?;
        if let ConditionKind::Compare { rhs, .. } = &condition.kind {
            self.known(filter, (**rhs).clone())?;
        }
        Some(condition)
    }

    /// A list as an argument.
    fn list_argument(&mut self, filter: &written::Filter, argument: &Argument) -> Option<(Spot, State)> {
        let (found, path) = match &argument.value.kind {
            ast::ExprKind::Path(path) => (self.checker.resolve(path)?, &**path),
            _ => (Found::Value(self.value(&argument.value)?), [].as_slice()),
        };
        let what = match found {
            Found::List(list) => {
                let state = self.list_state(&list, path);
                if state.optional {
                    let shown = self.written(argument.value.span).to_owned();
                    let error = Diagnostic::new(Code::MayBeMissing, format!("`{shown}` may be missing"))
                        .label(
                            argument.value.span,
                            format!("what should `{}` add instead?", filter.name.text),
                        )
                        .help(format!(
                            "write it where it is there: `{{% if {shown} is known %}}` … `{{% endif %}}`"
                        ));
                    return self.checker.report.fail(error);
                }
                return Some((list.spot, state));
            }
            Found::Value(value) => type_name(&value.ty),
            Found::Record(_) => "a record".to_owned(),
        };
        let error = Diagnostic::new(
            Code::TypeMismatch,
            format!("`{}` takes another list", filter.name.text),
        )
        .label(argument.value.span, format!("found {what}"))
        .help("give it a name before: `{% assign more = \"a, b\" | split: \", \" %}`".to_owned());
        self.checker.report.fail(error)
    }

    /// A list, or another one where it has no items.
    pub(super) fn list_or(
        &mut self,
        filter: &written::Filter,
        given: &[Option<&Argument>],
        (state, items): (&State, &Items),
    ) -> Option<(Filter, State)> {
        let (list, other) = self.list_argument(filter, given.first().copied().flatten()?)?;
        let either = self.both(filter, (state, items), &other)?;
        let StateKind::List(both) = either.kind else {
            return None;
        };
        let is_range =
            items.shape.is_range || matches!(&other.kind, StateKind::List(it) if it.shape.is_range);
        let items = if is_range {
            let shape = Arc::new(Shape::of_range());
            Items { shape, ..both }
        } else {
            both
        };
        let kind = FilterKind::List(ListFilter::Or);
        let mut checked = Filter::new(filter.span, kind, Vec::new());
        checked.list = Some(list);
        let blank = (state.optional || state.blank) && other.blank;
        Some((checked, State::of(StateKind::List(items), false, blank)))
    }

    /// Two lists in one.
    fn both(
        &mut self,
        filter: &written::Filter,
        (state, items): (&State, &Items),
        other: &State,
    ) -> Option<State> {
        let StateKind::List(more) = &other.kind else {
            return None;
        };
        let blank = state.blank && other.blank;
        if items.are_records() && items.shape.layout == more.shape.layout {
            return Some(State::of(StateKind::List(items.clone()), state.optional, blank));
        }
        let joined = joined_type(&items.ty, &more.ty).filter(|it| {
            // Numbers stay what they are, so that both have to be of one type.
            !matches!(it, Type::Record(_)) && (items.ty == more.ty || it.is_text())
        });
        let Some(ty) = joined else {
            let message = format!("`{}` takes lists of the same kind", filter.name.text);
            let kind = |items: &Items| match &items.ty {
                Type::Record(_) => "records".to_owned(),
                ty => type_name(ty),
            };
            let error = Diagnostic::new(Code::IncompatibleTypes, message)
                .label(
                    filter.span,
                    format!("one holds {}, the other {}", kind(items), kind(more)),
                )
                .help("`map: \"…\"` takes a field of records".to_owned());
            return self.checker.report.fail(error);
        };
        let any = |ask: fn(&Items) -> bool| ask(items) || ask(more);
        let both = Items::plain(ty, any(Items::may_be_missing), !any(Items::may_be_blank));
        Some(State::of(StateKind::List(both), state.optional, blank))
    }
}

/// What a sum begins with.
fn zero(span: Span, ty: &Type) -> Expr {
    match ty {
        Type::Float => Expr::constant(span, Type::Float, Value::Float(0.0)),
        Type::Decimal => Expr::constant(span, Type::Decimal, Decimal::ZERO),
        _ => Expr::constant(span, Type::Int, 0),
    }
}

fn is_time(ty: &Type) -> bool {
    matches!(ty, Type::Date | Type::DateTime)
}
