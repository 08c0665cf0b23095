//! What a published component says of itself: its name, version, authors and
//! licences, and the documentation of its world.
//!
//! The build knows nothing of this. What the program embeds is compiled and
//! measured, so that each byte of it is there for a reason; what is published
//! lies alone on somebody's disk or in a registry, and must tell what it is.
//! So it is added when a component is published, by a step that always gives
//! the same bytes for the same component, and can be taken away again:
//! [`bare`] gives the very bytes that were built.

use wasm_encoder::{ComponentSection as _, CustomSection};
use wasm_metadata::{
    AddMetadata, AddMetadataField, Authors, Description, Licenses, Version,
};
use wasmparser::{BinaryReader, CustomSectionReader, Parser, Payload};
use wit_component::DecodedWasm;
use wit_parser::PackageMetadata;

use crate::{Error, parts::Part};

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

/// Adds to a component what it is: its `parts`, the first of which is its own
/// package, and the documentation of its world. What was added before is
/// replaced.
///
/// # Errors
/// [`Error::Component`] if the bytes are no component, or if what is added
/// could not be taken away again.
pub fn describe(
    bytes: &[u8],
    parts: &[Part],
    docs: &str,
) -> Result<Described, Error> {
    let bare = bare(bytes)?;
    let own = parts.first();
    let own = own.ok_or_else(|| Error::Component("it has no parts".into()))?;
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
    let licences = Licenses::new(&licences(parts)).map_err(wrong)?;
    add.licenses = AddMetadataField::Set(licences);
    add.version = AddMetadataField::Set(Version::new(own.version.clone()));
    let described = add.to_wasm(&described).map_err(wrong)?;

    if self::bare(&described)? == bare {
        Ok(Described { bytes: described, bare, imports, exports })
    } else {
        let why = "what describes it cannot be taken away again";
        Err(Error::Component(why.into()))
    }
}

/// The bytes of a component as they were built, without what [`describe`]
/// adds.
///
/// # Errors
/// [`Error::Component`] if the bytes are no component.
pub fn bare(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    if !Parser::is_component(bytes) {
        return Err(Error::Component("it does not begin as one".into()));
    }
    let slice = |from, to| bytes.get(from..to).unwrap_or_default();
    let mut kept = slice(0, HEADER).to_vec();
    let mut start = HEADER;
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(wrong)?;
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
) -> Result<CustomSection<'a>, Error> {
    let mut data = section.data();
    let mut reader = BinaryReader::new(data, 0);
    if reader.read_u8().map_err(wrong)? == 0 {
        let size = reader.read_var_u32().map_err(wrong)?;
        let size = usize::try_from(size).map_err(wrong)?;
        reader.read_bytes(size).map_err(wrong)?;
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
fn documentation(bytes: &[u8], docs: &str) -> Result<Documentation, Error> {
    let decoded = wit_component::decode(bytes).map_err(wrong)?;
    let package = decoded.package();
    let DecodedWasm::Component(mut resolve, world) = decoded else {
        return Err(Error::Component("it is a WIT package".into()));
    };
    let Some(world) = resolve.worlds.get_mut(world) else {
        return Err(Error::Component("it has no world".into()));
    };
    world.docs.contents = Some(docs.to_owned());
    let (imports, exports) = (world.imports.clone(), world.exports.clone());
    let names = |items: &mut dyn Iterator<Item = _>| {
        items.map(|key| resolve.name_world_key(key)).collect()
    };
    let imports = names(&mut imports.keys());
    let exports = names(&mut exports.keys());
    let metadata = PackageMetadata::extract(&resolve, package);
    let section = metadata.encode().map_err(wrong)?;
    Ok(Documentation { section, imports, exports })
}

/// The licences of all parts, as one expression.
fn licences(parts: &[Part]) -> String {
    let mut found: Vec<&str> = Vec::new();
    for part in parts {
        if !found.contains(&&*part.licence) {
            found.push(&part.licence);
        }
    }
    let all: Vec<_> = found.iter().map(|it| format!("({it})")).collect();
    match &found[..] {
        [only] => (*only).to_owned(),
        _ => all.join(" AND "),
    }
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::Component(format!("{error:#}"))
}
