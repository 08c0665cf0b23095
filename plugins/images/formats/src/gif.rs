//! GIF: Graphics Interchange Format (CompuServe, version 89a, 1990).
//!
//! A signature with the version (section 17), then the logical screen
//! descriptor, which begins with the width and the height of the whole, each
//! two bytes, the low one first (section 18).

use super::input::Input;
use super::{Damage, Dimensions, Stop};

/// What the files of the two versions begin with.
pub(super) const SIGNATURES: [&[u8]; 2] = [b"GIF87a", b"GIF89a"];

/// Reads the logical screen descriptor.
pub(super) fn dimensions(input: &Input<'_>) -> Result<Dimensions, Stop> {
    let (width, height) = (input.le16(6)?, input.le16(8)?);
    if width == 0 || height == 0 {
        return Err(Damage::NoPixels.into());
    }
    Ok((Some(width.into()), Some(height.into())))
}
