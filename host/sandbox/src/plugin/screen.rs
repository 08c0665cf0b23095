//! A first look at a stranger's component, before anything is compiled: how
//! large it and its functions are, what it imports, which world it claims.

use wasmparser::{Encoding, Parser, Payload};

use super::PluginError;

/// The largest component, in bytes. One that carries a JavaScript engine has
/// some 12 MB.
const COMPONENT: usize = 32 << 20;

/// The largest function body, in bytes: some passes of a compiler take more
/// than linear time.
const FUNCTION: usize = 1 << 20;

/// How many functions, and how many parts a component may be nested of.
const FUNCTIONS: usize = 200_000;
const PARTS: usize = 256;

/// What WebAssembly begins with.
const MAGIC: &[u8] = b"\0asm";

/// How much of a stranger's name is told, in characters.
const NAME: usize = 128;

/// The world that a component claims to implement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum World {
    Filter,
    Extractor,
}

/// Looks a component over.
pub(super) fn screen(bytes: &[u8]) -> Result<World, PluginError> {
    if bytes.len() > COMPONENT {
        let ceiling = COMPONENT;
        return Err(PluginError::TooLarge { bytes: bytes.len(), ceiling });
    }
    if !bytes.starts_with(MAGIC) {
        let why = "it does not begin as WebAssembly does".to_owned();
        return Err(PluginError::NotAComponent(why));
    }
    let unreadable = |error: wasmparser::BinaryReaderError| {
        PluginError::NotAComponent(error.message().to_owned())
    };
    let mut depth = 0_usize;
    let (mut functions, mut parts) = (0_usize, 0_usize);
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(unreadable)? {
            Payload::Version { encoding: Encoding::Module, .. }
                if depth == 0 =>
            {
                return Err(PluginError::Module);
            }
            Payload::ModuleSection { .. }
            | Payload::ComponentSection { .. } => {
                depth += 1;
                parts += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let name = import.map_err(unreadable)?.name.name;
                    imports.push(name.chars().take(NAME).collect());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let name = export.map_err(unreadable)?.name.name;
                    exports.push(name.to_owned());
                }
            }
            Payload::CodeSectionEntry(body) => {
                functions += 1;
                let size = body.range().len();
                if size > FUNCTION {
                    return too_complex(format!(
                        "a function has {size} bytes; {FUNCTION} are allowed"
                    ));
                }
            }
            _ => {}
        }
        if functions > FUNCTIONS {
            return too_complex(format!("more than {FUNCTIONS} functions"));
        }
        if parts > PARTS {
            return too_complex(format!("more than {PARTS} nested parts"));
        }
    }
    if !imports.is_empty() {
        return Err(PluginError::Imports(imports));
    }
    claimed(&exports)
}

/// The world that has these exports.
fn claimed(exports: &[String]) -> Result<World, PluginError> {
    let has = |interface: &str| {
        let name = format!("sanchay:inspect/{interface}@0.1.0");
        exports.contains(&name)
    };
    match (has("judging"), has("extracting")) {
        (true, false) => Ok(World::Filter),
        (false, true) => Ok(World::Extractor),
        (true, true) => Err(PluginError::World(
            "it exports both judging and extracting; make two of it".into(),
        )),
        (false, false) => Err(PluginError::World(
            "it exports neither sanchay:inspect/judging@0.1.0 nor \
             sanchay:inspect/extracting@0.1.0"
                .into(),
        )),
    }
}

fn too_complex<T>(why: String) -> Result<T, PluginError> {
    Err(PluginError::TooComplex(why))
}
