//! The project as JSON: its name, and what is at its top.

use super::paths::Paths;
use plimsoll_core::check::Resolution;
use plimsoll_core::load::request::Target;
use plimsoll_core::model::MountKind;
use plimsoll_core::syntax::scalar::Kind;
use plimsoll_core::tree::{NodeId, Tree, Value as Written};
use serde_json::{Map, Number, Value, json};
use std::collections::HashSet;

/// Why a project cannot be shown although nothing in it is wrong: something that it names is not there.
pub(super) fn unreadable(found: &Resolution) -> Option<String> {
    if let Some(unread) = found.loaded.unread.iter().find(|it| it.env_file.is_none()) {
        return Some(format!("{} cannot be read", unread.what));
    }
    let tree = &found.loaded.tree;
    let services = found.loaded.root.and_then(|it| tree.get(it, "services"))?;
    let enabled = |id: NodeId| {
        let mut names = tree.entries(services.value).iter().filter(|it| it.value == id).map(|it| tree.key(it.key));
        names.any(|it| found.project.service(it).is_some_and(|it| it.enabled))
    };
    let unread = found.loaded.unread.iter().find(|it| it.env_file.is_some_and(enabled))?;
    Some(format!("{} cannot be read", unread.what))
}

pub(super) struct Printer<'a> {
    pub found: &'a Resolution,
    pub target: &'a Target,
    pub paths: Paths,
    pub all_resources: bool,
}

impl Printer<'_> {
    pub fn tree(&self) -> &Tree {
        &self.found.loaded.tree
    }

    fn name(&self) -> &str {
        self.target.name.as_deref().unwrap_or_default()
    }

    pub fn project(&self) -> Value {
        let mut out = Map::new();
        out.insert("name".into(), json!(self.name()));
        let Some(root) = self.found.loaded.root else { return Value::Object(out) };
        let mut services = Map::new();
        let top = |key: &str| self.tree().get(root, key).map(|it| it.value);
        if let Some(written) = top("services") {
            for entry in self.tree().entries(written) {
                let name = self.tree().key(entry.key);
                if let Some(service) = self.found.project.service(name).filter(|it| it.enabled) {
                    services.insert(name.to_string(), self.service(service, entry.value));
                }
            }
        }
        let used = self.used();
        let uses_default = services.values().any(|it| it["networks"].get("default").is_some());
        out.insert("services".into(), Value::Object(services));
        for section in ["networks", "volumes", "configs", "secrets"] {
            let mut entries = Map::new();
            for entry in top(section).map(|it| self.tree().entries(it)).unwrap_or_default() {
                let name = self.tree().key(entry.key);
                if used.as_ref().is_some_and(|it| !it.contains(&(section, name))) {
                    continue;
                }
                entries.insert(name.to_string(), self.resource(section, name, entry.value));
            }
            if section == "networks" && uses_default && !entries.contains_key("default") {
                entries.insert("default".into(), json!({ "name": format!("{}_default", self.name()), "ipam": {} }));
            }
            if !entries.is_empty() {
                out.insert(section.into(), Value::Object(entries));
            }
        }
        for entry in self.tree().entries(root) {
            let key = self.tree().key(entry.key);
            if key.starts_with("x-") || key == "models" {
                out.insert(key.to_string(), self.value(entry.value));
            }
        }
        Value::Object(out)
    }

    /// What the services use, if only that is shown.
    fn used(&self) -> Option<HashSet<(&str, &str)>> {
        if self.all_resources {
            return None;
        }
        let mut used = HashSet::new();
        for service in self.found.project.services.iter().filter(|it| it.enabled) {
            let volumes = service.mounts.iter().filter(|it| it.kind == MountKind::Volume);
            used.extend(volumes.filter_map(|it| Some(("volumes", it.source.as_ref()?.as_str()))));
            used.extend(service.networks.iter().map(|it| ("networks", it.as_str())));
            if service.networks.is_empty() && service.network_mode.is_none() {
                used.insert(("networks", "default"));
            }
            used.extend(service.configs.iter().map(|it| ("configs", it.source.as_str())));
            used.extend(service.secrets.iter().map(|it| ("secrets", it.source.as_str())));
        }
        Some(used)
    }

    /// A volume, network, config or secret.
    fn resource(&self, section: &str, key: &str, id: NodeId) -> Value {
        let mut out = Map::new();
        let (mut external, mut name) = (false, None);
        for entry in self.tree().entries(id) {
            let (field, value) = (self.tree().key(entry.key), entry.value);
            match field {
                "name" => name = self.text(value),
                "external" => match self.tree().get(value, "name") {
                    Some(old) => (external, name) = (true, self.text(old.value)),
                    None if self.is_mapping(value) => external = true,
                    None => external = self.truth(value).unwrap_or_default(),
                },
                "labels" => _ = out.insert(field.into(), self.pairs(value)),
                "driver_opts" => _ = out.insert(field.into(), self.driver_options(section, id, value)),
                "file" => {
                    let path = self.text(value).unwrap_or_default();
                    out.insert(field.into(), json!(self.paths.path(self.tree().base(value), &path)));
                }
                "attachable" | "internal" | "enable_ipv4" | "enable_ipv6" => {
                    out.insert(field.into(), json!(self.truth(value)));
                }
                _ => _ = out.insert(field.into(), self.value(value)),
            }
        }
        if external {
            out.insert("external".into(), json!(true));
        }
        let own = if external { key.to_string() } else { format!("{}_{key}", self.name()) };
        let name = name.unwrap_or(own);
        if !name.is_empty() {
            out.insert("name".into(), json!(name));
        }
        if section == "networks" && !external && !out.contains_key("ipam") {
            out.insert("ipam".into(), json!({}));
        }
        Value::Object(out)
    }

    /// Options of a driver are strings. A directory that the local driver binds is a path of the host.
    fn driver_options(&self, section: &str, volume: NodeId, options: NodeId) -> Value {
        let option = |name: &str| self.tree().get(options, name).and_then(|it| self.text(it.value));
        let driver = self.tree().get(volume, "driver").and_then(|it| self.text(it.value));
        let binds =
            section == "volumes" && driver.as_deref() == Some("local") && option("o").as_deref() == Some("bind");
        let mut out = Map::new();
        for entry in self.tree().entries(options) {
            let key = self.tree().key(entry.key);
            let text = self.text(entry.value).unwrap_or_default();
            let text = match key {
                "device" if binds && !text.is_empty() => self.paths.path(self.tree().base(entry.value), &text),
                _ => text,
            };
            out.insert(key.to_string(), json!(text));
        }
        Value::Object(out)
    }

    pub fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.tree().node(id).value, Written::Mapping(_))
    }

    /// A value as it is written, with what YAML makes of it.
    pub fn value(&self, id: NodeId) -> Value {
        match &self.tree().node(id).value {
            Written::Sequence(items) => items.iter().map(|it| self.value(it.value)).collect(),
            Written::Mapping(entries) => {
                let pair =
                    |it: &plimsoll_core::tree::Entry| (self.tree().key(it.key).to_string(), self.value(it.value));
                Value::Object(entries.iter().map(pair).collect())
            }
            Written::Scalar(text) => match self.tree().kind(id) {
                Some(Kind::Null) => Value::Null,
                Some(Kind::Bool(value)) => Value::Bool(value),
                Some(Kind::Integer(value)) => integer(value),
                Some(Kind::Float(value)) => Number::from_f64(value).map_or(Value::Null, Value::Number),
                _ => json!(text.as_str()),
            },
            Written::Alias(..) => Value::Null,
        }
    }

    /// A scalar as a string, as Go prints it; `None` for null.
    pub fn text(&self, id: NodeId) -> Option<String> {
        self.tree().scalar_text(id).map(|it| it.as_str().to_string())
    }

    /// A boolean, or what Compose casts to one.
    pub fn truth(&self, id: NodeId) -> Option<bool> {
        let text = self.text(id)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" => Some(true),
            "false" | "no" | "n" | "off" => Some(false),
            _ => None,
        }
    }

    /// A whole number, or what Compose casts to one.
    pub fn integer(&self, id: NodeId) -> Option<Value> {
        match self.tree().kind(id) {
            Some(Kind::Integer(value)) => Some(integer(value)),
            Some(Kind::Float(value)) => Some(integer(value as i128)),
            _ => self.text(id)?.trim().parse().ok().map(integer),
        }
    }

    /// Names and strings, from a mapping or a list of `K=V`.
    pub fn pairs(&self, id: NodeId) -> Value {
        let mut out = Map::new();
        for (name, value) in self.pair_list(id) {
            out.insert(name, json!(value.unwrap_or_default()));
        }
        Value::Object(out)
    }

    /// The same in order; what has no value is handed through.
    pub fn pair_list(&self, id: NodeId) -> Vec<(String, Option<String>)> {
        match &self.tree().node(id).value {
            Written::Mapping(entries) => {
                entries.iter().map(|it| (self.tree().key(it.key).to_string(), self.text(it.value))).collect()
            }
            Written::Sequence(items) => items
                .iter()
                .filter_map(|it| self.text(it.value))
                .map(|it| match it.split_once('=') {
                    Some((name, value)) => (name.to_string(), Some(value.to_string())),
                    None => (it, None),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The strings of a list, or the one that stands for a list.
    pub fn texts(&self, id: NodeId) -> Vec<String> {
        match &self.tree().node(id).value {
            Written::Sequence(items) => items.iter().filter_map(|it| self.text(it.value)).collect(),
            _ => self.text(id).into_iter().collect(),
        }
    }
}

fn integer(value: i128) -> Value {
    let small = i64::try_from(value).map(Number::from);
    small.or_else(|_| u64::try_from(value).map(Number::from)).map_or(Value::Null, Value::Number)
}
