//! Which version of an image a tag stands for, and ranges of versions.

/// Where the version stands in a tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Versioning {
    /// At its beginning: `16.3-alpine`.
    #[default]
    Leading,
    /// Behind `pg`: `0.8.0-pg17`.
    Pg,
}

/// A version, as far as a tag shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number; 0 if the tag has none.
    pub minor: u32,
}

/// A range of versions, such as `<18` or `>=1.136`. The default holds for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Versions {
    /// Every version.
    #[default]
    All,
    /// Those before.
    Before(Version),
    /// This one and those after.
    From(Version),
}

impl Versions {
    /// Reads `<18`, `>=18` or `>=1.136`. Anything else holds for all.
    pub fn parse(text: &str) -> Versions {
        let text = text.trim();
        match (text.strip_prefix('<'), text.strip_prefix(">=")) {
            (Some(rest), _) => leading(rest).map_or(Versions::All, Versions::Before),
            (_, Some(rest)) => leading(rest).map_or(Versions::All, Versions::From),
            _ => Versions::All,
        }
    }

    /// Whether a version is in the range; `None` if that hangs on a version that is not known.
    pub fn holds(self, version: Option<Version>) -> Option<bool> {
        match (self, version) {
            (Versions::All, _) => Some(true),
            (_, None) => None,
            (Versions::Before(limit), Some(version)) => Some(version < limit),
            (Versions::From(limit), Some(version)) => Some(version >= limit),
        }
    }
}

/// The version a tag stands for; `None` if the tag does not show it. No tag, `latest` and names without a number
/// (`alpine`) stand for the newest.
pub fn of_tag(tag: Option<&str>, versioning: Versioning, latest: Option<u32>) -> Option<Version> {
    let newest = latest.map(|major| Version { major, minor: u32::MAX });
    let Some(tag) = tag else { return newest };
    match versioning {
        Versioning::Leading => {
            let number = leading(tag.strip_prefix('v').unwrap_or(tag));
            number.or_else(|| newest.filter(|_| !tag.contains(|it: char| it.is_ascii_digit())))
        }
        Versioning::Pg => {
            let found = tag.split(['-', '_', '.']).find_map(|part| part.strip_prefix("pg").and_then(leading));
            // `latest-pg17` is found above; a bare number may be that of the extension.
            found.or_else(|| newest.filter(|_| !tag.contains(|it: char| it.is_ascii_digit())))
        }
    }
}

/// The one or two numbers at the beginning of a text.
fn leading(text: &str) -> Option<Version> {
    let mut numbers = text.trim().split('.');
    let number = |part: Option<&str>| {
        let part = part?;
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part[..digits].parse::<u32>().ok()
    };
    let first = numbers.next();
    let major = number(first)?;
    let whole = first.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let minor = if whole { number(numbers.next()).unwrap_or(0) } else { 0 };
    Some(Version { major, minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        let major = |tag: Option<&str>, versioning| of_tag(tag, versioning, Some(18)).map(|it| it.major);
        assert_eq!(major(None, Versioning::Leading), Some(18));
        assert_eq!(major(Some("alpine"), Versioning::Leading), Some(18));
        assert_eq!(major(Some("16.3-alpine3.20"), Versioning::Leading), Some(16));
        assert_eq!(major(Some("RELEASE.2024-01-01"), Versioning::Leading), None);
        assert_eq!(major(Some("2.17.2-pg16"), Versioning::Pg), Some(16));
        assert_eq!(major(Some("pg17"), Versioning::Pg), Some(17));
        assert_eq!(major(Some("0.8.0"), Versioning::Pg), None);
        assert_eq!(Versions::parse(">=1.136").holds(leading("1.99")), Some(false));
        assert_eq!(Versions::parse("<18").holds(None), None);
    }
}
