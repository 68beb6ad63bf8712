//! Findings for people: the message, the source with marks, what to do, and a last line that counts.

use crate::report::snippet::{CONTEXT, Mark, Snippets};
use crate::report::{Report, Style, color, several};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::source::Sources;
use plimsoll_workspace::escape;
use plimsoll_workspace::page_url;
use std::fmt;
use std::io::{self, Write};
use textwrap::{WordSeparator, WordSplitter};

/// Columns that line numbers and the frame take.
const MARGIN: usize = 12;
/// The least width that is worth cutting a line of source down to.
const NARROWEST: usize = 40;
/// The least width that is worth wrapping the text of a mark to.
const NARROWEST_MARK: usize = 30;

/// Shows findings with their source.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>, style: Style) -> io::Result<()> {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(CONTEXT)
        .with_break_words(false)
        .with_word_separator(wrapping(0).word_separator)
        .with_word_splitter(wrapping(0).word_splitter);
    for diagnostic in report.diagnostics {
        let shown = render(&handler, report.sources, diagnostic, style).map_err(io::Error::other)?;
        writeln!(out, "{shown}")?;
    }
    if style.summary && report.files > 0 {
        writeln!(out, "{}", count(report))?;
    }
    Ok(())
}

/// How text is wrapped: at blanks only, so that identifiers and paths stay in one piece.
fn wrapping<'a>(width: usize) -> textwrap::Options<'a> {
    let options = textwrap::Options::new(width).break_words(false);
    options.word_separator(WordSeparator::AsciiSpace).word_splitter(WordSplitter::NoHyphenation)
}

fn render(
    handler: &GraphicalReportHandler,
    sources: &Sources,
    diagnostic: &Diagnostic,
    style: Style,
) -> Result<String, fmt::Error> {
    let mut shown = String::new();
    handler.render_report(&mut shown, &Finding::new(sources, diagnostic, style.width))?;
    if diagnostic.rule.is_empty() {
        return Ok(shown);
    }
    // The identifier is the first word behind the glyph, and nothing else can stand before it.
    let mut rule = diagnostic.rule.to_string();
    if style.links {
        rule = format!("\u{1b}]8;;{}\u{1b}\\{rule}\u{1b}]8;;\u{1b}\\", page_url(diagnostic.rule));
    }
    if style.color {
        let paint = color(diagnostic.severity).bold();
        rule = format!("{paint}{rule}{paint:#}");
    }
    shown = shown.replacen(diagnostic.rule, &rule, 1);
    if let Some(fix) = &diagnostic.fix {
        let paint = if style.color { anstyle::AnsiColor::Cyan.on_default() } else { anstyle::Style::new() };
        let head = format!("  {paint}fix ({}):{paint:#} ", fix.safety.name());
        let options = wrapping(style.width.saturating_sub(2)).initial_indent(&head).subsequent_indent("        ");
        shown.push_str(&textwrap::fill(&escape::line(&fix.title), options));
        shown.push('\n');
    }
    Ok(shown)
}

/// `2 errors, 1 warning in 3 files`.
pub(crate) fn count(report: &Report<'_>) -> String {
    let all = report.counts();
    let counts = [(all.errors, "error"), (all.warnings, "warning"), (all.infos, "info")];
    let found: Vec<String> = counts.iter().filter(|it| it.0 > 0).map(|it| several(it.0, it.1)).collect();
    let found = if found.is_empty() { "no findings".to_string() } else { found.join(", ") };
    let fixable = match (all.fixable, all.fixable_unsafe) {
        (0, 0) => String::new(),
        (safe, 0) => format!(" · {safe} fixable with --fix"),
        (0, other) => format!(" · {other} fixable with --fix --unsafe-fixes"),
        (safe, other) => format!(" · {safe} fixable with --fix, {other} with --unsafe-fixes"),
    };
    // Where every project is one file, to count them twice says nothing.
    let place = match (report.projects, report.files) {
        (projects, files) if projects < 2 || projects == files => several(files, "file"),
        (projects, files) => format!("{projects} projects, {}", several(files, "file")),
    };
    let known = if report.known > 0 { format!(", and {} known", report.known) } else { String::new() };
    format!("{found}{known} in {place}{fixable}")
}

/// A finding as the renderer wants it.
#[derive(Debug)]
struct Finding {
    message: String,
    severity: miette::Severity,
    source: Cutout,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
}

impl Finding {
    fn new(sources: &Sources, diagnostic: &Diagnostic, width: usize) -> Finding {
        let mut marks = vec![Mark { span: diagnostic.span, text: &diagnostic.reason }];
        marks.extend(diagnostic.labels.iter().map(|it| Mark { span: it.span, text: &it.text }));
        let snippets = Snippets::new(sources, &marks, width.saturating_sub(MARGIN).max(NARROWEST));
        let label = |(at, mark): (usize, &Mark<'_>)| {
            let place = &snippets.places[at];
            let room = width.saturating_sub(MARGIN + place.middle).max(NARROWEST_MARK);
            let text = escape::line(mark.text);
            let text = (!text.is_empty()).then(|| textwrap::wrap(&text, wrapping(room)).join("\n"));
            let make = if at == 0 { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
            make(text, place.range.clone())
        };
        Finding {
            message: match (diagnostic.rule, escape::line(&diagnostic.message)) {
                // No rule speaks of the settings.
                ("", message) => message.into_owned(),
                (rule, message) => format!("{rule}: {message}"),
            },
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Info => miette::Severity::Advice,
            },
            labels: marks.iter().enumerate().map(label).collect(),
            source: Cutout(snippets),
            help: diagnostic.help.as_deref().map(|it| escape::line(it).into_owned()),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Finding {}

impl miette::Diagnostic for Finding {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|it| Box::new(it) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The source of a finding: the renderer is handed pieces as they were cut, and told where they come from.
#[derive(Debug)]
struct Cutout(Snippets);

impl SourceCode for Cutout {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let holds = |range: &std::ops::Range<usize>| range.start <= start && end <= range.end;
        // A span over two pieces is refused: the renderer asks whether it may draw them as one.
        let piece = self.0.pieces.iter().find(|it| holds(&it.range)).ok_or(MietteError::OutOfBounds)?;
        let whole = before + after > 0;
        let (range, line, column) = if whole {
            (piece.range.clone(), piece.line, 0)
        } else {
            let lines = self.0.text[piece.range.start..start].matches('\n').count();
            let column = self.0.places.iter().find(|it| it.range.start == start).map_or(0, |it| it.column);
            (start..end, piece.line + lines, column)
        };
        let data = &self.0.text.as_bytes()[range.clone()];
        let span = (range.start, range.len()).into();
        Ok(Box::new(MietteSpanContents::new_named(piece.file.clone(), data, span, line, column, piece.lines)))
    }
}
