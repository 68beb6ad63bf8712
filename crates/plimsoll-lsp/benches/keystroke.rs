//! How long a keystroke takes: the time from a change to the findings that are told, as one full check.
//!
//! `cargo bench -p plimsoll-lsp` prints a table. The texts are made here, in the manner of real files: stores with
//! volumes, applications that wait for them, a few findings. Nothing is read from a disk but what a project may have
//! beside it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints a table")]

use lsp_types::{InitializeParams, Position, Range, TextDocumentContentChangeEvent, Uri};
use plimsoll_lsp::documents::Document;
use plimsoll_lsp::session::Session;
use std::fmt::Write;
use std::str::FromStr;
use std::time::{Duration, Instant};

fn main() {
    // `cargo test` runs benchmarks too, and wants to know only whether they work.
    let quick = !std::env::args().any(|it| it == "--bench");
    println!("| lines | keystrokes | median | 95 of 100 | longest | findings |");
    println!("|---|---|---|---|---|---|");
    for (lines, edits) in [(500, 2_000), (10_000, 200)] {
        let edits = if quick { 4 } else { edits };
        let mut typist = Typist::new(lines);
        let mut times: Vec<Duration> = (0..edits).map(|_| typist.press()).collect();
        times.sort();
        let at = |part: usize| millis(times[(times.len() - 1) * part / 100]);
        let (median, most, longest) = (at(50), at(95), at(100));
        println!("| {lines} | {edits} | {median} | {most} | {longest} | {} |", typist.found);
    }
    let edits = if quick { 10 } else { 10_000 };
    let mut typist = Typist::new(500);
    (0..edits / 10).for_each(|_| _ = typist.press());
    let before = memory();
    (0..edits).for_each(|_| _ = typist.press());
    if let (Some(before), Some(after)) = (before, memory()) {
        println!("\nResident memory after {} edits: {before} KiB; after {edits} more: {after} KiB.", edits / 10);
    }
}

fn millis(it: Duration) -> String {
    format!("{:.2} ms", it.as_secs_f64() * 1e3)
}

/// What the process holds of the memory. Only Linux says so.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// Somebody who types a comment, letter by letter, and deletes it again.
struct Typist {
    session: Session,
    path: String,
    version: i32,
    line: u32,
    column: u32,
    start: u32,
    deletes: bool,
    found: usize,
}

impl Typist {
    fn new(lines: usize) -> Typist {
        let text = text(lines);
        let (mut session, _) = Session::new(&InitializeParams::default());
        let uri = Uri::from_str("file:///srv/bench/compose.yaml").unwrap();
        let path = Session::path(&uri);
        let line = lines as u32 / 2;
        let start = text.lines().nth(line as usize).unwrap().len() as u32;
        let document = Document::new(uri, path.clone(), 1, "yaml".to_string(), text);
        session.documents.insert(path.clone(), document);
        session.refresh();
        session.news();
        Typist { session, path, version: 1, line, column: start, start, deletes: false, found: 0 }
    }

    /// One key, and the time until the findings are there.
    fn press(&mut self) -> Duration {
        let place = |character: u32| Position { line: self.line, character };
        let (range, text) = if self.deletes {
            (Range { start: place(self.column - 1), end: place(self.column) }, String::new())
        } else {
            let letter = if self.column == self.start { " " } else { ["#", "x", "y"][self.column as usize % 3] };
            let letter = if self.column == self.start + 1 { "#" } else { letter };
            (Range { start: place(self.column), end: place(self.column) }, letter.to_string())
        };
        self.version += 1;
        let change = TextDocumentContentChangeEvent { range: Some(range), range_length: None, text };
        let begin = Instant::now();
        let encoding = self.session.encoding();
        self.session.documents.get_mut(&self.path).unwrap().change(self.version, vec![change], encoding);
        self.session.touch(&self.path);
        self.session.refresh();
        let (news, _) = self.session.news();
        let took = begin.elapsed();
        assert_eq!(news.len(), 1, "each version is answered");
        self.found = news[0].diagnostics.len();
        self.column = if self.deletes { self.column - 1 } else { self.column + 1 };
        self.deletes = if self.deletes { self.column > self.start } else { self.column > self.start + 20 };
        took
    }
}

/// A Compose file of so many lines.
fn text(lines: usize) -> String {
    let mut text = String::from("name: bench\nservices:\n");
    let mut at = 0;
    // Each pair of services has so many lines, and one more for its volume.
    while 3 + at * 20 + 20 < lines {
        _ = write!(
            text,
            "  db{at}:\n    image: postgres:17\n    restart: unless-stopped\n    environment:\n      \
             POSTGRES_PASSWORD: ${{DB_PASSWORD:?set it}}\n      POSTGRES_DB: app\n    volumes:\n      \
             - db{at}:/var/lib/postgresql/data\n    healthcheck:\n      test: [\"CMD-SHELL\", \"pg_isready -U postgres\"]\n      \
             interval: 10s\n  app{at}:\n    image: example/app:1.{at}\n    depends_on:\n      db{at}:\n        \
             condition: service_healthy\n    ports:\n      - \"{}:80\"\n    env_file: []\n",
            8000 + at
        );
        at += 1;
    }
    text.push_str("volumes:\n");
    for it in 0..at {
        _ = writeln!(text, "  db{it}:");
    }
    let more = lines.saturating_sub(text.lines().count());
    text + &"# more\n".repeat(more)
}
