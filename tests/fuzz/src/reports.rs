//! Every format of a report: it can be written, is what it claims to be, and steers no terminal.

use plimsoll_cli::args::Format;
use plimsoll_cli::report::{self, Report, Style};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::source::Sources;
use quick_xml::Reader;
use quick_xml::events::Event;

const FORMATS: [Format; 10] = [
    Format::Text,
    Format::Concise,
    Format::Json,
    Format::Github,
    Format::Gitlab,
    Format::Sarif,
    Format::Junit,
    Format::Checkstyle,
    Format::Rdjson,
    Format::Markdown,
];

/// Writes the findings in every format. What is `hidden` may stand in none of them. SARIF, which has the pages of all
/// rules in it, takes longer than everything else together, and is not always `wanted`.
pub fn write(sources: &Sources, found: &[Diagnostic], hidden: Option<&str>, wanted: bool) {
    let report = Report { diagnostics: found, ..Report::new(sources) };
    for format in FORMATS.into_iter().filter(|it| wanted || *it != Format::Sarif) {
        let mut bytes = Vec::new();
        report::write(&mut bytes, &report, format, Style::default()).expect("writing to memory");
        let text = String::from_utf8(bytes).expect("a report is UTF-8");
        let steers = |it: char| it.is_control() && it != '\n';
        assert!(!text.chars().any(steers), "{format:?} has control characters: {text:?}");
        assert!(hidden.is_none_or(|it| !text.contains(it)), "{format:?} shows the value of a variable: {text}");
        match format {
            Format::Json | Format::Gitlab | Format::Sarif | Format::Rdjson => {
                serde_json::from_str::<serde_json::Value>(&text).expect("a report is JSON");
            }
            Format::Junit | Format::Checkstyle => xml(&text),
            _ => {}
        }
    }
}

fn xml(text: &str) {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return,
            Ok(Event::Start(it) | Event::Empty(it)) => {
                it.attributes().for_each(|it| _ = it.expect("an attribute"));
            }
            Ok(_) => {}
            Err(why) => panic!("a report is XML: {why}\n{text}"),
        }
    }
}
