//! Places in SARIF: addresses relative to the root of the repository, and links to them in messages.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_sarif::sarif;

use super::text;
use crate::assess::model::Site;
use crate::finding::Location;
use crate::report::terminal::escape_controls;

/// The root of the repository, which a reader puts in the place where it has its checkout.
pub const ROOT: &str = "%SRCROOT%";

/// How many other places one message links.
pub const MOST_LINKS: usize = 20;

/// What may stand in a path of a URI as it is.
pub const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Places that a message links; GitHub shows no others.
#[derive(Default)]
pub struct Links {
    pub locations: Vec<sarif::Location>,
}

impl Links {
    pub fn add(&mut self, message: &mut String, lead: &str, what: &str, sites: impl Iterator<Item = Linked>) {
        let sites: BTreeSet<Linked> = sites.collect();
        if sites.is_empty() {
            return;
        }
        let mut links = Vec::new();
        for Linked { site, file, is_member } in sites.iter().take(MOST_LINKS) {
            let id = self.locations.len() as i64 + 1;
            let name = escape_controls(&site.path).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
            links.push(format!("[{name}:{}]({id})", site.line));
            let start = if *is_member { 1 } else { site.line };
            let region = sarif::Region::builder().start_line(line(start)).build();
            let location =
                sarif::Location::builder().id(id).message(text(what)).physical_location(physical(file, region)).build();
            self.locations.push(location);
        }
        let more = match sites.len() - links.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        *message += &format!(" {lead} {}{more}.", links.join(", "));
    }
}

/// A place that a message names, and the file to show.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Linked {
    site: Site,
    file: Vec<u8>,
    /// Of that file, an archive.
    is_member: bool,
}

impl From<Site> for Linked {
    fn from(site: Site) -> Linked {
        Linked { file: site.path.clone().into_bytes(), site, is_member: false }
    }
}

pub fn linked(location: &Location) -> Linked {
    let (file, member) = file(location);
    let site = Site { path: location.path.clone(), line: location.line };
    Linked { site, file: file.to_owned(), is_member: member.is_some() }
}

/// Of an archive the file itself, in which no line has a number; readers know only files that exist.
pub fn location(at: &Location) -> sarif::Location {
    let (file, member) = file(at);
    if let Some(member) = member {
        let name = format!("{}:{}:{}", escape_controls(member), at.line, at.column);
        let member = sarif::LogicalLocation::builder().fully_qualified_name(name).kind("member").build();
        let region = sarif::Region::builder().start_line(1).build();
        let archive = sarif::Location::builder().physical_location(physical(file, region));
        return archive.logical_locations(vec![member]).build();
    }
    let region = sarif::Region::builder()
        .start_line(line(at.line))
        .start_column(line(at.column))
        .end_line(line(at.end_line))
        .end_column(line(at.end_column))
        .build();
    sarif::Location::builder().physical_location(physical(file, region)).build()
}

/// Lines and columns as SARIF counts them: from one.
fn line(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX).max(1)
}

/// The path of the file on the disk, whatever its bytes, and which member of it a place is in.
fn file(at: &Location) -> (&[u8], Option<&str>) {
    let (file, member) = at.file();
    (at.raw.as_deref().unwrap_or(file.as_bytes()), member)
}

fn physical(path: &[u8], region: sarif::Region) -> sarif::PhysicalLocation {
    let uri = percent_encode(path, PATH).to_string();
    let artifact = sarif::ArtifactLocation::builder().uri(uri).uri_base_id(ROOT).build();
    sarif::PhysicalLocation::builder().artifact_location(artifact).region(region).build()
}
