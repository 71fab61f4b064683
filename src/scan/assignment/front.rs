//! What stands in front of a name and says what it is: the beginning of a field, of a line or of a
//! statement, or what gives it the value that follows.

use super::super::place::Text;
use super::named::{Named, is_quote};

/// Whether a field of a text begins here: `?name=`, `&name=`, and between quotation marks `"name=`, and
/// `"other=y name=`.
pub(super) fn begins_a_field(name: &Named<'_>) -> bool {
    let line = name.line_before();
    let text = matches!(name.place.text, Text::Code | Text::Data);
    match line.last() {
        Some(b'?' | b'&' | b'#') => true,
        Some(b'"' | b'\'' | b'`') => text,
        Some(b' ' | b';') => text && follows_a_field(&line[..line.len() - 1]),
        _ => false,
    }
}

/// Whether it begins a line of a text that is written on one line: `"a\n  name: x\n"`.
pub(super) fn begins_a_line(name: &Named<'_>) -> bool {
    let line = name.line_before();
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'-')).map_or(0, |at| at + 1);
    let line = line[..end].strip_suffix(b"export").map_or(&line[..end], <[u8]>::trim_ascii_end);
    line.ends_with(b"\\n")
}

/// `"user=dana`
fn follows_a_field(line: &[u8]) -> bool {
    let start = line.iter().rposition(|byte| is_quote(*byte) || matches!(byte, b' ' | b';'));
    let before = &line[start.map_or(0, |at| at + 1)..];
    let name = before.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name >= 2 && before.get(name) == Some(&b'=') && before.len() > name + 1 && line.iter().any(|byte| is_quote(*byte))
}

/// The quotation mark that the name, an option or an assignment begins behind.
pub(super) fn opening(name: &Named<'_>) -> Option<u8> {
    let line = name.line_before();
    let line = [&b"export "[..], b"--", b"-"].iter().find_map(|word| line.strip_suffix(*word)).unwrap_or(line);
    line.last().copied().filter(|byte| is_quote(*byte))
}

/// Whether a word in front of the name says that its value follows: `#define NAME`, `ENV NAME`, `:name`.
pub(super) fn is_given(name: &Named<'_>) -> bool {
    const GIVE: [&[u8]; 13] = [
        b"(defonce",
        b"(let [",
        b"define",
        b"ENV",
        b"setx",
        b"set",
        b"setenv",
        b"set -x",
        b"set -gx",
        b"SetEnv",
        b"export",
        b"(def",
        b"^:private",
    ];
    let line = name.line_before();
    match line.strip_suffix(b":") {
        Some(line) => line.last().is_none_or(|byte| matches!(byte, b' ' | b'{' | b'(' | b'\t')),
        None => {
            let line = line.trim_ascii_end();
            GIVE.iter().any(|word| {
                line.strip_suffix(*word).is_some_and(|line| line.trim_ascii_end().len() < 2 || line.ends_with(b" "))
            })
        }
    }
}

/// `StringVar(&x, "name", `
pub(super) fn is_flag(name: &Named<'_>) -> bool {
    const FLAGS: [&[u8]; 4] = [b"String(", b"StringVar(", b"StringP(", b"StringVarP("];
    FLAGS.iter().any(|call| memchr::memmem::find(name.line_before(), call).is_some())
}

/// `set :name`
pub(super) fn is_set(name: &Named<'_>) -> bool {
    let line = name.line_before();
    // `config :app, :name, "x"`, `put_env(:app, :name, "x")`
    let of_app = |line: &[u8]| {
        let app =
            line.strip_suffix(b", ").map(|line| line.rsplit(|byte| *byte == b':').next().unwrap_or_default().len());
        app.is_some_and(|app| {
            let line = &line[..line.len() - 2 - app];
            line.ends_with(b"config :") || line.ends_with(b"put_env(:")
        })
    };
    line.strip_suffix(b":")
        .is_some_and(|line| [&b"set "[..], b"default "].iter().any(|word| line.ends_with(word)) || of_app(line))
}

/// Whether the name, a constant, is the first that a call is handed that puts a value there: `put(NAME`.
pub(super) fn is_put(name: &Named<'_>) -> bool {
    const PUT: [&[u8]; 14] = [
        b"define(",
        b"put(",
        b"set(",
        b"Set(",
        b"setProperty(",
        b"setenv(",
        b"Setenv(",
        b"add(",
        b"Add(",
        b"header(",
        b"strcpy(",
        b"strncpy(",
        b"strlcpy(",
        b"memcpy(",
    ];
    // `strcpy(config->name, "x")`
    let line = name.line_before();
    let line = line.strip_suffix(b"->").map_or(line, |line| {
        let owner = line.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        &line[..line.len() - owner]
    });
    // `curl_easy_setopt(curl, NAME, "x")`, `set_env(app, name, "x")`
    let of_thing = || {
        let open = memchr::memrchr(b'(', line)?;
        let one = line[open..].ends_with(b", ") && line[open..].iter().filter(|byte| **byte == b',').count() == 1;
        let is_both = name.bytes[name.span.clone()].ends_with(b"USERPWD");
        Some(one && !is_both && [&b"setopt"[..], b"set_env"].iter().any(|call| line[..open].ends_with(call)))
    };
    PUT.iter().any(|call| line.ends_with(call)) || of_thing() == Some(true)
}

/// `strcmp(name`
pub(super) fn is_compared(name: &Named<'_>) -> bool {
    const COMPARE: [&[u8]; 7] = [
        b"strcmp(",
        b"strncmp(",
        b"compare_digest(",
        b"secure_compare(",
        b"hash_equals(",
        b"Objects.equals(",
        b"ConstantTimeCompare(",
    ];
    let line = name.line_before();
    let line = line.strip_suffix(b"[]byte(").unwrap_or(line);
    COMPARE.iter().any(|call| line.ends_with(call))
}

/// Whether the name begins a line, or a block; in settings a word or two may stand in front, as in
/// `proxy_set_header X-Api-Token "x";`.
pub(super) fn opens_a_statement(name: &Named<'_>) -> bool {
    let line = name.line_before().trim_ascii();
    match name.place.text {
        Text::Code => line.is_empty() || line.ends_with(b"{") || line == b"@",
        Text::Lines => {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ');
            line.iter().all(plain) && line.split(|byte| *byte == b' ').count() <= 3
        }
        Text::Data | Text::Shell => false,
    }
}
