//! What a container runs: the server of its image, or something else; and whether it is only a cache.

use crate::images::{Entrypoint, Family};
use crate::local::stays;
use crate::state::Moved;
use plimsoll_core::grammar::path;
use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Command, EnvValue, Mount, MountKind, Project, Service};
use plimsoll_core::text::Text;

/// What a container runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The server that the image is made for.
    Server,
    /// Something else: a client, a migration, a backup loop; or the files do not show it.
    Other,
}

/// Shells, behind which the program is inside of a string.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];
/// Programs that only start what follows them.
const WRAPPERS: [&str; 9] = ["exec", "gosu", "su-exec", "tini", "dumb-init", "--", "env", "nohup", "/sbin/tini"];

/// What the service runs, by entrypoint and command.
pub(crate) fn role(service: &Service, family: &Family) -> Role {
    let words = |command: &Command| command.words.clone();
    let entrypoint = service.entrypoint.as_ref().map(|it| words(&it.value)).unwrap_or_default();
    let command = service.command.as_ref().map(|it| words(&it.value)).unwrap_or_default();
    // An explicitly empty entrypoint leaves the command as the program.
    let replaced = service.entrypoint.is_some();
    let server = if replaced {
        let line: Vec<Text> = entrypoint.into_iter().chain(command).collect();
        line.is_empty() || runs_server(&line, family, false)
    } else {
        match (family.server.entrypoint, command.is_empty()) {
            (_, true) => true,
            (Entrypoint::Script, false) => runs_server(&command, family, true),
            (Entrypoint::Binary, false) => runs_subcommand(&command, family),
            (Entrypoint::Command, false) => runs_server(&command, family, false),
        }
    };
    let once = service.restart.as_ref().is_some_and(|it| it.known() == Some("no")) && replaced;
    if server && !once { Role::Server } else { Role::Other }
}

/// Whether a command line ends in the server. Behind a wrapper script, options alone are options of the server.
fn runs_server(line: &[Text], family: &Family, options: bool) -> bool {
    let line = skip_wrappers(line);
    let Some(first) = line.first().and_then(Text::known) else { return false };
    if first.starts_with('-') {
        return options;
    }
    let program = file_name(first);
    if SHELLS.contains(&program) {
        return line.iter().skip(1).filter_map(Text::known).any(|it| script_runs_server(it, family));
    }
    let named = family.server.names.iter().any(|it| it == program);
    let subcommand = family.server.subcommands.iter().any(|it| it == program);
    if named && !family.server.subcommands.is_empty() {
        return runs_subcommand(&line[1..], family);
    }
    named || (options && subcommand)
}

/// Whether the arguments of a program with subcommands run its server.
fn runs_subcommand(arguments: &[Text], family: &Family) -> bool {
    if family.server.subcommands.is_empty() {
        return true;
    }
    let first = arguments.iter().find(|it| !it.as_str().starts_with('-'));
    match first {
        None => true,
        Some(word) => word.known().is_some_and(|it| family.server.subcommands.iter().any(|known| known == it)),
    }
}

/// Whether a shell script names the server as a program: at the start of a command, or behind `exec`.
pub(crate) fn script_runs_server(script: &str, family: &Family) -> bool {
    let commands = script.split([';', '&', '|', '\n', '(', ')']);
    commands.into_iter().any(|command| {
        let mut words = command.split_whitespace().skip_while(|it| WRAPPERS.contains(it) || it.contains('='));
        words.next().is_some_and(|it| {
            let program = file_name(it.trim_matches(['"', '\'']));
            let server = family.server.names.iter().any(|known| known == program);
            server
                && match family.server.subcommands.is_empty() {
                    true => true,
                    false => words.any(|it| family.server.subcommands.iter().any(|known| known == it)),
                }
        })
    })
}

fn skip_wrappers(line: &[Text]) -> &[Text] {
    let wrapper = |it: &Text| it.known().is_some_and(|it| WRAPPERS.contains(&it) || WRAPPERS.contains(&file_name(it)));
    let skipped = line.iter().take_while(|it| wrapper(it)).count();
    // `gosu postgres postgres`: the word behind it is a user.
    let user = line[..skipped].iter().any(|it| matches!(file_name(it.as_str()), "gosu" | "su-exec"));
    line.get(skipped + usize::from(user)..).unwrap_or_default()
}

/// The words of command and entrypoint, a shell script split into words.
pub(crate) fn all_words(service: &Service) -> Vec<Text> {
    let lines = service.entrypoint.iter().chain(&service.command);
    let mut words = Vec::new();
    for word in lines.flat_map(|it| &it.value.words) {
        if !word.as_str().contains([' ', '\n']) {
            words.push(word.clone());
            continue;
        }
        let mut start = 0;
        // An operator of the shell may be glued to a word: `server /data; echo done`.
        for part in word.as_str().split(|it: char| it.is_whitespace() || ";&|<>()".contains(it)) {
            if !part.is_empty() {
                words.push(word.slice(start..start + part.len()));
            }
            start += part.len() + 1;
            start = word.as_str().ceil_char_boundary(start.min(word.as_str().len()));
        }
    }
    words
}

/// The directories that options of the server give, with what gave them; and whether a variable may hide one.
pub(crate) fn option_value(
    service: &Service,
    flags: &[String],
    after: Option<&str>,
) -> (Vec<(String, Option<Moved>)>, bool) {
    let words = all_words(service);
    if let Some(after) = after {
        return arguments_after(&words, after);
    }
    if flags.is_empty() {
        return (Vec::new(), false);
    }
    let mut found = Vec::new();
    let mut hidden = false;
    for (at, word) in words.iter().enumerate() {
        let value = flags.iter().find_map(|flag| value_of(flag, word, words.get(at + 1)).map(|it| (flag, it)));
        match value {
            Some((flag, value)) => match value.known() {
                Some(known) if known.starts_with('/') => {
                    let by = format!("`{}`", flag.trim_end_matches('='));
                    let moved = Moved { by, span: value.span(), shown: hides(&value) };
                    found = vec![(path::clean(known), Some(moved))];
                }
                _ => hidden = true,
            },
            // A word that is hidden as a whole may be any option.
            None if word.as_str().is_empty() && !word.is_known() => hidden = true,
            None => {}
        }
    }
    (found, hidden)
}

/// How a path is written, if a variable has a part in it.
pub(crate) fn hides(text: &Text) -> Option<String> {
    text.is_interpolated().then(|| text.shown())
}

/// The value of an option in the forms `--flag=value`, `--flag value`, `-Dvalue` and `-c key=value`.
fn value_of(flag: &str, word: &Text, next: Option<&Text>) -> Option<Text> {
    let text = word.as_str();
    if let Some((option, key)) = flag.split_once(' ') {
        let value = next.filter(|_| text == option)?;
        let rest = value.as_str().strip_prefix(key)?;
        return Some(value.slice(value.as_str().len() - rest.len()..value.as_str().len()));
    }
    if text == flag {
        return next.cloned();
    }
    let rest = text.strip_prefix(flag)?;
    let short = flag.len() == 2 && !flag.starts_with("--");
    let value = match rest.strip_prefix('=') {
        Some(value) => value,
        None if flag.ends_with('=') || (short && rest.starts_with('/')) => rest,
        None => return None,
    };
    Some(word.slice(text.len() - value.len()..text.len()))
}

/// The words behind a subcommand that are directories: `minio server /data{1...4} --console-address :9001`.
fn arguments_after(words: &[Text], after: &str) -> (Vec<(String, Option<Moved>)>, bool) {
    let Some(start) = words.iter().position(|it| it.known() == Some(after)) else {
        return (Vec::new(), words.iter().any(|it| !it.is_known()));
    };
    let mut found = Vec::new();
    let mut hidden = false;
    for word in &words[start + 1..] {
        match word.known() {
            Some(known) if known.starts_with('/') => {
                let by = format!("the argument of `{after}`");
                let moved = Moved { by, span: word.span(), shown: hides(word) };
                found.extend(expand(known).into_iter().map(|it| (path::clean(&it), Some(moved.clone()))));
            }
            Some(_) => {}
            None => hidden |= !word.as_str().starts_with('-'),
        }
    }
    (found, hidden)
}

/// Whether the command names a configuration file, which may say where the data is.
pub(crate) fn names_configuration(service: &Service, family: &Family) -> bool {
    let words = all_words(service);
    let file = |it: &Text| {
        let name = it.as_str().rsplit(['=', '/']).next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |it| it.1);
        matches!(extension, "conf" | "cnf" | "ini" | "yml" | "yaml" | "toml" | "hcl" | "json" | "xml" | "properties")
    };
    let mounted = |target: &Text| file(target) && !family.data.is_empty();
    words.iter().any(file) || service.configs.iter().filter_map(|it| it.target.as_ref()).any(mounted)
}

/// Whether a store that is often used as a cache is used as one here: it says so, or keeps nothing and does not ask
/// for its data to be kept.
pub(crate) fn is_cache(service: &Service, family: &Family, unkept: bool) -> bool {
    if !family.often_cache {
        return false;
    }
    let (appends, save) = (appends(service), option(service, "--save"));
    let never_saves = save.as_deref().is_some_and(|it| it.is_empty() || it.starts_with("--"));
    let has = |part: &str| all_words(service).iter().any(|it| it.as_str().contains(part));
    if has("allkeys-") || !appends && (has("volatile-") || never_saves) {
        return true;
    }
    let named = service.name.split(|it: char| !it.is_alphanumeric()).any(|it| it.eq_ignore_ascii_case("cache"));
    (unkept || named) && !appends && save.is_none()
}

/// Whether the name of the service says that it is a cache, or its memory is bounded as that of one.
pub(crate) fn is_for_caching(service: &Service) -> bool {
    let named = service.name.split(|it: char| !it.is_alphanumeric()).any(|it| it.eq_ignore_ascii_case("cache"));
    named || all_words(service).iter().any(|it| it.as_str().contains("allkeys-") || it.as_str().contains("volatile-"))
}

/// Whether the server is told to keep everything in memory: `surreal start memory`, `--store=type=mem`.
pub(crate) fn is_in_memory(service: &Service) -> bool {
    let said = |it: &str| it == "memory" || it.ends_with("=memory") || it.contains("type=mem");
    all_words(service).iter().any(|it| said(it.as_str()))
}

/// Whether Redis or a relative is told to keep its data.
pub(crate) fn keeps(service: &Service) -> bool {
    appends(service) || option(service, "--save").is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

fn appends(service: &Service) -> bool {
    let enabled = |name| matches!(service.variable(name), EnvValue::Set(_, text) if text.as_str() == "yes");
    let option = option(service, "--appendonly");
    option.as_deref() == Some("yes") || enabled("REDIS_AOF_ENABLED") || enabled("VALKEY_AOF_ENABLED")
}

/// The word behind an option, without quotes.
fn option(service: &Service, name: &str) -> Option<String> {
    let words = all_words(service);
    let at = words.iter().position(|it| it.as_str() == name)?;
    let value = words.get(at + 1).map_or("", |it| it.as_str());
    Some(value.trim_matches(['"', '\'']).to_string())
}

/// As many paths are looked at as a pattern stands for. Of a longer one, only what all its paths begin with.
const PATHS: usize = 64;

/// The paths that `/data{1...4}` stands for.
pub(crate) fn expand(pattern: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, (range, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        found.iter_mut().for_each(|it| it.push_str(before));
        let range = range.split_once("...").and_then(|it| Some((it.0.parse::<u32>().ok()?, it.1.parse::<u32>().ok()?)));
        let few = |it: &(u32, u32)| it.1.checked_sub(it.0).is_some_and(|it| (it as usize) < PATHS / found.len());
        let Some((from, to)) = range.filter(few) else { return found };
        match from == to {
            // One after the other, these would copy the path each time.
            true => found.iter_mut().for_each(|it| it.push_str(&from.to_string())),
            false => found = found.iter().flat_map(|it| (from..=to).map(move |at| format!("{it}{at}"))).collect(),
        }
        rest = after;
    }
    found.iter_mut().for_each(|it| it.push_str(rest));
    found
}

/// Words in the name of a file, a service or a profile that say that it is there for tests or to be shown.
const TEST_WORDS: [&str; 19] = [
    "testing",
    "testdb",
    "testenv",
    "testsuite",
    "ci",
    "e2e",
    "integration",
    "smoke",
    "bench",
    "benchmark",
    "benchmarks",
    "perf",
    "tmp",
    "ephemeral",
    "demo",
    "dummy",
    "fake",
    "mock",
    "stub",
];

/// Whether a name has a word that says so. Every name of a project comes here, so no copy is made of one.
fn for_tests(name: &str) -> bool {
    let ends_with = |word: &str, end: &str| {
        word.len().checked_sub(end.len()).and_then(|at| word.get(at..)).is_some_and(|it| it.eq_ignore_ascii_case(end))
    };
    name.split(|it: char| !it.is_alphanumeric()).any(|word| {
        let word = word.trim_end_matches(|it: char| it.is_ascii_digit());
        let is = |it: &&str| it.eq_ignore_ascii_case(word);
        // `systest` and `s3tests`, but not `latest`.
        let test = ends_with(word, "test") || ends_with(word, "tests");
        test && !["latest", "contest", "contests"].iter().any(is) || TEST_WORDS.iter().any(is)
    })
}

/// Whether a name says that the service is there for tests.
pub(crate) fn is_for_tests(project: &Project, service: &Service) -> bool {
    let by_profile = !service.profiles.is_empty() && service.profiles.iter().all(|it| for_tests(it.as_str()));
    let build = service.build.as_ref();
    let built =
        build.into_iter().flat_map(|it| it.target.iter().chain(&it.dockerfile)).any(|it| for_tests(it.as_str()));
    by_profile
        || built
        || for_tests(&project.file_name)
        || for_tests(&service.name)
        || service.container_name.as_ref().is_some_and(|it| for_tests(it.as_str()))
        || crate::local::is_labelled(service)
        || project.name.as_ref().is_some_and(|it| for_tests(it.as_str()))
}

/// Whether the environment of an application says that its data is in a database or an object store, or may say so.
pub(crate) fn may_have_database(service: &Service) -> bool {
    const ELSEWHERE: [&str; 12] = [
        "DB",
        "DATABASE",
        "POSTGRES",
        "POSTGRESQL",
        "MYSQL",
        "MARIADB",
        "MONGO",
        "MONGODB",
        "JDBC",
        "S3",
        "SQL",
        "REDIS",
    ];
    let variables = service.environment.iter().chain(&service.env_file_variables);
    let mut words = variables.flat_map(|it| it.name.split('_'));
    service.environment_opaque || service.env_file_hidden || words.any(|it| ELSEWHERE.contains(&it))
}

/// Whether an application is meant to stay and to keep what it has: it is always restarted, nothing at all is mounted
/// that lasts, and its environment does not say that the data is in a database or an object store.
pub(crate) fn runs_for_good(service: &Service, family: &Family) -> bool {
    let lasting = |it: &Mount| matches!(it.kind, MountKind::Bind | MountKind::Volume | MountKind::Unknown);
    // An entry for all images of a publisher says where they keep data if they have any.
    let particular = family.images.iter().any(|it| !it.contains('*'));
    stays(service) && particular && !may_have_database(service) && !service.mounts.iter().any(lasting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert_eq!(expand("/data"), ["/data"]);
        assert_eq!(expand("/a{1...2}/b{3...4}c"), ["/a1/b3c", "/a1/b4c", "/a2/b3c", "/a2/b4c"]);
        for odd in ["/a{1..4}", "/a{4...1}", "/a{x}", "/a{1...65}", "/a{0...4294967295}"] {
            assert_eq!(expand(odd), ["/a"], "{odd}");
        }
        assert_eq!(expand("/a{1"), ["/a{1"]);
        assert_eq!(expand(&"{1...8}".repeat(9)).len(), 64);
        assert_eq!(expand(&"{7...7}".repeat(9)), ["777777777"]);
    }
}
