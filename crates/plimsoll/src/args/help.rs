//! What help says below the options: examples, and what the exit status means.

pub(super) const HELP: &str = "\
Examples:
  plimsoll check                      Check the Compose file in this directory
  plimsoll check deploy/*.yaml        Check these files, each on its own
  plimsoll explain tmpfs-on-data-path Why this rule exists, and what to do
  plimsoll images postgres:17         What this image keeps, and where
  plimsoll survey                     Where state lives, and what it outlives

Exit status:
  0  nothing found   1  something found   2  could not do what was asked";

pub(super) const CHECK_HELP: &str = "\
Examples:
  plimsoll check
  plimsoll check compose.yaml deploy/ --ignore portability
  docker compose config | plimsoll check -
  plimsoll check -f compose.yaml -f compose.prod.yaml
  plimsoll check --format github --format sarif=out.sarif
  plimsoll check --fix                 Apply the safe fixes
  plimsoll check --env TAG=16 --host linux

RULES are identifiers, groups (correctness, durability, lifecycle, portability)
or `all`, separated by commas; `plimsoll rules` lists them. HOSTS are where the
files are run. Findings below SEVERITY do not make the program fail.
FORMAT is text, concise, json, github, gitlab, sarif, junit, checkstyle, rdjson
or markdown; several may be given, if all but one have a FILE.

Exit status:
  0  nothing found   1  something found   2  could not do what was asked";

pub(super) const EXPLAIN_HELP: &str = "\
Examples:
  plimsoll explain undeclared-volume
  plimsoll explain tmpfs-on-data-path";

pub(super) const LSP_HELP: &str = "\
It speaks the Language Server Protocol over standard input and output. An editor
starts it: see docs/editors.md.

Exit status:
  0  shut down as the protocol wants it   1  not   2  it could not go on";

pub(super) const RULES_HELP: &str = "\
Examples:
  plimsoll rules
  plimsoll rules --format json

Each has its severity and group, whether it runs without --select (on, off), and
whether it has a fix (safe, unsafe). Findings of severity info are shown only if
their rule or its group is selected.";

pub(super) const IMAGES_HELP: &str = "\
Examples:
  plimsoll images                      All images in the catalogue
  plimsoll images postgres             PostgreSQL, in all versions
  plimsoll images postgres:17          PostgreSQL 17
  plimsoll images quay.io/minio/minio --format json";

pub(super) const MODEL_HELP: &str = "\
Examples:
  plimsoll model                       The project in this directory
  plimsoll model -f compose.yaml -f compose.prod.yaml --profile '*'
  plimsoll model --origins             Where each value is written

Files are merged as Compose merges them. Only --env and files of variables give
variables a value; all others are unset, whatever the shell has. As this is what
Compose makes of the files, no settings (.plimsoll.yaml) are read.

Exit status:
  0  printed   1  Compose would refuse the project   2  could not be asked";

pub(super) const SURVEY_HELP: &str = "\
Examples:
  plimsoll survey                      The project in this directory
  plimsoll survey deploy/compose.yaml --format markdown
  plimsoll survey --format mermaid     A drawing, for GitHub or GitLab
  plimsoll explain survey              What is listed, and why each cell is so

Only --env, files of variables and the settings give variables a value; what
hangs on others is unknown. The project is shown even if Compose would refuse it.

Exit status:
  0  shown   1  Compose would refuse the project   2  it cannot be read";

pub(super) const INIT_HELP: &str = "\
Examples:
  plimsoll init                        Every setting, as a comment

A file that is there is left as it is.";

pub(super) const SCHEMA_HELP: &str = "\
Examples:
  plimsoll schema json                 JSON Schema of `check --format json`
  plimsoll schema survey               JSON Schema of `survey --format json`
  plimsoll schema config               JSON Schema of `.plimsoll.yaml`";

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  plimsoll completions bash > /etc/bash_completion.d/plimsoll
  plimsoll completions zsh > ~/.zfunc/_plimsoll
  plimsoll completions fish > ~/.config/fish/completions/plimsoll.fish
  plimsoll completions powershell >> $PROFILE";

pub(super) const MAN_HELP: &str = "\
Examples:
  plimsoll man > ~/.local/share/man/man1/plimsoll.1
  plimsoll man check | man -l -";
