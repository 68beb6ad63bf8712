//! The XML of JUnit, which CI services show as a list of tests: each finding is one that failed.

use crate::report::Report;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_workspace::escape;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::collections::BTreeMap;
use std::io::{self, Write};

type Xml<'a> = Writer<&'a mut dyn Write>;

/// Shows findings as one XML document, with one suite for each file that has any.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let mut files: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for it in report.diagnostics {
        files.entry(report.sources.get(it.span.file).name()).or_default().push(it);
    }
    let (failed, broken) = (report.diagnostics.len().to_string(), report.failures.len().to_string());
    let clean = report.diagnostics.is_empty() && report.failures.is_empty();
    let tests = (report.diagnostics.len() + report.failures.len()).max(1).to_string();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    let counts = [("name", "plimsoll"), ("tests", &*tests), ("failures", &*failed), ("errors", &*broken)];
    xml.create_element("testsuites").with_attributes(counts).write_inner_content(|xml| {
        for (name, found) in files {
            let name = escape::line(name);
            let count = found.len().to_string();
            let suite = [("name", &*name), ("tests", &*count), ("failures", &*count), ("errors", "0")];
            let suite = xml.create_element("testsuite").with_attributes(suite);
            suite.write_inner_content(|xml| found.iter().try_for_each(|it| case(xml, report, it, &name)))?;
        }
        for failure in report.failures {
            let (name, message) = (escape::line(&failure.file), escape::line(&failure.message));
            let suite = [("name", &*name), ("tests", "1"), ("failures", "0"), ("errors", "1")];
            xml.create_element("testsuite").with_attributes(suite).write_inner_content(|xml| {
                let case = [("classname", &*name), ("name", "plimsoll")];
                xml.create_element("testcase").with_attributes(case).write_inner_content(|xml| {
                    xml.create_element("error").with_attribute(("message", &*message)).write_empty().map(|_| ())
                })?;
                Ok(())
            })?;
        }
        if clean {
            // Services take a report without a test for one that is broken.
            let suite = [("name", "plimsoll"), ("tests", "1"), ("failures", "0"), ("errors", "0")];
            xml.create_element("testsuite").with_attributes(suite).write_inner_content(|xml| {
                let case = [("classname", "plimsoll"), ("name", "no findings")];
                xml.create_element("testcase").with_attributes(case).write_empty().map(|_| ())
            })?;
        }
        Ok(())
    })?;
    writeln!(xml.into_inner())
}

fn case(xml: &mut Xml<'_>, report: &Report<'_>, it: &Diagnostic, file: &str) -> io::Result<()> {
    let start = report.sources.start(it.span);
    let name = format!("{} ({}:{})", it.rule, start.line, start.column);
    let line = start.line.to_string();
    let case = [("classname", file), ("name", &*name), ("file", file), ("line", &*line)];
    xml.create_element("testcase").with_attributes(case).write_inner_content(|xml| {
        let mut text = format!("{file}:{}:{}: {}", start.line, start.column, escape::line(&it.message));
        for (word, part) in [("why", Some(&it.reason).filter(|it| !it.is_empty())), ("help", it.help.as_ref())] {
            if let Some(part) = part {
                text.push_str(&format!("\n{word}: {}", escape::line(part)));
            }
        }
        let message = escape::line(&it.message);
        let failure = [("type", it.severity.name()), ("message", &*message)];
        let failure = xml.create_element("failure").with_attributes(failure);
        failure.write_text_content(BytesText::new(&text)).map(|_| ())
    })?;
    Ok(())
}
