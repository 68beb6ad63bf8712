//! The language server of Plimsoll.
//!
//! It is synchronous: one thread reads messages, one answers them in their order. A check takes milliseconds, and what
//! has come in behind a change is looked at before anything is checked, so that nobody waits for what is out of date.
//! It shows what the program shows, because both ask `plimsoll-workspace`.

pub mod analysis;
pub mod cursor;
pub mod diagnostics;
pub mod documents;
pub mod features;
mod kept;
pub mod position;
pub mod project;
pub mod recover;
pub mod server;
pub mod session;
pub mod transport;
pub mod trial;

pub use server::{Ended, serve, stdio};
