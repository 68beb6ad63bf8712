//! The part of the schema that is the shape of the catalogue.

use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema, json_schema};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a family of images keeps, and where.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
pub(super) struct Image {
    /// Names of images without tag; `*` stands for any characters.
    #[schemars(length(min = 1))]
    images: Vec<String>,
    /// The entry of the catalogue that it is like; what is not said here is as there. `plimsoll images` lists them.
    like: Option<String>,
    /// A name for `plimsoll images`. The default is the first of `images`.
    id: Option<String>,
    /// What people call it; messages use it.
    name: Option<String>,
    /// What it is. It is needed unless `like` says it.
    kind: Option<Kind>,
    /// Where a tag has its version: at its beginning (`leading`, the default), or behind `pg`.
    version: Option<Versioning>,
    /// The major version that `latest` and no tag stand for.
    latest: Option<u32>,
    /// The folders with state, all of which have to be kept. It is needed unless `like` says it.
    data: Option<Vec<Data>>,
    /// The VOLUMEs of the image.
    volumes: Option<Vec<Volumes>>,
    /// Places where people mount a volume and nothing, or not all, is kept.
    wrong: Option<Vec<Wrong>>,
    /// Which programs of the image are its server.
    server: Option<Server>,
    /// How it stops.
    stop: Option<Stop>,
    /// How it is probed.
    health: Option<Health>,
    /// All platforms that it is published for, such as `linux/arm64`.
    platforms: Option<Vec<String>>,
    /// Those of older versions.
    old_platforms: Option<OldPlatforms>,
    /// The user id that the server runs as, where it cannot change the owner of its folders.
    user: Option<u32>,
    /// What a folder of a macOS or Windows host means for it.
    bind: Option<Risk>,
    /// Whether it runs on a network file system.
    network: Option<Network>,
    /// A tag that moves.
    floating: Option<Floating>,
    /// `libc` if the C library sorts text, so that the base of the image is a part of the version.
    collation: Option<Collation>,
    /// What the data is tied to, such as the host name.
    identity: Option<Identity>,
    /// What else has to be kept so that the data can be read.
    also: Option<Vec<String>>,
    /// Keys and the like without which the data cannot be read.
    secrets: Option<Vec<Secret>>,
    /// How the default configuration keeps nothing or not all, and what turns keeping on.
    memory: Option<Memory>,
    /// Whether two containers may use one data directory.
    shared: Option<Sharing>,
    /// There is nothing to lose.
    cache: Option<bool>,
    /// A store that is used as a cache, unless its command says that it keeps data.
    often_cache: Option<bool>,
    /// Anything else.
    note: Option<String>,
    /// The program that writes a copy that can be read back.
    dump: Option<String>,
    /// How well it is known. What is inferred never makes an error; the default is `verified`.
    confidence: Option<Confidence>,
    /// Keys that are not certain, whatever `confidence` says.
    unverified: Option<Vec<String>>,
    /// Links to what is known.
    see: Option<Vec<String>>,
}

/// A folder with state.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Data {
    /// The versions for which it holds, such as `<18` or `>=18`.
    versions: Option<String>,
    /// A pattern on the whole tag, where a suffix decides.
    tags: Option<String>,
    /// The folder that the server writes to by default; `{major}` stands for the major version.
    path: String,
    /// Other paths in the image that lead to the same folder.
    links: Option<Vec<String>>,
    /// Variables whose value is this folder.
    env: Option<Vec<String>>,
    /// Options of the server whose value is this folder.
    flags: Option<Vec<String>>,
    /// Instead of flags: the arguments behind this word are the folders.
    after: Option<String>,
    /// Where a volume belongs, if not at `path`.
    mount: Option<String>,
    /// What lies there, in a few words.
    keeps: Option<String>,
    /// Nothing of the user's is lost with it, such as logs.
    optional: Option<bool>,
    /// Signs; without one of them the server keeps nothing here.
    needs: Option<Vec<String>>,
    /// Signs that what would be here is in another service.
    unless: Option<Vec<String>>,
}

/// Something without which the data cannot be read.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Secret {
    /// Where the server makes it, if it is not given.
    path: String,
    /// Signs that it is given.
    unless: Option<Vec<String>>,
    /// Signs that the data is in another service.
    with: Option<Vec<String>>,
    /// What cannot be read without it.
    keeps: String,
}

/// How nothing is kept, and what turns keeping on. `rules/README.md` says what a sign is.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Memory {
    /// How the default keeps nothing, for a sentence.
    default: Option<String>,
    /// Signs that something is kept.
    on: Option<Vec<String>>,
    /// Signs that nothing is kept.
    off: Option<Vec<String>>,
    /// Signs that nothing can be said.
    unless: Option<Vec<String>>,
    /// Folders whose mount shows that keeping is meant.
    mounts: Option<Vec<String>>,
    /// What to write instead.
    instead: Option<String>,
    /// Anything else.
    note: Option<String>,
}

/// VOLUMEs of some versions.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Volumes {
    /// The versions for which it holds.
    versions: Option<String>,
    /// The VOLUMEs.
    paths: Vec<String>,
}

/// A place for a volume that is wrong.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Wrong {
    /// The versions for which it holds.
    versions: Option<String>,
    /// The place.
    path: String,
    /// What happens.
    why: String,
}

/// The programs of an image that are its server.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Server {
    /// `script`: a wrapper that runs its arguments; `binary`: the server itself; `command`: none.
    entrypoint: Option<Entrypoint>,
    /// File names of the programs that are the server, wrapper scripts included.
    names: Option<Vec<String>>,
    /// Those that run the server, where a program has several.
    subcommands: Option<Vec<String>>,
    /// `dash` if `sh` is one that does not give its process to its last command.
    sh: Option<Sh>,
}

/// How an image stops.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Stop {
    /// The STOPSIGNAL of the image; none means SIGTERM.
    image: Option<String>,
    /// The signal to set, only where the image's own is not graceful.
    #[schemars(rename = "use")]
    wanted: Option<String>,
    /// Signals on which it does not stop cleanly, each with the reason.
    bad: Option<BTreeMap<String, String>>,
    /// How long a stop may take, such as `3m`.
    grace: Option<String>,
    /// Whether that is documented or inferred.
    basis: Option<Basis>,
    /// Why, in one sentence.
    why: Option<String>,
}

/// How an image is probed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Health {
    /// Whether the image has a HEALTHCHECK.
    image: Option<bool>,
    /// A probe that works with the tools in the image, as Compose writes it.
    test: Option<Vec<String>>,
    /// Programs that people use in probes and that are not in the image.
    lacks: Option<Vec<Lack>>,
    /// Programs that reach the server of the first initialisation, if they are not given a host.
    early: Option<Vec<String>>,
    /// What to know about the probe.
    note: Option<String>,
}

/// Programs that are not in the image.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Lack {
    /// The versions for which it holds.
    versions: Option<String>,
    /// A pattern on the whole tag for which it holds.
    tags: Option<String>,
    /// A pattern on the whole tag for which it does not hold.
    unless: Option<String>,
    /// Their names; `sh` says that there is no shell.
    tools: Vec<String>,
}

/// Platforms of older versions.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct OldPlatforms {
    /// The versions.
    versions: String,
    /// Their platforms.
    platforms: Vec<String>,
}

/// A risk.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Risk {
    /// How big it is.
    risk: String,
    /// Why.
    note: Option<String>,
}

/// Whether a network file system is a risk.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Network {
    /// How big it is.
    risk: NetworkRisk,
    /// Why.
    note: Option<String>,
}

/// A tag that moves.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Floating {
    /// How big the risk is.
    risk: FloatingRisk,
    /// Why.
    note: Option<String>,
    /// What to write instead.
    pin: Option<String>,
    /// A minor version changes the files as a major one does.
    minor: Option<bool>,
    /// Images that the registry does not have, as `repository:tag`; the tag `{version}` stands for any number.
    gone: Option<Vec<String>>,
}

/// What the data is tied to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Identity {
    /// What it is tied to.
    keyed_by: KeyedBy,
    /// Variables that fix it.
    env: Option<Vec<String>>,
    /// `hostname:` fixes it.
    hostname: Option<bool>,
    /// Files of configuration that may fix it.
    files: Option<Vec<String>>,
    /// What to do.
    fix: Option<String>,
    /// Why.
    note: Option<String>,
}

fn words(words: &[&str]) -> Schema {
    json_schema!({ "enum": words })
}

made! {
    Kind = words(plimsoll_rules::images::KINDS);
    Versioning = words(&["leading", "pg"]);
    Sharing = words(&["never", "by-design", "unknown"]);
    Confidence = words(&["verified", "documented", "inferred"]);
    Entrypoint = words(&["script", "binary", "command"]);
    Collation = words(&["libc"]);
    Sh = words(&["dash"]);
    FloatingRisk = words(&["critical", "high", "medium", "low"]);
    KeyedBy = words(&["hostname", "ip"]);
    Basis = words(&["documented", "inferred"]);
    NetworkRisk = words(&["unsupported", "discouraged", "conditional", "ok"]);
}
