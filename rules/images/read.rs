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
    let reader = Reader { tree: &tree };
    let items = document.roots.first().map(|it| tree.items(*it)).unwrap_or_default();
    items.iter().map(|it| reader.family(it.value)).collect()
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

    fn flag(&self, map: NodeId, key: &str) -> bool {
        self.text(map, key).as_deref() == Some("true")
    }

    fn list(&self, map: NodeId, key: &str) -> Vec<String> {
        let items = self.get(map, key).map(|it| self.tree.items(it)).unwrap_or_default();
        items.iter().map(|it| self.scalar(it.value)).collect()
    }

    fn nodes(&self, map: NodeId, key: &str) -> Vec<NodeId> {
        let items = self.get(map, key).map(|it| self.tree.items(it)).unwrap_or_default();
        items.iter().map(|it| it.value).collect()
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
            minor: self.flag(id, "minor"),
            gone: self.list(id, "gone"),
        }
    }

    fn identity(&self, id: NodeId) -> Identity {
        Identity {
            keyed_by: self.text(id, "keyed_by").unwrap_or_default(),
            env: self.list(id, "env"),
            hostname: self.flag(id, "hostname"),
            files: self.list(id, "files"),
            fix: self.text(id, "fix"),
            note: self.text(id, "note"),
        }
    }

    fn family(&self, id: NodeId) -> Family {
        let text = |key| self.text(id, key);
        let volumes = self.get(id, "volumes").map(|_| {
            let nodes = self.nodes(id, "volumes").into_iter();
            nodes.map(|it| (self.versions(it), self.list(it, "paths"))).collect()
        });
        let mut platforms = vec![(Versions::default(), self.list(id, "platforms"))];
        if let Some(old) = self.get(id, "old_platforms") {
            platforms.insert(0, (self.versions(old), self.list(old, "platforms")));
        }
        Family {
            id: text("id").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            images: self.list(id, "images"),
            kind: text("kind").unwrap_or_default(),
            versioning: if text("version").as_deref() == Some("pg") { Versioning::Pg } else { Versioning::Leading },
            latest: text("latest").and_then(|it| it.parse().ok()),
            data: self.nodes(id, "data").into_iter().map(|it| self.data_path(it)).collect(),
            volumes,
            wrong: self.nodes(id, "wrong").into_iter().map(|it| self.wrong(it)).collect(),
            server: self.get(id, "server").map(|it| self.server(it)).unwrap_or_default(),
            stop: self.get(id, "stop").map(|it| self.stop(it)).unwrap_or_default(),
            health: self.get(id, "health").map(|it| self.health(it)).unwrap_or_default(),
            platforms,
            user: text("user").and_then(|it| it.parse().ok()),
            bind: self.risk(id, "bind"),
            network: self.risk(id, "network"),
            floating: self.get(id, "floating").map(|it| self.floating(it)),
            collation: text("collation").as_deref() == Some("libc"),
            identity: self.get(id, "identity").map(|it| self.identity(it)),
            also: self.list(id, "also"),
            secrets: self.nodes(id, "secrets").into_iter().map(|it| self.secret(it)).collect(),
            memory: self.get(id, "memory").map(|it| self.memory(it)),
            shared: text("shared"),
            cache: self.flag(id, "cache"),
            often_cache: self.flag(id, "often_cache"),
            note: text("note"),
            dump: text("dump"),
            confidence: match text("confidence").as_deref() {
                Some("verified") => Confidence::Verified,
                Some("documented") => Confidence::Documented,
                _ => Confidence::Inferred,
            },
            unverified: self.list(id, "unverified"),
            see: self.list(id, "see"),
        }
    }

    fn data_path(&self, id: NodeId) -> DataPath {
        DataPath {
            versions: self.versions(id),
            tags: self.text(id, "tags"),
            path: self.text(id, "path").unwrap_or_default(),
            env: self.list(id, "env"),
            flags: self.list(id, "flags"),
            after: self.text(id, "after"),
            mount: self.text(id, "mount"),
            links: self.list(id, "links"),
            keeps: self.text(id, "keeps"),
            optional: self.flag(id, "optional"),
            needs: self.list(id, "needs"),
            unless: self.list(id, "unless"),
        }
    }

    fn secret(&self, id: NodeId) -> Secret {
        Secret {
            path: self.text(id, "path").unwrap_or_default(),
            unless: self.list(id, "unless"),
            with: self.list(id, "with"),
            keeps: self.text(id, "keeps").unwrap_or_default(),
        }
    }

    fn memory(&self, id: NodeId) -> Memory {
        Memory {
            default: self.text(id, "default"),
            on: self.list(id, "on"),
            off: self.list(id, "off"),
            unless: self.list(id, "unless"),
            mounts: self.list(id, "mounts"),
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

    fn server(&self, id: NodeId) -> Server {
        Server {
            entrypoint: match self.text(id, "entrypoint").as_deref() {
                Some("binary") => Entrypoint::Binary,
                Some("command") => Entrypoint::Command,
                _ => Entrypoint::Script,
            },
            names: self.list(id, "names"),
            subcommands: self.list(id, "subcommands"),
            sh: self.text(id, "sh"),
        }
    }

    fn stop(&self, id: NodeId) -> Stop {
        let bad = self.get(id, "bad").map(|it| self.tree.entries(it)).unwrap_or_default();
        Stop {
            image: self.text(id, "image"),
            wanted: self.text(id, "use"),
            bad: bad.iter().map(|it| (self.tree.key(it.key).to_string(), self.scalar(it.value))).collect(),
            grace: self.text(id, "grace").and_then(|it| duration::parse(&it).ok()),
            documented: self.text(id, "basis").as_deref() == Some("documented"),
            why: self.text(id, "why"),
        }
    }

    fn health(&self, id: NodeId) -> Health {
        Health {
            image: self.text(id, "image").map(|it| it == "true"),
            test: self.list(id, "test"),
            lacks: self.nodes(id, "lacks").into_iter().map(|it| self.lack(it)).collect(),
            early: self.list(id, "early"),
            note: self.text(id, "note"),
        }
    }

    fn lack(&self, id: NodeId) -> Lack {
        Lack {
            versions: self.versions(id),
            tags: self.text(id, "tags"),
            unless: self.text(id, "unless"),
            tools: self.list(id, "tools"),
        }
    }
}
