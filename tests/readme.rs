//! The README is true: its example is the file in the repository, and its output is what the program prints.

use crate::support;
use std::process::Command;

const OPEN: &str = "<!-- output -->\n```\n";
const CLOSE: &str = "```\n<!-- /output -->";

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
    let done = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "examples/compose.yaml"])
        .current_dir(&root)
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1), "the example has findings");
    let said = String::from_utf8(done.stdout).unwrap();
    let (before, rest) = readme.split_once(OPEN).expect("README.md has a block of output");
    let (shown, after) = rest.split_once(CLOSE).expect("the block of output ends");
    if support::is_blessing() {
        std::fs::write(&path, format!("{before}{OPEN}{said}{CLOSE}{after}")).unwrap();
    } else {
        assert_eq!(shown, said, "README.md shows another output: run `UPDATE_EXPECT=1 cargo test readme`");
    }
}
