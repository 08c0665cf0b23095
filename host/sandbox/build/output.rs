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
    for (index, variant) in variants.iter().enumerate() {
        let file = file_of(variant);
        match is_in_place(index) {
            true => save(out, &file, &variant.code)?,
            false => save(out, &file, &compressed(&variant.code))?,
        }
    }
    save(out, "embedded.rs", index(component, variants).as_bytes())
}

/// Whether the library runs a variant where it lies in the program: the one
/// that nearly all processors run. The others would make the program a fifth
/// larger, and are compressed.
const fn is_in_place(index: usize) -> bool {
    index == 0
}

fn compressed(code: &[u8]) -> Vec<u8> {
    const LEVEL: u8 = 9;
    miniz_oxide::deflate::compress_to_vec(code, LEVEL)
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
    for (index, variant) in variants.iter().enumerate() {
        let file = in_out_dir(&file_of(variant));
        let code = match is_in_place(index) {
            true => format!("Code::InPlace(&Pages(*include_bytes!({file})))"),
            false => format!(
                "Code::Deflated(include_bytes!({file}), {})",
                variant.code.len(),
            ),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "Variant {{ name: {:?}, layout: Layout::{:?}, code: {code} }},",
            variant.name, variant.layout,
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
