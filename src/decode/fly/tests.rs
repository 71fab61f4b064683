use proptest::prelude::*;
use serde_json::{Value, json};

use super::decode;
use crate::detector::sample::generate;

fn token(caveats: &str) -> String {
    generate(&format!("fm2_{{fly:{caveats}}}"), 7).unwrap().secret
}

fn read(caveats: &str) -> Value {
    decode(&token(caveats)).unwrap()
}

fn scopes(caveats: &str) -> Vec<String> {
    serde_json::from_value(read(caveats)["scopes"].take()).unwrap()
}

const EVERYTHING: [&str; 9] = [
    "org:all",
    "apps:all",
    "machines:all",
    "volumes:all",
    "commands",
    "storage:all",
    "features:all",
    "apps-features:all",
    "machines-features:all",
];

#[test]
fn an_organization_alone_narrows_nothing_inside_it() {
    let read = read("[0,[4711,31],4,[1760000000,2390000000]]");
    assert_eq!((&read["organizations"], &read["kind"]), (&json!([4711]), &json!("organization")));
    assert_eq!((&read["expires"], &read["not_before"]), (&json!(2_390_000_000i64), &json!(1_760_000_000)));
    assert_eq!(read["scopes"], json!(EVERYTHING));
    assert_eq!(scopes("[]"), EVERYTHING);
    assert_eq!(scopes("[0,[4711,65535]]"), EVERYTHING, "newer actions are beyond those that are known");
}

#[test]
fn two_organizations_leave_nothing() {
    assert_eq!(scopes("[0,[1,31],0,[2,31]]"), [""; 0]);
    assert_eq!(scopes("[0,[0,31],0,[2,31]]"), EVERYTHING, "zero stands for any");
}

#[test]
fn a_mask_of_reading_reads_and_runs_nothing() {
    let read = scopes("[0,[4711,31],0,[4711,1]]");
    assert!(read.iter().all(|word| word.ends_with(":r")), "{read:?}");
    assert_eq!(scopes("[0,[4711,31],26,1]"), read);
}

#[test]
fn apps_exclude_everything_that_lies_in_none() {
    assert_eq!(
        scopes("[0,[4711,31],3,[{\"123\":31}]]"),
        ["app:all", "machine:all", "volume:all", "command", "app-features:all", "machine-features:all"]
    );
    let two = read("[3,[{\"123\":31,\"9\":1}]]");
    assert_eq!((&two["apps"], &two["kind"]), (&json!(["123", "9"]), &json!("limited")));
    assert_eq!(scopes("[3,[{\"123\":3,\"9\":1}]]")[..2], ["apps:r", "apps:w"]);
    assert_eq!(scopes("[3,[{\"0\":31}]]")[0], "apps:all");
    assert_eq!(scopes("[3,[{\"1\":31}],3,[{\"2\":31}]]"), [""; 0]);
    assert_eq!(scopes("[3,[{\"1\":31,\"2\":31}],3,[{\"2\":31}]]")[0], "app:all");
}

#[test]
fn a_deploy_token_reaches_one_app_and_some_features() {
    let deploy = "[0,[4711,31],13,[[3,[{\"123\":31}],5,[{\"builder\":31,\"wg\":31}]],1]]";
    assert_eq!(
        scopes(deploy),
        [
            "org:r",
            "app:all",
            "machine:all",
            "volume:all",
            "command",
            "storage:r",
            "feature:wg:all",
            "feature:builder:all",
            "app-features:all",
            "machine-features:all"
        ]
    );
}

#[test]
fn one_machine_is_one_thing() {
    let words = scopes("[3,[{\"1\":31,\"2\":31}],7,[{\"3d8d9\":31}]]");
    assert_eq!(words, ["machine:all", "command", "machine-features:all"]);
    assert_eq!(scopes("[2,[{\"vol_1\":9}]]"), ["volume:r", "volume:d"]);
}

#[test]
fn members_change_no_members() {
    for role in ["22,[]", "30,1", "30,3"] {
        let words = scopes(&format!("[0,[4711,31],{role}]"));
        assert!(words.contains(&"feature:membership:r".to_owned()) && words.contains(&"apps:all".to_owned()), "{role}");
        assert!(!words.iter().any(|word| word.contains("deletion")), "{role}");
    }
    assert_eq!(scopes("[30,4294967295]"), EVERYTHING);
    let newer = read("[30,2]");
    assert_eq!((&newer["scopes"], &newer["unknown"]), (&json!(EVERYTHING), &json!([30])));
}

#[test]
fn listed_commands_are_all_that_is_run() {
    let read = read("[3,[{\"1\":31}],27,[[[\"uptime\"],true],[[\"ls\",\"-l\"],false]]]");
    assert_eq!(read["scopes"], json!(["listed-command"]));
    assert_eq!(read["commands"], json!(["uptime", "ls -l …"]));
    assert_eq!(scopes("[27,[[[],false]]]"), ["commands"], "every command begins with nothing");
    assert_eq!(scopes("[27,[]]"), [""; 0]);
}

#[test]
fn joined_tokens_allow_what_any_of_them_does() {
    let reader = token("[0,[1,31],3,[{\"5\":31}],26,1,4,[10,20]]");
    let caller = token("[0,[1,31],3,[{\"5\":31}],6,[[\"issueCertificate\",\"addWireGuardPeer\"]],4,[5,30]]");
    let read = decode(&format!("FlyV1 {reader},{caller}")).unwrap();
    let words = ["app:r", "machine:r", "volume:r", "app-features:r", "machine-features:r"];
    let calls = ["app-mutation:issueCertificate", "app-mutation:addWireGuardPeer"];
    assert_eq!(read["scopes"], json!([words.as_slice(), calls.as_slice()].concat()));
    assert_eq!(scopes("[0,[1,31],6,[[\"a\",\"b\"]],6,[[\"b\"]]]"), ["mutation:b"]);
    assert_eq!((&read["expires"], &read["not_before"]), (&json!(30), &json!(5)));
    let endless = decode(&format!("{reader},{}", token("[]"))).unwrap();
    assert_eq!(endless["expires"], Value::Null);
}

#[test]
fn what_is_not_understood_narrows_nothing() {
    for (caveats, kind) in
        [("[0,[1,31],77,[1]]", 77), ("[3,\"x\"]", 3), ("[13,[[99,1],0]]", 99), ("[5,[{\"wg\":\"all\"}]]", 5)]
    {
        let read = read(caveats);
        assert_eq!((&read["scopes"], &read["unknown"]), (&json!(EVERYTHING), &json!([kind])), "{caveats}");
    }
    let many: Vec<String> = (1..400).map(|app| format!("\"{app}\":1")).collect();
    assert_eq!(read(&format!("[3,[{{{}}}]]", many.join(",")))["unknown"], json!([3]));
}

#[test]
fn discharges_and_other_shapes_grant_nothing() {
    let whole = token("[0,[1,31]]");
    for wrong in ["", "fm2_", "fm2_AAAA", "fo1_abc", "fm2_!", &whole[..whole.len() - 8], "fm2_3wAAAAA="] {
        assert!(decode(wrong).is_err(), "{wrong}");
    }
    assert!(decode(&format!("{whole},fo1_abc")).is_err());
    assert!(decode(&format!("{whole},fm2_AAAA")).is_ok(), "what is no macaroon discharges nothing");
    for list in ["[0]", "[\"a\",1]", "{}", &format!("[{}]", vec!["4,[1,2]"; 300].join(","))] {
        assert!(decode(&token(list)).is_err(), "{list}");
    }
}

#[test]
fn the_secret_part_is_not_returned() {
    let token = token("[0,[1,31]]");
    let shown = decode(&token).unwrap().to_string();
    assert!(!shown.contains(&token[20..28]) && !shown.contains(&token[token.len() - 12..token.len() - 4]));
}

#[test]
fn deep_nesting_is_refused() {
    let mut caveats = "[]".to_owned();
    for _ in 0..40 {
        caveats = format!("[13,[{caveats},1]]");
    }
    assert!(decode(&token(&caveats)).is_err());
}

proptest! {
    #[test]
    fn damaged_tokens_are_read_or_refused(at in 0usize..400, with: u8) {
        let text = token("[0,[4711,31],13,[[3,[{\"123\":31}],27,[[[\"ls\"],true]]],1],4,[1,2],2,[{\"v\":1}]]");
        let mut bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &text[4..]).unwrap();
        let at = at % bytes.len();
        bytes[at] = with;
        let again = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes);
        let _ = decode(&format!("fm2_{again}"));
    }
}
