//! The language server: the real program, spoken to over pipes as an editor does.

mod acting;
mod client;
mod editing;
mod knowledge;
mod life;
mod same;
