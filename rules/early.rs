//! Probes that pass while the first initialisation still runs: they reach a server that is there for that only.

use crate::probe::Waiting;
use crate::role::Role;
use crate::script::commands;
use crate::state::State;
use plimsoll_core::check::Cx;
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{EnvValue, Service, Test};
use plimsoll_core::text::Text;

/// Where the official images of databases look for scripts to run at the first start.
pub(crate) const SCRIPTS: &str = "/docker-entrypoint-initdb.d";

/// Reports a probe without a host, where somebody waits for it.
pub(crate) fn check(cx: &mut Cx<'_>, service: &Service, state: Option<&State>, waiting: &Waiting) {
    let Some(state) = state.filter(|it| it.role == Role::Server && !it.ephemeral) else { return };
    let Some(probe) = &service.healthcheck else { return };
    let Some(waits) = waiting.first(cx.project, &service.name) else { return };
    let socket = state.family.health.early.iter().any(|it| it == "mysqladmin" || it == "mysql");
    let line: Vec<String> = match &probe.test {
        Test::Shell(script) => {
            let Some(commands) = commands(&script.shown()) else { return };
            let Some(first) = commands.first().filter(|it| !it.is_compound()) else { return };
            first.program().iter().map(|it| it.0.clone()).collect()
        }
        Test::Command(words) => words.iter().map(Text::shown).collect(),
        _ => return,
    };
    let Some(program) = line.first().map(|it| file_name(it)) else { return };
    let host = ["PGHOST", "MYSQL_HOST"].iter().any(|it| !matches!(service.variable(it), EnvValue::Absent));
    if !state.family.health.early.iter().any(|it| it == program) || host || names_host(&line, socket) {
        return;
    }
    let scripts =
        service.mounts.iter().find(|it| it.path_in_container.as_deref().is_some_and(|it| it.starts_with(SCRIPTS)));
    let severity = if scripts.is_some() { Severity::Warning } else { Severity::Info };
    let span = probe.test_field.as_ref().map_or(probe.key, |it| it.span);
    let message = format!("`{waits}` may be started while `{}` still runs its first initialisation", service.name);
    let found = cx.report_as(severity, span, message);
    found.because(format!(
        "until that is done, {} listens on its socket only, and this asks the socket",
        state.family.name
    ));
    if let Some(scripts) = scripts {
        found.label(scripts.span, "these scripts run first");
    }
    found.help(format!("ask over the network: add `-h 127.0.0.1` to `{program}`"));
}

/// Whether a client is told to use the network. For MySQL `localhost` means the socket.
fn names_host(line: &[String], socket: bool) -> bool {
    let network = |host: &str| !(host.starts_with('/') || socket && host == "localhost");
    line.iter().enumerate().any(|(at, word)| {
        let next = || line.get(at + 1).map_or("", String::as_str);
        match word.as_str() {
            "-h" | "--host" => network(next()),
            it if it.starts_with("--host=") => network(&it[7..]),
            it if it.starts_with("--protocol") => true,
            it if it.starts_with("-h") => network(&it[2..]),
            // A variable on its own may hold anything; behind an option it is the value of that.
            it if it.starts_with('$') => at > 0 && !line[at - 1].starts_with('-'),
            it => it.contains("://") || it.contains("host="),
        }
    })
}
