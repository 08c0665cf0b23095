//! Writes what the library embeds, and the list that tells it what there is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sanchay_builder::component::Component;
use sanchay_toolchain::Failure;

use crate::machine::Variant;

/// Writes a component, its world and the machine code. Returns Rust source for
/// the library to include.
pub(crate) fn write(
    out: &Path,
    name: &str,
    component: &Component,
    variants: &[Variant],
) -> Result<String, Failure> {
    save(out, &format!("{name}.wasm"), &component.bytes)?;
    save(out, &format!("{name}.wit"), component.wit.as_bytes())?;
    for (index, variant) in variants.iter().enumerate() {
        let file = file_of(name, variant);
        match is_in_place(index) {
            true => save(out, &file, &variant.code)?,
            false => save(out, &file, &compressed(&variant.code))?,
        }
    }
    Ok(index(name, component, variants))
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

fn file_of(name: &str, variant: &Variant) -> String {
    format!("{name}-{}.cwasm", variant.name)
}

/// Rust source that the library includes.
fn index(name: &str, component: &Component, variants: &[Variant]) -> String {
    let mut text = format!(
        "pub(crate) static {}: Bundle = Bundle {{\n\
         component: include_bytes!({}),\n\
         wit: include_str!({}),\n\
         exports: &{:?},\n\
         imports: &{:?},\n\
         claimed: AtomicU64::new(0),\n\
         variants: &[\n",
        name.to_uppercase(),
        in_out_dir(&format!("{name}.wasm")),
        in_out_dir(&format!("{name}.wit")),
        component.exports,
        component.imports,
    );
    for (index, variant) in variants.iter().enumerate() {
        let file = in_out_dir(&file_of(name, variant));
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
    text.push_str("] };\n");
    text
}

fn in_out_dir(file: &str) -> String {
    format!("concat!(env!(\"OUT_DIR\"), \"/{file}\")")
}

/// Writes a file.
pub(crate) fn save(
    out: &Path,
    name: &str,
    bytes: &[u8],
) -> Result<(), Failure> {
    let path = out.join(name);
    fs::write(&path, bytes)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
