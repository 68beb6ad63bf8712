//! Paths inside a container, which are always those of Unix or taken for such.
//!
//! Source: `path.Clean` of Go, which Compose applies to the target of every mount.

/// The shortest path that means the same: no `//`, no `.`, `..` taken back where it can be, no `/` at the end.
///
/// Only the text is looked at, no links. An empty path becomes `.`.
pub fn clean(path: &str) -> String {
    if is_plain(path) {
        return path.to_string();
    }
    let rooted = path.starts_with('/');
    let cleaned = components(path).join("/");
    match (rooted, cleaned.as_str()) {
        (true, _) => format!("/{cleaned}"),
        (false, "") => ".".to_string(),
        (false, _) => cleaned,
    }
}

/// The last part of a path in a container, or of the name of an image: what stands behind its last `/`.
///
/// Files of the host may have `\` between their parts; for them there is `load::discover::base_name`.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |it| it.1)
}

/// Whether `above` is the same path as `path` or one of its parents. Both may be written in any form.
///
/// A relative path and an absolute one have nothing to do with each other.
pub fn covers(above: &str, path: &str) -> bool {
    if is_plain(above) && is_plain(path) {
        return path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    above.starts_with('/') == path.starts_with('/') && {
        let (above, path) = (components(above), components(path));
        // What lies outside of the start of a relative path is not known to lie below it.
        path.starts_with(&above) && path.get(above.len()) != Some(&"..")
    }
}

/// Whether `above` is a parent of `path`, and not the same path.
pub fn is_strictly_above(above: &str, path: &str) -> bool {
    covers(above, path) && !covers(path, above)
}

/// Whether there is nothing in a path that could be taken out, as in nearly all.
fn is_plain(path: &str) -> bool {
    let mut before = b'/';
    for byte in path.strip_prefix('/').unwrap_or(path).bytes() {
        if before == b'/' && matches!(byte, b'/' | b'.') {
            return false;
        }
        before = byte;
    }
    before != b'/'
}

/// The names in a path that are left when `.` and `..` are resolved. Only a relative path can begin with `..`.
fn components(path: &str) -> Vec<&str> {
    let rooted = path.starts_with('/');
    let mut names = Vec::new();
    for name in path.split('/') {
        match (name, names.last()) {
            ("" | ".", _) => {}
            ("..", None) if rooted => {}
            ("..", Some(last)) if *last != ".." => {
                names.pop();
            }
            _ => names.push(name),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        let cases = [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//", "/"),
            ("abc", "abc"),
            ("abc/", "abc"),
            ("/abc//def/", "/abc/def"),
            ("abc//def//ghi", "abc/def/ghi"),
            ("./abc", "abc"),
            ("/./abc/./def", "/abc/def"),
            ("abc/def/ghi/../jkl", "abc/def/jkl"),
            ("abc/def/..", "abc"),
            ("abc/..", "."),
            ("/abc/def/../..", "/"),
            ("/../abc", "/abc"),
            ("abc/def/../../..", ".."),
            ("abc/../../././../def", "../../def"),
            ("../../abc", "../../abc"),
            ("...", "..."),
            ("/é/ ", "/é/ "),
        ];
        for (path, expected) in cases {
            assert_eq!(clean(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_covers_itself_and_what_is_below() {
        assert!(covers("/var/lib", "/var/lib/mysql"));
        assert!(covers("/var/lib/", "/var//lib"));
        assert!(covers("/", "/data"));
        assert!(covers("/a/../b", "/b/c"));
        assert!(!covers("/var/lib", "/var/library"));
        assert!(!covers("/var/lib/mysql", "/var/lib"));
        assert!(!covers("data", "/data"));
        assert!(covers(".", "data"));
        assert!(!covers(".", "../data"));
        assert!(covers("..", "../data"));
        assert!(is_strictly_above("/var", "/var/lib"));
        assert!(!is_strictly_above("/var/", "/var"));
        assert!(!is_strictly_above("/var/lib", "/var"));
    }
}
