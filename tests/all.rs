//! All tests of Tenor, in one binary.

#[path = "all/exact.rs"]
mod exact;
#[path = "all/laws.rs"]
mod laws;
#[path = "all/model.rs"]
mod model;
#[path = "all/scenario.rs"]
mod scenario;
#[path = "all/tenor.rs"]
mod tenor;
