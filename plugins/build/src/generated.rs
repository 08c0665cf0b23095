//! What of the templates in C is generated from the WIT package.

use std::fmt::Write as _;
use std::path::PathBuf;

use wit_bindgen_core::{Files, wit_parser};
use wit_component::StringEncoding;

use crate::{Failure, World, root};

/// A generated file, and what must stand in it.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Where it is.
    pub path: PathBuf,
    /// What it must have.
    pub text: String,
}

/// Generates all of them: for each world the bindings, `plugin.h` and
/// `plugin.c`, and `world.s`.
///
/// # Errors
///
/// The WIT package cannot be read.
pub fn all() -> Result<Vec<Generated>, Failure> {
    let mut all = Vec::new();
    for world in World::ALL {
        let mut files = bindings(world)?;
        files.push(("world.s".into(), section(world)?));
        let folder = match world {
            World::Filter => "filter",
            World::Extractor => "extractor",
        };
        let folder = root()
            .join("host/cli/templates/plugin/c")
            .join(folder)
            .join("support");
        all.extend(
            files.into_iter().map(|(name, text)| Generated {
                path: folder.join(name),
                text,
            }),
        );
    }
    Ok(all)
}

/// The types and functions of a world in C, by wit-bindgen: names and texts.
fn bindings(world: World) -> Result<Vec<(String, String)>, Failure> {
    let wit = root().join("wit");
    let interface = format!("sanchay:inspect/{}@0.1.0", world.interface());
    let options = wit_bindgen_c::Opts {
        no_object_file: true,
        rename_world: Some("plugin".into()),
        rename: vec![
            (interface, world.interface().into()),
            ("sanchay:inspect/types@0.1.0".into(), "types".into()),
        ],
        ..wit_bindgen_c::Opts::default()
    };
    let mut files = Files::default();
    let mut generate = || {
        let mut resolve = wit_parser::Resolve::default();
        let (package, _) = resolve.push_path(&wit)?;
        let id = resolve.select_world(&[package], Some(world.name()))?;
        options.build().generate(&mut resolve, id, &mut files)
    };
    generate().map_err(|error| {
        format!("cannot make C of {}: {error:#}", wit.display())
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(files.iter().map(|(name, it)| (name.to_owned(), text(it))).collect())
}

/// A source for the assembler that puts into a module what its world is: a
/// custom section, encoded as `wit-component` wants it.
fn section(world: World) -> Result<String, Failure> {
    let (resolve, id) = world.resolve()?;
    let encoded = wit_component::metadata::encode(
        &resolve,
        id,
        StringEncoding::UTF8,
        None,
        false,
    )
    .map_err(|error| format!("cannot encode {world}: {error:#}"))?;
    let mut text = format!(
        "# What world the module is of, for the packer: the world\n\
         # `{world}` of wit/, encoded. Generated.\n\
         \t.section \".custom_section.component-type:{world}\",\"\",@\n",
    );
    for line in encoded.chunks(16) {
        text.push_str("\t.byte ");
        for (index, byte) in line.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}{byte}");
        }
        text.push('\n');
    }
    // Generated code calls it, so that this is linked whatever lies between.
    let link = "__component_type_object_force_link_plugin";
    let _ = write!(
        text,
        "\t.section .text.{link},\"\",@\n\t.globl {link}\n\t.type {link},@function\n{link}:\n\
         \t.functype {link} () -> ()\n\tend_function\n",
    );
    Ok(text)
}
