//! What several rules derive from a project.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One fact of each type. Two threads may ask for it.
#[derive(Default)]
pub(super) struct Facts(Mutex<HashMap<TypeId, Fact>>);

type Fact = Arc<OnceLock<Arc<dyn Any + Send + Sync>>>;

impl Facts {
    /// The fact of this type, which is made if nobody has asked for it. Who asks meanwhile waits.
    pub fn get<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fact = facts.entry(TypeId::of::<T>()).or_default().clone();
        // Facts are made of others.
        drop(facts);
        let made = fact.get_or_init(|| Arc::new(make())).clone();
        made.downcast().expect("each fact is kept under its own type")
    }
}
