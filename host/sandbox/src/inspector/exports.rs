//! What the inspector exports.

use wasmtime::component::ResourceAny;

use super::Resources;
use crate::fill_in_place::{Ends, FillInPlace};
use crate::wire::attaching::{Entries, ManifestError, Properties};
use crate::wire::keeping::{Candidates, Choice, KeepingError};
use crate::wire::naming::{Names, Rules, RulesError as NamingRulesError};
use crate::wire::planning::{Line, PlanError};
use crate::wire::resembling::{Shingling, Sketch};
use crate::wire::{
    Algorithm, BatchError, Checklist, ContentKind, IgnoringError, Listing,
    Matches, PartialDigest, ProgramError, RulesError, RulesPlace, Separator,
    TreeError,
};

exports! {
    InspectorExports, InspectorIndices, Resources;
    digest = "hashing" "digest"
        (Algorithm, &'static [u8]) -> (Vec<u8>);
    digest_batch = "hashing" "digest-batch"
        (Algorithm, &'static [u8], &'static [u32])
        -> (Result<Vec<u8>, BatchError>);
    digest_in_place = "hashing" "digest-batch"
        (Algorithm, FillInPlace<'static>, Ends<'static>)
        -> (Result<Vec<u8>, BatchError>);
    partial = "hashing" "partial"
        (&'static [u8], &'static [u8], u64) -> (PartialDigest);
    hasher = "hashing" "[constructor]hasher"
        (Algorithm) -> (ResourceAny);
    update = "hashing" "[method]hasher.update"
        (ResourceAny, &'static [u8]) -> ();
    update_in_place = "hashing" "[method]hasher.update"
        (ResourceAny, FillInPlace<'static>) -> ();
    finish = "hashing" "[method]hasher.finish"
        (ResourceAny) -> (Vec<u8>);
    piece = "trees" "piece"
        (FillInPlace<'static>, u64)
        -> (Result<Vec<u8>, TreeError>);
    join = "trees" "join"
        (&'static [u8], &'static [u8], bool)
        -> (Result<Vec<u8>, TreeError>);
    compile = "filtering" "[static]filter.compile"
        (&'static [u8]) -> (Result<ResourceAny, ProgramError>);
    columns = "filtering" "[method]filter.columns"
        (ResourceAny) -> (u64);
    kinds = "filtering" "[method]filter.kinds"
        (ResourceAny) -> (u8);
    match_names = "filtering" "[method]filter.match-names"
        (ResourceAny, Listing<'static>) -> (Result<Matches, BatchError>);
    parse_rules = "filtering" "[static]ignore-rules.parse"
        (&'static [u8], RulesPlace<'static>)
        -> (Result<ResourceAny, RulesError>);
    match_names_ignoring = "filtering" "[method]filter.match-names-ignoring"
        (ResourceAny, Listing<'static>, &'static [ResourceAny])
        -> (Result<Matches, IgnoringError>);
    match_metadata = "filtering" "[method]filter.match-metadata"
        (ResourceAny, u32, Option<Listing<'static>>, u64, &'static [u64])
        -> (Result<Vec<u32>, BatchError>);
    parse = "checklists" "parse"
        (&'static [u8], Option<Algorithm>, Separator) -> (Checklist);
    classify = "classifying" "classify"
        (FillInPlace<'static>, Ends<'static>)
        -> (Result<Vec<ContentKind>, BatchError>);
    compile_rules = "naming" "[static]namer.compile"
        (Rules<'static>) -> (Result<ResourceAny, NamingRulesError>);
    name = "naming" "[method]namer.name"
        (ResourceAny, &'static [u8], &'static [u32])
        -> (Result<Names, BatchError>);
    plan_reader = "planning" "[constructor]plan-reader"
        (bool) -> (ResourceAny);
    read_plan = "planning" "[method]plan-reader.read"
        (ResourceAny, &'static [u8])
        -> (Result<Vec<Line>, PlanError>);
    finish_plan = "planning" "[method]plan-reader.finish"
        (ResourceAny) -> (Result<(), PlanError>);
    sketcher = "resembling" "[constructor]sketcher"
        (Shingling) -> (ResourceAny);
    update_sketch = "resembling" "[method]sketcher.update"
        (ResourceAny, FillInPlace<'static>) -> (bool);
    finish_sketch = "resembling" "[method]sketcher.finish"
        (ResourceAny) -> (Option<Sketch>);
    collector = "resembling" "[constructor]collector"
        (Shingling) -> (ResourceAny);
    update_set = "resembling" "[method]collector.update"
        (ResourceAny, FillInPlace<'static>) -> (bool);
    finish_set = "resembling" "[method]collector.finish"
        (ResourceAny) -> (Option<Vec<u64>>);
    choose = "keeping" "choose"
        (&'static [Vec<u8>], Candidates<'static>)
        -> (Result<Vec<Choice>, KeepingError>);
    manifest_reader = "attaching" "[constructor]manifest-reader"
        () -> (ResourceAny);
    read_manifest = "attaching" "[method]manifest-reader.read"
        (ResourceAny, &'static [u8]) -> (Result<Entries, ManifestError>);
    finish_manifest = "attaching" "[method]manifest-reader.finish"
        (ResourceAny) -> (Result<Properties, ManifestError>);
}
