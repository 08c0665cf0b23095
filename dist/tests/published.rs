//! What is published beside a component, checked against the format's rules
//! and against cargo.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::{collections::BTreeSet, fs, path::Path};

use cyclonedx_bom::prelude::{Bom, SpecVersion, Validate as _};
use sanchay_dist::{
    bill,
    description::{self, Described},
    interfaces::Package,
    licences,
    parts::{self, LIBRARY, Origin, Part, Parts},
    release::{self, Native},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn inspector() -> Parts {
    parts::of(root(), "sanchay-inspector").unwrap()
}

fn subject(bytes: &[u8]) -> bill::Subject<'_> {
    bill::Subject {
        file: "inspector.wasm",
        bytes: Some(bytes),
        registry: None,
        runs: false,
    }
}

fn named<'a>(parts: &'a Parts, name: &str) -> &'a Part {
    let mut of_it = parts.iter().filter(|part| part.name == name);
    of_it.next().unwrap_or_else(|| panic!("{name} is not there"))
}

#[test]
fn the_parts_are_what_is_linked_and_nothing_that_only_builds_it() {
    let parts = inspector();
    assert_eq!(parts.own.name, "sanchay-inspector");
    for (name, origin) in [
        ("sanchay-core", Origin::Own),
        ("blake3", Origin::Registry),
        ("crc32fast", Origin::Registry),
        ("dlmalloc", Origin::Registry),
        ("md-5", Origin::Registry),
        ("memchr", Origin::Registry),
        ("sha1", Origin::Registry),
        ("sha2", Origin::Registry),
        ("wit-bindgen", Origin::Registry),
        ("xxhash-rust", Origin::Registry),
        ("core", Origin::Rust),
        ("alloc", Origin::Rust),
        ("compiler_builtins", Origin::Rust),
    ] {
        assert_eq!(named(&parts, name).origin, origin, "{name}");
    }
    for name in ["cc", "syn", "wit-bindgen-rust-macro", "proptest", "libc"] {
        assert!(parts.iter().all(|part| part.name != name), "{name}");
    }
}

#[test]
fn the_parts_of_each_component_are_its_own() {
    let command = parts::of(root(), "sanchay-command").unwrap();
    let inspector = inspector();
    for name in ["getargs", "serde_json", "wasi", "wasip2", "csv-core"] {
        assert_eq!(named(&command, name).origin, Origin::Registry, "{name}");
        assert!(inspector.iter().all(|part| part.name != name), "{name}");
    }
    // What procedural macros of the workspace make others ask for.
    for name in ["log", "indexmap", "syn", "wit-parser", "quote"] {
        assert!(command.iter().all(|part| part.name != name), "{name}");
    }
}

#[test]
fn the_licences_of_rusts_library_are_those_of_its_manifests() {
    let compiler = sanchay_toolchain::find(root()).unwrap();
    let library = compiler.sysroot.join("lib/rustlib/src/rust/library");
    if !library.is_dir() {
        eprintln!("SKIPPED: the library's sources are not installed");
        return;
    }
    for (name, licence, folder) in LIBRARY {
        let manifest = library.join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let line = format!("license = \"{licence}\"");
        assert!(manifest.contains(&line), "{name}: {manifest}");
    }
}

#[test]
fn what_is_no_package_of_the_guest_is_refused() {
    let error = parts::of(root(), "sanchay-nothing").unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("sanchay-nothing"), "{error}");
}

/// Whether a serial number is as the schema's pattern has it.
fn is_serial(serial: &str) -> bool {
    let Some(uuid) = serial.strip_prefix("urn:uuid:") else { return false };
    let groups: Vec<_> = uuid.split('-').collect();
    let hexadecimal = |it: &str| {
        it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    };
    groups.iter().map(|it| it.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|it| hexadecimal(it))
        && groups[2].starts_with('8')
        && groups[3].starts_with(['8', '9', 'a', 'b'])
}

/// The properties of an object that the schema of CycloneDX 1.5 knows; it
/// allows no others.
fn allowed(object: &Value, names: &[&str]) {
    for name in object.as_object().unwrap().keys() {
        assert!(names.contains(&name.as_str()), "{name} is not allowed");
    }
}

/// Checks a component as the schema of CycloneDX 1.5 has it: with a type and
/// a name, and of nothing but what is used here.
fn is_component(component: &Value) {
    allowed(
        component,
        &[
            "type",
            "bom-ref",
            "author",
            "name",
            "version",
            "description",
            "hashes",
            "licenses",
            "purl",
            "externalReferences",
        ],
    );
    let kind = component["type"].as_str().unwrap();
    assert!(["application", "library"].contains(&kind), "{kind}");
    assert!(!component["name"].as_str().unwrap().is_empty());
    assert!(!component["version"].as_str().unwrap().is_empty());
    let none = Vec::new();
    let list = |name: &str| component[name].as_array().unwrap_or(&none);
    for licence in list("licenses") {
        allowed(licence, &["expression"]);
    }
    assert!(list("licenses").len() <= 1, "one expression stands alone");
    for reference in list("externalReferences") {
        allowed(reference, &["type", "url"]);
        assert_eq!(reference["type"], "vcs");
        let url = reference["url"].as_str().unwrap();
        assert!(url.starts_with("https://"), "{url}");
    }
    for hash in list("hashes") {
        allowed(hash, &["alg", "content"]);
        assert_eq!(hash["content"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn the_bill_of_materials_is_valid_and_holds_every_part() {
    let parts = inspector();
    let text = bill::of(&subject(b"bytes"), &parts, Some("1800000000"));
    let text = text.unwrap();
    let read = Bom::parse_from_json_v1_5(text.as_bytes()).unwrap();
    assert!(read.validate_version(SpecVersion::V1_5).passed());
    let bill: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(bill["bomFormat"], "CycloneDX");
    assert_eq!(bill["specVersion"], "1.5");
    assert_eq!(bill["version"], 1);
    allowed(
        &bill,
        &[
            "bomFormat",
            "specVersion",
            "serialNumber",
            "version",
            "metadata",
            "components",
            "dependencies",
        ],
    );
    allowed(&bill["metadata"], &["timestamp", "tools", "component"]);
    let serial = bill["serialNumber"].as_str().unwrap();
    assert!(is_serial(serial), "{serial}");
    assert_eq!(bill["metadata"]["timestamp"], "2027-01-15T08:00:00Z");
    let own = &bill["metadata"]["component"];
    is_component(own);
    is_component(&bill["metadata"]["tools"]["components"][0]);
    assert_eq!(own["name"], "inspector.wasm");
    let digest: String = Sha256::digest(b"bytes")
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    assert_eq!(own["hashes"][0]["alg"], "SHA-256");
    assert_eq!(own["hashes"][0]["content"], digest.as_str());
    let components = bill["components"].as_array().unwrap();
    assert_eq!(components.len(), parts.others.len());
    for (component, part) in components.iter().zip(parts.others.values()) {
        is_component(component);
        assert_eq!(component["type"], "library");
        assert_eq!(component["name"], part.name.as_str());
        assert_eq!(component["version"], part.version.as_str());
        let licence = component["licenses"][0]["expression"].as_str();
        spdx::Expression::parse(licence.unwrap()).unwrap();
        let purl = format!("pkg:cargo/{}@{}", part.name, part.version);
        match part.origin {
            Origin::Registry => assert_eq!(component["purl"], purl.as_str()),
            Origin::Own | Origin::Rust => assert!(component["purl"].is_null()),
        }
    }
}

#[test]
fn the_dependencies_of_the_bill_lead_from_the_component_to_every_part() {
    for package in ["sanchay-inspector", "sanchay-command"] {
        lead_to_every_part(&parts::of(root(), package).unwrap());
    }
}

#[test]
fn a_version_is_written_in_a_package_url_as_a_url_has_it() {
    let parts = parts::of(root(), "sanchay-command").unwrap();
    let wasi = named(&parts, "wasi");
    let (version, of_what) = wasi.version.split_once('+').unwrap();
    let purl = format!("\"pkg:cargo/wasi@{version}%2B{of_what}\"");
    let bill = bill::of(&subject(b""), &parts, None).unwrap();
    assert!(bill.contains(&purl), "{purl}");
}

fn lead_to_every_part(parts: &Parts) {
    let text = bill::of(&subject(b""), parts, None).unwrap();
    let bill: Value = serde_json::from_str(&text).unwrap();
    let own = bill["metadata"]["component"]["bom-ref"].as_str().unwrap();
    let components = bill["components"].as_array().unwrap();
    let mut all: BTreeSet<_> =
        components.iter().map(|it| it["bom-ref"].as_str().unwrap()).collect();
    assert!(all.insert(own), "two parts have one name");
    assert_eq!(all.len(), parts.iter().count(), "two parts have one name");
    let edges = bill["dependencies"].as_array().unwrap();
    let of = |name: &str| {
        let edge = edges.iter().find(|it| it["ref"] == name).unwrap();
        // One that depends on nothing stands alone.
        edge["dependsOn"].as_array().cloned().unwrap_or_default()
    };
    let mut reached = vec![own.to_owned()];
    let mut next = 0;
    while next < reached.len() {
        for other in of(&reached[next]) {
            let other = other.as_str().unwrap().to_owned();
            if !reached.contains(&other) {
                reached.push(other);
            }
        }
        next += 1;
    }
    assert_eq!(
        reached.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        all
    );
}

#[test]
fn a_bill_is_the_same_each_time_and_another_for_another_component() {
    let parts = inspector();
    let bill = |bytes: &[u8], epoch| bill::of(&subject(bytes), &parts, epoch);
    let serial = |text: &str| {
        let bill: Value = serde_json::from_str(text).unwrap();
        assert!(bill["metadata"]["timestamp"].is_null());
        bill["serialNumber"].as_str().unwrap().to_owned()
    };
    let first = bill(b"a", None).unwrap();
    assert_eq!(bill(b"a", None).unwrap(), first);
    let other = bill(b"b", None).unwrap();
    assert_ne!(serial(&first), serial(&other));
    let here = root().to_str().unwrap();
    assert!(!first.contains(here), "it names a folder of this machine");
    for wrong in ["", "soon", "-1", "99999999999999"] {
        let error = bill(b"a", Some(wrong)).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("SOURCE_DATE_EPOCH is"), "{error}");
    }
}

#[test]
fn the_licence_list_has_every_part_and_the_text_of_its_licences() {
    let parts = inspector();
    let list = licences::list("inspector.wasm", &parts, root()).unwrap();
    for part in parts.iter() {
        let lines = format!(
            "\n{} {}\n    {}\n",
            part.name, part.version, part.licence,
        );
        assert!(list.contains(&lines), "{lines}");
        let (_, rest) = list.split_once(&lines).unwrap();
        let texts = rest.lines().nth(1).unwrap();
        let numbers = texts.strip_prefix("    texts: ").unwrap();
        for number in numbers.split(", ") {
            let heading = format!("\nText {number}, of ");
            let (_, rest) = list.split_once(&heading).unwrap();
            let owners = rest.lines().next().unwrap();
            let name = format!("{} {}", part.name, part.version);
            assert!(owners.split(", ").any(|it| it == name), "{owners}");
        }
    }
    for words in [
        "Permission is hereby granted, free of charge",
        "Apache License",
        "Boost Software License - Version 1.0",
        "LLVM Exceptions to the Apache 2.0 License",
    ] {
        assert!(list.contains(words), "{words:?} is missing");
    }
    let here = root().to_str().unwrap();
    assert!(!list.contains(here), "it names a folder of this machine");
}

#[test]
fn the_wheel_carries_a_bill_and_licences_with_the_guest_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let target = "x86_64-unknown-linux-gnu";
    let what = Native::Wheel(target);
    let written = release::native(what, folder.path(), root(), None).unwrap();
    let text = |name: &str| {
        let path = folder.path().join(name);
        assert!(written.contains(&path), "{name}: {written:?}");
        fs::read_to_string(path).unwrap()
    };
    let bill = text("sanchay.cdx.json");
    let list = text("THIRD-PARTY-LICENSES.txt");
    let parsed: Value = serde_json::from_str(&bill).unwrap();
    let subject = &parsed["metadata"]["component"];
    is_component(subject);
    let version = subject["version"].as_str().unwrap();
    assert_eq!(subject["name"], "sanchay");
    assert_eq!(subject["purl"], format!("pkg:pypi/sanchay@{version}"));
    let components = parsed["components"].as_array().unwrap();
    // Of the extension module, of the program and the engine in it, of the
    // components in that.
    for name in [
        "pyo3",
        "arrow-array",
        "clap",
        "cranelift-codegen",
        "sanchay",
        "wasmtime",
        "std",
        "sanchay-core",
        "sanchay-inspector",
        "sanchay-media-extractor",
        "sanchay-picture-extractor",
        "blake3",
        "dlmalloc",
        "xxhash-rust",
        "zune-jpeg",
    ] {
        let of_it = components.iter().filter(|it| it["name"] == name);
        let mut versions: Vec<_> =
            of_it.map(|it| it["version"].as_str().unwrap()).collect();
        // The guest may be made by another compiler, with a library of its own.
        if name == "std" {
            let all = versions.len();
            versions.sort_unstable();
            versions.dedup();
            assert_eq!(versions.len(), all, "{name}");
            versions.truncate(1);
        }
        assert_eq!(versions.len(), 1, "{name}");
        assert!(list.contains(&format!("\n{name} ")), "{name}");
    }
    // What only builds it, or only tests it.
    for name in ["syn", "proptest", "maturin"] {
        assert!(components.iter().all(|it| it["name"] != name), "{name}");
    }
    let home = std::env::var("HOME").unwrap_or("/root".into()) + "/";
    for folder in [root().to_str().unwrap(), &*home, "path+file", "file://"] {
        assert!(!bill.contains(folder), "it names {folder}");
        assert!(!list.contains(folder), "it names {folder}");
    }
    lead_to_every_part(
        &parts::of_native(root(), "sanchay-python", target).unwrap(),
    );
}

#[test]
fn a_folder_is_completed_with_all_that_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let complete = || release::complete(folder.path(), root(), None);
    let error = complete().unwrap_err().to_string();
    assert!(error.contains("inspector.wasm: cannot read"), "{error}");

    for name in ["inspector.wasm", "sanchay.wasm"] {
        fs::write(folder.path().join(name), b"component").unwrap();
    }
    let error = complete().unwrap_err().to_string();
    assert!(error.contains("is no component to publish"), "{error}");
    for name in ["inspector.wasm", "sanchay.wasm"] {
        let built = sanchay_sandbox::component::bytes();
        fs::write(folder.path().join(name), built).unwrap();
    }
    let written = complete().unwrap();
    let mut names: Vec<_> = written
        .iter()
        .map(|path| path.strip_prefix(folder.path()).unwrap())
        .map(|path| path.to_str().unwrap())
        .filter(|name| !name.starts_with("wit/"))
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "COMPONENT.md",
            "INTERFACES.md",
            "README.md",
            "examples/node/digest.mjs",
            "examples/python/digest.py",
            "examples/python/wasi.py",
            "examples/rust/Cargo.toml",
            "examples/rust/src/main.rs",
            "inspector.cdx.json",
            "inspector.licenses.txt",
            "inspector.wasm",
            "sanchay-inspect-0.1.0.wasm",
            "sanchay.cdx.json",
            "sanchay.imports.txt",
            "sanchay.licenses.txt",
            "sanchay.wasm",
        ],
    );
    for entry in fs::read_dir(root().join("wit")).unwrap() {
        let name = entry.unwrap().file_name();
        let of_ours = fs::read(root().join("wit").join(&name)).unwrap();
        let copy = fs::read(folder.path().join("wit").join(&name)).unwrap();
        assert_eq!(copy, of_ours);
    }
    let contents = || {
        let mut all = Vec::new();
        for path in complete().unwrap() {
            all.push((path.clone(), fs::read(path).unwrap()));
        }
        all.sort();
        all
    };
    assert_eq!(contents(), contents());
}

#[test]
fn the_program_carries_the_parts_of_the_target_that_it_is_built_for() {
    for (target, there, not) in [
        ("x86_64-unknown-linux-gnu", "rustix", "windows-sys"),
        ("x86_64-unknown-linux-musl", "mimalloc", "windows-sys"),
        ("x86_64-pc-windows-gnu", "windows-sys", "signal-hook"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let what = Native::Program(target);
        release::native(what, folder.path(), root(), None).unwrap();
        let bill = folder.path().join("sanchay.cdx.json");
        let bill: Value =
            serde_json::from_slice(&fs::read(bill).unwrap()).unwrap();
        let subject = &bill["metadata"]["component"];
        assert_eq!(subject["type"], "application", "{target}");
        assert!(subject["purl"].is_null(), "{subject}");
        let components = bill["components"].as_array().unwrap();
        let has = |name: &str| components.iter().any(|it| it["name"] == name);
        assert!(has(there), "{target}: {there} is not there");
        assert!(!has(not), "{target}: {not} is there");
        for name in ["axum", "libsqlite3-sys", "sanchay-picture-extractor"] {
            assert!(has(name), "{target}: {name} is not there");
        }
        assert!(!has("pyo3"), "{target}");
    }
}

/// The inspector as it was built, and as it is published.
fn described() -> (&'static [u8], Described) {
    let built = sanchay_sandbox::component::bytes();
    let docs = "What it is.\n\nAnd more.";
    (built, description::describe(built, &inspector(), docs).unwrap())
}

#[test]
fn a_published_component_without_its_description_is_the_embedded_one() {
    let (built, described) = described();
    assert!(described.bytes.len() > built.len());
    assert!(described.bare == built);
    assert!(description::bare(&described.bytes).unwrap() == built);
    assert!(description::bare(built).unwrap() == built);
}

#[test]
fn describing_a_component_again_gives_the_same_bytes() {
    let (built, once) = described();
    let parts = inspector();
    let again = |bytes: &[u8], docs: &str| {
        description::describe(bytes, &parts, docs).unwrap().bytes
    };
    assert!(again(built, "What it is.\n\nAnd more.") == once.bytes);
    assert!(again(&once.bytes, "What it is.\n\nAnd more.") == once.bytes);
    assert!(again(&once.bytes, "Another.") == again(built, "Another."));
}

#[test]
fn a_published_component_tells_its_name_version_authors_and_licences() {
    let (_, described) = described();
    let payload = wasm_metadata::Payload::from_binary(&described.bytes);
    let payload = payload.unwrap();
    let metadata = payload.metadata();
    assert_eq!(metadata.name.as_deref(), Some("sanchay-inspector"));
    let text_of = |field: Option<String>| field.unwrap();
    let version = metadata.version.as_ref().map(ToString::to_string);
    assert_eq!(text_of(version), env!("CARGO_PKG_VERSION"));
    let authors = metadata.authors.as_ref().map(ToString::to_string);
    let licence = fs::read_to_string(root().join("LICENSE-MIT")).unwrap();
    assert!(licence.contains(&text_of(authors)), "{licence}");
    let description = metadata.description.as_ref().map(ToString::to_string);
    assert!(text_of(description).contains("component"));
    let licences = metadata.licenses.as_ref().map(ToString::to_string);
    let licences = text_of(licences);
    spdx::Expression::parse(&licences).unwrap();
    for part in inspector().iter() {
        assert!(licences.contains(&part.licence), "{}", part.licence);
    }
    // Nobody knows yet where the sources will be.
    assert!(metadata.source.is_none());
    assert!(metadata.homepage.is_none());
}

#[test]
fn a_published_component_shows_its_documentation_to_who_decodes_it() {
    let (_, described) = described();
    let decoded = wit_component::decode(&described.bytes).unwrap();
    let wit_component::DecodedWasm::Component(resolve, world) = decoded else {
        panic!("it is a WIT package");
    };
    let docs = resolve.worlds[world].docs.contents.as_deref();
    assert_eq!(docs, Some("What it is.\n\nAnd more."));
    // It is still the component that it was.
    assert!(resolve.worlds[world].imports.is_empty());
    let names = sanchay_sandbox::component::exports();
    assert_eq!(described.exports, names);
    assert_eq!(described.imports, [""; 0]);
}

#[test]
fn the_documentation_of_the_published_inspector_is_that_of_its_world() {
    let package = Package::read(&root().join("wit")).unwrap();
    let docs = package.world("inspector");
    assert!(docs.starts_with("The component that Sanchay ships."));
    let line = "- `sanchay:inspect/hashing@0.1.0`: Digests of bytes.";
    assert!(docs.contains(line), "{docs}");
    assert!(docs.ends_with("the WIT package `sanchay:inspect@0.1.0`."));
}

#[test]
fn what_is_no_component_cannot_be_described() {
    let parts = inspector();
    for bytes in [&b""[..], b"component", b"\0asm\x01\0\0\0"] {
        let error = description::describe(bytes, &parts, "").unwrap_err();
        assert!(error.to_string().contains("component"), "{error}");
    }
    // Cut off anywhere, or with a byte changed, it is refused or described,
    // and never a panic.
    let built = sanchay_sandbox::component::bytes();
    for end in (0..built.len()).step_by(997) {
        let _ = description::bare(&built[..end]);
        let mut other = built.to_vec();
        other[end] ^= 0x41;
        let _ = description::bare(&other);
    }
}

/// The links of a page to files beside it.
fn links(page: &str) -> Vec<&str> {
    let parts = page.split("](").skip(1);
    let targets = parts.filter_map(|it| it.split_once(')').map(|it| it.0));
    targets.filter(|it| !it.contains(':') && !it.starts_with('#')).collect()
}

#[test]
fn the_pages_that_are_published_say_what_is_there_and_link_to_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let built = sanchay_sandbox::component::bytes();
    for name in ["inspector.wasm", "sanchay.wasm"] {
        fs::write(path(name), built).unwrap();
    }
    release::complete(folder.path(), root(), None).unwrap();
    let text = |name: &str| fs::read_to_string(path(name)).unwrap();
    let page = text("README.md");
    assert!(!page.contains("{{"), "{page}");
    let digest: String =
        Sha256::digest(built).iter().map(|it| format!("{it:02x}")).collect();
    assert!(page.contains(&digest), "{page}");
    assert!(page.contains("- `sanchay:inspect/hashing@0.1.0`"), "{page}");
    assert!(text("INTERFACES.md").contains("## Interface `hashing`"));
    for name in ["README.md", "COMPONENT.md", "INTERFACES.md"] {
        for link in links(&text(name)) {
            let target = link.split_once('#').map_or(link, |it| it.0);
            assert!(path(target).exists(), "{name} links to {link}");
        }
    }
    // Those in the checkout lead somewhere, too.
    let docs = root().join("docs");
    let guide = fs::read_to_string(docs.join("COMPONENT.md")).unwrap();
    for link in links(&guide) {
        assert!(docs.join(link).exists(), "COMPONENT.md links to {link}");
    }
}
