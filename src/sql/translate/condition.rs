//! Conditions: what holds of each row.

use std::sync::Arc;

use super::{
    Maybe, Test, Translator, Val,
    fragment::{Part, Sql, sql},
    rows::is_text,
};
use crate::{
    hir::{Condition, ConditionKind, Expr, ExprKind, Order, Pattern, Spot, TextTest},
    population::Cut,
    value::{Type, Value, sample},
};

impl Test {
    /// One that holds for all, or for nobody.
    pub(super) fn constant(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }
}

impl Translator<'_> {
    /// All hold.
    pub(super) fn all(tests: Vec<Test>) -> Test {
        let mut all = Vec::new();
        for test in tests {
            match test {
                Test::Always => {}
                Test::Never => return Test::Never,
                Test::Sql(sql) => all.push(sql),
            }
        }
        if all.is_empty() {
            Test::Always
        } else {
            Test::Sql(Sql::joined(all, &Part::And))
        }
    }

    /// One of them holds.
    pub(super) fn any(tests: Vec<Test>) -> Test {
        let mut any = Vec::new();
        for test in tests {
            match test {
                Test::Never => {}
                Test::Always => return Test::Always,
                Test::Sql(sql) => any.push(sql),
            }
        }
        if any.is_empty() {
            Test::Never
        } else {
            Test::Sql(Sql::joined(any, &Part::Or))
        }
    }

    /// True or false, never null.
    pub(super) fn definite(&self, test: Test) -> Sql {
        match test {
            Test::Always => sql!["TRUE"].atom(),
            Test::Never => sql!["FALSE"].atom(),
            Test::Sql(sql) if sql.nullable => sql!["COALESCE(", sql, ", FALSE)"].tight().known(),
            Test::Sql(sql) => sql,
        }
    }

    /// The condition, unless it always holds.
    pub(super) fn definite_or_always(&self, test: Test) -> Option<Sql> {
        match test {
            Test::Always => None,
            test => Some(self.definite(test)),
        }
    }

    /// A condition after `WHEN`, where null is as good as false; nothing when it never holds.
    pub(super) fn when(&self, test: Test) -> Option<Sql> {
        match test {
            Test::Never => None,
            Test::Always => Some(sql!["TRUE"].atom()),
            Test::Sql(sql) => Some(sql),
        }
    }

    /// What stands after `WHERE`.
    pub(super) fn filters(&self, test: Test) -> Vec<Sql> {
        match test {
            Test::Always => Vec::new(),
            Test::Never => vec![sql!["FALSE"].atom()],
            Test::Sql(sql) => vec![sql],
        }
    }

    pub(super) fn not(&self, test: Test) -> Test {
        match test {
            Test::Always => Test::Never,
            Test::Never => Test::Always,
            Test::Sql(_) => {
                let sql = self.definite(test);
                Test::of(sql!["NOT ", sql.operand()])
            }
        }
    }

    /// A segment, under its name.
    pub(super) fn segment(&mut self, index: usize) -> Test {
        let known = (self.current, format!("segment {index}"));
        if let Some(val) = self.known.get(&known) {
            return match &val.constant {
                Some(Value::Bool(holds)) => Test::constant(*holds),
                _ => Test::Sql(val.sql.clone()),
            };
        }
        let module = self.module;
        let segment = &module.segments[index];
        let test = self.of_customer(|this| this.test(&segment.condition));
        let constant = match &test {
            Test::Always => Some(Value::Bool(true)),
            Test::Never => Some(Value::Bool(false)),
            Test::Sql(_) => None,
        };
        let sql = self.definite(test.clone());
        let sql = self.bind(sql, &segment.name);
        let val = Val {
            constant,
            ..Val::new(sql.clone(), Type::Bool)
        };
        self.known.insert(known, val);
        match test {
            Test::Sql(_) => Test::Sql(sql),
            constant => constant,
        }
    }

    pub(super) fn test(&mut self, condition: &Condition) -> Test {
        // What was refused is noted, and there will be no query.
        let test = self.holds(condition).unwrap_or(Test::Never);
        match test {
            Test::Sql(sql) if self.is_deep(&sql) => {
                let sql = self.definite(Test::Sql(sql));
                Test::Sql(self.bind(sql, "holds"))
            }
            test => test,
        }
    }

    fn holds(&mut self, condition: &Condition) -> Maybe<Test> {
        Some(match &condition.kind {
            ConditionKind::Constant(it) => Test::constant(*it),
            ConditionKind::Not(inner) => {
                let test = self.test(inner);
                self.not(test)
            }
            ConditionKind::And(conditions) => {
                let tests = conditions.iter().map(|it| self.test(it)).collect();
                Self::all(tests)
            }
            ConditionKind::Or(conditions) => {
                let tests = conditions.iter().map(|it| self.test(it)).collect();
                Self::any(tests)
            }
            ConditionKind::Holds(expr) => {
                let value = self.value(expr)?;
                match value.constant {
                    Some(value) => Test::constant(value == Value::Bool(true)),
                    None => Test::Sql(value.sql),
                }
            }
            ConditionKind::Compare { op, lhs, rhs } => self.compared(*op, lhs, rhs)?,
            ConditionKind::Between { operand, low, high } => {
                let operand = self.value(operand)?;
                let (low, high) = (self.value(low)?, self.value(high)?);
                let operand = self.bound_value(operand, "value");
                let low = self.compare(Order::Ge, operand.clone(), low)?;
                let high = self.compare(Order::Le, operand, high)?;
                Self::all(vec![low, high])
            }
            ConditionKind::In { operand, set } => {
                if let Some((text, letters)) = self.unfolded(operand, set)? {
                    let text = self.encoding.translated(text, &letters);
                    return Some(self.among(Val::new(text, Type::String), set));
                }
                let operand = self.value(operand)?;
                self.among(operand, set)
            }
            ConditionKind::Matches { operand, pattern } => self.finds(operand, pattern, condition)?,
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => self.text_test(*test, operand, pattern)?,
            ConditionKind::Contains { list, item } => self.list_contains(list, item, condition)?,
            ConditionKind::ContainsEach { list, all, set } => {
                self.list_contains_each(list, *all, set, condition)?
            }
            ConditionKind::Known(expr) if expr.ty == Type::Geo => {
                let [x, ..] = self.place(expr)?;
                let x = Val::new(x, Type::Int);
                self.known(&x)
            }
            ConditionKind::Known(expr) => {
                let value = self.value(expr)?;
                self.known(&value)
            }
            ConditionKind::AnyKnown { first, last } => self.any_known(first, *last, condition)?,
            ConditionKind::ListKnown(list) => self.list_known(list, condition.span)?,
            ConditionKind::ListEmpty(list) => {
                let known = self.list_known(list, condition.span)?;
                let count = self.list_count(list, condition.span)?;
                Self::all(vec![known, Test::of(sql![count.operand(), " = 0"])])
            }
            ConditionKind::ListFilled(list) => {
                let known = self.list_known(list, condition.span)?;
                let count = self.list_count(list, condition.span)?;
                Self::all(vec![known, Test::of(sql![count.operand(), " > 0"])])
            }
            ConditionKind::TextEmpty(expr) => {
                let text = self.number(expr)?;
                Test::of(sql![text.operand(), " = ''"])
            }
            ConditionKind::TextFilled(expr) => {
                let text = self.number(expr)?;
                let trimmed = self.encoding.trimmed(text, super::text::WHITE_SPACE);
                Test::of(sql![trimmed, " <> ''"])
            }
            ConditionKind::InWindow { operand, window } => self.in_window(operand, window)?,
            ConditionKind::Anniversary { operand, window } => self.anniversary(operand, window)?,
            ConditionKind::Near { operand, of, within } => {
                let total = self.squared_chord(operand, of)?;
                Test::of(sql![total, " <= ", i64::try_from(within.0).unwrap_or(i64::MAX)])
            }
            ConditionKind::Sample { from, to, salt } => self.sampled(*from, *to, salt, condition)?,
            ConditionKind::Rank {
                operand,
                top,
                share,
                rank,
            } => {
                let cut = if *top {
                    Cut::Top(*share)
                } else {
                    Cut::Bottom(*share)
                };
                let point = self.module.cut_points(*rank, cut).first().cloned();
                let operand = self.value(operand)?;
                match point {
                    None => Test::Never,
                    Some(point) => {
                        let op = if *top { Order::Ge } else { Order::Le };
                        self.compare_with(op, operand, &point)
                    }
                }
            }
            ConditionKind::Sequence { first, steps } => self.sequence_found(first, steps, condition)?,
            ConditionKind::Quantified { quantifier, items } => {
                self.quantified(*quantifier, items, condition)?
            }
            ConditionKind::Segment(index) => self.segment(*index),
        })
    }

    /// The customer's point in a sample, as hexadecimal digits, which order as the points do.
    fn sampled(&mut self, from: u32, to: u32, salt: &str, condition: &Condition) -> Maybe<Test> {
        let customers = self.row(0)?;
        let point = if let Some(column) = customers.table.samples.get(salt) {
            let column = self.read_plain(&customers, column, &Type::String, false);
            sql!["SUBSTR(", column, ", 1, 16)"].tight()
        } else {
            let key = self.customer_key(condition.span)?;
            let key = if is_text(&self.key_type()) {
                key
            } else {
                self.encoding.digits(key)
            };
            if let Some(point) = self.encoding.hash(salt, key) {
                point
            } else {
                let place = format!("`customers.samples`: the column of the points for {salt:?}");
                return self.unmapped(condition.span, "where the points of this sample are kept", &place);
            }
        };
        let digits = |share: u32| {
            u64::try_from(sample::first_beyond(share))
                .ok()
                .map(|it| format!("{it:016x}"))
        };
        let point = self.bind(point, "point");
        let low = match from {
            0 => Test::Always,
            from => digits(from).map_or(Test::Never, |it| {
                Test::of(sql![&point, " >= ", Arc::<str>::from(it)])
            }),
        };
        let high = digits(to).map_or(Test::Always, |it| {
            Test::of(sql![&point, " < ", Arc::<str>::from(it)])
        });
        Some(Self::all(vec![low, high]))
    }

    /// The square of the straight line between two places, in units of 10⁻¹⁶.
    pub(super) fn squared_chord(&mut self, place: &Expr, of: &Expr) -> Maybe<Sql> {
        let (place, of) = (self.place(place)?, self.place(of)?);
        let mut total = Sql::default();
        for (index, (a, b)) in place.into_iter().zip(of).enumerate() {
            let side = self.bind(sql![a.operand(), " - ", b.operand()], "side");
            // The square is beyond the range of the columns' own type in some engines.
            let side = self.encoding.wide(side).operand();
            let square = sql![&side, " * ", &side];
            total = if index == 0 {
                square
            } else {
                sql![total, " + ", square]
            };
        }
        Some(total)
    }

    /// Whether a regular expression is found.
    fn finds(&mut self, operand: &Expr, pattern: &Pattern, condition: &Condition) -> Maybe<Test> {
        let text = self.number(operand)?;
        let written = self.encoding.patterns().and_then(|it| it.write(pattern));
        let found = written.and_then(|it| self.encoding.found(text, Sql::value(it.into())));
        let found = self.nearly(
            condition.span,
            "a regular expression",
            "use `contains`, `starts with` and `ends with`, or keep the answer in an attribute",
            found,
        )?;
        Some(Test::of(found))
    }

    /// Whether one of the slots of a record is known.
    fn any_known(&mut self, first: &Spot, last: u32, condition: &Condition) -> Maybe<Test> {
        let (row, absent) = self.row_of(first, condition.span)?;
        let mut tests = Vec::new();
        for slot in first.slot()..=last {
            let ty = row.layout.slots.get(slot as usize)?.ty.clone();
            tests.push(match ty {
                Type::List(_) => self.present(&row, slot, absent, condition.span)?,
                Type::Geo => {
                    let [x, ..] = self.coordinates(&row, slot, absent, condition.span)?;
                    Test::of(sql![x, " IS NOT NULL"])
                }
                ty => {
                    // What must be there when the record is may be missing with it.
                    let value = self.slot_of(&row, slot, &ty, true, condition.span)?;
                    self.known(&value)
                }
            });
        }
        Some(Self::any(tests))
    }

    fn text_test(&mut self, asks: TextTest, operand: &Expr, pattern: &Expr) -> Maybe<Test> {
        if let Some((text, letters, constant)) = self.unfolded_beside(operand, pattern)? {
            let text = self.encoding.translated(text, &letters);
            let known = Sql::value(Arc::<str>::from(constant.clone()));
            return Some(if matches!(pattern.kind, ExprKind::Folded(_)) {
                self.text_has(asks, known, None, text)
            } else {
                self.text_has(asks, text, Some(&constant), known)
            });
        }
        let (operand, pattern) = (self.value(operand)?, self.value(pattern)?);
        let constant = match &pattern.constant {
            Some(Value::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        if let (Some(Value::Text(text)), Some(pattern)) = (&operand.constant, &constant) {
            return Some(Test::constant(match asks {
                TextTest::Contains => text.contains(pattern),
                TextTest::StartsWith => text.starts_with(pattern),
                TextTest::EndsWith => text.ends_with(pattern),
            }));
        }
        Some(self.text_has(asks, operand.sql, constant.as_deref(), pattern.sql))
    }
}
