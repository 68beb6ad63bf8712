//! `plimsoll init`: writes a file of settings for the project in this directory.

use super::schema;
use plimsoll_core::check::resolve;
use plimsoll_core::config::FILE_NAME;
use plimsoll_core::grammar::image;
use plimsoll_core::load::discover::{base_name, default_file};
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::request::{self, Request};
use plimsoll_core::model::{Mount, MountKind};
use plimsoll_core::source::Sources;
use plimsoll_rules::RULES;
use plimsoll_rules::images::catalogue;
use plimsoll_workspace::disk::{Disk, readable};
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// Writes the file, and says so. One that is there stays as it is.
pub(crate) fn init() -> Result<String, String> {
    let (images, overlays) = (unknown_images(), overlays());
    let text = text(&images, &overlays);
    let failed = |error: &std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{FILE_NAME}: it is there already, and is left as it is"),
        _ => format!("{FILE_NAME}: cannot be written: {error}"),
    };
    if std::fs::symlink_metadata(FILE_NAME).is_ok() {
        return Err(failed(&ErrorKind::AlreadyExists.into()));
    }
    // It is written beside its place first, so that nobody ever sees a half of it.
    let mut file = tempfile::Builder::new().prefix(FILE_NAME).tempfile_in(".").map_err(|it| failed(&it))?;
    file.write_all(text.as_bytes()).map_err(|it| failed(&it))?;
    readable(file.path()).map_err(|it| failed(&it))?;
    file.persist_noclobber(FILE_NAME).map_err(|it| failed(&it.error))?;
    Ok(format!("wrote {FILE_NAME}"))
}

/// The images of the project that the catalogue does not know and that keep something in a volume.
fn unknown_images() -> Vec<String> {
    let disk = Disk::default();
    let request = Request { variables: Variables::unknown(), ..Request::default() };
    let Ok(target) = request::resolve(&disk, &request) else { return Vec::new() };
    let Ok(found) = resolve(&mut Sources::new(), &disk, &target, RULES) else { return Vec::new() };
    let keeps = |it: &Mount| matches!(it.kind, MountKind::Volume | MountKind::Anonymous);
    let services = found.project.services.iter().filter(|it| it.build.is_none() && it.mounts.iter().any(keeps));
    let images = services
        .filter_map(|it| image::parse(it.image.as_ref()?.value.known()?).ok().map(|it| it.repository().to_string()));
    let mut unknown: Vec<String> = images.filter(|it| catalogue().find(it).is_none()).collect();
    unknown.sort();
    unknown.dedup();
    unknown
}

/// What lies beside the default file and looks as if it was merged over it, such as `compose.production.yaml`.
fn overlays() -> Vec<(String, [String; 2])> {
    let Some(base) = default_file(&Disk::default(), "") else { return Vec::new() };
    let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
    let names = entries.filter_map(|it| it.file_name().into_string().ok());
    let mut found: Vec<(String, [String; 2])> = names
        .filter_map(|name| {
            let inner = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
            let kind = inner.strip_prefix("docker-compose.").or_else(|| inner.strip_prefix("compose."))?;
            let plain = kind.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
            (kind != "override" && plain && !kind.is_empty())
                .then(|| (kind.to_string(), [base_name(&base).to_string(), name.clone()]))
        })
        .collect();
    found.sort();
    found
}

fn text(images: &[String], overlays: &[(String, [String; 2])]) -> String {
    let mut text = format!(
        "# yaml-language-server: $schema={}
# Settings of Plimsoll, for the files in this directory and below it. Everything here is optional.
# https://github.com/plimsoll-lint/plimsoll/blob/main/docs/configuration.md

# Where the files are run: linux, macos, windows.
# hosts: [linux]

# Rules that run instead of those that are on by default, and rules that do not run. `plimsoll rules` lists them.
# select: [all]
# ignore: [missing-healthcheck]

# How bad the findings of a rule are, and from which severity on `plimsoll check` fails.
# severity:
#   missing-healthcheck: error
# fail-on: warning

# What is left out when directories are walked.
# exclude: [examples, deploy/old]

# What a single service may do, and why.
# services:
#   db:
#     ignore:
#       data-not-persisted: filled by the nightly import

# Settings for some files.
# overrides:
#   - files: [deploy/**]
#     severity:
#       short-stop-grace-period: error
",
        schema::ID
    );
    let example = [("production".to_string(), ["compose.yaml".to_string(), "compose.production.yaml".to_string()])];
    text.push_str("\n# Projects of several files, as with `docker compose -f`.\n# projects:\n");
    for (name, files) in if overlays.is_empty() { &example[..] } else { overlays } {
        _ = writeln!(text, "#   {name}:\n#     files: [{}]", files.join(", "));
    }
    text.push_str(
        "\n# Images that the catalogue does not know, or knows otherwise. `plimsoll images` lists what it knows.\n",
    );
    text.push_str("# images:\n");
    let example = ["registry.example.com/team/postgres".to_string()];
    for image in if images.is_empty() { &example[..] } else { images } {
        _ = writeln!(text, "#   - images: [{image}]\n#     like: postgres");
    }
    text
}
