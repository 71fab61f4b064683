//! The whole job with nothing to set up, for `overscope demo` and for the tests:
//!
//! - [`Replica`] answers on loopback as Railway's API does, from a [`World`] of plain data; it can
//!   be made to fail in every way that the real one may, and it keeps a record of anything that a
//!   read-only tool must never send;
//! - [`repository`] writes a small repository like the one in the story, with one token in three
//!   files.

mod replica;
pub mod repository;
mod show;
mod stories;
mod world;

use sha2::{Digest, Sha256};

pub use replica::{Auth, Failure, Replica, Seen, Trouble};
pub use show::show;
pub use world::{
    Backup, Environment, Holder, Member, Project, Role, Schedule, Service, Token, User, Volume, VolumeInstance,
    Workspace, World,
};

/// A UUID of version 4's shape that is the same at each run: the ids of the demo's world, and its
/// token, which then need not stand anywhere as a literal.
fn uuid_of(phrase: &str) -> String {
    let digest = Sha256::digest(phrase);
    let mut bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
