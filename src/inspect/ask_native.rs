//! A step that data cannot say: a native function puts its questions through the run, so that the
//! budget, the deadline, the pace, the log and every guard hold for them as for any other.

use super::courier::Courier;
use super::meaning::Asked;
use super::native::{self, Came, Questions};
use super::probe::Run;
use super::request::Request;
use super::transport::{Failure, Reply};
use crate::detector::model::{Native, Provider, Step};

impl<'r> Run<'r> {
    pub(super) fn ask_native(&mut self, step: &Step, native: Native, courier: &Courier<'_>) -> Asked {
        match native::run(native, &mut Through { run: self, step, courier }) {
            Came::Answered { document, gaps } => {
                self.read(step, &document, None, None);
                for gap in gaps {
                    self.keep_gap(step, gap);
                }
                Asked::Answered
            }
            Came::Dead(why) => Asked::Dead(why),
            Came::Unclear(why) => {
                self.gap(step, why);
                Asked::Unclear
            }
            Came::Unasked(why) => {
                self.gap(step, why);
                Asked::Unasked
            }
        }
    }
}

/// The run, as a native function sees it.
struct Through<'t, 'r, 'c> {
    run: &'t mut Run<'r>,
    step: &'t Step,
    courier: &'t Courier<'c>,
}

impl<'r> Questions<'r> for Through<'_, 'r, '_> {
    fn provider(&self) -> &'r Provider {
        self.run.provider
    }

    fn part(&self, name: &str) -> Option<&'r crate::secret::Secret> {
        match name {
            "secret" => Some(&self.run.finding.secret),
            _ => self.run.finding.parts.get(name),
        }
    }

    /// Only what the detector file lists can be made.
    fn post(&self, base: &str, asked: &str, content_type: &str, body: String) -> Result<Request, String> {
        let listed = format!("POST {{{base}}}/ {asked}");
        let why = match &self.step.reads_only {
            Some(why) if self.step.asks.contains(&listed) => format!("{asked}: {why}"),
            _ => return Err(format!("not sent: `{listed}` is not among the questions of this step")),
        };
        let url =
            self.run.variables.fill(&format!("{{{base}}}/")).map_err(|why| format!("`{}` is not known", why.0))?;
        Request::question(&url, &url, content_type, body, &why).map_err(|why| why.to_string())
    }

    fn send(&mut self, request: &Request) -> Result<Reply, Failure> {
        self.run.send(self.step, request, self.courier)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use crate::detector::{Detectors, sample};
    use crate::inspect::answer::{Inspection, Liveness};
    use crate::inspect::request::Request;
    use crate::inspect::transport::{Allowed, Failure, Reply, Transport};
    use crate::inspect::{Asking, inspect};
    use crate::scan::scan_text;
    use crate::secret::FingerprintKey;

    /// Knows who everybody is and refuses all else; remembers what it was asked.
    #[derive(Default)]
    struct Aws(Mutex<Vec<String>>);

    impl Transport for Aws {
        fn send(&self, request: &Request, _: &Allowed, _: Duration) -> Result<Reply, Failure> {
            let body = request.body().unwrap();
            let action = body.strip_prefix("Action=").unwrap().split('&').next().unwrap();
            assert!(request.headers().any(|(name, value)| name == "authorization" && value.contains("us-east-1")));
            assert!(request.why().unwrap().starts_with(&format!("Action={action}: ")));
            self.0.lock().unwrap().push(format!("{} {action}", request.host()));
            let known = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>\
                         <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
            let (status, body) = if action == "GetCallerIdentity" { (200, known) } else { (403, "<Error/>") };
            Ok(Reply { status, headers: Vec::new(), body: body.into() })
        }
    }

    /// The first example, with the id of another account.
    fn asked(detectors: &Detectors, account: u64) -> (Inspection, Vec<String>) {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits = 1_u128 << 79 | u128::from(account) << 39 | 77;
        let id: String = (0..16).rev().map(|at| char::from(alphabet[(bits >> (5 * at) & 31) as usize])).collect();
        let secret = sample::generate("{base64:40}", account).unwrap().text;
        let text = format!("AWS_ACCESS_KEY_ID=AKIA{id}\nAWS_SECRET_ACCESS_KEY={secret}\n");
        let found = scan_text("sample", &text, detectors, &FingerprintKey::fixed());
        assert_eq!(found.len(), 1);
        let aws = Aws::default();
        let inspection = inspect(found, detectors, &Asking::default(), Some(&aws), None).remove(0).inspection;
        (inspection, aws.0.into_inner().unwrap())
    }

    #[test]
    fn nothing_is_asked_that_the_file_does_not_list() {
        let detectors = Detectors::load(&[]).unwrap();
        let (_, sent) = asked(&detectors, 123_456_789_012);
        assert_eq!(&sent[..2], ["sts.amazonaws.com GetCallerIdentity", "iam.amazonaws.com GetUser"]);

        let mut aws = detectors.provider("aws").unwrap().clone();
        let steps = &mut aws.probes.get_mut("pair").unwrap().steps;
        for step in steps {
            step.asks.retain(|asked| !asked.ends_with("=GetUser"));
        }
        let (inspection, sent) = asked(&Detectors::of(vec![aws]).unwrap(), 123_456_789_012);
        assert!(!sent.iter().any(|sent| sent.ends_with(" GetUser")), "{sent:?}");
        assert!(sent.len() > 2 && inspection.gaps.iter().any(|gap| gap.why.contains("not among the questions")));
    }

    #[test]
    fn an_account_that_is_known_as_a_canary_is_never_asked() {
        let detectors = Detectors::load(&[]).unwrap();
        let (inspection, sent) = asked(&detectors, 992_382_622_183);
        assert_eq!((inspection.liveness, sent), (Liveness::NotAsked, Vec::new()));
        assert!(inspection.gaps.iter().any(|gap| gap.why.contains("canary")));
        assert_eq!(inspection.account.as_deref(), Some("992382622183"));
    }
}
