//! What the commands do.

use crate::args::{self, Check, Color, Command, ListFormat, Model, Output, Project, Survey, SurveyFormat};
use crate::config;
use crate::fix;
use crate::images;
use crate::model;
use crate::projects::{self, Checked};
use crate::report::{self, Counts, Report, Style, json};
use crate::rules;
use crate::survey;
use anstream::{AutoStream, ColorChoice};
use plimsoll_core::load::files::Files;
use plimsoll_core::load::interpolate::Variables;
use plimsoll_core::load::request::Request;
use plimsoll_core::suggest::closest;
use plimsoll_rules::RULES;
use plimsoll_rules::images::{Catalogue, catalogue};
use plimsoll_workspace::disk::{Disk, Failure, STDIN, here};
use plimsoll_workspace::escape;
use plimsoll_workspace::settings::ConfigError;
use std::ffi::OsString;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the program tells the one who called it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It did what was asked, and nothing was found.
    Clean = 0,
    /// There are findings.
    Findings = 1,
    /// It could not do what was asked.
    Failure = 2,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// Runs the program.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Status {
    let styled = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let command = match args::parse(args, styled) {
        Ok(command) => command,
        Err(stop) if stop.wanted => return print(Status::Clean, styled, |out| out.write_all(stop.text.as_bytes())),
        Err(stop) => {
            _ = io::stderr().write_all(stop.text.as_bytes());
            return Status::Failure;
        }
    };
    match command {
        Command::Check(options) => check_files(&options),
        Command::Explain { rule } => explain(&rule),
        Command::Rules { format } => print(Status::Clean, false, |out| rules::write(out, format)),
        Command::Images { name, format, settings } => show_images(name.as_deref(), format, &settings),
        Command::Lsp { .. } => serve(),
        Command::Init => match config::init::init() {
            Ok(said) => print(Status::Clean, false, |out| writeln!(out, "{said}")),
            Err(message) => fail(&message),
        },
        Command::Model(options) => show_model(&options),
        Command::Survey(options) => show_survey(&options),
        Command::Completions { shell } => {
            print(Status::Clean, false, |out| out.write_all(&args::write_completions(shell)))
        }
        Command::Man { command } => match args::manual(command.as_deref()) {
            Some(page) => print(Status::Clean, false, |out| out.write_all(&page)),
            None => fail(&format!("there is no command `{}`", command.unwrap_or_default())),
        },
        Command::Schema { of: args::Schema::Json } => print(Status::Clean, false, json::write_schema),
        Command::Schema { of: args::Schema::Config } => print(Status::Clean, false, config::schema::write),
        Command::Schema { of: args::Schema::Survey } => print(Status::Clean, false, survey::write_schema),
    }
}

/// Writes to standard output. If nobody reads it any more, that is a quiet end.
fn print(status: Status, styled: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Status {
    let stdout = io::stdout().lock();
    // The stream translates colors where a console of Windows does not know them.
    let stdout: Box<dyn Write> = if styled { Box::new(AutoStream::always(stdout)) } else { Box::new(stdout) };
    let mut out = BufWriter::with_capacity(1 << 16, stdout);
    match write(&mut out).and_then(|()| out.flush()) {
        Ok(()) => status,
        Err(error) => {
            // What is still in the buffer is not tried again.
            _ = out.into_parts();
            if error.kind() == ErrorKind::BrokenPipe {
                status
            } else {
                fail(&format!("cannot write the output: {error}"))
            }
        }
    }
}

/// Says that the program could not do what was asked.
fn fail(message: &str) -> Status {
    _ = writeln!(io::stderr(), "error: {}", escape::line(message));
    Status::Failure
}

/// Runs the language server until its client ends it.
fn serve() -> Status {
    match plimsoll_lsp::stdio() {
        Ok(plimsoll_lsp::Ended::Well) => Status::Clean,
        Ok(plimsoll_lsp::Ended::Early) => Status::Findings,
        Err(error) => fail(&format!("the language server cannot go on: {error}")),
    }
}

fn check_files(options: &Check) -> Status {
    if options.stdin_filename.is_some() && !options.paths.iter().any(|it| it.as_os_str() == STDIN) {
        return fail("`--stdin-filename` is for standard input, which is read only if `-` is among the paths");
    }
    if let Err(message) = outputs(options) {
        return fail(&message);
    }
    let mut request = request(&options.project, Variables::unknown(), &[]);
    request.here = here();
    let named = !options.project.file.is_empty() || options.project.project_directory.is_some();
    if named && !options.paths.is_empty() {
        return fail("`--project-directory` is for the files of `-f`, and each PATH is a project of its own");
    }
    if options.unsafe_fixes && !options.fix && !options.diff {
        return fail("`--unsafe-fixes` is for `--fix` and `--diff`");
    }
    if options.diff && options.format.iter().any(|it| it.format != args::Format::Text || it.file.is_some()) {
        return fail("`--diff` prints a patch and no report, so there is no `--format` for it");
    }
    let disk = near(&options.project, options.paths.iter().cloned());
    if options.diff {
        let shown = projects::with_plan(options, &request, |plan| fix::fix(plan, &disk, options.unsafe_fixes));
        return shown.map_or_else(|error| refuse(&error), |it| show_diff(options, &it));
    }
    if options.fix {
        let fixed = projects::with_plan(options, &request, |plan| fix::fix_files(options, plan, &disk));
        return fixed.map_or_else(|error| refuse(&error), |it| show_fixed(options, it, &disk));
    }
    let mut checked = match projects::with_plan(options, &request, |plan| plan.check(&disk)) {
        Ok(checked) => checked,
        Err(error) => return refuse(&error),
    };
    let status = status_of(&checked);
    if let (Some(count), Some(path), true) = (checked.written, &options.write_baseline, checked.failures.is_empty()) {
        let said = format!("wrote {} to {}", report::several(count, "finding"), path.display());
        if options.quiet {
            return Status::Clean;
        }
        return print(Status::Clean, false, |out| writeln!(out, "{}", escape::line(&said)));
    }
    let all = report::limit(&mut checked.found);
    show(options, &report_of(&checked, all), status, None)
}

fn report_of(checked: &Checked, all: Option<Counts>) -> Report<'_> {
    let Checked { sources, projects, files, known, found, failures, .. } = checked;
    Report { sources, projects: *projects, files: *files, known: *known, diagnostics: found, all, failures }
}

/// Says what could not be read or written, what else there is to say, and what that and the findings mean for the one
/// who called.
fn status_of(checked: &Checked) -> Status {
    for note in &checked.notes {
        _ = writeln!(io::stderr(), "note: {}", escape::line(note));
    }
    for Failure { file, message } in &checked.failures {
        fail(&format!("{file}: {message}"));
    }
    if !checked.failures.is_empty() {
        Status::Failure
    } else if checked.fails {
        Status::Findings
    } else {
        Status::Clean
    }
}

/// `--diff`.
fn show_diff(options: &Check, outcome: &fix::Outcome) -> Status {
    let mut status = match status_of(&outcome.checked) {
        Status::Failure => Status::Failure,
        _ if outcome.fixed.texts.is_empty() => Status::Clean,
        _ => Status::Findings,
    };
    if !options.quiet {
        _ = writeln!(io::stderr(), "{}", outcome.summary("Would fix"));
    }
    let Some(file) = &options.output else { return print(status, false, |out| outcome.write_diff(out)) };
    let mut text = Vec::new();
    if let Err(error) = outcome.write_diff(&mut text).and_then(|()| std::fs::write(file, text)) {
        status = fail(&format!("{}: cannot be written: {error}", file.display()));
    }
    status
}

/// `--fix`: what is left.
fn show_fixed(options: &Check, mut outcome: fix::Outcome, disk: &Disk) -> Status {
    let status = status_of(&outcome.checked);
    let line = outcome.summary("Fixed");
    let all = report::limit(&mut outcome.checked.found);
    let is_stdin = |it: &str| it == STDIN;
    let reads_stdin = options.paths.iter().any(|it| it.to_str().is_some_and(is_stdin))
        || options.project.file.iter().any(|it| is_stdin(it));
    if !reads_stdin {
        return show(options, &report_of(&outcome.checked, all), status, Some(&line));
    }
    // What comes in goes out, and what is said of it does not get into it.
    let given = outcome.given(options).or_else(|| disk.read(STDIN).ok()).unwrap_or_default();
    let style = Style { color: false, links: false, summary: false, ..Style::default() };
    let format = options.format.first().map_or(args::Format::Text, |it| it.format);
    _ = report::write(&mut io::stderr(), &report_of(&outcome.checked, all), format, style);
    if !options.quiet {
        _ = writeln!(io::stderr(), "{line}");
    }
    print(status, false, |out| out.write_all(&given))
}

/// Where each format goes. Only one can go to standard output.
fn outputs(options: &Check) -> Result<Vec<Output>, String> {
    let mut outputs = options.format.clone();
    let mut open = outputs.iter_mut().filter(|it| it.file.is_none());
    let first = open.next();
    if open.next().is_some() {
        return Err("several formats go to standard output: write `--format FORMAT=FILE`".to_string());
    }
    match (first, &options.output) {
        (Some(first), Some(file)) => first.file = Some(file.clone()),
        (None, Some(_)) => return Err("`--output` is for a format without a file of its own".to_string()),
        _ => {}
    }
    Ok(outputs)
}

/// Writes the report in each format, files first, so that nobody who reads standard output to its end finds them
/// missing. A `last` line takes the place of the summary.
fn show(options: &Check, report: &Report<'_>, mut status: Status, last: Option<&str>) -> Status {
    let outputs = match outputs(options) {
        Ok(outputs) => outputs,
        Err(message) => return fail(&message),
    };
    for Output { format, file } in &outputs {
        let Some(file) = file else { continue };
        let mut text = Vec::new();
        let style = Style { color: false, links: false, summary: !options.quiet, ..Style::default() };
        let written = report::write(&mut text, report, *format, style).and_then(|()| std::fs::write(file, text));
        if let Err(error) = written {
            status = fail(&format!("{}: cannot be written: {error}", file.display()));
        }
    }
    let mut style = style(options);
    let last = last.filter(|_| style.summary);
    style.summary &= last.is_none();
    match outputs.iter().find(|it| it.file.is_none()) {
        Some(it) => print(status, style.color, |out| {
            report::write(out, report, it.format, style)?;
            match (last, it.format) {
                (Some(last), args::Format::Text) => writeln!(out, "{last}"),
                // For people, whoever reads the rest.
                (Some(last), _) => writeln!(io::stderr(), "{last}"),
                (None, _) => Ok(()),
            }
        }),
        None => {
            // The report is in a file, and people are told all the same.
            if let Some(last) = last {
                _ = writeln!(io::stderr(), "{last}");
            }
            status
        }
    }
}

/// Says that the settings cannot be used.
fn refuse(error: &ConfigError) -> Status {
    _ = config::explain(error, &mut io::stderr());
    Status::Failure
}

fn show_images(name: Option<&str>, format: ListFormat, settings: &args::Config) -> Status {
    let knowledge = match config::configs(settings).and_then(|mut it| it.knowledge("")) {
        Ok(knowledge) => knowledge,
        Err(error) => return refuse(&error),
    };
    match images::find(knowledge.get::<Catalogue>().unwrap_or_else(|| catalogue()), name) {
        Ok(found) => print(Status::Clean, false, |out| images::write(out, &found, format, width())),
        Err(message) => fail(&message),
    }
}

/// The files of this machine, of which the command line names these.
fn near(project: &Project, paths: impl Iterator<Item = PathBuf>) -> Disk {
    let named = project.file.iter().chain(&project.project_directory).map(PathBuf::from);
    Disk::near(named.chain(paths).filter(|it| *it != Path::new(STDIN)).collect())
}

/// What the options ask for. The shell is not asked, whatever it has.
fn request(project: &Project, mut variables: Variables, files: &[String]) -> Request {
    for (key, value) in &project.env {
        variables.set(key, value);
    }
    Request {
        files: files.iter().chain(&project.file).cloned().collect(),
        directory: project.project_directory.clone(),
        env_files: project.env_file.clone(),
        profiles: project.profile.clone(),
        name: project.project_name.clone(),
        variables,
        here: None,
    }
}

fn show_model(options: &Model) -> Status {
    let mut request = request(&options.project, Variables::complete(), &options.files);
    request.here = here();
    // Files that are only named are shown as they are: their paths, and nothing that is not used.
    let all_resources = options.files.is_empty();
    let resolve_paths = !options.no_path_resolution && options.files.is_empty();
    let disk = near(&options.project, options.files.iter().map(PathBuf::from));
    match model::model(&request, model::Shape { resolve_paths, all_resources, origins: options.origins }, &disk) {
        Ok(text) => print(Status::Clean, false, |out| out.write_all(text.as_bytes())),
        Err(text) => {
            _ = io::stderr().write_all(text.as_bytes());
            Status::Findings
        }
    }
}

fn show_survey(options: &Survey) -> Status {
    let place = options.path.as_ref().or(options.project.file.first()).map_or("", String::as_str);
    let asked = config::configs(&options.settings).and_then(|mut it| {
        Ok((
            it.request(place, options.named.as_deref(), &config::asked_project(&options.project))?,
            it.knowledge(place)?,
        ))
    });
    let (request, knowledge) = match asked {
        Ok(asked) => asked,
        Err(error) => return refuse(&error),
    };
    let known = knowledge.get::<Catalogue>().unwrap_or_else(|| catalogue());
    let disk = near(&options.project, options.path.iter().map(PathBuf::from));
    let found = match survey::find(request, options.path.as_deref(), known, &disk) {
        Ok(found) => found,
        Err(message) => return fail(&message),
    };
    if let Err(error) = io::stderr().write_all(&found.refusals()) {
        return fail(&format!("cannot say why Compose would refuse the project: {error}"));
    }
    let status = if found.is_refused() { Status::Findings } else { Status::Clean };
    if found.is_broken() {
        return status;
    }
    let color = options.format == SurveyFormat::Text && wants_color(options.color);
    let width = width().unwrap_or(Style::default().width);
    print(status, color, |out| survey::write(out, &found, options.format, Style { color, width, ..Style::default() }))
}

fn style(options: &Check) -> Style {
    let color = wants_color(options.color);
    // A log may be known to take colors (CLICOLOR_FORCE), but hardly ever links.
    let links = color && (options.color == Color::Always || io::stdout().is_terminal());
    Style { color, links, width: width().unwrap_or(Style::default().width), summary: !options.quiet }
}

fn wants_color(color: Color) -> bool {
    match color {
        Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        Color::Always => true,
        Color::Never => false,
    }
}

/// The width of the terminal that standard output goes to. Below the least width, wrapping would only do harm.
fn width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0).max(40))
}

fn explain(id: &str) -> Status {
    let page = plimsoll_rules::rule(id).map(|it| it.page);
    match page.or_else(|| (id == "survey").then_some(plimsoll_rules::survey::PAGE)) {
        Some(page) => print(Status::Clean, false, |out| writeln!(out, "{}", page.trim_end())),
        None => {
            let hint = closest(id, RULES.iter().map(|it| it.id));
            let hint = hint.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            fail(&format!("there is no rule `{id}`{hint} (`plimsoll rules` lists them)"))
        }
    }
}
