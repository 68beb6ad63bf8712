//! Dockerfiles, and the images that come of them.

use super::*;
use crate::model::{EnvValue, Test, Variable};
use crate::source::Sources;
use std::time::{Duration, Instant};

struct Made {
    sources: Sources,
    image: Option<BuiltImage>,
}

impl Made {
    fn get(&self) -> &BuiltImage {
        self.image.as_ref().expect("an image comes of it")
    }

    fn base(&self) -> String {
        self.get().base.shown()
    }

    fn under(&self, span: Span) -> &str {
        self.sources.slice(span)
    }

    fn env(&self, name: &str) -> Option<String> {
        let found = self.get().environment.iter().find(|it| it.name == name)?;
        found.value.as_ref().map(Text::shown)
    }

    fn command(&self) -> Vec<String> {
        words(self.get().command.as_ref())
    }

    fn entrypoint(&self) -> Vec<String> {
        words(self.get().entrypoint.as_ref())
    }
}

fn words(field: Option<&Field<crate::model::Command>>) -> Vec<String> {
    field.map(|it| it.words.iter().map(|it| it.as_str().to_string()).collect()).unwrap_or_default()
}

/// What comes of a Dockerfile with `NAME=value` and `NAME` as arguments.
fn build(text: &str, target: Option<&str>, args: &[&str], contexts: &[&str]) -> Made {
    let mut sources = Sources::new();
    let (file, other) = (sources.add_text("Dockerfile", text), sources.add_text("compose.yaml", "args"));
    let place = Span::start_of(other);
    let variables = |list: &[&str]| -> Vec<Variable> {
        let one = |it: &&str| {
            let (name, value) = it.split_once('=').map_or((*it, None), |it| (it.0, Some(it.1)));
            let value = value.map(|it| Text::verbatim(it, place, 0));
            Variable { name: name.to_string(), key: place, value, path: Path::default() }
        };
        list.iter().map(one).collect()
    };
    let (args, contexts) = (variables(args), variables(contexts));
    let target = target.map(|it| Text::verbatim(it, place, 0));
    let order = Order { target: target.as_ref(), args: &args, contexts: &contexts, ..Order::default() };
    let image = read(Page::File(file, sources.get(file).text())).and_then(|it| it.image(order));
    Made { sources, image }
}

fn made(text: &str) -> Made {
    build(text, None, &[], &[])
}

#[test]
fn the_base_is_followed_through_stages_and_arguments() {
    assert_eq!(made("FROM postgres:16\n").base(), "postgres:16");
    assert_eq!(made("ARG V=16\nARG I=postgres:$V\nfrom --platform=$X ${I} as Db\nFROM db\n").base(), "postgres:16");
    assert_eq!(build("ARG V=16\nFROM postgres:$V", None, &["V=17"], &[]).base(), "postgres:17");
    assert_eq!(build("ARG V=16\nFROM postgres:$V", None, &["V"], &[]).base(), "postgres:${V}");
    assert_eq!(made("ARG V\nFROM postgres:${V}-alpine").base(), "postgres:${V}-alpine");
    assert_eq!(made("ARG V\nFROM postgres:${V:-16}").base(), "postgres:16");
    assert!(made("ARG V\nFROM postgres:${V:-16}").get().base.assumptions().len() == 1);
    assert_eq!(made("ARG V=16\nFROM postgres:${V%.*}").base(), "postgres:${V}");
    assert_eq!(made("FROM x@sha256:${D}").base(), "x@sha256:${D}");
    // Only a stage that stands above can be meant.
    assert_eq!(made("FROM b AS a\nFROM a AS b").base(), "b");
    assert_eq!(made("FROM redis AS redis").base(), "redis");
    let text = "FROM node AS build\nRUN x\nFROM postgres AS db\nFROM build AS app";
    assert_eq!(build(text, Some("DB"), &[], &[]).base(), "postgres");
    assert_eq!(build(text, Some(""), &[], &[]).base(), "node");
    assert!(build(text, Some("none"), &[], &[]).image.is_none());
    assert!(made(text).get().scripts.len() == 1);
}

#[test]
fn contexts_take_the_place_of_images_and_stages() {
    let text = "FROM postgres:16 AS db\nVOLUME /a\nFROM db\nVOLUME /b";
    assert_eq!(build(text, None, &[], &["postgres:16=docker-image://redis:7"]).base(), "redis:7");
    assert!(!build(text, None, &[], &["postgres:16=./other"]).get().base.is_known());
    assert!(!build(text, None, &[], &["postgres=docker-image://redis"]).get().base.is_known());
    let replaced = build(text, None, &[], &["db=docker-image://redis"]);
    assert_eq!(replaced.base(), "redis");
    assert_eq!(replaced.get().volumes.len(), 1);
    assert_eq!(build(text, None, &[], &["db=docker"]).base(), "${}");
    assert_eq!(build(text, None, &[], &["other=./x"]).base(), "postgres:16");
}

#[test]
fn what_is_added_to_the_base() {
    let made = made(
        "\u{feff}# syntax=docker/dockerfile:1\nFROM postgres:16\nARG DIR=/data\nENV A=1 PGDATA=\"$DIR/pg\" C='$A'\nENV A 2  3 \nENV D=${A}x \\\n  # why\n  E=$NONE\nVOLUME $DIR /b\nVOLUME [\"/c\", \"/d\"]\nSTOPSIGNAL SIGTERM\nHEALTHCHECK --interval=5s CMD pg_isready\nUSER postgres\nWORKDIR ${DIR}\nONBUILD VOLUME /no\nRUN <<EOF\nVOLUME /neither\nEOF\nCOPY --chown=a:b a.conf b /etc/$A/\n",
    );
    let image = made.get();
    assert_eq!(made.under(image.base.span()), "postgres:16");
    let volumes: Vec<&str> = image.volumes.iter().map(Text::as_str).collect();
    assert_eq!(volumes, ["/data", "/b", "/c", "/d"]);
    assert_eq!(made.under(image.volumes[0].span()), "$DIR");
    assert_eq!(made.under(image.volumes[2].span()), "/c");
    let env = |name: &str| made.env(name).unwrap_or_default();
    assert_eq!((env("A"), env("PGDATA"), env("C")), ("2  3".into(), "/data/pg".into(), "$A".into()));
    assert_eq!((env("D"), env("E")), ("2  3x".into(), "${NONE}".into()));
    let key = image.environment.iter().find(|it| it.name == "PGDATA").map(|it| it.key);
    assert_eq!(key.map(|it| made.under(it)), Some("PGDATA"));
    let signal = image.stop_signal.as_ref().map(|it| (it.value.as_str(), made.under(it.key), made.under(it.span)));
    assert_eq!(signal, Some(("SIGTERM", "STOPSIGNAL", "SIGTERM")));
    let probe = image.healthcheck.as_ref().expect("there is one");
    assert!(matches!(&probe.value, Test::Shell(it) if it.as_str() == "pg_isready"));
    assert_eq!(made.under(probe.key), "HEALTHCHECK");
    assert_eq!(image.user.as_ref().map(|it| it.value.as_str()), Some("postgres"));
    assert_eq!(image.working_dir.as_ref().map(|it| it.value.as_str()), Some("/data"));
    let sources: Vec<&str> = image.copies[0].sources.iter().map(Text::as_str).collect();
    assert_eq!((sources, image.copies[0].target.as_str()), (vec!["a.conf", "b"], "/etc/2  3/"));
    assert!(image.scripts[0].as_str().contains("/neither"));
}

#[test]
fn command_and_entrypoint() {
    let shell = made("FROM a\nCMD exec  x \"$Y\"");
    assert_eq!(shell.command(), ["/bin/sh", "-c", "exec  x \"$Y\""]);
    assert_eq!(shell.get().command.as_ref().map(|it| shell.under(it.span)), Some("exec  x \"$Y\""));
    let list = made("FROM a\nENTRYPOINT [\"a\", \"b\"]\nCMD [\"c\"]");
    assert_eq!((list.entrypoint(), list.command()), (vec!["a".into(), "b".into()], vec!["c".into()]));
    let before = made("FROM a\nCMD [\"c\"]\nENTRYPOINT [\"a\"]");
    assert_eq!(before.command(), ["c"]);
    let below = made("FROM a AS b\nCMD [\"c\"]\nFROM b\nENTRYPOINT [\"a\"]");
    assert!(below.get().command.is_none());
    let own = made("FROM a\nSHELL [\"bash\", \"-ec\"]\nCMD x\nHEALTHCHECK NONE");
    assert_eq!(own.command(), ["bash", "-ec", "x"]);
    assert!(matches!(own.get().healthcheck.as_ref().map(|it| &it.value), Some(Test::Disabled)));
}

#[test]
fn the_escape_directive() {
    let made = made("# escape=`\nFROM a\nENV P=C:\\data Q=`$X \\\n\nENV R=1 `\n  S=2\n");
    assert_eq!(made.env("P").as_deref(), Some("C:\\data"));
    assert_eq!(made.env("Q").as_deref(), Some("$X"));
    assert_eq!(made.env("S").as_deref(), Some("2"));
}

#[test]
fn the_place_of_an_inline_dockerfile_is_in_the_compose_file() {
    let yaml = "services:\n  db:\n    build:\n      dockerfile_inline: |\n        FROM postgres:16\n        ENV PGDATA=/x\n        STOPSIGNAL \"$$S\"\n";
    let mut sources = Sources::new();
    let file = sources.add_text("compose.yaml", yaml);
    let mut problems = Vec::new();
    let loaded = crate::load::load(&sources, file, &crate::load::interpolate::Variables::unknown(), &mut problems);
    let project = crate::model::lower(&loaded, &mut problems);
    let image = project.services[0].build.as_ref().and_then(|it| it.image.clone()).expect("it is read");
    assert_eq!(sources.slice(image.base.span()), "postgres:16");
    assert_eq!(sources.slice(image.environment[0].key), "PGDATA");
    assert!(image.stop_signal.as_ref().is_some_and(|it| !it.value.is_known()));
    assert!(matches!(project.services[0].variable("PGDATA"), EnvValue::Set(_, it) if it.as_str() == "/x"));
    assert!(matches!(project.services[0].variable("LANG"), EnvValue::Absent));
}

#[test]
fn what_docker_cannot_read_is_unknown() {
    for text in ["", "\n", "RUN x", "FROM", "FROM a\nFRUM b", "\0\u{1}\u{2}", "FROM a AS x\nFROM b AS x", "ARG A=1\n"] {
        assert!(made(text).image.is_none(), "{text:?}");
    }
    let long = format!("FROM a\nRUN {}", "x".repeat(1 << 20));
    assert!(made(&long).image.is_none());
    assert!(made(&long[..1 << 20]).image.is_some());
}

#[test]
fn many_stages_and_values_that_double_come_to_an_end() {
    let started = Instant::now();
    let mut stages = "FROM postgres:16 AS s0\n".to_string();
    for at in 1..10_000 {
        stages.push_str(&format!("FROM s{} AS s{at}\nENV A{at}=1\n", at - 1));
    }
    let linear = made(&stages);
    assert_eq!((linear.base().as_str(), linear.get().environment.len()), ("postgres:16", 9_999));
    let mut doubled = "FROM a\nENV A=xxxxxxxx B=$Y\n".to_string();
    for _ in 0..5_000 {
        doubled.push_str("ENV A=$A$A$B B=$B$B\n");
    }
    assert!(made(&doubled).env("A").is_some());
    let nested = format!("FROM {}x{}\nENV A={}", "${A:-".repeat(5_000), "}".repeat(5_000), "${A:-\"".repeat(5_000));
    assert!(made(&nested).image.is_some());
    let long = format!("FROM a\nENV {}\nVOLUME {}\n", "A=1 ".repeat(50_000), "/a ".repeat(50_000));
    assert_eq!(made(&long).get().volumes.len(), 50_000);
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

/// Texts of what Dockerfiles are made of, put together at random, the same ones on every machine.
#[test]
fn no_text_makes_it_panic() {
    const SCRAPS: [&str; 64] = [
        "FROM ",
        "from a as b\n",
        "FROM a\n",
        " AS ",
        "ARG ",
        "ARG A=1\n",
        "ENV ",
        "ENV A=",
        "ENV A b",
        "VOLUME ",
        "VOLUME [",
        "STOPSIGNAL ",
        "HEALTHCHECK ",
        "HEALTHCHECK --interval=1s CMD ",
        "CMD ",
        "CMD [",
        "NONE",
        "ENTRYPOINT ",
        "[\"",
        "\"]",
        "\", \"",
        "\\u00e9",
        "\\ud800",
        "\\",
        "\\\n",
        "\\\r\n",
        "\\ \n",
        "`\n",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "# escape=`\n",
        "# escape=\\\n",
        "#syntax=x\n",
        "# x\n",
        "#",
        "$",
        "${",
        "${A:-",
        "${A:+",
        "}",
        "$A",
        "\"",
        "'",
        "=",
        "<<EOF\n",
        "<<-'E'\n",
        "EOF\n",
        "E\n",
        "RUN ",
        "RUN --mount=type=x ",
        "COPY ",
        "COPY <<E /x\n",
        "ADD --chown=a ",
        "ONBUILD ",
        "SHELL [",
        "USER ",
        "WORKDIR ",
        "EXPOSE 1\n",
        "LABEL a=b\n",
        "\u{feff}",
        "é",
        "\u{1f433}",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..20_000 {
        let mut text = if random(3) > 0 { "FROM a\n".to_string() } else { String::new() };
        for _ in 0..random(14) {
            text.push_str(SCRAPS[random(SCRAPS.len())]);
        }
        let built = build(&text, None, &["A=$x\"", "B"], &[]);
        let Some(image) = &built.image else { continue };
        let inline = Text::verbatim(text.as_str(), Span { end: text.len() as u32, ..image.base.span() }, 0);
        assert!(read(Page::Inline(&inline)).is_some(), "{text:?}");
        let source = text.len() as u32;
        let texts = image
            .volumes
            .iter()
            .chain(image.copies.iter().map(|it| &it.target))
            .chain(&image.scripts)
            .chain([&image.base]);
        let lines = image.command.iter().chain(&image.entrypoint).flat_map(|it| &it.value.words);
        for it in texts.chain(lines).chain(image.environment.iter().filter_map(|it| it.value.as_ref())) {
            let span = it.span();
            assert!(span.start <= span.end && span.end <= source, "{text:?}: {span:?}");
            assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize), "{text:?}");
        }
    }
}
