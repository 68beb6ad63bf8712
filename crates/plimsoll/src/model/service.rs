//! One service as JSON, each field in the form that Compose brings it into.
//!
//! Source: `transform/` and `loader/normalize.go` of compose-go 2.9.1, and the recorded answers of Docker Compose
//! 2.40.3.

use super::project::Printer;
use plimsoll_core::grammar::{duration, path, size, words};
use plimsoll_core::model::{Mount, MountKind, Service, Syntax};
use plimsoll_core::tree::{NodeId, Value as Written};
use serde_json::{Map, Value, json};

impl Printer<'_> {
    pub(super) fn service(&self, service: &Service, id: NodeId) -> Value {
        let mut out = Map::new();
        out.insert("command".into(), Value::Null);
        out.insert("entrypoint".into(), Value::Null);
        for entry in self.tree().entries(id) {
            let key = self.tree().key(entry.key);
            if let Some(value) = self.field(service, key, entry.value) {
                out.insert(key.to_string(), value);
            }
        }
        if let Some(environment) = self.environment(id) {
            out.insert("environment".into(), environment);
        }
        self.depend(&mut out);
        if let (Some(scale), Some(deploy)) = (out.get("scale").cloned(), out.get_mut("deploy")) {
            deploy["replicas"] = scale;
        }
        if !out.contains_key("networks") && !out.contains_key("network_mode") {
            out.insert("networks".into(), json!({ "default": null }));
        }
        Value::Object(out)
    }

    /// One field of a service; `None` if it is left out.
    fn field(&self, service: &Service, key: &str, id: NodeId) -> Option<Value> {
        Some(match key {
            // What has been followed or read into other fields.
            "extends" | "env_file" | "environment" | "label_file" => return None,
            "command" | "entrypoint" => self.command(id),
            "build" => self.build(id)?,
            "healthcheck" => self.healthcheck(id),
            "volumes" => self.mounts(service, id),
            "tmpfs"
            | "dns"
            | "dns_search"
            | "dns_opt"
            | "profiles"
            | "links"
            | "external_links"
            | "cap_add"
            | "cap_drop"
            | "security_opt"
            | "group_add"
            | "device_cgroup_rules" => json!(self.texts(id)),
            "expose" => json!(self.texts(id)),
            "volumes_from" => json!(self.texts(id)),
            "depends_on" => self.depends_on(id),
            "labels" | "annotations" | "sysctls" | "storage_opt" => self.pairs(id),
            "networks" | "models" => self.names(id),
            "ports" => self.ports(id),
            "pull_policy" if self.text(id).as_deref() == Some("if_not_present") => json!("missing"),
            "stop_grace_period" => self.duration(id),
            "read_only" | "init" | "tty" | "stdin_open" | "privileged" | "oom_kill_disable" | "use_api_socket" => {
                json!(self.truth(id)?)
            }
            "scale" | "oom_score_adj" | "cpu_count" => self.integer(id)?,
            "shm_size" | "mem_limit" | "mem_reservation" | "mem_swappiness" | "memswap_limit" => self.size(id),
            "configs" | "secrets" => self.references(id),
            "deploy" => self.deploy(id),
            _ => self.value(id),
        })
    }

    /// A list of words. A string is split, and what a shell would have to do is dropped.
    fn command(&self, id: NodeId) -> Value {
        match &self.tree().node(id).value {
            Written::Sequence(_) => json!(self.texts(id)),
            _ => match self.text(id).map(|it| words::split(&it)) {
                Some(Ok(split)) => split.words.iter().map(|it| json!(it.value)).collect(),
                _ => Value::Null,
            },
        }
    }

    fn build(&self, id: NodeId) -> Option<Value> {
        let mut out = Map::new();
        let mut context = None;
        match self.is_mapping(id) {
            true => {
                for entry in self.tree().entries(id) {
                    let (key, value) = (self.tree().key(entry.key), entry.value);
                    match key {
                        "context" => context = self.text(value).map(|it| (it, value)),
                        "args" | "labels" | "additional_contexts" => _ = out.insert(key.into(), self.pairs(value)),
                        "no_cache" | "pull" | "privileged" => _ = out.insert(key.into(), json!(self.truth(value))),
                        _ => _ = out.insert(key.into(), self.value(value)),
                    }
                }
            }
            false => context = Some((self.text(id)?, id)),
        }
        let context = match context {
            Some((text, id)) if !text.contains("://") => self.paths.path(self.tree().base(id), &text),
            Some((text, _)) => text,
            None => self.paths.project(),
        };
        out.insert("context".into(), json!(context));
        if !out.contains_key("dockerfile") && !out.contains_key("dockerfile_inline") {
            out.insert("dockerfile".into(), json!("Dockerfile"));
        }
        Some(Value::Object(out))
    }

    fn healthcheck(&self, id: NodeId) -> Value {
        let mut out = Map::new();
        for entry in self.tree().entries(id) {
            let (key, value) = (self.tree().key(entry.key), entry.value);
            let shown = match key {
                "test" => match &self.tree().node(value).value {
                    Written::Sequence(_) => Some(json!(self.texts(value))).filter(|it| it != &json!([])),
                    _ => self.text(value).map(|it| json!(["CMD-SHELL", it])),
                },
                "disable" => self.truth(value).filter(|it| *it).map(Value::Bool),
                "retries" => self.integer(value),
                "interval" | "timeout" | "start_period" | "start_interval" => Some(self.duration(value)),
                _ => Some(self.value(value)),
            };
            if let Some(shown) = shown {
                out.insert(key.to_string(), shown);
            }
        }
        Value::Object(out)
    }

    fn mounts(&self, service: &Service, id: NodeId) -> Value {
        let mounts = service.mounts.iter().filter(|it| it.syntax != Syntax::Tmpfs);
        let items = self.tree().items(id);
        items.iter().zip(mounts).map(|(item, mount)| self.mount(item.value, mount)).collect()
    }

    fn mount(&self, id: NodeId, mount: &Mount) -> Value {
        let mut out = Map::new();
        if mount.syntax == Syntax::Long {
            for entry in self.tree().entries(id) {
                let key = self.tree().key(entry.key);
                let value = match key {
                    "tmpfs" | "bind" | "volume" | "image" => self.mount_options(entry.value),
                    "read_only" => json!(self.truth(entry.value)),
                    _ => self.value(entry.value),
                };
                out.insert(key.to_string(), value);
            }
        } else {
            let kind = if mount.kind == MountKind::Bind { "bind" } else { "volume" };
            out.insert("type".into(), json!(kind));
            let options = mount.options.as_ref().map(|it| it.as_str()).unwrap_or_default();
            out.insert(kind.into(), short_options(kind, options));
            if mount.read_only == Some(true) {
                out.insert("read_only".into(), json!(true));
            }
        }
        let source = match mount.syntax {
            Syntax::Long => self.tree().get(id, "source").and_then(|it| self.text(it.value)),
            _ => mount.source.as_ref().map(|it| it.as_str().to_string()),
        };
        if let Some(source) = source {
            let is_bind = mount.kind == MountKind::Bind;
            let source = if is_bind { self.paths.path(self.tree().base(id), &source) } else { source };
            out.insert("source".into(), json!(source));
        }
        out.insert("target".into(), json!(path::clean(mount.target.as_str())));
        Value::Object(out)
    }

    fn mount_options(&self, id: NodeId) -> Value {
        let mut out = Map::new();
        for entry in self.tree().entries(id) {
            let (key, value) = (self.tree().key(entry.key), entry.value);
            let shown = match key {
                "size" => match self.size(value) {
                    Value::String(none) if none == "0" => continue,
                    size => size,
                },
                "create_host_path" | "nocopy" => json!(self.truth(value)),
                "mode" => self.integer(value).unwrap_or(Value::Null),
                _ => self.value(value),
            };
            out.insert(key.to_string(), shown);
        }
        Value::Object(out)
    }

    fn depends_on(&self, id: NodeId) -> Value {
        let mut out = Map::new();
        for item in self.tree().items(id) {
            let name = self.text(item.value).unwrap_or_default();
            out.insert(name, json!({ "condition": "service_started", "required": true }));
        }
        for entry in self.tree().entries(id) {
            let field = |key: &str| self.tree().get(entry.value, key).map(|it| it.value);
            let mut dependency = Map::new();
            let condition = field("condition").and_then(|it| self.text(it));
            dependency.insert("condition".into(), json!(condition.unwrap_or_else(|| "service_started".to_string())));
            let required = field("required").and_then(|it| self.truth(it)).unwrap_or(true);
            dependency.insert("required".into(), json!(required));
            if field("restart").and_then(|it| self.truth(it)) == Some(true) {
                dependency.insert("restart".into(), json!(true));
            }
            out.insert(self.tree().key(entry.key).to_string(), Value::Object(dependency));
        }
        Value::Object(out)
    }

    /// Adds the services that links, shared namespaces and volumes make a dependency.
    fn depend(&self, out: &mut Map<String, Value>) {
        let mut needed: Vec<(String, bool)> = Vec::new();
        let strings = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(Value::as_str).map(str::to_string).collect()
        };
        for link in strings(out.get("links")) {
            needed.push((link.split(':').next().unwrap_or_default().to_string(), true));
        }
        for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
            let name = out.get(key).and_then(Value::as_str).and_then(|it| it.strip_prefix("service:"));
            needed.extend(name.map(|it| (it.to_string(), true)));
        }
        for from in strings(out.get("volumes_from")).iter().filter(|it| !it.starts_with("container:")) {
            needed.push((from.split(':').next().unwrap_or_default().to_string(), false));
        }
        if needed.is_empty() {
            return;
        }
        let known = out.entry("depends_on").or_insert_with(|| json!({}));
        let Some(known) = known.as_object_mut() else { return };
        for (name, restart) in needed {
            let mut made = json!({ "condition": "service_started", "required": true });
            if restart {
                made["restart"] = json!(true);
            }
            known.entry(name).or_insert(made);
        }
    }

    /// What `env_file` says, under what `environment` says, under what the environment of Compose hands through.
    fn environment(&self, id: NodeId) -> Option<Value> {
        let mut out = Map::new();
        if let Some(files) = self.found.loaded.env_files.get(&id) {
            for (name, value, _) in &files.variables {
                if let Some(value) = value {
                    out.insert(name.clone(), json!(value));
                }
            }
        }
        let written = self.tree().get(id, "environment").map(|it| self.pair_list(it.value)).unwrap_or_default();
        for (name, value) in written {
            let value = value.or_else(|| self.target.variables.get(&name).map(str::to_string));
            out.insert(name, json!(value));
        }
        (!out.is_empty()).then_some(Value::Object(out))
    }

    /// A list of names is a mapping of them to nothing.
    fn names(&self, id: NodeId) -> Value {
        match &self.tree().node(id).value {
            Written::Sequence(_) => Value::Object(self.texts(id).into_iter().map(|it| (it, Value::Null)).collect()),
            _ => self.value(id),
        }
    }

    fn references(&self, id: NodeId) -> Value {
        let one = |id: NodeId| match self.text(id) {
            Some(source) => json!({ "source": source }),
            None => self.value(id),
        };
        self.tree().items(id).iter().map(|it| one(it.value)).collect()
    }

    fn deploy(&self, id: NodeId) -> Value {
        let mut out = self.value(id);
        if let (Some(out), true) = (out.as_object_mut(), self.is_mapping(id)) {
            for entry in self.tree().entries(id) {
                let key = self.tree().key(entry.key);
                let value = match key {
                    "replicas" => self.integer(entry.value),
                    "labels" => Some(self.pairs(entry.value)),
                    _ => None,
                };
                if let Some(value) = value {
                    out.insert(key.to_string(), value);
                }
            }
        }
        out
    }

    fn duration(&self, id: NodeId) -> Value {
        let text = self.text(id).unwrap_or_default();
        duration::parse(&text).map_or_else(|_| json!(text), |it| json!(it.to_string()))
    }

    /// Bytes, as a string.
    fn size(&self, id: NodeId) -> Value {
        let text = self.text(id).unwrap_or_default();
        // Go keeps sizes in 64 bits with a sign, and does not notice when they do not fit.
        size::parse(&text).map_or_else(|_| json!(text), |it| json!(it.cast_signed().to_string()))
    }
}

/// What stands behind the second colon of a short volume. Compose leaves out what it does not know.
fn short_options(kind: &str, options: &str) -> Value {
    let mut out = Map::new();
    if kind == "bind" {
        out.insert("create_host_path".into(), json!(true));
    }
    for option in options.split(',') {
        match (kind, option) {
            ("volume", "nocopy") => _ = out.insert("nocopy".into(), json!(true)),
            ("bind", "z" | "Z") => _ = out.insert("selinux".into(), json!(option)),
            ("bind", "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave") => {
                out.insert("propagation".into(), json!(option));
            }
            _ => {}
        }
    }
    Value::Object(out)
}
