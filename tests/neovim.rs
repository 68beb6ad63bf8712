//! Neovim as it is configured in `docs/editors.md`, run without a screen where it is installed: findings appear, a code
//! action is applied, and the file is what the program would have written.

use crate::support::{examples, read, root};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a Neovim may take. Its own patience ends before.
const LONGEST: Duration = Duration::from_secs(90);

/// What the page says for a version, by the first line of the block.
fn configurations() -> Vec<((u32, u32), String)> {
    let page = examples(&read(&root().join("docs/editors.md")));
    let lua = page.into_iter().filter(|it| it.language == "lua");
    let mut found: Vec<_> = lua.map(|it| (version(&it.text, "-- Neovim ").unwrap(), it.text)).collect();
    found.sort();
    found
}

/// The version behind a prefix: `0.11` of `-- Neovim 0.11 and later`.
fn version(text: &str, prefix: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_once(prefix)?.1.split(|it: char| !it.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// A folder with a file in it, and a Neovim that knows nothing but the page.
struct Editor {
    directory: TempDir,
}

impl Editor {
    fn new(configuration: &str, compose: &str, settings: &str) -> Editor {
        let editor = Editor { directory: TempDir::new().unwrap() };
        for folder in ["home", "project"] {
            fs::create_dir(editor.path(folder)).unwrap();
        }
        fs::write(editor.path("init.lua"), configuration).unwrap();
        fs::write(editor.path("project/compose.yaml"), compose).unwrap();
        fs::write(editor.path("project/.plimsoll.yaml"), settings).unwrap();
        editor
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, program: &str) -> Command {
        let ours = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap().to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&path))).unwrap();
        let mut command = Command::new(program);
        command.current_dir(self.path("project")).env("PATH", path).stdin(Stdio::null());
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"]
        {
            command.env(name, self.path("home"));
        }
        command.env_remove("NVIM").env_remove("VIMINIT");
        command
    }

    /// What the program says of the file, and makes of it.
    fn check(&self, args: &[&str]) -> String {
        let output = self.command("plimsoll").args(["check", "compose.yaml"]).args(args).output().unwrap();
        assert!(output.status.code() < Some(2), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn text(&self) -> String {
        read(&self.path("project/compose.yaml"))
    }

    /// Opens the file in Neovim, applies the fix with this title, and saves.
    fn fix(&self, title: &str) {
        let script = root().join("tests/editors/neovim.lua");
        let said = self.path("said");
        let mut command = self.command("nvim");
        command.args(["--headless", "-n", "-i", "NONE", "-u"]).arg(self.path("init.lua")).arg("compose.yaml");
        command.arg("-c").arg(format!("luafile {}", script.display())).env("PLIMSOLL_TITLE", title);
        command.stdout(File::create(&said).unwrap()).stderr(File::options().append(true).open(&said).unwrap());
        let mut child = command.spawn().unwrap();
        let begin = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if begin.elapsed() > LONGEST => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let said = String::from_utf8_lossy(&fs::read(said).unwrap()).into_owned();
        assert!(status.is_some_and(|it| it.success()), "{status:?} for `{title}`: {said}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "that a test was skipped has to be seen")]
fn a_fix_in_neovim_is_what_the_program_writes() {
    let Ok(output) = Command::new("nvim").args(["--headless", "--version"]).output() else {
        eprintln!("skipped: `nvim` is not installed");
        return;
    };
    let installed = version(&String::from_utf8_lossy(&output.stdout), "NVIM v").unwrap();
    let known = configurations();
    assert_eq!(known.iter().map(|it| it.0).collect::<Vec<_>>(), [(0, 7), (0, 8), (0, 11)]);
    let Some((_, configuration)) = known.iter().rev().find(|it| it.0 <= installed) else {
        eprintln!("skipped: Neovim {}.{} is older than what docs/editors.md speaks of", installed.0, installed.1);
        return;
    };
    for (rule, text) in [
        ("undeclared-volume", crate::cli::BAD),
        // Characters of two units, of two bytes, and line breaks of Windows stand before the place.
        (
            "short-stop-grace-period",
            "services:\r\n  db: {labels: {team: \"\u{1f418} \u{e9}\"}, image: postgres:17, volumes: [\"data:/var/lib/postgresql/data\"], stop_grace_period: 3s}\r\nvolumes: {data: }\r\n",
        ),
    ] {
        let editor = Editor::new(configuration, text, &format!("select: [{rule}]\n"));
        let found: serde_json::Value = serde_json::from_str(&editor.check(&["--format", "json"])).unwrap();
        assert_eq!(found["diagnostics"].as_array().unwrap().len(), 1, "{found}");
        let fix = &found["diagnostics"][0]["fix"];
        assert_eq!(fix["safety"], "safe");
        editor.fix(fix["title"].as_str().unwrap());
        let mut written = editor.text();
        fs::write(editor.path("project/compose.yaml"), text).unwrap();
        editor.check(&["--fix"]);
        assert_ne!(written, text);
        // These versions leave an empty line behind what is added at the end of a file.
        if ((0, 8)..(0, 12)).contains(&installed) && written.ends_with("\n\n") {
            written.pop();
        }
        assert_eq!(written, editor.text(), "{rule}");
    }
}
