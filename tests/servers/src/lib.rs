//! Servers of objects on loopback, and what spoils the way to them. Each ends
//! with the value that started it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "what cannot be built or read fails the test, and the panic is \
              the report"
)]

mod gcs;
mod moto;
mod proxy;
mod runtime;
mod s3s;
mod server;

/// Bytes as headers have them.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub use self::s3s::S3s;
pub use gcs::Gcs;
pub use moto::Moto;
pub use proxy::{Fault, Proxy, client};
pub use runtime::runtime;
pub use server::{Answer, Body, Server, endless, said, status, whole};
