//! Whether the container of a store can write at all.

use crate::state::{Cover, Place, State};
use plimsoll_core::model::Project;

/// Whether the whole container is read-only, and nothing is mounted where the store writes.
pub(crate) fn is_sealed(state: &State, project: &Project, place: &Place) -> bool {
    let read_only = state.of(project).read_only.as_ref().is_some_and(|it| it.value == Some(true));
    read_only && place.cover == Cover::Layer && place.below.is_empty()
}
