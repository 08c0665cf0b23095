//! Pictures in all formats, changed as people change them, and damaged.

mod hostile;
mod likeness;
mod painted;
