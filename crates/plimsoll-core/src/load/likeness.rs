//! Whether a YAML file is a Compose file, if it is not called as Compose looks for it.

use super::discover::base_name;
use crate::schema;
use crate::source::Sources;
use crate::syntax;
use crate::tree::{NodeId, Tree, Value};

/// Whether the name of a file is one of YAML.
pub fn is_yaml(path: &str) -> bool {
    let name = base_name(path);
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Whether the name of a file has `compose` as a word, as `docker-compose.dev.yml` and `compose-test.yaml` have.
pub fn is_called_compose(path: &str) -> bool {
    let words = base_name(path).split(|it: char| !it.is_ascii_alphanumeric());
    is_yaml(path) && words.into_iter().any(|it| it.eq_ignore_ascii_case("compose"))
}

/// Whether the text of a file is that of a Compose file.
///
/// A file that is called so is one, unless it is a template, or none of its keys is one of Compose. Any other file is
/// one if its top has keys of Compose only, and `services` holds mappings half of whose keys at least are those of services,
/// one of them with an image or a build. So manifests of Kubernetes, API descriptions, workflows and containers of
/// frameworks are none.
pub fn is_compose(path: &str, text: &str) -> bool {
    let is_called = is_called_compose(path);
    // Most YAML files are something else, and need not be parsed to see that.
    if !is_called && !text.lines().any(|it| it.trim_start_matches(['"', '\'', '\u{feff}']).starts_with("services")) {
        return false;
    }
    let mut sources = Sources::new();
    let file = sources.add_text(path, text);
    let (mut tree, mut problems) = (Tree::default(), Vec::new());
    let document = syntax::parse(&mut tree, file, sources.get(file), &mut problems);
    let is_template = ["{{", "{%", "<%"].iter().any(|it| text.contains(it));
    if !problems.is_empty() && (is_template || !is_called) {
        return false;
    }
    if problems.iter().any(|it| it.kind.breaks()) {
        return true;
    }
    let Some(root) = document.roots.first().copied() else { return is_called };
    let mut keys = tree.entries(root).iter().map(|it| tree.key(it.key)).filter(|it| !it.starts_with("x-"));
    if is_called {
        return tree.is_null(root) || keys.any(|it| schema::is_top_key(it) && it != "version" && it != "name");
    }
    let known = |it: &str| schema::is_top_key(it) || it == "<<";
    keys.all(known) && tree.get(root, "services").is_some_and(|it| are_services(&tree, it.value))
}

fn are_services(tree: &Tree, services: NodeId) -> bool {
    let (mut known, mut all, mut runs) = (0, 0, false);
    for service in tree.entries(services) {
        match &tree.node(service.value).value {
            Value::Mapping(entries) => {
                for entry in entries {
                    let key = tree.key(entry.key);
                    let is_known = schema::is_service_key(key) || key == "<<" || key.starts_with("x-");
                    known += usize::from(is_known);
                    all += 1;
                    let is_text = matches!(tree.node(entry.value).value, Value::Scalar(..));
                    runs |= key == "build" || key == "image" && is_text && !tree.is_null(entry.value);
                }
            }
            Value::Alias(..) => {}
            // Without a value, a service says nothing either way.
            _ if tree.is_null(service.value) => {}
            _ => return false,
        }
    }
    runs && known * 2 >= all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["docker-compose.dev.yml", "a/compose-test.yaml", "my.compose.yaml", "Compose_x.yml"] {
            assert!(is_called_compose(name), "{name}");
        }
        for name in ["decompose.yaml", "composer.yaml", "compose.json", "compose.yaml.j2"] {
            assert!(!is_called_compose(name), "{name}");
        }
    }

    #[test]
    fn texts() {
        for text in [
            "services:\n  a:\n    image: b\n",
            "version: '3'\nx-a: &a {restart: always}\nservices:\n  a:\n    <<: *a\n    build: .\n  b: *a\n",
            "\"services\":\n  a: {image: b, imagee: c, ports: []}\nvolumes:\n",
        ] {
            assert!(is_compose("stack.yaml", text), "{text}");
        }
        for text in [
            "",
            "a: 1",
            "services:\n  - docker\n",
            "services: {}\n",
            "services:\n  _defaults: {autowire: true}\n  App\\Mailer: {arguments: [a], tags: [b]}\n",
            "name: shop\nservices:\n  web: {project: ./src, language: js, host: containerapp}\n",
            "apiVersion: v1\nkind: List\nservices:\n  a: {image: b}\n",
            "jobs:\n  a:\n    services:\n      db: {image: postgres}\n",
            "on: push\nservices:\n  db: {image: postgres}\n",
            "openapi: 3.0.0\nservices:\n  a: {image: b}\n",
            "services:\n  a: {image: b\n",
            "services:\n  a: {image: {{ image }}}\n",
            "services:\n  web: {class: A, factory: b, image: c}\n",
        ] {
            assert!(!is_compose("stack.yaml", text), "{text}");
        }
        assert!(is_compose("compose.dev.yaml", "services:\n  a: {image: b\n"));
        assert!(is_compose("compose.dev.yaml", "volumes:\n  a:\n"));
        assert!(!is_compose("compose.dev.yaml", "services:\n  a: {{ image }}: [\n"));
        assert!(!is_compose("compose.dev.yaml", "services:\n  a:\n    image: {{ image }}\n"));
        assert!(!is_compose("compose.dev.yaml", "apiVersion: v1\nkind: Secret\nname: a\n"));
    }
}
