//! What was found before somebody began to type, as long as the text cannot be read.
//!
//! Elsewhere in the file the check of what can be read says what holds. In the block around the mistake, such as the
//! service that is being changed, it does not know, so what was found there stays on the lines that are as they were.

use crate::documents::Document;
use crate::recover::Recovered;
use lsp_types::{Diagnostic, DiagnosticRelatedInformation};
use std::ops::Range;

/// Keys further left than this begin a block: the top level, and what it names.
const BLOCK: usize = 2;

/// What was found in a text that could be read.
#[derive(Debug)]
pub(crate) struct Good {
    text: String,
    diagnostics: Vec<Diagnostic>,
}

impl Good {
    pub fn new(text: &str, diagnostics: &[Diagnostic]) -> Good {
        Good { text: text.to_string(), diagnostics: diagnostics.to_vec() }
    }

    /// What of it still holds in a document that cannot be read.
    pub fn kept(&self, document: &Document, recovered: &Recovered) -> Vec<Diagnostic> {
        if self.diagnostics.is_empty() {
            return Vec::new();
        }
        let (old, new): (Vec<&str>, Vec<&str>) = (self.text.lines().collect(), document.text().lines().collect());
        let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()) - before;
        let behind = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
        let masked: Vec<usize> = recovered.masked.iter().map(|it| document.lines().line_of(it.start)).collect();
        let moved = |line: u32| {
            let line = line as usize;
            if line < before {
                return Some(line as u32);
            }
            (line >= old.len() - behind).then(|| (line + new.len() - old.len()) as u32)
        };
        let mut kept = Vec::new();
        for it in &self.diagnostics {
            let (Some(start), Some(end)) = (moved(it.range.start.line), moved(it.range.end.line)) else { continue };
            let block = block(&new, start as usize);
            if !masked.iter().any(|it| block.contains(it)) || masked.contains(&(start as usize)) {
                continue;
            }
            let mut it = it.clone();
            (it.range.start.line, it.range.end.line) = (start, end);
            // Its fix is for a text that is gone.
            it.data = None;
            it.related_information = it.related_information.map(|all| elsewhere(all, document));
            kept.push(it);
        }
        kept
    }
}

/// Further places in other documents. Those in this one may have moved.
fn elsewhere(all: Vec<DiagnosticRelatedInformation>, document: &Document) -> Vec<DiagnosticRelatedInformation> {
    all.into_iter().filter(|it| it.location.uri != document.uri).collect()
}

/// The lines of the service, the volume or the like that a line belongs to.
fn block(lines: &[&str], line: usize) -> Range<usize> {
    let begins = |at: usize| {
        let text = lines[at].trim_start_matches(' ');
        lines[at].len() - text.len() <= BLOCK && !text.is_empty() && !text.starts_with('#')
    };
    let start = (0..=line.min(lines.len().saturating_sub(1))).rev().find(|it| begins(*it)).unwrap_or_default();
    let end = (start + 1..lines.len()).find(|it| begins(*it)).unwrap_or(lines.len());
    start..end
}
