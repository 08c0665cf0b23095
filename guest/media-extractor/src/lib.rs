//! The extractor that Sanchay ships: what pictures and films say of
//! themselves.
//!
//! The crate `sanchay-media` reads the formats. This one implements the world
//! `extractor-plugin` with it: columns, which files to take, and how many
//! bytes of each.
//!
//! Compiled for WebAssembly this crate has no standard library and imports
//! nothing. It also compiles for the machine it is built on, only to be
//! checked there.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod interfaces;

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use sanchay_runtime as _;

use interfaces::exports::sanchay::inspect::extracting::{
    Answer, Assignment, ByteRange, Column, Description, Facts, File, Guest,
    Pattern, Piece, Range, Selection, Timestamp, Value, ValueType,
};
use sanchay_media::Media;

/// What implements the world.
struct MediaExtractor;

impl Guest for MediaExtractor {
    fn describe() -> Description {
        let column = |name: &str, value_type| Column {
            name: name.to_owned(),
            value_type,
        };
        Description {
            name: "media".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            // The host finds them by their names.
            columns: vec![
                column("media_type", ValueType::Text),
                column("width", ValueType::Unsigned),
                column("height", ValueType::Unsigned),
                column("taken", ValueType::Timestamp),
                // Whether that is local time.
                column("local", ValueType::Boolean),
                column("camera", ValueType::Text),
                // In nanoseconds.
                column("duration", ValueType::Unsigned),
            ],
            settings: Vec::new(),
            selections: vec![Selection {
                patterns: sanchay_media::EXTENSIONS
                    .iter()
                    .map(|it| Pattern::Extension((*it).to_owned()))
                    .collect(),
                byte_range: ByteRange::Head(sanchay_media::HEAD),
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
        Ok(match sanchay_media::inspect(&views, file.size) {
            sanchay_media::Answer::Told(Some(media)) => {
                Answer::Values(row(media))
            }
            sanchay_media::Answer::Told(None) => Answer::Values(Vec::new()),
            sanchay_media::Answer::More(ranges) => {
                Answer::More(ranges.iter().map(range).collect())
            }
        })
    }
}

fn range(range: &sanchay_media::Range) -> Range {
    let length = u32::try_from(range.length).unwrap_or(u32::MAX);
    Range { offset: range.offset, length }
}

/// The values of a file, in the order of the columns.
fn row(media: Media) -> Vec<Option<Value>> {
    let number = |it: Option<u32>| it.map(|it| Value::Unsigned(it.into()));
    vec![
        Some(Value::Text(media.media_type.to_owned())),
        number(media.width),
        number(media.height),
        media.taken.map(|it| {
            Value::Timestamp(Timestamp {
                seconds: it.seconds,
                nanoseconds: it.nanoseconds,
            })
        }),
        media.taken.map(|it| Value::Boolean(it.is_local)),
        media.camera.map(Value::Text),
        media.duration.map(Value::Unsigned),
    ]
}
