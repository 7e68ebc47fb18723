//! Loops of JSON whose commas depend on the round: what is written in a first round, before it is compiled, and what conditions
//! such as `forloop.last` are in which round.

use super::Compiler;
use crate::{
    hir::{
        ArithmeticOp, Condition, ConditionKind, Expr, ExprKind, Order,
        template::{Loop, Node, NodeKind},
    },
    template::context::{Round, Worlds},
    value::Value,
};

/// The locals in which a loop that is followed round by round counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counting {
    index: Option<usize>,
    length: Option<usize>,
}

impl Compiler<'_> {
    /// The places in which the rounds of a loop begin, where it is followed round by round.
    pub(super) fn begin(&self, it: &Loop, start: &Worlds) -> Option<Worlds> {
        begin(self.texts, it, start, &self.counting)
    }

    pub(super) fn count(&mut self, it: &Loop) {
        self.counting.push(counting(it));
    }
}

fn counting(it: &Loop) -> Counting {
    Counting {
        index: it.index,
        length: it.length,
    }
}

fn begin(texts: &[&str], it: &Loop, start: &Worlds, around: &[Counting]) -> Option<Worlds> {
    if it.index.is_none() && it.length.is_none() || is_left(&it.body) {
        return None;
    }
    let mut loops = around.to_vec();
    loops.push(counting(it));
    start.begin(|first| walk(texts, &it.body, first, &loops))
}

/// Whether a loop is left from its body before the end of a round.
fn is_left(body: &[Node]) -> bool {
    body.iter().any(|node| match &node.kind {
        NodeKind::Break | NodeKind::Continue => true,
        NodeKind::For(_) => false,
        _ => {
            let mut found = false;
            node.inside(&mut |nodes| found |= is_left(nodes));
            found
        }
    })
}

/// The places behind some nodes; `None` where something is wrong, which is told when they are compiled.
fn walk(texts: &[&str], nodes: &[Node], mut at: Worlds, loops: &[Counting]) -> Option<Worlds> {
    for node in nodes {
        match &node.kind {
            NodeKind::Text => {
                let span = node.span;
                let text = texts.get(span.source as usize).copied().unwrap_or_default();
                at.advance(text.get(span.start as usize..span.end as usize)?)
                    .ok()?;
            }
            NodeKind::Output(_) => {
                at.escape().ok()?;
                at.pass_value();
            }
            NodeKind::Assign(_) | NodeKind::Capture { .. } => {}
            NodeKind::Partial(body) => at = walk(texts, body, at, loops)?,
            NodeKind::If { branches, otherwise } => {
                let mut rest = at;
                let mut behind: Option<Worlds> = None;
                for branch in branches {
                    let (here, left) = rest.split(|rounds| holds(&branch.condition, loops, rounds));
                    rest = left;
                    let here = walk(texts, &branch.body, here, loops)?;
                    behind = Some(match behind {
                        Some(it) => it.join(&here)?,
                        None => here,
                    });
                }
                let rest = walk(texts, otherwise, rest, loops)?;
                at = match behind {
                    Some(it) => it.join(&rest)?,
                    None => rest,
                };
            }
            NodeKind::For(it) => {
                let behind = if let Some(begun) = begin(texts, it, &at, loops) {
                    let mut inner = loops.to_vec();
                    inner.push(counting(it));
                    walk(texts, &it.body, begun.clone(), &inner)?.end(&begun)?
                } else {
                    let round = at.round();
                    let end = walk(texts, &it.body, round.clone(), loops)?;
                    (end == round).then_some(end)?
                };
                let none = walk(texts, &it.otherwise, at, loops)?;
                at = walk(texts, &it.behind, behind, loops)?.join(&none)?;
            }
            NodeKind::Skip(_) => return Some(at.split(|_| Some(false)).0),
            NodeKind::Hole | NodeKind::Break | NodeKind::Continue => return None,
        }
    }
    Some(at)
}

/// Whether a condition holds in some rounds, where that depends on nothing else.
pub(super) fn holds(condition: &Condition, loops: &[Counting], rounds: &[Round]) -> Option<bool> {
    let of_parts = |parts: &[Condition], ends: bool| {
        let mut all: Vec<_> = parts.iter().map(|it| holds(it, loops, rounds)).collect();
        if all.contains(&Some(ends)) {
            return Some(ends);
        }
        all.retain(Option::is_none);
        all.is_empty().then_some(!ends)
    };
    match &condition.kind {
        ConditionKind::Constant(it) => Some(*it),
        ConditionKind::Not(inner) => holds(inner, loops, rounds).map(|it| !it),
        ConditionKind::And(parts) => of_parts(parts, false),
        ConditionKind::Or(parts) => of_parts(parts, true),
        ConditionKind::Holds(value) => truth(value, loops, rounds),
        ConditionKind::Compare { op, lhs, rhs } => {
            if let (Some(lhs), Some(rhs), Order::Eq) =
                (truth(lhs, loops, rounds), truth(rhs, loops, rounds), op)
            {
                return Some(lhs == rhs);
            }
            let difference = count(lhs, loops, rounds)?.plus(&count(rhs, loops, rounds)?.times(-1)?)?;
            difference.compare(*op)
        }
        _ => None,
    }
}

fn truth(value: &Expr, loops: &[Counting], rounds: &[Round]) -> Option<bool> {
    match &value.kind {
        ExprKind::Condition(inner) => holds(inner, loops, rounds),
        ExprKind::Constant(Value::Bool(it)) => Some(*it),
        _ => None,
    }
}

/// A number of which is known how it depends on two that are not negative: how many rounds came before beyond those that must
/// have, and how many are still to come.
#[derive(Clone, Copy, Debug)]
struct Count {
    constant: i64,
    before: i64,
    after: i64,
    /// Of which loop, unless it is the same for all.
    of: Option<usize>,
}

impl Count {
    fn new(constant: i64, before: i64, after: i64, of: Option<usize>) -> Self {
        Self {
            constant,
            before,
            after,
            of,
        }
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        let of = match (self.of, other.of) {
            (Some(one), Some(two)) if one != two => return None,
            (one, two) => one.or(two),
        };
        Some(Self::new(
            self.constant.checked_add(other.constant)?,
            self.before.checked_add(other.before)?,
            self.after.checked_add(other.after)?,
            of,
        ))
    }

    fn times(&self, factor: i64) -> Option<Self> {
        Some(Self::new(
            self.constant.checked_mul(factor)?,
            self.before.checked_mul(factor)?,
            self.after.checked_mul(factor)?,
            self.of,
        ))
    }

    /// Whether it compares so with 0, where that is the same for all.
    fn compare(&self, op: Order) -> Option<bool> {
        let least = (self.before >= 0 && self.after >= 0).then_some(self.constant);
        let most = (self.before <= 0 && self.after <= 0).then_some(self.constant);
        let below = |limit: i64| match (least, most) {
            (_, Some(most)) if most < limit => Some(true),
            (Some(least), _) if least >= limit => Some(false),
            _ => None,
        };
        match op {
            Order::Lt => below(0),
            Order::Le => below(1),
            Order::Gt => below(1).map(|it| !it),
            Order::Ge => below(0).map(|it| !it),
            Order::Eq => match (least, most) {
                (Some(least), Some(_)) => Some(least == 0),
                (Some(least), _) if least > 0 => Some(false),
                (_, Some(most)) if most < 0 => Some(false),
                _ => None,
            },
        }
    }
}

fn count(value: &Expr, loops: &[Counting], rounds: &[Round]) -> Option<Count> {
    match &value.kind {
        ExprKind::Constant(Value::Int(it)) => Some(Count::new(*it, 0, 0, None)),
        ExprKind::Local(local) => {
            let is_it = |it: &Counting| it.index == Some(*local) || it.length == Some(*local);
            let number = loops.iter().position(is_it)?;
            let of = Some(number);
            let (index, length) = match rounds.get(number)? {
                Round::Only => (Count::new(0, 0, 0, of), Count::new(1, 0, 0, of)),
                Round::First => (Count::new(0, 0, 0, of), Count::new(2, 0, 1, of)),
                Round::Middle => (Count::new(1, 1, 0, of), Count::new(3, 1, 1, of)),
                Round::Last => (Count::new(1, 1, 0, of), Count::new(2, 1, 0, of)),
            };
            let is_index = loops[number].index == Some(*local);
            Some(if is_index { index } else { length })
        }
        ExprKind::Arithmetic { op, lhs, rhs } => {
            let (lhs, rhs) = (count(lhs, loops, rounds)?, count(rhs, loops, rounds)?);
            match op {
                ArithmeticOp::Add => lhs.plus(&rhs),
                ArithmeticOp::Subtract => lhs.plus(&rhs.times(-1)?),
                _ => None,
            }
        }
        ExprKind::Negate(inner) => count(inner, loops, rounds)?.times(-1),
        _ => None,
    }
}
