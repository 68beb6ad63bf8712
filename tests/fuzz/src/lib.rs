//! What must hold for any bytes whatever. Each function takes an input and panics where it does not hold.
//!
//! The fuzz targets call these, and so do the tests of the program, for the inputs in `fixtures/fuzz/`.

mod project;
mod reports;
mod sound;

pub use project::{Project, SECRET, SEPARATOR};

use plimsoll_core::fix::{Texts, fix_all};
use plimsoll_core::grammar::dotenv;
use plimsoll_core::load::interpolate::{Variables, expand_str, interpolate};
use plimsoll_core::problem::{Problem, ProblemKind};
use plimsoll_core::source::{Sources, Span};
use plimsoll_core::text::Text;
use plimsoll_core::tree::Tree;
use plimsoll_core::{fix, syntax};
use std::ops::Range;

/// A target, by its name.
pub type Target = fn(&[u8]);

/// All targets.
pub const TARGETS: [(&str, Target); 5] =
    [("syntax", syntax), ("interpolation", interpolation), ("dotenv", dotenv), ("check", check), ("fix", fix)];

/// YAML: every node, mark, comment and problem has a place in the text, and a second reading gives the same.
pub fn syntax(bytes: &[u8]) {
    let mut sources = Sources::new();
    let Ok(file) = sources.add("compose.yaml", bytes.to_vec()) else { return };
    let read = || {
        let (mut tree, mut problems) = (Tree::default(), Vec::new());
        let document = syntax::parse(&mut tree, file, sources.get(file), &mut problems);
        (tree, document, problems)
    };
    let (tree, document, problems) = read();
    sound::tree(&sources, &tree, &document);
    problems.iter().for_each(|it| sound::problem(&sources, it));
    for comment in &document.comments {
        sound::span(&sources, *comment);
        assert!(sources.slice(*comment).starts_with('#'), "a comment begins with `#`");
    }
    let (_, again, same) = read();
    assert_eq!((&document.roots, &document.comments, problems), (&again.roots, &again.comments, same));
}

/// Variables in values. The first lines, up to one that is empty, are variables, and the rest is the value.
pub fn interpolation(bytes: &[u8]) {
    let Ok(input) = std::str::from_utf8(bytes) else { return };
    let (lines, text) = input.split_once("\n\n").unwrap_or(("", input));
    let (mut some, mut all) = (Variables::unknown(), Variables::complete());
    for (name, value) in lines.lines().filter_map(|it| it.split_once('=')) {
        some.set(name, value);
        all.set(name, value);
    }
    let mut sources = Sources::new();
    let file = sources.add_text("compose.yaml", text);
    let whole = Span::new(file, 0..text.len());
    let read = |text: &str, variables: &Variables| {
        let mut problems = Vec::new();
        let read = interpolate(Text::verbatim(text, whole, 0), variables, &mut 0, &mut problems);
        (read, problems)
    };
    for variables in [&some, &all] {
        let (value, problems) = read(text, variables);
        assert_eq!((value.clone(), problems.clone()), read(text, variables));
        problems.iter().for_each(|it| sound::problem(&sources, it));
        sound::text(&sources, &value);
        assert!(text.contains('$') || (value.as_str() == text && problems.is_empty()), "nothing is to be replaced");
        sound::part(&sources, &value.trim(), whole);
        for range in parts(value.as_str()) {
            sound::part(&sources, &value.slice(range), whole);
        }
    }
    let (value, problems) = read(text, &all);
    let lookup = |name: &str| all.get(name).map(str::to_string);
    let refused = problems.iter().any(|it| it.kind == ProblemKind::InvalidInterpolation);
    match expand_str(text, &lookup) {
        Ok(expanded) => assert_eq!((expanded.as_str(), refused), (value.as_str(), false)),
        Err(_) => assert!(refused, "both refuse a text, or none"),
    }
    let doubled = text.replace('$', "$$");
    assert_eq!(expand_str(&doubled, &lookup).as_deref(), Ok(text), "`$$` is a dollar");
}

/// Some ranges of a text, on character boundaries.
fn parts(text: &str) -> Vec<Range<usize>> {
    let step = (text.len() / 7).max(1);
    let mut places: Vec<usize> = (0..=text.len()).step_by(step).map(|it| text.floor_char_boundary(it)).collect();
    places.push(text.len());
    places.windows(2).map(|it| it[0]..it[1]).chain([0..0, text.len()..text.len()]).collect()
}

/// Files of variables: every range lies in the text, and what is put in quotes comes out of them.
pub fn dotenv(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lookup = |name: &str| (name.len() == 1).then(|| "outside".to_string());
    for read in [dotenv::parse, dotenv::parse_raw] {
        let found = read(text, &lookup);
        assert_eq!(found, read(text, &lookup));
        match found {
            Ok(found) => {
                let mut last = 0;
                for it in found {
                    assert!(last <= it.name_range.start && it.name_range.end <= it.value_range.start, "in order");
                    last = it.value_range.end;
                    assert_eq!(text.get(it.name_range), Some(it.name.as_str()));
                    assert!(text.get(it.value_range).is_some());
                }
            }
            Err(error) => {
                assert!((1..=text.matches('\n').count() + 1).contains(&error.line), "line {}", error.line);
                assert!(text.get(error.at).is_some());
                assert!(!error.message.is_empty());
            }
        }
    }
    let value = |line: &str| {
        let found = dotenv::parse(line, &|_| None).expect("a value in quotes");
        assert_eq!(found.len(), 1);
        found[0].value.clone().expect("a value")
    };
    let double = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    assert_eq!(value(&format!("A=\"{double}\"")), text);
    let single = text.replace(['\'', '\\'], "");
    assert_eq!(value(&format!("A='{single}'\n")), single);
}

/// The whole check, with every rule and every format of a report, and what the survey says.
pub fn check(bytes: &[u8]) {
    let project = Project::new(bytes);
    let (sources, found) = match project.check(&Texts::new()) {
        Ok(checked) => checked,
        Err(why) => {
            let secret = project.secret(&Sources::new());
            assert!(!secret || !why.contains(SECRET), "{why:?} shows the value of a variable");
            return;
        }
    };
    let Ok((_, again)) = project.check(&Texts::new()) else { panic!("what could be read can be read") };
    assert_eq!(found, again, "two runs are equal");
    sound::diagnostics(&sources, &found);
    let secret = project.secret(&sources);
    for it in &found {
        let help = it.help.iter().chain(it.fix.iter().map(|it| &it.title));
        let said = [&it.message, &it.reason].into_iter().chain(it.labels.iter().map(|it| &it.text)).chain(help);
        said.for_each(|it| assert!(!secret || !it.contains(SECRET), "{it:?} shows the value of a variable"));
    }
    reports::write(&sources, &found, secret.then_some(SECRET), bytes.len().is_multiple_of(16));
    project.survey();
}

/// Fixes: safe ones, then the others. What was YAML stays YAML, and a second run finds nothing to do.
pub fn fix(bytes: &[u8]) {
    let project = Project::new(bytes);
    if project.check(&Texts::new()).is_err() {
        return;
    }
    let mut texts = Texts::new();
    for with_unsafe in [false, true] {
        let run = |given: &Texts| {
            let mut check = |more: &Texts| {
                let texts: Texts = given.iter().chain(more).map(|it| (it.0.clone(), it.1.clone())).collect();
                let (sources, found) = project.check(&texts).unwrap_or_default();
                fix::Checked { sources, found, refusals: Vec::new() }
            };
            fix_all(&mut check, &|_, it| with_unsafe || it.safety == fix::Safety::Safe)
        };
        let fixed = run(&texts);
        for (name, text) in &fixed.texts {
            let before = &fixed.before[name];
            assert!(
                !parses(before) || parses(text),
                "{name}: this was YAML, and is none any more\n{before}\n=>\n{text}"
            );
        }
        sound::diagnostics(&fixed.left.sources, &fixed.left.found);
        texts.extend(fixed.texts);
        let again = run(&texts);
        let changed = again.texts.iter().next().map(|(name, text)| (name, &again.before[name], text));
        assert_eq!(changed, None, "a second run changes what it fixed before, unsafe: {with_unsafe}");
    }
}

/// Whether a text is YAML that Compose reads.
fn parses(text: &str) -> bool {
    let (mut sources, mut problems): (Sources, Vec<Problem>) = (Sources::new(), Vec::new());
    let file = sources.add_text("", text);
    syntax::parse(&mut Tree::default(), file, sources.get(file), &mut problems);
    problems.is_empty()
}
