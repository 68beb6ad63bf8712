//! Copies the fixtures to `corpus/<target>/`, where cargo-fuzz begins, each in the form that its target reads.

use plimsoll_fuzz::{SECRET, SEPARATOR, TARGETS};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Longer ones slow the fuzzer down, and teach it little.
const LONGEST: usize = 16 << 10;

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..").canonicalize()?;
    let fixtures = root.join("fixtures");
    let mut projects = BTreeSet::new();
    let mut texts = BTreeSet::new();
    for folder in children(&fixtures)?.into_iter().filter(|it| it.is_dir()) {
        for path in children(&folder)? {
            if path.is_dir() {
                projects.extend(joined(&path)?);
            } else if is_yaml(&path) {
                texts.extend(fs::read_to_string(&path));
            }
        }
    }
    for path in children(&fixtures.join("project"))?.iter().filter(|it| ends_with(it, &["txt"])) {
        projects.extend(cases(&fs::read_to_string(path)?));
    }
    for path in children(&root.join("rules"))?.iter().filter(|it| ends_with(it, &["md"])) {
        let page = fs::read_to_string(path)?;
        let blocks = page.split("```yaml\n").skip(1);
        texts.extend(blocks.filter_map(|it| it.split("```").next()).map(str::to_string));
    }
    let snippets: Value = serde_json::from_str(&fs::read_to_string(fixtures.join("yaml/snippets.json"))?)?;
    let snippets = snippets["snippets"].as_object().into_iter().flatten();
    texts.extend(snippets.filter_map(|it| it.1["source"].as_str()).map(str::to_string));
    let files: Value = serde_json::from_str(&fs::read_to_string(fixtures.join("grammar/dotenv.json"))?)?;
    let files = files["cases"].as_array().into_iter().flatten();
    let mut variables: BTreeSet<String> = files.filter_map(|it| it["text"].as_str()).map(str::to_string).collect();
    for project in &projects {
        let parts = project.split(SEPARATOR).filter_map(|it| it.split_once('\n'));
        variables.extend(parts.filter(|it| it.0.ends_with(".env")).map(|it| it.1.to_string()));
    }
    let mut whole: BTreeSet<String> = texts.iter().chain(&projects).cloned().collect();
    whole.extend(texts.iter().filter(|it| it.contains('$')).map(|it| with_secrets(it)));
    let lines = whole.iter().flat_map(|it| it.lines()).filter(|it| it.contains('$'));
    let values: BTreeSet<String> = lines.map(|it| format!("A=1\nB=\n\n{}", it.trim())).collect();
    for (target, _) in TARGETS {
        let seeds = match target {
            "syntax" => &texts,
            "interpolation" => &values,
            "dotenv" => &variables,
            _ => &whole,
        };
        let folder = here.join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        let mut count = 0;
        for (at, seed) in seeds.iter().filter(|it| it.len() <= LONGEST).enumerate() {
            fs::write(folder.join(format!("seed-{at}")), seed)?;
            count += 1;
        }
        // What was found once is where the next mistake is near.
        for path in children(&fixtures.join("fuzz").join(target)).unwrap_or_default() {
            fs::copy(&path, folder.join(path.file_name().unwrap_or_default()))?;
            count += 1;
        }
        println!("{target}: {count} seeds");
    }
    Ok(())
}

/// A project whose variables have values that nobody may see.
fn with_secrets(text: &str) -> String {
    let names = text.split('$').skip(1).map(|it| it.trim_start_matches('{'));
    let names = names.filter_map(|it| it.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').next());
    let names: BTreeSet<&str> = names.filter(|it| it.starts_with(|it: char| it.is_ascii_alphabetic())).collect();
    let lines: String = names.iter().map(|it| format!("{it}={SECRET}\n")).collect();
    format!("{text}\n{SEPARATOR}.env\n{lines}")
}

fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = fs::read_dir(folder)?.map(|it| it.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

fn ends_with(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|it| extensions.iter().any(|one| it == *one))
}

fn is_yaml(path: &Path) -> bool {
    ends_with(path, &["yaml", "yml"])
}

/// The files of a folder as one text. The one that is read first stands first.
fn joined(folder: &Path) -> io::Result<Option<String>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for path in children(&at)? {
            if path.is_dir() {
                open.push(path);
            } else if let (Ok(text), Ok(name)) = (fs::read_to_string(&path), path.strip_prefix(folder)) {
                files.push((name.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    let is_main = |it: &str| is_yaml(Path::new(it)) && it.contains("compose") && !it.contains("override");
    files.sort_by_key(|it| (!is_main(&it.0), it.0.matches('/').count(), it.0.clone()));
    let mut text = String::new();
    for (at, (name, content)) in files.iter().enumerate() {
        if at > 0 {
            text += &format!("{SEPARATOR}{name}\n");
        }
        text += content;
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok((!text.is_empty()).then_some(text))
}

/// The cases of a topic in `fixtures/project`, whose files are indented by four.
fn cases(topic: &str) -> Vec<String> {
    let mut found = Vec::new();
    for case in topic.split("\ncase ").skip(1) {
        let mut text = String::new();
        let mut lines = case.lines().skip(1).peekable();
        while let Some(line) = lines.next() {
            let Some(name) = line.strip_prefix("file ") else { continue };
            let name = name.split(" (").next().unwrap_or_default();
            text += &format!("{SEPARATOR}{name}\n");
            while let Some(line) = lines.next_if(|it| it.starts_with("    ") || it.is_empty()) {
                text += line.strip_prefix("    ").unwrap_or_default();
                text.push('\n');
            }
        }
        found.push(text);
    }
    found
}
