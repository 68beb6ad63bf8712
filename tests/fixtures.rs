//! The cases in `fixtures/<rule-id>/` and `fixtures/stacks/`, of one file or of a folder: what is found where, by
//! markers, and what is said.

use crate::support::{
    Checked, MAIN, Texts, apply, apply_all, assert_none, check_texts, comments, difference, dump, entries, expect_file,
    files_below, has_extension, options_of, read, root, shown, unsound,
};
use plimsoll_core::check::{Options, Rule};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of the cases that are about no rule of their own, but about all of them.
const STACKS: &str = "stacks";

/// One case, checked.
struct Case {
    path: PathBuf,
    /// The rule that it is about; none in [`STACKS`].
    rule: Option<&'static Rule>,
    texts: Texts,
    options: Options,
    checked: Checked,
}

impl Case {
    fn name(&self) -> String {
        shown(&self.path)
    }

    /// The file beside it with another ending.
    fn beside(&self, extension: &str) -> PathBuf {
        self.path.with_extension(extension)
    }

    /// Whether it is there to show that the rule stays silent, or all rules.
    fn is_ok(&self) -> bool {
        self.path.file_name().unwrap().to_string_lossy().starts_with("ok")
    }

    fn findings_of_rule(&self) -> usize {
        self.checked.found.iter().filter(|it| self.rule.is_none_or(|rule| it.rule == rule.id)).count()
    }
}

fn is_fixed(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".fixed.yaml")
}

/// The files of a case: one, or all in a folder, by their path in it.
fn texts_of(path: &Path) -> Texts {
    if path.is_file() {
        return Texts::from([(MAIN.to_string(), read(path))]);
    }
    let name = |it: &PathBuf| shown(it).strip_prefix(&shown(path)).unwrap_or_default()[1..].to_string();
    let texts: Texts = files_below(path).iter().map(|it| (name(it), read(it))).collect();
    assert!(texts.contains_key(MAIN), "{}: a case of several files has a `{MAIN}`", shown(path));
    texts
}

/// Every `fixtures/<rule-id>/<case>.yaml` and `fixtures/<rule-id>/<case>/`, and those in `fixtures/stacks/`.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let folders = RULES.iter().map(|it| (it.id, Some(*it)));
    for (folder, rule) in folders.chain([(STACKS, None)]) {
        for path in entries(&root().join("fixtures").join(folder)) {
            if !path.is_dir() && (!has_extension(&path, "yaml") || is_fixed(&path)) {
                continue;
            }
            let texts = texts_of(&path);
            let options = options_of(&texts[MAIN]).unwrap_or_else(|why| panic!("{}, line 1: {why}", shown(&path)));
            let checked = check_texts(&texts, RULES, &options);
            cases.push(Case { path, rule, texts, options, checked });
        }
    }
    cases
}

/// A line of a file, from 1.
type Place = (String, usize);

/// What the markers in a file say: for each line the rules with a finding that starts there.
fn marked(name: &str, text: &str, marked: &mut BTreeMap<Place, Vec<String>>) -> Result<(), String> {
    let mut sources = Sources::new();
    let file = sources.add_text(name, text);
    let source = sources.get(file);
    for at in 0..source.line_starts().len() {
        let line = &source.text()[source.line_range(at)];
        let Some((before, marker)) = line.split_once("#~") else { continue };
        if !before.is_empty() && !before.ends_with([' ', '\t']) {
            return Err(format!("{name}:{}: a blank is missing before `#~`", at + 1));
        }
        let rules = marker.trim_start_matches('^');
        let up = marker.len() - rules.len();
        let target = (at + 1).checked_sub(up).filter(|it| *it > 0);
        let target = target.ok_or_else(|| format!("{name}:{}: `#~{marker}` points above the file", at + 1))?;
        for rule in rules.split(',').map(str::trim) {
            if plimsoll_rules::rule(rule).is_none() {
                return Err(format!("{name}:{}: the marker names `{rule}`, and there is no such rule", at + 1));
            }
            marked.entry((name.to_string(), target)).or_default().push(rule.to_string());
        }
    }
    Ok(())
}

#[test]
fn every_finding_has_a_marker_and_every_marker_a_finding() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (mut marked, mut found): (BTreeMap<Place, _>, BTreeMap<Place, Vec<String>>) = Default::default();
        let marks = case.texts.iter().try_for_each(|(name, text)| self::marked(name, text, &mut marked));
        if let Err(why) = marks {
            wrong.push(format!("{}: {why}", case.name()));
            continue;
        }
        for it in &case.checked.found {
            let sources = &case.checked.sources;
            let place = (sources.get(it.span.file).name().to_string(), sources.start(it.span).line as usize);
            found.entry(place).or_default().push(it.rule.to_string());
        }
        marked.values_mut().chain(found.values_mut()).for_each(|it| it.sort());
        if marked == found {
            continue;
        }
        let places: BTreeSet<&Place> = marked.keys().chain(found.keys()).collect();
        for place in places {
            let (marked, found) = (marked.get(place), found.get(place));
            if marked != found {
                let list = |it: Option<&Vec<String>>| it.map_or("nothing".to_string(), |it| it.join(", "));
                let file = if case.path.is_dir() { format!("/{}", place.0) } else { String::new() };
                let (marked, found) = (list(marked), list(found));
                wrong.push(format!("{}{file}:{}: marked {marked}, found {found}", case.name(), place.1));
            }
        }
    }
    assert_none(
        &wrong,
        "write `#~ rule-id` behind the line on which a finding starts (`#~^ rule-id` below it), or mend the rule",
    );
}

#[test]
fn what_is_said_is_recorded() {
    let mut wrong = Vec::new();
    for case in cases() {
        let text = dump(&case.checked);
        expect_file(&case.beside("out"), (!text.is_empty()).then_some(text.as_str()), &mut wrong);
        let fixable = case.checked.found.iter().any(|it| it.fix.is_some());
        let fixed = if fixable { apply_all(&case.texts, &case.options, |_| true) } else { None };
        let fixed = fixed.as_ref().map(|it| it[MAIN].as_str());
        expect_file(&case.beside("fixed.yaml"), fixed, &mut wrong);
    }
    assert_none(&wrong, "if this is what should be said, run `UPDATE_EXPECT=1 cargo test`, and read what it wrote");
}

#[test]
fn every_rule_has_a_case_with_and_one_without_a_finding() {
    let mut wrong = Vec::new();
    let cases = cases();
    for rule in RULES {
        let here: Vec<&Case> = cases.iter().filter(|it| it.rule.is_some_and(|it| it.id == rule.id)).collect();
        if !here.iter().any(|it| it.findings_of_rule() > 0) {
            wrong.push(format!("fixtures/{}/ has no case with a finding of `{}`", rule.id, rule.id));
        }
        if here.iter().all(|it| it.findings_of_rule() > 0) {
            wrong.push(format!("fixtures/{}/ has no case on which `{}` stays silent: `ok.yaml`", rule.id, rule.id));
        }
    }
    for case in cases.iter().filter(|it| it.is_ok() && it.findings_of_rule() > 0) {
        wrong.push(format!("{} gives a finding of its rule: mend the rule, or rename the case", case.name()));
    }
    for case in cases.iter().filter(|it| it.rule.is_none() && !it.is_ok()) {
        let good = case.path.with_file_name(format!("ok-{}", case.path.file_name().unwrap().to_string_lossy()));
        if !good.exists() || case.findings_of_rule() == 0 {
            wrong.push(format!("{}: a stack has findings, and {} beside it has none", case.name(), shown(&good)));
        }
    }
    assert_none(&wrong, "each rule is shown at work and at rest, see fixtures/README.md");
}

#[test]
fn nothing_in_the_fixtures_is_left_over() {
    let mut wrong = Vec::new();
    let readme = std::fs::read_to_string(root().join("fixtures/README.md")).unwrap_or_default();
    for folder in entries(&root().join("fixtures")) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if !folder.is_dir() {
            if name != "README.md" {
                wrong.push(format!("{}: a fixture stands in the folder of its rule", shown(&folder)));
            }
            continue;
        }
        let about_a_rule = plimsoll_rules::rule(&name).is_some();
        if !about_a_rule && !readme.contains(&format!("`{name}/`")) {
            wrong.push(format!(
                "{}: no rule is called so; if it is not about a rule, describe it in fixtures/README.md as `{name}/`",
                shown(&folder)
            ));
        }
        if !about_a_rule && name != STACKS {
            continue;
        }
        for path in entries(&folder) {
            let base = path.to_string_lossy().into_owned();
            let case = match base.strip_suffix(".fixed.yaml").or_else(|| base.strip_suffix(".out")) {
                Some(case) => PathBuf::from(format!("{case}.yaml")),
                None if has_extension(&path, "yaml") || path.is_dir() => continue,
                None => {
                    wrong.push(format!("{}: nothing reads this", shown(&path)));
                    continue;
                }
            };
            if !case.is_file() && !case.with_extension("").is_dir() {
                wrong.push(format!("{}: its case {} is gone; delete it", shown(&path), shown(&case)));
            }
        }
    }
    assert_none(&wrong, "fixtures/README.md says what belongs where");
}

#[test]
fn the_order_of_the_rules_does_not_matter() {
    let reversed: Vec<&'static Rule> = RULES.iter().rev().copied().collect();
    let mut wrong = Vec::new();
    for case in cases() {
        let other = check_texts(&case.texts, &reversed, &case.options);
        if other.found != case.checked.found {
            let recorded = dump(&case.checked);
            wrong.push(format!("{}\n{}", case.name(), difference(&recorded, &dump(&other))));
        }
    }
    assert_none(&wrong, "with the rules in reverse order something else is found: no rule may hang on another");
}

#[test]
fn places_and_words_are_sound() {
    let mut wrong = Vec::new();
    for case in cases() {
        wrong.extend(unsound(&case.checked).into_iter().map(|it| format!("{}: {it}", case.name())));
        for found in &case.checked.found {
            let labels = found.labels.iter().map(|it| &it.text);
            let words = [&found.message, &found.reason].into_iter().chain(labels).chain(&found.help);
            for words in words.filter(|it| it.ends_with('.') && !it.ends_with("..")) {
                wrong.push(format!("{}: {}: {words:?} ends with a dot", case.name(), found.rule));
            }
            let first = found.message.split([' ', '`']).next().unwrap_or_default();
            let names = ["Compose", "Docker", "YAML"];
            if first.starts_with(char::is_uppercase) && !names.contains(&first) {
                wrong.push(format!("{}: {}: {:?} begins in upper case", case.name(), found.rule, found.message));
            }
        }
    }
    assert_none(&wrong, "a message is one line in lower case without a dot at its end, and its place lies in the text");
}

#[test]
fn fixes_are_what_their_rule_declares() {
    let mut wrong = Vec::new();
    let mut offered = Vec::new();
    for case in cases() {
        for found in &case.checked.found {
            let Some(fix) = &found.fix else { continue };
            offered.push(found.rule);
            match plimsoll_rules::rule(found.rule).and_then(|it| it.fix) {
                None => wrong.push(format!("{}: `{}` offers a fix and declares none", case.name(), found.rule)),
                Some(best) if fix.safety < best => {
                    let names = (best.name(), fix.safety.name());
                    wrong.push(format!(
                        "{}: `{}` declares {} and offers {}",
                        case.name(),
                        found.rule,
                        names.0,
                        names.1
                    ));
                }
                Some(_) => {}
            }
        }
    }
    for rule in RULES.iter().filter(|it| it.fix.is_some() && !offered.contains(&it.id)) {
        wrong.push(format!("`{}` declares a fix, and offers one in no fixture", rule.id));
    }
    assert_none(&wrong, "set `fix:` of the rule to the best that it offers, and add a fixture");
}

#[test]
fn fixes_mend_and_keep_what_people_wrote() {
    let mut wrong = Vec::new();
    for case in cases() {
        let mut say = |rule: &str, what: &str| wrong.push(format!("{}: the fix of `{rule}` {what}", case.name()));
        let mut fixable = false;
        for found in &case.checked.found {
            let Some(fix) = &found.fix else { continue };
            fixable = true;
            let fixed = apply(&case.texts, &case.checked.sources, fix);
            let after = check_texts(&fixed, RULES, &case.options);
            let count = |checked: &Checked, rule: &str| checked.found.iter().filter(|it| it.rule == rule).count();
            if count(&after, "yaml-syntax") > count(&case.checked, "yaml-syntax") {
                say(found.rule, "makes a file that is not YAML");
            }
            if count(&after, found.rule) >= count(&case.checked, found.rule) {
                say(found.rule, "does not silence it");
            }
            let all = |texts: &Texts| texts.values().flat_map(|it| comments(it)).collect::<Vec<String>>();
            let kept = all(&fixed);
            for comment in all(&case.texts).iter().filter(|it| !kept.contains(it)) {
                say(found.rule, &format!("loses the comment `{comment}`"));
            }
        }
        if fixable && apply_all(&case.texts, &case.options, |_| true).is_none() {
            say("this case", "does not come to an end");
        }
    }
    assert_none(&wrong, "a fix gives valid YAML, silences its finding, keeps every comment, and ends");
}
