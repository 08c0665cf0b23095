//! How much effort compression is worth.

/// How much effort compression is worth. What it means is the compressor's
/// business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompressionLevel {
    /// As fast as possible.
    Fastest,
    /// Faster than usual.
    Fast,
    /// What is usual.
    #[default]
    Default,
    /// As small as possible.
    Best,
    /// A level of the library. What it does not have is taken for the nearest
    /// that it has.
    Custom(i32),
}
