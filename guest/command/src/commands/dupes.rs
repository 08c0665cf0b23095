//! `sanchay dupes`: which files are the same. By size first, then by the ends
//! of the large ones that share their size, then by all bytes of those that
//! may still be equal.

mod collection;
mod compare;

use alloc::string::String;

use sanchay_arguments::Dupes;
use sanchay_core::content::Content;
use sanchay_core::exit::Exit;
use sanchay_core::grouping::Groups;
use sanchay_core::record::{self, RecordKind, Row};

use self::collection::{Collection, Collector};
use self::compare::Comparison;
use crate::failure::Failure;
use crate::folders::Folders;
use crate::messages;
use crate::output::Output;
use crate::walk::Walker;

/// Finds the groups, prints them, and tells what they come to.
pub(super) fn run(
    mut dupes: Dupes,
    folders: &Folders,
) -> Result<Exit, Failure> {
    let inputs = dupes.roots.iter().map(String::as_str);
    let (options, kind) = (&dupes.output, RecordKind::Duplicate);
    let mut output = Output::open(options, inputs, folders, kind)?;
    let mut walk = core::mem::take(&mut dupes.walk);
    walk.filter = walk.filter.for_duplicates();
    let walker = Walker::new(folders, walk, true, output.file())?;
    // Where there are several roots, no directory is walked twice.
    let mut collector = Collector::new(folders, dupes.roots.len() > 1);
    for root in &dupes.roots {
        walker.root(root, &mut collector)?;
    }
    let (mut collection, tally) = (collector.collection, collector.tally);
    let mut comparison = Comparison::new(&mut collection, folders, tally);
    let groups = comparison.groups(&dupes);
    let exit = comparison.tally.exit(dupes.roots.len());
    print(&collection, &groups, &dupes, &mut output)?;
    let exit = output.finish(exit)?;
    if !dupes.quiet {
        messages::note(groups.totals());
    }
    Ok(exit)
}

fn print(
    collection: &Collection,
    groups: &Groups,
    dupes: &Dupes,
    output: &mut Output,
) -> Result<(), Failure> {
    for (number, group) in (1..).zip(groups.iter()) {
        let of = record::Group { number, reclaimable: group.reclaimable };
        for member in group.files {
            let (parent, name) = collection.path(*member);
            output.push(&Row {
                parent: parent.as_bytes(),
                name: name.as_bytes(),
                size: Some(group.size),
                content: Some(Content::Whole(dupes.algorithm, group.digest)),
                group: Some(of),
                ..Row::default()
            });
        }
        output.flush_if_due()?;
    }
    Ok(())
}
