//! All tests of Tenor, in one binary.

#[path = "all/docs.rs"]
mod docs;
#[path = "all/exact.rs"]
mod exact;
#[path = "all/scenario.rs"]
mod scenario;
#[path = "all/tenor.rs"]
mod tenor;
