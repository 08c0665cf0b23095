//! Writes what the library embeds, and the list that tells it what there is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sanchay_builder::component::Component;
use sanchay_toolchain::Failure;

use crate::machine::Variant;

/// Writes the component, its world, the machine code, and `embedded.rs`.
pub(crate) fn write(
    out: &Path,
    component: &Component,
    variants: &[Variant],
) -> Result<(), Failure> {
    save(out, "inspector.wasm", &component.bytes)?;
    save(out, "inspector.wit", component.wit.as_bytes())?;
    for variant in variants {
        save(out, &file_of(variant), &variant.code)?;
    }
    save(out, "embedded.rs", index(component, variants).as_bytes())
}

fn file_of(variant: &Variant) -> String {
    format!("{}.cwasm", variant.name)
}

/// Rust source that the library includes.
fn index(component: &Component, variants: &[Variant]) -> String {
    let mut text = format!(
        "pub(crate) const COMPONENT: &[u8] = include_bytes!({});\n\
         pub(crate) const WIT: &str = include_str!({});\n\
         pub(crate) const EXPORTS: &[&str] = &{:?};\n\
         pub(crate) const IMPORTS: &[&str] = &{:?};\n\
         pub(crate) const VARIANTS: &[Variant] = &[\n",
        in_out_dir("inspector.wasm"),
        in_out_dir("inspector.wit"),
        component.exports,
        component.imports,
    );
    for variant in variants {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "Variant {{ name: {:?}, layout: Layout::{:?}, \
             code: &Pages(*include_bytes!({})) }},",
            variant.name,
            variant.layout,
            in_out_dir(&file_of(variant)),
        );
    }
    text.push_str("];\n");
    text
}

fn in_out_dir(file: &str) -> String {
    format!("concat!(env!(\"OUT_DIR\"), \"/{file}\")")
}

fn save(out: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = out.join(name);
    fs::write(&path, bytes)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
