//! A service: what Compose runs, with which image, mounts, signals and probes.

use super::environment::{self, EnvFile, EnvValue, Variable};
use super::lower::Lower;
use super::reference::{self, FileReference};
use super::{Build, Command, Dependency, Deploy, Field, Healthcheck, Limits, Lost, LostMount, Mount, Rare, dependency};
use crate::grammar::duration::{self, Nanoseconds};
use crate::load::EnvFiles;
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Entry, NodeId, Path, Via};
use std::collections::HashSet;

/// `stop_grace_period` and its like.
#[derive(Clone, Debug)]
pub struct Period {
    /// As written.
    pub text: Text,
    /// Its length, if it is known and well formed.
    pub length: Option<Nanoseconds>,
}

impl Period {
    pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> Option<Field<Period>> {
        let text = lower.text(entry.value)?;
        let length = text.known().and_then(|it| duration::parse(it).ok());
        Some(lower.field(entry, Period { text, length }))
    }
}

/// One entry of `volumes_from:`.
#[derive(Clone, Debug)]
pub struct VolumesFrom {
    /// A service, or `container:NAME`.
    pub source: Text,
}

/// One entry of `services:`. Fields have the names and meanings of the Compose Specification.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields have the names and the meaning of the Compose Specification")]
pub struct Service {
    pub name: String,
    pub key: Span,
    pub path: Path,
    /// How many keys it has. With one, it is mostly there to be merged over another one.
    pub keys: usize,
    /// Whether it is in no profile, or in one that is switched on. A variable that hides one counts as neither.
    pub enabled: bool,
    pub image: Option<Field<Text>>,
    /// Images that `image` took the place of when files were merged, the nearest first; none where it extends another
    /// service, whose image need not run.
    pub replaced_images: Rare<Vec<Text>>,
    pub build: Option<Box<Field<Build>>>,
    pub provider: Option<Box<Field<()>>>,
    pub extends: Option<Box<Field<()>>>,
    /// Something is written for it that is no service, no image or no build, which the schema reports.
    pub has_wrong_image: bool,
    pub platform: Option<Box<Field<Text>>>,
    pub mounts: Vec<Mount>,
    /// Mounts that are written for it and that Compose leaves out without a word.
    pub lost_mounts: Rare<Vec<LostMount>>,
    pub volumes_from: Rare<Vec<VolumesFrom>>,
    pub healthcheck: Option<Box<Field<Healthcheck>>>,
    pub depends_on: Vec<Dependency>,
    pub stop_signal: Option<Box<Field<Text>>>,
    pub stop_grace_period: Option<Box<Field<Period>>>,
    pub restart: Option<Box<Field<Text>>>,
    pub deploy: Rare<Deploy>,
    pub scale: Option<Box<Field<Option<i128>>>>,
    pub command: Option<Box<Field<Command>>>,
    pub entrypoint: Option<Box<Field<Command>>>,
    pub environment: Vec<Variable>,
    /// The name of a variable is hidden in another variable.
    pub environment_opaque: bool,
    pub env_file: Rare<Vec<EnvFile>>,
    /// What the files of `env_file` say, as far as they could be read; a later one wins.
    pub env_file_variables: Rare<Vec<Variable>>,
    /// A file of `env_file` could not be read.
    pub env_file_hidden: bool,
    pub hostname: Option<Box<Field<Text>>>,
    pub container_name: Option<Box<Field<Text>>>,
    pub network_mode: Option<Box<Field<Text>>>,
    pub pull_policy: Option<Box<Field<Text>>>,
    pub user: Option<Box<Field<Text>>>,
    pub working_dir: Option<Box<Field<Text>>>,
    pub init: Option<Box<Field<Option<bool>>>>,
    pub read_only: Option<Box<Field<Option<bool>>>>,
    pub profiles: Rare<Vec<Text>>,
    pub configs: Rare<Vec<FileReference>>,
    pub secrets: Rare<Vec<FileReference>>,
    pub networks: Vec<Text>,
    /// Whether it has an address of its own (`ipv4_address`, `ipv6_address`) in one of them.
    pub fixed_address: bool,
    pub models: Rare<Vec<Text>>,
    /// `labels`, in either form.
    pub labels: Rare<Vec<Variable>>,
    pub links: Rare<Vec<Text>>,
    pub ipc: Option<Box<Field<Text>>>,
    pub pid: Option<Box<Field<Text>>>,
    pub uts: Option<Box<Field<Text>>>,
    /// `cpus`, `mem_limit` and `pids_limit`.
    pub limits: Rare<Limits>,
    /// `mem_reservation`.
    pub reservations: Rare<Limits>,
    /// A variable has a part in it, wherever.
    pub has_variables: bool,
}

impl Service {
    pub(crate) fn lower(lower: &mut Lower<'_>, entry: &Entry) -> Service {
        let mut service = Service {
            name: lower.tree.key(entry.key).to_string(),
            key: lower.span(entry.key),
            path: entry.path.clone(),
            keys: 0,
            enabled: true,
            image: None,
            replaced_images: Rare::default(),
            build: None,
            provider: None,
            extends: None,
            has_wrong_image: !lower.is_mapping(entry.value),
            platform: None,
            mounts: Vec::new(),
            lost_mounts: Rare::default(),
            volumes_from: Rare::default(),
            healthcheck: None,
            depends_on: Vec::new(),
            stop_signal: None,
            stop_grace_period: None,
            restart: None,
            deploy: Rare::default(),
            scale: None,
            command: None,
            entrypoint: None,
            environment: Vec::new(),
            environment_opaque: false,
            env_file: Rare::default(),
            env_file_variables: Rare::default(),
            env_file_hidden: false,
            hostname: None,
            container_name: None,
            network_mode: None,
            pull_policy: None,
            user: None,
            working_dir: None,
            init: None,
            read_only: None,
            profiles: Rare::default(),
            configs: Rare::default(),
            secrets: Rare::default(),
            networks: Vec::new(),
            fixed_address: false,
            models: Rare::default(),
            labels: Rare::default(),
            links: Rare::default(),
            ipc: None,
            pid: None,
            uts: None,
            limits: Rare::default(),
            reservations: Rare::default(),
            has_variables: reference::has_variables(lower, entry.value),
        };
        let mut extended = false;
        for field in lower.entries(entry.value) {
            service.keys += 1;
            service.take(lower, field);
            // A service that is extended need not run itself.
            extended |= field.path.steps().iter().any(|it| matches!(it, Via::Extends(_)));
        }
        if extended {
            service.replaced_images = Rare::default();
        }
        service
    }

    fn take(&mut self, lower: &mut Lower<'_>, entry: &Entry) {
        let value = entry.value;
        match lower.tree.key(entry.key) {
            "image" => {
                self.image = lower.text_field(entry);
                self.replaced_images = Rare::list(lower.replaced(value));
                self.has_wrong_image |= self.image.is_none();
            }
            "build" => {
                self.build = Build::lower(lower, value).map(|it| Box::new(lower.field(entry, it)));
                self.has_wrong_image |= self.build.is_none();
            }
            "provider" => self.provider = Some(Box::new(lower.field(entry, ()))),
            "extends" => self.extends = Some(Box::new(lower.field(entry, ()))),
            "platform" => self.platform = lower.text_field(entry).map(Box::new),
            "volumes" => {
                self.mounts.reserve_exact(lower.tree.items(value).len());
                for item in lower.tree.items(value) {
                    let Some(mount) = Mount::lower(lower, item.value, entry.path.then(&item.path)) else { continue };
                    self.lose(lower, item.value, lower.span(value), &mut HashSet::new());
                    self.mounts.push(mount);
                }
                for hidden in lower.tree.shadowed(value) {
                    for item in lower.tree.items(*hidden) {
                        self.lost_mounts.extend(lost(lower, item.value, Lost::MergeKey));
                    }
                }
            }
            "tmpfs" => self.mounts.extend(lower.texts(entry).into_iter().map(|(text, path)| Mount::tmpfs(text, path))),
            "volumes_from" => {
                let sources = lower.texts(entry).into_iter().map(|it| VolumesFrom { source: it.0 });
                self.volumes_from = Rare::list(sources.collect());
            }
            "healthcheck" => self.healthcheck = Healthcheck::lower(lower, entry).map(Box::new),
            "depends_on" => self.depends_on = dependency::lower(lower, entry),
            "stop_signal" => self.stop_signal = lower.text_field(entry).map(Box::new),
            "stop_grace_period" => self.stop_grace_period = Period::lower(lower, entry).map(Box::new),
            "restart" => self.restart = lower.text_field(entry).map(Box::new),
            "deploy" => self.deploy = Deploy::lower(lower, entry).into(),
            "scale" => self.scale = lower.integer_field(entry).map(Box::new),
            "command" => self.command = Command::lower(lower, entry).map(Box::new),
            "entrypoint" => self.entrypoint = Command::lower(lower, entry).map(Box::new),
            "environment" => (self.environment, self.environment_opaque) = environment::lower(lower, entry),
            "env_file" => self.env_file = Rare::list(environment::lower_files(lower, entry)),
            "hostname" => self.hostname = lower.text_field(entry).map(Box::new),
            "container_name" => self.container_name = lower.text_field(entry).map(Box::new),
            "network_mode" => self.network_mode = lower.text_field(entry).map(Box::new),
            "pull_policy" => self.pull_policy = lower.text_field(entry).map(Box::new),
            "user" => self.user = lower.text_field(entry).map(Box::new),
            "working_dir" => self.working_dir = lower.text_field(entry).map(Box::new),
            "init" => self.init = lower.bool_field(entry).map(Box::new),
            "read_only" => self.read_only = lower.bool_field(entry).map(Box::new),
            "profiles" => self.profiles = Rare::list(lower.texts(entry).into_iter().map(|it| it.0).collect()),
            "configs" => self.configs = Rare::list(reference::files(lower, value)),
            "secrets" => self.secrets = Rare::list(reference::files(lower, value)),
            "networks" => {
                self.networks = reference::names(lower, value);
                let addresses = ["ipv4_address", "ipv6_address"];
                let fixed = |it: &Entry| addresses.iter().any(|key| lower.get(it.value, key).is_some());
                self.fixed_address = lower.entries(value).any(fixed);
            }
            "models" => self.models = Rare::list(reference::names(lower, value)),
            "labels" => self.labels = Rare::list(environment::lower(lower, entry).0),
            "links" => self.links = Rare::list(lower.texts(entry).into_iter().map(|it| it.0).collect()),
            "ipc" => self.ipc = lower.text_field(entry).map(Box::new),
            "pid" => self.pid = lower.text_field(entry).map(Box::new),
            "uts" => self.uts = lower.text_field(entry).map(Box::new),
            "cpus" => self.limits.cpus = lower.text_field(entry),
            "mem_limit" => self.limits.memory = lower.text_field(entry),
            "pids_limit" => self.limits.pids = lower.text_field(entry),
            "mem_reservation" => self.reservations.memory = lower.text_field(entry),
            _ => {}
        }
    }

    /// Remembers what the mount that comes next took the place of. `list` is where its own list is written: what is
    /// not in there was merged under it.
    fn lose(&mut self, lower: &mut Lower<'_>, winner: NodeId, list: Span, seen: &mut HashSet<NodeId>) {
        let at = self.mounts.len();
        for loser in lower.tree.shadowed(winner) {
            // The same two may have taken each other's place, where a list is taken in twice.
            if !seen.insert(*loser) {
                continue;
            }
            let span = lower.span(*loser);
            let beside = span.file == list.file && list.start <= span.start && span.end <= list.end;
            let how = if beside { Lost::Twice(at) } else { Lost::Overridden(at) };
            self.lost_mounts.extend(lost(lower, *loser, how));
            self.lose(lower, *loser, list, seen);
        }
    }

    /// What the files say of one variable of the container; a Dockerfile counts where the Compose file says nothing.
    pub fn variable(&self, name: &str) -> EnvValue<'_> {
        match self.environment.iter().rfind(|it| it.name == name) {
            Some(Variable { value: None, .. }) => EnvValue::Unknown,
            Some(variable @ Variable { value: Some(text), .. }) if text.is_known() => EnvValue::Set(variable, text),
            Some(_) => EnvValue::Unknown,
            None if self.environment_opaque => EnvValue::Unknown,
            None => match self.env_file_variables.iter().rfind(|it| it.name == name) {
                Some(variable @ Variable { value: Some(text), .. }) if text.is_known() => EnvValue::Set(variable, text),
                Some(_) => EnvValue::Unknown,
                None if self.env_file_hidden => EnvValue::Unknown,
                None => self.built_variable(name),
            },
        }
    }

    /// What the Dockerfile says of a variable that the Compose file does not set.
    fn built_variable(&self, name: &str) -> EnvValue<'_> {
        let image = self.build.as_ref().and_then(|it| it.image.as_ref());
        match image.and_then(|it| it.variable(name)) {
            Some(variable @ Variable { value: Some(text), .. }) if text.is_known() => EnvValue::Set(variable, text),
            Some(_) => EnvValue::Unknown,
            None => EnvValue::Absent,
        }
    }

    pub(crate) fn add_env_files(&mut self, files: &EnvFiles) {
        self.env_file_hidden = files.hidden;
        let variable = |it: &(String, Option<String>, Span)| Variable {
            name: it.0.clone(),
            key: it.2,
            value: it.1.clone().map(|value| Text::from_file(value, it.2, &it.0)),
            path: Path::default(),
        };
        self.env_file_variables = Rare::list(files.variables.iter().map(variable).collect());
    }

    /// Whether an image can come from somewhere: an image, a build, a provider or another service.
    pub fn has_image_or_build(&self) -> bool {
        self.image.as_ref().is_some_and(|it| !it.is_blank() || !it.is_interpolated())
            || self.build.is_some()
            || self.provider.is_some()
            || self.extends.is_some()
    }
}

/// A mount that is not made. Compose does not look at it, so its mistakes are none.
fn lost(lower: &mut Lower<'_>, id: NodeId, how: Lost) -> Option<LostMount> {
    let known = lower.problems.len();
    let mount = Mount::lower(lower, id, Path::default());
    lower.problems.truncate(known);
    Some(LostMount { mount: mount?, how })
}
