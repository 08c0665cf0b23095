//! The service: the program itself, asked over HTTP by a client that knows
//! nothing of it.

mod access;
mod description;
mod estimates;
mod foreign;
mod groups;
mod handing_over;
mod jobs;
mod limits;
mod pictures;
mod plans;
mod postgres;
mod secrets;
mod server;
mod shards;
mod shared;
mod snapshots;
mod stores;
mod sums;
mod tls;
mod views;
