//! `deploy:`, and how much of the machine a service may use.

use super::lower::Lower;
use super::{Field, Unset};
use crate::text::Text;
use crate::tree::{Entry, NodeId};

/// The parts of `deploy:` that matter to data.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// `replicas`.
    pub replicas: Option<Field<Option<i128>>>,
    /// `restart_policy.condition`.
    pub restart_condition: Option<Field<Text>>,
    /// `restart_policy`, which replaces `restart:` altogether.
    pub restart_policy: Option<Field<()>>,
    /// `resources.limits`.
    pub limits: Option<Box<Field<Limits>>>,
    /// `resources.reservations`.
    pub reservations: Option<Box<Field<Limits>>>,
    /// `deploy` itself, as a place.
    pub written: Option<Field<()>>,
    /// `mode`, `replicated` if it is absent.
    pub mode: Option<Field<Text>>,
    /// `update_config.order`: whether the new container starts before the old one is stopped.
    pub update_order: Option<Field<Text>>,
    /// `placement.constraints`.
    pub constraints: Option<Field<Vec<Text>>>,
}

impl Unset for Deploy {
    const UNSET: &'static Deploy = &Deploy {
        replicas: None,
        restart_condition: None,
        restart_policy: None,
        limits: None,
        reservations: None,
        written: None,
        mode: None,
        update_order: None,
        constraints: None,
    };
}

/// How much of the machine a service may use, or has for itself.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Processors.
    pub cpus: Option<Field<Text>>,
    /// Memory.
    pub memory: Option<Field<Text>>,
    /// Processes.
    pub pids: Option<Field<Text>>,
}

impl Unset for Limits {
    const UNSET: &'static Limits = &Limits { cpus: None, memory: None, pids: None };
}

impl Deploy {
    pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> Deploy {
        let id = entry.value;
        let text_in = |id: Option<NodeId>, key: &str| lower.get(id?, key).and_then(|it| lower.text_field(it));
        let inner = |key: &str| lower.get(id, key).map(|it| it.value);
        let constraints = inner("placement").and_then(|it| lower.get(it, "constraints"));
        let policy = lower.get(id, "restart_policy");
        let resources = lower.get(id, "resources").map(|it| it.value);
        let limits = |key: &str| {
            let entry = lower.get(resources?, key).filter(|it| lower.is_mapping(it.value))?;
            let text = |key: &str| lower.get(entry.value, key).and_then(|it| lower.text_field(it));
            let limits = Limits { cpus: text("cpus"), memory: text("memory"), pids: text("pids") };
            Some(Box::new(lower.field(entry, limits)))
        };
        Deploy {
            replicas: lower.get(id, "replicas").and_then(|it| lower.integer_field(it)),
            restart_condition: policy
                .and_then(|it| lower.get(it.value, "condition"))
                .and_then(|it| lower.text_field(it)),
            restart_policy: policy.map(|it| lower.field(it, ())),
            limits: limits("limits"),
            reservations: limits("reservations"),
            written: lower.is_mapping(id).then(|| lower.field(entry, ())),
            mode: text_in(Some(id), "mode"),
            update_order: text_in(inner("update_config"), "order"),
            constraints: constraints.map(|it| lower.field(it, lower.texts(it).into_iter().map(|it| it.0).collect())),
        }
    }
}
