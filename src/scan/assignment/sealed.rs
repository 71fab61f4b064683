//! Ciphertext that is kept where everybody reads it, since only its reader has the key.

/// No sealed value is shorter in base64: a block of RSA with 1024 bits.
const SHORTEST: usize = 170;

/// Whether the value of a name that begins at `name` is sealed.
pub(super) fn is_sealed(bytes: &[u8], name: usize, text: &str) -> bool {
    text.len() >= SHORTEST && (is_for_a_cluster(text) || is_base64(text) && in_encrypted(&bytes[..name]))
}

/// What Sealed Secrets keep in a repository: the length of a key of RSA, the key, and what only a cluster reads.
fn is_for_a_cluster(text: &str) -> bool {
    text.len() >= 300 && ["AgA", "AgB", "AgC", "AgD"].iter().any(|start| text.starts_with(start))
}

fn is_base64(text: &str) -> bool {
    text.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// Whether an object of that name is open: `"encrypted": {"user": "x", "password": "`.
/// <https://docs.renovatebot.com/configuration-options/#encrypted>
fn in_encrypted(before: &[u8]) -> bool {
    let mut depth = 0;
    let opening = before.iter().rposition(|byte| {
        depth += i32::from(*byte == b'}') - i32::from(*byte == b'{');
        depth < 0
    });
    let Some(at) = opening else { return false };
    let name = before[..at].trim_ascii_end();
    let name = name.strip_suffix(b":").or_else(|| name.strip_suffix(b"=")).unwrap_or(name).trim_ascii_end();
    let name = name.strip_suffix(b"\"").or_else(|| name.strip_suffix(b"'")).unwrap_or(name);
    let front = name.strip_suffix(b"encrypted");
    front.is_some_and(|front| front.last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_'))
}

#[cfg(test)]
mod tests {
    use crate::detector::{Detectors, sample};
    use crate::scan::scan_text;
    use crate::secret::FingerprintKey;

    #[test]
    fn what_is_encrypted_for_one_reader_is_no_find_and_what_is_beside_it_is() {
        let find = |path: &str, text: &str| {
            scan_text(path, text, &Detectors::load(&[]).unwrap(), &FingerprintKey::fixed()).len()
        };
        let sealed = |seed| sample::generate("{base64of:256}", seed).unwrap().text;
        let objects = [
            format!(
                "{{\"hostRules\": [{{\"encrypted\": {{\"password\": \"{}\", \"token\": \"{}\"}}}}]}}",
                sealed(1),
                sealed(2)
            ),
            format!("{{encrypted: {{\n  npmToken: '{}',\n}}}}\n", sealed(3)),
            format!("{{\"encrypted\":\n{{\"rules\": {{}}, \"password\": \"{}\"}}}}", sealed(4)),
        ];
        for object in &objects {
            assert_eq!(find("renovate.json", object), 0, "{object}");
            assert!(find("renovate.json", &object.replace("encrypted", "unencrypted")) > 0, "{object}");
        }
        let open = sample::generate("{base62:32}", 5).unwrap().text;
        for object in [
            format!("{{\"encrypted\": {{\"password\": \"{open}\"}}}}"),
            format!("{{\"encrypted\": {{}}, \"password\": \"{}\"}}", sealed(6)),
        ] {
            assert_eq!(find("renovate.json", &object), 1, "{object}");
        }
    }
}
