//! Findings for a client that asks for them.

use crate::session::Session;
use lsp_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The findings of a document, or that they are what the client has.
pub(super) fn diagnostics(session: &Session, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReport {
    let items = session.diagnostics(&Session::path(&params.text_document.uri));
    let mut hasher = DefaultHasher::new();
    // Writing to memory cannot fail.
    serde_json::to_string(&items).unwrap_or_default().hash(&mut hasher);
    let id = format!("{:016x}", hasher.finish());
    if params.previous_result_id.as_ref() == Some(&id) {
        let report = UnchangedDocumentDiagnosticReport { result_id: id };
        return RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: report,
        }
        .into();
    }
    let report = FullDocumentDiagnosticReport { result_id: Some(id), items };
    RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: report }.into()
}
