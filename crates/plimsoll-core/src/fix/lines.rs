//! Lines of a file: where they begin and end, how they are indented, and what ends them.

use super::written::Written;
use crate::tree::{NodeId, Style, Value};

impl Written<'_> {
    /// The first byte of the line that holds this byte.
    pub fn line_start(&self, at: usize) -> usize {
        let line = self.source.line_of(at as u32);
        self.source.line_range(line).start
    }

    /// The end of the line that holds this byte, without its line break.
    pub fn line_end(&self, at: usize) -> usize {
        self.source.line_range(self.source.line_of(at as u32)).end.max(at)
    }

    /// The first byte of the line behind the one that holds this byte; the end of the text, if there is none.
    pub fn next_line(&self, at: usize) -> usize {
        let end = self.line_end(at);
        end + self.break_at(end).len()
    }

    /// The line break at a place.
    pub fn break_at(&self, at: usize) -> &'static str {
        let rest = &self.text()[at..];
        if rest.starts_with("\r\n") {
            "\r\n"
        } else if rest.starts_with('\n') {
            "\n"
        } else if rest.starts_with('\r') {
            "\r"
        } else {
            ""
        }
    }

    /// The line break to write near a place: that of its line, or else the first of the file.
    pub fn break_near(&self, at: usize) -> &'static str {
        let near = self.break_at(self.line_end(at));
        if !near.is_empty() {
            return near;
        }
        match self.text().find(['\n', '\r']) {
            Some(first) => self.break_at(first),
            None => "\n",
        }
    }

    /// The blanks before what stands at this byte, if there is nothing else before it on its line.
    pub fn indentation(&self, at: usize) -> Option<&str> {
        let before = &self.text()[self.line_start(at)..at];
        before.bytes().all(|it| it == b' ').then_some(before)
    }

    /// How far from the left something stands, in blanks; `None` where columns and bytes differ.
    pub fn column(&self, at: usize) -> Option<usize> {
        let before = &self.text()[self.line_start(at)..at];
        before.bytes().all(|it| (b' '..=b'~').contains(&it)).then_some(before.len())
    }

    /// The text of the line that begins here, without its line break.
    pub fn line(&self, start: usize) -> &str {
        &self.text()[start..self.line_end(start)]
    }

    /// The blanks by which one level stands further in than the one around it, in this mapping or in its file.
    pub fn step(&self, map: NodeId) -> String {
        let column = |id: NodeId| {
            let node = self.node(id);
            let first = self.entries(id).first().filter(|_| !node.is_flow())?;
            self.column(self.span(first.key).start as usize)
        };
        let around = self.slot(map).map(|it| it.parent);
        let between = |outer: NodeId, inner: NodeId| column(inner)?.checked_sub(column(outer)?).filter(|it| *it > 0);
        let near = around.and_then(|it| between(it, map));
        let tops = self
            .document
            .roots
            .iter()
            .flat_map(|root| self.entries(*root).iter().filter_map(|it| between(*root, it.value)));
        " ".repeat(near.or_else(|| tops.into_iter().next()).unwrap_or(2))
    }

    /// The place behind the last line of a value that ends at `end`, where a further line of the same level can stand.
    /// What is commented out below it, further in than `column`, stays with it. `None` if the value does not end there.
    pub fn below(&self, value: NodeId, end: usize, column: usize) -> Option<usize> {
        if let Some(scalar) = self.last_block_scalar(value) {
            self.ends_cleanly(scalar)?;
        }
        let mut place = self.next_line(end);
        let mut at = place;
        while at < self.text().len() {
            let line = self.line(at);
            let inner = line.trim_start_matches(' ');
            let next = self.next_line(at);
            if inner.starts_with('#') && line.len() - inner.len() > column {
                place = next;
            } else if !inner.is_empty() {
                break;
            }
            at = next;
        }
        Some(place)
    }

    /// The block scalar that a value ends with.
    pub fn last_block_scalar(&self, mut id: NodeId) -> Option<NodeId> {
        loop {
            id = match &self.node(id).value {
                Value::Mapping(entries) => entries.last()?.value,
                Value::Sequence(items) => items.last()?.value,
                _ if matches!(self.node(id).style, Style::Literal | Style::Folded) => return Some(id),
                _ => return None,
            }
        }
    }

    /// Whether a line behind a block scalar leaves it as it is: what is blank behind it does not belong to it.
    pub fn ends_cleanly(&self, id: NodeId) -> Option<()> {
        let span = self.node(id).span.range();
        let header = &self.text()[span.start..self.line_end(span.start)];
        // `|+` keeps every blank line behind it.
        if header.split('#').next().unwrap_or_default().contains('+') {
            return None;
        }
        let end = self.line_end(span.end);
        // The text would get the line break that it has not.
        if self.break_at(end).is_empty() {
            return None;
        }
        let mut at = self.next_line(end);
        while at < self.text().len() {
            let line = self.line(at);
            if !line.trim().is_empty() {
                return Some(());
            }
            if !line.is_empty() {
                return None;
            }
            at = self.next_line(at);
        }
        Some(())
    }
}
