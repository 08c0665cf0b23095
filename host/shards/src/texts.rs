//! The texts of a shard, for finding those that may be alike: a row for each
//! band of a text's signature, with a number that another text has as well if
//! both have the same in that band.

use std::{
    ops::ControlFlow,
    sync::{Arc, Mutex},
};

use sanchay::{Engine, EntryError, SimilarOptions, SketchedText, WalkOptions};
use sanchay_core::{
    record::{FieldId, Group, RecordKind, Row, Schema},
    shard::{Likeness, Shard, number_of_band},
};
use sanchay_names::OsStrExt as _;
use sanchay_sync::lock;

use crate::{
    error::ShardError, partitions::Partitions, plan::storage, run::RunOptions,
    stream::check_mount, work,
};

/// The columns: `group`, the number that texts have in common; size and path.
pub(crate) fn schema() -> Schema {
    let all = Schema::new(RecordKind::Similar, []);
    all.only(&[FieldId::Group, FieldId::Size, FieldId::Path])
}

/// How texts are compared.
pub(crate) fn options(
    likeness: &Likeness,
    walk: WalkOptions,
) -> SimilarOptions {
    SimilarOptions {
        walk,
        threshold: likeness.threshold(),
        shingling: likeness.shingling,
        max_file_size: likeness.max_file_size,
    }
}

/// Reads the texts of a shard, if its plan says so, and adds their rows.
/// `had_files` says whether files of a root were hashed: then they are not gone
/// unless somebody says so.
pub(crate) fn push(
    engine: &Engine,
    shard: &Shard,
    run: &RunOptions,
    table: &mut Partitions,
    had_files: impl Fn(&[u8]) -> bool,
    on_error: impl FnMut(EntryError) + Send,
) -> Result<(), ShardError> {
    let Some(likeness) = &shard.work.similar else { return Ok(()) };
    let on_error = Mutex::new(on_error);
    let storage = storage(run.storage.as_ref());
    for part in &shard.parts {
        check_mount(&*storage, part)?;
        let mut walk = work::walk_options(&shard.work, part)?;
        walk.storage = Some(Arc::clone(&storage));
        let root_error = Mutex::new(None);
        let sketches = engine
            .similar([work::path(&part.root)])
            .options(options(likeness, walk))
            .monitor(&run.monitor)
            .sketch(|error| {
                if error.named {
                    *lock(&root_error) = Some(error);
                } else {
                    lock(&on_error)(error);
                }
                ControlFlow::Continue(())
            })?;
        if let Some(error) = lock(&root_error).take() {
            return Err(ShardError::Root(error));
        }
        let found = sketches.scanned();
        if found.files == 0 && found.errors == 0 && had_files(&part.root) {
            let roots = vec![part.root.clone()];
            return Err(ShardError::Gone { roots, files: shard.files });
        }
        for text in sketches.texts() {
            add(&text, table)?;
        }
    }
    Ok(())
}

fn add(text: &SketchedText, table: &mut Partitions) -> Result<(), ShardError> {
    for (band, value) in (0..).zip(&text.bands) {
        let number = number_of_band(band, *value);
        let [partition, ..] = number.to_be_bytes();
        let row = Row {
            name: text.path.as_os_str().as_bytes(),
            size: Some(text.size),
            group: Some(Group { number, reclaimable: 0 }),
            ..Row::default()
        };
        table.push(partition, &row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        fs, io, ops::ControlFlow, path::Path, sync::Arc, time::Duration,
    };

    use sanchay::{Engine, Monitor, Phase, Shingling};
    use sanchay_core::shard::{Likeness, Target};

    use crate::{Place, PlanOptions, RunOptions, ShardError, plan, run};

    /// Puts an empty folder in the place of one, unless it is away already.
    fn put_away(folder: &Path) -> io::Result<()> {
        let away = folder.with_extension("away");
        if !away.exists() {
            fs::rename(folder, away)?;
            fs::create_dir(folder)?;
        }
        Ok(())
    }

    #[test]
    fn texts_that_are_gone_when_they_are_read_again_fail_the_shard() {
        let tree = tempfile::tempdir().unwrap();
        let roots = ["a", "b"].map(|name| tree.path().join("in").join(name));
        for root in &roots {
            fs::create_dir_all(root).unwrap();
            fs::write(root.join("text"), "words of a text ").unwrap();
        }
        let engine = Engine::builder().threads(1).build().unwrap();
        let mut options = PlanOptions::new(Target::Files(9));
        let likeness = Likeness::new(0.5, Shingling::default(), 1 << 20);
        options.similar = Some(likeness);
        let plan = plan(&engine, &roots, &options, |_| {}).unwrap();
        let [shard] = &plan.shards[..] else { panic!("{:?}", plan.shards) };

        // All are hashed when the first texts are read again.
        let [_, last] = roots.clone();
        let monitor = Monitor {
            progress: Some(Arc::new(move |progress| {
                if progress.phase == Phase::Comparing {
                    put_away(&last).unwrap();
                }
                ControlFlow::Continue(())
            })),
            interval: Duration::ZERO,
            ..Monitor::default()
        };
        let options = RunOptions { monitor, ..RunOptions::default() };
        let out = tree.path().join("out");
        let place = Place::folder(&out);
        let ended = run(&engine, shard, &place, &options, |it| panic!("{it}"));
        let Err(ShardError::Gone { roots: gone, .. }) = ended else {
            panic!("{ended:?}");
        };
        assert_eq!(gone, [shard.parts[1].root.clone()]);
        assert!(!out.join("shards").exists());
    }
}
