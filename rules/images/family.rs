//! One entry of the catalogue as types. `rules/README.md` describes the keys.

use crate::version::{Versioning, Versions};
use plimsoll_core::grammar::duration::Nanoseconds;

/// A directory in which an image keeps state.
#[derive(Clone, Debug, Default)]
pub struct DataPath {
    /// Versions for which this holds.
    pub versions: Versions,
    /// Glob on the whole tag, where the layout depends on a suffix and not on a number.
    pub tags: Option<String>,
    /// The directory; `{major}` stands for the major version.
    pub path: String,
    /// Variables of the environment whose value is this directory.
    pub env: Vec<String>,
    /// Options of the server whose value is this directory; `-c key=` is the form of two words.
    pub flags: Vec<String>,
    /// The arguments behind this word are the directories.
    pub after: Option<String>,
    /// Where to mount a volume, if not at `path`.
    pub mount: Option<String>,
    /// Other paths of the image that lead to the same directory, or that it takes instead.
    pub links: Vec<String>,
    /// What lies there.
    pub keeps: Option<String>,
    /// Nothing of the user's is lost with it.
    pub optional: bool,
    /// Signs without which the server keeps nothing here.
    pub needs: Vec<String>,
    /// Signs with which nothing of the user's is here, because it is in another service.
    pub unless: Vec<String>,
}

/// Something small without which the data that is kept cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Secret {
    /// Where the server makes it, if it is not given.
    pub path: String,
    /// Signs that it is given.
    pub unless: Vec<String>,
    /// Signs that the data is in another service. Empty: the data is in the directories of the entry.
    pub with: Vec<String>,
    /// What it is.
    pub keeps: String,
}

/// How a store comes to keep nothing.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Why it keeps nothing as long as nobody says otherwise; `None` if it keeps.
    pub default: Option<String>,
    /// Signs that turn keeping on.
    pub on: Vec<String>,
    /// Signs that turn keeping off.
    pub off: Vec<String>,
    /// Signs with which nothing can be said.
    pub unless: Vec<String>,
    /// Where people mount a volume for it, beside the directories of the entry.
    pub mounts: Vec<String>,
    /// What to do, in the imperative.
    pub instead: Option<String>,
    /// What else to know.
    pub note: Option<String>,
}

/// A mount target that looks right and keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct WrongMount {
    /// Versions for which this holds.
    pub versions: Versions,
    /// The target.
    pub path: String,
    /// What happens.
    pub why: String,
}

/// How the image starts its server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Entrypoint {
    /// A wrapper runs its arguments: `command: psql` runs psql.
    #[default]
    Script,
    /// The server itself: `command` holds its arguments.
    Binary,
    /// None: `command` replaces the server.
    Command,
}

/// The programs of an image that are its server.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// What the entrypoint is.
    pub entrypoint: Entrypoint,
    /// File names of the programs.
    pub names: Vec<String>,
    /// Subcommands that run the server, where the program has several.
    pub subcommands: Vec<String>,
    /// What `sh` is, where it never gives its process to the program that it runs last: `dash`.
    pub sh: Option<String>,
}

/// How an image wants to be stopped.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// `STOPSIGNAL` of the image; none means `SIGTERM`.
    pub image: Option<String>,
    /// The signal to set, where the image's own is not graceful.
    pub wanted: Option<String>,
    /// Signals that are not graceful, with the reason.
    pub bad: Vec<(String, String)>,
    /// How long a stop may take.
    pub grace: Option<Nanoseconds>,
    /// Whether it is the user who says so, and knows what is needed.
    pub own: bool,
    /// Whether upstream says so; otherwise it is inferred.
    pub documented: bool,
    /// What upstream says.
    pub why: Option<String>,
}

/// Programs that an image does not have.
#[derive(Clone, Debug, Default)]
pub struct Lack {
    /// Versions for which this holds.
    pub versions: Versions,
    /// Glob on the whole tag: those for which it holds.
    pub tags: Option<String>,
    /// Glob on the whole tag: those for which it does not hold.
    pub unless: Option<String>,
    /// Their names, or their paths where the path matters. `sh` says that there is no shell.
    pub tools: Vec<String>,
}

/// The probe of an image.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Whether the image has a `HEALTHCHECK`; `None` if not known.
    pub image: Option<bool>,
    /// The recommended `test`, in Compose syntax.
    pub test: Vec<String>,
    /// Programs that people use in probes and that are not in the image.
    pub lacks: Vec<Lack>,
    /// Programs that reach the server of the first initialisation, if they are not given a host.
    pub early: Vec<String>,
    /// What to know about it.
    pub note: Option<String>,
}

/// A risk with its explanation.
#[derive(Clone, Debug, Default)]
pub struct Risk {
    /// How big it is, or what it hangs on.
    pub level: String,
    /// Why.
    pub note: Option<String>,
}

/// A tag that moves.
#[derive(Clone, Debug, Default)]
pub struct Floating {
    /// How much the data is tied to the version: `critical`, `high`, `medium` or `low`.
    pub risk: String,
    /// Why.
    pub note: Option<String>,
    /// What to write instead.
    pub pin: Option<String>,
    /// A minor version changes the files as a major one does.
    pub minor: bool,
    /// Images that the registry does not have, as `repository:tag`; the tag `{version}` is any that begins with a number.
    pub gone: Vec<String>,
}

/// What the data is tied to, beside the directory.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// `hostname` or `ip`.
    pub keyed_by: String,
    /// Variables that fix it.
    pub env: Vec<String>,
    /// Whether `hostname:` fixes it.
    pub hostname: bool,
    /// Configuration files that may fix it.
    pub files: Vec<String>,
    /// What to do.
    pub fix: Option<String>,
    /// Why.
    pub note: Option<String>,
}

/// How well an entry is founded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Confidence {
    /// The Dockerfile was read.
    Verified,
    /// The documentation was read.
    Documented,
    /// General knowledge. It never makes an error.
    #[default]
    Inferred,
}

/// One entry of the catalogue.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of images.yaml, described in rules/README.md")]
pub struct Family {
    pub id: String,
    pub name: String,
    pub images: Vec<String>,
    pub kind: String,
    pub versioning: Versioning,
    pub latest: Option<u32>,
    pub data: Vec<DataPath>,
    pub volumes: Option<Vec<(Versions, Vec<String>)>>,
    pub wrong: Vec<WrongMount>,
    pub server: Server,
    pub stop: Stop,
    pub health: Health,
    pub platforms: Vec<(Versions, Vec<String>)>,
    pub user: Option<u32>,
    pub bind: Option<Risk>,
    pub network: Option<Risk>,
    pub floating: Option<Floating>,
    /// The C library sorts text, so the base of the image is a part of the version.
    pub collation: bool,
    pub identity: Option<Identity>,
    pub also: Vec<String>,
    pub secrets: Vec<Secret>,
    pub memory: Option<Memory>,
    pub shared: Option<String>,
    /// Nothing is lost with it.
    pub cache: bool,
    /// Used as a cache unless something says that it keeps data.
    pub often_cache: bool,
    pub note: Option<String>,
    pub dump: Option<String>,
    pub confidence: Confidence,
    pub unverified: Vec<String>,
    pub see: Vec<String>,
}

impl Family {
    /// Whether a field was read in a source.
    pub fn is_verified(&self, field: &str) -> bool {
        self.confidence != Confidence::Inferred && !self.unverified.iter().any(|it| it == field)
    }

    /// Whether losing it means losing primary data: a database, and not an application that also keeps files.
    pub fn is_store(&self) -> bool {
        !self.cache && !matches!(self.kind.as_str(), "application" | "cache" | "proxy" | "updater")
    }

    /// Where its documentation says so.
    pub fn see(&self) -> Option<&str> {
        self.see.first().map(String::as_str)
    }
}
