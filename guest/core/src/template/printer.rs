//! Writes a template so that it is parsed as the same again.

use core::fmt::{self, Write as _};

use super::{Choice, Piece, Source, Template};

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => write_text(text, false, f)?,
                Piece::Value(choices) => {
                    for (index, choice) in choices.iter().enumerate() {
                        f.write_char(if index == 0 { '{' } else { '|' })?;
                        choice.fmt(f)?;
                    }
                    f.write_char('}')?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Field(name) => f.write_str(name)?,
            Source::Capture(number) => write!(f, "{number}")?,
            Source::Counter(counter) => match counter.format().as_str() {
                "" => f.write_char('n')?,
                format => write!(f, "n:{format}")?,
            },
            Source::Text(text) => {
                f.write_char('"')?;
                write_text(text, true, f)?;
                f.write_char('"')?;
            }
        }
        let Some(format) = &self.format else { return Ok(()) };
        f.write_char(':')?;
        for character in format.chars() {
            if matches!(character, '|' | '}' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(character)?;
        }
        Ok(())
    }
}

/// Writes text, in quotes or between placeholders.
fn write_text(
    text: &[u8],
    quoted: bool,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\t' => f.write_str("\\t")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\0' => f.write_str("\\0")?,
                '\\' => f.write_str("\\\\")?,
                '"' if quoted => f.write_str("\\\"")?,
                '{' | '}' if !quoted => {
                    f.write_char(character)?;
                    f.write_char(character)?;
                }
                c if c.is_ascii_control() => {
                    write!(f, "\\x{:02x}", u32::from(c))?;
                }
                c => f.write_char(c)?,
            }
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
        }
    }
    Ok(())
}
