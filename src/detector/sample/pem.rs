//! PEM blocks of private keys: the outer structure is right, so that a decoder finds out what the
//! block is; the key inside is random bytes and belongs to nobody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::random::Random;

/// The block for `LABEL[,encrypted][,escaped]`, without a line end behind it.
pub(super) fn block(arguments: &str, random: &mut Random) -> Result<String, String> {
    let mut arguments = arguments.split(',');
    let label = arguments.next().unwrap_or_default();
    let (mut encrypted, mut escaped) = (label.starts_with("ENCRYPTED"), false);
    for option in arguments {
        match option {
            "encrypted" => encrypted = true,
            "escaped" => escaped = true,
            _ => return Err(format!("unknown option `{option}` of a PEM block")),
        }
    }
    let (headers, body) = match label {
        "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" if encrypted => {
            let iv = random.text(b"0123456789ABCDEF", 32);
            (format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv}\n\n"), random.bytes(1200))
        }
        "RSA PRIVATE KEY" => (String::new(), rsa(random)),
        "EC PRIVATE KEY" => (String::new(), ec(random)),
        "DSA PRIVATE KEY" => (String::new(), dsa(random)),
        "PRIVATE KEY" if !encrypted => (String::new(), pkcs8(random)),
        "ENCRYPTED PRIVATE KEY" => (String::new(), encrypted_pkcs8(random)),
        "OPENSSH PRIVATE KEY" => (String::new(), openssh(encrypted, random)),
        "PGP PRIVATE KEY BLOCK" => ("\n".to_owned(), pgp(encrypted, random)),
        _ => return Err(format!("no PEM block is known as `{label}` with these options")),
    };
    let body = lines(&STANDARD.encode(body), if label.starts_with("OPENSSH") { 70 } else { 64 });
    let block = format!("-----BEGIN {label}-----\n{headers}{body}-----END {label}-----");
    Ok(if escaped { block.replace('\n', "\\n") } else { block })
}

fn lines(text: &str, width: usize) -> String {
    let mut rest = text;
    let mut lines = String::with_capacity(text.len() + text.len() / width + 1);
    while !rest.is_empty() {
        let (line, after) = rest.split_at(width.min(rest.len()));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}

/// `start` and then random bytes up to `length`.
fn filled(start: &[u8], length: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = start.to_vec();
    bytes.extend(random.bytes(length - start.len()));
    bytes
}

/// A sequence of 1187 bytes: version 0 and the modulus of a 2048-bit key.
fn rsa(random: &mut Random) -> Vec<u8> {
    filled(&[0x30, 0x82, 0x04, 0xa3, 2, 1, 0, 2, 0x82, 0x01, 0x01, 0], 1191, random)
}

/// Version 1, a key of 32 bytes, the name of the curve P-256, the public point.
fn ec(random: &mut Random) -> Vec<u8> {
    let mut bytes = filled(&[0x30, 0x77, 2, 1, 1, 4, 0x20], 39, random);
    bytes.extend([0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 0xa1, 0x44, 3, 0x42, 0, 4]);
    filled(&bytes, 121, random)
}

/// Version 0 and a prime of 1024 bits.
fn dsa(random: &mut Random) -> Vec<u8> {
    filled(&[0x30, 0x82, 0x01, 0xbb, 2, 1, 0, 2, 0x81, 0x81, 0], 447, random)
}

/// Version 0, the algorithm's name (RSA), and the key of [`rsa`] as a string of bytes.
fn pkcs8(random: &mut Random) -> Vec<u8> {
    let mut bytes = vec![0x30, 0x82, 0x04, 0xbd, 2, 1, 0, 0x30, 0x0d, 6, 9];
    bytes.extend([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0, 4, 0x82, 0x04, 0xa7]);
    bytes.extend(rsa(random));
    bytes
}

/// The name of password-based encryption (PBES2), then what it encrypts.
fn encrypted_pkcs8(random: &mut Random) -> Vec<u8> {
    let start = [0x30, 0x82, 0x05, 0x0e, 0x30, 0x40, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d, 0x30, 0x33];
    filled(&start, 1298, random)
}

/// OpenSSH's own container with one Ed25519 key (PROTOCOL.key in its source).
fn openssh(encrypted: bool, random: &mut Random) -> Vec<u8> {
    let mut out = b"openssh-key-v1\0".to_vec();
    let string = |out: &mut Vec<u8>, content: &[u8]| {
        out.extend((content.len() as u32).to_be_bytes());
        out.extend(content);
    };
    let mut options = Vec::new();
    if encrypted {
        string(&mut options, &random.bytes(16));
        options.extend(16u32.to_be_bytes());
    }
    string(&mut out, if encrypted { b"aes256-ctr" } else { b"none" });
    string(&mut out, if encrypted { b"bcrypt" } else { b"none" });
    string(&mut out, &options);
    out.extend(1u32.to_be_bytes());
    let mut public = Vec::new();
    string(&mut public, b"ssh-ed25519");
    string(&mut public, &random.bytes(32));
    string(&mut out, &public);
    string(&mut out, &random.bytes(144));
    out
}

/// A secret-key packet of version 4 with an Ed25519 key (RFC 9580, 5.5.3), and the user id's
/// packets as random bytes.
fn pgp(encrypted: bool, random: &mut Random) -> Vec<u8> {
    const EDDSA: u8 = 22;
    let mut key = vec![4];
    key.extend(random.bytes(4));
    key.push(EDDSA);
    key.extend([9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1]);
    key.extend([0x01, 0x07, 0x40]);
    key.extend(random.bytes(32));
    if encrypted {
        // Iterated and salted S2K with SHA-256, AES-256; salt, count, IV, ciphertext.
        key.extend([0xfe, 9, 3, 8]);
        key.extend(random.bytes(8 + 1 + 16 + 54));
    } else {
        key.extend([0, 0x01, 0x00]);
        key.extend(random.bytes(32 + 2));
    }
    let mut out = vec![0x95];
    out.extend((key.len() as u16).to_be_bytes());
    out.extend(key);
    out.extend(random.bytes(240));
    out
}
