//! Looks once at everything that the host hands over, so that nobody has to later.

use std::sync::Arc;

use super::{
    Bits, ColumnError,
    column::{Codes, Column, Columns, Given, Offsets, Texts},
    table::{Child, Held, Table, Values},
};
use crate::{
    diagnostic::suggest,
    record::{Examined, Fault, Shape, examine},
    schema::{Layout, Slot},
    value::{Date, DateTime, Geo, Schemes, Type},
};

/// More rows than a customer may have of anything.
const LARGEST: usize = (1 << 31) - 1;

/// Makes the table of customers, or says the first thing that is wrong with it.
pub(super) fn customers<'a>(
    columns: Columns<'a>,
    shape: &Shape,
    schemes: &Schemes,
) -> Result<Table<'a>, ColumnError> {
    let mut checker = Checker {
        schemes,
        path: String::new(),
    };
    let Columns {
        rows,
        list: columns,
        events,
    } = columns;
    let mut table = checker.table(rows, columns, &shape.customer)?;
    table.events = vec![None; shape.events.len()];
    for (name, offsets, columns) in events {
        self::events(&mut table, shape, schemes, (&name, offsets, columns))?;
    }
    Ok(table)
}

/// Adds the events of a type to a table of customers, or says the first thing that is wrong with them.
pub(super) fn events<'a>(
    table: &mut Table<'a>,
    shape: &Shape,
    schemes: &Schemes,
    (name, offsets, columns): (&str, Offsets<'a>, Columns<'a>),
) -> Result<(), ColumnError> {
    let Some(index) = shape.schema.events.get_index_of(name) else {
        let names = shape.schema.events.keys().map(|it| &**it);
        return Err(ColumnError::new(name, None, unknown("event", name, names)));
    };
    if table.events[index].is_some() {
        let message = "the customers have these events already; add each type once";
        return Err(ColumnError::new(name, None, message));
    }
    let mut checker = Checker {
        schemes,
        path: String::new(),
    };
    checker.offsets(&offsets, (table.rows, columns.rows), name)?;
    checker.path = format!("{name}.");
    let child = checker.child(offsets, columns, &shape.events[index])?;
    in_order_of_time(&child, table.rows).map_err(|row| {
        let message = "the event is earlier than the one before it; sort the events of each customer by `at`";
        ColumnError::new(format!("{name}.at"), Some(row), message)
    })?;
    table.events[index] = Some(child);
    Ok(())
}

/// Looks at the rows of events, whosever they are.
#[cfg(feature = "arrow")]
pub(super) fn rows(
    columns: Columns<'_>,
    layout: &Arc<Layout>,
    schemes: &Schemes,
    name: &str,
) -> Result<(), ColumnError> {
    let mut checker = Checker {
        schemes,
        path: format!("{name}."),
    };
    checker.table(columns.rows, columns.list, layout).map(|_| ())
}

/// The first event that is earlier than the one before it.
fn in_order_of_time(events: &Child<'_>, customers: usize) -> Result<(), usize> {
    let Some(Values::Numbers(times)) = events.table.columns.first().map(|it| &it.values) else {
        return Ok(());
    };
    for customer in 0..customers {
        let Some((start, end)) = events.offsets.range(customer) else {
            continue;
        };
        let times = &times[start..end];
        if let Some(index) = times.windows(2).position(|pair| pair[0] > pair[1]) {
            return Err(start + index + 1);
        }
    }
    Ok(())
}

struct Checker<'s> {
    schemes: &'s Schemes,
    /// What stands before the names of the columns at hand: `purchases.`.
    path: String,
}

impl Checker<'_> {
    fn error(&self, name: &str, row: Option<usize>, message: impl Into<String>) -> ColumnError {
        ColumnError::new(format!("{}{name}", self.path), row, message)
    }

    /// The other way to mend what is required and not there; there is none for what makes a customer or an event what it is.
    fn or_optional(&self, slot: &Slot) -> &'static str {
        let is_event = !self.path.is_empty() && !self.path.contains("[]");
        let is_vital = slot.roles.key || slot.path.is_empty() || (is_event && slot.name() == "at");
        if is_vital {
            ""
        } else {
            ", or write `?` behind its type in the schema"
        }
    }

    fn table<'a>(
        &mut self,
        rows: usize,
        columns: Vec<(String, Column<'a>)>,
        layout: &Arc<Layout>,
    ) -> Result<Table<'a>, ColumnError> {
        let mut given: Vec<Option<Column<'a>>> = vec![None; layout.slots.len()];
        for (name, column) in columns {
            let Some(slot) = layout.slots.iter().position(|slot| slot.name() == name) else {
                let names: Vec<_> = layout.slots.iter().map(Slot::name).collect();
                let message = unknown("attribute", &name, names.iter().map(|it| &**it));
                return Err(self.error(&name, None, message));
            };
            if given[slot].replace(column).is_some() {
                return Err(self.error(&name, None, "given twice; leave one of the two out"));
            }
        }
        let mut table = Table {
            rows,
            columns: Vec::with_capacity(given.len()),
            lists: vec![None; layout.lists().count()],
            events: Vec::new(),
        };
        for (slot, column) in layout.slots.iter().zip(given) {
            let held = match column {
                Some(column) => self.column(column, slot, &mut table)?,
                None if slot.optional || rows == 0 => Held {
                    known: None,
                    values: Values::Missing,
                },
                None => {
                    let message = format!(
                        "required, but not given; add the column{}",
                        self.or_optional(slot)
                    );
                    return Err(self.error(&slot.name(), None, message));
                }
            };
            if let Some(known) = &held.known
                && !slot.optional
                && let Some(row) = known.first_false()
            {
                let message = format!("required, but missing; give a value{}", self.or_optional(slot));
                return Err(self.error(&slot.name(), Some(row), message));
            }
            table.columns.push(held);
        }
        self.records(layout, &table)?;
        Ok(table)
    }

    /// Looks for what is missing of records that may be missing as a whole: they are there when one of their fields is.
    fn records(&self, layout: &Layout, table: &Table<'_>) -> Result<(), ColumnError> {
        let slots = || layout.slots.iter().zip(&table.columns);
        for (slot, held) in slots().filter(|(slot, _)| slot.record > 0) {
            let record = &slot.path[..slot.record];
            let beside: Vec<_> = slots().filter(|(it, _)| it.path.starts_with(record)).collect();
            let is_torn = |row: &usize| !held.knows(*row) && beside.iter().any(|(_, it)| it.knows(*row));
            if let Some(row) = (0..table.rows).find(is_torn) {
                let message = format!(
                    "required where `{}` has another field, but missing; give a value{}",
                    record.join("."),
                    self.or_optional(slot)
                );
                return Err(self.error(&slot.name(), Some(row), message));
            }
        }
        Ok(())
    }

    fn child<'a>(
        &mut self,
        offsets: Offsets<'a>,
        columns: Columns<'a>,
        layout: &Arc<Layout>,
    ) -> Result<Child<'a>, ColumnError> {
        let Columns {
            rows,
            list: columns,
            events,
        } = columns;
        if let Some((name, ..)) = events.first() {
            return Err(self.error(name, None, "only customers have events"));
        }
        let table = self.table(rows, columns, layout)?;
        Ok(Child { offsets, table })
    }

    /// Offsets of the rows of a table into one of so many rows. They are read from end to end, so that of a list that is missing they
    /// must be in order, too.
    fn offsets(
        &self,
        offsets: &Offsets<'_>,
        (rows, items): (usize, usize),
        name: &str,
    ) -> Result<(), ColumnError> {
        if offsets.rows() != Some(rows) {
            let needed = rows.saturating_add(1);
            let message = format!("{} offsets, but {rows} rows need {needed}", offsets.len());
            return Err(self.error(name, None, message));
        }
        for row in 0..rows {
            let message = match offsets.range(row) {
                None => "an offset is negative".to_owned(),
                Some((start, end)) if start > end => format!("the offsets go back from {start} to {end}"),
                Some((start, end)) if end > items => {
                    format!("the offsets {start} to {end} lie beyond the {items} that there are")
                }
                Some((start, end)) if end - start > LARGEST => {
                    format!("{} are too many for one row", end - start)
                }
                Some(_) => continue,
            };
            return Err(self.error(name, Some(row), message));
        }
        Ok(())
    }

    fn column<'a>(
        &mut self,
        column: Column<'a>,
        slot: &Slot,
        table: &mut Table<'a>,
    ) -> Result<Held<'a>, ColumnError> {
        let (rows, name) = (table.rows, slot.name());
        let Column { known, values } = column;
        if let Some(len) = known.as_ref().map(Bits::len).filter(|len| *len != rows) {
            let message = format!("says of {len} rows whether they are known, but there are {rows}");
            return Err(self.error(&name, None, message));
        }
        if let Some(len) = values.len().filter(|len| *len != rows) {
            return Err(self.error(&name, None, format!("{len} values, but there are {rows} rows")));
        }
        let known = known.filter(|known| known.first_false().is_some());
        let about = About {
            checker: self,
            slot,
            name: &name,
            rows,
            known: known.as_ref(),
        };
        let mut blank = Blank(None);
        let values = match (&slot.ty, values) {
            (Type::Bool, Given::Bools(bits)) => Values::Bools(bits),
            (Type::Int, Given::Ints(numbers)) | (Type::Decimal, Given::Decimals(numbers)) => {
                Values::Numbers(numbers)
            }
            (Type::DateTime, Given::DateTimes(times)) => {
                about.each(|row| match DateTime::from_micros(times[row]) {
                    Some(_) => Ok(()),
                    None => Err("a time outside the years 0001 to 9999".to_owned()),
                })?;
                Values::Numbers(times)
            }
            (Type::Date, Given::Dates(days)) => {
                about.each(|row| match Date::from_days(days[row].into()) {
                    Some(_) => Ok(()),
                    None => Err("a day outside the years 0001 to 9999".to_owned()),
                })?;
                Values::Days(days)
            }
            (Type::Float, Given::Floats(floats)) => {
                about.each(|row| {
                    let finite = floats[row].is_finite().then_some(());
                    finite.ok_or_else(|| "expected a finite float".to_owned())
                })?;
                Values::Floats(floats)
            }
            (Type::Geo, Given::Places(lat, lon)) => {
                if lon.len() != rows {
                    let message = format!("{} longitudes, but there are {rows} rows", lon.len());
                    return Err(self.error(&name, None, message));
                }
                about.each(|row| match Geo::new(lat[row], lon[row]) {
                    Some(_) => Ok(()),
                    None => Err("a latitude outside ±90 or a longitude outside ±180".to_owned()),
                })?;
                Values::Places(lat, lon)
            }
            (Type::String | Type::Url | Type::Ref(_) | Type::Words(_), Given::Texts(texts)) => {
                about.texts(texts, &mut blank)?
            }
            (Type::String | Type::Url | Type::Ref(_) | Type::Words(_), Given::Coded(codes, texts)) => {
                about.coded(codes, texts, &mut blank)?
            }
            (Type::List(_), Given::List(offsets, columns)) => {
                self.offsets(&offsets, (rows, columns.rows), &name)?;
                if slot.roles.filled.is_some() {
                    for row in 0..rows {
                        if offsets.range(row).is_some_and(|(start, end)| start == end) {
                            blank.at(row, rows);
                        }
                    }
                }
                let outer = self.path.len();
                self.path.push_str(&name);
                self.path.push_str("[]");
                let items = slot.items.as_ref().expect("a list has a layout of its items");
                if items.slots.iter().any(|slot| !slot.path.is_empty()) {
                    self.path.push('.');
                }
                let child = self.child(offsets, columns, items)?;
                self.path.truncate(outer);
                table.lists[slot.list] = Some(child);
                Values::List(slot.list)
            }
            (ty, values) => {
                let message = format!("expected {}, found {}", form(ty), values.form());
                return Err(self.error(&name, None, message));
            }
        };
        if let Some(row) = blank.first(known.as_ref()).filter(|_| !slot.optional) {
            let what = match slot.ty {
                Type::List(_) => "required, but without items; give one",
                _ => "required, but the text counts as missing; give one that shows something",
            };
            return Err(self.error(&name, Some(row), format!("{what}{}", self.or_optional(slot))));
        }
        Ok(Held {
            known: blank.less(known, rows),
            values,
        })
    }
}

/// The rows whose values count as missing.
struct Blank(Option<Vec<bool>>);

impl Blank {
    fn at(&mut self, row: usize, rows: usize) {
        self.0.get_or_insert_with(|| vec![false; rows])[row] = true;
    }

    fn first(&self, known: Option<&Bits<'_>>) -> Option<usize> {
        let mut rows = self.0.iter().flatten().enumerate();
        let found = rows.find(|(row, blank)| **blank && known.is_none_or(|known| known.get(*row)));
        found.map(|(row, _)| row)
    }

    /// What is known without those rows.
    fn less(self, known: Option<Bits<'_>>, rows: usize) -> Option<Bits<'_>> {
        let Some(blank) = self.0 else { return known };
        let left = |row: usize| !blank[row] && known.as_ref().is_none_or(|known| known.get(row));
        Some((0..rows).map(left).collect())
    }
}

/// A column that is being looked at.
#[derive(Clone, Copy)]
struct About<'c> {
    checker: &'c Checker<'c>,
    slot: &'c Slot,
    name: &'c str,
    rows: usize,
    known: Option<&'c Bits<'c>>,
}

impl About<'_> {
    fn error(self, row: usize, message: impl Into<String>) -> ColumnError {
        self.checker.error(self.name, Some(row), message)
    }

    /// Looks at each row whose value is known.
    fn each(self, mut look: impl FnMut(usize) -> Result<(), String>) -> Result<(), ColumnError> {
        for row in 0..self.rows {
            if self.known.is_none_or(|known| known.get(row)) {
                look(row).map_err(|message| self.error(row, message))?;
            }
        }
        Ok(())
    }

    /// Texts that are not numbered; the words of an enumeration get their numbers.
    fn texts<'a>(self, texts: Texts<'a>, blank: &mut Blank) -> Result<Values<'a>, ColumnError> {
        let words = match &self.slot.ty {
            Type::Words(words) => Some(words),
            _ => None,
        };
        let mut codes = vec![0_u32; if words.is_some() { self.rows } else { 0 }];
        let plain = self.slot.roles.filled.is_none()
            && self.slot.roles.letters.is_none()
            && !self.slot.roles.zone
            && self.slot.ty != Type::Url
            && words.is_none();
        if plain && !texts.bytes.contains('\0') {
            // Most texts: nothing but their places has to be looked at.
            self.each(|row| texts.get(row).map(|_| ()).ok_or_else(|| misplaced(&texts, row)))?;
            return Ok(Values::Texts(texts));
        }
        self.each(|row| {
            let text = texts.get(row).ok_or_else(|| misplaced(&texts, row))?;
            match examine(self.slot, text, self.checker.schemes) {
                Ok(Examined::Blank) => blank.at(row, self.rows),
                Ok(Examined::Word(word)) => codes[row] = word,
                Ok(Examined::Text) => {}
                Err(Fault(_, message)) => return Err(message),
            }
            Ok(())
        })?;
        Ok(match words {
            Some(words) => Values::Coded {
                codes: Codes::of(&codes, words.len()),
                texts: words.iter().collect(),
                words: (0..).take(words.len()).collect(),
            },
            None => Values::Texts(texts),
        })
    }

    fn coded<'a>(
        self,
        codes: Codes<'a>,
        texts: Texts<'a>,
        blank: &mut Blank,
    ) -> Result<Values<'a>, ColumnError> {
        let mut examined: Vec<Option<Result<Examined, String>>> = vec![None; texts.len()];
        self.each(|row| {
            let Some((code, examined)) = codes
                .at(row)
                .and_then(|code| Some((code, examined.get_mut(code)?)))
            else {
                return Err(match codes.at(row) {
                    Some(code) => format!("text number {code}, but there are {}", texts.len()),
                    None => "the number of the text is negative".to_owned(),
                });
            };
            let examined = examined.get_or_insert_with(|| {
                let text = texts.get(code).ok_or_else(|| misplaced(&texts, code))?;
                examine(self.slot, text, self.checker.schemes).map_err(|Fault(_, message)| message)
            });
            match examined {
                Ok(Examined::Blank) => blank.at(row, self.rows),
                Ok(_) => {}
                Err(message) => return Err(message.clone()),
            }
            Ok(())
        })?;
        let words = match &self.slot.ty {
            Type::Words(_) => {
                let word = |it: Option<_>| match it {
                    Some(Ok(Examined::Word(word))) => word,
                    _ => u32::MAX,
                };
                examined.into_iter().map(word).collect()
            }
            _ => Vec::new(),
        };
        Ok(Values::Coded { codes, texts, words })
    }
}

/// Why there is no text of that number.
fn misplaced(texts: &Texts<'_>, index: usize) -> String {
    match texts.offsets.range(index) {
        None => "an offset is negative".to_owned(),
        Some((start, end)) if start > end => format!("the offsets go back from {start} to {end}"),
        Some((start, end)) if end > texts.bytes.len() => format!(
            "the offsets {start} to {end} lie beyond the {} bytes that there are",
            texts.bytes.len()
        ),
        Some((start, end)) => format!("the offsets {start} to {end} cut a character in two"),
    }
}

/// What is said of a name that is none of these.
pub(super) fn unknown<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let help = suggest::did_you_mean(name, names).map(|help| format!("; {help}"));
    format!("there is no such {what}{}", help.unwrap_or_default())
}

/// The form in which columns of a type are given.
fn form(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "truth values",
        Type::Int => "ints",
        Type::Decimal => "decimals",
        Type::Float => "floats",
        Type::Date => "dates",
        Type::DateTime => "datetimes",
        Type::Geo => "places",
        Type::List(_) => "lists",
        _ => "texts",
    }
}
