//! The extension for VS Code has a test of its own, `npm test`. Here is what it must agree on with the server.

use crate::support::{assert_none, read, root};
use plimsoll_core::config::FILE_NAME;
use plimsoll_core::load::discover::{DEFAULT_NAMES, OVERRIDE_NAMES};
use plimsoll_lsp::features::FIX_ALL;
use plimsoll_lsp::session::Preferences;
use serde_json::{Map, Value, json};

/// What only the extension does something with.
const OWN: [&str; 3] = ["enable", "path", "trace.server"];

fn file(name: &str) -> String {
    read(&root().join("editors/vscode").join(name))
}

fn manifest() -> Value {
    serde_json::from_str(&file("package.json")).unwrap()
}

/// The settings, without `plimsoll.`.
fn settings() -> Map<String, Value> {
    let manifest = manifest();
    let all = manifest["contributes"]["configuration"]["properties"].as_object().unwrap();
    all.iter().map(|(name, it)| (name.strip_prefix("plimsoll.").unwrap().to_string(), it.clone())).collect()
}

/// What the server makes of settings.
fn preferences(settings: &Value) -> String {
    let (found, wrong) = Preferences::read(settings);
    assert_eq!(wrong, None, "{settings}");
    format!("{found:?}")
}

#[test]
fn its_version_is_that_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let lock: Value = serde_json::from_str(&file("package-lock.json")).unwrap();
    for (name, it) in
        [("package.json", &manifest()), ("package-lock.json", &lock), ("package-lock.json", &lock["packages"][""])]
    {
        assert_eq!(it["version"], version, "editors/vscode/{name}");
    }
}

#[test]
fn the_server_hears_each_setting() {
    let default = preferences(&json!({}));
    let mut wrong = Vec::new();
    let settings = settings();
    for (name, it) in settings.iter().filter(|it| !OWN.contains(&it.0.as_str())) {
        let value = match it["type"].as_str() {
            Some("boolean") => json!(!it["default"].as_bool().unwrap()),
            _ => json!("something"),
        };
        if preferences(&json!({ "plimsoll": { name: value } })) == default {
            wrong.push(format!("`plimsoll.{name}` changes nothing in the server"));
        }
    }
    // `Preferences { config: None, inlay_hints: false }`
    let fields = default.split(['{', ',', '}']).filter_map(|it| it.trim().split_once(": ").map(|it| it.0));
    for field in fields {
        let mut words = field.split('_');
        let first = words.next().unwrap().to_string();
        let rest = words.map(|it| format!("{}{}", it[..1].to_uppercase(), &it[1..]));
        let name = rest.fold(first, |name, it| name + &it);
        if !settings.contains_key(&name) {
            wrong.push(format!("editors/vscode/package.json has no `plimsoll.{name}`, which the server knows"));
        }
        if !read(&root().join("docs/editors.md")).contains(&format!("| `{name}` |")) {
            wrong.push(format!("docs/editors.md does not describe `{name}`"));
        }
    }
    assert_none(&wrong, "what an editor sets, the server knows, and the other way round");
}

#[test]
fn settings_and_commands_are_described() {
    let (page, manifest) = (file("README.md"), manifest());
    let settings = settings().into_iter().map(|(name, it)| {
        let default = it["default"].to_string().replace('"', "");
        let default = if default.is_empty() { String::new() } else { format!("`{default}` ") };
        format!("| `plimsoll.{name}` | {default}|")
    });
    let commands = manifest["contributes"]["commands"].as_array().unwrap();
    let commands = commands.iter().map(|it| format!("| `Plimsoll: {}` |", it["title"].as_str().unwrap()));
    let wrong: Vec<String> = settings.chain(commands).filter(|it| !page.contains(it)).collect();
    assert_none(&wrong, "editors/vscode/README.md has no line that begins so");
}

#[test]
fn names_are_those_of_the_server() {
    let manifest = manifest();
    assert_eq!(manifest["contributes"]["yamlValidation"][0]["fileMatch"], FILE_NAME);
    assert!(file("src/fix.ts").contains(&format!("\"{FIX_ALL}\"")));
    let (selector, test) = (file("src/selector.ts"), file("test/parts.test.ts"));
    assert!(selector.contains(&format!("\"{FILE_NAME}\"")));
    for name in DEFAULT_NAMES.iter().chain(&OVERRIDE_NAMES) {
        assert!(test.contains(&format!("\"{name}\"")), "its tests do not try `{name}`");
    }
}

#[test]
fn a_program_of_an_untrusted_workspace_is_held_back() {
    let trust = &manifest()["capabilities"]["untrustedWorkspaces"];
    assert_eq!(trust["supported"], "limited");
    assert_eq!(trust["restrictedConfigurations"], json!(["plimsoll.path"]));
}

#[test]
fn its_licences_are_ours() {
    let text = file("LICENSE");
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(text.contains(read(&root().join(name)).trim()), "{name}");
    }
    assert_eq!(manifest()["license"], "MIT OR Apache-2.0");
}
