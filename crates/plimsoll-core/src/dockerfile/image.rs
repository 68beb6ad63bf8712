//! The image that a Dockerfile makes: its stages and variables followed down to the image that it is made from.

use super::words::{expand, pair, pairs, split};
use super::{Dockerfile, Line, Stage, Step};
use crate::grammar::image;
use crate::model::{Command, CommandForm, Field, Test, Variable};
use crate::source::Span;
use crate::text::Text;
use crate::tree::Path;
use std::collections::HashMap;

/// What a Compose file says to a build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order<'a> {
    /// The stage that is wanted; the last one without it.
    pub target: Option<&'a Text>,
    /// `args`: values of `ARG`s. Without a value, it comes from the host.
    pub args: &'a [Variable],
    /// Whether the name of one is hidden in a variable.
    pub args_opaque: bool,
    /// `additional_contexts`: what stands for the images and stages of these names.
    pub contexts: &'a [Variable],
    /// Whether the name of one is hidden in a variable.
    pub contexts_opaque: bool,
}

/// What a build makes, as far as its Dockerfile shows it: an image, and what is added to it.
#[derive(Clone, Debug)]
pub struct BuiltImage {
    /// The image that it is made from, with its place in the `FROM` that names it.
    pub base: Text,
    /// Whether this `FROM` says for which platform.
    pub has_platform: bool,
    /// `ENV`, sorted by name; of several of one name the last.
    pub environment: Vec<Variable>,
    /// `VOLUME`.
    pub volumes: Vec<Text>,
    /// `CMD`. In the form for a shell its first words are the shell.
    pub command: Option<Field<Command>>,
    /// `ENTRYPOINT`. Where there is one and no command, the base image has none that counts.
    pub entrypoint: Option<Field<Command>>,
    /// `STOPSIGNAL`.
    pub stop_signal: Option<Field<Text>>,
    /// `HEALTHCHECK`: a command, or none at all.
    pub healthcheck: Option<Field<Test>>,
    /// `USER`.
    pub user: Option<Field<Text>>,
    /// `WORKDIR`.
    pub working_dir: Option<Field<Text>>,
    /// What `COPY` and `ADD` take, and where they put it.
    pub copies: Vec<Copied>,
    /// What `RUN` runs.
    pub scripts: Vec<Text>,
}

/// `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub struct Copied {
    /// What is taken; what is written in the Dockerfile itself has no name.
    pub sources: Vec<Text>,
    /// Where it is put.
    pub target: Text,
}

impl Dockerfile {
    /// What comes of it; nothing, if the stage that is wanted is not there or not known.
    pub fn image(&self, order: Order<'_>) -> Option<BuiltImage> {
        let last = self.stages.len().checked_sub(1)?;
        let mut at = match order.target.map(|it| (it.is_blank(), it.known())) {
            None | Some((true, _)) => last,
            Some((_, target)) => *self.names.get(&target?.to_lowercase())?,
        };
        let globals = self.globals(order);
        let global = |name: &str| globals.get(name).cloned();
        let mut chain = Vec::new();
        let base = loop {
            let stage = &self.stages[at];
            // A context of its name takes the place of a stage.
            if let Some(replaced) = stage.name.as_ref().and_then(|it| context(order, it, stage.from.span())) {
                break replaced;
            }
            chain.push(at);
            let from = expand(&stage.from, self.escape, &global);
            let below = from.known().and_then(|it| self.names.get(&it.to_lowercase()));
            // Only a stage that is already there can be meant.
            match below.filter(|it| **it < at) {
                Some(below) => at = *below,
                None => break self.base(order, from),
            }
        };
        let has_platform = chain.last().is_some_and(|it| self.stages[*it].platform);
        let mut kitchen = Kitchen { dockerfile: self, order, globals: &globals, scope: HashMap::new(), shell: None };
        let mut made = BuiltImage::of(base, has_platform);
        for at in chain.into_iter().rev() {
            kitchen.stage(&self.stages[at], &mut made);
        }
        let mut environment = kitchen.scope.into_values().filter_map(|it| it.set).collect::<Vec<_>>();
        environment.sort_by(|a: &Variable, b: &Variable| a.name.cmp(&b.name));
        made.environment = environment;
        Some(made)
    }

    /// How many instructions there are.
    pub(crate) fn len(&self) -> usize {
        self.arguments.len() + self.stages.iter().map(|it| 1 + it.steps.len()).sum::<usize>()
    }

    /// The image behind a name, or what an additional context puts in its place.
    fn base(&self, order: Order<'_>, from: Text) -> Text {
        match from.known().and_then(|it| context(order, it, from.span())) {
            Some(replaced) => replaced,
            None if order.contexts_opaque => Text::hole("", false, from.span()),
            None => from,
        }
    }

    /// The values of the `ARG`s before the first stage.
    fn globals(&self, order: Order<'_>) -> HashMap<String, Text> {
        let mut globals: HashMap<String, Text> = HashMap::new();
        for step in &self.arguments {
            let Step::Arg(line) = step else { continue };
            for word in split(line, self.escape) {
                let (name, default) = pair(&word);
                let default = default.map(|it| expand(&it, self.escape, &|name| globals.get(name).cloned()));
                let value = argument(order, &name).or(default);
                let value = value.unwrap_or_else(|| Text::hole(name.as_str(), false, name.span()));
                globals.insert(name.as_str().to_string(), value);
            }
        }
        globals
    }
}

/// What a context begins with that is an image.
const IMAGE: &str = "docker-image://";

/// What the Compose file gives to an `ARG`; nothing, if that is left to the Dockerfile.
fn argument(order: Order<'_>, name: &Text) -> Option<Text> {
    match order.args.iter().rfind(|it| it.name == name.as_str()) {
        Some(Variable { value: Some(text), .. }) => Some(text.clone()),
        Some(_) => Some(Text::hole(name.as_str(), false, name.span())),
        None => order.args_opaque.then(|| Text::hole(name.as_str(), false, name.span())),
    }
}

/// What stands for a name by `additional_contexts`: an image, or something unknown.
fn context(order: Order<'_>, name: &str, span: Span) -> Option<Text> {
    let same = |context: &str| {
        context.eq_ignore_ascii_case(name)
            || match (image::parse(context), image::parse(name)) {
                (Ok(context), Ok(name)) => context.repository() == name.repository(),
                _ => false,
            }
    };
    let context = order.contexts.iter().rfind(|it| same(&it.name))?;
    let exact = context.name == name;
    let value = context.value.as_ref().filter(|_| exact);
    let image = value.filter(|it| it.as_str().starts_with(IMAGE));
    let image = image.map(|it| it.slice(IMAGE.len()..it.as_str().len()));
    Some(image.map_or_else(|| Text::hole("", false, span), |it| it.placed(span)))
}

/// A variable inside of a stage: what `ARG` and what `ENV` say. `ENV` wins.
#[derive(Default)]
struct Value {
    argument: Option<Text>,
    set: Option<Variable>,
}

/// Where the steps of the stages are followed.
struct Kitchen<'a> {
    dockerfile: &'a Dockerfile,
    order: Order<'a>,
    globals: &'a HashMap<String, Text>,
    scope: HashMap<String, Value>,
    shell: Option<Vec<Text>>,
}

impl Kitchen<'_> {
    fn expand(&self, word: &Text) -> Text {
        expand(word, self.dockerfile.escape, &|name| {
            let value = self.scope.get(name)?;
            value.set.as_ref().and_then(|it| it.value.clone()).or_else(|| value.argument.clone())
        })
    }

    fn expand_field(&self, field: &Field<Text>) -> Field<Text> {
        field.with(self.expand(&field.value))
    }

    fn stage(&mut self, stage: &Stage, made: &mut BuiltImage) {
        // An entrypoint takes the command of what is below away, but not one of its own stage.
        let mut commanded = false;
        self.shell = None;
        for step in &stage.steps {
            match step {
                Step::Arg(line) => self.argument(line),
                Step::Env(line) => self.variable(line),
                Step::Volume(list) => made.volumes.extend(list.iter().map(|it| self.expand(it))),
                Step::StopSignal(field) => made.stop_signal = Some(self.expand_field(field)),
                Step::User(field) => made.user = Some(self.expand_field(field)),
                Step::WorkDir(field) => made.working_dir = Some(self.expand_field(field)),
                Step::Command(line) => {
                    made.command = Some(line.with(self.command(&line.value)));
                    commanded = true;
                }
                Step::Entrypoint(line) => {
                    made.entrypoint = Some(line.with(self.command(&line.value)));
                    made.command = made.command.take().filter(|_| commanded);
                }
                Step::Probe(line) => {
                    made.healthcheck = Some(line.with(match &line.value {
                        None => Test::Disabled,
                        Some(Line::Words(words)) => Test::Command(words.clone()),
                        Some(Line::Script(script)) => Test::Shell(script.clone()),
                    }));
                }
                Step::Shell(words) => self.shell = Some(words.clone()),
                Step::Copy(it) => made.copies.push(Copied {
                    sources: it.sources.iter().map(|it| self.expand(it)).collect(),
                    target: self.expand(&it.target),
                }),
                Step::Run(script) => made.scripts.push(script.clone()),
            }
        }
    }

    fn argument(&mut self, line: &Text) {
        for word in split(line, self.dockerfile.escape) {
            let (name, default) = pair(&word);
            let default = default.map(|it| self.expand(&it)).or_else(|| self.globals.get(name.as_str()).cloned());
            let value = argument(self.order, &name).or(default);
            let value = value.unwrap_or_else(|| Text::hole(name.as_str(), false, name.span()));
            self.scope.entry(name.as_str().to_string()).or_default().argument = Some(value);
        }
    }

    fn variable(&mut self, line: &Text) {
        let pairs = pairs(line, self.dockerfile.escape);
        // All of one line see what was there before it.
        let values: Vec<(Text, Text)> = pairs.into_iter().map(|(name, value)| (name, self.expand(&value))).collect();
        for (name, value) in values {
            let key = name.span();
            let name = name.as_str().to_string();
            let variable = Variable { name: name.clone(), key, value: Some(value), path: Path::default() };
            self.scope.entry(name).or_default().set = Some(variable);
        }
    }

    /// A line as words; one for a shell is the last argument of that shell.
    fn command(&self, line: &Line) -> Command {
        let words = match line {
            Line::Words(words) => words.clone(),
            Line::Script(script) => {
                let word = |it: &str| Text::verbatim("", script.span(), 0).rewritten(it.to_string());
                let shell = self.shell.clone().unwrap_or_else(|| vec![word("/bin/sh"), word("-c")]);
                shell.into_iter().chain([script.clone()]).collect()
            }
        };
        Command { words, form: CommandForm::List, dropped: None }
    }
}

impl BuiltImage {
    /// The `ENV` of a name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        let at = self.environment.binary_search_by(|it| it.name.as_str().cmp(name)).ok()?;
        self.environment.get(at)
    }

    fn of(base: Text, has_platform: bool) -> BuiltImage {
        BuiltImage {
            base,
            has_platform,
            environment: Vec::new(),
            volumes: Vec::new(),
            command: None,
            entrypoint: None,
            stop_signal: None,
            healthcheck: None,
            user: None,
            working_dir: None,
            copies: Vec::new(),
            scripts: Vec::new(),
        }
    }
}
