//! Calls that are handed a secret: those that sign in (`login("dana", "…")`, `auth=("dana", "…")`), where
//! the second text is the password, and those of libraries, which have it at a known place.

use std::ops::Range;

use super::super::lines;
use super::cursor::Cursor;
use super::name::Kind;
use super::named::is_quote;
use super::syntax::{Form, LONGEST, Value};

/// How the names of calls end that sign in, without regard to case and underscores.
const ENDS: &[&str] = &[
    "login",
    "signin",
    "logon",
    "auth",
    "authenticate",
    "basicauth",
    "passwordauthentication",
    "basicauthentication",
    "usernamepasswordcredentials",
    "usernamepasswordcredential",
    "usernamepasswordauthenticationtoken",
    "withcredentials",
    "networkcredential",
    "authbasic",
    "httpdigestauth",
    "setcredentials",
    "basiccredentials",
    "credentials",
    "credential",
    "plainauthprovider",
    "basicawscredentials",
    "userpass",
    "usernamepassword",
    "userpassword",
    "basicauthenticationheadervalue",
    "passwordsigninasync",
];

/// What such a name may have behind it.
const MAKES: &[&str] = &["new", "create", "of"];

/// Calls of libraries by how their names end, written as above, what the argument at this place is, and
/// what they are looked for by where no name of a secret is in theirs.
const CALLS: &[(&str, usize, Kind, Option<&str>)] = &[
    ("mysqliconnect", 3, Kind::Password, Some("mysqli_connect")),
    ("mysqlconnect", 3, Kind::Password, Some("mysql_connect")),
    ("mysqlrealconnect", 4, Kind::Password, Some("real_connect")),
    ("mysqli", 3, Kind::Password, Some("mysqli(")),
    ("pdo", 3, Kind::Password, Some("pdo(")),
    ("dbiconnect", 3, Kind::Password, Some("dbi->connect")),
    ("drivermanagergetconnection", 3, Kind::Password, Some("getconnection(")),
    ("pymysqlconnect", 3, Kind::Password, Some("sql.connect")),
    ("sequelize", 3, Kind::Password, Some("sequelize(")),
    ("ftp", 3, Kind::Password, Some("ftp(")),
    ("ftplogin", 3, Kind::Password, None),
    ("keystoreload", 2, Kind::Password, Some("keystore.load(")),
    ("ssh2authpassword", 3, Kind::Password, None),
    ("ldapbind", 3, Kind::Password, Some("ldap_bind")),
    ("imapopen", 3, Kind::Password, Some("imap_open")),
    ("plainauth", 3, Kind::Password, None),
    ("sshpassword", 1, Kind::Password, None),
    ("clientsecretcredential", 3, Kind::Secret, None),
    ("createsuperuser", 3, Kind::Password, Some("create_superuser")),
    ("createuser", 3, Kind::Password, Some("create_user(")),
    ("wifibegin", 2, Kind::Password, Some("wifi.begin")),
    ("keyringsetpassword", 3, Kind::Password, None),
    ("makepassword", 1, Kind::Password, None),
    ("checkpassword", 1, Kind::Password, None),
    ("passwordhash", 1, Kind::Password, None),
    ("passwordverify", 1, Kind::Password, None),
    ("usermanagercreateasync", 2, Kind::Password, Some("manager.createasync")),
    ("credentials", 4, Kind::Password, None),
    ("redisauth", 1, Kind::Password, None),
    ("jwtsign", 2, Kind::Secret, None),
    ("jwtverify", 2, Kind::Secret, None),
    ("jwtencode", 2, Kind::Secret, None),
    ("jwtdecode", 2, Kind::Secret, None),
    ("createhmac", 2, Kind::Secret, Some("createhmac")),
    ("createcipheriv", 2, Kind::Secret, Some("createcipher")),
    ("createdecipheriv", 2, Kind::Secret, Some("createdecipher")),
    ("hashhmac", 3, Kind::Secret, Some("hash_hmac")),
    ("opensslencrypt", 3, Kind::Secret, Some("openssl_encrypt")),
    ("openssldecrypt", 3, Kind::Secret, Some("openssl_decrypt")),
    ("hmacnew", 1, Kind::Secret, Some("hmac.new(b")),
    ("hmacnew", 2, Kind::Secret, Some("hmac.new(s")),
    ("fernet", 1, Kind::Secret, Some("fernet(")),
    ("aesnew", 1, Kind::Secret, Some("aes.new(")),
    ("secretkeyspec", 1, Kind::Secret, None),
    ("hmacshakeyfor", 1, Kind::Secret, None),
    ("symmetricsecuritykey", 1, Kind::Secret, None),
    ("algorithmhmac256", 1, Kind::Secret, Some("hmac256(")),
    ("algorithmhmac512", 1, Kind::Secret, Some("hmac512(")),
    ("signwith", 2, Kind::Secret, Some("signwith(")),
    ("keyfromsecret", 1, Kind::Secret, None),
    ("cookieparser", 1, Kind::Secret, None),
];

/// What the literal pass looks for.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    CALLS.iter().filter_map(|(_, _, _, word)| *word)
}

/// Skips who signs in, and what stands in front of a name in quotation marks: `ctx, "dana", `.
fn user(rest: &mut Cursor<'_>) -> Option<()> {
    for _ in 0..2 {
        let quoted = rest.quoted(Form::Passed);
        match &quoted {
            Some(user) if user.span.len() <= 60 => {}
            Some(_) => return None,
            None => rest.skip_name()?,
        }
        rest.eat_converted();
        rest.spaces();
        rest.eat(b",").then_some(())?;
        rest.spaces();
        if quoted.is_some() || !names_follow(rest) {
            return Some(());
        }
    }
    Some(())
}

/// Whether two texts follow, and not the last.
fn names_follow(rest: &Cursor<'_>) -> bool {
    let mut ahead = Cursor { ..*rest };
    ahead.quoted(Form::Passed).is_some() && ahead.rest().starts_with(b",")
}

/// What is handed as a secret to what is named here.
pub(super) fn secret(bytes: &[u8], name: &Range<usize>) -> Option<(Kind, Value)> {
    let mut rest = Cursor { bytes, at: name.end, end: lines::line_end(bytes, name.end).min(name.end + LONGEST) };
    // `JWT::encode`, `DBI->connect`
    while rest.eat(b"::") || rest.eat(b"->") {
        rest.skip_name()?;
    }
    let mut login = Cursor { ..rest };
    // Behind nearly every name nothing is handed over, and to compare what it ends in takes longer.
    if !opens(&mut login) {
        return None;
    }
    let name = letters(&bytes[name.start..rest.at]);
    let handed = |(end, place, kind, _): &(&str, usize, Kind, _)| {
        let mut rest = Cursor { ..rest };
        (name.ends_with(end) && rest.eat(b"(")).then_some(())?;
        argument(&mut rest, *place, *kind).map(|value| (*kind, value))
    };
    if let Some(found) = CALLS.iter().find_map(handed) {
        return Some(found);
    }
    let made = MAKES.iter().find_map(|make| name.strip_suffix(make));
    if !ENDS.iter().any(|end| name.ends_with(end) || made.is_some_and(|name| name.ends_with(end))) {
        return None;
    }
    password(&mut login).map(|value| (Kind::Password, value))
}

/// The letters and digits of a name, in lower case.
fn letters(name: &[u8]) -> String {
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Goes into a call or a pair that may sign in, if one stands behind a name.
fn opens(rest: &mut Cursor<'_>) -> bool {
    rest.skip_closing();
    let stated = rest.rest().starts_with(b" \"") || rest.rest().starts_with(b" '");
    rest.spaces();
    let _ = rest.eat(b"=>") || rest.eat(b"=") || rest.eat(b":");
    rest.spaces();
    rest.eat(b"(") || rest.eat(b"[") || stated
}

/// The password of a call or a pair that signs in.
fn password(rest: &mut Cursor<'_>) -> Option<Value> {
    rest.spaces();
    user(rest)?;
    let value = rest.handed(Form::Login)?;
    matches!(rest.rest().first(), None | Some(b')' | b']' | b',')).then_some(value)
}

/// The argument at this place, counted from one.
fn argument(rest: &mut Cursor<'_>, place: usize, kind: Kind) -> Option<Value> {
    for _ in 1..place {
        skip_argument(rest)?;
    }
    rest.spaces();
    let form = if kind == Kind::Password { Form::Login } else { Form::Passed };
    let value = rest.handed(form)?;
    matches!(rest.rest().first(), None | Some(b')' | b']' | b',')).then_some(value)
}

/// Passes over an argument and its comma, whatever stands in it.
fn skip_argument(rest: &mut Cursor<'_>) -> Option<()> {
    let (mut depth, mut quote) = (0_usize, None);
    let end = rest.rest().iter().position(|&byte| {
        match (quote, byte) {
            (Some(open), _) => quote = (open != byte).then_some(open),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, _) => quote = is_quote(byte).then_some(byte),
        }
        byte == b',' && depth == 0 && quote.is_none()
    })?;
    rest.at += end + 1;
    Some(())
}
