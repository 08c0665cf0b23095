//! What a published component says of itself: its name, version, authors and
//! licences, and the documentation of its world.
//!
//! The build knows nothing of this. What the program embeds is compiled and
//! measured, so that each byte of it is there for a reason; what is published
//! lies alone on somebody's disk or in a registry, and must tell what it is.
//! So it is added when a component is published, by a step that always gives
//! the same bytes for the same component, and can be taken away again:
//! [`bare`] gives the very bytes that were built.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wasm_metadata::{
    AddMetadata, AddMetadataField, Authors, Description, Licenses, Version,
};
use wasmparser::{BinaryReader, CustomSectionReader, Parser, Payload};
use wit_component::DecodedWasm;
use wit_parser::PackageMetadata;

use crate::parts::Parts;

/// Who wrote the components, as the licence has it.
const AUTHORS: &str = "The Sanchay contributors";

/// The custom sections that are added. (The name is part of one that may be
/// there already.)
const ADDED: [&str; 5] = [
    PackageMetadata::SECTION_NAME,
    "authors",
    "description",
    "licenses",
    "version",
];

/// The custom section with the names of a component and its parts.
const NAMES: &str = "component-name";

/// What a component has before its first section: magic number and version.
const HEADER: usize = 8;

/// A component that says what it is.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its bytes as they were built.
    pub bare: Vec<u8>,
    /// The names of what it imports.
    pub imports: Vec<String>,
    /// The names of what it exports.
    pub exports: Vec<String>,
}

/// Adds to a component what it is: its parts, and the documentation of its
/// world. What was added before is replaced.
///
/// # Errors
/// The bytes are no component, or what is added could not be taken away again.
pub fn describe(bytes: &[u8], parts: &Parts, docs: &str) -> Result<Described> {
    let bare = bare(bytes)?;
    let own = &parts.own;
    let Documentation { section, imports, exports } =
        documentation(&bare, docs)?;
    let mut described = bare.clone();
    let name = PackageMetadata::SECTION_NAME.into();
    CustomSection { name, data: section.into() }
        .append_to_component(&mut described);

    let mut add = AddMetadata::default();
    add.name = AddMetadataField::Set(own.name.clone());
    add.authors = AddMetadataField::Set(Authors::new(AUTHORS));
    let description = own.description.clone().unwrap_or_default();
    add.description = AddMetadataField::Set(Description::new(description));
    add.licenses = AddMetadataField::Set(Licenses::new(&licences(parts))?);
    add.version = AddMetadataField::Set(Version::new(own.version.clone()));
    let bytes = add.to_wasm(&described)?;
    ensure!(
        self::bare(&bytes)? == bare,
        "what describes it cannot be taken away again",
    );
    Ok(Described { bytes, bare, imports, exports })
}

/// The bytes of a component as they were built, without what [`describe`]
/// adds.
///
/// # Errors
/// The bytes are no component.
pub fn bare(bytes: &[u8]) -> Result<Vec<u8>> {
    ensure!(Parser::is_component(bytes), "it does not begin as a component");
    let slice = |from, to| bytes.get(from..to).unwrap_or_default();
    let mut kept = slice(0, HEADER).to_vec();
    let mut start = HEADER;
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        let section = payload.as_section().filter(|_| depth == 0);
        if let Some((_, range)) = section {
            match &payload {
                Payload::CustomSection(it) if ADDED.contains(&it.name()) => {}
                Payload::CustomSection(it) if it.name() == NAMES => {
                    names_of_parts(it)?.append_to_component(&mut kept);
                }
                _ => kept.extend_from_slice(slice(start, range.end)),
            }
            start = range.end;
        }
        match payload {
            Payload::ModuleSection { .. }
            | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(kept)
}

/// A section of names without that of the component itself, which is the
/// first of its subsections, of the kind 0.
fn names_of_parts<'a>(
    section: &CustomSectionReader<'a>,
) -> Result<CustomSection<'a>> {
    let mut data = section.data();
    let mut reader = BinaryReader::new(data, 0);
    if reader.read_u8()? == 0 {
        let size = reader.read_var_u32()?;
        let size = usize::try_from(size)?;
        reader.read_bytes(size)?;
        let rest = reader.original_position();
        data = data.get(rest..).unwrap_or_default();
    }
    Ok(CustomSection { name: NAMES.into(), data: data.into() })
}

/// What tools find of a component's world, and what it is made of.
struct Documentation {
    section: Vec<u8>,
    imports: Vec<String>,
    exports: Vec<String>,
}

/// The section in which tools find the documentation of a component's world,
/// and the names of what that imports and exports.
///
/// The section has a place for a component's own world and none for the
/// interfaces, which belong to other packages: those are documented in the
/// WIT package.
fn documentation(bytes: &[u8], docs: &str) -> Result<Documentation> {
    let decoded = wit_component::decode(bytes)?;
    let package = decoded.package();
    let DecodedWasm::Component(mut resolve, world) = decoded else {
        bail!("it is a WIT package");
    };
    let world = resolve.worlds.get_mut(world).context("it has no world")?;
    world.docs.contents = Some(docs.to_owned());
    let (imports, exports) = (world.imports.clone(), world.exports.clone());
    let names = |items: &mut dyn Iterator<Item = _>| {
        items.map(|key| resolve.name_world_key(key)).collect()
    };
    let imports = names(&mut imports.keys());
    let exports = names(&mut exports.keys());
    let metadata = PackageMetadata::extract(&resolve, package);
    let section = metadata.encode()?;
    Ok(Documentation { section, imports, exports })
}

/// The licences of all parts, as one expression.
fn licences(parts: &Parts) -> String {
    let all: BTreeSet<_> = parts.iter().map(|it| &*it.licence).collect();
    let all: Vec<_> = all.iter().map(|it| format!("({it})")).collect();
    all.join(" AND ")
}
