//! Keys of a service that exclude each other, and a name that two containers cannot share.

use crate::needs::never_together;
use crate::refused::refused;
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::size;
use plimsoll_core::model::{Build, Field, Limits, Service};
use plimsoll_core::text::Text;
use std::collections::HashMap;

pub static RULE: Rule = Rule {
    id: "conflicting-keys",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("conflicting-keys.md"),
    check,
};

const ONE: &str = "remove one of the two";

fn check(cx: &mut Cx<'_>) {
    let mut names: HashMap<&str, Vec<(&Service, &Field<Text>)>> = HashMap::new();
    for service in &cx.project.services {
        network(cx, service);
        count(cx, service);
        let deploy = &service.deploy;
        limits(cx, service, &service.limits, deploy.limits.as_deref(), ["mem_limit", "limits"]);
        limits(cx, service, &service.reservations, deploy.reservations.as_deref(), ["mem_reservation", "reservations"]);
        service.build.iter().for_each(|it| sources(cx, service, it));
        let known = |it: &&Field<Text>| it.is_known() && !it.is_blank();
        let Some(field) = service.container_name.as_deref().filter(known) else { continue };
        let others = names.entry(field.as_str()).or_default();
        if let Some((first, name)) = others.iter().find(|it| !never_together(it.0, service)) {
            let both = format!("`{}` and `{}`", first.name, service.name);
            let found = cx.report(field.span, format!("{both} have one container name, `{}`", field.shown()));
            found.because(refused(&[field, name])).label(name.span, format!("`{}` has it first", first.name));
            found.through(&field.path).help("give each of them a name of its own");
        }
        others.push((service, field));
    }
}

/// A service has networks of its own, or it shares those of something else.
fn network(cx: &mut Cx<'_>, service: &Service) {
    let mode = service.network_mode.as_ref().filter(|it| !it.value.may_be_blank());
    let (Some(mode), Some(network)) = (mode, service.networks.first()) else { return };
    let message = format!("`{}` has both `network_mode` and `networks`", service.name);
    let why = format!("with `{}` it is in no network of the project", mode.value.shown());
    cx.report(network.span(), message).because(refused(&[mode])).label(mode.span, why).help(ONE);
}

/// How many containers it has is said in two places, and a name is for one container.
fn count(cx: &mut Cx<'_>, service: &Service) {
    let name = &service.name;
    let (scale, replicas) = (service.scale.as_deref(), service.deploy.replicas.as_ref());
    if let (Some(scale), Some(replicas)) = (scale, replicas)
        && scale.value.zip(replicas.value).is_some_and(|(one, other)| one != other)
    {
        let message = format!("`{name}` has `scale` and another number of `deploy.replicas`");
        let help = "keep `deploy.replicas`, and remove `scale`";
        cx.report(scale.span, message).because(refused(&[])).label(replicas.span, "another number").help(help);
    } else if let (Some(field), Some(container)) = (scale.or(replicas), &service.container_name)
        && field.value.is_some_and(|it| it > 1 && !container.value.may_be_blank())
    {
        let message = format!("`{name}` has several containers, and one `container_name` for all of them");
        let found = cx.report(container.span, message).because(refused(&[]));
        found.label(field.span, "more than one container").help("remove `container_name`");
    }
}

/// A limit is said in two places. Where `deploy` has limits at all, one that it leaves out is none.
fn limits(cx: &mut Cx<'_>, service: &Service, own: &Limits, deploy: Option<&Field<Limits>>, keys: [&str; 2]) {
    let ([memory, section], Some(deploy)) = (keys, deploy) else { return };
    let kinds = [
        (&own.cpus, &deploy.cpus, "cpus", "cpus"),
        (&own.memory, &deploy.memory, memory, "memory"),
        (&own.pids, &deploy.pids, "pids_limit", "pids"),
    ];
    for (own, other, key, inner) in kinds {
        let Some(own) = own else { continue };
        let parse = |it: &str| match inner {
            "memory" => size::parse(it).ok().map(|it| it as f64),
            _ => it.parse().ok(),
        };
        let Some(value) = own.known().and_then(parse).filter(|it| *it != 0.0) else { continue };
        let (span, why) = match other {
            Some(it) if it.known().and_then(parse).is_none_or(|it| it == value) => continue,
            Some(it) => (it.span, "another value"),
            None => (deploy.key, "what is not here counts as none"),
        };
        let message = format!("`{key}` of `{}` differs from its `deploy.resources.{section}.{inner}`", service.name);
        let help = format!("move it to `deploy.resources.{section}.{inner}`");
        let reason = refused(&[own, other.as_ref().unwrap_or(own)]);
        cx.report(own.span, message).because(reason).label(span, why).help(help);
    }
}

/// A build has one Dockerfile, and its platforms are those of the service.
fn sources(cx: &mut Cx<'_>, service: &Service, build: &Build) {
    let name = &service.name;
    if let (Some(file), Some(inline)) = (&build.dockerfile, &build.dockerfile_inline)
        && !(file.may_be_blank() || inline.may_be_blank())
    {
        let message = format!("`{name}` has both `dockerfile` and `dockerfile_inline`");
        let found = cx.report(inline.span(), message).because(refused(&[file, inline]));
        found.label(file.span(), "the other one").help(ONE);
    }
    let (Some(platform), Some(first)) = (&service.platform, build.platforms.first()) else { return };
    let Some(known) = platform.known().filter(|it| !it.is_empty()) else { return };
    if build.platforms.iter().all(|it| it.known().is_some_and(|it| it != known)) {
        let message = format!("`{name}` runs on `{}`, and is built for other platforms", platform.value.shown());
        let found =
            cx.report(first.span(), message).because(refused(&[first, platform])).help("add it to `build.platforms`");
        found.label(platform.span, "the platform");
    }
}
