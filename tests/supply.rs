//! What the program is made of: nothing that is not Rust, nothing that needs a newer compiler, nothing unsafe of ours.

use crate::support::{assert_none, files_below, has_extension, read, root, shown};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn metadata() -> Value {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform"])
        .arg("x86_64-unknown-linux-musl")
        .current_dir(root())
        .output()
        .unwrap();
    serde_json::from_slice(&cargo.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&cargo.stderr)))
}

/// The packages that end up in the program, and not only in its tests or in the making of it.
fn in_the_program(metadata: &Value) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<&str, &Value> = nodes.iter().map(|it| (it["id"].as_str().unwrap(), it)).collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> =
        metadata["workspace_members"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    while let Some(id) = open.pop() {
        if !found.insert(id.to_string()) {
            continue;
        }
        for it in nodes[id]["deps"].as_array().unwrap() {
            if it["dep_kinds"].as_array().unwrap().iter().any(|it| it["kind"].is_null()) {
                open.push(it["pkg"].as_str().unwrap());
            }
        }
    }
    found
}

#[test]
fn no_library_in_another_language_is_linked() {
    let metadata = metadata();
    let program = in_the_program(&metadata);
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let is_there = program.contains(package["id"].as_str().unwrap());
        if is_there && (!package["links"].is_null() || name.ends_with("-sys")) && !DECLARATIONS.contains(&name) {
            wrong.push(format!("`{name}` links something: see `cargo tree -e normal -i {name}`"));
        }
        let makes = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["kind"] == "build" && it["optional"] == false);
        for maker in makes.filter_map(|it| it["name"].as_str()).filter(|it| COMPILERS.contains(it)) {
            if is_there {
                wrong.push(format!("`{name}` is built with `{maker}`, which calls another compiler"));
            }
        }
    }
    assert!(program.len() > 40, "the metadata have another form than this test reads");
    assert_none(&wrong, "the program is one file that needs nothing of the machine on which it runs");
}

/// Crates that only say what the system offers, or keep two versions of themselves apart.
const DECLARATIONS: [&str; 3] = ["linux-raw-sys", "rayon-core", "windows-sys"];
const COMPILERS: [&str; 6] = ["bindgen", "cc", "cmake", "cxx-build", "pkg-config", "vcpkg"];

/// `1.95` and `1.95.0` as numbers.
fn version(text: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = text.split('.').map(|it| it.parse().unwrap()).collect();
    parts.resize(3, 0);
    parts
}

#[test]
fn the_oldest_compiler_is_stated_and_right() {
    let manifest = read(&root().join("Cargo.toml"));
    let stated = manifest.lines().find_map(|it| it.strip_prefix("rust-version = \"")?.strip_suffix('"')).unwrap();
    let metadata = metadata();
    let members: BTreeSet<&str> =
        metadata["workspace_members"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let (name, needs) = (package["name"].as_str().unwrap(), package["rust_version"].as_str());
        if members.contains(package["id"].as_str().unwrap()) {
            if needs != Some(stated) {
                wrong.push(format!("`{name}` says {needs:?} and not {stated}: write `rust-version.workspace = true`"));
            }
        } else if needs.is_some_and(|it| version(it) > version(stated)) {
            wrong.push(format!("`{name}` needs Rust {}", needs.unwrap_or_default()));
        }
    }
    for page in ["crates/README.md"] {
        if !read(&root().join(page)).contains(&format!("Rust {stated}")) {
            wrong.push(format!("{page} does not say `Rust {stated}`"));
        }
    }
    assert_none(&wrong, "`rust-version` in Cargo.toml is what somebody needs who builds the program");
}

#[test]
fn no_code_is_unsafe_and_none_runs_anything() {
    let mut wrong = Vec::new();
    let allows = ["allow", "(uns", "afe_code"].concat();
    let keyword = ["uns", "afe "].concat();
    for path in files_below(&root()).iter().filter(|it| has_extension(it, "rs")) {
        let name = shown(path);
        // What cargo fuzz builds is no part of the program.
        let is_ours = name.starts_with("crates/") || name.starts_with("rules/");
        let is_test = name.contains("/tests/") || name.contains("/benches/") || name.ends_with("/tests.rs");
        for (at, line) in read(path).lines().enumerate().filter(|it| !it.1.trim_start().starts_with("//")) {
            let line = line.split('"').step_by(2).collect::<String>();
            if line.contains(&allows)
                || line.contains(&format!("{keyword}{{"))
                || line.contains(&format!("{keyword}fn"))
            {
                wrong.push(format!("{name}:{}: unsafe code", at + 1));
            }
            let runs = ["process::Command", "process::{", "exec("];
            if is_ours && !is_test && runs.iter().any(|it| line.contains(it)) && !name.ends_with("/args.rs") {
                wrong.push(format!("{name}:{}: runs another program", at + 1));
            }
        }
    }
    for path in files_below(&root()).iter().filter(|it| is_build_script(it)) {
        wrong.push(format!("{}: nothing is run to build the program", shown(path)));
    }
    assert_none(&wrong, "a linter reads, and does nothing else");
}

fn is_build_script(path: &std::path::Path) -> bool {
    path.ends_with("build.rs") && path.with_file_name("Cargo.toml").is_file() && !shown(path).starts_with("rules/state")
}

#[test]
fn the_profile_of_releases_makes_one_small_file() {
    let manifest = read(&root().join("Cargo.toml"));
    let profile = manifest.split_once("[profile.release]\n").expect("a profile").1;
    let profile = profile.split("\n[").next().unwrap_or_default();
    for wanted in ["lto = ", "strip = true"] {
        assert!(profile.contains(wanted), "[profile.release] has no `{wanted}`");
    }
}
