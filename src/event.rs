//! Streams of events: read, checked against the events the terms declare, and handed on as plain values.

mod assemble;
mod csv;
mod error;
mod example;
mod jsonl;
mod list;
mod number;
mod raw;
mod record;
mod stream;
mod time;
mod toml;
mod trouble;

pub use assemble::Schema;
pub(crate) use csv::Csv;
pub use error::{Place, Problem, What};
pub use example::step;
pub(crate) use jsonl::fields as json_fields;
pub use number::decimal;
pub use raw::Raw;
pub use record::{Amends, Batch, Given, Head, NONE};
pub use stream::{Failed, Format, Stream};
pub use time::{day_number, minute_of};
pub use trouble::Trouble;
