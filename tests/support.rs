//! What several tests need: the tree of the repository, a check of one text, its findings as plain text, edits.

use plimsoll_core::check::{Hosts, Options, Rule, Selection, check, check_path};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::fix::Fix;
use plimsoll_core::load::files::{Files, ReadError};
use plimsoll_core::source::{FileId, Sources, Span};
use plimsoll_core::syntax;
use plimsoll_core::tree::Tree;
use plimsoll_rules::RULES;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// A path as people write it: from the top of the repository, with `/`.
pub fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.components().map(|it| it.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The text of a file. The test fails if it cannot be read.
pub fn read(path: &Path) -> String {
    match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => panic!("`{}` cannot be read: {error}", shown(path)),
    }
}

/// All files below a directory, sorted. What is built, and what belongs to version control, is left out.
pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for path in entries(&directory) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // In a second working tree, `.git` is a file.
            if matches!(name.as_str(), "target" | ".git" | "node_modules" | "dist") {
                continue;
            }
            // What cargo-fuzz writes.
            if directory.ends_with("tests/fuzz") && matches!(name.as_str(), "artifacts" | "corpus" | "coverage") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What stands in a directory, sorted; nothing if it is not there.
pub fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    found.sort();
    found
}

/// Whether a file has this extension.
pub fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|it| it == extension)
}

/// Fails with all that is wrong at once, so that it can be mended at once.
pub fn assert_none(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "{advice}\n\n{}\n", wrong.join("\n"));
}

/// Whether generated text is to be written instead of compared.
pub fn is_blessing() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|it| it != "0" && !it.is_empty())
}

/// Compares a generated file with what it should hold (`None`: it should not be there), or writes it.
pub fn expect_file(path: &Path, actual: Option<&str>, wrong: &mut Vec<String>) {
    let recorded = std::fs::read_to_string(path).ok();
    if recorded.as_deref() == actual {
        return;
    }
    if is_blessing() {
        match actual {
            Some(actual) => std::fs::write(path, actual).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
        return;
    }
    let name = shown(path);
    wrong.push(match (recorded, actual) {
        (None, Some(actual)) => format!("{name} is not there; it would hold\n{}", indented(actual)),
        (Some(_), None) => format!("{name} records findings, and there are none any more"),
        (recorded, actual) => {
            let (recorded, actual) = (recorded.unwrap_or_default(), actual.unwrap_or_default());
            format!("{name} differs\n{}", difference(&recorded, actual))
        }
    });
}

/// The lines in which two texts differ: what both have at their beginning and end is left out.
pub fn difference(recorded: &str, actual: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (recorded.lines().collect(), actual.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let mut text = format!("  from line {}:\n", same + 1);
    for line in &old[same..old.len() - tail] {
        let _ = writeln!(text, "  - {line}");
    }
    for line in &new[same..new.len() - tail] {
        let _ = writeln!(text, "  + {line}");
    }
    if old == new {
        text.push_str("  only in line breaks\n");
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  + {line}\n")).collect()
}

/// Files by name. The one that is checked is called [`MAIN`].
pub type Texts = BTreeMap<String, String>;

/// A name that Compose looks for.
pub const MAIN: &str = "compose.yaml";

/// Files that are only there for one check.
pub struct Memory<'a>(pub &'a Texts);

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).map(|it| it.clone().into_bytes()).ok_or(ReadError::Missing)
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

/// A project that was checked.
pub struct Checked {
    /// Everything that was read.
    pub sources: Sources,
    /// The file that was read first.
    pub file: FileId,
    /// The findings, in the order of the file.
    pub found: Vec<Diagnostic>,
}

/// Checks one text with all rules, as a project without further files.
pub fn check_text(text: &str, options: &Options) -> Checked {
    check_texts(&Texts::from([(MAIN.to_string(), text.to_string())]), RULES, options)
}

/// Checks a project as the program does, with these rules in this order.
pub fn check_texts(texts: &Texts, rules: &[&'static Rule], options: &Options) -> Checked {
    check_named(texts, MAIN, rules, options)
}

/// Checks the project that one of these files stands for.
pub fn check_named(texts: &Texts, name: &str, rules: &[&'static Rule], options: &Options) -> Checked {
    let mut sources = Sources::new();
    match check_path(&mut sources, &Memory(texts), name, rules, options) {
        Ok(found) => {
            let file = sources.iter().next().map(|it| it.0).unwrap();
            Checked { sources, file, found }
        }
        Err((path, why)) => panic!("`{path}` cannot be read: {why}"),
    }
}

/// Checks a file that is already read.
pub fn check_file(sources: Sources, file: FileId, options: &Options) -> Checked {
    let found = check(&sources, file, RULES, options);
    Checked { sources, file, found }
}

/// Every rule, those that are off by default as well.
pub fn all() -> Options {
    let selection = Selection { select: vec!["all".to_string()], ignore: Vec::new() };
    Options { selection, ..Options::default() }
}

/// Options under which a rule shows its findings even if it is off by default, or only informs.
pub fn options_for(rule: &Rule) -> Options {
    let mut options = Options::default();
    let asked = !rule.on || rule.severity == plimsoll_core::diagnostic::Severity::Info;
    // A warning where merged files disagree; its page shows what one file alone can show.
    if asked || rule.id == "floating-base-image" {
        options.selection.select.push("all".to_string());
    }
    options
}

/// The options in the first line of a fixture: `# options: host=linux; select=a, b; env=KEY=VALUE`.
pub fn options_of(text: &str) -> Result<Options, String> {
    let mut options = Options::default();
    let Some(line) = text.lines().next().and_then(|it| it.strip_prefix("# options:")) else { return Ok(options) };
    let mut hosts = Hosts { linux: false, macos: false, windows: false };
    for option in line.split(';').map(str::trim).filter(|it| !it.is_empty()) {
        let (name, value) = option.split_once('=').ok_or_else(|| format!("`{option}` is not `name=value`"))?;
        let names = || value.split(',').map(|it| it.trim().to_string());
        match name.trim() {
            "select" => options.selection.select.extend(names()),
            "ignore" => options.selection.ignore.extend(names()),
            "host" => {
                for host in names() {
                    match host.as_str() {
                        "linux" => hosts.linux = true,
                        "macos" => hosts.macos = true,
                        "windows" => hosts.windows = true,
                        _ => return Err(format!("`{host}` is no host: linux, macos and windows are")),
                    }
                }
                options.hosts = hosts;
            }
            "env" => {
                let (key, value) = value.split_once('=').ok_or("write `env=KEY=VALUE`")?;
                options.variables.set(key.trim(), value);
            }
            other => return Err(format!("there is no option `{other}`: host, select, ignore and env are known")),
        }
    }
    Ok(options)
}

/// The findings as plain text. It does not follow the output of the program, so that a change there stays there.
pub fn dump(checked: &Checked) -> String {
    let sources = &checked.sources;
    let many = sources.iter().count() > 1;
    let place = |span: Span| {
        let (start, end) = (sources.start(span), sources.end(span));
        let place = format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column);
        if many { format!("{}:{place}", sources.get(span.file).name()) } else { place }
    };
    let mut text = String::new();
    for found in &checked.found {
        let _ = writeln!(text, "{} {} {}", place(found.span), found.severity.name(), found.rule);
        let _ = writeln!(text, "  message: {}", printable(&found.message));
        if !found.reason.is_empty() {
            let _ = writeln!(text, "  reason: {}", printable(&found.reason));
        }
        for label in &found.labels {
            let _ = writeln!(text, "  label {}: {}", place(label.span), printable(&label.text));
        }
        if let Some(help) = &found.help {
            let _ = writeln!(text, "  help: {}", printable(help));
        }
        if let Some(fix) = &found.fix {
            let _ = writeln!(text, "  fix ({}): {}", fix.safety.name(), printable(&fix.title));
        }
    }
    text
}

/// A text in which control characters are written as escapes.
pub fn printable(text: &str) -> String {
    let escape = |it: char| if it.is_control() { it.escape_default().to_string() } else { it.to_string() };
    text.chars().map(escape).collect()
}

/// What is wrong with the places and words of the findings, whatever the text was.
pub fn unsound(checked: &Checked) -> Vec<String> {
    let mut wrong = Vec::new();
    for found in &checked.found {
        let mut say = |what: String| wrong.push(format!("{}: {what}", found.rule));
        let edits = found.fix.iter().flat_map(|it| &it.edits);
        let spans = [("the finding", found.span)].into_iter();
        let spans = spans.chain(found.labels.iter().map(|it| ("a label", it.span)));
        for (what, span) in spans.chain(edits.map(|it| ("an edit", it.span))) {
            let text = checked.sources.get(span.file).text();
            let (start, end) = (span.start as usize, span.end as usize);
            if start > end || end > text.len() {
                say(format!("{what} is at {start}..{end} in a text of {} bytes", text.len()));
            } else if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
                say(format!("{what} at {start}..{end} cuts a character"));
            }
        }
        if found.message.is_empty() {
            say("the message is empty".to_string());
        }
        let help = found.help.iter().chain(found.fix.iter().map(|it| &it.title));
        let words = [&found.message, &found.reason].into_iter().chain(found.labels.iter().map(|it| &it.text));
        for words in words.chain(help) {
            if own_words(words).chars().any(char::is_control) {
                say(format!("{words:?} has a line break or another control character that is not a quotation"));
            }
        }
        if let Some(fix) = &found.fix {
            wrong.extend(overlap(fix).map(|it| format!("{}: {it}", found.rule)));
        }
    }
    wrong
}

/// A message without what it quotes: the files may hold anything, and the program makes that printable before it
/// prints it. What is quoted stands in backticks, and may hold backticks.
fn own_words(text: &str) -> String {
    match (text.find('`'), text.rfind('`')) {
        (Some(first), Some(last)) => [&text[..first], &text[last..]].concat(),
        _ => text.to_string(),
    }
}

fn overlap(fix: &Fix) -> Option<String> {
    let mut spans: Vec<Span> = fix.edits.iter().map(|it| it.span).collect();
    spans.sort();
    let crosses = |it: &[Span]| it[0].file == it[1].file && (it[1].start < it[0].end || it[0] == it[1]);
    spans.windows(2).any(crosses).then(|| format!("the edits of \"{}\" overlap", fix.title))
}

/// The files after a fix. Edits are applied from the end, so that the places of the others stay right.
pub fn apply(texts: &Texts, sources: &Sources, fix: &Fix) -> Texts {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|it| std::cmp::Reverse(it.span));
    let mut texts = texts.clone();
    for edit in edits {
        let name = sources.get(edit.span.file).name();
        let Some(text) = texts.get_mut(name) else { panic!("a fix edits `{name}`, which is no file of the project") };
        text.replace_range(edit.span.range(), &edit.text);
    }
    texts
}

/// The files after the first fix of a finding that is `wanted`, again and again until there is none.
/// `None` if that does not end.
pub fn apply_all(texts: &Texts, options: &Options, wanted: impl Fn(&Diagnostic) -> bool) -> Option<Texts> {
    let mut texts = texts.clone();
    for _ in 0..100 {
        let checked = check_texts(&texts, RULES, options);
        let Some(fix) = checked.found.iter().filter(|it| wanted(it)).find_map(|it| it.fix.as_ref()) else {
            return Some(texts);
        };
        texts = apply(&texts, &checked.sources, fix);
    }
    None
}

/// The comments of a text, in order, without blanks at their end.
pub fn comments(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let file = sources.add_text("compose.yaml", text);
    let document = syntax::parse(&mut Tree::default(), file, sources.get(file), &mut Vec::new());
    document.comments.iter().map(|it| sources.slice(*it).trim_end().to_string()).collect()
}

/// One block of code on a page.
pub struct Example {
    /// The heading it stands under, without `##`.
    pub section: String,
    /// What stands behind the opening fence.
    pub language: String,
    /// The code.
    pub text: String,
    /// Line of the opening fence, from 1.
    pub line: usize,
}

/// All blocks of code on a page.
pub fn examples(page: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let (mut section, mut open) = (String::new(), false);
    for (at, line) in page.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            if !open {
                let language = language.trim().to_string();
                found.push(Example { section: section.clone(), language, text: String::new(), line: at + 1 });
            }
            open = !open;
        } else if open {
            let example = found.last_mut().unwrap();
            example.text.push_str(line);
            example.text.push('\n');
        } else if let Some(heading) = line.strip_prefix("## ") {
            section = heading.trim().to_string();
        }
    }
    found
}

/// The page of a rule, from the disk.
pub fn page_path(id: &str) -> PathBuf {
    root().join("rules").join(format!("{id}.md"))
}
