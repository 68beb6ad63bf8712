//! What a service says about its health.

use super::lower::Lower;
use super::{Field, Period};
use crate::text::Text;
use crate::tree::Entry;

/// The probe.
#[derive(Clone, Debug)]
pub enum Test {
    /// None is written: the one of the image applies, if it has one.
    Inherited,
    /// `disable: true` or `["NONE"]`: not even the image's own applies.
    Disabled,
    /// A command line for the shell of the container, from a string or `["CMD-SHELL", …]`.
    Shell(Text),
    /// A program and its arguments, from `["CMD", …]`.
    Command(Vec<Text>),
    /// The files do not show it.
    Unknown,
}

/// `healthcheck:` of a service.
#[derive(Clone, Debug)]
pub struct Healthcheck {
    /// What is run.
    pub test: Test,
    /// Words behind the command line of a `["CMD-SHELL", …]`, which are no part of it.
    pub dropped: Vec<Text>,
    /// `test:` as a place.
    pub test_field: Option<Field<()>>,
    /// `disable:` as a place, if it is true.
    pub disable: Option<Field<()>>,
    /// The time between two probes.
    pub interval: Option<Field<Period>>,
    /// How long one probe may take.
    pub timeout: Option<Field<Period>>,
    /// How long failures do not count.
    pub start_period: Option<Field<Period>>,
    /// The interval while `start_period` lasts.
    pub start_interval: Option<Field<Period>>,
    /// How many failures in a row make it unhealthy.
    pub retries: Option<Field<Option<i128>>>,
}

impl Healthcheck {
    pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> Option<Field<Healthcheck>> {
        if !lower.is_mapping(entry.value) {
            return None;
        }
        let disable = lower.get(entry.value, "disable").and_then(|it| lower.bool_field(it));
        let written = lower.get(entry.value, "test").filter(|it| !lower.is_null(it.value));
        let test_field = written.map(|it| lower.field(it, ()));
        let mut dropped = Vec::new();
        let test = match (&disable, written) {
            (Some(Field { value: Some(true), .. }), _) => Test::Disabled,
            (Some(Field { value: None, .. }), _) => Test::Unknown,
            (_, None) => Test::Inherited,
            (_, Some(it)) if lower.is_sequence(it.value) => {
                let words = lower.texts(it).into_iter().map(|it| it.0).collect::<Vec<_>>();
                if words.first().and_then(Text::known) == Some("CMD-SHELL") {
                    dropped.extend_from_slice(words.get(2..).unwrap_or_default());
                }
                list_test(words)
            }
            (_, Some(it)) => lower.text(it.value).map_or(Test::Unknown, Test::Shell),
        };
        let disable = disable.filter(|it| it.value == Some(true)).map(|it| it.with(()));
        let period = |key: &str| lower.get(entry.value, key).and_then(|it| Period::lower(lower, it));
        let healthcheck = Healthcheck {
            test,
            dropped,
            test_field,
            disable,
            interval: period("interval"),
            timeout: period("timeout"),
            start_period: period("start_period"),
            start_interval: period("start_interval"),
            retries: lower.get(entry.value, "retries").and_then(|it| lower.integer_field(it)),
        };
        Some(lower.field(entry, healthcheck))
    }
}

fn list_test(mut words: Vec<Text>) -> Test {
    let Some(first) = words.first() else { return Test::Inherited };
    match first.known() {
        Some("NONE") => Test::Disabled,
        Some("CMD") => Test::Command(words.split_off(1)),
        Some("CMD-SHELL") => words.into_iter().nth(1).map_or(Test::Unknown, Test::Shell),
        _ => Test::Unknown,
    }
}
