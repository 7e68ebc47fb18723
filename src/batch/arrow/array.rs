//! One array as the column of an attribute.

use std::{borrow::Cow, fmt::LowerExp};

use arrow_array::{
    Array, ArrowPrimitiveType, DictionaryArray, FixedSizeListArray, GenericStringArray, OffsetSizeTrait,
    PrimitiveArray,
    cast::AsArray,
    downcast_dictionary_array,
    types::{
        ArrowDictionaryKeyType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type,
        Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
        UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};

use super::{
    super::{
        Bits, ColumnError,
        column::{Codes, Column, Columns, Offsets, Texts},
    },
    Beside, Reader, fields_of, known, with_known,
};
use crate::{
    schema::{Layout, Slot},
    value::{Decimal, DecimalError, Type},
};

/// Why an array is not the column of an attribute, and in which row.
pub(super) struct Fault {
    pub(super) row: Option<usize>,
    pub(super) message: String,
}

impl Fault {
    fn of(message: impl Into<String>) -> Self {
        Self {
            row: None,
            message: message.into(),
        }
    }
}

/// The values of an array, those that are known.
pub(super) fn column<'a>(
    array: &'a dyn Array,
    slot: &Slot,
    known: Option<Bits<'a>>,
    open: bool,
) -> Result<Column<'a>, Fault> {
    let missing = Missing(known.as_ref());
    let found = match &slot.ty {
        Type::Bool => array.as_boolean_opt().map(|bools| {
            let bits = bools.values();
            let bits = Bits::packed(bits.values(), bits.offset(), bits.len());
            bits.map(Column::bools)
                .ok_or_else(|| Fault::of("the bits are fewer than the rows"))
        }),
        Type::Int => ints(array, missing).map(|it| it.map(Column::ints)),
        Type::Decimal => decimals(array, missing).map(|it| it.map(Column::decimals)),
        Type::Float => floats(array, missing).map(|it| it.map(Column::floats)),
        Type::Date => array
            .as_primitive_opt::<Date32Type>()
            .map(|days| Ok(Column::dates(&days.values()[..]))),
        Type::DateTime => datetimes(array, missing).map(|it| it.map(Column::datetimes)),
        Type::String | Type::Url | Type::Ref(_) | Type::Words(_) => texts(array).map(Ok),
        Type::Geo => places(array, missing),
        Type::List(_) => lists(array, slot, open),
        Type::Duration | Type::Record(_) => None,
    };
    let found = found.unwrap_or_else(|| {
        let (ty, found) = (&slot.ty, array.data_type());
        Err(Fault::of(format!(
            "`{ty}` cannot be read from an array of {found}"
        )))
    });
    found.map(|column| with_known(column, known))
}

/// The values of an array as keys of customers.
pub(super) fn key(array: &dyn Array) -> Option<Result<Column<'_>, Fault>> {
    match ints(array, Missing(known(array).as_ref())) {
        Some(numbers) => Some(numbers.map(Column::ints)),
        None => texts(array).map(Ok),
    }
}

/// The rows whose values are not looked at.
#[derive(Clone, Copy)]
struct Missing<'k>(Option<&'k Bits<'k>>);

impl Missing<'_> {
    fn has(self, row: usize) -> bool {
        self.0.is_some_and(|known| !known.get(row))
    }
}

/// Numbers that are made of others, of those rows that are not missing.
fn each<T: ArrowPrimitiveType, N: Default + Clone>(
    array: &PrimitiveArray<T>,
    missing: Missing<'_>,
    make: impl Fn(T::Native) -> Result<N, String>,
) -> Result<Cow<'static, [N]>, Fault>
where
    [N]: ToOwned<Owned = Vec<N>>,
{
    let values = array.values().iter().enumerate();
    let numbers = values.map(|(row, value)| {
        if missing.has(row) {
            return Ok(N::default());
        }
        make(*value).map_err(|message| Fault {
            row: Some(row),
            message,
        })
    });
    Ok(Cow::Owned(numbers.collect::<Result<Vec<N>, Fault>>()?))
}

type Numbers<'a> = Option<Result<Cow<'a, [i64]>, Fault>>;

fn ints<'a>(array: &'a dyn Array, missing: Missing<'_>) -> Numbers<'a> {
    fn widened<'a, T: ArrowPrimitiveType<Native: Into<i64>>>(
        array: &'a dyn Array,
        missing: Missing<'_>,
    ) -> Numbers<'a> {
        Some(each(array.as_primitive_opt::<T>()?, missing, |it| Ok(it.into())))
    }
    match array.data_type() {
        DataType::Int64 => Some(Ok(array.as_primitive_opt::<Int64Type>()?.values()[..].into())),
        DataType::Int8 => widened::<Int8Type>(array, missing),
        DataType::Int16 => widened::<Int16Type>(array, missing),
        DataType::Int32 => widened::<Int32Type>(array, missing),
        DataType::UInt8 => widened::<UInt8Type>(array, missing),
        DataType::UInt16 => widened::<UInt16Type>(array, missing),
        DataType::UInt32 => widened::<UInt32Type>(array, missing),
        DataType::UInt64 => Some(each(array.as_primitive_opt::<UInt64Type>()?, missing, |it| {
            i64::try_from(it).map_err(|_| format!("{it} is more than an int holds"))
        })),
        _ => None,
    }
}

fn decimals<'a>(array: &'a dyn Array, missing: Missing<'_>) -> Numbers<'a> {
    const DIGITS: i8 = 4;
    fn units<'a, T: ArrowPrimitiveType<Native: Into<i128>>>(
        array: &'a dyn Array,
        missing: Missing<'_>,
        scale: i8,
    ) -> Numbers<'a> {
        Some(each(array.as_primitive_opt::<T>()?, missing, |it| {
            in_units(it.into(), DIGITS - scale)
        }))
    }
    match array.data_type() {
        DataType::Decimal64(_, DIGITS) => {
            Some(Ok(array.as_primitive_opt::<Decimal64Type>()?.values()[..].into()))
        }
        DataType::Decimal32(_, scale) => units::<Decimal32Type>(array, missing, *scale),
        DataType::Decimal64(_, scale) => units::<Decimal64Type>(array, missing, *scale),
        DataType::Decimal128(_, scale) => units::<Decimal128Type>(array, missing, *scale),
        DataType::Float64 => Some(each(array.as_primitive_opt::<Float64Type>()?, missing, shortest)),
        DataType::Float32 => Some(each(array.as_primitive_opt::<Float32Type>()?, missing, shortest)),
        _ => ints(array, missing).map(|whole| {
            let whole = whole?;
            let units = whole.iter().enumerate().map(|(row, it)| {
                let row = Some(row).filter(|row| !missing.has(*row));
                match in_units((*it).into(), DIGITS) {
                    Ok(units) => Ok(units),
                    Err(_) if row.is_none() => Ok(0),
                    Err(message) => Err(Fault { row, message }),
                }
            });
            Ok(Cow::Owned(units.collect::<Result<_, _>>()?))
        }),
    }
}

/// The units of a float by its shortest digits: `19.99` is meant, not the binary number beside it.
fn shortest(float: impl Into<f64> + LowerExp + Copy) -> Result<i64, String> {
    if !float.into().is_finite() {
        return Err("expected a finite decimal".to_owned());
    }
    let decimal = format!("{float:e}").parse();
    decimal
        .map(Decimal::units)
        .map_err(|error: DecimalError| match error {
            DecimalError::Digits => "more digits than the four of a decimal".to_owned(),
            _ => "more than a decimal holds".to_owned(),
        })
}

/// A number with so many digits too few behind the point, in units of a decimal.
fn in_units(number: i128, missing: i8) -> Result<i64, String> {
    let power = 10_i128.checked_pow(missing.unsigned_abs().into());
    let units = match power {
        Some(power) if missing >= 0 => number.checked_mul(power),
        Some(power) if number % power != 0 => {
            return Err("more digits than the four of a decimal".to_owned());
        }
        Some(power) => Some(number / power),
        None => (number == 0).then_some(0),
    };
    let units = units.and_then(|it| i64::try_from(it).ok());
    units.ok_or_else(|| "more than a decimal holds".to_owned())
}

fn floats<'a>(array: &'a dyn Array, missing: Missing<'_>) -> Option<Result<Cow<'a, [f64]>, Fault>> {
    if let Some(floats) = binary(array) {
        return Some(Ok(floats));
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest float is what the digits would give too"
    )]
    ints(array, missing).map(|whole| Ok(whole?.iter().map(|it| *it as f64).collect()))
}

fn binary(array: &dyn Array) -> Option<Cow<'_, [f64]>> {
    match array.data_type() {
        DataType::Float64 => Some(array.as_primitive_opt::<Float64Type>()?.values()[..].into()),
        DataType::Float32 => {
            let floats = array.as_primitive_opt::<Float32Type>()?.values().iter();
            Some(floats.map(|it| f64::from(*it)).collect())
        }
        _ => None,
    }
}

fn datetimes<'a>(array: &'a dyn Array, missing: Missing<'_>) -> Numbers<'a> {
    let DataType::Timestamp(unit, _) = array.data_type() else {
        return None;
    };
    let times = |factor: i64| {
        move |it: i64| {
            it.checked_mul(factor)
                .ok_or_else(|| "a time outside the years 0001 to 9999".to_owned())
        }
    };
    match unit {
        TimeUnit::Microsecond => Some(Ok(array.as_primitive_opt::<TimestampMicrosecondType>()?.values()
            [..]
            .into())),
        TimeUnit::Second => Some(each(
            array.as_primitive_opt::<TimestampSecondType>()?,
            missing,
            times(1_000_000),
        )),
        TimeUnit::Millisecond => Some(each(
            array.as_primitive_opt::<TimestampMillisecondType>()?,
            missing,
            times(1_000),
        )),
        TimeUnit::Nanosecond => Some(each(
            array.as_primitive_opt::<TimestampNanosecondType>()?,
            missing,
            |it| {
                let whole = (it % 1_000 == 0).then_some(it / 1_000);
                whole.ok_or_else(|| "a time with parts of a microsecond; round it to whole ones".to_owned())
            },
        )),
    }
}

fn texts(array: &dyn Array) -> Option<Column<'_>> {
    match array.data_type() {
        DataType::Dictionary(..) => coded(array),
        _ => Some(Column::texts(plain(array)?)),
    }
}

/// Texts one after the other, borrowed where they can be.
fn plain(array: &dyn Array) -> Option<Texts<'_>> {
    match array.data_type() {
        DataType::Utf8 => Some(borrowed(array.as_string_opt::<i32>()?)),
        DataType::LargeUtf8 => Some(borrowed(array.as_string_opt::<i64>()?)),
        DataType::Utf8View => {
            let texts = array.as_string_view_opt()?;
            Some(texts.iter().map(Option::unwrap_or_default).collect())
        }
        _ => None,
    }
}

fn borrowed<'a, O: OffsetSizeTrait>(array: &'a GenericStringArray<O>) -> Texts<'a>
where
    &'a [O]: Into<Offsets<'a>>,
{
    let offsets = array.value_offsets();
    let end = offsets.last().map_or(0, |it| it.as_usize());
    match std::str::from_utf8(&array.value_data()[..end]) {
        Ok(bytes) => Texts::new(offsets, bytes),
        // What lies before the first text of a slice need not be text.
        Err(_) => array.iter().map(Option::unwrap_or_default).collect(),
    }
}

fn coded(array: &dyn Array) -> Option<Column<'_>> {
    fn of<K: ArrowDictionaryKeyType>(array: &DictionaryArray<K>) -> Option<Column<'_>> {
        let words = plain(array.values())?;
        if array.values().null_count() == 0
            && let Some(codes) = codes(array.keys())
        {
            return Some(Column::coded(codes, words));
        }
        let texts = (0..array.len()).map(|row| {
            let text = array.key(row).and_then(|key| words.get(key));
            text.unwrap_or_default().to_owned()
        });
        Some(Column::texts(texts.collect()))
    }
    downcast_dictionary_array! {
        array => of(array),
        _ => None,
    }
}

/// The numbers of texts, of those widths that are borrowed.
fn codes<K: ArrowPrimitiveType>(keys: &PrimitiveArray<K>) -> Option<Codes<'_>> {
    let keys = keys as &dyn Array;
    Some(match keys.data_type() {
        DataType::Int8 => keys.as_primitive_opt::<Int8Type>()?.values()[..].into(),
        DataType::Int16 => keys.as_primitive_opt::<Int16Type>()?.values()[..].into(),
        DataType::Int32 => keys.as_primitive_opt::<Int32Type>()?.values()[..].into(),
        DataType::UInt8 => keys.as_primitive_opt::<UInt8Type>()?.values()[..].into(),
        DataType::UInt16 => keys.as_primitive_opt::<UInt16Type>()?.values()[..].into(),
        DataType::UInt32 => keys.as_primitive_opt::<UInt32Type>()?.values()[..].into(),
        _ => return None,
    })
}

fn places<'a>(array: &'a dyn Array, missing: Missing<'_>) -> Option<Result<Column<'a>, Fault>> {
    if let Some(record) = array.as_struct_opt() {
        let [lat, lon] = ["lat", "lon"].map(|name| record.column_by_name(name));
        let (lat, lon) = (lat?, lon?);
        let column = Column::places(binary(lat)?, binary(lon)?);
        let is_whole = record.num_columns() == 2;
        let halves = (0..array.len()).map(|row| [lat.is_null(row), lon.is_null(row)]);
        return is_whole.then(|| known_places(missing, column, halves));
    }
    let pairs: &FixedSizeListArray = array
        .as_fixed_size_list_opt()
        .filter(|it| it.value_length() == 2)?;
    let degrees = pairs.values();
    let values = binary(degrees)?;
    // Those of a slice begin with its first.
    let halves = (0..array.len()).map(|row| [degrees.is_null(2 * row), degrees.is_null(2 * row + 1)]);
    let pairs = values.chunks_exact(2);
    let (lat, lon): (Vec<f64>, Vec<f64>) = pairs.map(|pair| (pair[0], pair[1])).unzip();
    Some(known_places(missing, Column::places(lat, lon), halves))
}

/// Places are missing where both halves are, and wrong where one is.
fn known_places<'a>(
    missing: Missing<'_>,
    column: Column<'a>,
    halves: impl Iterator<Item = [bool; 2]>,
) -> Result<Column<'a>, Fault> {
    let known: Vec<bool> = halves
        .enumerate()
        .map(|(row, nulls)| match nulls {
            [false, false] => Ok(true),
            [true, true] => Ok(false),
            _ if missing.has(row) => Ok(false),
            _ => Err(Fault {
                row: Some(row),
                message: "a place with half of its coordinates".to_owned(),
            }),
        })
        .collect::<Result<_, _>>()?;
    Ok(if known.contains(&false) {
        column.known(known.into_iter().collect())
    } else {
        column
    })
}

fn lists<'a>(array: &'a dyn Array, slot: &Slot, open: bool) -> Option<Result<Column<'a>, Fault>> {
    let (offsets, values) = parts(array)?;
    let layout = slot.items.as_ref()?;
    let items = match &*layout.slots {
        [only] if only.path.is_empty() => {
            let items = column(values, only, known(values), open);
            items.map(|items| Columns::new(values.len()).column("", items))
        }
        _ => {
            let beside = Beside {
                key: None,
                open,
                of: "",
            };
            records(values, layout, beside).map_err(|error| match error {
                Ok(error) => Fault {
                    row: error.row(),
                    message: format!("[].{}: {}", error.column(), error.message()),
                },
                Err(fault) => fault,
            })
        }
    };
    Some(items.map(|items| Column::records(offsets, items)))
}

/// The events of all customers, and where those of each begin and end.
pub(super) fn events<'a>(
    array: &'a dyn Array,
    layout: &Layout,
    beside: Beside<'_>,
) -> Result<(Offsets<'a>, Columns<'a>), ColumnError> {
    let error = |fault: Fault| ColumnError::new(beside.of, fault.row, fault.message);
    let Some((offsets, values)) = parts(array) else {
        let found = array.data_type();
        return Err(error(Fault::of(format!(
            "expected lists of records, found {found}"
        ))));
    };
    let is_hidden =
        |row: &usize| array.is_null(*row) && offsets.range(*row).is_some_and(|(start, end)| start < end);
    if let Some(row) = (0..array.len()).find(is_hidden) {
        let message = "the list is null, but has events; give it none, or say that it is known".to_owned();
        return Err(error(Fault {
            row: Some(row),
            message,
        }));
    }
    let events = records(values, layout, beside).map_err(|fault| fault.unwrap_or_else(error))?;
    Ok((offsets, events))
}

/// Where the lists of an array begin and end, and what stands in them.
fn parts(array: &dyn Array) -> Option<(Offsets<'_>, &dyn Array)> {
    match array.data_type() {
        DataType::List(_) => {
            let lists = array.as_list_opt::<i32>()?;
            Some((lists.value_offsets().into(), lists.values()))
        }
        DataType::LargeList(_) => {
            let lists = array.as_list_opt::<i64>()?;
            Some((lists.value_offsets().into(), lists.values()))
        }
        _ => None,
    }
}

/// The records of an array.
fn records<'a>(
    array: &'a dyn Array,
    layout: &Layout,
    beside: Beside<'_>,
) -> Result<Columns<'a>, Result<ColumnError, Fault>> {
    let Some(record) = array.as_struct_opt() else {
        let found = array.data_type();
        return Err(Err(Fault::of(format!(
            "expected lists of records, found lists of {found}"
        ))));
    };
    let mut reader = Reader {
        layout,
        beside,
        columns: Columns::new(array.len()),
    };
    let around = known(array);
    reader.add("", fields_of(record), around.as_ref()).map_err(Ok)?;
    Ok(reader.columns)
}
