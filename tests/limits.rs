//! Each limit of `docs/limits.md`: below it everything is well, and above it one finding says so, in time.

use crate::support::{Checked, MAIN, Texts, check_texts, read, root};
use plimsoll_core::check::{Options, Selection};
use plimsoll_core::load::limits::{BYTES, COPIED, EXPANDED, EXTENDS, FILES, INCLUDES, INSERTED, MERGED_ENTRIES};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;

/// The message of what passes a limit, and where it is.
fn passed(files: &[(&str, String)]) -> Option<(String, String)> {
    let checked = check(files, &Options::default());
    let found: Vec<_> = checked.found.iter().filter(|it| it.reason.starts_with("more than ")).collect();
    assert!(found.len() <= 1, "a limit is passed once: {found:?}");
    let it = found.first()?;
    assert_eq!((it.rule, it.severity.name()), ("yaml-syntax", "error"));
    // Nobody can leave it out without saying so.
    let selection = Selection { select: vec!["durability".to_string()], ignore: Vec::new() };
    let other = check(files, &Options { selection, ..Options::default() });
    assert_eq!(other.found.len(), 1, "{:?}", other.found);
    assert_eq!((other.found[0].rule, &other.found[0].message), (it.rule, &it.message));
    let start = checked.sources.start(it.span);
    let place = format!("{}:{}:{}", checked.sources.get(it.span.file).name(), start.line, start.column);
    Some((place, format!("{} ({})", it.message, it.reason)))
}

fn check(files: &[(&str, String)], options: &Options) -> Checked {
    let texts: Texts = files.iter().map(|(name, text)| ((*name).to_string(), text.clone())).collect();
    check_texts(&texts, RULES, options)
}

#[track_caller]
fn assert_passed(files: &[(&str, String)], place: &str, message: &str) {
    assert_eq!(passed(files), Some((place.to_string(), message.to_string())));
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn the_page_names_each_limit() {
    let page = read(&root().join("docs/limits.md"));
    let rows: Vec<&str> = page.lines().filter(|it| it.starts_with("| ")).collect();
    let cells: Vec<&str> = rows.iter().filter_map(|it| it.split('|').nth(2)).map(str::trim).collect();
    let mebibytes = |bytes: usize| format!("{} MiB", bytes >> 20);
    let expected = [
        "at the most".to_string(),
        mebibytes(Sources::LIMIT),
        format!("{FILES} files"),
        mebibytes(BYTES),
        "255 levels".to_string(),
        format!("{MERGED_ENTRIES} entries"),
        format!("{EXPANDED} values"),
        format!("{COPIED} entries"),
        format!("{INCLUDES} files"),
        format!("{EXTENDS} services"),
        mebibytes(INSERTED),
        "64 levels".to_string(),
        "500000 instructions".to_string(),
        format!("{} findings", plimsoll_cli::report::MOST),
    ];
    assert_eq!(cells, expected, "docs/limits.md");
}

#[test]
fn depth() {
    let nested = |depth: usize| {
        vec![(MAIN, format!("x-a: {}{}\nservices: {{a: {{image: b}}}}\n", "[".repeat(depth), "]".repeat(depth)))]
    };
    assert_eq!(passed(&nested(254)), None);
    let (place, message) = passed(&nested(256)).unwrap();
    assert_eq!(message, "the file is nested too deeply (more than 255 levels)");
    assert!(place.starts_with("compose.yaml:1:26"), "{place}");
}

#[test]
fn merge_keys() {
    let text = |services: usize| {
        let keys = lines(500, |it| format!("  x-{it}: v\n"));
        format!("x-a: &a\n{keys}services:\n{}", lines(services, |it| format!("  s{it}: {{<<: *a, image: b}}\n")))
    };
    assert_eq!(passed(&[(MAIN, text(10))]), None);
    let (place, message) = passed(&[(MAIN, text(1_100))]).unwrap();
    assert_eq!(
        message,
        format!("the merge keys of this file take in too many entries (more than {MERGED_ENTRIES} entries)")
    );
    assert_eq!(place, "compose.yaml:1503:15");
}

#[test]
fn aliases() {
    let text = |services: usize, items: usize| {
        let items = lines(items, |it| format!("  - w{it}\n"));
        format!("x-a: &a\n{items}services:\n{}", lines(services, |it| format!("  s{it}: {{image: b, command: *a}}\n")))
    };
    assert_eq!(passed(&[(MAIN, text(300, 3_000))]), None);
    let message = format!("aliases and merges make too many values of this (more than {EXPANDED} values)");
    assert_passed(&[(MAIN, text(400, 3_000))], "compose.yaml:3337:9", &message);
    // A bomb is found where it is made, whoever uses it, and however deep it is.
    let bomb = lines(9, |it| format!("x-{}: &l{} [{}]\n", it + 1, it + 1, vec![format!("*l{it}"); 9].join(", ")));
    let text = format!("x-0: &l0 ha\n{bomb}services:\n  a: {{image: b, command: *l9}}\n");
    let (place, found) = passed(&[(MAIN, text)]).unwrap();
    assert_eq!(found, message);
    assert!(place.starts_with("compose.yaml:"), "{place}");
    // One of many levels is no bomb, and does not need the stack.
    let chain = lines(50_000, |it| format!("x-{}: &l{} [*l{it}]\n", it + 1, it + 1));
    let (_, found) = passed(&[(MAIN, format!("x-0: &l0 ha\n{chain}services: {{a: {{image: b}}}}\n"))]).unwrap();
    assert_eq!(found, message);
    let reset = lines(1_000, |it| format!("x-{}: &l{} [*l{it}]\n", it + 1, it + 1));
    assert_eq!(
        passed(&[(MAIN, format!("x-0: &l0 ha\n{reset}services: {{a: {{image: b, ports: !reset []}}}}\n"))]),
        None
    );
}

#[test]
fn what_is_written_is_no_expansion() {
    let text = format!("services:\n  a:\n    image: b\n    command:\n{}", "    - a\n".repeat(EXPANDED / 4));
    assert_eq!(passed(&[(MAIN, text)]), None);
}

#[test]
fn a_chain_of_extends() {
    let forwards = |count: usize| {
        let rest = lines(count, |it| format!("  s{}: {{extends: s{it}}}\n", it + 1));
        vec![(MAIN, format!("services:\n  s0: {{image: b}}\n{rest}"))]
    };
    let backwards = |count: usize| {
        let rest = lines(count, |it| format!("  s{it}: {{extends: s{}}}\n", it + 1));
        vec![(MAIN, format!("services:\n{rest}  s{count}: {{image: b}}\n"))]
    };
    let message = format!("the chain of `extends` is too long (more than {EXTENDS} services)");
    for chain in [&forwards as &dyn Fn(usize) -> Vec<(&'static str, String)>, &backwards] {
        assert_eq!(passed(&chain(EXTENDS)), None);
        assert_eq!(passed(&chain(EXTENDS + 1)).unwrap().1, message);
        assert_eq!(passed(&chain(20_000)).unwrap().1, message);
    }
    // A chain that many have in common is followed once.
    let wide = lines(5_000, |it| format!("  t{it}: {{extends: s{EXTENDS}}}\n"));
    let mut files = forwards(EXTENDS - 1);
    files[0].1 += &wide.replace(&format!("s{EXTENDS}"), &format!("s{}", EXTENDS - 1));
    assert_eq!(passed(&files), None);
}

#[test]
fn what_extends_copies() {
    let keys = lines(4_000, |it| format!("      K{it}: v\n"));
    let services = lines(400, |it| format!("  s{it}: {{extends: a, environment: {{A: b}}}}\n"));
    let text = format!("services:\n  a:\n    image: b\n    environment:\n{keys}{services}");
    let (_, message) = passed(&[(MAIN, text)]).unwrap();
    assert_eq!(message, format!("aliases and merges make too many values of this (more than {EXPANDED} values)"));
    // What is made on the way counts as well, even if nothing is left of it.
    let documents = lines(2_000, |it| format!("---\nservices: {{s{it}: {{image: b}}}}\n"));
    let keys = lines(4_000, |it| format!("x-{it}: v\n"));
    let (_, message) = passed(&[(MAIN, format!("{keys}{documents}"))]).unwrap();
    let expected = format!("what is extended, included and merged up to here is too much (more than {COPIED} entries)");
    assert_eq!(message, expected);
}

#[test]
fn many_documents_cost_no_more_than_what_they_say() {
    let service = "services: {a: {image: b}}\n";
    assert_eq!(passed(&[(MAIN, lines(10_000, |_| format!("---\n{service}")))]), None);
    // What is under all of them is looked at once.
    let services = lines(2_000, |it| format!("  s{it}:\n    image: b\n    environment: [A=b, C=d]\n"));
    let text = format!("services:\n{services}{}", "---\nx-a: b\n".repeat(2_000));
    assert_eq!(passed(&[(MAIN, text)]), None);
    // So is what one of them takes away.
    let services = lines(20_000, |it| format!("  s{it}: {{image: b, ports: ['{it}']}}\n"));
    let resets = lines(20_000, |it| format!("  s{it}: {{ports: !reset []}}\n"));
    let checked = check(&[(MAIN, format!("services:\n{services}---\nservices:\n{resets}"))], &Options::default());
    assert!(checked.found.is_empty(), "{:?}", checked.found.first());
}

#[test]
fn many_files() {
    let wide = |count: usize| {
        let mut files: Vec<(String, String)> =
            (0..count).map(|it| (format!("f{it}.yaml"), format!("services: {{s{it}: {{image: b}}}}\n"))).collect();
        files.push((MAIN.to_string(), format!("include:\n{}", lines(count, |it| format!("- f{it}.yaml\n")))));
        files
    };
    let chain = |count: usize| {
        let mut files: Vec<(String, String)> =
            (1..count).map(|it| (format!("f{it}.yaml"), format!("include: [f{}.yaml]\n", it + 1))).collect();
        files.push((format!("f{count}.yaml"), "services: {a: {image: b}}\n".to_string()));
        files.push((MAIN.to_string(), "include: [f1.yaml]\n".to_string()));
        files
    };
    let borrowed =
        |files: &'static [(String, String)]| files.iter().map(|it| (it.0.as_str(), it.1.clone())).collect::<Vec<_>>();
    assert_eq!(passed(&borrowed(chain(INCLUDES).leak())), None);
    let message = format!("the chain of `include` is too long (more than {INCLUDES} files)");
    assert_passed(&borrowed(chain(INCLUDES + 1).leak()), &format!("f{INCLUDES}.yaml:1:11"), &message);
    assert_eq!(passed(&borrowed(wide(FILES - 1).leak())), None);
    let message = format!("the project reads too many files (more than {FILES} files)");
    assert_passed(&borrowed(wide(FILES).leak()), &format!("f{}.yaml:1:1", FILES - 1), &message);
    // The same ones again and again, and each twice as often as the one before.
    let again = format!("include:\n{}", "- a.yaml\n".repeat(FILES + 1));
    let again = vec![(MAIN, again), ("a.yaml", "services: {a: {image: b}}\n".to_string())];
    assert_passed(&again, "a.yaml:1:1", &message);
    let mut doubled = vec![(MAIN.to_string(), "include: [a0.yaml, b0.yaml]\n".to_string())];
    for level in 0..40 {
        let next = level + 1;
        doubled.extend(
            ["a", "b"].map(|it| (format!("{it}{level}.yaml"), format!("include: [a{next}.yaml, b{next}.yaml]\n"))),
        );
    }
    doubled.extend(["a40.yaml", "b40.yaml"].map(|it| (it.to_string(), "services: {a: {image: b}}\n".to_string())));
    assert_eq!(passed(&borrowed(doubled.leak())).unwrap().1, message);
    // Overlays count as well: each document is one over those before it.
    let services = lines(FILES, |it| format!("  s{it}: {{extends: {{file: e{it}.yaml, service: a}}}}\n"));
    let mut extended: Vec<(String, String)> =
        (0..FILES).map(|it| (format!("e{it}.yaml"), "services: {a: {image: b}}\n".to_string())).collect();
    extended.push((MAIN.to_string(), format!("services:\n{services}")));
    assert_eq!(passed(&borrowed(extended.leak())).unwrap().1, message);
}

#[test]
fn files_together() {
    let large = format!("# {}\nservices: {{a: {{image: b}}}}\n", "x".repeat(Sources::LIMIT - 100));
    let text = format!("include:\n{}", lines(5, |it| format!("- {{path: a.yaml, project_directory: d{it}}}\n")));
    let message = format!("the files of the project are too large together (more than {} MiB)", BYTES >> 20);
    assert_passed(&[(MAIN, text), ("a.yaml", large.clone())], "a.yaml:1:1", &message);
    let services = lines(5, |it| format!("  s{it}: {{image: b, env_file: a.env}}\n"));
    let message = format!("the `env_file`s are too large together (more than {} MiB)", BYTES >> 20);
    let large = format!("# {}\n", "x".repeat(Sources::LIMIT - 100));
    assert_passed(&[(MAIN, format!("services:\n{services}")), ("a.env", large)], "compose.yaml:6:28", &message);
}

#[test]
fn env_files() {
    let services = lines(300, |it| format!("  s{it}: {{image: b, env_file: a.env}}\n"));
    let text = format!("services:\n{services}");
    let file = |count: usize| lines(count, |it| format!("A{it}=b\n"));
    assert_eq!(passed(&[(MAIN, text.clone()), ("a.env", file(1_000))]), None);
    let message = format!("the `env_file`s give the services too many variables (more than {EXPANDED} variables)");
    assert_passed(&[(MAIN, text), ("a.env", file(4_000))], "compose.yaml:252:30", &message);
}

#[test]
fn values_of_variables() {
    let mut options = Options::default();
    options.variables.set("A", "x".repeat(1 << 20));
    let text = |uses: usize| format!("services:\n  a:\n    image: b\n    command:\n{}", "    - $A\n".repeat(uses));
    let found = |uses: usize| {
        let found = check(&[(MAIN, text(uses))], &options).found;
        found.into_iter().map(|it| format!("{} ({})", it.message, it.reason)).collect::<Vec<_>>()
    };
    assert_eq!(found(INSERTED >> 20), Vec::<String>::new());
    let message = "the values of the variables make too much text up to here";
    assert_eq!(found(10_000), [format!("{message} (more than {} MiB)", INSERTED >> 20)]);
}

#[test]
fn expressions_in_expressions() {
    let text = |depth: usize| {
        format!("services:\n  a:\n    image: b\n    command: {}x{}\n", "${A:-".repeat(depth), "}".repeat(depth))
    };
    let found = |depth: usize| check(&[(MAIN, text(depth))], &Options::default()).found;
    assert!(found(65).is_empty(), "{:?}", found(65));
    let deep = found(66);
    assert_eq!((deep.len(), deep[0].rule), (1, "invalid-interpolation"));
    assert_eq!(deep[0].reason, "the expressions are nested too deeply");
}

#[test]
fn many_ignores_and_many_findings_do_not_multiply() {
    let text = format!(
        "services:\n{}{}",
        "  # plimsoll: ignore[unknown-key]\n  # plimsoll: ignore[nonsense]\n".repeat(20_000),
        lines(20_000, |it| format!("  s{it}: {{image: b, kk{it}: c}} # plimsoll: ignore[unknown-key]\n"))
    );
    let selection = Selection { select: vec!["all".to_string()], ignore: Vec::new() };
    let found = check(&[(MAIN, text)], &Options { selection, ..Options::default() }).found;
    assert!(!found.iter().any(|it| it.rule == "unknown-key"));
    assert_eq!(found.iter().filter(|it| it.rule == "invalid-ignore").count(), 20_000);
}
