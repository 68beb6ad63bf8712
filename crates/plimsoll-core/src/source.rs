//! The files under check: their text, byte spans into it, and lines and columns for people.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

/// Names one file of a check. Only [`Sources::add`] makes one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(u32);

/// A byte range in the decoded text of one file.
///
/// `start` and `end` are byte offsets from the beginning of the text, on character boundaries.
/// An empty span (`start == end`) marks a place between two characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file that the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets. Offsets beyond 4 GiB are cut; [`Sources::add`] refuses such files.
    pub fn new(file: FileId, range: Range<usize>) -> Span {
        let cut = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file, start: cut(range.start), end: cut(range.end) }
    }

    /// The empty span at the beginning of a file.
    pub fn start_of(file: FileId) -> Span {
        Span { file, start: 0, end: 0 }
    }

    /// The byte range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both. Both must lie in one file; otherwise `self` is returned.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A value and the place where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A place in a text as people and editors count it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// Line, from 1. Lines end with LF, CRLF or a lone CR.
    pub line: u32,
    /// Column in Unicode scalar values, from 1. A byte order mark is not counted.
    pub column: u32,
    /// Byte offset into the text, from 0. A byte order mark is counted.
    pub offset: u32,
}

/// How the bytes of a file became text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark. Spans are offsets into the file itself.
    Utf8,
    /// UTF-16 with a byte order mark. Spans are offsets into the decoded text, so nothing may be fixed by them.
    Utf16,
}

/// One file under check.
pub struct Source {
    name: String,
    /// Shared with the strings of the projects that are made of it.
    text: Arc<String>,
    encoding: Encoding,
    is_outside: bool,
    lines: Vec<u32>,
    /// Characters before each block of [`BLOCK`] bytes, made when the first column is asked for.
    counts: OnceLock<Vec<u32>>,
}

/// Bytes between two entries of the table of characters, so that a column in a very long line costs little.
const BLOCK: usize = 4096;

/// Why bytes could not become a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// The bytes at this offset are not UTF-8.
    NotUtf8 {
        /// Offset of the first byte that is wrong.
        at: usize,
    },
    /// A UTF-16 text with an unpaired surrogate or an odd number of bytes.
    NotUtf16,
    /// More than [`Sources::LIMIT`] bytes.
    TooLarge,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::NotUtf8 { at } => write!(f, "the byte at offset {at} is not valid UTF-8"),
            DecodeError::NotUtf16 => write!(f, "the text is marked as UTF-16, and is not valid UTF-16"),
            DecodeError::TooLarge => write!(f, "the file is larger than {} MiB", Sources::LIMIT >> 20),
        }
    }
}

impl std::error::Error for DecodeError {}

impl Source {
    /// The name that was given, as it appears in diagnostics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The decoded text, with the byte order mark if there was one.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn shared(&self) -> &Arc<String> {
        &self.text
    }

    /// How the bytes became text.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether it lies where nobody has pointed to but the files under check. None of its lines is shown.
    pub fn is_outside(&self) -> bool {
        self.is_outside
    }

    /// Byte offsets at which lines start. The first is 0, or 3 behind a byte order mark.
    pub fn line_starts(&self) -> &[u32] {
        &self.lines
    }

    /// Line (from 0) that holds the byte at `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The byte range of a line (from 0), without its line break.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.lines.get(line).map_or(self.text.len(), |it| *it as usize);
        let next = self.lines.get(line + 1).map_or(self.text.len(), |it| *it as usize);
        start..start + self.text[start..next].trim_end_matches(['\r', '\n']).len()
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.lines[line].min(offset);
        let column = self.characters_before(offset) - self.characters_before(start);
        Position { line: line as u32 + 1, column: column + 1, offset }
    }

    /// How many characters start before a byte.
    fn characters_before(&self, offset: u32) -> u32 {
        let bytes = self.text.as_bytes();
        let starts = |it: &[u8]| it.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32;
        let counts = self.counts.get_or_init(|| {
            let blocks = bytes.chunks(BLOCK).map(starts);
            let sums = blocks.scan(0, |sum, count| {
                let before = *sum;
                *sum += count;
                Some(before)
            });
            sums.collect()
        });
        let at = (offset as usize).min(bytes.len());
        match counts.get(at / BLOCK) {
            Some(before) => before + starts(&bytes[at / BLOCK * BLOCK..at]),
            // Right behind the last whole block.
            None => counts.last().map_or(0, |it| it + starts(&bytes[(counts.len() - 1) * BLOCK..at])),
        }
    }
}

/// All files of a check. Spans are read back through it.
#[derive(Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Largest file that is read, in bytes. Real Compose files stay far below 1 MiB.
    pub const LIMIT: usize = 64 << 20;

    /// No files yet.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a text that is already decoded. A file behind the size limit is cut there, on a character boundary.
    pub fn add_text(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let mut text = text.into();
        if text.len() > Sources::LIMIT {
            text.truncate(text.floor_char_boundary(Sources::LIMIT));
        }
        self.push(name.into(), text, Encoding::Utf8)
    }

    /// Adds a file as read from disk: UTF-8, or UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// The bytes are not text in either encoding, or there are more than [`Sources::LIMIT`] of them.
    pub fn add(&mut self, name: impl Into<String>, bytes: Vec<u8>) -> Result<FileId, DecodeError> {
        if bytes.len() > Sources::LIMIT {
            return Err(DecodeError::TooLarge);
        }
        let wide = |unit: fn([u8; 2]) -> u16| {
            let (pairs, rest) = bytes[2..].as_chunks::<2>();
            if !rest.is_empty() {
                return Err(DecodeError::NotUtf16);
            }
            char::decode_utf16(pairs.iter().map(|it| unit(*it)))
                .collect::<Result<String, _>>()
                .map_err(|_| DecodeError::NotUtf16)
        };
        let (text, encoding) = match bytes.as_slice() {
            [0xff, 0xfe, ..] => (wide(u16::from_le_bytes)?, Encoding::Utf16),
            [0xfe, 0xff, ..] => (wide(u16::from_be_bytes)?, Encoding::Utf16),
            _ => {
                let text = String::from_utf8(bytes)
                    .map_err(|error| DecodeError::NotUtf8 { at: error.utf8_error().valid_up_to() })?;
                (text, Encoding::Utf8)
            }
        };
        Ok(self.push(name.into(), text, encoding))
    }

    fn push(&mut self, name: String, text: String, encoding: Encoding) -> FileId {
        let lines = line_starts(&text);
        self.files.push(Source {
            name,
            text: Arc::new(text),
            encoding,
            is_outside: false,
            lines,
            counts: OnceLock::new(),
        });
        FileId(self.files.len() as u32 - 1)
    }

    /// Says of a file that it lies outside, so that none of its lines is shown.
    pub fn hide(&mut self, file: FileId) {
        self.files[file.0 as usize].is_outside = true;
    }

    /// Takes over the files of another check, and gives what leads from the spans of that one to spans of this.
    pub fn append(&mut self, other: Sources) -> impl Fn(Span) -> Span + use<> {
        let before = self.files.len() as u32;
        self.files.extend(other.files);
        move |span| Span { file: FileId(span.file.0 + before), ..span }
    }

    /// One file.
    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.0 as usize]
    }

    /// All files, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, source)| (FileId(at as u32), source))
    }

    /// The text under a span.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).text().get(span.range()).unwrap_or_default()
    }

    /// Line and column at which a span starts.
    pub fn start(&self, span: Span) -> Position {
        self.get(span.file).position(span.start)
    }

    /// Line and column behind the last character of a span.
    pub fn end(&self, span: Span) -> Position {
        self.get(span.file).position(span.end)
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut lines = vec![if text.starts_with('\u{feff}') { 3 } else { 0 }];
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            lines.push(at as u32 + 1);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_every_kind_of_line_break() {
        let mut sources = Sources::new();
        let file = sources.add_text("a", "\u{feff}é: 1\r\nb: 2\rc: 3\n");
        let source = sources.get(file);
        assert_eq!(source.position(3), Position { line: 1, column: 1, offset: 3 });
        assert_eq!(source.position(5), Position { line: 1, column: 2, offset: 5 });
        assert_eq!(source.position(10), Position { line: 2, column: 1, offset: 10 });
        assert_eq!(source.position(15), Position { line: 3, column: 1, offset: 15 });
        assert_eq!(&source.text()[source.line_range(0)], "é: 1");
    }

    #[test]
    fn columns_of_long_lines() {
        let text = "é".repeat(5_000);
        let mut sources = Sources::new();
        let file = sources.add_text("a", text.clone());
        for at in [0, 2, 4_094, 4_096, 4_098, 8_192, 9_998, 10_000] {
            assert_eq!(sources.get(file).position(at).column, at / 2 + 1);
        }
    }

    #[test]
    fn utf16_is_decoded_and_bad_bytes_are_named() {
        let mut sources = Sources::new();
        let file = sources.add("a", b"\xff\xfea\0:\0".to_vec()).expect("valid UTF-16");
        assert_eq!(sources.get(file).text(), "a:");
        assert_eq!(sources.add("b", b"ab\xff".to_vec()), Err(DecodeError::NotUtf8 { at: 2 }));
        assert_eq!(sources.add("c", b"\xfe\xff\xd8\x00".to_vec()), Err(DecodeError::NotUtf16));
    }
}
