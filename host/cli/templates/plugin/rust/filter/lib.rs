//! {{name}}: a filter. It keeps all directories, and the files whose names do
//! not begin with `~`. Replace `is_wanted`, and what `describe` says.
//!
//! What the fields mean stands in `wit/judging.wit`.

mod bindings;
mod last_words;

use bindings::exports::sanchay::inspect::judging::{
    Batch, Description, EntryKind, Guest,
};

/// What implements the world.
struct Plugin;

impl Guest for Plugin {
    /// What the plugin is. Asked once and again: always answer the same.
    fn describe() -> Description {
        last_words::keep();
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            // true: files are judged with their sizes and times, see
            // `metadata` of the batch. Reading them costs a system call a
            // file.
            metadata: false,
        }
    }

    /// Judges a batch of entries of one directory: a bit for each, 1 for one
    /// that is wanted.
    fn judge(batch: Batch) -> Vec<u8> {
        last_words::keep();
        let mut wanted = vec![0; batch.ends.len().div_ceil(8)];
        for (index, (name, kind)) in entries(&batch).enumerate() {
            if is_wanted(name, kind) {
                wanted[index / 8] |= 1 << (index % 8);
            }
        }
        wanted
    }
}

/// The names of a batch, and what they are the names of.
fn entries(batch: &Batch) -> impl Iterator<Item = (&[u8], EntryKind)> {
    let ends = batch.ends.iter().map(|end| *end as usize);
    let begins = std::iter::once(0).chain(ends.clone());
    let names = begins.zip(ends).map(|(from, to)| &batch.names[from..to]);
    names.zip(batch.kinds.iter().copied())
}

/// A name is bytes: it need not be UTF-8, and it is as hostile as whoever
/// named the file. A panic in here ends the call; the host reports it, and
/// what it says.
fn is_wanted(name: &[u8], kind: EntryKind) -> bool {
    kind == EntryKind::Directory || !name.starts_with(b"~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_are_not_wanted_and_directories_always_are() {
        let batch = Batch {
            directory: b"notes/".to_vec(),
            names: b"~a.txtb.txt~c".to_vec(),
            ends: vec![6, 11, 13],
            kinds: vec![
                EntryKind::File,
                EntryKind::File,
                EntryKind::Directory,
            ],
            metadata: None,
        };
        assert_eq!(Plugin::judge(batch), [0b110]);
    }
}
