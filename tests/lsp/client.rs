//! A client of the language server, as small as it can be.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tempfile::TempDir;

/// How long an answer may take on a busy machine. It takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, and what it has said.
pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Receiver<Value>,
    number: i64,
    /// Notifications and requests that nobody has looked at.
    pub waiting: Vec<Value>,
}

/// A directory with files, and where it is.
pub struct Folder {
    directory: TempDir,
}

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder { directory: TempDir::new().unwrap() };
        files.iter().for_each(|(name, text)| folder.write(name, text));
        folder
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Links are followed, so that paths are what the server makes of them.
    pub fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    pub fn uri(&self, name: &str) -> String {
        uri(&self.path().join(name))
    }
}

/// The address of a path.
pub fn uri(path: &Path) -> String {
    plimsoll_workspace::uri::reference(&path.to_string_lossy())
}

impl Client {
    /// A server that has heard nothing yet.
    pub fn start() -> Client {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.arg("lsp").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client { child, stdin, said, number: 0, waiting: Vec::new() }
    }

    /// A server that is initialized by a client with these capabilities, in a folder.
    pub fn with(folder: &Path, capabilities: Value) -> Client {
        let mut client = Client::start();
        let folders = json!([{"uri": uri(folder), "name": "here"}]);
        let params =
            json!({"processId": null, "capabilities": capabilities, "workspaceFolders": folders, "rootUri": null});
        let answer = client.ask("initialize", params);
        assert!(answer["result"]["capabilities"].is_object(), "{answer}");
        client.tell("initialized", json!({}));
        client
    }

    pub fn send(&mut self, message: &Value) {
        self.send_raw(&message.to_string());
    }

    pub fn send_raw(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        stdin.flush().unwrap();
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        // It may have gone already, which is what the test is about.
        _ = self.stdin.as_mut().unwrap().write_all(bytes);
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and gives its number.
    pub fn request(&mut self, method: &str, params: Value) -> i64 {
        self.number += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}));
        self.number
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let number = self.request(method, params);
        self.answer(number)
    }

    /// Waits for the answer to a request.
    pub fn answer(&mut self, number: i64) -> Value {
        self.wait(|it| it["id"] == json!(number) && it.get("method").is_none())
    }

    /// Waits for a message. The others are kept.
    pub fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(at);
        }
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(message) if wanted(&message) => return message,
                Ok(message) => self.waiting.push(message),
                Err(RecvTimeoutError::Timeout) => panic!("the server says nothing; before: {:#?}", self.waiting),
                Err(RecvTimeoutError::Disconnected) => panic!("the server is gone; before: {:#?}", self.waiting),
            }
        }
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces the whole text.
    pub fn replace(&mut self, uri: &str, version: i64, text: &str) {
        self.change(uri, version, json!([{"text": text}]));
    }

    pub fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let params = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes});
        self.tell("textDocument/didChange", params);
    }

    /// The findings that are told next for a document in a version; without one, for a file that is not open.
    pub fn told(&mut self, uri: &str, version: Option<i64>) -> Vec<Value> {
        let found = self.wait(|it| {
            it["method"] == "textDocument/publishDiagnostics"
                && it["params"]["uri"] == json!(uri)
                && it["params"].get("version").and_then(Value::as_i64) == version
        });
        found["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// The findings that are told for a document, as rules.
    pub fn rules(&mut self, uri: &str, version: i64) -> Vec<String> {
        rules(&self.told(uri, Some(version)))
    }

    /// Ends the session as the protocol wants it, and gives the exit status.
    pub fn end(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", Value::Null)["result"], Value::Null);
        self.tell("exit", Value::Null);
        self.status()
    }

    /// Closes the input and waits for the end.
    pub fn close(mut self) -> i32 {
        self.stdin = None;
        self.status()
    }

    pub fn status(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// What is on standard error, once it has ended.
    pub fn errors(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub fn rules(found: &[Value]) -> Vec<String> {
    found.iter().map(|it| it["code"].as_str().unwrap_or_default().to_string()).collect()
}

/// A text with edits applied, as a client that counts in UTF-16 applies them.
pub fn apply(text: &str, edits: &[Value]) -> String {
    let offset = |at: &Value| {
        let (line, character) = (at["line"].as_u64().unwrap() as usize, at["character"].as_u64().unwrap() as usize);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units = text[start..].char_indices().scan(0, |sum, (at, it)| {
            let before = *sum;
            *sum += it.len_utf16();
            Some((before, at))
        });
        start
            + units
                .take_while(|it| it.0 <= character)
                .last()
                .map_or(0, |it| if it.0 == character { it.1 } else { text[start..].len() })
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|it| (offset(&it["range"]["start"]), offset(&it["range"]["end"]), it["newText"].as_str().unwrap()))
        .collect();
    edits.sort_by_key(|it| (it.0, it.1));
    let mut new = text.to_string();
    for (start, end, with) in edits.into_iter().rev() {
        new.replace_range(start..end, with);
    }
    new
}

fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}
