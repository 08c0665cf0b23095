//! The templates: each makes a plugin that builds with one command, without a
//! warning, is of its world and imports nothing.
#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use sanchay_plugin_build::{
    Language, Template, World, c, component, root, rust, target_dir, template,
};

/// A plugin made of a template, in a folder that stays, so that what has not
/// changed is not compiled again; what was there before and is no more part
/// of it is gone.
fn made(language: Language, world: World) -> PathBuf {
    let name = format!("my-{world}");
    let folder = target_dir()
        .join("plugins/templates")
        .join(format!("{language:?}").to_lowercase())
        .join(world.name());
    template::write(Template { language, world }, &name, &folder).unwrap();
    folder
}

/// What every plugin must be.
fn must_be_sound(world: World, module: &[u8]) {
    let component = component::pack(module).unwrap();
    component::must_be(world, &component).unwrap();
    let names = component::names(&component).unwrap();
    assert_eq!(names.imports, [""; 0]);
    println!("{world}: {} bytes", component.len());
    assert!(component.len() < 100_000, "{} bytes", component.len());
}

fn rust_template_is_sound(world: World) {
    let folder = made(Language::Rust, world);
    rust::lock_like_images(&folder, &format!("my-{world}")).unwrap();
    rust::test(&folder).unwrap();
    // Both templates make a module of one name, in one folder: cargo is to
    // compile this one even if it did so before it compiled the other.
    let source = File::options().append(true).open(folder.join("src/lib.rs"));
    source.unwrap().set_modified(SystemTime::now()).unwrap();
    must_be_sound(world, &rust::build(&folder, rust::Library::Full).unwrap());
}

fn c_template_is_sound(world: World) {
    let Some(tools) = c::Tools::find() else {
        return eprintln!("{}", c::Tools::MISSING);
    };
    let folder = made(Language::C, world);
    must_be_sound(world, &c::build(&tools, &folder).unwrap());
}

#[test]
fn a_filter_in_rust_builds_passes_its_tests_and_imports_nothing() {
    rust_template_is_sound(World::Filter);
}

#[test]
fn an_extractor_in_rust_builds_passes_its_tests_and_imports_nothing() {
    rust_template_is_sound(World::Extractor);
}

#[test]
fn a_filter_in_c_builds_and_imports_nothing() {
    c_template_is_sound(World::Filter);
}

#[test]
fn an_extractor_in_c_builds_and_imports_nothing() {
    c_template_is_sound(World::Extractor);
}

#[test]
fn the_templates_in_rust_are_formatted() {
    for world in World::ALL {
        let folder = made(Language::Rust, world);
        let checked = Command::new("rustfmt")
            .args(["--edition", "2024", "--check", "--config-path"])
            .arg(root().join("rustfmt.toml"))
            .arg(folder.join("src/lib.rs"))
            .output();
        match checked {
            Err(error) => eprintln!("SKIPPED: no rustfmt: {error}"),
            Ok(it) => assert!(
                it.status.success(),
                "{}{}",
                String::from_utf8_lossy(&it.stdout),
                String::from_utf8_lossy(&it.stderr),
            ),
        }
    }
}
