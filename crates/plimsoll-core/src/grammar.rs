//! The small grammars inside the strings of a Compose file: durations, sizes, command lines, image names and the like.
//!
//! Each module reads one of them from a plain `&str`, knows nothing of YAML or of the project, and gives byte ranges
//! into its input where a part can be blamed. `Text::span_of` turns these into spans. What Compose hands on unread
//! (`image`, `platform`, `stop_signal`) is read here as the engine reads it.

pub mod dotenv;
pub mod duration;
pub mod image;
pub mod path;
pub mod platform;
pub mod signal;
pub mod size;
pub mod words;
