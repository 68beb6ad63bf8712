//! The life of the server: messages in their order, and what is answered.

use crate::documents::Document;
use crate::features;
use crate::session::{Preferences, Session};
use crate::transport::{self, Incoming};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self as note, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    InitializeParams, MessageType, ShowMessageParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{HashSet, VecDeque};
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// How a session came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// As the protocol wants it: `shutdown`, then `exit`.
    Well,
    /// The client went away, or said `exit` first.
    Early,
}

/// Serves a client over standard input and output.
///
/// # Errors
/// What comes in is no message of the protocol and hides where the next one begins, or the output cannot be written.
pub fn stdio() -> io::Result<Ended> {
    serve(io::BufReader::new(io::stdin()), io::stdout().lock())
}

/// Serves a client that writes to `input` and reads what goes to `out`.
///
/// # Errors
/// What comes in is no message of the protocol and hides where the next one begins, or the output cannot be written.
pub fn serve(input: impl BufRead + Send + 'static, out: impl Write) -> io::Result<Ended> {
    let (sender, receiver) = channel();
    // It ends with the input, or when nobody listens any more. Nobody waits for it: input may stay open for ever.
    thread::Builder::new().name("reader".to_string()).spawn(move || {
        let mut input = input;
        loop {
            let read = transport::read(&mut input).transpose();
            let is_last = !matches!(read, Some(Ok(_)));
            let Some(read) = read else { return };
            if sender.send(read).is_err() || is_last {
                return;
            }
        }
    })?;
    let mut server = Server { out, session: None, is_shut_down: false, numbers: 0 };
    match server.run(&receiver) {
        // Nobody reads any more: there is nobody left to tell.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ended::Early),
        ended => ended,
    }
}

type Input = Receiver<io::Result<Incoming>>;
type Answer = Result<Value, (ErrorCode, String)>;

struct Server<W: Write> {
    out: W,
    session: Option<Session>,
    is_shut_down: bool,
    numbers: i32,
}

impl<W: Write> Server<W> {
    fn run(&mut self, input: &Input) -> io::Result<Ended> {
        while let Ok(first) = input.recv() {
            // What else has come in shows what of it is out of date already.
            let mut batch: VecDeque<io::Result<Incoming>> = VecDeque::from([first]);
            batch.extend(input.try_iter());
            let canceled: HashSet<RequestId> = batch.iter().filter_map(canceled).collect();
            while let Some(next) = batch.pop_front() {
                match next? {
                    Incoming::Malformed(code, why) => transport::write_malformed(&mut self.out, code, &why)?,
                    Incoming::Message(Message::Request(it)) => {
                        let answer = if canceled.contains(&it.id) {
                            Err((ErrorCode::RequestCanceled, "canceled".to_string()))
                        } else if is_stale(&it, &batch) {
                            Err((ErrorCode::ContentModified, "the document has changed since".to_string()))
                        } else {
                            self.request(&it)
                        };
                        self.answer(it.id, answer)?;
                        self.show_documents()?;
                    }
                    Incoming::Message(Message::Notification(it)) if it.method == note::Exit::METHOD => {
                        return Ok(if self.is_shut_down { Ended::Well } else { Ended::Early });
                    }
                    Incoming::Message(Message::Notification(it)) => self.notification(it)?,
                    // Nothing hangs on what the client answers.
                    Incoming::Message(Message::Response(_)) => {}
                }
            }
            self.tell()?;
        }
        Ok(Ended::Early)
    }

    fn send(&mut self, message: Message) -> io::Result<()> {
        transport::write(&mut self.out, &message)
    }

    fn notify(&mut self, method: &str, params: impl serde::Serialize) -> io::Result<()> {
        self.send(Message::Notification(Notification::new(method.to_string(), params)))
    }

    fn ask(&mut self, method: &str, params: impl serde::Serialize) -> io::Result<()> {
        self.numbers += 1;
        self.send(Message::Request(Request::new(self.numbers.into(), method.to_string(), params)))
    }

    fn answer(&mut self, id: RequestId, answer: Answer) -> io::Result<()> {
        self.send(Message::Response(match answer {
            Ok(value) => Response::new_ok(id, value),
            Err((code, why)) => Response::new_err(id, code as i32, why),
        }))
    }

    fn show(&mut self, message: &str) -> io::Result<()> {
        let params = ShowMessageParams { typ: MessageType::WARNING, message: format!("plimsoll: {message}") };
        self.notify(note::ShowMessage::METHOD, params)
    }

    fn request(&mut self, it: &Request) -> Answer {
        if self.is_shut_down {
            return Err((ErrorCode::InvalidRequest, "the server is shut down".to_string()));
        }
        match (&mut self.session, it.method.as_str()) {
            (None, request::Initialize::METHOD) => {
                let params: InitializeParams = read(&it.params)?;
                let (mut session, wrong) = Session::new(&params);
                // The protocol calls it so, and the library otherwise.
                let refresh = it.params.pointer("/capabilities/workspace/diagnostics/refreshSupport");
                session.client.refreshes = refresh.and_then(Value::as_bool).unwrap_or_default();
                let answer = features::initialize(&session);
                self.session = Some(session);
                if let Some(wrong) = wrong {
                    // An output that is gone is seen with the answer.
                    _ = self.show(&wrong);
                }
                Ok(answer)
            }
            (None, _) => Err((ErrorCode::ServerNotInitialized, "`initialize` comes first".to_string())),
            (Some(_), request::Initialize::METHOD) => {
                Err((ErrorCode::InvalidRequest, "the server is initialized already".to_string()))
            }
            (Some(_), request::Shutdown::METHOD) => {
                self.is_shut_down = true;
                Ok(Value::Null)
            }
            (Some(session), _) => {
                session.refresh();
                features::request(session, it)
            }
        }
    }

    fn notification(&mut self, it: Notification) -> io::Result<()> {
        let Some(session) = self.session.as_mut().filter(|_| !self.is_shut_down) else { return Ok(()) };
        let done = match it.method.as_str() {
            note::Initialized::METHOD => return self.watch(),
            note::DidOpenTextDocument::METHOD => read(&it.params).map(|it: DidOpenTextDocumentParams| {
                let it = it.text_document;
                let path = Session::path(&it.uri);
                session.touch(&path);
                let document = Document::new(it.uri, path.clone(), it.version, it.language_id, it.text);
                session.documents.insert(path, document);
            }),
            note::DidChangeTextDocument::METHOD => read(&it.params).map(|it: DidChangeTextDocumentParams| {
                let path = Session::path(&it.text_document.uri);
                let encoding = session.encoding();
                if let Some(document) = session.documents.get_mut(&path) {
                    document.change(it.text_document.version, it.content_changes, encoding);
                    session.touch(&path);
                }
            }),
            note::DidCloseTextDocument::METHOD => read(&it.params).map(|it: DidCloseTextDocumentParams| {
                let path = Session::path(&it.text_document.uri);
                if session.documents.remove(&path).is_some() {
                    session.touch(&path);
                }
            }),
            note::DidSaveTextDocument::METHOD => read(&it.params).map(|it: DidSaveTextDocumentParams| {
                session.touch(&Session::path(&it.text_document.uri));
            }),
            note::DidChangeWatchedFiles::METHOD => read(&it.params).map(|it: DidChangeWatchedFilesParams| {
                it.changes.iter().for_each(|it| session.touch(&Session::path(&it.uri)));
            }),
            note::DidChangeWorkspaceFolders::METHOD => read(&it.params).map(|it: DidChangeWorkspaceFoldersParams| {
                let removed: Vec<_> = it.event.removed.into_iter().map(|it| it.uri).collect();
                session.change_folders(it.event.added.into_iter().map(|it| it.uri).collect(), &removed);
            }),
            note::DidChangeConfiguration::METHOD => match read::<DidChangeConfigurationParams>(&it.params) {
                Ok(it) => {
                    let (preferences, wrong) = Preferences::read(&it.settings);
                    let before = session.preferences.inlay_hints;
                    if !it.settings.is_null() {
                        session.prefer(preferences);
                    }
                    if session.client.rehints && session.preferences.inlay_hints != before {
                        self.ask(request::InlayHintRefreshRequest::METHOD, Value::Null)?;
                    }
                    return wrong.map_or(Ok(()), |it| self.show(&it));
                }
                Err(why) => Err(why),
            },
            // Others may be left out, as the protocol says.
            _ => Ok(()),
        };
        match done {
            Ok(()) => Ok(()),
            Err((_, why)) => self.show(&format!("`{}` is not understood: {why}", it.method)),
        }
    }

    /// Asks the client to show what a request has asked for.
    fn show_documents(&mut self) -> io::Result<()> {
        let shown = self.session.as_mut().map(|it| std::mem::take(&mut it.shown)).unwrap_or_default();
        shown.into_iter().try_for_each(|it| self.ask(request::ShowDocument::METHOD, it))
    }

    /// Asks the client to say when a file changes that is not open.
    fn watch(&mut self) -> io::Result<()> {
        if !self.session.as_ref().is_some_and(|it| it.client.watches) {
            return Ok(());
        }
        let watchers: Vec<Value> = ["**/*.{yml,yaml}", "**/*.env", "**/.env*", "**/*Dockerfile*"]
            .iter()
            .map(|it| json!({"globPattern": it}))
            .collect();
        let registration = json!({
            "id": "plimsoll-files",
            "method": note::DidChangeWatchedFiles::METHOD,
            "registerOptions": {"watchers": watchers},
        });
        self.ask(request::RegisterCapability::METHOD, json!({"registrations": [registration]}))
    }

    /// Tells what is new.
    fn tell(&mut self) -> io::Result<()> {
        let Some(session) = self.session.as_mut().filter(|_| !self.is_shut_down) else { return Ok(()) };
        session.refresh();
        let (news, changed) = session.news();
        let refreshes = session.client.refreshes && !changed.is_empty();
        let rehints = session.rehints();
        for it in news {
            self.notify(note::PublishDiagnostics::METHOD, it)?;
        }
        if refreshes {
            self.ask(request::WorkspaceDiagnosticRefresh::METHOD, Value::Null)?;
        }
        if rehints {
            self.ask(request::InlayHintRefreshRequest::METHOD, Value::Null)?;
        }
        Ok(())
    }
}

/// Reads the parameters of a message.
///
/// # Errors
/// They are not what the method has.
pub(crate) fn read<T: DeserializeOwned>(params: &Value) -> Result<T, (ErrorCode, String)> {
    T::deserialize(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

/// The request that a message cancels.
fn canceled(it: &io::Result<Incoming>) -> Option<RequestId> {
    let Ok(Incoming::Message(Message::Notification(it))) = it else { return None };
    let id = it.params.get("id").filter(|_| it.method == note::Cancel::METHOD)?;
    match id {
        Value::String(id) => Some(id.clone().into()),
        _ => i32::try_from(id.as_i64()?).ok().map(Into::into),
    }
}

/// Whether the document that a request is about changes right behind it. Its answer would be for a text that is gone.
fn is_stale(it: &Request, behind: &VecDeque<io::Result<Incoming>>) -> bool {
    let uri = |params: &Value| params.get("textDocument").and_then(|it| it.get("uri")?.as_str().map(str::to_string));
    let Some(wanted) = uri(&it.params) else { return false };
    behind.iter().any(|it| match it {
        Ok(Incoming::Message(Message::Notification(it))) => {
            it.method == note::DidChangeTextDocument::METHOD && uri(&it.params).as_deref() == Some(&wanted)
        }
        _ => false,
    })
}
