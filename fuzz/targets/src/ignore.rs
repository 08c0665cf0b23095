//! Ignore rules: any texts are rules, or are refused; what they ignore is what
//! the definition says, natively and in the sandbox.

mod definition;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use sanchay_core::batch::Batch;
use sanchay_core::filter::{Entries, Expr, Matches, Program};
use sanchay_core::ignore::{self, Place, RuleSet, TooCostly, excludes_file};
use sanchay_core::kind::EntryKind;
use sanchay_sandbox::{
    IgnoreError, IgnoreFile, Inspector, Listing, Sandbox, SandboxOptions,
};

use crate::filter::entries;
use crate::input::Input;

/// The most entries of a listing.
const ENTRIES: usize = 40;

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::new(SandboxOptions::default()).unwrap());

/// An ignore file.
struct File {
    above: bool,
    /// The way between its directory and the root.
    way: Vec<u8>,
    text: Vec<u8>,
}

/// Matches a listing with up to three ignore files.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let files: Vec<File> = (0..input.below(4))
        .map(|_| File {
            above: input.flag(),
            way: path(&mut input),
            text: input.bytes().to_vec(),
        })
        .collect();
    let directory = path(&mut input);
    let (mut names, mut ends, mut kinds) = (Vec::new(), Vec::new(), vec![]);
    while !input.is_empty() && kinds.len() < ENTRIES {
        kinds.push(entries::kind(&mut input));
        match input.bytes() {
            [] => names.push(b'x'),
            name => names.extend(name.iter().map(|byte| match byte {
                b'/' => b'|',
                other => *other,
            })),
        }
        ends.push(u32::try_from(names.len()).unwrap());
    }
    for File { text, .. } in &files {
        let found = excludes_file(text);
        assert!(found.is_none_or(|path| path.len() < text.len()));
    }
    let batch = Batch::new(&names, &ends).unwrap();
    let entries = Entries::named(&directory, batch, &kinds).unwrap();
    let native = natively(&files, &entries);
    let listing = Listing {
        directory: &directory,
        names: &names,
        ends: &ends,
        kinds: &kinds,
    };
    assert_eq!(sandboxed(&files, &listing), native);
    if let Ok(matches) = native {
        is_defined(&files, &directory, &entries, &matches);
    }
}

/// A path with a slash at its end, or nothing.
fn path(input: &mut Input<'_>) -> Vec<u8> {
    let names = input.bytes().split(|byte| *byte == b'/');
    let names = names.filter(|name| !name.is_empty());
    names.flat_map(|name| [name, b"/"].concat()).collect()
}

fn place(file: &File) -> Place {
    match file.above {
        true => Place::Above(file.way.clone()),
        false => Place::Below(file.way.clone()),
    }
}

/// All that can be wanted of a listing.
fn everything(kinds: &[EntryKind]) -> Matches {
    let entries: Vec<u32> = (0..).take(kinds.len()).collect();
    let mut directories = entries.clone();
    directories.retain(|at| {
        let kind = kinds[*at as usize];
        matches!(kind, EntryKind::Directory | EntryKind::Unknown)
    });
    Matches { entries, directories }
}

fn natively(
    files: &[File],
    entries: &Entries<'_>,
) -> Result<Matches, IgnoreError> {
    let parse = |file: &File| RuleSet::parse(&file.text, place(file));
    let sets = files.iter().map(parse).collect::<Result<Vec<_>, _>>();
    let sets = sets.map_err(IgnoreError::Refused)?;
    let mut matches = everything(entries.kinds().unwrap());
    let refs: Vec<&RuleSet> = sets.iter().collect();
    match ignore::retain(&mut matches, entries, &refs) {
        Ok(()) => Ok(matches),
        Err(TooCostly(at)) => Err(IgnoreError::TooCostly(at as usize)),
    }
}

fn sandboxed(
    files: &[File],
    listing: &Listing<'_>,
) -> Result<Matches, IgnoreError> {
    let mut inspector: Inspector = SANDBOX.inspector();
    let all = || Expr::All(Vec::new());
    let program = Program { hidden: true, enter: all(), expr: all() };
    inspector.set_filter(&program).unwrap();
    let mut given = Vec::new();
    for file in files {
        let path = PathBuf::new();
        let file = IgnoreFile::new(path, file.text.clone(), place(file));
        inspector.add_rules(&file)?;
        given.push(Arc::new(file));
    }
    let mut matches = Matches::default();
    inspector.match_names_ignoring(listing, &given, &mut matches)?;
    Ok(matches)
}

/// Compares with the definition, where that does not take too long.
fn is_defined(
    files: &[File],
    directory: &[u8],
    entries: &Entries<'_>,
    matches: &Matches,
) {
    let Some(files) = files
        .iter()
        .map(|file| Some((file, definition::Rules::of(&file.text)?)))
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let ignored = |name: &[u8], is_directory| {
        let path = [directory, name].concat();
        let mut verdicts = files.iter().rev().filter_map(|(file, rules)| {
            let path = match file.above {
                true => [&file.way[..], &path].concat(),
                false => path.strip_prefix(&file.way[..])?.to_vec(),
            };
            rules.ignore(&path, is_directory)
        });
        verdicts.next() == Some(true)
    };
    let mut expected = everything(entries.kinds().unwrap());
    let names: Vec<&[u8]> = entries.names().unwrap().iter().collect();
    let kinds = entries.kinds().unwrap();
    expected.entries.retain(|at| {
        let name = names[*at as usize];
        match kinds[*at as usize] {
            EntryKind::Directory => !ignored(name, true),
            EntryKind::Unknown => {
                !ignored(name, true) || !ignored(name, false)
            }
            _ => !ignored(name, false),
        }
    });
    expected.directories.retain(|at| !ignored(names[*at as usize], true));
    assert_eq!(*matches, expected);
}
