//! What the catalogue knows of an image, and what that comes to for a service.

use super::super::look::Place;
use super::super::page::Page;
use super::catalogue::{Known, write};
use super::naming;
use crate::cursor::Spot;
use plimsoll_core::grammar::image;
use plimsoll_core::model::Service;
use plimsoll_core::text::Text;
use plimsoll_rules::images::matches;
use plimsoll_rules::state::{Probe, Said, State};
use plimsoll_rules::survey::{Event, KeeperKind, Row, Verdict, survey};
use plimsoll_rules::version::of_tag;

/// Writes of the image or the service at a place.
pub(super) fn hover(place: &Place<'_>, page: &mut Page) -> Option<std::ops::Range<usize>> {
    let path = place.cursor.path();
    let span = || place.cursor.span.clone();
    match (&place.cursor.spot, path.as_slice()) {
        (Spot::Key, ["services", name]) => {
            let service = service(place, name)?;
            of_service(place, service, page).then(span)
        }
        (_, ["services", name, "build"]) | (Spot::Key, ["services", name, "build", ..]) => {
            let state = place.analysis.state(service(place, name)?).filter(|it| it.is_built())?;
            of_build(state, page);
            Some(span())
        }
        (Spot::Scalar, [.., "image"]) => {
            let tree = &place.analysis.resolution.loaded.tree;
            let text = tree.text(place.node()?)?;
            let is_used = |it: &Service| {
                let own = it.image.iter().map(|it| &it.value);
                own.chain(&it.replaced_images).any(|it| it.span() == text.span())
            };
            // Something of this name in another place may be anything.
            let is_image = matches!(path.as_slice(), ["services", _, "image"]);
            if !is_image && !place.analysis.project().services.iter().any(is_used) {
                return None;
            }
            let known = known(place, text)?;
            write(page, &known);
            Some(span())
        }
        _ => None,
    }
}

/// The service that is written under a name in this document. A file that is only extended may have one of the same
/// name as another one of the project.
fn service<'a>(place: &'a Place<'_>, name: &str) -> Option<&'a Service> {
    let analysis = &place.analysis;
    let service = analysis.project().service(name)?;
    super::super::look::taken_in(analysis).contains(&analysis.file).then_some(service)
}

/// What the catalogue knows of an image, as far as its text shows which one it is.
fn known(place: &Place<'_>, text: &Text) -> Option<Known> {
    let hole = text.holes().first().map_or(text.as_str().len(), |it| it.at as usize);
    let visible = &text.as_str()[..hole];
    let hides_tag = !text.is_known();
    // The repository must be seen; the tag may be in a variable.
    let visible = match hides_tag {
        false => visible,
        true => {
            let at = visible.rfind(':').filter(|at| !visible[*at..].contains('/'))?;
            &visible[..at]
        }
    };
    let reference = image::parse(visible).ok()?;
    let family = place.analysis.catalogue().lookup(&reference)?;
    let tag = reference.tag.filter(|_| !hides_tag);
    let pinned = reference.digest.is_some() && reference.tag.is_none();
    let hides_version = hides_tag || pinned;
    let version = if hides_version { None } else { of_tag(tag, family.versioning, family.latest) };
    let special = family.data.iter().any(|it| it.tags.as_ref().is_some_and(|it| matches(it, tag.unwrap_or_default())));
    let (tag, shown) = (tag.map(str::to_string), text.shown());
    Some(Known { family, version, tag, special, shown, is_tag_known: !hides_version })
}

/// What a Dockerfile is made from.
fn of_build(state: &State, page: &mut Page) {
    let from = state.origin.from.as_ref().map(Text::shown).unwrap_or_default();
    let known = Known::of_state(state, from.clone());
    let from = page.code(&from);
    write(page, &known);
    page.paragraph(&format!("The Dockerfile is made from {from}."));
}

/// Writes of a service: how it stops, whether it is asked how it is, where its state lives. Nothing if nothing is
/// known of it.
fn of_service(place: &Place<'_>, service: &Service, page: &mut Page) -> bool {
    let analysis = &place.analysis;
    let project = analysis.project();
    let Some(index) = project.services.iter().position(|it| std::ptr::eq(it, service)) else { return false };
    let state = analysis.states.of(index);
    let all = survey(project, &analysis.states, &naming(analysis));
    let rows: Vec<&Row> = all.rows.iter().filter(|it| it.service == index).collect();
    if state.is_none() && rows.is_empty() {
        return false;
    }
    let name = page.code(&service.name);
    page.heading(&format!("service {name}"));
    if let Some(state) = state {
        running(service, state, page);
    }
    if !rows.is_empty() {
        let table: Vec<Vec<String>> = rows.iter().map(|it| row(it, page)).collect();
        let mut heads = vec!["state in".to_string(), "kept on".to_string()];
        heads.extend(Event::ALL.map(|it| page.code(it.name())));
        page.table(&heads.iter().map(String::as_str).collect::<Vec<_>>(), &table);
        if rows.iter().any(|it| !it.counts()) {
            page.paragraph(if page.is_markdown() {
                "\\* not counted: a cache, logs, or for tests."
            } else {
                "* not counted: a cache, logs, or for tests."
            });
        }
    }
    if let Some(state) = state {
        let shown = match (&state.origin.from, &service.image) {
            (Some(from), _) => from.shown(),
            (None, Some(image)) => image.value.shown(),
            _ => String::new(),
        };
        write(page, &Known::of_state(state, shown));
    }
    true
}

/// How a service is stopped, and whether it is asked how it is.
fn running(service: &Service, state: &State, page: &mut Page) {
    let said = |it: Said| match it {
        Said::Service(_) => "written here",
        Said::Dockerfile(_) => "written in the Dockerfile",
        Said::Image => "of the image",
    };
    // What is written may be a variable, whose value is not shown.
    let written = match state.stop_signal.said {
        Said::Service(_) => service.stop_signal.as_deref(),
        Said::Dockerfile(_) => service.build.as_ref().and_then(|it| it.image.as_ref()?.stop_signal.as_ref()),
        Said::Image => None,
    };
    let name = written.map(|it| it.value.shown()).or_else(|| state.stop_signal.name.clone());
    let stop = match name {
        Some(name) => format!("{} ({})", page.code(&name), said(state.stop_signal.said)),
        None => "a signal that the files do not show".to_string(),
    };
    let grace = match &service.stop_grace_period {
        Some(period) => format!("{} (written here)", page.code(&period.value.text.shown())),
        None => format!("{} (what Docker takes)", page.code("10s")),
    };
    page.item("stop", &format!("{stop}, grace period {grace}"));
    let probe = match state.probe {
        Probe::Has(by) => said(by),
        Probe::Disabled(_) => "switched off",
        Probe::None => "none",
        Probe::Unknown => "not known",
    };
    page.item("healthcheck", probe);
}

/// A row of the survey.
fn row(it: &Row, page: &Page) -> Vec<String> {
    let star = match (it.counts(), page.is_markdown()) {
        (true, _) => "",
        (false, true) => " \\*",
        (false, false) => " *",
    };
    let paths: Vec<String> = it.paths.iter().map(|it| page.code(it)).collect();
    let name = it.keeper.name.as_ref().filter(|_| it.keeper.kind != KeeperKind::ImageVolume);
    let kind = it.keeper.kind.name();
    let kept = name.map_or_else(|| kind.to_string(), |it| format!("{kind} {}", page.code(it)));
    let mut cells = vec![format!("{}{star}", paths.join(" or ")), kept];
    cells.extend(Event::ALL.map(|event| match it.fate(event).verdict {
        Verdict::No if page.is_markdown() => "**no**".to_string(),
        verdict => verdict.name().to_string(),
    }));
    cells
}
