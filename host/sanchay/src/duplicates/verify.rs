//! Comparing equal files byte by byte: whatever a digest can be made to say,
//! a group has the same bytes. Files are read side by side, through handles
//! that stay open.

use std::{collections::HashSet, io, sync::Mutex};

use sanchay_core::grouping::{FileNumber, FileTable as _, Group, Groups};
use sanchay_storage::{File, FileId};
use sanchay_sync::{into_inner, lock};

use super::compare::Comparison;
use crate::error::{Action, Cause, Error, Problem};

/// How much of each file is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// How many files are compared with one at the same time.
const FILES: usize = 16;

/// What a worker reads into: of the file that others are compared with, and
/// of another.
struct Space {
    first: Vec<u8>,
    other: Vec<u8>,
}

/// Why a file leaves its group.
type Failure = (Action, Cause);

/// A file of a group, open.
struct Member {
    id: FileId,
    number: FileNumber,
    file: File,
}

impl Comparison<'_> {
    /// Compares the files of each group, and tells those that are not like
    /// the first that could be read. Each of them is an error.
    pub(super) fn verify(
        &self,
        groups: &Groups,
    ) -> Result<HashSet<FileId>, Error> {
        let bytes = groups.iter().map(|group| {
            let files = self.distinct(group).len() as u64;
            group.size.saturating_mul(files)
        });
        self.run.expect_more(bytes.fold(0, u64::saturating_add));
        let unlike: Mutex<HashSet<FileId>> = Mutex::default();
        self.each_group(
            groups,
            || Space { first: vec![0; CHUNK], other: vec![0; CHUNK] },
            |group, space| {
                let found = self.unlike(group, space);
                lock(&unlike).extend(found);
            },
        )?;
        Ok(into_inner(unlike))
    }

    /// The files of a group that are not like the first that can be read.
    fn unlike(&self, group: Group<'_>, space: &mut Space) -> Vec<FileId> {
        let mut unlike = Vec::new();
        let mut files = self.distinct(group);
        while files.len() > 1 && !self.run.is_over() {
            let (id, number) = files.remove(0);
            let refused = match self.member(id, number) {
                Ok(first) => {
                    match self.compare(group.size, &first, &files, space) {
                        Ok(found) => {
                            unlike.extend(found);
                            return unlike;
                        }
                        Err(failure) => failure,
                    }
                }
                Err(failure) => failure,
            };
            // The others are compared with the next.
            self.leaves(number, refused);
            unlike.push(id);
        }
        unlike
    }

    /// Compares files with one. An error is one of that one.
    fn compare(
        &self,
        size: u64,
        first: &Member,
        others: &[(FileId, FileNumber)],
        space: &mut Space,
    ) -> Result<Vec<FileId>, Failure> {
        let mut unlike = Vec::new();
        for part in others.chunks(FILES) {
            let mut members = Vec::with_capacity(part.len());
            for (id, number) in part {
                match self.member(*id, *number) {
                    Ok(member) => members.push(member),
                    Err(failure) => {
                        self.leaves(*number, failure);
                        unlike.push(*id);
                    }
                }
            }
            let mut offset = 0;
            // Once more behind the end: they may have grown.
            while !members.is_empty() && !self.run.is_over() {
                let got = self.fill(&first.file, &mut space.first, offset);
                let bytes = got.map_err(reading)?;
                let bytes = space.first.get(..bytes).unwrap_or_default();
                members.retain(|member| {
                    let same = self.is_same(
                        &member.file,
                        bytes,
                        &mut space.other,
                        offset,
                    );
                    match same {
                        Ok(()) => return true,
                        Err(failure) => self.leaves(member.number, failure),
                    }
                    unlike.push(member.id);
                    false
                });
                if bytes.is_empty() {
                    break;
                }
                offset += bytes.len() as u64;
            }
            if !members.is_empty() && offset != size && !self.run.is_over() {
                let changed =
                    Problem::Changed { expected: size, found: offset };
                return Err((Action::Read, Cause::Problem(changed)));
            }
        }
        Ok(unlike)
    }

    /// Whether a file has these bytes at an offset, and none if they are none.
    fn is_same(
        &self,
        file: &File,
        bytes: &[u8],
        space: &mut [u8],
        offset: u64,
    ) -> Result<(), Failure> {
        let wanted = bytes.len().max(1);
        let space = space.get_mut(..wanted).unwrap_or_default();
        let got = self.fill(file, space, offset).map_err(reading)?;
        match space.get(..got) == Some(bytes) {
            true => Ok(()),
            false => Err((Action::Compare, Cause::Problem(Problem::Differs))),
        }
    }

    /// Reads as much as there is room for, or there is.
    fn fill(
        &self,
        file: &File,
        space: &mut [u8],
        offset: u64,
    ) -> io::Result<usize> {
        let filled = file.read_full_at(space, offset)?;
        self.run.count_bytes(filled);
        self.run.tick();
        Ok(filled)
    }

    fn member(
        &self,
        id: FileId,
        number: FileNumber,
    ) -> Result<Member, Failure> {
        let opening = |cause| (Action::Open, cause);
        let (file, _) = self.open_anew(number).map_err(opening)?;
        Ok(Member { id, number, file })
    }

    fn leaves(&self, number: FileNumber, (action, cause): Failure) {
        self.error(self.collection.path(number), action, cause);
    }

    /// Leaves out of groups the files that are not like the others.
    pub(super) fn without(
        &self,
        groups: Groups,
        unlike: &HashSet<FileId>,
    ) -> Groups {
        if unlike.is_empty() {
            return groups;
        }
        let stays = |file| {
            let id = self.collection.identity(file);
            id.is_none_or(|id| !unlike.contains(&id))
        };
        groups.revise(self.collection, stays, |_| None)
    }
}

fn reading(error: io::Error) -> Failure {
    (Action::Read, error.into())
}
