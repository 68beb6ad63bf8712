//! How a finding says who refuses the project, and whether a default in the file has a part in it.

use plimsoll_core::text::Text;
use std::collections::BTreeSet;

/// That Compose refuses the project, if need be where the variables of these texts have their defaults.
pub(crate) fn refused(rests_on: &[&Text]) -> String {
    format!("Compose refuses the project{}", where_unset(rests_on))
}

/// That `docker compose config` says nothing, and what fails.
pub(crate) fn up_fails(rests_on: &Text) -> String {
    format!("Docker refuses it, and `docker compose up` fails{}", where_unset(&[rests_on]))
}

/// The condition that variables are not set, for the end of a sentence. Empty if no default has a part in the texts.
fn where_unset(rests_on: &[&Text]) -> String {
    let names: BTreeSet<&String> = rests_on.iter().flat_map(|it| it.assumptions()).map(|it| &it.variable).collect();
    let shown: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    match shown.len() {
        0 => String::new(),
        1 => format!(" where {} is not set", shown[0]),
        _ => format!(" where {} are not set", shown.join(" and ")),
    }
}
