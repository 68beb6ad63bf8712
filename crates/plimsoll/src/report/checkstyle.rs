//! The XML of Checkstyle, which many CI services and review tools read.

use crate::report::Report;
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_workspace::escape;
use quick_xml::Writer;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Shows findings as one XML document, by file.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for it in report.diagnostics {
        files.entry(report.sources.get(it.span.file).name()).or_default().push(it);
    }
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.create_element("checkstyle").with_attribute(("version", "4.3")).write_inner_content(|xml| {
        for (name, found) in files {
            let file = xml.create_element("file").with_attribute(("name", &*escape::line(name)));
            file.write_inner_content(|xml| found.iter().try_for_each(|it| error(xml, report, it)))?;
        }
        for failure in report.failures {
            let file = xml.create_element("file").with_attribute(("name", &*escape::line(&failure.file)));
            file.write_inner_content(|xml| {
                let message = escape::line(&failure.message);
                let attributes = [("severity", "error"), ("message", &*message), ("source", "plimsoll")];
                xml.create_element("error").with_attributes(attributes).write_empty().map(|_| ())
            })?;
        }
        Ok(())
    })?;
    writeln!(xml.into_inner())
}

fn error(xml: &mut Writer<&mut dyn Write>, report: &Report<'_>, it: &Diagnostic) -> io::Result<()> {
    let start = report.sources.start(it.span);
    let help = it.help.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
    let severity = match it.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let attributes = [
        ("line", start.line.to_string()),
        ("column", start.column.to_string()),
        ("severity", severity.to_string()),
        ("message", escape::line(&format!("{}{help}", it.message)).into_owned()),
        ("source", format!("plimsoll.{}", it.rule)),
    ];
    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_str()));
    xml.create_element("error").with_attributes(attributes).write_empty().map(|_| ())
}
