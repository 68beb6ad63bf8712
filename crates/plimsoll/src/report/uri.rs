//! Paths as other programs want them: with `/`, without `./`, and percent-encoded where they are addresses.

use std::fmt::Write;

/// A path with `/` between its parts and without `./` at its beginning.
pub(crate) fn relative(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_string() };
    path.strip_prefix("./").map_or_else(|| path.clone(), str::to_string)
}

/// A path as a reference of RFC 3986: relative to the current directory, or `file:///…` if it is absolute.
pub(crate) fn reference(path: &str) -> String {
    let path = relative(path);
    let mut text = String::new();
    if path.starts_with('/') {
        text.push_str("file://");
    } else if path.as_bytes().get(1) == Some(&b':') {
        text.push_str("file:///");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => _ = write!(text, "%{byte:02X}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        assert_eq!(reference("./a/compose.yaml"), "a/compose.yaml");
        assert_eq!(reference("/srv/my app/c#1.yaml"), "file:///srv/my%20app/c%231.yaml");
        assert_eq!(reference("a:b/é\n.yaml"), "file:///a%3Ab/%C3%A9%0A.yaml");
        assert_eq!(reference("ab:c.yaml"), "ab%3Ac.yaml");
    }
}
