//! The component that is embedded, checked by its bytes alone.
#![allow(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use sanchay_sandbox::component;
use wit_component::DecodedWasm;

#[test]
fn the_embedded_components_import_nothing() {
    for bytes in [component::bytes(), component::media()] {
        let decoded = wit_component::decode(bytes).unwrap();
        let DecodedWasm::Component(resolve, world) = decoded else {
            panic!("the embedded component is a WIT package");
        };
        let world = &resolve.worlds[world];
        assert!(world.imports.is_empty(), "{:?}", world.imports);
    }
    assert!(component::imports().is_empty());
}

#[test]
fn the_embedded_component_exports_what_its_world_says() {
    let decoded = wit_component::decode(component::bytes()).unwrap();
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("the embedded component is a WIT package");
    };
    let mut exports: Vec<_> = resolve.worlds[world]
        .exports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect();
    let mut said = component::exports().to_vec();
    exports.sort();
    said.sort_unstable();
    assert_eq!(exports, said);
    for interface in
        ["checklists", "classifying", "filtering", "hashing", "trees"]
    {
        let name = format!("sanchay:inspect/{interface}@0.1.0");
        assert!(exports.contains(&name), "{name} is missing");
    }
}

#[test]
fn the_embedded_component_is_small() {
    assert!(component::bytes().len() <= 1536 * 1024);
    assert!(component::media().len() <= 128 * 1024);
}

#[test]
fn the_printed_world_names_every_interface_and_function() {
    let wit = component::wit();
    for word in [
        "package sanchay:inspect@0.1.0",
        "interface hashing",
        "interface filtering",
        "interface checklists",
        "digest-batch: func",
        "match-names: func",
        "directory: list<u8>",
        "resource hasher",
        "resource filter",
    ] {
        assert!(wit.contains(word), "{word} is missing in\n{wit}");
    }
    assert!(!wit.contains("import wasi"));
}
