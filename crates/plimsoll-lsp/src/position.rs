//! Places in a text as a client counts them, and as bytes.

use lsp_types::{Position, PositionEncodingKind, Range};

/// The unit in which a client counts the characters of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16, what clients take if nothing is agreed on.
    #[default]
    Utf16,
}

impl Encoding {
    /// The best of those that a client knows. Bytes are what the text is made of, so nothing has to be counted.
    pub fn choose(offered: &[PositionEncodingKind]) -> Encoding {
        if offered.contains(&PositionEncodingKind::UTF8) { Encoding::Utf8 } else { Encoding::Utf16 }
    }

    /// How the protocol names it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// The lines of a text.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Byte offsets at which lines start.
    starts: Vec<u32>,
}

impl Lines {
    /// No text.
    pub const fn none() -> Lines {
        Lines { starts: Vec::new() }
    }

    /// Finds the lines of a text. They end with LF, CRLF or a lone CR, as the protocol wants it.
    pub fn new(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at as u32 + 1);
            }
        }
        Lines { starts }
    }

    /// The position of a byte. One behind the end of the text counts as its end.
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = text.floor_char_boundary(offset.min(text.len()));
        let line = self.starts.partition_point(|it| *it as usize <= offset).saturating_sub(1);
        let start = self.starts.get(line).map_or(0, |it| *it as usize).min(offset);
        let before = &text[start..offset];
        let character = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line: line as u32, character: character as u32 }
    }

    /// The range of a span of bytes.
    pub fn range(&self, text: &str, span: std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range { start: self.position(text, span.start, encoding), end: self.position(text, span.end, encoding) }
    }

    /// The byte at a position. One behind the end of a line is its end, as the protocol says; one behind the last line
    /// is the end of the text.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let Some(start) = self.starts.get(position.line as usize).map(|it| *it as usize) else { return text.len() };
        let end = self.starts.get(position.line as usize + 1).map_or(text.len(), |it| *it as usize);
        let line = text[start..end].trim_end_matches(['\r', '\n']);
        let wanted = position.character as usize;
        match encoding {
            Encoding::Utf8 => start + line.floor_char_boundary(wanted.min(line.len())),
            Encoding::Utf16 => {
                let mut units = 0;
                for (at, it) in line.char_indices() {
                    // A position inside of a character is before it.
                    if units + it.len_utf16() > wanted {
                        return start + at;
                    }
                    units += it.len_utf16();
                }
                start + line.len()
            }
        }
    }

    /// Byte range of a line, from 0, without its line break.
    pub fn line(&self, text: &str, line: usize) -> std::ops::Range<usize> {
        let start = self.starts.get(line).map_or(text.len(), |it| *it as usize);
        let end = self.starts.get(line + 1).map_or(text.len(), |it| *it as usize);
        start..start + text[start..end].trim_end_matches(['\r', '\n']).len()
    }

    /// The line (from 0) of a byte.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|it| *it as usize <= offset).saturating_sub(1)
    }

    /// How many lines there are; a text that ends with a line break has an empty one at its end.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn both_encodings_there_and_back() {
        let text = "a: é🐳b\r\nc\rd\n";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        for (offset, utf8, utf16) in [(0, 0, 0), (3, 3, 3), (5, 5, 4), (9, 9, 6), (10, 10, 7)] {
            assert_eq!(lines.position(text, offset, Encoding::Utf8), at(0, utf8));
            assert_eq!(lines.position(text, offset, Encoding::Utf16), at(0, utf16));
            assert_eq!(lines.offset(text, at(0, utf8), Encoding::Utf8), offset);
            assert_eq!(lines.offset(text, at(0, utf16), Encoding::Utf16), offset);
        }
        assert_eq!(lines.position(text, 12, Encoding::Utf16), at(1, 0));
        assert_eq!(lines.position(text, 14, Encoding::Utf16), at(2, 0));
    }

    #[test]
    fn positions_that_do_not_exist() {
        let text = "ab\r\n🐳\n";
        let lines = Lines::new(text);
        assert_eq!(lines.offset(text, at(0, 99), Encoding::Utf16), 2, "the end of the line");
        assert_eq!(lines.offset(text, at(1, 1), Encoding::Utf16), 4, "before the character that it is inside of");
        assert_eq!(lines.offset(text, at(1, 2), Encoding::Utf8), 4);
        assert_eq!(lines.offset(text, at(7, 0), Encoding::Utf16), text.len());
        assert_eq!(lines.offset(text, at(u32::MAX, u32::MAX), Encoding::Utf8), text.len());
        assert_eq!(lines.position(text, 5, Encoding::Utf16), at(1, 0));
        assert_eq!(lines.position(text, usize::MAX, Encoding::Utf16), at(2, 0));
    }
}
