//! What goes beside the components when they are published.
//!
//! A component is a file of bytes that others are to trust. This crate writes
//! what they need for that, all of it from what the component was built from
//! and nothing of it by hand:
//!
//! - [`interfaces`] reads the WIT package, encodes it as one file, and makes a
//!   page for people of it (`docs/INTERFACES.md`);
//! - [`parts`] finds out what was compiled into a component;
//! - [`description`] adds to a component what it is;
//! - [`licences`] lists the licences of that, with their full texts;
//! - [`bill`] writes it down for machines, as a CycloneDX bill of materials;
//! - [`release`] puts all of it into one folder, with a page that says what
//!   each file is.
//!
//! All output is the same for the same sources, wherever and whenever it is
//! made. `./x dist` and `./x wit-docs` call the program of this crate.

use std::fmt::Write as _;

pub mod bill;
pub mod description;
pub mod interfaces;
pub mod licences;
pub mod parts;
pub mod release;

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
