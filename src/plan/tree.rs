//! A condition between `hir` and the flat program: leaves are chosen, negation stands at the leaves, order is open.

use super::program::Op;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tree {
    Constant(bool),
    Leaf {
        op: Op,
        negated: bool,
    },
    And(Vec<Tree>),
    Or(Vec<Tree>),
    /// The second when the first holds, else the third.
    If(Box<[Tree; 3]>),
}

impl Tree {
    pub(super) const TRUE: Self = Self::Constant(true);
    pub(super) const FALSE: Self = Self::Constant(false);

    pub(super) fn either(condition: Self, then: Self, otherwise: Self) -> Self {
        Self::If(Box::new([condition, then, otherwise]))
    }

    /// The exact complement: since a missing value fails a leaf, and its negation is by definition what is left, only
    /// the marks at the leaves change.
    pub(super) fn complement(self) -> Self {
        let each = |trees: Vec<Self>| trees.into_iter().map(Self::complement).collect();
        match self {
            Self::Constant(it) => Self::Constant(!it),
            Self::Leaf { op, negated } => Self::Leaf {
                op,
                negated: !negated,
            },
            Self::And(trees) => Self::Or(each(trees)),
            Self::Or(trees) => Self::And(each(trees)),
            Self::If(parts) => {
                let [condition, then, otherwise] = *parts;
                Self::either(condition, then.complement(), otherwise.complement())
            }
        }
    }

    pub(super) fn complement_if(self, negated: bool) -> Self {
        if negated { self.complement() } else { self }
    }
}

impl From<Op> for Tree {
    fn from(op: Op) -> Self {
        Self::Leaf { op, negated: false }
    }
}
