//! What is wrong with a stream after the record it stopped at.

use crate::event::{Batch, Failed, Problem, Schema, Stream};
use crate::intern::Interner;
use std::io::BufRead;

/// What cannot be read after the record a stream stopped at: what is told at once can be mended at once.
#[derive(Default)]
pub(super) struct Further {
    pub bad: Vec<Problem>,
    /// How many there are besides.
    pub more: usize,
}

impl Further {
    /// How many are told.
    const MOST: usize = 20;

    /// Reads the rest of a stream.
    pub(super) fn after<R: BufRead>(stream: &mut Stream<R>, schema: &mut Schema<'_>, texts: &mut Interner) -> Self {
        let (mut out, mut good) = (Self::default(), false);
        let mut batch = Batch::default();
        loop {
            match stream.next(schema, texts, &mut batch) {
                Ok(Some(_)) => good = true,
                Ok(None) | Err(Failed::Io(_)) => break,
                Err(Failed::Record(_)) if out.bad.len() >= Self::MOST => out.more += 1,
                Err(Failed::Record(p)) => out.bad.push(*p),
            }
        }
        // where no record at all can be read it is the file that is wrong, and one message says so
        if !good && out.bad.len() > 2 {
            out.more += out.bad.len();
            out.bad.clear();
        }
        out
    }
}
