//! Telling the names of a file apart from ways to one name. Where hard links
//! are reported, `a/f` and `./a/f` must not look like two of them: whoever
//! removes one as a duplicate would lose the file.

use alloc::string::String;
use alloc::vec::Vec;

use super::collection::{Identity, Number, identity};
use super::compare::{Aliases, Comparison, enter};
use super::groups::others;

/// What makes a directory entry: the directory, and the name in it.
type Place = (Identity, String);

/// Appends a file and its other names, of several ways to one directory entry
/// the least path.
pub(super) fn extend(
    comparison: &Comparison<'_>,
    file: Number,
    aliases: &Aliases,
    members: &mut Vec<Number>,
) {
    let collection = comparison.collection;
    let mut names: Vec<Number> = others(aliases, file).collect();
    if names.is_empty() {
        members.push(file);
        return;
    }
    names.push(file);
    names.sort_unstable_by(|a, b| collection.by_path(*a, *b));
    let mut seen: Vec<Place> = Vec::new();
    let before = members.len();
    for name in &names {
        // A way of which nothing can be told may be any of the others.
        let Some(place) = place(comparison, *name) else { continue };
        if !seen.contains(&place) {
            seen.push(place);
            members.push(*name);
        }
    }
    if members.len() == before {
        members.push(file);
    }
}

/// Where a name is; `None` if it cannot be told, or is a link.
fn place(comparison: &Comparison<'_>, number: Number) -> Option<Place> {
    let (_, name) = comparison.collection.path(number);
    let (_, folder) = comparison.collection.folder(number)?;
    if let Some(root) = &folder.root {
        let below = enter(root, folder).ok()?;
        let open = below.as_ref().unwrap_or(root);
        return Some((identity(open)?, name.into()));
    }
    comparison.folders.place(name)
}
