//! What a file system is, and which of them can be relied on from one run to
//! the next.

use std::{io, mem::offset_of, os::windows::io::BorrowedHandle};

use windows_sys::{
    Wdk::{
        Storage::FileSystem::{
            FILE_CASE_SENSITIVE_INFORMATION, FILE_FS_ATTRIBUTE_INFORMATION,
            FileCaseSensitiveInformation, FileFsAttributeInformation,
            FileFsDeviceInformation, FileFsFullSizeInformation,
        },
        System::SystemServices::{
            FILE_FS_DEVICE_INFORMATION, FILE_FS_FULL_SIZE_INFORMATION,
            FILE_REMOTE_DEVICE,
        },
    },
    Win32::System::SystemServices::FILE_READ_ONLY_VOLUME,
};

use super::{
    facts, nt,
    space::{Space, u32_at, u64_at, units_at},
};
use crate::{FileSystem, FileSystemId};

/// What is known of the file system that a directory is on.
pub(super) fn of(directory: BorrowedHandle<'_>) -> io::Result<FileSystem> {
    let kind = Kind::of(directory)?;
    let size = size(directory);
    Ok(FileSystem {
        name: kind.name(),
        size: size.map(|it| it.0),
        free: size.map(|it| it.1),
        block: None,
        // It counts units of 16 bits, not bytes.
        longest_name: None,
        read_only: kind.flags & FILE_READ_ONLY_VOLUME != 0,
        ignores_case: Some(!is_case_sensitive(directory)),
        ignores_form: false,
        is_remote: is_remote(directory),
    })
}

/// The file system that an open file is on, if it keeps the numbers of files
/// and the times of their changes: NTFS and ReFS do, on this machine.
pub(super) fn identify(file: BorrowedHandle<'_>) -> Option<FileSystemId> {
    let name = Kind::of(file).ok()?.name()?;
    let kind = match name {
        "ntfs" => 0x5346_544e,
        "refs" => 0x5346_4552,
        _ => return None,
    };
    if is_remote(file) {
        return None;
    }
    let id = facts::serial_number(file).ok()?.into();
    Some(FileSystemId { kind, id })
}

/// A file system's name and what it can do.
struct Kind {
    name: Vec<u16>,
    flags: u32,
}

impl Kind {
    fn of(file: BorrowedHandle<'_>) -> io::Result<Self> {
        type Info = FILE_FS_ATTRIBUTE_INFORMATION;
        let mut space = Space::new(512);
        let class = FileFsAttributeInformation;
        nt::query_volume(file, class, space.bytes_mut())?;
        let bytes = space.bytes();
        let flags = u32_at(bytes, offset_of!(Info, FileSystemAttributes));
        let length = u32_at(bytes, offset_of!(Info, FileSystemNameLength));
        let at = offset_of!(Info, FileSystemName);
        let name = length
            .and_then(|length| usize::try_from(length).ok())
            .and_then(|length| units_at(bytes, at, length));
        Ok(Self { name: name.unwrap_or_default(), flags: flags.unwrap_or(0) })
    }

    fn name(&self) -> Option<&'static str> {
        let name = String::from_utf16_lossy(&self.name).to_lowercase();
        ["ntfs", "refs", "exfat", "fat32", "fat", "udf", "cdfs"]
            .into_iter()
            .find(|known| *known == name)
    }
}

/// How many bytes it has, and how many this user may still write.
fn size(file: BorrowedHandle<'_>) -> Option<(u64, u64)> {
    type Info = FILE_FS_FULL_SIZE_INFORMATION;
    let mut space = Space::new(size_of::<Info>());
    let class = FileFsFullSizeInformation;
    nt::query_volume(file, class, space.bytes_mut()).ok()?;
    let bytes = space.bytes();
    let all = offset_of!(Info, TotalAllocationUnits);
    let free = offset_of!(Info, CallerAvailableAllocationUnits);
    let sectors = offset_of!(Info, SectorsPerAllocationUnit);
    let sector = offset_of!(Info, BytesPerSector);
    let unit = u64::from(u32_at(bytes, sectors)?)
        .checked_mul(u32_at(bytes, sector)?.into())?;
    let bytes_of = |at| u64_at(bytes, at)?.checked_mul(unit);
    Some((bytes_of(all)?, bytes_of(free)?))
}

/// Whether it is on another machine.
fn is_remote(file: BorrowedHandle<'_>) -> bool {
    type Info = FILE_FS_DEVICE_INFORMATION;
    let mut space = Space::new(size_of::<Info>());
    let class = FileFsDeviceInformation;
    let known = nt::query_volume(file, class, space.bytes_mut());
    let at = offset_of!(Info, Characteristics);
    let traits = u32_at(space.bytes(), at).unwrap_or(0);
    known.is_ok() && traits & FILE_REMOTE_DEVICE != 0
}

/// Whether the directory itself was told to notice case, as those of Linux
/// programs are.
fn is_case_sensitive(directory: BorrowedHandle<'_>) -> bool {
    let mut space = Space::new(size_of::<FILE_CASE_SENSITIVE_INFORMATION>());
    let class = FileCaseSensitiveInformation;
    let told = nt::query(directory, class, space.bytes_mut());
    told.is_ok() && u32_at(space.bytes(), 0).is_some_and(|it| it & 1 != 0)
}
