//! An extractor that tells the dimensions of images: PNG, JPEG, GIF and WebP.
//!
//! What reads the formats is `formats`: plain functions of bytes. This file
//! only says so in the terms of the world `extractor-plugin`: what the
//! columns are called, which files are of interest, and how many bytes of
//! each.
//!
//! Compiled for WebAssembly the crate has no standard library and imports
//! nothing. It also compiles for the machine it is built on, only to be
//! checked there.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod bindings;
mod formats;
#[cfg(target_arch = "wasm32")]
mod runtime;

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use bindings::exports::sanchay::inspect::extracting::{
    Column, Description, File, Guest, Portion, Value, ValueType,
};
use formats::Image;

/// How many of a file's first bytes are looked at.
///
/// All but JPEG have their dimensions in the first 30. A JPEG has metadata
/// before them, in segments of up to 64 KiB: with 128 KiB a full one and
/// what cameras put beside it are behind us.
const HEAD: u32 = 128 * 1024;

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
            extensions: EXTENSIONS
                .iter()
                .map(|it| it.as_bytes().to_vec())
                .collect(),
            portion: Portion::Head(HEAD),
        }
    }

    fn extract(file: File) -> Result<Vec<Option<Value>>, String> {
        match formats::inspect(&file.head, file.size) {
            Ok(Some(image)) => Ok(row(&image)),
            Ok(None) => Ok(vec![None, None, None]),
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
