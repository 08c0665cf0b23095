//! The examples as components: of the right world, without imports, small,
//! and the same whenever and wherever they are built.
#![allow(clippy::unwrap_used, reason = "a panic is how a test reports")]

use std::fs;
use std::path::Path;

use sanchay_plugin_build::{
    World, c, component, images, portable, root, rust, target_dir,
};

/// What a plugin of a world exports, and that it imports nothing.
fn exports_only(name: &str) -> component::Names {
    component::Names {
        imports: Vec::new(),
        exports: ["types", name]
            .map(|it| format!("sanchay:inspect/{it}@0.1.0"))
            .to_vec(),
    }
}

#[test]
fn images_is_an_extractor_without_imports_and_below_100_kilobytes() {
    let component = fs::read(images().unwrap()).unwrap();
    component::must_be(World::Extractor, &component).unwrap();
    assert_eq!(
        component::names(&component).unwrap(),
        exports_only("extracting"),
    );
    assert!(component.len() < 100_000, "{} bytes", component.len());
}

#[test]
fn portable_is_a_filter_without_imports_and_below_20_kilobytes() {
    let Some(path) = portable().unwrap() else {
        return eprintln!("{}", c::Tools::MISSING);
    };
    let component = fs::read(path).unwrap();
    component::must_be(World::Filter, &component).unwrap();
    assert_eq!(
        component::names(&component).unwrap(),
        exports_only("matching"),
    );
    assert!(component.len() < 20_000, "{} bytes", component.len());
}

#[test]
fn a_filter_is_not_taken_for_an_extractor() {
    let component = fs::read(images().unwrap()).unwrap();
    let error = component::must_be(World::Filter, &component).unwrap_err();
    assert!(error.contains("matching"), "{error}");
}

#[test]
fn a_module_that_names_no_world_makes_no_plugin() {
    // The shortest module there is.
    let component = component::pack(b"\0asm\x01\0\0\0");
    let exports = component.and_then(|it| component::names(&it)).unwrap();
    assert_eq!(exports.exports, [""; 0]);
}

#[test]
fn images_is_the_same_bytes_in_another_folder() {
    let plugins = target_dir().join("plugins");
    fs::create_dir_all(&plugins).unwrap();
    let elsewhere = tempfile::tempdir_in(plugins).unwrap();
    let folder = elsewhere.path().join("plugins/images");
    copy_tree(&root().join("plugins/images"), &folder);
    copy_tree(&root().join("wit"), &elsewhere.path().join("wit"));
    let module = rust::build(&folder, rust::Library::Core).unwrap();
    let here = fs::read(images().unwrap()).unwrap();
    assert!(component::pack(&module).unwrap() == here);
}

#[test]
fn portable_is_the_same_bytes_when_built_again() {
    let Some(tools) = c::Tools::find() else {
        return eprintln!("{}", c::Tools::MISSING);
    };
    let build = || c::build_example(&tools, "portable", World::Filter);
    assert!(build().unwrap() == build().unwrap());
}

/// Copies a folder without what is built in it.
fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to).unwrap();
        } else if entry.file_name() != "target" {
            copy_tree(&entry.path(), &to);
        }
    }
}
