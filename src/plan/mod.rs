//! From what is meant to how it is answered fast: `hir` to [`Program`].
//!
//! A [`Planner`] takes conditions, values and collections, one after the other, and numbers them; the finished program
//! answers for each of them by its number, see [`Machine`](crate::eval::Machine):
//!
//! ```text
//! let mut planner = Planner::new(&module);             // they may name the module's segments and traits
//! let block = planner.add_condition(&condition);       // BlockId: machine.test(block)
//! let value = planner.add_value(&expr);                // NodeId: machine.value(value)
//! let items = planner.add_items(&items);               // CollectionId: machine.open(items, limit)
//! planner.enter(planner.layout_of(items.source));      // what is added now sees an item as the next row
//! …
//! planner.leave();
//! let program = planner.finish();
//! ```
//!
//! A condition passes through these steps:
//!
//! 1. `condition`, `value`: names are written out or shared (`weight`), negation moves to the leaves, a leaf becomes the
//!    most special test that there is, and what is constant is worked out (`constant`);
//! 2. [`optimize`]: the passes from tree to tree;
//! 3. `cost`: the order in which the parts are tested;
//! 4. `emit`: flat leaves with forward jumps only.

mod boolean;
mod campaign;
mod cells;
mod condition;
mod constant;
mod cost;
mod display;
mod emit;
mod event_test;
mod heads;
mod many;
mod moment;
mod numbered;
mod parts;
mod place;
mod planner;
mod program;
mod range;
mod rank;
mod reads;
mod sequence;
mod steady;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod value;
mod weight;

pub(crate) use campaign::CampaignNodes;
pub(crate) use cells::{Accepts, CellRange, CellTest, Cells, RANGES_AT_ONCE, SlotTest};
pub(crate) use constant::calculate;
#[cfg(feature = "sql")]
pub(crate) use constant::fold;
pub(crate) use event_test::{EventNumber, EventTest};
pub(crate) use many::{Buckets, MISSING, Many, Reading, Term, head_number};
#[cfg(feature = "proptest")]
pub(crate) use moment::end_of;
pub(crate) use moment::{Anchor, Day, Moment, Moments, Origin, start_of};
pub(crate) use planner::Planner;
pub(crate) use program::{
    BlockId, Collection, CollectionId, End, Kind, Leaf, Near, Node, NodeId, Op, Program, Sequence, Shared,
    Source, Spot, Step, Target, Test, float_key, float_of_key, set_order,
};
pub(crate) use reads::{Clock, Motion, Reads, content, reads, reads_of_clock};
#[cfg(feature = "sql")]
pub(crate) use steady::Steady;

use crate::hir::Module;

/// The program of all segments and traits of a module.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) program: Program,
    /// In the order of [`Module::segments`].
    pub(crate) segments: Vec<BlockId>,
    /// In the order of [`Module::traits`].
    pub(crate) traits: Vec<NodeId>,
    /// What says a customer's language, in the order of [`Module::messages`].
    pub(crate) languages: Vec<Option<NodeId>>,
    /// What is compared with a population, in the order of [`Module::ranks`].
    pub(crate) ranks: Vec<NodeId>,
    pub(crate) campaigns: CampaignNodes,
}

/// Plans everything that a module defines.
pub(crate) fn plan(module: &Module) -> Planned {
    let mut planner = Planner::new(module);
    let segments = (0..module.segments.len())
        .map(|index| planner.add_segment(index))
        .collect();
    let traits = (0..module.traits.len())
        .map(|index| planner.add_trait(index))
        .collect();
    let messages = module.messages.iter();
    let languages = messages.map(|it| it.languages.as_ref().map(|it| planner.add_value(&it.by)));
    let languages = languages.collect();
    let ranks = module.ranks.iter().map(|it| planner.add_value(&it.operand));
    let ranks = ranks.collect();
    let campaigns = campaign::plan(module, &mut planner);
    Planned {
        segments,
        traits,
        languages,
        ranks,
        campaigns,
        program: planner.finish(),
    }
}

/// The passes over a condition's tree. Ranges are merged once repetitions are gone; what is merged may be constant.
fn optimize(tree: tree::Tree) -> tree::Tree {
    let tree = boolean::simplify(tree);
    let tree = range::merge(tree);
    boolean::simplify(tree)
}
