//! From a condition to a customer for whom it holds, or does not: constants are carried back to the slots that they are
//! compared with.
//!
//! It is a guess and need not be right: what comes out is asked. What it cannot see through, such as a function of the
//! host, is left to chance.

mod items;
mod reference;
mod value;

use crate::{
    eval::At,
    hir::{Condition, ConditionKind, Expr, ExprKind, Function, Module, Order, Place, Source, Spot},
    population::Cut,
    schema::Layout,
    value::{DateTime, Type, Value, ValueRef, number},
};

use super::{
    aim::{Aim, Aims, Groups, RowAims, Test},
    near::{near, on_circle},
};
use value::{of_two, shifted};

const DAY: i64 = 86_400_000_000;
/// So many conditions and values are looked at: definitions that name each other twice have very many.
const MOST_STEPS: usize = 20_000;
/// So many keys are tried to find some of a sample, and so many of them do.
const MOST_KEYS: usize = 10_000;
const ENOUGH_KEYS: usize = 32;
/// So many items are made on purpose.
const MOST_ITEMS: u64 = 200;

/// Looks for a customer of whom `condition` is true, or false.
///
/// With `edge`, one step is left to the other answer: of the parts of an `and` that is to be false all but one are true.
pub(super) fn seek(
    module: &Module,
    condition: &Condition,
    holds: bool,
    edge: bool,
    seed: u64,
    at: &At,
) -> Aims {
    let mut seeker = Seeker {
        module,
        at,
        edge,
        state: seed,
        steps: 0,
        rows: vec![RowAims::default()],
        aims: Aims::default(),
        given: Groups::default(),
    };
    seeker.condition(condition, holds);
    seeker.aims.customer = seeker.rows.swap_remove(0);
    seeker.aims
}

struct Seeker<'m> {
    module: &'m Module,
    at: &'m At,
    edge: bool,
    state: u64,
    steps: usize,
    /// The rows in scope, the customer first.
    rows: Vec<RowAims>,
    aims: Aims,
    /// Said of lists that cannot be any different.
    given: Groups,
}

impl Seeker<'_> {
    /// A number below `count`, by the generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
    /// (2014).
    fn below(&mut self, count: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % (count.max(1) as u64)).unwrap_or(0)
    }

    fn is_over(&mut self) -> bool {
        self.steps += 1;
        self.steps > MOST_STEPS
    }

    fn condition(&mut self, condition: &Condition, holds: bool) {
        if self.is_over() {
            return;
        }
        let is_leaf = !matches!(
            condition.kind,
            ConditionKind::Not(_) | ConditionKind::And(_) | ConditionKind::Or(_)
        );
        if is_leaf {
            self.referred(condition, holds);
        }
        match &condition.kind {
            ConditionKind::Constant(_) => {}
            ConditionKind::Sample { from, to, salt } => {
                let (from, to, salt) = (*from, *to, salt.clone());
                self.key(&Test::Sample {
                    from,
                    to,
                    salt,
                    holds,
                });
            }
            ConditionKind::Not(inner) => self.condition(inner, !holds),
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                let all = matches!(condition.kind, ConditionKind::And(_)) == holds;
                let chosen = self.below(parts.len());
                // What compares two values of the customer comes last: others say what they may be.
                for last in [false, true] {
                    for (index, part) in parts.iter().enumerate() {
                        if self.is_of_two(part) != last {
                            continue;
                        }
                        if all || index == chosen {
                            self.condition(part, holds);
                        } else if self.edge {
                            self.condition(part, !holds);
                        }
                    }
                }
            }
            ConditionKind::Holds(expr) => {
                let value = Value::Bool(holds);
                self.value(expr, std::slice::from_ref(&value), &Test::Open);
            }
            ConditionKind::Compare { op, lhs, rhs } => self.compare(*op, lhs, rhs, holds),
            ConditionKind::Between { operand, low, high } => {
                // Either end is one way to be outside.
                let (op, end) = if self.below(2) == 0 {
                    (Order::Ge, low)
                } else {
                    (Order::Le, high)
                };
                if holds || self.edge {
                    self.compare(Order::Ge, operand, low, true);
                    self.compare(Order::Le, operand, high, true);
                }
                if !holds {
                    self.compare(op, operand, end, false);
                }
            }
            ConditionKind::In { operand, set } => {
                let mut candidates: Vec<Value> = if holds {
                    set.to_vec()
                } else {
                    set.iter().flat_map(near).collect()
                };
                let test = Test::Among(set.to_vec(), holds);
                candidates.retain(|it| test.accepts(it));
                self.value(operand, &candidates, &test);
            }
            ConditionKind::Text {
                test,
                operand,
                pattern,
            } => {
                if let Some(Value::Text(pattern)) = self.settled(pattern) {
                    let mut candidates = near(&Value::Text(pattern.clone()));
                    candidates.extend(
                        [format!("a{pattern}"), format!("a{pattern}a"), String::new()].map(Value::from),
                    );
                    let test = Test::Text(*test, pattern.to_string(), holds);
                    candidates.retain(|it| test.accepts(it));
                    self.value(operand, &candidates, &test);
                }
            }
            ConditionKind::Matches { operand, pattern } => {
                let mut candidates = matching(&pattern.source);
                candidates.extend(["", "a"].map(Value::from));
                candidates.retain(|it| match it {
                    Value::Text(text) => pattern.regex.is_match(text) == holds,
                    _ => false,
                });
                self.value(operand, &candidates, &Test::Open);
            }
            ConditionKind::Known(expr) if holds => self.known(expr),
            ConditionKind::Known(expr) => self.missing(expr),
            ConditionKind::AnyKnown { first, last } => {
                if let Spot::Row(first) = first {
                    for slot in first.slot..=*last {
                        self.slot(Place { slot, ..*first }).missing = Some(!holds);
                        if holds {
                            break;
                        }
                    }
                }
            }
            ConditionKind::TextEmpty(expr) | ConditionKind::TextFilled(expr) => {
                let empty = matches!(condition.kind, ConditionKind::TextEmpty(_)) == holds;
                let text = if empty { "" } else { "a" };
                self.value(expr, &[text.into()], &Test::Open);
            }
            ConditionKind::ListKnown(list) => self.list(list).missing = !holds,
            ConditionKind::ListEmpty(list) | ConditionKind::ListFilled(list) => {
                let empty = matches!(condition.kind, ConditionKind::ListEmpty(_)) == holds;
                if empty {
                    self.list(list).only = true;
                } else {
                    self.plain_item(list, None);
                }
            }
            ConditionKind::Contains { list, item } => {
                let found = self.settled(item).or_else(|| {
                    let found = self.some_value(item)?;
                    self.value(item, std::slice::from_ref(&found), &Test::Open);
                    Some(found)
                });
                if let Some(found) = found {
                    self.list_has(list, &found, holds);
                }
            }
            ConditionKind::ContainsEach { list, all, set } => {
                let chosen = self.below(set.len());
                for (index, item) in set.iter().enumerate() {
                    if *all == holds || index == chosen {
                        self.list_has(list, item, holds);
                    }
                }
            }
            ConditionKind::InWindow { operand, window } => self.window(operand, window, holds),
            ConditionKind::Anniversary { operand, window } => self.anniversary(operand, window, holds),
            ConditionKind::Near { operand, of, within } => {
                #[expect(clippy::cast_precision_loss, reason = "a guess of where the edge is")]
                let chord = (within.0 as f64).sqrt() * 1e-8;
                if let Some(Value::Geo(center)) = self.settled(of) {
                    let degrees = (2.0 * (chord / 2.0).min(1.0).asin()).to_degrees();
                    let mut candidates = on_circle(center, degrees);
                    if !self.edge {
                        candidates.extend(near(&Value::Geo(center)));
                    }
                    self.value(operand, &candidates, &Test::Open);
                }
            }
            ConditionKind::Rank {
                operand,
                top,
                share,
                rank,
            } => {
                let (cut, op) = if *top {
                    (Cut::Top(*share), Order::Ge)
                } else {
                    (Cut::Bottom(*share), Order::Le)
                };
                if let Some(point) = self.module.cut_points(*rank, cut).first() {
                    self.beside(op, operand, &point.clone(), holds);
                }
            }
            ConditionKind::Sequence { first, steps } => self.sequence(first, steps, holds),
            ConditionKind::Quantified { quantifier, items } => self.quantified(*quantifier, items, holds),
            ConditionKind::Segment(index) => {
                let condition = &self.module.segments[*index].condition;
                self.of_customer(|this| this.condition(condition, holds));
            }
        }
    }

    /// Definitions see the customer alone.
    fn of_customer(&mut self, work: impl FnOnce(&mut Self)) {
        let items = self.rows.split_off(1);
        work(self);
        self.rows.truncate(1);
        self.rows.extend(items);
    }

    fn slot(&mut self, place: Place) -> &mut Aim {
        let row = usize::from(place.row).min(self.rows.len() - 1);
        self.rows[row].slots.entry(place.slot).or_default()
    }

    /// What the items of a list should be like; those of an item of a catalogue are as they are.
    fn list(&mut self, list: &Spot) -> &mut Groups {
        let Spot::Row(place) = list else {
            return &mut self.given;
        };
        let row = usize::from(place.row).min(self.rows.len() - 1);
        self.rows[row].lists.entry(place.slot).or_default()
    }

    fn groups(&mut self, source: &Source) -> &mut Groups {
        match source {
            Source::Events(event) => self.aims.events.entry(*event).or_default(),
            Source::List(list) => self.list(list),
        }
    }

    /// The value of what does not differ from customer to customer.
    fn settled(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Constant(value) => Some(value.clone()),
            ExprKind::Clock(wall) => {
                DateTime::from_micros(self.at.zone().instant(*wall)).map(Value::DateTime)
            }
            ExprKind::Now => Some(self.at.now().into()),
            ExprKind::Today => Some(self.at.today().into()),
            ExprKind::Trait(index) => self.settled(&self.module.traits[*index].value),
            ExprKind::Negate(inner) => number::negate(self.settled(inner)?.as_ref()).map(ValueRef::to_owned),
            ExprKind::Arithmetic { op, lhs, rhs } => of_two(*op, &self.settled(lhs)?, &self.settled(rhs)?),
            ExprKind::Shift { operand, months } => shifted(&self.settled(operand)?, *months, self.at),
            ExprKind::Folded(inner) => self.settled(inner),
            ExprKind::Call { function, args } => {
                let first = self.settled(args.first()?)?;
                let number = match function {
                    Function::Float => number::to_float(first.as_ref()),
                    Function::Decimal => number::to_decimal(first.as_ref()),
                    Function::Int => number::to_int(first.as_ref()),
                    _ => None,
                };
                number.map(ValueRef::to_owned)
            }
            _ => None,
        }
    }

    fn compare(&mut self, op: Order, lhs: &Expr, rhs: &Expr, holds: bool) {
        match (self.settled(lhs), self.settled(rhs)) {
            (None, Some(constant)) => self.beside(op, lhs, &constant, holds),
            (Some(constant), None) => {
                let mirrored = match op {
                    Order::Eq => Order::Eq,
                    Order::Lt => Order::Gt,
                    Order::Le => Order::Ge,
                    Order::Gt => Order::Lt,
                    Order::Ge => Order::Le,
                };
                self.beside(mirrored, rhs, &constant, holds);
            }
            (None, None) => {
                let aimed = self.aimed(lhs).or_else(|| self.aimed(rhs));
                if let Some(middle) = aimed.or_else(|| self.some_value(lhs)) {
                    self.value(rhs, std::slice::from_ref(&middle), &Test::Open);
                    self.beside(op, lhs, &middle, holds);
                }
            }
            (Some(_), Some(_)) => {}
        }
    }

    fn is_of_two(&self, condition: &Condition) -> bool {
        match &condition.kind {
            ConditionKind::Not(inner) => self.is_of_two(inner),
            ConditionKind::Compare { lhs, rhs, .. } => {
                self.settled(lhs).is_none() && self.settled(rhs).is_none()
            }
            _ => false,
        }
    }

    /// What a value of the customer or an item should be already.
    fn aimed(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Slot(place) => {
                let row = self.rows.get(usize::from(place.row))?;
                row.slots.get(&place.slot)?.candidates().into_iter().next()
            }
            ExprKind::Arithmetic { op, lhs, rhs } => {
                let value = |it| self.aimed(it).or_else(|| self.settled(it));
                of_two(*op, &value(lhs)?, &value(rhs)?)
            }
            _ => None,
        }
    }

    /// Keys that pass a test.
    fn key(&mut self, test: &Test) {
        let layout = Layout::of_fields(&self.module.schema.customer);
        let Some(slot) = layout.slots.iter().position(|it| it.roles.key) else {
            return;
        };
        let is_int = layout.slots[slot].ty == Type::Int;
        let mut found = Vec::new();
        for _ in 0..MOST_KEYS {
            let number = self.below(1_000_000_000);
            let key = if is_int {
                Value::from(i64::try_from(number).unwrap_or(0))
            } else {
                format!("k{number}").into()
            };
            if test.accepts(&key) {
                found.push(key);
            }
            if found.len() == ENOUGH_KEYS {
                break;
            }
        }
        if let Ok(slot) = u32::try_from(slot) {
            self.rows[0]
                .slots
                .entry(slot)
                .or_default()
                .add(&found, test.clone());
        }
    }

    /// A value on the right side of a constant.
    fn beside(&mut self, op: Order, expr: &Expr, constant: &Value, holds: bool) {
        let test = Test::Compare(op, constant.clone(), holds);
        let mut candidates = near(constant);
        candidates.retain(|it| test.accepts(it));
        self.value(expr, &candidates, &test);
    }
}

/// Some texts in which a pattern is found.
fn matching(pattern: &str) -> Vec<Value> {
    use proptest::{
        strategy::{Strategy, ValueTree},
        string::string_regex,
        test_runner::TestRunner,
    };
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    let Ok(texts) = string_regex(pattern) else {
        return Vec::new();
    };
    let mut runner = TestRunner::deterministic();
    let drawn = (0..8).filter_map(|_| texts.new_tree(&mut runner).ok());
    drawn.map(|it| Value::from(it.current())).collect()
}
