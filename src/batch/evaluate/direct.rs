//! Tests of one slot, by a loop made for the form of its column.

use super::{
    super::table::{Held, Table, Values},
    kernel::{self, CodeSet},
};
use crate::{
    eval::{accepts_text, test_slot},
    plan::{Kind, Op, Program, float_key, float_of_key},
};

/// How a test of one slot is done for consecutive rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Direct<'q> {
    pub(super) slot: usize,
    pub(super) form: Form<'q>,
}

#[derive(Clone, Debug)]
pub(super) enum Form<'q> {
    Never,
    Known,
    /// A truth value that is true.
    True,
    /// Numbers, floats by [`float_key`], from one to another.
    Range(i64, i64),
    /// One of few numbers.
    Points(&'q [i64]),
    /// One of the texts of a dictionary.
    Codes(CodeSet),
    /// Row by row, whatever is asked.
    Slot(Op),
}

/// So many numbers are compared one by one.
const FEW: usize = 8;

/// A dictionary that has no more texts is asked as a whole, whatever the number of rows.
pub(super) const SMALL: usize = 256;

/// What a test needs to know besides the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'q> {
    pub(super) program: &'q Program,
    pub(super) moments: &'q [i64],
}

impl<'q> Direct<'q> {
    /// How a test is done on a table; nothing where it is about more than a slot.
    pub(super) fn new(op: Op, table: &Table<'_>, asked: Asked<'q>) -> Option<Self> {
        let slot = op.slot()? as usize;
        let held = table.columns.get(slot)?;
        let form = Form::of(op, held, table.rows, asked);
        Some(Self { slot, form })
    }

    /// A bit for each of some rows from the first on; the bits of the others stay. Each form has a loop of its own, so that the
    /// processor fetches the values of several rows at a time.
    pub(super) fn fill_asked(
        &self,
        table: &Table<'_>,
        asked: Asked<'_>,
        first: usize,
        rows: &[u64],
        out: &mut [u64],
    ) {
        let Held { known, values } = &table.columns[self.slot];
        let of = (known.as_ref(), first, rows);
        match (&self.form, values) {
            (Form::Known, _) => kernel::each_known(of, out, |_| true),
            (Form::True, Values::Bools(bits)) => kernel::each_known(of, out, |row| bits.get(row)),
            (Form::Range(low, high), Values::Numbers(numbers)) => {
                kernel::each_known(of, out, |row| (*low..=*high).contains(&numbers[row]));
            }
            (Form::Range(low, high), Values::Days(days)) => {
                kernel::each_known(of, out, |row| (*low..=*high).contains(&days[row].into()));
            }
            (Form::Range(low, high), Values::Floats(floats)) => {
                let (low, high) = ends_of_floats(*low, *high);
                kernel::each_known(of, out, |row| (low..=high).contains(&floats[row]));
            }
            (Form::Points(points), Values::Numbers(numbers)) => {
                kernel::each_known(of, out, |row| points.contains(&numbers[row]));
            }
            (Form::Points(points), Values::Days(days)) => {
                kernel::each_known(of, out, |row| points.contains(&days[row].into()));
            }
            (Form::Codes(set), Values::Coded { codes, .. }) => {
                kernel::each_known(of, out, |row| set.has(codes, row));
            }
            (Form::Slot(op), _) => kernel::each_known(of, out, |row| {
                test_slot(asked.program, *op, table.row(row), asked.moments).unwrap_or(false)
            }),
            _ => kernel::each_known(of, out, |_| false),
        }
    }

    /// A bit for each of so many rows from the first on, of which those that are not in `reached` may be any.
    pub(super) fn fill_reached(
        &self,
        table: &Table<'_>,
        asked: Asked<'_>,
        (first, rows): (usize, usize),
        reached: &[u64],
        out: &mut [u64],
    ) {
        if kernel::are_few(reached, rows) {
            self.fill_asked(table, asked, first, reached, out);
        } else {
            self.fill(table, asked, (first, rows), out);
        }
    }

    /// A bit for each of so many rows from the first on.
    pub(super) fn fill(
        &self,
        table: &Table<'_>,
        asked: Asked<'_>,
        (first, rows): (usize, usize),
        out: &mut [u64],
    ) {
        let Held { known, values } = &table.columns[self.slot];
        let all = first..first + rows;
        match (&self.form, values) {
            (Form::Known, _) => out.fill(u64::MAX),
            (Form::True, Values::Bools(bits)) => {
                for (index, word) in out.iter_mut().enumerate() {
                    *word = bits.word(first + index * 64);
                }
            }
            (Form::Range(low, high), Values::Numbers(numbers)) => {
                kernel::range(&numbers[all], out, (*low, *high));
            }
            (Form::Range(low, high), Values::Days(days)) => {
                kernel::range_of_days(&days[all], out, (*low, *high));
            }
            (Form::Range(low, high), Values::Floats(floats)) => {
                let (low, high) = ends_of_floats(*low, *high);
                kernel::each(&floats[all], out, |float| (low <= float) & (float <= high));
            }
            (Form::Points(points), Values::Numbers(numbers)) => {
                kernel::points(&numbers[all], out, points);
            }
            (Form::Points(points), Values::Days(days)) => kernel::points(&days[all], out, points),
            (Form::Codes(set), Values::Coded { codes, .. }) => set.of(codes, all, out),
            (Form::Slot(op), _) => kernel::each_row(rows, out, |row| {
                let row = table.row(first + row);
                test_slot(asked.program, *op, row, asked.moments).unwrap_or(false)
            }),
            _ => out.fill(0),
        }
        kernel::only_known(known.as_ref(), first, rows, out);
    }
}

/// The floats from which to which those go that have these keys.
fn ends_of_floats(low: i64, high: i64) -> (f64, f64) {
    let low = match low {
        low if low <= float_key(f64::MIN) => f64::NEG_INFINITY,
        low => float_of_key(low),
    };
    let high = match high {
        high if high >= float_key(f64::MAX) => f64::INFINITY,
        high => float_of_key(high),
    };
    (low, high)
}

impl<'q> Form<'q> {
    fn of(op: Op, held: &Held<'_>, rows: usize, asked: Asked<'q>) -> Self {
        let Asked { program, moments } = asked;
        let window = |from: u32, to: u32| {
            let (from, to) = (moments[from as usize], moments[to as usize]);
            match to.checked_sub(1) {
                Some(last) => Self::range(from, last),
                None => Self::Never,
            }
        };
        match (op, &held.values) {
            (_, Values::Missing) => Self::Never,
            (Op::Known { .. }, _) => Self::Known,
            (Op::Bool { .. }, Values::Bools(_)) => Self::True,
            (
                Op::Int { low, high, .. } | Op::Decimal { low, high, .. } | Op::DateTime { low, high, .. },
                Values::Numbers(_),
            )
            | (Op::Date { low, high, .. }, Values::Days(_))
            | (Op::Float { low, high, .. }, Values::Floats(_)) => Self::range(low, high),
            (Op::DateTimeWindow { from, to, .. }, Values::Numbers(_))
            | (Op::DateWindow { from, to, .. }, Values::Days(_)) => window(from, to),
            (Op::NumberIn { set, kind, .. }, Values::Numbers(_) | Values::Days(_))
                if kind.is_ordered_number() && kind != Kind::Float =>
            {
                match &*program.number_sets[set as usize] {
                    set if set.len() <= FEW => Self::Points(set),
                    _ => Self::Slot(op),
                }
            }
            (Op::Words { mask, .. }, Values::Coded { words, .. }) => {
                let passes = words.iter().map(|it| *it < 64 && mask >> it & 1 == 1);
                Self::codes(passes.collect())
            }
            (_, Values::Coded { texts, .. }) if texts.len() <= rows.max(SMALL) => {
                let passes = (0..texts.len()).map(|code| accepts_text(program, op, texts.get(code)?));
                let passes: Option<Vec<bool>> = passes.collect();
                passes.map_or(Self::Slot(op), Self::codes)
            }
            _ => Self::Slot(op),
        }
    }

    fn range(low: i64, high: i64) -> Self {
        if low <= high {
            Self::Range(low, high)
        } else {
            Self::Never
        }
    }

    fn codes(passes: Vec<bool>) -> Self {
        if passes.contains(&true) {
            Self::Codes(CodeSet::new(passes))
        } else {
            Self::Never
        }
    }
}
