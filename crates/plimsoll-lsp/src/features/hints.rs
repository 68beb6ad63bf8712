//! Hints in the text: how a store is stopped where that is not written, and where its data is.

use crate::analysis::Analysis;
use crate::session::Session;
use lsp_types::{InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip};
use plimsoll_core::source::Span;
use plimsoll_rules::Role;
use plimsoll_rules::state::{Cover, Place, Said, State};
use plimsoll_workspace::escape;

/// How long Docker waits for a container to stop if nothing is written.
const GRACE: &str = "10s";

/// The hints of a range of lines. None unless the user wants them.
pub(super) fn hints(session: &mut Session, params: &InlayHintParams) -> Vec<InlayHint> {
    if !session.preferences.inlay_hints {
        return Vec::new();
    }
    let Some(analysis) = session.analysis(&params.text_document.uri) else { return Vec::new() };
    let mut hints = Hints { analysis: &analysis, found: Vec::new() };
    for state in &analysis.states.0 {
        if state.role == Role::Server && state.family.is_store() {
            hints.of(state);
        }
    }
    let asked = params.range;
    let mut found = hints.found;
    found.retain(|it| asked.start <= it.position && it.position <= asked.end);
    found.sort_by_key(|it| it.position);
    // What stands in an anchor is said once.
    found.dedup_by(|a, b| a.position == b.position && text(a) == text(b));
    found
}

fn text(it: &InlayHint) -> &str {
    match &it.label {
        InlayHintLabel::String(text) => text,
        InlayHintLabel::LabelParts(_) => "",
    }
}

struct Hints<'a, 'b> {
    analysis: &'a Analysis<'b>,
    found: Vec<InlayHint>,
}

impl Hints<'_, '_> {
    fn of(&mut self, state: &State) {
        let service = state.of(self.analysis.project());
        let name = &state.family.name;
        let mut parts: Vec<String> = Vec::new();
        let mut why: Vec<String> = Vec::new();
        match (&state.stop_signal.name, state.stop_signal.said) {
            (Some(signal), Said::Image) => {
                parts.push(signal.clone());
                why.push(match &state.family.stop.image {
                    Some(_) => format!("{signal} is the stop signal of the image of {name}."),
                    None => format!("The image of {name} names no stop signal, so that it is {signal}."),
                });
            }
            (Some(_), Said::Dockerfile(_)) => {
                // It may be a variable, whose value is not shown.
                let built = service.build.as_ref().and_then(|it| it.image.as_ref()?.stop_signal.as_ref());
                if let Some(written) = built {
                    parts.push(written.value.shown());
                    why.push("The stop signal is written in the Dockerfile.".to_string());
                }
            }
            _ => {}
        }
        if service.stop_grace_period.is_none() {
            parts.push(GRACE.to_string());
            why.push(format!(
                "Docker waits {GRACE} before it kills the container, because no `stop_grace_period` is written."
            ));
        }
        if let [layout] = state.layouts.as_slice() {
            for place in layout.places.iter().filter(|it| !it.optional) {
                match place.cover {
                    Cover::Mount(at) => self.mount(state, place, service.mounts[at].span),
                    _ => {
                        if let Some(moved) = &place.moved {
                            parts.push(format!("data in {}", place.shown));
                            why.push(format!("{} says where the data is.", moved.by));
                        }
                    }
                }
            }
        }
        if !parts.is_empty() {
            self.add(state.origin.span, &parts.join(", "), &why.join(" "));
        }
    }

    /// At the mount that keeps the data.
    fn mount(&mut self, state: &State, place: &Place, span: Span) {
        let mut why = match &place.keeps {
            Some(keeps) => format!("{} keeps here: {keeps}.", state.family.name),
            None => format!("{} keeps its data here.", state.family.name),
        };
        if let Some(moved) = &place.moved {
            why = format!("{why} {} says so.", moved.by);
        }
        if place.uncertain {
            why = format!("{why} What the files do not show may move it.");
        }
        self.add(span, &format!("data in {}", place.shown), &why);
    }

    fn add(&mut self, at: Span, label: &str, why: &str) {
        let Some(range) = self.analysis.range(at) else { return };
        let recovered = self.analysis.session.projects.recovered.get(&self.analysis.path);
        if recovered.is_some_and(|it| it.hides(at.range())) {
            return;
        }
        self.found.push(InlayHint {
            position: range.end,
            label: InlayHintLabel::String(escape::line(label).into_owned()),
            kind: None,
            text_edits: None,
            tooltip: Some(InlayHintTooltip::String(escape::line(why).into_owned())),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{address, session, session_with};
    use super::*;
    use lsp_types::{Position, Range, TextDocumentIdentifier};
    use serde_json::json;

    fn of(session: &mut Session, lines: std::ops::Range<u32>) -> Vec<(u32, u32, String)> {
        let params = InlayHintParams {
            work_done_progress_params: Default::default(),
            text_document: TextDocumentIdentifier { uri: address("compose.yaml") },
            range: Range { start: Position::new(lines.start, 0), end: Position::new(lines.end, 0) },
        };
        let found = hints(session, &params);
        found.into_iter().map(|it| (it.position.line, it.position.character, text(&it).to_string())).collect()
    }

    const TEXT: &str = "services:\n  db:\n    image: postgres:16 # 🐳\n    environment:\n      PGDATA: /data/pg\n    volumes:\n      \
                        - data:/data\n  cache:\n    image: memcached\n  es:\n    image: mysql:8.4\n    stop_signal: SIGTERM\n    \
                        stop_grace_period: 1m\n    volumes: [\"my:/var/lib/mysql\"]\n  mongo:\n    image: mongo:7\n    stop_grace_period: 1m\n    \
                        command: --dbpath /elsewhere\nvolumes:\n  data:\n  my:\n";

    #[test]
    fn what_is_not_written_is_hinted_at() {
        let mut on = session_with(&[("compose.yaml", TEXT)], &json!({"inlayHints": true}));
        let found = of(&mut on, 0..30);
        assert_eq!(
            found,
            [
                (2, 22, "SIGINT, 10s".to_string()),
                (6, 18, "data in /data/pg".to_string()),
                (13, 33, "data in /var/lib/mysql".to_string()),
                (15, 18, "SIGTERM, data in /elsewhere".to_string()),
            ]
        );
        assert_eq!(of(&mut on, 3..10).len(), 1, "only in the lines that were asked for");
        let mut off = session(&[("compose.yaml", TEXT)]);
        assert_eq!(of(&mut off, 0..30), []);
    }

    #[test]
    fn no_value_of_a_variable_is_hinted_at() {
        let text = TEXT.replace("/data/pg", "${WHERE}/pg");
        let files = [("compose.yaml", text.as_str()), (".env", "WHERE=/data/secret\n")];
        let mut on = session_with(&files, &json!({"inlayHints": true}));
        let found = of(&mut on, 0..8);
        assert_eq!(found[1].2, "data in ${WHERE}/pg");
    }
}
