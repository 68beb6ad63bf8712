//! The command line.

mod help;
mod values;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use help::{
    CHECK_HELP, COMPLETIONS_HELP, EXPLAIN_HELP, HELP, IMAGES_HELP, INIT_HELP, LSP_HELP, MAN_HELP, MODEL_HELP,
    RULES_HELP, SCHEMA_HELP, SURVEY_HELP,
};
use plimsoll_core::diagnostic::Severity;
use plimsoll_workspace::escape;
use std::ffi::OsString;
use std::path::PathBuf;
use values::{format_of, rule_or_group, variable};

/// Tells which services of a Compose file will lose their data, before they do
#[derive(Parser, Debug)]
#[command(name = "plimsoll", version, max_term_width = 80, subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check Compose files
    #[command(after_help = CHECK_HELP)]
    Check(Box<Check>),
    /// Show the page of a rule: what it finds, why, and what to do
    #[command(after_help = EXPLAIN_HELP)]
    Explain {
        /// Identifier of the rule, or `survey`
        rule: String,
    },
    /// List the rules
    #[command(after_help = RULES_HELP)]
    Rules {
        /// Output format
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Print the project as Compose would run it, as JSON
    #[command(after_help = MODEL_HELP)]
    Model(Model),
    /// Show where state lives, and whether it outlives `down` and the like
    #[command(after_help = SURVEY_HELP)]
    Survey(Survey),
    /// Show what images keep, where, and how they want to be stopped
    #[command(after_help = IMAGES_HELP)]
    Images {
        /// Identifier in the catalogue, or an image such as `postgres:17`
        name: Option<String>,
        /// Output format
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it")]
        settings: Config,
    },
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a page of the manual
    #[command(after_help = MAN_HELP)]
    Man {
        /// A command, such as `check` [default: the program]
        command: Option<String>,
    },
    /// Run the language server, for editors
    #[command(after_help = LSP_HELP)]
    Lsp {
        /// Taken for the sake of clients that give it: it speaks over standard
        /// input and output in any case
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Write a .plimsoll.yaml for the project in this directory
    #[command(after_help = INIT_HELP)]
    Init,
    /// Print the schema of an output format, or of the settings
    #[command(after_help = SCHEMA_HELP)]
    Schema {
        /// Which one
        #[arg(value_enum)]
        of: Schema,
    },
}

/// The options of `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Files, directories, or - for standard input [default: .]
    #[arg(value_name = "PATH", conflicts_with = "file")]
    pub paths: Vec<PathBuf>,
    /// What standard input is called
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// How findings are shown [default: text]
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = output, default_value = "text")]
    #[arg(hide_default_value = true)]
    pub format: Vec<Output>,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Run these only
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule_or_group)]
    pub select: Vec<String>,
    /// Do not run these
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule_or_group)]
    pub ignore: Vec<String>,
    /// linux, macos, windows [default: all three]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "HOSTS", value_delimiter = ',')]
    pub host: Vec<Host>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it")]
    pub project: Project,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it")]
    pub settings: Config,
    /// Leave out what the settings exclude, even if it is named
    #[arg(long)]
    pub force_exclude: bool,
    /// Leave out the findings that are in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the findings into this file, so that they are known
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fix", "diff"])]
    pub write_baseline: Option<PathBuf>,
    /// Check a project that the settings name
    #[arg(long = "project", value_name = "NAME", conflicts_with_all = ["paths", "file", "project_directory"])]
    pub named: Option<String>,
    /// error, warning, info, never [default: warning]
    #[arg(long, value_enum, hide_possible_values = true, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Fix what is safe to fix, and report the rest
    #[arg(long)]
    pub fix: bool,
    /// Fix what somebody has to look at, too
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long)]
    pub diff: bool,
    /// Print findings only, no summary
    #[arg(long, short)]
    pub quiet: bool,
    /// auto, always, never
    #[arg(long, value_enum, hide_possible_values = true, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// The options of `model`.
#[derive(Args, Debug)]
pub struct Model {
    /// Files, each merged over those before it, shown with paths as they are
    /// written and without what no service uses [default: as Compose finds them]
    #[arg(value_name = "FILE", conflicts_with = "file")]
    pub files: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it")]
    pub project: Project,
    /// Print paths as they are written
    #[arg(long)]
    pub no_path_resolution: bool,
    /// Print where each value comes from, instead
    #[arg(long)]
    pub origins: bool,
}

/// The options of `survey`.
#[derive(Args, Debug)]
pub struct Survey {
    /// A file, a directory (its default Compose file), or - for standard input
    /// [default: as Compose finds it]
    #[arg(value_name = "PATH", conflicts_with = "file")]
    pub path: Option<String>,
    /// text, json, markdown, mermaid
    #[arg(long, value_enum, hide_possible_values = true, default_value_t = SurveyFormat::Text)]
    pub format: SurveyFormat,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it")]
    pub project: Project,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it")]
    pub settings: Config,
    /// Survey a project that the settings name
    #[arg(long = "project", value_name = "NAME", conflicts_with_all = ["path", "file", "project_directory"])]
    pub named: Option<String>,
    /// auto, always, never
    #[arg(long, value_enum, hide_possible_values = true, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// The options about the settings.
#[derive(Args, Debug)]
pub struct Config {
    /// Read the settings from this file [default: the nearest .plimsoll.yaml]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no settings
    #[arg(long)]
    pub isolated: bool,
}

/// The options that make a project, as Compose has them.
#[derive(Args, Debug)]
pub struct Project {
    /// A file of one project, over those before it
    #[arg(long, short, value_name = "FILE")]
    pub file: Vec<String>,
    /// Where the relative paths of the files start
    #[arg(long, value_name = "DIR")]
    pub project_directory: Option<String>,
    /// A file of variables, instead of `.env`
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<String>,
    /// Give a variable its value
    #[arg(long, value_name = "KEY=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,
    /// Switch a profile on; `*` is all of them
    #[arg(long, value_name = "PROFILE")]
    pub profile: Vec<String>,
    /// The name of the project
    #[arg(long, short, value_name = "NAME")]
    pub project_name: Option<String>,
}

/// How findings are shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[value(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum Format {
    Text,
    Concise,
    Json,
    Github,
    Gitlab,
    Sarif,
    Junit,
    Checkstyle,
    Rdjson,
    Markdown,
}

/// A format, and where it goes.
#[derive(Clone, Debug)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; none is standard output.
    pub file: Option<PathBuf>,
}

/// How lists are shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum ListFormat {
    Text,
    Json,
}

/// How a survey is shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum SurveyFormat {
    Text,
    Json,
    Markdown,
    Mermaid,
}

/// What has a schema.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum Schema {
    Json,
    Survey,
    Config,
}

/// A kind of host.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum Host {
    Linux,
    #[value(name = "macos")]
    MacOs,
    Windows,
}

/// From which severity on a finding makes the program fail.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    /// The one of a word.
    pub fn of(word: &str) -> Option<FailOn> {
        FailOn::from_str(word, false).ok()
    }

    /// Whether a finding of this severity makes the program fail.
    pub fn includes(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Info => true,
            FailOn::Never => false,
        }
    }
}

/// When to use colors.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "help would repeat the words")]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// The program is not to run: help or the version was asked for, or the command line is wrong.
#[derive(Debug)]
pub struct Stop {
    /// What to print.
    pub text: String,
    /// Whether it was asked for. If not, it is an error.
    pub wanted: bool,
}

/// Reads the command line. `styled` says whether help may have colors.
///
/// # Errors
/// There is a text to print instead.
pub fn parse(args: impl IntoIterator<Item = OsString>, styled: bool) -> Result<Command, Stop> {
    let parsed = Cli::command().try_get_matches_from(args).and_then(|it| Cli::from_arg_matches(&it));
    parsed.map(|it| it.command).map_err(|error| {
        let is_help = matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        );
        let text = error.render();
        // An error repeats what was typed, which may be the name of a file, so it goes through the sanitizer.
        let text = match (is_help, styled) {
            (true, true) => text.ansi().to_string(),
            (true, false) => text.to_string(),
            (false, _) => escape::block(&text.to_string()).into_owned(),
        };
        Stop { text: format!("{}\n", text.trim_end()), wanted: !error.use_stderr() }
    })
}

/// Writes the completions of a shell.
pub fn write_completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "plimsoll", &mut text);
    text
}

/// A page of the manual: of a command, or of the program. `None`: there is no such command.
pub fn manual(name: Option<&str>) -> Option<Vec<u8>> {
    let mut cli = Cli::command();
    cli.build();
    let command = match name {
        Some(name) => cli.find_subcommand(name)?.clone(),
        None => cli,
    };
    let mut text = Vec::new();
    // Writing to memory cannot fail. There is no date, so that the page is the same on every day.
    clap_mangen::Man::new(command).date("").render(&mut text).ok()?;
    Some(text)
}

fn output(word: &str) -> Result<Output, String> {
    let (name, file) = match word.split_once('=') {
        Some((_, "")) => return Err("behind `=` stands a file".to_string()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (word, None),
    };
    let names = |it: &Format| Some((it.to_possible_value()?.get_name().to_string(), *it));
    let formats: Vec<_> = Format::value_variants().iter().filter_map(names).collect();
    Ok(Output { format: format_of(name, &formats)?, file })
}
