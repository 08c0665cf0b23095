//! Manifests of job attachments: any text is refused, or has the entries that
//! another reader of JSON finds in it; in pieces and in the sandbox it is the
//! same; and what is written of it is read back as it was.

use std::sync::LazyLock;

use sanchay_core::attachments::{
    Attachments, Content, Entry, EntryKind, Manifest, ManifestError,
    ManifestReader, ManifestVersion, Properties, check_below, decode, encode,
    text,
};
use sanchay_sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;

type Read = Result<Manifest, ManifestError>;

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::new(SandboxOptions::default()).unwrap());

/// Reads a text as a manifest, and as the attachments of a job.
pub fn run(text: &[u8]) {
    let whole = decode(text);
    // Where it is cut, the text itself decides.
    let sum: usize = text.iter().map(|byte| usize::from(*byte)).sum();
    let step = sum % 23 + 1;
    is_the_same(&whole, &in_pieces(text, step));
    is_the_same(&whole, &sandboxed(text, step * 7));
    is_as_others_read_it(text, &whole);
    if let Ok(manifest) = &whole {
        is_read_back(manifest);
        for entry in &manifest.entries {
            stays_beneath(&entry.path);
        }
    }
    if let Ok(attachments) = Attachments::parse(text) {
        let json = attachments.to_json();
        assert!(json.is_ascii());
        let again = Attachments::parse(json.as_bytes()).unwrap();
        assert_eq!(again.to_json(), json);
    }
}

fn in_pieces(text: &[u8], step: usize) -> Read {
    let (mut reader, mut entries) = (ManifestReader::new(), Vec::new());
    for piece in text.chunks(step) {
        reader.read(piece, &mut entries)?;
    }
    Ok(made(reader.finish()?, entries))
}

fn sandboxed(text: &[u8], step: usize) -> Read {
    let mut inspector = SANDBOX.inspector();
    let mut entries = Vec::new();
    inspector.begin_manifest().unwrap();
    for piece in text.chunks(step) {
        inspector.read_manifest(piece, &mut entries).unwrap()?;
    }
    Ok(made(inspector.finish_manifest().unwrap()?, entries))
}

fn made(properties: Properties, entries: Vec<Entry>) -> Manifest {
    let Properties { version, total_size, parent } = properties;
    Manifest { version, entries, total_size, parent }
}

/// Where a text is cut decides at most at which byte it is no JSON.
fn is_the_same(one: &Read, other: &Read) {
    match (one, other) {
        (Err(ManifestError::Syntax(_)), Err(ManifestError::Syntax(_))) => {}
        (one, other) => assert_eq!(one, other),
    }
}

/// What serde takes for JSON is no error of syntax; and of what is a manifest
/// it finds the same entries. It takes no lone surrogates, no NaN, and nothing
/// that is nested deeply.
fn is_as_others_read_it(text: &[u8], read: &Read) {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return };
    let manifest = match read {
        Ok(manifest) => manifest,
        Err(error) => {
            let syntax = matches!(error, ManifestError::Syntax(_));
            assert!(!syntax, "{error}: {value}");
            let no_object = matches!(error, ManifestError::NotAnObject);
            assert_eq!(no_object, !value.is_object());
            return;
        }
    };
    assert_eq!(value["hashAlg"], "xxh128");
    assert_eq!(value["manifestVersion"], manifest.version.name());
    assert_eq!(number(&value["totalSize"]), Some(manifest.total_size));
    if manifest.version != ManifestVersion::V2023_03_03 {
        let lists = ["dirs", "files"].map(|list| &value[list]);
        let count: usize =
            lists.map(|list| list.as_array().unwrap().len()).iter().sum();
        assert_eq!(count, manifest.entries.len());
        return;
    }
    let paths = value["paths"].as_array().unwrap();
    assert_eq!(paths.len(), manifest.entries.len());
    for (theirs, ours) in paths.iter().zip(&manifest.entries) {
        let EntryKind::File { content, size, mtime, runnable } = &ours.kind
        else {
            panic!("{ours:?}");
        };
        let Content::Whole(hash) = content else { panic!("{ours:?}") };
        assert_eq!(theirs["path"].as_str().unwrap(), text::lossy(&ours.path));
        assert_eq!(theirs["hash"], hash.to_string());
        assert_eq!(number(&theirs["size"]), Some(*size));
        assert_eq!(number(&theirs["mtime"]), Some(*mtime));
        assert!(!runnable);
    }
}

/// A number as Python takes it, for which truth values are some, and -0 is 0.
fn number(value: &Value) -> Option<i64> {
    let truth = value.as_bool().map(i64::from);
    let zero = value.as_f64().filter(|it| *it == 0.0).map(|_| 0);
    value.as_i64().or(truth).or(zero)
}

fn is_read_back(manifest: &Manifest) {
    // An entry without a name can be read, but not written by the draft.
    let Ok(written) = encode(manifest) else {
        let nameless = |entry: &Entry| entry.path.is_empty();
        assert!(manifest.entries.iter().any(nameless), "{manifest:?}");
        return;
    };
    assert!(written.is_ascii());
    let again = decode(&written).unwrap();
    assert_eq!(encode(&again).unwrap(), written);
    let files = |manifest: &Manifest| {
        let mut files: Vec<_> = manifest.files().cloned().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    };
    assert_eq!(files(&again), files(manifest));
    assert_eq!(again.total_size, manifest.total_size);
    assert_eq!(again.parent, manifest.parent);
}

/// The names on the way down to a path are names, whatever it says.
fn stays_beneath(path: &[u8]) {
    let Some(path) = text::to_name(path) else { return };
    for name in check_below(b"/r/s", &path).unwrap_or_default() {
        assert!(!matches!(&*name, b"" | b"." | b".."));
        assert!(!name.contains(&b'/') && !name.contains(&0));
    }
}
