//! The catalogue: what container images keep, where, and how they want to be stopped.
//!
//! `images.yaml` is data. A run needs a handful of its entries, so the text is cut into entries when the program is
//! compiled, these are found by the names of images they list, and one is only parsed when an image in a file matches.

mod family;
mod read;
mod shape;
mod user;

pub use family::*;
use plimsoll_core::check::Cx;
use plimsoll_core::grammar::image::Reference;
pub use shape::{KINDS, keys};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
pub use user::read_user;

/// Whether a text has the form of a pattern, in which `*` stands for any run of characters, `/` included.
///
/// Every unknown image is held against every pattern at each start of the program, so no engine is set up for it.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
    }
    last.map_or(rest.is_empty(), |it| rest.ends_with(it))
}

struct Entry {
    id: Cow<'static, str>,
    text: &'static str,
    family: OnceLock<Arc<Family>>,
}

/// All entries, found by the name of an image.
pub struct Catalogue {
    entries: Vec<Entry>,
    exact: HashMap<Cow<'static, str>, usize>,
    /// Patterns with a `*`, the longest first.
    globs: Vec<(Cow<'static, str>, usize)>,
    /// Where to look for what is not here.
    below: Option<&'static Catalogue>,
}

const TEXT: &str = include_str!("images.yaml");
const FIRST: &[u8] = b"- id: ";

/// Where the entries begin: all places in a row, and how many there are.
const fn starts<const N: usize>(text: &[u8]) -> ([u32; N], usize) {
    let (mut found, mut count, mut at) = ([0; N], 0, 0);
    while at + FIRST.len() <= text.len() {
        // The first bytes rule nearly every place out, and this loop is run by the compiler.
        if text[at] == FIRST[0] && text[at + 1] == FIRST[1] && (at == 0 || text[at - 1] == b'\n') {
            let mut same = 2;
            while same < FIRST.len() && text[at + same] == FIRST[same] {
                same += 1;
            }
            if same == FIRST.len() {
                if count < N {
                    found[count] = at as u32;
                }
                count += 1;
            }
        }
        at += 1;
    }
    (found, count)
}

static STARTS: [u32; starts::<0>(TEXT.as_bytes()).1] = starts(TEXT.as_bytes()).0;

/// The catalogue that comes with the program.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::index(TEXT, &STARTS))
}

/// The catalogue of a check: what the user describes, over what comes with the program.
pub fn catalogue_of<'a>(cx: &Cx<'a>) -> &'a Catalogue {
    cx.knowledge.get().unwrap_or_else(|| catalogue())
}

impl Catalogue {
    /// Reads only the first three lines of every entry. A test holds that they are `id`, `name` and `images`.
    fn index(text: &'static str, starts: &[u32]) -> Catalogue {
        let mut catalogue = Catalogue::empty(None);
        catalogue.exact.reserve(2 * starts.len());
        for (at, start) in starts.iter().enumerate() {
            let entry = &text[*start as usize..starts.get(at + 1).map_or(text.len(), |it| *it as usize)];
            let mut lines = entry.lines();
            let id = lines.next().and_then(|it| it.strip_prefix("- id: ")).unwrap_or_default();
            let list = lines.nth(1).and_then(|it| it.trim().strip_prefix("images: [")?.strip_suffix(']'));
            let images = list.unwrap_or_default().split(',').map(|it| it.trim().trim_matches(['"', '\'']).into());
            catalogue.add(Entry { id: id.into(), text: entry, family: OnceLock::new() }, images);
        }
        catalogue.sorted()
    }

    /// Entries that win over those of another catalogue.
    fn over(families: Vec<Family>, below: &'static Catalogue) -> Catalogue {
        let mut catalogue = Catalogue::empty(Some(below));
        for family in families {
            let images = family.images.clone().into_iter().map(Cow::from);
            let entry = Entry { id: family.id.clone().into(), text: "", family: Arc::new(family).into() };
            catalogue.add(entry, images);
        }
        catalogue.sorted()
    }

    fn empty(below: Option<&'static Catalogue>) -> Catalogue {
        Catalogue { entries: Vec::new(), exact: HashMap::new(), globs: Vec::new(), below }
    }

    fn add(&mut self, entry: Entry, images: impl Iterator<Item = Cow<'static, str>>) {
        let at = self.entries.len();
        self.entries.push(entry);
        for pattern in images {
            if pattern.contains('*') {
                self.globs.push((pattern, at));
            } else {
                self.exact.insert(pattern, at);
            }
        }
    }

    fn sorted(mut self) -> Catalogue {
        self.globs.sort_by_key(|it| std::cmp::Reverse(it.0.len()));
        self
    }

    fn family(&self, at: usize) -> Arc<Family> {
        let entry = &self.entries[at];
        entry.family.get_or_init(|| Arc::new(read::parse(entry.text).into_iter().next().unwrap_or_default())).clone()
    }

    /// The entry for an image.
    pub fn lookup(&self, image: &Reference<'_>) -> Option<Arc<Family>> {
        let repository = image.repository();
        self.find(repository)
    }

    /// The entry for a normalised repository, such as `postgres` or `quay.io/minio/minio`.
    pub fn find(&self, repository: &str) -> Option<Arc<Family>> {
        let at = self.exact.get(repository).copied();
        let at = at.or_else(|| self.globs.iter().find(|it| matches(&it.0, repository)).map(|it| it.1));
        match at {
            Some(at) => Some(self.family(at)),
            None => self.below?.find(repository),
        }
    }

    /// The entry of an id.
    pub fn by_id(&self, id: &str) -> Option<Arc<Family>> {
        match self.entries.iter().position(|it| it.id == id) {
            Some(at) => Some(self.family(at)),
            None => self.below?.by_id(id),
        }
    }

    /// All entries, sorted by id. This parses everything.
    pub fn all(&self) -> Vec<Arc<Family>> {
        let own: Vec<Arc<Family>> = (0..self.entries.len()).map(|at| self.family(at)).collect();
        let mut all = self.below.map(Catalogue::all).unwrap_or_default();
        all.retain(|it| !self.entries.iter().any(|entry| entry.id == it.id));
        all.extend(own);
        // The catalogue that comes with the program is sorted, and a test holds it to that.
        if self.below.is_some() {
            all.sort_by(|a, b| a.id.cmp(&b.id));
        }
        all
    }
}
