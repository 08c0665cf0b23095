//! The sums by folder of a shard, for which no file is read.

use std::sync::Arc;

use sanchay::{Engine, EntryError, Summary};
use sanchay_core::shard::Shard;

use crate::{
    error::ShardError,
    folders::{FolderSum, Folders},
    list::list,
    plan::storage,
    run::RunOptions,
    stream, work,
};

/// Lists the files of a shard, and sums them up by folder, down to the depth
/// of its plan: what [`run`](crate::run) writes of folders. `on_error` is told
/// of entries that could not be looked at.
///
/// # Errors
/// [`ShardError::Root`] if a root cannot be looked into, [`ShardError::Gone`] if
/// nothing is left in it, and what [`ShardError::Engine`] has.
pub fn sums(
    engine: &Engine,
    shard: &Shard,
    options: &RunOptions,
    mut on_error: impl FnMut(EntryError) + Send,
) -> Result<(Vec<FolderSum>, Summary), ShardError> {
    let storage = storage(options.storage.as_ref());
    let mut folders = Folders::default();
    let mut summary = Summary::default();
    for part in &shard.parts {
        stream::check_mount(&*storage, part)?;
        let mut walk = work::walk_options(&shard.work, part)?;
        walk.storage = Some(Arc::clone(&storage));
        let listed = list(
            engine,
            [work::path(&part.root)],
            walk,
            &options.monitor,
            |file, path| {
                let sizes = (file.metadata.size, file.metadata.allocated);
                folders.add(file.root, path, shard.work.depth, sizes);
            },
            &mut on_error,
        )?;
        stream::add(&mut summary, listed);
    }
    stream::check_found(shard, &summary)?;
    Ok((folders.finish().collect(), summary))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sanchay::Engine;
    use sanchay_core::shard::Target;

    use super::sums;
    use crate::{
        Outputs, Place, PlanOptions, RunOptions, ShardError, plan, run,
    };

    #[test]
    fn what_is_summed_up_without_reading_is_what_runs_write() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path().join("in");
        for number in 0..30 {
            let folder = root.join(format!("d{}/e", number % 4));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(number.to_string()), "xyz").unwrap();
        }
        let engine = Engine::builder().threads(2).build().unwrap();
        let options = PlanOptions::new(Target::Files(8));
        let roots = [root.clone()];
        let plan = plan(&engine, &roots, &options, |_| {}).unwrap();
        let place = Place::folder(&tree.path().join("out"));
        let options = RunOptions::default();
        for shard in &plan.shards {
            run(&engine, shard, &place, &options, |_| {}).unwrap();
            let (own, summary) =
                sums(&engine, shard, &options, |_| {}).unwrap();
            assert_eq!(summary.files, shard.files);
            let files = own.iter().filter(|it| it.path.ends_with(b"in"));
            assert_eq!(files.map(|it| it.files).sum::<u64>(), shard.files);
        }
        let outputs = Outputs::open(&place).unwrap();
        let written = outputs.folders(0..=255).unwrap();
        let [first, ..] = &plan.shards[..] else { panic!("no shard") };
        let mut whole = first.clone();
        whole.parts[0].range = Default::default();
        let (own, _) = sums(&engine, &whole, &options, |_| {}).unwrap();
        assert_eq!(own, written);
        fs::rename(&root, tree.path().join("gone")).unwrap();
        let gone = sums(&engine, &whole, &options, |_| {}).unwrap_err();
        assert!(matches!(gone, ShardError::Root(_)), "{gone}");
    }
}
