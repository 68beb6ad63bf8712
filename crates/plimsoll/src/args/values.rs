//! Values of options that are read word by word.

use plimsoll_core::check::Group;
use plimsoll_core::suggest::closest;
use plimsoll_rules::RULES;

pub(super) fn rule_or_group(word: &str) -> Result<String, String> {
    let names = || RULES.iter().map(|it| it.id).chain(Group::ALL.map(Group::name)).chain(["all"]);
    if names().any(|it| it == word) {
        return Ok(word.to_string());
    }
    let hint = closest(word, names()).map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
    Err(format!("there is no such rule or group{hint}"))
}

pub(super) fn variable(word: &str) -> Result<(String, String), String> {
    match word.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_string(), value.to_string())),
        _ => Err("this takes the form KEY=VALUE".to_string()),
    }
}

/// The format of a name.
pub(super) fn format_of<T: Copy>(name: &str, formats: &[(String, T)]) -> Result<T, String> {
    let names = || formats.iter().map(|it| it.0.as_str());
    formats.iter().find(|it| it.0 == name).map(|it| it.1).ok_or_else(|| {
        let hint = closest(name, names()).map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
        format!("there is no such format{hint} ({})", names().collect::<Vec<_>>().join(", "))
    })
}
