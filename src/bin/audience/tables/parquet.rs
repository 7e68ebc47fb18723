//! Parquet as a table.

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
            ParquetRecordBatchReaderBuilder,
        },
    },
    errors::ParquetError,
    file::metadata::RowGroupMetaData,
};

use super::{BYTES, ROWS, Rows, Table, events};

/// Reads some columns of a file from its beginning to its end.
pub(super) struct Parquet {
    reader: ParquetRecordBatchReader,
    /// How many bytes the file has.
    length: u64,
    /// How many rows it has, and how many of them have been read.
    rows: u64,
    read: u64,
    /// Lists of these names are brought into the order of time.
    events: Vec<String>,
}

impl Parquet {
    /// Opens a file, of which those columns are read that `is_read` says.
    pub(super) fn open(file: &Path, is_read: impl Fn(&str) -> bool, events: &[&str]) -> Result<Self, String> {
        if file.as_os_str() == "-" {
            return Err("Parquet is read from its end: give a file, not standard input".to_owned());
        }
        let opened = File::open(file).map_err(|error| error.to_string())?;
        let length = opened.metadata().map_or(0, |it| it.len());
        Self::of(opened, length, is_read, events).map_err(|error| error.to_string())
    }

    fn of(
        file: File,
        length: u64,
        is_read: impl Fn(&str) -> bool,
        events: &[&str],
    ) -> Result<Self, ParquetError> {
        let options = ArrowReaderOptions::new();
        let mut metadata = ArrowReaderMetadata::load(&file, options.clone())?;
        if let Some(texts) = with_texts(metadata.schema().fields()) {
            let schema = Schema::new(texts).into();
            metadata =
                ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options.with_schema(schema))?;
        }
        let groups = metadata.metadata().row_groups();
        let total = |of: fn(&RowGroupMetaData) -> i64| {
            groups
                .iter()
                .map(|it| u64::try_from(of(it)).unwrap_or(0))
                .sum::<u64>()
        };
        let (rows, bytes) = (
            total(RowGroupMetaData::num_rows),
            total(RowGroupMetaData::total_byte_size),
        );
        let fit = (BYTES as u64).saturating_mul(rows) / bytes.max(1);
        let batch = usize::try_from(fit).unwrap_or(ROWS).clamp(1, ROWS);
        let described = metadata.parquet_schema();
        let roots = described.root_schema().get_fields().iter().enumerate();
        let roots = roots
            .filter(|(_, field)| is_read(field.name()))
            .map(|(index, _)| index);
        let mask = ProjectionMask::roots(described, roots);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_batch_size(batch)
            .with_projection(mask)
            .build()?;
        Ok(Self {
            reader,
            length,
            rows,
            read: 0,
            events: events.iter().map(|&it| it.to_owned()).collect(),
        })
    }
}

impl Table for Parquet {
    fn next(&mut self) -> Result<Option<Rows>, String> {
        let Some(batch) = self
            .reader
            .next()
            .transpose()
            .map_err(|error| error.to_string())?
        else {
            return Ok(None);
        };
        let first = self.read + 1;
        self.read += batch.num_rows() as u64;
        Ok(Some(Rows {
            places: (first..=self.read).collect(),
            batch: in_order_of_time(batch, &self.events).map_err(|error| error.to_string())?,
            bad: Vec::new(),
        }))
    }

    fn has(&self, column: &str) -> bool {
        self.reader.schema().field_with_name(column).is_ok()
    }

    fn consumed(&self) -> u64 {
        let share = u128::from(self.length) * u128::from(self.read) / u128::from(self.rows.max(1));
        u64::try_from(share).unwrap_or(self.length)
    }

    fn unit(&self) -> &'static str {
        "row"
    }
}

/// The fields, where bytes without a type are texts; none where there are no such bytes. Some writers say of enumerations, and old
/// ones of texts, only that they are bytes.
fn with_texts(fields: &Fields) -> Option<Fields> {
    fn typed(ty: &DataType) -> Option<DataType> {
        Some(match ty {
            DataType::Binary => DataType::Utf8,
            DataType::LargeBinary => DataType::LargeUtf8,
            DataType::Struct(fields) => DataType::Struct(with_texts(fields)?),
            DataType::List(item) => DataType::List(field(item)?),
            DataType::LargeList(item) => DataType::LargeList(field(item)?),
            _ => return None,
        })
    }
    fn field(field: &FieldRef) -> Option<FieldRef> {
        let ty = typed(field.data_type())?;
        Some(Field::clone(field).with_data_type(ty).into())
    }
    fields.iter().any(|it| field(it).is_some()).then(|| {
        let all = fields
            .iter()
            .map(|it| field(it).unwrap_or_else(|| Arc::clone(it)));
        all.collect()
    })
}

/// The rows, where the lists of those names are in the order of their times.
fn in_order_of_time(batch: RecordBatch, names: &[String]) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let (schema, mut arrays, rows) = batch.into_parts();
    let mut fields: Vec<FieldRef> = schema.fields().to_vec();
    for (field, array) in fields.iter_mut().zip(&mut arrays) {
        if names.contains(field.name())
            && let Some(sorted) = events::by_time(array)
        {
            let sorted: ArrayRef = sorted?;
            *field = Field::new(field.name(), sorted.data_type().clone(), true).into();
            *array = sorted;
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Schema::new(fields).into(), arrays, &options)
}
