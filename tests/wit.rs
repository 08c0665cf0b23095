//! The WIT package reads as a public one: every item says what it is and
//! since when it is there, the worlds import nothing, and the page about it
//! is up to date.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

use std::{env, fs, path::Path};

use sanchay_dist::interfaces::Package;
use wit_component::DecodedWasm;
use wit_parser::{Docs, Stability, Type, TypeDefKind, TypeOwner, WorldItem};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn package() -> Package {
    Package::read(&root().join("wit")).unwrap()
}

/// What a package says, item by item: where, its documentation, and, for
/// what can have one, since when it is there.
fn said(package: &Package) -> Vec<(String, Docs, Option<Stability>)> {
    let Package { resolve, id } = package;
    let package = &resolve.packages[*id];
    let mut said = vec![("package".to_owned(), package.docs.clone(), None)];
    let mut say = |place: String, docs: &Docs, since: Option<&Stability>| {
        said.push((place, docs.clone(), since.cloned()));
    };
    for (name, world) in &package.worlds {
        let world = &resolve.worlds[*world];
        say(name.clone(), &world.docs, Some(&world.stability));
        for (key, item) in &world.exports {
            let WorldItem::Interface { docs, stability, .. } = item else {
                panic!("{name} exports something but an interface");
            };
            let place = format!("{name}/{}", resolve.name_world_key(key));
            say(place, docs, Some(stability));
        }
    }
    for (name, interface) in &package.interfaces {
        let interface = &resolve.interfaces[*interface];
        say(name.clone(), &interface.docs, Some(&interface.stability));
        for function in interface.functions.values() {
            let place = format!("{name}.{}", function.name);
            say(place, &function.docs, Some(&function.stability));
        }
        for (def_name, def) in &interface.types {
            let def = &resolve.types[*def];
            let place = format!("{name}.{def_name}");
            if let TypeDefKind::Type(Type::Id(used)) = def.kind
                && matches!(resolve.types[used].owner, TypeOwner::Interface(_))
                && resolve.types[used].owner != def.owner
            {
                // It is documented where it is defined.
                assert_ne!(def.stability, Stability::Unknown, "{place}");
                continue;
            }
            say(place.clone(), &def.docs, Some(&def.stability));
            let place = |member: &str| format!("{place}.{member}");
            match &def.kind {
                TypeDefKind::Record(it) => {
                    for it in &it.fields {
                        say(place(&it.name), &it.docs, None);
                    }
                }
                TypeDefKind::Variant(it) => {
                    for it in &it.cases {
                        say(place(&it.name), &it.docs, None);
                    }
                }
                TypeDefKind::Enum(it) => {
                    for it in &it.cases {
                        say(place(&it.name), &it.docs, None);
                    }
                }
                TypeDefKind::Flags(it) => {
                    for it in &it.flags {
                        say(place(&it.name), &it.docs, None);
                    }
                }
                _ => {}
            }
        }
    }
    said
}

/// Whether a text is made of whole sentences: each paragraph begins with a
/// capital or code and ends in a full stop, or in a colon before a list.
fn is_whole(text: &str) -> bool {
    text.split("\n\n").all(|paragraph| {
        let paragraph = paragraph.trim();
        let list = paragraph.starts_with("- ");
        let first = paragraph.chars().next().unwrap_or(' ');
        let begins = list || first.is_uppercase() || first == '`';
        let ends = paragraph.ends_with(['.', ':']);
        begins && ends && paragraph.split_whitespace().count() > 1
    }) && text.trim_end().ends_with('.')
}

#[test]
fn every_item_is_documented_in_whole_sentences() {
    let said = said(&package());
    assert!(said.len() > 100, "only {} items", said.len());
    for (place, docs, _) in said {
        let text = docs.contents.unwrap_or_default();
        assert!(is_whole(&text), "{place} says {text:?}");
    }
}

#[test]
fn every_item_says_since_when_it_is_there() {
    let package = package();
    let version = &package.resolve.packages[package.id].name.version;
    let version = version.as_ref().unwrap();
    for (place, _, since) in said(&package) {
        let Some(stability) = since else { continue };
        let Stability::Stable { since, .. } = stability else {
            panic!("{place} does not say since when it is there");
        };
        assert!(since <= *version, "{place} is from the future: {since}");
    }
}

/// Tools that read the grammar of names as it was until 2025, such as
/// cargo-component, read no others.
#[test]
fn every_word_of_a_name_begins_with_a_letter() {
    for (place, _, _) in said(&package()) {
        let place = place.split('@').next().unwrap();
        for word in place.split(|it: char| !it.is_ascii_alphanumeric()) {
            let digit = word.starts_with(|it: char| it.is_ascii_digit());
            assert!(!digit, "{place}: {word}");
        }
    }
}

#[test]
fn no_world_imports_anything() {
    let package = package();
    let worlds = &package.resolve.packages[package.id].worlds;
    assert!(worlds.len() >= 3);
    for (name, world) in worlds {
        let world = &package.resolve.worlds[*world];
        assert!(world.imports.is_empty(), "{name}: {:?}", world.imports);
        assert!(!world.exports.is_empty(), "{name} exports nothing");
    }
}

#[test]
fn the_page_about_the_interfaces_is_up_to_date() {
    let path = root().join("docs/INTERFACES.md");
    let page = package().page().unwrap();
    if env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, page).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let at = kept.lines().zip(page.lines()).position(|(a, b)| a != b);
    assert!(
        kept == page,
        "docs/INTERFACES.md differs from wit/ at line {:?}: ./x wit-docs",
        at.map(|at| at + 1),
    );
}

#[test]
fn the_page_names_every_item() {
    let page = package().page().unwrap();
    for (place, docs, _) in said(&package()) {
        let name = place.rsplit(['.', '/', ']']).next().unwrap();
        let name = name.split('@').next().unwrap();
        assert!(page.contains(name), "{place} is not on the page");
        let text = docs.contents.unwrap();
        let first = text.split_whitespace().take(3).collect::<Vec<_>>();
        let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&first.join(" ")), "{place}: {first:?}");
    }
}

#[test]
fn every_link_of_the_page_leads_to_one_place() {
    let page = package().page().unwrap();
    let between = |begin: &str, end: &str| -> Vec<String> {
        let parts = page.split(begin).skip(1);
        let found = parts.filter_map(|it| it.split_once(end));
        found.map(|it| it.0.to_owned()).collect()
    };
    let anchors = between("<a id=\"", "\"");
    assert!(anchors.len() > 100, "only {} anchors", anchors.len());
    let links = between("](#", ")");
    assert!(links.len() > 50, "only {} links", links.len());
    for link in links {
        let places = anchors.iter().filter(|it| **it == link);
        assert_eq!(places.count(), 1, "{link}");
    }
}

#[test]
fn the_encoded_package_is_the_same_package() {
    let package = package();
    let bytes = package.encode().unwrap();
    assert_eq!(bytes, self::package().encode().unwrap());
    let DecodedWasm::WitPackage(resolve, id) =
        wit_component::decode(&bytes).unwrap()
    else {
        panic!("it is a component");
    };
    let again = Package { resolve, id };
    assert_eq!(again.name(), package.name());
    assert_eq!(again.page().unwrap(), package.page().unwrap());
}
