//! Values that are read from their slot and written at once, without a machine between: most of what messages show.

use std::collections::BTreeSet;

use crate::{
    hir::{Place, template::Target},
    plan::{self, Kind, Node, NodeId},
    template::{
        context::Escape,
        escape,
        program::{Fallback, Loop, Op, Step},
    },
    value::Value,
};

/// Gives such values instructions of their own. What stands in place of those that are missing is escaped here, and returned.
pub(super) fn read_slots(steps: &mut [Step], loops: &[Loop], plan: &plan::Program) -> Vec<Box<str>> {
    let changed = changed(steps, loops);
    let mut fallbacks = Vec::new();
    for step in steps {
        let Op::Value {
            node,
            fallback,
            escape,
        } = step.op
        else {
            continue;
        };
        let node = plan.nodes[node.0 as usize];
        let is_read = match node {
            Node::Slot { kind, .. } => match kind {
                Kind::Text => true,
                Kind::Int | Kind::Decimal => are_digits_plain(escape),
                _ => false,
            },
            Node::Local(index) => !changed.contains(&index),
            _ => false,
        };
        let Some(written) = fallback.map_or(Some(None), |it| written(it, escape, plan).map(Some)) else {
            continue;
        };
        if !is_read {
            continue;
        }
        let fallback = written.map_or(Fallback::NONE, |text| {
            fallbacks.push(text.into());
            Fallback(u32::try_from(fallbacks.len() - 1).unwrap_or(u32::MAX))
        });
        step.op = match node {
            Node::Slot { place, kind } => read(place, kind, escape, fallback, plan),
            Node::Local(index) => Op::Input {
                index,
                escape,
                fallback,
            },
            _ => step.op,
        };
    }
    fallbacks
}

fn read(place: Place, kind: Kind, escape: Escape, fallback: Fallback, plan: &plan::Program) -> Op {
    match kind {
        Kind::Text => Op::Text {
            place,
            escape,
            fallback,
            is_filled: place.row == 0 && is_filled(place.slot, plan),
        },
        kind => Op::Number {
            place,
            is_decimal: kind == Kind::Decimal,
            fallback,
        },
    }
}

/// Whether an attribute counts as missing where it is blank: what is known is filled then, in every kind of record.
fn is_filled(slot: u32, plan: &plan::Program) -> bool {
    let slot = plan.customer.slots.get(slot as usize);
    slot.is_some_and(|it| it.roles.filled.is_some())
}

/// The locals that the template sets; all others are inputs.
fn changed(steps: &[Step], loops: &[Loop]) -> BTreeSet<u32> {
    let set = steps.iter().filter_map(|step| match step.op {
        Op::Captured { local } => Some(local),
        Op::Assign { target, .. } => match target {
            Target::Local(local) | Target::Item { present: local, .. } => u32::try_from(local).ok(),
            Target::List(_) => None,
        },
        _ => None,
    });
    let counted = loops.iter().flat_map(|it| [it.index, it.length]).flatten();
    set.chain(counted.filter_map(|it| u32::try_from(it).ok()))
        .collect()
}

/// A fallback as it stands in the page, when that is the same for everyone.
fn written(fallback: NodeId, escape: Escape, plan: &plan::Program) -> Option<String> {
    let Node::Constant(index) = plan.nodes[fallback.0 as usize] else {
        return None;
    };
    let Value::Text(text) = &plan.constants[index as usize] else {
        return None;
    };
    let mut out = String::new();
    escape::write(escape, text, &mut out);
    Some(out)
}

/// Whether digits, `-` and `.` stand there as they are.
fn are_digits_plain(escape: Escape) -> bool {
    matches!(
        escape,
        Escape::None
            | Escape::Html
            | Escape::HtmlOnce
            | Escape::Css
            | Escape::UrlPart
            | Escape::UrlPartNoSlash
            | Escape::JsonText
            | Escape::JsonValue
    )
}
