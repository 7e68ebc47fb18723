//! `within 5 km of`, and points.

use super::{Checker, expression::bare, literal::Operand, report::type_name};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Chord, Condition, ConditionKind, Expr, ExprKind, Function},
    span::Span,
    syntax::ast::{self, DistanceUnit},
    value::{Geo, Type, Value, geo},
};

impl Checker<'_> {
    pub(crate) fn near(
        &mut self,
        expr: &ast::Expr,
        operand_written: &ast::Expr,
        (radius, unit): (&ast::Expr, DistanceUnit),
        of_written: &ast::Place,
        negated: bool,
    ) -> Option<Condition> {
        let operand = self.place(operand_written);
        let within = self.radius(radius, unit);
        let of = match of_written {
            ast::Place::Point(lat, lon) => self.point(lat, lon),
            ast::Place::Of(place) => self.place(place),
        };
        let (operand, of) = (operand?, of?);
        let kind = ConditionKind::Near {
            operand: Box::new(operand.clone()),
            of: Box::new(of.clone()),
            within: within?,
        };
        let condition = Condition::new(expr.span, kind);
        let mut operands = vec![(operand_written, &operand)];
        if let ast::Place::Of(place) = of_written {
            operands.push((place, &of));
        }
        Some(self.test(expr, negated, condition, &operands))
    }

    /// A function of places.
    pub(crate) fn call_of_places(
        &mut self,
        span: Span,
        function: Function,
        args: &[ast::Expr],
    ) -> Option<Expr> {
        let places: Vec<_> = args.iter().map(|arg| self.place(arg)).collect();
        let args = places.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Expr {
            span,
            ty: Type::Float,
            optional: args.iter().any(|it| it.optional),
            kind: ExprKind::Call { function, args },
        })
    }

    /// A value that is a place.
    fn place(&mut self, written: &ast::Expr) -> Option<Expr> {
        let found = self.found(written)?;
        let value = match &bare(written).kind {
            ast::ExprKind::Path(path) => self.single(found, path)?,
            _ => match found {
                super::Found::Value(value) => value,
                _ => return None,
            },
        };
        if value.ty != Type::Geo {
            let error = Diagnostic::new(
                Code::TypeMismatch,
                format!("{} is not a place", type_name(&value.ty)),
            )
            .label(value.span, "a value of type `geo` is needed here");
            return self.report.fail(error);
        }
        Some(value)
    }

    /// `(lat, lon)`.
    pub(crate) fn point(&mut self, lat: &ast::Expr, lon: &ast::Expr) -> Option<Expr> {
        let latitude = self.degrees(lat, "latitude", 90.0);
        let longitude = self.degrees(lon, "longitude", 180.0);
        let point = Geo::new(latitude?, longitude?)?;
        Some(Expr::constant(lat.span.to(lon.span), Type::Geo, point))
    }

    fn degrees(&mut self, written: &ast::Expr, what: &str, most: f64) -> Option<f64> {
        let operand = self.operand(written)?;
        let Operand::Number(number) = operand else {
            let error = Diagnostic::new(Code::TypeMismatch, "a point is written in numbers")
                .label(operand.span(), "not a number written out")
                .help(
                    "write a point as `(40.4168, -3.7038)`, a place of the customer by its name".to_owned(),
                );
            return self.report.fail(error);
        };
        let value = self.number(number, &Type::Float)?;
        let ExprKind::Constant(Value::Float(degrees)) = value.kind else {
            return None;
        };
        if (-most..=most).contains(&degrees) {
            return Some(degrees);
        }
        let help = (what == "latitude").then(|| "the latitude stands first: `(40.4168, -3.7038)`".to_owned());
        let error = Diagnostic::new(
            Code::InvalidLiteral,
            format!("a {what} goes from -{most} to {most}"),
        )
        .label(written.span, "outside Earth")
        .help(help);
        self.report.fail(error)
    }

    fn radius(&mut self, written: &ast::Expr, unit: DistanceUnit) -> Option<Chord> {
        let Operand::Number(number) = self.operand(written)? else {
            return None;
        };
        // Read as metres at once where the unit only moves the point: 1.1 km is exactly 1100 m.
        let value = match unit {
            DistanceUnit::Kilometre => self.number(number.thousandfold(), &Type::Float),
            DistanceUnit::Metre | DistanceUnit::Mile => self.number(number, &Type::Float),
        };
        let ExprKind::Constant(Value::Float(count)) = value?.kind else {
            return None;
        };
        let metres = if unit == DistanceUnit::Mile {
            count * METRES_IN_A_MILE
        } else {
            count
        };
        if metres > 0.0 {
            return Some(Chord(geo::squared_chord_within(metres)));
        }
        let error = Diagnostic::new(Code::InvalidLiteral, "a distance is more than nothing")
            .label(written.span, "nothing is so near");
        self.report.fail(error)
    }
}

const METRES_IN_A_MILE: f64 = 1609.344;
