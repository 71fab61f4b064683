//! A command in any text, a guide, a pipeline or a remark: what it is handed is read as in a script,
//! by the table of commands.

use std::ops::Range;

use super::super::lines;
use crate::carrier;

/// What the literal pass looks for: the commands of the table that people write into texts.
pub(super) const WORDS: &[&str] = &[
    "curl ",
    "wget ",
    "sshpass ",
    "mysql -",
    "mysqldump -",
    "mysqladmin ",
    "mysqlsh -",
    "mariadb -",
    "docker login",
    "podman login",
    "redis-cli ",
    "mongosh ",
    "mongo -",
    "mongodump ",
    "mongorestore ",
    "htpasswd ",
    "ldapsearch ",
    "ldapadd ",
    "smbclient ",
    "openssl ",
    "keytool ",
    "sqlcmd ",
    "twine ",
    "ConvertTo-SecureString ",
    "helm ",
    "argocd ",
    "vault login",
    "xfreerdp ",
    "lftp ",
    "rabbitmqctl ",
    "cqlsh ",
    "mosquitto_",
    "etcdctl ",
    "mc alias set ",
    "ipmitool ",
    "psexec ",
];

/// The script that a command is read as.
const SCRIPT: &str = "command.sh";
/// So many lines may a command have that ends each in a backslash.
const LINES: usize = 6;

/// What the command that begins at `at` is handed as a secret.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let begins = at.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric() && bytes[before] != b'-');
    let text = &bytes[at..];
    let first = text.first()?.to_ascii_lowercase();
    let named = |word: &[u8]| text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word));
    // Every name comes by here, and nearly none is a command.
    let mut alike = WORDS.iter().map(|word| word.as_bytes()).filter(|word| word[0].to_ascii_lowercase() == first);
    if !(begins && alike.any(named)) {
        return None;
    }
    let mut end = lines::line_end(bytes, at);
    for _ in 0..LINES {
        if bytes.get(end.wrapping_sub(1)) != Some(&b'\\') || end + 1 >= bytes.len() {
            break;
        }
        end = lines::line_end(bytes, end + 1);
    }
    let text = std::str::from_utf8(&bytes[at..end]).ok()?;
    // In a text of a program or a guide the command ends where its quotation marks do.
    let before = bytes[..at].last().copied();
    let text = match before {
        Some(quote @ (b'`' | b'"' | b'\'')) => text.split(char::from(quote)).next()?,
        _ => text,
    };
    let stated = carrier::read(SCRIPT, text)?.into_iter().next()?;
    stated.value.is_none().then(|| at + stated.span.start..at + stated.span.end)
}
