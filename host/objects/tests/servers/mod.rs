//! Servers of objects on loopback, and what spoils the way to them.

pub(crate) mod gcs;
pub(crate) mod moto;
pub(crate) mod proxy;
pub(crate) mod server;
