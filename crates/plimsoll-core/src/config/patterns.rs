//! Patterns of paths, seen from the directory of the settings.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Patterns of which one has to match. The default matches nothing.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    set: GlobSet,
}

impl Patterns {
    /// Puts patterns together.
    ///
    /// # Errors
    /// This one cannot be read, or can never match; with the reason.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Patterns, String> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(glob(pattern)?);
        }
        Ok(Patterns { set: set.build().map_err(|error| error.kind().to_string())? })
    }

    /// Whether a path, or a directory that it is in, has the form of one of them.
    pub fn matches(&self, path: &str) -> bool {
        if self.set.is_empty() {
            return false;
        }
        let ends = path.match_indices('/').map(|it| it.0).chain([path.len()]);
        ends.filter(|end| *end > 0).any(|end| self.set.is_match(&path[..end]))
    }
}

/// As in a `.gitignore`: a name without `/` is found at any depth, and everything else starts from the directory of
/// the settings.
pub(super) fn glob(pattern: &str) -> Result<Glob, String> {
    if pattern.starts_with('!') {
        return Err("there are no exceptions with `!` here".to_string());
    }
    let inner = pattern.strip_prefix("./").unwrap_or(pattern).trim_end_matches('/');
    if inner == ".." || inner.starts_with("../") {
        return Err("it leads out of the directory of this file".to_string());
    }
    if inner.trim_matches('/').is_empty() {
        return Err("it names nothing".to_string());
    }
    let escaped = inner.split('\\').skip(1).filter_map(|it| it.chars().next());
    if escaped.into_iter().any(|it| it.is_alphanumeric() || it == '_') {
        return Err("between names stands `/`, and not `\\`, on Windows as well".to_string());
    }
    let pattern = match inner.strip_prefix('/') {
        Some(rest) => rest.to_string(),
        None if inner.contains('/') || pattern.starts_with("./") => inner.to_string(),
        None => format!("**/{inner}"),
    };
    let mut builder = GlobBuilder::new(&pattern);
    builder.literal_separator(true).backslash_escape(true);
    builder.build().map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_matched() {
        let matches = |pattern: &str, path: &str| Patterns::new([pattern]).expect("a pattern").matches(path);
        for (pattern, path) in [
            ("*.yaml", "a/b/c.yaml"),
            ("old", "a/old/c.yaml"),
            ("old/", "old/b/c.yaml"),
            ("deploy/*.yaml", "deploy/c.yaml"),
            ("deploy/**", "deploy/a/c.yaml"),
            ("**/test/*", "a/test/c.yaml"),
            ("/c.yaml", "c.yaml"),
            ("./c.{yml,yaml}", "c.yml"),
            (r"a\*b", "a*b"),
        ] {
            assert!(matches(pattern, path), "{pattern} does not match {path}");
        }
        for (pattern, path) in [
            ("deploy/*.yaml", "a/deploy/c.yaml"),
            ("deploy/*.yaml", "deploy/a/c.yaml"),
            ("/c.yaml", "a/c.yaml"),
            ("./c.yaml", "a/c.yaml"),
            ("old", "a/older/c.yaml"),
        ] {
            assert!(!matches(pattern, path), "{pattern} matches {path}");
        }
        assert!(!Patterns::default().matches("a"));
    }

    #[test]
    fn what_is_no_pattern() {
        for pattern in ["", "/", "./", "a[", "{a", "../a", "..", "!a", r"a\b"] {
            assert!(Patterns::new([pattern]).is_err(), "{pattern}");
        }
    }
}
