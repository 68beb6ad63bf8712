//! Edits: whatever a file looks like, exactly what was asked for changes in its data, and every comment stays.

use crate::support::{assert_none, comments, difference, files_below, has_extension, options_of, root, shown};
use plimsoll_core::check::{check, model};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::fix::{self, Edit, Editor, Fix, Texts, Yaml, apply, choose, fix_all};
use plimsoll_core::load::{Loaded, interpolate::Variables, load};
use plimsoll_core::model::Project;
use plimsoll_core::source::{FileId, Sources, Span};
use plimsoll_core::syntax;
use plimsoll_core::tree::{NodeId, Tree, Value as Node};
use plimsoll_rules::RULES;
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
pub fn file() -> impl Strategy<Value = String> {
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

/// What became of a text after `set` on its first service, `None` if it is refused.
fn grace(text: &str) -> Option<String> {
    Text::new(text).set(&["stop_grace_period"], &Yaml::text("90s"))
}

#[test]
fn an_edit_reaches_one_service_only() {
    // The alias is replaced, and not what others have as well.
    let text =
        "x-grace: &grace 5s\nservices:\n  db:\n    stop_grace_period: *grace\n  other: {stop_grace_period: *grace}\n";
    assert_eq!(grace(text).unwrap(), text.replacen("*grace", "90s", 1));
    // What comes with `<<` is written over.
    let text = "x-common: &common\n  stop_grace_period: 5s\nservices:\n  db:\n    <<: *common\n    image: a\n";
    assert_eq!(grace(text).unwrap(), format!("{text}    stop_grace_period: 90s\n"));
    // A whole service that somebody else is, takes in, or extends.
    for other in ["*db", "{<<: *db}", "{<<: [*db]}"] {
        let text = format!("services:\n  db: &db\n    image: a\n    stop_grace_period: 5s\n  other: {other}\n");
        assert_eq!(grace(&text), None, "{text}");
    }
    for extends in ["db", "{service: db}"] {
        let text = format!("services:\n  db:\n    image: a\n  other:\n    extends: {extends}\n");
        assert_eq!(grace(&text), None, "{text}");
        let text =
            format!("services:\n  other:\n    extends: {extends}\n  db:\n    image: a\n    stop_grace_period: 5s\n");
        assert_eq!(grace(&text).unwrap(), text.replacen("\n  db:", "\n    stop_grace_period: 90s\n  db:", 1));
    }
    // An anchor that nobody uses is none.
    assert!(grace("services:\n  db: &db\n    image: a\n").is_some());
    // One that is written for one service only.
    let mount = |uses: &str| {
        let text = format!("x-db: &db\n  volumes: [\"data:/b\"]\nservices:\n  db: {{<<: *db}}\n{uses}");
        let text = Text::new(&text);
        let target = &text.project.services[0].mounts[0].target;
        text.editor().replace(target, 0..2, "/c").map(|it| text.after(it))
    };
    assert!(mount("").unwrap().contains("[\"data:/c\"]"));
    assert_eq!(mount("  other: {<<: *db}\n"), None);
}

#[test]
fn where_an_edit_cannot_be_exact_there_is_none() {
    for text in [
        // Not YAML.
        "services:\n  db:\n    image: a\n   b: c\n",
        // Tabs and other things in front of keys.
        "services:\n  ? db\n  :\n    ? image\n    : a\n",
        // The text goes on behind the value.
        "services:\n  db:\n    command: |+\n      a\n\n",
        "services:\n  db:\n    command: |\n      a",
        // A value with an anchor may be meant for others.
        "services:\n  db:\n    stop_grace_period: &grace 5s\n",
        "services:\n  db:\n    stop_grace_period: !!str 5s\n",
        "services:\n  db: {image}\n",
    ] {
        assert_eq!(grace(text), None, "{text}");
    }
    let mut sources = Sources::new();
    let wide = "services: {db: {image: a}}".encode_utf16().flat_map(u16::to_le_bytes);
    let file = sources.add("a", [0xff, 0xfe].into_iter().chain(wide).collect()).unwrap();
    let mut problems = Vec::new();
    let loaded = load(&sources, file, &Variables::unknown(), &mut problems);
    let project = model(&loaded, "a", &mut problems);
    let editor = Editor::new(&sources, &loaded);
    assert_eq!(editor.set(&project.services[0], &["user"], &Yaml::text("a")), None);
}

#[test]
fn edits_follow_the_style_around_them() {
    for (before, after) in [
        ("services: {db: {image: a}}\n", "services: {db: {image: a, stop_grace_period: 90s}}\n"),
        ("services: {db: {image: a,},}", "services: {db: {image: a, stop_grace_period: 90s,},}"),
        (
            "{\"services\": {\"db\": {\n  \"image\": \"a\"\n}}}\n",
            "{\"services\": {\"db\": {\n  \"image\": \"a\",\n  \"stop_grace_period\": \"90s\"\n}}}\n",
        ),
        ("services: {\"db\": {}}\n", "services: {\"db\": {\"stop_grace_period\": \"90s\"}}\n"),
        ("services:\n  db:\n    stop_grace_period:\n", "services:\n  db:\n    stop_grace_period: 90s\n"),
        (
            "services:\n  db:\n    'stop_grace_period' : '5s' # a\n",
            "services:\n  db:\n    'stop_grace_period' : '90s' # a\n",
        ),
        ("services:\r\n db:\r\n  image: a", "services:\r\n db:\r\n  image: a\r\n  stop_grace_period: 90s"),
    ] {
        assert_eq!(grace(before).as_deref(), Some(after), "{before}");
    }
}

#[test]
fn a_volume_is_declared_where_it_belongs() {
    for (before, after) in [
        ("services:\n  db:\n    image: a\n# end\n\n", "services:\n  db:\n    image: a\n# end\nvolumes:\n  v:\n\n"),
        ("services:\n  db:\n    image: a\n...\n", "services:\n  db:\n    image: a\nvolumes:\n  v:\n...\n"),
        (
            "services:\n  db:\n    image: a\n---\nservices: {}\n",
            "services:\n  db:\n    image: a\nvolumes:\n  v:\n---\nservices: {}\n",
        ),
        (
            "services:\n    db:\n        image: a\n\nnetworks:\n    n:\n",
            "services:\n    db:\n        image: a\n\nnetworks:\n    n:\n\nvolumes:\n    v:\n",
        ),
        ("services:\n  db: {image: a}\nvolumes: # all\n", "services:\n  db: {image: a}\nvolumes: # all\n  v:\n"),
        ("{services: {db: {image: a}}}", "{services: {db: {image: a}}, volumes: {v: {}}}"),
        ("volumes: {}\nservices:\n  db: {image: a}\n", "volumes: {v: {}}\nservices:\n  db: {image: a}\n"),
    ] {
        assert_eq!(Text::new(before).declare("v").as_deref(), Some(after), "{before}");
    }
}

fn offer(file: FileId, at: usize, end: usize, text: &str) -> Fix {
    Fix::safe(text, vec![Edit { span: Span::new(file, at..end), text: text.to_string() }])
}

#[test]
fn fixes_that_touch_wait_for_the_next_round() {
    let file = Sources::new().add_text("a", "");
    let chosen = |fixes: &[Fix]| choose(fixes.iter().map(Some)).fixes;
    let fix = |at, end, text| offer(file, at, end, text);
    assert_eq!(chosen(&[fix(0, 2, "a"), fix(2, 4, "b"), fix(1, 3, "c"), fix(0, 2, "a")]), [0, 1, 3]);
    assert_eq!(chosen(&[fix(0, 9, "a"), fix(3, 4, "b"), fix(9, 9, "c")]), [0, 2]);
    assert_eq!(chosen(&[fix(3, 4, "b"), fix(0, 9, "a"), fix(3, 3, "c")]), [0]);
    // Entries of one mapping stand one behind the other, but not two of one key, or of two kinds.
    assert_eq!(
        chosen(&[fix(5, 5, "  a: 1\n"), fix(5, 5, "  b: 1\n"), fix(5, 5, "  a: 2\n"), fix(5, 5, ", c: 1")]),
        [0, 1]
    );
    assert_eq!(chosen(&[fix(5, 5, ", a: 1"), fix(5, 5, ", b: 1"), fix(5, 5, "c: 1")]), [0, 1]);
}

/// A check that finds `bad`, `poor` and `worse`. The fix of the first writes what is asked for.
fn checked(texts: &Texts, fix: &str) -> fix::Checked {
    let mut sources = Sources::new();
    let text = texts.get("a").map_or("a: bad\nb: poor\n", String::as_str);
    let file = sources.add_text("a", text);
    let found = |rule, severity, word: &str, fix: &str| {
        let at = text.find(word)?;
        let mut found = Diagnostic::new(rule, severity, Span::new(file, at..at + word.len()), word);
        found.fix(offer(file, at, at + word.len(), fix));
        Some(found)
    };
    let bad = found("bad-value", Severity::Warning, "bad", fix);
    let poor = found("poor-value", Severity::Warning, "poor", "better");
    let worse = found("worse-value", Severity::Error, "worse", "good");
    fix::Checked { sources, found: [bad, poor, worse].into_iter().flatten().collect(), refusals: Vec::new() }
}

#[test]
fn a_fix_that_does_harm_is_left_out() {
    let after = |fix: &str| {
        let fixed = fix_all(&mut |texts| checked(texts, fix), &|_, _| true);
        (fixed.count(), fixed.texts.get("a").cloned())
    };
    assert_eq!(after("good"), (2, Some("a: good\nb: better\n".to_string())));
    for harm in ["still bad", "worse", "'", "c\na: c"] {
        assert_eq!(after(harm), (1, Some("a: bad\nb: better\n".to_string())), "{harm}");
    }
}

#[test]
fn what_does_harm_is_found_with_few_checks() {
    const COUNT: usize = 64;
    let before: String = (0..COUNT).map(|at| format!("k{at}: bad{at}\n")).collect();
    let mut checks = 0;
    let mut check = |texts: &Texts| {
        checks += 1;
        let mut sources = Sources::new();
        let text = texts.get("a").unwrap_or(&before);
        let file = sources.add_text("a", text.clone());
        let mut found = Vec::new();
        for (at, _) in text.match_indices(": ").map(|it| (it.0 + 2, it.1)) {
            let word = text[at..].lines().next().unwrap();
            let (severity, name, fix) = match word.strip_prefix("bad") {
                Some(number) if number.ends_with(['1', '3', '5', '7', '9']) => {
                    (Severity::Warning, "bad-value", "worse")
                }
                Some(_) => (Severity::Warning, "bad-value", "good"),
                None if word == "worse" => (Severity::Error, "worse-value", "good"),
                None => continue,
            };
            let mut it = Diagnostic::new(name, severity, Span::new(file, at..at + word.len()), word);
            it.fix(offer(file, at, at + word.len(), fix));
            found.push(it);
        }
        fix::Checked { sources, found, refusals: Vec::new() }
    };
    let fixed = fix_all(&mut check, &|_, _| true);
    assert_eq!(fixed.count(), COUNT / 2);
    assert!(checks <= 2 * COUNT, "{checks} checks for {COUNT} fixes");
}

#[test]
fn fixing_the_fixtures_comes_to_an_end() {
    let mut wrong = Vec::new();
    for path in files_below(&root().join("fixtures")).iter().filter(|it| has_extension(it, "yaml")) {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let options = options_of(&text).unwrap_or_default();
        let fix = |text: &str| {
            let mut check = |texts: &Texts| {
                let mut sources = Sources::new();
                let file = sources.add_text("compose.yaml", texts.get("compose.yaml").map_or(text, String::as_str));
                let found = check(&sources, file, RULES, &options);
                fix::Checked { sources, found, refusals: Vec::new() }
            };
            fix_all(&mut check, &|_, _| true).texts.remove("compose.yaml")
        };
        let Some(after) = fix(&text) else { continue };
        let sorted = |text: &str| {
            let mut all = comments(text);
            all.sort();
            all
        };
        if sorted(&text) != sorted(&after) {
            wrong.push(format!("{}: the comments differ", shown(path)));
        }
        if let Some(again) = fix(&after) {
            wrong.push(format!("{}: a second run changes it\n{}", shown(path), difference(&after, &again)));
        }
    }
    assert_none(&wrong, "fixes keep comments, and leave nothing to fix");
}
