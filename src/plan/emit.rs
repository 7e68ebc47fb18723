//! Pass: from a tree to flat leaves with forward jumps only.

use super::{
    program::{Leaf, Target},
    tree::Tree,
};

/// Appends the leaves of a tree and says where it begins.
pub(super) fn emit(tree: &Tree, leaves: &mut Vec<Leaf>) -> Target {
    // Written from the last leaf to the first, so that every target is known when it is named; then turned around.
    let mut backwards = Vec::new();
    let start = write(tree, Target::TRUE, Target::FALSE, &mut backwards);
    let end = leaves.len() + backwards.len();
    let forward = |target: Target| match target {
        Target::TRUE | Target::FALSE => target,
        Target(from_the_end) => Target(number(end - 1 - from_the_end as usize)),
    };
    leaves.extend(backwards.iter().rev().map(|leaf| Leaf {
        op: leaf.op,
        then: forward(leaf.then),
        otherwise: forward(leaf.otherwise),
    }));
    forward(start)
}

/// Writes what leads to `then` when the tree holds and to `otherwise` when it does not; says where it begins.
fn write(tree: &Tree, then: Target, otherwise: Target, backwards: &mut Vec<Leaf>) -> Target {
    match tree {
        Tree::Constant(true) => then,
        Tree::Constant(false) => otherwise,
        Tree::Leaf { op, negated } => {
            let (then, otherwise) = if *negated {
                (otherwise, then)
            } else {
                (then, otherwise)
            };
            backwards.push(Leaf {
                op: *op,
                then,
                otherwise,
            });
            Target(number(backwards.len() - 1))
        }
        Tree::And(trees) => trees
            .iter()
            .rev()
            .fold(then, |next, tree| write(tree, next, otherwise, backwards)),
        Tree::Or(trees) => trees
            .iter()
            .rev()
            .fold(otherwise, |next, tree| write(tree, then, next, backwards)),
        Tree::If(parts) => {
            let [condition, yes, no] = &**parts;
            let no = write(no, then, otherwise, backwards);
            let yes = write(yes, then, otherwise, backwards);
            write(condition, yes, no, backwards)
        }
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("limits keep the number of conditions below 2^32")
}
