//! All tests of Tenor, in one binary.

#[path = "all/commands.rs"]
mod commands;
#[path = "all/exact.rs"]
mod exact;
#[path = "all/scenario.rs"]
mod scenario;
#[path = "all/tenor.rs"]
mod tenor;
