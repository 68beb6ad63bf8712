//! The keys of an entry of the catalogue, and what their values may be. `rules/README.md` describes them.

/// What a value may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Texts,
    /// Names of images without tag, with `*` for any characters.
    Images,
    /// The id of an entry that is there.
    Entry,
    Number,
    Flag,
    Path,
    Paths,
    Range,
    Signal,
    /// Signals with a reason each.
    Signals,
    Duration,
    Platforms,
    OneOf(&'static [&'static str]),
    Map(&'static Table),
    Maps(&'static Table),
}

/// A mapping with known keys.
pub(super) struct Table {
    /// What it is, with its article.
    pub what: &'static str,
    pub keys: &'static [(&'static str, Kind)],
    /// Keys that must be there.
    pub needs: &'static [&'static str],
}

/// Every key of an entry, as a path: `data.path`.
pub fn keys() -> Vec<String> {
    keys_of(&ENTRY, "")
}

fn keys_of(table: &Table, above: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, kind) in table.keys {
        let path = format!("{above}{name}");
        if let Kind::Map(table) | Kind::Maps(table) = kind {
            found.extend(keys_of(table, &format!("{path}.")));
        }
        found.push(path);
    }
    found
}

pub(super) static ENTRY: Table = Table {
    what: "an image",
    keys: &[
        ("id", Kind::Text),
        ("name", Kind::Text),
        ("images", Kind::Images),
        ("like", Kind::Entry),
        ("kind", Kind::OneOf(KINDS)),
        ("version", Kind::OneOf(&["leading", "pg"])),
        ("latest", Kind::Number),
        ("data", Kind::Maps(&DATA)),
        ("volumes", Kind::Maps(&VOLUMES)),
        ("wrong", Kind::Maps(&WRONG)),
        ("server", Kind::Map(&SERVER)),
        ("stop", Kind::Map(&STOP)),
        ("health", Kind::Map(&HEALTH)),
        ("platforms", Kind::Platforms),
        ("old_platforms", Kind::Map(&OLD_PLATFORMS)),
        ("user", Kind::Number),
        ("bind", Kind::Map(&RISK)),
        ("network", Kind::Map(&NETWORK)),
        ("floating", Kind::Map(&FLOATING)),
        ("collation", Kind::OneOf(&["libc"])),
        ("identity", Kind::Map(&IDENTITY)),
        ("also", Kind::Texts),
        ("secrets", Kind::Maps(&SECRETS)),
        ("memory", Kind::Map(&MEMORY)),
        ("shared", Kind::OneOf(&["never", "by-design", "unknown"])),
        ("cache", Kind::Flag),
        ("often_cache", Kind::Flag),
        ("note", Kind::Text),
        ("dump", Kind::Text),
        ("confidence", Kind::OneOf(&["verified", "documented", "inferred"])),
        ("unverified", Kind::Texts),
        ("see", Kind::Texts),
    ],
    needs: &["images"],
};

/// What an image may be.
pub const KINDS: &[&str] = &[
    "database",
    "key-value",
    "document",
    "search",
    "vector",
    "graph",
    "time-series",
    "queue",
    "object-store",
    "coordination",
    "secrets",
    "application",
    "cache",
    "proxy",
    "updater",
];

static DATA: Table = Table {
    what: "an item of `data`",
    keys: &[
        ("versions", Kind::Range),
        ("tags", Kind::Text),
        ("path", Kind::Path),
        ("links", Kind::Paths),
        ("env", Kind::Texts),
        ("flags", Kind::Texts),
        ("after", Kind::Text),
        ("mount", Kind::Path),
        ("keeps", Kind::Text),
        ("optional", Kind::Flag),
        ("needs", Kind::Texts),
        ("unless", Kind::Texts),
    ],
    needs: &["path"],
};

static VOLUMES: Table = Table {
    what: "an item of `volumes`",
    keys: &[("versions", Kind::Range), ("paths", Kind::Paths)],
    needs: &["paths"],
};

static WRONG: Table = Table {
    what: "an item of `wrong`",
    keys: &[("versions", Kind::Range), ("path", Kind::Path), ("why", Kind::Text)],
    needs: &["path", "why"],
};

static SERVER: Table = Table {
    what: "`server`",
    keys: &[
        ("entrypoint", Kind::OneOf(&["script", "binary", "command"])),
        ("names", Kind::Texts),
        ("subcommands", Kind::Texts),
        ("sh", Kind::OneOf(&["dash"])),
    ],
    needs: &[],
};

static STOP: Table = Table {
    what: "`stop`",
    keys: &[
        ("image", Kind::Signal),
        ("use", Kind::Signal),
        ("bad", Kind::Signals),
        ("grace", Kind::Duration),
        ("basis", Kind::OneOf(&["documented", "inferred"])),
        ("why", Kind::Text),
    ],
    needs: &[],
};

static HEALTH: Table = Table {
    what: "`health`",
    keys: &[
        ("image", Kind::Flag),
        ("test", Kind::Texts),
        ("lacks", Kind::Maps(&LACKS)),
        ("early", Kind::Texts),
        ("note", Kind::Text),
    ],
    needs: &[],
};

static LACKS: Table = Table {
    what: "an item of `lacks`",
    keys: &[("versions", Kind::Range), ("tags", Kind::Text), ("unless", Kind::Text), ("tools", Kind::Texts)],
    needs: &["tools"],
};

static SECRETS: Table = Table {
    what: "an item of `secrets`",
    keys: &[("path", Kind::Path), ("unless", Kind::Texts), ("with", Kind::Texts), ("keeps", Kind::Text)],
    needs: &["path", "keeps"],
};

static MEMORY: Table = Table {
    what: "`memory`",
    keys: &[
        ("default", Kind::Text),
        ("on", Kind::Texts),
        ("off", Kind::Texts),
        ("unless", Kind::Texts),
        ("mounts", Kind::Paths),
        ("instead", Kind::Text),
        ("note", Kind::Text),
    ],
    needs: &[],
};

static OLD_PLATFORMS: Table = Table {
    what: "`old_platforms`",
    keys: &[("versions", Kind::Range), ("platforms", Kind::Platforms)],
    needs: &["versions", "platforms"],
};

static RISK: Table = Table { what: "`bind`", keys: &[("risk", Kind::Text), ("note", Kind::Text)], needs: &["risk"] };

static NETWORK: Table = Table {
    what: "`network`",
    keys: &[("risk", Kind::OneOf(&["unsupported", "discouraged", "conditional", "ok"])), ("note", Kind::Text)],
    needs: &["risk"],
};

static FLOATING: Table = Table {
    what: "`floating`",
    keys: &[
        ("risk", Kind::OneOf(&["critical", "high", "medium", "low"])),
        ("note", Kind::Text),
        ("pin", Kind::Text),
        ("minor", Kind::Flag),
        ("gone", Kind::Texts),
    ],
    needs: &["risk"],
};

static IDENTITY: Table = Table {
    what: "`identity`",
    keys: &[
        ("keyed_by", Kind::OneOf(&["hostname", "ip"])),
        ("env", Kind::Texts),
        ("hostname", Kind::Flag),
        ("files", Kind::Paths),
        ("fix", Kind::Text),
        ("note", Kind::Text),
    ],
    needs: &["keyed_by"],
};
