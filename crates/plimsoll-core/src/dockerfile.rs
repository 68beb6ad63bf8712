//! Dockerfiles: what a build makes of its base image, as far as the text shows it.
//!
//! This is the only file that names the library that reads Dockerfiles. What it gives is turned into types of our own
//! at once; [`image`] follows the stages and the variables.
//!
//! Source: the Dockerfile reference, and `frontend/dockerfile` of BuildKit.

mod image;
mod words;

pub use image::{BuiltImage, Copied, Order};

use crate::model::Field;
use crate::source::{FileId, Span};
use crate::text::Text;
use crate::tree::Path;
use parse_dockerfile::{Command, HealthcheckArguments, Instruction, JsonOrStringArray, Source, UnescapedString, parse};
use std::collections::HashMap;
use std::ops::Range;

/// A Dockerfile in its parts.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The character that takes the meaning away from the next one: a backslash, unless a directive says otherwise.
    escape: char,
    /// `ARG`s before the first stage.
    arguments: Vec<Step>,
    stages: Vec<Stage>,
    /// Stages by their names in lower case.
    names: HashMap<String, usize>,
}

/// `FROM`, and what follows it.
#[derive(Clone, Debug)]
struct Stage {
    /// What it is made from, as written.
    from: Text,
    /// Whether `--platform` is written.
    platform: bool,
    name: Option<String>,
    steps: Vec<Step>,
}

/// An instruction that has a part in what is kept of a container, or in how it runs.
#[derive(Clone, Debug)]
enum Step {
    Arg(Text),
    Env(Text),
    Volume(Vec<Text>),
    StopSignal(Field<Text>),
    User(Field<Text>),
    WorkDir(Field<Text>),
    Command(Field<Line>),
    Entrypoint(Field<Line>),
    /// `HEALTHCHECK`; without a command it is `NONE`.
    Probe(Field<Option<Line>>),
    Shell(Vec<Text>),
    Copy(Copied),
    Run(Text),
}

/// A command line in one of its two forms.
#[derive(Clone, Debug)]
enum Line {
    /// The words of a list.
    Words(Vec<Text>),
    /// For a shell.
    Script(Text),
}

/// The text of a Dockerfile with its place.
#[derive(Clone, Copy)]
pub(crate) enum Page<'a> {
    /// A file.
    File(FileId, &'a str),
    /// A value of a Compose file.
    Inline(&'a Text),
}

impl Page<'_> {
    fn text(&self) -> &str {
        match self {
            Page::File(_, text) => text,
            Page::Inline(text) => text.as_str(),
        }
    }

    fn slice(&self, range: Range<usize>) -> Text {
        match self {
            Page::File(file, text) => {
                let part = text.get(range.clone()).unwrap_or_default();
                Text::verbatim(part, Span::new(*file, range), 0)
            }
            Page::Inline(text) => text.slice(range),
        }
    }
}

/// The longest Dockerfile that is read, in bytes. Real ones stay far below 100 KiB.
const LONGEST: usize = 1 << 20;

/// Reads a Dockerfile; nothing, if Docker could not read it either, if a variable hides a part of it, or if it is too
/// long to be one.
pub(crate) fn read(page: Page<'_>) -> Option<Dockerfile> {
    if page.text().len() > LONGEST || matches!(page, Page::Inline(text) if !text.is_known()) {
        return None;
    }
    let mark = if page.text().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let reader = Reader { page, from: mark };
    let text = page.text().get(mark..)?;
    // A lone CR ends no line for Docker, which makes one line of such a file.
    let parsed = parse(text).ok()?;
    let escape = parsed.parser_directives.escape.as_ref().map_or('\\', |it| it.value.value);
    let mut read = Dockerfile { escape, arguments: Vec::new(), stages: Vec::new(), names: HashMap::new() };
    for instruction in &parsed.instructions {
        if let Instruction::From(from) = instruction {
            let name = from.as_.as_ref().map(|it| it.1.value.to_lowercase());
            if let Some(name) = &name {
                read.names.entry(name.clone()).or_insert(read.stages.len());
            }
            let platform = from.options.iter().any(|it| it.name.value == "platform");
            read.stages.push(Stage { from: reader.text(&from.image), platform, name, steps: Vec::new() });
        } else if let Some(step) = reader.step(instruction) {
            read.stages.last_mut().map_or(&mut read.arguments, |it| &mut it.steps).push(step);
        }
    }
    Some(read)
}

/// Turns what the library gives into what is needed, with places.
struct Reader<'a> {
    page: Page<'a>,
    /// Where the text begins, behind a byte order mark.
    from: usize,
}

impl Reader<'_> {
    /// What stands in a range. Of a line that goes on behind a comment, the library may give one that ends inside of
    /// a character.
    fn slice(&self, range: Range<usize>) -> Text {
        let text = self.page.text();
        let place = |at: usize| text.floor_char_boundary((at + self.from).min(text.len()));
        let start = place(range.start);
        self.page.slice(start..place(range.end).max(start))
    }

    /// A string of which continued lines are joined.
    fn text(&self, string: &UnescapedString<'_>) -> Text {
        let written = self.slice(string.span.clone());
        if written.as_str() == string.value { written } else { written.rewritten(string.value.to_string()) }
    }

    fn texts(&self, strings: &[UnescapedString<'_>]) -> Vec<Text> {
        strings.iter().map(|it| self.text(it)).collect()
    }

    fn field<T>(&self, key: &Range<usize>, value: T, span: Span) -> Field<T> {
        Field { value, key: self.slice(key.clone()).span(), span, path: Path::default() }
    }

    fn text_field(&self, key: &Range<usize>, string: &UnescapedString<'_>) -> Field<Text> {
        let text = self.text(string);
        let span = text.span();
        self.field(key, text, span)
    }

    fn line(&self, command: &Command<'_>) -> (Line, Span) {
        match command {
            Command::Exec(words) => (Line::Words(self.texts(&words.value)), self.slice(words.span.clone()).span()),
            Command::Shell(script) => {
                let script = self.slice(script.span.clone());
                let span = script.span();
                (Line::Script(script), span)
            }
            _ => (Line::Words(Vec::new()), self.slice(0..0).span()),
        }
    }

    fn line_field(&self, key: &Range<usize>, command: &Command<'_>) -> Field<Line> {
        let (line, span) = self.line(command);
        self.field(key, line, span)
    }

    fn step(&self, instruction: &Instruction<'_>) -> Option<Step> {
        Some(match instruction {
            Instruction::Arg(it) => Step::Arg(self.text(&it.arguments)),
            Instruction::Env(it) => Step::Env(self.text(&it.arguments)),
            Instruction::Volume(it) => Step::Volume(match &it.arguments {
                JsonOrStringArray::Json(list) => self.texts(&list.value),
                JsonOrStringArray::String(list) => self.texts(list),
            }),
            Instruction::Stopsignal(it) => Step::StopSignal(self.text_field(&it.stopsignal.span, &it.arguments)),
            Instruction::User(it) => Step::User(self.text_field(&it.user.span, &it.arguments)),
            Instruction::Workdir(it) => Step::WorkDir(self.text_field(&it.workdir.span, &it.arguments)),
            Instruction::Cmd(it) => Step::Command(self.line_field(&it.cmd.span, &it.arguments)),
            Instruction::Entrypoint(it) => Step::Entrypoint(self.line_field(&it.entrypoint.span, &it.arguments)),
            Instruction::Healthcheck(it) => {
                let (line, span) = match &it.arguments {
                    HealthcheckArguments::Cmd { arguments, .. } => {
                        let (line, span) = self.line(arguments);
                        (Some(line), span)
                    }
                    HealthcheckArguments::None { none, .. } => (None, self.slice(none.span.clone()).span()),
                    _ => return None,
                };
                Step::Probe(self.field(&it.healthcheck.span, line, span))
            }
            Instruction::Shell(it) => Step::Shell(self.texts(&it.arguments)),
            Instruction::Copy(it) => Step::Copy(self.copy(&it.src, &it.dest)),
            Instruction::Add(it) => Step::Copy(self.copy(&it.src, &it.dest)),
            Instruction::Run(it) => Step::Run(match (&it.arguments, it.here_docs.last()) {
                (Command::Shell(script), Some(last)) => {
                    self.slice(script.span.start..last.span.end.max(script.span.end))
                }
                (Command::Shell(script), None) => self.slice(script.span.clone()),
                (Command::Exec(words), _) => self.slice(words.span.clone()),
                _ => return None,
            }),
            _ => return None,
        })
    }

    fn copy(&self, sources: &[Source<'_>], target: &UnescapedString<'_>) -> Copied {
        let source = |it: &Source<'_>| match it {
            Source::Path(path) => Some(self.text(path)),
            _ => None,
        };
        Copied { sources: sources.iter().filter_map(source).collect(), target: self.text(target) }
    }
}

#[cfg(test)]
mod tests;
