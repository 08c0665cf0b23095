//! Content-defined chunks by FastCDC (Xia and others, "FastCDC: a Fast and
//! Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX
//! ATC 2016): a large file is cut where its own bytes say so. What is inserted
//! or removed changes the chunks around it, and no others.
//!
//! A gear hash rolls over the last 64 bytes: `hash = (hash << 1) + GEAR[byte]`.
//! A chunk ends where chosen bits of it are zero. Before the average length
//! two bits more must be zero, behind it two bits less, so that lengths lie
//! close to the average (the paper's normalization of level 2).

/// The least length of a chunk, but for the last one of a file.
pub const MIN_CHUNK: usize = 256 << 10;

/// About the average length of a chunk. A file of up to so many bytes is one
/// object.
pub const AVERAGE_CHUNK: usize = 1 << 20;

/// The greatest length of a chunk.
pub const MAX_CHUNK: usize = 4 << 20;

/// Twenty-two bits, and eighteen: 2^20 is the average. They are the highest,
/// which the most bytes have a part in.
const MASK_BEFORE: u64 = !(u64::MAX >> 22);
const MASK_BEHIND: u64 = !(u64::MAX >> 18);

/// What the gear hash adds for each byte: the outputs of SplitMix64 (Steele,
/// Lea and Flood, 2014) from the seed 0.
#[expect(clippy::indexing_slicing, reason = "evaluated when it is compiled")]
pub(super) const GEAR: [u64; 256] = {
    let mut table = [0; 256];
    let (mut at, mut state) = (0, 0_u64);
    while at < 256 {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        table[at] = mixed ^ mixed >> 31;
        at += 1;
    }
    table
};

/// Cuts bytes into chunks. The table is not secret: who chooses the bytes
/// chooses the chunks, within the two lengths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chunker;

impl Chunker {
    /// How long the first chunk of these bytes is. `last` says that nothing
    /// follows them; without it there have to be [`MAX_CHUNK`] of them.
    #[must_use]
    pub fn cut(bytes: &[u8], last: bool) -> usize {
        let length = bytes.len().min(MAX_CHUNK);
        debug_assert!(last || length == MAX_CHUNK, "not enough to decide on");
        if length <= MIN_CHUNK {
            return length;
        }
        let normal = length.min(AVERAGE_CHUNK);
        // The hash has forgotten what lies 64 bytes back.
        let begin = MIN_CHUNK - 64;
        let mut hash = 0_u64;
        let mut roll = |byte: &u8| {
            let gear = GEAR.get(usize::from(*byte)).copied().unwrap_or(0);
            hash = (hash << 1).wrapping_add(gear);
            hash
        };
        let part = |from: usize, to: usize| {
            bytes.get(from..to).unwrap_or_default().iter()
        };
        for byte in part(begin, MIN_CHUNK) {
            roll(byte);
        }
        for (at, byte) in (MIN_CHUNK..).zip(part(MIN_CHUNK, normal)) {
            if roll(byte) & MASK_BEFORE == 0 {
                return at + 1;
            }
        }
        for (at, byte) in (normal..).zip(part(normal, length)) {
            if roll(byte) & MASK_BEHIND == 0 {
                return at + 1;
            }
        }
        length
    }
}
