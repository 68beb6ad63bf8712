//! From the text of a `.plimsoll.yaml` to settings, and what is wrong in it.

use super::patterns::glob;
use super::reader::{Reader, Setting};
use super::{Config, Environment, Layer, NamedProject, Override, Patterns, ServiceIgnore};
use crate::check::{Group, Hosts, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Sources, Span, Spanned};
use crate::syntax;
use crate::tree::{NodeId, Tree, Value};
use std::sync::Arc;

/// The keys that are known, by the mapping in which they stand.
pub const KEYS: [(&str, &[&str]); 4] = [
    (
        "",
        &[
            "select",
            "ignore",
            "severity",
            "hosts",
            "fail-on",
            "exclude",
            "baseline",
            "env",
            "env-files",
            "profiles",
            "overrides",
            "projects",
            "services",
            "images",
        ],
    ),
    ("overrides", &["files", "select", "ignore", "severity", "hosts", "services"]),
    ("projects", &["files", "directory", "env", "env-files", "profiles"]),
    ("services", &["ignore"]),
];

const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// Reads settings. Where something is wrong, the rest is read all the same.
///
/// `rules` are all rules there are.
pub fn parse(sources: &Sources, file: FileId, rules: &[&'static Rule]) -> (Config, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut config = Config::default();
    let mut tree = Tree::default();
    let document = syntax::parse(&mut tree, file, sources.get(file), &mut problems);
    let mut mistakes: Vec<Diagnostic> = Vec::new();
    for problem in problems.into_iter().take(20) {
        let mut found = Diagnostic::new("", Severity::Error, problem.span, problem.message);
        // What Compose would make of it does not matter here.
        let own = |it: &str| it.split("; Compose").next().filter(|it| !it.contains("Compose")).map(str::to_string);
        found.reason = own(&problem.reason).unwrap_or_default();
        (found.labels, found.help) = (problem.labels, problem.help.and_then(|it| own(&it)));
        mistakes.push(found);
    }
    let mut parser = Parser { reader: Reader::new(&tree, Span::start_of(file)), rules };
    if let Some(second) = document.roots.get(1) {
        parser.reader.mistake(tree.span(*second), "a file of settings is one document, and this is a second one");
    }
    if let Some(root) = document.roots.first().filter(|it| !tree.is_null(**it)) {
        parser.file(*root, &mut config);
    }
    mistakes.extend(parser.reader.mistakes());
    mistakes.sort_by_key(|it| it.span);
    config.tree = tree;
    (config, mistakes)
}

fn keys(table: &str) -> &'static [&'static str] {
    KEYS.iter().find(|it| it.0 == table).map_or(&[], |it| it.1)
}

struct Parser<'a> {
    reader: Reader<'a>,
    rules: &'a [&'static Rule],
}

impl Parser<'_> {
    fn file(&mut self, root: NodeId, config: &mut Config) {
        for it in self.reader.table(root, "a file of settings", keys("")) {
            let Setting { key, value } = it;
            match key.as_str() {
                "fail-on" => {
                    let words = ["error", "warning", "info", "never"];
                    config.fail_on = self.reader.word(value, "fail-on", &words).map(|it| it.value);
                }
                "exclude" => config.exclude = self.patterns(value, "exclude"),
                "overrides" => {
                    let items = self.reader.list(value, "overrides");
                    config.overrides = items.into_iter().filter_map(|it| self.override_(it)).collect();
                }
                "projects" => {
                    let projects = self.reader.mapping(value, "projects");
                    config.projects = projects.into_iter().filter_map(|it| self.project(it)).collect();
                }
                "baseline" => config.baseline = self.reader.text(value, "baseline").map(|it| it.value),
                "images" => config.images = Some(value),
                name @ ("env" | "env-files" | "profiles") => self.environment(name, value, &mut config.environment),
                name => self.layer(name, value, &mut config.all),
            }
        }
    }

    /// What may stand at the top and in an override.
    fn layer(&mut self, name: &str, value: NodeId, layer: &mut Layer) {
        match name {
            "select" => {
                let names = self.names(value, name);
                if self.reader.is_empty_list(value) {
                    let span = self.reader.tree.span(value);
                    let found = self.reader.mistake(span, "`select` is empty, so that no rule would run");
                    found.help("leave the key out, so that all rules run that are on by default");
                }
                layer.select = Some(names).filter(|it| !it.is_empty());
            }
            "ignore" => layer.ignore = self.names(value, name),
            "severity" => {
                for it in self.reader.mapping(value, name) {
                    self.rule(&it.key);
                    let words = SEVERITIES.map(Severity::name);
                    let off = ["off", "none", "ignore", "allow"].contains(&self.reader.tree.key(it.value));
                    if off {
                        let span = self.reader.tree.span(it.value);
                        let found = self.reader.mistake(span, "a severity is `error`, `warning` or `info`");
                        found.help("to switch a rule off, name it under `ignore`");
                    } else if let Some(word) = self.reader.word(it.value, name, &words) {
                        let severity = SEVERITIES.into_iter().find(|it| it.name() == *word);
                        layer.severity.extend(severity.map(|severity| (it.key.value, severity)));
                    }
                }
            }
            "hosts" => layer.hosts = self.hosts(value),
            _ => {
                for service in self.reader.mapping(value, "services") {
                    for it in self.reader.table(service.value, "a service here", keys("services")) {
                        if !self.reader.tree.items(it.value).is_empty() {
                            let span = self.reader.tree.span(it.value);
                            let found = self.reader.mistake(span, "each rule that is ignored needs its reason");
                            found.help("write a mapping: the rule, a colon, and the reason");
                            continue;
                        }
                        for entry in self.reader.mapping(it.value, "ignore") {
                            self.rule(&entry.key);
                            // The reason is for people. It has to be there.
                            self.reader.text(entry.value, "the reason");
                            layer.services.push(Arc::new(ServiceIgnore::new(service.key.clone(), entry.key)));
                        }
                    }
                }
                self.without_reason(value);
            }
        }
    }

    /// An entry without a value is left out everywhere, but here it would be a suppression without effect.
    fn without_reason(&mut self, services: NodeId) {
        let tree = self.reader.tree;
        for service in tree.entries(services) {
            let Some(ignore) = tree.get(service.value, "ignore") else { continue };
            for entry in tree.entries(ignore.value).iter().filter(|it| tree.is_null(it.value)) {
                let message = format!("`{}` is ignored without a reason", tree.key(entry.key));
                self.reader.mistake(tree.span(entry.key), message).help("write the reason behind the colon");
            }
        }
    }

    fn hosts(&mut self, value: NodeId) -> Option<Hosts> {
        let mut hosts = Hosts { linux: false, macos: false, windows: false };
        let items = self.reader.list(value, "hosts");
        if self.reader.is_empty_list(value) {
            let span = self.reader.tree.span(value);
            self.reader.mistake(span, "`hosts` is empty").help("leave the key out if the files run anywhere");
        }
        for it in items {
            let word = self.reader.word(it, "hosts", &["linux", "macos", "windows"])?;
            match word.as_str() {
                "linux" => hosts.linux = true,
                "macos" => hosts.macos = true,
                _ => hosts.windows = true,
            }
        }
        (hosts.linux || hosts.macos || hosts.windows).then_some(hosts)
    }

    fn environment(&mut self, name: &str, value: NodeId, to: &mut Environment) {
        let texts = |parser: &mut Self| parser.reader.texts(value, name).into_iter().map(|it| it.value).collect();
        match name {
            "env-files" => to.env_files = Some(texts(self)),
            "profiles" => to.profiles = Some(texts(self)),
            _ => {
                for it in self.reader.mapping(value, "env") {
                    let value = self.reader.scalar(it.value, &it.key);
                    to.variables.extend(value.map(|value| (it.key.value, value)));
                }
            }
        }
    }

    fn override_(&mut self, item: NodeId) -> Option<Override> {
        let mut layer = Layer::default();
        let mut files = None;
        let settings = self.reader.table(item, "an override", keys("overrides"));
        for it in settings {
            match it.key.as_str() {
                "files" => files = Some(self.patterns(it.value, "files")),
                name => self.layer(name, it.value, &mut layer),
            }
        }
        if files.is_none() && !self.reader.tree.entries(item).is_empty() {
            let found = self.reader.mistake(self.reader.tree.span(item), "an override without `files` holds for none");
            found.help("name the files, or move the settings to the top");
        }
        Some(Override { files: files?, layer })
    }

    fn project(&mut self, project: Setting) -> Option<NamedProject> {
        let Setting { key: name, value } = project;
        let mut found = NamedProject { name, files: Vec::new(), directory: None, environment: Environment::default() };
        for it in self.reader.table(value, "a project", keys("projects")) {
            match it.key.as_str() {
                "files" => found.files = self.reader.texts(it.value, "files"),
                "directory" => found.directory = self.reader.text(it.value, "directory").map(|it| it.value),
                name => self.environment(name, it.value, &mut found.environment),
            }
        }
        let is_mapping = matches!(self.reader.tree.node(value).value, Value::Mapping(_));
        if found.files.is_empty() && is_mapping {
            let message = format!("the project `{}` has no files", found.name.value);
            self.reader.mistake(found.name.span, message).help("list them under `files`, the base first");
        }
        Some(found).filter(|it| !it.files.is_empty())
    }

    fn patterns(&mut self, value: NodeId, name: &str) -> Patterns {
        let texts = self.reader.texts(value, name);
        let mut good = Vec::new();
        for it in &texts {
            match glob(it) {
                Ok(_) => good.push(it.as_str()),
                Err(why) => _ = self.reader.mistake(it.span, format!("`{}` is not a pattern: {why}", it.value)),
            }
        }
        good.sort_unstable();
        good.dedup();
        Patterns::new(good).unwrap_or_else(|why| {
            self.reader.mistake(self.reader.tree.span(value), format!("these are too many patterns: {why}"));
            Patterns::default()
        })
    }

    /// Names of rules and groups.
    fn names(&mut self, value: NodeId, key: &str) -> Vec<String> {
        let rules = self.rules;
        let known = rules.iter().map(|it| it.id).chain(Group::ALL.map(Group::name));
        let known = known.chain((key == "select").then_some("all"));
        let mut names = Vec::new();
        for it in self.reader.texts(value, key) {
            if known.clone().any(|name| name == *it) {
                names.push(it.value);
            } else {
                let message = format!("there is no rule or group `{}`", it.value);
                self.reader.unknown(&it, message, known.clone());
            }
        }
        names
    }

    /// The name of a rule.
    fn rule(&mut self, name: &Spanned<String>) {
        let rules = self.rules;
        if rules.iter().any(|it| it.id == **name) {
            return;
        }
        if Group::ALL.iter().any(|it| it.name() == **name) || **name == "all" {
            let message = format!("`{}` is a group, and only a rule can stand here", name.value);
            self.reader.mistake(name.span, message).help("name its rules; `plimsoll rules` lists them");
            return;
        }
        self.reader.unknown(name, format!("there is no rule `{}`", name.value), rules.iter().map(|it| it.id));
    }
}
