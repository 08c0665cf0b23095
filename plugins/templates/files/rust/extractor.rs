//! {{name}}: an extractor. It tells how many lines a text file has, and
//! whether it begins with a byte order mark. Replace the columns and
//! `extract`.
//!
//! What the fields mean stands in `wit/extracting.wit`.

mod bindings;
mod last_words;

use bindings::exports::sanchay::inspect::extracting::{
    Answer, Assignment, ByteRange, Column, Description, Facts, File, Guest,
    Pattern, Piece, Selection, Value, ValueType,
};

/// What implements the world.
struct Plugin;

impl Guest for Plugin {
    /// What the plugin is. Asked once and again: always answer the same.
    fn describe() -> Description {
        last_words::keep();
        let column = |name: &str, value_type| Column {
            name: name.to_owned(),
            value_type,
        };
        let extensions = ["txt", "md", "csv"];
        let extension = |it: &str| Pattern::Extension(it.to_owned());
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            // What the user can set: see `configure`.
            settings: Vec::new(),
            columns: vec![
                column("lines", ValueType::Unsigned),
                column("bom", ValueType::Boolean),
            ],
            // Of other files nothing is read. There can be several
            // selections, each with a byte range of its own.
            selections: vec![Selection {
                patterns: extensions.map(extension).to_vec(),
                // All of a file of up to 1 MiB; a larger one has no values.
                byte_range: ByteRange::Whole(1024 * 1024),
            }],
            // What is wanted beside the size and the bytes: nothing.
            facts: Facts {
                name: false,
                path: false,
                modified: false,
                mode: false,
            },
        }
    }

    /// Gets the value of every setting, before the first `extract`; or says
    /// what is wrong with one. Not called where there are no settings.
    fn configure(_settings: Vec<Assignment>) -> Result<(), String> {
        Ok(())
    }

    /// Extracts a file's values, in the order of the columns, None for a
    /// column without one; or says what is wrong with the file. The bytes are
    /// as hostile as whoever wrote them. A panic in here ends the call; the
    /// host reports it with its message. `Answer::More` asks for other bytes
    /// of the file.
    fn extract(_file: File, pieces: Vec<Piece>) -> Result<Answer, String> {
        last_words::keep();
        let text = pieces.first().map_or(&[][..], |piece| &piece.bytes);
        if text.starts_with(b"\x7fELF") {
            return Err("it is a program, whatever its name says".into());
        }
        let lines = text.iter().filter(|byte| **byte == b'\n').count();
        Ok(Answer::Values(vec![
            Some(Value::Unsigned(lines as u64)),
            Some(Value::Boolean(text.starts_with(b"\xef\xbb\xbf"))),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted() {
        let file = File {
            selection: 0,
            size: 6,
            name: None,
            path: None,
            modified: None,
            mode: None,
        };
        let all = Piece { offset: 0, bytes: b"a\nb\nc\n".to_vec() };
        let Answer::Values(values) = Plugin::extract(file, vec![all]).unwrap()
        else {
            panic!("it asks for more");
        };
        assert!(matches!(values[0], Some(Value::Unsigned(3))));
        assert!(matches!(values[1], Some(Value::Boolean(false))));
    }
}
