//! Signs: the short forms in which the catalogue says by what one recognises how a server is set up.
//!
//! `/path` is a mount or a config at, above or below it; `NAME` and `NAME=value` are variables; `--option value` is an
//! option with a value, in either of its forms, and `''` is the empty one; anything else is a word of the command line.
//! `*` stands for any characters.

use crate::images::{DataPath, matches};
use crate::role::all_words;
use plimsoll_core::grammar::path;
use plimsoll_core::model::{EnvValue, Service};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;

/// Whether one of several signs is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// None is.
    No,
    /// This one is, here.
    Yes(String, Span),
    /// The files do not show it.
    Unknown,
}

impl Said {
    /// Whether none is, for certain.
    pub fn is_no(&self) -> bool {
        *self == Said::No
    }
}

/// Whether one of these signs is there.
pub(crate) fn said(service: &Service, signs: &[String]) -> Said {
    let mut answer = Said::No;
    if signs.is_empty() {
        return answer;
    }
    let words = all_words(service);
    for sign in signs {
        let one = match sign.chars().next() {
            Some('/') => mounted(service, sign),
            Some(it) if it.is_ascii_uppercase() || sign.starts_with("*_") => variable(service, sign),
            _ => word(&words, sign),
        };
        match one {
            Said::Yes(..) => return one,
            Said::Unknown => answer = Said::Unknown,
            Said::No => {}
        }
    }
    answer
}

/// Whether the server keeps anything in a directory.
pub(crate) fn is_in_use(service: &Service, data: &DataPath) -> bool {
    data.needs.is_empty() || matches!(said(service, &data.needs), Said::Yes(..))
}

/// Whether what would be in a directory is, or may be, in another service.
pub(crate) fn is_elsewhere(service: &Service, data: &DataPath) -> bool {
    !said(service, &data.unless).is_no()
}

fn mounted(service: &Service, sign: &str) -> Said {
    for mount in &service.mounts {
        let Some(target) = mount.path_in_container.as_deref() else { return Said::Unknown };
        if path::covers(target, sign) || path::covers(sign, target) {
            return Said::Yes(sign.to_string(), mount.span);
        }
    }
    let targets = service.configs.iter().chain(&service.secrets).filter_map(|it| it.target.as_ref());
    for target in targets {
        if !target.is_known() || path::covers(sign, target.as_str()) {
            return Said::Yes(sign.to_string(), target.span());
        }
    }
    Said::No
}

fn variable(service: &Service, sign: &str) -> Said {
    let (name, wanted) = sign.split_once('=').map_or((sign, "*"), |it| (it.0, it.1));
    if name.contains('*') {
        let set = service.environment.iter().chain(&service.env_file_variables).find(|it| matches(name, &it.name));
        return match set {
            Some(it) => Said::Yes(it.name.clone(), it.key),
            None if service.environment_opaque || service.env_file_hidden => Said::Unknown,
            None => Said::No,
        };
    }
    match service.variable(name) {
        EnvValue::Absent => Said::No,
        EnvValue::Unknown => Said::Unknown,
        EnvValue::Set(_, text) if text.is_blank() || !matches(wanted, text.as_str()) => Said::No,
        EnvValue::Set(variable, text) => Said::Yes(name.to_string(), variable.key.to(text.span())),
    }
}

fn word(words: &[Text], sign: &str) -> Said {
    let (option, value) = sign.split_once(' ').map_or((sign, None), |it| (it.0, Some(it.1.trim_matches('\''))));
    let mut answer = Said::No;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|it| words.get(it)).map_or("", Text::as_str);
        // The word behind a long option is its value, and not another option.
        let is_value = before.starts_with("--") && !before.contains('=');
        if word.as_str().is_empty() && !word.is_known() && !is_value {
            answer = Said::Unknown;
        }
        let text = word.as_str();
        let mut shown = word.shown();
        let found = match (value, text.strip_prefix(option).and_then(|it| it.strip_prefix('='))) {
            (None, Some(given)) if option.starts_with('-') && given != "false" => Some(word.span()),
            (None, _) => matches(option, text).then(|| word.span()),
            (Some(value), Some(given)) => same(value, given, word).then(|| word.span()),
            (Some(value), None) if text == option => {
                let next = words.get(at + 1);
                // `--save --appendonly`, where the empty quotes were lost on the way.
                let lost = value.is_empty() && next.is_some_and(|it| it.as_str().starts_with("--"));
                let given = next.filter(|it| same(value, it.as_str(), it));
                let behind = given.filter(|it| !it.as_str().is_empty()).map_or("''".to_string(), Text::shown);
                shown = format!("{shown} {behind}");
                given.map(|it| word.span().to(it.span())).or(lost.then(|| word.span()))
            }
            _ => None,
        };
        if let Some(span) = found {
            return Said::Yes(shown, span);
        }
    }
    answer
}

/// Whether a value is the wanted one, without the quotes of a shell.
fn same(wanted: &str, given: &str, text: &Text) -> bool {
    text.is_known() && matches(wanted, given.trim_matches(['"', '\'']))
}
