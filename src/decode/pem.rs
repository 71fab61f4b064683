//! Private keys in PEM blocks: of which format, and whether a passphrase guards them.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{NotDecodable, at_most};

mod pgp;

/// A key of 16384 bits has 13 kB; PGP blocks hold pictures now and then.
const LONGEST: usize = 1024 * 1024;
/// Thirty-two bytes in base64, the least that any key has.
const SHORTEST: usize = 40;
const PGP: &str = "PGP PRIVATE KEY BLOCK";
const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `{"label", "encrypted": bool, "format": "openssh" | "pkcs1" | "pkcs8" | "sec1" | "dsa" | "pgp",
/// "scopes": ["encrypted"] | ["usable"]}`.
///
/// `value` is the whole block; its line ends may be written as `\n`, and its lines be indented.
/// A key counts as usable unless the block says that it is encrypted.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let text = value.replace("\\r", "").replace("\\n", "\n");
    let block = Block::parse(&text).ok_or(NotDecodable("it is no PEM block"))?;
    if block.label != PGP && !block.holds_a_key() {
        return Err(NotDecodable("no key stands in it"));
    }
    let traditional = || block.headers.iter().any(|line| line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED"));
    let (format, encrypted) = match block.label {
        "RSA PRIVATE KEY" => ("pkcs1", traditional()),
        "EC PRIVATE KEY" => ("sec1", traditional()),
        "DSA PRIVATE KEY" => ("dsa", traditional()),
        "PRIVATE KEY" => ("pkcs8", false),
        "ENCRYPTED PRIVATE KEY" => ("pkcs8", true),
        "OPENSSH PRIVATE KEY" => ("openssh", openssh_is_encrypted(&block.bytes()?)?),
        PGP => ("pgp", pgp::is_encrypted(&block.bytes()?).unwrap_or(false)),
        _ => return Err(NotDecodable("its label is none of a private key")),
    };
    let scope = if encrypted { "encrypted" } else { "usable" };
    Ok(json!({ "label": block.label, "encrypted": encrypted, "format": format, "scopes": [scope] }))
}

/// The label of a block and its bytes.
pub fn der(value: &str) -> Option<(String, Zeroizing<Vec<u8>>)> {
    at_most(LONGEST, value).ok()?;
    let text = value.replace("\\r", "").replace("\\n", "\n");
    let block = Block::parse(&text)?;
    Some((block.label.to_owned(), Zeroizing::new(block.bytes().ok()?)))
}

struct Block<'a> {
    label: &'a str,
    headers: Vec<&'a str>,
    /// The base64 text without line ends.
    body: String,
}

impl<'a> Block<'a> {
    fn parse(text: &'a str) -> Option<Block<'a>> {
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (content, _) = rest.split_once("-----END ")?;
        let (mut headers, mut body) = (Vec::new(), String::new());
        for line in content.lines().map(inside) {
            if line.contains(':') {
                headers.push(line);
            } else if !line.starts_with('=') {
                // PGP's checksum stands on a line of its own that begins with `=`.
                body.extend(line.chars().filter(|c| !c.is_whitespace()));
            }
        }
        Some(Block { label, headers, body })
    }

    /// Whether something long enough for a key stands there, and not the program that writes one.
    fn holds_a_key(&self) -> bool {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        self.body.split(|c| !inside(c)).any(|run| run.len() >= SHORTEST)
    }

    fn bytes(&self) -> Result<Vec<u8>, NotDecodable> {
        BASE64.decode(&self.body).map_err(|_| NotDecodable("its body is not base64"))
    }
}

/// A line without what a program or a remark has around it: `"MII…\n" +`, `# MII…`, `'MII…',`.
fn inside(line: &str) -> &str {
    let quotes = ['"', '\'', '`'];
    match (line.find(quotes), line.rfind(quotes)) {
        (Some(first), Some(last)) if first < last => line[first + 1..last].trim(),
        // The end of a line of a program: `" +`.
        _ if !line.contains(char::is_alphanumeric) => "",
        _ => line.trim_matches(|c: char| c.is_whitespace() || "\"'`#*>|,\\".contains(c)).trim_start_matches("// "),
    }
}

/// The name of the cipher is the first text behind the magic (PROTOCOL.key in OpenSSH's source).
fn openssh_is_encrypted(bytes: &[u8]) -> Result<bool, NotDecodable> {
    let cipher = || {
        let (length, rest) = bytes.strip_prefix(OPENSSH_MAGIC)?.split_first_chunk::<4>()?;
        rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
    };
    match cipher() {
        Some(name) if !name.is_empty() => Ok(name != b"none"),
        _ => Err(NotDecodable("it is no container of OpenSSH")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detector::sample::generate;

    fn block(arguments: &str) -> String {
        generate(&format!("{{pem:{arguments}}}"), 9).unwrap().secret
    }

    #[test]
    fn the_program_that_writes_a_key_is_none() {
        let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
        for between in [
            "\n\".getBytes(US_ASCII);\n private static final byte[] END = \"\n",
            "\\n\" +\n  encoded.toString(CharsetUtil.US_ASCII) +\n  \"\\n",
            "\\r\\n\");\nPrivateKey privateKey = pair.getPrivate();\nsb.append(encode(privateKey));\nsb.append(\"\\r\\n",
        ] {
            assert!(decode(&format!("{begin}{between}{end}")).is_err(), "{between}");
        }
    }

    #[test]
    fn every_label_is_read_with_and_without_a_passphrase() {
        for (arguments, format, encrypted) in [
            ("RSA PRIVATE KEY", "pkcs1", false),
            ("RSA PRIVATE KEY,encrypted", "pkcs1", true),
            ("EC PRIVATE KEY", "sec1", false),
            ("EC PRIVATE KEY,encrypted", "sec1", true),
            ("DSA PRIVATE KEY", "dsa", false),
            ("DSA PRIVATE KEY,encrypted", "dsa", true),
            ("PRIVATE KEY", "pkcs8", false),
            ("ENCRYPTED PRIVATE KEY", "pkcs8", true),
            ("OPENSSH PRIVATE KEY", "openssh", false),
            ("OPENSSH PRIVATE KEY,encrypted", "openssh", true),
            ("PGP PRIVATE KEY BLOCK", "pgp", false),
            ("PGP PRIVATE KEY BLOCK,encrypted", "pgp", true),
        ] {
            let scope = if encrypted { "encrypted" } else { "usable" };
            let label = arguments.split(',').next().unwrap();
            let expected = json!({ "label": label, "encrypted": encrypted, "format": format, "scopes": [scope] });
            assert_eq!(decode(&block(arguments)).unwrap(), expected);
            assert_eq!(decode(&block(&format!("{arguments},escaped"))).unwrap(), expected);
            for (line, end) in [("\"{}\\n\"", " +\n    "), ("'{}'", ",\n    "), ("# {}", "\n"), ("{}", "\r\n")] {
                let lines: Vec<String> = block(arguments).lines().map(|one| line.replace("{}", one)).collect();
                assert_eq!(decode(&lines.join(end)).unwrap(), expected, "{line}");
            }
            let indented = block(arguments).replace('\n', "\r\n    ");
            assert_eq!(decode(&format!("key: |\n    {indented}\n")).unwrap(), expected);
        }
    }

    #[test]
    fn headers_and_checksum_of_pgp_are_no_part_of_the_body() {
        let plain = block("PGP PRIVATE KEY BLOCK,encrypted");
        let with_both =
            plain.replace("BLOCK-----\n\n", "BLOCK-----\nComment: x\n\n").replace("-----END", "=aB3d\n-----END");
        assert_eq!(decode(&with_both), decode(&plain));
    }

    #[test]
    fn a_key_is_usable_unless_it_says_otherwise() {
        let unreadable = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----";
        assert_eq!(decode(unreadable).unwrap()["scopes"], json!(["usable"]));
        let other_header = block("RSA PRIVATE KEY").replace("KEY-----\nM", "KEY-----\nProc-Type: 4,MIC-ONLY\n\nM");
        assert_eq!(decode(&other_header).unwrap()["scopes"], json!(["usable"]));
    }

    #[test]
    fn other_blocks_are_refused() {
        let openssh = block("OPENSSH PRIVATE KEY");
        let lines: Vec<&str> = openssh.lines().collect();
        for wrong in [
            String::new(),
            openssh.replace("PRIVATE", "PUBLIC"),
            openssh.replace("-----END", "END"),
            openssh.replace("OPENSSH PRIVATE KEY", "CERTIFICATE"),
            [lines[0], "AAAA", lines[lines.len() - 1]].join("\n"),
            [lines[0], "(!)", lines[lines.len() - 1]].join("\n"),
        ] {
            assert!(decode(&wrong).is_err(), "{}", &wrong[..wrong.len().min(40)]);
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(bytes: Vec<u8>, label in prop::sample::select(vec!["OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])) {
            let body = BASE64.encode(&bytes);
            let _ = decode(&format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----"));
            let _ = openssh_is_encrypted(&[OPENSSH_MAGIC, &bytes[..]].concat());
        }
    }
}
