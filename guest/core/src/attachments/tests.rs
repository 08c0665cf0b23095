//! Golden values of the Python package, and what must hold of any input.

use proptest::prelude::*;

use super::*;
use crate::digest::Digest;
use crate::hashing::{Algorithm, digest};

/// A manifest of the Python package's own tests.
const UPSTREAM: &str = r#"{"hashAlg":"xxh128","manifestVersion":"2023-03-03","paths":[{"hash":"CarriageReturn","mtime":1679079744833848,"path":"\r","size":1},{"hash":"One","mtime":1679079344833868,"path":"1","size":1},{"hash":"c","mtime":1675079344833848,"path":"another_test_file","size":1},{"hash":"b","mtime":1479079344833848,"path":"test_dir/test_file","size":1},{"hash":"a","mtime":167907934333848,"path":"test_file","size":1},{"hash":"Control","mtime":1679079344833348,"path":"\u0080","size":1},{"hash":"LatinSmallLetterOWithDiaeresis","mtime":1679079344833848,"path":"\u00f6","size":1},{"hash":"EuroSign","mtime":1679079344836848,"path":"\u20ac","size":1},{"hash":"EmojiGrinningFace","mtime":1679579344833848,"path":"\ud83d\ude00","size":1},{"hash":"HebrewLetterDaletWithDagesh","mtime":1679039344833848,"path":"\ufb33","size":1}],"totalSize":10}"#;

/// One of the draft, which is not in its one form.
const DRAFT: &str = r#"{"dirs":[{"name":"env_sandbox"},{"name":"$0/RaceCarToy"},{"name":"$0/render_output"},{"name":"$1/textures"}],"files":[{"hash":"e96eff658d34aada345aaf8fdfc4981a","mtime":1234567890,"name":"$0/env_sandbox.blend","size":12345},{"chunkhashes":["198bf506ca3c16dd8411e1c9fd197252","3e99e2c87affe2f2133e73805636d57d","4eeaff8007d87e83cc550dfddca55c08"],"mtime":1234567890,"name":"$1/RaceCarToy.blend","size":536870913},{"hash":"661e12aa2b9095fc34d5b2a0008d8319","mtime":1234567890,"name":"$3/RaceCarToy_BaseColor.png","size":12345},{"hash":"fa03f3f6fac3bbe30c3832212405187d","mtime":1234567890,"name":"$3/RaceCarToy_Normal.png","size":12345},{"hash":"23e260bc7e14b9e86424d80f6c53ad74","mtime":1234567891,"name":"$3/RaceCarToy_Roughness.png","runnable":true,"size":12345},{"name":"$3/link_to_base.png","symlink":{"name":"$3/RaceCarToy_BaseColor.png"}}],"hashAlg":"xxh128","manifestVersion":"2025-12-04-beta","totalSize":536932693}"#;

fn refusal(text: &str) -> String {
    decode(text.as_bytes()).unwrap_err().to_string()
}

fn file(path: &[u8], size: i64) -> Entry {
    let content = Content::Whole(Hash::parse(b"abc").unwrap());
    let kind = EntryKind::File { content, size, mtime: 5, runnable: false };
    Entry { path: path.into(), kind }
}

#[test]
fn a_manifest_of_the_package_is_read_and_written_byte_for_byte() {
    let manifest = decode(UPSTREAM.as_bytes()).unwrap();
    assert_eq!(manifest.entries.len(), 10);
    assert_eq!(manifest.total_size, 10);
    let written = encode(&manifest).unwrap();
    assert_eq!(String::from_utf8(written.clone()).unwrap(), UPSTREAM);
    let hash = Digest::of(&digest(Algorithm::Xxh3_128, &written));
    assert_eq!(hash.to_string(), "e1950e08d0bb86354062b3182fd546c2");
    let sorted = Manifest::new(manifest.version, manifest.entries.clone());
    assert_eq!(sorted, manifest);
}

#[test]
fn every_refusal_has_the_words_of_the_package() {
    let with = |version: &str, rest: &str| {
        format!("{{\"manifestVersion\":{version}{rest}}}")
    };
    let paths = |entries: &str| {
        with(
            "\"2023-03-03\"",
            &format!(
                ",\"hashAlg\":\"xxh128\",\"totalSize\":1,\"paths\":{entries}"
            ),
        )
    };
    let total = |total: &str| {
        paths("[]")
            .replace("\"totalSize\":1", &format!("\"totalSize\":{total}"))
    };
    for (text, expected) in [
        (
            "{}".to_owned(),
            "Manifest is missing the required \"manifestVersion\" field",
        ),
        (
            with("\"1900-06-06\"", ""),
            "Unknown manifest version: 1900-06-06 (Currently supported Manifest versions: 2023-03-03)",
        ),
        (
            with("5", ""),
            "Unknown manifest version: 5 (Currently supported Manifest versions: 2023-03-03)",
        ),
        (
            with("\"2023-03-03\"", ""),
            "manifest is missing required field(s) ['hashAlg', 'paths', 'totalSize']",
        ),
        (
            paths("[]").replace("xxh128", "sha256"),
            "hashAlg must be one of {'xxh128'}",
        ),
        (paths("[]"), "paths must have a least one item"),
        (paths("{}"), "paths must be a list"),
        (total("\"1\""), "totalSize must be an integer"),
        (total("1.0"), "totalSize must be an integer"),
        (
            paths("[{\"path\":\"p\"}]"),
            "path is missing required field(s) ['hash', 'size', 'mtime']",
        ),
        (
            paths(r#"[{"path":1,"hash":"a","size":1,"mtime":1}]"#),
            "path must be a string",
        ),
        (
            paths(r#"[{"path":"p","hash":1,"size":1,"mtime":1}]"#),
            "hash must be a string",
        ),
        (
            paths(r#"[{"path":"p","hash":"a","size":"1","mtime":1}]"#),
            "size must be an integer",
        ),
        (
            paths(r#"[{"path":"p","hash":"a","size":1,"mtime":1.5}]"#),
            "mtime must be an integer",
        ),
        (
            paths(r#"[{"path":"p","hash":"a/b","size":1,"mtime":1}]"#),
            "The hash a/b for path p is not alphanumeric",
        ),
        (
            paths(r#"[{"path":"p","hash":"","size":1,"mtime":1}]"#),
            "The hash  for path p is not alphanumeric",
        ),
        (
            paths(r#"[{"path":"p","hash":"é","size":1,"mtime":1}]"#),
            "The hash é for path p is not alphanumeric",
        ),
        (
            paths(r#"[{"path":"p","hash":"a\n","size":1,"mtime":1}]"#),
            "The hash a\n for path p is not alphanumeric",
        ),
        // All entries are looked at before any hash is.
        (
            paths(
                r#"[{"path":"p","hash":"/","size":1,"mtime":1},{"path":"q"}]"#,
            ),
            "path is missing required field(s) ['hash', 'size', 'mtime']",
        ),
    ] {
        assert_eq!(refusal(&text), expected, "{text}");
    }
    for passes in [
        paths(r#"[{"path":"","hash":"a","size":-1,"mtime":true}]"#),
        paths(
            r#"[{"path":"../x","hash":"a","size":1,"mtime":1,"more":[{}]}]"#,
        ),
        paths(
            r#"[{"path":"/x","hash":"a","size":1,"mtime":1},{"path":"/x","hash":"a","size":1,"mtime":1}]"#,
        ),
    ] {
        decode(passes.as_bytes()).unwrap();
    }
}

#[test]
fn what_is_no_json_is_refused_before_all_else() {
    for text in [
        "",
        "{",
        "\u{feff}{}",
        "{\"a\":1,}",
        "{} {}",
        "{\"a\":01}",
        "nul",
        "{\"a\":\"\u{1}\"}",
    ] {
        let error = decode(text.as_bytes()).unwrap_err();
        assert!(matches!(error, ManifestError::Syntax(_)), "{text}: {error}");
    }
    for text in ["[]", "5", "\"x\"", "null"] {
        assert_eq!(decode(text.as_bytes()), Err(ManifestError::NotAnObject));
    }
    let twice = r#"{"paths":[],"paths":[]}"#;
    assert_eq!(refusal(twice), "manifest has the field \"paths\" twice");
}

#[test]
fn a_manifest_of_the_draft_is_read_with_full_paths() {
    let manifest = decode(DRAFT.as_bytes()).unwrap();
    let paths: Vec<_> =
        manifest.entries.iter().map(|it| text::lossy(&it.path)).collect();
    assert_eq!(
        paths,
        [
            "env_sandbox",
            "env_sandbox/RaceCarToy",
            "env_sandbox/render_output",
            "env_sandbox/RaceCarToy/textures",
            "env_sandbox/env_sandbox.blend",
            "env_sandbox/RaceCarToy/RaceCarToy.blend",
            "env_sandbox/RaceCarToy/textures/RaceCarToy_BaseColor.png",
            "env_sandbox/RaceCarToy/textures/RaceCarToy_Normal.png",
            "env_sandbox/RaceCarToy/textures/RaceCarToy_Roughness.png",
            "env_sandbox/RaceCarToy/textures/link_to_base.png",
        ]
    );
    assert_eq!(
        manifest.entries[9].kind,
        EntryKind::Link(manifest.entries[6].path.clone())
    );
    let again = decode(&encode(&manifest).unwrap()).unwrap();
    let by_path = |manifest: &Manifest| {
        let mut entries = manifest.entries.clone();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries
    };
    assert_eq!(by_path(&again), by_path(&manifest));
    assert_eq!(again.total_size, 536_932_693);
}

#[test]
fn the_draft_has_rules_of_its_own() {
    let with = |dirs: &str, files: &str| {
        format!(
            "{{\"dirs\":{dirs},\"files\":{files},\"hashAlg\":\"xxh128\",\
             \"manifestVersion\":\"2025-12-04-beta\",\"totalSize\":0}}"
        )
    };
    for (dirs, files, expected) in [
        (
            "[]",
            r#"[{"name":"a/b","size":1,"mtime":1,"hash":"a"}]"#,
            "Invalid path format 'a/b': paths with '/' must use $N/ reference",
        ),
        (
            "[]",
            r#"[{"name":"$0/b","size":1,"mtime":1,"hash":"a"}]"#,
            "Invalid directory reference '$0/b': index 0 not found",
        ),
        (
            r#"[{"name":"$0/x"}]"#,
            "[]",
            "Invalid directory reference '$0/x': index 0 not found",
        ),
        (
            "[]",
            r#"[{"name":"a","runnable":false,"size":1,"mtime":1,"hash":"a"}]"#,
            "runnable field must be true or omitted",
        ),
        (
            "[]",
            r#"[{"name":"a","delete":true}]"#,
            "snapshot manifests cannot have file deletions",
        ),
        (
            r#"[{"name":"a","delete":true}]"#,
            "[]",
            "snapshot manifests cannot have directory deletions",
        ),
        (
            "[]",
            r#"[{"name":"a","size":1,"mtime":1}]"#,
            "file a must have exactly one of hash, chunkhashes, symlink",
        ),
        (
            "[]",
            r#"[{"name":"a","size":1,"mtime":1,"chunkhashes":["a"]}]"#,
            "file a has 1 chunkhashes for 1 bytes",
        ),
    ] {
        assert_eq!(refusal(&with(dirs, files)), expected, "{dirs} {files}");
    }
    let deleted = with("[]", r#"[{"delete":true,"name":"a"}]"#).replace(
        ",\"totalSize\"",
        ",\"parentManifestHash\":\"ab\",\"totalSize\"",
    );
    let manifest = decode(deleted.as_bytes()).unwrap();
    assert_eq!(manifest.parent.as_deref(), Some("ab"));
    assert_eq!(encode(&manifest).unwrap(), deleted.as_bytes());
}

#[test]
fn names_are_hashed_as_the_package_does() {
    for (root, hash) in [
        ("/", "d6f5222ffc6d3eaf474292953285562e"),
        ("/tmp", "a0271fe0c8b1c1f99b82b442cd878122"),
        ("/projects/job", "b428fe5c867e4126569af9139b12c3b8"),
        (r"C:\Users\temp", "1be958279f6c815646a055292ea6ad0d"),
        ("/tmp/ümlaut", "a9054bec0fc95b15d42facd34d5b5064"),
    ] {
        assert_eq!(hashed_name(b"", root.as_bytes()), hash, "{root}");
    }
    let time = "2026-11-20T21-29-15";
    assert_eq!(
        local_name(None, b"/tmp", time),
        format!("tmp-a0271fe0c8b1c1f99b82b442cd878122-{time}.manifest")
    );
}

#[test]
fn times_of_keys_are_cut_off_as_pythons_numbers_have_them() {
    for (time, text) in [
        (0.0, "1970-01-01T00:00:00.000000Z"),
        (1234.56, "1970-01-01T00:20:34.559999Z"),
        (1_700_000_000.5, "2023-11-14T22:13:20.500000Z"),
        (1_747_952_223.409_012, "2025-05-22T22:17:03.409012Z"),
    ] {
        assert_eq!(iso_time(time).as_deref(), Some(text));
    }
    assert_eq!(iso_time(1e300), None);
}

#[test]
fn metadata_names_the_root_in_ascii() {
    let ascii = asset_root_metadata(b"/tmp/a", Some(b"Files"));
    assert_eq!(
        ascii,
        [
            ("asset-root".to_owned(), "/tmp/a".to_owned()),
            ("file-system-location-name".to_owned(), "Files".to_owned()),
        ]
    );
    let other = asset_root_metadata("/tmp/ümlaut".as_bytes(), None);
    assert_eq!(other[0].0, "asset-root-json");
    assert_eq!(other[0].1, r#""/tmp/\u00fcmlaut""#);
    assert_eq!(other[0].1, other[1].1);
    let of = |pairs: &[(String, String)]| {
        asset_root_of_metadata(|key| {
            let found = pairs.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.as_str())
        })
    };
    assert_eq!(of(&ascii).unwrap(), b"/tmp/a");
    // No header has these as they are.
    for odd in ["/a\nb", "/a\u{7f}", "/a "] {
        let pairs = asset_root_metadata(odd.as_bytes(), None);
        let plain =
            |it: &String| it.bytes().all(|b| (0x20..0x7f).contains(&b));
        assert!(pairs.iter().all(|(_, value)| plain(value)), "{odd:?}");
        assert_eq!(of(&pairs).unwrap(), odd.as_bytes());
    }
    assert_eq!(of(&other).unwrap(), "/tmp/ümlaut".as_bytes());
    assert_eq!(of(&[]), None);
}

#[test]
fn paths_of_both_systems_have_the_parts_that_pathlib_gives_them() {
    let parts = |format: PathFormat, path: &str| -> Vec<String> {
        let parts = format.parts(path.as_bytes());
        parts.iter().map(|part| text::lossy(part)).collect()
    };
    for (path, expected) in [
        ("/a//b/./c/", &["/", "a", "b", "c"][..]),
        ("//a", &["//", "a"]),
        ("///a", &["/", "a"]),
        ("a/../b", &["a", "..", "b"]),
        ("", &[]),
    ] {
        assert_eq!(parts(PathFormat::Posix, path), expected, "{path}");
    }
    for (path, expected) in [
        (r"C:\a/b\.\c", &[r"C:\", "a", "b", "c"][..]),
        (r"C:a", &["C:", "a"]),
        (r"\\srv\share\a", &[r"\\srv\share\", "a"]),
        (r"\a", &[r"\", "a"]),
        ("a/b", &["a", "b"]),
    ] {
        assert_eq!(parts(PathFormat::Windows, path), expected, "{path}");
    }
    for (path, expected) in [
        ("/a/../../b", "/b"),
        ("a/../../b", "../b"),
        ("./", "."),
        ("//a/b/..", "//a"),
    ] {
        let normal = normalize(PathFormat::Posix, path.as_bytes());
        assert_eq!(normal, expected.as_bytes(), "{path}");
    }
    let windows = normalize(PathFormat::Windows, br"C:\a\..\..\b/c");
    assert_eq!(windows, br"C:\b\c");
}

#[test]
fn what_leads_out_of_the_root_is_not_beneath_it() {
    let root = b"/local/home";
    let names = |path: &str| {
        let names = check_below(root, path.as_bytes())?;
        Some(text::lossy(&names.join(&b'/')))
    };
    for (path, expected) in [
        ("../home/outputs/x", Some("outputs/x")),
        ("a/./b", Some("a/b")),
        ("/local/home/a", Some("a")),
        ("a\\..\\b", Some("a\\..\\b")),
        ("../test.png", None),
        ("outputs/../../t", None),
        ("/abs", None),
        ("////", None),
        ("", None),
        (".", None),
        ("a/", None),
        ("a\0b", None),
        ("../homestead/x", None),
    ] {
        assert_eq!(names(path).as_deref(), expected, "{path}");
    }
}

#[test]
fn what_leads_out_of_a_root_on_a_drive_is_not_beneath_it() {
    let names = |path: &str| {
        let names = check_below(b"C:/local/home", path.as_bytes())?;
        Some(text::lossy(&names.join(&b'/')))
    };
    for (path, expected) in [
        ("a/./b", Some("a/b")),
        ("C:/local/home/a", Some("a")),
        ("D:/local/home/a", None),
        ("D:", None),
        ("a/D:/b", None),
        ("a:stream", None),
        ("a\\..\\..\\b", None),
        ("../x", None),
        ("/abs", None),
    ] {
        assert_eq!(names(path).as_deref(), expected, "{path}");
    }
}

#[test]
fn copies_are_named_as_the_package_names_them() {
    for (name, expected) in [
        ("a.txt", "a (1).txt"),
        ("a.tar.gz", "a.tar (1).gz"),
        ("noext", "noext (1)"),
        (".hid", ".hid (1)"),
        ("x (1).txt", "x (1) (1).txt"),
        ("tr.", "tr. (1)"),
    ] {
        assert_eq!(copy_name(name.as_bytes(), 1), expected.as_bytes());
    }
}

#[test]
fn the_longest_rule_maps_a_path_part_by_part() {
    let rule = |format, source: &str, destination: &str| Rule {
        format,
        source: source.into(),
        destination: destination.into(),
    };
    let posix = PathFormat::Posix;
    let rules = [rule(posix, "/mnt/P", "/x"), rule(posix, "/mnt/P/S", "/y")];
    let mapping = PathMapping::new(posix, rules).unwrap();
    for (path, expected) in [
        ("/mnt/P/S/f", Some("/y/f")),
        ("/mnt/P/Sx/f", Some("/x/Sx/f")),
        ("/mnt/P", Some("/x")),
        ("/mnt/p", None),
    ] {
        let mapped = mapping.transform(path.as_bytes());
        assert_eq!(mapped.as_deref(), expected.map(str::as_bytes), "{path}");
    }
    let windows = PathFormat::Windows;
    let rules = [rule(windows, r"C:\Ä\b", r"X:\")];
    let mapping = PathMapping::new(windows, rules).unwrap();
    assert_eq!(mapping.transform("c:/ä/B/f".as_bytes()).unwrap(), br"X:\f");
    let mixed = [rule(windows, "C:", "/"), rule(posix, "/", "/")];
    assert!(PathMapping::new(posix, mixed).is_err());
}

fn grouped(
    paths: &[(Role, &str)],
    locations: &[(&str, &str, bool)],
) -> Vec<(String, Option<String>, usize)> {
    grouped_by(PathFormat::Posix, paths, locations)
}

fn grouped_by(
    format: PathFormat,
    paths: &[(Role, &str)],
    locations: &[(&str, &str, bool)],
) -> Vec<(String, Option<String>, usize)> {
    let paths = paths.iter().map(|(role, path)| AssetPath {
        role: *role,
        path: path.as_bytes().to_vec(),
        resolved: None,
    });
    let locations: Vec<_> = locations
        .iter()
        .map(|(name, path, shared)| Location {
            name: name.as_bytes().to_vec(),
            path: path.as_bytes().to_vec(),
            resolved: path.as_bytes().to_vec(),
            shared: *shared,
        })
        .collect();
    group_assets(format, paths, &locations)
        .into_iter()
        .map(|group| {
            let members = group.inputs.len()
                + group.outputs.len()
                + group.references.len();
            let location = group.location.map(|name| text::lossy(&name));
            (text::lossy(&group.root), location, members)
        })
        .collect()
}

#[test]
fn assets_are_grouped_by_location_and_else_by_root() {
    let root = |path: &str, location: Option<&str>, members| {
        (path.to_owned(), location.map(str::to_owned), members)
    };
    use Role::{Input, Output, Reference};
    assert_eq!(
        grouped(
            &[(Input, "/a/b/c"), (Input, "/a/b/d/e"), (Output, "/a/b")],
            &[]
        ),
        [root("/a/b", None, 3)]
    );
    assert_eq!(
        grouped(
            &[(Input, "/l/x/1"), (Input, "/l/x/2"), (Reference, "/o/3")],
            &[("L", "/l", false)]
        ),
        [root("/l/x", Some("L"), 2), root("/o/3", None, 1)]
    );
    // The longest local location counts, and any shared one before it.
    let locations =
        [("L", "/l", false), ("LX", "/l/x", false), ("S", "/s", true)];
    assert_eq!(
        grouped(
            &[(Input, "/l/x/1"), (Input, "/l/y"), (Input, "/s/l/2")],
            &locations
        ),
        [root("/l/x/1", Some("LX"), 1), root("/l/y", Some("L"), 1)]
    );
    assert_eq!(
        grouped(
            &[(Input, "/s/l/2")],
            &[("S", "/s", true), ("L", "/s/l", false)]
        ),
        []
    );
    assert_eq!(
        grouped(&[(Input, "/sx/1")], &[("S", "/s", true)]),
        [root("/sx/1", None, 1)]
    );
}

#[test]
fn what_is_beneath_a_path_is_what_the_package_takes_for_it() {
    for (path, base, expected) in [
        ("C/a/b/c", "C/a/b", true),
        ("C/a/b/c.txt", "C/a", true),
        ("C/a/b", "C/a/b", true),
        ("C/a/bc", "C/a/b", false),
        ("a/b/c", "a/b", true),
        ("C/a/b/c", "a/b", false),
        ("a/b/c", "C/a/b", false),
        ("C/a/b/c", "C/d", false),
        ("a/b/c", "b", false),
        ("a/b/c", "d", false),
    ] {
        for (format, drive, separator) in [
            (PathFormat::Posix, "", "/"),
            (PathFormat::Windows, "C:", "/"),
            (PathFormat::Windows, "C:", "\\"),
        ] {
            let whole = |path: &str| {
                path.replacen('C', drive, 1).replace('/', separator)
            };
            let (path, base) = (whole(path), whole(base));
            let found = is_beneath(format, path.as_bytes(), base.as_bytes());
            assert_eq!(found, expected, "{format} {path} {base}");
        }
    }
    let upper = is_beneath(PathFormat::Windows, b"c:/A/b", b"C:\\a");
    assert!(upper && !is_beneath(PathFormat::Posix, b"/A/b", b"/a"));
}

/// The rows of the Python package's own table, in the paths of both systems:
/// inputs, outputs, references, the groups' roots and how many each has.
#[test]
fn groups_are_those_of_the_packages_own_table() {
    use Role::{Input, Output, Reference};
    type Rows<'r> =
        &'r [(&'r [(Role, &'r str)], &'r [(&'r str, &'r str, usize)])];
    let rows: Rows<'_> = &[
        (&[], &[]),
        (
            &[(Input, "H/docs/inputs/input1.txt"), (Output, "H/docs/outputs")],
            &[("H/docs", "", 2)],
        ),
        (
            &[(Input, "H/movie1/inputs/1.txt"), (Output, "H/movie1/outputs")],
            &[("H/movie1", "Movie 1 - Local", 2)],
        ),
        (
            &[(Input, "S/movie1/something.txt"), (Output, "H/movie1/outputs")],
            &[("H/movie1/outputs", "Movie 1 - Local", 1)],
        ),
        (
            &[
                (Input, "H/movie1/inputs/input1.txt"),
                (Input, "H/movie1/inputs/input2.txt"),
                (Input, "H/docs/doc1.txt"),
                (Input, "H/docs/doc2.txt"),
                (Input, "H/extra1.txt"),
                (Input, "S/movie1/something.txt"),
                (Output, "H/movie1/outputs1"),
                (Output, "H/movie1/outputs2"),
                (Reference, "H/movie1/outputs1/referenced/path"),
            ],
            &[("H", "", 3), ("H/movie1", "Movie 1 - Local", 5)],
        ),
    ];
    for (format, home, shared) in [
        (PathFormat::Posix, "/home/username", "/mnt/shared"),
        (PathFormat::Windows, r"C:\username", r"X:\mnt\shared"),
    ] {
        let whole = |path: &str| {
            let path = path.replacen('H', home, 1).replacen('S', shared, 1);
            match format {
                PathFormat::Posix => path,
                PathFormat::Windows => path.replace('/', "\\"),
            }
        };
        let (local, other) = (whole("H/movie1"), whole("S/movie1"));
        let locations = [
            ("Movie 1 - Local", local.as_str(), false),
            ("Movie 1 - Shared", other.as_str(), true),
        ];
        for (paths, expected) in rows {
            let paths: Vec<(Role, String)> = paths
                .iter()
                .map(|(role, path)| (*role, whole(path)))
                .collect();
            let paths: Vec<(Role, &str)> =
                paths.iter().map(|(role, path)| (*role, &**path)).collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(root, name, count)| {
                    let name = Some(*name).filter(|name| !name.is_empty());
                    (whole(root), name.map(str::to_owned), *count)
                })
                .collect();
            assert_eq!(grouped_by(format, &paths, &locations), expected);
        }
    }
    // Case counts for one system alone.
    let paths = [
        (Input, "/home/username/DOCS/inputs/input1.txt"),
        (Input, "/HOME/username/DOCS/inputs/input2.txt"),
        (Output, "/home/username/docs/outputs"),
    ];
    assert_eq!(grouped(&paths, &[]), [("/".to_owned(), None, 3)]);
    let paths = [
        (Input, r"d:\USERNAME\DOCS\inputs\input1.txt"),
        (Output, r"D:\username\docs\outputs"),
    ];
    let found = grouped_by(PathFormat::Windows, &paths, &[]);
    assert_eq!(found, [(r"d:\USERNAME\DOCS".to_owned(), None, 2)]);
}

#[test]
fn windows_paths_are_grouped_by_drive_whatever_the_case() {
    use Role::{Input, Output};
    let root = |path: &str, location: Option<&str>, members| {
        (path.to_owned(), location.map(str::to_owned), members)
    };
    let windows = PathFormat::Windows;
    assert_eq!(
        grouped_by(
            windows,
            &[
                (Input, r"C:\Shots\1\a.exr"),
                (Input, r"c:\shots\2\b.exr"),
                (Output, r"D:\out"),
                (Input, r"\\srv\share\x\1"),
                (Input, r"\\SRV\share\x\2"),
            ],
            &[]
        ),
        [
            root(r"C:\Shots", None, 2),
            root(r"D:\out", None, 1),
            root(r"\\SRV\share\x", None, 2),
        ]
    );
    assert_eq!(
        grouped_by(
            windows,
            &[(Input, r"P:\show\a"), (Input, r"p:\LIB\b")],
            &[("Show", r"P:\Show", false), ("Lib", r"p:\lib", true)]
        ),
        [root(r"P:\show\a", Some("Show"), 1)]
    );
}

#[test]
fn attachments_have_the_json_of_the_package() {
    let json = r#"{"manifests": [{"rootPath": "TMP/rt/tree", "rootPathFormat": "posix", "inputManifestPath": "farm-1/queue-1/Inputs/02beab7c025f40e58f502e979017c315/37323666f6b690a98d37c7b668af17a5_input", "inputManifestHash": "bce6073e478fc7dc4071b21582166000", "outputRelativeDirectories": ["renders"]}], "fileSystem": "COPIED"}"#;
    let attachments = Attachments::parse(json.as_bytes()).unwrap();
    assert_eq!(attachments.to_json(), json);
    let odd = r#"{"fileSystem":"VIRTUAL","x":[1],"manifests":[{"rootPath":"C:\\\u00fc","rootPathFormat":"windows","fileSystemLocationName":null}]}"#;
    let attachments = Attachments::parse(odd.as_bytes()).unwrap();
    assert_eq!(attachments.manifests[0].root_path, "C:\\ü".as_bytes());
    assert_eq!(
        attachments.to_json(),
        r#"{"manifests": [{"rootPath": "C:\\\u00fc", "rootPathFormat": "windows"}], "fileSystem": "VIRTUAL"}"#
    );
    for wrong in [
        "",
        "[]",
        "{} x",
        r#"{"manifests":[{"rootPath":"/"}]}"#,
        r#"{"manifests":[{"rootPath":1,"rootPathFormat":"posix"}]}"#,
        r#"{"fileSystem":"X"}"#,
    ] {
        Attachments::parse(wrong.as_bytes()).unwrap_err();
    }
}

#[test]
fn sizes_and_sums_read_as_the_package_prints_them() {
    for (bytes, text) in [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (1500, "1.5 KB"),
        (999_990, "999.99 KB"),
        (999_995, "1.0 MB"),
        (999_999, "1.0 MB"),
        (89_283, "89.28 KB"),
        (89_234_597_823_492_938, "89.23 PB"),
        (1_000_000_000_000_001, "1.0 PB"),
        (999_999_999_999_999, "1.0 PB"),
        (999_995_000_000_000, "1.0 PB"),
        (999_994_000_000_000, "999.99 TB"),
        (8_934_587_945_678, "8.93 TB"),
        (1_000_000_000_001, "1.0 TB"),
        (999_999_999_999, "1.0 TB"),
        (999_995_000_000, "1.0 TB"),
        (999_994_000_000, "999.99 GB"),
        (83_748_237_582, "83.75 GB"),
        (1_000_000_001, "1.0 GB"),
        (999_995_000, "1.0 GB"),
        (999_994_000, "999.99 MB"),
        (500_229_150, "500.23 MB"),
        (1_000_001, "1.0 MB"),
        (1_000_000, "1.0 MB"),
        (999_994, "999.99 KB"),
        (96_771, "96.77 KB"),
        (1001, "1.0 KB"),
        (608_000_000_000_000_000, "608.0 PB"),
        (1_234_567_000_000_000_000, "1234.57 PB"),
    ] {
        assert_eq!(human_size(bytes), text);
    }
    assert_eq!(
        summary_text((1, 5), (2, 1000), 0.000_02),
        "Processed 1 file totaling 5 B.\nSkipped re-processing 2 files \
         totaling 1.0 KB.\nTotal processing time of 2e-05 seconds at 250.0 \
         KB/s.\n"
    );
}

#[test]
fn a_diff_tells_what_was_added_modified_and_deleted() {
    let manifest = |entries: &[Entry]| {
        Manifest::new(ManifestVersion::V2023_03_03, entries.to_vec())
    };
    let mut other = file(b"b", 1);
    if let EntryKind::File { content, .. } = &mut other.kind {
        *content = Content::Whole(Hash::parse(b"x").unwrap());
    }
    let old = manifest(&[file(b"a", 1), file(b"b", 1), file(b"c", 1)]);
    let new = manifest(&[other, file(b"c", 2), file(b"d", 1)]);
    let paths = |entries: &[&Entry]| -> Vec<String> {
        entries.iter().map(|it| text::lossy(&it.path)).collect()
    };
    let found = diff(&old, &new, Scope::Content);
    assert_eq!(paths(&found.added), ["d"]);
    assert_eq!(paths(&found.modified), ["b"]);
    assert_eq!(paths(&found.deleted), ["a"]);
    let found = diff(&old, &new, Scope::Everything);
    assert_eq!(paths(&found.modified), ["b", "c"]);
    let merged = merge([old, new]).unwrap();
    assert_eq!(merged.total_size, 5);
    assert_eq!(merged.entries.len(), 4);
}

#[test]
fn globs_choose_files_by_path_and_by_name() {
    let filter = GlobFilter::new(&["*.exr", "in/**"], &["**/tmp/**"]).unwrap();
    for (path, wanted) in [
        ("a.exr", true),
        ("x/y/a.exr", true),
        ("in/a", true),
        ("x/in/a", false),
        ("in/tmp/a", false),
        ("tmp/a.exr", false),
    ] {
        assert_eq!(filter.matches(path.as_bytes()), wanted, "{path}");
    }
    assert!(GlobFilter::new(&["[a"], &[]).is_err());
}

/// Texts of any code points but surrogates that are halves of a character.
fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let unit = prop_oneof![
        4 => 0x20_u32..0x80,
        1 => 0_u32..0x20,
        1 => 0x7f_u32..0x900,
        1 => 0xd800_u32..0xe000,
        1 => 0xe000_u32..0x1_0000,
        1 => 0x1_0000_u32..0x11_0000,
    ];
    prop::collection::vec(unit, 0..12).prop_map(|units| {
        let mut text = Vec::new();
        for unit in units {
            text::push_unit(unit, &mut text);
        }
        text
    })
}

fn utf16(text: &[u8]) -> Vec<u16> {
    let mut units = Vec::new();
    for code in text::code_points(text) {
        match char::from_u32(code) {
            Some(character) => {
                units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            }
            None => units.push(u16::try_from(code).unwrap()),
        }
    }
    units
}

proptest! {
    #[test]
    fn paths_are_ordered_by_the_units_of_utf16(
        a in any_text(), b in any_text(),
    ) {
        prop_assert_eq!(
            text::compare_utf16(&a, &b), utf16(&a).cmp(&utf16(&b))
        );
    }

    #[test]
    fn any_name_has_a_text_and_any_text_survives_a_manifest(
        names in prop::collection::btree_set(any_text(), 1..8),
        name in prop::collection::vec(any::<u8>(), 0..20),
        at in 0_usize..2000,
    ) {
        let back = text::to_name(&text::of_name(&name)).unwrap();
        prop_assert_eq!(back, name);
        let entries = names.iter().map(|name| file(name, -7)).collect();
        let manifest = Manifest::new(ManifestVersion::default(), entries);
        let written = encode(&manifest).unwrap();
        prop_assert!(written.is_ascii());
        prop_assert_eq!(&decode(&written).unwrap(), &manifest);
        // In two pieces as well.
        let (first, second) = written.split_at(at.min(written.len()));
        let (mut reader, mut entries) = (ManifestReader::new(), Vec::new());
        reader.read(first, &mut entries).unwrap();
        reader.read(second, &mut entries).unwrap();
        reader.finish().unwrap();
        prop_assert_eq!(entries, manifest.entries);
    }

    #[test]
    fn trees_survive_the_draft(
        paths in prop::collection::btree_set("[ab$0é]{1,3}(/[ab$1]{1,2}){0,3}", 1..12),
        link in any::<bool>(),
    ) {
        let paths: Vec<_> = paths.into_iter().collect();
        let is_above = |path: &str| {
            paths.iter().any(|it| it.starts_with(&format!("{path}/")))
        };
        let mut entries: Vec<_> = paths
            .iter()
            .filter(|path| !is_above(path))
            .map(|path| file(path.as_bytes(), 3))
            .collect();
        if link {
            let kind = EntryKind::Link(b"x/y".as_slice().into());
            entries.push(Entry { path: b"zz".as_slice().into(), kind });
        }
        let manifest = Manifest::new(ManifestVersion::V2025_12_04Beta, entries);
        let written = encode(&manifest).unwrap();
        let mut again = decode(&written).unwrap();
        prop_assert_eq!(&encode(&again).unwrap(), &written);
        again.entries.retain(|it| it.kind != EntryKind::Directory);
        prop_assert_eq!(again, manifest);
    }

    #[test]
    fn any_bytes_are_a_manifest_or_are_refused(
        text in "[\\[\\]{}\",:0-9a-e\\\\u ]{0,60}",
    ) {
        if let Ok(manifest) = decode(text.as_bytes()) {
            encode(&manifest).unwrap();
        }
    }

    #[test]
    fn what_is_beneath_a_root_stays_there(path in "[a./]{0,12}") {
        if let Some(names) = check_below(b"/r/s", path.as_bytes()) {
            prop_assert!(!names.is_empty());
            for name in names {
                prop_assert!(!name.is_empty() && name != b".." && name != b".");
                prop_assert!(!name.contains(&b'/'));
            }
        }
    }
}
