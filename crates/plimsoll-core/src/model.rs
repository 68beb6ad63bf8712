//! A Compose project as types: services, mounts, volumes, each with the places where they are written.
//!
//! Lowering from the tree never stops: a field of the wrong type is reported by [`crate::schema`] and left out here.

mod build;
mod command;
mod dependency;
mod deploy;
mod environment;
mod healthcheck;
mod lower;
mod mount;
mod project;
mod reference;
mod service;
mod volume;

pub use build::Build;
pub(crate) use build::Builds;
pub use command::{Command, CommandForm};
pub use dependency::{Condition, Dependency, Reset};
pub use deploy::{Deploy, Limits};
pub use environment::{EnvFile, EnvValue, Variable};
pub use healthcheck::{Healthcheck, Test};
pub use lower::lower;
pub(crate) use mount::short_target;
pub use mount::{Lost, LostMount, Mount, MountKind, Syntax};
pub use project::{Project, Resource};
pub use reference::FileReference;
pub use service::{Period, Service, VolumesFrom};
pub use volume::Volume;

use crate::source::Span;
use crate::text::Text;
use crate::tree::Path;
use std::ops::{Deref, DerefMut};

/// The value of a key, with the place of both and the way it got here (aliases, merge keys).
#[derive(Clone, Debug)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// Where the key is written.
    pub key: Span,
    /// Where the value is written.
    pub span: Span,
    /// How the field got into its mapping.
    pub path: Path,
}

impl<T> Field<T> {
    /// The same place with another value.
    pub fn with<U>(&self, value: U) -> Field<U> {
        Field { value, key: self.key, span: self.span, path: self.path.clone() }
    }
}

impl<T> Deref for Field<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// A value with a form in which nothing is set.
pub trait Unset: 'static {
    /// Nothing is set.
    const UNSET: &'static Self;
}

/// What most services have nothing of. Then it takes one word and no more, in a project of thousands of services.
#[derive(Clone, Debug)]
pub struct Rare<T>(Option<Box<T>>);

impl<T> Default for Rare<T> {
    fn default() -> Rare<T> {
        Rare(None)
    }
}

impl<T> From<T> for Rare<T> {
    fn from(value: T) -> Rare<T> {
        Rare(Some(Box::new(value)))
    }
}

impl<T> Rare<Vec<T>> {
    /// A list, most of which are empty.
    pub fn list(values: Vec<T>) -> Rare<Vec<T>> {
        Rare((!values.is_empty()).then(|| Box::new(values)))
    }
}

impl<'a, T: 'static> IntoIterator for &'a Rare<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: 'static> Unset for Vec<T> {
    const UNSET: &'static Vec<T> = &Vec::new();
}

impl<T: Unset> Deref for Rare<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::UNSET)
    }
}

impl<T: Unset + Clone> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_with(|| Box::new(T::UNSET.clone()))
    }
}

/// The known string of an optional text field.
pub(crate) fn known(field: Option<&Field<Text>>) -> Option<&str> {
    field.and_then(|it| it.value.known())
}
