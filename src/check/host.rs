//! Calls of the host's functions.

use super::{Checker, literal::Operand, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Expr, ExprKind, Function, HostFunction},
    span::Span,
    syntax::ast,
    value::Type,
};

impl Checker<'_> {
    /// A call of the host's function with that number.
    pub(crate) fn host_call(&mut self, span: Span, index: usize, args: &[ast::Expr]) -> Option<Expr> {
        let function = self.names.functions.get(index)?.clone();
        if args.len() != function.takes.len() {
            for arg in args {
                self.operand(arg);
            }
            let expected = match function.takes.len() {
                0 => "no arguments".to_owned(),
                1 => "one argument".to_owned(),
                count => format!("{count} arguments"),
            };
            let message = format!("`{}` takes {expected}", function.name);
            let error = Diagnostic::new(Code::ArgumentCount, message)
                .label(span, format!("{} given", args.len()))
                .help(format!("it is `{function:?}`"));
            return self.report.fail(error);
        }
        let checked: Vec<_> = args
            .iter()
            .zip(&function.takes)
            .map(|(arg, ty)| self.host_argument(&function, arg, ty))
            .collect();
        let args = checked.into_iter().collect::<Option<Vec<_>>>()?;
        let lacks_some = !function.takes_missing && args.iter().any(|arg| arg.optional);
        Some(Expr {
            span,
            ty: function.gives.clone(),
            optional: function.optional || lacks_some,
            kind: ExprKind::Host {
                function: index,
                args,
            },
        })
    }

    fn host_argument(&mut self, function: &HostFunction, arg: &ast::Expr, ty: &Type) -> Option<Expr> {
        let value = match self.operand(arg)? {
            Operand::Number(number) if ty.is_number() && !(*ty == Type::Int && number.has_point()) => {
                self.number(number, ty)?
            }
            Operand::Text(span, text) if matches!(ty, Type::Words(_)) => {
                let place = Expr::constant(span, ty.clone(), text.clone());
                self.fit(Operand::Text(span, text), &place)?
            }
            operand => self.settle(operand)?,
        };
        let converts = match (&value.ty, ty) {
            (Type::Int, Type::Decimal) => Some(Function::Decimal),
            (Type::Int, Type::Float) => Some(Function::Float),
            _ => None,
        };
        if let Some(conversion) = converts {
            return Some(Expr {
                span: value.span,
                ty: ty.clone(),
                optional: value.optional,
                kind: ExprKind::Call {
                    function: conversion,
                    args: vec![value],
                },
            });
        }
        let fits = match (&value.ty, ty) {
            (Type::Words(words), Type::Words(taken)) => words.iter().all(|word| taken.contains(word)),
            (given, Type::String) => given.is_text(),
            (given, taken) => given == taken,
        };
        if fits {
            return Some(value);
        }
        let error = Diagnostic::new(
            Code::TypeMismatch,
            format!("`{}` takes {} here", function.name, type_name(ty)),
        )
        .label(value.span, type_name(&value.ty))
        .help(format!("it is `{function:?}`"));
        self.report.fail(error)
    }
}
