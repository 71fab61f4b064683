use proptest::prelude::*;

use super::*;
use crate::detector::sample::generate;

const USER: &str = "2f8d1c60-5b7a-4e39-9d04-6c1be8a7f352";

fn token(caveats: &str) -> String {
    generate(&format!("<pypi-{{macaroon:pypi.org,{caveats}}}>"), 11).unwrap().secret
}

fn read(caveats: &str) -> Value {
    decode(&token(caveats)).unwrap()
}

#[test]
fn a_token_of_the_whole_account_is_told_from_one_for_a_project() {
    for (caveats, scopes) in [
        (format!(r#"[[3,"{USER}"]]"#), json!(["user"])),
        (r#"[{"version":1,"permissions":"user"}]"#.to_owned(), json!(["user"])),
        ("[]".to_owned(), json!(["user"])),
        (format!(r#"[[1,["acme-core"]],[3,"{USER}"]]"#), json!(["project:acme-core"])),
        (r#"[[1,["a","b"]]]"#.to_owned(), json!(["project:a", "project:b"])),
        (r#"[{"version":1,"permissions":{"projects":["acme"]}}]"#.to_owned(), json!(["project:acme"])),
        (format!(r#"[[2,["{USER}"]]]"#), json!([format!("project-id:{USER}")])),
        (format!(r#"[{{"project_ids":["{USER}"]}}]"#), json!([format!("project-id:{USER}")])),
        (format!(r#"[[2,["{USER}"]],[1,["acme"]]]"#), json!(["project:acme"])),
        (r#"[[4,"one",{"ref":"main"}]]"#.to_owned(), json!(["publisher"])),
        (format!(r#"[[4,"one"],[2,["{USER}"]]]"#), json!([format!("project-id:{USER}")])),
    ] {
        let read = read(&caveats);
        assert_eq!(read["scopes"], scopes, "{caveats}");
        assert_eq!(read["unknown"], json!([]), "{caveats}");
    }
    assert_eq!(read(r#"[[1,["a","b"]]]"#)["projects"], json!(["a", "b"]));
    assert_eq!(read("[]")["projects"], json!([]));
}

#[test]
fn location_identifier_and_times_are_read() {
    let read = read(r#"[[0,2000000000,1700000000],[0,1900000000,1600000000],{"exp":1950000000,"nbf":5}]"#);
    assert_eq!(read["location"], "pypi.org");
    assert_eq!(read["identifier"].as_str().unwrap().len(), 36);
    assert_eq!(read["expires"], 1_900_000_000);
    assert_eq!(read["not_before"], 1_700_000_000);
    assert_eq!(read["caveats"][0], json!([0, 2_000_000_000, 1_700_000_000]));
    assert_eq!(self::read("[]")["expires"], json!(null));
}

#[test]
fn caveats_narrow_each_other() {
    assert_eq!(read(r#"[[1,["a","Acme_Core"]],[1,["acme-core","c"]]]"#)["scopes"], json!(["project:Acme_Core"]));
    assert_eq!(read(r#"[[1,["a"]],[1,["b"]]]"#)["scopes"], json!([]));
}

#[test]
fn what_is_not_understood_never_makes_a_token_smaller() {
    for caveat in [
        r#"[9,"x"]"#,
        r#"[1,"acme"]"#,
        r#"[1,[3]]"#,
        r#"[1]"#,
        "[]",
        r#"[0,"x",1]"#,
        "[0,1]",
        r#""plain""#,
        "3",
        r#"{"version":1}"#,
        r#"{"version":2,"permissions":"user"}"#,
        r#"{"exp":1}"#,
        r#"[3,4]"#,
    ] {
        let read = read(&format!("[{caveat}]"));
        assert_eq!(read["scopes"], json!(["user"]), "{caveat}");
        assert_eq!(read["unknown"].as_array().unwrap().len(), 1, "{caveat}");
        assert_eq!(read["expires"], json!(null), "{caveat}");
    }
}

#[test]
fn the_signature_is_not_returned() {
    let bytes = URL_SAFE_NO_PAD.decode(&token("[]")[PREFIX.len()..]).unwrap();
    let macaroon = Macaroon::parse(&bytes).unwrap();
    assert!(macaroon.caveats.is_empty());
    let all = decode(&token("[]")).unwrap();
    let names: Vec<&String> = all.as_object().unwrap().keys().collect();
    let expected =
        ["location", "identifier", "caveats", "scopes", "projects", "publisher", "expires", "not_before", "unknown"];
    assert_eq!(names, expected);
}

#[test]
fn a_cut_token_is_refused_at_every_length() {
    let bytes = URL_SAFE_NO_PAD.decode(&token(r#"[[1,["acme"]]]"#)[PREFIX.len()..]).unwrap();
    assert!(Macaroon::parse(&bytes).is_some());
    for length in 0..bytes.len() {
        assert!(Macaroon::parse(&bytes[..length]).is_none(), "{length}");
    }
}

#[test]
fn lengths_that_reach_behind_the_end_are_refused() {
    for bytes in [
        &[2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f][..],
        &[2, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        &[2, 1, 0x80],
        &[1, 0],
        &[2, 0],
    ] {
        assert!(Macaroon::parse(bytes).is_none(), "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = decode(&format!("pypi-{}", URL_SAFE_NO_PAD.encode(&bytes)));
        let mut versioned = vec![VERSION];
        versioned.extend(&bytes);
        let _ = Macaroon::parse(&versioned);
    }

    #[test]
    fn a_damaged_token_is_read_or_refused(at in 0usize..90, byte: u8) {
        let mut bytes = URL_SAFE_NO_PAD.decode(&token(r#"[[1,["acme"]],[0,9,8]]"#)[PREFIX.len()..]).unwrap();
        bytes[at] = byte;
        let _ = decode(&URL_SAFE_NO_PAD.encode(bytes));
    }
}
