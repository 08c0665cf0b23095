//! What is asked of jobs in parts: how trees are cut, which shard is run, and
//! how what all shards found is merged.

use std::{ffi::OsString, path::PathBuf};

use sanchay::{Algorithm, Filter, WalkOptions};
use sanchay_core::shard::is_identity;
use sanchay_names::OsStringExt as _;
use sanchay_shards::{DuplicatesOptions, PlanOptions, Shard, Target};
use serde_json::{Map, Value, json};

use super::{
    options::{Options, wrong},
    spec::{algorithm, check, group_order},
};
use crate::problem::Problem;

/// The options that the merge has of the job that cuts.
const OF_MERGE: [&str; 4] = ["hardlinks", "same_device", "min_group", "sort"];

/// Reads how trees are cut.
///
/// # Errors
/// 422 for an option that makes no sense.
pub(super) fn cut(
    options: &mut Options,
    walk: WalkOptions,
) -> Result<PlanOptions, Problem> {
    check(&walk, Filter::files_only)?;
    if walk.follow {
        return Err(wrong(
            "follow",
            "links are not followed in shards: name what they lead to",
        ));
    }
    let files = options.number("target_files")?;
    let bytes = options.size("target_bytes")?;
    let target = match (files, bytes) {
        (Some(0), _) | (_, Some(0)) => None,
        (Some(files), None) => Some(Target::Files(files)),
        (None, Some(bytes)) => Some(Target::Bytes(bytes)),
        _ => None,
    };
    let target = target.ok_or_else(|| {
        wrong(
            "target_files",
            "say by this or target_bytes how much a shard has",
        )
    })?;
    let algorithm = algorithm(options, Algorithm::identifies)?;
    merging(options)?;
    Ok(PlanOptions { walk, algorithm, depth: 0, ..PlanOptions::new(target) })
}

/// Reads which groups are wanted of all shards.
fn merging(options: &mut Options) -> Result<DuplicatesOptions, Problem> {
    let min_group = options.number("min_group")?.unwrap_or(2);
    Ok(DuplicatesOptions {
        hardlinks: options.flag("hardlinks")?,
        same_device: options.flag("same_device")?,
        min_group: usize::try_from(min_group).unwrap_or(usize::MAX),
        order: group_order(options)?,
        ..DuplicatesOptions::default()
    })
}

/// The shard that a part has.
///
/// # Errors
/// 422 for one that is none.
pub(super) fn shard(options: &mut Options) -> Result<(i64, Shard), Problem> {
    let whole = whole(options)?;
    let line = options.text("shard")?.unwrap_or_default();
    let shard = Shard::parse(line.as_bytes())
        .map_err(|flaw| wrong("shard", &flaw.to_string()))?;
    Ok((whole, shard))
}

/// The places that a shard looks at.
pub(super) fn roots(shard: &Shard) -> Vec<PathBuf> {
    let path = |root: &Vec<u8>| OsString::from_vec(root.clone()).into();
    shard.parts.iter().map(|part| path(&part.root)).collect()
}

/// What the last part merges: the outputs of this plan.
///
/// # Errors
/// 422 for an option that makes no sense.
pub(super) fn merge(
    options: &mut Options,
) -> Result<(i64, String, DuplicatesOptions), Problem> {
    let whole = whole(options)?;
    let plan = options.text("shards")?.unwrap_or_default();
    if !is_identity(&plan) {
        return Err(wrong("shards", "it is no plan"));
    }
    Ok((whole, plan, merging(options)?))
}

fn whole(options: &mut Options) -> Result<i64, Problem> {
    let whole = options.number("whole")?;
    let whole = whole.and_then(|it| i64::try_from(it).ok());
    whole.ok_or_else(|| wrong("whole", "it is the number of a job"))
}

/// What is asked of the part that has this shard.
pub(super) fn request_of_shard(whole: i64, line: &str) -> Value {
    json!({"kind": "shard", "whole": whole, "shard": line})
}

/// What is asked of the part that merges, by what was asked of the whole.
pub(super) fn request_of_merge(
    whole: i64,
    plan: &str,
    asked: &Value,
) -> Value {
    let mut request = Map::new();
    request.insert("kind".to_owned(), "merge".into());
    request.insert("whole".to_owned(), whole.into());
    request.insert("shards".to_owned(), plan.into());
    for name in OF_MERGE {
        if let Some(value) = asked.get(name) {
            request.insert(name.to_owned(), value.clone());
        }
    }
    request.into()
}
