//! Loading and merging against what Docker Compose makes of the same files, as recorded in `fixtures/project/`.
//!
//! The answers are recorded on Linux, and paths on Windows look different.
#![cfg(unix)]

use crate::support::{assert_none, difference, entries, has_extension, is_blessing, read, root};
use serde_json::{Map, Value};
use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// The home directory of the recorded runs; it need not exist.
const HOME: &str = "/home/u";

/// Where the program does not say what Compose says: the case, and the reason. None may stay here once it has gone.
const KNOWN: &[(&str, &str)] = &[
    ("extends/extends-null", "a null after `extends` is taken for nothing"),
    ("include/entry-without-a-path", "an entry that names no file is taken for one whose name is not known"),
    ("mounts/home-of-another-user", "`~name` is taken for the home directory itself"),
    ("mounts/long-negative-size", "the size is not held against its least value"),
    ("yaml/empty-key", "an empty name of a variable is taken"),
    ("yaml/infinity-and-large-numbers", "numbers with a point are printed without an exponent for longer than Go does"),
    ("yaml/numbers-with-a-point", "numbers with a point are printed without an exponent for longer than Go does"),
];

/// One case: a folder of files, how Compose is called in it, and what it answered.
#[derive(Default)]
struct Case {
    /// Topic and name.
    name: String,
    /// All of it as it is written, but for the answer.
    input: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    cwd: String,
    profiles: Vec<String>,
    /// Paths and texts. What is called `-` is given on standard input.
    files: Vec<(String, String)>,
    /// What Compose answered: a line for each fact, or its words behind [`REFUSED`]; nothing if it is not recorded.
    answer: String,
}

/// What an answer begins with if the project is refused.
const REFUSED: &str = "refused\n";

/// The cases of a topic, and what stands before the first of them.
struct Topic {
    path: PathBuf,
    head: String,
    cases: Vec<Case>,
}

impl Topic {
    fn read(path: &Path) -> Topic {
        let name = path.file_stem().unwrap().to_string_lossy();
        let text = read(path);
        let mut parts = text.split("\ncase ");
        let head = parts.next().unwrap().to_string();
        let cases = parts.map(|it| Case::parse(&name, &format!("case {it}"))).collect();
        Topic { path: path.to_path_buf(), head, cases }
    }

    fn write(&self, answers: &[(&Case, String)]) {
        let mut text = format!("{}\n", self.head);
        for case in &self.cases {
            let answer = answers.iter().find(|it| it.0.name == case.name).map_or(&case.answer, |it| &it.1);
            let (word, block) = answer.split_once('\n').unwrap_or(("gives", ""));
            let _ = writeln!(text, "{}{word}\n{}", case.input, indented(block));
        }
        std::fs::write(&self.path, format!("{}\n", text.trim_end())).unwrap();
    }
}

/// A text as a block, four columns in; empty lines stay empty.
fn indented(text: &str) -> String {
    text.lines().map(|it| if it.is_empty() { "\n".to_string() } else { format!("    {it}\n") }).collect()
}

impl Case {
    fn parse(topic: &str, text: &str) -> Case {
        let mut case = Case { profiles: vec!["*".to_string()], ..Case::default() };
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let mut block = Vec::new();
            while let Some(line) = lines.next_if(|it| it.is_empty() || it.starts_with("    ")) {
                block.push(line.strip_prefix("    ").unwrap_or(""));
            }
            let gap = block.iter().rev().take_while(|it| it.is_empty()).count();
            block.truncate(block.len() - gap);
            let block: String = block.iter().map(|it| format!("{it}\n")).collect();
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let words = || rest.split_whitespace().map(str::to_string).collect();
            match word {
                "case" => case.name = format!("{topic}/{rest}"),
                "args" => case.args = words(),
                "env" => match rest.split_once('=') {
                    Some((key, value)) => case.env.push((key.to_string(), value.to_string())),
                    None => panic!("{}: `env` is followed by KEY=VALUE", case.name),
                },
                "cwd" => case.cwd = rest.to_string(),
                "profiles" => case.profiles = words(),
                "file" => {
                    let path = rest.split(" (").next().unwrap();
                    let text = as_wanted(block.clone(), &rest[path.len()..]);
                    case.files.push((path.to_string(), text));
                }
                "gives" | "refused" => {
                    case.answer = format!("{word}\n{block}");
                    assert!(lines.peek().is_none(), "{}: nothing stands behind the answer", case.name);
                    break;
                }
                "#" => {}
                _ => panic!("{}: `{word}` is nothing that a case has", case.name),
            }
            let _ = write!(case.input, "{line}\n{}", indented(&block));
        }
        case
    }

    fn is_refused(&self) -> bool {
        self.answer.starts_with(REFUSED)
    }

    /// Runs a program on a fresh copy of the files. Compose is told of variables by the environment, we by options.
    fn run(&self, program: &Path, is_compose: bool) -> Answer {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let project = top.join("proj");
        let cwd = project.join(&self.cwd);
        std::fs::create_dir_all(&cwd).unwrap();
        let mut input = String::new();
        for (path, text) in &self.files {
            if path == "-" {
                input.clone_from(text);
                continue;
            }
            let path = project.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::write(top.join("in"), input).unwrap();
        let cwd = cwd.canonicalize().unwrap();
        let own = [("HOME".to_string(), HOME.to_string()), ("PWD".to_string(), cwd.to_string_lossy().into_owned())];
        let env = own.iter().chain(&self.env);
        let mut command = Command::new(program);
        command.current_dir(&cwd).env_clear();
        command.args(if is_compose { ["--all-resources"] } else { ["model"] });
        for profile in &self.profiles {
            command.args(["--profile", profile]);
        }
        if is_compose {
            command.envs(env.map(|it| (&it.0, &it.1))).args(&self.args).args(["config", "--format", "json"]);
        } else {
            env.for_each(|(key, value)| {
                command.args(["--env", &format!("{key}={value}")]);
            });
            command.args(&self.args);
        }
        command.stdin(File::open(top.join("in")).unwrap());
        command.stdout(File::create(top.join("out")).unwrap()).stderr(File::create(top.join("err")).unwrap());
        let status = ended(&mut command);
        let names = [(project.to_string_lossy(), "$DIR"), (top.to_string_lossy(), "$ABOVE"), (HOME.into(), "$HOME")];
        let text = |name: &str| {
            let text = String::from_utf8_lossy(&std::fs::read(top.join(name)).unwrap()).into_owned();
            names.iter().fold(text, |text, (path, name)| text.replace(&**path, name))
        };
        // Compose doubles every `$` of what it prints, so that it could be read again.
        let out = if is_compose { text("out").replace("$$", "$") } else { text("out") };
        Answer { status, out, err: text("err") }
    }
}

/// A text with the line breaks, and the beginning and end, that the line of the file asks for.
fn as_wanted(text: String, options: &str) -> String {
    let options = options.trim_start_matches(" (").trim_end_matches(')');
    options.split(", ").filter(|it| !it.is_empty()).fold(text, |text, option| match option {
        "crlf" => text.replace('\n', "\r\n"),
        "bom" => format!("\u{feff}{text}"),
        "no newline" => text.trim_end_matches('\n').to_string(),
        _ => panic!("a file cannot be written `{option}`"),
    })
}

/// Runs a program to its end, or kills it after a long time.
fn ended(command: &mut Command) -> Option<ExitStatus> {
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// What a program said.
struct Answer {
    /// Nothing if it did not come to an end.
    status: Option<ExitStatus>,
    out: String,
    err: String,
}

impl Answer {
    /// The answer as it is recorded.
    fn text(&self) -> String {
        match self.status.map(|it| it.code()) {
            Some(Some(0)) => match serde_json::from_str::<Value>(&self.out) {
                Ok(project) => format!("gives\n{}", facts(&project)),
                Err(error) => format!("what is printed is no JSON: {error}\n"),
            },
            Some(Some(1 | 15)) => {
                let mut lines = self.err.lines().filter(|it| !it.trim().is_empty() && !it.starts_with("time="));
                let first = lines.next().unwrap_or_default();
                let second = if first.ends_with(':') {
                    format!("{}\n", lines.next().unwrap_or_default())
                } else {
                    String::new()
                };
                format!("{REFUSED}{first}\n{second}")
            }
            Some(status) => format!("ended with {status:?}\n{}", self.err),
            None => "did not come to an end\n".to_string(),
        }
    }
}

/// The facts of a project that a linter of durability needs, one on a line.
fn facts(project: &Value) -> String {
    let mut lines = Vec::new();
    for (name, service) in entries_of(&project["services"]) {
        let path = format!("services.{name}");
        let before = lines.len();
        service_facts(service, &path, &mut lines);
        if lines.len() == before {
            lines.push(format!("{path}: {{}}"));
        }
    }
    for (name, volume) in entries_of(&project["volumes"]) {
        let path = format!("volumes.{name}");
        let before = lines.len();
        for key in ["name", "external", "driver"].into_iter().filter(|it| is_said(&volume[*it])) {
            lines.push(format!("{path}.{key}: {}", volume[key]));
        }
        for (key, value) in entries_of(&volume["driver_opts"]) {
            lines.push(format!("{path}.driver_opts.{key}: {value}"));
        }
        if lines.len() == before {
            lines.push(format!("{path}: {{}}"));
        }
    }
    lines.iter().map(|it| format!("{it}\n")).collect()
}

fn service_facts(service: &Value, path: &str, lines: &mut Vec<String>) {
    const PLAIN: [&str; 15] = [
        "image",
        "platform",
        "stop_signal",
        "stop_grace_period",
        "restart",
        "hostname",
        "user",
        "init",
        "container_name",
        "network_mode",
        "read_only",
        "privileged",
        "pull_policy",
        "scale",
        "shm_size",
    ];
    const HEALTH: [&str; 7] = ["test", "disable", "interval", "timeout", "start_period", "start_interval", "retries"];
    let mut say = |key: &str, what: String| lines.push(format!("{path}.{key}: {what}"));
    for key in PLAIN.into_iter().filter(|it| is_said(&service[*it])) {
        say(key, service[key].to_string());
    }
    if is_said(&service["build"]) {
        say("build", "true".to_string());
    }
    for key in ["entrypoint", "command", "volumes_from"].into_iter().filter(|it| !service[*it].is_null()) {
        say(key, service[key].to_string());
    }
    for (key, value) in entries_of(&service["environment"]) {
        say(&format!("environment.{key}"), value.to_string());
    }
    for line in sorted(&service["volumes"], mount) {
        say("volumes", line);
    }
    for line in sorted(&service["tmpfs"], Value::to_string) {
        say("tmpfs", line);
    }
    let health = &service["healthcheck"];
    let known: Vec<&str> = HEALTH.into_iter().filter(|it| is_said(&health[*it])).collect();
    for key in &known {
        say(&format!("healthcheck.{key}"), health[*key].to_string());
    }
    if known.is_empty() && !health.is_null() {
        say("healthcheck", "{}".to_string());
    }
    for (name, on) in entries_of(&service["depends_on"]) {
        let required = if on["required"] == Value::Bool(false) { ", not required" } else { "" };
        say(&format!("depends_on.{name}"), format!("{}{required}", on["condition"].as_str().unwrap_or("nothing")));
    }
    for line in sorted(&service["profiles"], Value::to_string) {
        say("profiles", line);
    }
    if !service["deploy"]["replicas"].is_null() {
        say("replicas", service["deploy"]["replicas"].to_string());
    }
}

/// A mount as `kind "source" at "target"`, and what is special about it.
fn mount(mount: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let kind = text(&mount["type"]);
    let mut line = match text(&mount["source"]).as_str() {
        "" => format!("{kind} at {:?}", text(&mount["target"])),
        source => format!("{kind} {source:?} at {:?}", text(&mount["target"])),
    };
    if is_said(&mount["read_only"]) {
        line.push_str(", read-only");
    }
    if kind == "bind" && is_said(&mount["bind"]["create_host_path"]) {
        line.push_str(", made if missing");
    }
    if kind == "volume" && is_said(&mount["volume"]["subpath"]) {
        let _ = write!(line, ", subpath {}", mount["volume"]["subpath"]);
    }
    if kind == "tmpfs" && is_said(&mount["tmpfs"]["size"]) {
        let _ = write!(line, ", size {}", text_of(&mount["tmpfs"]["size"]));
    }
    line
}

/// A number that may be written as a string.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// Whether a value says anything: what is empty, false or zero does not differ from what is not there.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(value) => value.as_f64() != Some(0.0),
        Value::String(value) => !value.is_empty(),
        Value::Array(value) => !value.is_empty(),
        Value::Object(value) => !value.is_empty(),
    }
}

/// What stands in a mapping, sorted by key.
fn entries_of(value: &Value) -> Vec<(&String, &Value)> {
    let mut found: Vec<_> = value.as_object().into_iter().flat_map(Map::iter).collect();
    found.sort_by_key(|it| it.0);
    found
}

/// The items of a list, or the one that stands there without a list, as sorted text.
fn sorted(value: &Value, text: impl Fn(&Value) -> String) -> Vec<String> {
    let mut found: Vec<String> = match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    };
    found.sort();
    found
}

fn topics() -> Vec<Topic> {
    let files = entries(&root().join("fixtures/project"));
    let topics: Vec<Topic> = files.iter().filter(|it| has_extension(it, "txt")).map(|it| Topic::read(it)).collect();
    let count: usize = topics.iter().map(|it| it.cases.len()).sum();
    assert!(count >= 200, "{count} cases are not where this test looks for them");
    topics
}

/// Does something to every case, on two threads, and gives the answers in the order of the cases.
fn each<'a>(topics: &'a [Topic], answer: impl Fn(&Case) -> String + Sync) -> Vec<(&'a Case, String)> {
    let cases: Vec<&Case> = topics.iter().flat_map(|it| &it.cases).collect();
    let (first, second) = cases.split_at(cases.len() / 2);
    let half = |cases: &[&'a Case]| cases.iter().map(|it| (*it, answer(it))).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| half(second));
        let mut answers = half(first);
        answers.extend(second.join().unwrap());
        answers
    })
}

#[test]
fn cases_are_well_written() {
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for case in topics().iter().flat_map(|it| &it.cases) {
        let name = &case.name;
        if !seen.insert(name.clone()) {
            wrong.push(format!("{name}: there are two of this name"));
        }
        if case.answer.is_empty() && !is_blessing() {
            wrong.push(format!("{name}: no answer is recorded"));
        }
        let lines = case.files.iter().map(|it| it.1.lines().count()).sum::<usize>();
        if lines > 25 {
            wrong.push(format!("{name}: {lines} lines are too many to see what it is about"));
        }
    }
    assert_none(&wrong, "`fixtures/project/README.md` says how a case is written");
}

#[test]
fn projects_are_what_compose_makes_of_them() {
    let topics = topics();
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let mut wrong = Vec::new();
    for (case, answer) in each(&topics, |it| it.run(program, false).text()) {
        // Compose's words are not ours: that it is refused must agree.
        let agrees = if case.is_refused() { answer.starts_with(REFUSED) } else { answer == case.answer };
        let known = KNOWN.iter().find(|it| it.0 == case.name);
        match (agrees, known) {
            (true, Some((name, _))) => wrong.push(format!("{name} is no difference any more: take it off the list")),
            (false, None) => wrong.push(format!("{}\n{}", case.name, difference(&case.answer, &answer))),
            _ => {}
        }
    }
    for (name, _) in KNOWN {
        if !topics.iter().flat_map(|it| &it.cases).any(|it| it.name == *name) {
            wrong.push(format!("{name} is no case"));
        }
    }
    assert_none(&wrong, "`-` is what Compose makes of these files, `+` what we make of them");
}

/// Holds the recorded answers against a real Compose, if `PLIMSOLL_COMPOSE` names one, or records them.
#[test]
fn answers_are_those_of_compose() {
    let Some(compose) = std::env::var_os("PLIMSOLL_COMPOSE").filter(|it| !it.is_empty()) else { return };
    let topics = topics();
    // Where there are two mistakes Compose names one or the other, so that what is recorded gets several chances.
    let answers = each(&topics, |it| {
        let mut answers = (0..5).map(|_| it.run(Path::new(&compose), true).text());
        let first = answers.next().unwrap();
        if first == it.answer || answers.any(|answer| answer == it.answer) { it.answer.clone() } else { first }
    });
    if is_blessing() {
        topics.iter().for_each(|it| it.write(&answers));
        return;
    }
    let differs = |(case, answer): &(&Case, String)| {
        (*answer != case.answer).then(|| format!("{}\n{}", case.name, difference(&case.answer, answer)))
    };
    let wrong: Vec<String> = answers.iter().filter_map(differs).collect();
    assert_none(&wrong, "`-` is what is recorded, `+` what this Compose says; run with UPDATE_EXPECT=1 to record it");
}
