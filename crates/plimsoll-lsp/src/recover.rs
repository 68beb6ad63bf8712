//! A text with a mistake in it, read all the same: the lines that are to blame are taken for blank.
//!
//! Offsets stay what they are, because each byte of such a line becomes a space.

use plimsoll_core::problem::ProblemKind;
use plimsoll_core::source::{FileId, Sources};
use plimsoll_core::syntax;
use plimsoll_core::tree::Tree;
use std::collections::BTreeSet;
use std::ops::Range;

/// How many lines are taken out at the most. Half a line is one; what has more wrong with it is something else.
const MOST: usize = 12;

/// A text in which some lines were taken for blank.
#[derive(Debug)]
pub struct Recovered {
    /// The text, as long as it was.
    pub text: String,
    /// The byte ranges of these lines.
    pub masked: Vec<Range<usize>>,
}

impl Recovered {
    /// Whether a span touches what was taken for blank.
    pub fn hides(&self, span: Range<usize>) -> bool {
        self.masked.iter().any(|it| it.start <= span.end && span.start <= it.end)
    }
}

/// Takes out lines until the rest can be read. `None`: there is nothing wrong, or too much.
pub fn recover(text: &str) -> Option<Recovered> {
    let mut sources = Sources::new();
    let file = sources.add_text("", text);
    let source = sources.get(file);
    let mut at = mistake(&sources, file)?;
    let mut now = text.to_string();
    let mut lines: BTreeSet<usize> = BTreeSet::new();
    for _ in 0..MOST {
        let mut line = source.line_of(at);
        // What is blank already is not to blame, so what stands before it is.
        while now[source.line_range(line)].trim().is_empty() {
            line = line.checked_sub(1)?;
        }
        let range = source.line_range(line);
        let blank = " ".repeat(range.len());
        now.replace_range(range, &blank);
        lines.insert(line);
        let mut rest = Sources::new();
        let file = rest.add_text("", now.as_str());
        match mistake(&rest, file) {
            Some(next) => at = next,
            None => {
                let masked = lines.into_iter().map(|it| source.line_range(it)).collect();
                return Some(Recovered { text: now, masked });
            }
        }
    }
    None
}

/// Where the first thing stands that makes a text no YAML.
fn mistake(sources: &Sources, file: FileId) -> Option<u32> {
    let mut problems = Vec::new();
    syntax::parse(&mut Tree::default(), file, sources.get(file), &mut problems);
    problems.iter().find(|it| it.kind == ProblemKind::YamlSyntax).map(|it| it.span.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "services:\n  db:\n    image: postgres:16\n    volumes:\n      - data:/var/lib/postgresql/data\n\
                        volumes:\n  data:\n";

    #[test]
    fn one_line_is_blamed() {
        assert!(recover(GOOD).is_none());
        for (before, after) in [
            ("    image: postgres:16", "    image: \"postgres:16"),
            ("    image: postgres:16", "    image: [postgres"),
            ("    image: postgres:16", "    image: a: b: c"),
            ("    image: postgres:16", "\timage: postgres:16"),
            ("    image: postgres:16", "    image: @postgres"),
            ("      - data:/var/lib/postgresql/data", "      - *.log"),
        ] {
            let text = GOOD.replace(before, after);
            let found = recover(&text).unwrap_or_else(|| panic!("{after} was not recovered from"));
            let line = found.masked.iter().map(|it| &text[it.clone()]).collect::<Vec<_>>();
            assert_eq!(line, [after]);
            assert_eq!(found.text.len(), text.len());
            assert!(found.hides(found.masked[0].clone()) && !found.hides(0..4));
        }
    }

    #[test]
    fn a_text_that_is_something_else() {
        assert!(recover(&"]]]\n".repeat(40)).is_none());
    }
}
