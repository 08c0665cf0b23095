//! What is known of an open file or directory.

use std::{
    env, io, mem::offset_of, os::windows::io::BorrowedHandle, sync::LazyLock,
};

use windows_sys::{
    Wdk::{
        Storage::FileSystem::{
            FILE_BASIC_INFORMATION, FILE_ID_INFORMATION,
            FILE_STANDARD_INFORMATION, FileAttributeTagInformation,
            FileBasicInformation, FileFsDeviceInformation,
            FileFsVolumeInformation, FileIdInformation,
            FileInternalInformation, FileStandardInformation,
        },
        System::SystemServices::FILE_FS_VOLUME_INFORMATION,
    },
    Win32::Storage::FileSystem::{
        FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_READONLY,
        FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, FILE_ATTRIBUTE_RECALL_ON_OPEN,
        FILE_ATTRIBUTE_REPARSE_POINT,
    },
    Win32::System::Ioctl::{
        FILE_DEVICE_CONSOLE, FILE_DEVICE_NAMED_PIPE, FILE_DEVICE_NULL,
        FILE_DEVICE_SERIAL_PORT,
    },
};

use super::{
    nt, reparse,
    space::{Space, u32_at, u64_at},
};
use crate::{EntryKind, FileId, Metadata, StorageError, Timestamp};

/// The attributes of what is kept elsewhere, and fetched when it is read.
const ELSEWHERE: u32 = FILE_ATTRIBUTE_OFFLINE
    | FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
    | FILE_ATTRIBUTE_RECALL_ON_OPEN;

/// Between the beginning of 1601, from which the system counts, and that of
/// 1970.
const EPOCH: i64 = 11_644_473_600;

/// How many of the system's units of time, of 100 ns, a second has.
const TICKS: i64 = 10_000_000;

/// What is known of an open file or directory.
pub(super) struct Facts {
    attributes: u32,
    /// What a reparse point is; 0 for anything else.
    tag: u32,
    created: i64,
    accessed: i64,
    modified: i64,
    changed: i64,
    size: u64,
    allocated: u64,
    links: u32,
    is_directory: bool,
    id: FileId,
}

impl Facts {
    /// What the system says of it.
    pub(super) fn of(file: BorrowedHandle<'_>) -> io::Result<Self> {
        let facts = Self::read(file)?;
        facts.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn read(file: BorrowedHandle<'_>) -> io::Result<Option<Self>> {
        type Basic = FILE_BASIC_INFORMATION;
        type Standard = FILE_STANDARD_INFORMATION;
        let mut basic = Space::new(size_of::<Basic>());
        nt::query(file, FileBasicInformation, basic.bytes_mut())?;
        let mut standard = Space::new(size_of::<Standard>());
        nt::query(file, FileStandardInformation, standard.bytes_mut())?;
        let id = identity(file)?;
        let (basic, standard) = (basic.bytes(), standard.bytes());
        Ok((|| {
            let time = |offset| u64_at(basic, offset).map(u64::cast_signed);
            let attributes = u32_at(basic, offset_of!(Basic, FileAttributes))?;
            let directory = offset_of!(Standard, Directory);
            Some(Self {
                attributes,
                tag: tag(file, attributes),
                created: time(offset_of!(Basic, CreationTime))?,
                accessed: time(offset_of!(Basic, LastAccessTime))?,
                modified: time(offset_of!(Basic, LastWriteTime))?,
                changed: time(offset_of!(Basic, ChangeTime))?,
                size: u64_at(standard, offset_of!(Standard, EndOfFile))?,
                allocated: u64_at(
                    standard,
                    offset_of!(Standard, AllocationSize),
                )?,
                links: u32_at(standard, offset_of!(Standard, NumberOfLinks))?,
                is_directory: *standard.get(directory)? != 0,
                id,
            })
        })())
    }

    /// The same of what need not be a file: a pipe or a console has nothing but
    /// its kind.
    pub(super) fn of_any(file: BorrowedHandle<'_>) -> io::Result<Metadata> {
        let Some(kind) = special(file) else {
            return Ok(Self::of(file)?.metadata());
        };
        Ok(Metadata::of_kind(kind, mode(kind, 0)))
    }

    /// What it is.
    pub(super) fn kind(&self) -> EntryKind {
        kind_of(self.is_directory, self.attributes, self.tag)
    }

    /// Whether it is a reparse point that is not a link: the system makes of
    /// it what it stands for.
    pub(super) fn stands_for_itself(&self) -> bool {
        self.tag != 0 && self.kind() != EntryKind::Symlink
    }

    /// What identifies it.
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    /// Its attributes, as the system has them.
    pub(super) fn attributes(&self) -> u32 {
        self.attributes
    }

    /// When it was changed, as the system has it.
    pub(super) fn changed(&self) -> i64 {
        self.changed
    }

    /// Fails if it is a placeholder, unless the user has said that what
    /// reading fetches may be fetched.
    pub(super) fn refuse_elsewhere(&self) -> Result<(), StorageError> {
        static FETCHES: LazyLock<bool> = LazyLock::new(|| {
            env::var_os("SANCHAY_FETCH").is_some_and(|it| it == "1")
        });
        if self.attributes & ELSEWHERE == 0 || *FETCHES {
            return Ok(());
        }
        Err(StorageError::NotRegular(
            "a placeholder of contents that are kept elsewhere \
             (SANCHAY_FETCH=1 has them fetched)",
        ))
    }

    /// What every system knows of files.
    pub(super) fn metadata(&self) -> Metadata {
        let kind = self.kind();
        Metadata {
            // What the system says of directories is no size.
            size: if self.is_directory { 0 } else { self.size },
            modified: time(self.modified),
            changed: time(self.changed),
            accessed: Some(time(self.accessed)),
            created: Some(time(self.created)),
            allocated: self.allocated,
            id: self.id,
            links: self.links,
            ..Metadata::of_kind(kind, mode(kind, self.attributes))
        }
    }
}

/// What an open thing is that is no file and no directory.
pub(super) fn special(file: BorrowedHandle<'_>) -> Option<EntryKind> {
    // The kind of device, then more about it.
    let mut space = Space::new(8);
    let class = FileFsDeviceInformation;
    nt::query_volume(file, class, space.bytes_mut()).ok()?;
    match u32_at(space.bytes(), 0)? {
        FILE_DEVICE_NAMED_PIPE => Some(EntryKind::Fifo),
        FILE_DEVICE_CONSOLE | FILE_DEVICE_NULL | FILE_DEVICE_SERIAL_PORT => {
            Some(EntryKind::CharacterDevice)
        }
        _ => None,
    }
}

/// What an entry is, by its attributes and its tag if it is a reparse point.
pub(super) fn kind_of(
    is_directory: bool,
    attributes: u32,
    tag: u32,
) -> EntryKind {
    let is_reparse_point = attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0;
    match is_reparse_point.then(|| reparse::kind(tag)).flatten() {
        Some(kind) => kind,
        None if is_directory => EntryKind::Directory,
        None => EntryKind::File,
    }
}

/// What identifies an open file: the volume's serial number, and the number
/// that its file system gave it. On NTFS, of the 128 bits of that the upper
/// half is empty; where it is not (ReFS), both halves are made one, of which
/// two files of a volume have the same by a chance of 2⁻⁶⁴.
fn identity(file: BorrowedHandle<'_>) -> io::Result<FileId> {
    type Id = FILE_ID_INFORMATION;
    let mut space = Space::new(size_of::<Id>());
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    if nt::query(file, FileIdInformation, space.bytes_mut()).is_ok() {
        let bytes = space.bytes();
        let at = offset_of!(Id, FileId);
        let device = u64_at(bytes, offset_of!(Id, VolumeSerialNumber));
        let low = u64_at(bytes, at).ok_or_else(broken)?;
        let high = u64_at(bytes, at + 8).ok_or_else(broken)?;
        let inode = low ^ scattered(high);
        return Ok(FileId { device: device.ok_or_else(broken)?, inode });
    }
    // File systems that are not of this decade know a number of 64 bits.
    let mut space = Space::new(8);
    nt::query(file, FileInternalInformation, space.bytes_mut())?;
    let inode = u64_at(space.bytes(), 0).ok_or_else(broken)?;
    Ok(FileId { device: serial_number(file)?.into(), inode })
}

/// A number without a pattern for each number; 0 for 0.
fn scattered(number: u64) -> u64 {
    // The last steps of SplitMix64.
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// The serial number of the volume that an open file is on.
pub(super) fn serial_number(file: BorrowedHandle<'_>) -> io::Result<u32> {
    let mut space = Space::new(512);
    nt::query_volume(file, FileFsVolumeInformation, space.bytes_mut())?;
    let at = offset_of!(FILE_FS_VOLUME_INFORMATION, VolumeSerialNumber);
    u32_at(space.bytes(), at).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// What kind of reparse point an open file is; 0 for none.
fn tag(file: BorrowedHandle<'_>, attributes: u32) -> u32 {
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT == 0 {
        return 0;
    }
    // The attributes, then the tag.
    let mut space = Space::new(8);
    let class = FileAttributeTagInformation;
    match nt::query(file, class, space.bytes_mut()) {
        Ok(_) => u32_at(space.bytes(), 4).unwrap_or(0),
        Err(_) => 0,
    }
}

/// A time of the system's.
fn time(ticks: i64) -> Timestamp {
    let fraction = ticks.rem_euclid(TICKS) * 100;
    Timestamp {
        seconds: ticks.div_euclid(TICKS) - EPOCH,
        nanoseconds: u32::try_from(fraction).unwrap_or(0),
    }
}

/// A time as the system has it, if it has such times.
pub(super) fn ticks(time: Timestamp) -> Option<i64> {
    let seconds = time.seconds.checked_add(EPOCH)?;
    let fraction = i64::from(time.nanoseconds / 100);
    let ticks = seconds.checked_mul(TICKS)?.checked_add(fraction)?;
    // Nothing, and less than that, mean something else.
    (ticks > 0).then_some(ticks)
}

/// The mode that POSIX has for what it is and whether it may be written.
fn mode(kind: EntryKind, attributes: u32) -> u32 {
    let readonly = attributes & FILE_ATTRIBUTE_READONLY != 0;
    match kind {
        // What the attribute says of directories is something else.
        EntryKind::Directory => 0o040_777,
        EntryKind::Symlink => 0o120_777,
        EntryKind::Fifo => 0o010_666,
        EntryKind::Socket => 0o140_666,
        EntryKind::CharacterDevice => 0o020_666,
        EntryKind::BlockDevice => 0o060_666,
        _ if readonly => 0o100_444,
        _ => 0o100_666,
    }
}

#[cfg(test)]
mod tests {
    use super::{scattered, ticks, time};
    use crate::Timestamp;

    #[test]
    fn times_come_back_to_a_hundred_nanoseconds() {
        for (seconds, nanoseconds) in
            [(0, 0), (1_700_000_000, 123_456_700), (-1, 999_999_900)]
        {
            let at = Timestamp { seconds, nanoseconds };
            assert_eq!(ticks(at).map(time), Some(at));
        }
        let before = Timestamp { seconds: -11_644_473_601, nanoseconds: 0 };
        assert_eq!(ticks(before), None);
    }

    #[test]
    fn what_ntfs_has_for_an_identity_stays_as_it_is() {
        assert_eq!(scattered(0), 0);
        assert_ne!(scattered(1), scattered(2));
    }
}
