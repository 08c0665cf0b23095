//! Opening directories and files by names of one component, relative to the
//! handle of the directory that listed them, and without following links:
//! whatever is swapped in between listing and reading leads nowhere else.

use alloc::format;
use alloc::string::String;

use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, OpenFlags,
    PathFlags,
};

use crate::failure::{Cause, Problem};
use crate::stat::{Stat, not_regular};

/// Goes down by names of one component. `None` where there are none.
pub(crate) fn descend<'n>(
    from: &Descriptor,
    names: impl Iterator<Item = &'n str>,
) -> Result<Option<Descriptor>, Cause> {
    let mut folder = None;
    for name in names {
        folder = Some(open_directory(folder.as_ref().unwrap_or(from), name)?);
    }
    Ok(folder)
}

/// A prefix that ends in a slash (or is empty) and a name.
pub(crate) fn join(parent: &str, name: &str) -> String {
    match parent.strip_suffix('/') {
        // The path of a directory itself.
        Some(path) if name.is_empty() && !path.is_empty() => path.into(),
        _ => format!("{parent}{name}"),
    }
}

/// Opens a directory by a name of one component.
pub(crate) fn open_directory(
    folder: &Descriptor,
    name: &str,
) -> Result<Descriptor, Cause> {
    open(folder, name, OpenFlags::DIRECTORY)
}

/// Opens a regular file by a name of one component, with its metadata.
/// Anything but a regular file is refused.
pub(crate) fn open_file(
    folder: &Descriptor,
    name: &str,
) -> Result<(Descriptor, Stat), Cause> {
    let file = open(folder, name, OpenFlags::empty())?;
    let stat = Stat::of(&file)?;
    match stat.kind {
        DescriptorType::RegularFile => Ok((file, stat)),
        other => Err(not_regular(other).into()),
    }
}

fn open(
    folder: &Descriptor,
    name: &str,
    flags: OpenFlags,
) -> Result<Descriptor, Cause> {
    let here = PathFlags::empty();
    folder.open_at(here, name, flags, DescriptorFlags::READ).map_err(|code| {
        let suspicious =
            matches!(code, ErrorCode::Loop | ErrorCode::NotDirectory);
        match Stat::at(folder, name, here) {
            Ok(Stat { kind: DescriptorType::SymbolicLink, .. })
                if suspicious =>
            {
                Problem::BecameLink.into()
            }
            _ => code.into(),
        }
    })
}
