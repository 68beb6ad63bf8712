//! Where a name is declared, and where it is used: volumes, services, networks, configs, secrets, anchors, variables.

use super::links::{self, Target};
use super::look::{Place, location, place};
use super::names::{Kind, Use, declarations, declared, uses};
use super::origin::{Origin, origin};
use crate::cursor::{Spot, Structure};
use crate::session::Session;
use lsp_types::{
    DocumentHighlight, DocumentHighlightParams, GotoDefinitionParams, GotoDefinitionResponse, Location, Range,
    ReferenceParams,
};
use plimsoll_core::load::files::Files;
use plimsoll_core::source::Span;
use plimsoll_core::tree::{NodeId, Value};

/// Where what is named at a place is declared.
pub(super) fn definition(session: &mut Session, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let place = place(session, &params.text_document_position_params)?;
    let found = found(&place);
    (!found.is_empty()).then_some(GotoDefinitionResponse::Array(found))
}

fn found(place: &Place<'_>) -> Vec<Location> {
    let analysis = &place.analysis;
    if let Spot::Alias(name) = &place.cursor.spot {
        let own = analysis.session.uri(&analysis.path);
        let anchor = anchor(&place.structure, name, place.cursor.span.start);
        let range = anchor.and_then(|it| place.range(it));
        return own.zip(range).map(|(uri, range)| Location { uri, range }).into_iter().collect();
    }
    if !matches!(place.cursor.spot, Spot::Key | Spot::Scalar) {
        return Vec::new();
    }
    if let Some(variable) = place.variable()
        && let Origin::File(written) = origin(analysis, variable.name)
    {
        return written.location(analysis).into_iter().collect();
    }
    if let Some(it) = uses(analysis).into_iter().find(|it| place.is_in(it.span)) {
        let spans = declared(analysis, &it);
        return spans.into_iter().filter_map(|it| location(analysis, it)).collect();
    }
    let file = links::all(analysis).into_iter().find(|it| place.is_in(it.span));
    match file.map(|it| it.target) {
        Some(Target::File(name)) if analysis.disk.exists(&name) => {
            let uri = links::file(analysis, &name);
            uri.map(|uri| Location { uri, range: Range::default() }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Where the anchor of an alias is written: the last one of this name before it.
fn anchor(structure: &Structure, name: &str, before: usize) -> Option<std::ops::Range<usize>> {
    let tree = structure.tree();
    let mut waiting: Vec<NodeId> = structure.document().roots.clone();
    let mut found: Option<std::ops::Range<usize>> = None;
    while let Some(id) = waiting.pop() {
        let node = tree.node(id);
        if let Some(mark) = tree.anchor(id).filter(|it| it.name == name) {
            let span = mark.span.range();
            if span.start < before && found.as_ref().is_none_or(|it| it.start < span.start) {
                found = Some(span);
            }
        }
        match &node.value {
            Value::Mapping(entries) => waiting.extend(entries.iter().flat_map(|it| [it.key, it.value])),
            Value::Sequence(items) => waiting.extend(items.iter().map(|it| it.value)),
            _ => {}
        }
    }
    found
}

/// What is declared or named at a place.
fn named(place: &Place<'_>, all: &[Use]) -> Option<(Kind, String)> {
    if let (Spot::Key, [section, name]) = (&place.cursor.spot, place.cursor.path().as_slice())
        && let Some(kind) = Kind::of(section)
    {
        return Some((kind, (*name).to_string()));
    }
    let it = all.iter().find(|it| place.is_in(it.span))?;
    Some((it.kind, it.name.clone()))
}

/// Where a name stands: where it is used, and where it is declared. Those come last.
fn everywhere(place: &Place<'_>) -> Option<(Vec<Span>, Vec<Span>)> {
    let all = uses(&place.analysis);
    let (kind, name) = named(place, &all)?;
    let used = all.into_iter().filter(|it| it.kind == kind && it.name == name).map(|it| it.span).collect();
    Some((used, declarations(&place.analysis, kind, &name)))
}

/// Where what is named at a place is used.
pub(super) fn references(session: &mut Session, params: &ReferenceParams) -> Option<Vec<Location>> {
    let place = place(session, &params.text_document_position)?;
    let (mut spans, declared) = everywhere(&place)?;
    if params.context.include_declaration {
        spans.extend(declared);
    }
    Some(spans.into_iter().filter_map(|it| location(&place.analysis, it)).collect())
}

/// Where it stands in this document.
pub(super) fn highlights(session: &mut Session, params: &DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> {
    let place = place(session, &params.text_document_position_params)?;
    let (mut spans, declared) = everywhere(&place)?;
    spans.extend(declared);
    let ranges = spans.into_iter().filter_map(|it| place.analysis.range(it));
    Some(ranges.map(|range| DocumentHighlight { range, kind: None }).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, name, session, slice};
    use super::*;
    use lsp_types::ReferenceContext;

    const BASE: &str = "# é🐳\r\nx-log: &log\r\n  driver: json-file\r\nx-app: &app\r\n  depends_on: [db]\r\n  volumes: [\"data:/x\"]\r\n\
                        include:\r\n  - more/compose.yaml\r\nservices:\r\n  db:\r\n    image: postgres:${TAG:-16}\r\n    logging: *log\r\n    \
                        volumes:\r\n      - data:/var/lib/postgresql/data\r\n      - {type: volume, source: extra, target: /e}\r\n    \
                        networks: {back: {}}\r\n    secrets: [key]\r\n  web:\r\n    <<: *app\r\n    image: web\r\n    extends: {file: base/c.yaml, service: db}\r\n    \
                        network_mode: service:db\r\n    links: ['db:alias']\r\n    volumes_from: [\"db:ro\"]\r\n\
                        volumes:\r\n  data:\r\nnetworks:\r\n  back:\r\nsecrets:\r\n  key:\r\n    file: ./key.txt\r\n";
    const OVERRIDE: &str = "services:\n  web:\n    depends_on:\n      tool:\n        condition: service_started\n    volumes: [far:/f]\nvolumes:\n  data: {}\n  extra:\n";
    const MORE: &str = "services:\n  tool:\n    image: tool\nvolumes:\n  far:\n";
    const OTHER: &str = "services:\n  db:\n    image: other\n";
    const ENV: &str = "A=1\nTAG=17\n";
    const FILES: [(&str, &str); 5] = [
        ("compose.yaml", BASE),
        ("compose.override.yaml", OVERRIDE),
        ("more/compose.yaml", MORE),
        ("base/c.yaml", OTHER),
        (".env", ENV),
    ];

    fn goes(file: &str, word: &str, more: usize) -> Vec<String> {
        let mut session = session(&FILES);
        let params = GotoDefinitionParams {
            text_document_position_params: at(&session, file, word, more),
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        match definition(&mut session, &params) {
            Some(GotoDefinitionResponse::Array(found)) => shown(&session, found),
            Some(_) => panic!("it is a list"),
            None => Vec::new(),
        }
    }

    fn shown(session: &Session, found: Vec<Location>) -> Vec<String> {
        let show = |it: Location| {
            let file = name(&it.uri);
            format!("{file}:{}:{}", it.range.start.line + 1, slice(session, &file, it.range))
        };
        found.into_iter().map(show).collect()
    }

    #[test]
    fn names_lead_to_where_they_are_declared() {
        assert_eq!(goes("compose.yaml", "data:/var", 2), ["compose.yaml:26:data", "compose.override.yaml:8:data"]);
        assert_eq!(goes("compose.yaml", "data:/x", 0).len(), 2, "in an anchor");
        assert_eq!(goes("compose.yaml", "extra,", 1), ["compose.override.yaml:9:extra"]);
        assert_eq!(goes("compose.override.yaml", "far:/f", 0), ["more/compose.yaml:5:far"]);
        assert_eq!(goes("compose.override.yaml", "tool:", 1), ["more/compose.yaml:2:tool"]);
        assert_eq!(goes("compose.yaml", "[db]", 1), ["compose.yaml:10:db"]);
        assert_eq!(goes("compose.yaml", "service: db", 10), ["base/c.yaml:2:db"]);
        assert_eq!(goes("compose.yaml", "service:db", 9), ["compose.yaml:10:db"]);
        assert_eq!(goes("compose.yaml", "'db:alias", 2), ["compose.yaml:10:db"]);
        assert_eq!(goes("compose.yaml", "\"db:ro", 2), ["compose.yaml:10:db"]);
        assert_eq!(goes("compose.yaml", "back: {", 0), ["compose.yaml:28:back"]);
        assert_eq!(goes("compose.yaml", "[key]", 1), ["compose.yaml:30:key"]);
        assert_eq!(goes("compose.yaml", "*log", 2), ["compose.yaml:2:&log"]);
        assert_eq!(goes("compose.yaml", "*app", 0), ["compose.yaml:4:&app"]);
        assert_eq!(goes("compose.yaml", "${TAG", 3), [".env:2:TAG"]);
        assert_eq!(goes("compose.yaml", "more/compose", 3), ["more/compose.yaml:1:"]);
    }

    #[test]
    fn what_leads_nowhere() {
        for (word, more) in
            [("# é", 3), ("image: web", 8), ("alias", 2), ("json-file", 1), ("./key.txt", 1), ("services:", 3)]
        {
            assert_eq!(goes("compose.yaml", word, more), Vec::<String>::new(), "{word}");
        }
        assert_eq!(goes(".env", "TAG", 1), Vec::<String>::new());
    }

    #[test]
    fn a_line_that_is_taken_for_blank_leads_nowhere() {
        let text = "services:\n  db:\n    image: a\n    volumes: [\"data:/x\n  web:\n    depends_on: [db]\nvolumes:\n  data:\n";
        let mut session = session(&[("compose.yaml", text)]);
        let ask = |session: &mut Session, word: &str, more: usize| {
            let params = GotoDefinitionParams {
                text_document_position_params: at(session, "compose.yaml", word, more),
                work_done_progress_params: Default::default(),
                partial_result_params: Default::default(),
            };
            definition(session, &params)
        };
        assert!(ask(&mut session, "data:/x", 1).is_none());
        assert!(ask(&mut session, "[db]", 1).is_some());
    }

    #[test]
    fn what_is_declared_leads_to_its_uses() {
        let mut session = session(&FILES);
        let mut ask = |file: &str, word: &str, include_declaration: bool| {
            let params = ReferenceParams {
                text_document_position: at(&session, file, word, 1),
                work_done_progress_params: Default::default(),
                partial_result_params: Default::default(),
                context: ReferenceContext { include_declaration },
            };
            let found = references(&mut session, &params).unwrap_or_default();
            shown(&session, found)
        };
        let used = ["compose.yaml:6:data", "compose.yaml:14:data"];
        assert_eq!(ask("compose.yaml", "data:\r\nnetworks", false), used);
        assert_eq!(ask("compose.override.yaml", "data: {}", true).len(), 4);
        assert_eq!(ask("compose.yaml", "data:/var", false), used);
        assert_eq!(ask("more/compose.yaml", "tool:", false), ["compose.override.yaml:4:tool"]);
        assert_eq!(ask("compose.yaml", "json-file", false), Vec::<String>::new());
        let params = DocumentHighlightParams {
            text_document_position_params: at(&session, "compose.yaml", "data:/var", 1),
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        let ranges = highlights(&mut session, &params).unwrap_or_default();
        assert_eq!(ranges.into_iter().map(|it| it.range.start.line + 1).collect::<Vec<_>>(), [6, 14, 26]);
    }
}
