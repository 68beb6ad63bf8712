//! A service: what Compose runs, with which image, mounts, signals and probes.

use super::environment::{self, EnvFile, EnvValue, Variable};
use super::lower::Lower;
use super::{Command, Field, Healthcheck, Mount};
use crate::grammar::duration::{self, Nanoseconds};
use crate::load::EnvFiles;
use crate::source::Span;
use crate::text::Text;
use crate::tree::{Entry, NodeId, Path};

/// `stop_grace_period` and its like.
#[derive(Clone, Debug)]
pub struct Period {
    /// As written.
    pub text: Text,
    /// Its length, if it is known and well formed.
    pub length: Option<Nanoseconds>,
}

/// `build:` of a service.
#[derive(Clone, Debug)]
pub struct Build {
    /// Directory of the build, as written.
    pub context: Option<Text>,
    /// Dockerfile, as written; relative to the context.
    pub dockerfile: Option<Text>,
    /// Dockerfile written in the Compose file.
    pub dockerfile_inline: Option<Text>,
    /// Stage of the Dockerfile.
    pub target: Option<Text>,
}

/// What a dependency must have reached before the service starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// It runs.
    Started,
    /// Its probe passes.
    Healthy,
    /// It has ended with exit status 0.
    Completed,
    /// The files do not show it.
    Unknown,
}

/// One entry of `depends_on:`.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Name of the other service.
    pub service: String,
    /// Where that name is written.
    pub key: Span,
    /// What it must have reached.
    pub condition: Condition,
    /// Whether Compose stops if the other service is not there.
    pub required: Option<bool>,
    /// How it got here.
    pub path: Path,
}

/// One entry of `volumes_from:`.
#[derive(Clone, Debug)]
pub struct VolumesFrom {
    /// A service, or `container:NAME`.
    pub source: Text,
}

/// The parts of `deploy:` that matter to data.
#[derive(Clone, Debug, Default)]
pub struct Deploy {
    /// `replicas`.
    pub replicas: Option<Field<Option<i128>>>,
    /// `restart_policy.condition`.
    pub restart_condition: Option<Field<Text>>,
    /// `restart_policy`, which replaces `restart:` altogether.
    pub restart_policy: Option<Field<()>>,
}

/// A config or secret that a service uses.
#[derive(Clone, Debug)]
pub struct FileReference {
    /// Name of the config or secret.
    pub source: Text,
    /// Path in the container.
    pub target: Option<Text>,
}

/// One entry of `services:`. Fields have the names and meanings of the Compose Specification.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields have the names and the meaning of the Compose Specification")]
pub struct Service {
    pub name: String,
    pub key: Span,
    pub path: Path,
    pub image: Option<Field<Text>>,
    pub build: Option<Field<Build>>,
    pub provider: Option<Field<()>>,
    pub extends: Option<Field<()>>,
    /// Something is written for it that is no service, no image or no build, which the schema reports.
    pub has_wrong_image: bool,
    pub platform: Option<Field<Text>>,
    pub mounts: Vec<Mount>,
    pub volumes_from: Vec<VolumesFrom>,
    pub healthcheck: Option<Field<Healthcheck>>,
    pub depends_on: Vec<Dependency>,
    pub stop_signal: Option<Field<Text>>,
    pub stop_grace_period: Option<Field<Period>>,
    pub restart: Option<Field<Text>>,
    pub deploy: Deploy,
    pub scale: Option<Field<Option<i128>>>,
    pub command: Option<Field<Command>>,
    pub entrypoint: Option<Field<Command>>,
    pub environment: Vec<Variable>,
    /// The name of a variable is hidden in another variable.
    pub environment_opaque: bool,
    pub env_file: Vec<EnvFile>,
    /// What the files of `env_file` say, as far as they could be read; a later one wins.
    pub env_file_variables: Vec<Variable>,
    /// A file of `env_file` could not be read.
    pub env_file_hidden: bool,
    pub hostname: Option<Field<Text>>,
    pub container_name: Option<Field<Text>>,
    pub network_mode: Option<Field<Text>>,
    pub pull_policy: Option<Field<Text>>,
    pub user: Option<Field<Text>>,
    pub working_dir: Option<Field<Text>>,
    pub init: Option<Field<Option<bool>>>,
    pub read_only: Option<Field<Option<bool>>>,
    pub profiles: Vec<Text>,
    pub configs: Vec<FileReference>,
    pub secrets: Vec<FileReference>,
    pub networks: Vec<(String, Span)>,
}

impl Service {
    pub(crate) fn lower(lower: &mut Lower<'_>, entry: &Entry) -> Service {
        let mut service = Service {
            name: lower.tree.key(entry.key).to_string(),
            key: lower.span(entry.key),
            path: entry.path.clone(),
            image: None,
            build: None,
            provider: None,
            extends: None,
            has_wrong_image: !lower.is_mapping(entry.value),
            platform: None,
            mounts: Vec::new(),
            volumes_from: Vec::new(),
            healthcheck: None,
            depends_on: Vec::new(),
            stop_signal: None,
            stop_grace_period: None,
            restart: None,
            deploy: Deploy::default(),
            scale: None,
            command: None,
            entrypoint: None,
            environment: Vec::new(),
            environment_opaque: false,
            env_file: Vec::new(),
            env_file_variables: Vec::new(),
            env_file_hidden: false,
            hostname: None,
            container_name: None,
            network_mode: None,
            pull_policy: None,
            user: None,
            working_dir: None,
            init: None,
            read_only: None,
            profiles: Vec::new(),
            configs: Vec::new(),
            secrets: Vec::new(),
            networks: Vec::new(),
        };
        for field in lower.entries(entry.value) {
            service.take(lower, field);
        }
        service
    }

    fn take(&mut self, lower: &mut Lower<'_>, entry: &Entry) {
        let value = entry.value;
        match lower.tree.key(entry.key) {
            "image" => {
                self.image = lower.text_field(entry);
                self.has_wrong_image |= self.image.is_none();
            }
            "build" => {
                self.build = Build::lower(lower, value).map(|it| lower.field(entry, it));
                self.has_wrong_image |= self.build.is_none();
            }
            "provider" => self.provider = Some(lower.field(entry, ())),
            "extends" => self.extends = Some(lower.field(entry, ())),
            "platform" => self.platform = lower.text_field(entry),
            "volumes" => {
                for item in lower.tree.items(value) {
                    self.mounts.extend(Mount::lower(lower, item.value, entry.path.then(&item.path)));
                }
            }
            "tmpfs" => self.mounts.extend(lower.texts(entry).into_iter().map(|(text, path)| Mount::tmpfs(text, path))),
            "volumes_from" => {
                self.volumes_from = lower.texts(entry).into_iter().map(|it| VolumesFrom { source: it.0 }).collect();
            }
            "healthcheck" => self.healthcheck = Healthcheck::lower(lower, entry),
            "depends_on" => self.depends_on = dependencies(lower, entry),
            "stop_signal" => self.stop_signal = lower.text_field(entry),
            "stop_grace_period" => {
                self.stop_grace_period = lower.text(value).map(|text| {
                    let length = text.known().and_then(|it| duration::parse(it).ok());
                    lower.field(entry, Period { text, length })
                });
            }
            "restart" => self.restart = lower.text_field(entry),
            "deploy" => self.deploy = Deploy::lower(lower, value),
            "scale" => self.scale = lower.integer_field(entry),
            "command" => self.command = Command::lower(lower, entry),
            "entrypoint" => self.entrypoint = Command::lower(lower, entry),
            "environment" => (self.environment, self.environment_opaque) = environment::lower(lower, entry),
            "env_file" => self.env_file = environment::lower_files(lower, entry),
            "hostname" => self.hostname = lower.text_field(entry),
            "container_name" => self.container_name = lower.text_field(entry),
            "network_mode" => self.network_mode = lower.text_field(entry),
            "pull_policy" => self.pull_policy = lower.text_field(entry),
            "user" => self.user = lower.text_field(entry),
            "working_dir" => self.working_dir = lower.text_field(entry),
            "init" => self.init = lower.bool_field(entry),
            "read_only" => self.read_only = lower.bool_field(entry),
            "profiles" => self.profiles = lower.texts(entry).into_iter().map(|it| it.0).collect(),
            "configs" => self.configs = references(lower, value),
            "secrets" => self.secrets = references(lower, value),
            "networks" => self.networks = networks(lower, value),
            _ => {}
        }
    }

    /// What the files say of one variable of the container.
    pub fn variable(&self, name: &str) -> EnvValue<'_> {
        match self.environment.iter().rfind(|it| it.name == name) {
            Some(Variable { value: None, .. }) => EnvValue::Unknown,
            Some(variable @ Variable { value: Some(text), .. }) if text.is_known() => EnvValue::Set(variable, text),
            Some(_) => EnvValue::Unknown,
            None if self.environment_opaque => EnvValue::Unknown,
            None => match self.env_file_variables.iter().rfind(|it| it.name == name) {
                Some(variable @ Variable { value: Some(text), .. }) => EnvValue::Set(variable, text),
                Some(_) => EnvValue::Unknown,
                None if self.env_file_hidden => EnvValue::Unknown,
                None => EnvValue::Absent,
            },
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
        self.env_file_variables = files.variables.iter().map(variable).collect();
    }

    /// Whether an image can come from somewhere: an image, a build, a provider or another service.
    pub fn has_image_or_build(&self) -> bool {
        self.image.is_some() || self.build.is_some() || self.provider.is_some() || self.extends.is_some()
    }
}

impl Build {
    fn lower(lower: &Lower<'_>, id: NodeId) -> Option<Build> {
        if lower.is_mapping(id) {
            let text = |key: &str| lower.get(id, key).and_then(|it| lower.text(it.value));
            return Some(Build {
                context: text("context"),
                dockerfile: text("dockerfile"),
                dockerfile_inline: text("dockerfile_inline"),
                target: text("target"),
            });
        }
        let context = Some(lower.text(id)?);
        Some(Build { context, dockerfile: None, dockerfile_inline: None, target: None })
    }
}

impl Deploy {
    fn lower(lower: &Lower<'_>, id: NodeId) -> Deploy {
        let policy = lower.get(id, "restart_policy");
        Deploy {
            replicas: lower.get(id, "replicas").and_then(|it| lower.integer_field(it)),
            restart_condition: policy
                .and_then(|it| lower.get(it.value, "condition"))
                .and_then(|it| lower.text_field(it)),
            restart_policy: policy.map(|it| lower.field(it, ())),
        }
    }
}

fn dependencies(lower: &Lower<'_>, entry: &Entry) -> Vec<Dependency> {
    if lower.is_sequence(entry.value) {
        let list = lower.texts(entry).into_iter();
        return list
            .filter_map(|(text, path)| {
                let service = text.known()?.to_string();
                let (condition, required) = (Condition::Started, Some(true));
                Some(Dependency { service, key: text.span(), condition, required, path })
            })
            .collect();
    }
    let one = |it: &Entry| {
        let condition = lower.get(it.value, "condition").and_then(|it| lower.text(it.value));
        let condition = match condition.as_ref().and_then(Text::known) {
            Some("service_started") => Condition::Started,
            Some("service_healthy") => Condition::Healthy,
            Some("service_completed_successfully") => Condition::Completed,
            _ => Condition::Unknown,
        };
        Dependency {
            service: lower.tree.key(it.key).to_string(),
            key: lower.span(it.key),
            condition,
            required: lower.get(it.value, "required").map_or(Some(true), |it| lower.truth(it.value).flatten()),
            path: entry.path.then(&it.path),
        }
    };
    lower.entries(entry.value).map(one).collect()
}

fn references(lower: &Lower<'_>, id: NodeId) -> Vec<FileReference> {
    let one = |id| {
        if lower.is_mapping(id) {
            let text = |key: &str| lower.get(id, key).and_then(|it| lower.text(it.value));
            return Some(FileReference { source: text("source")?, target: text("target") });
        }
        Some(FileReference { source: lower.text(id)?, target: None })
    };
    lower.tree.items(id).iter().filter_map(|it| one(it.value)).collect()
}

fn networks(lower: &Lower<'_>, id: NodeId) -> Vec<(String, Span)> {
    if lower.is_sequence(id) {
        let items = lower.tree.items(id).iter().filter_map(|it| lower.text(it.value));
        return items.map(|it| (it.as_str().to_string(), it.span())).collect();
    }
    lower.entries(id).map(|it| (lower.tree.key(it.key).to_string(), lower.span(it.key))).collect()
}
