//! The checksum of PNG's chunks (W3C PNG, annex D): it tells a chunk that was
//! come upon in the middle from bytes that look like one.

/// The polynomial of ISO 3309, its bits in reverse order.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// The CRC-32 of some bytes.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let all = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (POLYNOMIAL & 0_u32.wrapping_sub(crc & 1))
        })
    });
    !all
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_is_the_published_one() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(super::crc32(b"IEND"), 0xae42_6082);
    }
}
