//! Which pictures look the same: all are compared with all by their digests,
//! a few operations a pair, and those by their thumbnails whose digests are
//! near.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use sanchay_core::{
    grouping::Components,
    similarity::{Turn, may_be_alike},
};
use sanchay_sync::{into_inner, lock};

use super::reader::Image;
use crate::{error::Error, pool::Pool, run::RunState};

/// By how much the shapes of two pictures may differ: one of them may be so
/// much wider, for its height, than the other.
const SHAPES: (u64, u64) = (4, 3);

/// Pictures, and when two of them are alike.
pub(super) struct Pairs<'a> {
    images: &'a [Image],
    threshold: f64,
    turns: Vec<Turn>,
}

/// The numbers of the pictures of a group, ascending, and how alike each is to
/// the first.
pub(super) type Members = Vec<(usize, f64)>;

/// A picture, of those that no other before it equals.
struct Distinct {
    number: usize,
    digest: u64,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(
        images: &'a [Image],
        threshold: f64,
        rotations: bool,
    ) -> Self {
        let more = if rotations { &Turn::ROTATIONS[..] } else { &[] };
        let turns = [Turn::NONE].into_iter().chain(more.iter().copied());
        Self { images, threshold, turns: turns.collect() }
    }

    /// The groups of two pictures and more, in the order of their first.
    pub(super) fn groups(
        &self,
        pool: &Pool,
        run: &RunState<'_>,
    ) -> Result<Vec<Members>, Error> {
        let mut sets = Components::new(self.images.len());
        let distinct = self.distinct(&mut sets);
        let sets = self.join(&distinct, sets, pool, run)?;
        run.outcome()?;
        Ok(self.members(sets))
    }

    /// The pictures that have something to be known by, each look once. Those
    /// that look the same to the last bit are joined.
    fn distinct(&self, sets: &mut Components) -> Vec<Distinct> {
        let mut known = BTreeMap::new();
        let mut all = Vec::new();
        for (number, image) in self.images.iter().enumerate() {
            if image.thumbnail.is_plain() {
                continue;
            }
            let shape = (image.width, image.height);
            match known.get(&(&image.thumbnail, shape)) {
                Some(first) => sets.join(*first, index(number)),
                None => {
                    known.insert((&image.thumbnail, shape), index(number));
                    let digest = image.thumbnail.digest();
                    all.push(Distinct { number, digest });
                }
            }
        }
        all
    }

    /// Joins what is alike. A pair whose pictures are joined already, by way
    /// of others, is not compared: the sets that come of it are the same.
    fn join(
        &self,
        distinct: &[Distinct],
        sets: Components,
        pool: &Pool,
        run: &RunState<'_>,
    ) -> Result<Components, Error> {
        let sets = Mutex::new(sets);
        let next = AtomicUsize::new(1);
        let more = || next.load(Relaxed) < distinct.len();
        pool.run(&more, |_, _| {
            while !run.is_over() {
                let at = next.fetch_add(1, Relaxed);
                let Some(one) = distinct.get(at) else { return };
                let before = distinct.get(..at).unwrap_or_default();
                self.join_one(one, before, &sets, run);
                run.tick();
            }
        })?;
        Ok(into_inner(sets))
    }

    /// Joins a picture with those before that are like it.
    fn join_one(
        &self,
        one: &Distinct,
        before: &[Distinct],
        sets: &Mutex<Components>,
        run: &RunState<'_>,
    ) {
        let Some(image) = self.images.get(one.number) else { return };
        let own: Vec<u64> = match &self.turns[..] {
            [_] => vec![one.digest],
            turns => {
                let turned = |it: &Turn| image.thumbnail.turned(*it).digest();
                turns.iter().map(turned).collect()
            }
        };
        for other in before {
            if !own.iter().any(|digest| may_be_alike(*digest, other.digest)) {
                continue;
            }
            if run.is_over() {
                return;
            }
            let pair = (index(one.number), index(other.number));
            let is_joined = {
                let mut sets = lock(sets);
                sets.find(pair.0) == sets.find(pair.1)
            };
            if !is_joined
                && self.similarity(one.number, other.number) >= self.threshold
            {
                lock(sets).join(pair.0, pair.1);
            }
        }
    }

    /// The sets of two pictures and more.
    fn members(&self, mut sets: Components) -> Vec<Members> {
        let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for number in 0..self.images.len() {
            let first = sets.find(index(number));
            groups.entry(first).or_default().push(number);
        }
        groups
            .into_values()
            .filter(|group| group.len() > 1)
            .map(|group| {
                let first = group.first().copied().unwrap_or_default();
                let of = |it: usize| (it, self.similarity(it, first));
                group.into_iter().map(of).collect()
            })
            .collect()
    }

    /// How alike two pictures are, in the best of the ways that they may lie;
    /// 0 where their shapes differ.
    pub(super) fn similarity(&self, one: usize, other: usize) -> f64 {
        let both = self.images.get(one).zip(self.images.get(other));
        let Some((one, other)) = both else { return 0.0 };
        self.turns
            .iter()
            .filter(|turn| have_one_shape(one, other, turn.is_transposed))
            .map(|turn| match *turn {
                Turn::NONE => one.thumbnail.similarity(&other.thumbnail),
                turn => {
                    one.thumbnail.turned(turn).similarity(&other.thumbnail)
                }
            })
            .fold(0.0, f64::max)
    }
}

/// Whether one of them could be the other, a little cropped.
fn have_one_shape(one: &Image, other: &Image, is_transposed: bool) -> bool {
    let (mut width, mut height) =
        (u64::from(one.width), u64::from(one.height));
    if is_transposed {
        std::mem::swap(&mut width, &mut height);
    }
    let across = width * u64::from(other.height);
    let down = height * u64::from(other.width);
    let (more, less) = (across.max(down), across.min(down));
    more.saturating_mul(SHAPES.1) <= less.saturating_mul(SHAPES.0)
}

/// Pictures are counted by numbers of 32 bits.
fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
