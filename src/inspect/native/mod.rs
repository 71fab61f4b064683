//! What a detector file cannot say as data: computing with an issuer's answers. Nothing here opens
//! a socket; questions go through a value that the caller hands in. What comes back is one
//! document, which the step's `read` interprets like any reply, so that the meaning stays in data.

pub mod aws_iam;
mod aws_step;
pub mod iam_policy;

use serde_json::Value;

use super::answer::Gap;
use super::request::Request;
use super::transport::{Failure, Reply};
use crate::detector::model::{Native, Provider};
use crate::secret::Secret;

/// What came of a native step.
#[derive(Debug)]
pub(super) enum Came {
    Answered { document: Value, gaps: Vec<Gap> },
    Dead(String),
    Unclear(String),
    Unasked(String),
}

/// What a native step may know and ask.
pub(super) trait Questions<'r> {
    fn provider(&self) -> &'r Provider;
    /// The secret, or a part of the credential.
    fn part(&self, name: &str) -> Option<&'r Secret>;
    /// A question to the root of a base (`base`, `base.iam`), as the step lists it.
    fn post(&self, base: &str, asked: &str, content_type: &str, body: String) -> Result<Request, String>;
    fn send(&mut self, request: &Request) -> Result<Reply, Failure>;
}

pub(super) fn run<'r>(native: Native, questions: &mut dyn Questions<'r>) -> Came {
    match native {
        Native::AwsIam => aws_step::run(questions),
    }
}
