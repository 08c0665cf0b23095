//! A small copy of one picture for people, decoded in the sandbox.

use sanchay_sandbox::plugin::{Plugin, PreviewSize, Value};
use sanchay_storage::{File, Metadata};

use crate::{
    engine::Engine,
    error::Cause,
    extract::{Site, cause, sample, source},
};

/// A small copy of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PicturePreview {
    /// The picture's width in pixels, when it is upright.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The copy, upright, as a BMP file: no larger than was asked for.
    pub bitmap: Vec<u8>,
}

impl Engine {
    /// A small copy of a picture; `None` for a file whose name is not that of
    /// one. It is decoded in the sandbox within eight seconds and 512 MiB of
    /// memory, whichever size is wanted; files of more than 64 MiB are refused.
    ///
    /// # Errors
    /// Why it cannot be decoded, or read.
    pub fn picture_preview(
        &self,
        name: &[u8],
        file: &File,
        metadata: &Metadata,
        size: PreviewSize,
    ) -> Result<Option<PicturePreview>, Cause> {
        let plugin = Plugin::previews(size).map_err(Cause::Sandbox)?;
        // One that fails often is no reason to refuse others later.
        plugin.forgive();
        let Some(mut extractor) = plugin.extractor() else { return Ok(None) };
        let mut values = Vec::new();
        let told = extractor.extract(
            &sample(Site::named(name), metadata),
            Some(&mut source(file)),
            &mut values,
        );
        told.map_err(|failure| cause(failure, plugin.name()))?;
        let number = |value: &Option<Value>| match value {
            Some(Value::Unsigned(number)) => u32::try_from(*number).ok(),
            _ => None,
        };
        let mut values = values.into_iter();
        let (width, height, _, copy) =
            (values.next(), values.next(), values.next(), values.next());
        let size = width.as_ref().and_then(number);
        let size = size.zip(height.as_ref().and_then(number));
        Ok(match (size, copy.flatten()) {
            (Some((width, height)), Some(Value::Bytes(bitmap))) => {
                let bitmap = bitmap.into_vec();
                Some(PicturePreview { width, height, bitmap })
            }
            _ => None,
        })
    }
}
