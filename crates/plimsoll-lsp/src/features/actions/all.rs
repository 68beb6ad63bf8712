//! All safe fixes of a document at once: what `plimsoll check --fix` would write into it.

use crate::diagnostics::DocumentEdits;
use crate::documents::Document;
use crate::session::Session;
use lsp_types::TextEdit;
use plimsoll_core::fix::{Fix, Safety, Texts, fix_all};
use plimsoll_core::load::files::join;
use similar::{DiffOp, TextDiff};
use std::collections::HashSet;

/// How many findings have a safe fix in this document, and nowhere else.
pub(super) fn count(session: &Session, path: &str) -> usize {
    let keys = session.projects.of.get(path).into_iter().flatten();
    let mut seen = HashSet::new();
    for project in keys.filter_map(|it| session.projects.all.get(it)) {
        let is_here =
            |it: &Fix| it.safety == Safety::Safe && it.edits.iter().all(|edit| project.path_of(edit.span.file) == path);
        let here = project.found.iter().filter(|it| it.fix.as_ref().is_some_and(is_here));
        seen.extend(here.map(|it| (it.rule, it.span.range(), &it.message)));
    }
    seen.len()
}

/// The edits that come of all safe fixes. `None` if they change nothing, or if the document cannot be read.
pub(super) fn edits(session: &Session, path: &str) -> Option<DocumentEdits> {
    let document = session.documents.get(path).filter(|_| count(session, path) > 0)?;
    let trial = session.trial(path)?;
    let mut check = |texts: &Texts| {
        let mut checked = trial.check(texts);
        for it in &mut checked.found {
            let is_here =
                |fix: &Fix| fix.edits.iter().all(|it| join("", checked.sources.get(it.span.file).name()) == trial.name);
            // What reaches into another document is not of this one.
            it.fix = it.fix.take().filter(is_here);
        }
        checked
    };
    let fixed = fix_all(&mut check, &|_, it| it.safety == Safety::Safe);
    let edits = difference(session, document, fixed.texts.get(&trial.name)?);
    let (uri, version) = (document.uri.clone(), Some(document.version));
    (!edits.is_empty()).then_some(DocumentEdits { uri, version, edits })
}

/// The lines that make another text out of a document, so that marks and folds beside them stay.
fn difference(session: &Session, document: &Document, after: &str) -> Vec<TextEdit> {
    let diff = TextDiff::from_lines(document.text(), after);
    let starts = |slices: &[&str]| {
        let mut at = 0;
        let mut starts = vec![0];
        for it in slices {
            at += it.len();
            starts.push(at);
        }
        starts
    };
    let old: Vec<&str> = diff.iter_old_slices().collect();
    let new: Vec<&str> = diff.iter_new_slices().collect();
    let (old, new) = (starts(&old), starts(&new));
    let changed = diff.ops().iter().filter(|it| !matches!(it, DiffOp::Equal { .. }));
    let edit = |it: &DiffOp| {
        let (from, to) = (it.old_range(), it.new_range());
        let span = old[from.start]..old[from.end];
        let range = document.lines().range(document.text(), span, session.encoding());
        TextEdit { range, new_text: after[new[to.start]..new[to.end]].to_string() }
    };
    changed.map(edit).collect()
}
