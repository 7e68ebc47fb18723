//! Calls of functions.

use super::{
    Checker, coerce::LiteralTexts, expression::plain, literal::Operand, path::Found, report::type_name,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    function::{Gives, Takes, WEEKDAYS},
    hir::{Expr, ExprKind, Function},
    span::Span,
    syntax::ast::{self, Name},
    value::Type,
};

impl Checker<'_> {
    pub(crate) fn call(&mut self, span: Span, name: &Name, args: &[ast::Expr]) -> Option<Expr> {
        let lower = name.text.to_lowercase();
        if lower == "size" {
            return self.size(span, name, args);
        }
        if lower == "quantile" {
            return self.quantile(span, args);
        }
        let Some(function) = Function::named(&lower) else {
            if let Some(index) = self.names.functions.iter().position(|it| *it.name == *lower) {
                return self.host_call(span, index, args);
            }
            return self.unknown_function(name, &lower, args);
        };
        let signature = function.signature();
        if args.len() != signature.takes.count() {
            return self.wrong_count(span, signature.name, signature.takes.count(), args);
        }
        if signature.takes == Takes::TwoPlaces {
            return self.call_of_places(span, function, args);
        }
        if matches!(signature.takes, Takes::Two | Takes::TwoOrdered) {
            return self.call_of_two(span, function, args);
        }
        let operand = self.operand_of(function, &args[0])?;
        let argument = self.settle(operand)?;
        if !takes(signature.takes, &argument.ty) {
            return self.wrong_argument(function, &argument);
        }
        let ty = match signature.gives {
            Gives::Same => argument.ty.clone(),
            Gives::String => Type::String,
            Gives::Int => Type::Int,
            Gives::Float => Type::Float,
            Gives::Decimal => Type::Decimal,
            Gives::Date => Type::Date,
            Gives::Weekday => Type::Words(WEEKDAYS.iter().map(|it| (*it).into()).collect()),
        };
        Some(Expr {
            span,
            ty,
            optional: argument.optional || function == Function::Domain,
            kind: ExprKind::Call {
                function,
                args: vec![argument],
            },
        })
    }

    /// An argument; a number literal in a conversion has the type that it converts to.
    fn operand_of(&mut self, function: Function, arg: &ast::Expr) -> Option<Operand> {
        if function == Function::Length
            && let ast::ExprKind::Path(path) = &arg.kind
            && let Found::List(list) = self.resolve(path)?
        {
            let shown = super::path::display(path);
            let error = Diagnostic::new(Code::TypeMismatch, "`length` takes a text")
                .label(list.span, "a list")
                .help(format!("write `size({shown})`"));
            return self.report.fail(error);
        }
        let operand = self.operand(arg)?;
        match (function, operand) {
            (Function::Float, Operand::Number(number)) => {
                self.number(number, &Type::Float).map(Operand::Typed)
            }
            (_, operand) => Some(operand),
        }
    }

    fn call_of_two(&mut self, span: Span, function: Function, args: &[ast::Expr]) -> Option<Expr> {
        let operands = args.iter().map(|arg| self.operand(arg)).collect();
        let verb = format!("brought together by `{}`", function.name());
        let (ty, args) = self.agree(operands, LiteralTexts::String, &verb)?;
        let ordered = ty.is_number()
            || matches!(
                ty,
                Type::String | Type::Url | Type::Date | Type::DateTime | Type::Duration
            );
        if function != Function::Default && !ordered {
            return self.wrong_argument(function, &args[0]);
        }
        let optional = match function {
            Function::Default => args.iter().all(|arg| arg.optional),
            _ => args.iter().any(|arg| arg.optional),
        };
        Some(Expr {
            span,
            ty,
            optional,
            kind: ExprKind::Call { function, args },
        })
    }

    fn size(&mut self, span: Span, name: &Name, args: &[ast::Expr]) -> Option<Expr> {
        let [arg] = args else {
            return self.wrong_count(span, "size", 1, args);
        };
        if let ast::ExprKind::Path(path) = &arg.kind {
            if let [name] = &**path
                && self.names.schema.events.contains_key(&name.text)
            {
                let error = Diagnostic::new(Code::TypeMismatch, "`size` takes a list")
                    .label(name.span, "an event")
                    .help(format!("write `count({})`", name.text));
                return self.report.fail(error);
            }
            if let Found::List(list) = self.resolve(path)? {
                return Some(Expr {
                    optional: list.optional,
                    ..plain(span, Type::Int, ExprKind::Size(list.spot))
                });
            }
        }
        let value = self.value(arg)?;
        let help = value
            .ty
            .is_text()
            .then(|| "the letters of a text are counted by `length(x)`".to_owned());
        let error = Diagnostic::new(Code::TypeMismatch, format!("`{}` takes a list", name.text))
            .label(value.span, type_name(&value.ty))
            .help(help);
        self.report.fail(error)
    }

    fn wrong_argument<T>(&mut self, function: Function, argument: &Expr) -> Option<T> {
        let name = function.name();
        let help = match (function, &argument.ty) {
            (Function::YearsSince, Type::DateTime) => {
                Some("take its day first: `years_since(date(x))`".to_owned())
            }
            (Function::Date, Type::Date) => Some("it is a date already".to_owned()),
            (Function::Hour, Type::Date) => Some("a date has no hour".to_owned()),
            (Function::Int | Function::Float | Function::Decimal, ty) if ty.is_text() => {
                Some("text is not read as a number: declare the attribute as a number".to_owned())
            }
            _ => None,
        };
        let takes = function.signature().takes.describe();
        let error = Diagnostic::new(Code::TypeMismatch, format!("`{name}` takes {takes}"))
            .label(argument.span, type_name(&argument.ty))
            .help(help);
        self.report.fail(error)
    }

    fn wrong_count<T>(&mut self, span: Span, name: &str, count: usize, args: &[ast::Expr]) -> Option<T> {
        for arg in args {
            self.operand(arg);
        }
        let expected = if count == 1 {
            "one argument"
        } else {
            "two arguments"
        };
        let error = Diagnostic::new(Code::ArgumentCount, format!("`{name}` takes {expected}"))
            .label(span, format!("{} given", args.len()));
        self.report.fail(error)
    }

    fn unknown_function<T>(&mut self, name: &Name, lower: &str, args: &[ast::Expr]) -> Option<T> {
        const AGGREGATES: [&str; 7] = ["count", "sum", "avg", "first", "last", "distinct", "mode"];
        let help = if AGGREGATES.contains(&lower) {
            Some(if lower == "count" {
                "count takes a collection: `count(purchases)`".to_owned()
            } else {
                format!("`{lower}` is taken over a collection: `{lower}(x of purchases)`")
            })
        } else if let Some(here) = familiar(lower) {
            Some(format!("write `{here}`"))
        } else {
            let mut near: Vec<&str> = self.names.functions.iter().map(|it| &*it.name).collect();
            Function::names()
                .chain(AGGREGATES)
                .for_each(|name| near.push(name));
            self.report.suggest(lower, near)
        };
        let error = Diagnostic::new(Code::UnknownFunction, format!("unknown function `{}`", name.text))
            .label(name.span, "no such function")
            .help(help);
        self.report.push(error);
        for arg in args {
            self.operand(arg);
        }
        None
    }
}

fn takes(takes: Takes, ty: &Type) -> bool {
    match takes {
        Takes::Text => ty.is_text(),
        Takes::Number => ty.is_number(),
        Takes::Printable => {
            ty.is_number() || ty.is_text() || matches!(ty, Type::Bool | Type::Date | Type::DateTime)
        }
        Takes::Date => *ty == Type::Date,
        Takes::DateTime => *ty == Type::DateTime,
        Takes::DateOrDateTime => matches!(ty, Type::Date | Type::DateTime),
        Takes::TwoOrdered | Takes::Two | Takes::TwoPlaces => false,
    }
}

/// What a function is called here that other languages call `name`.
fn familiar(name: &str) -> Option<&'static str> {
    Some(match name {
        "len" | "char_length" | "strlen" => "length(text)",
        "lcase" | "downcase" | "tolower" | "lowercase" => "lower(text)",
        "ucase" | "upcase" | "toupper" | "uppercase" => "upper(text)",
        "coalesce" | "ifnull" | "nvl" | "isnull" => "default(x, y)",
        "least" => "min(a, b)",
        "greatest" => "max(a, b)",
        "average" | "mean" => "avg(x of purchases)",
        "ceiling" => "ceil(x)",
        "trunc" | "truncate" => "int(x)",
        "str" | "text" | "to_char" => "string(x)",
        "age" => "years_since(date)",
        "datediff" => "days_since(x)",
        "getdate" | "current_timestamp" => "now",
        "current_date" | "curdate" => "today",
        "startswith" | "starts_with" => "x starts with \"…\"",
        "endswith" | "ends_with" => "x ends with \"…\"",
        "includes" | "contains" => "x contains \"…\"",
        _ => return None,
    })
}
