//! Services that wait for each other in a circle.

use crate::needs::{Need, needs, never_together};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::Project;
use std::collections::HashMap;

pub static RULE: Rule = Rule {
    id: "dependency-cycle",
    severity: Severity::Error,
    group: Group::Correctness,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("dependency-cycle.md"),
    check,
};

/// How many circles are looked for. Real projects have one or two.
const CIRCLES: usize = 100;

/// How many services of one circle are shown.
const SHOWN: usize = 10;

fn check(cx: &mut Cx<'_>) {
    let project = cx.project;
    for cycle in cycles(project) {
        let names: Vec<&str> = cycle.iter().map(|it| project.services[it.0].name.as_str()).collect();
        let Some(((last, need), others)) = cycle.split_last() else { continue };
        let (last, first) = (&project.services[*last].name, &need.service);
        if names.len() == 1 {
            cx.report(need.span, format!("`{last}` {} itself", need.verb))
                .because(need.refused.clone())
                .help(format!("remove `{first}` here, or name another service"));
            continue;
        }
        let mut way: Vec<String> = names.iter().chain(names.first()).map(|it| format!("`{it}`")).collect();
        if way.len() > SHOWN {
            way.splice(SHOWN / 2..way.len() - SHOWN / 2, ["…".to_string()]);
        }
        let found = cx.report(need.span, format!("the services {} wait for each other in a circle", way.join(" → ")));
        found.because(format!("`{last}` {} `{first}`", need.verb));
        for (from, need) in others.iter().take(SHOWN) {
            found.label(need.span, format!("`{}` {} `{}`", project.services[*from].name, need.verb, need.service));
        }
        found.help("remove one of these dependencies");
    }
}

/// A service on the way, and which of its needs is followed next.
struct Step {
    service: usize,
    next: usize,
}

/// Each circle once, as the services in it with the need that leads to the next; it starts at the service that stands
/// first in the file. The last need of each is another one.
fn cycles(project: &Project) -> Vec<Vec<(usize, Need)>> {
    let index: HashMap<&str, usize> =
        project.services.iter().enumerate().map(|(at, it)| (it.name.as_str(), at)).collect();
    let mut wanted: Vec<Vec<(usize, Need)>> = Vec::with_capacity(project.services.len());
    for service in &project.services {
        let known = needs(service).into_iter().filter_map(|it| Some((*index.get(it.service.as_str())?, it)));
        // What is optional is left out when it is not on.
        wanted.push(known.filter(|(at, it)| it.required || !never_together(service, &project.services[*at])).collect());
    }
    let mut found: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut done = vec![false; project.services.len()];
    let mut depth: Vec<Option<usize>> = vec![None; project.services.len()];
    'all: for start in 0..project.services.len() {
        let mut way = Vec::new();
        if !done[start] {
            depth[start] = Some(0);
            way.push(Step { service: start, next: 0 });
        }
        while let Some(step) = way.last_mut() {
            let service = step.service;
            let Some((to, _)) = wanted[service].get(step.next) else {
                done[service] = true;
                depth[service] = None;
                way.pop();
                continue;
            };
            step.next += 1;
            if let Some(from) = depth[*to] {
                if found.len() == CIRCLES {
                    break 'all;
                }
                // `next` is one beyond the need that was followed.
                found.push(way[from..].iter().map(|it| (it.service, it.next - 1)).collect());
            } else if !done[*to] {
                depth[*to] = Some(way.len());
                way.push(Step { service: *to, next: 0 });
            }
        }
    }
    let mut take = |(service, at): (usize, usize)| {
        let (_, need) = &wanted[service][at];
        (service, need.clone())
    };
    found.into_iter().map(|cycle| cycle.into_iter().map(&mut take).collect()).collect()
}
