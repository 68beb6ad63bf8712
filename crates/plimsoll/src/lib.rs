//! The parts of the `plimsoll` program: its command line, how it reads files, and how it shows what was found.
//!
//! This is a library only so that the program's tests can reach the parts. It promises no stable interface: what
//! other programs should rely on is the command line and the JSON output.

pub mod args;
mod config;
mod fix;
mod images;
mod model;
mod progress;
mod projects;
pub mod report;
mod rules;
pub mod run;
mod survey;
mod walk;
mod write;

pub use plimsoll_workspace::escape;
