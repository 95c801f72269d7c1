//! The `tenor` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    tenor::cli::main()
}
