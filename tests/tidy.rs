//! What must hold for the tree as a whole: who knows whom, how long a file may be, what may not stand in it.

use crate::support::{assert_none, entries, files_below, has_extension, read, root, shown};
use plimsoll_rules::RULES;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const LONGEST_RULE: usize = 120;
const LONGEST_MODULE: usize = 400;

/// Crates that open connections, or are only there for those that do.
const NETWORK_CRATES: [&str; 24] = [
    "async-std",
    "attohttpc",
    "curl",
    "curl-sys",
    "h2",
    "hickory-resolver",
    "hyper",
    "isahc",
    "mio",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "surf",
    "tokio",
    "trust-dns-resolver",
    "tungstenite",
    "ureq",
    "webpki-roots",
];

/// What `plimsoll-core` and `plimsoll-rules` have no use for: they read nothing, print nothing, know no format.
const NOT_FOR_THE_LIBRARIES: [&str; 12] = [
    "anyhow",
    "clap",
    "ignore",
    "miette",
    "plimsoll",
    "plimsoll-lsp",
    "rayon",
    "schemars",
    "serde",
    "serde_json",
    "tempfile",
    "yaml_serde",
];

/// The Rust files of the crates and the rules. Tests are not among them.
fn code() -> Vec<PathBuf> {
    let mut files = files_below(&root().join("crates"));
    files.extend(files_below(&root().join("rules")));
    files.retain(|it| has_extension(it, "rs"));
    files.retain(|it| {
        let name = shown(it);
        let folders = ["/tests/", "/benches/", "/examples/"];
        !folders.iter().any(|it| name.contains(it)) && !name.ends_with("/tests.rs")
    });
    assert!(files.len() > 10, "the code is not where this test looks for it");
    files
}

/// The part of a file that is not its tests.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\n").next().unwrap_or_default()
}

/// The lines with their numbers, without comments that fill a line.
fn statements(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|it| !it.1.trim_start().starts_with("//"))
}

/// Whether an identifier stands in a line as a whole word.
fn names(line: &str, word: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let behind = line[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !behind.is_some_and(is_part)
    })
}

fn is_in(path: &Path, folder: &str) -> bool {
    shown(path).starts_with(folder)
}

/// Core and rules: the part of the code that has no world around it.
fn is_library(path: &Path) -> bool {
    is_in(path, "crates/plimsoll-core/") || is_in(path, "rules/")
}

/// The files of the rules themselves, by the name in the list.
fn rule_files() -> Vec<(String, PathBuf)> {
    let module = |id: &str| id.replace('-', "_");
    RULES.iter().map(|it| (module(it.id), root().join("rules").join(format!("{}.rs", module(it.id))))).collect()
}

/// The manifests of all crates.
fn manifests() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(&root().join("crates")).iter().map(|it| it.join("Cargo.toml")).collect();
    found.push(root().join("rules/Cargo.toml"));
    found.push(root().join("Cargo.toml"));
    found.retain(|it| it.is_file());
    assert!(found.len() >= 3, "the crates are not where this test looks for them");
    found
}

/// The names in the tables of dependencies of a manifest, with the table they stand in. What the workspace shares is
/// not among them.
fn dependencies(manifest: &Path) -> Vec<(String, String)> {
    all_dependencies(manifest).into_iter().filter(|it| it.0 != SHARED).collect()
}

/// The table of versions for all crates.
const SHARED: &str = "workspace.dependencies";

fn all_dependencies(manifest: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut table = String::new();
    for line in read(manifest).lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            table = name.to_string();
            let parts = table.rsplit_once("dependencies.");
            found.extend(parts.map(|it| (table.clone(), it.1.to_string())));
        } else if table.ends_with("dependencies") && !line.is_empty() && !line.starts_with('#') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.push((table.clone(), name.trim_matches('"').to_string()));
        }
    }
    found
}

#[test]
fn one_file_names_each_of_the_big_libraries() {
    let mut wrong = Vec::new();
    for (library, home) in [
        ("granit_parser", "crates/plimsoll-core/src/syntax.rs"),
        ("parse_dockerfile", "crates/plimsoll-core/src/dockerfile.rs"),
        ("miette", "crates/plimsoll/src/report/text.rs"),
        ("clap", "crates/plimsoll/src/args.rs"),
    ] {
        let files = code();
        let naming = files.iter().filter(|it| statements(&read(it)).any(|(_, line)| names(line, library)));
        let naming: Vec<String> = naming.map(|it| shown(it)).collect();
        for file in naming.iter().filter(|it| *it != home) {
            wrong.push(format!("{file} names `{library}`; only {home} does: give it a type of our own"));
        }
        if !naming.iter().any(|it| it == home) {
            wrong.push(format!("{home} does not name `{library}`: if its home has moved, change this test"));
        }
    }
    assert_none(&wrong, "a library can be replaced because one file knows it");
}

#[test]
fn core_and_rules_do_no_io() {
    let mut wrong = Vec::new();
    for path in code().iter().filter(|it| is_library(it)) {
        for (number, line) in statements(&read(path)) {
            let std = line.split_once("std::").map_or("", |it| it.1);
            // `use std::{env, fs};` as well as `std::fs::read(…)`.
            let parts = std.trim_start_matches('{').split([',', ':', ';', '}', ' ']);
            let grouped = std.starts_with('{');
            let mut modules = parts.map(str::trim).take(if grouped { usize::MAX } else { 1 });
            let outside = ["fs", "env", "process", "io", "time"];
            if let Some(module) = modules.find(|it| outside.contains(it)) {
                wrong.push(format!("{}:{number}: uses `std::{module}`", shown(path)));
            }
            // An address may be parsed; a connection may not be opened.
            let words = ["TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "UnixStream"];
            let prints = ["print!", "println!", "eprint!", "eprintln!"];
            for word in words.iter().chain(&prints).filter(|it| names(line, it)) {
                wrong.push(format!("{}:{number}: uses `{word}`", shown(path)));
            }
        }
    }
    assert_none(&wrong, "files, variables, clock and terminal belong to the program, `crates/plimsoll`");
}

#[test]
fn nothing_is_left_in_the_code() {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["X", "XX"].concat()];
    let mut wrong = Vec::new();
    for path in code() {
        let text = read(&path);
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|it| names(line, it)) {
                wrong.push(format!("{}:{}: `{word}`: do it, or write it into an issue", shown(&path), at + 1));
            }
        }
        for (number, line) in statements(without_tests(&text)) {
            for word in ["dbg!", "todo!", "unimplemented!", "println!", "print!"].iter().filter(|it| names(line, it)) {
                wrong.push(format!("{}:{number}: `{word}`", shown(&path)));
            }
        }
    }
    assert_none(&wrong, "this was meant for the time of writing only");
}

#[test]
fn files_are_short() {
    let rules = rule_files();
    let mut wrong = Vec::new();
    for path in code() {
        let text = read(&path);
        let text = without_tests(&text);
        if text.lines().next().is_some_and(|it| it.contains("@generated")) {
            continue;
        }
        let is_rule = rules.iter().any(|it| it.1 == path);
        let most = if is_rule { LONGEST_RULE } else { LONGEST_MODULE };
        let lines = text.lines().count();
        if lines > most {
            let kind = if is_rule { "rule" } else { "module" };
            wrong.push(format!("{} has {lines} lines; a {kind} has at most {most}", shown(&path)));
        }
    }
    assert_none(&wrong, "split it where it speaks of two things; tests at its end do not count");
}

#[test]
fn every_module_says_what_it_is() {
    let silent = code().into_iter().filter(|it| !read(it).starts_with("//! "));
    let wrong: Vec<String> = silent.map(|it| format!("{} does not begin with `//! …`", shown(&it))).collect();
    assert_none(&wrong, "one sentence, in the words of the domain");
}

#[test]
fn output_is_not_made_from_core_types() {
    let mut wrong = Vec::new();
    for path in code().iter().filter(|it| is_library(it)) {
        for (number, line) in statements(&read(path)) {
            for word in ["Serialize", "serde", "JsonSchema"].iter().filter(|it| names(line, it)) {
                wrong.push(format!("{}:{number}: names `{word}`", shown(path)));
            }
        }
    }
    assert_none(
        &wrong,
        "an output format has types of its own in `crates/plimsoll/src/report/`, so that core may change",
    );
}

#[test]
fn nothing_in_the_tree_of_dependencies_uses_the_network() {
    let lock = read(&root().join("Cargo.lock"));
    let packages: Vec<&str> = lock.lines().filter_map(|it| it.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(packages.contains(&"plimsoll-core"), "Cargo.lock has another form than this test reads");
    let network = packages.iter().filter(|it| NETWORK_CRATES.contains(it));
    let wrong: Vec<String> = network.map(|it| format!("Cargo.lock has `{it}`: see `cargo tree -i {it}`")).collect();
    assert_none(&wrong, "linting is offline: nothing in the tree may open a connection");
}

#[test]
fn deny_toml_explains_what_is_there_twice() {
    let (lock, deny) = (read(&root().join("Cargo.lock")), read(&root().join("deny.toml")));
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in lock.lines() {
        let text = |key: &str| line.strip_prefix(key)?.strip_suffix('"');
        name = text("name = \"").unwrap_or(name);
        if let Some(version) = text("version = \"") {
            versions.entry(name).or_default().push(version);
        }
        if let Some(source) = text("source = \"") {
            assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
        }
    }
    // Cargo.lock has the newest version last.
    let older =
        versions.iter().flat_map(|(name, all)| all[..all.len() - 1].iter().map(move |it| format!("{name}@{it}")));
    let skipped = deny.lines().filter_map(|it| Some(it.trim().strip_prefix("{ crate = \"")?.split_once('"')?.0));
    assert_eq!(
        skipped.collect::<BTreeSet<_>>(),
        older.collect::<Vec<_>>().iter().map(String::as_str).collect::<BTreeSet<_>>(),
        "`skip` in deny.toml says why each is there: see `cargo tree -d`"
    );
}

#[test]
fn there_is_one_list_of_rules() {
    let text = read(&root().join("rules/lib.rs"));
    let list = text.split_once("\nrules! {").and_then(|it| it.1.split_once('}')).map(|it| it.0);
    let listed: Vec<&str> = list.expect("rules/lib.rs has no `rules! { … }`").split_whitespace().collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(listed, sorted, "the list in rules/lib.rs is not sorted: move the name to its place");
    let mut wrong = Vec::new();
    let modules: Vec<String> = rule_files().into_iter().map(|it| it.0).collect();
    for (module, rule) in listed.iter().zip(RULES) {
        if *module != rule.id.replace('-', "_") {
            wrong.push(format!("the rule in rules/{module}.rs calls itself `{}`", rule.id));
        }
    }
    for path in entries(&root().join("rules")).iter().filter(|it| has_extension(it, "rs")) {
        let module = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_rule = read(path).contains("pub static RULE: Rule");
        if is_rule && !modules.contains(&module) {
            wrong.push(format!("{} holds a rule: name it in the list in rules/lib.rs", shown(path)));
        }
        if !is_rule && modules.contains(&module) {
            wrong.push(format!("{} is in the list and has no `pub static RULE: Rule`", shown(path)));
        }
    }
    assert_none(&wrong, "a rule is a file of its name, and one line in the list");
}

#[test]
fn a_rule_knows_only_the_project() {
    let files = rule_files();
    let mut wrong = Vec::new();
    for (module, path) in &files {
        for (number, line) in statements(without_tests(&read(path))) {
            let mut say = |what: &str| wrong.push(format!("{}:{number}: {what}", shown(path)));
            let text = ["Sources", "Source", "slice_of", "Tree", "Document"];
            if text.iter().any(|it| names(line, it)) || line.contains("syntax::") || line.contains("tree::") {
                say("a rule sees no text and no tree; what it needs belongs to the model");
            }
            let state = ["OnceLock", "LazyLock", "Mutex", "RwLock", "RefCell", "thread_local", "static mut"];
            if state.iter().any(|it| names(line, it)) || line.contains("Atomic") {
                say("a rule has no state; what several rules need is a fact of the project, `Cx::facts`");
            }
            let other = files.iter().find(|it| it.0 != *module && line.contains(&format!("crate::{}", it.0)));
            if let Some((other, _)) = other {
                say(&format!("uses the rule `{other}`; move what both need into a module that is no rule"));
            }
        }
    }
    assert_none(&wrong, "a rule asks the project, and nobody else");
}

#[test]
fn every_dependency_is_explained() {
    let readme = root().join("crates/README.md");
    let Ok(text) = std::fs::read_to_string(&readme) else {
        panic!("crates/README.md is not there: it is the architecture, and gives the reason for every dependency");
    };
    let mut names: BTreeSet<String> = BTreeSet::new();
    for manifest in manifests() {
        names.extend(dependencies(&manifest).into_iter().map(|it| it.1));
    }
    names.retain(|it| !it.starts_with("plimsoll"));
    assert!(names.contains("granit-parser"), "the manifests have another form than this test reads");
    let cells = text.lines().filter_map(|it| it.strip_prefix('|')?.split('|').next());
    let explained: Vec<&str> = cells.flat_map(|it| it.split([',', ' ', '`'])).collect();
    let missing = names.iter().filter(|it| !explained.contains(&it.as_str()));
    let wrong: Vec<String> = missing.map(|it| format!("`{it}`")).collect();
    assert_none(
        &wrong,
        "the table in crates/README.md names each direct dependency, with its reason; these are missing",
    );
}

#[test]
fn every_version_is_written_once() {
    let mut wrong = Vec::new();
    let shared = all_dependencies(&root().join("Cargo.toml")).into_iter().filter(|it| it.0 == SHARED);
    let shared: Vec<String> = shared.map(|it| it.1).collect();
    let mut used = BTreeSet::new();
    for manifest in manifests() {
        let text = read(&manifest);
        for (table, name) in dependencies(&manifest) {
            let inherits = [format!("{name}.workspace = true"), format!("{name} = {{ workspace = true")];
            if !text.lines().any(|it| inherits.iter().any(|wanted| it.starts_with(wanted))) {
                wrong.push(format!("{}, [{table}]: write `{name}.workspace = true`", shown(&manifest)));
            }
            used.insert(name);
        }
    }
    for name in shared.iter().filter(|it| !used.contains(*it) && !it.starts_with("plimsoll")) {
        wrong.push(format!("Cargo.toml: no crate uses `{name}`"));
    }
    assert_none(&wrong, "versions stand in the Cargo.toml at the root");
}

#[test]
fn knowledge_flows_in_one_direction() {
    let mut wrong = Vec::new();
    for (manifest, more) in [("crates/plimsoll-core/Cargo.toml", Some("plimsoll-rules")), ("rules/Cargo.toml", None)] {
        for (table, name) in dependencies(&root().join(manifest)) {
            if NOT_FOR_THE_LIBRARIES.contains(&name.as_str()) || more == Some(name.as_str()) {
                wrong.push(format!("{manifest}, [{table}]: `{name}`"));
            }
        }
    }
    assert_none(&wrong, "core knows no rule, and neither core nor rules know the program or a format of output");
}

#[test]
fn every_crate_takes_the_shared_lints() {
    let shared = read(&root().join("Cargo.toml"));
    assert!(
        shared.contains("unsafe_code = \"forbid\""),
        "Cargo.toml must forbid unsafe code in [workspace.lints.rust]"
    );
    let inherits = |it: &PathBuf| {
        let text = read(it);
        text.contains("[lints]\nworkspace = true\n") || text.contains("\nlints.workspace = true\n")
    };
    let wrong: Vec<String> = manifests().iter().filter(|it| !inherits(it)).map(|it| shown(it)).collect();
    assert_none(&wrong, "these manifests need `[lints]` with `workspace = true`");
}

#[test]
fn files_speak_of_what_is_in_the_repository() {
    // Written in two parts, so that this file does not find itself.
    let machine = ["/wo", "rk/"].concat();
    let folder = ["sha", "red/"].concat();
    let later = ["TO", "DO"].concat();
    let mut wrong = Vec::new();
    for path in files_below(&root()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (at, line) in text.lines().enumerate() {
            let mut say = |what: &str| wrong.push(format!("{}:{}: {what}", shown(&path), at + 1));
            if line.contains(&machine) {
                say("a path of one machine");
            }
            // Below a directory, as in `/mnt/…`, it is a path in an image.
            if line
                .match_indices(&folder)
                .any(|it| !line[..it.0].ends_with(|it: char| it.is_alphanumeric() || "/-_.".contains(it)))
            {
                say("a folder that is not part of the repository");
            }
            if names(line, &later) {
                say("an open end: do it, or write it into an issue");
            }
        }
    }
    assert_none(&wrong, "what is published must make sense to somebody who has only the repository");
}
