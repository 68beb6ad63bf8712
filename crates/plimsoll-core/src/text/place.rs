//! Where a byte of a value is written, by the runs of its text.

use super::Run;

/// The runs that stand for nothing in the value, at one place of it: variables without a value.
pub(super) fn empty_runs(runs: &[Run], at: u32) -> impl Iterator<Item = &Run> {
    let from = runs.partition_point(|run| run.value.end < at);
    runs[from..].iter().take_while(move |run| run.value.start <= at).filter(move |run| run.value == (at..at))
}

/// Where the byte at `at` of the value is written.
pub(super) fn place(runs: &[Run], at: u32) -> u32 {
    // Runs are in order, and a text may have one for each of its characters.
    let found = runs[runs.partition_point(|run| run.value.end <= at)..].first();
    match found.filter(|run| run.value.start <= at).or(runs.last()) {
        Some(run) if at >= run.value.end => run.source.end,
        Some(run) if run.verbatim => run.source.start + (at - run.value.start),
        Some(run) => run.source.start,
        None => 0,
    }
}

/// The place behind the byte before `at`.
pub(super) fn place_end(runs: &[Run], at: u32) -> u32 {
    let found = runs[runs.partition_point(|run| run.value.end < at)..].first();
    match found.filter(|run| run.value.start < at).or(runs.last()) {
        Some(run) if run.verbatim && at <= run.value.end => run.source.start + (at - run.value.start),
        Some(run) => run.source.end,
        None => 0,
    }
}
