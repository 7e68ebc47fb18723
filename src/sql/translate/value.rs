//! Values: what an expression is for each row.

use std::{cmp::Ordering, sync::Arc};

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Sql, sql},
};
use crate::{
    hir::{ArithmeticOp, Expr, ExprKind, Function, Order},
    plan,
    population::Cut,
    span::Span,
    sql::{TableName, dialect::integer},
    value::{DateTime, Geo, Type, Value, compare},
};

impl Val {
    pub(super) fn new(sql: Sql, ty: Type) -> Self {
        Self {
            sql,
            ty,
            native: false,
            constant: None,
            folded: None,
        }
    }
}

impl Translator<'_> {
    pub(super) fn constant(&self, value: Value, ty: Type) -> Val {
        let sql = match (&value, integer(&value)) {
            (_, Some(int)) => self.encoding.int(int),
            (Value::Text(text), _) => Sql::value(Arc::clone(text)),
            _ => sql![self.encoding.literal(&value)].atom(),
        };
        Val {
            constant: Some(value),
            ..Val::new(sql, ty)
        }
    }

    /// The value in the logical form.
    pub(super) fn logical(&self, value: Val) -> Sql {
        let nullable = value.sql.nullable;
        let sql = if value.native {
            self.encoding.read(value.sql, &value.ty)
        } else {
            value.sql
        };
        sql.null_if(nullable)
    }

    /// The same in the logical form, under a name, so that it can be written twice.
    pub(super) fn bound(&mut self, value: Val, name: &str) -> Sql {
        let sql = self.logical(value);
        self.bind(sql, name)
    }

    /// An expression, in the logical form.
    pub(super) fn number(&mut self, expr: &Expr) -> Maybe<Sql> {
        let value = self.value(expr)?;
        Some(self.logical(value))
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Maybe<Val> {
        let value = self.value_of(expr)?;
        Some(if self.is_deep(&value.sql) {
            self.bound_value(value, "part")
        } else {
            value
        })
    }

    /// Whether the engine reads no more around an expression.
    pub(super) fn is_deep(&self, sql: &Sql) -> bool {
        let most = self.encoding.depth();
        most < usize::MAX && sql.depth() > most
    }

    fn value_of(&mut self, expr: &Expr) -> Maybe<Val> {
        let ty = || expr.ty.clone();
        let val = |sql: Sql| Some(Val::new(sql, expr.ty.clone()));
        // What is made of constants alone is worked out here: what engines make of them has the collation of the session, for one.
        match plan::fold(expr) {
            Some(Some(value)) => return Some(self.constant(value, ty())),
            Some(None) => return Some(self.missing(ty())),
            None => {}
        }
        match &expr.kind {
            ExprKind::Constant(value) => Some(self.constant(value.clone(), ty())),
            ExprKind::Clock(wall) => {
                let at = DateTime::from_micros(self.at.zone().instant(*wall));
                Some(match at {
                    Some(at) => self.constant(at.into(), ty()),
                    None => self.missing(ty()),
                })
            }
            ExprKind::Slot(place) => self.slot(*place, &expr.ty, expr.span),
            ExprKind::Local(_) => self.refuse(
                expr.span,
                "a value of a template",
                "ask for an attribute in its place",
            ),
            ExprKind::Now => Some(self.constant(self.at.now().into(), ty())),
            ExprKind::Today => Some(self.constant(self.at.today().into(), ty())),
            ExprKind::Trait(index) => self.computed(*index),
            ExprKind::Condition(condition) => match self.test(condition) {
                Test::Always => Some(self.constant(true.into(), ty())),
                Test::Never => Some(self.constant(false.into(), ty())),
                test @ Test::Sql(_) => val(self.definite(test)),
            },
            ExprKind::Arithmetic { op, lhs, rhs } => self.arithmetic(*op, lhs, rhs, expr),
            ExprKind::Negate(inner) => {
                let inner = self.number(inner)?;
                if expr.ty == Type::Float {
                    return val(sql!["-", inner.operand()]);
                }
                let negated = sql!["-", self.encoding.wide(inner).operand()];
                let sql = self.narrowed(negated);
                val(sql)
            }
            ExprKind::Shift { operand, months } => {
                let operand = self.value(operand)?;
                self.shifted(operand, *months, &expr.ty)
            }
            ExprKind::Folded(inner) => {
                let inner = self.value(inner)?;
                match (inner.folded, inner.constant) {
                    (Some(folded), _) => val(folded),
                    (None, Some(Value::Text(text))) => {
                        Some(self.constant(crate::value::fold::folded(&text).into(), ty()))
                    }
                    _ => {
                        let lower = self.encoding.recased(inner.sql, false);
                        let folded = self.nearly(
                            expr.span,
                            "text without its differences of case, beside a text that is not a constant,",
                            "name a column with the folded text in the mapping, or compare with a constant",
                            lower,
                        )?;
                        val(folded)
                    }
                }
            }
            ExprKind::Follow {
                key, catalog, slot, ..
            } => {
                let key = self.key_of(key)?;
                let item = self.item(&key, *catalog, expr.span)?;
                self.slot_of(&item, *slot, &expr.ty, true, expr.span)
            }
            ExprKind::Host { function, args } => self.host(*function, args, expr),
            ExprKind::Quantile { operand, parts, rank } => {
                let cuts = self.module.cut_points(*rank, Cut::Quantile(*parts)).to_vec();
                let operand = self.value(operand)?;
                if cuts.is_empty() {
                    return Some(self.missing(ty()));
                }
                let operand = self.bound_value(operand, "value");
                let known = self.known(&operand);
                // Cut points that are alike are passed together.
                let mut steps: Vec<(&Value, i64)> = Vec::new();
                for (cut, reached) in cuts.iter().zip(2..) {
                    steps.pop_if(|(last, _)| *last == cut);
                    steps.push((cut, reached));
                }
                let sum = self.above(&operand, &steps, 1);
                let sum = match self.definite_or_always(known) {
                    None => sum,
                    Some(known) => sql!["CASE WHEN ", known, " THEN ", sum, " END"].maybe(),
                };
                val(sum)
            }
            ExprKind::Call { function, args } => self.call(*function, args, expr),
            ExprKind::Size(list) => self.size(list, expr),
            ExprKind::Case { arms, otherwise } => {
                let mut case = sql!["CASE"];
                let mut nullable = otherwise.is_none();
                for (condition, value) in arms {
                    let test = self.test(condition);
                    let value = self.number(value);
                    let (Some(value), Some(when)) = (value, self.when(test)) else {
                        continue;
                    };
                    nullable |= value.nullable;
                    case = sql![case, " WHEN ", when, " THEN ", value];
                }
                if case.parts == sql!["CASE"].parts {
                    return match otherwise {
                        Some(value) => self.value(value),
                        None => Some(self.missing(ty())),
                    };
                }
                if let Some(value) = otherwise {
                    let value = self.number(value)?;
                    nullable |= value.nullable;
                    case = sql![case, " ELSE ", value];
                }
                let case = sql![case, " END"].null_if(nullable);
                val(if super::rows::is_text(&expr.ty) {
                    self.bytewise(case)
                } else {
                    case
                })
            }
            ExprKind::Aggregate { kind, value, items } => {
                self.aggregate(*kind, value.as_deref(), items, expr)
            }
        }
    }

    /// What the highest of the steps that lie below a value gives, or the least, by halving them.
    fn above(&mut self, value: &Val, steps: &[(&Value, i64)], least: i64) -> Sql {
        let (below, rest) = steps.split_at(steps.len() / 2);
        let Some(((cut, reached), higher)) = rest.split_first() else {
            return Sql::int(least);
        };
        match self.compare_with(Order::Gt, value.clone(), cut) {
            Test::Always => self.above(value, higher, *reached),
            Test::Never => self.above(value, below, least),
            Test::Sql(when) => {
                let (above, below) = (
                    self.above(value, higher, *reached),
                    self.above(value, below, least),
                );
                sql!["CASE WHEN ", when, " THEN ", above, " ELSE ", below, " END"]
            }
        }
    }

    /// A text that is made of literals, compared byte by byte as columns are.
    pub(super) fn bytewise(&self, text: Sql) -> Sql {
        sql![text.operand(), self.encoding.bytewise(String::new())].tight()
    }

    /// Of no value for anyone.
    pub(super) fn missing(&self, ty: Type) -> Val {
        Val::new(self.encoding.null(&ty), ty)
    }

    /// The key that a reference is followed by, which is text.
    pub(super) fn key_of(&mut self, key: &Expr) -> Maybe<Val> {
        let value = self.value(key)?;
        let is_int = value.ty == Type::Int;
        let sql = self.bound(value, "item_key");
        let sql = if is_int { self.encoding.digits(sql) } else { sql };
        Some(Val::new(sql, Type::String))
    }

    /// A trait, under its name.
    pub(super) fn computed(&mut self, index: usize) -> Maybe<Val> {
        let known = (self.current, format!("trait {index}"));
        if let Some(val) = self.known.get(&known) {
            return Some(val.clone());
        }
        let module = self.module;
        let computed = &module.traits[index];
        let value = self.of_customer(|this| this.value(&computed.value))?;
        let value = if value.constant.is_some() {
            value
        } else {
            self.bound_value(value, &computed.name)
        };
        self.known.insert(known, value.clone());
        Some(value)
    }

    /// The same under a name, in the form it has.
    pub(super) fn bound_value(&mut self, value: Val, name: &str) -> Val {
        let sql = self.bind(value.sql.clone(), name);
        Val { sql, ..value }
    }

    /// A wide number that is null where it is out of range.
    pub(super) fn narrowed(&mut self, wide: Sql) -> Sql {
        let encoding = self.encoding;
        encoding.narrow(&mut |sql| self.relations[self.current].bind(sql, "exact"), wide)
    }

    fn host(&mut self, function: usize, args: &[Expr], expr: &Expr) -> Maybe<Val> {
        let module = self.module;
        let host = module.functions.get(function)?;
        let named = self.mapping.functions.get(host.name());
        let text = host.in_sql(self.dialect.name());
        if named.is_none() && text.is_none() {
            let help = format!(
                "name a function of the database in the mapping, as `functions.{}`, or give it its SQL: `.sql(\"{}\", …)`",
                host.name(),
                self.dialect
            );
            return self.refuse(
                expr.span,
                &format!("the function `{}` of the application", host.name()),
                &help,
            );
        }
        let mut values = Vec::new();
        for arg in args {
            values.push(self.number(arg)?.operand());
        }
        let call = match named {
            Some(name) => self.called(name, &values),
            None => self.filled_in(text.unwrap_or_default(), &values, expr.span)?,
        };
        let call = if super::rows::is_text(&expr.ty) {
            self.bytewise(call)
        } else {
            call.operand()
        };
        let call = call.maybe();
        let known = values.iter().filter(|it| it.nullable);
        let known: Vec<Sql> = known.map(|it| sql![it, " IS NOT NULL"]).collect();
        let sql = if known.is_empty() || host.takes_missing {
            call
        } else {
            let known = Sql::joined(known, &super::fragment::Part::And);
            sql!["CASE WHEN ", known, " THEN ", call, " END"].maybe()
        };
        Some(Val::new(sql, expr.ty.clone()))
    }

    /// A call of a function of the database.
    fn called(&self, name: &TableName, values: &[Sql]) -> Sql {
        let parts: Vec<String> = name.parts().iter().map(|it| self.encoding.quote(it)).collect();
        let mut call = sql![parts.join("."), "("];
        for (index, value) in values.iter().enumerate() {
            call = sql![call, if index == 0 { "" } else { ", " }, value];
        }
        sql![call, ")"].tight()
    }

    /// The SQL of a function, with its arguments in their places.
    fn filled_in(&mut self, text: &str, values: &[Sql], span: Span) -> Maybe<Sql> {
        let mut sql = Sql::default();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            let place = after
                .split_once('}')
                .and_then(|(number, after)| Some((number[1..].parse::<usize>().ok()?, after)));
            let Some((place, after)) = place.filter(|(place, _)| *place < values.len()) else {
                let what = format!("`{text}`, where a brace is no place of an argument,");
                return self.refuse(span, &what, "write `{0}`, `{1}` … for the arguments");
            };
            sql = sql![sql, before.to_owned(), &values[place]];
            rest = after;
        }
        Some(sql![sql, rest.to_owned()])
    }

    fn call(&mut self, function: Function, args: &[Expr], expr: &Expr) -> Maybe<Val> {
        let val = |sql: Sql| Some(Val::new(sql, expr.ty.clone()));
        match function {
            Function::Default => {
                let first = self.value(&args[0])?;
                if !first.sql.nullable {
                    return Some(first);
                }
                let (first, second) = (self.logical(first), self.number(&args[1])?);
                let nullable = second.nullable;
                let sql = sql!["COALESCE(", first, ", ", second, ")"].tight();
                val(sql.null_if(nullable))
            }
            Function::Lower | Function::Upper => {
                let text = self.number(&args[0])?;
                let recased = self.encoding.recased(text, function == Function::Upper);
                let sql = self.nearly(
                    expr.span,
                    &format!("the function `{}`", function.name()),
                    "compare with `ignoring case`, or keep the text prepared in an attribute",
                    recased,
                )?;
                val(sql)
            }
            Function::Trim => {
                let text = self.value(&args[0])?;
                if let Some(Value::Text(text)) = &text.constant {
                    return Some(self.constant(text.trim().into(), expr.ty.clone()));
                }
                let text = self.logical(text);
                val(self.encoding.trimmed(text, super::text::WHITE_SPACE))
            }
            Function::String => {
                let value = self.value(&args[0])?;
                let sql = self.printed(value, expr.span)?;
                val(sql)
            }
            Function::Distance => {
                let squared = self.squared_chord(&args[0], &args[1])?;
                let encoding = self.encoding;
                let chord = sql![encoding.square_root(squared), " / ", encoding.float(1e8)];
                let arc = encoding.arc_sine(sql![chord, " / ", encoding.float(2.0)]);
                let arc = self.nearly(
                    expr.span,
                    "a distance in metres",
                    "ask whether the place is `within` one",
                    arc,
                )?;
                val(sql![encoding.float(2.0 * Geo::EARTH_RADIUS), " * ", arc])
            }
            Function::Length => {
                let text = self.number(&args[0])?;
                val(self.encoding.length(text))
            }
            Function::Domain => {
                let text = self.number(&args[0])?;
                let sql = self.domain(text);
                val(sql)
            }
            Function::Min | Function::Max => {
                self.extreme(function == Function::Max, &args[0], &args[1], expr)
            }
            Function::Abs | Function::Round | Function::Floor | Function::Ceil => {
                let value = self.value(&args[0])?;
                let sql = self.rounded(function, value)?;
                val(sql)
            }
            Function::Int | Function::Float | Function::Decimal => {
                let value = self.value(&args[0])?;
                let sql = self.converted(function, value, expr.span)?;
                val(sql)
            }
            Function::Date
            | Function::Year
            | Function::Month
            | Function::Day
            | Function::Weekday
            | Function::Hour
            | Function::YearsSince
            | Function::DaysSince => {
                let value = self.value(&args[0])?;
                self.of_time(function, value, expr)
            }
        }
    }

    /// The smaller, or the larger, of two values that are both known.
    fn extreme(&mut self, larger: bool, one: &Expr, other: &Expr, expr: &Expr) -> Maybe<Val> {
        let (one, other) = (self.value(one)?, self.value(other)?);
        if let (Some(first), Some(second)) = (&one.constant, &other.constant) {
            let side = if larger { Ordering::Greater } else { Ordering::Less };
            let value = compare::extreme(first.as_ref(), second.as_ref(), side);
            return Some(self.constant(value.to_owned(), expr.ty.clone()));
        }
        let (one, other) = (self.logical(one), self.logical(other));
        let name = self.encoding.scalar_extreme(larger);
        let nullable = one.nullable || other.nullable;
        let (one, other) = (self.bind(one, "one"), self.bind(other, "other"));
        let sql = sql![name, "(", &one, ", ", &other, ")"].tight();
        // Some engines leave out what is null.
        let known: Vec<Sql> = [&one, &other]
            .into_iter()
            .filter(|it| it.nullable)
            .map(|it| sql![it, " IS NOT NULL"])
            .collect();
        let sql = if known.is_empty() {
            sql
        } else {
            let known = Sql::joined(known, &super::fragment::Part::And);
            sql!["CASE WHEN ", known, " THEN ", sql, " END"]
        };
        Some(Val::new(sql.null_if(nullable), expr.ty.clone()))
    }

    fn arithmetic(&mut self, op: ArithmeticOp, lhs: &Expr, rhs: &Expr, expr: &Expr) -> Maybe<Val> {
        let (a, b) = (self.value(lhs)?, self.value(rhs)?);
        let sql = self.calculated(op, a, b, &expr.ty, expr.span)?;
        Some(Val::new(sql, expr.ty.clone()))
    }

    /// Whether it is known.
    pub(super) fn known(&self, value: &Val) -> Test {
        if value.sql.nullable {
            Test::of(sql![value.sql.clone().operand(), " IS NOT NULL"])
        } else {
            Test::Always
        }
    }

    /// A place of an expression: its coordinates.
    pub(super) fn place(&mut self, expr: &Expr) -> Maybe<[Sql; 3]> {
        match &expr.kind {
            ExprKind::Constant(Value::Geo(geo)) => {
                let (x, y, z) = geo.direction().coordinates();
                Some([x, y, z].map(|it| Sql::int(it.into())))
            }
            ExprKind::Slot(place) => {
                let row = self.row(place.row)?;
                self.coordinates(&row, place.slot, false, expr.span)
            }
            ExprKind::Follow {
                key, catalog, slot, ..
            } => {
                let key = self.key_of(key)?;
                let item = self.item(&key, *catalog, expr.span)?;
                self.coordinates(&item, *slot, true, expr.span)
            }
            ExprKind::Trait(index) => {
                let module = self.module;
                self.of_customer(|this| this.place(&module.traits[*index].value))
            }
            ExprKind::Call {
                function: Function::Default,
                args,
            } => {
                let (first, second) = (self.place(&args[0])?, self.place(&args[1])?);
                Some(self.choose_place(first, second))
            }
            ExprKind::Case { arms, otherwise } => {
                let mut cases = [sql!["CASE"], sql!["CASE"], sql!["CASE"]];
                let mut some = false;
                for (condition, value) in arms {
                    let test = self.test(condition);
                    let place = self.place(value)?;
                    let Some(when) = self.when(test) else { continue };
                    some = true;
                    for (case, coordinate) in cases.iter_mut().zip(place) {
                        *case = sql![&*case, " WHEN ", &when, " THEN ", coordinate];
                    }
                }
                let last = match otherwise {
                    Some(value) => Some(self.place(value)?),
                    None => None,
                };
                if !some {
                    return Some(last.unwrap_or_else(|| [(); 3].map(|()| self.encoding.null(&Type::Int))));
                }
                if let Some(last) = last {
                    for (case, coordinate) in cases.iter_mut().zip(last) {
                        *case = sql![&*case, " ELSE ", coordinate];
                    }
                }
                Some(cases.map(|case| self.bind(sql![case, " END"].maybe(), "coordinate")))
            }
            ExprKind::Aggregate {
                kind,
                value: Some(value),
                items,
            } => self.place_of_items(*kind, value, items),
            _ => self.refuse(
                expr.span,
                "a place that is worked out",
                "ask for the place of an attribute",
            ),
        }
    }

    fn choose_place(&mut self, first: [Sql; 3], second: [Sql; 3]) -> [Sql; 3] {
        let mut both = first.into_iter().zip(second);
        [(); 3].map(|()| {
            let (first, second) = both.next().unwrap_or_default();
            if first.nullable {
                sql!["COALESCE(", first, ", ", second, ")"].tight()
            } else {
                first
            }
        })
    }
}
