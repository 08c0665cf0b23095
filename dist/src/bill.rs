//! The bill of materials of what is published, for the programs that look for parts
//! with known faults or unwanted licences: CycloneDX 1.5 in JSON
//! (<https://cyclonedx.org/docs/1.5/json/>).
//!
//! A bill is the same whenever it is made: its serial number is derived from
//! what it says, and it has a time only if `SOURCE_DATE_EPOCH` gives one
//! (<https://reproducible-builds.org/specs/source-date-epoch/>).

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use self::format::{
    Bill, Component, Dependency, Hash, Licence, Metadata, Reference, Tools,
};
use crate::{
    Error,
    parts::{Origin, Part},
};

mod format;

/// What is published.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name of its file, or of the package.
    pub file: &'a str,
    /// Its bytes, if the bill is to have their digest.
    pub bytes: Option<&'a [u8]>,
    /// Where packages of its name are published, if they are: its package URL
    /// without the version.
    pub purl: Option<&'a str>,
    /// Whether it can be run by itself, and is not only called by others.
    pub runs: bool,
}

/// The bill of a component: what it is and every part that it consists of,
/// the first of which is the component's own package. `epoch` is the time of
/// making, in seconds since 1970.
///
/// # Errors
/// [`Error::Date`] if the time is none.
pub fn of(
    subject: &Subject<'_>,
    parts: &[Part],
    epoch: Option<&str>,
) -> Result<String, Error> {
    let timestamp = epoch.map(time).transpose()?;
    let mut bill = Bill {
        bom_format: "CycloneDX",
        spec_version: "1.5",
        serial_number: None,
        version: 1,
        metadata: Metadata {
            timestamp,
            tools: Tools { components: vec![Component::tool()] },
            component: Component::subject(subject, parts.first()),
        },
        components: parts.iter().skip(1).map(Component::part).collect(),
        dependencies: parts.iter().map(|it| dependency(it, parts)).collect(),
    };
    bill.serial_number = Some(serial(&json(&bill)));
    Ok(json(&bill))
}

impl Component {
    /// What made the bill.
    fn tool() -> Self {
        Self {
            kind: "application",
            reference: None,
            author: None,
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: None,
            hashes: Vec::new(),
            licenses: Vec::new(),
            purl: None,
            external_references: Vec::new(),
        }
    }

    /// The component that the bill is about, made of its own package.
    fn subject(subject: &Subject<'_>, own: Option<&Part>) -> Self {
        let version = own.map(|it| it.version.clone()).unwrap_or_default();
        let hash = |bytes: &[u8]| Hash {
            alg: "SHA-256",
            content: hexadecimal(&Sha256::digest(bytes)),
        };
        Self {
            kind: if subject.runs { "application" } else { "library" },
            reference: own.map(reference),
            name: subject.file.to_owned(),
            purl: subject.purl.map(|it| format!("{it}@{version}")),
            version,
            description: own.and_then(|it| it.description.clone()),
            hashes: subject.bytes.map(hash).into_iter().collect(),
            licenses: own.map(licence).into_iter().collect(),
            ..Self::tool()
        }
    }

    fn part(part: &Part) -> Self {
        let vcs = |url: &String| Reference { kind: "vcs", url: url.clone() };
        let purl = match part.origin {
            Origin::Registry => {
                // The one character of a version that a URL writes otherwise.
                let version = part.version.replace('+', "%2B");
                Some(format!("pkg:cargo/{}@{version}", part.name))
            }
            Origin::Own | Origin::Rust => None,
        };
        let authors = part.authors.join(", ");
        Self {
            kind: "library",
            reference: Some(reference(part)),
            author: Some(authors).filter(|it| !it.is_empty()),
            name: part.name.clone(),
            version: part.version.clone(),
            description: part.description.clone(),
            hashes: Vec::new(),
            licenses: vec![licence(part)],
            purl,
            external_references: part.repository.iter().map(vcs).collect(),
        }
    }
}

/// What a part is called within the bill.
fn reference(part: &Part) -> String {
    format!("{}@{}", part.name, part.version)
}

fn licence(part: &Part) -> Licence {
    Licence { expression: part.licence.clone() }
}

fn dependency(part: &Part, parts: &[Part]) -> Dependency {
    let others = part.depends_on.iter().filter_map(|at| parts.get(*at));
    let depends_on = others.map(reference).collect();
    Dependency { reference: reference(part), depends_on }
}

/// Seconds since 1970 as RFC 3339.
fn time(epoch: &str) -> Result<String, Error> {
    epoch
        .parse()
        .ok()
        .filter(|seconds| *seconds >= 0)
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map(|time| time.to_string())
        .ok_or_else(|| Error::Date(epoch.to_owned()))
}

/// The bill as text. Its fields are strings and numbers, which can always be
/// written.
fn json(bill: &Bill) -> String {
    let mut text = serde_json::to_string_pretty(bill).unwrap_or_default();
    text.push('\n');
    text
}

/// A UUID of version 8 (RFC 9562), made of the SHA-256 of a text.
fn serial(text: &str) -> String {
    let digest = Sha256::digest(text);
    let mut hex = hexadecimal(&digest);
    hex.truncate(32);
    let variant = match digest.get(8).map(|byte| byte >> 4 & 3) {
        Some(0) => "8",
        Some(1) => "9",
        Some(2) => "a",
        _ => "b",
    };
    hex.replace_range(12..13, "8");
    hex.replace_range(16..17, variant);
    for at in [20, 16, 12, 8] {
        hex.insert(at, '-');
    }
    format!("urn:uuid:{hex}")
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
