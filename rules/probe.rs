//! Probes: who waits for them, whether there is one at all, and which programs they run.

use crate::images::matches;
use crate::script::{End, Simple, commands};
use crate::state::{Probe, State, States};
use plimsoll_core::check::Cx;
use plimsoll_core::grammar::image;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Condition, Dependency, Project, Service, Test};
use plimsoll_core::text::Text;
use std::collections::HashMap;
use std::sync::Arc;

/// For each service, those that wait until it is healthy and are not started without it: the index of the service,
/// and that of its dependency.
pub(crate) struct Waiting(HashMap<String, Vec<(usize, usize)>>);

/// Who waits for whose health.
pub(crate) fn waiting(cx: &Cx<'_>) -> Arc<Waiting> {
    cx.facts(|project| {
        let mut waiting: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (at, service) in project.services.iter().enumerate() {
            let strict = |it: &&Dependency| it.condition == Condition::Healthy && it.required == Some(true);
            for (nth, it) in service.depends_on.iter().enumerate().filter(|it| strict(&it.1)) {
                waiting.entry(it.service.clone()).or_default().push((at, nth));
            }
        }
        Waiting(waiting)
    })
}

impl Waiting {
    /// Those that wait for a service.
    pub fn on(&self, service: &str) -> &[(usize, usize)] {
        self.0.get(service).map_or(&[], Vec::as_slice)
    }

    /// The first service that waits for one, by name.
    pub fn first<'a>(&self, project: &'a Project, service: &str) -> Option<&'a str> {
        self.on(service).first().map(|it| project.services[it.0].name.as_str())
    }
}

/// Why a service has no probe at all, neither in the file nor in its image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Absent {
    /// The file switches it off.
    Disabled,
    /// Nobody ever wrote one.
    Never,
}

/// Whether, for all that the files show, no probe can be there.
pub(crate) fn absent(project: &Project, service: &Service, state: Option<&State>) -> Option<Absent> {
    if !project.is_whole() || service.extends.is_some() || service.provider.is_some() {
        return None;
    }
    match state.map(|it| it.probe) {
        Some(Probe::Disabled(_)) => Some(Absent::Disabled),
        Some(Probe::None) => Some(Absent::Never),
        Some(_) => None,
        None => {
            let disabled = service.healthcheck.as_ref().is_some_and(|it| matches!(it.test, Test::Disabled));
            disabled.then_some(Absent::Disabled)
        }
    }
}

/// Whether `up` fails because somebody waits for the health of a service that has no probe.
pub(crate) fn is_awaited_in_vain(project: &Project, states: &States, waiting: &Waiting, service: usize) -> bool {
    let it = &project.services[service];
    let none = [it.scale.as_deref(), it.deploy.replicas.as_ref()].into_iter().flatten().any(|it| it.value != Some(1));
    !none && !waiting.on(&it.name).is_empty() && absent(project, it, states.of(service)).is_some()
}

/// A list as it is written in YAML on one line.
pub(crate) fn flow(words: &[String]) -> String {
    let quoted = words
        .iter()
        .map(|it| if it.contains('"') { format!("'{}'", it.replace('\'', "''")) } else { format!("\"{it}\"") });
    format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
}

/// Whether a program is not in the image of a service, for certain.
pub(crate) fn lacks(service: &Service, state: &State, program: &str) -> bool {
    let tag = service.image.as_ref().and_then(|it| Some(image::parse(it.known()?).ok()?.tag.unwrap_or("latest")));
    let name = file_name(program);
    let same = |it: &String| if it.contains('/') { it == program } else { it == name };
    state.family.health.lacks.iter().any(|it| {
        let holds = match (&it.tags, &it.unless) {
            (None, None) => true,
            (tags, unless) => tag.is_some_and(|tag| {
                tags.as_ref().is_none_or(|it| matches(it, tag)) && !unless.as_ref().is_some_and(|it| matches(it, tag))
            }),
        };
        holds && it.versions.holds(state.version) == Some(true) && it.tools.iter().any(same)
    })
}

/// Whether something that the service mounts or runs first may bring a program along.
pub(crate) fn may_bring(service: &Service, program: &str) -> bool {
    let name = file_name(program);
    let lines = service.entrypoint.iter().chain(&service.command).flat_map(|it| &it.words);
    let mut words = lines.map(Text::as_str);
    let brings = |it: &str| it.contains("install") || it.contains("apk ") || it.ends_with(".sh") || it.contains(".sh ");
    let leads = |it: &str| it.ends_with(&format!("/{name}")) || it.ends_with("/bin") || it.ends_with("/sbin");
    let mounted = service.mounts.iter().any(|it| it.path_in_container.as_deref().is_none_or(leads));
    mounted || words.any(brings) || service.environment.iter().any(|it| it.name == "PATH")
}

/// The program without which a script cannot end well, if one of those it needs is not there.
pub(crate) fn missing_program(script: &str, lacks: &dyn Fn(&str) -> bool) -> Option<String> {
    let list = commands(script)?;
    let mut rest = &list[..];
    let mut missing = None;
    loop {
        let end = rest.iter().position(|it| it.end != End::Pipe)?;
        let (pipeline, behind) = rest.split_at(end + 1);
        let failed = pipeline_fails(pipeline, lacks)?;
        missing = missing.or(failed);
        // What is behind `&&` is not run; what is behind `||` has to fail as well.
        let mut skipped = behind;
        let mut last = pipeline[end].end;
        while matches!(last, End::And | End::Pipe) {
            last = skipped.first()?.end;
            skipped = &skipped[1..];
        }
        match last {
            End::Last => return missing,
            End::Or => rest = skipped,
            _ => return None,
        }
    }
}

/// Whether a pipeline fails for certain; inside, the program that is not there, if that is why.
fn pipeline_fails(pipeline: &[Simple], lacks: &dyn Fn(&str) -> bool) -> Option<Option<String>> {
    if pipeline.iter().any(Simple::is_compound) {
        return None;
    }
    let program = |it: &Simple| it.program().first().map_or(String::new(), |it| it.0.clone());
    let last = pipeline.last()?;
    let words: Vec<&str> = last.program().iter().map(|it| it.0.as_str()).collect();
    match words[..] {
        ["false"] | ["exit", "1" | "$?"] => return Some(None),
        _ if lacks(&program(last)) => return Some(Some(program(last))),
        _ => {}
    }
    // What searches in the output of a program that is not there finds nothing.
    let searches = matches!(words.first(), Some(&("grep" | "egrep")))
        && !words.iter().any(|it| it.starts_with("-") && it.contains(['v', 'c', 'L']));
    let first = program(&pipeline[0]);
    (searches && pipeline.len() > 1 && lacks(&first)).then_some(Some(first))
}
