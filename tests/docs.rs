//! The pages in `docs/`: their links lead somewhere, and their examples are what the program does.

use crate::cli::{BAD, ONLY, Place};
use crate::support::{assert_none, entries, examples, expect_file, has_extension, read, root, shown};
use std::path::PathBuf;

/// The README and the pages of documentation.
fn pages() -> Vec<PathBuf> {
    let mut pages = entries(&root().join("docs"));
    pages.retain(|it| has_extension(it, "md"));
    pages.extend(["README.md", "rules/README.md", "crates/README.md"].map(|it| root().join(it)));
    pages
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = read(&page);
        let links = text.split("](").skip(1).filter_map(|it| it.split(')').next());
        for link in links.filter(|it| !it.contains("://") && !it.starts_with('#')) {
            let target = page.parent().unwrap().join(link.split('#').next().unwrap_or_default());
            if !target.exists() {
                wrong.push(format!("{}: `{link}` is not there", shown(&page)));
            }
        }
    }
    assert_none(&wrong, "a link of the documentation leads nowhere");
}

#[test]
fn every_page_is_in_the_list() {
    let list = read(&root().join("docs/README.md"));
    let mut wrong = Vec::new();
    for page in entries(&root().join("docs")).iter().filter(|it| has_extension(it, "md")) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        if name != "README.md" && !list.contains(&format!("]({name})")) {
            wrong.push(name);
        }
    }
    assert_none(&wrong, "docs/README.md does not list these pages");
}

#[test]
fn every_rule_is_in_the_changelog() {
    let changelog = read(&root().join("CHANGELOG.md"));
    let rules = plimsoll_rules::RULES.iter().map(|it| it.id.to_string());
    let wrong: Vec<String> = rules.filter(|it| !changelog.contains(&format!("`{it}`"))).collect();
    assert_none(&wrong, "CHANGELOG.md does not name these rules");
}

#[test]
fn the_example_of_json_is_what_is_printed() {
    let path = root().join("docs/json.md");
    let page = read(&path);
    let (before, rest) = page.split_once("<!-- output -->\n```json\n").unwrap();
    let (_, after) = rest.split_once("```\n<!-- /output -->").unwrap();
    let place = Place::new(&[("compose.yaml", BAD)]);
    let printed = place.run(&[&ONLY[..], &["--format", "json"]].concat()).stdout;
    let now = format!("{before}<!-- output -->\n```json\n{printed}```\n<!-- /output -->{after}");
    let mut wrong = Vec::new();
    expect_file(&path, Some(&now), &mut wrong);
    assert_none(&wrong, "docs/json.md shows another output: run `UPDATE_EXPECT=1 cargo test`, and look at it");
}

#[test]
fn every_format_is_described() {
    let page = read(&root().join("docs/json.md"));
    let place = Place::new(&[]);
    let error = place.run(&["check", "--format", "nonsense"]).stderr;
    let names = error.split_once(" (").unwrap().1.split(')').next().unwrap();
    for name in names.split(", ") {
        assert!(page.contains(&format!("| `{name}` |")), "docs/json.md does not name `{name}`");
    }
}

#[test]
fn each_suppression_on_the_page_is_needed_and_heard() {
    let page = read(&root().join("docs/suppression.md"));
    let examples: Vec<_> = examples(&page).into_iter().filter(|it| it.language == "yaml").collect();
    let (projects, settings): (Vec<_>, Vec<_>) = examples.into_iter().partition(|it| it.text.contains("image: "));
    assert_eq!((projects.len(), settings.len()), (3, 1));
    let run = |text: &str, settings: &str| {
        let place = Place::new(&[("compose.yaml", text), (".plimsoll.yaml", settings)]);
        place.run(&["check", "--format", "concise"])
    };
    for example in &projects {
        let heard = run(&example.text, "");
        assert_eq!((heard.status, heard.stdout.as_str()), (0, ""), "line {}", example.line);
        let named = example.text.split_once("ignore[").unwrap().1.split_once(']').unwrap().0;
        let lines = example.text.lines().map(|it| it.split("# plimsoll").next().unwrap());
        let plain = run(&lines.collect::<Vec<_>>().join("\n"), "").stdout;
        let mut found: Vec<&str> = plain.lines().map(|it| it.split(' ').nth(2).unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found.join(", "), named, "line {}", example.line);
    }
    // The settings say of the last one what its comment does.
    let lines = projects[2].text.lines().filter(|it| !it.contains("# plimsoll"));
    let outcome = run(&lines.collect::<Vec<_>>().join("\n"), &settings[0].text);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""));
}
