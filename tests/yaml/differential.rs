//! The same files through `yaml_serde`, whose parser is of the family that Compose reads with.

use super::files::FILES;
use super::{Read, snippets};
use serde::Deserialize;
use serde_json::Value as Json;
use yaml_serde::Value as Yaml;

/// What is made of a file: its documents, or nothing if it is refused.
type Verdict = Option<Vec<Json>>;

fn ours(bytes: &[u8]) -> Verdict {
    let read = Read::resolved(bytes).ok()?;
    let mut documents: Vec<Json> = read.document.roots.iter().map(|it| read.json(*it, 400)).collect();
    if documents.is_empty() {
        documents.push(Json::Null);
    }
    read.accepted().then_some(documents)
}

fn theirs(text: &str) -> Verdict {
    let mut documents = Vec::new();
    // It takes a byte order mark for a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for document in yaml_serde::Deserializer::from_str(text) {
        let value = Yaml::deserialize(document).ok()?;
        documents.push(json(&value)?);
    }
    Some(documents)
}

/// The value as Compose reads it: only strings are keys, merge keys are applied, unknown tags are ignored.
fn json(value: &Yaml) -> Option<Json> {
    Some(match value {
        Yaml::Null => Json::Null,
        Yaml::Bool(value) => (*value).into(),
        Yaml::Number(value) => match (value.as_i64(), value.as_u64()) {
            (Some(value), _) => value.into(),
            (_, Some(value)) => value.into(),
            _ => serde_json::Number::from_f64(value.as_f64()?).map_or(Json::Null, Json::Number),
        },
        Yaml::String(value) => value.as_str().into(),
        Yaml::Tagged(tagged) => json(&tagged.value)?,
        Yaml::Sequence(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Yaml::Mapping(entries) => {
            let mut object = serde_json::Map::new();
            let mut merged = Vec::new();
            for (key, value) in entries {
                let key = match key {
                    Yaml::String(key) => key,
                    Yaml::Tagged(tagged) => tagged.value.as_str()?,
                    _ => return None,
                };
                match (key, json(value)?) {
                    ("<<", Json::Object(source)) => merged.push(source),
                    ("<<", Json::Array(sources)) => {
                        for source in sources {
                            merged.push(source.as_object()?.clone());
                        }
                    }
                    ("<<", _) => return None,
                    (key, value) => object.extend([(key.to_string(), value)]),
                }
            }
            for (key, value) in merged.into_iter().flatten() {
                object.entry(key).or_insert(value);
            }
            Json::Object(object)
        }
    })
}

/// Numbers without a sign for `1.0`.
fn same(ours: &Json, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|right| same(value, right)))
        }
        _ => ours == theirs || matches!((ours.as_f64(), theirs.as_f64()), (Some(left), Some(right)) if left == right),
    }
}

/// A small generator of numbers that are the same on every machine.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// What people and editors put in by mistake.
const BITS: &[&str] = &[
    " ", "  ", "\n", "\t", ":", ": ", "-", "- ", "\n- ", "#", " #", "\"", "'", "[", "]", "{", "}", ",", "&a ", "*a",
    "!x ", "|", ">", "?", "<<: ", "x", "0", "é", "---\n", "%", "@", "\\", "\r\n", "~", "x: y\n",
];

fn mutate(text: &str, random: &mut Xorshift) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_string).collect();
    for _ in 0..=random.below(2) {
        let line = random.below(lines.len());
        let Some(old) = lines.get(line).cloned() else { break };
        let at = old.floor_char_boundary(random.below(old.len() + 1));
        match random.below(8) {
            0 => drop(lines.remove(line)),
            1 => lines.insert(line, old),
            2 => lines[line] = format!("{}{old}", " ".repeat(1 + random.below(3))),
            3 => lines[line] = old.strip_prefix(' ').unwrap_or(&old).to_string(),
            4 => {
                let end = old.ceil_char_boundary((at + 1).min(old.len()));
                lines[line] = format!("{}{}", &old[..at], &old[end..]);
            }
            5 => {
                let other = random.below(lines.len());
                lines.swap(line, other);
            }
            _ => lines[line] = format!("{}{}{}", &old[..at], BITS[random.below(BITS.len())], &old[at..]),
        }
    }
    lines.concat()
}

fn files() -> Vec<String> {
    let snippets = snippets().into_iter().map(|it| it.bytes);
    let files = snippets.chain(FILES.iter().map(|it| it.0.to_vec()));
    let files = files.filter_map(|it| String::from_utf8(it).ok()).filter(|it| it.len() < 4000);
    // Variables are not the business of YAML.
    files.map(|it| it.replace('$', "S")).collect()
}

/// A known difference: whether it explains that a file is read differently (given the file and the first problem
/// here), and its reason.
type Difference = (fn(&str, &str) -> bool, &'static str);

const DIFFERENCES: &[Difference] = &[
    (|_, problem| problem.contains("a blank is missing "), "no YAML 1.2; the libyaml family happens to read it"),
    (
        |_, problem| problem.contains("goes on without indentation"),
        "no YAML 1.2; the libyaml family happens to read it",
    ),
    (|_, problem| problem.contains("a tab is used"), "no YAML 1.2; the libyaml family reads some tabs inside brackets"),
    (|_, problem| problem.contains("reads only the directives"), "yaml_serde reads `%YAML 1.2`, Compose does not"),
    (|_, problem| problem.contains("does not know the escape"), "yaml_serde reads `\\/`, Compose does not"),
    (|file, _| file.contains('\u{feff}'), "to the libyaml family a byte order mark may be part of a key"),
    (
        |file, _| file.contains("---") && file.contains('*'),
        "yaml_serde forgets anchors at the end of a document, Compose does not",
    ),
    (
        |file, _| file.contains("\n%YAML") && file.contains("---"),
        "the libyaml family needs no `...` before a directive",
    ),
    (|file, problem| file.contains("\"<<\"") && problem == "no problem", "yaml_serde merges a quoted `<<` as well"),
    (
        |file, problem| file.contains('!') && problem == "no problem",
        "a scalar with an unknown tag is text to Compose, yaml_serde keeps its type; it does not decode `!!binary`",
    ),
];

#[test]
fn a_parser_of_the_family_of_compose_says_the_same() {
    let files = files();
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    let mut mutants = Vec::new();
    for _ in 0..MUTANTS {
        let at = random.below(files.len());
        mutants.push(mutate(&files[at], &mut random));
    }
    let (mut equal, mut explained) = (0, vec![0; DIFFERENCES.len()]);
    let (mut values, mut verdicts) = (Vec::new(), Vec::new());
    for file in files.iter().chain(&mutants) {
        let (left, right) = (ours(file.as_bytes()), theirs(file));
        let agreed = match (&left, &right) {
            (Some(left), Some(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
            }
            _ => left.is_none() && right.is_none(),
        };
        if agreed {
            equal += 1;
            continue;
        }
        let problem = Read::resolved(file.as_bytes()).unwrap().first();
        match DIFFERENCES.iter().position(|it| it.0(file, &problem)) {
            Some(at) => explained[at] += 1,
            None if left.is_some() && right.is_some() => values.push(file),
            None => verdicts.push(format!("{file:?}: here {problem}")),
        }
    }
    assert!(values.is_empty(), "read by both, and not equal: {values:#?}");
    // At least 99.5 in 100, what is explained left aside.
    assert!(verdicts.len() * 200 <= equal, "{equal} are equal, and not these: {verdicts:#?}");
    // The known differences are rare, even among files that are made of them.
    assert!(explained.iter().sum::<usize>() * 25 <= equal, "{explained:?}");
    for (count, (_, reason)) in explained.iter().zip(DIFFERENCES) {
        assert!(*count > 0, "this difference is gone: {reason}");
    }
}

/// How many mutated files are read.
const MUTANTS: usize = 2_000;
