//! Compose files to measure with, written in the manner of real ones: the same on every machine and in every run.

use std::fmt::Write;

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // The constants are those of Knuth's MMIX; the low bits are not as good as the high ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

/// One project: some services, and at the end the volumes and networks that they use.
pub fn project(services: usize, seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = String::from(
        "# The stack as it runs on the server. Values come from the environment of the shell.\n\
         x-logging: &logging\n  driver: json-file\n  options:\n    max-size: \"10m\"\n    max-file: \"3\"\n\n\
         services:\n",
    );
    let mut volumes = Vec::new();
    for at in 0..services {
        service(&mut text, &mut dice, at, &mut volumes);
    }
    if !volumes.is_empty() {
        text.push_str("volumes:\n");
        for name in &volumes {
            _ = writeln!(text, "  {name}:");
        }
    }
    text.push_str("\nnetworks:\n  back:\n    driver: bridge\n");
    text
}

/// A project that takes at least this many bytes.
pub fn project_of_bytes(bytes: usize, seed: u64) -> String {
    let sample = project(2_000, seed).len();
    let mut services = bytes * 2_000 / sample;
    loop {
        let text = project(services, seed);
        if text.len() >= bytes {
            return text;
        }
        services += services / 200 + 1;
    }
}

/// An ordinary file: most have one to eight services, some have none of their own but a dozen.
pub fn ordinary(at: usize) -> String {
    let sizes = [1, 1, 2, 2, 3, 3, 4, 5, 8, 12];
    project(sizes[at % sizes.len()], at as u64 + 1)
}

fn service(text: &mut String, dice: &mut Dice, at: usize, volumes: &mut Vec<String>) {
    match dice.roll(10) {
        0 | 1 => database(text, dice, at, volumes),
        2 => cache(text, dice, at, volumes),
        3 => proxy(text, dice, at),
        4 | 5 => worker(text, dice, at),
        6 => broker(text, dice, at, volumes),
        _ => application(text, dice, at, volumes),
    }
    text.push('\n');
}

fn database(text: &mut String, dice: &mut Dice, at: usize, volumes: &mut Vec<String>) {
    let version = dice.one_of(&["15.6", "16.3-alpine", "17.2"]);
    let name = format!("db-{at}");
    _ = write!(
        text,
        "  # Everything that must not be lost is in here.
  {name}:
    image: postgres:{version}
    restart: unless-stopped
    stop_grace_period: 90s
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:?set it in .env}}
      POSTGRES_DB: shop_{at}
      PGDATA: /var/lib/postgresql/data/pgdata
    volumes:
      - {name}-data:/var/lib/postgresql/data
      - ./init/{at}.sql:/docker-entrypoint-initdb.d/10-init.sql:ro
    healthcheck:
      test: [\"CMD-SHELL\", \"pg_isready -U shop -d shop_{at}\"]
      interval: 10s
      timeout: 5s
      retries: 5
    networks:
      - back
    logging: *logging
"
    );
    volumes.push(format!("{name}-data"));
}

fn cache(text: &mut String, dice: &mut Dice, at: usize, volumes: &mut Vec<String>) {
    let memory = dice.one_of(&["128mb", "256mb", "1gb"]);
    _ = write!(
        text,
        "  cache-{at}:
    image: redis:7.4-alpine
    command: redis-server --appendonly yes --maxmemory {memory} --maxmemory-policy allkeys-lru
    restart: always
    volumes:
      - cache-{at}:/data
    networks: [back]
"
    );
    volumes.push(format!("cache-{at}"));
}

fn proxy(text: &mut String, dice: &mut Dice, at: usize) {
    let version = dice.one_of(&["v3.1", "v2.11", "latest"]);
    _ = write!(
        text,
        "  proxy-{at}:
    image: traefik:{version}
    container_name: proxy-{at}
    restart: unless-stopped
    command:
      - --providers.docker=true
      - --providers.docker.exposedbydefault=false
      - --entrypoints.web.address=:80
      - --entrypoints.websecure.address=:443
    ports:
      - \"{port}:80\"
      - \"127.0.0.1:{other}:443\"
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
      - ./traefik/{at}:/etc/traefik
    networks:
      back:
        aliases:
          - edge-{at}
",
        port = 8000 + at % 1000,
        other = 9000 + at % 1000,
    );
}

fn worker(text: &mut String, dice: &mut Dice, at: usize) {
    let replicas = 1 + dice.roll(4);
    _ = write!(
        text,
        "  worker-{at}:
    build:
      context: ./worker
      dockerfile: Dockerfile
      args:
        - NODE_ENV=production
    image: registry.example.com/shop/worker:${{TAG:-latest}}
    command: [\"node\", \"dist/worker.js\", \"--queue=orders-{at}\"]
    environment:
      - NODE_ENV=production
      - LOG_LEVEL=${{LOG_LEVEL:-info}}
      - QUEUE=orders-{at}
      - SENTRY_DSN
    deploy:
      replicas: {replicas}
      resources:
        limits:
          cpus: '0.50'
          memory: 256M
    restart: on-failure
    networks:
      - back
    logging: *logging
"
    );
}

fn broker(text: &mut String, dice: &mut Dice, at: usize, volumes: &mut Vec<String>) {
    let tag = dice.one_of(&["3.13-management", "4.0-management-alpine"]);
    // Without a `hostname` the data is lost from sight with each new container, as in many real files.
    _ = write!(
        text,
        "  broker-{at}:
    image: rabbitmq:{tag}
    restart: always
    ports:
      - 5672:5672
      - 15672:15672
    environment:
      RABBITMQ_DEFAULT_USER: shop
      RABBITMQ_DEFAULT_PASS: ${{RABBITMQ_PASSWORD}}
    volumes:
      - broker-{at}:/var/lib/rabbitmq
    networks:
      - back
"
    );
    volumes.push(format!("broker-{at}"));
}

fn application(text: &mut String, dice: &mut Dice, at: usize, volumes: &mut Vec<String>) {
    let name = dice.one_of(&["web", "api", "admin", "portal"]);
    _ = write!(
        text,
        "  {name}-{at}:
    image: ghcr.io/example/{name}:1.{minor}.{patch}
    restart: unless-stopped
    env_file:
      - path: ./{name}.env
        required: false
    environment:
      DATABASE_URL: postgres://shop:${{POSTGRES_PASSWORD}}@db:5432/shop_{at}
      REDIS_URL: \"redis://cache:6379/0\"
      BASE_URL: https://{name}-{at}.example.com
      # Mails go nowhere on the test system.
      SMTP_HOST: ${{SMTP_HOST:-localhost}}
      SMTP_PORT: 587
    ports:
      - \"{port}:3000\"
    volumes:
      - uploads-{at}:/srv/app/uploads
      - ./config/{name}.yml:/srv/app/config.yml:ro
    labels:
      - traefik.enable=true
      - traefik.http.routers.{name}-{at}.rule=Host(`{name}-{at}.example.com`)
      - traefik.http.services.{name}-{at}.loadbalancer.server.port=3000
    healthcheck:
      test: curl -fsS http://localhost:3000/healthz || exit 1
      interval: 30s
      timeout: 3s
      start_period: 20s
    networks:
      - back
    logging: *logging
",
        minor = dice.roll(30),
        patch = dice.roll(10),
        port = 20_000 + at % 10_000,
    );
    volumes.push(format!("uploads-{at}"));
}
