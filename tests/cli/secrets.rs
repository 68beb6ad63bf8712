//! The value of a variable is nobody's business: it may decide what is found, and is never told.

use super::{Outcome, Place};

/// Where a value can come from. Each is one that nothing else in the files holds.
const VALUES: [&str; 12] = [
    "s3cret-dotenv",
    "s3cret-image",
    "s3cret-envfile",
    "s3cret-raw",
    "s3cret-list",
    "s3cret-map",
    "s3cret-number-4711",
    "s3cret-option",
    "s3cret-settings",
    "s3cret-named",
    "s3cret-arg",
    "s3cret-dockerfile",
];

/// A project in which values stand where rules look: images, mounts, commands, probes, names, limits, references.
const PROJECT: &str = r#"name: ${IMAGE}
services:
  db:
    image: postgres:${IMAGE}
    hostname: ${HIDDEN}
    container_name: ${HIDDEN}
    user: ${HIDDEN}
    stop_grace_period: ${HIDDEN}
    stop_signal: ${HIDDEN}
    restart: ${HIDDEN}
    platform: ${HIDDEN}
    pull_policy: ${HIDDEN}
    env_file: [a.env, {path: b.env, format: raw}, "${HIDDEN}.env"]
    environment:
      - POSTGRES_PASSWORD=s3cret-list
      - POSTGRES_PASSWORD=s3cret-list
      - PGDATA=/s3cret-list/${HIDDEN}
      - POSTGRES_INITDB_ARGS=--data-checksums ${HIDDEN}
      - S3CRET_ONLY
    volumes:
      - ${HIDDEN}:/var/lib/postgresql/data
      - ./${HIDDEN}:/${HIDDEN}:${HIDDEN}
      - data:/var/lib/postgresql/${HIDDEN}
      - {type: volume, source: "${HIDDEN}", target: /x}
    tmpfs: ["/${HIDDEN}:size=${HIDDEN}"]
    command: [postgres, -c, "fsync=off", -c, "data_directory=/${HIDDEN}", "${HIDDEN}"]
    healthcheck: {test: "pg_isready -U ${HIDDEN} || exit", interval: "${HIDDEN}", retries: "${HIDDEN}"}
    depends_on: ["${HIDDEN}"]
    networks: ["${HIDDEN}"]
    secrets: ["${HIDDEN}", token]
    configs: ["${HIDDEN}"]
    ports: ["${HIDDEN}"]
    profiles: ["${HIDDEN}"]
    labels: {"com.example.x": "${HIDDEN}"}
    mem_limit: ${HIDDEN}
    logging: {driver: "${HIDDEN}"}
    volumes_from: ["${HIDDEN}"]
    network_mode: ${HIDDEN}
  web:
    extends: {file: "${HIDDEN}.yaml", service: "${HIDDEN}"}
    image: mysql
    environment:
      MYSQL_ROOT_PASSWORD: s3cret-map
      MYSQL_DATABASE: "${IMAGE}"
      DATABASE_URL: postgres://u:s3cret-map@db/x
      INTERVAL: s3cret-number-4711
      OTHER: [s3cret-map]
      MORE: {s3cret-map: s3cret-map}
      EXPANDED: "$MYSQL_DATABASE ${IMAGE} $$x"
    command: sh -c "mysqld $MYSQL_DATABASE $IMAGE"
    volumes: ["${OPTION}:/var/lib/mysql", "${SETTING}:/x", "./${NAMED}:/y"]
    build:
      context: .
      args: [A=s3cret-arg, "B=${HIDDEN}"]
      target: ${HIDDEN}
  built:
    build: {context: ., args: {PASSWORD: "${HIDDEN}"}}
    healthcheck: {test: [NONE]}
  three:
    image: ${OPTION}
    build: ${HIDDEN}
    deploy: {replicas: "${HIDDEN}", resources: {limits: {memory: "${HIDDEN}"}}}
  four: {image: "redis:${IMAGE}", container_name: "${HIDDEN}", volumes: ["${HIDDEN}:/data", "${IMAGE}:/data"]}
  five: {image: "redis:${IMAGE}", container_name: "${HIDDEN}", volumes: ["${HIDDEN}:/data"], command: "redis-server --save ${HIDDEN}"}
include: ["${HIDDEN}/x.yaml"]
secrets:
  token: {environment: HIDDEN}
  "x-a": {file: "./${HIDDEN}"}
volumes:
  data: {name: "${HIDDEN}", driver: "${HIDDEN}", external: "${HIDDEN}", driver_opts: {type: nfs, o: "addr=${HIDDEN}", device: ":/${HIDDEN}"}}
"#;

fn place() -> Place {
    let dotenv = "HIDDEN='s3cret-dotenv /x:y'\nIMAGE=s3cret-image\n";
    let settings =
        "env: {SETTING: s3cret-settings}\nprojects:\n  shop: {files: [compose.yaml], env: {NAMED: s3cret-named}}\n";
    let dockerfile = "FROM postgres:17\nARG PASSWORD=s3cret-dockerfile\nENV PGDATA=/$PASSWORD TOKEN=s3cret-dockerfile\nVOLUME /$PASSWORD\n";
    Place::new(&[
        ("compose.yaml", PROJECT),
        (".env", dotenv),
        ("a.env", "A=s3cret-envfile\nPGDATA=/s3cret-envfile\n"),
        ("b.env", "B=s3cret-raw\nPOSTGRES_HOST_AUTH_METHOD=s3cret-raw\n"),
        (".plimsoll.yaml", settings),
        ("Dockerfile", dockerfile),
    ])
}

/// What stands in the Compose file as it is may be shown with its lines, and what variables hold may not.
fn assert_silent(what: &str, said: &str, shows_source: bool) {
    let in_source = ["s3cret-list", "s3cret-map", "s3cret-number-4711", "s3cret-arg", "s3cret-dockerfile"];
    for value in VALUES.iter().filter(|it| !shows_source || !in_source.contains(it)) {
        let at = said.find(value);
        assert!(
            at.is_none(),
            "{what} tells `{value}`: {}",
            at.map_or("", |it| &said
                [said.floor_char_boundary(it.saturating_sub(300))..said.floor_char_boundary(it + 60)])
        );
    }
}

fn all(outcome: &Outcome) -> String {
    outcome.stdout.clone() + &outcome.stderr
}

const FORMATS: [&str; 10] =
    ["text", "concise", "json", "github", "gitlab", "sarif", "junit", "checkstyle", "rdjson", "markdown"];

#[test]
fn no_format_tells_a_value() {
    // With and without what stops Compose, so that every rule has its say.
    let whole = place();
    let mut calm = PROJECT.to_string();
    for line in ["include:", "    extends:", "    env_file:", "    stop_grace_period:", "      MORE:", "      OTHER:"] {
        calm = calm.lines().filter(|it| !it.starts_with(line)).map(|it| format!("{it}\n")).collect();
    }
    let partly = place();
    partly.write("compose.yaml", calm.as_bytes());
    for place in [whole, partly] {
        for format in FORMATS {
            for more in
                [&["--env", "OPTION=s3cret-option"][..], &["--env", "OPTION=s3cret-option", "--project", "shop"]]
            {
                let args = [&["check", "--select", "all", "--format", format][..], more].concat();
                let outcome = place.run(&args);
                assert!(outcome.status == 1 && outcome.stdout.len() > 500, "{outcome:?}");
                assert_silent(format, &all(&outcome), format == "text");
            }
        }
        let survey = |format: &str| place.run(&["survey", "--format", format, "--env", "OPTION=s3cret-option"]);
        for format in ["text", "json", "markdown", "mermaid"] {
            assert_silent(&format!("survey as {format}"), &all(&survey(format)), false);
        }
        let written = place.run(&["check", "--select", "all", "--write-baseline", "known.json"]);
        assert_eq!(written.status, 0, "{written:?}");
        let baseline = std::fs::read_to_string(place.path().join("known.json")).unwrap();
        assert_silent("the baseline", &(baseline + &all(&written)), false);
        // A patch has the lines around a change as they are.
        let diff = place.run(&["check", "--select", "all", "--diff", "--unsafe-fixes"]);
        assert_silent("the patch", &all(&diff), true);
    }
}

#[test]
fn a_project_that_compose_takes_is_surveyed_without_values() {
    let text = "services:\n  db:\n    image: postgres:${IMAGE}\n    env_file: [a.env]\n    environment: {POSTGRES_PASSWORD: s3cret-map, PGDATA: \"/var/lib/${HIDDEN}\"}\n    volumes: [\"${NAMED}:/var/lib/postgresql/data\", \"./${OPTION}:/backup\"]\n  cache: {image: redis, command: \"redis-server --dir /${OPTION}\"}\n  app: {build: {context: ., args: {PASSWORD: \"${HIDDEN}\"}}}\nvolumes: {x: {name: \"${NAMED}\"}}\n";
    let place = place();
    place.write("compose.yaml", text.as_bytes());
    place.write(".env", b"HIDDEN=s3cret-dotenv\nIMAGE=s3cret-image\nNAMED=./s3cret-named\n");
    for format in ["text", "json", "markdown", "mermaid"] {
        let outcome = place.run(&["survey", "--format", format, "--env", "OPTION=s3cret-option"]);
        assert!(outcome.status == 0 && outcome.stdout.contains("db"), "{outcome:?}");
        assert_silent(&format!("survey as {format}"), &all(&outcome), false);
    }
    // This is what prints values.
    assert!(place.run(&["model", "--env", "OPTION=s3cret-option"]).stdout.contains("s3cret-dotenv"));
}

#[test]
fn a_file_of_variables_that_cannot_be_read_is_not_quoted() {
    for text in [
        "PASS WORD=s3cret-dotenv\n",
        "PASSWORD!=s3cret-dotenv\n",
        "A='s3cret-dotenv\n",
        "A=\"s3cret-dotenv ${}\"\n",
        "A=${s3cret-dotenv\n",
        "A=${B:?s3cret-dotenv}\n",
        "=s3cret-dotenv\n",
        "s3cret-dotenv!\n",
        "A=b\n-----BEGIN KEY-----\ns3cret-dotenv/+==\n",
        "s3cret-dotenv x\n",
    ] {
        let good = "services:\n  a:\n    image: b\n    env_file: [{path: a.env, format: raw}]\n  b:\n    image: b\n    env_file: a.env\n";
        let place = Place::new(&[("compose.yaml", good), ("a.env", text)]);
        for args in [
            &["check", "--select", "all"][..],
            &["check", "--env-file", "a.env"],
            &["survey"],
            &["model", "--env-file", "a.env"],
        ] {
            let outcome = place.run(args);
            if args[0] != "model" || outcome.status != 0 {
                assert_silent(&format!("{args:?} of {text:?}"), &all(&outcome), false);
            }
        }
        place.write(".env", text.as_bytes());
        for command in ["check", "survey"] {
            assert_silent(command, &all(&place.run(&[command])), false);
        }
    }
}
