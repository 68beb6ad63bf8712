//! The `plimsoll` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll_cli::run::run(std::env::args_os()).into()
}
