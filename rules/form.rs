//! What is wrong with the form of a probe, whatever the image is.

use plimsoll_core::grammar::path::file_name;
use plimsoll_core::model::{Healthcheck, Test};
use plimsoll_core::source::Span;
use plimsoll_core::text::Text;

/// What is wrong with a probe.
pub(crate) struct Broken {
    /// The place to blame.
    pub span: Span,
    /// What it does, for a sentence after "the probe of … ".
    pub does: String,
    /// The reason.
    pub why: String,
    /// What to do.
    pub help: String,
    /// It never passes, whatever the server does.
    pub never: bool,
}

/// What is wrong with the form of the test, whatever the image is.
pub(crate) fn form(probe: &Healthcheck) -> Option<Broken> {
    const OPERATORS: [&str; 7] = ["||", "&&", "|", ";", ">", "2>&1", ">/dev/null"];
    let one_line = "write `[\"CMD-SHELL\", \"…\"]`, with the whole command line as one string".to_string();
    match &probe.test {
        Test::Command(words) => {
            let first = words.first()?;
            if let (1, true) = (words.len(), first.as_str().trim().contains(' ')) {
                let does = format!("its probe is a program with the name `{}`", short(first));
                let why = "what follows `CMD` is a program and its arguments, each a word of its own".to_string();
                return Some(Broken { span: first.span(), does, why, help: one_line, never: true });
            }
            let shell = matches!(name(first), "sh" | "bash" | "ash" | "dash" | "pwsh" | "powershell" | "cmd");
            let operator = words.iter().find(|it| OPERATORS.contains(&it.as_str())).filter(|_| !shell)?;
            let does = format!("`{}` gets `{}` as an argument", short(first), operator.shown());
            let why = "no shell runs a `CMD` list".to_string();
            // All of these take what follows for one more address or argument, and end with an error.
            let never = matches!(name(first), "curl" | "pg_isready") && operator.as_str() == "||";
            Some(Broken { span: operator.span(), does, why, help: one_line, never })
        }
        Test::Shell(line) => {
            if let Some(dropped) = probe.dropped.first() {
                let does = format!("only `{}` is run, and `{}` is not", short(line), short(dropped));
                let why = "`CMD-SHELL` takes one string; what follows is no part of the command line".to_string();
                let never = matches!(line.as_str(), "curl" | "wget" | "nc" | "test" | "grep");
                return Some(Broken { span: dropped.span(), does, why, help: one_line, never });
            }
            let first = line.known()?.split_whitespace().next()?;
            let word = ["CMD", "CMD-SHELL", "NONE"].contains(&first);
            let list = ["[\"CMD", "['CMD", "[CMD"].iter().any(|it| line.as_str().starts_with(it));
            let help = "remove `CMD` or `CMD-SHELL`, or write a list without quotes around it".to_string();
            let does = format!("its probe starts a program with the name `{first}`");
            let why = "a string is a command line for the shell of the container".to_string();
            (word || list).then_some(Broken { span: line.span(), does, why, help, never: true })
        }
        _ => None,
    }
}

fn name(program: &Text) -> &str {
    file_name(program.as_str())
}

/// Not longer than people read.
fn short(text: &Text) -> String {
    let shown = text.shown();
    let cut = shown.char_indices().nth(40).map(|it| it.0);
    cut.map_or(shown.clone(), |at| format!("{}…", &shown[..at]))
}
