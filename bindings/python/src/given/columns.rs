//! Events from anything that gives an Arrow stream: a row is a record, a column a field, and what is null is left out.

use super::{FLOAT, Moments, ZONE, quoted, stamp};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Decimal256Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatchReader, StructArray};
use arrow_schema::{DataType, TimeUnit};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// The name of the capsule of an Arrow stream.
const NAME: &std::ffi::CStr = c"arrow_array_stream";

/// Records from an object that gives an Arrow stream.
///
/// # Errors
/// A column that stands for no field, or a value that stands for none of its.
pub fn from_stream(object: &Bound<'_, PyAny>, moments: &Moments) -> PyResult<Vec<u8>> {
    let capsule = object.call_method0("__arrow_c_stream__")?;
    let mut reader = reader(capsule.cast::<PyCapsule>()?)?;
    let schema = reader.schema();
    let mut out = Vec::new();
    let mut number = 0_usize;
    for batch in &mut reader {
        let batch = batch.map_err(|e| PyValueError::new_err(e.to_string()))?;
        let columns: Vec<(&str, &ArrayRef)> = schema
            .fields()
            .iter()
            .map(|f| f.name().as_str())
            .zip(batch.columns())
            // what pandas keeps of its index is no field
            .filter(|(name, _)| !name.starts_with("__index_level_"))
            .collect();
        for row in 0..batch.num_rows() {
            number += 1;
            record(&columns, row, moments, &mut out).map_err(|e| e.at(number))?;
            out.push(b'\n');
        }
    }
    Ok(out)
}

/// The reader of a stream.
#[expect(unsafe_code, reason = "the Arrow PyCapsule interface hands over a pointer, whose kind the name of the capsule tells")]
fn reader(capsule: &Bound<'_, PyCapsule>) -> PyResult<RecordBatchStreamReader> {
    let pointer = capsule.pointer_checked(Some(NAME))?;
    // SAFETY: a capsule of this name holds a valid stream by the Arrow PyCapsule interface, and is not used by others while it
    // is borrowed here; the stream is moved out of it, and what is left in its place is marked as released.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast::<FFI_ArrowArrayStream>().as_ptr()) };
    RecordBatchStreamReader::try_new(stream).map_err(|e| PyValueError::new_err(e.to_string()))
}

/// Why a value is not taken.
enum No {
    Kind(String),
    Value(String),
}

impl No {
    fn at(self, number: usize) -> PyErr {
        match self {
            Self::Kind(text) => PyTypeError::new_err(format!("record {number}: {text}")),
            Self::Value(text) => PyValueError::new_err(format!("record {number}: {text}")),
        }
    }
}

fn record(columns: &[(&str, &ArrayRef)], row: usize, moments: &Moments, out: &mut Vec<u8>) -> Result<(), No> {
    out.push(b'{');
    let mut first = true;
    for (name, array) in columns {
        if is_null(array, row) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        quoted(name, out);
        out.push(b':');
        value(name, array, row, moments, out)?;
    }
    out.push(b'}');
    Ok(())
}

/// Whether there is no value, also where it is one of a dictionary.
fn is_null(array: &ArrayRef, row: usize) -> bool {
    matches!(array.data_type(), DataType::Null)
        || array.is_null(row)
        || array.as_any_dictionary_opt().is_some_and(|d| key(d.keys(), row).is_none_or(|key| d.values().is_null(key)))
}

/// The place of a value in its dictionary.
fn key(keys: &dyn Array, row: usize) -> Option<usize> {
    match keys.data_type() {
        DataType::Int8 => usize::try_from(keys.as_primitive::<Int8Type>().value(row)).ok(),
        DataType::Int16 => usize::try_from(keys.as_primitive::<Int16Type>().value(row)).ok(),
        DataType::Int32 => usize::try_from(keys.as_primitive::<Int32Type>().value(row)).ok(),
        DataType::Int64 => usize::try_from(keys.as_primitive::<Int64Type>().value(row)).ok(),
        DataType::UInt8 => Some(keys.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => Some(keys.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => usize::try_from(keys.as_primitive::<UInt32Type>().value(row)).ok(),
        DataType::UInt64 => usize::try_from(keys.as_primitive::<UInt64Type>().value(row)).ok(),
        _ => None,
    }
}

fn value(name: &str, array: &ArrayRef, row: usize, moments: &Moments, out: &mut Vec<u8>) -> Result<(), No> {
    let mut plain = |text: String| {
        out.extend_from_slice(text.as_bytes());
        Ok(())
    };
    match array.data_type() {
        DataType::Int8 => plain(array.as_primitive::<Int8Type>().value(row).to_string()),
        DataType::Int16 => plain(array.as_primitive::<Int16Type>().value(row).to_string()),
        DataType::Int32 => plain(array.as_primitive::<Int32Type>().value(row).to_string()),
        DataType::Int64 => plain(array.as_primitive::<Int64Type>().value(row).to_string()),
        DataType::UInt8 => plain(array.as_primitive::<UInt8Type>().value(row).to_string()),
        DataType::UInt16 => plain(array.as_primitive::<UInt16Type>().value(row).to_string()),
        DataType::UInt32 => plain(array.as_primitive::<UInt32Type>().value(row).to_string()),
        DataType::UInt64 => plain(array.as_primitive::<UInt64Type>().value(row).to_string()),
        DataType::Boolean => plain(array.as_boolean().value(row).to_string()),
        DataType::Decimal128(..) => plain(trimmed(array.as_primitive::<Decimal128Type>().value_as_string(row))),
        DataType::Decimal256(..) => plain(trimmed(array.as_primitive::<Decimal256Type>().value_as_string(row))),
        DataType::Utf8 => text(array.as_string::<i32>().value(row), out),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row), out),
        DataType::Utf8View => text(array.as_string_view().value(row), out),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let none = || No::Kind(format!("column `{name}` has a dictionary of an unknown kind"));
            value(name, dictionary.values(), key(dictionary.keys(), row).ok_or_else(none)?, moments, out)
        }
        DataType::Date32 => at(name, i64::from(array.as_primitive::<Date32Type>().value(row)) * DAY, moments, out),
        DataType::Date64 => at(name, array.as_primitive::<Date64Type>().value(row) / 1000, moments, out),
        DataType::Timestamp(_, Some(_)) => Err(No::Kind(format!("`{name}`: {ZONE}"))),
        DataType::Timestamp(unit, None) => {
            let (count, second) = match unit {
                TimeUnit::Second => (array.as_primitive::<TimestampSecondType>().value(row), 1),
                TimeUnit::Millisecond => (array.as_primitive::<TimestampMillisecondType>().value(row), 1_000),
                TimeUnit::Microsecond => (array.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000),
                TimeUnit::Nanosecond => (array.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000),
            };
            if count % second != 0 {
                return Err(No::Value(format!("`{name}`: a moment is a day, an hour and a minute, without parts of a second")));
            }
            at(name, count / second, moments, out)
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            let seconds = time(array, row);
            if seconds % 60 != 0 {
                return Err(No::Value(format!("`{name}`: a time is an hour and a minute")));
            }
            text(&format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60), out)
        }
        DataType::List(_) => list(name, &array.as_list::<i32>().value(row), moments, out),
        DataType::LargeList(_) => list(name, &array.as_list::<i64>().value(row), moments, out),
        DataType::FixedSizeList(..) => list(name, &array.as_fixed_size_list().value(row), moments, out),
        DataType::Struct(_) => {
            let members: &StructArray = array.as_struct();
            let columns: Vec<(&str, &ArrayRef)> =
                members.fields().iter().map(|f| f.name().as_str()).zip(members.columns()).collect();
            record(&columns, row, moments, out)
        }
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Err(No::Kind(format!(
            "column `{name}` is of floats, and {FLOAT}; a column of whole numbers that pandas made floats of because some are \
             missing becomes whole again by `frame.convert_dtypes()`"
        ))),
        other => Err(No::Kind(format!("column `{name}` is of type {other}, which a record cannot hold"))),
    }
}

/// A text, which is always taken.
fn text(text: &str, out: &mut Vec<u8>) -> Result<(), No> {
    quoted(text, out);
    Ok(())
}

/// The seconds of a day.
const DAY: i64 = 86_400;

/// Seconds from 1970-01-01 as a day or a moment.
fn at(name: &str, seconds: i64, moments: &Moments, out: &mut Vec<u8>) -> Result<(), No> {
    if seconds % 60 != 0 {
        return Err(No::Value(format!("`{name}`: a moment is a day, an hour and a minute, without seconds")));
    }
    quoted(&stamp(name, seconds.div_euclid(60), moments).map_err(No::Value)?, out);
    Ok(())
}

/// The seconds of a time of the day; one that is no whole second is no whole minute either.
fn time(array: &ArrayRef, row: usize) -> i64 {
    let whole = |count: i64, second: i64| if count % second == 0 { count / second } else { 1 };
    match array.data_type() {
        DataType::Time32(TimeUnit::Second) => array.as_primitive::<Time32SecondType>().value(row).into(),
        DataType::Time32(_) => whole(array.as_primitive::<Time32MillisecondType>().value(row).into(), 1_000),
        DataType::Time64(TimeUnit::Microsecond) => whole(array.as_primitive::<Time64MicrosecondType>().value(row), 1_000_000),
        _ => whole(array.as_primitive::<Time64NanosecondType>().value(row), 1_000_000_000),
    }
}

fn list(name: &str, items: &ArrayRef, moments: &Moments, out: &mut Vec<u8>) -> Result<(), No> {
    out.push(b'[');
    for row in 0..items.len() {
        if row > 0 {
            out.push(b',');
        }
        if is_null(items, row) {
            out.extend_from_slice(b"null");
        } else {
            value(name, items, row, moments, out)?;
        }
    }
    out.push(b']');
    Ok(())
}

/// A decimal without the noughts at its end that only fill its scale: a column of scale 28 says as much as it has to.
fn trimmed(text: String) -> String {
    match text.split_once('.') {
        Some((whole, part)) => match part.trim_end_matches('0') {
            "" => whole.to_owned(),
            part => format!("{whole}.{part}"),
        },
        None => text,
    }
}
