//! How long each part of a check takes, per byte, beside the events of the YAML library alone over the same bytes.
//!
//! `cargo bench` measures; README.md beside this file says what the numbers were.

mod inputs;

use granit_parser::Parser;
use plimsoll_core::check::{Options, check, model};
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::load;
use plimsoll_core::source::{FileId, Sources};
use plimsoll_core::syntax;
use plimsoll_core::tree::Tree;
use plimsoll_rules::RULES;
use std::ffi::OsString;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

const HELP: &str = "\
usage: cargo bench [-- OPTION]
  (none)              measures on generated files
  FILE...             measures on these files, all of them as one set
  --once PART [FILE]  does one part once, for callgrind: nothing, events, syntax, load, model or check
  --generate DIR      writes the generated files
";

fn main() -> io::Result<()> {
    // `cargo bench` adds an option of its own.
    let arguments: Vec<OsString> = env::args_os().skip(1).filter(|it| it != "--bench").collect();
    let words: Vec<&str> = arguments.iter().filter_map(|it| it.to_str()).collect();
    match words.as_slice() {
        ["--generate", folder] => generate(Path::new(folder)),
        ["--once", part, files @ ..] => {
            let set = match files {
                [] => Set::new("500 files", (0..500).map(inputs::ordinary)),
                files => read(files.iter().map(PathBuf::from))?,
            };
            let Some(part) = PARTS.iter().find(|it| it.0 == *part) else {
                return io::stderr().write_all(HELP.as_bytes());
            };
            part.1(&set);
            Ok(())
        }
        [option, ..] if option.starts_with('-') => io::stdout().write_all(HELP.as_bytes()),
        [] => {
            let small = || (0..500).map(inputs::ordinary);
            measure(&[
                Set::new("500 files", small()),
                Set::new("2,000 services", [inputs::project(2_000, 1)]),
                Set::new("20,000 services", [inputs::project(20_000, 1)]),
            ])
        }
        files => measure(&[read(files.iter().map(PathBuf::from))?]),
    }
}

/// Texts that are measured together, each as a project of its own.
struct Set {
    name: String,
    sources: Sources,
    files: Vec<FileId>,
    bytes: usize,
}

impl Set {
    fn new(name: &str, texts: impl IntoIterator<Item = String>) -> Set {
        let mut set = Set { name: name.to_string(), sources: Sources::new(), files: Vec::new(), bytes: 0 };
        for text in texts {
            set.bytes += text.len();
            set.files.push(set.sources.add_text("compose.yaml", text));
        }
        set
    }
}

fn read(paths: impl Iterator<Item = PathBuf>) -> io::Result<Set> {
    let texts = paths.map(|it| Ok(String::from_utf8_lossy(&fs::read(it)?).into_owned()));
    let texts = texts.collect::<io::Result<Vec<String>>>()?;
    Ok(Set::new(&format!("{} given", texts.len()), texts))
}

type Part = (&'static str, fn(&Set));

/// What is measured. Each part holds those before it, but for the first, which is not ours.
const PARTS: [Part; 5] = [
    ("events", |set| each(set, |it| Parser::new_from_str(set.sources.get(it).text()).filter(Result::is_ok).count())),
    ("syntax", |set| {
        each(set, |it| {
            let mut tree = Tree::default();
            let document = syntax::parse(&mut tree, it, set.sources.get(it), &mut Vec::new());
            (tree, document)
        });
    }),
    ("load", |set| each(set, |it| load(&set.sources, it, &Variables::unknown(), &mut Vec::new()))),
    ("model", |set| {
        each(set, |it| {
            let mut problems = Vec::new();
            let loaded = load(&set.sources, it, &Variables::unknown(), &mut problems);
            let project = model(&loaded, "compose.yaml", &mut problems);
            (loaded, project)
        });
    }),
    ("check", |set| {
        let options = Options::default();
        each(set, |it| check(&set.sources, it, RULES, &options));
    }),
];

fn each<T>(set: &Set, run: impl Fn(FileId) -> T) {
    for file in &set.files {
        black_box(run(black_box(*file)));
    }
}

/// How long is measured at the least, and how often.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
const OFTEN_ENOUGH: usize = 7;

fn measure(sets: &[Set]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "| files | part | time | per byte | of events |\n|---|---|---|---|---|")?;
    for set in sets {
        let times = best_times(set);
        for ((name, _), time) in PARTS.iter().zip(&times) {
            let per_byte = time.as_nanos() as f64 / set.bytes as f64;
            let ratio = time.as_secs_f64() / times[0].as_secs_f64();
            let time = time.as_secs_f64() * 1e3;
            writeln!(out, "| {} | {name} | {time:.2} ms | {per_byte:.1} ns | {ratio:.2} |", set.name)?;
        }
    }
    Ok(())
}

/// The shortest time of each part. The parts take turns, so that what slows the machine down for a while slows all of
/// them down.
fn best_times(set: &Set) -> [Duration; PARTS.len()] {
    let mut best = [Duration::MAX; PARTS.len()];
    let begin = Instant::now();
    let mut rounds = 0;
    while rounds < OFTEN_ENOUGH || begin.elapsed() < LONG_ENOUGH {
        for (part, best) in PARTS.iter().zip(&mut best) {
            let begin = Instant::now();
            part.1(set);
            *best = (*best).min(begin.elapsed());
        }
        rounds += 1;
    }
    best
}

/// Writes what `compare` measures with.
fn generate(folder: &Path) -> io::Result<()> {
    for count in [1, 100, 500, 5_000] {
        for at in 0..count {
            let folder = folder.join(format!("{count}-files")).join(format!("project-{at:04}"));
            fs::create_dir_all(&folder)?;
            // The one file is of the usual size.
            fs::write(folder.join("compose.yaml"), inputs::ordinary(if count == 1 { 4 } else { at }))?;
        }
    }
    for (name, text) in [
        ("2000-services", inputs::project(2_000, 1)),
        ("20000-services", inputs::project(20_000, 1)),
        ("50-megabytes", inputs::project_of_bytes(50_000_000, 1)),
    ] {
        let folder = folder.join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("compose.yaml"), text)?;
    }
    Ok(())
}
