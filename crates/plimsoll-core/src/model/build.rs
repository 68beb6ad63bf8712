//! `build:` of a service, and the image that comes of it.

use super::Variable;
use super::environment;
use super::lower::Lower;
use super::reference::{self, FileReference};
use crate::dockerfile::{BuiltImage, Dockerfile, Order};
use crate::text::Text;
use crate::tree::NodeId;
use std::collections::HashMap;
use std::sync::Arc;

/// `build:` of a service.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// Directory of the build, as written.
    pub context: Option<Text>,
    /// Dockerfile, as written; relative to the context.
    pub dockerfile: Option<Text>,
    /// Dockerfile written in the Compose file.
    pub dockerfile_inline: Option<Text>,
    /// Stage of the Dockerfile.
    pub target: Option<Text>,
    /// Values of `ARG`s in the Dockerfile; one without a value comes from the host.
    pub args: Vec<Variable>,
    /// The name of one is hidden in a variable.
    pub args_opaque: bool,
    /// What stands for images and stages of the Dockerfile, by their names.
    pub additional_contexts: Vec<Variable>,
    /// The name of one is hidden in a variable.
    pub contexts_opaque: bool,
    /// Platforms that it is built for.
    pub platforms: Vec<Text>,
    /// Secrets that it uses.
    pub secrets: Vec<FileReference>,
    /// What it makes. Without its Dockerfile, that is unknown.
    pub image: Option<Arc<BuiltImage>>,
    /// Whether it is a mapping, and not only the directory.
    pub is_mapping: bool,
}

impl Build {
    pub(crate) fn lower(lower: &Lower<'_>, id: NodeId) -> Option<Build> {
        if !lower.is_mapping(id) {
            return Some(Build { context: Some(lower.text(id)?), ..Build::default() });
        }
        let text = |key: &str| lower.get(id, key).and_then(|it| lower.text(it.value));
        let pairs = |key: &str| lower.get(id, key).map(|it| environment::lower(lower, it)).unwrap_or_default();
        let (args, args_opaque) = pairs("args");
        let (additional_contexts, contexts_opaque) = pairs("additional_contexts");
        Some(Build {
            context: text("context"),
            dockerfile: text("dockerfile"),
            dockerfile_inline: text("dockerfile_inline"),
            target: text("target"),
            args,
            args_opaque,
            additional_contexts,
            contexts_opaque,
            platforms: lower.get(id, "platforms").map(|it| reference::names(lower, it.value)).unwrap_or_default(),
            secrets: lower.get(id, "secrets").map(|it| reference::files(lower, it.value)).unwrap_or_default(),
            image: None,
            is_mapping: true,
        })
    }

    fn order(&self) -> Order<'_> {
        Order {
            target: self.target.as_ref(),
            args: &self.args,
            args_opaque: self.args_opaque,
            contexts: &self.additional_contexts,
            contexts_opaque: self.contexts_opaque,
        }
    }
}

/// How many instructions one project follows. Real ones have thousands; a Dockerfile of thousands of lines that
/// thousands of services build with arguments of their own would have millions of them.
const STEPS: usize = 500_000;

/// What the builds of a project make: one that many services have is followed once.
#[derive(Default)]
pub(crate) struct Builds {
    /// By the address of the Dockerfile, and the stage.
    made: HashMap<(usize, Option<String>), Option<Arc<BuiltImage>>>,
    steps: usize,
}

impl Builds {
    /// What one build makes.
    pub fn image(&mut self, build: &Build, dockerfile: &Arc<Dockerfile>) -> Option<Arc<BuiltImage>> {
        let plain = build.args.is_empty() && !build.args_opaque;
        let plain = plain && build.additional_contexts.is_empty() && !build.contexts_opaque;
        let target = build.target.as_ref().map(|it| it.known().map(str::to_string));
        let key = match target {
            None => Some((Arc::as_ptr(dockerfile).addr(), None)),
            Some(Some(target)) => Some((Arc::as_ptr(dockerfile).addr(), Some(target))),
            Some(None) => None,
        };
        let key = key.filter(|_| plain);
        if let Some(made) = key.as_ref().and_then(|it| self.made.get(it)) {
            return made.clone();
        }
        self.steps += dockerfile.len();
        if self.steps > STEPS {
            return None;
        }
        let made = dockerfile.image(build.order()).map(Arc::new);
        if let Some(key) = key {
            self.made.insert(key, made.clone());
        }
        made
    }
}
