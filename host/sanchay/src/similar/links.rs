//! Which texts are alike: candidates by bands of their signatures, and their
//! exact similarity.
//!
//! A band at a time, texts are sorted by what they have in it; those that have
//! the same are a bucket, and each pair of a bucket is a candidate. A pair is
//! looked at in the first band that both share, and only if its texts are not
//! in one group already: the groups are those that all pairs would give.
//!
//! Of thousands of texts that are all nearly as alike as the threshold says,
//! that would be half the square of their number. So a text is compared with a
//! bounded number of others in each band: those whose signatures agree most.

use std::{
    cmp::Reverse,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use sanchay_core::{
    grouping::{Components, Sorter as _},
    similarity::{Banding, PERMUTATIONS, Signature, jaccard},
};
use sanchay_sync::{into_inner, lock};

use super::{
    alike::Task, cache::SetCache, groups::Groups, reader::TextReader,
    texts::Texts,
};
use crate::{duplicates::compare::Comparison, error::Error, inspect::Inspect};

/// How many pairs are compared before the next candidates are sought.
const PAIRS: usize = 1 << 16;

/// How many texts are compared with one in one piece.
const PART: usize = 128;

/// With how many texts of its bucket one is compared at most.
const COMPARED: usize = 8;

/// The signatures of how many texts of its bucket are looked at for these. In
/// a larger bucket, texts lie near to each other that have other bands in
/// common, too.
const NEAR: usize = 1024;

/// How many texts of a bucket are looked at in a row, at most, without knowing
/// what became of those before.
const IN_A_ROW: usize = 64;

/// The groups in the making.
pub(super) struct Links<'a> {
    reader: &'a TextReader<'a>,
    texts: &'a Texts,
    threshold: f64,
    banding: Banding,
    /// In how many places signatures agree at least.
    agreeing: usize,
    components: Components,
    /// Sets that were needed.
    sets: SetCache,
    /// The texts that could not be read again.
    lost: Vec<AtomicBool>,
    /// Of each text, a text that it is as alike as this.
    known: Vec<(u32, f64)>,
    /// How many times two texts were compared.
    comparisons: u64,
}

/// Texts that have the same in a band, of which those before the pivot have
/// been compared with all others.
struct Bucket {
    pivot: usize,
    end: usize,
}

/// Two texts, and how alike they are.
type Link = (u32, u32, f64);

impl<'a> Links<'a> {
    /// No two texts are in one group.
    pub(super) fn new(
        reader: &'a TextReader<'a>,
        texts: &'a Texts,
        threshold: f64,
    ) -> Self {
        let lost = (0..texts.len()).map(|_| AtomicBool::new(false));
        Self {
            reader,
            texts,
            threshold,
            banding: Banding::for_threshold(threshold, PERMUTATIONS),
            agreeing: Banding::least_agreeing(threshold, PERMUTATIONS),
            components: Components::new(texts.len()),
            sets: SetCache::default(),
            lost: lost.collect(),
            known: Vec::new(),
            comparisons: 0,
        }
    }

    /// Joins all texts that are alike.
    pub(super) fn find(&mut self) -> Result<(), Error> {
        let nothing = (u32::MAX, 0.0);
        self.known = vec![nothing; self.texts.len()];
        let Comparison { pool, run, .. } = self.reader.comparison;
        let mut keys: Vec<(u64, u32)> = Vec::new();
        for band in 0..self.banding.bands {
            keys.clear();
            let count = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            keys.extend((0..count).map(|text| {
                let rows = self.rows(self.texts.signature(text), band);
                (Signature::band(rows), text)
            }));
            pool.sort(&mut keys, Ord::cmp);
            self.buckets(band, &mut keys)?;
            run.outcome()?;
        }
        Ok(())
    }

    /// How many times two texts were compared.
    pub(super) fn comparisons(&self) -> u64 {
        self.comparisons
    }

    /// The texts of each group, in their order, and how alike they are to the
    /// first; and where each group ends. A group has several files.
    pub(super) fn groups(&mut self) -> Result<Groups, Error> {
        let mut joined = self.joined();
        loop {
            let before = joined.len();
            self.compare_with_first(&joined)?;
            joined.retain(|(_, text)| !self.is_lost(*text));
            // Where the first was lost, the others have another.
            if joined.len() == before {
                break;
            }
        }
        let mut groups: Vec<&[(u32, u32)]> =
            joined.chunk_by(|a, b| a.0 == b.0).collect();
        groups.sort_by_key(|group| group.first().map(|it| it.1));
        let (mut members, mut ends) = (Vec::new(), Vec::new());
        for group in groups {
            let Some((_, first)) = group.first() else { continue };
            if group.len() == 1 && !self.has_equals(*first) {
                continue;
            }
            members.extend(group.iter().map(|(_, text)| {
                let known = self.known.get(*text as usize);
                let known = known.map_or(0.0, |it| it.1);
                (*text, if text == first { 1.0 } else { known })
            }));
            ends.push(members.len());
        }
        Ok(Groups { members, ends })
    }

    /// The texts that are like others or equal to them, after the roots of
    /// their groups, by both.
    fn joined(&mut self) -> Vec<(u32, u32)> {
        let count = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let mut joined = vec![false; self.texts.len()];
        for text in 0..count {
            let root = self.components.find(text);
            if root == text && !self.has_equals(text) {
                continue;
            }
            for text in [root, text] {
                if let Some(joined) = joined.get_mut(text as usize) {
                    *joined = true;
                }
            }
        }
        let mut rows = Vec::new();
        for (text, _) in (0..).zip(&joined).filter(|(_, joined)| **joined) {
            if !self.is_lost(text) {
                rows.push((self.components.find(text), text));
            }
        }
        rows.sort_unstable();
        rows
    }

    /// Compares the texts of each group with its first, where that has not
    /// been done.
    fn compare_with_first(
        &mut self,
        joined: &[(u32, u32)],
    ) -> Result<(), Error> {
        let mut tasks = Vec::new();
        for group in joined.chunk_by(|a, b| a.0 == b.0) {
            let [(_, first), others @ ..] = group else { continue };
            let unknown = others.iter().map(|it| it.1).filter(|other| {
                let known = self.known.get(*other as usize);
                known.is_none_or(|it| it.0 != *first)
            });
            let unknown: Vec<u32> = unknown.collect();
            let parts = unknown.chunks(PART);
            tasks.extend(parts.map(|it| (*first, it.to_vec())));
        }
        for (one, other, similarity) in self.compare(&tasks)? {
            if let Some(known) = self.known.get_mut(other as usize) {
                *known = (one, similarity);
            }
        }
        Ok(())
    }

    /// Whether other files have the same text.
    fn has_equals(&self, text: u32) -> bool {
        self.texts.others(text).next().is_some()
    }

    /// Compares what is in the buckets of a band.
    fn buckets(
        &mut self,
        band: usize,
        keys: &mut [(u64, u32)],
    ) -> Result<(), Error> {
        let mut buckets = Vec::new();
        let mut start = 0;
        for same in keys.chunk_by_mut(|a, b| a.0 == b.0) {
            let end = start + same.len();
            if same.len() > NEAR {
                self.bring_together(band, same);
            }
            if same.len() > 1 {
                buckets.push(Bucket { pivot: start, end });
            }
            start = end;
        }
        let run = self.reader.comparison.run;
        let mut in_a_row = 1;
        while !buckets.is_empty() && !run.is_over() {
            let mut tasks = Vec::new();
            let mut pairs = 0;
            buckets.retain_mut(|bucket| {
                for _ in 0..in_a_row {
                    if pairs >= PAIRS || run.is_over() {
                        return true;
                    }
                    let texts = keys.get(bucket.pivot..bucket.end);
                    let Some([(_, pivot), others @ ..]) = texts else {
                        return false;
                    };
                    bucket.pivot += 1;
                    let (found, all_joined) =
                        self.candidates(band, *pivot, others);
                    pairs += found.len();
                    let parts = found.chunks(PART);
                    tasks.extend(parts.map(|it| (*pivot, it.to_vec())));
                    // Of texts that are in one group no more is to be learnt.
                    if all_joined || bucket.pivot + 1 >= bucket.end {
                        return false;
                    }
                }
                true
            });
            let links = self.compare(&tasks)?;
            self.comparisons += links.len() as u64;
            let alike = |link: &Link| link.2 >= self.threshold;
            // What joins groups spares those that follow.
            in_a_row = match links.iter().any(alike) {
                true => 1,
                false => (in_a_row * 2).min(IN_A_ROW),
            };
            for (one, other, similarity) in links {
                if similarity >= self.threshold {
                    self.components.join(one, other);
                }
                if let Some(known) = self.known.get_mut(other as usize)
                    && one < known.0
                {
                    *known = (one, similarity);
                }
            }
        }
        Ok(())
    }

    /// Sorts the texts of a bucket by what else they have in common: the bands
    /// after this one, then those before.
    fn bring_together(&self, band: usize, same: &mut [(u64, u32)]) {
        let end = (band + 1) * self.banding.rows;
        let signature = |text: u32| {
            let all = self.texts.signature(text);
            let (before, after) = all.split_at(end.min(all.len()));
            (after, before)
        };
        let order = |a: &(u64, u32), b: &(u64, u32)| {
            signature(a.1).cmp(&signature(b.1)).then(a.1.cmp(&b.1))
        };
        self.reader.comparison.pool.sort(same, order);
    }

    /// The texts that one is to be compared with, of those that share a
    /// band; and whether it is in one group with all of them already.
    fn candidates(
        &mut self,
        band: usize,
        one: u32,
        others: &[(u64, u32)],
    ) -> (Vec<u32>, bool) {
        let root = self.components.find(one);
        let mut found = Vec::new();
        let mut all_joined = others.len() <= NEAR;
        for (_, other) in others.iter().take(NEAR) {
            if self.components.find(*other) == root {
                continue;
            }
            all_joined = false;
            if let Some(agreeing) = self.agreeing(band, one, *other) {
                found.push((Reverse(agreeing), *other));
            }
        }
        if found.len() > COMPARED {
            found.select_nth_unstable(COMPARED);
            found.truncate(COMPARED);
            found.sort_unstable_by_key(|it| it.1);
        }
        (found.into_iter().map(|it| it.1).collect(), all_joined)
    }

    /// In how many places the signatures of two texts agree, if they share no
    /// band before this one and are alike by their signatures.
    fn agreeing(&self, band: usize, one: u32, other: u32) -> Option<usize> {
        if self.is_lost(one) || self.is_lost(other) {
            return None;
        }
        let signature = |text| self.texts.signature(text);
        let (one, other) = (signature(one), signature(other));
        let agrees = |band| self.rows(one, band) == self.rows(other, band);
        if (0..band).any(agrees) {
            return None;
        }
        let agreeing = Signature::agreeing(one, other);
        (agreeing >= self.agreeing).then_some(agreeing)
    }

    /// The places of a band.
    fn rows<'s>(&self, signature: &'s [u32], band: usize) -> &'s [u32] {
        let start = band * self.banding.rows;
        let end = start + self.banding.rows;
        signature.get(start..end).unwrap_or_default()
    }

    fn is_lost(&self, text: u32) -> bool {
        let lost = self.lost.get(text as usize);
        lost.is_none_or(|it| it.load(Relaxed))
    }

    /// Reads texts again and compares them exactly. Those that could not be
    /// read are lost.
    pub(super) fn compare(&self, tasks: &[Task]) -> Result<Vec<Link>, Error> {
        let Comparison { pool, run, .. } = self.reader.comparison;
        let next = AtomicUsize::new(0);
        let more = || next.load(Relaxed) < tasks.len();
        let found = Mutex::new(Vec::new());
        if !tasks.is_empty() {
            pool.run(&more, |_, inspector| {
                let mut own = Vec::new();
                while !run.is_over()
                    && let Some((one, others)) =
                        tasks.get(next.fetch_add(1, Relaxed))
                {
                    let Some(set) = self.set(*one, inspector) else {
                        continue;
                    };
                    for other in others {
                        if run.is_over() {
                            break;
                        }
                        if let Some(theirs) = self.set(*other, inspector) {
                            own.push((*one, *other, jaccard(&set, &theirs)));
                        }
                    }
                    run.tick();
                }
                lock(&found).append(&mut own);
            })?;
        }
        Ok(into_inner(found))
    }

    /// The shingles of a text, unless it is lost by now.
    fn set(
        &self,
        text: u32,
        inspector: &mut dyn Inspect,
    ) -> Option<Arc<[u64]>> {
        let file = self.texts.file(text).filter(|_| !self.is_lost(text))?;
        if let Some(set) = self.sets.get(text) {
            return Some(set);
        }
        let set = self.reader.set(file, inspector);
        if set.is_none()
            && let Some(lost) = self.lost.get(text as usize)
        {
            lost.store(true, Relaxed);
        }
        set.map(|set| self.sets.put(text, set))
    }
}
