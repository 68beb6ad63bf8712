//! The project as a whole, and the named things at its top that need no type of their own.

use super::{Field, Mount, Service, Volume};
use crate::load::Unread;
use crate::source::Span;
use crate::text::Text;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// A Compose project: what Compose would run.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Name of the file without its folder. It may say what the file is for.
    pub file_name: String,
    /// Top-level `name:`.
    pub name: Option<Field<Text>>,
    /// Whether `COMPOSE_PROJECT_NAME` or an option names it, so that it has no name from its directory.
    pub named_outside: bool,
    /// Top-level `version:`, which Compose ignores.
    pub version: Option<Field<()>>,
    /// Services in the order of the file.
    pub services: Vec<Service>,
    /// Top-level `volumes:`.
    pub volumes: Vec<Volume>,
    /// Top-level `networks:`.
    pub networks: Vec<Resource>,
    /// Top-level `configs:`.
    pub configs: Vec<Resource>,
    /// Top-level `secrets:`.
    pub secrets: Vec<Resource>,
    /// Top-level `models:`.
    pub models: Vec<Resource>,
    /// Whether other files are included, whose content is not read here. What is absent may be there.
    pub includes: bool,
    /// Whether any variable that the files use has a value, from a `.env` or as it was given. Then one without is
    /// forgotten, and not left to somebody else.
    pub knows_variables: bool,
    /// What the project names and could not be read.
    pub unread: Vec<Unread>,
    /// Whether the text could not be read to its end. What is absent may be behind the error.
    pub broken: bool,
    /// Whether the file can only be meant to be merged over another one: a service has neither an image nor anything
    /// to get one from. What is absent may be in the other file.
    pub fragment: bool,
    index: OnceLock<Index>,
}

/// Where services and volumes stand, by name: files with thousands of both must not cost their product.
#[derive(Clone, Debug, Default)]
struct Index {
    services: HashMap<String, usize>,
    volumes: HashMap<String, usize>,
}

impl Index {
    fn new(project: &Project) -> Index {
        let names = |list: Vec<&String>| {
            // Of two with one name, which Compose refuses, the first counts.
            let numbered = list.into_iter().enumerate().rev();
            numbered.map(|(at, name)| (name.clone(), at)).collect()
        };
        Index {
            services: names(project.services.iter().map(|it| &it.name).collect()),
            volumes: names(project.volumes.iter().map(|it| &it.name).collect()),
        }
    }
}

impl Project {
    /// The service of a name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        let at = self.index.get_or_init(|| Index::new(self)).services.get(name)?;
        self.services.get(*at)
    }

    /// The top-level volume of a name.
    pub fn volume(&self, name: &str) -> Option<&Volume> {
        let at = self.index.get_or_init(|| Index::new(self)).volumes.get(name)?;
        self.volumes.get(*at)
    }

    /// Switches profiles on: a service that is in other ones only is not enabled. `*` stands for all of them.
    pub fn enable(&mut self, profiles: &[String]) {
        let on = |it: &Text| it.known().is_some_and(|it| profiles.iter().any(|on| on == "*" || on == it));
        for service in &mut self.services {
            service.enabled = service.profiles.is_empty() || service.profiles.iter().any(on);
        }
    }

    /// The project without the services that are not enabled, and without what needs one of these only if it is there.
    pub fn only_enabled(&self) -> Project {
        let mut project = self.clone();
        project.index = OnceLock::new();
        project.services.retain(|it| it.enabled);
        let off = |name: &str| self.service(name).is_some_and(|it| !it.enabled);
        for service in &mut project.services {
            service.depends_on.retain(|it| it.required != Some(false) || !off(&it.service));
        }
        project
    }

    /// Whether a service needs something by a name that nothing here has.
    pub fn needs_more(&self) -> bool {
        let named = |list: &[Resource]| list.iter().map(|it| it.name.clone()).collect::<HashSet<String>>();
        let (networks, configs, secrets) = (named(&self.networks), named(&self.configs), named(&self.secrets));
        self.services.iter().any(|it| {
            it.mounts.iter().filter_map(Mount::volume_name).any(|it| self.volume(it).is_none())
                || it.depends_on.iter().any(|it| self.service(&it.service).is_none())
                || it.networks.iter().any(|it| it.as_str() != "default" && !networks.contains(it.as_str()))
                || it.configs.iter().any(|it| !configs.contains(it.source.as_str()))
                || it.secrets.iter().any(|it| !secrets.contains(it.source.as_str()))
        })
    }

    /// Whether the files show everything there is: nothing is included, cut off, or left to another file.
    pub fn is_whole(&self) -> bool {
        !self.includes && !self.broken && !self.fragment
    }
}

/// A network, config, secret or model.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its key.
    pub name: String,
    /// Where the key is written.
    pub key: Span,
    /// Whether it is made outside of the project; `None` if the files do not show it.
    pub external: Option<bool>,
    /// `driver` of a network, config or secret.
    pub driver: Option<Text>,
}
