//! From the leaves of a program to factors and what is left.

use std::{collections::HashMap, ops::Range};

use indexmap::IndexMap;

use super::{
    Factor, Many, Table, Term,
    dimension::{ByHead, Constants, Dimension, Reading},
    parts::{self, Truth},
};
use crate::plan::{BlockId, Program, Target};

/// So many factors at most: after that many, few segments are in that are not asked for something of their own.
const FACTORS: usize = 64;

/// A condition of a segment.
struct Conjunct {
    segment: usize,
    part: Range<u32>,
    /// The factor that it may enter, and its alternatives.
    of: Option<(usize, Vec<Alternative>)>,
}

/// A part of a condition, with the number of the dimension that it is about.
type Alternative = (usize, Range<u32>);

/// The dimensions, and which such condition of a segment it is.
type Key = (Vec<usize>, usize);

pub(super) fn plan(program: &Program, blocks: &[BlockId]) -> Many {
    let words = blocks.len().div_ceil(64);
    // Rows are as long as there are segments, so that there may not be as many of them, too.
    let most = ((1 << 18) / blocks.len().max(1)).clamp(64, 256);
    let starts = blocks.iter().map(|block| program.blocks[block.0 as usize].start);
    let parts: Vec<Vec<Range<u32>>> = starts.map(|start| parts::conjuncts(program, start)).collect();
    let leaves = parts
        .iter()
        .flatten()
        .flat_map(|part| parts::leaves(program, part));
    let by_head = ByHead::of(leaves.map(|leaf| leaf.op), program, most);
    let mut start = vec![0; words];
    let mut readings: IndexMap<Reading, Constants<'_>> = IndexMap::new();
    let mut keys: IndexMap<Key, usize> = IndexMap::new();
    let mut conjuncts = Vec::new();
    for (segment, (block, parts)) in blocks.iter().zip(parts).enumerate() {
        let target = program.blocks[block.0 as usize].start;
        if target != Target::FALSE {
            start[segment / 64] |= 1 << (segment % 64);
        }
        let mut seen: HashMap<Vec<usize>, usize> = HashMap::new();
        for part in parts {
            let of = alternatives(program, &part, &by_head, &mut readings).map(|alternatives| {
                let mut dimensions: Vec<usize> = alternatives.iter().map(|(it, _)| *it).collect();
                dimensions.sort_unstable();
                dimensions.dedup();
                let times = seen.entry(dimensions.clone()).or_default();
                let entry = keys.entry((dimensions, *times));
                *times += 1;
                let number = entry.index();
                *entry.or_default() += 1;
                (number, alternatives)
            });
            conjuncts.push(Conjunct { segment, part, of });
        }
    }
    let mut dimensions: Vec<Dimension> = readings
        .into_iter()
        .map(|(reading, constants)| constants.dimension(reading, most))
        .collect();
    let mut factors = Factors::new(&keys, &dimensions, blocks.len());
    let mut left: Vec<Vec<Range<u32>>> = vec![Vec::new(); blocks.len()];
    for conjunct in &conjuncts {
        if !factors.take(conjunct, program, &dimensions) {
            append(&mut left[conjunct.segment], conjunct.part.clone());
        }
    }
    let factors = factors.finish(&dimensions, blocks.len());
    let [rests, stretches] = joined(left);
    let (terms, term_count) = terms(program, &stretches, &mut dimensions);
    Many {
        words,
        start: start.into(),
        dimensions: dimensions.into(),
        factors,
        rests,
        stretches,
        terms,
        term_count,
    }
}

/// The parts of a conjunct, when each is about one dimension.
fn alternatives<'p>(
    program: &'p Program,
    part: &Range<u32>,
    by_head: &ByHead,
    readings: &mut IndexMap<Reading, Constants<'p>>,
) -> Option<Vec<Alternative>> {
    let parts = parts::disjuncts(program, part).into_iter();
    let found: Option<Vec<_>> = parts
        .map(|part| {
            let mut leaves = parts::leaves(program, &part).iter();
            let reading = Reading::of(leaves.next()?.op, program, by_head)?;
            let alike = leaves.all(|leaf| Reading::of(leaf.op, program, by_head) == Some(reading));
            alike.then_some((reading, part))
        })
        .collect();
    let found = found?.into_iter().map(|(reading, part)| {
        let entry = readings.entry(reading);
        let number = entry.index();
        let constants = entry.or_default();
        for leaf in parts::leaves(program, &part) {
            constants.add(leaf.op, reading, program);
        }
        (number, part)
    });
    Some(found.collect())
}

/// The factors while their tables are being filled.
struct Factors {
    words: usize,
    /// By the number of the key, if it is worth a factor.
    chosen: Vec<Option<Filling>>,
}

struct Filling {
    asked_by: Vec<u64>,
    tables: Vec<Table>,
}

impl Factors {
    fn new(keys: &IndexMap<Key, usize>, dimensions: &[Dimension], segments: usize) -> Self {
        let words = segments.div_ceil(64);
        // A row takes time even if nobody asks for it.
        let worth = 2.min(segments) + segments / 512;
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(keys[*index]));
        let mut chosen: Vec<Option<Filling>> = keys.iter().map(|_| None).collect();
        for index in order.into_iter().take(FACTORS) {
            let Some(((key, _), users)) = keys.get_index(index) else {
                continue;
            };
            if *users < worth {
                break;
            }
            let tables = key.iter().map(|dimension| Table {
                dimension: *dimension,
                rows: vec![0; dimensions[*dimension].len() as usize * words].into(),
            });
            chosen[index] = Some(Filling {
                asked_by: vec![0; words],
                tables: tables.collect(),
            });
        }
        Self { words, chosen }
    }

    /// Enters a condition in the tables; says whether nothing is left to be asked.
    fn take(&mut self, conjunct: &Conjunct, program: &Program, dimensions: &[Dimension]) -> bool {
        let Some((number, alternatives)) = &conjunct.of else {
            return false;
        };
        let Some(filling) = &mut self.chosen[*number] else {
            return false;
        };
        let (word, bit) = (conjunct.segment / 64, 1 << (conjunct.segment % 64));
        filling.asked_by[word] |= bit;
        let mut exact = true;
        for (dimension, part) in alternatives {
            let table = filling.tables.iter_mut().find(|it| it.dimension == *dimension);
            let Some(table) = table else { return false };
            let truths = truths(program, part, conjunct.part.end, &dimensions[*dimension]);
            for (bucket, truth) in truths.into_iter().enumerate() {
                if truth != Truth::No {
                    table.rows[bucket * self.words + word] |= bit;
                }
                exact &= truth != Truth::Perhaps;
            }
        }
        exact
    }

    /// The factors, those that leave the fewest segments in first, and the expensive ones last.
    fn finish(self, dimensions: &[Dimension], segments: usize) -> Box<[Factor]> {
        let mut factors: Vec<_> = self.chosen.into_iter().flatten().collect();
        for Filling { asked_by, tables } in &mut factors {
            // Whoever does not ask stays in.
            for row in tables[0].rows.chunks_mut(self.words) {
                for (word, asked_by) in row.iter_mut().zip(&*asked_by) {
                    *word |= !asked_by;
                }
            }
        }
        let is_expensive = |it: &Filling| {
            let mut dimensions = it.tables.iter().map(|it| &dimensions[it.dimension]);
            dimensions.any(|it| it.reading.is_expensive())
        };
        factors.sort_by_cached_key(|it| (is_expensive(it), stay(it, segments)));
        let factors = factors.into_iter().map(|it| Factor {
            is_expensive: is_expensive(&it),
            asked_by: it.asked_by.into(),
            tables: it.tables.into(),
        });
        factors.collect()
    }
}

/// How many of the segments that ask stay in, were every bucket as likely as any other.
fn stay(filling: &Filling, segments: usize) -> u64 {
    let stay = |table: &Table| {
        let ones: u64 = table.rows.iter().map(|it| u64::from(it.count_ones())).sum();
        let words = filling.asked_by.len().max(1);
        ones / (table.rows.len() / words).max(1) as u64
    };
    let sum: u64 = filling.tables.iter().map(stay).sum();
    sum.min(segments as u64)
}

fn truths(program: &Program, part: &Range<u32>, end: u32, dimension: &Dimension) -> Vec<Truth> {
    let leaves = parts::leaves(program, part);
    let of_leaves: Vec<_> = leaves
        .iter()
        .map(|leaf| dimension.truths(leaf.op, program))
        .collect();
    let truths = (0..dimension.len() as usize)
        .map(|bucket| parts::truth(program, part, end, |leaf| of_leaves[leaf][bucket]));
    truths.collect()
}

/// Adds a stretch of leaves to what is left, as part of the one before where it follows it.
fn append(left: &mut Vec<Range<u32>>, part: Range<u32>) {
    match left.last_mut() {
        Some(last) if last.end == part.start => last.end = part.end,
        _ => left.push(part),
    }
}

/// Stretches one after the other, and which of them belong to each segment.
fn joined(left: Vec<Vec<Range<u32>>>) -> [Box<[Range<u32>]>; 2] {
    let narrow = |number| u32::try_from(number).expect("there are no more stretches than leaves");
    let mut stretches = Vec::new();
    let rests = left.into_iter().map(|it| {
        let start = narrow(stretches.len());
        stretches.extend(it);
        start..narrow(stretches.len())
    });
    let rests = rests.collect();
    [rests, stretches.into()]
}

/// The terms that several leaves ask, or a leaf and a dimension.
fn terms(program: &Program, stretches: &[Range<u32>], dimensions: &mut [Dimension]) -> (Box<[u32]>, usize) {
    let mut uses: IndexMap<Term, u32> = IndexMap::new();
    for dimension in dimensions {
        let term = match dimension.reading {
            Reading::Node(node) => Term::Node(node),
            Reading::Count(items) => Term::Count(items),
            _ => continue,
        };
        let entry = uses.entry(term);
        dimension.term = entry.index();
        *entry.or_default() += 1;
    }
    let mut asked = Vec::new();
    for stretch in stretches {
        for (number, leaf) in stretch.clone().zip(parts::leaves(program, stretch)) {
            if let Some((term, ..)) = Term::of(leaf.op) {
                let entry = uses.entry(term);
                asked.push((number, entry.index()));
                *entry.or_default() += 1;
            }
        }
    }
    let mut terms = vec![0; program.leaves.len()];
    for (leaf, term) in asked {
        if uses[term] > 1 {
            terms[leaf as usize] = u32::try_from(term + 1).unwrap_or(0);
        }
    }
    (terms.into(), uses.len())
}
