//! The tables of what a service says beside its container: `deploy`, `develop`, `gpus` and hooks.

use super::{
    BOOL, CAST_INTEGER, COUNT, DURATION, INTEGER, MERGED_PAIRS, MERGED_STRINGS, NULL, NUMBER, PAIRS, STRICT_BOOL,
    STRING, STRINGS,
};
use super::{Cast, Form, List, Map, Shape, also, form, list, map};

const CAST_NUMBER: Shape = NUMBER.or(STRING).cast(Cast::Float);
const MEMORY: Shape = STRING.form(Form::Text(form::size));

pub(super) const DEPLOY: Map = Map::new(
    "`deploy`",
    &[
        ("endpoint_mode", STRING),
        ("labels", MERGED_PAIRS),
        ("mode", STRING),
        ("placement", map(&PLACEMENT)),
        ("replicas", COUNT),
        ("resources", map(&RESOURCES)),
        ("restart_policy", map(&RESTART_POLICY)),
        ("rollback_config", map(&UPDATE)),
        ("update_config", map(&UPDATE)),
    ],
);

const PLACEMENT: Map = Map::new(
    "`placement`",
    &[
        ("constraints", MERGED_STRINGS),
        ("max_replicas_per_node", COUNT),
        ("preferences", list(&List { item: map(&Map::new("a preference", &[("spread", STRING)])), unique: false })),
    ],
);

const RESOURCES: Map = Map::new("`resources`", &[("limits", map(&LIMITS)), ("reservations", map(&RESERVATIONS))]);

const LIMITS: Map = Map::new("`limits`", &[("cpus", CAST_NUMBER), ("memory", MEMORY), ("pids", CAST_INTEGER)]);

const RESERVATIONS: Map = Map::new(
    "`reservations`",
    &[
        ("cpus", CAST_NUMBER),
        (
            "devices",
            list(&List {
                item: map(&DEVICE_REQUEST.needs(&["capabilities"])).also(also::device_request),
                unique: false,
            }),
        ),
        ("generic_resources", list(&List { item: map(&GENERIC), unique: false })),
        ("memory", MEMORY),
    ],
);

const GENERIC: Map = Map::new("a generic resource", &[("discrete_resource_spec", map(&DISCRETE))]);
const DISCRETE: Map =
    Map::new("`discrete_resource_spec`", &[("kind", STRING), ("value", NUMBER.or(STRING).cast(Cast::Integer))]);

pub(super) const DEVICE_REQUESTS: Shape =
    list(&List { item: map(&DEVICE_REQUEST).also(also::device_request), unique: false });
const DEVICE_REQUEST: Map = Map::new(
    "a device request",
    &[
        ("capabilities", STRINGS),
        ("count", INTEGER.or(STRING).form(Form::Text(form::count))),
        ("device_ids", STRINGS),
        ("driver", STRING),
        ("options", PAIRS),
    ],
);

const RESTART_POLICY: Map = Map::new(
    "`restart_policy`",
    &[("condition", STRING), ("delay", DURATION), ("max_attempts", COUNT), ("window", DURATION)],
);

const UPDATE: Map = Map::new(
    "an update or rollback",
    &[
        ("delay", DURATION),
        ("failure_action", STRING),
        ("max_failure_ratio", CAST_NUMBER),
        ("monitor", DURATION),
        ("order", STRING.form(Form::OneOf(&["start-first", "stop-first"]))),
        ("parallelism", COUNT),
    ],
);

pub(super) const DEVELOP: Map =
    Map::new("`develop`", &[("watch", list(&List { item: map(&WATCH).also(also::watch), unique: false }))]);
const WATCH: Map = Map::new(
    "a watch",
    &[
        ("action", STRING.form(Form::OneOf(ACTIONS))),
        ("exec", map(&HOOK)),
        ("ignore", STRING.or(STRINGS)),
        ("include", STRING.or(STRINGS)),
        ("initial_sync", STRICT_BOOL),
        ("path", STRING),
        ("target", STRING),
    ],
)
.needs(&["path", "action"]);
const ACTIONS: &[&str] = &["rebuild", "restart", "sync", "sync+restart", "sync+exec"];

/// Commands that run after a start or before a stop.
pub(super) const HOOKS: Shape = list(&List { item: map(&HOOK), unique: false });
const HOOK: Map = Map::new(
    "a hook",
    &[
        ("command", NULL.or(STRING).or(list(&List { item: STRING, unique: false }))),
        ("environment", PAIRS),
        ("privileged", BOOL),
        ("user", STRING),
        ("working_dir", STRING),
    ],
)
.needs(&["command"]);
