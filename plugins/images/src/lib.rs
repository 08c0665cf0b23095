//! An extractor that tells the dimensions of images: PNG, JPEG, GIF and WebP.
//!
//! The crate in `formats` reads the formats: plain functions of bytes. This
//! file implements the world `extractor-plugin` with it: the names of the
//! columns, which files to take, and how many bytes of each.
//!
//! Compiled for WebAssembly the crate has no standard library and imports
//! nothing. It also compiles for the machine it is built on, only to be
//! checked there.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod bindings;
#[cfg(target_arch = "wasm32")]
mod runtime;

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use bindings::exports::sanchay::inspect::extracting::{
    Answer, Assignment, ByteRange, Column, Description, Facts, File, Guest,
    Pattern, Piece, Range, Selection, Value, ValueType,
};
use sanchay_image_formats::Image;

/// How many bytes of a file are looked at, at first and each time after.
///
/// All but JPEG have their dimensions in the first 30. A JPEG has metadata
/// before them, in segments of up to 64 KiB, each of which says where the
/// next begins: what is in them needs not be read.
const LOOK: u32 = 4096;

/// How many pieces of a file there are at most: what it begins with, and as
/// many more as a host lets it ask for.
const PIECES: usize = 9;

/// The extensions of the formats; some are more than one format's in the
/// wild, so that it is the bytes that decide.
const EXTENSIONS: [&str; 7] =
    ["png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp"];

/// What implements the world.
struct Images;

impl Guest for Images {
    fn describe() -> Description {
        let column = |name: &str, value_type| Column {
            name: name.to_owned(),
            value_type,
        };
        Description {
            name: "images".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            columns: vec![
                column("width", ValueType::Unsigned),
                column("height", ValueType::Unsigned),
                column("format", ValueType::Text),
            ],
            settings: Vec::new(),
            selections: vec![Selection {
                patterns: EXTENSIONS
                    .iter()
                    .map(|it| Pattern::Extension((*it).to_owned()))
                    .collect(),
                byte_range: ByteRange::Head(LOOK),
            }],
            facts: Facts {
                name: false,
                path: false,
                modified: false,
                mode: false,
            },
        }
    }

    fn configure(_settings: Vec<Assignment>) -> Result<(), String> {
        Ok(())
    }

    fn extract(file: File, pieces: Vec<Piece>) -> Result<Answer, String> {
        let views: Vec<_> =
            pieces.iter().map(|it| (it.offset, &*it.bytes)).collect();
        match sanchay_image_formats::inspect(&views, file.size) {
            Ok(Some(Image { unseen: Some(offset), .. }))
                if pieces.len() < PIECES =>
            {
                Ok(Answer::More(vec![Range { offset, length: LOOK }]))
            }
            Ok(Some(image)) => Ok(Answer::Values(row(&image))),
            Ok(None) => Ok(Answer::Values(vec![None, None, None])),
            Err((format, damage)) => {
                Err(format!("{} damaged: {damage}", format.name()))
            }
        }
    }
}

/// The values of an image, in the order of the columns.
fn row(image: &Image) -> Vec<Option<Value>> {
    let number = |it: Option<u32>| it.map(|it| Value::Unsigned(it.into()));
    vec![
        number(image.width),
        number(image.height),
        Some(Value::Text(image.format.name().to_owned())),
    ]
}
