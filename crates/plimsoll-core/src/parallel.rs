//! Two things at once, for projects so large that somebody waits. What comes out is the same.

use std::sync::Mutex;
use std::thread;

/// From so many services on, another thread is worth its start. Real projects have tens.
pub(crate) const MANY: usize = 5_000;

/// Does two things and gives what both make: at the same time if they are `large` and there is a thread to have, else
/// one after the other.
pub(crate) fn join<A: Send, B>(large: bool, other: impl FnOnce() -> A + Send, own: impl FnOnce() -> B) -> (A, B) {
    if !large {
        return (other(), own());
    }
    let other = Mutex::new(Some(other));
    // Whoever comes first does it, and the other one finds nothing.
    let take = || other.lock().ok().and_then(|mut it| it.take()).map(|it| it());
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, take);
        let own = own();
        let made = match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(made)) => made,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => take(),
        };
        (made.expect("it was there to be taken"), own)
    })
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn both_are_made() {
        let words = ["a".to_string(), "b".to_string()];
        for large in [false, true] {
            assert_eq!(join(large, || words[0].len(), || &words[1]), (1, &words[1]));
        }
    }
}
