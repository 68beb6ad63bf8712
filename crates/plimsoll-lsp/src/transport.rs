//! Messages of the base protocol: headers, and JSON of a length that they give.
//!
//! What cannot be understood is answered where the protocol has an answer for it. No length that somebody claims is
//! taken as one of a buffer before so many bytes have come.

use lsp_server::{ErrorCode, Message};
use serde_json::json;
use std::io::{self, BufRead, Read, Write};

/// The longest message, in bytes. A document at the limit of what is checked fits in with all its escapes.
pub const LONGEST: u64 = 512 << 20;
/// The longest line of a header.
const LONGEST_HEADER: u64 = 8 << 10;

/// What has come in.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Message),
    /// JSON that is no message, and why.
    Malformed(ErrorCode, String),
}

/// Reads one message. `None`: there are no more.
///
/// # Errors
/// The input cannot be read, ends inside of a message, or has headers without which no next message can be found.
pub fn read(input: &mut dyn BufRead) -> io::Result<Option<Incoming>> {
    let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut length = None;
    loop {
        let mut line = Vec::new();
        input.take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
        if line.is_empty() && length.is_none() {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            return Err(wrong("the input ends inside of a header".to_string()));
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(wrong("a header has no colon".to_string()));
        };
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            let value = value.trim().parse().map_err(|_| wrong("the length of a message is no number".to_string()))?;
            length = Some(value);
        }
    }
    let length: u64 = length.ok_or_else(|| wrong("a message has no `Content-Length`".to_string()))?;
    if length > LONGEST {
        return Err(wrong(format!("a message is longer than {} MiB", LONGEST >> 20)));
    }
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(wrong("the input ends inside of a message".to_string()));
    }
    let value: serde_json::Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(error) => return Ok(Some(Incoming::Malformed(ErrorCode::ParseError, format!("this is no JSON: {error}")))),
    };
    drop(bytes);
    Ok(Some(match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(_) => Incoming::Malformed(ErrorCode::InvalidRequest, "this is no message of JSON-RPC".to_string()),
    }))
}

/// Writes one message.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut dyn Write, message: &Message) -> io::Result<()> {
    message.write(&mut &mut *out)
}

/// Answers what is no message, and so has no number that the answer could have.
///
/// # Errors
/// The output cannot be written.
pub fn write_malformed(out: &mut dyn Write, code: ErrorCode, why: &str) -> io::Result<()> {
    let answer = json!({"jsonrpc": "2.0", "id": null, "error": {"code": code as i32, "message": why}}).to_string();
    write!(out, "Content-Length: {}\r\n\r\n{answer}", answer.len())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut input: &[u8]) -> (Vec<Incoming>, Option<io::Error>) {
        let mut found = Vec::new();
        loop {
            match read(&mut input) {
                Ok(Some(it)) => found.push(it),
                Ok(None) => return (found, None),
                Err(error) => return (found, Some(error)),
            }
        }
    }

    #[test]
    fn messages_follow_each_other() {
        let one = r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#;
        let text = format!(
            "Content-Length: {}\r\nContent-Type: x\r\n\r\n{one}content-length:2\r\n\r\n[]Content-Length: 3\r\n\r\n{{x}}",
            one.len()
        );
        let (found, error) = all(text.as_bytes());
        assert!(error.is_none(), "{error:?}");
        assert!(matches!(&found[0], Incoming::Message(Message::Request(it)) if it.method == "shutdown"));
        assert!(matches!(found[1], Incoming::Malformed(ErrorCode::InvalidRequest, _)));
        assert!(matches!(found[2], Incoming::Malformed(ErrorCode::ParseError, _)));
    }

    #[test]
    fn what_has_no_next_message_ends() {
        for text in [
            "Content-Length: 18446744073709551615\r\n\r\n",
            "Content-Length: 500000000\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n",
            "Content-Type: x\r\n\r\n{}",
            "no colon\r\n",
            "Content-Length: 2",
            "Content-Length: 2\r\n\r\n{",
        ] {
            let (found, error) = all(text.as_bytes());
            assert!(found.is_empty() && error.is_some(), "{text:?}");
        }
        let endless = vec![b'a'; 1 << 20];
        assert!(all(&endless).1.is_some());
    }
}
