//! Every row of the table with its examples, whole and broken, and what no reader may stumble over.

use std::collections::BTreeSet;

use super::*;
use crate::detector::sample::generate;

/// A whole small file with its path and where its secret stands.
struct Example {
    path: String,
    text: String,
    secret: Range<usize>,
}

fn rows() -> Vec<toml::Table> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/carrier/table");
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: toml::Table = toml::from_str(&text).unwrap();
        rows.extend(file["carrier"].as_array().unwrap().iter().map(|row| row.as_table().unwrap().clone()));
    }
    rows
}

fn texts(row: &toml::Table, key: &str) -> Vec<String> {
    row[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for row in rows() {
        let path = format!("some/{}", texts(&row, "files")[0].replace('*', "x"));
        for (seed, template) in texts(&row, "examples").iter().enumerate() {
            let sample = generate(template, seed as u64).unwrap_or_else(|why| panic!("{path}: {why}"));
            let start = sample.text.find(&sample.secret).unwrap();
            let secret = start..start + sample.secret.len();
            examples.push(Example { path: path.clone(), text: sample.text, secret });
        }
    }
    examples
}

#[test]
fn every_row_finds_the_secrets_of_its_examples() {
    let mut missed = Vec::new();
    for Example { path, text, secret } in examples() {
        let found = read(&path, &text).unwrap_or_default();
        if !found.iter().any(|stated| stated.span == secret) {
            let spans: Vec<&str> = found.iter().map(|stated| &text[stated.span.clone()]).collect();
            missed.push(format!("{path}: {:?} among {spans:?} of {text:?}", &text[secret]));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_row_has_examples_and_names_that_can_be_found() {
    for row in rows() {
        let files = texts(&row, "files");
        assert!(!texts(&row, "examples").is_empty(), "{files:?}");
        for glob in files {
            assert_eq!(glob, glob.to_ascii_lowercase(), "{glob}");
            let path = glob.replace('*', "x");
            assert!(!table::rows_of(&path).is_empty(), "{glob}");
        }
    }
}

#[test]
fn what_is_no_carrier_is_none() {
    for path in ["src/main.rs", "README.md", "a/b/index.html", "Cargo.lock", "lib.c", ""] {
        assert_eq!(read(path, "password = x"), None, "{path}");
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let mut missed = Vec::new();
    for Example { path, text, secret } in examples() {
        let secret = &text[secret];
        if secret.contains('\n') {
            continue;
        }
        for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("{text}\n\n")] {
            let found = read(&path, &other).unwrap_or_default();
            if !found.iter().any(|stated| &other[stated.span.clone()] == secret) {
                missed.push(format!("{path}: {other:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_file_that_is_cut_or_broken_anywhere_is_read_as_far_as_it_goes() {
    for Example { path, text, .. } in examples() {
        for (at, _) in text.char_indices() {
            for broken in [text[..at].to_owned(), text[at..].to_owned(), format!("{}\0\"{}", &text[..at], &text[at..])]
            {
                for stated in read(&path, &broken).unwrap_or_default() {
                    assert!(broken.get(stated.span).is_some(), "{path}: {broken:?}");
                }
            }
        }
    }
}

/// A text of a quarter of a million bytes that begins with `head`.
fn long(head: &str, unit: &str) -> String {
    format!("{head}{}", unit.repeat((1 << 18) / unit.len()))
}

/// Each would take hours or all memory in a reader that looks at a part of it again for every other.
#[test]
fn what_has_no_end_is_read_in_time() {
    let aliases: String =
        (1..40).map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(9))).collect();
    for (path, text) in [
        ("mcp.json", long("", "[")),
        ("mcp.json", long("", "{\"a\":")),
        ("mcp.json", long("{", "\"a")),
        ("mcp.json", long("{\"a\": \"", "\\u")),
        (".docker/config.json", long("{\"auths\": {", "\"a\": {\"auth\": \"YTpi\"},")),
        ("database.yml", format!("kind: Config\na0: &a0 x\n{aliases}")),
        ("database.yml", long("", "- ")),
        ("database.yml", long("a: ", "[")),
        ("database.yml", long("a: ", "\"b\\n")),
        ("database.yml", long("", "a: b\n")),
        ("bunfig.toml", long("a = ", "[")),
        ("bunfig.toml", long("", "[a.b]\n")),
        ("settings.xml", long("<server>", "<a>")),
        ("settings.xml", long("<server>", "<a b='")),
        ("settings.xml", long("<server>", "&amp;")),
        ("config.php", long("<?php $a = ", "['a' => ")),
        ("config.php", long("<?php $a", "['b']")),
        ("config.php", long("<?php define('a', ", "'b\\")),
        ("settings.py", long("A = ", "[")),
        ("settings.py", long("A", "['b']")),
        ("settings.py", long("A = ", "{'a': ")),
        ("settings.py", long("", "\\'''\n")),
        ("settings.py", long("A.", "b(")),
        ("a.sql", long("INSERT INTO a (password) VALUES ", "('b'),")),
        ("a.sql", long("INSERT INTO a (password) VALUES ", "('b,")),
        ("a.sql", long("", "PASSWORD ")),
        ("a.sql", long("CREATE TABLE ", "a(")),
        ("a.sh", long("mysql ", "-p'")),
        ("a.sh", long("mysql ", "a ")),
        ("a.sh", long("", "\\\n")),
        ("passwords.csv", long("password\n", "\"a,")),
        ("passwords.csv", long("", "\"")),
        (".netrc", long("", "machine ")),
        (".terraformrc", long("", "a {\n")),
        (".npmrc", long("", "a=b\n")),
        (".pgpass", long("", "\\:")),
        (".git-credentials", long("https://", "@")),
        ("hex.config", long("", "{a,")),
        ("hex.config", long("{a,", "#{b =>")),
        ("hex.config", long("{a,", "\"b\\\"")),
        ("cert.pem", long("-----BEGIN ARGO TUNNEL TOKEN-----\n", "-----BEGIN A-----\n")),
        (".mysql_history", long("_HiStOrY_V2_\n", "\\040'\\134")),
        ("a.tfstate", {
            let (list, attributes) = (long("", "[{\"type\":\"get_attr\",\"value\":\"b\"}],"), long("", "\"a\":\"x\","));
            let instance = format!("{{\"attributes\":{{{attributes}}},\"sensitive_attributes\":[{list}]}}");
            format!("{{\"resources\":[{{\"instances\":[{instance}]}}]}}")
        }),
    ] {
        assert!(read(path, &text).is_some_and(|found| found.len() <= MOST), "{path}");
    }
}

#[test]
fn what_an_alias_repeats_is_read_once() {
    let secret = generate("{base62:16}", 3).unwrap().text;
    let text = format!("base: &base\n  password: {secret}\nproduction:\n  <<: *base\ntest: *base\n");
    let found = read("config/database.yml", &text).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((&text[found[0].span.clone()], found[0].key.as_deref()), (secret.as_str(), Some("base/password")));
}

fn stated<'t>(path: &str, text: &'t str) -> Vec<(&'t str, Option<String>)> {
    let found = read(path, text).unwrap();
    found.into_iter().map(|one| (&text[one.span], one.value)).collect()
}

#[test]
fn of_a_state_what_it_lists_as_sensitive_is_secret_and_nothing_beside() {
    let secret = generate("{base62:16}", 4).unwrap().text;
    let read = |list: &str| {
        let attributes = format!(r#"{{"id": "front", "doors": [{{"entry": "{secret}", "floor": "second"}}]}}"#);
        let instance = format!(r#"{{"attributes": {attributes}, "sensitive_attributes": {list}}}"#);
        let text = format!(r#"{{"version": 4, "resources": [{{"type": "door", "instances": [{instance}]}}]}}"#);
        stated("a.tfstate", &text).into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>()
    };
    let doors = r#"{"type": "get_attr", "value": "doors"}"#;
    let index = |at: u8| format!(r#"{{"type": "index", "value": {{"value": {at}, "type": "number"}}}}"#);
    let entry = r#"{"type": "get_attr", "value": "entry"}"#;
    assert_eq!(read(&format!("[[{doors}, {}, {entry}]]", index(0))), [secret.as_str()]);
    assert_eq!(read(&format!("[[{doors}]]")), [secret.as_str(), "second"]);
    for list in ["[]".to_owned(), "[[]]".to_owned(), format!("[[{entry}]]"), format!("[[{doors}, {}]]", index(1))] {
        assert!(read(&list).is_empty(), "{list}");
    }
}

#[test]
fn a_history_of_libedit_states_what_was_typed() {
    let secret = generate("{base62:8}", 4).unwrap().text;
    let typed =
        |first: &str, secret: &str| format!("{first}ALTER\\040USER\\040dana\\040IDENTIFIED\\040BY\\040'{secret}';\n");
    let written = format!("{secret}\\040{secret}");
    let text = typed("_HiStOrY_V2_\n", &written);
    assert_eq!(stated(".mysql_history", &text), [(written.as_str(), Some(format!("{secret} {secret}")))]);
    let text = typed("_HiStOrY_V2_\n", &secret);
    assert_eq!(stated(".mysql_history", &text), [(secret.as_str(), None)]);
    assert!(stated(".mysql_history", &typed("", &secret)).is_empty(), "a text that does not say so is as it stands");
}

#[test]
fn a_block_states_the_token_in_it_and_not_whose_it_is() {
    let make = |members: &str| {
        let json = generate(&format!("{{base64json:{members}}}"), 4).unwrap().text;
        format!(
            "-----BEGIN ARGO TUNNEL TOKEN-----\n{}\n{}\n-----END ARGO TUNNEL TOKEN-----\n",
            &json[..40],
            &json[40..]
        )
    };
    let text = make(r#"{"zoneID":"{hex:32}","accountID":"{hex:32}","apiToken":"{base64url:40}"}"#);
    let found = stated("cert.pem", &text);
    let [(written, Some(token))] = &found[..] else { panic!("{found:?}") };
    assert_eq!((token.len(), written.lines().count()), (40, 2));
    assert!(stated("cert.pem", &make(r#"{"zoneID":"{hex:32}","accountID":"{hex:32}"}"#)).is_empty());
}

#[test]
fn terms_of_erlang_are_names_with_values() {
    let [key, other] = [1, 2].map(|seed| generate("{hex:32}", seed).unwrap().text);
    let text = format!(
        "%% {{key,<<\"x\">>}}.\n{{username,<<\"dana\">>}}.\n{{'$read_key',\"{key}\"}}.\n\
         {{'$repos',#{{<<\"hexpm:acme\">> => #{{public_key => <<\"-----\">>,auth_key => <<\"{other}\">>,url => nil}}}}}}.\n"
    );
    let found = read(".hex/hex.config", &text).unwrap();
    let keys: Vec<_> = found.iter().map(|one| (&text[one.span.clone()], one.key.as_deref().unwrap())).collect();
    assert_eq!(keys, [(key.as_str(), "$read_key"), (other.as_str(), "$repos/hexpm:acme/auth_key")]);
}

#[test]
fn whose_it_is_and_where_stands_beside_it() {
    let secret = generate("{base62:16}", 4).unwrap().text;
    let text =
        format!("[{{}}]\n{{\"auths\": {{\"acme.test\": {{\"username\": \"dana\", \"password\": \"{secret}\"}}}}}}");
    let found = read("config.json", &text).unwrap();
    assert_eq!(found[0].parts, [("user", "dana".to_owned()), ("host", "acme.test".to_owned())]);
    assert_eq!(found[0].key.as_deref(), Some("auths/acme.test/password"));
}

#[test]
fn the_kinds_are_those_of_detectors() {
    let detectors = crate::detector::Detectors::load(&[]).unwrap();
    let kinds: BTreeSet<String> = rows()
        .iter()
        .flat_map(|row| row["secrets"].as_array().unwrap().clone())
        .map(|place| place["kind"].as_str().unwrap().to_owned())
        .collect();
    let unknown: Vec<&String> = kinds.iter().filter(|kind| detectors.number_of(kind).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// `SECRET_NAME` and `TOKEN_URL` speak of a secret and hold none.
#[test]
fn a_list_of_names_and_values_states_what_its_names_say() {
    let secret = generate("{base62:16}", 4).unwrap().text;
    for (name, is_stated) in [
        ("DB_PASSWORD", true),
        ("API_TOKEN", true),
        ("STRIPE_API_KEY", true),
        ("SECRET_NAME", false),
        ("TOKEN_URL", false),
        ("PASSWORD_MIN_LENGTH", false),
    ] {
        let text = format!("env:\n- name: {name}\n  value: {secret}\n");
        assert_eq!(read("deployment.yaml", &text).unwrap().len(), usize::from(is_stated), "{name}");
    }
}

/// A file of a known name is read by the row that knows it before those that read files of any name.
#[test]
fn the_row_that_knows_most_of_a_file_says_whose_the_secret_is() {
    let secret = generate("{base62:16}", 4).unwrap().text;
    let text = format!("<settings><servers><server><password>{secret}</password></server></servers></settings>");
    let found = read("settings.xml", &text).unwrap();
    assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), ["package-registry-login"]);
}

#[test]
fn a_command_is_told_what_stands_before_it_and_nothing_else() {
    let secret = generate("{base62:12}", 4).unwrap().text;
    for text in [
        "echo {} | sudo passwd dana",
        "printf '{}\\n' | vncpasswd -f > ~/.vnc/passwd",
        "(echo {}; echo {}) | smbpasswd -s dana",
        "kinit dana <<<{}",
        "'{}' | ConvertTo-SecureString -AsPlainText -Force",
    ] {
        let text = text.replace("{}", &secret);
        assert_eq!(stated("a.sh", &text), [(secret.as_str(), None)], "{text}");
    }
    for text in [
        "cat {} | passwd dana",
        "echo $PW | passwd dana",
        "echo \"$PW\\n{}\" | passwd dana",
        "echo {} || passwd dana",
        "echo {}; passwd dana",
        "echo {}\npasswd dana",
        "(echo {})\npasswd dana",
        "echo the {} | passwd dana",
        "echo {} | sort | passwd dana",
        "passwd dana < {}",
        "gh secret set NAME < {}",
        "vault login -method=oidc role={}",
        "bundle config mirror.acme https://acme.test:{}",
        "bundle config without development:{}",
        "ssh-keygen -s ca -n {} -I dana",
        "curl -e https://acme.test:{} https://acme.test",
        "net use Z: \\\\files\\{} /persistent:yes",
    ] {
        let text = text.replace("{}", &secret);
        assert_eq!(stated("a.sh", &text), [], "{text}");
    }
}

#[test]
fn a_line_of_a_router_states_passwords_and_not_how_they_are_kept() {
    let secret = generate("{base62:12}", 4).unwrap().text;
    let lines = |line: &str| format!("hostname hall\nline vty 0 4\n{}\n", line.replace("{}", &secret));
    for line in ["username dana password {}", "enable password {}", " key {}", "ntp authentication-key 1 md5 {}"] {
        assert_eq!(stated("hall.cfg", &lines(line)), [(secret.as_str(), None)], "{line}");
    }
    for line in [
        "! username dana password {}",
        "service password-encryption {}",
        "key chain {}",
        "crypto key generate rsa label {}",
        "enable secret level 15",
        "snmp-server community public RO",
        "username dana privilege 15",
        "description {}",
    ] {
        assert_eq!(stated("hall.cfg", &lines(line)), [], "{line}");
    }
    assert_eq!(stated("hall.cfg", &format!("username dana password {secret}\n")), [], "no sort of router");
}
