//! The cells of a column of CSV as values of the type that the definitions say.

use std::{borrow::Cow, sync::Arc};

use arrow_array::{
    ArrayRef, LargeListArray, StructArray,
    builder::{
        ArrayBuilder, BooleanBuilder, Date32Builder, Decimal64Builder, Float64Builder, Int64Builder,
        LargeStringBuilder, OffsetBufferBuilder, TimestampMicrosecondBuilder,
    },
};
use arrow_schema::{ArrowError, DataType, Field};
use audience::{Date, DateTime, Decimal, DecimalError, Field as Attribute, TimeError, Type};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A column that the definitions name.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Of a field of a nested record, with dots: `consent.email`.
    pub(super) name: String,
    ty: Type,
    /// Whether its values must not be shown.
    pub(super) hidden: bool,
}

impl Column {
    /// The same values in a column of another name.
    pub(super) fn named(&self, name: &str) -> Self {
        Self::new(name, &self.ty, self.hidden)
    }

    pub(super) fn new(name: &str, ty: &Type, hidden: bool) -> Self {
        Self {
            name: name.to_owned(),
            ty: ty.clone(),
            hidden,
        }
    }

    /// The columns of customers.
    pub(super) fn of_fields(fields: &[Attribute]) -> Vec<Self> {
        let mut columns = Vec::new();
        add(&mut columns, fields, "", false);
        columns
    }

    /// The columns of events: `at`, and their properties.
    pub(super) fn of_event(fields: &[Attribute]) -> Vec<Self> {
        let mut columns = vec![Self::new("at", &Type::DateTime, false)];
        add(&mut columns, fields, "", false);
        columns
    }
}

fn add(columns: &mut Vec<Column>, fields: &[Attribute], path: &str, hidden: bool) {
    for field in fields {
        let hidden = hidden || field.roles.personal || field.roles.sensitive;
        let name = format!("{path}{}", field.name);
        match &field.ty {
            Type::Record(inside) => add(columns, inside, &format!("{name}."), hidden),
            ty => columns.push(Column {
                name,
                ty: ty.clone(),
                hidden,
            }),
        }
    }
}

/// The values of a column so far.
pub(super) struct Cells {
    ty: Type,
    hidden: bool,
    values: Values,
}

enum Values {
    Bools(BooleanBuilder),
    Ints(Int64Builder),
    Decimals(Decimal64Builder),
    Floats(Float64Builder),
    Dates(Date32Builder),
    Times(TimestampMicrosecondBuilder),
    Texts(LargeStringBuilder),
    Places(Float64Builder, Float64Builder),
    Lists {
        offsets: OffsetBufferBuilder<i64>,
        /// Where the last list ends.
        end: usize,
        known: Vec<bool>,
        items: Box<Cells>,
    },
}

impl Cells {
    pub(super) fn new(column: &Column) -> Result<Self, String> {
        let values = match &column.ty {
            Type::Bool => Values::Bools(BooleanBuilder::new()),
            Type::Int => Values::Ints(Int64Builder::new()),
            Type::Decimal => Values::Decimals(Decimal64Builder::new().with_data_type(DECIMAL)),
            Type::Float => Values::Floats(Float64Builder::new()),
            Type::Date => Values::Dates(Date32Builder::new()),
            Type::DateTime => Values::Times(TimestampMicrosecondBuilder::new()),
            Type::Geo => Values::Places(Float64Builder::new(), Float64Builder::new()),
            Type::List(item) if !matches!(**item, Type::Record(_)) => Values::Lists {
                offsets: OffsetBufferBuilder::new(0),
                end: 0,
                known: Vec::new(),
                items: Box::new(Self::new(&Column {
                    ty: Type::clone(item),
                    ..column.clone()
                })?),
            },
            Type::List(_) => {
                let name = &column.name;
                return Err(format!(
                    "{name}: CSV has no place for a list of records; use Parquet or JSON lines"
                ));
            }
            _ => Values::Texts(LargeStringBuilder::new()),
        };
        Ok(Self {
            ty: column.ty.clone(),
            hidden: column.hidden,
            values,
        })
    }

    /// Adds a cell, or a missing value where there is none, or where it cannot be read.
    pub(super) fn add(&mut self, cell: Option<&[u8]>) -> Result<(), Fault> {
        let text = cell.map(std::str::from_utf8).transpose();
        let added = match text {
            Ok(text) => self.push(text),
            Err(_) => Err("the text is not UTF-8".to_owned().into()),
        };
        if added.is_err() {
            self.push(None)?;
        }
        added
    }

    /// Adds a value, or nothing and says why.
    fn push(&mut self, text: Option<&str>) -> Result<(), Fault> {
        let shown = Shown {
            ty: &self.ty,
            hidden: self.hidden,
        };
        match &mut self.values {
            Values::Texts(values) => values.append_option(text),
            Values::Bools(values) => values.append_option(text.map(|it| truth(it, shown)).transpose()?),
            Values::Ints(values) => values.append_option(text.map(|it| int(it, shown)).transpose()?),
            Values::Decimals(values) => values.append_option(text.map(|it| decimal(it, shown)).transpose()?),
            Values::Floats(values) => values.append_option(text.map(|it| float(it, shown)).transpose()?),
            Values::Dates(values) => {
                let date = text.map(|it| it.parse().map_err(|error| shown.time(it, &error)));
                values.append_option(date.transpose()?.map(Date::days));
            }
            Values::Times(values) => {
                let at = text.map(|it| it.parse().map_err(|error| shown.time(it, &error)));
                values.append_option(at.transpose()?.map(DateTime::micros));
            }
            Values::Places(lat, lon) => {
                let place = text.map(|it| place(it, shown)).transpose()?;
                lat.append_option(place.map(|(lat, _)| lat));
                lon.append_option(place.map(|(_, lon)| lon));
            }
            Values::Lists {
                offsets,
                end,
                known,
                items,
            } => {
                let list = text.map(|it| list(it, shown)).transpose()?;
                for (index, item) in list.iter().flatten().enumerate() {
                    items.item(item.as_deref()).map_err(|message| Fault {
                        item: Some(index),
                        message,
                    })?;
                }
                // What was added of a list that cannot be read belongs to the missing one in its place.
                let len = items.len();
                offsets.push_length(len - *end);
                *end = len;
                known.push(list.is_some());
            }
        }
        Ok(())
    }

    /// Adds an item of a list, as JSON writes it.
    fn item(&mut self, json: Option<&RawValue>) -> Result<(), String> {
        let Some(json) = json.map(RawValue::get) else {
            return self.push(None).map_err(|fault| fault.message);
        };
        let is_quoted = json.starts_with('"');
        let fits = match &self.values {
            Values::Texts(_) | Values::Dates(_) | Values::Times(_) => is_quoted,
            Values::Decimals(_) => true,
            _ => !is_quoted,
        };
        if !fits {
            let what = if self.hidden { "another value" } else { json };
            return Err(format!("expected {}, found {}", self.ty, shortened(what)));
        }
        let text: Cow<'_, str> = if is_quoted {
            serde_json::from_str::<String>(json)
                .map_err(|error| error.to_string())?
                .into()
        } else {
            json.into()
        };
        self.push(Some(&text)).map_err(|fault| fault.message)
    }

    fn len(&self) -> usize {
        match &self.values {
            Values::Bools(values) => values.len(),
            Values::Ints(values) => values.len(),
            Values::Decimals(values) => values.len(),
            Values::Floats(values) | Values::Places(values, _) => values.len(),
            Values::Dates(values) => values.len(),
            Values::Times(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Lists { known, .. } => known.len(),
        }
    }

    /// The column; the next begins.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match &mut self.values {
            Values::Bools(values) => Arc::new(values.finish()),
            Values::Ints(values) => Arc::new(values.finish()),
            Values::Decimals(values) => Arc::new(values.finish()),
            Values::Floats(values) => Arc::new(values.finish()),
            Values::Dates(values) => Arc::new(values.finish()),
            Values::Times(values) => Arc::new(values.finish()),
            Values::Texts(values) => Arc::new(values.finish()),
            Values::Places(lat, lon) => {
                let [lat, lon]: [ArrayRef; 2] = [Arc::new(lat.finish()), Arc::new(lon.finish())];
                Arc::new(StructArray::try_from(vec![("lat", lat), ("lon", lon)])?)
            }
            Values::Lists {
                offsets,
                end,
                known,
                items,
            } => {
                let items = items.finish()?;
                let field = Field::new_list_field(items.data_type().clone(), true).into();
                let offsets = std::mem::replace(offsets, OffsetBufferBuilder::new(0)).finish();
                let known = std::mem::take(known).into();
                *end = 0;
                Arc::new(LargeListArray::try_new(field, offsets, items, Some(known))?)
            }
        })
    }
}

/// The decimals of the definitions as Arrow has them.
const DECIMAL: DataType = DataType::Decimal64(18, 4);

/// What is wrong with a cell, or with an item of the list in it.
#[derive(Debug)]
pub(super) struct Fault {
    item: Option<usize>,
    message: String,
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self { item: None, message }
    }
}

impl Fault {
    /// With the name of its column: `tags[2]: expected string, found 1`.
    pub(super) fn of(self, column: &str) -> String {
        match self.item {
            Some(item) => format!("{column}[{item}]: {}", self.message),
            None => format!("{column}: {}", self.message),
        }
    }
}

/// How to say what is wrong with a value of a column.
#[derive(Clone, Copy)]
struct Shown<'c> {
    ty: &'c Type,
    hidden: bool,
}

impl Shown<'_> {
    /// `expected int, found text "lots"`.
    fn mismatch(self, text: &str) -> String {
        self.expected(&self.ty.to_string(), text)
    }

    fn expected(self, expected: &str, text: &str) -> String {
        if self.hidden {
            format!("expected {expected}, found text")
        } else {
            format!("expected {expected}, found text {:?}", shortened(text))
        }
    }

    fn range(self, text: &str) -> String {
        format!("{} lies outside the range of {}", self.number(text), self.ty)
    }

    fn number(self, text: &str) -> Cow<'_, str> {
        if self.hidden {
            "the number".into()
        } else {
            shortened(text).into_owned().into()
        }
    }

    fn time(self, text: &str, error: &TimeError) -> String {
        let quoted = if self.hidden {
            "the text".to_owned()
        } else {
            format!("{:?}", shortened(text))
        };
        match error {
            TimeError::Syntax { expected } => self.expected(expected, text),
            TimeError::Absent => format!("there is no such {}: {quoted}", self.ty),
            _ => format!("{quoted} lies {error}"),
        }
    }
}

/// The beginning of a long text, enough to recognise it.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// True and false in the ways in which programs write them to CSV.
fn truth(text: &str, shown: Shown<'_>) -> Result<bool, String> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(shown.expected("true or false", text)),
    }
}

fn int(text: &str, shown: Shown<'_>) -> Result<i64, String> {
    text.parse().map_err(|_| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) {
            shown.range(text)
        } else {
            shown.mismatch(text)
        }
    })
}

fn decimal(text: &str, shown: Shown<'_>) -> Result<i64, String> {
    let decimal = text.parse().map(Decimal::units);
    decimal.map_err(|error| match error {
        DecimalError::Digits => {
            format!("{} has more than four digits after the point", shown.number(text))
        }
        DecimalError::Range => shown.range(text),
        _ => shown.mismatch(text),
    })
}

fn float(text: &str, shown: Shown<'_>) -> Result<f64, String> {
    let float: f64 = text.parse().map_err(|_| shown.mismatch(text))?;
    match float.is_finite() {
        true => Ok(float),
        false if text.bytes().any(|it| it.is_ascii_digit()) => Err(shown.range(text)),
        false => Err(shown.mismatch(text)),
    }
}

/// A place as JSON has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Place {
    Pair(f64, f64),
    Named { lat: f64, lon: f64 },
}

fn place(text: &str, shown: Shown<'_>) -> Result<(f64, f64), String> {
    match serde_json::from_str(text) {
        Ok(Place::Pair(lat, lon) | Place::Named { lat, lon }) => Ok((lat, lon)),
        Err(_) => Err(shown.expected("geo, such as [40.4168, -3.7038]", text)),
    }
}

type Items = Vec<Option<Box<RawValue>>>;

fn list(text: &str, shown: Shown<'_>) -> Result<Items, String> {
    let list = serde_json::from_str(text);
    list.map_err(|_| shown.expected(&format!("{}, as JSON such as [\"a\", \"b\"]", shown.ty), text))
}
