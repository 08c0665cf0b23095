//! The exports of the two worlds of plugins.

use super::wire::{
    Batch, ExtractorDescription, File, FilterDescription, Value,
};

exports! {
    JudgingExports, JudgingIndices, ();
    describe = "judging" "describe"
        () -> (FilterDescription);
    judge = "judging" "judge"
        (Batch<'static>) -> (Vec<u8>);
}

exports! {
    ExtractingExports, ExtractingIndices, ();
    describe = "extracting" "describe"
        () -> (ExtractorDescription);
    extract = "extracting" "extract"
        (File<'static>)
        -> (Result<Vec<Option<Value>>, String>);
}
