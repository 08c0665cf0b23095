//! The service: the program itself, asked over HTTP by a client that knows
//! nothing of it.

mod access;
mod description;
mod foreign;
mod handing_over;
mod jobs;
mod limits;
mod plans;
mod postgres;
mod secrets;
mod server;
mod shared;
mod tls;
mod views;
