//! What the server knows: the client, the open documents, and the projects that they belong to.

use crate::documents::{Document, Kind};
use crate::kept::Good;
use crate::position::Encoding;
use crate::project::Projects;
use lsp_types::{
    ClientCapabilities, Diagnostic, InitializeParams, InsertTextMode, MarkupKind, PublishDiagnosticsParams,
    ShowDocumentParams, Uri,
};
use plimsoll_core::config::FILE_NAME;
use plimsoll_core::load::discover::base_name;
use plimsoll_workspace::settings::Which;
use plimsoll_workspace::uri;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client {
    /// How it counts the characters of a line.
    pub encoding: Encoding,
    /// It asks for the findings of the documents that it shows.
    pub pulls: bool,
    /// It can be told to ask again.
    pub refreshes: bool,
    /// It shows further places of a finding.
    pub related: bool,
    /// It can be asked to watch files.
    pub watches: bool,
    /// It takes edits with the versions for which they are right.
    pub versioned: bool,
    /// It takes snippets in what is completed.
    pub snippets: bool,
    /// It leaves the indentation of what is completed alone, if it is told to.
    pub keeps_indentation: bool,
    /// It shows Markdown beside what is completed.
    pub completes_markdown: bool,
    /// It takes actions that are more than the name of a command.
    pub actions: bool,
    /// It makes a difference between actions that are preferred and others.
    pub prefers: bool,
    /// It can be asked to show a document, or a page in the browser.
    pub shows: bool,
    /// It shows Markdown where something is hovered over.
    pub markdown: bool,
    /// It can be told to ask for hints again.
    pub rehints: bool,
}

impl Client {
    /// Reads what a client says of itself.
    pub fn new(it: &ClientCapabilities) -> Client {
        let (text, workspace, window) = (it.text_document.as_ref(), it.workspace.as_ref(), it.window.as_ref());
        let offered = it.general.as_ref().and_then(|it| it.position_encodings.as_deref()).unwrap_or_default();
        let completion = text.and_then(|it| it.completion.as_ref()?.completion_item.as_ref());
        let actions = text.and_then(|it| it.code_action.as_ref());
        let modes = completion.and_then(|it| it.insert_text_mode_support.as_ref());
        let formats = completion.and_then(|it| it.documentation_format.as_ref());
        Client {
            encoding: Encoding::choose(offered),
            pulls: text.is_some_and(|it| it.diagnostic.is_some()),
            refreshes: false,
            related: text.and_then(|it| it.publish_diagnostics.as_ref()?.related_information).unwrap_or_default(),
            watches: workspace.and_then(|it| it.did_change_watched_files?.dynamic_registration).unwrap_or_default(),
            versioned: workspace.and_then(|it| it.workspace_edit.as_ref()?.document_changes).unwrap_or_default(),
            markdown: text
                .and_then(|it| it.hover.as_ref()?.content_format.as_ref())
                .is_some_and(|it| it.contains(&MarkupKind::Markdown)),
            rehints: workspace.and_then(|it| it.inlay_hint.as_ref()?.refresh_support).unwrap_or_default(),
            snippets: completion.and_then(|it| it.snippet_support).unwrap_or_default(),
            keeps_indentation: modes.is_some_and(|it| it.value_set.contains(&InsertTextMode::AS_IS)),
            completes_markdown: formats.is_some_and(|it| it.contains(&MarkupKind::Markdown)),
            actions: actions.is_some_and(|it| it.code_action_literal_support.is_some()),
            prefers: actions.and_then(|it| it.is_preferred_support).unwrap_or_default(),
            shows: window.and_then(|it| it.show_document.as_ref()).is_some_and(|it| it.support),
        }
    }
}

/// What a user sets in the editor, as `initializationOptions` or as `plimsoll` in the configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Preferences {
    /// A file of settings for everything, instead of the nearest.
    pub config: Option<PathBuf>,
    /// Whether no settings are read.
    pub isolated: bool,
    /// Whether hints are shown in the text.
    pub inlay_hints: bool,
}

impl Preferences {
    /// Reads them. What is not understood is left out, and said.
    pub fn read(value: &serde_json::Value) -> (Preferences, Option<String>) {
        let inner = value.get("plimsoll").unwrap_or(value);
        if inner.is_null() {
            return (Preferences::default(), None);
        }
        match serde_json::from_value(inner.clone()) {
            Ok(found) => (found, None),
            Err(error) => {
                (Preferences::default(), Some(format!("the settings of the editor are not understood: {error}")))
            }
        }
    }

    fn which(&self) -> Which {
        match &self.config {
            _ if self.isolated => Which::None,
            Some(path) => Which::File(path.clone()),
            None => Which::Nearest,
        }
    }
}

/// Everything that the server knows.
#[derive(Default)]
pub struct Session {
    /// The client.
    pub client: Client,
    /// What the user wants.
    pub preferences: Preferences,
    /// The folders of the workspace, as absolute paths.
    pub folders: Vec<String>,
    /// The open documents, by path.
    pub documents: BTreeMap<String, Document>,
    /// Their projects.
    pub projects: Projects,
    /// Whether what is hinted at in another document may have changed.
    rehint: bool,
    /// What was found in each document when it could last be read, and the text it was then.
    good: BTreeMap<String, Good>,
    /// What the client is to be asked to show, when the request at hand is answered.
    pub shown: Vec<ShowDocumentParams>,
    /// What the client was told last, by path.
    told: BTreeMap<String, Told>,
    /// What there was when the client was last in a position to ask, by path.
    asked: BTreeMap<String, Vec<Diagnostic>>,
}

/// What a client was told of a file.
#[derive(PartialEq, Debug)]
struct Told {
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
}

impl Session {
    /// A session as the client begins it, and what is to be said to the user.
    #[expect(deprecated, reason = "older clients have one root only")]
    pub fn new(params: &InitializeParams) -> (Session, Option<String>) {
        let client = Client::new(&params.capabilities);
        let named = params.workspace_folders.iter().flatten().map(|it| it.uri.clone());
        let mut folders: Vec<Uri> = named.collect();
        if folders.is_empty() {
            folders.extend(params.root_uri.clone());
        }
        let (preferences, wrong) = match &params.initialization_options {
            Some(value) => Preferences::read(value),
            None => (Preferences::default(), None),
        };
        let mut session = Session { client, ..Session::default() };
        session.change_folders(folders, &[]);
        session.prefer(preferences);
        (session, wrong)
    }

    /// What was found in a document when it could last be read, where that still holds. Only for one that cannot.
    pub fn kept(&self, path: &str) -> Vec<Diagnostic> {
        let found = || Some((self.documents.get(path)?, self.projects.recovered.get(path)?, self.good.get(path)?));
        found().map_or_else(Vec::new, |(document, recovered, good)| good.kept(document, recovered))
    }

    /// Takes over what the user wants.
    pub fn prefer(&mut self, preferences: Preferences) {
        self.projects.which = preferences.which();
        self.preferences = preferences;
        self.projects.forget(None);
    }

    /// Adds and removes folders of the workspace.
    pub fn change_folders(&mut self, added: Vec<Uri>, removed: &[Uri]) {
        let path = |it: &Uri| uri::path(it.as_str()).map(|it| it.trim_end_matches('/').to_string());
        let removed: Vec<String> = removed.iter().filter_map(path).collect();
        self.folders.retain(|it| !removed.contains(it));
        self.folders.extend(added.iter().filter_map(path));
        self.folders.dedup();
        self.projects.forget(None);
    }

    /// The path of a document: where it is, or its whole address if it is no file.
    pub fn path(uri: &Uri) -> String {
        uri::path(uri.as_str()).unwrap_or_else(|| uri.as_str().to_string())
    }

    /// Takes over that a file is not what it was. Settings are read for everything.
    pub fn touch(&mut self, path: &str) {
        let everything = base_name(path) == FILE_NAME;
        let others = self.documents.values().any(|it| it.kind == Kind::Compose && it.path != path);
        self.rehint |= others && (everything || self.projects.all.values().any(|it| it.reads.contains(path)));
        self.projects.forget((!everything).then_some(path));
    }

    /// Whether the client has to ask for hints again. It does by itself for a document that it changes.
    pub fn rehints(&mut self) -> bool {
        std::mem::take(&mut self.rehint) && self.client.rehints && self.preferences.inlay_hints
    }

    /// Checks again what has to be.
    pub fn refresh(&mut self) {
        self.projects.refresh(&self.documents, &self.folders);
    }

    /// What the client has to be told: the findings of each file for which they are not what they were. Of the
    /// documents that it asks for, those for which it should ask again come second.
    pub fn news(&mut self) -> (Vec<PublishDiagnosticsParams>, BTreeSet<String>) {
        let mut paths: BTreeSet<String> = self.told.keys().cloned().collect();
        paths.extend(self.documents.values().filter(|it| it.kind != Kind::Other).map(|it| it.path.clone()));
        for project in self.projects.all.values() {
            let files: BTreeSet<_> = project.found.iter().map(|it| it.span.file).collect();
            paths.extend(files.into_iter().map(|it| project.path_of(it).to_string()));
        }
        paths.extend(self.projects.broken.keys().cloned());
        let (mut news, mut changed) = (Vec::new(), BTreeSet::new());
        for path in paths {
            let found = self.diagnostics(&path);
            let document = self.documents.get(&path);
            if let Some(document) = document.filter(|_| !self.projects.recovered.contains_key(&path)) {
                self.good.insert(path.clone(), Good::new(document.text(), &found));
            }
            let version = document.map(|it| it.version);
            let asks = self.client.pulls && version.is_some();
            if asks && self.asked.get(&path) != Some(&found) {
                changed.insert(path.clone());
                self.asked.insert(path.clone(), found.clone());
            }
            // What a client asks for and what it is told stand beside each other, so each finding goes one way.
            let now = Told { version, diagnostics: if asks { Vec::new() } else { found } };
            let known = self.told.get(&path);
            if known == Some(&now) || known.is_none() && now.diagnostics.is_empty() && (asks || version.is_none()) {
                continue;
            }
            if let Some(uri) = self.uri(&path) {
                news.push(PublishDiagnosticsParams { uri, diagnostics: now.diagnostics.clone(), version });
            }
            if now.diagnostics.is_empty() && (asks || version.is_none()) {
                self.told.remove(&path);
            } else {
                self.told.insert(path, now);
            }
        }
        self.good.retain(|path, _| self.documents.contains_key(path));
        self.asked.retain(|path, _| self.documents.contains_key(path));
        (news, changed)
    }
}
