//! Says in plain words what is wrong where the YAML reader stops, and blames the place where a person would look.

mod quotes;

use crate::problem::{Problem, ProblemKind};
use crate::source::{FileId, Span};
use std::ops::Range;

/// Why the reader stopped, as far as it decides what people are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mistake {
    Depth,
    Quote,
    AfterQuote,
    Escape,
    Tab,
    Character,
    CommentBlank,
    CommentInside,
    ClosesNothing,
    WrongBracket,
    Flow,
    Colon,
    KeyWithoutColon,
    NotAnItem,
    NotAKey,
    ListOnKeyLine,
    BlockHeader,
    TagHandle,
    Other,
}

/// What is known where the reader stopped.
pub(super) struct Context<'a> {
    pub text: &'a str,
    pub file: FileId,
    /// Where it stopped.
    pub at: usize,
    /// End of the last thing that it could read, not behind `at`.
    pub end: usize,
    /// The outermost bracket that is open.
    pub flow: Option<usize>,
    /// Whether the innermost open collection is a list.
    pub in_sequence: bool,
}

impl Context<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, self.text.floor_char_boundary(range.start)..self.text.ceil_char_boundary(range.end))
    }

    /// One character.
    fn mark(&self, at: usize) -> Span {
        self.span(at..(at + 1).min(self.text.len()))
    }

    /// The line that holds `at`, without its line break.
    fn line(&self, at: usize) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let start = bytes[..at].iter().rposition(|it| matches!(it, b'\n' | b'\r')).map_or(0, |it| it + 1);
        let length = bytes[start..].iter().take_while(|it| !matches!(it, b'\n' | b'\r')).count();
        start..start + length
    }

    /// The line before `at` that holds more than blanks and a comment.
    fn line_before(&self, at: usize) -> Option<Range<usize>> {
        let mut start = self.line(at).start;
        while start > 0 {
            let line = self.line(start - 1);
            let content = self.text[line.clone()].trim_start();
            if !content.is_empty() && !content.starts_with('#') {
                return Some(line);
            }
            start = line.start;
        }
        None
    }

    /// A line without indentation, trailing blanks and comment.
    fn content(&self, line: Range<usize>) -> Range<usize> {
        let text = &self.text[line.clone()];
        let start = line.start + (text.len() - text.trim_start().len());
        let end = text.find(" #").unwrap_or(text.len());
        start..(line.start + text[..end].trim_end().len()).max(start)
    }

    fn problem(&self, span: Span, message: impl Into<String>) -> Problem {
        Problem::new(ProblemKind::YamlSyntax, span, message)
    }
}

/// The problem to report. `library` is what the YAML library says, `last` the problem before this one; `None` if
/// this one is only its consequence.
pub(super) fn problem(mistake: Mistake, library: &str, cx: &Context<'_>, last: Option<&Problem>) -> Option<Problem> {
    let here = cx.mark(cx.at);
    let line = cx.line(cx.at);
    if last.is_some_and(|it| it.kind != ProblemKind::DuplicateKey && line_holds(cx, &line, it.span)) {
        return None;
    }
    let general = general(cx);
    if general.is_some() && mistake != Mistake::Depth {
        return general;
    }
    Some(match mistake {
        Mistake::Depth => {
            let problem = cx.problem(here, "the file is nested too deeply").because("more than 255 levels");
            Problem { kind: ProblemKind::Limit, ..problem }
        }
        Mistake::Tab => match tab(cx) {
            Some(at) => tabs(cx, at),
            None => cx.problem(here, "a tab stands where only blanks are read"),
        },
        Mistake::Quote => quotes::unclosed(cx),
        Mistake::AfterQuote => cx
            .problem(here, "text follows a quote that is already closed")
            .help("to write a quote inside quotes double it (`''`) or escape it (`\\\"`)"),
        Mistake::Escape => quotes::escape(cx),
        Mistake::Character => character(cx, cx.at),
        Mistake::CommentBlank => cx
            .problem(here, "a blank is missing before this `#`")
            .because("Compose happens to read it; it is not valid YAML")
            .help("put a blank before `#`"),
        Mistake::CommentInside => cx
            .problem(here, "a comment interrupts a text that goes on below")
            .help("move the comment above the text, or put the text in quotes"),
        Mistake::ClosesNothing => {
            cx.problem(here, "this bracket closes nothing").help("remove it, or put the text in quotes")
        }
        // The library stops at the bracket that is opened.
        Mistake::WrongBracket => cx.problem(here, "this bracket is closed by one of another kind"),
        Mistake::ListOnKeyLine if cx.flow.is_none() => cx
            .problem(here, "a list cannot begin on the line of its key")
            .help("put `- ` on a line of its own, or quote the text"),
        Mistake::BlockHeader => cx
            .problem(here, "text follows a `|` or `>` on the same line")
            .help("begin the text on the next line, or put the value in quotes"),
        Mistake::TagHandle => cx
            .problem(cx.span(cx.at..word_end(cx)), "this tag is not declared")
            .help("put the value in quotes if no tag is meant"),
        _ if cx.flow.is_some() => flow(cx, library),
        Mistake::Colon => colon(cx),
        Mistake::KeyWithoutColon | Mistake::NotAnItem | Mistake::NotAKey => misplaced(cx, mistake, library),
        _ if cx.text[cx.at..].starts_with([',', ']', '}']) => character(cx, cx.at),
        _ => cx.problem(here, "this is not valid YAML").because(library.to_lowercase()),
    })
}

/// An alias whose anchor is not there.
pub(super) fn unknown_alias(name: &str, span: Span) -> Problem {
    let problem = |message: String| Problem::new(ProblemKind::YamlSyntax, span, message);
    if let Some(name) = name.strip_suffix(':') {
        return problem(format!("a blank is missing between `*{name}` and `:`"))
            .because("Compose happens to read it; to YAML the colon belongs to the name")
            .help(format!("write `*{name} :`"));
    }
    if name.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-') {
        return problem(format!("`*{name}` has no anchor before it"))
            .help(format!("write `&{name}` before the value that is meant, or quote the text"));
    }
    problem("a value cannot begin with `*`, which is the sign of an alias".to_string())
        .help(format!("put it in quotes: `\"*{name}\"`"))
}

fn line_holds(cx: &Context<'_>, line: &Range<usize>, span: Span) -> bool {
    span.file == cx.file && line.start <= span.range().start && span.range().start <= line.end
}

/// Causes that look alike whatever the reader says: an unresolved merge, a tab, a template.
fn general(cx: &Context<'_>) -> Option<Problem> {
    let conflict = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    let mut start = 0;
    let reach = cx.line(cx.at).end;
    for line in cx.text[..reach].split_inclusive('\n') {
        if conflict(line.trim_end()) {
            let span = cx.span(start..start + line.trim_end().len());
            return Some(cx.problem(span, "a merge conflict is not resolved here"));
        }
        start += line.len();
    }
    let line = cx.line(cx.at);
    if let Some(at) = ["{{", "{%"].iter().filter_map(|it| cx.text[line.clone()].find(it)).min()
        && !cx.text[..line.start + at].ends_with(['"', '\''])
    {
        let problem = cx.problem(cx.span(line.start + at..line.start + at + 2), "a template is not YAML");
        return Some(problem.help("check the file that the template gives, or put the value in quotes"));
    }
    // A tab in the indentation is the cause of nearly everything that follows it.
    let indented = cx.line(cx.at);
    let tab = leading_tab(cx, indented)?;
    Some(tabs(cx, tab))
}

fn tabs(cx: &Context<'_>, at: usize) -> Problem {
    let problem = cx.problem(cx.mark(at), "a tab is used for indentation").help("indent with blanks");
    match cx.flow {
        Some(_) => problem.because("Compose happens to read some of these; it is not valid YAML"),
        None => problem,
    }
}

fn leading_tab(cx: &Context<'_>, line: Range<usize>) -> Option<usize> {
    let text = &cx.text[line.clone()];
    let indentation = text.len() - text.trim_start_matches([' ', '\t']).len();
    text[..indentation].find('\t').map(|it| line.start + it)
}

/// The first tab in an indentation after what could be read.
fn tab(cx: &Context<'_>) -> Option<usize> {
    let mut line = cx.line(cx.end);
    loop {
        if let Some(tab) = leading_tab(cx, line.clone()) {
            return Some(tab);
        }
        let next = cx.text[line.end..].find(|it| !matches!(it, '\r' | '\n'))? + line.end;
        line = cx.line(next);
        if line.start > cx.at && leading_tab(cx, line.clone()).is_none() {
            return cx.text[cx.at..].starts_with('\t').then_some(cx.at);
        }
    }
}

fn character(cx: &Context<'_>, at: usize) -> Problem {
    let Some(letter) = cx.text[at..].chars().next() else {
        return cx.problem(cx.mark(at), "a value is missing here");
    };
    let word = cx.text[at..].lines().next().unwrap_or_default();
    let word = word.split(" #").next().unwrap_or_default().trim_end();
    let quotable = !word.contains(['"', '\\', ',', ']', '}']) && word.len() < 60;
    let help = if quotable { format!("put it in quotes: `\"{word}\"`") } else { "put it in quotes".to_string() };
    let letter = match letter {
        '`' => "a backquote".to_string(),
        _ => format!("`{}`", letter.escape_debug()),
    };
    cx.problem(cx.mark(at), format!("a value cannot begin with {letter}")).help(help)
}

fn word_end(cx: &Context<'_>) -> usize {
    cx.text[cx.at..].find(char::is_whitespace).map_or(cx.text.len(), |it| cx.at + it)
}

fn opened(cx: &Context<'_>, problem: Problem) -> Problem {
    match cx.flow {
        Some(open) => problem.label(cx.mark(open), "opened here"),
        None => problem,
    }
}

fn flow(cx: &Context<'_>, library: &str) -> Problem {
    let open = cx.flow.unwrap_or(cx.at);
    let closing = match cx.text.as_bytes().get(open) {
        Some(b'{') => "}",
        _ => "]",
    };
    if cx.line(open) == cx.line(cx.at) && cx.at > open && !cx.text[cx.at..].trim_start().is_empty() {
        let problem = match cx.text[cx.at..].chars().next() {
            Some(',') => cx.problem(cx.mark(cx.at), "a value is missing before this comma"),
            _ => cx.problem(cx.mark(cx.at), "this is not valid YAML inside brackets").because(library.to_lowercase()),
        };
        return opened(cx, problem);
    }
    let problem = cx.problem(cx.mark(open), "a bracket is opened and not closed");
    let problem = problem.help(format!("close it with `{closing}`, or put the text in quotes"));
    match cx.at <= open || cx.at >= cx.text.trim_end().len() {
        true => problem,
        false => problem.label(cx.mark(cx.at), "noticed here"),
    }
}

/// A `: ` where no mapping can begin.
fn colon(cx: &Context<'_>) -> Problem {
    let line = cx.content(cx.line(cx.at));
    let before = &cx.text[line.start.min(cx.at)..cx.at];
    if before.contains(": ") {
        return cx
            .problem(cx.mark(cx.at), "the value holds a second `: `")
            .because("to YAML this is a mapping inside a value")
            .help("put the value in quotes, or begin the mapping on a new line");
    }
    let key = cx.span(line.start..cx.at.max(line.start + 1));
    if let Some(above) = cx.line_before(cx.at) {
        let above = cx.content(above);
        let indent = |at: usize| at - cx.line(at).start;
        if let Some(problem) = missing_colon(cx, above.clone()) {
            return problem;
        }
        if indent(line.start) > indent(above.start) {
            return cx
                .problem(key, "this key is indented deeper than the line above, which already has a value")
                .label(cx.span(above), "complete")
                .help("indent it like the key it stands beside");
        }
    }
    cx.problem(key, "a mapping cannot begin here").because("the line above is not finished")
}

/// The blame for a line such as `image:nginx` or `image`, which should be a key and is only text.
fn missing_colon(cx: &Context<'_>, content: Range<usize>) -> Option<Problem> {
    let text = &cx.text[content.clone()];
    let item = text.starts_with("- ");
    if text.contains(": ") || text.ends_with(':') || text.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '?']) {
        return None;
    }
    if let Some(at) = text.find(':').filter(|_| !text.contains(' ') && !item) {
        let span = cx.mark(content.start + at);
        let (key, value) = text.split_at(at);
        let problem = cx.problem(span, "a blank is missing after this `:`");
        return Some(problem.help(format!("write `{key}: {}`", &value[1..])));
    }
    (!item).then(|| cx.problem(cx.span(content), "this line is only text; a `:` is missing").help("write `key: value`"))
}

/// A line that fits nowhere: its indentation, its `- ` or its `:` is wrong.
fn misplaced(cx: &Context<'_>, mistake: Mistake, library: &str) -> Problem {
    let content = cx.content(cx.line(cx.at));
    let lead = &cx.text[content.start.min(cx.at)..cx.at];
    // Only a line that is wrong from its beginning is misplaced.
    if !lead.trim_matches(['-', ' ']).is_empty() {
        return cx
            .problem(cx.mark(cx.at), "text follows a value that is already complete")
            .because(library.to_lowercase());
    }
    let text = &cx.text[content.clone()];
    let key = text.find(": ").or_else(|| text.strip_suffix(':').map(str::len));
    let place = cx.span(content.start..key.map_or(content.end, |it| content.start + it).max(content.start + 1));
    match mistake {
        Mistake::KeyWithoutColon if cx.in_sequence && text.starts_with('-') => cx
            .problem(cx.mark(content.start), "a blank is missing after this `-`")
            .help(format!("write `- {}`", &text[1..])),
        Mistake::KeyWithoutColon if cx.in_sequence => {
            cx.problem(cx.span(content), "this item of a list does not begin with `- `").help("put `- ` before it")
        }
        Mistake::KeyWithoutColon => {
            let found = missing_colon(cx, content.clone());
            found.unwrap_or_else(|| {
                cx.problem(cx.span(content), "this line is not a key with a value")
                    .because("a key stands on one line, is at most 1024 characters long, and ends with `:`")
            })
        }
        Mistake::NotAnItem => cx
            .problem(place, "this line stands between the items of a list and is none")
            .help("begin it with `- `, or indent it like the line it belongs to"),
        _ if text.starts_with("- ") || text == "-" => cx
            .problem(cx.mark(content.start), "an item of a list stands here among keys")
            .help("indent every `- ` of a list alike"),
        _ => cx
            .problem(place, "the indentation of this line fits no line above it")
            .help("indent it like the line it stands beside"),
    }
}
