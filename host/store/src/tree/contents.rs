//! What is in a file of a snapshot, read piece by piece. Whoever wrote the
//! snapshot may have said anything of it: so what passes is compared with what
//! the row says, its length, its digest and its holes, and whoever reads a
//! file from its beginning to its end is told before the last byte if it is
//! another.

use std::{collections::HashMap, ops::Range, sync::Arc};

use sanchay::{Algorithm, Cancel};
use sanchay_core::{
    hashing::Hasher,
    store::{Address, Damage, Hole, StoredRow},
};

use crate::{error::StoreError, live::chunks, store::Store};

/// What is in a file, as far as that was looked at.
pub(crate) struct Contents {
    /// What lists the chunks, each with where they begin; nothing of a file
    /// that is one object.
    lists: Vec<(Address, u64)>,
    /// Which of them was read last, and its chunks, each with where it begins.
    list: Option<(usize, Vec<(Address, u64)>)>,
    /// The object that was read last.
    object: Option<(Address, Arc<Vec<u8>>)>,
    /// How far the contents have passed in their order; nothing once they were
    /// read in another, and then nothing is said of the whole.
    passed: Option<u64>,
    /// The digest of what has passed, where no object has that of the file.
    hasher: Option<Hasher>,
}

/// The part of a file that an object is.
struct Piece {
    address: Address,
    range: Range<u64>,
}

/// The row of a file, and where its objects are.
#[derive(Clone, Copy)]
pub(crate) struct Source<'s> {
    pub(crate) store: &'s Store,
    pub(crate) row: &'s StoredRow,
    pub(crate) hash: Address,
    pub(crate) cancel: &'s Cancel,
}

impl<'s> Source<'s> {
    /// Nothing for what is no file.
    pub(crate) fn new(
        store: &'s Store,
        row: &'s StoredRow,
        cancel: &'s Cancel,
    ) -> Option<Self> {
        Some(Self { store, row, hash: row.hash?, cancel })
    }

    fn wrong(&self, damage: Damage) -> StoreError {
        StoreError::Object { address: self.hash, damage }
    }

    fn goes_on(&self) -> Result<(), StoreError> {
        match self.cancel.is_cancelled() {
            true => Err(sanchay::Error::Cancelled.into()),
            false => Ok(()),
        }
    }
}

impl Contents {
    pub(crate) fn open(of: Source<'_>) -> Result<Self, StoreError> {
        let (mut lists, mut at) = (Vec::new(), 0_u64);
        // A list may be named again and again.
        let mut lengths: HashMap<Address, u64> = HashMap::new();
        for list in &of.row.chunks {
            of.goes_on()?;
            let length = match lengths.get(list) {
                Some(length) => *length,
                None => {
                    let chunks = chunks(of.store, list)?;
                    let sizes = chunks.iter().map(|(_, size)| *size);
                    let length = sizes.fold(0, u64::saturating_add);
                    lengths.insert(*list, length);
                    length
                }
            };
            lists.push((*list, at));
            at = at.saturating_add(length);
            if length == 0 || at > of.row.size {
                return Err(of.wrong(Damage::Length));
            }
        }
        if !lists.is_empty() && at != of.row.size {
            return Err(of.wrong(Damage::Length));
        }
        let (passed, hasher) = (None, None);
        let mut contents =
            Self { lists, list: None, object: None, passed, hasher };
        contents.begin();
        Ok(contents)
    }

    /// Begins to compare, at the beginning of the file.
    fn begin(&mut self) {
        self.passed = Some(0);
        let has_lists = !self.lists.is_empty();
        self.hasher = has_lists.then(|| Hasher::new(Algorithm::Blake3));
    }

    /// The piece that has a byte of the file.
    fn piece(&mut self, of: Source<'_>, at: u64) -> Result<Piece, StoreError> {
        let size = of.row.size;
        if self.lists.is_empty() {
            return Ok(Piece { address: of.hash, range: 0..size });
        }
        let behind = self.lists.partition_point(|(_, begin)| *begin <= at);
        let number = behind.saturating_sub(1);
        let end = self.lists.get(behind).map_or(size, |(_, begin)| *begin);
        let wrong = || of.wrong(Damage::Length);
        let (list, begin) = *self.lists.get(number).ok_or_else(wrong)?;
        let known = self.list.take().filter(|(of, _)| *of == number);
        let chunks = match known {
            Some((_, chunks)) => chunks,
            None => {
                let mut begin = begin;
                let mut all = chunks(of.store, &list)?;
                for (_, size) in &mut all {
                    let next = begin.saturating_add(*size);
                    *size = std::mem::replace(&mut begin, next);
                }
                all
            }
        };
        let behind = chunks.partition_point(|(_, begin)| *begin <= at);
        let end = chunks.get(behind).map_or(end, |(_, begin)| *begin);
        let found = chunks.get(behind.saturating_sub(1)).copied();
        self.list = Some((number, chunks));
        let (address, begin) = found.ok_or_else(wrong)?;
        Ok(Piece { address, range: begin..end })
    }

    /// The piece that has a byte of the file, and how far into it that is.
    fn bytes(
        &mut self,
        of: Source<'_>,
        at: u64,
    ) -> Result<(Arc<Vec<u8>>, usize), StoreError> {
        let Piece { address, range } = self.piece(of, at)?;
        let known = self.object.take().filter(|(of, _)| *of == address);
        let bytes = match known {
            Some((_, bytes)) => bytes,
            None => Arc::new(of.store.read(&address)?),
        };
        self.object = Some((address, Arc::clone(&bytes)));
        let skip = usize::try_from(at.saturating_sub(range.start));
        let fits = bytes.len() as u64 == range.end.saturating_sub(range.start);
        match skip {
            Ok(skip) if fits => Ok((bytes, skip)),
            _ => {
                let damage = Damage::Length;
                Err(StoreError::Object { address, damage })
            }
        }
    }

    /// Reads some bytes at an offset.
    ///
    /// # Errors
    /// What cannot be read, and how it is not what the row says.
    pub(crate) fn read_at(
        &mut self,
        of: Source<'_>,
        space: &mut [u8],
        offset: u64,
    ) -> Result<usize, StoreError> {
        if offset >= of.row.size || space.is_empty() {
            return Ok(0);
        }
        if offset == 0 {
            self.begin();
        }
        self.pass_over(of, offset)?;
        let (bytes, skip) = self.bytes(of, offset)?;
        let rest = bytes.get(skip..).unwrap_or_default();
        let length = rest.len().min(space.len());
        let read = rest.get(..length).unwrap_or_default();
        self.pass(of, read, offset)?;
        if let Some(space) = space.get_mut(..length) {
            space.copy_from_slice(read);
        }
        Ok(length)
    }

    /// Says that nothing more will be read. What is left of the file has to be
    /// a hole.
    ///
    /// # Errors
    /// As for [`Self::read_at`].
    pub(crate) fn end(&mut self, of: Source<'_>) -> Result<(), StoreError> {
        self.pass_over(of, of.row.size)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// As for [`Self::read_at`].
    pub(crate) fn verify(
        &mut self,
        of: Source<'_>,
        read: impl Fn(usize) -> bool,
    ) -> Result<(), StoreError> {
        self.begin();
        self.read_to(of, of.row.size, read)
    }

    /// Takes note that bytes were read.
    fn pass(
        &mut self,
        of: Source<'_>,
        bytes: &[u8],
        offset: u64,
    ) -> Result<(), StoreError> {
        if !fits_holes(&of.row.holes, bytes, offset) {
            return Err(of.wrong(Damage::Hole));
        }
        let Some(passed) = self.passed else { return Ok(()) };
        let again = usize::try_from(passed.saturating_sub(offset));
        let again = again.unwrap_or(usize::MAX).min(bytes.len());
        let new = bytes.get(again..).unwrap_or_default();
        if new.is_empty() {
            return Ok(());
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(new);
        }
        let passed = passed.saturating_add(new.len() as u64);
        self.passed = Some(passed);
        match passed == of.row.size {
            true => self.compare(of),
            false => Ok(()),
        }
    }

    /// Compares the digest of all that passed with that of the row.
    fn compare(&mut self, of: Source<'_>) -> Result<(), StoreError> {
        let Some(mut hasher) = self.hasher.take() else { return Ok(()) };
        // What is read from here on was read before.
        self.passed = None;
        match Address::from_slice(&hasher.finish()) == Some(of.hash) {
            true => Ok(()),
            false => Err(of.wrong(Damage::Digest)),
        }
    }

    /// Passes over the holes that precede an offset. If anything else does,
    /// the contents are not read in their order.
    fn pass_over(
        &mut self,
        of: Source<'_>,
        offset: u64,
    ) -> Result<(), StoreError> {
        let Some(passed) = self.passed else { return Ok(()) };
        if passed >= offset {
            return Ok(());
        }
        if !is_hole(&of.row.holes, passed..offset) {
            (self.passed, self.hasher) = (None, None);
            return Ok(());
        }
        self.read_to(of, offset, |_| true)
    }

    /// Reads on to an offset.
    fn read_to(
        &mut self,
        of: Source<'_>,
        end: u64,
        read: impl Fn(usize) -> bool,
    ) -> Result<(), StoreError> {
        while let Some(at) = self.passed.filter(|at| *at < end) {
            of.goes_on()?;
            let (bytes, skip) = self.bytes(of, at)?;
            let rest = bytes.get(skip..).unwrap_or_default();
            let left = usize::try_from(end - at).unwrap_or(usize::MAX);
            let bytes = rest.get(..left.min(rest.len())).unwrap_or_default();
            self.pass(of, bytes, at)?;
            if bytes.is_empty() || !read(bytes.len()) {
                return Err(sanchay::Error::Cancelled.into());
            }
        }
        Ok(())
    }
}

/// Whether bytes at an offset are zeros where the row has holes.
fn fits_holes(holes: &[Hole], bytes: &[u8], offset: u64) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    let end = offset.saturating_add(bytes.len() as u64);
    let first = holes
        .partition_point(|it| it.offset.saturating_add(it.length) <= offset);
    let within = holes.iter().skip(first).take_while(|it| it.offset < end);
    let place = |at: u64| {
        let at = at.saturating_sub(offset);
        usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len())
    };
    within.into_iter().all(|hole| {
        let behind = hole.offset.saturating_add(hole.length);
        let part = bytes.get(place(hole.offset)..place(behind));
        let mut parts = part.unwrap_or_default().chunks(ZEROS.len());
        parts.all(|it| Some(it) == ZEROS.get(..it.len()))
    })
}

/// Whether a part of a file is in holes that follow each other.
fn is_hole(holes: &[Hole], part: Range<u64>) -> bool {
    let mut at = part.start;
    let first =
        holes.partition_point(|it| it.offset.saturating_add(it.length) <= at);
    for hole in holes.iter().skip(first) {
        if hole.offset > at {
            break;
        }
        at = hole.offset.saturating_add(hole.length);
    }
    at >= part.end
}

#[cfg(test)]
mod tests {
    use sanchay_core::store::Hole;

    use super::{fits_holes, is_hole};

    const HOLES: [Hole; 3] = [
        Hole { offset: 2, length: 2 },
        Hole { offset: 4, length: 1 },
        Hole { offset: 8, length: 2 },
    ];

    #[test]
    fn only_what_is_a_hole_from_end_to_end_is_one() {
        for (part, expected) in
            [(2..5, true), (3..4, true), (1..3, false), (4..9, false)]
        {
            assert_eq!(is_hole(&HOLES, part.clone()), expected, "{part:?}");
        }
        assert!(is_hole(&HOLES, 7..7) && !is_hole(&[], 0..1));
    }

    #[test]
    fn holes_are_zeros_and_other_bytes_are_any() {
        let file = b"ab\0\0\0cde\0\0f";
        for begin in 0..file.len() {
            for end in begin..file.len() {
                let part = &file[begin..end];
                assert!(fits_holes(&HOLES, part, begin as u64));
            }
        }
        assert!(!fits_holes(&HOLES, b"ab\0x", 0));
        assert!(!fits_holes(&HOLES, b"x", 9));
        assert!(fits_holes(&HOLES, b"x", 10));
    }
}
