//! The table of a service.

use super::deploy::{DEPLOY, DEVELOP, DEVICE_REQUESTS, HOOKS};
use super::{
    ANY, BOOL, CAST_INTEGER, COUNT, DURATION, INTEGER, MERGED_PAIRS, MERGED_STRINGS, NULL, NUMBER, PAIR_MAP, PAIRS,
    SIZE, STRICT_BOOL, STRING, STRING_OR_LIST, STRINGS, WHOLE_SIZE,
};
use super::{Cast, Form, List, Map, Rest, Shape, also, form, list, map};

/// A number, or a string that Compose casts to a whole one.
const QUOTA: Shape = NUMBER.or(STRING).cast(Cast::Integer);
const COMMAND: Shape = NULL.or(STRING.form(Form::Text(form::command))).or(list(&List { item: STRING, unique: false }));
/// Whether a thing is made with an attestation: a boolean, or any string with its parameters.
const ATTESTATION: Shape = STRICT_BOOL.or(STRING);

pub(super) const SERVICE: Map = Map::new("a service", SERVICE_KEYS).named();

const SERVICE_KEYS: &[(&str, Shape)] = &[
    ("annotations", MERGED_PAIRS),
    ("attach", BOOL),
    ("blkio_config", map(&BLKIO)),
    ("build", STRING.or(map(&BUILD))),
    ("cap_add", MERGED_STRINGS),
    ("cap_drop", MERGED_STRINGS),
    ("cgroup", STRING.form(Form::OneOf(&["host", "private"]))),
    ("cgroup_parent", STRING),
    ("command", COMMAND),
    ("configs", FILES),
    ("container_name", STRING.form(Form::Text(form::container_name))),
    ("cpu_count", COUNT),
    ("cpu_percent", INTEGER.or(STRING).cast(Cast::Float).form(Form::Between(0.0, 100.0))),
    ("cpu_period", QUOTA),
    ("cpu_quota", QUOTA),
    ("cpu_rt_period", QUOTA),
    ("cpu_rt_runtime", QUOTA),
    ("cpu_shares", QUOTA),
    ("cpus", NUMBER.or(STRING).cast(Cast::Float)),
    ("cpuset", STRING),
    ("credential_spec", map(&CREDENTIAL_SPEC)),
    ("depends_on", STRINGS.or(map(&Map::names("a service", &map(&DEPENDENCY))))),
    ("deploy", NULL.or(map(&DEPLOY))),
    ("develop", NULL.or(map(&DEVELOP))),
    ("device_cgroup_rules", STRINGS),
    ("devices", list(&List { item: STRING.or(map(&DEVICE)), unique: false })),
    ("dns", STRING_OR_LIST),
    ("dns_opt", MERGED_STRINGS),
    ("dns_search", STRING_OR_LIST),
    ("domainname", STRING),
    ("entrypoint", COMMAND),
    ("env_file", STRING.or(list(&List { item: STRING.or(map(&ENV_FILE)), unique: false }))),
    ("environment", MERGED_PAIRS.also(also::variables)),
    ("expose", list(&List { item: INTEGER.or(STRING), unique: false })),
    ("extends", STRING.or(map(&EXTENDS)).also(also::extends)),
    ("external_links", STRINGS),
    ("extra_hosts", EXTRA_HOSTS),
    ("gpus", STRING.form(Form::OneOf(&["all"])).or(DEVICE_REQUESTS)),
    ("group_add", list(&List { item: INTEGER.or(STRING), unique: true })),
    ("healthcheck", map(&HEALTHCHECK)),
    ("hostname", STRING),
    ("image", STRING),
    ("init", BOOL),
    ("ipc", STRING),
    ("isolation", STRING),
    ("label_file", STRING_OR_LIST),
    ("labels", MERGED_PAIRS),
    ("links", MERGED_STRINGS),
    ("logging", map(&LOGGING)),
    ("mac_address", STRING),
    ("mem_limit", SIZE),
    ("mem_reservation", WHOLE_SIZE),
    ("mem_swappiness", WHOLE_SIZE),
    ("memswap_limit", SIZE),
    ("models", STRINGS.or(map(&Map::names("a model", &NULL.or(map(&SERVICE_MODEL)))))),
    ("network_mode", STRING),
    ("networks", STRINGS.or(map(&Map::names("a network", &NULL.or(map(&SERVICE_NETWORK)))))),
    ("oom_kill_disable", BOOL),
    ("oom_score_adj", CAST_INTEGER.form(Form::Between(-1000.0, 1000.0))),
    ("pid", STRING.or(NULL)),
    ("pids_limit", QUOTA),
    ("platform", STRING),
    ("ports", list(&List { item: INTEGER.or(STRING).form(Form::Text(form::port)).or(map(&PORT)), unique: false })),
    ("post_start", HOOKS),
    ("pre_stop", HOOKS),
    ("privileged", BOOL),
    ("profiles", MERGED_STRINGS),
    ("provider", map(&PROVIDER)),
    ("pull_policy", STRING.form(Form::Text(form::pull_policy))),
    ("pull_refresh_after", STRING),
    ("read_only", BOOL),
    ("restart", STRING),
    ("runtime", STRING),
    ("scale", COUNT),
    ("secrets", FILES),
    ("security_opt", STRINGS),
    ("shm_size", SIZE),
    ("stdin_open", BOOL),
    ("stop_grace_period", DURATION),
    ("stop_signal", STRING),
    ("storage_opt", map(&Map::open(&STRING.or(INTEGER).or(NULL)))),
    ("sysctls", MERGED_PAIRS),
    ("tmpfs", STRING_OR_LIST),
    ("tty", BOOL),
    ("ulimits", ULIMITS),
    ("use_api_socket", STRICT_BOOL),
    ("user", STRING),
    ("userns_mode", STRING),
    ("uts", STRING),
    ("volumes", list(&List { item: STRING.or(map(&MOUNT)).also(also::mount), unique: false })),
    ("volumes_from", STRINGS),
    ("working_dir", STRING),
];

const BUILD: Map = Map::new("a build", BUILD_KEYS);

const BUILD_KEYS: &[(&str, Shape)] = &[
    ("additional_contexts", map(&Map::open(&STRING)).or(list(&List { item: CONTEXT, unique: false }))),
    ("args", MERGED_PAIRS.also(also::variables)),
    ("cache_from", MERGED_STRINGS),
    ("cache_to", MERGED_STRINGS),
    ("context", STRING),
    ("dockerfile", STRING),
    ("dockerfile_inline", STRING),
    ("entitlements", MERGED_STRINGS),
    ("extra_hosts", EXTRA_HOSTS),
    ("isolation", STRING),
    ("labels", MERGED_PAIRS),
    ("network", STRING),
    ("no_cache", BOOL),
    ("platforms", MERGED_STRINGS),
    ("privileged", BOOL),
    ("provenance", ATTESTATION),
    ("pull", BOOL),
    ("sbom", ATTESTATION),
    ("secrets", FILES),
    ("shm_size", WHOLE_SIZE),
    ("ssh", PAIR_MAP.or(list(&List { item: STRING.form(Form::Text(form::ssh)), unique: false }))),
    ("tags", MERGED_STRINGS),
    ("target", STRING),
    ("ulimits", map(&Map::open(&INTEGER.or(map(&BUILD_ULIMIT))))),
];

const CONTEXT: Shape = STRING.form(Form::Text(form::pair));

const EXTRA_HOSTS: Shape =
    map(&Map::open(&STRING_OR_LIST)).or(list(&List { item: STRING.form(Form::Text(form::extra_host)), unique: true }));

const ULIMITS: Shape = map(&Map::open(&CAST_INTEGER.or(map(&ULIMIT))));
const ULIMIT: Map = Map::new("a limit", &[("hard", CAST_INTEGER), ("soft", CAST_INTEGER)]).needs(&["soft", "hard"]);

/// Compose does not cast the limits of a build.
const BUILD_ULIMIT: Map = Map::new("a limit", &[("hard", INTEGER), ("soft", INTEGER)]).needs(&["soft", "hard"]);

const BLKIO: Map = Map::new(
    "`blkio_config`",
    &[
        ("device_read_bps", RATES),
        ("device_read_iops", RATES),
        ("device_write_bps", RATES),
        ("device_write_iops", RATES),
        ("weight", WEIGHT),
        ("weight_device", list(&List { item: map(&WEIGHT_DEVICE), unique: false })),
    ],
);
const RATES: Shape = list(&List { item: map(&RATE), unique: false });
const RATE: Map = Map::new("a rate limit", &[("path", STRING), ("rate", WHOLE_SIZE)]);
/// Compose 2.40.3 has no use for a string here, although the specification allows it.
const WEIGHT: Shape = INTEGER.form(Form::Between(0.0, 65535.0));
const WEIGHT_DEVICE: Map = Map::new("a weight", &[("path", STRING), ("weight", WEIGHT)]);

/// Configs and secrets of a service or a build.
const FILES: Shape = list(&List { item: STRING.or(map(&FILE)), unique: false });
const FILE: Map = Map::new(
    "a config or secret of a service",
    &[("gid", STRING), ("mode", CAST_INTEGER), ("source", STRING), ("target", STRING), ("uid", STRING)],
);

const CREDENTIAL_SPEC: Map =
    Map::new("`credential_spec`", &[("config", STRING), ("file", STRING), ("registry", STRING)]);

const DEPENDENCY: Map = Map::new(
    "a dependency",
    &[("condition", STRING.form(Form::OneOf(CONDITIONS))), ("required", STRICT_BOOL), ("restart", BOOL)],
)
.needs(&["condition"]);
const CONDITIONS: &[&str] = &["service_started", "service_healthy", "service_completed_successfully"];

const DEVICE: Map = Map::new("a device", &[("permissions", STRING), ("source", STRING), ("target", STRING)])
    .needs(&["source", "target"]);

const ENV_FILE: Map =
    Map::new("an `env_file`", &[("format", STRING), ("path", STRING), ("required", BOOL)]).needs(&["path"]);

/// Compose ignores other keys here.
const EXTENDS: Map = Map { rest: Rest::Open(&ANY), ..Map::new("`extends`", &[("file", STRING), ("service", STRING)]) };

const HEALTHCHECK: Map = Map::new(
    "a healthcheck",
    &[
        ("disable", BOOL),
        ("interval", DURATION),
        ("retries", QUOTA.form(Form::Between(0.0, f64::INFINITY))),
        ("start_interval", DURATION),
        ("start_period", DURATION),
        ("test", STRING.or(list(&List { item: STRING, unique: false })).also(also::test)),
        ("timeout", DURATION),
    ],
);

const LOGGING: Map =
    Map::new("`logging`", &[("driver", STRING), ("options", map(&Map::open(&STRING.or(NUMBER).or(NULL))))]);

const SERVICE_MODEL: Map = Map::new("a model of a service", &[("endpoint_var", STRING), ("model_var", STRING)]);

const SERVICE_NETWORK: Map = Map::new(
    "a network of a service",
    &[
        ("aliases", MERGED_STRINGS),
        ("driver_opts", map(&Map::open(&STRING.or(NUMBER)))),
        ("gw_priority", NUMBER),
        ("interface_name", STRING),
        ("ipv4_address", STRING),
        ("ipv6_address", STRING),
        ("link_local_ips", MERGED_STRINGS),
        ("mac_address", STRING),
        ("priority", NUMBER),
    ],
);

const PORT: Map = Map::new(
    "a port",
    &[
        ("app_protocol", STRING),
        ("host_ip", STRING.form(Form::Text(form::ip))),
        ("mode", STRING),
        ("name", STRING),
        ("protocol", STRING),
        ("published", INTEGER.or(STRING)),
        ("target", COUNT),
    ],
)
.needs(&["target"]);

const PROVIDER: Map =
    Map::new("a provider", &[("options", map(&Map::open(&PROVIDER_OPTION))), ("type", STRING)]).needs(&["type"]);
const PROVIDER_OPTION: Shape = PROVIDER_SCALAR.or(list(&List { item: PROVIDER_SCALAR, unique: false }));
const PROVIDER_SCALAR: Shape = STRING.or(NUMBER).or(STRICT_BOOL);

const MOUNT: Map = Map::new(
    "a mount",
    &[
        ("bind", map(&BIND)),
        ("consistency", STRING),
        ("image", map(&Map::new("the `image` of a mount", &[("subpath", STRING)]))),
        ("read_only", BOOL),
        ("source", STRING),
        ("target", STRING),
        ("tmpfs", map(&TMPFS)),
        ("type", STRING.form(Form::OneOf(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]))),
        ("volume", map(&MOUNT_VOLUME)),
    ],
)
.needs(&["type", "target"]);
const BIND: Map = Map::new(
    "the `bind` of a mount",
    &[
        ("create_host_path", BOOL),
        ("propagation", STRING),
        ("recursive", STRING.form(Form::OneOf(&["enabled", "disabled", "writable", "readonly"]))),
        ("selinux", STRING.form(Form::OneOf(&["z", "Z"]))),
    ],
);
const TMPFS: Map = Map::new(
    "the `tmpfs` of a mount",
    &[("mode", NUMBER.form(Form::Between(0.0, f64::INFINITY))), ("size", WHOLE_SIZE)],
);
const MOUNT_VOLUME: Map =
    Map::new("the `volume` of a mount", &[("labels", PAIRS), ("nocopy", BOOL), ("subpath", STRING)]);
