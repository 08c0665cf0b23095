//! The extractor of thumbnails that Sanchay ships: what pictures look like.
//!
//! The crate `sanchay-pictures` decodes them. This one implements the world
//! `extractor-plugin` with it. It takes all of a file, at most [`MOST`] bytes.
//!
//! The decoders need the standard library. For this target that is a memory
//! allocator and nothing else: the component imports nothing, as the others.

mod interfaces;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use interfaces::exports::sanchay::inspect::extracting::{
    Answer, Assignment, ByteRange, Column, Description, Facts, File, Guest,
    Pattern, Piece, Range, Selection, Setting, Value, ValueType,
};
use interfaces::exports::sanchay::inspect::types::{
    SettingType, SettingValue,
};
use sanchay_pictures::{EXTENSIONS, look_with};

/// How many bytes of a file are passed at first: all of nearly any picture,
/// and no more than a host grants at once.
const FIRST: u32 = 16 << 20;

/// How large a file may be, in bytes.
const MOST: u64 = 128 << 20;

/// What its user can set: how long the longer side of a small copy is, in
/// pixels. There is none of 0 pixels.
const SIDE: &str = "side";

/// What was set.
static SIDE_SET: AtomicU32 = AtomicU32::new(0);

/// What implements the world.
struct PictureExtractor;

impl Guest for PictureExtractor {
    fn describe() -> Description {
        let column = |name: &str, value_type| Column {
            name: name.to_owned(),
            value_type,
        };
        let extension = |it: &&str| Pattern::Extension((*it).to_owned());
        Description {
            name: "pictures".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            // The host finds them by their places.
            columns: vec![
                column("width", ValueType::Unsigned),
                column("height", ValueType::Unsigned),
                column("thumbnail", ValueType::Bytes),
                column("preview", ValueType::Bytes),
            ],
            settings: vec![Setting {
                key: SIDE.to_owned(),
                setting_type: SettingType::Integer,
                default_value: Some(SettingValue::Integer(0)),
                docs: "pixels of the longer side of a small copy".to_owned(),
            }],
            selections: vec![Selection {
                patterns: EXTENSIONS.iter().map(extension).collect(),
                byte_range: ByteRange::Head(FIRST),
            }],
            facts: Facts {
                name: false,
                path: false,
                modified: false,
                mode: false,
            },
        }
    }

    fn configure(settings: Vec<Assignment>) -> Result<(), String> {
        for Assignment { key, value } in settings {
            let side = match value {
                SettingValue::Integer(side) if key == SIDE => side,
                _ => return Err(format!("there is no setting {key}")),
            };
            let side = u32::try_from(side)
                .map_err(|_| format!("{SIDE} is from 0 on"))?;
            SIDE_SET.store(side, Relaxed);
        }
        Ok(())
    }

    fn extract(file: File, mut pieces: Vec<Piece>) -> Result<Answer, String> {
        if file.size > MOST {
            return Err(format!(
                "the picture is too large: {} bytes, of at most {MOST}",
                file.size
            ));
        }
        let here: u64 = pieces.iter().map(|it| it.bytes.len() as u64).sum();
        if here < file.size && pieces.len() == 1 {
            let length = u32::try_from(file.size - here).unwrap_or(u32::MAX);
            return Ok(Answer::More(vec![Range { offset: here, length }]));
        }
        let bytes = match &mut pieces[..] {
            [] => Vec::new(),
            [only] => std::mem::take(&mut only.bytes),
            several => {
                let each = several.iter().map(|it| &*it.bytes);
                each.collect::<Vec<_>>().concat()
            }
        };
        drop(pieces);
        let told = look_with(&bytes, SIDE_SET.load(Relaxed));
        let told = told.map_err(|error| error.to_string())?;
        Ok(Answer::Values(vec![
            Some(Value::Unsigned(told.width.into())),
            Some(Value::Unsigned(told.height.into())),
            Some(Value::Bytes(told.thumbnail.as_bytes().to_vec())),
            told.preview.map(Value::Bytes),
        ]))
    }
}
