//! The files of a partition, compactly: of the folders that files follow each
//! other in, each is held once.

use std::cmp::Ordering;

use sanchay::FileId;
use sanchay_core::{
    content::Content,
    digest::Digest,
    grouping::{DigestColumn, FileNumber, FileTable},
    hashing::Algorithm,
};

/// What is known of a file.
#[derive(Clone, Copy, Debug)]
struct File {
    size: u64,
    id: Option<FileId>,
    /// Where its name begins.
    name: usize,
    name_len: u32,
    folder: u32,
    is_linked: bool,
}

/// The files of a partition.
#[derive(Debug)]
pub(crate) struct Table {
    algorithm: Algorithm,
    /// Each empty, or with a slash at its end.
    folders: Vec<Box<[u8]>>,
    names: Vec<u8>,
    files: Vec<File>,
    /// The digests of all files, end to end.
    digests: Vec<u8>,
}

/// A file as it is added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Added<'r> {
    pub(crate) path: &'r [u8],
    pub(crate) size: u64,
    pub(crate) id: Option<FileId>,
    pub(crate) links: u64,
    /// Its digest, in hex.
    pub(crate) digest: &'r str,
}

impl Table {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            folders: Vec::new(),
            names: Vec::new(),
            files: Vec::new(),
            digests: Vec::new(),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn push(&mut self, file: Added<'_>) -> Result<(), String> {
        let many = |_| "there are too many files, or too many folders";
        let slash = file.path.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = file.path.split_at(slash.map_or(0, |at| at + 1));
        if self.folders.last().is_none_or(|last| **last != *folder) {
            self.folders.push(folder.into());
        }
        let start = self.digests.len();
        push_hex(file.digest, &mut self.digests);
        if self.digests.len() - start != self.algorithm.digest_len() {
            return Err("a digest is none".to_owned());
        }
        u32::try_from(self.files.len()).map_err(many)?;
        self.files.push(File {
            size: file.size,
            id: file.id,
            name: self.names.len(),
            name_len: u32::try_from(name.len()).map_err(many)?,
            folder: u32::try_from(self.folders.len() - 1).map_err(many)?,
            is_linked: file.links > 1,
        });
        self.names.extend_from_slice(name);
        Ok(())
    }

    fn file(&self, number: FileNumber) -> Option<&File> {
        self.files.get(number.index())
    }

    /// The folder of a file, and its name in it.
    pub(crate) fn path(&self, number: FileNumber) -> (&[u8], &[u8]) {
        let Some(file) = self.file(number) else { return (&[], &[]) };
        let folder = self.folders.get(file.folder as usize);
        let end = file.name.saturating_add(file.name_len as usize);
        let name = self.names.get(file.name..end).unwrap_or_default();
        (folder.map_or(&[][..], |it| it), name)
    }

    /// Takes the digests of files out of it.
    pub(crate) fn take_digests(
        &mut self,
        files: &[FileNumber],
    ) -> DigestColumn {
        let all = std::mem::take(&mut self.digests);
        let length = self.algorithm.digest_len();
        let mut column = DigestColumn::default();
        for file in files {
            let start = file.index().saturating_mul(length);
            let bytes = all.get(start..start.saturating_add(length));
            let digest = bytes.and_then(Digest::from_bytes);
            debug_assert!(digest.is_some(), "{file:?} has a digest");
            if let Some(digest) = digest {
                column.push(*file, &Content::Whole(self.algorithm, digest));
            }
        }
        column
    }
}

impl FileTable for Table {
    type Identity = FileId;

    fn end(&self) -> usize {
        self.files.len()
    }

    fn files(&self) -> impl Iterator<Item = FileNumber> {
        (0..self.files.len()).map_while(FileNumber::new)
    }

    fn size(&self, file: FileNumber) -> u64 {
        self.file(file).map_or(0, |it| it.size)
    }

    fn is_linked(&self, file: FileNumber) -> bool {
        self.file(file).is_some_and(|it| it.is_linked)
    }

    fn identity(&self, file: FileNumber) -> Option<FileId> {
        self.file(file)?.id
    }

    fn by_path(&self, a: FileNumber, b: FileNumber) -> Ordering {
        by_path(self.path(a), self.path(b))
    }

    fn device(&self, file: FileNumber) -> u64 {
        self.identity(file).map_or(0, |it| it.device)
    }
}

/// Compares two paths, each a folder and a name in it, by their bytes.
pub(crate) fn by_path(a: (&[u8], &[u8]), b: (&[u8], &[u8])) -> Ordering {
    if a.0 == b.0 {
        return a.1.cmp(b.1);
    }
    let bytes = |(folder, name): (&[u8], &[u8])| [folder, name].concat();
    let common = a.0.len().min(b.0.len());
    match a.0.get(..common).cmp(&b.0.get(..common)) {
        Ordering::Equal => bytes(a).cmp(&bytes(b)),
        order => order,
    }
}

/// Appends the bytes of a text in hex; up to what is none.
fn push_hex(text: &str, out: &mut Vec<u8>) {
    for pair in text.as_bytes().chunks(2) {
        let digit = |at: usize| {
            let digit = char::from(*pair.get(at)?).to_digit(16)?;
            u8::try_from(digit).ok()
        };
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return };
        out.push(high << 4 | low);
    }
}

#[cfg(test)]
mod tests {
    use sanchay_core::{grouping::FileTable as _, hashing::Algorithm};

    use super::{Added, Table};

    #[test]
    fn files_are_in_the_order_of_the_bytes_of_their_paths() {
        let mut table = Table::new(Algorithm::Xxh64);
        let mut paths =
            ["a/b/c", "a/b-c", "a/b/", "a-", "a/b0", "", "b", "a/b/c/d"];
        for path in paths {
            let added = Added {
                path: path.as_bytes(),
                size: 1,
                id: None,
                links: 1,
                digest: "0123456789abcdef",
            };
            table.push(added).unwrap();
        }
        let mut files: Vec<_> = table.files().collect();
        files.sort_by(|a, b| table.by_path(*a, *b));
        let text = |file: &_| {
            let (folder, name) = table.path(*file);
            String::from_utf8([folder, name].concat()).unwrap()
        };
        paths.sort_unstable();
        assert_eq!(files.iter().map(text).collect::<Vec<_>>(), paths);
        let wrong =
            Added { path: b"x", size: 1, id: None, links: 1, digest: "0123" };
        assert!(table.push(wrong).is_err());
    }
}
