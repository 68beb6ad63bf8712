//! Which services need a store to be ready: those that wait for it, and those whose environment names it.

use crate::state::{State, States};
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Condition, Project};
use std::collections::{HashMap, HashSet};

/// Consoles, shippers and scrapers: they connect when somebody asks them to, or try again for ever.
const TOOLS: [&str; 21] = [
    "adminer",
    "akhq",
    "cloudbeaver",
    "console",
    "dbgate",
    "elasticvue",
    "filebeat",
    "grafana",
    "kafka-manager",
    "kafka-ui",
    "kibana",
    "logstash",
    "metricbeat",
    "mongo-express",
    "opensearch-dashboards",
    "pgadmin4",
    "phpmyadmin",
    "phppgadmin",
    "prometheus",
    "redis-commander",
    "redisinsight",
];

/// Stores of traces and logs, which keep what they have in another store.
const TELEMETRY: [&str; 8] =
    ["all-in-one", "jaeger", "jaeger-collector", "jaeger-query", "loki", "skywalking-oap-server", "tempo", "zipkin"];

/// How many clients of one store are looked through.
const MANY: usize = 16;

/// For each service, by name, the indexes of those that need it: first what waits for it, then what names it.
pub(crate) struct Clients(HashMap<String, Vec<usize>>);

impl Clients {
    pub(crate) fn of(project: &Project) -> Clients {
        let names: HashSet<&str> = project.services.iter().map(|it| it.name.as_str()).collect();
        let mut clients: HashMap<String, Vec<usize>> = HashMap::new();
        let mut add = |name: &str, at: usize| {
            let list = clients.entry(name.to_string()).or_default();
            if list.len() < MANY && list.last() != Some(&at) {
                list.push(at);
            }
        };
        for (at, service) in project.services.iter().enumerate() {
            // Who looks at the end of another service does not talk to it.
            for it in service.depends_on.iter().filter(|it| it.condition != Condition::Completed) {
                add(&it.service, at);
            }
        }
        for (at, service) in project.services.iter().enumerate() {
            let written = service.environment.iter().chain(&service.env_file_variables);
            for value in written.filter_map(|it| it.value.as_ref()?.known()) {
                let words = value.split(|it: char| !it.is_alphanumeric() && !matches!(it, '-' | '_' | '.'));
                for name in words.filter_map(|it| names.get(it)).filter(|it| **it != service.name) {
                    add(name, at);
                }
            }
        }
        Clients(clients)
    }

    /// Whether there are only traces and logs in a store, of which nobody misses those of yesterday.
    pub(crate) fn are_telemetry(&self, project: &Project, state: &State) -> bool {
        let clients = self.0.get(state.of(project).name.as_str()).map_or(&[][..], Vec::as_slice);
        let image = |at: &usize| project.services[*at].image.as_ref();
        let is = |at: &usize| image(at).is_some_and(|it| TELEMETRY.contains(&repository_name(it.as_str())));
        clients.len() < MANY && !clients.is_empty() && clients.iter().all(is)
    }

    /// The first service that needs a store to be ready, by name. Nodes of one cluster wait for each other by
    /// themselves.
    pub(crate) fn first<'b>(&self, project: &'b Project, states: &States, state: &State) -> Option<&'b str> {
        let needs = |at: &&usize| {
            let image = project.services[**at].image.as_ref();
            let tool = image.is_some_and(|it| TOOLS.contains(&repository_name(it.as_str())));
            let peer = states.of(**at).is_some_and(|it| it.family.id == state.family.id);
            !tool && !peer
        };
        let clients = self.0.get(state.of(project).name.as_str())?;
        clients.iter().find(needs).map(|at| project.services[*at].name.as_str())
    }
}

/// The last part of the name of an image: `kibana` of `docker.elastic.co/kibana/kibana:9.0.0`.
fn repository_name(image: &str) -> &str {
    let name = file_name(image);
    name.split([':', '@', '$']).next().unwrap_or(name)
}
