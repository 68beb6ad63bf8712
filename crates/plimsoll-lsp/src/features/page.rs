//! What is shown where something is hovered over: Markdown, or plain text for clients that have no Markdown.
//!
//! What comes from files is code or is escaped, so that it cannot bring links, images or HTML along.

use lsp_types::{MarkupContent, MarkupKind};
use plimsoll_workspace::escape;

/// A page as it is written.
pub(super) struct Page {
    markdown: bool,
    text: String,
}

impl Page {
    /// An empty page.
    pub fn new(markdown: bool) -> Page {
        Page { markdown, text: String::new() }
    }

    /// Whether it is Markdown.
    pub fn is_markdown(&self) -> bool {
        self.markdown
    }

    /// A paragraph. Everything in it is made by the functions below, or is our own.
    pub fn paragraph(&mut self, text: &str) {
        self.gap();
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) {
        let text = if self.markdown { format!("#### {text}") } else { text.to_string() };
        self.paragraph(&text);
    }

    /// One item of a list: what it is about, and what is said of it.
    pub fn item(&mut self, name: &str, text: &str) {
        if !self.text.is_empty() && !self.text.lines().last().is_some_and(|it| it.starts_with("- ")) {
            self.text.push('\n');
        }
        let name = if self.markdown { format!("**{name}** ") } else { format!("{name}: ") };
        self.text.push_str(&format!("- {name}{text}\n"));
    }

    /// A table.
    pub fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) {
        self.gap();
        let mut lines: Vec<String> = Vec::new();
        if self.markdown {
            lines.push(format!("| {} |", heads.join(" | ")));
            lines.push(format!("|{}", "---|".repeat(heads.len())));
            // Even in code, a bar ends a cell.
            let cells = |it: &[String]| it.iter().map(|it| it.replace('|', "\\|")).collect::<Vec<_>>().join(" | ");
            lines.extend(rows.iter().map(|it| format!("| {} |", cells(it))));
        } else {
            lines.push(heads.join(" · "));
            lines.extend(rows.iter().map(|it| it.join(" · ")));
        }
        for line in lines {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Markdown of our own.
    pub fn own(&mut self, text: &str) {
        self.gap();
        self.text.push_str(text.trim());
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A text from a file, as code: nothing in it is Markdown or HTML.
    pub fn code(&self, text: &str) -> String {
        let text = escape::line(text);
        if !self.markdown {
            return format!("`{text}`");
        }
        if text.trim().is_empty() {
            return "` `".to_string();
        }
        let mut longest = 0;
        let mut run = 0;
        for letter in text.chars() {
            run = if letter == '`' { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        let fence = "`".repeat(longest + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        format!("{fence}{pad}{text}{pad}{fence}")
    }

    /// Several of them.
    pub fn codes<T: AsRef<str>>(&self, texts: &[T]) -> String {
        texts.iter().map(|it| self.code(it.as_ref())).collect::<Vec<_>>().join(", ")
    }

    /// A sentence, with code in backticks. It may be from a file.
    pub fn prose(&self, text: &str) -> String {
        if !self.markdown {
            return escape::line(text).into_owned();
        }
        let parts: Vec<&str> = text.split('`').collect();
        let mut shown = String::new();
        for (at, part) in parts.iter().enumerate() {
            let quoted = at % 2 == 1 && at + 1 < parts.len();
            shown.push_str(&if quoted { self.code(part) } else { plain(part) });
        }
        shown
    }

    /// A link to a page. An address from a file that is not of the web, or holds more than an address, is code.
    pub fn link(&self, words: &str, address: &str) -> String {
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        let is_address = |it: char| it.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(it);
        if !is_web || !address.chars().all(is_address) {
            return self.code(address);
        }
        if self.markdown { format!("[{words}]({address})") } else { address.to_string() }
    }

    /// The whole of it.
    pub fn finish(self) -> MarkupContent {
        let kind = if self.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        MarkupContent { kind, value: self.text.trim_end().to_string() }
    }
}

/// Text in which nothing is Markdown.
fn plain(text: &str) -> String {
    let mut shown = String::new();
    for letter in escape::line(text).chars() {
        if "\\`*_{}[]<>#~&!$@".contains(letter) {
            shown.push('\\');
        }
        shown.push(letter);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_is_markdown() {
        let page = Page::new(true);
        assert_eq!(page.code("a`b``c"), "```a`b``c```");
        assert_eq!(page.code("`x`|\n"), "`` `x`|\\n ``");
        assert_eq!(page.code(""), "` `");
        assert_eq!(page.prose("see [x](http://y) <img> `a|b` *"), "see \\[x\\](http://y) \\<img\\> `a|b` \\*");
        assert_eq!(page.link("see", "https://a.b/c"), "[see](https://a.b/c)");
        assert_eq!(page.link("see", "command:x"), "`command:x`");
        assert_eq!(page.link("see", "https://a.b/)![x](y"), "`https://a.b/)![x](y`");
        let page = Page::new(false);
        assert_eq!(page.code("a\u{1b}b"), "`a\\u{1b}b`");
    }

    #[test]
    fn the_parts_of_a_page() {
        let mut page = Page::new(true);
        page.heading("A");
        page.item("x", "1");
        page.item("y", "2");
        page.table(&["a", "b"], &[vec!["`1|`".to_string(), "2".to_string()]]);
        assert_eq!(page.finish().value, "#### A\n\n- **x** 1\n- **y** 2\n\n| a | b |\n|---|---|\n| `1\\|` | 2 |");
        let mut page = Page::new(false);
        page.heading("A");
        page.item("x", "1");
        assert_eq!(page.finish().value, "A\n\n- x: 1");
    }
}
