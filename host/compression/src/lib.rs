//! Compression behind one trait: zstd, LZ4, and what chooses between them.
//!
//! What is compressed is never trusted when it is decompressed: its size is
//! bounded, whatever it says of itself, and what is cut off or changed is an
//! error.
//!
//! ```
//! use sanchay_compression::{CompressionLevel, Compressor, ZstdCompressor};
//!
//! let data = b"once more, ".repeat(1000);
//! let compressor = ZstdCompressor::new(CompressionLevel::Default);
//! let compressed = compressor.compress(&data)?;
//! assert!(compressed.len() < 100);
//! assert_eq!(compressor.decompress(&compressed)?, data);
//! # Ok::<(), sanchay_compression::CompressionError>(())
//! ```
#![forbid(unsafe_code)]

mod adaptive;
mod bounded;
mod compressor;
mod error;
mod level;
mod lz4;
mod stored;
mod zstd;

pub use self::adaptive::AdaptiveCompressor;
pub use self::compressor::{Compressor, DEFAULT_LIMIT};
pub use self::error::CompressionError;
pub use self::level::CompressionLevel;
pub use self::lz4::Lz4Compressor;
pub use self::stored::StoredCompressor;
pub use self::zstd::ZstdCompressor;
