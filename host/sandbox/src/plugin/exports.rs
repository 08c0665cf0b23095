//! The exports of the two worlds of plugins.

use super::wire::{
    Answer, Assignment, Batch, ExtractorDescription, File, FilterDescription,
    Piece,
};

exports! {
    JudgingExports, JudgingIndices, ();
    describe = "judging" "describe"
        () -> (FilterDescription);
    configure = "judging" "configure"
        (&'static [Assignment<'static>]) -> (Result<(), String>);
    judge = "judging" "judge"
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
