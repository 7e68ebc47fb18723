//! A condition over many rows: which of them reach each leaf, and which come through.

use std::ops::Range;

use crate::plan::{BlockId, Leaf, Op, Program, Target};

/// What a sieve asks.
pub(super) trait Asks {
    /// A bit for each row for which a test holds; those of rows that do not reach it may be any.
    fn ask(&mut self, test: usize, reached: &[u64]) -> &[u64];

    /// The same of all rows, where it is there already.
    fn answered(&self, test: usize) -> Option<&[u64]>;
}

/// The leaves of a condition in order, each with the number of what it tests.
#[derive(Clone, Debug)]
pub(super) struct Sieve {
    steps: Vec<Step>,
    /// Where rows enter: the first step, or nowhere if none of them would come through.
    start: Way,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    test: usize,
    then: Way,
    otherwise: Way,
    /// Whether no step before leads where these do.
    is_first: (bool, bool),
    together: Together,
}

/// Steps whose answers are taken in one pass, where they are there already.
#[derive(Clone, Copy, Debug)]
enum Together {
    Alone,
    /// All of so many from here on, at least one, lead rows on.
    All(usize),
    /// This one or the next one leads rows on.
    Either,
}

/// So many answers are taken in one pass at most.
const TOGETHER: usize = 4;

/// Where rows go on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Nowhere: they are not what is looked for.
    Out,
    /// To a step; as many as there are steps stand for the answer.
    To(usize),
}

impl Sieve {
    /// The condition that begins at a block. What it tests is numbered by `number`.
    pub(super) fn new(program: &Program, block: BlockId, mut number: impl FnMut(Op) -> usize) -> Self {
        let start = program.blocks[block.0 as usize].start;
        let leaf = |target: Target| program.leaves.get(target.0 as usize);
        // Targets only lead forward, so that the smallest that is left has been reached from everywhere. It stands last.
        let mut ahead = vec![start.0];
        let mut order: Vec<(Target, Leaf)> = Vec::new();
        while let Some(next) = ahead.pop().map(Target) {
            if let Some(leaf) = leaf(next) {
                order.push((next, *leaf));
                for target in [leaf.then.0, leaf.otherwise.0] {
                    let place = ahead.partition_point(|it| *it > target);
                    if ahead.get(place) != Some(&target) {
                        ahead.insert(place, target);
                    }
                }
            }
        }
        let way = |target: Target| match target {
            Target::FALSE => Way::Out,
            Target::TRUE => Way::To(order.len()),
            target => Way::To(order.partition_point(|(it, _)| it.0 < target.0)),
        };
        let start = way(start);
        let steps = order.iter().map(|(_, leaf)| Step {
            test: number(leaf.op),
            then: way(leaf.then),
            otherwise: way(leaf.otherwise),
            is_first: (false, false),
            together: Together::Alone,
        });
        Self::of(steps.collect(), start)
    }

    fn of(steps: Vec<Step>, start: Way) -> Self {
        let mut sieve = Self { steps, start };
        sieve.look_ahead();
        sieve
    }

    /// Finds out which steps are the first to lead to another one, and which can be taken together.
    fn look_ahead(&mut self) {
        let answer = self.steps.len();
        let mut ways_to = vec![0; answer + 1];
        let mut is_first = |way| match way {
            Way::To(step) => {
                ways_to[step] += 1;
                ways_to[step] == 1
            }
            Way::Out => false,
        };
        is_first(self.start);
        for step in &mut self.steps {
            step.is_first = (is_first(step.then), is_first(step.otherwise));
        }
        if ways_to[answer] == 0 {
            self.start = Way::Out;
        }
        for index in 0..answer {
            // Nothing but the step before leads to it.
            let is_inner = |step: usize| step > index && ways_to[step] == 1;
            let rest = &self.steps[index..];
            let all = rest.iter().take(TOGETHER).enumerate();
            let all = all.take_while(|(ahead, step)| {
                (*ahead == 0
                    || is_inner(index + ahead)
                        && rest[ahead - 1].leads_on().map(|it| it.0) == Some(index + ahead))
                    && step.leads_on().is_some()
            });
            let all = all.count();
            let is_either = is_inner(index + 1)
                && rest.get(1).and_then(Step::leads_on).is_some_and(|(to, _)| {
                    let ways = (rest[0].then, rest[0].otherwise);
                    let (on, next) = (Way::To(to), Way::To(index + 1));
                    ways == (on, next) || ways == (next, on)
                });
            self.steps[index].together = match all {
                0 if is_either => Together::Either,
                0 => Together::Alone,
                _ => Together::All(all),
            };
        }
    }

    /// The numbers of what it tests.
    pub(super) fn tests(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().map(|step| step.test)
    }

    /// Brings the parts that all have to hold into the order of what they cost; equals stay as they are.
    pub(super) fn cheapest_first(&mut self, cost: impl Fn(usize) -> usize) {
        if self.start != Way::To(0) {
            return;
        }
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (index, step) in self.steps.iter().enumerate() {
            for way in [step.then, step.otherwise] {
                if let Way::To(next) = way {
                    end = end.max(next);
                }
            }
            // Nothing leads further than to the next step: what comes there has passed this part.
            if end == index + 1 {
                parts.push(begin..end);
                begin = end;
            }
        }
        let cost = |part: &Range<usize>| {
            let steps = &self.steps[part.clone()];
            steps.iter().map(|step| cost(step.test)).sum::<usize>()
        };
        if parts.is_sorted_by_key(cost) {
            return;
        }
        parts.sort_by_cached_key(cost);
        let mut steps = Vec::with_capacity(self.steps.len());
        for part in parts {
            let begin = steps.len();
            let moved = |way| match way {
                Way::To(next) => Way::To(next - part.start + begin),
                Way::Out => Way::Out,
            };
            steps.extend(self.steps[part.clone()].iter().map(|step| Step {
                then: moved(step.then),
                otherwise: moved(step.otherwise),
                ..*step
            }));
        }
        // Steps that lead to no answer are in no part, and nothing is brought into another order.
        if steps.len() == self.steps.len() {
            self.steps = steps;
            self.look_ahead();
        }
    }

    /// Which of some rows come through.
    pub(super) fn run<'r>(&self, rows: &[u64], reach: &'r mut Vec<u64>, asked: &mut impl Asks) -> &'r [u64] {
        let (words, steps) = (rows.len(), self.steps.len());
        // Of each step and of the answer. Whoever leads to one of them first writes all of it.
        let len = (steps + 1) * words;
        if reach.len() < len {
            reach.resize(len, 0);
        }
        let answer = steps * words..len;
        if self.start == Way::Out {
            reach[answer.clone()].fill(0);
            return &reach[answer];
        }
        if steps == 0 {
            reach[answer.clone()].copy_from_slice(rows);
        }
        let mut index = 0;
        while index < steps {
            let (here, later) = reach[..len].split_at_mut((index + 1) * words);
            let here = if index == 0 { rows } else { &here[index * words..] };
            let taken = self.take_together(index, here, later, asked);
            if taken == 0 {
                self.steps[index].ask(index, here, later, asked);
            }
            index += taken.max(1);
        }
        &reach[answer]
    }

    /// Takes as many steps together as there are answers for, and says how many these were.
    #[inline]
    fn take_together(&self, index: usize, here: &[u64], later: &mut [u64], asked: &impl Asks) -> usize {
        let steps = &self.steps[index..];
        let words = here.len();
        let place = |step: usize| (step - index - 1) * words..(step - index) * words;
        match steps[0].together {
            Together::Alone => 0,
            Together::All(most) => {
                let mut answers: [(&[u64], u64); TOGETHER] = [(&[], 0); TOGETHER];
                let mut taken = 0;
                for (answer, step) in answers.iter_mut().zip(&steps[..most]) {
                    let Some(holds) = asked.answered(step.test) else {
                        break;
                    };
                    *answer = (holds, step.flip());
                    taken += 1;
                }
                let Some((on, is_first)) = steps[..taken].last().and_then(Step::leads_on) else {
                    return 0;
                };
                let [(a, not_a), (b, not_b), (c, not_c), (d, not_d)] = answers;
                let one = here.iter().zip(a).map(|(here, a)| here & (a ^ not_a));
                let to = &mut later[place(on)];
                match taken {
                    1 => add(to, is_first, one),
                    2 => add(to, is_first, one.zip(b).map(|(rows, b)| rows & (b ^ not_b))),
                    3 => {
                        let rows = one.zip(b).zip(c);
                        let rows = rows.map(|((rows, b), c)| rows & (b ^ not_b) & (c ^ not_c));
                        add(to, is_first, rows);
                    }
                    _ => {
                        let rows = one.zip(b).zip(c).zip(d);
                        let rows =
                            rows.map(|(((rows, b), c), d)| rows & (b ^ not_b) & (c ^ not_c) & (d ^ not_d));
                        add(to, is_first, rows);
                    }
                }
                taken
            }
            Together::Either => {
                let (first, second) = (&steps[0], &steps[1]);
                let answers = asked.answered(first.test).zip(asked.answered(second.test));
                let Some(((one, other), (on, _))) = answers.zip(second.leads_on()) else {
                    return 0;
                };
                let (flip, is_first) = if first.then == Way::To(on) {
                    (0, first.is_first.0)
                } else {
                    (u64::MAX, first.is_first.1)
                };
                let rows = here.iter().zip(one).zip(other);
                let not_other = second.flip();
                let rows = rows.map(|((here, one), other)| here & (one ^ flip | other ^ not_other));
                add(&mut later[place(on)], is_first, rows);
                2
            }
        }
    }
}

impl Step {
    /// Leads the rows that reach it, as the step of that number, to those after it.
    fn ask(&self, index: usize, here: &[u64], later: &mut [u64], asked: &mut impl Asks) {
        let words = here.len();
        let ways = [(self.then, self.is_first.0), (self.otherwise, self.is_first.1)];
        let [then, otherwise] = ways.map(|(way, is_first)| match way {
            Way::To(step) => Some(((step - index - 1) * words..(step - index) * words, is_first)),
            Way::Out => None,
        });
        if here.iter().fold(0, |all, word| all | word) == 0 {
            for (place, _) in [then, otherwise]
                .into_iter()
                .flatten()
                .filter(|(_, is_first)| *is_first)
            {
                later[place].fill(0);
            }
            return;
        }
        let holds = asked.ask(self.test, here);
        debug_assert!(holds.len() >= words, "an answer for each row");
        let lines = here.iter().zip(holds);
        if let Some((place, is_first)) = then {
            let rows = lines.clone().map(|(here, holds)| here & holds);
            add(&mut later[place], is_first, rows);
        }
        if let Some((place, is_first)) = otherwise {
            let rows = lines.map(|(here, holds)| here & !holds);
            add(&mut later[place], is_first, rows);
        }
    }

    /// Where it leads rows, and whether no step before does, if it leads them to one place only.
    fn leads_on(&self) -> Option<(usize, bool)> {
        match (self.then, self.otherwise) {
            (Way::To(to), Way::Out) => Some((to, self.is_first.0)),
            (Way::Out, Way::To(to)) => Some((to, self.is_first.1)),
            _ => None,
        }
    }

    /// What turns its answer into the rows that it leads on, if it leads rows to one place only.
    fn flip(&self) -> u64 {
        if self.then == Way::Out { u64::MAX } else { 0 }
    }
}

/// Adds rows to those that a step has, or begins with them.
#[inline]
fn add(to: &mut [u64], is_first: bool, rows: impl Iterator<Item = u64>) {
    if is_first {
        to.iter_mut().zip(rows).for_each(|(to, rows)| *to = rows);
    } else {
        to.iter_mut().zip(rows).for_each(|(to, rows)| *to |= rows);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// A condition that its steps make, each of a test of its own number.
    fn sieve(steps: &[(Way, Way)], start: Way) -> Sieve {
        let steps = steps.iter().enumerate().map(|(test, (then, otherwise))| Step {
            test,
            then: *then,
            otherwise: *otherwise,
            is_first: (false, false),
            together: Together::Alone,
        });
        Sieve::of(steps.collect(), start)
    }

    /// Of each test the rows of two words, with a third one that nobody asks for, and whether they are there already.
    struct Known(Vec<([u64; 3], bool)>);

    impl Asks for Known {
        fn ask(&mut self, test: usize, _: &[u64]) -> &[u64] {
            &self.0[test].0
        }

        fn answered(&self, test: usize) -> Option<&[u64]> {
            let (rows, is_known) = &self.0[test];
            is_known.then_some(rows)
        }
    }

    /// A way to one of the steps after one, to the answer, or out.
    fn way(from: usize, steps: usize, drawn: usize) -> Way {
        match drawn % 8 {
            0..=2 => Way::Out,
            // Most lead to the next one, as in conditions.
            3..=6 => Way::To(from),
            _ => Way::To(from + drawn / 8 % (steps + 1 - from)),
        }
    }

    proptest! {
        #[test]
        fn rows_go_as_each_would_go_alone(
            drawn in vec((any::<u16>(), any::<u16>(), any::<[u64; 3]>(), prop::bool::weighted(0.8)), 0..9),
            rows in any::<[u64; 2]>(),
            start in 0..8_usize,
        ) {
            let len = drawn.len();
            let mut ways: Vec<(Way, Way)> = Vec::new();
            for (index, (then, otherwise, ..)) in drawn.iter().enumerate() {
                // Something leads to each step.
                if let Some(before) = index.checked_sub(1)
                    && !ways.iter().any(|(then, otherwise)| [*then, *otherwise].contains(&Way::To(index)))
                {
                    let way = if then % 2 == 0 { &mut ways[before].0 } else { &mut ways[before].1 };
                    *way = Way::To(index);
                }
                ways.push((
                    way(index + 1, len, usize::from(*then)),
                    way(index + 1, len, usize::from(*otherwise)),
                ));
            }
            let start = if start == 0 { Way::Out } else { Way::To(0) };
            let alone = |row: usize| {
                let mut at = start;
                loop {
                    match at {
                        Way::Out => return false,
                        Way::To(step) if step == len => return true,
                        Way::To(step) => {
                            let holds = drawn[step].2[row / 64] >> (row % 64) & 1 == 1;
                            at = if holds { ways[step].0 } else { ways[step].1 };
                        }
                    }
                }
            };
            let mut known = Known(drawn.iter().map(|(_, _, rows, is_known)| (*rows, *is_known)).collect());
            // What others left there.
            let mut reach = vec![u64::MAX; 64];
            let found = sieve(&ways, start).run(&rows, &mut reach, &mut known).to_vec();
            for row in 0..128 {
                let is_asked = rows[row / 64] >> (row % 64) & 1 == 1;
                prop_assert_eq!(found[row / 64] >> (row % 64) & 1 == 1, is_asked && alone(row), "{} of {:?}", row, ways);
            }
        }
    }

    /// Of each test the rows, and whether they are there already.
    struct Bits([u64; 4], [bool; 4]);

    impl Asks for Bits {
        fn ask(&mut self, test: usize, _: &[u64]) -> &[u64] {
            std::slice::from_ref(&self.0[test])
        }

        fn answered(&self, test: usize) -> Option<&[u64]> {
            self.1[test].then(|| std::slice::from_ref(&self.0[test]))
        }
    }

    #[test]
    fn another_order_of_parts_lets_the_same_through() {
        // One and (two or three) and not four.
        let ways = [
            (Way::To(1), Way::Out),
            (Way::To(3), Way::To(2)),
            (Way::To(3), Way::Out),
            (Way::Out, Way::To(4)),
        ];
        let mut sieve = sieve(&ways, Way::To(0));
        let answers = [
            0b1111_1111_0000_0000,
            0b1111_0000_1111_0000,
            0b1100_1100_1100_1100,
            0xaaaa,
        ];
        let mut reach = vec![0; 9];
        for costs in [[1, 1, 1, 1], [9, 1, 1, 3], [2, 8, 1, 1], [3, 0, 4, 1]] {
            sieve.cheapest_first(|test| costs[test]);
            for (rows, left) in [
                (u64::MAX, 0b0101_0100_0000_0000),
                (0xff, 0),
                (0x5fff, 0b0101_0100_0000_0000),
            ] {
                for known in 0..16 {
                    let answered = [0, 1, 2, 3].map(|test| known >> test & 1 == 1);
                    // What others left there.
                    reach.fill(u64::MAX);
                    let out = sieve.run(&[rows], &mut reach, &mut Bits(answers, answered));
                    assert_eq!(out, [left], "{costs:?} {rows:x} {answered:?}");
                }
            }
        }
        assert_eq!(sieve.tests().collect::<Vec<_>>(), [3, 0, 1, 2]);
    }
}
