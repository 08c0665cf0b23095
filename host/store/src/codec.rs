//! Compresses objects, and takes them apart again. What comes out is never
//! longer than the object said, and has the digest that it is called by.

use std::{cell::RefCell, io};

use sanchay_core::store::{
    Address, Coding, Damage, object_header, parse_object,
};
use zstd::bulk::{Compressor, Decompressor};

use crate::error::StoreError;

/// So many bytes are not worth trying.
const SMALL: usize = 64;

thread_local! {
    // Making one takes longer than compressing a small file with it.
    static COMPRESSOR: RefCell<Option<(i32, Compressor<'static>)>> =
        const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> =
        const { RefCell::new(None) };
}

/// An object of these bytes, compressed where that makes it smaller.
pub(crate) fn encode(bytes: &[u8], level: i32) -> Result<Vec<u8>, StoreError> {
    let size = bytes.len() as u64;
    let packed = match bytes.len() {
        0..SMALL => None,
        _ => Some(compress(bytes, level).map_err(StoreError::Compress)?),
    };
    let (coding, kept) = match &packed {
        Some(packed) if packed.len() < bytes.len() => {
            (Coding::Zstd, packed.as_slice())
        }
        _ => (Coding::Stored, bytes),
    };
    let mut object = Vec::with_capacity(kept.len().saturating_add(9));
    object.extend_from_slice(&object_header(coding, size));
    object.extend_from_slice(kept);
    Ok(object)
}

fn compress(bytes: &[u8], level: i32) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|slot| {
        let made = slot.take().filter(|(of, _)| *of == level);
        let mut compressor = match made {
            Some((_, compressor)) => compressor,
            None => Compressor::new(level)?,
        };
        let packed = compressor.compress(bytes);
        *slot = Some((level, compressor));
        packed
    })
}

/// The bytes of an object, of which there may be so many.
pub(crate) fn decode(
    object: &[u8],
    address: &Address,
    most: u64,
) -> Result<Vec<u8>, Damage> {
    let (coding, size, kept) = parse_object(object)?;
    if size > most {
        return Err(Damage::TooLarge);
    }
    let bytes = match coding {
        Coding::Stored => kept.to_vec(),
        Coding::Zstd => {
            let size = usize::try_from(size).map_err(|_| Damage::TooLarge)?;
            decompress(kept, size).map_err(|_| Damage::Digest)?
        }
    };
    match bytes.len() as u64 == size && Address::of(&bytes) == *address {
        true => Ok(bytes),
        false => Err(Damage::Digest),
    }
}

/// Decompresses to at most so many bytes.
fn decompress(kept: &[u8], size: usize) -> io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let mut decompressor = match slot.take() {
            Some(decompressor) => decompressor,
            None => Decompressor::new()?,
        };
        let bytes = decompressor.decompress(kept, size);
        *slot = Some(decompressor);
        bytes
    })
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use sanchay_core::store::{
        Address, Coding, Damage, MAX_OBJECT, object_header,
    };

    use super::{decode, encode};

    #[test]
    fn a_bomb_is_no_more_than_it_says() {
        let zeros = vec![0; 1 << 20];
        let address = Address::of(&zeros);
        let object = encode(&zeros, 3).unwrap();
        assert!(object.len() < 200);
        assert_eq!(decode(&object, &address, MAX_OBJECT), Ok(zeros));
        let mut less = object_header(Coding::Zstd, 1000).to_vec();
        less.extend_from_slice(&object[9..]);
        assert_eq!(decode(&less, &address, MAX_OBJECT), Err(Damage::Digest));
    }

    proptest! {
        #[test]
        fn objects_are_taken_apart_as_they_were_made(
            bytes in vec(0_u8..8, 0..3000),
            level in 1..5,
            at in any::<prop::sample::Index>(),
        ) {
            let address = Address::of(&bytes);
            let mut object = encode(&bytes, level).unwrap();
            prop_assert_eq!(decode(&object, &address, MAX_OBJECT), Ok(bytes.clone()));
            let other = Address::of(b"something else");
            prop_assert!(decode(&object, &other, MAX_OBJECT).is_err());
            let at = at.index(object.len());
            object[at] ^= 0x10;
            // Bits of a frame's header may say the same in another way.
            if let Ok(read) = decode(&object, &address, MAX_OBJECT) {
                prop_assert_eq!(read, bytes);
            }
        }
    }
}
