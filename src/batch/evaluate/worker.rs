//! Answers the tests of a block of rows, each at most once.

use std::rc::Rc;

use super::{
    super::table::{Held, Table, Values},
    group::Scratch,
    items::{Belonging, Spans},
    kernel::{self, CodeSet},
    masks::Masks,
    prepared::{How, Prepared, Worked},
    sieve::Asks,
};
use crate::{
    bits,
    eval::{At, Machine, key, test_op},
};

/// What is known of the block at hand.
#[derive(Debug)]
pub(super) struct Worker<'w, 'q> {
    prepared: &'w Prepared<'q>,
    table: &'w Table<'w>,
    at: &'w At,
    /// The first row, and how many there are.
    block: (usize, usize),
    /// All of them.
    rows: Rc<Vec<u64>>,
    /// Of each test, the rows for which it holds, and those for which that is known.
    holds: Masks,
    done: Masks,
    /// Of each test, of which rows that is known: `done` says it of some.
    answered: Vec<Answered>,
    values: Vec<Column>,
    counted: Vec<Items>,
    spans: Vec<Spans>,
    /// Of each list, the rows that have each of its texts, once that is known.
    having: Vec<Vec<u64>>,
    scratch: Scratch,
    /// Memory of sieves that are not at work.
    spare: Vec<Vec<u64>>,
}

/// A list that has no more different texts is looked at once for all of them.
const FEW_TEXTS: usize = 128;

/// A test that no more conditions ask may be worth asking of single rows.
const SELDOM: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answered {
    Nowhere,
    Somewhere,
    Everywhere,
}

/// Values of a block, as they are compared.
#[derive(Clone, Debug)]
struct Column {
    numbers: Vec<i64>,
    known: Vec<u64>,
    done: Vec<u64>,
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
        let words = prepared.words;
        let column = Column {
            numbers: vec![0; words * 64],
            known: vec![0; words],
            done: vec![0; words],
        };
        Self {
            prepared,
            table,
            at,
            block: (0, 0),
            rows: Rc::default(),
            holds: Masks::new(prepared.tests.len(), words),
            done: Masks::new(prepared.tests.len(), words),
            values: vec![column; prepared.values.len()],
            counted: vec![Items::default(); prepared.counted.len()],
            answered: vec![Answered::Nowhere; prepared.tests.len()],
            spans: vec![Spans::default(); prepared.belonging.len()],
            having: vec![Vec::new(); prepared.belonging.len()],
            scratch: Scratch::default(),
            spare: Vec::new(),
        }
    }

    /// Goes on to a block: its first row, and how many there are.
    pub(super) fn enter(&mut self, block: (usize, usize)) {
        self.block = block;
        let mut rows = vec![u64::MAX; block.1.div_ceil(64)];
        kernel::only_first(block.1, &mut rows);
        self.rows = Rc::new(rows);
        self.answered.fill(Answered::Nowhere);
        for column in &mut self.values {
            column.done.fill(0);
        }
        for items in &mut self.counted {
            items.ready = false;
        }
        for spans in &mut self.spans {
            spans.ready = false;
        }
        for having in &mut self.having {
            having.clear();
        }
    }

    /// Gives the rows of the block for which a condition holds.
    pub(super) fn answer<T>(&mut self, sieve: usize, take: impl FnOnce(&[u64]) -> T) -> T {
        let mut reach = self.spare.pop().unwrap_or_default();
        let (prepared, rows) = (self.prepared, Rc::clone(&self.rows));
        let taken = take(prepared.sieves[sieve].run(&rows, &mut reach, self));
        self.spare.push(reach);
        taken
    }

    /// Sees to it that the answers of a test are there for the rows reached.
    fn answer_test(&mut self, test: usize, reached: &[u64]) {
        if self.answered[test] != Answered::Somewhere {
            self.answer_asked(test, reached);
            return;
        }
        let mut need = self.spare.pop().unwrap_or_default();
        need.clear();
        let lines = reached.iter().zip(self.done.of(test));
        need.extend(lines.map(|(reached, done)| reached & !done));
        self.answer_asked(test, &need);
        self.spare.push(need);
    }

    /// Answers a test for some rows at least.
    fn answer_asked(&mut self, test: usize, need: &[u64]) {
        if need.iter().all(|word| *word == 0) || self.one_by_one(test, need) {
            return;
        }
        let prepared = self.prepared;
        let (op, how) = &prepared.tests[test];
        let all = self.holds.of_mut(test);
        match how {
            How::Direct(direct) => direct.fill(self.table, prepared.asked, self.block, all),
            How::Group(group) => {
                let group = &prepared.groups[*group];
                group.fill(self.table, self.block, &mut self.scratch, &mut self.holds);
                for number in group.numbers() {
                    self.answered[number] = Answered::Everywhere;
                }
            }
            How::Sieve(sieve) => {
                let mut holds = self.spare.pop().unwrap_or_default();
                holds.clear();
                self.answer(*sieve, |rows| holds.extend_from_slice(rows));
                self.holds.of_mut(test)[..holds.len()].copy_from_slice(&holds);
                self.spare.push(holds);
            }
            How::Count(counted, low, high) => {
                self.count(*counted);
                let counts = &self.counted[*counted].counts;
                kernel::range_of_counts(counts, self.holds.of_mut(test), (*low, *high));
            }
            How::Contains(list, set) => self.contains(test, *list, set),
            How::Size(list, low, high) => {
                let spans = self.spans(*list);
                let spans = &self.spans[spans];
                let (held, _) = list.child(self.table);
                let first = self.block.0;
                kernel::each_row(self.block.1, self.holds.of_mut(test), |row| {
                    let (from, to) = spans.of_row(row);
                    (*low..=*high).contains(&(to - from)) && held.is_some_and(|it| it.knows(first + row))
                });
            }
            How::Value(value, low, high) => {
                self.work_out(*value, need);
                let Column { numbers, known, .. } = &self.values[*value];
                let holds = self.holds.of_mut(test);
                kernel::each_asked(need, holds, |row| {
                    bits::contains(known, row) && (*low..=*high).contains(&numbers[row])
                });
                self.is_done(test, need);
                return;
            }
            How::Rows => {
                let (table, program, first, at) = (self.table, prepared.asked.program, self.block.0, self.at);
                kernel::each_asked(need, all, |row| test_op(program, *op, table.row(first + row), at));
                self.is_done(test, need);
                return;
            }
        }
        self.answered[test] = Answered::Everywhere;
    }

    fn is_done(&mut self, test: usize, rows: &[u64]) {
        let done = self.done.of_mut(test);
        if self.answered[test] == Answered::Somewhere {
            for (done, rows) in done.iter_mut().zip(rows) {
                *done |= rows;
            }
        } else {
            done[..rows.len()].copy_from_slice(rows);
            self.answered[test] = Answered::Somewhere;
        }
    }

    /// Answers a test for the rows that need it, one by one; says whether that is worth it.
    fn one_by_one(&mut self, test: usize, need: &[u64]) -> bool {
        let ((first, rows), prepared, table) = (self.block, self.prepared, self.table);
        // What many ask is asked of all rows in the end.
        if prepared.uses[test] > SELDOM || !kernel::are_few(need, rows) {
            return false;
        }
        let holds = self.holds.of_mut(test);
        match &prepared.tests[test].1 {
            How::Direct(direct) => {
                direct.fill_asked(table, prepared.asked, first, need, holds);
            }
            How::Count(counted, low, high) => {
                let counted = &prepared.counted[*counted];
                let mut counting = self.spare.pop().unwrap_or_default();
                let mut reach = self.spare.pop().unwrap_or_default();
                kernel::each_asked(need, holds, |row| {
                    let count = match counted.of.span(table, first + row) {
                        Some((child, span)) => {
                            counted.fill(child, prepared.asked, span, &mut counting, &mut reach);
                            i64::try_from(bits::count(&counting)).unwrap_or(i64::MAX)
                        }
                        None => 0,
                    };
                    (*low..=*high).contains(&count)
                });
                self.spare.extend([counting, reach]);
            }
            How::Contains(list, set) => kernel::each_asked(need, holds, |row| {
                let Some((child, (from, items))) = list.span(table, first + row) else {
                    return false;
                };
                child
                    .table
                    .columns
                    .first()
                    .is_some_and(|held| match &held.values {
                        Values::Coded { codes, .. } => {
                            (from..from + items).any(|item| held.knows(item) && set.has(codes, item))
                        }
                        _ => false,
                    })
            }),
            _ => return false,
        }
        self.is_done(test, need);
        true
    }

    /// The rows whose list has one of some texts.
    fn contains(&mut self, test: usize, list: Belonging, set: &CodeSet) {
        let words = self.prepared.words;
        let index = self.spans(list);
        let rows = self.block.1;
        let held = list
            .child(self.table)
            .1
            .and_then(|child| child.table.columns.first());
        let (Some(Held { known, values }), spans) = (held, &mut self.spans[index]) else {
            return;
        };
        let Values::Coded { codes, .. } = values else {
            return;
        };
        let (known, items) = (known.as_ref(), spans.first..spans.first + spans.items);
        let holds = self.holds.of_mut(test);
        if set.passes().len() <= FEW_TEXTS {
            let having = &mut self.having[index];
            if having.is_empty() {
                having.resize(set.passes().len() * words, 0);
                kernel::scatter_owners((codes, known), items, spans.owners(), words, having);
            }
            holds.fill(0);
            for (passes, having) in set.passes().iter().zip(having.chunks_exact(words)) {
                if *passes {
                    for (word, having) in holds.iter_mut().zip(having) {
                        *word |= having;
                    }
                }
            }
            if let Some(known) = &spans.known {
                for (word, known) in holds.iter_mut().zip(known) {
                    *word &= known;
                }
            }
        } else {
            let mut counting = self.spare.pop().unwrap_or_default();
            counting.clear();
            counting.resize(spans.items.div_ceil(64), 0);
            set.of(codes, items.clone(), &mut counting);
            kernel::only_known(known, items.start, spans.items, &mut counting);
            kernel::each_row(rows, holds, |row| {
                let (from, to) = spans.of_row(row);
                kernel::count_between(&counting, from as usize, to as usize) > 0
            });
            self.spare.push(counting);
        }
    }

    /// Works out a value for some rows at least.
    fn work_out(&mut self, value: usize, need: &[u64]) {
        let (node, worked) = &self.prepared.values[value];
        let (first, rows) = self.block;
        let lines = need.iter().zip(&self.values[value].done);
        let need: Vec<u64> = lines.map(|(need, done)| need & !done).collect();
        if need.iter().all(|word| *word == 0) {
            return;
        }
        match worked {
            Worked::Rows => {
                let (table, program, at) = (self.table, self.prepared.asked.program, self.at);
                self.values[value].set(&need, |row| {
                    Machine::new(program, table.row(first + row), at)
                        .value(*node)
                        .and_then(key)
                });
            }
            Worked::Count(counted) => {
                self.count(*counted);
                let Column { numbers, known, done } = &mut self.values[value];
                for (number, count) in numbers.iter_mut().zip(&self.counted[*counted].counts) {
                    *number = i64::from(*count);
                }
                known.fill(u64::MAX);
                done.fill(u64::MAX);
            }
            Worked::Aggregate(counted, aggregate) if kernel::are_few(&need, rows) => {
                let (table, prepared) = (self.table, self.prepared);
                let asked = &prepared.counted[*counted];
                let mut counting = self.spare.pop().unwrap_or_default();
                let mut reach = self.spare.pop().unwrap_or_default();
                self.values[value].set(&need, |row| {
                    let Some((child, (from, items))) = asked.of.span(table, first + row) else {
                        return aggregate.of_nothing();
                    };
                    asked.fill(child, prepared.asked, (from, items), &mut counting, &mut reach);
                    aggregate.of(
                        child,
                        from,
                        &counting,
                        (0, u32::try_from(items).unwrap_or(u32::MAX)),
                    )
                });
                self.spare.extend([counting, reach]);
            }
            Worked::Aggregate(counted, aggregate) => {
                self.gather(*counted);
                let of = self.prepared.counted[*counted].of;
                let spans = self.spans(of);
                let (spans, counting) = (&self.spans[spans], &self.counted[*counted].counting);
                let (_, child) = of.child(self.table);
                self.values[value].set(&need, |row| match child {
                    Some(child) => aggregate.of(child, spans.first, counting, spans.of_row(row)),
                    None => aggregate.of_nothing(),
                });
            }
        }
    }

    /// Sees to it that what belongs to the customers is known, and says by which number.
    fn spans(&mut self, of: Belonging) -> usize {
        let index = self.prepared.belonging.get_index_of(&of).unwrap_or(0);
        let spans = &mut self.spans[index];
        if !spans.ready {
            spans.fill(of, self.table, self.block);
        }
        index
    }

    /// Sees to it that the items which count are known.
    fn gather(&mut self, counted: usize) {
        if self.counted[counted].ready {
            return;
        }
        let asked = &self.prepared.counted[counted];
        let spans = self.spans(asked.of);
        let spans = &self.spans[spans];
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
        if counts.is_empty() {
            self.spans[spans].count(counting, counts);
        }
    }
}

impl Asks for Worker<'_, '_> {
    fn ask(&mut self, test: usize, reached: &[u64]) -> &[u64] {
        if self.answered[test] != Answered::Everywhere {
            self.answer_test(test, reached);
        }
        self.holds.of(test)
    }

    fn answered(&self, test: usize) -> Option<&[u64]> {
        (self.answered[test] == Answered::Everywhere).then(|| self.holds.of(test))
    }
}

impl Column {
    /// Works out the values of some rows.
    fn set(&mut self, rows: &[u64], mut number: impl FnMut(usize) -> Option<i64>) {
        let Self { numbers, known, done } = self;
        kernel::each_asked(rows, known, |row| {
            let number = number(row);
            numbers[row] = number.unwrap_or(0);
            number.is_some()
        });
        for (done, rows) in done.iter_mut().zip(rows) {
            *done |= rows;
        }
    }
}
