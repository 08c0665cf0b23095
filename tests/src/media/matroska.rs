//! Matroska and WebM (RFC 8794, RFC 9559).

/// An element: its number, and its content with a length of eight bytes.
fn one(id: u32, content: &[u8]) -> Vec<u8> {
    let id = id.to_be_bytes();
    let first = id.iter().position(|byte| *byte != 0).unwrap();
    let length = u64::try_from(content.len()).unwrap() | 1 << 56;
    [&id[first..], &length.to_be_bytes(), content].concat()
}

/// A film of a type (`matroska`, `webm`), of so many milliseconds, made so
/// many nanoseconds after 2001 began.
#[must_use]
pub fn film(
    kind: &str,
    (width, height): (u32, u32),
    milliseconds: f64,
    made: i64,
) -> Vec<u8> {
    let head = one(0x1a45_dfa3, &one(0x4282, kind.as_bytes()));
    let info = [
        one(0x2a_d7b1, &1_000_000_u32.to_be_bytes()),
        one(0x4489, &milliseconds.to_be_bytes()),
        one(0x4461, &made.to_be_bytes()),
    ];
    let picture =
        [one(0xb0, &width.to_be_bytes()), one(0xba, &height.to_be_bytes())];
    let track = [one(0x83, &[1]), one(0xe0, &picture.concat())];
    let segment = [
        one(0x1549_a966, &info.concat()),
        one(0x1654_ae6b, &one(0xae, &track.concat())),
        one(0x1f43_b675, &[0; 100]),
    ];
    [head, one(0x1853_8067, &segment.concat())].concat()
}
