//! overscope

pub mod capability;
pub mod finding;
pub mod secret;
