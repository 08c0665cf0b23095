//! `sanchay dupes`: which files are the same. By size first, then by the ends
//! of the large ones that share their size, then by all bytes of those that
//! may still be equal.

mod collection;
mod compare;

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use sanchay_core::content::Content;
use sanchay_core::grouping::Groups;
use sanchay_core::record::{self, RecordKind, Row};
use unit_prefix::NumberPrefix;

use self::collection::{Collection, Collector};
use self::compare::Comparison;
use crate::arguments::Dupes;
use crate::failure::{Action, EntryError, Failure};
use crate::folders::{Folders, Named};
use crate::listing::Lister;
use crate::messages;
use crate::output::Output;
use crate::walk::{Visitor, Walk, wants_named};
use sanchay_core::exit::Exit;

/// Finds the groups, prints them, and tells what they come to.
pub(super) fn run(
    mut dupes: Dupes,
    folders: &Folders,
) -> Result<Exit, Failure> {
    let inputs = dupes.roots.iter().map(String::as_str);
    let (options, kind) = (&dupes.output, RecordKind::Duplicate);
    let mut output = Output::open(options, inputs, folders, kind)?;
    dupes.walk.leave_out = output.file();
    dupes.walk.filter = dupes.walk.filter.files_only();
    if !dupes.walk.filter.has("min-size") {
        dupes.walk.filter = dupes.walk.filter.min_size(1);
    }
    let collector = collect(&dupes, folders)?;
    let (mut collection, tally) = (collector.collection, collector.tally);
    let mut comparison = Comparison::new(&mut collection, folders, tally);
    let groups = comparison.groups(&dupes);
    let exit = comparison.tally.exit(dupes.roots.len());
    print(&collection, &groups, &dupes, &mut output)?;
    let exit = output.finish(exit)?;
    if dupes.quiet {
        return Ok(exit);
    }
    let totals = groups.totals();
    messages::note(format_args!(
        "groups: {}, redundant files: {}, reclaimable: {} ({} bytes)",
        totals.groups,
        totals.redundant_files,
        human(totals.reclaimable_bytes),
        totals.reclaimable_bytes,
    ));
    Ok(exit)
}

/// Walks the roots; where there are several, no directory twice.
fn collect(dupes: &Dupes, folders: &Folders) -> Result<Collector, Failure> {
    let matcher = dupes.walk.matcher()?;
    let mut collector = Collector::new(dupes.roots.len() > 1);
    for root in &dupes.roots {
        match folders.open(root) {
            Ok(Named::Directory(folder)) => {
                // Opened once more, for when its files are read.
                let kept = match folders.open(root) {
                    Ok(Named::Directory(kept)) => Some(Arc::new(kept)),
                    _ => None,
                };
                collector.root(kept);
                let lister = Lister::new(&matcher, true);
                Walk::go(folder, root, &lister, &dupes.walk, &mut collector)?;
            }
            Ok(Named::File(file, stat)) => {
                if wants_named(&matcher, &stat) {
                    collector.named(root, &file, &stat);
                }
            }
            Err(cause) => collector.error(&EntryError::named(
                root,
                Action::Open,
                cause,
            ))?,
        }
    }
    Ok(collector)
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

/// A number of bytes as a person reads it: `1.46 KiB`.
#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "two digits after the point are shown"
)]
fn human(bytes: u64) -> String {
    match NumberPrefix::binary(bytes as f64) {
        NumberPrefix::Standalone(number) => format!("{number:.0} B"),
        NumberPrefix::Prefixed(prefix, number) => {
            format!("{number:.2} {prefix}B")
        }
    }
}
