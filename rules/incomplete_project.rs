//! A project of which not everything can be read, so that rules have to be silent.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Project, Service};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use std::collections::{BTreeMap, HashSet};

pub static RULE: Rule = Rule {
    id: "incomplete-project",
    severity: Severity::Info,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("incomplete-project.md"),
    check,
};

/// How many places one finding names.
const SHOWN: usize = 8;

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    let mut places: Vec<(Span, String)> = project.unread.iter().map(|it| (it.span, it.what.clone())).collect();
    // Of several files, the model does not say which one is missing.
    for service in project.services.iter().filter(|it| it.env_file_hidden) {
        if let [only] = &service.env_file[..] {
            places.push((only.file.span(), format!("the `env_file` `{}`", only.file.shown())));
        }
    }
    places.extend(variables(project).into_iter().map(|(name, span)| (span, format!("the value of `{name}`"))));
    places.sort();
    let mut said = HashSet::new();
    places.retain(|it| said.insert(it.1.clone()));
    let Some((first, what)) = places.first().cloned() else { return };
    let others = match places.len() - 1 {
        0 => String::new(),
        1 => format!(" and {}", places[1].1),
        more => format!(" and {more} other things"),
    };
    let found = cx.report(first, format!("not everything of this project is known: {what}{others}"));
    found.because("about what is not known, the other rules are silent");
    for (span, what) in places.into_iter().skip(1).take(SHOWN) {
        found.label(span, what);
    }
    found.help("put the files in their places, or give the values with `--env` or `--env-file`");
}

/// Variables without a value in what decides where data is, each at the first place where it stands.
fn variables(project: &Project) -> BTreeMap<String, Span> {
    let mut found = BTreeMap::new();
    for hole in project.services.iter().flat_map(texts).flat_map(Text::holes) {
        let place = found.entry(hole.variable.clone()).or_insert(hole.span);
        *place = hole.span.min(*place);
    }
    found
}

/// The texts of a service without which a rule does not know what it keeps, and where.
fn texts(service: &Service) -> impl Iterator<Item = &Text> {
    // Beside a build, it is only the name of the result.
    let image = service.image.iter().filter(|_| service.build.is_none()).map(|it| &it.value);
    let mounts = service.mounts.iter().flat_map(|it| it.source.iter().chain([&it.target]));
    let period = service.stop_grace_period.iter().map(|it| &it.value.text);
    let signal = service.stop_signal.iter().map(|it| &it.value);
    image.chain(mounts).chain(period).chain(signal)
}
