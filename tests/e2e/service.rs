//! The service: the program itself, asked over HTTP by a client that knows
//! nothing of it.

mod access;
mod description;
mod estimates;
mod groups;
mod jobs;
mod pictures;
mod plans;
mod postgres;
mod server;
mod shared;
mod snapshots;
mod stores;
mod sums;
mod tls;
mod views;
