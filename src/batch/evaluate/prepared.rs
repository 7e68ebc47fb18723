//! What is asked of a batch, numbered once: each test that segments share stands there once.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::{
    super::table::{Table, Values},
    direct::{Asked, Direct, Form, SMALL},
    group::Group,
    items::{Aggregate, Belonging, Counted},
    kernel::CodeSet,
    sieve::Sieve,
};
use crate::{
    hir::Place,
    plan::{BlockId, CollectionId, Kind, Node, NodeId, Op, Program, Shared, Spot, Test, set_order},
    value::Value,
};

/// Conditions, and their tests, each once: what is the same for all batches.
#[derive(Debug)]
pub(crate) struct Conditions {
    /// Those that were asked for, then those that several of them share.
    sieves: Vec<Sieve>,
    /// Each with the sieve of the condition that it asks for, where several share that.
    tests: Box<[(Op, Option<usize>)]>,
    /// How often the conditions ask each of them.
    uses: Box<[usize]>,
}

impl Conditions {
    /// The conditions that begin at these blocks.
    pub(crate) fn of(program: &Program, blocks: impl IntoIterator<Item = BlockId>) -> Self {
        let mut ops: IndexSet<Op> = IndexSet::new();
        let mut shared: HashMap<BlockId, usize> = HashMap::new();
        let mut wanted: Vec<BlockId> = blocks.into_iter().collect();
        let mut sieves = Vec::new();
        while let Some(block) = wanted.get(sieves.len()) {
            let known = ops.len();
            sieves.push(Sieve::new(program, *block, |op| ops.insert_full(op).0));
            for op in &ops.as_slice()[known..] {
                if let Some(block) = shared_condition(program, *op) {
                    shared.entry(block).or_insert_with(|| {
                        wanted.push(block);
                        wanted.len() - 1
                    });
                }
            }
        }
        let mut uses = vec![0; ops.len()];
        sieves
            .iter()
            .flat_map(Sieve::tests)
            .for_each(|test| uses[test] += 1);
        let tests = ops.into_iter().map(|op| {
            let shared = shared_condition(program, op).map(|block| shared[&block]);
            (op, shared)
        });
        Self {
            sieves,
            tests: tests.collect(),
            uses: uses.into(),
        }
    }
}

/// Conditions over the rows of a batch, and how each of their tests is done.
#[derive(Debug)]
pub(super) struct Prepared<'q> {
    pub(super) asked: Asked<'q>,
    /// A block has 64 times so many rows at most.
    pub(super) words: usize,
    /// Those that were asked for, then those that several of them share.
    pub(super) sieves: Vec<Sieve>,
    pub(super) tests: Vec<(Op, How<'q>)>,
    /// How often the conditions ask each of them.
    pub(super) uses: &'q [usize],
    pub(super) groups: Vec<Group>,
    pub(super) values: Vec<(NodeId, Worked)>,
    pub(super) counted: Vec<Counted<'q>>,
    /// Of whom collections are.
    pub(super) belonging: IndexSet<Belonging>,
}

/// How a test is done for a block of rows.
#[derive(Debug)]
pub(super) enum How<'q> {
    Direct(Direct<'q>),
    /// Together with others of the same column.
    Group(usize),
    /// The number of items of a collection, from one to another.
    Count(usize, i64, i64),
    /// A value, as it is compared, from one to another.
    Value(usize, i64, i64),
    /// A condition that several share.
    Sieve(usize),
    /// A list that has one of some texts.
    Contains(Belonging, CodeSet),
    /// So many items, where the list is there.
    Size(Belonging, u32, u32),
    /// Row by row, by the program.
    Rows,
}

impl How<'_> {
    /// How much has to be read for one row, roughly, in bytes.
    fn cost(&self, values: &[(NodeId, Worked)]) -> usize {
        match self {
            How::Direct(direct) => match direct.form {
                Form::Never | Form::Known | Form::True => 0,
                Form::Codes(_) => 1,
                Form::Range(..) | Form::Points(_) => 8,
                Form::Slot(_) => 64,
            },
            How::Group(_) => 4,
            How::Size(..) => 8,
            How::Contains(..) => 16,
            How::Count(..) => 64,
            How::Value(value, ..) => match values[*value].1 {
                Worked::Count(_) => 64,
                Worked::Aggregate(..) | Worked::Rows => 256,
            },
            How::Sieve(_) | How::Rows => 256,
        }
    }
}

/// How a value is worked out.
#[derive(Debug)]
pub(super) enum Worked {
    /// Of the items of a collection.
    Aggregate(usize, Aggregate),
    Count(usize),
    /// Row by row, by the program.
    Rows,
}

/// About so many bytes of answers are held for a block.
const HELD: usize = 4 * 1024 * 1024;

/// How many words of rows a block has. Each condition takes some time for a block, however long it is, so that long ones are
/// better, even where the answers of all tests leave the second cache; but they should not fill the memory, and each of some
/// workers should have one.
fn words_of(tests: usize, rows: usize, workers: usize) -> usize {
    let most = HELD / 8 / tests.max(1);
    most.min(rows.div_ceil(64).div_ceil(workers)).clamp(32, 128)
}

impl<'q> Prepared<'q> {
    /// Prepares conditions over the rows of a table for so many workers, at least one.
    pub(super) fn new(
        asked: Asked<'q>,
        conditions: &'q Conditions,
        table: &Table<'_>,
        workers: usize,
    ) -> Self {
        let mut prepared = Self {
            asked,
            words: words_of(conditions.tests.len(), table.rows, workers),
            sieves: conditions.sieves.clone(),
            tests: Vec::with_capacity(conditions.tests.len()),
            uses: &conditions.uses,
            groups: Vec::new(),
            values: Vec::new(),
            counted: Vec::new(),
            belonging: IndexSet::new(),
        };
        let mut known = Known::default();
        for (op, shared) in &conditions.tests {
            let how = match shared {
                Some(sieve) => How::Sieve(*sieve),
                None => prepared.how(*op, table, &mut known),
            };
            prepared.tests.push((*op, how));
        }
        prepared.group(table);
        for sieve in &mut prepared.sieves {
            sieve.cheapest_first(|test| prepared.tests[test].1.cost(&prepared.values));
        }
        prepared
    }

    fn how(&mut self, op: Op, table: &Table<'_>, known: &mut Known) -> How<'q> {
        match op {
            Op::Count { items, low, high } => match self.counted(items, table, known) {
                Some(counted) => How::Count(counted, low, high),
                None => How::Rows,
            },
            Op::Value { node, low, high } => How::Value(self.value(node, table, known), low, high),
            Op::Test { test } => self
                .test(self.asked.program.tests[test as usize], table)
                .unwrap_or(How::Rows),
            op => match Direct::new(op, table, self.asked) {
                // Only the rows that are reached are asked then.
                Some(Direct {
                    form: Form::Slot(_), ..
                })
                | None => How::Rows,
                Some(direct) => How::Direct(direct),
            },
        }
    }

    fn counted(&mut self, items: CollectionId, table: &Table<'_>, known: &mut Known) -> Option<usize> {
        *known.counted.entry(items).or_insert_with(|| {
            let collection = self.asked.program.collections[items.0 as usize];
            let counted = Counted::new(collection, table, self.asked)?;
            self.belonging.insert(counted.of);
            self.counted.push(counted);
            Some(self.counted.len() - 1)
        })
    }

    fn value(&mut self, node: NodeId, table: &Table<'_>, known: &mut Known) -> usize {
        let program = self.asked.program;
        // What several share is worked out once in any case.
        let inner = match program.nodes[node.0 as usize] {
            Node::Shared(number) => match program.shared[number as usize] {
                Shared::Value(inner) => inner,
                Shared::Segment { .. } => node,
            },
            _ => node,
        };
        if let Some(value) = known.values.get(&inner) {
            return *value;
        }
        let worked = match program.nodes[inner.0 as usize] {
            Node::Count(items) => self.counted(items, table, known).map(Worked::Count),
            Node::Aggregate {
                kind,
                of,
                value,
                items,
            } => {
                let row = program.collections[items.0 as usize].row;
                let aggregate = Aggregate::new(kind, of, value, row, self.asked);
                aggregate.and_then(|it| Some(Worked::Aggregate(self.counted(items, table, known)?, it)))
            }
            _ => None,
        };
        self.values.push((inner, worked.unwrap_or(Worked::Rows)));
        known.values.insert(inner, self.values.len() - 1);
        self.values.len() - 1
    }

    fn test(&mut self, test: Test, table: &Table<'_>) -> Option<How<'q>> {
        let program = self.asked.program;
        let list = |list: Spot| match list {
            Spot::Row(Place { row: 0, slot }) => Some(Belonging::List(slot as usize)),
            _ => None,
        };
        let how = match test {
            Test::ListSize { list: at, low, high } => {
                How::Size(list(at).filter(|it| it.is_short(table))?, low, high)
            }
            Test::Contains {
                list: at,
                kind: Kind::Text,
                item,
            } => {
                let Node::Constant(constant) = program.nodes[item.0 as usize] else {
                    return None;
                };
                let Value::Text(wanted) = &program.constants[constant as usize] else {
                    return None;
                };
                let wanted = &**wanted;
                contains(list(at)?, table, |text| text == wanted)?
            }
            Test::ContainsText { list: at, set } => {
                let set = &program.text_sets[set as usize];
                let among = |text: &str| set.binary_search_by(|it| set_order(it, text)).is_ok();
                contains(list(at)?, table, among)?
            }
            Test::ContainsEach {
                list: at,
                kind: Kind::Text,
                all: false,
                set,
            } => {
                let set = &program.value_sets[set as usize];
                let among = |text: &str| {
                    set.iter()
                        .any(|it| matches!(it, Value::Text(it) if **it == *text))
                };
                contains(list(at)?, table, among)?
            }
            _ => return None,
        };
        if let How::Size(of, ..) | How::Contains(of, _) = how {
            self.belonging.insert(of);
        }
        Some(how)
    }

    /// Puts tests of the same column together where it pays.
    fn group(&mut self, table: &Table<'_>) {
        let directs = self.tests.iter().enumerate();
        let directs: Vec<_> = directs
            .filter_map(|(number, (_, how))| match how {
                How::Direct(direct) => Some((number, direct)),
                _ => None,
            })
            .collect();
        self.groups = Group::of(&directs, table);
        for (index, group) in self.groups.iter().enumerate() {
            for number in group.numbers() {
                self.tests[number].1 = How::Group(index);
            }
        }
    }
}

/// What has its number already.
#[derive(Debug, Default)]
struct Known {
    counted: HashMap<CollectionId, Option<usize>>,
    values: HashMap<NodeId, usize>,
}

/// The condition that a test asks for, where several share it.
fn shared_condition(program: &Program, op: Op) -> Option<BlockId> {
    let Op::Shared { shared } = op else { return None };
    match program.shared[shared as usize] {
        Shared::Segment { block, .. } => Some(block),
        Shared::Value(node) => match program.nodes[node.0 as usize] {
            Node::Condition(block) if program.blocks[block.0 as usize].row == 0 => Some(block),
            _ => None,
        },
    }
}

/// A list of texts of a dictionary that has one which passes.
fn contains<'q>(list: Belonging, table: &Table<'_>, passes: impl Fn(&str) -> bool) -> Option<How<'q>> {
    if !list.is_short(table) {
        return None;
    }
    let items = &list.child(table).1?.table;
    match &items.columns.first()?.values {
        Values::Coded { texts, .. } if texts.len() <= items.rows.max(SMALL) => {
            let passes = (0..texts.len()).map(|code| texts.get(code).is_some_and(&passes));
            Some(How::Contains(list, CodeSet::new(passes.collect())))
        }
        _ => None,
    }
}
