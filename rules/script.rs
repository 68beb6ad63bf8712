//! A shell script in its simple commands: enough of a shell's grammar to say which program is started, and how.

use std::ops::Range;

/// What stands behind a simple command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// Nothing more.
    Last,
    /// `;` or a line break.
    Next,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
    /// `&`
    Background,
}

/// One simple command.
#[derive(Clone, Debug)]
pub(crate) struct Simple {
    /// Its words without quotes, each with the place of the whole of it. Redirections are among them.
    pub words: Vec<(String, Range<usize>)>,
    /// What stands behind it.
    pub end: End,
    /// How many parentheses it stands in.
    pub depth: usize,
}

/// Words that begin or end a compound command, behind which a simple one may stand.
const KEYWORDS: [&str; 15] =
    ["if", "then", "else", "elif", "fi", "while", "until", "do", "done", "for", "case", "esac", "{", "}", "!"];

impl Simple {
    /// The words from the program on: without keywords and assignments before it.
    pub fn program(&self) -> &[(String, Range<usize>)] {
        let before = |it: &str| KEYWORDS.contains(&it) || is_assignment(it);
        let skipped = self.words.iter().take_while(|it| before(&it.0)).count();
        &self.words[skipped..]
    }

    /// Whether it belongs to a compound command.
    pub fn is_compound(&self) -> bool {
        self.depth > 0 || self.words.iter().any(|it| KEYWORDS.contains(&it.0.as_str()))
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |it| it.0);
    !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
}

/// The simple commands of a script; `None` where it is more than this can follow: a here-document, an open quote.
pub(crate) fn commands(script: &str) -> Option<Vec<Simple>> {
    let mut reader = Reader { script, found: Vec::new(), words: Vec::new(), word: None, depth: 0 };
    let mut chars = script.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let next = chars.peek().map(|it| it.1);
        match char {
            '\\' if next == Some('\n') => {
                chars.next();
                reader.end_word(at);
            }
            '\\' => reader.push(at, chars.next()?.1),
            '\'' | '"' => {
                reader.word.get_or_insert_with(|| (String::new(), at));
                loop {
                    match chars.next()?.1 {
                        it if it == char => break,
                        '\\' if char == '"' => reader.push(at, chars.next()?.1),
                        it => reader.push(at, it),
                    }
                }
            }
            '#' if reader.word.is_none() => while chars.next_if(|it| it.1 != '\n').is_some() {},
            '<' if next == Some('<') => return None,
            // `2>&1` and `&>` are redirections.
            '&' if next == Some('>') || script[..at].ends_with(['>', '<']) => reader.push(at, char),
            '&' | '|' if next == Some(char) => {
                chars.next();
                reader.end_command(at, if char == '&' { End::And } else { End::Or });
            }
            '&' => reader.end_command(at, End::Background),
            '|' => reader.end_command(at, End::Pipe),
            ';' | '\n' => reader.end_command(at, End::Next),
            // `$(…)` is a part of a word.
            '$' if next == Some('(') => {
                reader.push(at, char);
                let mut depth = 0;
                for (at, it) in chars.by_ref() {
                    reader.push(at, it);
                    depth += i32::from(it == '(') - i32::from(it == ')');
                    if depth == 0 {
                        break;
                    }
                }
            }
            '(' => {
                reader.end_word(at);
                reader.depth += 1;
            }
            ')' => {
                reader.end_command(at, End::Next);
                reader.depth = reader.depth.saturating_sub(1);
            }
            it if it.is_whitespace() => reader.end_word(at),
            it => reader.push(at, it),
        }
    }
    reader.end_command(script.len(), End::Next);
    if let Some(last) = reader.found.last_mut().filter(|it| it.end == End::Next) {
        last.end = End::Last;
    }
    Some(reader.found)
}

struct Reader<'a> {
    script: &'a str,
    found: Vec<Simple>,
    words: Vec<(String, Range<usize>)>,
    word: Option<(String, usize)>,
    depth: usize,
}

impl Reader<'_> {
    fn push(&mut self, at: usize, char: char) {
        self.word.get_or_insert_with(|| (String::new(), at)).0.push(char);
    }

    fn end_word(&mut self, at: usize) {
        if let Some((word, start)) = self.word.take() {
            self.words.push((word, start..at.min(self.script.len())));
        }
    }

    fn end_command(&mut self, at: usize, end: End) {
        self.end_word(at);
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            self.found.push(Simple { words, end, depth: self.depth });
        } else if end != End::Next
            && let Some(last) = self.found.last_mut().filter(|it| it.end == End::Next)
        {
            // `(server) &`: the operator belongs to what the parentheses hold.
            last.end = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str) -> Vec<(String, End)> {
        let commands = commands(script).unwrap_or_default();
        let line = |it: &Simple| it.words.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join(" ");
        commands.iter().map(|it| (line(it), it.end)).collect()
    }

    #[test]
    fn lists() {
        let expected = [("a b", End::And), ("c", End::Pipe), ("d e", End::Last)].map(|it| (it.0.to_string(), it.1));
        assert_eq!(read("a 'b' && \\\n c | \"d\" e # x\n"), expected);
        assert_eq!(read("a 2>&1 & b")[0], ("a 2>&1".to_string(), End::Background));
        assert_eq!(read("x=$(a; b) c")[0], ("x=$(a; b) c".to_string(), End::Last));
        assert_eq!(
            read("(a; b) & c").iter().map(|it| it.1).collect::<Vec<_>>(),
            [End::Next, End::Background, End::Last]
        );
        assert!(commands("cat <<E\nE").is_none() && commands("echo 'x").is_none());
    }

    #[test]
    fn programs() {
        let first = |script: &str| commands(script).map(|it| it[0].program()[0].0.clone());
        assert_eq!(first("A=1 B=2 server -x").as_deref(), Some("server"));
        assert_eq!(first("if server; then x; fi").as_deref(), Some("server"));
    }
}
