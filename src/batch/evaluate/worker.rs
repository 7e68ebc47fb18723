//! Answers the tests of a block of rows, each at most once.

use super::{
    super::table::{Table, Values},
    WORDS,
    group::Scratch,
    items::{Belonging, Spans},
    kernel,
    prepared::{How, Prepared, Worked},
};
use crate::{
    bits::ones,
    eval::{At, Machine, key, test_op},
};

/// A bit for each row of a block.
pub(super) type Mask = [u64; WORDS];

/// What is known of the block at hand.
#[derive(Debug)]
pub(super) struct Worker<'w, 'q> {
    prepared: &'w Prepared<'q>,
    table: &'w Table<'w>,
    at: &'w At,
    /// The first row, and how many there are.
    block: (usize, usize),
    /// Of each test, the rows for which it holds, and those for which that is known.
    holds: Vec<Mask>,
    done: Vec<Mask>,
    values: Vec<Column>,
    counted: Vec<Items>,
    spans: Vec<Option<Spans>>,
    scratch: Scratch,
    /// Memory of sieves that are not at work.
    spare: Vec<Vec<u64>>,
}

/// Values of a block, as they are compared.
#[derive(Clone, Debug)]
struct Column {
    numbers: Vec<i64>,
    known: Mask,
    done: Mask,
}

/// Which items of a block count, and how many each customer has of them, once that is known.
#[derive(Clone, Debug, Default)]
struct Items {
    ready: bool,
    counting: Vec<u64>,
    counts: Vec<u32>,
}

impl<'w, 'q> Worker<'w, 'q> {
    pub(super) fn new(prepared: &'w Prepared<'q>, table: &'w Table<'w>, at: &'w At) -> Self {
        let column = Column {
            numbers: vec![0; WORDS * 64],
            known: [0; WORDS],
            done: [0; WORDS],
        };
        Self {
            prepared,
            table,
            at,
            block: (0, 0),
            holds: vec![[0; WORDS]; prepared.tests.len()],
            done: vec![[0; WORDS]; prepared.tests.len()],
            values: vec![column; prepared.values.len()],
            counted: vec![Items::default(); prepared.counted.len()],
            spans: prepared.belonging.iter().map(|_| None).collect(),
            scratch: Scratch::default(),
            spare: Vec::new(),
        }
    }

    /// Goes on to a block: its first row, and how many there are.
    pub(super) fn enter(&mut self, block: (usize, usize)) {
        self.block = block;
        self.done.fill([0; WORDS]);
        for column in &mut self.values {
            column.done = [0; WORDS];
        }
        for items in &mut self.counted {
            items.ready = false;
        }
        self.spans.fill_with(|| None);
    }

    /// The rows of the block for which a condition holds.
    pub(super) fn answer(&mut self, sieve: usize) -> Mask {
        let mut out = [u64::MAX; WORDS];
        kernel::only_first(self.block.1, &mut out);
        let mut reach = self.spare.pop().unwrap_or_default();
        self.prepared.sieves[sieve].run(&mut out, &mut reach, |test, reached, holds| {
            self.ask(test, reached);
            holds.copy_from_slice(&self.holds[test]);
        });
        self.spare.push(reach);
        out
    }

    /// Sees to it that the answers of a test are there for the rows reached.
    fn ask(&mut self, test: usize, reached: &[u64]) {
        let need = std::array::from_fn(|word| reached[word] & !self.done[test][word]);
        if need == [0; WORDS] {
            return;
        }
        let prepared = self.prepared;
        let (op, how) = &prepared.tests[test];
        let all = &mut self.holds[test];
        match how {
            How::Direct(direct) => direct.fill(self.table, prepared.asked, self.block, all),
            How::Group(group) => {
                let group = &prepared.groups[*group];
                group.fill(self.table, self.block, &mut self.scratch, &mut self.holds);
                for number in group.numbers() {
                    self.done[number] = [u64::MAX; WORDS];
                }
            }
            How::Sieve(sieve) => self.holds[test] = self.answer(*sieve),
            How::Count(counted, low, high) => {
                self.count(*counted);
                let counts = &self.counted[*counted].counts;
                let holds = &mut self.holds[test];
                holds.fill(0);
                if low <= high {
                    kernel::range(counts, holds, (*low, *high));
                }
            }
            How::Contains(list, set) => {
                let spans = self.spans(*list);
                let Some(Spans {
                    first,
                    items,
                    of_rows: spans,
                }) = &self.spans[spans]
                else {
                    return;
                };
                let (first, items) = (*first, *items);
                let mut counting = self.spare.pop().unwrap_or_default();
                let (_, child) = list.child(self.table);
                counting.clear();
                counting.resize(items.div_ceil(64), 0);
                if let Some(child) = child
                    && let Some(held) = child.table.columns.first()
                    && let Values::Coded { codes, .. } = &held.values
                {
                    set.of(codes, first..first + items, &mut counting);
                    kernel::only_known(held.known.as_ref(), first, items, &mut counting);
                }
                kernel::each_row(self.block.1, &mut self.holds[test], |row| {
                    let (from, to) = spans[row];
                    kernel::count_between(&counting, from as usize, to as usize) > 0
                });
                self.spare.push(counting);
            }
            How::Size(list, low, high) => {
                let (held, _) = list.child(self.table);
                let first = self.block.0;
                let spans = self.spans(*list);
                let spans = self.spans[spans].as_ref().map_or(&[][..], |it| &it.of_rows);
                kernel::each_row(self.block.1, &mut self.holds[test], |row| {
                    let (from, to) = spans[row];
                    (*low..=*high).contains(&(to - from)) && held.is_some_and(|it| it.knows(first + row))
                });
            }
            How::Value(value, low, high) => {
                self.work_out(*value, &need);
                let Column { numbers, known, .. } = &self.values[*value];
                let holds = &mut self.holds[test];
                for (index, need) in need.iter().enumerate() {
                    let mut word = 0;
                    for bit in ones(need & known[index]) {
                        word |= u64::from((*low..=*high).contains(&numbers[index * 64 + bit])) << bit;
                    }
                    holds[index] = holds[index] & !need | word;
                    self.done[test][index] |= need;
                }
                return;
            }
            How::Rows => {
                for (index, need) in need.iter().enumerate() {
                    let mut word = 0;
                    for bit in ones(*need) {
                        let row = self.table.row(self.block.0 + index * 64 + bit);
                        word |= u64::from(test_op(prepared.asked.program, *op, row, self.at)) << bit;
                    }
                    all[index] = all[index] & !need | word;
                    self.done[test][index] |= need;
                }
                return;
            }
        }
        self.done[test] = [u64::MAX; WORDS];
    }

    /// Works out a value for some rows at least.
    fn work_out(&mut self, value: usize, need: &Mask) {
        let (node, worked) = &self.prepared.values[value];
        let (first, rows) = self.block;
        match worked {
            Worked::Rows => {
                let Column { numbers, known, done } = &mut self.values[value];
                for (index, need) in need.iter().enumerate() {
                    for bit in ones(need & !done[index]) {
                        let at = index * 64 + bit;
                        let row = self.table.row(first + at);
                        let mut machine = Machine::new(self.prepared.asked.program, row, self.at);
                        let number = machine.value(*node).and_then(key);
                        numbers[at] = number.unwrap_or(0);
                        known[index] = known[index] & !(1 << bit) | u64::from(number.is_some()) << bit;
                    }
                    done[index] |= need;
                }
            }
            _ if self.values[value].done == [u64::MAX; WORDS] => {}
            Worked::Count(counted) => {
                self.count(*counted);
                let Column { numbers, known, done } = &mut self.values[value];
                for (number, count) in numbers.iter_mut().zip(&self.counted[*counted].counts) {
                    *number = i64::from(*count);
                }
                (*known, *done) = ([u64::MAX; WORDS], [u64::MAX; WORDS]);
            }
            Worked::Aggregate(counted, aggregate) => {
                self.gather(*counted);
                let of = self.prepared.counted[*counted].of;
                let spans = self.spans(of);
                let (_, child) = of.child(self.table);
                let counting = &self.counted[*counted].counting;
                let Some(Spans {
                    first,
                    of_rows: spans,
                    ..
                }) = &self.spans[spans]
                else {
                    return;
                };
                let Column { numbers, known, done } = &mut self.values[value];
                *known = [0; WORDS];
                for row in 0..rows {
                    let number = match child {
                        Some(child) => aggregate.of(child, *first, counting, spans[row]),
                        None => aggregate.of_nothing(),
                    };
                    numbers[row] = number.unwrap_or(0);
                    known[row / 64] |= u64::from(number.is_some()) << (row % 64);
                }
                *done = [u64::MAX; WORDS];
            }
        }
    }

    /// Sees to it that what belongs to the customers is known, and says by which number.
    fn spans(&mut self, of: Belonging) -> usize {
        let index = self.prepared.belonging.get_index_of(&of).unwrap_or(0);
        let (table, block) = (self.table, self.block);
        self.spans[index].get_or_insert_with(|| {
            let mut spans = Spans::default();
            spans.fill(of, table, block);
            spans
        });
        index
    }

    /// Sees to it that the items which count are known.
    fn gather(&mut self, counted: usize) {
        if self.counted[counted].ready {
            return;
        }
        let asked = &self.prepared.counted[counted];
        let spans = self.spans(asked.of);
        let Some(spans) = &self.spans[spans] else { return };
        let mut reach = self.spare.pop().unwrap_or_default();
        let items = &mut self.counted[counted];
        match asked.of.child(self.table).1 {
            Some(child) => {
                let span = (spans.first, spans.items);
                asked.fill(child, self.prepared.asked, span, &mut items.counting, &mut reach);
            }
            None => items.counting.clear(),
        }
        items.counts.clear();
        items.ready = true;
        self.spare.push(reach);
    }

    /// Sees to it that the items which count are counted for each customer.
    fn count(&mut self, counted: usize) {
        self.gather(counted);
        let spans = self.spans(self.prepared.counted[counted].of);
        let Items { counting, counts, .. } = &mut self.counted[counted];
        if let Some(spans) = &self.spans[spans]
            && counts.is_empty()
        {
            counts.extend(spans.of_rows.iter().map(|(from, to)| {
                u32::try_from(kernel::count_between(counting, *from as usize, *to as usize))
                    .unwrap_or(u32::MAX)
            }));
        }
    }
}
