//! Options and variables that make a store trust the machine not to crash.

use crate::images::Family;
use crate::role::all_words;
use plimsoll_core::model::{EnvValue, Service};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;

/// What a crash of the machine costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cost {
    /// The store may be damaged as a whole.
    Everything,
    /// What was written last is lost.
    Newest,
}

/// A setting that trades safety for speed.
pub(crate) struct Setting {
    /// A program that the image runs; the option is one of this program. Empty: of any.
    server: &'static str,
    /// The option, or the variable if it is in capital letters, with `-` for `_` in an option.
    pub name: &'static str,
    /// Values in small letters. An empty one stands for an option without a value; `*` is in front of an ending.
    values: &'static [&'static str],
    /// What it costs.
    pub cost: Cost,
    /// What it does.
    pub why: &'static str,
    /// Whether every tutorial has it, so that it only counts where the service is meant to stay.
    pub common: bool,
}

const fn costs(
    cost: Cost,
    server: &'static str,
    name: &'static str,
    values: &'static [&'static str],
    why: &'static str,
) -> Setting {
    Setting { server, name, values, cost, why, common: false }
}

const OFF: &[&str] = &["off", "false", "0", "no"];
const TRUE: &[&str] = &["", "true", "1", "yes", "on"];

/// Sources: runtime-config-wal of the PostgreSQL manual, innodb-parameters and replication-options-binary-log of the
/// MySQL manual, redis.conf, the flags of etcd, rpk-redpanda-mode, and the entrypoint of the Immich image.
static SETTINGS: [Setting; 17] = [
    costs(Cost::Everything, "postgres", "fsync", OFF, "nothing makes sure that a change has reached the disk"),
    costs(
        Cost::Everything,
        "postgres",
        "F",
        &[""],
        "`-F` is `fsync=off`: nothing makes sure that a change has reached the disk",
    ),
    costs(Cost::Everything, "postgres", "full-page-writes", OFF, "a page that is half written cannot be restored"),
    costs(Cost::Newest, "postgres", "synchronous-commit", OFF, "a commit is reported before it is on the disk"),
    costs(
        Cost::Newest,
        "postgres",
        "POSTGRESQL_SYNCHRONOUS_COMMIT_MODE",
        OFF,
        "a commit is reported before it is on the disk",
    ),
    costs(
        Cost::Everything,
        "mysqld",
        "innodb-doublewrite",
        &["off", "false", "0", "detect_only"],
        "a page that is half written cannot be restored",
    ),
    costs(
        Cost::Everything,
        "mysqld",
        "skip-innodb-doublewrite",
        TRUE,
        "a page that is half written cannot be restored",
    ),
    costs(
        Cost::Everything,
        "mysqld",
        "innodb-flush-method",
        &["nosync", "littlesync"],
        "nothing makes sure that a change has reached the disk",
    ),
    costs(
        Cost::Newest,
        "mysqld",
        "innodb-flush-log-at-trx-commit",
        &["0", "2"],
        "a commit is reported before it is on the disk",
    ),
    costs(Cost::Newest, "mysqld", "sync-binlog", &["0"], "replicas may know of commits that the server has lost"),
    costs(Cost::Everything, "mongod", "nojournal", TRUE, "without a journal an interrupted write cannot be finished"),
    costs(Cost::Newest, "redis-server", "appendfsync", &["no"], "the system decides when a write reaches the disk"),
    costs(Cost::Newest, "valkey-server", "appendfsync", &["no"], "the system decides when a write reaches the disk"),
    costs(Cost::Everything, "etcd", "unsafe-no-fsync", TRUE, "nothing makes sure that a change has reached the disk"),
    costs(
        Cost::Everything,
        "etcd",
        "ETCD_UNSAFE_NO_FSYNC",
        TRUE,
        "nothing makes sure that a change has reached the disk",
    ),
    costs(Cost::Newest, "redpanda", "unsafe-bypass-fsync", TRUE, "a message is acknowledged before it is on the disk"),
    costs(
        Cost::Everything,
        "",
        "LD_PRELOAD",
        &["*eatmydata.so", "*eatmydata"],
        "libeatmydata turns every fsync into nothing",
    ),
];

static COMMON: [Setting; 3] = [
    Setting {
        common: true,
        ..costs(
            Cost::Newest,
            "redpanda",
            "mode",
            &["dev-container"],
            "this mode acknowledges a message before it is on the disk",
        )
    },
    costs(
        Cost::Newest,
        "immich-docker-entrypoint.sh",
        "IGNORE_DATABASE_FSTYPE",
        TRUE,
        "the image no longer refuses file systems that damage the database",
    ),
    costs(
        Cost::Newest,
        "rustfs",
        "RUSTFS_UNSAFE_BYPASS_DISK_CHECK",
        TRUE,
        "the server no longer refuses several drives on one disk",
    ),
];

/// One such setting of a service, with the place where it is written.
pub(crate) struct Found {
    /// The setting.
    pub setting: &'static Setting,
    /// As it is written; of a variable only the name.
    pub shown: String,
    /// Where.
    pub span: Span,
}

/// The settings of a service that make a crash dangerous.
pub(crate) fn unsafe_settings(service: &Service, family: &Family) -> Vec<Found> {
    let options = options(service);
    let ours = |it: &&Setting| it.server.is_empty() || family.server.names.iter().any(|name| name == it.server);
    let found = SETTINGS.iter().chain(&COMMON).filter(ours).filter_map(|setting| {
        if setting.name.len() > 1 && setting.name.starts_with(|it: char| it.is_ascii_uppercase()) {
            let EnvValue::Set(variable, text) = service.variable(setting.name) else { return None };
            // An option may do without a value; a variable without one is as good as none.
            if text.is_blank() {
                return None;
            }
            let span = variable.key.to(text.span());
            return setting.holds(text.as_str()).then(|| Found { setting, shown: setting.name.to_string(), span });
        }
        // The last one counts.
        let option = options.iter().rfind(|it| it.name == setting.name)?;
        setting.holds(&option.value).then(|| Found { setting, shown: option.shown.clone(), span: option.span })
    });
    found.collect()
}

impl Setting {
    fn holds(&self, value: &str) -> bool {
        let value = value.trim().to_ascii_lowercase();
        self.values.iter().any(|it| it.strip_prefix('*').map_or(*it == value, |end| value.ends_with(end)))
    }
}

/// An option of a command line.
struct Switch {
    name: String,
    value: String,
    shown: String,
    span: Span,
}

/// The options of a service, in any of the forms `--name=value`, `--name value`, `--name` and `-c name=value`; those
/// with a value that the files do not show have none that means anything.
fn options(service: &Service) -> Vec<Switch> {
    let mut words = all_words(service);
    let extra = service.environment.iter().filter(|it| it.name.ends_with("_EXTRA_FLAGS"));
    words.extend(extra.filter_map(|it| it.value.as_ref()).flat_map(split));
    let mut found = Vec::new();
    let mut taken = false;
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut taken) {
            continue;
        }
        let text = word.as_str();
        let next = words.get(at + 1);
        let pair = |it: &Text| it.as_str().contains('=').then(|| it.clone());
        let (body, span, shown) = if text == "-c" {
            let Some(pair) = next.and_then(pair) else { continue };
            taken = true;
            (pair.as_str().to_string(), word.span().to(pair.span()), format!("-c {}", pair.shown()))
        } else if let Some(rest) = text.strip_prefix("-c").filter(|it| it.contains('=')) {
            (rest.to_string(), word.span(), word.shown())
        } else if let Some(rest) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) {
            (rest.to_string(), word.span(), word.shown())
        } else {
            continue;
        };
        let known = word.is_known() && (!taken || next.is_some_and(Text::is_known));
        let (name, value) = body.split_once('=').map_or((body.as_str(), None), |it| (it.0, Some(it.1.to_string())));
        let behind = next.filter(|it| value.is_none() && !it.as_str().starts_with('-') && it.is_known());
        let value = value.or_else(|| behind.map(|it| it.as_str().to_string())).unwrap_or_default();
        let span = behind.map_or(span, |it| span.to(it.span()));
        let shown = behind.map_or(shown.clone(), |it| format!("{shown} {}", it.shown()));
        let value = if known { value.trim_matches(['"', '\'']).to_string() } else { "?".to_string() };
        let name = name.replace('_', "-");
        let name = name.strip_prefix("loose-").unwrap_or(&name).to_string();
        found.push(Switch { name, value, shown, span });
    }
    found
}

/// The words of the value of a variable.
fn split(text: &Text) -> Vec<Text> {
    let value = text.as_str();
    let start = |it: &str| it.as_ptr() as usize - value.as_ptr() as usize;
    value.split_whitespace().map(|it| text.slice(start(it)..start(it) + it.len())).collect()
}
