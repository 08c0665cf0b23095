//! {{name}}: an extractor. It tells how many lines a text file has, and
//! whether it begins with a byte order mark. Replace the columns and
//! `extract`.
//!
//! What the fields mean stands in `wit/extracting.wit`.

mod bindings;
mod last_words;

use bindings::exports::sanchay::inspect::extracting::{
    Column, Description, File, Guest, Portion, Value, ValueType,
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
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            columns: vec![
                column("lines", ValueType::Unsigned),
                column("bom", ValueType::Boolean),
            ],
            // Of other files nothing is read. No extensions at all: of every
            // file.
            extensions: ["txt", "md", "csv"].map(Vec::from).to_vec(),
            // All of a file of up to 1 MiB; a larger one has no values.
            portion: Portion::Whole(1024 * 1024),
        }
    }

    /// Extracts a file's values, in the order of the columns, None for a
    /// column without one; or says what is wrong with the file. The bytes are
    /// as hostile as whoever wrote them. A panic in here ends the call; the
    /// host reports it, and what it says.
    fn extract(file: File) -> Result<Vec<Option<Value>>, String> {
        last_words::keep();
        let text = file.head;
        if text.starts_with(b"\x7fELF") {
            return Err("it is a program, whatever its name says".into());
        }
        let lines = text.iter().filter(|byte| **byte == b'\n').count();
        Ok(vec![
            Some(Value::Unsigned(lines as u64)),
            Some(Value::Boolean(text.starts_with(b"\xef\xbb\xbf"))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::bindings::exports::sanchay::inspect::extracting::Timestamp;
    use super::*;

    #[test]
    fn lines_are_counted() {
        let file = File {
            name: b"a.txt".to_vec(),
            size: 6,
            modified: Timestamp { seconds: 0, nanoseconds: 0 },
            head: b"a\nb\nc\n".to_vec(),
            tail: Vec::new(),
        };
        let values = Plugin::extract(file).unwrap();
        assert!(matches!(values[0], Some(Value::Unsigned(3))));
        assert!(matches!(values[1], Some(Value::Boolean(false))));
    }
}
