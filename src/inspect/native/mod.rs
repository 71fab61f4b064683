//! What a detector file cannot say as data: computing with an issuer's answers, and decoding what
//! stands in a credential itself. Nothing here opens a socket; questions go through a value that
//! the caller hands in.

pub mod aws_iam;
pub mod aws_key_id;
pub mod iam_policy;
