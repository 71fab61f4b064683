//! Text of others inside Markdown: it shows as it is. It makes no link, picture, row or heading, and
//! it mentions nobody and no issue, which GitHub and GitLab do with any text that is not code. What
//! is written here stands the same in running text, in a row of a table and within HTML tags.

use super::terminal::escape_controls;

/// Punctuation that means nothing between words.
const PLAIN: &[char] = &[',', '.', ';', ':', '\'', '"', '(', ')', '/', '-', '+', '=', '?', '%'];

/// Running text, in which what stands between backticks is code.
pub fn text(text: &str) -> String {
    let text = escape_controls(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return prose(&text);
    }
    parts.iter().enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { prose(part) }).collect()
}

/// A path, a command: shown letter by letter.
pub fn code(text: &str) -> String {
    let text = escape_controls(text);
    let odd = |c: char| matches!(c, '`' | '|' | '\\' | '<' | '>' | '&');
    if text.is_empty() || text.contains(odd) || text.starts_with(' ') || text.ends_with(' ') {
        code_in_html(&text)
    } else {
        format!("`{text}`")
    }
}

/// The same within HTML tags, where backticks mean nothing.
pub fn code_in_html(text: &str) -> String {
    // Tags keep no reader from making links of what stands between them.
    let text = entities(&escape_controls(text)).replace("://", "&#58;//").replace("www.", "www&#46;");
    format!("<code>{text}</code>")
}

/// Text whose first word may be an address: a link that shows where it leads.
pub fn linked(words: &str) -> String {
    match address(words) {
        Some(address) => format!("<{address}>{}", text(&words[address.len()..])),
        None => text(words),
    }
}

/// The address that the text begins with, if it is plain enough to be shown to anybody.
pub fn address(text: &str) -> Option<&str> {
    let first = text.split(' ').next().unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/?#=&%:+,".contains(c);
    let rest = first.strip_prefix("https://")?;
    (!rest.is_empty() && rest.chars().all(plain)).then_some(first)
}

fn prose(text: &str) -> String {
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What ends a sentence is no part of a name.
fn word(word: &str) -> String {
    let ends: &[char] = if word.contains('(') { &[',', '.', ';', ':'] } else { &[',', '.', ';', ':', ')'] };
    let name = word.trim_end_matches(ends);
    if calls(name) { format!("{}{}", code(name), &word[name.len()..]) } else { entities(word) }
}

/// Whether a reader would make a link of the word, or tell somebody of it.
fn calls(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let marks = |pair: &[char]| matches!(pair, ['@' | '#' | '!' | '$' | '~' | '&' | '^', next] if next.is_alphanumeric() || matches!(next, '"' | '{' | '_' | '.'));
    word.contains("://") || word.contains("www.") || letters.windows(2).any(marks)
}

/// What could be markup is written by its number.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !PLAIN.contains(&c) {
            out += &format!("&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_text() {
        assert_eq!(text("used only for `railway domain` (2 places)"), "used only for `railway domain` (2 places)");
        assert_eq!(text("[a](https://b) <img> *c* | d"), "`[a](https://b)` &#60;img&#62; &#42;c&#42; &#124; d");
        assert_eq!(text("# x ` y"), "&#35; x &#96; y");
        assert_eq!(text("a\n## b"), "a&#92;n&#35;&#35; b");
    }

    #[test]
    fn nobody_is_told() {
        for word in
            ["@acme/ops", "dana@acme.example", "#12", "!7", "www.example.org", "https://a.example", "~bug", "&3"]
        {
            let shown = text(&format!("see {word} there"));
            assert!(shown.starts_with("see `") || shown.starts_with("see <code>"), "{shown}");
        }
        assert_eq!(text("of dana@acme.example, or"), "of `dana@acme.example`, or");
        assert_eq!(text("50 % & more"), "50 % &#38; more");
    }

    #[test]
    fn code_holds_any_name() {
        assert_eq!(code("a_b/c*.sh:7"), "`a_b/c*.sh:7`");
        assert_eq!(code("a`b|c\\|</code>"), "<code>a&#96;b&#124;c&#92;&#124;&#60;/code&#62;</code>");
        assert_eq!(code("\u{1b}[31m"), "<code>&#92;u&#123;1b&#125;&#91;31m</code>");
        assert_eq!(code(""), "<code></code>");
    }

    #[test]
    fn an_address_is_a_link_only_where_it_is_plain() {
        let revoke = "https://railway.com/account/tokens (the project's Settings)";
        assert_eq!(linked(revoke), "<https://railway.com/account/tokens> (the project's Settings)");
        assert_eq!(linked("https://a.example/><b>"), "<code>https&#58;//a.example/&#62;&#60;b&#62;</code>");
        assert_eq!(linked("javascript:alert(1) now"), "javascript:alert(1) now");
        assert_eq!(address("https://"), None);
    }
}
