//! A variable of the container that Compose expands before the container is there.

use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::fix::{Fix, Safety};
use plimsoll_core::model::{Project, Service, Test};
use plimsoll_core::source::Span;
use plimsoll_core::text::{Hole, Text};
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "host-expanded-variable",
    severity: Severity::Warning,
    group: Group::Correctness,
    fix: Some(Safety::Safe),
    on: true,
    since: "0.1.0",
    page: include_str!("host-expanded-variable.md"),
    check,
};

/// Programs that expand the variables of the container.
const SHELLS: [&str; 6] = ["sh", "ash", "bash", "dash", "ksh", "zsh"];

/// What the rest of the project takes from the host, so that the host has it.
struct FromHost(HashSet<String>);

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    if !project.is_whole() {
        return;
    }
    for service in &project.services {
        if let Some(healthcheck) = &service.healthcheck {
            match &healthcheck.test {
                Test::Shell(text) => check_text(cx, service, text, "the probe", Some(Safety::Safe)),
                Test::Command(words) => {
                    let script = script(&words.iter().collect::<Vec<_>>()).map(Text::span);
                    for word in words {
                        // Where no shell runs it, a second dollar would reach the program.
                        let safety = (Some(word.span()) == script).then_some(Safety::Safe);
                        check_text(cx, service, word, "the probe", safety);
                    }
                }
                _ => {}
            }
        }
        if let Some(script) = command_script(service) {
            check_text(cx, service, script, "the command", Some(Safety::Unsafe));
        }
    }
}

fn check_text(cx: &mut Cx<'_>, service: &Service, text: &Text, what: &str, safety: Option<Safety>) {
    if text.is_known() {
        return;
    }
    let (project, edit, host) = (cx.project, cx.edit(), cx.facts(from_host));
    let meant = |it: &&Hole| !it.nonempty && !host.0.contains(&it.variable) && place(project, service, it).is_some();
    let holes: Vec<&Hole> = text.holes().iter().filter(meant).collect();
    let Some(first) = holes.first() else { return };
    let name = &first.variable;
    let message = format!("{what} of `{}` takes `${name}` from the host, and not from the container", service.name);
    let found = cx.report(first.span, message);
    found.because("Compose expands it before the container is made");
    if let Some(set) = place(project, service, first) {
        found.label(set, "what the container has");
    }
    let Some(safety) = safety else {
        found.help(format!("let a shell of the container expand it: `[\"CMD-SHELL\", \"… $${name} …\"]`"));
        return;
    };
    found.help(format!("write `$${name}`, which leaves it to the shell of the container"));
    let edits: Option<Vec<_>> = holes.iter().map(|it| edit.escape_dollar(it.span)).collect();
    let title = format!("write `$${name}`");
    found.fix = edits.map(|it| Fix { title, safety, edits: it.concat() });
}

/// Where the container gets a variable from that the host need not have.
fn place(project: &Project, service: &Service, hole: &Hole) -> Option<Span> {
    let own = service.environment.iter().find(|it| it.name == hole.variable);
    if let Some(own) = own {
        return own.value.as_ref().map(|_| own.key);
    }
    // A file of variables may also be given to Compose itself, unless it has another one.
    let from_file = service.env_file_variables.iter().find(|it| it.name == hole.variable);
    from_file.filter(|it| project.knows_variables && it.value.is_some()).map(|it| it.key)
}

/// The script that a shell runs: `sh -c "…"`.
fn script<'a>(words: &[&'a Text]) -> Option<&'a Text> {
    let [program, options, script, ..] = words else { return None };
    let program = plimsoll_core::grammar::path::file_name(program.known()?);
    let options = options.known()?.strip_prefix('-')?;
    (SHELLS.contains(&program) && options.ends_with('c')).then_some(*script)
}

/// The script in the entrypoint, in both together, or in the command behind an entrypoint that passes it on.
fn command_script(service: &Service) -> Option<&Text> {
    let command: Vec<&Text> = service.command.iter().flat_map(|it| &it.words).collect();
    let entrypoint = service.entrypoint.iter().flat_map(|it| &it.words);
    let both: Vec<&Text> = entrypoint.chain(command.iter().copied()).collect();
    script(&both).or_else(|| script(&command))
}

/// The variables that values of the environment, images and mounts are made of.
fn from_host(project: &Project) -> FromHost {
    let mut names = HashSet::new();
    for service in &project.services {
        names.extend(service.environment.iter().filter(|it| it.value.is_none()).map(|it| it.name.clone()));
        let rare = [&service.container_name, &service.hostname, &service.user, &service.platform];
        let fields = service.image.iter().chain(rare.into_iter().flatten().map(Box::as_ref));
        let mounts = service.mounts.iter().flat_map(|it| it.source.iter().chain([&it.target]));
        let values = service.environment.iter().filter_map(|it| it.value.as_ref());
        let texts = values.chain(fields.map(|it| &it.value)).chain(mounts);
        names.extend(texts.flat_map(Text::variables).map(|it| it.0.to_string()));
    }
    FromHost(names)
}
