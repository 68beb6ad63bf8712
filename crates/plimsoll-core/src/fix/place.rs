//! Entries and items: where a new one goes, and what goes with one that is taken out.

use super::Edit;
use super::written::{Slot, Written};
use super::yaml::{Yaml, name};
use crate::source::Span;
use crate::tree::{NodeId, Style, Value};
use std::ops::Range;

/// Behind which keys a new one stands, the best first. Other keys go to the end.
const NEIGHBOURS: [(&str, &[&str]); 3] = [
    ("stop_signal", &["restart", "container_name", "image", "build"]),
    ("stop_grace_period", &["stop_signal", "restart", "container_name", "image", "build"]),
    ("healthcheck", &["stop_grace_period", "stop_signal"]),
];

impl Written<'_> {
    pub fn edit(&self, range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { span: Span::new(self.file, range), text: text.into() }
    }

    /// Adds an entry to a mapping. The key is not in it.
    pub fn insert(&self, map: NodeId, key: &str, value: &Yaml) -> Option<Vec<Edit>> {
        if self.node(map).is_flow() {
            return self.insert_flow(map, key, value);
        }
        let entries = self.entries(map);
        let column = self.block_column(map)?;
        let wanted = NEIGHBOURS.iter().find(|it| it.0 == key).map_or(&[][..], |it| it.1);
        let neighbour = wanted.iter().find_map(|it| self.find(map, it)).map_or(entries.len() - 1, |it| it.at());
        let entry = &entries[neighbour];
        let end = self.end_of(entry.key).max(self.end_of(entry.value));
        let place =
            *self.index.bottoms.borrow_mut().entry(entry.value).or_insert_with(|| self.below(entry.value, end, column));
        let place = place?;
        Some(vec![self.insert_lines(place, end, column, key, value, &self.step(map))])
    }

    /// Writes an entry on lines of its own at the beginning of a line, or behind a last line without an end.
    fn insert_lines(&self, place: usize, near: usize, column: usize, key: &str, value: &Yaml, step: &str) -> Edit {
        let (line_break, indentation) = (self.break_near(near), " ".repeat(column));
        let behind = value.behind_key(&format!("{line_break}{indentation}"), step);
        let entry = format!("{indentation}{}:{behind}", name(key, false));
        let unfinished = place == self.text().len() && !self.text().ends_with(['\n', '\r']);
        let text = if unfinished { format!("{line_break}{entry}") } else { format!("{entry}{line_break}") };
        self.edit(place..place, text)
    }

    /// The column of the keys of a block mapping, if they stand one below the other and begin their lines.
    fn block_column(&self, map: NodeId) -> Option<usize> {
        *self.index.columns.borrow_mut().entry(map).or_insert_with(|| self.find_column(map))
    }

    fn find_column(&self, map: NodeId) -> Option<usize> {
        let mut keys = self.entries(map).iter().map(|it| self.start_of(it.key));
        let first = keys.next()?;
        let column = self.column(first)?;
        // The first may stand behind the dash of an item.
        let before = &self.text()[self.line_start(first)..first];
        let fits = before.bytes().all(|it| matches!(it, b' ' | b'-')) && !before.starts_with("---");
        (fits && keys.all(|it| self.indentation(it).is_some_and(|it| it.len() == column))).then_some(column)
    }

    fn insert_flow(&self, map: NodeId, key: &str, value: &Yaml) -> Option<Vec<Edit>> {
        let span = self.node(map).span.range();
        if !self.text()[span.clone()].starts_with('{') {
            return None;
        }
        let Some(last) = self.entries(map).last() else {
            let json = self.is_json(map);
            let entry = format!("{}: {}", name(key, json), value.flow(json));
            let bare = self.text()[span.start + 1..span.end].trim() == "}";
            return bare.then(|| vec![self.edit(span.start + 1..span.start + 1, entry)]);
        };
        let json = self.is_json(map);
        let entry = format!("{}: {}", name(key, json), value.flow(json));
        let end = self.end_of(last.value);
        if self.node(last.value).span.is_empty() {
            return None;
        }
        let start = self.start_of(last.key);
        let own_line = self.indentation(start).filter(|_| {
            self.comments_in(end, self.line_end(end)).is_empty() && self.line_start(end) == self.line_start(start)
        });
        let before = match own_line {
            Some(indentation) => format!(",{}{indentation}", self.break_near(end)),
            None => ", ".to_string(),
        };
        Some(vec![self.edit(end..end, before + &entry)])
    }

    /// Whether the keys of a flow mapping, or of the one around it, are in double quotes, as in JSON.
    fn is_json(&self, map: NodeId) -> bool {
        let double = |it: NodeId| self.node(it).style == Style::Double;
        match self.entries(map).first() {
            Some(first) => double(first.key),
            None => self.slot(map).is_some_and(|it| {
                matches!(self.node(it.parent).value, Value::Mapping(_)) && double(self.entry(it).key)
            }),
        }
    }

    /// Adds an entry at the end of the document whose top is this mapping.
    pub fn append(&self, root: NodeId, key: &str, value: &Yaml) -> Option<Vec<Edit>> {
        if self.node(root).is_flow() {
            return self.insert_flow(root, key, value);
        }
        let entries = self.entries(root);
        let column = self.block_column(root)?;
        let last = entries.last()?;
        let end = self.end_of(last.key).max(self.end_of(last.value));
        let place =
            *self.index.bottoms.borrow_mut().entry(root).or_insert_with(|| self.bottom(last.value, end, column));
        let place = place?;
        let step = entries.iter().find_map(|it| {
            let inner = self.entries(it.value).first().filter(|_| !self.node(it.value).is_flow())?;
            self.column(self.start_of(inner.key))?.checked_sub(column).filter(|it| *it > 0)
        });
        let step = " ".repeat(step.unwrap_or(2));
        let mut edit = self.insert_lines(place, end, column, key, value, &step);
        if self.is_spaced(root) {
            edit.text.insert_str(0, self.break_near(end));
        }
        Some(vec![edit])
    }

    /// The place behind the last line of a document.
    fn bottom(&self, last: NodeId, end: usize, column: usize) -> Option<usize> {
        let mut place = self.below(last, end, column)?;
        let mut at = place;
        while at < self.text().len() {
            let line = self.line(at);
            if line.starts_with("---") || line.starts_with("...") {
                break;
            }
            at = self.next_line(at);
            if !line.trim().is_empty() {
                place = at;
            }
        }
        Some(place)
    }

    /// Whether blank lines stand between the entries at the top, or between services if there is but one entry.
    fn is_spaced(&self, root: NodeId) -> bool {
        let entries = self.entries(root);
        let entries = match entries {
            [only] => self.entries(only.value),
            _ => entries,
        };
        let Some(last) = entries.get(1..).and_then(<[_]>::last) else { return false };
        let mut start = self.line_start(self.start_of(last.key));
        while start > 0 {
            start = self.line_start(start - 1);
            let line = self.line(start).trim();
            if !line.starts_with('#') {
                return line.is_empty();
            }
        }
        false
    }

    /// Gives an entry another value.
    pub fn set_value(&self, slot: Slot, value: &Yaml) -> Option<Vec<Edit>> {
        let entry = self.entry(slot);
        let node = self.node(entry.value);
        if node.marked {
            return None;
        }
        let (span, in_flow) = (node.span.range(), self.node(slot.parent).is_flow());
        let several_lines = matches!(value, Yaml::Map(entries) if !entries.is_empty()) && !in_flow;
        let colon = self.colon(entry.key)?;
        let behind = |value: &Yaml| {
            if in_flow { Some(format!(" {}", value.flow(self.is_json(slot.parent)))) } else { self.nested(slot, value) }
        };
        match (&node.value, node.style) {
            (Value::Scalar(_), Style::Plain) if span.is_empty() => {
                // What is commented behind the key stays there.
                let place = if several_lines { self.line_end(colon) } else { colon };
                Some(vec![self.edit(place..place, behind(value)?)])
            }
            (Value::Scalar(_), style @ (Style::Plain | Style::Single | Style::Double)) => match value {
                Yaml::Text(text) if style == Style::Double => Some(vec![self.edit(span, super::yaml::double(text))]),
                Yaml::Text(text) if style == Style::Single && !text.contains(char::is_control) => {
                    Some(vec![self.edit(span, super::yaml::single(text))])
                }
                Yaml::Map(_) | Yaml::Null => None,
                _ => Some(vec![self.edit(span, value.flow(false))]),
            },
            _ if self.comments_in(colon, span.end).is_empty() => Some(vec![self.edit(colon..span.end, behind(value)?)]),
            _ => None,
        }
    }

    /// What stands behind the key of an entry of a block mapping.
    fn nested(&self, slot: Slot, value: &Yaml) -> Option<String> {
        let key = self.start_of(self.entry(slot).key);
        let line = format!("{}{}", self.break_near(key), " ".repeat(self.column(key)?));
        Some(value.behind_key(&line, &self.step(slot.parent)))
    }

    /// The place behind the `:` of a key.
    fn colon(&self, key: NodeId) -> Option<usize> {
        let end = self.end_of(key);
        let rest = &self.text()[end..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest[blanks..].starts_with(':').then_some(end + blanks + 1)
    }

    /// Takes out an entry or an item, and what would be empty without it. Comments stay.
    pub fn remove(&self, slot: Slot) -> Option<Vec<Edit>> {
        let (start, end) = self.extent(slot)?;
        if self.count(slot.parent) == 1 {
            // The key goes, too. A service, and what is at the top, does not go because something in it does.
            let outer = self.slot(slot.parent)?;
            if self.node(slot.parent).marked || self.path_of(slot.parent).len() <= 2 {
                return None;
            }
            return self.remove(outer);
        }
        if self.node(slot.parent).is_flow() {
            return self.remove_flow(slot, start, end);
        }
        let (line, begin) = (self.line_start(start), &self.text()[self.line_start(start)..start]);
        let next = self.next_line(end);
        if !begin.bytes().all(|it| it == b' ') {
            return self.remove_behind_dash(slot, start, end);
        }
        let above = slot.at().checked_sub(1).and_then(|at| self.child(Slot::new(slot.parent, at)));
        let above = above.and_then(|it| self.last_block_scalar(it));
        if above.is_some_and(|it| self.has_inner_comment(line, next, start) || self.ends_cleanly(it).is_none()) {
            return None;
        }
        let mut kept = String::new();
        for comment in self.comments_in(line, self.line_end(end)) {
            let comment = comment.range();
            // One on a line of its own keeps its place in it.
            kept.push_str(self.indentation(comment.start).unwrap_or(begin));
            kept.push_str(&self.text()[comment.start..self.next_line(comment.start)]);
        }
        let mut range = line..next;
        if kept.is_empty() {
            let blank = |at: usize| at < self.text().len() && self.line(at).trim().is_empty();
            let first = line <= self.source.line_range(0).start;
            let behind_blank =
                first || self.text()[..line].ends_with("\n\n") || self.text()[..line].ends_with("\r\n\r\n");
            if behind_blank && blank(range.end) {
                range.end = self.next_line(range.end);
            }
        }
        // Where the last line has no end, the one before it has none afterwards.
        if next == self.text().len() && self.break_at(self.line_end(end)).is_empty() && line > 0 {
            let before = self.text()[..line].trim_end_matches(['\n', '\r']).len();
            let gap = &self.text()[before..line];
            if kept.is_empty() && above.is_none() && matches!(gap, "\n" | "\r\n" | "\r") {
                range.start = before;
            }
        }
        Some(vec![self.edit(range, kept)])
    }

    /// The first entry of a mapping that is an item begins behind its dash: the next one takes its place.
    fn remove_behind_dash(&self, slot: Slot, start: usize, end: usize) -> Option<Vec<Edit>> {
        let next = self.entries(slot.parent).get(slot.at() + 1).filter(|_| slot.at() == 0)?;
        let next = self.start_of(next.key);
        self.block_column(slot.parent)?;
        let between = &self.text()[end..next];
        (between.trim().is_empty() && self.comments_in(start, next).is_empty())
            .then(|| vec![self.edit(start..next, "")])
    }

    fn remove_flow(&self, slot: Slot, start: usize, end: usize) -> Option<Vec<Edit>> {
        let neighbour = |at: usize| self.extent(Slot::new(slot.parent, at));
        let range = match slot.at() {
            0 => start..neighbour(1)?.0,
            at => neighbour(at - 1)?.1..end,
        };
        let commas = self.text()[range.start..range.end].len() > end - start;
        (commas && self.comments_in(range.start, range.end).is_empty()).then(|| vec![self.edit(range, "")])
    }

    /// Whether a comment further in than what is at `start` stands on a line of its own between `line` and `next` or
    /// right below. Behind a block scalar it would become a part of it.
    fn has_inner_comment(&self, line: usize, next: usize, start: usize) -> bool {
        let column = start - self.line_start(start);
        let mut end = next;
        while end < self.text().len() && matches!(self.line(end).trim_start().bytes().next(), None | Some(b'#')) {
            end = self.next_line(end);
        }
        let comments = self.comments_in(line, end).iter().map(|it| it.start as usize);
        comments.filter_map(|it| self.indentation(it)).any(|it| it.len() > column)
    }

    /// The value of an entry, or an item.
    fn child(&self, slot: Slot) -> Option<NodeId> {
        let entry = self.entries(slot.parent).get(slot.at()).map(|it| it.value);
        entry.or_else(|| self.items(slot.parent).get(slot.at()).map(|it| it.value))
    }

    fn count(&self, parent: NodeId) -> usize {
        self.entries(parent).len().max(self.items(parent).len())
    }

    /// From the key, or the dash, to the end of the value.
    fn extent(&self, slot: Slot) -> Option<(usize, usize)> {
        if let Some(entry) = self.entries(slot.parent).get(slot.at()) {
            let end = self.end_of(entry.value).max(self.colon(entry.key).unwrap_or_default());
            return Some((self.start_of(entry.key), end.max(self.end_of(entry.key))));
        }
        let item = self.items(slot.parent).get(slot.at())?.value;
        let (start, end) = (self.start_of(item), self.end_of(item));
        if self.node(slot.parent).is_flow() {
            return Some((start, end));
        }
        let before = self.text()[..start].trim_end();
        before.ends_with('-').then(|| (before.len() - 1, end.max(before.len())))
    }
}
