//! The bill of materials of what is published, for programs that look for
//! parts with known faults or unwanted licences: CycloneDX 1.5 in JSON,
//! written and checked by `cyclonedx-bom`.
//!
//! A bill is the same whenever it is made: its serial number is derived from
//! what it says, and it has a time only if `SOURCE_DATE_EPOCH` gives one
//! (<https://reproducible-builds.org/specs/source-date-epoch/>).

use anyhow::{Context as _, Result, ensure};
use cyclonedx_bom::{
    models::{
        component::Classification,
        dependency::{Dependencies, Dependency},
        external_reference::{
            ExternalReference, ExternalReferenceType, ExternalReferences,
        },
        hash::{Hash, HashAlgorithm, HashValue, Hashes},
        license::{LicenseChoice, Licenses},
        tool::Tools,
    },
    prelude::{
        Bom, Component, Components, Metadata, NormalizedString, Purl,
        SpecVersion, Uri, UrnUuid, Validate as _,
    },
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::parts::{Key, Origin, Part, Parts};

/// What is published.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name of its file, or of the package.
    pub file: &'a str,
    /// Its bytes, if the bill is to have their digest.
    pub bytes: Option<&'a [u8]>,
    /// The registry in which packages of its name are published, if it is
    /// one, as package URLs name it.
    pub registry: Option<&'a str>,
    /// Whether it can be run by itself, and is not only called by others.
    pub runs: bool,
}

/// The bill of something that is published: what it is and every part that it
/// consists of. `epoch` is the time of making, in seconds since 1970.
///
/// # Errors
/// The time is none, or a part says of itself what a bill cannot.
pub fn of(
    subject: &Subject<'_>,
    parts: &Parts,
    epoch: Option<&str>,
) -> Result<String> {
    let timestamp = epoch.map(time).transpose()?;
    let others = parts.others.values().map(component);
    let tool = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let tool =
        Component::new(Classification::Application, tool.0, tool.1, None);
    let mut bill = Bom {
        spec_version: SpecVersion::V1_5,
        serial_number: None,
        metadata: Some(Metadata {
            timestamp: timestamp.map(TryInto::try_into).transpose()?,
            tools: Some(Tools::Object {
                services: None,
                components: Some(Components(vec![tool])),
            }),
            component: Some(own(subject, &parts.own)?),
            ..Metadata::default()
        }),
        components: Some(Components(others.collect::<Result<_>>()?)),
        dependencies: Some(Dependencies(parts.iter().map(edges).collect())),
        ..Bom::default()
    };
    let digest = Sha256::digest(json(&bill)?);
    let first = digest.first_chunk().context("a digest is longer")?;
    let serial = uuid::Builder::from_custom_bytes(*first).into_uuid();
    bill.serial_number = Some(UrnUuid::from(serial));
    let checked = bill.validate_version(SpecVersion::V1_5);
    ensure!(checked.passed(), "the bill of materials: {checked:?}");
    json(&bill)
}

/// What the bill is about.
fn own(subject: &Subject<'_>, part: &Part) -> Result<Component> {
    let of_digest = |bytes| Hash {
        alg: HashAlgorithm::SHA_256,
        content: HashValue(crate::hexadecimal(&Sha256::digest(bytes))),
    };
    let url = |registry| Purl::new(registry, subject.file, &part.version);
    let mut own = component(part)?;
    if subject.runs {
        own.component_type = Classification::Application;
    }
    own.name = NormalizedString::new(subject.file);
    own.purl = subject.registry.map(url).transpose()?;
    own.hashes = subject.bytes.map(|it| Hashes(vec![of_digest(it)]));
    Ok(own)
}

fn component(part: &Part) -> Result<Component> {
    let text = |it: &String| NormalizedString::new(it);
    let vcs = |url: &String| {
        let kind = ExternalReferenceType::Vcs;
        ExternalReferences(vec![ExternalReference::new(kind, Uri::new(url))])
    };
    let licence = LicenseChoice::expression(&part.licence);
    let authors = part.authors.join(", ");
    let mut component = Component::new(
        Classification::Library,
        &part.name,
        &part.version,
        Some(reference(&part.key())),
    );
    component.author =
        Some(authors).filter(|it| !it.is_empty()).as_ref().map(text);
    component.description = part.description.as_ref().map(text);
    component.licenses = Some(Licenses(vec![licence]));
    component.external_references = part.repository.as_ref().map(vcs);
    if part.origin == Origin::Registry {
        // The one character of a version that the specification has encoded
        // and the library has not.
        let url = Purl::new("cargo", &part.name, &part.version)?;
        component.purl = url.as_ref().replace('+', "%2B").parse().ok();
    }
    Ok(component)
}

fn edges(part: &Part) -> Dependency {
    Dependency {
        dependency_ref: reference(&part.key()),
        dependencies: part.depends_on.iter().map(reference).collect(),
    }
}

/// What a part is called within the bill.
fn reference((name, version): &Key) -> String {
    format!("{name}@{version}")
}

/// Seconds since 1970 as RFC 3339.
fn time(epoch: &str) -> Result<String> {
    let seconds = epoch.parse().ok().filter(|it| *it >= 0);
    let time = seconds.and_then(|it| Timestamp::from_second(it).ok());
    let time = time.with_context(|| {
        format!(
            "SOURCE_DATE_EPOCH is {epoch:?}; it must be the seconds since \
             1970, up to the year 9999"
        )
    })?;
    Ok(time.to_string())
}

fn json(bill: &Bom) -> Result<String> {
    let mut text = Vec::new();
    bill.clone().output_as_json_v1_5(&mut text)?;
    text.push(b'\n');
    Ok(String::from_utf8(text)?)
}
