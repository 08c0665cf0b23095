//! The exports of the two worlds of plugins.

use super::wire::{
    Answer, Assignment, Batch, ExtractorDescription, File, FilterDescription,
    Piece,
};

exports! {
    MatchingExports, MatchingIndices, ();
    describe = "matching" "describe"
        () -> (FilterDescription);
    configure = "matching" "configure"
        (&'static [Assignment<'static>]) -> (Result<(), String>);
    select = "matching" "select"
        (Batch<'static>) -> (Vec<u32>);
}

exports! {
    ExtractingExports, ExtractingIndices, ();
    describe = "extracting" "describe"
        () -> (ExtractorDescription);
    configure = "extracting" "configure"
        (&'static [Assignment<'static>]) -> (Result<(), String>);
    extract = "extracting" "extract"
        (File<'static>, &'static [Piece<'static>])
        -> (Result<Answer, String>);
}
