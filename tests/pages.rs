//! The page of every rule, `rules/<rule-id>.md`, and the tables of rules that are made from them.

use crate::support::{
    MAIN, Texts, apply_all, assert_none, check_text, difference, dump, entries, examples, has_extension, is_blessing,
    options_for, page_path, read, root, shown,
};
use plimsoll_core::check::{Options, Rule};
use plimsoll_core::suggest::closest;
use plimsoll_rules::RULES;
use std::fmt::Write;

/// Pages in `rules/` that are not about a rule.
const OTHER_PAGES: [&str; 2] = ["README", "survey"];
const SECTIONS: [&str; 4] = ["Why", "Fails", "Passes", "When it is fine"];
const LAST_SECTION: &str = "References";
const LONGEST_SUMMARY: usize = 160;
const LONGEST_LINE: usize = 120;
const LONGEST_PAGE: usize = 120;

/// Runs `find` over every page, and names the page in everything that it finds.
fn on_every_page(advice: &str, find: impl Fn(&Rule, &str, &mut Vec<String>)) {
    let mut wrong = Vec::new();
    for rule in RULES {
        let path = page_path(rule.id);
        let Ok(page) = std::fs::read_to_string(&path) else { continue };
        let mut here = Vec::new();
        find(rule, &page, &mut here);
        wrong.extend(here.into_iter().map(|it| format!("{}: {it}", shown(&path))));
    }
    assert_none(&wrong, advice);
}

/// The lines of a page with their numbers, without blocks of code.
fn prose(page: &str) -> Vec<(usize, &str)> {
    let mut code = false;
    let mut lines = Vec::new();
    for (at, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if !code {
            lines.push((at + 1, line));
        }
    }
    lines
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let mut wrong = Vec::new();
    for rule in RULES {
        if !page_path(rule.id).is_file() {
            wrong.push(format!("rules/{}.md is not there: write it, rules/README.md says how", rule.id));
        } else if rule.page != read(&page_path(rule.id)) {
            wrong.push(format!("`{}` has another page than rules/{}.md: correct its `include_str!`", rule.id, rule.id));
        }
    }
    for path in entries(&root().join("rules")).iter().filter(|it| has_extension(it, "md")) {
        let name = path.file_stem().unwrap().to_string_lossy();
        if !OTHER_PAGES.contains(&name.as_ref()) && plimsoll_rules::rule(&name).is_none() {
            wrong.push(format!("{}: there is no rule `{name}`: rename the page, or add the rule", shown(path)));
        }
    }
    assert_none(&wrong, "each rule has one page of its own name");
}

#[test]
fn a_page_has_a_title_a_summary_and_its_sections() {
    on_every_page("a page has one shape, described in rules/README.md", |rule, page, wrong| {
        let title = format!("# {}", rule.id);
        if page.lines().next() != Some(title.as_str()) {
            wrong.push(format!("the first line must be `{title}`, with nothing before or behind it"));
        }
        if !page.ends_with('\n') || page.ends_with("\n\n") {
            wrong.push("the page must end with one line break".to_string());
        }
        if page.lines().filter(|it| it.trim_start().starts_with("```")).count() % 2 != 0 {
            wrong.push("a block of code is not closed".to_string());
        }
        let prose = prose(page);
        let headings: Vec<&str> = prose.iter().filter(|it| it.1.starts_with('#')).skip(1).map(|it| it.1).collect();
        let mut wanted: Vec<String> = SECTIONS.iter().map(|it| format!("## {it}")).collect();
        if headings.len() > wanted.len() {
            wanted.push(format!("## {LAST_SECTION}"));
        }
        if headings != wanted {
            wrong.push(format!("the headings are {headings:?}; write {wanted:?}, in this order and no others"));
        }
        let mut filled = Vec::new();
        let mut last = "";
        for line in page.lines().skip(1) {
            if line.starts_with("## ") {
                last = line;
            } else if !line.trim().is_empty() && filled.last() != Some(&last) {
                filled.push(last);
            }
        }
        for heading in headings.iter().filter(|it| !filled.contains(it)) {
            wrong.push(format!("nothing stands under `{heading}`"));
        }
        let head: Vec<&str> = prose.iter().skip(1).map(|it| it.1).take_while(|it| !it.starts_with('#')).collect();
        let head = head.join("\n");
        let paragraphs = head.split("\n\n").filter(|it| !it.trim().is_empty()).count();
        if paragraphs != 1 || examples(page).iter().any(|it| it.section.is_empty()) {
            wrong.push(format!("between title and `## Why` stands one paragraph, the summary; here are {paragraphs}"));
        }
        let summary = rule.summary();
        if summary.chars().count() > LONGEST_SUMMARY {
            wrong.push(format!("the summary is longer than {LONGEST_SUMMARY} characters: {}", summary.chars().count()));
        }
        let words: String = summary.split('`').step_by(2).collect();
        let inner = words.trim_end().trim_end_matches('.');
        if !summary.ends_with('.') || [". ", "! ", "? "].iter().any(|it| inner.contains(it)) {
            wrong.push(format!("the summary must be one sentence that ends with a dot: {summary:?}"));
        }
    });
}

#[test]
fn a_page_is_short_and_narrow() {
    on_every_page("make it shorter, or break the line", |_, page, wrong| {
        let lines = page.lines().count();
        if lines > LONGEST_PAGE {
            wrong.push(format!("{lines} lines; a page has at most {LONGEST_PAGE}"));
        }
        for (at, line) in page.lines().enumerate() {
            // The address of a link cannot be broken.
            let mut width = line.chars().count();
            width -= addresses(line).iter().map(|it| it.chars().count()).sum::<usize>();
            if width > LONGEST_LINE {
                wrong.push(format!("line {} has {width} columns; at most {LONGEST_LINE}", at + 1));
            }
            if line.ends_with([' ', '\t']) {
                wrong.push(format!("line {} ends with blanks", at + 1));
            }
        }
    });
}

/// Where the links of a line lead: `](address)`, `<address>` and `[name]: address`.
fn addresses(line: &str) -> Vec<&str> {
    let mut found: Vec<&str> = line.split("](").skip(1).filter_map(|it| it.split(')').next()).collect();
    found.extend(line.split('<').skip(1).filter_map(|it| it.split('>').next()).filter(|it| it.contains("://")));
    if line.starts_with('[') {
        found.extend(line.split_once("]: ").map(|it| it.1));
    }
    found
}

#[test]
fn links_are_https() {
    on_every_page("a reader must get there, from every place where the page is shown", |_, page, wrong| {
        for (at, line) in prose(page) {
            for address in addresses(line).into_iter().filter(|it| !it.starts_with("https://")) {
                wrong
                    .push(format!("line {at}: `{address}` is no https link; a rule is named in backticks, not linked"));
            }
            if line.split('`').step_by(2).any(|it| it.contains("http://")) {
                wrong.push(format!("line {at}: write the link with https"));
            }
        }
    });
}

#[test]
fn rules_that_a_page_names_exist() {
    let ids: Vec<&str> = RULES.iter().map(|it| it.id).collect();
    let is_kebab = |it: &str| it.contains('-') && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
    on_every_page("a page names rules by their identifiers", |_, page, wrong| {
        let text = prose(page).iter().map(|it| it.1).collect::<Vec<_>>().join("\n");
        let parts: Vec<&str> = text.split('`').collect();
        for at in (1..parts.len()).step_by(2).filter(|at| is_kebab(parts[*at])) {
            let (name, before) = (parts[at], parts[at - 1].trim_end());
            let behind = parts.get(at + 1).map_or("", |it| it.trim_start());
            let called = before.ends_with(" rule") || before.ends_with(" rules") || behind.starts_with("rule");
            if !ids.contains(&name) {
                match closest(name, ids.iter().copied()) {
                    Some(close) => wrong.push(format!("`{name}` is no rule; `{close}` is")),
                    None if called => wrong.push(format!("`{name}` is called a rule, and there is none of this name")),
                    None => {}
                }
            }
        }
    });
}

#[test]
fn what_fails_fails_and_what_passes_passes() {
    on_every_page("the examples of a page are run", |rule, page, wrong| {
        let examples = examples(page);
        for section in ["Fails", "Passes"] {
            if !examples.iter().any(|it| it.section == section && it.language == "yaml") {
                wrong.push(format!("there is no ```yaml block under `## {section}`"));
            }
        }
        for example in examples {
            let line = example.line;
            if !matches!(example.section.as_str(), "Fails" | "Passes") {
                continue;
            }
            if example.language != "yaml" {
                wrong.push(format!("line {line}: this block would not be run; begin it with ```yaml"));
                continue;
            }
            let checked = check_text(&example.text, &options_for(rule));
            let of_rule = |id: &str| checked.found.iter().any(|it| it.rule == id);
            if example.section == "Fails" {
                if !of_rule(rule.id) {
                    wrong.push(format!("line {line}: this gives no finding of `{}`, but\n{}", rule.id, dump(&checked)));
                }
                if rule.id != "yaml-syntax" && of_rule("yaml-syntax") {
                    wrong.push(format!("line {line}: this is not valid YAML\n{}", dump(&checked)));
                }
                continue;
            }
            if of_rule(rule.id) {
                wrong.push(format!("line {line}: this gives a finding of the rule itself\n{}", dump(&checked)));
                continue;
            }
            let checked = check_text(&example.text, &Options::default());
            if !checked.found.is_empty() {
                wrong.push(format!("line {line}: this must be clean under all rules\n{}", dump(&checked)));
            }
        }
    });
}

#[test]
fn a_fix_leads_from_fails_to_passes() {
    on_every_page("what the page shows as right is what the fix makes", |rule, page, wrong| {
        if rule.fix.is_none() {
            return;
        }
        let examples = examples(page);
        let passes: Vec<_> = examples.iter().filter(|it| it.section == "Passes").collect();
        for example in examples.iter().filter(|it| it.section == "Fails") {
            let line = example.line;
            let project = Texts::from([(MAIN.to_string(), example.text.clone())]);
            match apply_all(&project, &options_for(rule), |it| it.rule == rule.id).map(|it| it[MAIN].clone()) {
                None => wrong.push(format!("line {line}: a hundred fixes did not mend this")),
                Some(fixed) if fixed == example.text => {
                    wrong.push(format!("line {line}: the rule declares a fix, and offers none here"));
                }
                Some(fixed) if !passes.iter().any(|it| it.text == fixed) => {
                    let nearest = passes.first().map_or("", |it| it.text.as_str());
                    let difference = difference(nearest, &fixed);
                    wrong.push(format!("line {line}: after the fix this is none of the blocks under `## Passes`; compared with the first\n{difference}"));
                }
                Some(_) => {}
            }
        }
    });
}

/// The table of rules. `pages` leads from where it stands to the pages.
fn table(pages: &str) -> String {
    let mut table = "| rule | severity | group | |\n|---|---|---|---|\n".to_string();
    for rule in RULES {
        let (severity, group) = (rule.severity.name(), rule.group.name());
        let off = if rule.on { "" } else { " (off by default)" };
        let summary = rule.summary().replace('|', "\\|");
        let _ = writeln!(table, "| [`{0}`]({pages}{0}.md) | {severity} | {group} | {summary}{off} |", rule.id);
    }
    table
}

#[test]
fn the_tables_of_rules_are_complete() {
    const OPEN: &str = "<!-- rules -->\n";
    const CLOSE: &str = "<!-- /rules -->\n";
    let mut wrong = Vec::new();
    for (name, pages) in [("README.md", "rules/"), ("rules/README.md", "")] {
        let path = root().join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            wrong.push(format!("{name} is not there"));
            continue;
        };
        let inside = text.split_once(OPEN).and_then(|(head, rest)| Some((head, rest.split_once(CLOSE)?)));
        let Some((head, (old, tail))) = inside else {
            wrong.push(format!("{name}: the lines `<!-- rules -->` and `<!-- /rules -->` are missing"));
            continue;
        };
        let new = format!("\n{}\n", table(pages));
        if old == new {
            continue;
        }
        if is_blessing() {
            std::fs::write(&path, [head, OPEN, &new, CLOSE, tail].concat()).unwrap();
        } else {
            wrong.push(format!("{name} differs\n{}", difference(old, &new)));
        }
    }
    assert_none(
        &wrong,
        "the tables are made from the pages: run `UPDATE_EXPECT=1 cargo test`, and look at what changed",
    );
}
