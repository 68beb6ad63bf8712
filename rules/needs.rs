//! What a service needs of other services: `depends_on`, and the keys that imply it.
//!
//! Source: `loader/normalize.go` of compose-go 2.9.1.

use crate::refused::refused;
use plimsoll_core::model::{Project, Service};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;
use std::collections::HashSet;

/// How many services are looked through for a way that leads from one to another.
pub(crate) const WAY: usize = 64;

/// One service that another one names.
#[derive(Clone)]
pub(crate) struct Need {
    /// The service that is named.
    pub service: String,
    /// The same for people: the value of a variable is not shown.
    pub shown: String,
    /// Where it is named.
    pub span: Span,
    /// What the naming service does, for a sentence: "depends on".
    pub verb: &'static str,
    /// That Compose refuses the project without it, and when.
    pub refused: String,
    /// Whether Compose refuses the project if the named service is there, but in no profile that is on.
    pub required: bool,
}

/// The services that a service names, as far as the files show them.
pub(crate) fn needs(service: &Service) -> Vec<Need> {
    let depends_on = service.depends_on.iter().map(|it| Need {
        service: it.service.clone(),
        shown: it.service.clone(),
        span: it.key,
        verb: "depends on",
        refused: refused(&[]),
        required: it.required == Some(true),
    });
    // What is implied is required, unless `depends_on` says otherwise.
    let optional = |name: &str| service.depends_on.iter().any(|it| it.service == name && it.required != Some(true));
    let implied = |text: Text, verb: &'static str| {
        let (service, shown, span) = (text.known()?.to_string(), text.shown(), text.span());
        Some(Need { required: !optional(&service), service, shown, span, verb, refused: refused(&[&text]) })
    };
    let links = service.links.iter().filter_map(|it| implied(before_colon(it), "links to"));
    let volumes = service.volumes_from.iter().map(|it| &it.source).filter(|it| !it.as_str().starts_with("container:"));
    let volumes = volumes.filter_map(|it| implied(before_colon(it), "takes the volumes of"));
    let shared = [
        (&service.network_mode, "shares the network of"),
        (&service.ipc, "shares the memory of"),
        (&service.pid, "shares the processes of"),
        (&service.uts, "shares the host name of"),
    ];
    let shared = shared.into_iter().filter_map(|(field, verb)| {
        let text = &field.as_ref()?.value;
        let name = text.as_str().strip_prefix("service:")?;
        implied(text.slice(text.as_str().len() - name.len()..text.as_str().len()), verb)
    });
    depends_on.chain(links).chain(volumes).chain(shared).collect()
}

/// The part of a text before its first colon.
fn before_colon(text: &Text) -> Text {
    let end = text.as_str().find(':').unwrap_or(text.as_str().len());
    text.slice(0..end)
}

/// Whether two services never run together, because they are in different profiles.
pub(crate) fn never_together(one: &Service, other: &Service) -> bool {
    let (one, other) = (&one.profiles, &other.profiles);
    // A profile whose name is not known may be any.
    let same = |a: &Text, b: &Text| !a.is_known() || !b.is_known() || a.as_str() == b.as_str();
    !one.is_empty() && !other.is_empty() && !one.iter().any(|a| other.iter().any(|b| same(a, b)))
}

/// Whether one service needs another one, directly or over others; where that is too far to follow, it may.
pub(crate) fn leads(project: &Project, from: &Service, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = HashSet::new();
    while let Some(service) = open.pop() {
        if !seen.insert(service.name.as_str()) {
            continue;
        }
        // A list as long as that is not gone through for each of those that are on it.
        if service.depends_on.len() > WAY {
            return true;
        }
        let needs = needs(service);
        if needs.iter().any(|it| it.service == to) || seen.len() > WAY {
            return true;
        }
        open.extend(needs.iter().filter_map(|it| project.service(&it.service)));
    }
    false
}
