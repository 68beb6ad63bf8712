//! The JSON Schema of `.plimsoll.yaml`, for editors. A test holds it to what is really read.

use crate::report::json;
use images::Image;
use plimsoll_core::check::Group;
use plimsoll_rules::RULES;
use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema, json_schema};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Where the schema can be read.
pub(crate) const ID: &str = "https://raw.githubusercontent.com/plimsoll-lint/plimsoll/main/docs/config.schema.json";

/// Settings of Plimsoll, the linter for Docker Compose files. Paths and patterns start from the directory of the file.
#[derive(JsonSchema)]
#[schemars(title = "Plimsoll settings", rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("$id" = ID, "examples" = [{"hosts": ["linux"], "ignore": ["missing-healthcheck"]}]))]
#[expect(dead_code, reason = "only its schema is made")]
struct File {
    /// Rules and groups that run, instead of those that are on by default. `all` is every rule.
    #[schemars(extend("minItems" = 1, "examples" = [["all"], ["correctness", "durability"]]))]
    select: Option<Selected>,
    /// Rules and groups that do not run. They win over `select`.
    #[schemars(extend("examples" = [["missing-healthcheck"]]))]
    ignore: Option<Ignored>,
    /// How bad the findings of a rule are. It does not switch the rule on; to switch it off, use `ignore`.
    #[schemars(extend("examples" = [{"missing-healthcheck": "error"}]))]
    severity: Option<Severities>,
    /// Where the files are run. The default is all three.
    #[schemars(length(min = 1), extend("examples" = [["linux"]]))]
    hosts: Option<Vec<Host>>,
    /// From which severity on a finding makes the program fail. The default is `warning`.
    fail_on: Option<FailOn>,
    /// Files and folders that are left out when folders are walked. A name without `/` is found at any depth.
    #[schemars(extend("examples" = [["examples", "deploy/old/**"]]))]
    exclude: Option<Vec<String>>,
    /// A file of findings that are known and do not count. `plimsoll check --write-baseline FILE` writes it.
    #[schemars(extend("examples" = ["plimsoll-baseline.json"]))]
    baseline: Option<String>,
    /// Values of variables, for all projects. The variables of the shell are never read.
    #[schemars(extend("examples" = [{"TAG": "17"}]))]
    env: Option<BTreeMap<String, Scalar>>,
    /// Files of variables, for all projects, instead of the `.env` beside them.
    #[schemars(extend("examples" = [[".env.ci"]]))]
    env_files: Option<Vec<String>>,
    /// Profiles that are switched on in all projects; `*` is all of them.
    #[schemars(extend("examples" = [["*"]]))]
    profiles: Option<Vec<String>>,
    /// Settings for some files. They hold for a project if the first of its files matches; of several, the last wins.
    overrides: Option<Vec<Override>>,
    /// Projects of several files, by name. Each is checked when its folder is, or with `--project NAME`; its files are
    /// not checked on their own then.
    #[schemars(extend("examples" = [{"production": {"files": ["compose.yaml", "compose.production.yaml"]}}]))]
    projects: Option<BTreeMap<String, Project>>,
    /// Settings for single services, by the name of the service.
    #[schemars(extend("examples" = [{"db": {"ignore": {"data-not-persisted": "filled by the nightly import"}}}]))]
    services: Option<BTreeMap<String, Service>>,
    /// Images that the catalogue does not know, or knows otherwise. They win over what is built in.
    #[schemars(extend("examples" = [[{"images": ["registry.example.com/team/postgres"], "like": "postgres"}]]))]
    images: Option<Vec<Image>>,
}

/// Settings for some files.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Override {
    /// Patterns. A name without `/` is found at any depth; a folder stands for everything in it.
    #[schemars(extend("examples" = [["deploy/**", "*.dev.yaml"]]))]
    files: Vec<String>,
    /// Rules and groups that run. It begins anew: what was selected and ignored before does not count.
    #[schemars(extend("minItems" = 1))]
    select: Option<Selected>,
    /// Rules and groups that do not run, beside those that were ignored before.
    ignore: Option<Ignored>,
    /// How bad the findings of a rule are.
    severity: Option<Severities>,
    /// Where the files are run.
    #[schemars(length(min = 1))]
    hosts: Option<Vec<Host>>,
    /// Settings for single services, by the name of the service.
    services: Option<BTreeMap<String, Service>>,
}

/// A project of several files.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Project {
    /// The files, each merged over those before it, as with `docker compose -f`.
    #[schemars(length(min = 1), extend("examples" = [["compose.yaml", "compose.production.yaml"]]))]
    files: Vec<String>,
    /// The folder that relative paths start from, instead of that of the first file.
    directory: Option<String>,
    /// Values of variables, beside those for all projects.
    env: Option<BTreeMap<String, Scalar>>,
    /// Files of variables, instead of `.env`.
    env_files: Option<Vec<String>>,
    /// Profiles that are switched on; `*` is all of them.
    profiles: Option<Vec<String>>,
}

/// Settings for one service.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is made")]
struct Service {
    /// Rules that do not run for the service, each with the reason.
    #[schemars(extend("examples" = [{"data-not-persisted": "filled by the nightly import"}]))]
    ignore: Option<Reasons>,
}

/// A value of a variable, as it is written.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is made")]
enum Scalar {
    Text(String),
    Number(f64),
    Flag(bool),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is made")]
enum Host {
    Linux,
    MacOs,
    Windows,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is made")]
enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

fn ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|it| it.id)
}

fn list(more: &[&'static str]) -> Schema {
    let names: Vec<&str> = Group::ALL.map(Group::name).into_iter().chain(more.iter().copied()).chain(ids()).collect();
    json_schema!({ "type": "array", "items": { "enum": names }, "uniqueItems": true })
}

fn by_rule(value: &Schema) -> Schema {
    let names: Vec<&str> = ids().collect();
    json_schema!({ "type": "object", "propertyNames": { "enum": names }, "additionalProperties": value })
}

/// Declares types whose schema is made from the rules.
macro_rules! made {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)*) => {$(
        $(#[$doc])*
        struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

mod images;

made! {
    /// A list of rules and groups, or `all`.
    Selected = list(&["all"]);
    /// A list of rules and groups.
    Ignored = list(&[]);
    /// From rules to severities.
    Severities = by_rule(&json_schema!({ "enum": ["error", "warning", "info"] }));
    /// From rules to reasons.
    Reasons = by_rule(&json_schema!({ "type": "string", "minLength": 1 }));
}

/// Writes the schema.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(out: &mut dyn Write) -> io::Result<()> {
    json::print(out, &schemars::schema_for!(File))
}
