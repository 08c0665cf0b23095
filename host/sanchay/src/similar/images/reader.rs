//! Decodes pictures in the sandbox for their thumbnails.

use std::sync::Mutex;

use sanchay_core::{
    grouping::{FileNumber, FileTable as _},
    similarity::Thumbnail,
};
use sanchay_sandbox::plugin::{Extractor, Plugin, Value};
use sanchay_sync::{into_inner, lock};

use crate::{
    duplicates::compare::Comparison,
    error::{Action, Cause, Error},
    extract::{Site, cause, sample, source},
    queue::WorkQueue,
    walk::Open,
};

/// How many files of a directory are a task: decoding takes long.
const FILES_PER_TASK: usize = 4;

/// A picture that was decoded.
#[derive(Clone, Debug)]
pub(super) struct Image {
    pub(super) file: FileNumber,
    /// In pixels, upright.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) thumbnail: Thumbnail,
}

/// Reads pictures.
pub(super) struct Reader<'a> {
    pub(super) comparison: Comparison<'a>,
    pub(super) plugin: &'a Plugin,
}

impl Reader<'_> {
    /// Decodes files, which are in the order of their paths, and so are the
    /// answers. What is wrong with the others has been told.
    pub(super) fn read_all(
        &self,
        files: &[FileNumber],
    ) -> Result<Vec<Image>, Error> {
        let Comparison { pool, run, .. } = self.comparison;
        let tasks = self.comparison.parts(files, FILES_PER_TASK);
        let queue = WorkQueue::new(tasks);
        let found = Mutex::new(Vec::new());
        if !files.is_empty() {
            pool.work(
                &queue,
                run,
                |_, _| Ok((self.plugin.extractor(), Vec::new())),
                |(place, part), _, (extractor, own), _| {
                    if let Some(extractor) = extractor {
                        self.read_part(place, part, extractor, own);
                    }
                },
                |(_, own)| lock(&found).extend(own),
            )?;
        }
        let mut found: Vec<(usize, Image)> = into_inner(found);
        found.sort_unstable_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, image)| image).collect())
    }

    /// Decodes files of one directory, the first of which is at a place in the
    /// order of paths.
    fn read_part(
        &self,
        place: usize,
        part: &[FileNumber],
        extractor: &mut Extractor,
        own: &mut Vec<(usize, Image)>,
    ) {
        let Comparison { run, collection, .. } = self.comparison;
        let Ok(directory) = self.comparison.reopen(part) else { return };
        for (place, file) in (place..).zip(part) {
            if run.is_over() {
                return;
            }
            match self.read(*file, directory.as_ref(), extractor) {
                Ok(image) => own.extend(image.map(|it| (place, it))),
                Err((action, cause)) => {
                    let path = collection.path(*file);
                    self.comparison.error(path, action, cause);
                }
            }
            let size = collection.size(*file);
            run.count_bytes(usize::try_from(size).unwrap_or(usize::MAX));
            run.count_files(1, 0);
            run.tick();
        }
    }

    fn read(
        &self,
        file: FileNumber,
        directory: Option<&Open>,
        extractor: &mut Extractor,
    ) -> Result<Option<Image>, (Action, Cause)> {
        let collection = self.comparison.collection;
        let opened = self.comparison.open(file, directory);
        let (opened, metadata) =
            opened.map_err(|cause| (Action::Open, cause))?;
        let site = Site::named(collection.name(file));
        let mut values = Vec::new();
        extractor
            .extract(
                &sample(site, &metadata),
                Some(&mut source(&opened)),
                &mut values,
            )
            .map_err(|failure| {
                let name = extractor.plugin().name();
                (Action::Resemble, cause(failure, name))
            })?;
        let number = |value: &Option<Value>| match value {
            Some(Value::Unsigned(number)) => u32::try_from(*number).ok(),
            _ => None,
        };
        Ok(match &values[..] {
            [width, height, Some(Value::Bytes(thumbnail)), _] => {
                let thumbnail = Thumbnail::from_bytes(thumbnail);
                let size = number(width).zip(number(height));
                size.zip(thumbnail).map(|((width, height), thumbnail)| Image {
                    file,
                    width,
                    height,
                    thumbnail,
                })
            }
            _ => None,
        })
    }
}
