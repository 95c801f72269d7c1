//! What a result was computed from: files by their digests, and how they were read.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The receipt of the inputs of a result.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Receipt {
    /// The version of the program.
    pub version: String,
    /// The title of the terms.
    pub terms: String,
    /// The files, in the order they were read.
    pub files: Vec<Input>,
    /// The day after which nothing was applied; empty for the last of the stream.
    pub as_of: String,
    /// The day whose knowledge was used; empty for all there is.
    pub known_on: String,
    /// What else was asked for: `records sorted by date`.
    pub options: Vec<String>,
}

/// A file that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Input {
    /// What it was read as: `terms`, `events`.
    pub role: String,
    /// Its name, as it was given.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Input {
    /// A file of these bytes.
    #[must_use]
    pub fn new(role: &str, name: &str, bytes: &[u8]) -> Self {
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            let _ = write!(sha256, "{byte:02x}");
        }
        Self { role: role.to_owned(), name: name.to_owned(), bytes: bytes.len(), sha256 }
    }
}
