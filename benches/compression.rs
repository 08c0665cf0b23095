//! What the compressors cost, through their trait and by the bare libraries:
//! with the same settings, frames and checksums.

use std::io::{Read as _, Write as _};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sanchay_compression::{
    CompressionLevel, Compressor, Lz4Compressor, ZstdCompressor,
};

/// What compresses.
trait Compression {
    fn make() -> Self;
    fn compress(&mut self, data: &[u8]) -> Vec<u8>;
    fn decompress(&mut self, data: &[u8]) -> Vec<u8>;
}

/// Zstandard through the trait.
struct ZstdTrait(Box<dyn Compressor>);

/// Zstandard by the crate `zstd`.
struct ZstdBare(
    zstd::bulk::Compressor<'static>,
    zstd::bulk::Decompressor<'static>,
);

/// LZ4 through the trait.
struct Lz4Trait(Box<dyn Compressor>);

/// LZ4 by the crate `lz4_flex`.
struct Lz4Bare;

impl Compression for ZstdTrait {
    fn make() -> Self {
        Self(Box::new(ZstdCompressor::new(CompressionLevel::Default)))
    }

    fn compress(&mut self, data: &[u8]) -> Vec<u8> {
        self.0.compress(data).unwrap()
    }

    fn decompress(&mut self, data: &[u8]) -> Vec<u8> {
        self.0.decompress(data).unwrap()
    }
}

impl Compression for ZstdBare {
    fn make() -> Self {
        let mut compressor = zstd::bulk::Compressor::new(3).unwrap();
        let checksum = zstd::zstd_safe::CParameter::ChecksumFlag(true);
        compressor.set_parameter(checksum).unwrap();
        Self(compressor, zstd::bulk::Decompressor::new().unwrap())
    }

    fn compress(&mut self, data: &[u8]) -> Vec<u8> {
        self.0.compress(data).unwrap()
    }

    fn decompress(&mut self, data: &[u8]) -> Vec<u8> {
        self.1.decompress(data, 1 << 20).unwrap()
    }
}

impl Compression for Lz4Trait {
    fn make() -> Self {
        Self(Box::new(Lz4Compressor::new(CompressionLevel::Default)))
    }

    fn compress(&mut self, data: &[u8]) -> Vec<u8> {
        self.0.compress(data).unwrap()
    }

    fn decompress(&mut self, data: &[u8]) -> Vec<u8> {
        self.0.decompress(data).unwrap()
    }
}

impl Compression for Lz4Bare {
    fn make() -> Self {
        Self
    }

    fn compress(&mut self, data: &[u8]) -> Vec<u8> {
        use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
        let frame = FrameInfo::new()
            .block_size(BlockSize::Max1MB)
            .content_checksum(true)
            .content_size(Some(data.len() as u64));
        let mut encoder = FrameEncoder::with_frame_info(frame, Vec::new());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn decompress(&mut self, data: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        let mut decoder = lz4_flex::frame::FrameDecoder::new(data);
        decoder.read_to_end(&mut all).unwrap();
        all
    }
}

/// Text of so many bytes, which compresses as text does.
fn text(length: usize) -> Vec<u8> {
    let word = |number: u64| format!("{:x} ", number.wrapping_pow(5) % 9973);
    let words = (0..).map(word).flat_map(String::into_bytes);
    words.take(length).collect()
}

/// A text becomes smaller.
#[divan::bench(
    types = [ZstdTrait, ZstdBare, Lz4Trait, Lz4Bare],
    args = [4096, 1 << 20]
)]
fn compress<C: Compression>(bencher: Bencher<'_, '_>, length: usize) {
    let (mut of, data) = (C::make(), text(length));
    bencher
        .counter(BytesCount::of_slice(&data))
        .bench_local(|| of.compress(black_box(&data)));
}

/// It comes back.
#[divan::bench(
    types = [ZstdTrait, ZstdBare, Lz4Trait, Lz4Bare],
    args = [4096, 1 << 20]
)]
fn decompress<C: Compression>(bencher: Bencher<'_, '_>, length: usize) {
    let (mut of, data) = (C::make(), text(length));
    let packed = of.compress(&data);
    assert!(of.decompress(&packed) == data);
    bencher
        .counter(BytesCount::of_slice(&data))
        .bench_local(|| of.decompress(black_box(&packed)));
}
