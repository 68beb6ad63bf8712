//! A top-level volume, and what its driver options make of it.

use super::lower::Lower;
use super::{Field, known};
use crate::source::Span;
use crate::text::Text;
use crate::tree::Entry;

/// One entry of top-level `volumes:`.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Its key.
    pub name: String,
    /// Where the key is written.
    pub key: Span,
    /// `name:`, the name outside of the project.
    pub external_name: Option<Box<Field<Text>>>,
    /// `external:`; `None` inside means that the files do not show it.
    pub external: Option<Field<Option<bool>>>,
    /// `driver:`.
    pub driver: Option<Box<Field<Text>>>,
    /// `driver_opts:`, by name.
    pub driver_opts: Vec<(String, Field<Text>)>,
}

impl Volume {
    pub(crate) fn lower(lower: &Lower<'_>, entry: &Entry) -> Volume {
        let external = lower.get(entry.value, "external").and_then(|it| {
            // The old form `external: {name: …}` is external, too.
            if lower.is_mapping(it.value) { Some(lower.field(it, Some(true))) } else { lower.bool_field(it) }
        });
        let options = lower.get(entry.value, "driver_opts").map(|it| it.value);
        let options = options.into_iter().flat_map(|id| lower.entries(id)).filter_map(|it| {
            Some((lower.tree.key(it.key).to_string(), lower.field(it, lower.scalar_value(it.value)?)))
        });
        Volume {
            name: lower.tree.key(entry.key).to_string(),
            key: lower.span(entry.key),
            external_name: lower.get(entry.value, "name").and_then(|it| lower.text_field(it)).map(Box::new),
            external,
            driver: lower.get(entry.value, "driver").and_then(|it| lower.text_field(it)).map(Box::new),
            driver_opts: options.collect(),
        }
    }

    /// Whether the volume is made outside of the project, so that `down -v` leaves it alone.
    /// `None` if the files do not show it.
    pub fn is_external(&self) -> Option<bool> {
        self.external.as_ref().map_or(Some(false), |it| it.value)
    }

    /// A driver option.
    pub fn option(&self, name: &str) -> Option<&Field<Text>> {
        self.driver_opts.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    /// Whether Docker's own driver keeps it on this machine.
    pub fn is_local(&self) -> bool {
        self.driver.is_none() || known(self.driver.as_deref()) == Some("local")
    }

    /// The option that puts the volume into memory: `type: tmpfs` of the local driver.
    pub fn tmpfs_option(&self) -> Option<&Field<Text>> {
        let kind = self.option("type").filter(|it| it.known() == Some("tmpfs"));
        kind.filter(|_| self.is_local())
    }

    /// The directory of the host that the local driver binds (`o: bind` with `device`).
    pub fn bind_device(&self) -> Option<&Field<Text>> {
        let options = self.option("o")?.known()?;
        let binds = options.split(',').any(|it| matches!(it.trim(), "bind" | "rbind"));
        self.option("device").filter(|_| binds && self.is_local())
    }
}
