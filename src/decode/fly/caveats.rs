//! The caveats of one token, out of MessagePack: type and body by turns.

use std::collections::BTreeMap;

use rmpv::Value;

/// No token in use comes near it.
const MOST: usize = 256;

/// What may be done, as bits: read, write, create, delete, control.
pub(super) type Mask = u8;
pub(super) const READ: Mask = 1;
pub(super) const ALL: Mask = 31;

/// Things by their ids, and what may be done to each. The empty id stands for any.
pub(super) type Set = BTreeMap<String, Mask>;

/// A caveat, as far as it bears on what the token can do.
pub(super) enum Caveat {
    Organization(u64, Mask),
    Apps(Set),
    Volumes(Set),
    Machines(Set),
    Features(Set),
    AppFeatures(Set),
    MachineFeatures(Set),
    StorageObjects(Set),
    Action(Mask),
    Mutations(Vec<String>),
    Commands(Vec<Command>),
    /// What members who are no administrators may do.
    Member,
    Validity {
        not_before: i64,
        not_after: i64,
    },
    User(u64),
    FromMachine(String),
    /// Those that bear on the request hold, or else, where none does, the mask.
    IfPresent(Vec<Caveat>, Mask),
    /// It asks for a discharge, or narrows a discharge, or attests something.
    Beside,
    Unknown(u64),
}

/// A command that may be run: exactly this one, or whatever begins so.
pub(super) struct Command {
    pub arguments: Vec<String>,
    pub exact: bool,
}

pub(super) fn read(list: &Value) -> Option<Vec<Caveat>> {
    let list = list.as_array().filter(|list| list.len() % 2 == 0 && list.len() <= 2 * MOST)?;
    list.chunks_exact(2)
        .map(|pair| {
            let kind = pair[0].as_u64()?;
            Some(known(kind, &pair[1]).unwrap_or(Caveat::Unknown(kind)))
        })
        .collect()
}

/// None for a type that is not known, or a body that is not as it should be.
fn known(kind: u64, body: &Value) -> Option<Caveat> {
    Some(match kind {
        0 => Caveat::Organization(body[0].as_u64()?, mask(&body[1])?),
        2 => Caveat::Volumes(set(body)?),
        3 => Caveat::Apps(set(body)?),
        4 => Caveat::Validity { not_before: body[0].as_i64()?, not_after: body[1].as_i64()? },
        5 => Caveat::Features(set(body)?),
        6 => Caveat::Mutations(texts(&body[0])?),
        7 => Caveat::Machines(set(body)?),
        10 => Caveat::User(body[0].as_u64()?),
        8 | 9 | 11 | 12 | 19..=21 | 23..=25 => Caveat::Beside,
        13 => Caveat::IfPresent(read(&body[0])?, mask(&body[1])?),
        14 => Caveat::MachineFeatures(set(body)?),
        15 => Caveat::FromMachine(body[0].as_str()?.to_owned()),
        22 => Caveat::Member,
        26 => Caveat::Action(mask(body)?),
        27 => Caveat::Commands(commands(body)?),
        28 => Caveat::AppFeatures(set(body)?),
        29 => Caveat::StorageObjects(set(body)?),
        30 => role(body.as_u64()?)?,
        31 => Caveat::FromMachine(body[2].as_str().filter(|machine| !machine.is_empty())?.to_owned()),
        _ => return None,
    })
}

fn mask(value: &Value) -> Option<Mask> {
    Some((value.as_u64()? & u64::from(ALL)) as Mask)
}

/// The one field of these caveats is a map.
fn set(body: &Value) -> Option<Set> {
    let entries = body[0].as_map().filter(|entries| entries.len() <= MOST)?;
    entries
        .iter()
        .map(|(id, may)| {
            let number = id.as_u64().map(|id| if id == 0 { String::new() } else { id.to_string() });
            Some((number.or_else(|| id.as_str().map(str::to_owned))?, mask(may)?))
        })
        .collect()
}

fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn commands(list: &Value) -> Option<Vec<Command>> {
    let command = |command: &Value| {
        Some(Command { arguments: texts(&command[0])?, exact: command[1].as_bool().unwrap_or_default() })
    };
    list.as_array()?.iter().map(command).collect()
}

/// The lowest bit is the member's role, all bits are the administrator's; others are newer.
fn role(bits: u64) -> Option<Caveat> {
    match bits {
        0xffff_ffff => Some(Caveat::Beside),
        _ if bits & 1 == 1 => Some(Caveat::Member),
        _ => None,
    }
}
