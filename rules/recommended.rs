//! What the catalogue recommends for a service, as it is written into a file.

use crate::images::{Family, Stop};
use plimsoll_core::fix::Yaml;
use plimsoll_core::model::{EnvValue, Service};

/// What Docker waits where nothing is said, in seconds. Source: Compose Specification, `stop_grace_period`.
pub(crate) const DEFAULT: i64 = 10;
/// The longest period that is asked for, in seconds.
pub(crate) const LONGEST: i64 = 120;

/// The `test` of a probe. `None` if the catalogue has none, or if it needs a password that is not in the environment.
pub fn test(service: &Service, family: &Family) -> Option<Yaml> {
    let words = &family.health.test;
    let asks = words.iter().flat_map(|it| it.split("$$").skip(1)).map(|it| {
        let end = it.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(it.len());
        &it[..end]
    });
    let missing = |name: &str| name.ends_with("PASSWORD") && matches!(service.variable(name), EnvValue::Absent);
    if words.is_empty() || asks.into_iter().any(missing) {
        return None;
    }
    Some(Yaml::list(words.iter().cloned()))
}

/// A whole `healthcheck`.
pub fn healthcheck(service: &Service, family: &Family) -> Option<Yaml> {
    // A probe of a broker starts a program of its own each time, which is slow.
    let (interval, timeout) = if family.kind == "queue" { ("30s", "10s") } else { ("10s", "5s") };
    Some(Yaml::map([
        ("test", test(service, family)?),
        ("interval", Yaml::text(interval)),
        ("timeout", Yaml::text(timeout)),
        ("retries", Yaml::Number(5)),
        ("start_period", Yaml::text("1m")),
    ]))
}

/// The `stop_grace_period` that is asked for, if it is longer than what Docker waits by itself.
pub fn grace(stop: &Stop) -> Option<String> {
    let wanted = stop.grace?.seconds();
    (wanted > DEFAULT).then(|| written(if is_ceiling(stop, wanted) { LONGEST } else { wanted }))
}

/// What upstream allows beyond two minutes is a ceiling and not a need, unless the user says it.
pub(crate) fn is_ceiling(stop: &Stop, wanted: i64) -> bool {
    wanted > LONGEST && !stop.own
}

/// A period as people write it: `90s` up to two minutes, whole minutes as `2m`.
pub(crate) fn written(seconds: i64) -> String {
    if seconds % 60 == 0 { format!("{}m", seconds / 60) } else { format!("{seconds}s") }
}
