//! Makes components of the WebAssembly text in `tests/guests/`.
#![allow(dead_code, reason = "not every test uses all of it")]

pub(crate) mod extracting;

use std::fs;
use std::path::Path;
use std::time::Duration;

use sanchay_sandbox::{Inspector, Limits, Sandbox, SandboxOptions, component};
use wit_component::{
    ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata,
};

/// A hostile guest as a component: its text, with every export that it lacks
/// taken from the obedient guest.
pub(crate) fn guest(name: &str) -> Vec<u8> {
    let own = text(name);
    if own.contains("(component") {
        return wat::parse_str(own).unwrap();
    }
    let mut module = format!("(module\n{}\n", text("prelude"));
    for definition in text("obedient").split("\n\n") {
        let export = definition.split('"').nth(1);
        if export.is_some_and(|name| !own.contains(&format!("\"{name}\""))) {
            module.push_str(definition);
        }
    }
    module.push_str(&own);
    module.push(')');
    componentize(wat::parse_str(module).unwrap())
}

fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests");
    fs::read_to_string(folder.join(name).with_extension("wat")).unwrap()
}

/// Makes a component of a core module, in the world of the embedded one.
fn componentize(mut module: Vec<u8>) -> Vec<u8> {
    let decoded = wit_component::decode(component::bytes()).unwrap();
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("the embedded component is a WIT package");
    };
    let encoding = StringEncoding::UTF8;
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .validate(true)
        .encode()
        .unwrap()
}

/// Options with a small budget and little memory.
pub(crate) fn tight() -> SandboxOptions {
    let limits = Limits::default()
        .call_budget(Duration::from_millis(150))
        .memory(16 << 20);
    SandboxOptions { limits, ..SandboxOptions::default() }
}

/// An inspector of a hostile guest, under tight limits.
pub(crate) fn inspector_of(name: &str) -> Inspector {
    Sandbox::from_component(&guest(name), tight()).unwrap().inspector()
}

/// An inspector of the embedded component.
pub(crate) fn inspector() -> Inspector {
    Sandbox::new(SandboxOptions::default()).unwrap().inspector()
}
