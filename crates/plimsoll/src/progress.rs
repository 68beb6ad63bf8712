//! Says on a terminal how far a long check is. It has no part in the result.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Nobody is told about what takes less.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the numbers change.
const STEP: Duration = Duration::from_millis(100);

/// How far it is.
#[derive(Default)]
pub(crate) struct Progress {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Progress {
    /// There are so many things to do.
    pub fn expect(&self, all: usize) {
        self.all.store(all, Ordering::Relaxed);
    }

    /// One of them is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Does the work, and shows how far it is if standard error is a terminal and the work takes long.
    pub fn show<T>(work: impl FnOnce(&Progress) -> T) -> T {
        let progress = Progress::default();
        if !io::stderr().is_terminal() {
            return work(&progress);
        }
        std::thread::scope(|scope| {
            let (end, ended) = mpsc::channel::<()>();
            scope.spawn(|| {
                let ended = ended;
                let mut wait = PATIENCE;
                while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(wait) {
                    let (done, all) = (progress.done.load(Ordering::Relaxed), progress.all.load(Ordering::Relaxed));
                    let text = match all {
                        0 => "looking for Compose files".to_string(),
                        _ => format!("checking {} of {all} projects", done.min(all)),
                    };
                    _ = write!(io::stderr(), "\r\u{1b}[K{text}");
                    wait = STEP;
                }
                if wait == STEP {
                    _ = write!(io::stderr(), "\r\u{1b}[K");
                }
            });
            let result = work(&progress);
            drop(end);
            result
        })
    }
}
