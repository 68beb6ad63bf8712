//! The settings, as the options of the command line ask for them, and what is said where they cannot be used.

pub mod init;
pub mod schema;

use crate::args::{self, Check, FailOn, Host};
use crate::report::{Report, Style, text};
use plimsoll_core::check::Hosts;
use plimsoll_core::config::FILE_NAME;
use plimsoll_workspace::disk::{Disk, Failure, here};
use plimsoll_workspace::escape;
use plimsoll_workspace::settings::{Asked, AskedProject, ConfigError, ConfigFile, Configs, Which};
use std::io::{self, Write};

/// Looks for settings as the options want it.
pub(crate) fn configs(options: &args::Config) -> Result<Configs, ConfigError> {
    let which = match &options.config {
        _ if options.isolated => Which::None,
        Some(path) => Which::File(path.clone()),
        None => Which::Nearest,
    };
    Configs::new(&which, here().unwrap_or_default(), &Disk::default())
}

/// What the options ask for.
pub(crate) fn asked(options: &Check) -> Asked {
    let on = |host| options.host.contains(&host);
    let hosts = Hosts { linux: on(Host::Linux), macos: on(Host::MacOs), windows: on(Host::Windows) };
    Asked {
        select: options.select.clone(),
        ignore: options.ignore.clone(),
        hosts: (!options.host.is_empty()).then_some(hosts),
        project: asked_project(&options.project),
    }
}

/// The project that the options ask for.
pub(crate) fn asked_project(options: &args::Project) -> AskedProject {
    AskedProject {
        files: options.file.clone(),
        directory: options.project_directory.clone(),
        env_files: options.env_file.clone(),
        variables: options.env.clone(),
        profiles: options.profile.clone(),
        name: options.project_name.clone(),
    }
}

/// From which severity on a finding makes the program fail.
pub(crate) fn fail_on(config: Option<&ConfigFile>, options: &Check) -> FailOn {
    let written = config.and_then(|it| FailOn::of(it.config.fail_on.as_deref()?));
    options.fail_on.or(written).unwrap_or(FailOn::Warning)
}

/// Says why there are no settings.
pub(crate) fn explain(error: &ConfigError, out: &mut dyn Write) -> io::Result<()> {
    match error {
        ConfigError::Unread(Failure { file, message }) => {
            writeln!(out, "error: {}", escape::line(&format!("{file}: {message}")))
        }
        ConfigError::Wrong(sources, mistakes) => {
            let style = Style { summary: false, ..Style::default() };
            let report = Report { diagnostics: mistakes, ..Report::new(sources) };
            text::write(out, &report, style)?;
            let name = mistakes.first().map_or(FILE_NAME, |it| sources.get(it.span.file).name());
            writeln!(out, "error: {}: these settings cannot be used", escape::line(name))
        }
    }
}
