//! Everything about Compose files that is knowledge: the rules, and the catalogue of what images keep and where.
//!
//! ```
//! use plimsoll_core::check::{Options, check};
//! use plimsoll_core::source::Sources;
//!
//! let mut sources = Sources::new();
//! let file = sources.add_text("compose.yaml", "services:\n  db:\n    image: postgres:17\n    tmpfs: /var/lib/postgresql/data\n");
//! let found = check(&sources, file, plimsoll_rules::RULES, &Options::default());
//! let worst = found.iter().find(|it| it.rule == "tmpfs-on-data-path").expect("one finding of this rule");
//! assert_eq!(sources.start(worst.span).line, 4);
//! assert!(worst.message.starts_with("`db` keeps its data in memory"));
//! ```

pub mod images;
mod miss;
mod role;
pub mod state;
pub mod version;

use plimsoll_core::check::Rule;

pub use role::Role;

/// Declares the module of each rule, and the one list of all rules.
macro_rules! rules {
    ($($module:ident)*) => {
        $(mod $module;)*
        /// All rules, sorted by identifier. Every other list is made from this one.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),*];
    };
}

rules! {
    data_not_persisted
    database_on_bind_mount
    duplicate_key
    invalid_ignore
    invalid_interpolation
    invalid_value
    misplaced_data_mount
    missing_file
    missing_healthcheck
    missing_image
    missing_platform
    short_stop_grace_period
    tmpfs_on_data_path
    undeclared_volume
    undefined_reference
    unknown_key
    unsuitable_stop_signal
    unused_ignore
    yaml_syntax
}

/// The rule of an identifier.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|it| it.id == id)
}
