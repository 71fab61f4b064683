//! Many credentials of many kinds in one folder, as a real run meets them.

use overscope::detector::Detectors;
use overscope::scan::scan_text;
use overscope::secret::FingerprintKey;

use super::Folder;
use super::replies::{Canned, Case, cases, text_of};

/// One credential, and what its issuer answers to it.
#[derive(Clone, Debug)]
pub struct Member {
    pub provider: String,
    pub detector: String,
    pub file: String,
    pub secret: String,
    pub replies: Vec<Canned>,
}

/// The cases whose kinds are asked, one a kind: the live one that takes the most requests.
pub fn kinds() -> Vec<(String, Case)> {
    let mut live: Vec<(String, Case)> =
        cases().into_iter().filter(|(_, case)| case.expect.liveness == "live" && case.expect.requests > 0).collect();
    live.sort_by(|a, b| (&a.1.detector, b.1.expect.requests).cmp(&(&b.1.detector, a.1.expect.requests)));
    live.dedup_by(|a, b| a.1.detector == b.1.detector);
    live
}

/// A folder with `each` distinct credentials of every kind, one a file.
pub fn folder(detectors: &Detectors, kinds: &[(String, Case)], each: u64) -> (Folder, Vec<Member>) {
    let folder = Folder::plain();
    let mut members: Vec<Member> = Vec::new();
    for (number, (file, case)) in kinds.iter().enumerate() {
        for seed in 0..each {
            let text = text_of(detectors, case, 1000 * seed + number as u64);
            let found = scan_text("sample", &text, detectors, &FingerprintKey::fixed());
            let secret = found[0].secret.expose().to_owned();
            // A key that has to sign is the same for all of its kind.
            if members.iter().any(|member| member.secret == secret) {
                continue;
            }
            let name = format!("{}-{seed}.txt", case.detector);
            folder.write(&name, text);
            members.push(Member {
                provider: file.split('/').next().unwrap().to_owned(),
                detector: case.detector.clone(),
                file: name,
                secret,
                replies: case.replies.clone(),
            });
        }
    }
    (folder, members)
}
