//! The tests of the whole program and of what stands in the repository, in one binary.
#![allow(clippy::unwrap_used, missing_docs)]

mod action;
mod catalogue;
mod cli;
mod docs;
mod families;
mod fixes;
mod fixtures;
mod grammar;
mod hook;
mod limits;
mod lsp;
mod model;
mod neovim;
mod pages;
mod project;
mod readme;
mod robust;
mod snapshot;
mod supply;
mod support;
mod survey;
mod tidy;
mod vscode;
mod worlds;
mod yaml;
