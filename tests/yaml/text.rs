//! Where parts of a scalar are written.

use super::Read;
use plimsoll_core::text::Text;
use plimsoll_core::tree::Style;

/// The text of the first value of a file.
fn first(read: &Read) -> &Text {
    let id = read.tree.entries(read.document.roots[0])[0].value;
    read.tree.text(id).unwrap()
}

/// Each row: a file, a part of its first value, and how that part is written.
const PARTS: &[(&str, &str, &str)] = &[
    ("a: data:/var/lib\n", "/var", "/var"),
    ("a: \"data:/var/lib\"\n", "/var", "/var"),
    ("a: 'it''s ./x'\n", "it's", "it''s"),
    ("a: 'it''s ./x'\n", "'", "''"),
    ("a: 'it''s ./x'\n", "./x", "./x"),
    ("a: \"\\x41\\tb\\u00e9c\\U0001F680d\"\n", "A", "\\x41"),
    ("a: \"\\x41\\tb\\u00e9c\\U0001F680d\"\n", "\tb", "\\tb"),
    ("a: \"\\x41\\tb\\u00e9c\\U0001F680d\"\n", "éc", "\\u00e9c"),
    ("a: \"\\x41\\tb\\u00e9c\\U0001F680d\"\n", "🚀", "\\U0001F680"),
    ("a: \"\\x41\\tb\\u00e9c\\U0001F680d\"\n", "d", "d"),
    ("a: \"x\\\\y\\\"z\"\n", "\\y\"", "\\\\y\\\""),
    ("a: \"one\n  two\n\n  three \\\n  four\\\n\n  five\"\n", "two", "two"),
    ("a: \"one\n  two\n\n  three \\\n  four\\\n\n  five\"\n", "e t", "e\n  t"),
    ("a: \"one\n  two\n\n  three \\\n  four\\\n\n  five\"\n", "two\nth", "two\n\n  th"),
    ("a: \"one\n  two\n\n  three \\\n  four\\\n\n  five\"\n", "three four", "three \\\n  four"),
    ("a: \"one\n  two\n\n  three \\\n  four\\\n\n  five\"\n", "five", "five"),
    ("a: \"one  \n \t two\\  \n  \\  x\"\n", "two  ", "two\\  \n"),
    ("a: one\n  two\n\n\n  three # c\n", "two\n\nthree", "two\n\n\n  three"),
    ("a: one\n  two\n\n\n  three # c\n", "one two", "one\n  two"),
    ("a: one\n  it's \"two\" \\x\n", "it's \"two\" \\x", "it's \"two\" \\x"),
    ("a: 'one\r\n  two  \r\n\r\n  three'\r\n", "two\nthree", "two  \r\n\r\n  three"),
    ("a: |\n  one\n    two\n\n  three\n", "one\n", "one\n"),
    ("a: |\n  one\n    two\n\n  three\n", "  two", "  two"),
    ("a: |\n  one\n    two\n\n  three\n", "two\n\nthree", "two\n\n  three"),
    ("a: |\n  one\n    two\n\n  three\n", "three", "three"),
    ("a: | # x\r\n  one\r\n  two\r\n", "one\ntwo", "one\r\n  two"),
    ("a: |\r  one\r  two\r", "two", "two"),
    ("a: |1+\n  one\n\n\n", " one\n", " one"),
    ("a: |-\n  é🚀\n  ключ: ${X}\n", "ключ", "ключ"),
    ("a: >\n  one\n  two\n\n  three\n    more\n  four\n", "one two", "one\n  two"),
    ("a: >\n  one\n  two\n\n  three\n    more\n  four\n", "two\nthree", "two\n\n  three"),
    ("a: >\n  one\n  two\n\n  three\n    more\n  four\n", "three\n  more\nfour", "three\n    more\n  four"),
    ("a: >\n  one\n  two\n\n  three\n    more\n  four\n", "four", "four"),
    ("a: >-\n\n  one\n  two", "one two", "one\n  two"),
    ("a: >2\n     one\n    two\n\n\n  three\n", "   one\n  two", "   one\n    two"),
    ("a: >2\n     one\n    two\n\n\n  three\n", "three", "three"),
    ("a: >\r\n  one\r\n  two\r\n", "one two", "one\r\n  two"),
    ("a: !!binary aGk=\n", "hi", "aGk="),
];

#[test]
fn parts_of_scalars_are_found_where_they_are_written() {
    for (file, part, written) in PARTS {
        let read = Read::parsed(*file).unwrap();
        let text = first(&read);
        let at = text.as_str().find(part).unwrap_or_else(|| panic!("{file:?} is {:?}", text.as_str()));
        let span = text.span_of(at..at + part.len());
        assert_eq!(read.slice(span), *written, "{part:?} of {file:?}");
    }
}

/// In every scalar of a file without escapes each visible character is written as itself.
#[test]
fn visible_characters_stand_for_themselves() {
    let mut count = 0;
    for snippet in super::snippets() {
        let Ok(read) = Read::parsed(snippet.bytes) else { continue };
        for (text, style) in super::spans::scalars(&read) {
            for (at, letter) in text.as_str().char_indices().filter(|it| !it.1.is_whitespace()) {
                let written = read.slice(text.span_of(at..at + letter.len_utf8()));
                let escaped = matches!(style, Style::Double) && written.starts_with('\\')
                    || matches!(style, Style::Single) && written == "''"
                    || text.span().range().len() == written.len();
                assert!(written.chars().eq([letter]) || escaped, "{}: {letter:?} as {written:?}", snippet.name);
                count += 1;
            }
        }
    }
    assert!(count > 10_000);
}
