use proptest::prelude::*;

use super::*;
use crate::detector::sample::generate;

const HOST: &str = "https://acmebackups.blob.core.windows.net";

/// A query with a random signature behind these fields.
fn query(fields: &str) -> String {
    generate(&format!("{fields}&sig={{alnum:42}}%2F%3D"), 5).unwrap().text
}

fn read(fields: &str) -> Value {
    decode(&query(fields)).unwrap()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn an_account_signature_is_read_field_by_field() {
    let fields = "sv=2022-11-02&ss=bq&srt=sco&sp=rwdl&se=2033-05-18T03:33:20Z&st=2023-11-14T22:13:20Z&spr=https&sip=1.2.3.4-1.2.3.9";
    let read = decode(&format!("{HOST}/?{}", query(fields))).unwrap();
    assert_eq!(read["account"], "acmebackups");
    assert_eq!(read["version"], "2022-11-02");
    assert_eq!(words(&read["services"]), ["blob", "queue"]);
    assert_eq!(words(&read["resource_types"]), ["service", "container", "object"]);
    assert_eq!(read["resource"], json!(null));
    assert_eq!(words(&read["permissions"]), ["r", "w", "d", "l"]);
    assert_eq!((&read["starts"], &read["expires"]), (&json!(1_700_000_000), &json!(2_000_000_000)));
    assert_eq!((&read["delegated"], &read["policy"]), (&json!(false), &json!(null)));
    assert_eq!((&read["protocol"], &read["ip"]), (&json!("https"), &json!("1.2.3.4-1.2.3.9")));
    let blob: Vec<&str> = words(&read["scopes"]).into_iter().filter(|word| word.contains("blob")).collect();
    assert_eq!(
        blob,
        [
            "account-blob-config:r",
            "account-blob:r",
            "account-blob-config:w",
            "account-blob-containers:w",
            "account-blob:w",
            "account-blob:d",
            "account-blob-config:l",
            "account-blob:l"
        ]
    );
}

#[test]
fn an_account_signature_reaches_no_further_than_its_levels() {
    for (levels, scopes) in [
        ("s", vec!["account-file-config:r", "account-file-config:w", "account-file-config:l"]),
        ("c", vec!["account-file-config:r", "account-file-containers:w", "account-file:d", "account-file:l"]),
        ("o", vec!["account-file:r", "account-file:w", "account-file:d"]),
        ("x", vec!["account-file:r", "account-file:w", "account-file:d", "account-file:l"]),
    ] {
        assert_eq!(words(&read(&format!("ss=f&srt={levels}&sp=rwdl"))["scopes"]), scopes, "{levels}");
    }
    assert_eq!(words(&read("ss=b&srt=s&sp=zd")["scopes"]), ["account-blob-config:z"]);
    assert_eq!(words(&read("ss=b&srt=c&sp=zcat")["scopes"]), ["account-blob:z", "account-blob:c"]);
    let of = |fields: &str| words(&read(fields)["scopes"]).join(" ");
    assert_eq!(of("ss=q&srt=sco&sp=l"), "account-queue-config:l");
    assert_eq!(of("ss=bfqt&srt=o&sp=pu"), "account-queue:p account-queue:u account-table:u");
    assert_eq!(of("ss=fqt&srt=o&sp=wat"), "account-file:w account-queue:a account-table:a");
    assert_eq!(of("ss=bz&srt=o&sp=pw"), "account-z:p account-blob:w account-z:w");
}

#[test]
fn a_service_signature_is_of_one_thing() {
    for (fields, service, scopes) in [
        ("sr=b&sp=r", "blob", vec!["blob:r"]),
        ("sr=c&sp=rlrd", "blob", vec!["container:r", "container:l", "container:d"]),
        ("sr=d&sdd=2&sp=x", "blob", vec!["directory:x"]),
        ("sr=bs&sp=d", "blob", vec!["blob-snapshot:d"]),
        ("sr=bv&sp=y", "blob", vec!["blob-version:y"]),
        ("sr=f&sp=w", "file", vec!["file:w"]),
        ("sr=s&sp=l", "file", vec!["share:l"]),
        ("tn=orders&sp=raud", "table", vec!["table:r", "table:a", "table:u", "table:d"]),
        ("sp=rp", "queue", vec!["queue:r", "queue:p"]),
    ] {
        let read = read(&format!("sv=2022-11-02&se=2033-05-18&{fields}"));
        assert_eq!(words(&read["scopes"]), scopes, "{fields}");
        assert_eq!(words(&read["services"]), [service], "{fields}");
        assert_eq!(read["account"], json!(null));
    }
    assert_eq!(words(&read("sr=zz&sp=q")["scopes"]), ["resource-zz:q"]);
}

#[test]
fn a_stored_policy_hides_the_permissions() {
    let hidden = read("sv=2022-11-02&sr=c&si=readers");
    assert_eq!(words(&hidden["scopes"]), ["container:policy"]);
    assert_eq!((&hidden["policy"], &hidden["expires"]), (&json!("readers"), &json!(null)));
    assert_eq!(words(&read("sr=c&si=readers&sp=r")["scopes"]), ["container:r"]);
}

#[test]
fn a_delegation_ends_with_its_key() {
    let delegated = "sr=c&sp=rl&skoid=1&sktid=2&ske=2033-05-18T03:33:20Z&se=2034-01-01";
    let read = self::read(delegated);
    assert_eq!((&read["delegated"], &read["expires"]), (&json!(true), &json!(2_000_000_000)));
}

#[test]
fn times_are_read_in_every_form_of_azure() {
    for (text, seconds) in [
        ("2033-05-18", json!(1_999_987_200)),
        ("2033-05-18T03:33Z", json!(1_999_999_980)),
        ("2033-05-18T03:33:20Z", json!(2_000_000_000)),
        ("2033-05-18T03%3A33%3A20Z", json!(2_000_000_000)),
        ("2033-05-18T03:33:20.0000000Z", json!(2_000_000_000)),
        ("2033-05-18T04:33:20+01:00", json!(2_000_000_000)),
        ("2033-05-18T03:33:20", json!(2_000_000_000)),
        ("tomorrow", json!(null)),
        ("9999999-01-01", json!(null)),
    ] {
        assert_eq!(read(&format!("sr=b&sp=r&se={text}"))["expires"], seconds, "{text}");
    }
}

#[test]
fn the_account_is_read_from_every_kind_of_host() {
    for (url, account) in [
        ("https://acme01.blob.core.windows.net/c/b.txt", json!("acme01")),
        ("https://acme01-secondary.dfs.core.windows.net/", json!("acme01")),
        ("https://ACME01.queue.core.chinacloudapi.cn:443/q", json!("acme01")),
        ("https://acme01.z22.blob.storage.azure.net/c", json!("acme01")),
        ("acme01.table.core.windows.net/t", json!("acme01")),
        ("http://127.0.0.1:10000/devacct/c/b", json!("devacct")),
        ("https://files.acme.example/c/b", json!(null)),
        ("https://blob.core.windows.net/", json!(null)),
        ("", json!(null)),
    ] {
        let read = decode(&format!("{url}?{}", query("sr=b&sp=r"))).unwrap();
        assert_eq!(read["account"], account, "{url}");
    }
}

#[test]
fn the_thing_that_it_is_for_is_read_from_its_address() {
    for (url, fields, expected) in [
        (HOST, "sr=c", json!(["container-sas", null, null])),
        (&format!("{HOST}/box"), "sr=c", json!(["container-sas", "box", null])),
        (&format!("{HOST}/box/"), "ss=b&srt=o", json!(["account-sas", "box", null])),
        (&format!("{HOST}/box/a%20b/c.txt"), "sr=b", json!(["blob-sas", "box", "a b/c.txt"])),
        (&format!("{HOST}/box/x"), "sr=bs", json!(["service-sas", "box", "x"])),
        ("http://127.0.0.1:10000/devacct/box/x", "sr=b", json!(["blob-sas", "box", "x"])),
        ("https://acme01.queue.core.windows.net/jobs", "", json!(["service-sas", null, null])),
    ] {
        let read = decode(&format!("{url}?{}", query(&format!("sp=r&{fields}")))).unwrap();
        assert_eq!(json!([read["kind"], read["container"], read["blob"]]), expected, "{url} {fields}");
    }
}

#[test]
fn the_signature_is_not_returned() {
    let query = query("sv=2022-11-02&sr=c&sp=r");
    let signature = query.rsplit("sig=").next().unwrap();
    for value in [query.clone(), format!("{HOST}/c?{query}"), query.replace('&', "&amp;"), format!("?{query}#top")] {
        let read = decode(&value).unwrap();
        assert_eq!(words(&read["scopes"]), ["container:r"]);
        assert!(!read.to_string().contains(&signature[..8]));
    }
}

#[test]
fn other_query_strings_are_refused() {
    for wrong in
        ["", "?", "a=b", "sv=1&sp=r", "sp=r&sig=", "sig=abc", "sr=x&sig=abc&se=1700000000&skn=root", "sp=%ff&sig=a"]
    {
        assert!(decode(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_fields_are_read_or_refused(fields in "((sv|ss|srt|sr|sp|se|st|si|tn|ske)=[a-z0-9%:Z-]{0,12}&){0,8}", url in "\\PC{0,30}") {
        let _ = decode(&query(&fields));
        let _ = decode(&format!("{url}?{}", query(&fields)));
    }
}
