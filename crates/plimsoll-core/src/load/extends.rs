//! `extends`: a service merged over another one, from the same file or from another.
//!
//! Source: `loader/extends.go` of compose-go 2.9.1.

use super::files::join;
use super::limits::{EXTENDS, more_than};
use super::reset::Resets;
use super::{Context, Loader, Mode, Unread, base_of, is_remote, merge};
use crate::problem::{Problem, ProblemKind};
use crate::source::Span;
use crate::tree::{Entry, NodeId, Value, Via};

/// A service on the way through `extends`: its file, its name, and where the way is written.
type Step = (String, String, Span);

/// The services of one file, and how they are read.
struct Scope {
    path: String,
    base: String,
    services: NodeId,
}

impl Loader<'_> {
    /// The document with every `extends` of its services followed.
    pub(super) fn extend_all(&mut self, root: NodeId, context: &Context<'_>, resets: &Resets) -> NodeId {
        let Some(services) = self.tree.get(root, "services").map(|it| it.value) else { return root };
        let extends = |it: &Entry| self.tree.get(it.value, "extends").is_some();
        if !self.tree.entries(services).iter().any(extends) {
            return root;
        }
        let scope = Scope { path: context.path.clone(), base: context.base.clone(), services };
        let mut entries = self.tree.entries(services).to_vec();
        // Each document resets places of its own.
        self.chains.clear();
        for entry in &mut entries {
            let name = self.tree.key(entry.key).to_string();
            entry.value = self.extend(&scope, &name, entry.value, context, resets, &mut Vec::new());
        }
        let services = self.tree.make(services, Value::Mapping(entries.into()));
        self.with(root, "services", Some(services))
    }

    /// A service with what it extends below it. Where that cannot be found, the service keeps its `extends`.
    fn extend(
        &mut self,
        scope: &Scope,
        name: &str,
        service: NodeId,
        context: &Context<'_>,
        resets: &Resets,
        trail: &mut Vec<Step>,
    ) -> NodeId {
        let Some(extends) = self.tree.get(service, "extends").cloned() else { return service };
        let (reference, file) = match self.tree.node(extends.value).value {
            Value::Mapping(_) => {
                let field = |key: &str| self.tree.get(extends.value, key).map(|it| it.value);
                (field("service"), field("file").filter(|it| !self.tree.is_null(*it)))
            }
            _ => (Some(extends.value), None),
        };
        let Some(reference) = reference.and_then(|it| self.known(it)).cloned() else { return service };
        let span = reference.span();
        if let Some(at) = trail.iter().position(|it| it.0 == scope.path && it.1 == name) {
            self.extends_cycle(&trail[at..], span);
            return service;
        }
        if self.is_full(span) {
            return service;
        }
        let way = (scope.services, name.to_string());
        if let Some((known, _)) = self.chains.get(&way) {
            return *known;
        }
        if trail.len() >= EXTENDS {
            self.too_long(span);
            return service;
        }
        let found = match file {
            None => Some(Scope { path: scope.path.clone(), base: scope.base.clone(), services: scope.services }),
            Some(file) => self.extended_file(scope, file, context),
        };
        let Some(found) = found else { return service };
        let Some(base) = self.service(found.services, reference.as_str()) else {
            let close = self.close_to(found.services, reference.as_str()).map(|it| format!("did you mean `{it}`?"));
            let message =
                format!("`{name}` extends the service `{}`, which is not in `{}`", reference.shown(), found.path);
            let problem = Problem::new(ProblemKind::UndefinedReference, reference.span(), message);
            self.problems.push(Problem { help: close, ..problem });
            return service;
        };
        trail.push((scope.path.clone(), name.to_string(), span));
        let base = self.extend(&found, reference.as_str(), base, context, resets, trail);
        trail.pop();
        if !matches!(self.tree.node(base).value, Value::Mapping(_)) {
            return self.with(service, "extends", None);
        }
        // Where the base could not be followed to its end, this service cannot, either.
        let open = self.tree.get(base, "extends").is_some();
        let base = self.with(base, "extends", None);
        let base = resets.apply(&mut self.tree, base, &["services", name]);
        // What comes from the base says so.
        let taken = self.tree.entries(base).iter().cloned();
        let taken = taken.map(|it| Entry { path: it.path.through(Via::Extends(span)), ..it }).collect();
        let base = self.tree.make(base, Value::Mapping(taken));
        let merged = merge::extend(&mut self.tree, base, service, self.problems);
        if open {
            return merged;
        }
        let merged = self.with(merged, "extends", None);
        let before = self.chains.get(&(found.services, reference.as_str().to_string())).map_or(0, |it| it.1);
        if before >= EXTENDS {
            self.too_long(span);
        }
        self.chains.insert(way, (merged, before + 1));
        merged
    }

    fn too_long(&mut self, span: Span) {
        self.exceed(span, "the chain of `extends` is too long", more_than(EXTENDS, "services"));
    }

    /// The service of a name among others, of which there may be thousands.
    fn service(&mut self, services: NodeId, name: &str) -> Option<NodeId> {
        let tree = &self.tree;
        let index = self.names.entry(services).or_insert_with(|| {
            // Of two with one name the first counts, as everywhere.
            tree.entries(services).iter().rev().map(|it| (tree.key(it.key).to_string(), it.value)).collect()
        });
        index.get(name).copied()
    }

    /// The name that was probably meant. Who is wrong more often than people are is not told.
    fn close_to(&mut self, services: NodeId, name: &str) -> Option<String> {
        let names: Vec<&str> = self.tree.entries(services).iter().map(|it| self.tree.key(it.key)).collect();
        self.guesses = self.guesses.checked_sub(names.len())?;
        crate::suggest::closest(name, names).map(str::to_string)
    }

    /// The services of another file, as they are written there.
    fn extended_file(&mut self, scope: &Scope, file: NodeId, context: &Context<'_>) -> Option<Scope> {
        let span = self.tree.span(file);
        let Some(path) = self.known(file).map(|it| it.as_str().to_string()) else {
            self.unread.push(Unread {
                span,
                what: "an extended file whose name is in a variable".to_string(),
                env_file: None,
            });
            return None;
        };
        if is_remote(&path) {
            let what = format!("the remote file `{}`", self.named(span, &path));
            self.unread.push(Unread { span, what, env_file: None });
            return None;
        }
        let path = join(&scope.base, &path);
        let root = match self.extended.get(&path) {
            Some(root) => *root,
            None => {
                let opened = match self.open(&path) {
                    Ok(opened) => opened,
                    Err(why) => {
                        self.missing(span, &path, &why);
                        return None;
                    }
                };
                if self.is_foreign(opened, &path, span) {
                    return None;
                }
                let base = base_of(&path);
                let inner = Context { path: path.clone(), base, variables: context.variables, included: Vec::new() };
                let root = self.documents(opened, &inner, Mode::RAW, None);
                self.extended.insert(path.clone(), root);
                root
            }
        };
        let services = self.tree.get(root?, "services").map(|it| it.value);
        if services.is_none() {
            let message = format!("the file `{path}` has no services to extend");
            self.problems.push(Problem::new(ProblemKind::UndefinedReference, span, message));
        }
        Some(Scope { base: base_of(&path), path, services: services? })
    }

    fn extends_cycle(&mut self, steps: &[Step], span: Span) {
        let names: Vec<String> = steps.iter().map(|it| format!("`{}`", it.1)).collect();
        let message = format!("{} extend each other in a circle", names.join(" and "));
        let message = if names.len() == 1 { format!("{} extends itself", names[0]) } else { message };
        let mut problem = Problem::new(ProblemKind::UndefinedReference, span, message);
        for step in steps.iter().filter(|it| it.2 != span) {
            problem = problem.label(step.2, "by way of this");
        }
        // A circle is found again from each service in it.
        let known = |it: &Problem| it.kind == problem.kind && steps.iter().any(|step| step.2 == it.span);
        if !self.problems.iter().any(known) {
            self.problems.push(problem);
        }
    }
}
