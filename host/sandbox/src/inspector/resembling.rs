//! Sketches of texts, and the sets of their shingles. The instance keeps what
//! makes them, and uses it again and again.

use std::sync::Mutex;

use sanchay_core::similarity::{
    MAX_SHINGLES, PERMUTATIONS, Shingling, Signature, Sketch,
};
use sanchay_sync::lock;
use wasmtime::Result;
use wasmtime::component::ResourceAny;

use super::Inspector;
use super::Instance;
use crate::fill_in_place::FillInPlace;
use crate::wire::resembling as wire;
use crate::{Fault, TextTask};

/// The text that was begun, in the instance of this generation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    task: TextTask,
    generation: u64,
}

/// What the instance holds.
#[derive(Default)]
pub(super) struct Makers {
    sketcher: Option<Maker>,
    collector: Option<Maker>,
}

#[derive(Clone, Copy)]
struct Maker {
    resource: ResourceAny,
    shingling: Shingling,
    /// Whether bytes of an unfinished text are in it.
    dirty: bool,
}

impl Inspector {
    /// Begins to read a text. One that was begun before is abandoned.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn begin_text(
        &mut self,
        task: TextTask,
        shingling: Shingling,
    ) -> Result<(), Fault> {
        self.text = None;
        self.caller.call(|instance| {
            let kept = *instance.resources.makers.of(task);
            match kept {
                Some(maker) if maker.is_fresh(shingling) => Ok(()),
                kept => Makers::renew(instance, task, shingling, kept),
            }
        })?;
        let generation = self.caller.generation();
        self.text = Some(Begun { task, generation });
        Ok(())
    }

    /// Appends bytes to the text that `fill` writes straight into the memory
    /// of the instance. There is room for `room` bytes; `fill` returns how many
    /// of them it wrote; its time does not count. Returns false where no more
    /// need be read: it is no text, or has too many shingles.
    ///
    /// # Errors
    ///
    /// [`Fault::NoStream`], [`Fault::StreamLost`], or any [`Fault`] of the
    /// instance.
    pub fn read_text_with(
        &mut self,
        room: usize,
        fill: &mut (dyn FnMut(&mut [u8]) -> usize + Send),
    ) -> Result<bool, Fault> {
        let task = self.begun_text()?;
        let once = Mutex::new(fill);
        let fill = |space: &mut [u8]| {
            let mut once = lock(&once);
            once(space).min(space.len())
        };
        let in_place = FillInPlace { room, fill: &fill };
        let (goes_on,) = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let resource = resources.makers.used(task, true)?;
            let update = match task {
                TextTask::Sketch => &exports.update_sketch,
                TextTask::Set => &exports.update_set,
            };
            update.call(store, (resource, in_place))
        })?;
        Ok(goes_on)
    }

    /// Ends the text that was begun, to be sketched; `None` if it is none.
    ///
    /// # Errors
    ///
    /// As [`read_text_with`](Self::read_text_with).
    pub fn finish_sketch(&mut self) -> Result<Option<Sketch>, Fault> {
        self.end_text(TextTask::Sketch)?;
        let (sketch,) = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let resource = resources.makers.used(TextTask::Sketch, false)?;
            exports.finish_sketch.call(store, (resource,))
        })?;
        let Some(sketch) = sketch else { return Ok(None) };
        let wire::Sketch { signature, digest, shingles } = sketch;
        match <[u8; 16]>::try_from(digest) {
            Ok(digest) if signature.len() == PERMUTATIONS => {
                let signature = Signature::new(signature);
                Ok(Some(Sketch { signature, digest, shingles }))
            }
            _ => Err(self.caller.contract_violation("a sketch that is none")),
        }
    }

    /// Ends the text that was begun, whose shingles were to be collected: they
    /// ascend. `None` if there are too many.
    ///
    /// # Errors
    ///
    /// As [`read_text_with`](Self::read_text_with).
    pub fn finish_set(&mut self) -> Result<Option<Vec<u64>>, Fault> {
        self.end_text(TextTask::Set)?;
        let (set,) = self.caller.call(|instance| {
            let Instance { store, exports, resources } = instance;
            let resource = resources.makers.used(TextTask::Set, false)?;
            exports.finish_set.call(store, (resource,))
        })?;
        let ascends = |set: &Vec<u64>| set.is_sorted_by(|a, b| a < b);
        match set {
            Some(set) if set.len() > MAX_SHINGLES || !ascends(&set) => {
                Err(self.caller.contract_violation("a set that is none"))
            }
            set => Ok(set),
        }
    }

    /// What is made of the text that was begun, if its bytes are still there.
    fn begun_text(&self) -> Result<TextTask, Fault> {
        let begun = self.text.ok_or(Fault::NoStream)?;
        match begun.generation == self.caller.generation() {
            true => Ok(begun.task),
            false => Err(Fault::StreamLost),
        }
    }

    /// Ends a text that was begun for that.
    fn end_text(&mut self, wanted: TextTask) -> Result<(), Fault> {
        let task = self.begun_text();
        self.text = None;
        match task? == wanted {
            true => Ok(()),
            false => Err(Fault::NoStream),
        }
    }
}

impl Maker {
    fn is_fresh(&self, shingling: Shingling) -> bool {
        !self.dirty && self.shingling == shingling
    }
}

impl Makers {
    fn of(&mut self, task: TextTask) -> &mut Option<Maker> {
        match task {
            TextTask::Sketch => &mut self.sketcher,
            TextTask::Set => &mut self.collector,
        }
    }

    /// Replaces what cannot be used again.
    fn renew(
        instance: &mut Instance,
        task: TextTask,
        shingling: Shingling,
        kept: Option<Maker>,
    ) -> Result<()> {
        let Instance { store, exports, resources } = instance;
        if let Some(kept) = kept {
            *resources.makers.of(task) = None;
            kept.resource.resource_drop(&mut *store)?;
        }
        let make = match task {
            TextTask::Sketch => &exports.sketcher,
            TextTask::Set => &exports.collector,
        };
        let of = wire::Shingling {
            of: shingling.unit().into(),
            size: shingling.size(),
        };
        let (resource,) = make.call(store, (of,))?;
        let maker = Maker { resource, shingling, dirty: false };
        *resources.makers.of(task) = Some(maker);
        Ok(())
    }

    /// What makes it, which then has bytes of a text or not.
    fn used(&mut self, task: TextTask, dirty: bool) -> Result<ResourceAny> {
        let maker = self.of(task).as_mut();
        let maker =
            maker.ok_or_else(|| wasmtime::Error::msg("nothing was begun"))?;
        maker.dirty = dirty;
        Ok(maker.resource)
    }
}
