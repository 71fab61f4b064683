//! Texts with `*` for any run of characters, as detector files and policies write them.

/// Whether the whole text fits.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text) in
            [("a*c", "abbc"), ("*PROJECT*TOKEN*", "MY_PROJECT_TOKEN"), ("*", ""), ("a", "a"), ("a*a", "aba")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*c", "abd"), ("a", "ab"), ("a*a", "a"), ("*x*y", "yx")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
