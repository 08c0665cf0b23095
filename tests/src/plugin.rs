//! Plugins that do what a test wants, mischief included: components made of
//! the WebAssembly text in `tests/plugins`.

use std::{fs, path::Path};

use wit_component::{
    ComponentEncoder, StringEncoding, embed_component_metadata,
};

/// An extractor with the columns `n`, how many bytes its head of 16 has, and
/// `t`, "fine". What a file begins with may ask for something else: `u`, to
/// crash; `l`, to loop; `g`, to take all memory; `w`, `t`, `8`, `b`, `o` and
/// `E`, to lie; `e`, to complain; `m`, to leave out `n`; `n`, to tell
/// nothing; `k`, to work for some hundredth of a second first. What asks for
/// more of the file: `>`, without end; `0`, `M` and `B`, what it may not; `f`,
/// for the 4 bytes at 20, which are then `n`, and for some where there are
/// none, which are then `t`.
#[must_use]
pub fn extractor() -> Vec<u8> {
    component("extractor-plugin", &text("extractor"))
}

/// The same, but that it asks for no bytes.
#[must_use]
pub fn blind_extractor() -> Vec<u8> {
    let head = r#""\01\00\00\00\10\00\00\00\00\00\00\00")"#;
    let nothing = head.replacen("01", "00", 1);
    let text = text("extractor");
    assert!(text.contains(head), "its description has changed");
    component("extractor-plugin", &text.replace(head, &nothing))
}

/// An extractor with the setting `word`, which must not be empty, and the
/// columns `word`, `mode`, `path` and `kind`: which of its selections took the
/// file. These are files with `PK` at 2, those called `make*`, of which it
/// wants no bytes, and those without an extension. It crashes on paths that
/// begin with a `u`.
#[must_use]
pub fn teller() -> Vec<u8> {
    component("extractor-plugin", &text("teller"))
}

/// A filter that wants what does not begin with an `x`. Names that begin with
/// `!` ask for mischief: `!u`, to crash; `!l`, to loop; `!s` and `!b`, to
/// lie.
#[must_use]
pub fn filter() -> Vec<u8> {
    component("filter-plugin", &text("filter"))
}

/// An extractor whose answer is what a file begins with: the memory that the
/// host reads it from, pointers and lengths included.
#[must_use]
pub fn echo_extractor() -> Vec<u8> {
    component("extractor-plugin", &text("echo_extractor"))
}

/// A filter whose answer is the names, in the same way.
#[must_use]
pub fn echo_filter() -> Vec<u8> {
    component("filter-plugin", &text("echo_filter"))
}

fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins");
    fs::read_to_string(folder.join(name).with_extension("wat")).unwrap()
}

/// A component of a world of `wit/`, made of a core module's text.
#[must_use]
pub fn component(world: &str, text: &str) -> Vec<u8> {
    pack(&module(world, text)).unwrap()
}

/// A core module with the description of a world of `wit/` in it, as a
/// compiler leaves it for `sanchay plugin pack`.
#[must_use]
pub fn module(world: &str, text: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = wat::parse_str(text).unwrap();
    let encoding = StringEncoding::UTF8;
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    module
}

/// What `sanchay plugin pack` makes of a module, if it can.
pub fn pack(module: &[u8]) -> Result<Vec<u8>, String> {
    let says = |error| format!("{error:#}");
    ComponentEncoder::default()
        .module(module)
        .map_err(says)?
        .validate(true)
        .encode()
        .map_err(says)
}

/// The core module of [`extractor`].
#[must_use]
pub fn extractor_module() -> Vec<u8> {
    module("extractor-plugin", &text("extractor"))
}
