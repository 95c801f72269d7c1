//! Events from Python: as records in JSON Lines, which the engine reads like any other stream. No float is taken: what it
//! would stand for is not known to the last digit.

mod columns;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString, PyTuple};
use std::collections::HashSet;

pub use columns::from_stream;

/// What a float is answered with.
pub const FLOAT: &str = "a float is not exact: give a decimal.Decimal, a whole number, or the number as text";

/// Names of fields that are moments in some event of the terms: a day at midnight is a moment there.
pub type Moments = HashSet<String>;

/// A day with a minute, as the field of a name has it: a day alone at midnight, unless the field is a moment.
///
/// # Errors
/// An hour where there may be none.
pub fn stamp(name: &str, minutes: i64, moments: &Moments) -> Result<String, String> {
    let day = crate::cell::day_text(i32::try_from(minutes.div_euclid(1440)).map_err(|_| "the day is out of range")?);
    let minute = minutes.rem_euclid(1440);
    let is_day = matches!(name, "date" | "recorded");
    if is_day && minute != 0 {
        return Err(format!("`{name}` is a day without an hour: put the hour in `time`, as 17:00"));
    }
    if is_day || (minute == 0 && !moments.contains(name)) {
        return Ok(day);
    }
    Ok(format!("{day}T{:02}:{:02}", minute / 60, minute % 60))
}

/// A text in JSON.
pub fn quoted(text: &str, out: &mut Vec<u8>) {
    // what is written to memory is written
    let _ = serde_json::to_writer(out, text);
}

/// Records from a list of dictionaries.
///
/// # Errors
/// A value that stands for no value of a record.
pub fn from_dicts(list: &Bound<'_, PyAny>, moments: &Moments) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    for (n, record) in list.try_iter()?.enumerate() {
        let record = record?;
        let Ok(fields) = record.cast::<PyDict>() else {
            let kind = record.get_type().name()?;
            return Err(PyTypeError::new_err(format!("record {}: a record is a dict, and this is a {kind}", n + 1)));
        };
        object(fields, moments, &mut out).map_err(|e| at(list.py(), n + 1, e))?;
        out.push(b'\n');
    }
    Ok(out)
}

/// An error with the record it is about.
fn at(py: Python<'_>, number: usize, e: PyErr) -> PyErr {
    let text = format!("record {number}: {}", e.value(py));
    if e.is_instance_of::<PyTypeError>(py) { PyTypeError::new_err(text) } else { PyValueError::new_err(text) }
}

fn object(fields: &Bound<'_, PyDict>, moments: &Moments, out: &mut Vec<u8>) -> PyResult<()> {
    out.push(b'{');
    let mut first = true;
    for (name, value) in fields {
        if value.is_none() || is_missing(&value)? {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        let name =
            name.cast::<PyString>().map_err(|_| PyTypeError::new_err("the name of a field is a str"))?.to_cow()?.into_owned();
        quoted(&name, out);
        out.push(b':');
        self::value(&name, &value, moments, out)?;
    }
    out.push(b'}');
    Ok(())
}

/// Whether a value is one of the signs of pandas for a missing one.
fn is_missing(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let name = value.get_type().name()?;
    Ok(name == "NAType" || name == "NaTType")
}

fn value(name: &str, value: &Bound<'_, PyAny>, moments: &Moments, out: &mut Vec<u8>) -> PyResult<()> {
    if let Ok(text) = value.cast::<PyString>() {
        quoted(&text.to_cow()?, out);
        return Ok(());
    }
    if value.cast::<PyBool>().is_ok() {
        out.extend_from_slice(if value.is_truthy()? { b"true" } else { b"false" });
        return Ok(());
    }
    if value.cast::<PyInt>().is_ok() {
        out.extend_from_slice(value.str()?.to_cow()?.as_bytes());
        return Ok(());
    }
    if let Ok(fields) = value.cast::<PyDict>() {
        return object(fields, moments, out);
    }
    if value.cast::<PyList>().is_ok() || value.cast::<PyTuple>().is_ok() {
        out.push(b'[');
        for (n, item) in value.try_iter()?.enumerate() {
            if n > 0 {
                out.push(b',');
            }
            self::value(name, &item?, moments, out)?;
        }
        out.push(b']');
        return Ok(());
    }
    let kind = value.get_type().name()?.to_cow()?.into_owned();
    match kind.as_str() {
        "Decimal" => {
            if !value.call_method0("is_finite")?.is_truthy()? {
                return Err(PyValueError::new_err(format!("`{name}` is {value}, which is no number")));
            }
            quoted(&value.str()?.to_cow()?, out);
        }
        "datetime" | "Timestamp" => {
            if !value.getattr("tzinfo")?.is_none() {
                return Err(PyValueError::new_err(format!("`{name}`: {ZONE}")));
            }
            let seconds: (i64, i64) = (value.getattr("second")?.extract()?, value.getattr("microsecond")?.extract()?);
            if seconds != (0, 0) {
                return Err(PyValueError::new_err(format!("`{name}` is {value}: a moment is a day, an hour and a minute")));
            }
            let day: i64 = value.call_method0("toordinal")?.extract()?;
            let (hour, minute): (i64, i64) = (value.getattr("hour")?.extract()?, value.getattr("minute")?.extract()?);
            let text = stamp(name, (day - 719_163) * 1440 + hour * 60 + minute, moments).map_err(PyValueError::new_err)?;
            quoted(&text, out);
        }
        "date" => quoted(&value.call_method0("isoformat")?.str()?.to_cow()?, out),
        "time" => {
            let text = value.call_method1("strftime", ("%H:%M",))?;
            quoted(&text.str()?.to_cow()?, out);
        }
        "bool_" => out.extend_from_slice(if value.is_truthy()? { b"true" } else { b"false" }),
        "float" | "float64" | "float32" | "float16" => {
            return Err(PyTypeError::new_err(format!("`{name}` is {value}: {FLOAT}")));
        }
        _ => match value.call_method0("__index__") {
            Ok(whole) => out.extend_from_slice(whole.str()?.to_cow()?.as_bytes()),
            Err(_) => return Err(PyTypeError::new_err(format!("`{name}` is a {kind}, which a record cannot hold"))),
        },
    }
    Ok(())
}

/// What a moment with a time zone is answered with.
pub const ZONE: &str = "a moment stands in the time zone of the terms: convert it to that zone, and drop the zone";
