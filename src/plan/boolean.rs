//! Pass: what follows from `and`, `or` and constants alone.

use super::{numbered::Numbered, tree::Tree};

/// - `true and p` is `p`, `false and p` is `false`, and so for `or`;
/// - `p and (q and r)` is `p and q and r`;
/// - `p and p` is `p`, `p and not p` is `false`;
/// - `if c then true else p` is `c or p`, and so for its other constants.
pub(super) fn simplify(tree: Tree) -> Tree {
    match tree {
        Tree::Constant(_) | Tree::Leaf { .. } => tree,
        Tree::And(trees) => join(trees, true),
        Tree::Or(trees) => join(trees, false),
        Tree::If(parts) => {
            let [condition, then, otherwise] = parts.map(simplify);
            match (condition, then, otherwise) {
                (Tree::Constant(true), then, _) => then,
                (Tree::Constant(false), _, otherwise) => otherwise,
                (_, then, otherwise) if then == otherwise => then,
                (condition, Tree::Constant(true), otherwise) => join(vec![condition, otherwise], false),
                (condition, Tree::Constant(false), otherwise) => {
                    join(vec![condition.complement(), otherwise], true)
                }
                (condition, then, Tree::Constant(true)) => join(vec![condition.complement(), then], false),
                (condition, then, Tree::Constant(false)) => join(vec![condition, then], true),
                (condition, then, otherwise) => Tree::either(condition, then, otherwise),
            }
        }
    }
}

/// `and` (or `or`) of the trees, simplified.
fn join(trees: Vec<Tree>, and: bool) -> Tree {
    let mut joined = Vec::with_capacity(trees.len());
    let mut leaves = Numbered::new();
    // Takes in a part; `false` when it decides the whole.
    let mut add = |part| {
        match part {
            Tree::Constant(it) => return it == and,
            Tree::Leaf { op, negated } => {
                if leaves.find((op, !negated)).is_some() {
                    return false;
                }
                let (_, new) = leaves.add((op, negated));
                if !new {
                    return true;
                }
            }
            _ => {}
        }
        joined.push(part);
        true
    };
    for tree in trees {
        let open = match (simplify(tree), and) {
            (Tree::And(parts), true) | (Tree::Or(parts), false) => parts.into_iter().all(&mut add),
            (tree, _) => add(tree),
        };
        if !open {
            return Tree::Constant(!and);
        }
    }
    match (joined.len(), and) {
        (0, _) => Tree::Constant(and),
        (1, _) => joined.remove(0),
        (_, true) => Tree::And(joined),
        (_, false) => Tree::Or(joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::program::Op;

    fn leaf(slot: u32) -> Tree {
        Op::Bool { slot }.into()
    }

    #[test]
    fn constants_and_repetitions_go() {
        let not = |slot| leaf(slot).complement();
        for (tree, simple) in [
            (Tree::And(vec![leaf(1), Tree::TRUE]), leaf(1)),
            (Tree::And(vec![leaf(1), Tree::FALSE]), Tree::FALSE),
            (Tree::Or(vec![]), Tree::FALSE),
            (Tree::And(vec![]), Tree::TRUE),
            (
                Tree::And(vec![leaf(1), Tree::And(vec![leaf(2), leaf(1)])]),
                Tree::And(vec![leaf(1), leaf(2)]),
            ),
            (Tree::Or(vec![leaf(1), leaf(2), not(1)]), Tree::TRUE),
            (Tree::And(vec![leaf(1), not(1)]), Tree::FALSE),
            (
                Tree::either(leaf(1), Tree::FALSE, leaf(2)),
                Tree::And(vec![not(1), leaf(2)]),
            ),
            (
                Tree::either(leaf(1), leaf(2), Tree::TRUE),
                Tree::Or(vec![not(1), leaf(2)]),
            ),
            (Tree::either(leaf(1), leaf(2), leaf(2)), leaf(2)),
        ] {
            assert_eq!(simplify(tree.clone()), simple, "{tree:?}");
        }
    }
}
