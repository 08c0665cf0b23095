//! What is made of a text.

/// What is made of a text that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTask {
    /// Its sketch.
    Sketch,
    /// The set of its shingles.
    Set,
}
