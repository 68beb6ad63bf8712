//! A name for each finding that stays the same when lines move, so that a service can tell an old finding from a new
//! one.

use crate::report::Report;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write;

/// Fingerprints of the findings, in their order: 32 hexadecimal digits, unique in a report.
///
/// They are made of the rule, the file and the message, which names what is at risk and holds no line numbers. Of
/// several equal findings in a file, the second and those after it have their number in it as well.
pub(crate) fn fingerprints(report: &Report<'_>) -> Vec<String> {
    let mut seen: HashMap<(&str, &str, &str), usize> = HashMap::new();
    let found = report.diagnostics.iter().map(|it| {
        let file = report.sources.get(it.span.file).name();
        let number = seen.entry((it.rule, file, &it.message)).or_default();
        *number += 1;
        let parts = [it.rule, file, it.message.as_str(), &number.to_string()];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.as_bytes());
            // No part can hold it, so that two parts cannot be taken for one.
            hash.update([0xff]);
        }
        let digest = hash.finalize();
        digest.iter().take(16).fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            _ = write!(text, "{byte:02x}");
            text
        })
    });
    found.collect()
}
