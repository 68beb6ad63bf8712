//! A probe that cannot pass, or that passes too early.

use crate::form::{Broken, form};
use crate::probe::{Waiting, flow, lacks, may_bring, missing_program, waiting};
use crate::state::{State, name_defaults, states};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Healthcheck, Service, Test};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;

pub static RULE: Rule = Rule {
    id: "broken-healthcheck",
    severity: Severity::Warning,
    group: Group::Lifecycle,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("broken-healthcheck.md"),
    check,
};

fn check(cx: &mut Cx<'_>) {
    let (project, states, waiting) = (cx.project, states(cx), waiting(cx));
    for (at, service) in project.services.iter().enumerate() {
        let Some(probe) = &service.healthcheck else { continue };
        let Some(field) = &probe.test_field else { continue };
        let (broken, state) = (form(&probe.value), states.of(at));
        // What nobody has read in a source makes no error.
        let certain = broken.is_some() || state.is_some_and(|it| it.family.is_verified("health"));
        match broken.or_else(|| program(service, state?, &probe.value, field.span)) {
            Some(found) => report(cx, service, &waiting, found, certain),
            None => crate::early::check(cx, service, state, &waiting),
        }
    }
}

fn report(cx: &mut Cx<'_>, service: &Service, waiting: &Waiting, broken: Broken, certain: bool) {
    let name = &service.name;
    let waits = waiting.first(cx.project, name).filter(|_| broken.never);
    let worst = if certain { Severity::Error } else { RULE.severity };
    let (severity, message) = match (waits, broken.never) {
        (Some(waits), _) => (worst, format!("`{name}` never becomes healthy, so `{waits}` is never started")),
        (None, true) => (RULE.severity, format!("`{name}` never becomes healthy")),
        (None, false) => (RULE.severity, format!("the probe of `{name}` is not run as it is written")),
    };
    let found = cx.report_as(severity, broken.span, format!("{message}: {}", broken.does));
    found.because(broken.why).help(broken.help);
    name_defaults(found, service);
}

/// The program that the test needs and that is not in the image.
fn program(service: &Service, state: &State, probe: &Healthcheck, span: Span) -> Option<Broken> {
    // A Dockerfile may add what its image does not have.
    let lacks = |it: &str| !state.is_built() && lacks(service, state, it) && !may_bring(service, it);
    let script = |it: &Text| missing_program(&it.shown(), &lacks);
    let missing = match &probe.test {
        Test::Shell(_) if lacks("sh") => "shell".to_string(),
        Test::Shell(line) => script(line)?,
        Test::Command(words) => {
            let first = words.first().and_then(Text::known)?;
            let inner = words.get(1).is_some_and(|it| it.as_str() == "-c").then(|| words.get(2)).flatten();
            if lacks(first) { first.to_string() } else { inner.and_then(script)? }
        }
        _ => return None,
    };
    let image = &state.family.name;
    let does =
        if missing == "shell" { "the image has no shell".into() } else { format!("the image has no `{missing}`") };
    let why = format!("there is none in this version of the {image} image");
    let test = &state.family.health.test;
    let usable = match &test[..] {
        [form, program, ..] => !(lacks(program) || form == "CMD-SHELL" && lacks("sh")),
        _ => false,
    };
    let help = match usable {
        true => format!("use what is there, such as `test: {}`", flow(test)),
        false => "remove the probe, or use a variant of the image that has the program".to_string(),
    };
    Some(Broken { span, does, why, help, never: true })
}
