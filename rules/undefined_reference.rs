//! A name that nothing in the project has: a service, a network, a config, a secret or a model.

use crate::elsewhere::{is_slip, resources_may_be_elsewhere, services_may_be_elsewhere};
use crate::needs::needs;
use crate::refused::refused;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Project, Resource, Service};
use plimsoll_core::problem::ProblemKind;
use plimsoll_core::suggest::closest;
use plimsoll_core::text::Text;
use std::collections::HashSet;

pub static RULE: Rule = Rule {
    id: "undefined-reference",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("undefined-reference.md"),
    check,
};

/// Things that are declared at the top, in a section, and used by name.
struct Kind {
    section: &'static str,
    verb: &'static str,
    declared: fn(&Project) -> &[Resource],
    used: fn(&Service) -> Vec<&Text>,
}

const KINDS: [Kind; 5] = [
    Kind {
        section: "networks",
        verb: "joins",
        declared: |it| &it.networks,
        // Compose declares the network `default` itself.
        used: |it| it.networks.iter().filter(|it| it.as_str() != "default").collect(),
    },
    Kind {
        section: "configs",
        verb: "uses",
        declared: |it| &it.configs,
        used: |it| it.configs.iter().map(|it| &it.source).collect(),
    },
    Kind {
        section: "secrets",
        verb: "uses",
        declared: |it| &it.secrets,
        used: |it| it.secrets.iter().map(|it| &it.source).collect(),
    },
    Kind {
        section: "secrets",
        verb: "is built with",
        declared: |it| &it.secrets,
        used: |it| it.build.iter().flat_map(|it| &it.secrets).map(|it| &it.source).collect(),
    },
    Kind { section: "models", verb: "uses", declared: |it| &it.models, used: |it| it.models.iter().collect() },
];

fn check(cx: &mut Cx<'_>) {
    cx.report_problems(ProblemKind::UndefinedReference);
    // What is missing may be in a file that is not read here.
    if cx.project.is_whole() {
        services(cx);
        KINDS.iter().for_each(|it| resources(cx, it));
    }
}

fn services(cx: &mut Cx<'_>) {
    let project = cx.project;
    let elsewhere = services_may_be_elsewhere(project);
    for service in &project.services {
        for need in needs(service).iter().filter(|it| project.service(&it.service).is_none()) {
            let others = project.services.iter().map(|it| it.name.as_str()).filter(|it| *it != service.name);
            let meant = closest(&need.service, others).and_then(|it| project.service(it));
            if elsewhere && !meant.is_some_and(|it| is_slip(&need.service, &it.name)) {
                continue;
            }
            let message =
                format!("`{}` {} the service `{}`, which does not exist", service.name, need.verb, need.shown);
            let found = cx.report(need.span, message).because(need.refused.clone());
            match meant {
                Some(it) => found.label(it.key, "this one exists").help(format!("did you mean `{}`?", it.name)),
                None => found.help(format!("add the service `{}`, or remove its name here", need.shown)),
            };
        }
    }
}

fn resources(cx: &mut Cx<'_>, kind: &Kind) {
    let project = cx.project;
    let declared = (kind.declared)(project);
    let names: HashSet<&str> = declared.iter().map(|it| it.name.as_str()).collect();
    let elsewhere = resources_may_be_elsewhere(project, declared.is_empty());
    for service in &project.services {
        for used in (kind.used)(service) {
            let Some(name) = used.known().filter(|it| !names.contains(it)) else { continue };
            let meant = closest(name, declared.iter().map(|it| it.name.as_str()));
            let meant = meant.and_then(|name| declared.iter().find(|it| it.name == name));
            if elsewhere && !meant.is_some_and(|it| is_slip(name, &it.name)) {
                continue;
            }
            let (shown, section) = (used.shown(), kind.section);
            let what = section.trim_end_matches('s');
            let message = format!("`{}` {} the {what} `{shown}`, which is not declared", service.name, kind.verb);
            let found = cx.report(used.span(), message).because(refused(&[used]));
            match meant {
                Some(it) => found.label(it.key, "this one is declared").help(format!("did you mean `{}`?", it.name)),
                None => found.help(format!("declare it at the top level: `{section}:` with `{shown}:` below it")),
            };
        }
    }
}
