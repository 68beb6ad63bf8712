//! Which brace closes an expression.

use std::ops::Range;

/// The offset of the brace that closes the one at the beginning of `text`, counted as compose-go counts.
pub(super) fn closing_brace(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                depth += 1;
                // compose-go skips the character behind an opening brace.
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The lines that were looked through last, one for each depth of words inside of words.
#[derive(Default)]
pub(super) struct Lines(Vec<Line>);

/// A line of what is expanded.
#[derive(Clone, Default)]
struct Line {
    line: Range<usize>,
    /// Where the range ends that is expanded.
    end: usize,
    /// Where its last brace is.
    last: Option<usize>,
}

impl Lines {
    /// The last brace of the line at the beginning of `rest`, which is at `from`. A line is looked through once, however
    /// many expressions there are in it.
    pub fn last_brace(&mut self, depth: u32, from: usize, rest: &str) -> Option<usize> {
        let (depth, end) = (depth as usize, from + rest.len());
        if !self.0.get(depth).is_some_and(|it| it.end == end && it.line.contains(&from)) {
            let line = rest.split('\n').next().unwrap_or_default();
            let last = line.rfind('}').map(|it| from + it);
            self.0.resize(depth + 1, Line::default());
            self.0[depth] = Line { line: from..from + line.len(), end, last };
        }
        self.0[depth].last?.checked_sub(from)
    }
}
