//! {{name}}: a filter. It keeps all directories, and the files whose names do
//! not begin with the setting `prefix`. Replace `is_wanted`, and what
//! `describe` says.
//!
//! What the fields mean stands in `wit/matching.wit`.

mod bindings;
mod last_words;

use std::sync::OnceLock;

use bindings::exports::sanchay::inspect::matching::{
    Assignment, Batch, Description, EntryKind, Guest, Setting,
};
use bindings::exports::sanchay::inspect::types::{SettingType, SettingValue};

/// What implements the world.
struct Plugin;

/// The value of the setting.
static PREFIX: OnceLock<String> = OnceLock::new();

impl Guest for Plugin {
    /// What the plugin is. Asked once and again: always answer the same.
    fn describe() -> Description {
        last_words::keep();
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: vec![Setting {
                key: "prefix".to_owned(),
                setting_type: SettingType::Text,
                default_value: Some(SettingValue::Text("~".to_owned())),
                docs: "Leave out files whose names begin with this".to_owned(),
            }],
            // true: files are matched with their sizes and times, see
            // `metadata` of the batch. Reading them costs a system call a
            // file.
            metadata: false,
        }
    }

    /// Gets the value of every setting, before the first `select`; or says
    /// what is wrong with one.
    fn configure(settings: Vec<Assignment>) -> Result<(), String> {
        for setting in settings {
            match setting.value {
                SettingValue::Text(text) if text.is_empty() => {
                    return Err("the prefix is empty: no file is left".into());
                }
                SettingValue::Text(text) => {
                    PREFIX.get_or_init(|| text);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Selects from a batch: the indices of the entries that are wanted.
    fn select(batch: Batch) -> Vec<u32> {
        last_words::keep();
        let prefix = PREFIX.get().map_or("~", String::as_str).as_bytes();
        let wanted = (0..)
            .zip(entries(&batch))
            .filter(|(_, (name, kind))| is_wanted(name, *kind, prefix));
        wanted.map(|(index, _)| index).collect()
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
fn is_wanted(name: &[u8], kind: EntryKind, prefix: &[u8]) -> bool {
    kind == EntryKind::Directory || !name.starts_with(prefix)
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
        assert_eq!(Plugin::select(batch), [1, 2]);
    }
}
