//! The machine and the interpreter give the same answers to random questions about random records.

use std::sync::Arc;

use super::{Cell, Toy, ToyEvents};
use crate::{
    eval::{At, Machine, interpret},
    function::Function,
    hir::{
        AggregateKind, ArithmeticOp, Bound, Condition, ConditionKind, Edge, Expr, ExprKind, Items, Module,
        Order, Period, Place, Quantifier, Segment, Source, Spot, TextTest, Trait, Window,
    },
    plan,
    schema::{Event, Schema},
    span::Span,
    value::{Date, DateTime, Decimal, Duration, Field, Roles, Type, Value, ValueRef, Zone},
};

const DAY: i64 = 86_400_000_000;
const NOW: i64 = 1_780_315_200_000_000; // 2026-06-01T12:00:00Z

/// A small generator of numbers: the same on every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ it >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ it >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((it ^ it >> 31) % sides as u64).expect("small")
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }
}

fn words() -> Type {
    Type::Words(["a".into(), "b".into(), "ab".into()].into())
}

/// Slot 0 of an item is a datetime, as of events.
fn item_fields() -> Vec<(&'static str, Type)> {
    vec![
        ("at", Type::DateTime),
        ("flag", Type::Bool),
        ("int", Type::Int),
        ("decimal", Type::Decimal),
        ("float", Type::Float),
        ("text", Type::String),
        ("word", words()),
        ("date", Type::Date),
        ("seen", Type::DateTime),
    ]
}

const TAGS: u32 = 9;
const NUMBERS: u32 = 10;
const BASKET: u32 = 11;

fn schema() -> Schema {
    let field = |(name, ty): (&str, Type)| Field {
        name: name.into(),
        ty,
        optional: true,
        roles: Roles::default(),
        description: None,
    };
    let items: Vec<Field> = item_fields().into_iter().map(field).collect();
    let mut schema = Schema {
        customer: items.clone(),
        ..Schema::default()
    };
    schema.customer.extend(
        [
            ("tags", Type::List(Type::String.into())),
            ("numbers", Type::List(Type::Decimal.into())),
            ("basket", Type::List(Type::Record(items.clone().into()).into())),
        ]
        .map(field),
    );
    let event = Event {
        description: None,
        fields: items[1..].to_vec(),
    };
    schema.events.insert("visits".into(), event);
    schema
}

fn of_customer(slot: u32) -> Spot {
    Spot::Row(Place { row: 0, slot })
}

/// A value of a type, from a few, so that equal ones meet often.
fn value(dice: &mut Dice, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(dice.one_in(2)),
        Type::Int => Value::Int(dice.pick(&[
            0,
            1,
            2,
            3,
            7,
            -1,
            -2,
            40,
            i64::MAX,
            i64::MIN,
            1 << 53,
            (1 << 53) + 1,
        ])),
        Type::Decimal => {
            let units = dice.pick(&[
                0,
                5_000,
                10_000,
                20_000,
                25_000,
                -10_000,
                1,
                123_456,
                i64::MAX,
                i64::MIN,
            ]);
            Value::Decimal(Decimal::from_units(units))
        }
        Type::Float => Value::Float(dice.pick(&[
            0.0,
            -0.0,
            0.5,
            1.0,
            2.0,
            -1.5,
            0.1,
            1e-300,
            f64::MAX,
            9_007_199_254_740_992.0,
        ])),
        Type::Words(words) => Value::Text(dice.pick(words)),
        Type::Date => {
            let days = NOW / DAY + [0, 1, -1, 30, -30, -365, -9_000][dice.roll(7)];
            Value::Date(dice.pick(
                &[
                    Date::from_days(days).expect("near"),
                    Date::MIN,
                    Date::MAX,
                    leap_day(),
                ][..],
            ))
        }
        Type::DateTime => Value::DateTime(DateTime::from_micros(moment(dice)).expect("near")),
        Type::Duration => Value::Duration(Duration::from_micros(dice.pick(&[
            1,
            DAY,
            -DAY,
            30 * DAY,
            i64::MAX,
        ]))),
        _ => {
            let texts = [
                "",
                " ",
                "a",
                "b",
                "ab",
                "Ab",
                "ana@Example.com",
                "Ὀδυσσεύς ΣΑΣ",
                "straße",
                "1",
            ];
            Value::from(dice.pick(&texts))
        }
    }
}

fn leap_day() -> Date {
    Date::from_ymd(2024, 2, 29).expect("exists")
}

fn moment(dice: &mut Dice) -> i64 {
    let days = dice.pick(&[0, 0, -1, 1, -7, -30, -31, -90, -365]);
    NOW + days * DAY + dice.pick(&[0, 0, 1, -1, DAY / 2, 3_600_000_000])
}

fn months(dice: &mut Dice) -> i32 {
    dice.pick(&[1, -1, -3, 12, -12, -432, i32::MIN, i32::MAX])
}

fn cell(dice: &mut Dice, ty: &Type) -> Cell {
    if dice.one_in(4) {
        return Cell::Missing;
    }
    match (value(dice, ty), ty) {
        (Value::Text(word), Type::Words(words)) => {
            let position = words.iter().position(|it| *it == word).expect("a word");
            Cell::Word(["a", "b", "ab"][position], u32::try_from(position).expect("few"))
        }
        (value, _) => Cell::Value(value),
    }
}

fn item(dice: &mut Dice) -> Toy {
    let at = Cell::from(DateTime::from_micros(moment(dice)).expect("near"));
    let rest = item_fields().into_iter().skip(1).map(|(_, ty)| cell(dice, &ty));
    Toy::of([at].into_iter().chain(rest.collect::<Vec<_>>()))
}

fn customer(dice: &mut Dice, in_order: bool) -> Toy {
    let mut toy = Toy::of(
        item_fields()
            .iter()
            .map(|(_, ty)| cell(dice, ty))
            .collect::<Vec<_>>(),
    );
    for ty in [Type::String, Type::Decimal] {
        let plain = |dice: &mut Dice| Toy::of([Cell::Value(value(dice, &ty))]);
        let list = (0..dice.roll(4)).map(|_| plain(dice)).collect();
        toy.cells.push(if dice.one_in(4) {
            Cell::Missing
        } else {
            Cell::List(list)
        });
    }
    let basket = (0..dice.roll(5)).map(|_| item(dice)).collect();
    toy.cells.push(if dice.one_in(5) {
        Cell::Missing
    } else {
        Cell::List(basket)
    });
    let mut visits: Vec<Toy> = (0..dice.roll(8)).map(|_| item(dice)).collect();
    if in_order {
        visits.sort_by_key(|visit| match &visit.cells[0] {
            Cell::Value(Value::DateTime(at)) => at.micros(),
            _ => 0,
        });
    }
    let sums = in_order && dice.one_in(2);
    toy.events.push(ToyEvents { rows: visits, sums });
    toy
}

/// Questions over the rows in scope.
struct Author<'d> {
    dice: &'d mut Dice,
    /// 1 while an item is in scope.
    row: u8,
    segments: usize,
    /// The types of the traits defined so far.
    traits: Vec<Type>,
}

impl Author<'_> {
    fn expr(&mut self, ty: &Type, depth: usize) -> Expr {
        let kind = if depth == 0 || self.dice.one_in(4) {
            self.plain(ty)
        } else {
            self.composed(ty, depth - 1)
        };
        Expr {
            span: Span::default(),
            ty: ty.clone(),
            optional: true,
            kind,
        }
    }

    fn boxed(&mut self, ty: &Type, depth: usize) -> Box<Expr> {
        Box::new(self.expr(ty, depth))
    }

    fn plain(&mut self, ty: &Type) -> ExprKind {
        let slots: Vec<u32> = (0_u32..)
            .zip(item_fields())
            .filter(|(_, (_, it))| it == ty)
            .map(|(slot, _)| slot)
            .collect();
        if slots.is_empty() || self.dice.one_in(3) {
            return ExprKind::Constant(value(self.dice, ty));
        }
        let slot = self.dice.pick(&slots);
        let row = self.dice.pick(&[0, self.row, self.row]);
        ExprKind::Slot(Place { row, slot })
    }

    fn call(&mut self, function: Function, types: &[Type], depth: usize) -> ExprKind {
        let args = types.iter().map(|ty| self.expr(ty, depth)).collect();
        ExprKind::Call { function, args }
    }

    fn arithmetic(&mut self, op: ArithmeticOp, lhs: &Type, rhs: &Type, depth: usize) -> ExprKind {
        ExprKind::Arithmetic {
            op,
            lhs: self.boxed(lhs, depth),
            rhs: self.boxed(rhs, depth),
        }
    }

    fn composed(&mut self, ty: &Type, depth: usize) -> ExprKind {
        let same = || ty.clone();
        match self.dice.roll(9) {
            0 => return self.call(Function::Default, &[same(), same()], depth),
            1 => {
                let arms = (0..=self.dice.roll(3))
                    .map(|_| (self.condition(depth), self.expr(ty, depth)))
                    .collect();
                let otherwise = self.dice.one_in(2).then(|| self.boxed(ty, depth));
                return ExprKind::Case { arms, otherwise };
            }
            2 if self.traits.contains(ty) => {
                let traits = self.traits.iter().enumerate().filter(|(_, it)| *it == ty);
                let traits: Vec<usize> = traits.map(|(index, _)| index).collect();
                return ExprKind::Trait(self.dice.pick(&traits));
            }
            3 if self.row == 0 => {
                let kind = self.dice.pick(&[
                    AggregateKind::Min,
                    AggregateKind::Max,
                    AggregateKind::First,
                    AggregateKind::Last,
                ]);
                let kind = match ty {
                    Type::Bool | Type::Words(_) => {
                        self.dice.pick(&[AggregateKind::First, AggregateKind::Last])
                    }
                    _ => kind,
                };
                return self.aggregate(kind, Some(ty), depth);
            }
            4 if !matches!(ty, Type::Bool | Type::Words(_)) => {
                let function = self.dice.pick(&[Function::Min, Function::Max]);
                return self.call(function, &[same(), same()], depth);
            }
            _ => {}
        }
        let number = self.dice.pick(&[Type::Int, Type::Decimal, Type::Float]);
        let rounding = [Function::Abs, Function::Round, Function::Floor, Function::Ceil];
        let plus = self.dice.pick(&[ArithmeticOp::Add, ArithmeticOp::Subtract]);
        match ty {
            Type::Bool => ExprKind::Condition(Box::new(self.condition(depth))),
            Type::Int => match self.dice.roll(10) {
                0 => self.call(Function::Int, &[number], depth),
                1 => self.call(Function::Length, &[Type::String], depth),
                2 => {
                    let function = self.dice.pick(&[Function::Year, Function::Month, Function::Day]);
                    let of = self.dice.pick(&[Type::Date, Type::DateTime]);
                    self.call(function, &[of], depth)
                }
                3 => self.call(Function::Hour, &[Type::DateTime], depth),
                4 => self.call(Function::YearsSince, &[Type::Date], depth),
                5 => {
                    let of = self.dice.pick(&[Type::Date, Type::DateTime]);
                    self.call(Function::DaysSince, &[of], depth)
                }
                6 if self.row == 0 => {
                    let of = self.dice.pick(&item_fields()).1;
                    let kind = self.dice.pick(&[AggregateKind::Distinct, AggregateKind::Count]);
                    let of = (kind == AggregateKind::Distinct).then_some(&of);
                    self.aggregate(kind, of, depth)
                }
                7 if self.row == 0 => self.aggregate(AggregateKind::Sum, Some(&Type::Int), depth),
                8 => ExprKind::Size(of_customer(self.dice.pick(&[TAGS, NUMBERS, BASKET]))),
                _ => {
                    let op =
                        self.dice
                            .pick(&[ArithmeticOp::Add, ArithmeticOp::Subtract, ArithmeticOp::Multiply]);
                    self.arithmetic(op, &Type::Int, &Type::Int, depth)
                }
            },
            Type::Decimal | Type::Float => match self.dice.roll(6) {
                0 if *ty == Type::Decimal => self.call(Function::Decimal, &[number], depth),
                0 => self.call(Function::Float, &[number], depth),
                1 => {
                    let function = self.dice.pick(&rounding);
                    self.call(function, &[same()], depth)
                }
                2 | 3 if self.row == 0 => {
                    let kind = self.dice.pick(&[AggregateKind::Sum, AggregateKind::Avg]);
                    self.aggregate(kind, Some(ty), depth)
                }
                4 => ExprKind::Negate(self.boxed(ty, depth)),
                _ => {
                    let op = self.dice.pick(&[
                        ArithmeticOp::Add,
                        ArithmeticOp::Subtract,
                        ArithmeticOp::Multiply,
                        ArithmeticOp::Divide,
                    ]);
                    self.arithmetic(op, ty, ty, depth)
                }
            },
            Type::String => {
                if self.dice.one_in(4) {
                    let of = self.dice.pick(&item_fields()).1;
                    return self.call(Function::String, &[of], depth);
                }

                let function =
                    self.dice
                        .pick(&[Function::Lower, Function::Upper, Function::Trim, Function::Domain]);
                self.call(function, &[Type::String], depth)
            }
            Type::Date | Type::DateTime if self.dice.one_in(4) => ExprKind::Shift {
                operand: self.boxed(ty, depth),
                months: months(self.dice),
            },
            Type::Date => match self.dice.roll(3) {
                0 => ExprKind::Today,
                1 => self.call(Function::Date, &[Type::DateTime], depth),
                _ => {
                    let days =
                        Expr::constant(Span::default(), Type::Duration, Duration::from_micros(30 * DAY));
                    ExprKind::Arithmetic {
                        op: plus,
                        lhs: self.boxed(ty, depth),
                        rhs: Box::new(days),
                    }
                }
            },
            Type::DateTime => match self.dice.roll(3) {
                0 => ExprKind::Now,
                1 => ExprKind::Clock(moment(self.dice)),
                _ => self.arithmetic(plus, ty, &Type::Duration, depth),
            },
            Type::Duration => match self.dice.roll(3) {
                0 => self.arithmetic(ArithmeticOp::Subtract, &Type::DateTime, &Type::DateTime, depth),
                1 => self.arithmetic(ArithmeticOp::Subtract, &Type::Date, &Type::Date, depth),
                _ => self.arithmetic(plus, ty, ty, depth),
            },
            _ => self.plain(ty),
        }
    }

    fn aggregate(&mut self, kind: AggregateKind, of: Option<&Type>, depth: usize) -> ExprKind {
        let items = self.items(depth, false);
        self.row = 1;
        let value = of.map(|ty| {
            let ty = match (kind, ty) {
                // The average of ints is a decimal.
                (AggregateKind::Avg, Type::Decimal) => self.dice.pick(&[Type::Int, Type::Decimal]),
                _ => ty.clone(),
            };
            let depth = self.dice.roll(depth.min(2) + 1);
            self.boxed(&ty, depth)
        });
        self.row = 0;
        let items = Box::new(items);
        ExprKind::Aggregate { kind, value, items }
    }

    fn items(&mut self, depth: usize, filtered: bool) -> Items {
        let events = !self.dice.one_in(3);
        let window = (events && self.dice.one_in(2)).then(|| self.window(&Type::DateTime, depth));
        self.row = 1;
        let filter = (filtered || self.dice.one_in(2)).then(|| Box::new(self.condition(depth.min(2))));
        self.row = 0;
        Items {
            source: if events {
                Source::Events(0)
            } else {
                Source::List(of_customer(BASKET))
            },
            window,
            filter,
            row: 1,
        }
    }

    fn window(&mut self, ty: &Type, depth: usize) -> Window {
        let mut edge = || {
            (!self.dice.one_in(4)).then(|| {
                let day = |dice: &mut Dice| match value(dice, &Type::Date) {
                    Value::Date(day) => day,
                    _ => Date::MIN,
                };
                let stepped = |dice: &mut Dice| match dice.roll(2) {
                    0 => Bound::MonthsFromToday(months(dice)),
                    _ => Bound::PeriodFromToday {
                        period: dice.pick(&[Period::Week, Period::Month, Period::Quarter, Period::Year]),
                        plus: dice.pick(&[-1, 0, 1, 2, i64::MIN, i64::MAX]),
                    },
                };
                let bound = match (ty, self.dice.roll(6)) {
                    (Type::Date, 5) => stepped(self.dice),
                    (Type::DateTime, 5) => Bound::MonthsFromNow(months(self.dice)),
                    (Type::Date, 0 | 1) => Bound::Day(day(self.dice)),
                    (Type::Date, 2) => Bound::FromToday(self.dice.pick(&[0, 1, -30, i64::MAX, i64::MIN])),
                    (Type::DateTime, 0) => {
                        Bound::Instant(DateTime::from_micros(moment(self.dice)).expect("near"))
                    }
                    (Type::DateTime, 1) => {
                        Bound::FromNow(self.dice.pick(&[-30 * DAY, -DAY, 0, DAY, i64::MIN, i64::MAX]))
                    }
                    (Type::DateTime, 2) => Bound::Local(moment(self.dice)),
                    (Type::DateTime, 3) => Bound::DayStart {
                        day: Box::new(match self.dice.roll(5) {
                            3 | 4 => stepped(self.dice),
                            0 => Bound::Day(day(self.dice)),
                            1 => Bound::FromToday(self.dice.pick(&[0, 1, -30])),
                            _ => Bound::Expr(self.boxed(&Type::Date, depth.min(1))),
                        }),
                        plus: self.dice.pick(&[0, 1]),
                    },
                    (_, _) => Bound::Expr(self.boxed(ty, depth.min(1))),
                };
                Edge {
                    bound,
                    inclusive: self.dice.one_in(2),
                }
            })
        };
        Window {
            from: edge(),
            to: edge(),
        }
    }

    fn condition(&mut self, depth: usize) -> Condition {
        Condition::new(Span::default(), self.condition_kind(depth))
    }

    fn conditions(&mut self, depth: usize) -> Vec<Condition> {
        (0..=self.dice.roll(4)).map(|_| self.condition(depth)).collect()
    }

    fn condition_kind(&mut self, depth: usize) -> ConditionKind {
        let depth = depth.saturating_sub(1);
        let types: Vec<Type> = item_fields()
            .into_iter()
            .map(|(_, ty)| ty)
            .chain([Type::Duration])
            .collect();
        let list = of_customer(self.dice.pick(&[TAGS, NUMBERS, BASKET]));
        let plain = self.dice.pick(&[
            (TAGS, Type::String),
            (NUMBERS, Type::Decimal),
            (NUMBERS, Type::Int),
        ]);
        let plain = (of_customer(plain.0), plain.1);
        let text = self.dice.pick(&[Type::String, words()]);
        match self.dice.roll(27) {
            0 if depth > 0 => ConditionKind::Not(Box::new(self.condition(depth))),
            1 | 2 if depth > 0 => ConditionKind::And(self.conditions(depth)),
            3 | 4 if depth > 0 => ConditionKind::Or(self.conditions(depth)),
            5 if self.segments > 0 => ConditionKind::Segment(self.dice.roll(self.segments)),
            6 | 7 if self.row == 0 => {
                let count = self.dice.roll(4) as u64;
                let quantifier = self.dice.pick(&[
                    Quantifier::Any,
                    Quantifier::No,
                    Quantifier::All,
                    Quantifier::AtLeast(count),
                    Quantifier::AtMost(count),
                    Quantifier::Exactly(count),
                ]);
                ConditionKind::Quantified {
                    quantifier,
                    items: Box::new(self.items(depth, quantifier == Quantifier::All)),
                }
            }
            8 => ConditionKind::Holds(self.boxed(&Type::Bool, depth)),
            21 => ConditionKind::AnyKnown {
                first: Spot::Row(Place {
                    row: self.row,
                    slot: 1 + u32::try_from(self.dice.roll(4)).expect("small"),
                }),
                last: 6 + u32::try_from(self.dice.roll(3)).expect("small"),
            },
            9 => ConditionKind::Known({
                let ty = self.dice.pick(&types);
                self.boxed(&ty, depth)
            }),
            10 => match self.dice.roll(3) {
                0 => ConditionKind::ListKnown(list),
                1 => ConditionKind::ListEmpty(list),
                _ => ConditionKind::ListFilled(list),
            },
            11 => ConditionKind::TextEmpty(self.boxed(&text, depth)),
            12 => ConditionKind::TextFilled(self.boxed(&text, depth)),
            13 | 14 => {
                let ty = self.dice.pick(&[Type::Date, Type::DateTime, Type::DateTime]);
                ConditionKind::InWindow {
                    operand: self.boxed(&ty, depth),
                    window: self.window(&ty, depth),
                }
            }
            22 | 23 => ConditionKind::Anniversary {
                operand: self.boxed(&Type::Date, depth),
                window: self.window(&Type::Date, depth),
            },
            15 => ConditionKind::Contains {
                list: plain.0,
                item: self.boxed(&plain.1, depth),
            },
            16 => ConditionKind::ContainsEach {
                list: plain.0,
                all: self.dice.one_in(2),
                set: (0..=self.dice.roll(3))
                    .map(|_| value(self.dice, &plain.1))
                    .collect(),
            },
            17 | 18 => {
                let ty = self.dice.pick(&types[1..9]);
                let like = if ty == Type::Int {
                    self.dice.pick(&[Type::Int, Type::Decimal, Type::Float])
                } else {
                    ty.clone()
                };
                ConditionKind::In {
                    operand: self.boxed(&ty, depth),
                    set: (0..=self.dice.roll(12))
                        .map(|_| value(self.dice, &like))
                        .collect(),
                }
            }
            19 => ConditionKind::Text {
                test: self
                    .dice
                    .pick(&[TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith]),
                operand: self.boxed(&text, depth),
                pattern: self.boxed(&Type::String, depth.min(1)),
            },
            20 => {
                let ty = self
                    .dice
                    .pick(&[Type::Int, Type::Decimal, Type::Float, Type::Date, Type::String]);
                ConditionKind::Between {
                    operand: self.boxed(&ty, depth),
                    low: self.boxed(&ty, depth.min(1)),
                    high: self.boxed(&ty, depth.min(1)),
                }
            }
            _ => {
                let ty = self.dice.pick(&types);
                let other = match ty {
                    Type::Int => self.dice.pick(&[Type::Int, Type::Decimal, Type::Float]),
                    Type::Words(_) => self.dice.pick(&[Type::String, words()]),
                    _ => ty.clone(),
                };
                let op = match ty {
                    Type::Bool | Type::Words(_) => Order::Eq,
                    _ => self
                        .dice
                        .pick(&[Order::Eq, Order::Lt, Order::Le, Order::Gt, Order::Ge]),
                };
                let other_depth = self.dice.roll(depth + 1);
                let (lhs, rhs) = (self.boxed(&ty, depth), self.boxed(&other, other_depth));
                let (lhs, rhs) = if self.dice.one_in(2) {
                    (lhs, rhs)
                } else {
                    (rhs, lhs)
                };
                ConditionKind::Compare { op, lhs, rhs }
            }
        }
    }
}

fn module(dice: &mut Dice) -> Module {
    let mut module = Module {
        schema: Arc::new(schema()),
        segments: Vec::new(),
        named: usize::MAX,
        campaigns: crate::hir::Campaigns::default(),
        traits: Vec::new(),
        lists: Vec::new(),
        messages: Vec::new(),
        tests: Vec::new(),
        functions: Vec::new(),
        ranks: Vec::new(),
        cuts: None,
        translations: Arc::default(),
    };
    let types: Vec<Type> = item_fields().into_iter().map(|(_, ty)| ty).collect();
    let mut author = Author {
        dice,
        row: 0,
        segments: 0,
        traits: Vec::new(),
    };
    for _ in 0..5 {
        let ty = author.dice.pick(&types);
        let depth = 1 + author.dice.roll(4);
        module.traits.push(Trait {
            name: "trait".into(),
            description: None,
            value: author.expr(&ty, depth),
            roles: Roles::default(),
            ranked: false,
        });
        author.traits.push(ty);
        let depth = 1 + author.dice.roll(5);
        module.segments.push(Segment {
            name: "segment".into(),
            span: Span::default(),
            description: None,
            owner: None,
            condition: author.condition(depth).into(),
            roles: Roles::default(),
            ranked: false,
        });
        author.segments += 1;
    }
    module
}

#[test]
fn the_machine_gives_the_answers_of_the_interpreter() {
    let zones = ["UTC", "Europe/Madrid", "America/Sao_Paulo"].map(|it| Zone::named(it).expect("exists"));
    let now = DateTime::from_micros(NOW).expect("near");
    let (mut held, mut known, mut asked) = (0, 0, 0);
    for seed in 0..1_500 {
        let mut dice = Dice(seed);
        let module = module(&mut dice);
        let planned = plan::plan(&module);
        let at = At::new(now, dice.pick(&zones), &planned.program.moments);
        let foreign = At::new(now, at.zone(), &Arc::default());
        for round in 0..12 {
            let toy = customer(&mut dice, round % 2 == 0);
            // One machine for all questions, and one machine for each.
            let at = if round % 3 == 0 { &foreign } else { &at };
            let mut kept = Machine::new(&planned.program, &toy, at);
            for (index, segment) in module.segments.iter().enumerate() {
                let expected = interpret::test(&module, &segment.condition, &toy, at);
                let block = planned.segments[index];
                let alone = Machine::new(&planned.program, &toy, at).test(block);
                assert_eq!(
                    (alone, kept.test(block)),
                    (expected, expected),
                    "seed {seed}, segment {index}\n{:#?}\n{}\n{toy:#?}",
                    segment.condition,
                    planned.program,
                );
                held += usize::from(expected);
                asked += 1;
            }
            for (index, computed) in module.traits.iter().enumerate() {
                let expected = interpret::value(&module, &computed.value, &toy, at);
                let node = planned.traits[index];
                let found = kept.value(node).map(ValueRef::to_owned);
                assert_eq!(
                    found, expected,
                    "seed {seed}, trait {index}\n{:#?}\n{}\n{toy:#?}",
                    computed.value, planned.program,
                );
                known += usize::from(expected.is_some());
            }
        }
    }
    // The questions tell customers apart.
    assert!(held > asked / 4 && held < asked * 3 / 4, "{held} of {asked}");
    assert!(known > asked / 4 && known < asked, "{known} of {asked}");
}
