//! What the fuzzer has found once, on the stable compiler: the same functions over the inputs in `fixtures/fuzz/`.

use crate::support::{assert_none, entries, root, shown};
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

// The functions of the fuzz targets, which are no part of the workspace.
#[path = "fuzz/src/lib.rs"]
#[allow(dead_code, unused_imports)]
pub mod plimsoll_fuzz;

/// How long one of these small inputs may take in a build without optimisation, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn what_was_found_once_holds() {
    let mut wrong = Vec::new();
    for folder in entries(&root().join("fixtures/fuzz")) {
        let name = shown(&folder);
        let Some((_, target)) = plimsoll_fuzz::TARGETS.iter().find(|it| name.ends_with(&format!("/{}", it.0))) else {
            wrong.push(format!("{name}: there is no target of this name"));
            continue;
        };
        for path in entries(&folder) {
            let bytes = std::fs::read(&path).unwrap();
            let start = Instant::now();
            if catch_unwind(|| target(&bytes)).is_err() {
                wrong.push(format!("{}: what must hold does not", shown(&path)));
            }
            if start.elapsed() > PATIENCE {
                wrong.push(format!("{}: it took {:?}", shown(&path), start.elapsed()));
            }
        }
    }
    assert_none(&wrong, "tests/fuzz/README.md says what must hold");
}
