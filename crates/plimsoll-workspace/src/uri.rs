//! Paths as other programs want them: with `/`, without `./`, and percent-encoded where they are addresses.

use std::fmt::Write;

/// A path with `/` between its parts and without `./` at its beginning.
pub fn relative(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_string() };
    path.strip_prefix("./").map_or_else(|| path.clone(), str::to_string)
}

/// A path as a reference of RFC 3986: relative to the current directory, or `file:///…` if it is absolute.
pub fn reference(path: &str) -> String {
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

/// The path of a `file:` address, with `/`. `None`: it is the address of something else.
pub fn path(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("file://")?;
    // An authority other than this machine has files that cannot be read here.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| *first == b'%').and_then(|it| std::str::from_utf8(it).ok());
        match code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/c:/a` is the drive of Windows.
    let drive = path.len() > 2 && path.as_bytes()[2] == b':' && path.as_bytes()[1].is_ascii_alphabetic();
    Some(if drive && cfg!(windows) { path[1..].to_string() } else { path })
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

    #[test]
    fn paths_of_addresses() {
        assert_eq!(path("file:///srv/my%20app/c%231.yaml").as_deref(), Some("/srv/my app/c#1.yaml"));
        assert_eq!(path("file:///a%3Ab/%c3%a9%0A.yaml").as_deref(), Some("/a:b/é\n.yaml"));
        assert_eq!(path("file://localhost/a").as_deref(), Some("/a"));
        assert_eq!(path("file:///100%.yaml").as_deref(), Some("/100%.yaml"));
        for other in ["untitled:Untitled-1", "file://server/share/a", "file:relative", "http://a/b", "file:///%ff"] {
            assert_eq!(path(other), None, "{other}");
        }
    }
}
