//! Generates what the templates have from the WIT package: for each world the
//! bindings for C, `plugin.h` and `plugin.c`, with `world.s`; and the list of
//! the package's files.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sanchay_toolchain::{Failure, script};
use wit_bindgen_core::Files;
use wit_component::StringEncoding;
use wit_parser::{Resolve, WorldId, WorldKey};

/// How the name of a world that plugins implement ends.
const PLUGIN: &str = "-plugin";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    script::main(|| {
        let wit = script::root()?.join("wit");
        println!("cargo::rerun-if-changed=build.rs");
        println!("cargo::rerun-if-changed={}", wit.display());
        let out = script::out_dir()?;
        generate(&wit, &out).map_err(|error| failure(&wit, &*error))
    })
}

fn failure(wit: &Path, error: &dyn Error) -> Failure {
    format!("cannot make the templates of {}: {error:#}", wit.display())
}

fn generate(wit: &Path, out: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (id, _) = resolve.push_path(wit)?;
    let package = resolve.packages.get(id).ok_or("there is no package")?;
    let version = package.name.version.as_ref();
    let version = version.ok_or("the package has no version")?;
    println!("cargo::rustc-env=SANCHAY_WIT_VERSION={version}");
    for (world, id) in &package.worlds {
        if world.ends_with(PLUGIN) {
            let folder = out.join(world);
            fs::create_dir_all(&folder)?;
            for (name, text) in bindings(&resolve, *id)?.iter() {
                fs::write(folder.join(name), text)?;
            }
            let section = section(&resolve, *id, world)?;
            fs::write(folder.join("world.s"), section)?;
        }
    }
    fs::write(out.join("wit.rs"), list(wit)?)?;
    Ok(())
}

/// The types and functions of a world in C, by wit-bindgen. Interfaces go by
/// their names alone.
fn bindings(resolve: &Resolve, world: WorldId) -> Result<Files> {
    let exports = resolve.worlds.get(world).map(|it| &it.exports);
    let mut options = wit_bindgen_c::Opts {
        no_object_file: true,
        rename_world: Some("plugin".into()),
        ..wit_bindgen_c::Opts::default()
    };
    for key in exports.into_iter().flat_map(|it| it.keys()) {
        if let WorldKey::Interface(id) = key {
            let name = resolve.interfaces.get(*id);
            let name = name.and_then(|it| it.name.clone());
            let name = name.ok_or("an interface has no name")?;
            options.rename.push((resolve.name_world_key(key), name));
        }
    }
    let mut files = Files::default();
    options.build().generate(&mut resolve.clone(), world, &mut files)?;
    Ok(files)
}

/// A source for the assembler that puts into a module what its world is: a
/// custom section, encoded as `wit-component` wants it.
fn section(resolve: &Resolve, id: WorldId, world: &str) -> Result<String> {
    let encoding = StringEncoding::UTF8;
    let encoded =
        wit_component::metadata::encode(resolve, id, encoding, None)?;
    let mut text = format!(
        "# What world the module is of, for the packer: the world\n\
         # `{world}` of wit/, encoded. Generated.\n\
         \t.section \".custom_section.component-type:{world}\",\"\",@\n",
    );
    for line in encoded.chunks(16) {
        let bytes: Vec<_> = line.iter().map(u8::to_string).collect();
        writeln!(text, "\t.byte {}", bytes.join(","))?;
    }
    // Generated code calls it, so that this is linked whatever lies between.
    let link = "__component_type_object_force_link_plugin";
    write!(
        text,
        "\t.section .text.{link},\"\",@\n\t.globl {link}\n\
         \t.type {link},@function\n{link}:\n\
         \t.functype {link} () -> ()\n\tend_function\n",
    )?;
    Ok(text)
}

/// Rust source with the files of the WIT package: their names and texts.
fn list(wit: &Path) -> Result<String> {
    let mut paths: Vec<PathBuf> = fs::read_dir(wit)?
        .map(|entry| entry.map(|it| it.path()))
        .collect::<std::io::Result<_>>()?;
    paths.sort();
    let mut text = String::from("&[\n");
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        writeln!(text, "({name:?}, include_str!({path:?})),")?;
    }
    text.push_str("]\n");
    Ok(text)
}
