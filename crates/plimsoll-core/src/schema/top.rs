//! The table of the top level, and of volumes, networks, configs, secrets and models.

use super::service::SERVICE;
use super::{ANY, BOOL, INTEGER, MERGED_PAIRS, NULL, NUMBER, PAIRS, STRING, STRING_OR_LIST};
use super::{List, Map, Rest, Shape, also, list, map};

pub(super) const FILE: Map = Map::new(
    "a Compose file",
    &[
        ("configs", map(&Map::names("a config", &map(&CONFIG).also(also::config)))),
        ("include", NULL.or(list(&List { item: NULL.or(STRING).or(map(&INCLUDE)), unique: false }))),
        ("models", map(&Map::names("a model", &map(&MODEL)))),
        ("name", STRING),
        ("networks", map(&Map::names("a network", &NULL.or(map(&NETWORK)).also(also::external)))),
        ("secrets", map(&Map::names("a secret", &map(&SECRET).also(also::secret)))),
        ("services", map(&Map::names("a service", &map(&SERVICE)))),
        ("version", STRING),
        ("volumes", map(&Map::names("a volume", &NULL.or(map(&VOLUME)).also(also::external_volume)))),
    ],
);

/// Compose ignores other keys here.
const INCLUDE: Map = Map {
    rest: Rest::Open(&ANY),
    ..Map::new(
        "an include",
        &[("env_file", STRING_OR_LIST), ("path", NULL.or(STRING_OR_LIST)), ("project_directory", STRING)],
    )
};

/// Whether the object is made by somebody else. The mapping with a `name` is an old form.
const EXTERNAL: Shape = BOOL.or(map(&Map::new("`external`", &[("name", STRING)])));
/// Configs and secrets take any mapping for it.
const LOOSE_EXTERNAL: Shape =
    BOOL.or(map(&Map { rest: Rest::Open(&ANY), ..Map::new("`external`", &[("name", STRING)]) }));
const DRIVER_OPTS: Shape = map(&Map::open(&STRING.or(NUMBER)));

const VOLUME: Map = Map::new(
    "a volume",
    &[("driver", STRING), ("driver_opts", DRIVER_OPTS), ("external", EXTERNAL), ("labels", PAIRS), ("name", STRING)],
)
.named();

const NETWORK: Map = Map::new(
    "a network",
    &[
        ("attachable", BOOL),
        ("driver", STRING),
        ("driver_opts", DRIVER_OPTS),
        ("enable_ipv4", BOOL),
        ("enable_ipv6", BOOL),
        ("external", EXTERNAL),
        ("internal", BOOL),
        ("ipam", map(&IPAM)),
        ("labels", MERGED_PAIRS),
        ("name", STRING),
    ],
)
.named();

const IPAM: Map = Map::new(
    "`ipam`",
    &[
        ("config", list(&List { item: map(&POOL), unique: false })),
        ("driver", STRING),
        ("options", map(&Map::open(&STRING))),
    ],
);
const POOL: Map = Map::new(
    "an address pool",
    &[("aux_addresses", map(&Map::open(&STRING))), ("gateway", STRING), ("ip_range", STRING), ("subnet", STRING)],
);

const CONFIG: Map = Map::new(
    "a config",
    &[
        ("content", STRING),
        ("environment", STRING),
        ("external", LOOSE_EXTERNAL),
        ("file", STRING),
        ("labels", PAIRS),
        ("name", STRING),
        ("template_driver", STRING),
    ],
)
.named();

const SECRET: Map = Map::new(
    "a secret",
    &[
        ("driver", STRING),
        ("driver_opts", DRIVER_OPTS),
        ("environment", STRING),
        ("external", LOOSE_EXTERNAL),
        ("file", STRING),
        ("labels", PAIRS),
        ("name", STRING),
        ("template_driver", STRING),
    ],
)
.named();

const MODEL: Map = Map::new(
    "a model",
    &[
        ("context_size", INTEGER),
        ("model", STRING),
        ("name", STRING),
        ("runtime_flags", list(&List { item: STRING, unique: false })),
    ],
)
.needs(&["model"])
.named();
