//! Segments that are equal to, inside of, or apart from others.
//!
//! A segment that names another was put together from it on purpose, and nothing is said about the two: `in segment a and …`
//! is inside of `a` by design, and `not in segment a and …` apart from it. Of a chain of segments inside each other, each is
//! told of the next one only.

use super::{
    conditions::Topics,
    reason::{Goal, Reasoner},
};
use crate::{
    diagnostic::{Code, Diagnostic, Level, Lints},
    hir::{Condition, ConditionKind, Module, Part},
};

/// How the customers of one condition relate to those of another, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    /// All of the first are among those of the second.
    Inside,
    /// All of the second are among those of the first.
    Around,
    /// None is in both.
    Disjoint,
    /// None of this is sure.
    Unknown,
}

/// Compares two conditions of a module. Takes a bounded number of steps.
pub(crate) fn relation(module: &Module, first: &Condition, second: &Condition) -> Relation {
    let mut reasoner = Reasoner::new(Some(module), 100_000);
    let forward = reasoner.follows(first, second);
    let backward = reasoner.follows(second, first);
    match (forward, backward) {
        (true, true) => Relation::Equal,
        (true, false) => Relation::Inside,
        (false, true) => Relation::Around,
        (false, false) => {
            let both = [first, second].map(|condition| Goal {
                condition,
                holds: true,
            });
            if reasoner.contradicts(&both) {
                Relation::Disjoint
            } else {
                Relation::Unknown
            }
        }
    }
}

/// So many segments are compared with each other.
const SEGMENTS: usize = 2_000;

/// Compares the segments of a module in pairs, but for those with the same answer for everyone.
pub(super) fn compare<'m>(
    module: &'m Module,
    constant: &[bool],
    lints: &Lints,
    reasoner: &mut Reasoner<'m>,
    found: &mut Vec<Diagnostic>,
) {
    let codes = [Code::SegmentEqual, Code::SegmentInside, Code::SegmentDisjoint];
    let [equal, inside, disjoint] = codes.map(|code| lints.level(code) != Level::Allow);
    let count = module.named_segments().len();
    if !(equal || inside || disjoint) || !(2..=SEGMENTS).contains(&count) {
        return;
    }
    let groups: Vec<Group<'m>> = (0..count).map(|index| Group::of(module, index)).collect();
    let mut pairs = Pairs::default();
    for second in 0..count {
        if constant[second] || pairs.is_copy(second) {
            continue;
        }
        for first in 0..second {
            if reasoner.is_exhausted() {
                break;
            }
            let (a, b) = (&groups[first], &groups[second]);
            if constant[first]
                || pairs.is_copy(first)
                || !a.topics.overlap(b.topics)
                || a.names(b)
                || b.names(a)
            {
                continue;
            }
            let forward =
                (equal || inside) && a.may_be_inside(b) && reasoner.follows(a.condition, b.condition);
            let backward =
                (equal || inside) && b.may_be_inside(a) && reasoner.follows(b.condition, a.condition);
            match (forward, backward) {
                (true, true) => {
                    pairs.equal.push((first, second));
                    break;
                }
                (true, false) => pairs.inside.push((first, second)),
                (false, true) => pairs.inside.push((second, first)),
                (false, false) if disjoint => {
                    let both = [a, b].map(|it| Goal {
                        condition: it.condition,
                        holds: true,
                    });
                    if reasoner.contradicts(&both) {
                        pairs.disjoint.push((first, second));
                    }
                }
                (false, false) => {}
            }
        }
    }
    let name = |index: usize| &*module.segments[index].name;
    let mut tell =
        |code, (one, other): (usize, usize), message: String, [here, there]: [String; 2], help: String| {
            let [one, other] = [one, other].map(|index| module.segments[index].span);
            found.push(
                Diagnostic::new(code, message)
                    .label(one, here)
                    .label(other, there)
                    .help(help),
            );
        };
    for &(first, second) in &pairs.equal {
        let (a, b) = (name(first), name(second));
        let message = format!("the segment `{b}` is the same as `{a}`");
        let labels = ["the same customers".to_owned(), "already defined here".to_owned()];
        let help = format!("use one of them, or write `in segment {a}` to give it a second name");
        tell(Code::SegmentEqual, (second, first), message, labels, help);
    }
    let told = |(one, other): &(usize, usize)| {
        let through = |named: &usize| pairs.is_told(*named, *other);
        !groups[*one].named.iter().any(through)
    };
    for (inner, outer) in pairs.nearest().filter(told) {
        let (a, b) = (name(inner), name(outer));
        let message = format!("the segment `{a}` is inside `{b}`");
        let labels = [
            format!("everyone here is in `{b}`"),
            "the wider segment".to_owned(),
        ];
        let help = format!("write `in segment {b} and …` if that is meant, and nothing more is said");
        tell(Code::SegmentInside, (inner, outer), message, labels, help);
    }
    for &(first, second) in pairs.disjoint.iter().filter(|it| told(it) && told(&(it.1, it.0))) {
        let (a, b) = (name(first), name(second));
        let message = format!("the segments `{a}` and `{b}` have no customer in common");
        let labels = [format!("nobody here is in `{a}`"), "the other segment".to_owned()];
        let help = format!("write `not in segment {a} and …` if that is meant, and nothing more is said");
        tell(Code::SegmentDisjoint, (second, first), message, labels, help);
    }
}

/// A segment, as far as comparing asks.
struct Group<'m> {
    index: usize,
    condition: &'m Condition,
    topics: Topics,
    /// What each part is about, of all that must hold.
    parts: Vec<Topics>,
    /// The segments that it names, also through others.
    named: Vec<usize>,
}

impl<'m> Group<'m> {
    fn of(module: &'m Module, index: usize) -> Self {
        let condition = &module.segments[index].condition;
        let parts = match &condition.kind {
            ConditionKind::And(parts) => parts.iter().map(|part| Topics::of(part, Some(module))).collect(),
            _ => Vec::new(),
        };
        let mut named = Vec::new();
        named_in(Part::Condition(condition), module, &mut named);
        Self {
            index,
            condition,
            topics: Topics::of(condition, Some(module)),
            parts,
            named,
        }
    }

    fn names(&self, other: &Self) -> bool {
        self.named.contains(&other.index)
    }

    /// Tells whether it could be: each part of the other must follow from something here.
    fn may_be_inside(&self, other: &Self) -> bool {
        other.parts.iter().all(|part| part.overlap(self.topics))
    }
}

/// So many names are followed.
const NAMED: usize = 64;

fn named_in(part: Part<'_>, module: &Module, named: &mut Vec<usize>) {
    part.walk(&mut |inner| {
        if let Part::Condition(Condition {
            kind: ConditionKind::Segment(index),
            ..
        }) = inner
            && !named.contains(index)
            && named.len() < NAMED
        {
            named.push(*index);
            named_in(Part::Condition(&module.segments[*index].condition), module, named);
        }
    });
}

#[derive(Default)]
struct Pairs {
    /// The second is a copy of the first.
    equal: Vec<(usize, usize)>,
    /// The first is inside the second.
    inside: Vec<(usize, usize)>,
    disjoint: Vec<(usize, usize)>,
}

impl Pairs {
    fn is_copy(&self, index: usize) -> bool {
        self.equal.iter().any(|(_, copy)| *copy == index)
    }

    /// Tells whether something is said of the first beside the second.
    fn is_told(&self, first: usize, second: usize) -> bool {
        let pair = (first, second);
        self.inside.contains(&pair)
            || self
                .disjoint
                .iter()
                .any(|it| *it == pair || *it == (second, first))
    }

    /// Those inside of each other with no other in between.
    fn nearest(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = self.inside.iter().copied();
        pairs.filter(|(inner, outer)| {
            !self.is_copy(*inner)
                && !self.is_copy(*outer)
                && !self.inside.iter().any(|(a, between)| {
                    a == inner && self.inside.contains(&(*between, *outer)) && !self.is_copy(*between)
                })
        })
    }
}
