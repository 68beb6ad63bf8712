//! What is said of a file when a variable is unknown, against what is said of it for many values.

use crate::support::{Checked, assert_none, check_text, entries, has_extension, read, root};
use plimsoll_core::check::{Group, Options};
use plimsoll_core::diagnostic::{Diagnostic, Severity};
use plimsoll_core::grammar::image;
use plimsoll_core::load::interpolate::{Variables, expand_str};
use std::collections::BTreeSet;

/// What every case is tried with, besides the variable not being set. None has a colon: that would make another mount,
/// or another image, of what stands around it.
const VALUES: [&str; 17] = [
    "",
    "data",
    "./data",
    "/srv/data",
    "~/data",
    "a/b",
    "0",
    "yes",
    "no",
    "17",
    "90s",
    "SIGKILL",
    "ro",
    "linux/arm64",
    "NONE",
    "postgres",
    "x y",
];

/// What is known to be wrong: the reason, and the cases with their rules. None may stay here once it has gone.
const KNOWN: &[(&str, &[&str])] = &[];

fn is_known(name: &str, rule: &str) -> bool {
    KNOWN.iter().any(|it| it.1.contains(&format!("{name} {rule}").as_str()))
}

/// A file with a variable `V`, and the values that matter for it.
struct Template {
    /// Topic and name.
    name: String,
    text: String,
    values: Vec<String>,
}

fn templates() -> Vec<Template> {
    let mut found = Vec::new();
    for path in entries(&root().join("fixtures/worlds")).iter().filter(|it| has_extension(it, "txt")) {
        let text = read(path);
        let topic = path.file_stem().unwrap().to_string_lossy();
        let mut parts = text.split("\ncase ");
        let own =
            parts.next().unwrap().lines().filter_map(|it| it.strip_prefix("values ")).flat_map(str::split_whitespace);
        let values: Vec<String> = VALUES.into_iter().chain(own).map(str::to_string).collect();
        for part in parts {
            let (name, text) = part.split_once('\n').unwrap();
            let text = text.lines().map(|it| format!("{}\n", it.strip_prefix("    ").unwrap_or(it))).collect();
            found.push(Template { name: format!("{topic}/{name}"), text, values: values.clone() });
        }
    }
    assert!(found.len() >= 40, "{} templates are not where this test looks for them", found.len());
    found
}

fn checked(text: &str, variables: Variables) -> Checked {
    let mut options = Options { variables, ..Options::default() };
    // What only informs must be right as well.
    options.selection.select.push("all".to_string());
    check_text(text, &options)
}

/// What a finding claims: of which service or volume, it being named in backticks, what.
fn claim(found: &Diagnostic) -> (&'static str, String) {
    let subject =
        found.message.split('`').skip(1).step_by(2).find(|it| matches!(*it, "db" | "web" | "data" | "pgdata"));
    (found.rule, subject.unwrap_or_default().to_string())
}

/// In which worlds a finding says that it holds.
enum Rests {
    Nothing,
    Default,
    Unset,
}

fn rests_on(found: &Diagnostic) -> Rests {
    let mut texts = [&found.message, &found.reason].into_iter().chain(found.labels.iter().map(|it| &it.text));
    if found.message.ends_with("where `V` is not set") {
        Rests::Unset
    } else if texts.any(|it| it.contains("`V`")) {
        Rests::Default
    } else {
        Rests::Nothing
    }
}

/// Whether Compose refuses the file, or Docker an image of it, as far as we know. Then nothing happens to any data.
fn is_refused(template: &str, value: Option<&str>, checked: &Checked) -> bool {
    let group = |id: &str| plimsoll_rules::rule(id).map(|it| it.group);
    let lookup = |_: &str| value.map(str::to_string);
    let images = template.split("image: \"").skip(1).filter_map(|it| it.split('"').next());
    let is_image = |it: &str| expand_str(it, &lookup).is_ok_and(|it| image::parse(&it).is_ok());
    checked.found.iter().any(|it| it.severity == Severity::Error && group(it.rule) == Some(Group::Correctness))
        || !images.into_iter().all(is_image)
}

/// A file with a value for the variable.
struct World {
    value: Option<String>,
    found: Vec<(&'static str, String)>,
    refused: bool,
}

impl World {
    fn new(template: &str, value: Option<&str>) -> World {
        let mut variables = Variables::complete();
        if let Some(value) = value {
            variables.set("V", value);
        }
        let checked = checked(template, variables);
        let refused = is_refused(template, value, &checked);
        World { value: value.map(str::to_string), found: checked.found.iter().map(claim).collect(), refused }
    }

    /// Whether a finding is not true here. Where nothing runs, only what Compose refuses can be wrong.
    fn refutes(&self, found: &Diagnostic) -> bool {
        let correctness = plimsoll_rules::rule(found.rule).is_some_and(|it| it.group == Group::Correctness);
        !self.found.contains(&claim(found)) && (correctness || !self.refused)
    }

    fn name(&self) -> String {
        self.value.as_ref().map_or("unset".to_string(), |it| format!("{it:?}"))
    }
}

#[test]
fn what_is_said_of_an_unknown_value_holds_for_every_value() {
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let (mut definite, mut conditional) = (0, 0);
    for template in templates() {
        let unknown = checked(&template.text, Variables::unknown());
        let values = template.values.iter().map(|it| Some(it.as_str()));
        let worlds: Vec<World> = [None].into_iter().chain(values).map(|it| World::new(&template.text, it)).collect();
        // That a value is not known is no claim about the project.
        for found in unknown.found.iter().filter(|it| it.rule != "incomplete-project") {
            let worlds = match rests_on(found) {
                Rests::Nothing => &worlds[..],
                Rests::Default => &worlds[..1],
                // It says itself that it holds only there, and there another rule may have better words.
                Rests::Unset => &[],
            };
            *(if worlds.len() > 1 { &mut definite } else { &mut conditional }) += 1;
            let refuting: Vec<String> = worlds.iter().filter(|it| it.refutes(found)).map(World::name).collect();
            if refuting.is_empty() {
                continue;
            }
            seen.insert(format!("{} {}", template.name, found.rule));
            if !is_known(&template.name, found.rule) {
                let (name, refuting) = (&template.name, refuting.join(", "));
                wrong.insert(format!("{name}: {}: {}\n  not where V is {refuting}", found.rule, found.message));
            }
        }
    }
    for known in KNOWN.iter().flat_map(|it| it.1).filter(|it| !seen.contains(**it)) {
        wrong.insert(format!("{known} is right by now: take it off the list"));
    }
    assert_none(&wrong.into_iter().collect::<Vec<_>>(), "said although nobody knows what the variable is");
    assert!(definite > 40 && conditional > 0, "{definite} and {conditional} findings are too few to show anything");
}
