//! The editor shows what the program prints.

use super::client::{Client, uri};
use crate::support::{files_below, has_extension, root};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Rule, severity, first place, last place, message.
type Finding = (String, String, (u64, u64), (u64, u64), String);

fn copy(from: &Path, to: &Path) {
    for file in files_below(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, place).unwrap();
    }
}

/// What the program prints of the files below a directory.
fn printed(folder: &Path) -> BTreeMap<String, BTreeSet<Finding>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = command.args(["check", ".", "--format", "json"]).current_dir(folder).env_clear().output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found: BTreeMap<String, BTreeSet<Finding>> = BTreeMap::new();
    for it in report["diagnostics"].as_array().unwrap() {
        let place = |of: &str| {
            let place = &it["range"][of];
            (place["line"].as_u64().unwrap() - 1, place["column"].as_u64().unwrap() - 1)
        };
        let word = |of: &str| it[of].as_str().unwrap().to_string();
        let entry = found.entry(word("file")).or_default();
        entry.insert((word("rule"), word("severity"), place("start"), place("end"), word("message")));
    }
    found
}

/// What the server tells of the same files.
fn told(client: &mut Client, uri: &str) -> BTreeSet<Finding> {
    let found = client.told(uri, Some(1));
    let finding = |it: &Value| {
        let place = |of: &str| {
            let place = &it["range"][of];
            (place["line"].as_u64().unwrap(), place["character"].as_u64().unwrap())
        };
        let severity = ["", "error", "warning", "info"][it["severity"].as_u64().unwrap() as usize];
        let message = it["message"].as_str().unwrap().lines().next().unwrap_or_default();
        let rule = it["code"].as_str().unwrap_or_default();
        (rule.to_string(), severity.to_string(), place("start"), place("end"), message.to_string())
    };
    found.iter().map(finding).collect()
}

#[test]
fn the_editor_shows_what_the_program_prints() {
    let place = TempDir::new().unwrap();
    let folder = place.path().canonicalize().unwrap();
    let (mut files, mut with_findings, mut wrong) = (0, 0, Vec::new());
    // Each folder of fixtures is a workspace of its own.
    let mut folders: Vec<_> = fs::read_dir(root().join("fixtures")).unwrap().map(|it| it.unwrap().path()).collect();
    folders.extend(fs::read_dir(root().join("fixtures/corpus")).unwrap().map(|it| it.unwrap().path()));
    folders.sort();
    for from in folders.iter().filter(|it| it.is_dir()) {
        let name = from.file_name().unwrap().to_string_lossy().into_owned();
        if matches!(name.as_str(), "corpus" | "cli" | "yaml" | "grammar" | "worlds" | "project") {
            continue;
        }
        let to = folder.join(&name);
        copy(from, &to);
        let printed = printed(&to);
        let mut client = Client::with(&to, json!({}));
        let mut opened = Vec::new();
        for file in files_below(&to).iter().filter(|it| has_extension(it, "yaml") || has_extension(it, "yml")) {
            let Ok(text) = fs::read_to_string(file) else { continue };
            // Positions are compared as characters, and what cannot be read to its end has more to say here.
            let plain = text.is_ascii() && !text.contains('\r');
            let path = file.strip_prefix(&to).unwrap().to_string_lossy().into_owned();
            let broken = printed.get(&path).is_some_and(|it| it.iter().any(|it| it.0 == "yaml-syntax"));
            // Nobody walks through what is hidden.
            let hidden = path.starts_with('.') || path.contains("/.");
            if plain && !broken && !hidden && !path.contains(".fixed.") {
                client.open(&uri(file), &text);
                opened.push((path, uri(file)));
            }
        }
        for (path, uri) in opened {
            // What is no Compose file is silent on both sides.
            let expected = printed.get(&path).cloned().unwrap_or_default();
            if expected.is_empty() && !is_told(&mut client, &uri) {
                continue;
            }
            let actual = told(&mut client, &uri);
            files += 1;
            with_findings += usize::from(!expected.is_empty());
            if actual != expected {
                let more: Vec<_> = actual.difference(&expected).collect();
                let less: Vec<_> = expected.difference(&actual).collect();
                wrong.push(format!("{name}/{path}\n  only in the editor: {more:?}\n  only printed: {less:?}"));
            }
        }
    }
    assert!(files >= 200 && with_findings >= 100, "{files} files, {with_findings} of them with findings");
    crate::support::assert_none(&wrong, &format!("of {files} files, these differ"));
}

/// Whether the server speaks of a document at all.
fn is_told(client: &mut Client, uri: &str) -> bool {
    let is_it = |it: &Value| it["method"] == "textDocument/publishDiagnostics" && it["params"]["uri"] == json!(uri);
    if client.waiting.iter().any(is_it) {
        return true;
    }
    // What was opened before a question is told before it is answered or right behind it.
    client.ask("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}));
    client.ask("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}));
    client.waiting.iter().any(is_it)
}
