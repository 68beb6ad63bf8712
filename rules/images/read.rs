//! Entries of the catalogue from YAML.

use super::{
    Confidence, DataPath, Entrypoint, Family, Floating, Health, Identity, Lack, Memory, Risk, Secret, Server, Stop,
    WrongMount,
};
use crate::version::{Versioning, Versions};
use plimsoll_core::grammar::duration;
use plimsoll_core::source::Sources;
use plimsoll_core::syntax;
use plimsoll_core::tree::{NodeId, Tree};

/// Reads entries from YAML in the shape of `images.yaml`. Unknown keys are left out; a test finds them.
pub(super) fn parse(text: &str) -> Vec<Family> {
    let mut sources = Sources::new();
    let file = sources.add_text("images.yaml", text);
    let mut tree = Tree::default();
    let document = syntax::parse(&mut tree, file, sources.get(file), &mut Vec::new());
    let items = document.roots.first().map(|it| tree.items(*it)).unwrap_or_default();
    items.iter().map(|it| family(&tree, it.value, None)).collect()
}

/// Reads one entry. What it does not say is as in the entry that it is like.
pub(super) fn family(tree: &Tree, id: NodeId, like: Option<&Family>) -> Family {
    Reader { tree }.family(id, like.cloned().unwrap_or_default())
}

struct Reader<'a> {
    tree: &'a Tree,
}

impl Reader<'_> {
    fn get(&self, map: NodeId, key: &str) -> Option<NodeId> {
        self.tree.get(map, key).map(|it| it.value)
    }

    fn scalar(&self, id: NodeId) -> String {
        self.tree.text(id).map_or_else(String::new, |it| it.as_str().to_string())
    }

    fn text(&self, map: NodeId, key: &str) -> Option<String> {
        self.get(map, key).map(|it| self.scalar(it))
    }

    fn flag(&self, map: NodeId, key: &str) -> Option<bool> {
        self.text(map, key).map(|it| it == "true")
    }

    fn list(&self, map: NodeId, key: &str) -> Option<Vec<String>> {
        let items = self.tree.items(self.get(map, key)?);
        Some(items.iter().map(|it| self.scalar(it.value)).collect())
    }

    fn nodes<T>(&self, map: NodeId, key: &str, read: impl Fn(NodeId) -> T) -> Option<Vec<T>> {
        Some(self.tree.items(self.get(map, key)?).iter().map(|it| read(it.value)).collect())
    }

    fn versions(&self, map: NodeId) -> Versions {
        self.text(map, "versions").map(|it| Versions::parse(&it)).unwrap_or_default()
    }

    fn risk(&self, map: NodeId, key: &str) -> Option<Risk> {
        let id = self.get(map, key)?;
        Some(Risk { level: self.text(id, "risk").unwrap_or_default(), note: self.text(id, "note") })
    }

    fn floating(&self, id: NodeId) -> Floating {
        Floating {
            risk: self.text(id, "risk").unwrap_or_default(),
            note: self.text(id, "note"),
            pin: self.text(id, "pin"),
            minor: self.flag(id, "minor").unwrap_or_default(),
            gone: self.list(id, "gone").unwrap_or_default(),
        }
    }

    fn identity(&self, id: NodeId) -> Identity {
        Identity {
            keyed_by: self.text(id, "keyed_by").unwrap_or_default(),
            env: self.list(id, "env").unwrap_or_default(),
            hostname: self.flag(id, "hostname").unwrap_or_default(),
            files: self.list(id, "files").unwrap_or_default(),
            fix: self.text(id, "fix"),
            note: self.text(id, "note"),
        }
    }

    fn family(&self, id: NodeId, like: Family) -> Family {
        let text = |key| self.text(id, key);
        let list = |key| self.list(id, key);
        let volumes = |it| (self.versions(it), self.list(it, "paths").unwrap_or_default());
        Family {
            id: text("id").unwrap_or(like.id),
            name: text("name").unwrap_or(like.name),
            images: list("images").unwrap_or(like.images),
            kind: text("kind").unwrap_or(like.kind),
            versioning: match text("version").as_deref() {
                Some("pg") => Versioning::Pg,
                Some(_) => Versioning::Leading,
                None => like.versioning,
            },
            latest: text("latest").and_then(|it| it.parse().ok()).or(like.latest),
            data: self.nodes(id, "data", |it| self.data_path(it)).unwrap_or(like.data),
            volumes: self.nodes(id, "volumes", volumes).or(like.volumes),
            wrong: self.nodes(id, "wrong", |it| self.wrong(it)).unwrap_or(like.wrong),
            server: match self.get(id, "server") {
                Some(server) => self.server(server, like.server),
                None => like.server,
            },
            stop: match self.get(id, "stop") {
                Some(stop) => self.stop(stop, like.stop),
                None => like.stop,
            },
            health: match self.get(id, "health") {
                Some(health) => self.health(health, like.health),
                None => like.health,
            },
            platforms: self.platforms(id).unwrap_or(like.platforms),
            user: text("user").and_then(|it| it.parse().ok()).or(like.user),
            bind: self.risk(id, "bind").or(like.bind),
            network: self.risk(id, "network").or(like.network),
            floating: self.get(id, "floating").map(|it| self.floating(it)).or(like.floating),
            collation: text("collation").map_or(like.collation, |it| it == "libc"),
            identity: self.get(id, "identity").map(|it| self.identity(it)).or(like.identity),
            also: list("also").unwrap_or(like.also),
            secrets: self.nodes(id, "secrets", |it| self.secret(it)).unwrap_or(like.secrets),
            memory: self.get(id, "memory").map(|it| self.memory(it)).or(like.memory),
            shared: text("shared").or(like.shared),
            cache: self.flag(id, "cache").unwrap_or(like.cache),
            often_cache: self.flag(id, "often_cache").unwrap_or(like.often_cache),
            note: text("note").or(like.note),
            dump: text("dump").or(like.dump),
            confidence: match text("confidence").as_deref() {
                Some("verified") => Confidence::Verified,
                Some("documented") => Confidence::Documented,
                Some(_) => Confidence::Inferred,
                None => like.confidence,
            },
            unverified: list("unverified").unwrap_or(like.unverified),
            see: list("see").unwrap_or(like.see),
        }
    }

    fn platforms(&self, id: NodeId) -> Option<Vec<(Versions, Vec<String>)>> {
        let (new, old) = (self.list(id, "platforms"), self.get(id, "old_platforms"));
        if new.is_none() && old.is_none() {
            return None;
        }
        let old = old.map(|it| (self.versions(it), self.list(it, "platforms").unwrap_or_default()));
        Some(old.into_iter().chain([(Versions::default(), new.unwrap_or_default())]).collect())
    }

    fn data_path(&self, id: NodeId) -> DataPath {
        DataPath {
            versions: self.versions(id),
            tags: self.text(id, "tags"),
            path: self.text(id, "path").unwrap_or_default(),
            env: self.list(id, "env").unwrap_or_default(),
            flags: self.list(id, "flags").unwrap_or_default(),
            after: self.text(id, "after"),
            mount: self.text(id, "mount"),
            links: self.list(id, "links").unwrap_or_default(),
            keeps: self.text(id, "keeps"),
            optional: self.flag(id, "optional").unwrap_or_default(),
            needs: self.list(id, "needs").unwrap_or_default(),
            unless: self.list(id, "unless").unwrap_or_default(),
        }
    }

    fn secret(&self, id: NodeId) -> Secret {
        Secret {
            path: self.text(id, "path").unwrap_or_default(),
            unless: self.list(id, "unless").unwrap_or_default(),
            with: self.list(id, "with").unwrap_or_default(),
            keeps: self.text(id, "keeps").unwrap_or_default(),
        }
    }

    fn memory(&self, id: NodeId) -> Memory {
        Memory {
            default: self.text(id, "default"),
            on: self.list(id, "on").unwrap_or_default(),
            off: self.list(id, "off").unwrap_or_default(),
            unless: self.list(id, "unless").unwrap_or_default(),
            mounts: self.list(id, "mounts").unwrap_or_default(),
            instead: self.text(id, "instead"),
            note: self.text(id, "note"),
        }
    }

    fn wrong(&self, id: NodeId) -> WrongMount {
        WrongMount {
            versions: self.versions(id),
            path: self.text(id, "path").unwrap_or_default(),
            why: self.text(id, "why").unwrap_or_default(),
        }
    }

    fn server(&self, id: NodeId, like: Server) -> Server {
        Server {
            entrypoint: match self.text(id, "entrypoint").as_deref() {
                Some("script") => Entrypoint::Script,
                Some("binary") => Entrypoint::Binary,
                Some("command") => Entrypoint::Command,
                _ => like.entrypoint,
            },
            names: self.list(id, "names").unwrap_or(like.names),
            subcommands: self.list(id, "subcommands").unwrap_or(like.subcommands),
            sh: self.text(id, "sh").or(like.sh),
        }
    }

    fn stop(&self, id: NodeId, like: Stop) -> Stop {
        // The reason for one length of time is none for another.
        let like = if self.get(id, "grace").is_some() { Stop { why: None, documented: true, ..like } } else { like };
        let bad = self.get(id, "bad").map(|it| self.tree.entries(it));
        let bad =
            bad.map(|it| it.iter().map(|it| (self.tree.key(it.key).to_string(), self.scalar(it.value))).collect());
        Stop {
            image: self.text(id, "image").or(like.image),
            wanted: self.text(id, "use").or(like.wanted),
            bad: bad.unwrap_or(like.bad),
            grace: self.text(id, "grace").and_then(|it| duration::parse(&it).ok()).or(like.grace),
            own: like.own,
            documented: self.text(id, "basis").map_or(like.documented, |it| it == "documented"),
            why: self.text(id, "why").or(like.why),
        }
    }

    fn health(&self, id: NodeId, like: Health) -> Health {
        Health {
            image: self.flag(id, "image").or(like.image),
            test: self.list(id, "test").unwrap_or(like.test),
            lacks: self.nodes(id, "lacks", |it| self.lack(it)).unwrap_or(like.lacks),
            early: self.list(id, "early").unwrap_or(like.early),
            note: self.text(id, "note").or(like.note),
        }
    }

    fn lack(&self, id: NodeId) -> Lack {
        Lack {
            versions: self.versions(id),
            tags: self.text(id, "tags"),
            unless: self.text(id, "unless"),
            tools: self.list(id, "tools").unwrap_or_default(),
        }
    }
}
