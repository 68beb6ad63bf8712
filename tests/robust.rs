//! Whatever the text is, a check ends, in time, without a panic, and blames places that exist.

mod words;

use crate::support::{Checked, all, check_file, check_text, entries, examples, files_below, has_extension, page_path};
use crate::support::{read, root, unsound};
use plimsoll_core::check::Options;
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How many texts one test checks at most. More are thinned out evenly, the same ones on every machine.
const MOST: usize = 40_000;
/// How long one hostile file may take in a build without optimisation, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A text with what makes a parser stumble: characters of several bytes, CRLF, anchors, merge keys, every style.
const TRICKY: &str = "\u{feff}# Grüße\r\nx-a: &a {image: 'postgres:16', \"tmpfs\": [/tmp]}\r\n\
x-b: &b\n  <<: *a\n  environment: [PGDATA=/dätä, \"K=${V:-ü}\", 'E']\nname: \"a\\u0000b\\n\"\nservices:\n  \u{1f418}: *b\n  db:\n    <<: [*a, *b]\n    \
command: >-\n      postgres\n       -c data_directory=/x\n    volumes:\n    - ${D:?é}:/var/lib/postgresql/data:ro # é\n    - type: volume\n      \
source: pg\n      target: /\n    healthcheck: {test: [CMD, \"x\\\"\"], interval: 1s}\n    ? labels\n    : |2\n      a\n\n    stop_grace_period: 1m0s # plimsoll: ignore[\n\
volumes: {pg: , q: !!null ~}\n---\n...\n";

/// What people, merges and bad editors put into YAML.
const SCRAPS: [&str; 40] = [
    "&a ",
    "*a",
    "*b",
    "<<: *a",
    "${",
    "${A:-",
    "}",
    "$",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "- ",
    ": ",
    ":",
    "\t",
    "|\n",
    ">-\n",
    "#",
    " # plimsoll: ignore[",
    "é",
    "\u{1f433}",
    "\u{feff}",
    "\0",
    "\r",
    "\r\n",
    "\n",
    "\n\n",
    "!!binary ",
    "!reset ",
    "---\n",
    "...\n",
    "? ",
    "\\",
    "%YAML 1.1\n",
    "\u{2028}",
    "\u{1b}[31m",
    "services:\n",
];

/// A named text.
struct Seed {
    name: String,
    text: String,
}

/// Every fixture, every example of every page, and a text of our own.
fn seeds() -> Vec<Seed> {
    let mut seeds = vec![Seed { name: "the tricky text".to_string(), text: TRICKY.to_string() }];
    for folder in entries(&root().join("fixtures")).into_iter().filter(|it| it.is_dir()) {
        for path in files_below(&folder).into_iter().filter(|it| has_extension(it, "yaml") || has_extension(it, "yml"))
        {
            if let Ok(text) = std::fs::read_to_string(&path) {
                seeds.push(Seed { name: crate::support::shown(&path), text });
            }
        }
    }
    for rule in RULES.iter().filter(|it| page_path(it.id).is_file()) {
        for example in examples(&read(&page_path(rule.id))).into_iter().filter(|it| it.language == "yaml") {
            seeds.push(Seed { name: format!("rules/{}.md, line {}", rule.id, example.line), text: example.text });
        }
    }
    seeds
}

/// Pseudo-random numbers that are the same everywhere: xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }
}

/// Checks a text, and says what is wrong with that.
fn try_check(name: &str, check: impl FnOnce() -> Checked) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(check)) {
        Ok(checked) => {
            let wrong = unsound(&checked);
            let text = checked.sources.get(checked.file).text();
            (!wrong.is_empty()).then(|| format!("{name}: {}\n  the text: {text:?}", wrong.join("; ")))
        }
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("something");
            Some(format!("{name}: the check panicked with {said:?}"))
        }
    }
}

/// Runs every job, on all processors, and fails with the first few that went wrong.
pub fn run_all<T: Sync>(jobs: &[T], run: impl Fn(&T) -> Option<String> + Sync) {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(what) = run(job) {
                        wrong.lock().unwrap().push(what);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort_by_key(String::len);
    let count = wrong.len();
    wrong.truncate(5);
    let advice = format!("{count} of {} texts went wrong; the shortest reports are", jobs.len());
    crate::support::assert_none(&wrong, &advice);
}

/// Every n-th of the jobs, so that at most `most` are left. The last one stays.
fn thin<T>(jobs: Vec<T>, most: usize) -> Vec<T> {
    let step = jobs.len().div_ceil(most).max(1);
    let last = jobs.len().saturating_sub(1);
    jobs.into_iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last).map(|it| it.1).collect()
}

#[test]
fn texts_that_end_too_early() {
    let seeds = seeds();
    let mut jobs = Vec::new();
    for seed in &seeds {
        let ends = (0..=seed.text.len()).filter(|it| seed.text.is_char_boundary(*it));
        jobs.extend(ends.map(|end| (seed, end)));
    }
    run_all(&thin(jobs, MOST), |(seed, end)| {
        let name = format!("{}, its first {end} bytes", seed.name);
        try_check(&name, || check_text(&seed.text[..*end], &Options::default()))
    });
}

#[test]
fn texts_without_one_of_their_lines() {
    let seeds = seeds();
    let mut jobs = Vec::new();
    for seed in &seeds {
        jobs.extend((0..seed.text.split_inclusive('\n').count()).map(|line| (seed, line)));
    }
    run_all(&thin(jobs, MOST), |(seed, line)| {
        let lines = seed.text.split_inclusive('\n').enumerate().filter(|it| it.0 != *line);
        let text: String = lines.map(|it| it.1).collect();
        let name = format!("{} without line {}", seed.name, line + 1);
        try_check(&name, || check_text(&text, &Options::default()))
    });
}

#[test]
fn bytes_that_end_too_early() {
    let seeds = seeds();
    let wide = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let mut files: Vec<(String, Vec<u8>)> =
        vec![("the tricky text in UTF-16".to_string(), wide(TRICKY.trim_start_matches('\u{feff}')))];
    files.extend(seeds.iter().take(3).map(|it| (it.name.clone(), it.text.clone().into_bytes())));
    let mut jobs = Vec::new();
    for (name, bytes) in &files {
        jobs.extend((0..=bytes.len()).map(|end| (name, &bytes[..end])));
    }
    run_all(&thin(jobs, MOST), |(name, bytes)| {
        let mut sources = Sources::new();
        // Bytes that are no text are an error with a reason, and never a panic.
        match catch_unwind(AssertUnwindSafe(|| {
            sources.add("compose.yaml", bytes.to_vec()).map_err(|it| it.to_string())
        })) {
            Ok(Ok(file)) => {
                let name = format!("{name}, its first {} bytes", bytes.len());
                try_check(&name, || check_file(sources, file, &Options::default()))
            }
            Ok(Err(why)) => why.is_empty().then(|| format!("{name}: refused without a reason")),
            Err(_) => Some(format!("{name}: reading {} bytes panicked", bytes.len())),
        }
    });
}

#[test]
fn texts_that_are_damaged_at_random() {
    let seeds = seeds();
    let jobs: Vec<u64> = (1..=2_000).collect();
    run_all(&jobs, |number| {
        let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let seed = &seeds[random.below(seeds.len())];
        let mut text = seed.text.clone();
        for _ in 0..1 + random.below(4) {
            damage(&mut text, &mut random);
        }
        let name = format!("damage {number} of {}", seed.name);
        try_check(&format!("{name}: {text:?}"), || check_text(&text, &all()))
    });
}

/// One change of the kind that hands, tools and merges make.
fn damage(text: &mut String, random: &mut Random) {
    let (a, b) = (random.place(text), random.place(text));
    let (from, to) = (a.min(b), a.max(b));
    match random.below(6) {
        0 => text.replace_range(from..text.floor_char_boundary(to.min(from + 20)).max(from), ""),
        1 => text.insert_str(from, SCRAPS[random.below(SCRAPS.len())]),
        2 => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (one, other) = (random.below(lines.len()), random.below(lines.len()));
            if !lines.is_empty() {
                lines.swap(one, other);
            }
            *text = lines.concat();
        }
        3 => {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let line = lines.get(random.below(lines.len())).unwrap_or(&"").to_string();
            text.insert_str(from, &line);
        }
        4 => {
            // Indent or outdent a line.
            let start = text[..from].rfind('\n').map_or(0, |it| it + 1);
            if text[start..].starts_with("  ") && random.below(2) == 0 {
                text.replace_range(start..start + 2, "");
            } else {
                text.insert(start, ' ');
            }
        }
        _ => {
            let part = text[from..text.floor_char_boundary(to.min(from + 60)).max(from)].to_string();
            let at = random.place(text);
            text.insert_str(at, &part);
        }
    }
}

/// Checks a text on a thread of its own, so that a check without end fails instead of hanging.
fn in_time(what: &str, text: String) -> Checked {
    let (send, receive) = mpsc::channel();
    let start = Instant::now();
    // A language server checks on such a thread: 2 MiB of stack. Its name is all that is said if they do not suffice.
    let thread = thread::Builder::new().name(format!("{what} of {} bytes", text.len())).stack_size(2 << 20);
    let handle = thread.spawn(move || send.send(check_text(&text, &all()))).unwrap();
    let checked = match receive.recv_timeout(PATIENCE) {
        Ok(checked) => checked,
        Err(mpsc::RecvTimeoutError::Timeout) => {
            panic!("{what}: the check takes more than {PATIENCE:?}: something grows faster than the file")
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("{what}: the check panicked after {:?}", start.elapsed()),
    };
    let _ = handle.join();
    let wrong = unsound(&checked);
    crate::support::assert_none(&wrong, "a hostile file is still told the truth");
    checked
}

#[track_caller]
fn assert_finds(checked: &Checked, rule: &str) {
    let found: Vec<&str> = checked.found.iter().map(|it| it.rule).collect();
    assert!(found.contains(&rule), "expected a finding of `{rule}`, found {:?}", &found[..found.len().min(10)]);
}

#[test]
fn ten_thousand_levels() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        let text = format!("x: \n  {}{}\n", open.repeat(10_000), close.repeat(10_000));
        assert_finds(&in_time(&format!("levels of `{open}`"), text), "yaml-syntax");
    }
    let keys: String = (0..5_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert_finds(&in_time("levels of keys", keys), "yaml-syntax");
    in_time(
        "levels of defaults",
        format!("services:\n  a:\n    image: {}x{}\n", "${A:-".repeat(10_000), "}".repeat(10_000)),
    );
}

#[test]
fn an_alias_to_itself() {
    for text in [
        "services: &a\n  db: *a\n",
        "x-a: &a [1, *a]\nservices:\n  db:\n    image: x\n    command: *a\n",
        "services:\n  db: &a\n    <<: *a\n    image: postgres:17\n",
        "services:\n  db: &a\n    image: postgres:17\n    environment:\n      <<: [*a, *a]\n",
    ] {
        assert_finds(&in_time("an alias to itself", text.to_string()), "yaml-syntax");
    }
}

/// Nine levels of lists or mappings, each with nine aliases to the one before: a billion leaves.
fn billion(open: &str, item: impl Fn(usize, usize) -> String, close: &str, leaf: &str) -> String {
    let mut text = format!("x-0: &l0 {leaf}\n");
    for level in 1..=9 {
        let items: Vec<String> = (0..9).map(|at| item(level - 1, at)).collect();
        text += &format!("x-{level}: &l{level} {open}{}{close}\n", items.join(", "));
    }
    text
}

#[test]
fn a_billion_laughs() {
    let list = billion("[", |level, _| format!("*l{level}"), "]", "ha");
    let map = billion("{", |level, at| format!("k{at}: *l{level}"), "}", "ha");
    let merged = billion("{", |level, at| format!("k{level}{at}: x, <<: *l{level}"), "}", "{image: postgres:17}");
    for (key, bomb) in [
        ("command", &list),
        ("environment", &list),
        ("volumes", &list),
        ("environment", &map),
        ("healthcheck", &map),
        ("build", &map),
        ("deploy", &map),
        ("depends_on", &map),
        ("labels", &merged),
    ] {
        in_time(
            &format!("a bomb under `{key}`"),
            format!("{bomb}services:\n  db:\n    image: postgres:17\n    {key}: *l9\n"),
        );
    }
    in_time("a list as services", format!("{list}services: *l9\n"));
    in_time("a mapping as service and volumes", format!("{map}services:\n  db: *l9\nvolumes: *l9\n"));
    in_time("a merged mapping", format!("{merged}services:\n  db:\n    <<: *l9\n"));
}

#[test]
fn a_list_that_is_taken_in_twice() {
    let text = "services:\n  a:\n    image: postgres:17\n    volumes: &v [one:/data, two:/data]\n  \
                b:\n    extends: a\n    volumes: *v\nvolumes: {one: , two: }\n";
    in_time("two mounts that take each other's place", text.to_string());
}

#[test]
fn twenty_thousand_services_that_share_a_mapping() {
    let keys: String = (0..40).map(|it| format!("    KEY_{it}: value {it}\n")).collect();
    let mut text = format!("x-base: &base\n  image: postgres:17\n  environment: &env\n{keys}services:\n");
    for at in 0..20_000 {
        text += &format!("  s{at}: {{image: postgres:17, environment: *env}}\n");
    }
    assert_finds(&in_time("many services", text), "data-not-persisted");
}

/// The rules of a large project run on two threads.
#[test]
fn a_large_project_has_the_findings_of_a_small_one() {
    let service = |at: usize| match at % 5 {
        0 => format!("  s{at}: {{image: 'postgres:16', volumes: ['pg{at}:/var/lib/postgresql/data']}}\n"),
        1 => format!("  s{at}: {{image: 'mysql:8', volumes: ['./m:/var/lib/mysql'], command: [a, '$HOME'], x: 1}}\n"),
        2 => format!("  s{at}: {{image: redis, tmpfs: /data, depends_on: [s{}]}}\n", at - 2),
        3 => format!("  s{at}: {{image: 'mongo:7', restart: always, stop_grace_period: 1s}}\n"),
        _ => format!("  s{at}: {{build: ., environment: {{A: 's{}'}}, volumes: [v:/v:cached]}}\n", at - 4),
    };
    let found = |count: usize| {
        let text = format!("services:\n{}", (0..count).map(service).collect::<String>());
        let checked = check_text(&text, &all());
        let end = checked.sources.iter().map(|it| it.1.line_range(4_990).start as u32).max().unwrap();
        checked.found.into_iter().filter(|it| it.span.end < end).map(|it| format!("{it:?}")).collect::<Vec<_>>()
    };
    let (small, large) = (found(4_998), found(5_002));
    assert!(small.len() > 5_000 && small.iter().any(|it| it.contains("fix: Some")), "{}", small.len());
    let other = small.iter().zip(&large).find(|it| it.0 != it.1);
    assert!(other.is_none() && small.len() == large.len(), "{other:?}");
}

#[test]
fn many_small_mistakes() {
    let mut services = String::new();
    for at in 0..1_000 {
        services += &format!("  s{at}:\n    image: postgres:17 # plimsoll: ignore[data-not-persisted]\n    imgae: x\n");
        services += &format!("    volumes: [\"volume-{at}:/data\"]\n    depends_on: [s{}]\n", (at + 1) % 1_000);
    }
    let volumes: String = (0..300).map(|it| format!("  declared-{it}:\n")).collect();
    let checked = in_time("many mistakes", format!("services:\n{services}volumes:\n{volumes}"));
    assert_finds(&checked, "unknown-key");
    assert_finds(&checked, "undeclared-volume");
}

#[test]
fn long_lines() {
    let long = "x".repeat(1 << 20);
    in_time("a long image", format!("services:\n  db:\n    image: {long}\n"));
    in_time("a long name", format!("services:\n  {long}:\n    image: postgres:17\n"));
    in_time(
        "a long command",
        format!("services:\n  db:\n    image: postgres:17\n    command: \"{}\"\n", "a ".repeat(1 << 19)),
    );
    in_time(
        "a long list",
        format!("services:\n  db: {{image: postgres:17, environment: [{}]}}\n", "A=b, ".repeat(50_000)),
    );
    in_time(
        "many variables",
        format!("services:\n  db:\n    image: postgres:17\n    command: {}\n", "$A".repeat(100_000)),
    );
    in_time(
        "long comments",
        format!("# {long}\n#plimsoll: ignore[{long}]\nservices:\n  db:\n    image: postgres:17\n"),
    );
}

#[test]
fn control_characters() {
    for bad in ["\0", "\u{1b}[2J", "\u{7}", "\u{202e}", "\u{85}", "\u{2028}", "\r"] {
        for text in [
            format!("services:\n  a{bad}b:\n    image: postgres:17\n"),
            format!("services:\n  db:\n    image: postgres:17\n    imag{bad}e: x\n"),
            format!("services:\n  db:\n    image: postgres:17\n    restart: 'al{bad}ways'\n"),
            format!("services:\n  db: # plimsoll: ignore[a{bad}b]\n    image: postgres:17\n"),
        ] {
            in_time("a control character", text);
        }
    }
    in_time(
        "escapes",
        "services:\n  \"a\\0\\e[31m\\n\":\n    \"k\\0\\e[31m\\n\": x\n    volumes: [\"v\\n\\e[0m:/data\"]\n"
            .to_string(),
    );
}
