//! The password of an address, whatever its scheme: `mqtt://user:password@host`. Those that a kind of
//! their own knows by their scheme name the find there.

use super::syntax::{Form, Value};

/// What the literal pass looks for.
pub(super) const MARK: &str = "://";

/// How Go writes the address of a database: `user:password@tcp(host:port)/name`.
pub(super) const NET: [&str; 2] = ["@tcp(", "@unix("];

/// No user, password or scheme is longer.
const LONGEST: usize = 120;

/// User and password behind the mark that stands at `at`.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<(std::ops::Range<usize>, Value)> {
    if NET.iter().any(|net| bytes[at..].starts_with(net.as_bytes())) {
        return in_front(bytes, at);
    }
    if !bytes.get(at..)?.starts_with(MARK.as_bytes()) {
        return None;
    }
    let scheme = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    if scheme.count() < 2 {
        return None;
    }
    let start = at + MARK.len();
    let rest = &bytes[start..bytes.len().min(start + 2 * LONGEST)];
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\')
    };
    let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
    let login = &authority[..memchr::memrchr(b'@', authority)?];
    let colon = memchr::memchr(b':', login)?;
    let host = authority.get(login.len() + 1)?;
    let is_user = login[..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-+%~".contains(byte))
        // What is filled in.
        || login == b"{}:{}";
    // `https://TOKEN:x-oauth-basic@github.com`: there the first is what opens.
    let is_first = &login[colon + 1..] == b"x-oauth-basic";
    let span = if is_first { start..start + colon } else { start + colon + 1..start + login.len() };
    // `[a://b:c, d@e` is a list.
    let whole = !login.contains(&b',') && !login.contains(&b')');
    (is_user && whole && !span.is_empty() && (host.is_ascii_alphanumeric() || b"[_%${".contains(host)))
        .then(|| (start..start + colon.max(1), Value { span, form: Form::Url }))
}

/// User and password in front of the mark that stands at `at`, in a text of a program or a line of settings.
fn in_front(bytes: &[u8], at: usize) -> Option<(std::ops::Range<usize>, Value)> {
    let from = at.saturating_sub(LONGEST);
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'=' | b'/');
    let start = from + bytes[from..at].iter().rposition(ends).map_or(0, |before| before + 1);
    let colon = start + memchr::memchr(b':', &bytes[start..at])?;
    let is_user = bytes[start..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-%".contains(byte));
    (is_user && start < colon && colon + 1 < at)
        .then(|| (start..colon, Value { span: colon + 1..at, form: Form::Login }))
}

/// Whether what stands behind a password, `@` and a host, is this machine or a bare name, as containers have it.
pub(super) fn is_local(behind: &[u8]) -> bool {
    const LOCAL: [&[u8]; 4] = [b"0.0.0.0", b"[::1]", b"host.docker.internal", b"host.minikube.internal"];
    let Some(behind) = behind.strip_prefix(b"@") else { return false };
    if LOCAL.iter().any(|host| behind.starts_with(host)) {
        return true;
    }
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let host = &behind[..behind.iter().take_while(inside).count()];
    !host.is_empty() && (!host.contains(&b'.') || host.starts_with(b"127.") || host.ends_with(b".localhost"))
}
