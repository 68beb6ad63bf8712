//! Edits: whatever a file looks like, exactly what was asked for changes in its data, and every comment stays.

use crate::support::comments;
use plimsoll_core::check::model;
use plimsoll_core::fix::{Edit, Editor, Yaml, apply};
use plimsoll_core::load::{Loaded, interpolate::Variables, load};
use plimsoll_core::model::Project;
use plimsoll_core::source::{FileId, Sources, Span};
use plimsoll_core::syntax;
use plimsoll_core::tree::{NodeId, Tree, Value as Node};
use proptest::prelude::*;
use yaml_serde::Value;

/// A text that is loaded, so that it can be edited.
struct Text {
    sources: Sources,
    file: FileId,
    loaded: Loaded,
    project: Project,
}

impl Text {
    fn new(text: &str) -> Text {
        let mut sources = Sources::new();
        let file = sources.add_text("compose.yaml", text);
        let mut problems = Vec::new();
        let loaded = load(&sources, file, &Variables::unknown(), &mut problems);
        let project = model(&loaded, "compose.yaml", &mut problems);
        Text { sources, file, loaded, project }
    }

    fn editor(&self) -> Editor<'_> {
        Editor::new(&self.sources, &self.loaded)
    }

    fn text(&self) -> &str {
        self.sources.get(self.file).text()
    }

    /// The text after edits.
    fn after(&self, edits: Vec<Edit>) -> String {
        assert!(edits.iter().all(|it| it.span.file == self.file));
        apply(self.text(), &edits).expect("edits in order")
    }

    /// The text with another value for a key of the first service.
    fn set(&self, path: &[&str], value: &Yaml) -> Option<String> {
        self.editor().set(&self.project.services[0], path, value).map(|it| self.after(it))
    }

    fn declare(&self, name: &str) -> Option<String> {
        let used = self.project.services[0].key;
        self.editor().declare_volume(name, used).map(|it| self.after(it))
    }
}

fn data(text: &str) -> Result<Value, String> {
    yaml_serde::from_str(text.trim_start_matches('\u{feff}')).map_err(|why| why.to_string())
}

/// Problems that Plimsoll itself has with a text as YAML.
fn problems(text: &str) -> usize {
    let mut sources = Sources::new();
    let file = sources.add_text("compose.yaml", text);
    let mut problems = Vec::new();
    syntax::parse(&mut Tree::default(), file, sources.get(file), &mut problems);
    problems.len()
}

fn probe() -> Yaml {
    let test = Yaml::list(["CMD-SHELL", "it's \"$$A\" # no: comment"]);
    Yaml::map([("test", test), ("interval", Yaml::text("10s")), ("retries", Yaml::Number(5))])
}

fn value_of(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Number(number) => Value::from(*number),
        Yaml::Text(text) => Value::from(text.clone()),
        Yaml::List(words) => Value::Sequence(words.iter().map(|it| Value::from(it.clone())).collect()),
        Yaml::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (Value::from(key.clone()), value_of(value)));
            Value::Mapping(entries.collect())
        }
    }
}

/// Sets a value in the data, and makes mappings on the way there.
fn set_in(data: &mut Value, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *data = value;
        return;
    };
    if !data.is_mapping() {
        *data = Value::Mapping(Default::default());
    }
    let map = data.as_mapping_mut().unwrap();
    set_in(map.entry(Value::from(*first)).or_insert(Value::Null), rest, value);
}

/// Holds a text against the one before: its data is as wanted, and the comments are the same.
fn assert_sound(before: &str, after: &str, wanted: &Value) {
    assert_eq!(problems(after), 0, "\n{before}\n=>\n{after}");
    let found = data(after).unwrap_or_else(|why| panic!("{why}\n{before}\n=>\n{after}"));
    // An absent value and an empty mapping are one to Compose, where a volume is declared.
    assert_eq!(&found, wanted, "\n{before}\n=>\n{after}");
    let sorted = |text| {
        let mut all = comments(text);
        all.sort();
        all
    };
    assert_eq!(sorted(before), sorted(after), "\n{before}\n=>\n{after}");
    let breaks = |text: &str| (text.contains("\r\n"), text.replace("\r\n", "").contains('\n'));
    assert!(!breaks(before).0 || breaks(before) == breaks(after), "{before:?}\n=>\n{after:?}");
    assert_eq!(before.starts_with('\u{feff}'), after.starts_with('\u{feff}'));
}

/// Entries of a service. `I` is its indentation, `S` one step more.
const ENTRIES: [&str; 30] = [
    "image: postgres:17",
    "image: 'postgres:17' # why",
    "container_name: a",
    "restart: always\n\n# on its own\n",
    "command:\nIS- a\nIS# b\nIS- c",
    "command: |\nIStext\nISmore\n",
    "command: |+\nIStext\n\n",
    "command: >-\nIStext\n\nISmore",
    "command: \"two\nIS lines\"",
    "command: plain\nIS and more",
    "environment: {A: b, C: 'd'}",
    "environment:\nISA: b # c\nIS# D: e",
    "environment:\nI- A=b\nI- C=\n",
    "volumes:\nI- data:/x\nI# - more:/y\nI- other:/z # y",
    "volumes:\nIS- data:/x",
    "volumes: [\"data:/x\",\nIS'other:/y' ]",
    "volumes:\nIS- type: volume\nIS  source: data\nIS  target: /x\nIS- data:/y",
    "stop_grace_period: 5s # why",
    "stop_grace_period: \"5s\"",
    "stop_grace_period:",
    "healthcheck:\nISinterval: 5s\nIS# timeout: 1s",
    "healthcheck: # none",
    "healthcheck: {interval: 5s}",
    "healthcheck: {}",
    "healthcheck:\nIStest: [\"CMD\", 'a']\nISretries: 3",
    "healthcheck:\nIStest:\nIS- CMD\nIS- a",
    "labels:\nISa: &a x\nISb: 'y' # z",
    "# a comment\n\n",
    "deploy:\nISresources:\nISSlimits:\nISSSmemory: 1g",
    "stop_signal: SIGTERM",
];

const VOLUMES: [&str; 8] = [
    "",
    "volumes:\n",
    "volumes: {}\n",
    "volumes:\nSdata:\n",
    "volumes:\nSdata: {}\nS# old:\n\n",
    "volumes: {data: {}, other: {}}\n",
    "\nvolumes: # all of them\nSdata:\nSSdriver: local\n",
    "volumes:\nSdata:\nSSdriver: local # c\n\n\n# end\n",
];

/// A Compose file of one or two services.
fn file() -> impl Strategy<Value = String> {
    let entries = proptest::collection::vec(0..ENTRIES.len(), 1..6);
    let style = (1..5_usize, 0..VOLUMES.len(), any::<bool>(), 0..8_u8, 0..4_u8);
    (entries, style).prop_map(|(picked, (step, volumes, before, bits, tail))| {
        let step = " ".repeat(step);
        let inner = step.repeat(2);
        let mut seen = Vec::new();
        let mut text = String::new();
        let top = VOLUMES[volumes].replace('S', &step);
        if bits & 4 != 0 {
            text.push_str("version: '3' # old\n\n");
        }
        if before {
            text.push_str(&top);
        }
        text.push_str(&format!("services:\n{step}db:\n"));
        for at in picked {
            let key = ENTRIES[at].split(':').next().unwrap();
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let entry = ENTRIES[at].replace("ISSS", &[&inner, &step, &step, &step[..]].concat());
            let entry = entry.replace("ISS", &[&inner, &step, &step[..]].concat());
            let entry = entry.replace("IS", &[&inner, &step[..]].concat()).replace("\nI", &format!("\n{inner}"));
            text.push_str(&format!("{inner}{entry}\n"));
        }
        if seen.iter().all(|it| it.starts_with('#')) {
            text.push_str(&format!("{inner}image: x\n"));
        }
        if tail & 1 != 0 {
            text.push_str(&format!("\n{step}web: {{image: x}}\n"));
        }
        if !before {
            text.push_str(&top);
        }
        if tail & 2 != 0 {
            text.push_str("# the end\n");
        }
        if bits & 1 != 0 {
            text.truncate(text.trim_end().len());
        }
        if bits & 2 != 0 {
            text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        }
        text
    })
}

/// A key, with the keys that lead to it; an item of a list, with its number.
type Places = (Vec<(Vec<String>, Span)>, Vec<(String, usize, Span)>);

/// The keys of the first service, and the items of its lists, as they are written.
fn places(text: &Text) -> Places {
    let mut tree = Tree::default();
    let document = syntax::parse(&mut tree, text.file, text.sources.get(text.file), &mut Vec::new());
    let entry = |map: NodeId, key: &str| tree.get(map, key).map(|it| it.value);
    let service = entry(entry(document.roots[0], "services").unwrap(), "db").unwrap();
    let (mut keys, mut items) = (Vec::new(), Vec::new());
    for it in tree.entries(service) {
        let name = tree.key(it.key).to_string();
        keys.push((vec![name.clone()], tree.span(it.key)));
        match &tree.node(it.value).value {
            Node::Mapping(entries) => {
                keys.extend(
                    entries.iter().map(|it| (vec![name.clone(), tree.key(it.key).to_string()], tree.span(it.key))),
                );
            }
            Node::Sequence(list) => {
                items.extend(list.iter().enumerate().map(|(at, it)| (name.clone(), at, tree.span(it.value))));
            }
            _ => {}
        }
    }
    (keys, items)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_what_it_should_and_nothing_else(text in file()) {
        let before = data(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let project = Text::new(&text);
        for (path, value) in [
            (&["stop_grace_period"][..], Yaml::text("90s")),
            (&["stop_signal"], Yaml::text("SIGINT")),
            (&["healthcheck", "test"], Yaml::list(["CMD", "a"])),
            (&["healthcheck"], probe()),
            (&["user"], Yaml::text("yes")),
        ] {
            let Some(after) = project.set(path, &value) else { continue };
            let mut wanted = before.clone();
            set_in(&mut wanted, &[&["services", "db"], path].concat(), value_of(&value));
            assert_sound(&text, &after, &wanted);
        }
        if let Some(after) = project.declare("extra") {
            let mut wanted = before.clone();
            let found = data(&after).unwrap();
            set_in(&mut wanted, &["volumes", "extra"], found["volumes"]["extra"].clone());
            assert_sound(&text, &after, &wanted);
        }
        let (keys, items) = places(&project);
        for (path, key) in keys {
            let Some(edits) = project.editor().remove_entry(key) else { continue };
            let mut wanted = before.clone();
            let service = &mut wanted["services"]["db"];
            let parent = if path.len() == 1 { service } else { &mut service[path[0].as_str()] };
            let map = parent.as_mapping_mut().unwrap();
            map.remove(path.last().unwrap().as_str());
            if map.is_empty() {
                wanted["services"]["db"].as_mapping_mut().unwrap().remove(path[0].as_str());
            }
            assert_sound(&text, &project.after(edits), &wanted);
        }
        for (key, at, item) in items {
            let Some(edits) = project.editor().remove_item(item) else { continue };
            let mut wanted = before.clone();
            let service = wanted["services"]["db"].as_mapping_mut().unwrap();
            let list = service[key.as_str()].as_sequence_mut().unwrap();
            list.remove(at);
            if list.is_empty() {
                service.remove(key.as_str());
            }
            assert_sound(&text, &project.after(edits), &wanted);
        }
        for (at, mount) in project.project.services[0].mounts.iter().enumerate() {
            let target = mount.target.as_str();
            let Some(edits) = project.editor().replace(&mount.target, 0..target.len(), "/o/\"'\\ t") else { continue };
            let after = project.after(edits);
            let mut wanted = before.clone();
            let item = &mut wanted["services"]["db"]["volumes"][at];
            if item.is_mapping() {
                item["target"] = Value::from("/o/\"'\\ t");
            } else {
                *item = Value::from(item.as_str().unwrap().replace(target, "/o/\"'\\ t"));
            }
            assert_sound(&text, &after, &wanted);
        }
    }
}
