//! From rows to columns.

use std::sync::Arc;

use indexmap::IndexSet;

use super::{
    Bits,
    column::{Codes, Offsets, Texts},
    table::{Child, Held, Table, Values},
};
use crate::{
    eval::key,
    plan::Kind,
    record::{Row, Rows, Shape},
    schema::Layout,
    value::{Geo, Type, ValueRef},
};

/// A table that grows row by row.
pub(super) struct Gather {
    rows: usize,
    slots: Vec<Growing>,
    lists: Vec<Part>,
    events: Vec<Part>,
}

/// The rows of another table that belong to each row.
struct Part {
    /// Where the rows of each row end.
    offsets: Vec<usize>,
    items: Gather,
}

/// The values of a slot so far.
struct Growing {
    known: Vec<bool>,
    values: Grown,
}

enum Grown {
    Bools(Vec<bool>),
    /// Whole numbers, and what they stand for.
    Numbers(Kind, Vec<i64>),
    Floats(Vec<f64>),
    Days(Vec<i32>),
    Texts(Vec<u32>, IndexSet<Box<str>>),
    Words(Vec<u32>, Arc<[Arc<str>]>),
    Places(Vec<f64>, Vec<f64>),
    List(usize),
}

impl Gather {
    pub(super) fn customers(shape: &Shape) -> Self {
        Self {
            events: shape.events.iter().map(Part::new).collect(),
            ..Self::new(&shape.customer)
        }
    }

    fn new(layout: &Arc<Layout>) -> Self {
        Self {
            rows: 0,
            slots: layout
                .slots
                .iter()
                .map(|it| Growing::new(&it.ty, it.list))
                .collect(),
            lists: layout.lists().map(Part::new).collect(),
            events: Vec::new(),
        }
    }

    pub(super) fn push<'r, R: Row<'r>>(&mut self, row: R) {
        self.rows += 1;
        for (slot, growing) in (0_u32..).zip(&mut self.slots) {
            growing.push(row, slot, &mut self.lists);
        }
        for (event, part) in self.events.iter_mut().enumerate() {
            part.push(Some(row.events(event)));
        }
    }

    pub(super) fn finish(self) -> Table<'static> {
        Table {
            rows: self.rows,
            columns: self.slots.into_iter().map(Growing::finish).collect(),
            lists: self.lists.into_iter().map(|it| Some(it.finish())).collect(),
            events: self.events.into_iter().map(|it| Some(it.finish())).collect(),
        }
    }
}

impl Part {
    fn new(layout: &Arc<Layout>) -> Self {
        Self {
            offsets: vec![0],
            items: Gather::new(layout),
        }
    }

    fn push<'r, R: Rows<'r>>(&mut self, rows: Option<R>) {
        if let Some(rows) = rows {
            for index in 0..rows.len() {
                self.items.push(rows.get(index));
            }
        }
        self.offsets.push(self.items.rows);
    }

    fn finish(self) -> Child<'static> {
        Child {
            offsets: Offsets::of(&self.offsets),
            table: self.items.finish(),
        }
    }
}

/// Keeps a value, and says whether there is one.
fn keep<T: Default>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let known = value.is_some();
    values.push(value.unwrap_or_default());
    known
}

fn keep_place(lat: &mut Vec<f64>, lon: &mut Vec<f64>, place: Option<Geo>) -> bool {
    keep(lon, place.map(Geo::lon));
    keep(lat, place.map(Geo::lat))
}

/// The number of a text, added when it is new.
fn number(texts: &mut IndexSet<Box<str>>, text: &str) -> u32 {
    let number = match texts.get_index_of(text) {
        Some(number) => number,
        None => texts.insert_full(text.into()).0,
    };
    u32::try_from(number).expect("a batch has fewer than 2^32 texts")
}

/// Values of one type, gathered one by one.
pub(super) struct Gathered(Growing);

impl Gathered {
    /// Of values of that type. Words are kept as other texts.
    pub(super) fn new(ty: &Type) -> Self {
        Self(match ty {
            Type::Words(_) => Growing::new(&Type::String, 0),
            ty => Growing::new(ty, 0),
        })
    }

    pub(super) fn push(&mut self, value: Option<ValueRef<'_>>) {
        macro_rules! only {
            ($pattern:pat => $value:expr) => {
                match value {
                    Some($pattern) => Some($value),
                    _ => None,
                }
            };
        }
        let Self(Growing { known, values }) = self;
        known.push(match values {
            Grown::Bools(values) => keep(values, only!(ValueRef::Bool(it) => it)),
            Grown::Numbers(_, values) => keep(values, value.and_then(key)),
            Grown::Floats(values) => keep(values, only!(ValueRef::Float(it) => it)),
            Grown::Days(values) => keep(values, only!(ValueRef::Date(it) => it.days())),
            Grown::Texts(codes, texts) => keep(codes, only!(ValueRef::Text(it) => number(texts, it))),
            Grown::Places(lat, lon) => keep_place(lat, lon, only!(ValueRef::Geo(it) => it)),
            Grown::Words(..) | Grown::List(_) => false,
        });
    }

    pub(super) fn finish(self) -> Held<'static> {
        self.0.finish()
    }
}

impl Growing {
    /// For a list, with its position among those of the layout.
    fn new(ty: &Type, list: usize) -> Self {
        let values = match ty {
            Type::Bool => Grown::Bools(Vec::new()),
            Type::Float => Grown::Floats(Vec::new()),
            Type::Date => Grown::Days(Vec::new()),
            Type::String | Type::Url | Type::Ref(_) => Grown::Texts(Vec::new(), IndexSet::new()),
            Type::Words(words) => Grown::Words(Vec::new(), Arc::clone(words)),
            Type::Geo => Grown::Places(Vec::new(), Vec::new()),
            Type::List(_) | Type::Record(_) => Grown::List(list),
            Type::Int | Type::Duration => Grown::Numbers(Kind::Int, Vec::new()),
            Type::Decimal => Grown::Numbers(Kind::Decimal, Vec::new()),
            Type::DateTime => Grown::Numbers(Kind::DateTime, Vec::new()),
        };
        Self {
            known: Vec::new(),
            values,
        }
    }

    fn push<'r, R: Row<'r>>(&mut self, row: R, slot: u32, lists: &mut [Part]) {
        let known = match &mut self.values {
            Grown::Bools(values) => keep(values, row.bool(slot)),
            Grown::Numbers(kind, values) => keep(
                values,
                match kind {
                    Kind::Decimal => row.decimal(slot),
                    Kind::DateTime => row.datetime(slot),
                    _ => row.int(slot),
                },
            ),
            Grown::Floats(values) => keep(values, row.float(slot)),
            Grown::Days(values) => keep(values, row.date(slot)),
            Grown::Words(codes, _) => keep(codes, row.word(slot)),
            Grown::Texts(codes, texts) => keep(codes, row.text(slot).map(|text| number(texts, text))),
            Grown::Places(lat, lon) => keep_place(lat, lon, row.geo(slot)),
            Grown::List(list) => {
                let items = row.list(slot);
                let known = items.is_some();
                lists[*list].push(items);
                known
            }
        };
        self.known.push(known);
    }

    fn finish(self) -> Held<'static> {
        let rows = self.known.len();
        let known: Bits<'static> = self.known.into_iter().collect();
        let values = match self.values {
            Grown::Bools(values) => Values::Bools(values.into_iter().collect()),
            Grown::Numbers(_, values) => Values::Numbers(values.into()),
            Grown::Floats(values) => Values::Floats(values.into()),
            Grown::Days(values) => Values::Days(values.into()),
            // Where most texts are different, a number for each would only be one more thing to read.
            Grown::Texts(codes, texts) if texts.len() > rows / 2 => {
                let text = |(row, code): (usize, &u32)| {
                    let known = known.get(row).then(|| &*texts[*code as usize]);
                    known.unwrap_or_default()
                };
                Values::Texts(codes.iter().enumerate().map(text).collect())
            }
            Grown::Texts(codes, texts) => Values::Coded {
                codes: Codes::of(&codes, texts.len()),
                texts: texts.iter().collect::<Texts<'_>>(),
                words: Vec::new(),
            },
            Grown::Words(codes, words) => Values::Coded {
                codes: Codes::of(&codes, words.len()),
                texts: words.iter().collect::<Texts<'_>>(),
                words: (0..).take(words.len()).collect(),
            },
            Grown::Places(lat, lon) => Values::Places(lat.into(), lon.into()),
            Grown::List(list) => Values::List(list),
        };
        Held {
            known: known.first_false().is_some().then_some(known),
            values,
        }
    }
}
