//! What is mounted into a container: short and long `volumes:`, and `tmpfs:`.
//!
//! Source: `format/volume.go` of compose-go 2.9.1, and the recorded answers of Docker Compose 2.40.3.

use super::Field;
use super::lower::Lower;
use crate::grammar::path;
use crate::problem::{Problem, ProblemKind};
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Entry, NodeId, Path};

/// What kind of storage is behind a mount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MountKind {
    /// A path of the host.
    Bind,
    /// A volume with a name.
    Volume,
    /// A volume without a name: nothing attaches it again after `down`.
    Anonymous,
    /// Memory.
    Tmpfs,
    /// An image, a cluster volume or a Windows pipe.
    Other,
    /// The files do not show it: a variable decides.
    Unknown,
}

/// How a mount is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// `source:target:mode`.
    Short,
    /// A mapping with `type`.
    Long,
    /// An entry of `tmpfs:`.
    Tmpfs,
}

/// One mount of a service.
#[derive(Clone, Debug)]
pub struct Mount {
    /// What is behind it.
    pub kind: MountKind,
    /// Name of the volume, or path of the host.
    pub source: Option<Text>,
    /// Path in the container, as written. Without one in the long form, the mount is left out.
    pub target: Text,
    /// Path in the container, cleaned as Go's `path.Clean` does; `None` if a variable hides it.
    pub path_in_container: Option<String>,
    /// Whether the container may not write; `None` if a variable hides it.
    pub read_only: Option<bool>,
    /// Directory inside the volume (`volume.subpath`).
    pub subpath: Option<Box<Text>>,
    /// `bind.create_host_path`: whether Docker makes a missing directory. True in the short form.
    pub create_host_path: Option<bool>,
    /// `consistency`, which is an option (`cached`, `delegated`, `consistent`) in the short form.
    pub consistency: Option<Box<Field<Text>>>,
    /// `tmpfs.size` in the long form; in `tmpfs:` it is an option.
    pub size: Option<Box<Text>>,
    /// Options behind the second colon, or the options of a `tmpfs:` entry.
    pub options: Option<Text>,
    /// How it is written.
    pub syntax: Syntax,
    /// The whole entry.
    pub span: Span,
    /// How the entry got here.
    pub path: Path,
}

/// How a mount that is written came to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// A later entry of the same list has its target: the mount at this index of the service.
    Twice(usize),
    /// An entry of an override, or of the service that extends this one, has its target.
    Overridden(usize),
    /// It would have come with `<<`, but the service has `volumes` of its own, and `<<` does not merge lists.
    MergeKey,
}

/// A mount that is written and not made. Nobody is told by Compose.
#[derive(Clone, Debug)]
pub struct LostMount {
    /// The mount.
    pub mount: Mount,
    /// What became of it.
    pub how: Lost,
}

impl Mount {
    /// Whether one cannot say what is mounted where, because a variable holds the whole entry or its target.
    pub fn is_opaque(&self) -> bool {
        self.path_in_container.is_none()
    }

    /// The name of the volume, if it is one and known.
    pub fn volume_name(&self) -> Option<&str> {
        if self.kind != MountKind::Volume {
            return None;
        }
        self.source.as_ref()?.known()
    }

    /// What stands behind the mount, for a sentence: "the volume `data`", "an anonymous volume", "`./data` on the host".
    pub fn describe(&self) -> String {
        let source = self.source.as_ref().map_or_else(String::new, Text::shown);
        match self.kind {
            MountKind::Bind if source.is_empty() => "a directory of the host".to_string(),
            MountKind::Bind => format!("`{source}` on the host"),
            MountKind::Volume if source.is_empty() => "a volume".to_string(),
            MountKind::Volume => format!("the volume `{source}`"),
            MountKind::Anonymous => "an anonymous volume".to_string(),
            MountKind::Tmpfs => "a tmpfs".to_string(),
            MountKind::Unknown if !source.is_empty() => format!("`{source}`"),
            MountKind::Other | MountKind::Unknown => "another mount".to_string(),
        }
    }

    pub(crate) fn lower(lower: &mut Lower<'_>, id: NodeId, path: Path) -> Option<Mount> {
        if lower.is_mapping(id) {
            return Mount::long(lower, id, path);
        }
        let text = lower.text(id)?;
        Mount::short(lower, text, path)
    }

    fn short(lower: &mut Lower<'_>, text: Text, path: Path) -> Option<Mount> {
        let span = text.span();
        let sections = match split(text.as_str(), &text) {
            Ok(sections) => sections,
            Err(why) => {
                let message = format!("`{}` is not a volume: {why}", text.shown());
                let problem = Problem::new(ProblemKind::InvalidVolume, span, message);
                lower
                    .problems
                    .push(problem.help("write `source:/path/in/container` or `source:/path/in/container:ro`"));
                return None;
            }
        };
        let part = |at: usize| sections.get(at).map(|it| text.slice(it.clone()));
        let (source, target, options) = match sections.len() {
            1 => (None, text.clone(), None),
            _ => (part(0), part(1)?, part(2)),
        };
        let kind = match &source {
            None if !text.is_known() => MountKind::Unknown,
            None => MountKind::Anonymous,
            Some(source) => kind_of_source(source),
        };
        // A variable at the end of the target may bring an option with it, one that is the whole entry anything.
        let path_in_container = target.known().map(path::clean);
        let read_only = match &options {
            Some(options) => options.known().map(|it| {
                let last = it.split(',').rfind(|it| matches!(*it, "ro" | "rw"));
                last == Some("ro")
            }),
            None => Some(false),
        };
        Some(Mount {
            kind,
            source,
            path_in_container,
            target,
            read_only,
            subpath: None,
            create_host_path: (kind == MountKind::Bind).then_some(true),
            consistency: None,
            size: None,
            options,
            syntax: Syntax::Short,
            span,
            path,
        })
    }

    fn long(lower: &mut Lower<'_>, id: NodeId, path: Path) -> Option<Mount> {
        let text = |key: &str| lower.get(id, key).and_then(|it| lower.text(it.value));
        let inner = |key: &str, field: &str| lower.get(id, key).and_then(|it| lower.get(it.value, field));
        let source = text("source");
        let target = text("target")?;
        let unknown = source.as_ref().is_some_and(|it| !it.is_known());
        let blank = source.as_ref().is_none_or(Text::may_be_blank);
        let kind = match text("type")?.known() {
            Some("bind") => MountKind::Bind,
            Some("volume") if unknown && blank => MountKind::Unknown,
            Some("volume") if blank => MountKind::Anonymous,
            Some("volume") => MountKind::Volume,
            Some("tmpfs") => MountKind::Tmpfs,
            Some(_) => MountKind::Other,
            None => MountKind::Unknown,
        };
        let truth = |entry: Option<&Entry>| entry.map(|it| lower.truth(it.value).flatten());
        let create = match (lower.get(id, "bind"), truth(inner("bind", "create_host_path"))) {
            (None, _) => Some(true),
            (Some(_), None) => Some(false),
            (Some(_), Some(value)) => value,
        };
        Some(Mount {
            kind,
            source: source.filter(|it| !it.is_blank()),
            path_in_container: target.known().map(path::clean),
            target,
            read_only: truth(lower.get(id, "read_only")).unwrap_or(Some(false)),
            subpath: inner("volume", "subpath").and_then(|it| lower.text(it.value)).map(Box::new),
            create_host_path: create.filter(|_| kind == MountKind::Bind),
            consistency: lower.get(id, "consistency").and_then(|it| lower.text_field(it)).map(Box::new),
            size: inner("tmpfs", "size").and_then(|it| lower.scalar_value(it.value)).map(Box::new),
            options: None,
            syntax: Syntax::Long,
            span: lower.span(id),
            path,
        })
    }

    /// An entry of `tmpfs:`: a path, then options behind a colon.
    pub(crate) fn tmpfs(text: Text, path: Path) -> Mount {
        let colon = text.as_str().find(':');
        let target = text.slice(0..colon.unwrap_or(text.as_str().len()));
        Mount {
            kind: MountKind::Tmpfs,
            source: None,
            path_in_container: target.known().map(path::clean),
            target,
            read_only: Some(false),
            subpath: None,
            create_host_path: None,
            consistency: None,
            size: None,
            options: colon.map(|at| text.slice(at + 1..text.as_str().len())),
            syntax: Syntax::Tmpfs,
            span: text.span(),
            path,
        }
    }
}

/// The path in the container of a short volume; `None` if the string is not one.
pub(crate) fn short_target(text: &Text) -> Option<Text> {
    let sections = split(text.as_str(), text).ok()?;
    match sections.len() {
        1 => Some(text.clone()),
        _ => sections.get(1).map(|it| text.slice(it.clone())),
    }
}

/// Splits at colons, but not behind a single letter, which is a Windows drive.
fn split(spec: &str, text: &Text) -> Result<Vec<std::ops::Range<usize>>, &'static str> {
    if spec.is_empty() && text.is_known() {
        return Err("it is empty");
    }
    if spec.chars().count() <= 2 && text.is_known() {
        return Ok(std::iter::once(0..spec.len()).collect());
    }
    let mut sections = Vec::new();
    let mut start = 0;
    for (at, letter) in spec.char_indices().chain(std::iter::once((spec.len(), ':'))) {
        if letter != ':' {
            continue;
        }
        let section = &spec[start..at];
        let part = text.slice(start..at);
        let end = at == spec.len();
        let mut letters = section.chars();
        let drive = matches!((letters.next(), letters.next()), (Some(it), None) if it.is_alphabetic());
        if drive && !end && part.is_known() {
            continue;
        }
        if section.is_empty() && part.is_known() {
            return Err("a part between the colons is empty");
        }
        if sections.len() == 3 {
            return Err("it has too many colons");
        }
        sections.push(start..at);
        start = at + 1;
    }
    Ok(sections)
}

/// A source that looks like a path is a bind, everything else is the name of a volume.
fn kind_of_source(source: &Text) -> MountKind {
    let value = source.as_str();
    let path_like = value.starts_with(['.', '/', '~']) || value.starts_with("\\\\");
    let mut letters = value.chars();
    let drive = letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(':');
    match source.holes().first() {
        // `${V}/pg` can only be a path: a volume has no `/` in its name.
        Some(hole) if hole.at == 0 && value.contains('/') => MountKind::Bind,
        Some(hole) if hole.at == 0 => MountKind::Unknown,
        _ if path_like || drive => MountKind::Bind,
        _ => MountKind::Volume,
    }
}
