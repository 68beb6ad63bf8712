//! Image references such as `quay.io/minio/minio:latest`, as Docker reads them.
//!
//! Compose takes any string for `image`; the engine refuses what is not a reference.
//!
//! Source: `ParseNormalizedNamed` of distribution/reference with the digests of go-digest, and the behaviour of
//! Docker Compose 2.40.3 (`config --resolve-image-digests`).

use std::fmt;
use std::ops::Range;

/// An image reference in its parts, each as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reference<'a> {
    /// The registry, with its port, if one is written: `quay.io`, `localhost:5000`, `[::1]:5000`.
    ///
    /// In `bitnami/redis` there is none: only what holds a `.`, a `:` or a capital, or is `localhost`, is a registry.
    pub domain: Option<&'a str>,
    /// The name in the registry: `minio/minio`.
    pub path: &'a str,
    /// What follows `:`.
    pub tag: Option<&'a str>,
    /// What follows `@`, with its algorithm: `sha256:…`.
    pub digest: Option<&'a str>,
    /// Domain and path, as written.
    name: &'a str,
}

/// Why the engine refuses an image reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReferenceError {
    /// The string is empty.
    Empty,
    /// It does not have the form of a reference.
    Format,
    /// There are capitals in the name.
    Uppercase,
    /// The name in the registry is longer than 255 bytes.
    TooLong,
    /// The name is 64 hexadecimal digits, which look like the id of an image.
    HexName,
    /// The algorithm of the digest is none of `sha256`, `sha384` and `sha512`.
    DigestAlgorithm,
    /// The digest is longer or shorter than its algorithm makes it.
    DigestLength,
    /// There are capitals in the digest.
    DigestFormat,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReferenceError::Empty => "the name of the image is empty",
            ReferenceError::Format => "not a valid image reference",
            ReferenceError::Uppercase => "the name of an image must be in lower case",
            ReferenceError::TooLong => "the name of an image must not be longer than 255 characters",
            ReferenceError::HexName => "the name of an image cannot be 64 hexadecimal digits",
            ReferenceError::DigestAlgorithm => "the algorithm of the digest is not supported",
            ReferenceError::DigestLength => "the digest does not have the length of its algorithm",
            ReferenceError::DigestFormat => "a digest must be in lower case",
        })
    }
}

impl std::error::Error for ReferenceError {}

/// Longest name in a registry, in bytes.
const LONGEST_PATH: usize = 255;
/// Where Docker Hub keeps the official images.
const OFFICIAL: &str = "library/";

impl<'a> Reference<'a> {
    /// The name without tag and digest, one for every way to write it: `redis` for `docker.io/library/redis:7`.
    ///
    /// Names on Docker Hub lose the registry and `library/`; names on other registries stay as they are.
    pub fn repository(&self) -> &'a str {
        if self.is_on_docker_hub() { self.path.strip_prefix(OFFICIAL).unwrap_or(self.path) } else { self.name }
    }

    /// Whether the image is kept on Docker Hub.
    ///
    /// `registry-1.docker.io` is the same registry under its own name, which Docker itself does not know.
    pub fn is_on_docker_hub(&self) -> bool {
        matches!(self.domain, None | Some("docker.io" | "index.docker.io" | "registry-1.docker.io"))
    }

    /// Bytes of the input that the name stands in: registry and path.
    pub fn name_range(&self) -> Range<usize> {
        0..self.name.len()
    }

    /// Bytes of the input that the registry stands in.
    pub fn domain_range(&self) -> Option<Range<usize>> {
        self.domain.map(|it| 0..it.len())
    }

    /// Bytes of the input that the name in the registry stands in.
    pub fn path_range(&self) -> Range<usize> {
        self.name.len() - self.path.len()..self.name.len()
    }

    /// Bytes of the input that the tag stands in, without the `:`.
    pub fn tag_range(&self) -> Option<Range<usize>> {
        let start = self.name.len() + 1;
        self.tag.map(|it| start..start + it.len())
    }

    /// Bytes of the input that the digest stands in, without the `@`.
    pub fn digest_range(&self) -> Option<Range<usize>> {
        let start = self.tag_range().map_or(self.name.len(), |it| it.end) + 1;
        self.digest.map(|it| start..start + it.len())
    }
}

/// Reads an image reference: `[registry/]name[:tag][@digest]`.
///
/// # Errors
/// The engine refuses to pull or to run it. Compose itself accepts every string that is not empty.
pub fn parse(text: &str) -> Result<Reference<'_>, ReferenceError> {
    if text.is_empty() {
        return Err(ReferenceError::Empty);
    }
    if text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(ReferenceError::HexName);
    }
    let domain = text.split_once('/').map(|(first, _)| first).filter(|it| is_registry(it));
    let start = domain.map_or(0, |it| it.len() + 1);
    let remote = text[start..].split(':').next().unwrap_or_default();
    if remote.chars().any(char::is_uppercase) {
        return Err(ReferenceError::Uppercase);
    }
    let Some(reference) = parts(text, start) else {
        let lower = text.to_lowercase();
        let only_capitals = lower.len() == text.len() && parts(&lower, start).is_some();
        return Err(if only_capitals { ReferenceError::Uppercase } else { ReferenceError::Format });
    };
    // An official image is looked up under its full name.
    let official =
        domain.is_none_or(|it| matches!(it, "docker.io" | "index.docker.io")) && !reference.path.contains('/');
    if reference.path.len() + if official { OFFICIAL.len() } else { 0 } > LONGEST_PATH {
        return Err(ReferenceError::TooLong);
    }
    reference.digest.map_or(Ok(()), check_digest)?;
    Ok(reference)
}

/// Whether what stands before the first `/` names a registry, rather than a user of Docker Hub.
fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.chars().any(char::is_uppercase)
}

/// Splits a reference whose name in the registry starts at `start`, if every part has its form.
fn parts(text: &str, start: usize) -> Option<Reference<'_>> {
    let name_end = start + text[start..].find([':', '@']).unwrap_or(text.len() - start);
    let (name, rest) = text.split_at(name_end);
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (rest, None),
    };
    let tag = match rest {
        "" => None,
        _ => Some(rest.strip_prefix(':')?),
    };
    if !tag.is_none_or(is_tag) || !digest.is_none_or(is_digest) {
        return None;
    }
    let domain = start.checked_sub(1).map(|end| &text[..end]).filter(|it| is_domain(it));
    // What cannot be a registry, such as `my_host.com`, is read as a part of the path.
    let path = if domain.is_some() { &name[start..] } else { name };
    is_path(path).then_some(Reference { domain, path, tag, digest, name })
}

/// A host name, an IPv4 address or an IPv6 address in brackets, with an optional port.
fn is_domain(text: &str) -> bool {
    let (valid, port) = match text.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((address, port)) => {
            (!address.is_empty() && address.bytes().all(|it| it == b':' || it.is_ascii_hexdigit()), port)
        }
        None => {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (host.split('.').all(is_label), port)
        }
    };
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    valid && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

fn is_label(text: &str) -> bool {
    let inside = |it: u8| it == b'-' || it.is_ascii_alphanumeric();
    !text.is_empty() && !text.starts_with('-') && !text.ends_with('-') && text.bytes().all(inside)
}

/// Components of lower-case letters and digits, in which `.`, `_`, `__` or any number of `-` may stand between two.
fn is_path(text: &str) -> bool {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    text.split('/').all(|component| {
        component.starts_with(plain)
            && component.ends_with(plain)
            && component
                .split(plain)
                .all(|it| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|byte| byte == b'-'))
    })
}

fn is_tag(text: &str) -> bool {
    let inside = |it: u8| matches!(it, b'_' | b'.' | b'-') || it.is_ascii_alphanumeric();
    (1..=128).contains(&text.len()) && !text.starts_with(['.', '-']) && text.bytes().all(inside)
}

/// The form that every digest has, whatever the algorithm.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let component = |it: &str| {
        it.starts_with(|first: char| first.is_ascii_alphabetic()) && it.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(component)
        && hex.len() >= 32
        && hex.bytes().all(|it| it.is_ascii_hexdigit())
}

/// What the algorithm asks of a digest that has the right form.
fn check_digest(text: &str) -> Result<(), ReferenceError> {
    let (algorithm, hex) = text.split_once(':').unwrap_or((text, ""));
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ if algorithm.bytes().any(|it| it.is_ascii_uppercase()) => return Err(ReferenceError::DigestFormat),
        _ => return Err(ReferenceError::DigestAlgorithm),
    };
    if hex.len() != length {
        return Err(ReferenceError::DigestLength);
    }
    if hex.bytes().any(|it| it.is_ascii_uppercase()) { Err(ReferenceError::DigestFormat) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lead_back_to_the_parts() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let text = format!("[::1]:5000/team/app:1.2@{digest}");
        let reference = parse(&text).expect("a valid reference");
        assert_eq!(reference.domain, Some("[::1]:5000"));
        assert_eq!(reference.domain_range().map(|it| &text[it]), Some("[::1]:5000"));
        assert_eq!(&text[reference.path_range()], "team/app");
        assert_eq!(&text[reference.name_range()], "[::1]:5000/team/app");
        assert_eq!(reference.tag_range().map(|it| &text[it]), Some("1.2"));
        assert_eq!(reference.digest_range().map(|it| &text[it]), Some(digest.as_str()));
        let reference = parse("redis").expect("a valid reference");
        assert_eq!((reference.domain_range(), reference.tag_range(), reference.digest_range()), (None, None, None));
        assert_eq!(reference.path_range(), 0..5);
    }

    #[test]
    fn the_repository_is_one_for_every_way_to_write_it() {
        let cases = [
            ("redis:7", "redis"),
            ("library/redis", "redis"),
            ("docker.io/redis", "redis"),
            ("docker.io/library/redis:7", "redis"),
            ("index.docker.io/library/redis", "redis"),
            ("registry-1.docker.io/library/redis", "redis"),
            ("bitnami/redis", "bitnami/redis"),
            ("docker.io/bitnami/redis", "bitnami/redis"),
            ("quay.io/minio/minio:latest", "quay.io/minio/minio"),
            ("ghcr.io/library/redis", "ghcr.io/library/redis"),
            ("localhost:5000/redis", "localhost:5000/redis"),
            ("localhost/redis", "localhost/redis"),
            ("Docker/docker", "Docker/docker"),
            ("foo_bar.com/x:1", "foo_bar.com/x"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map(|it| it.repository()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_name_the_reason() {
        let hex = "0123456789abcdef".repeat(4);
        let cases = [
            (String::new(), ReferenceError::Empty),
            (":7".to_string(), ReferenceError::Format),
            ("redis:".to_string(), ReferenceError::Format),
            ("redis:7 ".to_string(), ReferenceError::Format),
            ("redis@7".to_string(), ReferenceError::Format),
            ("https://ghcr.io/a/b".to_string(), ReferenceError::Format),
            ("a..b/c".to_string(), ReferenceError::Format),
            ("Redis".to_string(), ReferenceError::Uppercase),
            ("Foo_bar/x".to_string(), ReferenceError::Uppercase),
            ("a".repeat(248), ReferenceError::TooLong),
            (hex.clone(), ReferenceError::HexName),
            (format!("redis@md5:{hex}"), ReferenceError::DigestAlgorithm),
            (format!("redis@sha512:{hex}"), ReferenceError::DigestLength),
            (format!("redis@sha256:{}", hex.to_uppercase()), ReferenceError::DigestFormat),
            (format!("redis:7@SHA256:{hex}"), ReferenceError::DigestFormat),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(&text), Err(expected), "{text}");
        }
        assert!(parse(&"a".repeat(247)).is_ok());
        assert!(parse(&format!("docker.io/{hex}")).is_ok());
    }
}
