//! The README is true: its example is the file in the repository, and its output is what the program prints.

use crate::support;
use std::process::Command;

/// Takes part in both tests, which write the same file.
static BLESSING: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn the_example_is_the_file_and_says_what_the_program_says() {
    let root = support::root();
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let example = std::fs::read_to_string(root.join("examples/compose.yaml")).unwrap();
    assert!(
        readme.contains(&format!("```yaml\n{example}```")),
        "README.md shows another file than examples/compose.yaml"
    );
    compare("output", &["check", "examples/compose.yaml"], 1);
}

#[test]
fn the_survey_is_what_the_program_prints() {
    compare("survey", &["survey", "fixtures/survey/shop"], 0);
}

#[test]
fn the_number_of_image_families_is_that_of_the_catalogue() {
    let families = plimsoll_rules::images::catalogue().all().len();
    let said = [("README.md", "families of images"), ("CHANGELOG.md", "image families")];
    for (file, what) in said {
        let text = std::fs::read_to_string(support::root().join(file)).unwrap();
        assert!(text.contains(&format!("{families} {what}")), "{file}: the catalogue has {families} {what}");
    }
}

#[test]
fn the_changelog_names_each_rule() {
    let text = std::fs::read_to_string(support::root().join("CHANGELOG.md")).unwrap();
    let missing: Vec<_> = plimsoll_rules::RULES.iter().filter(|it| !text.contains(&format!("`{}`", it.id))).collect();
    assert!(missing.is_empty(), "CHANGELOG.md does not name {:?}", missing.iter().map(|it| it.id).collect::<Vec<_>>());
}

/// Compares the block of a name with what the program prints, or writes it.
fn compare(name: &str, args: &[&str], status: i32) {
    let (open, close) = (format!("<!-- {name} -->\n```\n"), format!("```\n<!-- /{name} -->"));
    let (root, path) = (support::root(), support::root().join("README.md"));
    let done = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(args).current_dir(&root).env_clear().output().unwrap();
    assert_eq!(done.status.code(), Some(status), "{args:?}");
    let said = String::from_utf8(done.stdout).unwrap();
    let _lock = BLESSING.lock();
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(&open).expect("README.md has the block");
    let (shown, after) = rest.split_once(&close).expect("the block ends");
    if support::is_blessing() {
        std::fs::write(&path, format!("{before}{open}{said}{close}{after}")).unwrap();
    } else {
        assert_eq!(shown, said, "README.md shows another output: run `UPDATE_EXPECT=1 cargo test readme`");
    }
}
