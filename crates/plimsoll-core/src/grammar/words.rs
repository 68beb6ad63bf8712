//! Words of a command line, as Compose splits the strings of `command` and `entrypoint`.
//!
//! Source: behaviour of Docker Compose 2.40.3, which splits with go-shellwords 1.0.12. It is not a shell: no variable
//! is filled in, nothing is run, `#` starts no comment, and everything behind an operator is silently dropped.
//! A backslash makes no tab and no line break, either: `\t` is `t`.

use std::fmt;
use std::ops::Range;

/// One word, as the engine gets it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The word without its quotes and backslashes.
    pub value: String,
    /// Bytes of the input that it is written in, quotes included.
    pub range: Range<usize>,
}

/// A command line in words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    /// The words, in order.
    pub words: Vec<Word>,
    /// What Compose drops in silence: everything from the first unquoted `;`, `&`, `|`, `<` or `>` to the end.
    ///
    /// A word that starts with a digit and touches a `>`, as in `2>&1`, is dropped along with it.
    pub rest: Option<Range<usize>>,
}

/// Why Compose refuses a command line. Offsets are bytes of the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WordsError {
    /// A quote, a backtick or a `$(` that is not closed.
    Unclosed {
        /// Where it is opened.
        at: usize,
    },
    /// A parenthesis outside of quotes and of `$(…)`.
    Parenthesis {
        /// Where it stands.
        at: usize,
    },
    /// A backslash at the very end.
    Backslash {
        /// Where it stands.
        at: usize,
    },
}

impl WordsError {
    /// The byte of the input at which the character to blame starts.
    pub fn at(&self) -> usize {
        match *self {
            WordsError::Unclosed { at } | WordsError::Parenthesis { at } | WordsError::Backslash { at } => at,
        }
    }
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WordsError::Unclosed { .. } => "a quote is not closed",
            WordsError::Parenthesis { .. } => "a parenthesis stands outside of quotes",
            WordsError::Backslash { .. } => "a backslash has nothing behind it",
        })
    }
}

impl std::error::Error for WordsError {}

/// What the characters that follow are enclosed in, and where that is opened.
#[derive(Clone, Copy)]
enum Quote {
    None,
    Single(usize),
    Double(usize),
    /// `$(…)`, which keeps its text and its blanks.
    Dollar(usize),
    /// `)…)`: Compose takes a lone closing parenthesis for the beginning of a quote.
    Closing(usize),
}

/// Splits a command line into words.
///
/// # Errors
/// Compose refuses the file: `invalid command line string`.
pub fn split(text: &str) -> Result<Words, WordsError> {
    let mut words = Words::default();
    let mut value = String::new();
    // Where the word that is being read starts; `None` between words.
    let mut start: Option<usize> = None;
    let mut quote = Quote::None;
    // Where a backtick is open. Unlike the others it may have quotes inside, which are taken away as elsewhere.
    let mut backtick: Option<usize> = None;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        let bare = matches!(quote, Quote::None) && backtick.is_none();
        match char {
            ' ' | '\t' | '\r' | '\n' if bare => {
                if let Some(start) = start.take() {
                    words.words.push(Word { value: std::mem::take(&mut value), range: start..at });
                }
                continue;
            }
            ';' | '&' | '|' | '<' | '>' if bare => {
                // Compose means to drop the number of a stream (`2>`), and looks at the first character only.
                let stream = char == '>' && value.starts_with(|it: char| it.is_ascii_digit());
                match start {
                    Some(start) if !stream => words.words.push(Word { value, range: start..at }),
                    _ => {}
                }
                words.rest = Some(start.filter(|_| stream).unwrap_or(at)..text.len());
                return Ok(words);
            }
            _ => {}
        }
        start.get_or_insert(at);
        match (quote, char) {
            (Quote::Single(_), '\\') => value.push(char),
            (_, '\\') => match chars.next() {
                // Nothing is special behind a backslash. A line break becomes part of the word.
                Some((_, next)) => value.push(next),
                None => return Err(WordsError::Backslash { at }),
            },
            (Quote::None, '\'') => quote = Quote::Single(at),
            (Quote::None, '"') => quote = Quote::Double(at),
            (Quote::Single(_), '\'') | (Quote::Double(_), '"') => quote = Quote::None,
            (Quote::None, '(') if bare && value.ends_with('$') => {
                value.push(char);
                quote = Quote::Dollar(at);
            }
            (Quote::None, '(') if bare => return Err(WordsError::Parenthesis { at }),
            (Quote::Dollar(_) | Quote::Closing(_), '(') => return Err(WordsError::Parenthesis { at }),
            (Quote::None, ')') if bare => {
                value.push(char);
                quote = Quote::Closing(at);
            }
            (Quote::Dollar(_) | Quote::Closing(_), ')') => {
                value.push(char);
                quote = Quote::None;
            }
            (Quote::None, '`') => {
                value.push(char);
                backtick = if backtick.is_none() { Some(at) } else { None };
            }
            _ => value.push(char),
        }
    }
    match (quote, backtick) {
        (Quote::Single(at) | Quote::Double(at) | Quote::Dollar(at), _) | (Quote::None, Some(at)) => {
            Err(WordsError::Unclosed { at })
        }
        (Quote::Closing(at), _) => Err(WordsError::Parenthesis { at }),
        (Quote::None, None) => {
            if let Some(start) = start {
                words.words.push(Word { value, range: start..text.len() });
            }
            Ok(words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        split(text).map(|it| it.words.into_iter().map(|word| word.value).collect()).unwrap_or_default()
    }

    #[test]
    fn ranges_include_the_quotes() {
        let text = r#" postgres  -c 'max connections'=9 "" é\ b"#;
        let words = split(text).map(|it| it.words).unwrap_or_default();
        let written: Vec<&str> = words.iter().map(|it| &text[it.range.clone()]).collect();
        assert_eq!(written, ["postgres", "-c", "'max connections'=9", "\"\"", "é\\ b"]);
        let values: Vec<&str> = words.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(values, ["postgres", "-c", "max connections=9", "", "é b"]);
    }

    #[test]
    fn an_operator_drops_the_rest() {
        let dropped = |text: &'static str| split(text).ok().and_then(|it| it.rest).map(|it| &text[it]);
        assert_eq!(dropped("a && b"), Some("&& b"));
        assert_eq!(dropped("a; 'b"), Some("; 'b"));
        assert_eq!(dropped("a x2>b"), Some(">b"));
        assert_eq!(dropped("a 2>&1 "), Some("2>&1 "));
        assert_eq!(dropped("a 2 >b"), Some(">b"));
        assert_eq!(dropped("'a;b'"), None);
        assert_eq!(values("a 2>&1"), ["a"]);
        assert_eq!(values("a 2x>b"), ["a"]);
        assert_eq!(values("a 2<b"), ["a", "2"]);
        assert_eq!(values(">x"), [""; 0]);
    }

    #[test]
    fn what_a_shell_would_do_is_not_done() {
        assert_eq!(values("a # $B"), ["a", "#", "$B"]);
        assert_eq!(values("`a b`c $(d \"e) f"), ["`a b`c", "$(d \"e)", "f"]);
        assert_eq!(values("`a 'b' c` d"), ["`a b c`", "d"]);
        assert_eq!(values("a \\\n b"), ["a", "\n", "b"]);
        assert_eq!(values(r#""a\tb" 'a\tb'"#), ["atb", r"a\tb"]);
        assert_eq!(values("a ) b ) c"), ["a", ") b )", "c"]);
    }

    #[test]
    fn errors_say_where() {
        assert_eq!(split("a 'b"), Err(WordsError::Unclosed { at: 2 }));
        assert_eq!(split("a `b"), Err(WordsError::Unclosed { at: 2 }));
        assert_eq!(split("a $(b"), Err(WordsError::Unclosed { at: 3 }));
        assert_eq!(split("a (b)"), Err(WordsError::Parenthesis { at: 2 }));
        assert_eq!(split("$(a (b))"), Err(WordsError::Parenthesis { at: 4 }));
        assert_eq!(split("a) b"), Err(WordsError::Parenthesis { at: 1 }));
        assert_eq!(split("a\\"), Err(WordsError::Backslash { at: 1 }));
    }
}
