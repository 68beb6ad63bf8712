//! What a Docker Compose project is, and how rules run over it.
//!
//! Files become [`source::Sources`], their YAML a [`tree::Tree`] with byte spans ([`syntax`]), variables, aliases and
//! merge keys are resolved ([`load`]), the result is held against the Compose Specification ([`schema`]) and lowered
//! to a typed [`model`]. Rules are plain values with a function ([`check::Rule`]); what they report is a
//! [`diagnostic::Diagnostic`] with exactly one primary span.
//!
//! This crate is mechanism. It does no I/O, prints nothing, and knows no rule and no image; those are in
//! `plimsoll-rules`, where there is also an example of a whole check.

pub mod check;
pub mod config;
pub mod diagnostic;
pub mod dockerfile;
pub mod fix;
pub mod grammar;
pub mod ignore;
pub mod load;
pub mod model;
pub mod outline;
mod parallel;
pub mod problem;
mod quick;
pub mod schema;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod text;
pub mod tree;
