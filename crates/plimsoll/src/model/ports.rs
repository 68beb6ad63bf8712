//! Published ports as JSON.

use super::project::Printer;
use plimsoll_core::tree::NodeId;
use serde_json::{Map, Value, json};

impl Printer<'_> {
    pub(super) fn ports(&self, id: NodeId) -> Value {
        let mut out = Vec::new();
        for item in self.tree().items(id) {
            match self.text(item.value) {
                Some(text) => out.extend(short(&text)),
                None => out.push(self.long(item.value)),
            }
        }
        Value::Array(out)
    }

    fn long(&self, id: NodeId) -> Value {
        let mut out = Map::new();
        out.insert("mode".into(), json!("ingress"));
        out.insert("protocol".into(), json!("tcp"));
        for entry in self.tree().entries(id) {
            let key = self.tree().key(entry.key);
            let value = match key {
                "published" => json!(self.text(entry.value)),
                "target" => self.integer(entry.value).unwrap_or(Value::Null),
                _ => self.value(entry.value),
            };
            out.insert(key.to_string(), value);
        }
        Value::Object(out)
    }
}

/// `[address:][host[-range]:]container[-range][/protocol]`. A range is as many ports.
fn short(text: &str) -> Vec<Value> {
    let (rest, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (rest, container) = rest.rsplit_once(':').unwrap_or(("", rest));
    let (address, host) = match rest.rsplit_once(':') {
        Some((address, host)) => (address.trim_matches(['[', ']']), host),
        None => ("", rest),
    };
    let (Some(container), published) = (range(container), range(host)) else { return Vec::new() };
    let one = |(at, target): (usize, u32)| {
        let mut out = Map::new();
        out.insert("mode".into(), json!("ingress"));
        out.insert("protocol".into(), json!(protocol));
        out.insert("target".into(), json!(target));
        if !address.is_empty() {
            out.insert("host_ip".into(), json!(address));
        }
        if let Some(published) = &published {
            let same = published.len() == container.len();
            let shown = if same { published[at].to_string() } else { host.to_string() };
            out.insert("published".into(), json!(shown));
        }
        Value::Object(out)
    };
    container.iter().copied().enumerate().map(one).collect()
}

fn range(text: &str) -> Option<Vec<u32>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    Some((u32::from(first)..=u32::from(last)).collect())
}
