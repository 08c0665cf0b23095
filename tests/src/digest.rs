//! Digests by the plain crates, compiled natively: what the program's must
//! equal.

use std::fmt::Write as _;

use sha2::Digest as _;
use xxhash_rust::{
    xxh3::{xxh3_64, xxh3_128},
    xxh64::xxh64,
};

/// The program's names of the hash functions.
pub const ALGORITHMS: [&str; 9] = [
    "xxh64", "xxh3-64", "xxh3-128", "blake3", "sha256", "sha512", "sha1",
    "md5", "crc32",
];

/// The name of a hash function in a line that names it.
#[must_use]
pub fn tag(algorithm: &str) -> &'static str {
    match algorithm {
        "xxh64" => "XXH64",
        "xxh3-64" => "XXH3",
        "xxh3-128" => "XXH128",
        "blake3" => "BLAKE3",
        "sha256" => "SHA256",
        "sha512" => "SHA512",
        "sha1" => "SHA1",
        "md5" => "MD5",
        "crc32" => "CRC32",
        other => panic!("no hash function is called {other}"),
    }
}

/// The digest of bytes in lower-case hexadecimal, as the checksum programs
/// print it.
#[must_use]
pub fn digest(algorithm: &str, data: &[u8]) -> String {
    match algorithm {
        "xxh64" => format!("{:016x}", xxh64(data, 0)),
        "xxh3-64" => format!("{:016x}", xxh3_64(data)),
        "xxh3-128" => format!("{:032x}", xxh3_128(data)),
        "blake3" => blake3::hash(data).to_hex().to_string(),
        "sha256" => hexadecimal(&sha2::Sha256::digest(data)),
        "sha512" => hexadecimal(&sha2::Sha512::digest(data)),
        "sha1" => hexadecimal(&sha1::Sha1::digest(data)),
        "md5" => hexadecimal(&md5::Md5::digest(data)),
        "crc32" => format!("{:08x}", crc32fast::hash(data)),
        other => panic!("no hash function is called {other}"),
    }
}

/// The partial digest, `xxh64:FIRST:LAST:SIZE`: XXH64 of the first and the
/// last chunk; of data smaller than two chunks, of all of it, twice.
#[must_use]
pub fn partial(data: &[u8], chunk: usize) -> String {
    let (first, last) = if data.len() < 2 * chunk {
        (data, data)
    } else {
        (&data[..chunk], &data[data.len() - chunk..])
    };
    format!(
        "xxh64:{}:{}:{}",
        digest("xxh64", first),
        digest("xxh64", last),
        data.len()
    )
}

/// The same as a list has it: a chunk of other than 64 KiB follows.
#[must_use]
pub fn listed(data: &[u8], chunk: usize) -> String {
    let digest = partial(data, chunk);
    if chunk == 65_536 { digest } else { format!("{digest}:{chunk}") }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
