//! What is said of the thing under the cursor: an image, a mount, a variable, a rule.

mod catalogue;
mod image;
mod mount;
mod rule;
mod variable;

use super::look::{Place, place};
use super::origin::{Origin, origin};
use super::page::Page;
use crate::analysis::Analysis;
use crate::cursor::Spot;
use crate::session::Session;
use lsp_types::{Hover, HoverContents, HoverParams, Range};
use plimsoll_rules::survey::{Event, Fates, Naming, Reason, Verdict};

/// What is said of a place. `None`: nothing.
pub(super) fn hover(session: &mut Session, params: &HoverParams) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let mut page = Page::new(session.client.markdown);
    // What a suppression names is known of files that cannot be read, too.
    if let Some(range) = rule::hover(session, at, &mut page) {
        return Some(answer(page, Some(range)));
    }
    let place = place(session, at)?;
    let range = of(&place, &mut page)?;
    Some(answer(page, place.range(range)))
}

fn answer(page: Page, range: Option<Range>) -> Hover {
    Hover { contents: HoverContents::Markup(page.finish()), range }
}

/// Writes of a place, and says what of the document it is about. What is smaller comes first.
fn of(place: &Place<'_>, page: &mut Page) -> Option<std::ops::Range<usize>> {
    let cursor = &place.cursor;
    if !matches!(cursor.spot, Spot::Key | Spot::Scalar) {
        return None;
    }
    if let Some(range) = variable::hover(place, page) {
        return Some(range);
    }
    if let Some(range) = image::hover(place, page) {
        return Some(range);
    }
    mount::hover(place, page)
}

/// What the project is called, and whether it is still called so when its directory is not.
fn naming(analysis: &Analysis<'_>) -> Naming {
    let project = analysis.project();
    let outside = matches!(origin(analysis, "COMPOSE_PROJECT_NAME"), Origin::Settings | Origin::File(_));
    let written = project.name.as_ref();
    let fixed = match written {
        _ if outside => Some(true),
        Some(name) if !name.value.is_known() => None,
        Some(_) => Some(true),
        None => Some(false),
    };
    // The value of a variable is never shown.
    let shown = match written {
        _ if outside => Some("${COMPOSE_PROJECT_NAME}".to_string()),
        Some(name) => Some(name.value.shown()),
        None => analysis.target.name.clone(),
    };
    Naming { name: shown.filter(|_| fixed.is_some()), fixed }
}

/// What outlives what, each reason once.
fn fates(page: &mut Page, fates: &Fates) {
    let mut rows: Vec<(&Reason, Vec<&str>)> = Vec::new();
    for event in Event::ALL {
        let reason = fates[event as usize];
        match rows.iter_mut().find(|it| it.0 == reason) {
            Some(row) => row.1.push(event.name()),
            None => rows.push((reason, vec![event.name()])),
        }
    }
    let cells = |(reason, events): &(&Reason, Vec<&str>)| {
        let verdict = match reason.verdict {
            Verdict::No if page.is_markdown() => "**no**",
            verdict => verdict.name(),
        };
        vec![page.codes(events), verdict.to_string(), page.prose(&reason.sentence())]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    page.table(&["after", "still there", "because"], &rows);
}

#[cfg(test)]
mod tests;
