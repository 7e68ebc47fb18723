//! Calculations.

use super::{
    Maybe, Translator, Val,
    fragment::{Sql, sql},
};
use crate::{
    hir::{ArithmeticOp, Function},
    span::Span,
    value::{Date, DateTime, Type},
};

pub(super) const DAY: i64 = 86_400_000_000;

impl Translator<'_> {
    /// A calculation with two values, in the logical form.
    pub(super) fn calculated(
        &mut self,
        op: ArithmeticOp,
        a: Val,
        b: Val,
        ty: &Type,
        span: Span,
    ) -> Maybe<Sql> {
        let (a_type, b_type) = (a.ty.clone(), b.ty.clone());
        let (a, b) = (self.logical(a), self.logical(b));
        let sign = match op {
            ArithmeticOp::Add => " + ",
            ArithmeticOp::Subtract => " - ",
            ArithmeticOp::Multiply => " * ",
            ArithmeticOp::Divide => " / ",
        };
        if *ty == Type::Float {
            let op = sign.trim().chars().next().unwrap_or('+');
            let encoding = self.encoding;
            return Some(encoding.float_arithmetic(
                &mut |sql| self.relations[self.current].bind(sql, "result"),
                op,
                a,
                b,
            ));
        }
        let encoding = self.encoding;
        let wide = |a: Sql, b: Sql| sql![encoding.wide(a).operand(), sign, encoding.wide(b).operand()];
        Some(match (op, &a_type, &b_type) {
            (ArithmeticOp::Divide, ..) => {
                let (a, b) = (
                    self.same_units(a, &a_type, &b_type),
                    self.same_units(b, &b_type, &a_type),
                );
                encoding.decimal_quotient(&mut |sql| self.relations[self.current].bind(sql, "part"), a, b)
            }
            (ArithmeticOp::Multiply, Type::Decimal, Type::Decimal) => {
                encoding.decimal_product(&mut |sql| self.relations[self.current].bind(sql, "part"), a, b)
            }
            (ArithmeticOp::Multiply, ..) | (_, Type::Duration, Type::Duration) => self.narrowed(wide(a, b)),
            (_, Type::Date, Type::Date) => {
                let days = sql![a.operand(), sign, b.operand()];
                sql![days.operand(), " * ", self.encoding.int(DAY)]
            }
            (_, Type::Date, _) => self.days_added(sign, a, b),
            (_, _, Type::Date) => self.days_added(sign, b, a),
            (_, Type::DateTime, Type::DateTime) => sql![a.operand(), sign, b.operand()],
            (_, Type::DateTime, _) | (_, _, Type::DateTime) => {
                let sum = self.narrowed(wide(a, b));
                self.within(sum, DateTime::MIN.micros(), DateTime::MAX.micros())
            }
            (_, Type::Int | Type::Decimal, Type::Int | Type::Decimal) => {
                let (a, b) = (
                    self.same_units(a, &a_type, &b_type),
                    self.same_units(b, &b_type, &a_type),
                );
                self.narrowed(wide(a, b))
            }
            _ => return self.refuse(span, "this calculation", "keep its result in an attribute"),
        })
    }

    /// An int beside a decimal as a count of 1/10000.
    fn same_units(&mut self, number: Sql, ty: &Type, other: &Type) -> Sql {
        if *ty == Type::Int && *other == Type::Decimal {
            return self.narrowed(sql![self.encoding.wide(number).operand(), " * 10000"]);
        }
        number
    }

    fn days_added(&mut self, sign: &'static str, days: Sql, micros: Sql) -> Sql {
        let micros = if sign == " - " {
            self.narrowed(sql!["-", self.encoding.wide(micros).operand()])
        } else {
            micros
        };
        let whole = self.floored(micros, DAY);
        self.within(
            sql![days.operand(), " + ", whole.operand()],
            Date::MIN.days().into(),
            Date::MAX.days().into(),
        )
    }

    /// Null where it is out of a range.
    pub(super) fn within(&mut self, int: Sql, low: i64, high: i64) -> Sql {
        let int = self.bind(int, "moment");
        sql![
            "CASE WHEN ",
            &int,
            " BETWEEN ",
            low,
            " AND ",
            high,
            " THEN ",
            &int,
            " END"
        ]
        .maybe()
    }

    /// The quotient by a positive constant, rounded down.
    pub(super) fn floored(&mut self, int: Sql, divisor: i64) -> Sql {
        if let Some(int) = int.as_int() {
            return self.encoding.int(int.div_euclid(divisor));
        }
        let int = self.bind(int, "dividend");
        let quotient = self.encoding.quotient(int.clone(), Sql::int(divisor));
        let rest = self.encoding.remainder(int, Sql::int(divisor));
        sql![
            quotient.operand(),
            " - CASE WHEN ",
            rest,
            " < 0 THEN 1 ELSE 0 END"
        ]
        .operand()
    }

    /// What is left of a division by a positive constant that is rounded down.
    pub(super) fn modulo(&mut self, int: Sql, divisor: i64) -> Sql {
        if let Some(int) = int.as_int() {
            return self.encoding.int(int.rem_euclid(divisor));
        }
        let int = self.bind(int, "dividend");
        let rest = self.encoding.remainder(int, Sql::int(divisor)).operand();
        sql![
            "CASE WHEN ",
            &rest,
            " < 0 THEN ",
            &rest,
            " + ",
            divisor,
            " ELSE ",
            &rest,
            " END"
        ]
        .operand()
    }

    /// `abs round floor ceil`.
    pub(super) fn rounded(&mut self, function: Function, value: Val) -> Maybe<Sql> {
        let ty = value.ty.clone();
        let it = self.bound(value, "number");
        let encoding = self.encoding;
        if ty == Type::Float {
            return Some(match function {
                Function::Abs => sql!["ABS(", it, ")"].tight(),
                Function::Floor => encoding.floor(it),
                Function::Ceil => encoding.ceil(it),
                _ => {
                    // Half away from zero; what has no fraction stays as it is.
                    let cut = self.bind(encoding.truncated(it.clone()), "whole");
                    let beyond =
                        |op: &'static str, half: f64| sql![&it, " - ", &cut, op, encoding.float(half)];
                    let one = encoding.float(1.0);
                    sql![
                        "CASE WHEN ",
                        beyond(" >= ", 0.5),
                        " THEN ",
                        &cut,
                        " + ",
                        one.clone(),
                        " WHEN ",
                        beyond(" <= ", -0.5),
                        " THEN ",
                        &cut,
                        " - ",
                        one,
                        " ELSE ",
                        &cut,
                        " END"
                    ]
                }
            });
        }
        if function == Function::Abs {
            let wide = sql![
                "CASE WHEN ",
                &it,
                " < 0 THEN -",
                encoding.wide(it.clone()),
                " ELSE ",
                encoding.wide(it.clone()),
                " END"
            ];
            return Some(self.narrowed(wide));
        }
        if ty != Type::Decimal {
            return Some(it);
        }
        let whole = encoding.quotient(it.clone(), Sql::int(10_000)).operand();
        let rest = encoding.remainder(it, Sql::int(10_000)).operand();
        let step = match function {
            Function::Floor => sql!["CASE WHEN ", rest, " < 0 THEN -1 ELSE 0 END"],
            Function::Ceil => sql!["CASE WHEN ", rest, " > 0 THEN 1 ELSE 0 END"],
            _ => sql![
                "CASE WHEN ",
                &rest,
                " >= 5000 THEN 1 WHEN ",
                &rest,
                " <= -5000 THEN -1 ELSE 0 END"
            ],
        };
        let whole = sql![whole, " + ", step.operand()];
        Some(self.narrowed(sql![encoding.wide(whole.operand()).operand(), " * 10000"]))
    }

    /// `int float decimal`.
    pub(super) fn converted(&mut self, function: Function, value: Val, span: Span) -> Maybe<Sql> {
        let ty = value.ty.clone();
        let encoding = self.encoding;
        Some(match (function, &ty) {
            (Function::Int, Type::Decimal) => {
                let it = self.logical(value);
                encoding.quotient(it, Sql::int(10_000))
            }
            (Function::Int, Type::Float) => {
                let it = self.bound(value, "number");
                let cut = self.bind(encoding.truncated(it), "whole");
                let (low, high) = (encoding.float(-TWO_TO_63), encoding.float(TWO_TO_63));
                sql![
                    "CASE WHEN ",
                    &cut,
                    " >= ",
                    low,
                    " AND ",
                    &cut,
                    " < ",
                    high,
                    " THEN ",
                    encoding.to_int(cut.clone()),
                    " END"
                ]
                .maybe()
            }
            (Function::Int, ty) if super::rows::is_text(ty) => {
                let it = self.logical(value);
                encoding.int_of_text(&mut |sql| self.relations[self.current].bind(sql, "digits"), it)
            }
            (Function::Float, Type::Int) => {
                let it = self.logical(value);
                encoding.to_float(it)
            }
            (Function::Float, Type::Decimal) => {
                let it = self.bound(value, "units");
                // Of larger numbers the whole part and the fraction are each rounded to the nearest, and so is their sum.
                let whole = encoding.to_float(encoding.quotient(it.clone(), Sql::int(10_000)));
                let rest = encoding.to_float(encoding.remainder(it.clone(), Sql::int(10_000)));
                let scale = encoding.float(10_000.0);
                sql![
                    "CASE WHEN ",
                    &it,
                    " BETWEEN -9007199254740992 AND 9007199254740992 THEN ",
                    encoding.to_float(it.clone()),
                    " / ",
                    scale.clone(),
                    " ELSE ",
                    whole,
                    " + ",
                    rest,
                    " / ",
                    scale,
                    " END"
                ]
                .operand()
            }
            (Function::Decimal, Type::Int) => {
                let it = self.logical(value);
                self.narrowed(sql![encoding.wide(it).operand(), " * 10000"])
            }
            (Function::Decimal, Type::Float) => {
                let it = self.bound(value, "number");
                self.units_of_float(&it)
            }
            (_, _)
                if matches!(
                    (function, &ty),
                    (Function::Int, Type::Int)
                        | (Function::Float, Type::Float)
                        | (Function::Decimal, Type::Decimal)
                ) =>
            {
                self.logical(value)
            }
            _ => return self.refuse(span, "this conversion", "keep its result in an attribute"),
        })
    }

    /// The exact value of a float times 10000, rounded half away from zero.
    ///
    /// The whole part is exact. Of the fraction, the nearest candidate is decided by comparing it with the middle between two counts, which is
    /// a float that may itself be rounded: how far off it is is told by two products that are exact, as each factor has half of the digits.
    fn units_of_float(&mut self, it: &Sql) -> Sql {
        let encoding = self.encoding;
        let float = |it: f64| encoding.float(it);
        let whole = self.bind(encoding.truncated(it.clone()), "whole");
        let fraction = self.bind(sql!["ABS(", it, " - ", &whole, ")"].tight(), "fraction");
        let cut = self.bind(encoding.truncated(sql![&fraction, " * ", float(10_000.0)]), "cut");
        let odd = self.bind(sql![&cut, " * ", float(2.0), " + ", float(1.0)], "odd");
        let middle = self.bind(sql![&odd, " / ", float(20_000.0)], "middle");
        let split = self.bind(sql![&middle, " * ", float(134_217_729.0)], "split");
        let high = self.bind(sql![&split, " - (", &split, " - ", &middle, ")"], "high");
        let low = sql![&middle, " - ", &high].operand();
        let off = sql![
            "(",
            &high,
            " * ",
            float(20_000.0),
            " - ",
            &odd,
            ") + ",
            low,
            " * ",
            float(20_000.0)
        ];
        let up = sql![
            "CASE WHEN ",
            &fraction,
            " > ",
            &middle,
            " OR ",
            &fraction,
            " = ",
            &middle,
            " AND ",
            off,
            " >= 0 THEN 1 ELSE 0 END"
        ];
        let part = sql![encoding.to_int(cut), " + ", up.operand()];
        let sign = sql!["CASE WHEN ", it, " < 0 THEN -1 ELSE 1 END"];
        // What is as large as this is out of range, whatever its fraction is.
        let limit = float(922_337_203_685_478.0);
        let units = sql![
            encoding.wide(encoding.to_int(whole.clone())).operand(),
            " * 10000 + ",
            part.operand(),
            " * ",
            sign.operand()
        ];
        let units = sql!["CASE WHEN ABS(", &whole, ") < ", limit, " THEN ", units, " END"].maybe();
        self.narrowed(units)
    }
}

pub(super) const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
