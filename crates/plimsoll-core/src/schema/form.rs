//! The forms that Compose asks of single values: durations, sizes, ports, names.

use crate::grammar::words;

/// Why a text is refused.
pub(super) struct Wrong {
    /// Continues a sentence that names the key and the value: `which is no size`.
    pub why: String,
    /// How it is written right.
    pub help: Option<String>,
}

impl Wrong {
    fn new(why: impl Into<String>, help: impl Into<String>) -> Wrong {
        let help = help.into();
        Wrong { why: why.into(), help: (!help.is_empty()).then_some(help) }
    }
}

/// Names of services, volumes and so on: `^[a-zA-Z0-9._-]+$`.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-'))
}

/// A number as Go's `strconv.ParseFloat` reads it. The rare hexadecimal ones, such as `0x1p4`, count as zero.
pub(super) fn number(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    if lower.trim_start_matches(['+', '-']).starts_with("0x") && lower.contains('p') {
        return Some(0.0);
    }
    let digit = |at: Option<char>| at.is_some_and(|it| it.is_ascii_digit());
    let parts: Vec<&str> = text.split('_').collect();
    // `_` may stand between digits.
    let between = parts.windows(2).all(|it| digit(it[0].chars().next_back()) && digit(it[1].chars().next()));
    if between { parts.concat().parse().ok() } else { None }
}

/// Numbers with units, without blanks: `10s`, `1h30m`, `1.5d`. Source: go-str2duration, which Compose uses.
pub(super) fn duration(text: &str) -> Result<(), Wrong> {
    const UNITS: [(&str, f64); 10] = [
        ("ns", 1e-9),
        ("us", 1e-6),
        ("µs", 1e-6),
        ("μs", 1e-6),
        ("ms", 1e-3),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("d", 86_400.0),
        ("w", 604_800.0),
    ];
    let examples = "write a number and a unit, such as `10s` or `1m30s`";
    let mut seconds = 0.0;
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest.is_empty() {
        return Err(Wrong::new("which is no duration", examples));
    }
    if rest == "0" {
        return Ok(());
    }
    while !rest.is_empty() {
        let length = rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(length);
        let Ok(number) = number.parse::<f64>() else {
            return Err(Wrong::new("which is no duration", examples));
        };
        let length = tail.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(length);
        if unit.is_empty() {
            // A whole text that is a number lacks nothing but the unit.
            let help = if rest.len() == text.len() { format!("write `{text}s`") } else { examples.to_string() };
            return Err(Wrong::new("a duration without a unit", help));
        }
        let Some(unit) = UNITS.iter().find(|it| it.0 == unit) else {
            let help = "the units are `ns`, `us`, `ms`, `s`, `m`, `h`, `d` and `w`, without blanks";
            return Err(Wrong::new("which is no duration", help));
        };
        seconds += number * unit.1;
        rest = tail;
    }
    // 2^63 nanoseconds.
    if seconds > 9_223_372_037.0 {
        return Err(Wrong::new("which is too long", "the longest duration is about 292 years"));
    }
    Ok(())
}

/// A size in bytes: a number, at most one blank, and a unit of 1024. Source: `RAMInBytes` of go-units.
pub(super) fn size(text: &str) -> Result<(), Wrong> {
    let wrong = || Err(Wrong::new("which is no size", "write a number and a unit, such as `512m` or `2g`"));
    let Some(last) = text.rfind(|it: char| it.is_ascii_digit() || it == '.' || it == ' ') else { return wrong() };
    let (value, unit) = text.split_at(last + 1);
    let value = value.strip_suffix(' ').unwrap_or(value);
    if !number(value).is_some_and(|it| it >= 0.0) {
        return wrong();
    }
    let known = match unit.to_lowercase().as_str() {
        "" | "b" => true,
        unit => matches!(unit.split_at_checked(1), Some(("k" | "m" | "g" | "t" | "p", "" | "b" | "ib"))),
    };
    if known { Ok(()) } else { wrong() }
}

/// A command line that Compose can split into words.
pub(super) fn command(text: &str) -> Result<(), Wrong> {
    let help = "write the words as a list, or `sh -c` and a command line in quotes";
    words::split(text).map(drop).map_err(|why| Wrong::new(format!("which is no command line: {why}"), help))
}

/// Anywhere in it stands a letter or digit with a character behind it that a name may have. Compose does not ask more.
pub(super) fn container_name(text: &str) -> Result<(), Wrong> {
    let mut pairs = text.as_bytes().windows(2);
    let name = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-');
    if pairs.any(|it| it[0].is_ascii_alphanumeric() && name(&it[1])) {
        return Ok(());
    }
    Err(Wrong::new("which is no name of a container", "use at least two letters, digits, `_`, `.` or `-`"))
}

/// One of some words, or `every_` and a duration; Compose looks for it anywhere in the text.
pub(super) fn pull_policy(text: &str) -> Result<(), Wrong> {
    const WORDS: [&str; 8] = ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    let every = |rest: &str| {
        let digits = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len();
        digits > 0 && rest[digits..].starts_with(['w', 'd', 'h', 'm', 's'])
    };
    if WORDS.iter().any(|it| text.contains(it)) || text.split("every_").skip(1).any(every) {
        return Ok(());
    }
    let help = "write `always`, `missing`, `never`, `build`, `daily`, `weekly`, or for example `every_12h`";
    Err(Wrong::new("which is no pull policy", help))
}

/// `all` or a whole number.
pub(super) fn count(text: &str) -> Result<(), Wrong> {
    if text == "all" || text.parse::<i64>().is_ok() {
        return Ok(());
    }
    Err(Wrong::new("which is no count", "write `all` or a whole number"))
}

/// An address without brackets.
pub(super) fn ip(text: &str) -> Result<(), Wrong> {
    let address = text.split('%').next().unwrap_or_default();
    if address.parse::<std::net::IpAddr>().is_ok() {
        return Ok(());
    }
    Err(Wrong::new("which is no IP address", "write an address such as `127.0.0.1` or `::1`"))
}

/// `name=value`.
pub(super) fn pair(text: &str) -> Result<(), Wrong> {
    if text.contains('=') { Ok(()) } else { Err(Wrong::new("and has no value", "write `name=value`")) }
}

/// `default`, or a key with its path.
pub(super) fn ssh(text: &str) -> Result<(), Wrong> {
    if text == "default" || text.contains('=') {
        return Ok(());
    }
    Err(Wrong::new("and has no path", "write `default` or `name=path`"))
}

/// `host=address` or `host:address`.
pub(super) fn extra_host(text: &str) -> Result<(), Wrong> {
    if text.contains(['=', ':']) { Ok(()) } else { Err(Wrong::new("and has no address", "write `host=address`")) }
}

/// `[ip:][host[-range]:]container[-range][/protocol]`. Source: `ParsePortSpec` of go-connections.
pub(super) fn port(text: &str) -> Result<(), Wrong> {
    let help = "write `HOST:CONTAINER`, such as `8080:80`, `127.0.0.1:8080:80` or `53:53/udp`";
    let wrong = |why: String| Err(Wrong::new(why, help));
    let (front, container) = text.rsplit_once(':').map_or((None, text), |it| (Some(it.0), it.1));
    let (ip, host) = match front {
        Some(front) => front.rsplit_once(':').unwrap_or(("", front)),
        None => ("", ""),
    };
    let address = ip.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(ip);
    if !ip.is_empty() && address.split('%').next().unwrap_or_default().parse::<std::net::IpAddr>().is_err() {
        return wrong(format!("and `{ip}` is no IP address"));
    }
    if ip.contains(':') && !ip.starts_with('[') {
        return Err(Wrong::new("and an IPv6 address needs brackets", format!("write `[{ip}]:{host}:{container}`")));
    }
    let mut parts = container.split('/');
    let (container, protocol) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if !["", "tcp", "udp", "sctp"].contains(&protocol.to_lowercase().as_str()) {
        return wrong(format!("and `{protocol}` is no protocol"));
    }
    let Some(inner) = port_range(container) else {
        return wrong(if container.is_empty() {
            "and no port of the container is given".to_string()
        } else {
            format!("and `{container}` is no port of a container")
        });
    };
    if host.is_empty() {
        return Ok(());
    }
    let Some(outer) = port_range(host) else { return wrong(format!("and `{host}` is no port of a host")) };
    if inner != outer && inner != 0 {
        return wrong(format!("and the ranges `{host}` and `{container}` differ in length"));
    }
    Ok(())
}

/// How many ports a range has beyond its first.
fn port_range(text: &str) -> Option<u16> {
    let mut ends = text.split('-').map(|it| it.parse::<u16>().ok().filter(|_| !it.starts_with('+')));
    let first = ends.next()??;
    match ends.next() {
        Some(last) => last?.checked_sub(first),
        None => Some(0),
    }
}
