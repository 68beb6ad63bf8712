//! `command:` and `entrypoint:`: a list, or a string that Compose splits into words.

use super::Field;
use super::lower::Lower;
use crate::grammar::words;
use crate::text::Text;
use crate::tree::Entry;

/// How the words are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommandForm {
    /// A list of words.
    List,
    /// One string. No shell runs it; Compose only splits it.
    String,
}

/// The words of a command line.
#[derive(Clone, Debug)]
pub struct Command {
    /// The words. None: explicitly empty, which clears what the image says.
    pub words: Vec<Text>,
    /// How they are written.
    pub form: CommandForm,
    /// The end of a string that Compose drops: from the first unquoted `;`, `&`, `|`, `<` or `>` on.
    pub dropped: Option<Text>,
}

impl Command {
    /// `None` for null, which means the image's own.
    pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> Option<Field<Command>> {
        if lower.is_sequence(entry.value) {
            let words = lower.tree.items(entry.value).iter().filter_map(|it| lower.text(it.value)).collect();
            return Some(lower.field(entry, Command { words, form: CommandForm::List, dropped: None }));
        }
        let text = lower.text(entry.value)?;
        let command = match words::split(text.as_str()) {
            Ok(split) => Command {
                words: words_of(&text, &split.words),
                form: CommandForm::String,
                dropped: split.rest.map(|it| text.slice(it)),
            },
            // The schema reports it.
            Err(_) => Command { words: vec![text], form: CommandForm::String, dropped: None },
        };
        Some(lower.field(entry, command))
    }
}

/// The words with their places. A variable that stands alone may be any number of words, so it is one that is unknown.
fn words_of(text: &Text, words: &[words::Word]) -> Vec<Text> {
    let mut places: Vec<usize> = text.holes().iter().map(|it| it.at as usize).collect();
    places.dedup();
    // Words are in order: the first that does not end before a place is the only one that can touch it.
    places.retain(|at| {
        let next = words.partition_point(|it| it.range.end < *at);
        words.get(next).is_none_or(|it| *at < it.range.start)
    });
    let mut found: Vec<(usize, Text)> = places.into_iter().map(|at| (at, text.slice(at..at))).collect();
    found.extend(words.iter().map(|it| (it.range.start, word_text(text, it))));
    found.sort_by_key(|it| it.0);
    found.into_iter().map(|it| it.1).collect()
}

/// A word with its place. Where quotes were taken off, the place is the word with its quotes.
fn word_text(text: &Text, word: &words::Word) -> Text {
    let part = text.slice(word.range.clone());
    if part.as_str() == word.value || !part.is_known() {
        return part;
    }
    let quoted = part.as_str().len() == word.value.len() + 2;
    if quoted && part.as_str().get(1..).is_some_and(|it| it.starts_with(&word.value)) {
        return part.slice(1..1 + word.value.len());
    }
    Text::verbatim(word.value.clone(), part.span(), 0)
}
