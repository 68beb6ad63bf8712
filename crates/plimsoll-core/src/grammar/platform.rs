//! Platforms such as `linux/arm64`, as Docker reads them.
//!
//! Compose takes any string for `platform`; the engine refuses what is not a platform.
//!
//! Source: `Parse` of containerd/platforms.

use std::fmt;

/// A platform in its normal form: `amd64` for `x86_64`, `arm64` for `aarch64`. What is `None` the host decides.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Platform {
    /// The operating system in lower case, without a version: `linux`. Only `arm64` alone leaves it open.
    pub os: Option<String>,
    /// The architecture as Go names it. Only `linux` alone leaves it open.
    pub architecture: Option<String>,
    /// The variant: `v6` in `linux/arm/v6`.
    pub variant: Option<String>,
}

/// The parts that are known, with `/` between them.
impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&self.os, &self.architecture, &self.variant];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        f.write_str(&parts.join("/"))
    }
}

/// Reads a platform: `os`, `architecture`, `os/architecture` or `os/architecture/variant`, in any case.
///
/// One word alone has to be a system or an architecture that Docker knows; two words may be any. The system may have
/// options in parentheses, such as `windows(10.0.17763)`. Nothing comes of a string that the engine refuses.
pub fn parse(text: &str) -> Option<Platform> {
    let parts: Vec<&str> = text.splitn(4, '/').collect();
    let os = os(parts[0])?;
    let word = |it: &&str| !it.is_empty() && it.bytes().all(|byte| byte == b'.' || is_name(byte));
    if !parts[1..].iter().all(word) {
        return None;
    }
    match parts[..] {
        [_] if is_known_os(&os) => Some(Platform { os: Some(os), architecture: None, variant: None }),
        [name] => {
            let (architecture, variant) = architecture(name, None);
            is_known_architecture(&architecture).then_some(Platform {
                os: None,
                architecture: Some(architecture),
                variant,
            })
        }
        [_, name] | [_, name, _] => {
            let (architecture, variant) = architecture(name, parts.get(2).copied());
            Some(Platform { os: Some(os), architecture: Some(architecture), variant })
        }
        _ => None,
    }
}

fn is_name(byte: u8) -> bool {
    matches!(byte, b'_' | b'-') || byte.is_ascii_alphanumeric()
}

/// The system without its options. They are a version and features with a `+` before each, in URL encoding.
fn os(text: &str) -> Option<String> {
    let (name, options) = match text.split_once('(') {
        Some((name, options)) => (name, options.strip_suffix(')')?),
        None => (text, ""),
    };
    let (version, features) = match options.split_once('+') {
        Some((version, features)) => (version, Some(features)),
        None => (options, None),
    };
    let encoded = |it: &str| {
        let hex = |at: usize| it.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
        it.bytes().enumerate().all(|(at, byte)| match byte {
            b'%' => hex(at + 1) && hex(at + 2),
            _ => byte == b'.' || is_name(byte),
        })
    };
    let valid = !name.is_empty()
        && name.bytes().all(is_name)
        && encoded(version)
        && features.is_none_or(|it| it.split('+').all(|feature| !feature.is_empty() && encoded(feature)));
    let name = name.to_ascii_lowercase();
    valid.then(|| if name == "macos" { "darwin".to_string() } else { name })
}

/// The normal form of an architecture and its variant.
fn architecture(name: &str, variant: Option<&str>) -> (String, Option<String>) {
    let (name, variant) = (name.to_ascii_lowercase(), variant.map(str::to_ascii_lowercase));
    let (name, variant) = match (name.as_str(), variant.as_deref()) {
        ("i386", _) => ("386", None),
        ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant.filter(|it| *it != "v1")),
        ("aarch64" | "arm64", Some("8")) => ("arm64", Some("v8")),
        ("aarch64" | "arm64", variant) => ("arm64", variant),
        // This is `arm/v7`, which is written as `arm` unless a variant is asked for.
        ("armhf", variant) => ("arm", variant.map(|_| "v7")),
        ("armel", _) => ("arm", Some("v6")),
        ("arm", Some("5")) => ("arm", Some("v5")),
        ("arm", Some("6")) => ("arm", Some("v6")),
        ("arm", Some("7")) => ("arm", Some("v7")),
        ("arm", Some("8")) => ("arm", Some("v8")),
        (name, variant) => (name, variant),
    };
    (name.to_string(), variant.map(str::to_string))
}

#[rustfmt::skip]
fn is_known_os(name: &str) -> bool {
    matches!(
        name,
        "aix" | "android" | "darwin" | "dragonfly" | "freebsd" | "hurd" | "illumos" | "ios" | "js" | "linux" | "nacl"
            | "netbsd" | "openbsd" | "plan9" | "solaris" | "windows" | "zos"
    )
}

#[rustfmt::skip]
fn is_known_architecture(name: &str) -> bool {
    matches!(
        name,
        "386" | "amd64" | "amd64p32" | "arm" | "armbe" | "arm64" | "arm64be" | "loong64" | "mips" | "mipsle" | "mips64"
            | "mips64le" | "mips64p32" | "mips64p32le" | "ppc" | "ppc64" | "ppc64le" | "riscv" | "riscv64" | "s390"
            | "s390x" | "sparc" | "sparc64" | "wasm"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_brought_into_one_form() {
        let cases = [
            ("linux/amd64", "linux/amd64"),
            ("Linux/x86_64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64/v8"),
            ("linux/arm64/8", "linux/arm64/v8"),
            ("linux/amd64/v1", "linux/amd64"),
            ("linux/arm", "linux/arm"),
            ("linux/armhf", "linux/arm"),
            ("linux/arm/7", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("macOS/arm64", "darwin/arm64"),
            ("windows(10.0.17763+win32k)/amd64", "windows/amd64"),
            ("linux/made-up", "linux/made-up"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(|it| it.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn one_word_leaves_the_other_open() {
        let linux = parse("linux").expect("a valid platform");
        assert_eq!((linux.os.as_deref(), linux.architecture), (Some("linux"), None));
        let arm = parse("Aarch64").expect("a valid platform");
        assert_eq!((arm.os, arm.architecture.as_deref()), (None, Some("arm64")));
    }

    #[test]
    fn what_the_engine_refuses_is_nothing() {
        for text in
            ["", "linux/", "/amd64", "linux /arm", "a/b/c/d", "made-up", "linux/*", "linux(%zz)", "linux(+)/arm"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
