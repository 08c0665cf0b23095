//! A first look at an untrusted component, before anything is compiled: how
//! large it and its functions are, what its instances take, what it imports,
//! which world it claims.

use semver::Version;
use wasmparser::{Encoding, Parser, Payload};

use super::PluginError;
use super::census::{Census, Cost, Fault as Miscount};
use crate::{Fault, Limits};

/// The largest component, in bytes. One that carries a JavaScript engine has
/// some 12 MB.
const COMPONENT: usize = 32 << 20;

/// The largest function body, in bytes: some passes of a compiler take more
/// than linear time.
const FUNCTION: usize = 1 << 20;

/// How many functions a component may have; types; and all that its modules
/// declare besides. A Python interpreter has some 30,000 of them.
const FUNCTIONS: usize = 200_000;
const TYPES: usize = 50_000;
const DECLARATIONS: usize = 1_000_000;

/// How many parts a component may be nested of, and how many instances of
/// nested components it may be made of.
const PARTS: usize = 256;
const COMPONENTS: u64 = 1024;

/// How many bytes may be copied into the memory of an instance before its
/// first call.
const COPIED: u64 = 128 << 20;

/// The version of the interfaces that is called.
const VERSION: &str = "0.1.0";

/// How many of a component's names are shown.
const LISTED: usize = 5;

/// What WebAssembly begins with.
const MAGIC: &[u8] = b"\0asm";

/// How much of a component's name is shown, in characters.
const NAME: usize = 128;

/// The world that a component claims to implement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum World {
    Filter,
    Extractor,
}

/// What a component is found to be.
pub(super) struct Validated {
    pub(super) world: World,
    /// What the host has for each instance besides its memories and tables,
    /// in bytes.
    pub(super) overhead: usize,
}

/// Looks a component over that is to run under `limits`.
pub(super) fn validate(
    bytes: &[u8],
    limits: &Limits,
) -> Result<Validated, PluginError> {
    if bytes.len() > COMPONENT {
        let ceiling = COMPONENT;
        return Err(PluginError::TooLarge { bytes: bytes.len(), ceiling });
    }
    if !bytes.starts_with(MAGIC) {
        let why = "it does not begin as WebAssembly does".to_owned();
        return Err(PluginError::NotAComponent(why));
    }
    let mut sizes = Sizes::default();
    let mut census = Census::default();
    let mut depth = 0_usize;
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(unreadable)?;
        match &payload {
            Payload::Version { encoding: Encoding::Module, .. }
                if depth == 0 =>
            {
                return Err(PluginError::Module);
            }
            Payload::ModuleSection { .. }
            | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section.clone() {
                    let name = import.map_err(unreadable)?.name.name;
                    imports.push(shortened(name));
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section.clone() {
                    let name = export.map_err(unreadable)?.name.name;
                    exports.push(shortened(name));
                }
            }
            _ => {}
        }
        sizes.take(&payload)?;
        census.take(&payload, bytes).map_err(|fault| match fault {
            Miscount::Unreadable(error) => unreadable(error),
            Miscount::Unbounded(why) => PluginError::TooComplex(why),
        })?;
    }
    if !imports.is_empty() {
        return Err(PluginError::Imports(imports));
    }
    let world = claimed(&exports)?;
    let overhead = affordable(census.total(), limits)?;
    Ok(Validated { world, overhead })
}

/// How large the parts of a component are, together.
#[derive(Default)]
struct Sizes {
    functions: usize,
    types: usize,
    declarations: usize,
    parts: usize,
}

impl Sizes {
    fn take(&mut self, payload: &Payload<'_>) -> Result<(), PluginError> {
        let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        match payload {
            Payload::ModuleSection { .. }
            | Payload::ComponentSection { .. } => self.parts += 1,
            Payload::TypeSection(it) => self.types += size(it.count()),
            Payload::CoreTypeSection(it) => self.types += size(it.count()),
            Payload::ComponentTypeSection(it) => {
                self.types += size(it.count());
            }
            Payload::ImportSection(it) => {
                self.declarations += size(it.count());
            }
            Payload::ExportSection(it) => {
                self.declarations += size(it.count());
            }
            Payload::GlobalSection(it) => {
                self.declarations += size(it.count());
            }
            Payload::TableSection(it) => {
                self.declarations += size(it.count());
            }
            Payload::ElementSection(it) => {
                self.declarations += size(it.count());
            }
            Payload::DataSection(it) => {
                self.declarations += size(it.count());
            }
            Payload::CodeSectionEntry(body) => {
                self.functions += 1;
                let size = body.range().len();
                if size > FUNCTION {
                    return too_complex(format!(
                        "a function has {size} bytes; {FUNCTION} are allowed"
                    ));
                }
            }
            _ => {}
        }
        for (count, ceiling, what) in [
            (self.functions, FUNCTIONS, "functions"),
            (self.types, TYPES, "types"),
            (self.declarations, DECLARATIONS, "declarations"),
            (self.parts, PARTS, "nested parts"),
        ] {
            if count > ceiling {
                return too_complex(format!("more than {ceiling} {what}"));
            }
        }
        Ok(())
    }
}

/// Whether instances may take what they do; what they take of the host, in
/// bytes.
fn affordable(cost: Cost, limits: &Limits) -> Result<usize, PluginError> {
    let Cost { core, components, state, copied } = cost;
    if components > COMPONENTS {
        return too_complex(format!(
            "it is made of {components} components; {COMPONENTS} are allowed"
        ));
    }
    let allowed = limits.core_instance_count();
    if core > allowed as u64 {
        return Err(PluginError::Instances { count: core, allowed });
    }
    if copied > COPIED {
        return too_complex(format!(
            "an instance begins with {copied} bytes of data; {COPIED} are \
             allowed"
        ));
    }
    let asked = usize::try_from(state).unwrap_or(usize::MAX);
    let ceiling = limits.memory_bytes();
    match asked > ceiling {
        true => Err(Fault::MemoryRefused { asked, ceiling }.into()),
        false => Ok(asked),
    }
}

/// The world that has these exports.
fn claimed(exports: &[String]) -> Result<World, PluginError> {
    let has = |interface| exports.iter().any(|name| is(name, interface));
    match (has("matching"), has("extracting")) {
        (true, false) => Ok(World::Filter),
        (false, true) => Ok(World::Extractor),
        (true, true) => Err(PluginError::World(
            "it exports both matching and extracting; make two of it".into(),
        )),
        (false, false) => Err(PluginError::World(format!(
            "it exports neither sanchay:inspect/matching@{VERSION} nor \
             sanchay:inspect/extracting@{VERSION}, nor a version that is \
             compatible; it exports {}",
            listed(exports)
        ))),
    }
}

/// Whether a name is that of an interface of ours, in a version that is
/// compatible as the engine understands it: before 1.0.0 versions with the
/// same two numbers in front are, afterwards those with the same first one.
fn is(name: &str, interface: &str) -> bool {
    let version = name
        .strip_prefix("sanchay:inspect/")
        .and_then(|name| name.strip_prefix(interface))
        .and_then(|name| name.strip_prefix('@'));
    let theirs = version.and_then(|it| Version::parse(it).ok());
    let (Some(theirs), Ok(ours)) = (theirs, Version::parse(VERSION)) else {
        return false;
    };
    let track = |it: &Version| match (it.major, it.minor) {
        (0, minor) => (0, minor),
        (major, _) => (major, 0),
    };
    theirs.pre.is_empty() && track(&theirs) == track(&ours)
}

/// The first few of a component's names.
fn listed(names: &[String]) -> String {
    let first = names.get(..LISTED).unwrap_or(names).join(", ");
    match names.len() {
        0 => "nothing".to_owned(),
        count if count > LISTED => {
            format!("{first} and {} more", count - LISTED)
        }
        _ => first,
    }
}

/// The beginning of a component's name.
fn shortened(name: &str) -> String {
    name.chars().take(NAME).collect()
}

fn unreadable(error: wasmparser::BinaryReaderError) -> PluginError {
    PluginError::NotAComponent(error.message().to_owned())
}

fn too_complex<T>(why: String) -> Result<T, PluginError> {
    Err(PluginError::TooComplex(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_semver_does() {
        for name in ["0.1.0", "0.1.1", "0.1.99", "0.1.1+build"] {
            let name = format!("sanchay:inspect/matching@{name}");
            assert!(is(&name, "matching"), "{name}");
            assert!(!is(&name, "extracting"), "{name}");
        }
        for name in ["0.2.0", "1.0.0", "0.0.1", "0.1.1-rc.1", "0.1", "", "x"] {
            let name = format!("sanchay:inspect/matching@{name}");
            assert!(!is(&name, "matching"), "{name}");
        }
        assert!(!is("sanchay:inspect/matching", "matching"));
        assert!(!is("other:inspect/matching@0.1.0", "matching"));
    }

    #[test]
    fn what_is_exported_instead_is_told() {
        let names = |count: usize| {
            let names: Vec<_> = (0..count).map(|it| it.to_string()).collect();
            claimed(&names).unwrap_err().to_string()
        };
        assert!(names(0).ends_with("; it exports nothing"));
        assert!(names(2).ends_with("; it exports 0, 1"));
        assert!(names(9).ends_with("; it exports 0, 1, 2, 3, 4 and 4 more"));
    }
}
