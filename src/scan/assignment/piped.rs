//! What a command is told by the one before it: `echo "dana:x" | chpasswd`, `echo x | docker login --password-stdin`.

use std::ops::Range;

use super::super::lines;

/// What the literal pass looks for: commands that read a password from their input.
pub(super) const WORDS: &[&str] = &["chpasswd", "--password-stdin", "sudo -S"];

const SAY: [&[u8]; 2] = [b"echo ", b"printf "];

/// The password that is handed to what stands at `at`.
pub(super) fn password(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let told = WORDS.iter().find(|word| bytes[at..].starts_with(word.as_bytes()))?;
    let start = lines::line_start(bytes, at);
    let line = &bytes[start..at];
    let said = &line[..memchr::memrchr(b'|', line)?];
    let from = SAY.iter().filter_map(|word| Some(memchr::memmem::rfind(said, word)? + word.len())).max()?;
    let from = (from + options(&said[from..])).min(said.len());
    let said = said[from..].trim_ascii_end();
    let quote = said.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let opened = usize::from(quote.is_some());
    let said = match quote {
        Some(quote) => said[1..].strip_suffix(&[quote])?,
        None => said,
    };
    let login = if *told == "chpasswd" { memchr::memchr(b':', said)? + 1 } else { 0 };
    let secret = &said[login..];
    let whole = !secret.iter().any(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''));
    let start = start + from + opened + login;
    (whole && !secret.is_empty()).then_some(start..start + secret.len())
}

/// How long the options of `echo` are that stand in front: `-n `, `-e -n `.
fn options(said: &[u8]) -> usize {
    let is_option =
        |word: &&[u8]| word.len() > 1 && word[0] == b'-' && word[1..].iter().all(|byte| b"neE".contains(byte));
    said.split(|byte| *byte == b' ').take_while(is_option).map(|word| word.len() + 1).sum()
}
