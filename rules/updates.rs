//! What replaces containers by newer images without being asked: updaters in the project, and `pull_policy`.
//!
//! Source: the documentation of Watchtower on container selection and arguments, and of Ouroboros on its options; the
//! Compose Specification on `pull_policy`.

use crate::state::{State, states};
use plimsoll_core::check::Cx;
use plimsoll_core::model::{EnvValue, Project, Service};
use plimsoll_core::source::Span;
use std::sync::Arc;

/// What pulls a newer image of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Update {
    /// The service of this index in [`Project::services`], which replaces containers.
    Updater(usize),
    /// `pull_policy`, written here: every `up` pulls, or every one after some time.
    Policy(Span),
}

/// The updater of a project that takes every container there is.
pub(crate) struct Updaters(Option<usize>);

/// The updater of the project under check.
pub(crate) fn updaters(cx: &Cx<'_>) -> Arc<Updaters> {
    let states = states(cx);
    cx.facts(|project| {
        let updaters = states.0.iter().filter(|it| it.family.kind == "updater" && !it.is_built());
        Updaters(updaters.map(|it| it.service).find(|it| takes_all(&project.services[*it])))
    })
}

impl Updaters {
    /// What pulls a newer image of a store without being asked, if the files show it.
    pub(crate) fn update(&self, project: &Project, state: &State) -> Option<Update> {
        let service = state.of(project);
        let policy = service.pull_policy.as_ref();
        let pulls = |it: &str| matches!(it, "always" | "daily" | "weekly") || it.starts_with("every_");
        if let Some(policy) = policy.filter(|it| it.known().is_some_and(pulls)) {
            return Some(Update::Policy(policy.span));
        }
        let updater = self.0.filter(|_| project.is_whole() && !is_exempt(service))?;
        Some(Update::Updater(updater))
    }
}

/// Options and variables with which an updater takes some containers only, or only tells of newer images.
const RESTRICTED: [&str; 20] = [
    "--label-enable",
    "--monitor-only",
    "--no-pull",
    "--scope",
    "--disable-containers",
    "--run-once",
    "--label-take-precedence",
    "--monitor",
    "--ignore",
    "WATCHTOWER_LABEL_ENABLE",
    "WATCHTOWER_MONITOR_ONLY",
    "WATCHTOWER_NO_PULL",
    "WATCHTOWER_SCOPE",
    "WATCHTOWER_DISABLE_CONTAINERS",
    "WATCHTOWER_RUN_ONCE",
    "WATCHTOWER_LABEL_TAKE_PRECEDENCE",
    "LABEL_ENABLE",
    "LABELS_ONLY",
    "MONITOR",
    "IGNORE",
];

/// Options with a value in the next word.
const VALUED: [&str; 12] = [
    "--interval",
    "-i",
    "--schedule",
    "-s",
    "--host",
    "-H",
    "--api-version",
    "-a",
    "--stop-timeout",
    "-t",
    "--log-level",
    "--http-api-token",
];

/// Whether an updater replaces every container, as far as the files show it, and shows all of it.
fn takes_all(service: &Service) -> bool {
    let lines = service.entrypoint.iter().chain(&service.command);
    let words: Vec<_> = lines.flat_map(|it| &it.value.words).collect();
    let option = |it: &str| {
        let name = it.split('=').next().unwrap_or(it);
        // `-e` and `-m` are short for two of them, alone or in a bunch such as `-cme`.
        let bunch = !it.starts_with("--") && it.len() < 6 && it.contains(['e', 'm', 'n', 'x', 'R']);
        RESTRICTED.contains(&name) && !it.ends_with("=false") || it.starts_with('-') && bunch
    };
    // A name takes that container only.
    let valued = |it: &str| VALUED.contains(&it) || it.starts_with("--notification");
    let before = std::iter::once("").chain(words.iter().map(|it| it.as_str()));
    let named = words.iter().zip(before).any(|(it, before)| !it.as_str().starts_with('-') && !valued(before));
    let restricts = |name: &&str| match service.variable(name) {
        EnvValue::Absent => false,
        EnvValue::Set(_, text) => !matches!(text.as_str().to_ascii_lowercase().as_str(), "false" | "0" | "no" | ""),
        EnvValue::Unknown => true,
    };
    let hidden = words.iter().any(|it| !it.is_known());
    !hidden && !named && !words.iter().any(|it| option(it.as_str())) && !RESTRICTED.iter().any(restricts)
}

/// Whether a label of the service keeps updaters away from it, or may.
fn is_exempt(service: &Service) -> bool {
    service.labels.iter().any(|label| {
        let value = label.value.as_ref().and_then(|it| it.known()).map(str::to_ascii_lowercase);
        let said = |it: &str| value.as_deref().is_none_or(|value| value == it);
        match label.name.as_str() {
            "com.centurylinklabs.watchtower.enable" | "com.ouroboros.enable" => said("false"),
            "com.centurylinklabs.watchtower.monitor-only" | "com.centurylinklabs.watchtower.no-pull" => said("true"),
            "com.centurylinklabs.watchtower.scope" => true,
            _ => false,
        }
    })
}
