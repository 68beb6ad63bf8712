//! What rules read word by word: command lines, scripts, probes, labels, options of mounts and of volumes.

use super::{Random, all, in_time, run_all, try_check};
use crate::support::check_text;

/// Images of every kind that some rule asks for the words of its service.
const IMAGES: [&str; 15] = [
    "postgres:16",
    "bitnami/postgresql:16",
    "mysql:8.4",
    "mongo:7",
    "redis:7",
    "eclipse-mosquitto:2",
    "minio/minio",
    "quay.io/coreos/etcd:v3.5.0",
    "redpandadata/redpanda:v24.1.1",
    "surrealdb/surrealdb:v2",
    "nats:2",
    "alpine",
    "offen/docker-volume-backup:v2",
    "containrrr/watchtower",
    "ghcr.io/example/app:1",
];

/// Pieces of command lines, scripts, options and variables, whole and cut.
const PIECES: [&str; 96] = [
    " ",
    " ",
    " ",
    " ",
    " ",
    "\n",
    "\\\n",
    "\t",
    "\u{a0}",
    "\u{2028}",
    ";",
    "&&",
    "||",
    "|",
    "&",
    "2>&1",
    ">",
    ">>",
    "<",
    "<<E",
    "(",
    ")",
    "$(",
    "$$(",
    "`",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    "#",
    "!",
    "=",
    ",",
    ":",
    "/",
    "//",
    ".",
    "..",
    "-",
    "--",
    "-c",
    "-h",
    "-f",
    "-F",
    "--save",
    "--appendonly",
    "no",
    "yes",
    "''",
    "é",
    "\u{1f433}",
    "\u{301}",
    "${A",
    "${A}",
    "${A:-b}",
    "$A",
    "$$A",
    "$$",
    "exec",
    "trap",
    "if",
    "then",
    "fi",
    "do",
    "sh",
    "-lc",
    "bash",
    "gosu",
    "postgres",
    "pg_isready",
    "mysqladmin",
    "mongosh",
    "redis-cli",
    "curl",
    "grep",
    "-q",
    "tar",
    "cf",
    "cp",
    "-a",
    "rsync",
    "pg_dump",
    "restic",
    "backup",
    "cd",
    "chown",
    "server",
    "/data{1...4}",
    "{0...63}",
    "{1...1}",
    "/var/lib/postgresql/data",
    "fsync=off",
    "size=1m",
    "type=nfs,o=addr=1",
    "18446744073709551616",
];

/// A text in double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
}

fn word(random: &mut Random) -> String {
    (0..random.below(9)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}

/// A string or a list of some words.
fn line(random: &mut Random) -> String {
    let script = match random.below(3) {
        0 => return quoted(&word(random)),
        1 => "sh, -c, ",
        _ => "",
    };
    let words: Vec<String> = (0..1 + random.below(5)).map(|_| quoted(&word(random))).collect();
    format!("[{script}{}]", words.join(", "))
}

/// A project in which chance has written every line that rules read.
fn project(random: &mut Random) -> String {
    let mut text = String::from("services:\n");
    for at in 0..3 {
        let image = IMAGES[random.below(IMAGES.len())];
        let tag = if random.below(8) == 0 { word(random) } else { String::new() };
        text += &format!("  s{at}:\n    image: {}\n", quoted(&format!("{image}{tag}")));
        let mut add = |key: &str, value: String| text += &format!("    {key}: {value}\n");
        add("command", line(random));
        if random.below(3) == 0 {
            add("entrypoint", line(random));
        }
        let test = if random.below(2) == 0 { "CMD" } else { "CMD-SHELL" };
        let probe = match random.below(2) {
            0 => line(random),
            _ => format!("[{test}, {}, {}]", quoted(&word(random)), quoted(&word(random))),
        };
        add("healthcheck", format!("{{test: {probe}, interval: {}}}", quoted(&word(random))));
        let name = ["com.centurylinklabs.watchtower.enable", "docker-volume-backup.stop-during-backup", "traefik"];
        add("labels", format!("{{{}: {}}}", name[random.below(3)], quoted(&word(random))));
        let name = ["PGDATA", "DATABASE_URL", "POSTGRESQL_EXTRA_FLAGS", "BACKUP_SOURCES", "LD_PRELOAD"];
        add("environment", format!("{{{}: {}}}", name[random.below(5)], quoted(&word(random))));
        add("tmpfs", format!("[{}]", quoted(&format!("/tmp:{}", word(random)))));
        let mount = quoted(&format!("{}:/var/lib/postgresql/data{}", word(random), word(random)));
        add("volumes", format!("[{}, {mount}]", quoted(&format!("data:/d{}", word(random)))));
        add("depends_on", format!("[s{}]", (at + 1) % 3));
    }
    let (kind, options, device) = (word(random), word(random), word(random));
    let (kind, options, device) = (quoted(&kind), quoted(&options), quoted(&device));
    text + &format!("volumes:\n  data: {{driver_opts: {{type: {kind}, o: {options}, device: {device}}}}}\n")
}

#[test]
fn lines_that_chance_has_written() {
    let jobs: Vec<u64> = (1..=600).collect();
    run_all(&jobs, |number| {
        let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text = project(&mut random);
        try_check(&format!("project {number}: {text}"), || check_text(&text, &all()))
    });
}

#[test]
fn long_command_lines() {
    for part in [
        "pg_dump x ",
        "tar c /a;",
        "tar c /a/b ",
        "cd a; cp b c;",
        "a|",
        "pg_isready || ",
        "curl && ",
        "curl | grep ",
        "(",
        "$$(",
        "`",
        "{",
        "'",
        "\\",
        "# ",
        "$$X ",
        "-c fsync=on ",
        "--save ",
        "/data{1...1}",
        "{0...63}",
        "é",
        "<",
        "& ",
    ] {
        let script = quoted(&part.repeat((1 << 15) / part.len()));
        for image in ["postgres:16", "minio/minio"] {
            let service = format!("services:\n  db:\n    image: {image}\n    volumes: [data:/data]\n");
            let lines = format!("    command: [sh, -c, {script}]\n    healthcheck: {{test: {script}}}\n");
            in_time(&format!("a script of `{part}`"), format!("{service}{lines}volumes:\n  data:\n"));
            in_time(
                &format!("a command of `{part}`"),
                format!("{service}    entrypoint: [minio, server]\n    command: {script}\n"),
            );
        }
    }
}

#[test]
fn long_options() {
    for part in ["size=1,", "addr=1,", ",", "=", "size=", "é"] {
        let options = quoted(&part.repeat((1 << 15) / part.len()));
        let tmpfs = quoted(&format!("/x:{}", part.repeat((1 << 15) / part.len())));
        in_time(
            &format!("options of `{part}`"),
            format!(
                "services:\n  db:\n    image: postgres:16\n    tmpfs: [{tmpfs}]\n    \
                 volumes: [data:/var/lib/postgresql/data]\nvolumes:\n  data:\n    \
                 driver_opts: {{type: {options}, o: {options}, device: {options}}}\n"
            ),
        );
    }
    let labels: String = (0..10_000).map(|at| format!("      com.centurylinklabs.watchtower.l{at}: a\n")).collect();
    in_time("many labels", format!("services:\n  db:\n    image: postgres:16\n    labels:\n{labels}"));
    let extensions: String = (0..10_000).map(|at| format!("  k{at}: [a, {{b: c}}]\n")).collect();
    in_time("extensions", format!("x-a:\n{extensions}services:\n  db:\n    image: postgres:16\n    x-b: [a]\n"));
}
