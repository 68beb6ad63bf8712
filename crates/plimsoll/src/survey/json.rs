//! A survey as JSON, for programs. The types here are the format.
//!
//! A field is never removed, and never changes its meaning, without a new version number. New fields may come.

use super::{Found, words};
use crate::report::json;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_rules::survey::{self, Event, Row};
use plimsoll_workspace::page_url;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// The number of the format.
const VERSION: u32 = 1;

/// What `plimsoll survey --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Plimsoll survey")]
struct Envelope<'a> {
    /// The version of this format.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// The project.
    project: Project<'a>,
    /// The places where state lives, by service in the order of the files.
    places: Vec<Place<'a>>,
    /// Volumes that are declared and that no service mounts.
    unused_volumes: Vec<&'a str>,
    /// Services of which nothing is known and that mount nothing that looks like state. They have no place here.
    unseen_services: Vec<&'a str>,
    /// How many places there are.
    summary: Summary,
    /// What the project names and could not be read, so that more may be mounted than is shown.
    unread: Vec<&'a str>,
    /// Why Compose would refuse the project. If there is anything, the exit status is 1.
    refusals: Vec<Refusal<'a>>,
    /// The page that explains the reasons. `#` and the reason leads to its paragraph.
    url: String,
}

/// What is known of the project.
#[derive(Serialize, JsonSchema)]
struct Project<'a> {
    /// Its name, if it is known.
    name: Option<&'a str>,
    /// Whether the name is written down, and not taken from the directory. Null: a variable decides.
    fixed: Option<bool>,
}

/// A place where state lives.
#[derive(Serialize, JsonSchema)]
struct Place<'a> {
    /// The service.
    service: &'a str,
    /// Where in its container. Several, if the version of the image decides.
    paths: &'a [String],
    /// What the image is called. Null: the image is not known, or the place is none of its own.
    image: Option<&'a str>,
    /// What lies there, if that is known.
    keeps: Option<&'a str>,
    /// What keeps it.
    kept_on: Keeper<'a>,
    /// What it outlives.
    survives: Survives,
    /// Whether it is counted: no cache, not for tests, not optional, not misplaced.
    counted: bool,
    /// What else is to be said.
    marks: Vec<Mark>,
    /// The profiles of the service.
    profiles: Vec<String>,
    /// Whether the service is in no profile, or in one that is switched on.
    enabled: bool,
    /// Variables without a value whose defaults in the files decide.
    assumes: &'a [String],
}

/// What keeps state.
#[derive(Serialize, JsonSchema)]
struct Keeper<'a> {
    /// What it is.
    kind: Kind,
    /// Which one: the name that Docker knows a volume by, the path of a directory as it is written, the path that the
    /// image declares a VOLUME. A variable stands for its value.
    name: Option<&'a str>,
    /// The key of the volume in the files.
    volume: Option<&'a str>,
}

/// The kind of what keeps state.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// A volume with a name, on this host.
    Volume,
    /// A volume that is made outside of the project.
    ExternalVolume,
    /// A volume that stands for a directory or a disk of the host.
    BindVolume,
    /// A volume that stands for a share of another computer.
    ShareVolume,
    /// A volume of a driver other than Docker's own.
    PluginVolume,
    /// A volume in memory.
    MemoryVolume,
    /// A volume of which the files do not show what it is.
    UnknownVolume,
    /// A volume without a name, written in the files.
    AnonymousVolume,
    /// A volume without a name, made because the image declares a VOLUME.
    ImageVolume,
    /// A directory of the host.
    Bind,
    /// Memory.
    Tmpfs,
    /// The layer of the container.
    ContainerLayer,
    /// A variable decides whether it is a volume or a directory of the host.
    Variable,
    /// The version of the image decides.
    Version,
    /// The files do not show it.
    Hidden,
    /// An image, a cluster volume or a pipe.
    Other,
}

/// For each thing that may happen whether the state is there afterwards.
#[derive(Serialize, JsonSchema)]
struct Survives {
    /// `docker compose restart`.
    restart: Cell,
    /// `docker compose up` after a change, which makes a new container.
    up: Cell,
    /// `docker compose down`, then `up`.
    down: Cell,
    /// `docker compose down -v`, then `up`.
    down_volumes: Cell,
    /// The directory of the stopped project gets another name.
    rename: Cell,
    /// `docker volume prune` and `docker system prune --volumes` while the project is stopped.
    prune: Cell,
    /// The host starts again.
    reboot: Cell,
    /// The Compose files are brought to another host.
    r#move: Cell,
}

/// Whether state outlives something, and why.
#[derive(Serialize, JsonSchema)]
struct Cell {
    /// Whether it does.
    verdict: Verdict,
    /// The heading on the page that explains it.
    reason: &'static str,
}

/// `yes`: it is there afterwards. `no`: it is gone, or nothing attaches it again. `maybe`: it hangs on what the reason
/// says. `unknown`: the files do not show it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Yes,
    No,
    Maybe,
    Unknown,
}

/// `cache`: nothing is lost with it. `test`: the service is there for tests. `optional`: logs and the like.
/// `by-mount`: listed for its mount, what lies there is not known. `misplaced`: meant for the data of a store
/// that writes somewhere else. `uncertain`: something that the files do not show may move the state.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Mark {
    Cache,
    Test,
    Optional,
    ByMount,
    Misplaced,
    Uncertain,
}

/// How many places there are, and how many do not outlive what happens.
#[derive(Serialize, JsonSchema)]
struct Summary {
    /// All places.
    places: usize,
    /// Those that are counted.
    counted: usize,
    /// Of those that are counted, how many are lost.
    lost: Lost,
}

/// How many places do not outlive something.
#[derive(Serialize, JsonSchema)]
struct Lost {
    restart: usize,
    up: usize,
    down: usize,
    down_volumes: usize,
    rename: usize,
    prune: usize,
    reboot: usize,
    r#move: usize,
}

/// Why Compose would refuse the project.
#[derive(Serialize, JsonSchema)]
struct Refusal<'a> {
    /// Identifier of the rule.
    rule: &'a str,
    /// What is wrong.
    message: &'a str,
    /// The file.
    file: &'a str,
    /// Line, from 1.
    line: u32,
    /// Column, from 1.
    column: u32,
}

/// Shows a survey as one JSON object.
pub(super) fn write(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    let Found { sources, resolution, naming, survey } = found;
    let lost = |event| survey.count(event, survey::Verdict::No);
    let start = |it: &Diagnostic| sources.start(it.span);
    let refusals = resolution.refusals.iter().map(|it| Refusal {
        rule: it.rule,
        message: &it.message,
        file: sources.get(it.span.file).name(),
        line: start(it).line,
        column: start(it).column,
    });
    let envelope = Envelope {
        version: VERSION,
        project: Project { name: words::project(found), fixed: naming.fixed },
        places: survey.rows.iter().map(|it| place(found, it)).collect(),
        unused_volumes: survey.unused.iter().map(|it| resolution.project.volumes[*it].name.as_str()).collect(),
        unseen_services: survey.unseen.iter().map(|it| found.service(*it)).collect(),
        summary: Summary {
            places: survey.rows.len(),
            counted: survey.counted().count(),
            lost: Lost {
                restart: lost(Event::Restart),
                up: lost(Event::Up),
                down: lost(Event::Down),
                down_volumes: lost(Event::DownVolumes),
                rename: lost(Event::Rename),
                prune: lost(Event::Prune),
                reboot: lost(Event::Reboot),
                r#move: lost(Event::Move),
            },
        },
        unread: resolution.project.unread.iter().map(|it| it.what.as_str()).collect(),
        refusals: refusals.collect(),
        url: page_url("survey"),
    };
    json::print(out, &envelope)
}

/// Writes the JSON Schema of what `plimsoll survey --format json` prints.
pub(crate) fn write_schema(out: &mut dyn Write) -> io::Result<()> {
    json::print(out, &schemars::schema_for!(Envelope<'_>))
}

fn place<'a>(found: &'a Found, row: &'a Row) -> Place<'a> {
    let cell = |event| {
        let fate = row.fate(event);
        Cell { verdict: verdict(fate.verdict), reason: fate.key }
    };
    Place {
        service: found.service(row.service),
        paths: &row.paths,
        image: row.image.as_deref(),
        keeps: row.keeps.as_deref(),
        kept_on: Keeper {
            kind: kind(row.keeper.kind),
            name: row.keeper.name.as_deref(),
            volume: row.keeper.volume.as_deref(),
        },
        survives: Survives {
            restart: cell(Event::Restart),
            up: cell(Event::Up),
            down: cell(Event::Down),
            down_volumes: cell(Event::DownVolumes),
            rename: cell(Event::Rename),
            prune: cell(Event::Prune),
            reboot: cell(Event::Reboot),
            r#move: cell(Event::Move),
        },
        counted: row.counts(),
        marks: row.marks.iter().map(|it| mark(*it)).collect(),
        profiles: words::profiles(found, row.service),
        enabled: found.resolution.project.services[row.service].enabled,
        assumes: &row.assumes,
    }
}

fn verdict(it: survey::Verdict) -> Verdict {
    match it {
        survey::Verdict::Yes => Verdict::Yes,
        survey::Verdict::No => Verdict::No,
        survey::Verdict::Maybe => Verdict::Maybe,
        survey::Verdict::Unknown => Verdict::Unknown,
    }
}

fn mark(it: survey::Mark) -> Mark {
    match it {
        survey::Mark::Cache => Mark::Cache,
        survey::Mark::Test => Mark::Test,
        survey::Mark::Optional => Mark::Optional,
        survey::Mark::ByMount => Mark::ByMount,
        survey::Mark::Misplaced => Mark::Misplaced,
        survey::Mark::Uncertain => Mark::Uncertain,
    }
}

fn kind(it: survey::KeeperKind) -> Kind {
    match it {
        survey::KeeperKind::Volume => Kind::Volume,
        survey::KeeperKind::ExternalVolume => Kind::ExternalVolume,
        survey::KeeperKind::BindVolume => Kind::BindVolume,
        survey::KeeperKind::ShareVolume => Kind::ShareVolume,
        survey::KeeperKind::PluginVolume => Kind::PluginVolume,
        survey::KeeperKind::MemoryVolume => Kind::MemoryVolume,
        survey::KeeperKind::UnknownVolume => Kind::UnknownVolume,
        survey::KeeperKind::AnonymousVolume => Kind::AnonymousVolume,
        survey::KeeperKind::ImageVolume => Kind::ImageVolume,
        survey::KeeperKind::Bind => Kind::Bind,
        survey::KeeperKind::Tmpfs => Kind::Tmpfs,
        survey::KeeperKind::Layer => Kind::ContainerLayer,
        survey::KeeperKind::Variable => Kind::Variable,
        survey::KeeperKind::Version => Kind::Version,
        survey::KeeperKind::Hidden => Kind::Hidden,
        survey::KeeperKind::Other => Kind::Other,
    }
}
