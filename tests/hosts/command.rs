//! The component itself: built once for all tests, and what it may ask of its
//! host.

use std::sync::OnceLock;

use sanchay_builder::{Component, world};

/// The component, built if it was not.
pub(crate) fn built() -> &'static Component {
    static BUILT: OnceLock<Component> = OnceLock::new();
    BUILT.get_or_init(|| sanchay_builder::build().expect("it can be built"))
}

#[test]
fn the_command_asks_its_host_for_files_streams_and_a_clock_and_no_more() {
    let built = built();
    assert!(built.size < 1850 << 10, "{} bytes", built.size);
    let mut interfaces: Vec<&str> = built
        .imports
        .iter()
        .map(|name| name.split_once('@').map_or(&**name, |(it, _)| it))
        .collect();
    interfaces.sort_unstable();
    assert_eq!(
        interfaces,
        [
            "wasi:cli/environment",
            "wasi:cli/exit",
            "wasi:cli/stderr",
            "wasi:cli/stdin",
            "wasi:cli/stdout",
            "wasi:cli/terminal-output",
            "wasi:cli/terminal-stdout",
            "wasi:clocks/monotonic-clock",
            "wasi:clocks/wall-clock",
            "wasi:filesystem/preopens",
            "wasi:filesystem/types",
            "wasi:io/error",
            "wasi:io/poll",
            "wasi:io/streams",
        ]
    );
}

/// The world that is written down.
const WORLD: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../guest/command/wit/command.wit"
));

#[test]
fn the_world_that_is_written_down_is_that_of_the_component() {
    // The printer would keep what is said of the whole as documentation.
    let bare = WORLD.find("package ").and_then(|at| WORLD.get(at..));
    let written = world::in_order(bare.unwrap_or(WORLD)).unwrap();
    let imports = built()
        .wit
        .replacen(
            "package root:component;",
            "package sanchay:command@0.1.0;",
            1,
        )
        .replacen("world root {", "world command {", 1);
    // Each compiler orders imports in its own way: compare them in the order
    // of their names.
    assert_eq!(written, world::in_order(&imports).unwrap());
}
