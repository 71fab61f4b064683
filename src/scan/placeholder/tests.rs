use proptest::prelude::*;

use super::*;
use crate::detector::sample::generate;

fn generated(template: &str) -> String {
    generate(template, 4).unwrap().secret
}

fn random_looking(length: usize) -> String {
    generated(&format!("{{alnum:{length}}}"))
}

fn assert_placeholder(kind: &str, value: &str) {
    assert!(is_placeholder(kind, value), "{kind}: {value}");
}

fn assert_real(kind: &str, value: &str) {
    assert!(!is_placeholder(kind, value), "{kind}: {value}");
}

#[test]
fn documentation_keys_are_known_by_ending_beginning_and_hash() {
    assert_placeholder("aws-access-key", &format!("AKIA{}EXAMPLE", &random_looking(9).to_uppercase()));
    assert_placeholder("aws-secret-key", &format!("wJalrXUtnFEMI/{}", random_looking(26)));
    assert_placeholder("azure-storage-key", &format!("Eby8vdM02x{}==", random_looking(76)));
    assert_placeholder("azure-storage-connection-string", "UseDevelopmentStorage=true");
    assert_placeholder("slack-webhook", "https://hooks.slack.com/services/T00000000/B00000000/anything");
    assert_placeholder("github-pat", &format!("secret_scanning_ab85fc6f{}", random_looking(20)));

    let entry = Published { sha256: vec![hex(&Sha256::digest("printed once"))], ..Published::default() };
    assert!(entry.tells("printed once"));
    assert!(!entry.tells("printed twice"));
}

#[test]
fn what_is_published_for_one_kind_says_nothing_of_another() {
    let value = format!("sk-1234{}", random_looking(12));
    assert_placeholder("openai-key", &value);
    assert_real("other-key", &value);
}

/// A kind that knows no format would take for a find what the issuer's own kind knows to be printed.
#[test]
fn what_cannot_be_mistaken_is_known_to_every_kind() {
    for beginning in ["wJalrXUtnFEMI", "110201543:AAH", "123456:ABC-DEF", "key-3ax6xnjp29", "0xac0974bec39a17e3"] {
        assert_placeholder("generic-token", &format!("{beginning}{}", random_looking(24)));
    }
    assert_placeholder("docker-config-auth", "MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg==");
}

#[test]
fn samples_of_jwt_are_known_by_their_payload() {
    assert_placeholder("jwt", &generated(r#"{jwt:{"sub":"1234567890","name":"John Doe","iat":1516239022}}"#));
    assert_placeholder("supabase-service-role", &generated(r#"{jwt:{"iss":"supabase-demo","role":"service_role"}}"#));
    assert_real("jwt", &generated(r#"{jwt:{"sub":"7","name":"Dana"}}"#));
    assert_real("supabase-service-role", &generated(r#"{jwt:{"iss":"supabase","role":"service_role"}}"#));
}

#[test]
fn sample_and_hand_typed_uuids_are_known() {
    for value in [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "123e4567-e89b-12d3-a456-426614174000",
        "550e8400-e29b-41d4-a716-446655440000",
        "11111111-2222-3333-4444-555555555555",
        "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "00000000-0000-4000-8000-000000000001",
        "12345678-1234-1234-1234-123456789012",
        "01234567-89ab-cdef-0123-456789abcdef",
        "deadbeef-dead-beef-dead-beefdeadbeef",
        "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    ] {
        assert_placeholder("railway-token", value);
    }
    assert_real("railway-token", &generated("{uuid}"));
}

#[test]
fn fillers_are_known_behind_any_public_prefix() {
    for prefix in ["", "ghp_", "glpat-", "npm_", "sk_live_", "SG."] {
        for filler in [
            "x".repeat(36),
            "X".repeat(20),
            "*".repeat(12),
            "0".repeat(36),
            "abc".repeat(12),
            "12".repeat(12),
            "deadbeef".repeat(4),
            "aaabbbcccabc".to_owned(),
            "0123456789abcdefABCDEF0123456789abcdef"[..36].to_owned(),
            "987654321".to_owned() + &random_looking(20),
            "a1b2c3d4e5f6a7b8c9d0".to_owned(),
            "xxxx".to_owned() + &random_looking(16),
            "0".repeat(10) + &random_looking(20),
            random_looking(16) + "xxxxxx",
            "...".to_owned(),
            "YOUR_TOKEN_HERE".to_owned(),
            "fake".to_owned() + "fake" + "Token",
            "test-token".to_owned(),
            "my_service_token".to_owned(),
        ] {
            assert_placeholder("any", &format!("{prefix}{filler}"));
        }
    }
}

#[test]
fn template_words_are_known_in_any_value() {
    for value in [
        "changeme",
        "ChangeMe123",
        "REPLACE_ME",
        "your-api-key",
        "your_token_here",
        "<your token>",
        "<password>",
        "[YOUR-PASSWORD]",
        "postgres://app:<password>@db.internal/app",
        "postgres://app:[YOUR-PASSWORD]@db.internal/app",
        "https://acct.blob.core.windows.net/?sv=2024-01-01&sig=REDACTED",
        "AKIA…",
    ] {
        assert_placeholder("postgres-url", value);
        assert_placeholder("any", value);
    }
}

#[test]
fn references_and_ciphertexts_are_no_secrets() {
    for value in [
        "${TOKEN}",
        "${{ secrets.TOKEN }}",
        "$(cat token)",
        "$TOKEN",
        "%TOKEN%",
        "%env(TOKEN)%",
        "%env(string:API_TOKEN)%",
        "{TOKEN}",
        "{npm_token}",
        "{{ .Values.token }}",
        "#{TOKEN}",
        "%(token)s",
        "__TOKEN__",
        "__ApiKey__",
        "@token@",
        "process.env.TOKEN",
        "os.environ['TOKEN']",
        "var.token",
        "!Ref Token",
        "op://vault/item/field",
        "ENC[AES256,data]",
        "{COQLCE6DU6GtcS5P0+abcdefghij+klmnop=}",
        "postgres://app:${PASSWORD}@db.internal/app",
    ] {
        assert_placeholder("any", value);
    }
    // A default is a value.
    assert_real("any", &format!("${{TOKEN:-{}}}", random_looking(24)));
}

#[test]
fn a_short_word_inside_a_random_value_proves_nothing() {
    for word in ["todo", "fake", "mock", "sample", "test", "demo", "dummy", "foo", "null"] {
        let value = format!("{}{word}{}", random_looking(14), random_looking(18));
        assert_real("github-pat", &format!("ghp_{value}"));
        assert_real("any", &value);
    }
    assert_placeholder("any", &format!("{}-fake-{}", random_looking(6), random_looking(6)));
    assert_real("stripe-secret-key", &format!("sk_test_{}", random_looking(24)));
    assert_real("stripe-secret-key", &format!("rk_test_{}", random_looking(40)));
}

#[test]
fn a_word_in_a_name_beside_the_secret_proves_nothing() {
    for value in [
        format!("postgres://todo:{}@db.example-corp.com/sample", random_looking(20)),
        format!("https://todo.blob.core.windows.net/test?sv=2024-01-01&sp=rl&sig={}%3D", random_looking(43)),
        format!("DefaultEndpointsProtocol=https;AccountName=sample;AccountKey={}==", random_looking(86)),
    ] {
        assert_real("azure-sas", &value);
        assert_real("postgres-url", &value);
    }
}

#[test]
fn a_weak_database_password_is_still_a_password() {
    for value in ["postgres", "password", "root", "test1234", "postgres://postgres:postgres@10.0.0.5/app"] {
        assert_real("postgres-url", value);
    }
    assert_placeholder("postgres-url", "postgres://user:password@host:5432/dbname");
    assert_placeholder("generic-password", "password");
}

#[test]
fn the_zero_bytes_of_a_key_file_are_no_filler() {
    let block = generated("{pem:OPENSSH PRIVATE KEY}");
    assert!(block.contains("AAAAAAA"));
    assert_real("private-key", &block);
    assert_placeholder("private-key", &block.replace("AAAAAAA", "xxxxxxx"));
}

/// What the comment in the table promises.
#[test]
fn words_that_count_anywhere_are_long() {
    let file: File = toml::from_str(include_str!("../placeholders.toml")).unwrap();
    assert!(file.template.anywhere.iter().all(|word| word.len() >= 8));
    assert!(file.template.in_tokens.iter().all(|word| word.len() >= 7));
    assert!(file.words.marks.iter().all(|word| word.len() >= 4));
    // A single letter, or a word of hex digits, would be found all over random hex.
    let in_hex = |word: &String| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(file.words.fillers.iter().chain(&file.words.marks).all(|word| word.len() >= 2 && !in_hex(word)));
}

/// Every character of the alphabet equally often; a pattern such as `[a-z_]` would make every
/// second character a `_`.
fn random(alphabet: &str, length: usize) -> impl Strategy<Value = String> + use<> {
    let alphabet: Vec<char> = alphabet.chars().collect();
    proptest::collection::vec(prop::sample::select(alphabet), length).prop_map(|chars| chars.into_iter().collect())
}

fn random_value() -> impl Strategy<Value = String> {
    let digits = "0123456789";
    let lower = "abcdefghijklmnopqrstuvwxyz";
    let upper = lower.to_uppercase();
    let base62 = format!("{digits}{lower}{upper}");
    // Without brackets: `#{name}` and `<name>` are references even where chance wrote them.
    let signs: String = ('!'..='~').filter(|sign| !"{}<>()[]".contains(*sign)).collect();
    prop_oneof![
        random("0123456789abcdef", 32),
        random("0123456789ABCDEF", 64),
        random(digits, 24),
        random(lower, 24),
        random(&format!("{upper}234567"), 16),
        random(&format!("{digits}{lower}"), 25),
        random(&base62, 36),
        random(&format!("{base62}+/"), 86).prop_map(|value| value + "=="),
        random(&format!("{base62}_-"), 120),
        random(&signs, 20),
        random("0123456789abcdef", 32).prop_map(|hex| {
            format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
        }),
    ]
}

proptest! {
    // A value that was made simpler is a filler: only the one that failed tells something.
    #![proptest_config(ProptestConfig { cases: 5000, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_values_of_every_alphabet_are_never_placeholders(
        value in random_value(),
        prefix in prop::sample::select(vec!["", "ghp_", "glpat-", "sk_test_", "AKIA", "SG."]),
        kind in prop::sample::select(vec!["any", "aws-access-key", "openai-key", "postgres-url"]),
    ) {
        prop_assert!(!is_placeholder(kind, &format!("{prefix}{value}")), "{} {}{}", kind, prefix, value);
    }

    #[test]
    fn any_text_is_judged_without_a_panic(value in "\\PC{0,60}", kind in "[a-z-]{0,12}") {
        is_placeholder(&kind, &value);
    }
}
