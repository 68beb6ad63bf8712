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

mod backup;
mod clients;
mod drive;
mod early;
mod elsewhere;
mod file_mount;
mod floating;
mod form;
mod host;
pub mod images;
mod local;
mod lost;
mod memory;
mod miss;
mod needs;
mod probe;
mod readonly;
pub mod recommended;
mod refused;
mod role;
mod script;
mod shell;
mod sign;
pub mod state;
mod storage;
mod stores;
pub mod survey;
mod syncing;
mod unset;
mod updates;
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
    backup_beside_data
    bind_owned_by_root
    broken_healthcheck
    conflicting_keys
    conflicting_mounts
    data_not_persisted
    data_on_network_filesystem
    database_on_bind_mount
    dependency_cycle
    downgraded_dependency
    duplicate_key
    durability_disabled
    empty_mount_source
    emulated_database
    file_mount_may_become_directory
    floating_base_image
    floating_data_image
    host_expanded_variable
    ignored_mount_option
    ignored_volumes_from_mode
    in_memory_store
    incomplete_project
    invalid_ignore
    invalid_interpolation
    invalid_value
    invalid_volume
    live_data_backup
    lost_restart_policy
    misplaced_data_mount
    missing_backup
    missing_file
    missing_healthcheck
    missing_image
    missing_platform
    missing_restart_policy
    obsolete_mount_consistency
    obsolete_version
    overlapping_mounts
    partly_persisted_data
    read_only_data_mount
    relative_volume_device
    removable_data_volume
    replaced_mount
    shared_data_directory
    short_stop_grace_period
    signal_lost_in_shell
    single_file_database
    sub_second_grace_period
    tmpfs_on_data_path
    truncated_command
    unattended_upgrade
    unbounded_tmpfs
    undeclared_volume
    undefined_reference
    unguarded_bind_source
    unhealthy_dependency
    unknown_key
    unordered_dependency
    unpinned_project_name
    unplaced_swarm_volume
    unstable_node_identity
    unsuitable_stop_signal
    unused_ignore
    windows_drive_volume
    writable_config_mount
    yaml_syntax
}

/// The rule of an identifier.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|it| it.id == id)
}
