//! Writes shards, and what is said of their outputs, as `sanchay_core::shard`
//! reads them.

use alloc::vec::Vec;

use sanchay_core::shard::{
    FORMAT, Likeness, OUTPUT_FORMAT, OUTPUT_VERSION, Output, Part, Shard,
    VERSION, Work, identity,
};

use crate::plan::{bytes, text};
use crate::values::{push_base64, push_number};

/// Writes a plan: a line for each shard. Numbers the shards, and sets what
/// they and the plan are known by: the same shards are known by the same.
#[must_use]
pub fn seal(shards: &mut [Shard]) -> Vec<u8> {
    let count = shards.len() as u64;
    let mut lines = Vec::with_capacity(shards.len());
    let mut all = Vec::new();
    for (index, shard) in (0..).zip(&mut *shards) {
        (shard.index, shard.shards) = (index, count);
        let line = body(shard);
        all.extend_from_slice(identity(&line).as_bytes());
        lines.push(line);
    }
    let plan = identity(&all);
    let mut out = Vec::new();
    for (shard, mut line) in shards.iter_mut().zip(lines) {
        text(b",\"plan\":", &plan, &mut line);
        shard.plan.clone_from(&plan);
        shard.id = identity(&line);
        out.append(&mut line);
        end(&shard.id, &mut out);
    }
    out
}

/// Writes the line of a shard of a plan, as [`seal`] did.
#[must_use]
pub fn line(shard: &Shard) -> Vec<u8> {
    let mut line = body(shard);
    text(b",\"plan\":", &shard.plan, &mut line);
    end(&shard.id, &mut line);
    line
}

fn end(id: &str, out: &mut Vec<u8>) {
    text(b",\"id\":", id, out);
    out.extend_from_slice(b"}\n");
}

/// All of a line but what it and its plan are known by.
fn body(shard: &Shard) -> Vec<u8> {
    let mut out = Vec::new();
    text(b"{\"format\":", FORMAT, &mut out);
    number(b",\"version\":", VERSION, &mut out);
    number(b",\"index\":", shard.index, &mut out);
    number(b",\"shards\":", shard.shards, &mut out);
    number(b",\"files\":", shard.files, &mut out);
    number(b",\"bytes\":", shard.bytes, &mut out);
    out.extend_from_slice(b",\"parts\":");
    list(&shard.parts, part, &mut out);
    work(&shard.work, &mut out);
    out
}

fn part(part: &Part, out: &mut Vec<u8>) {
    out.push(b'{');
    bytes("root", &part.root, out);
    if let Some(device) = part.device {
        number(b",\"device\":", device, out);
    }
    if !part.range.from.is_empty() {
        out.push(b',');
        bytes("from", &part.range.from, out);
    }
    if let Some(to) = &part.range.to {
        out.push(b',');
        bytes("to", to, out);
    }
    out.push(b'}');
}

fn work(work: &Work, out: &mut Vec<u8>) {
    text(b",\"algorithm\":", work.algorithm.name(), out);
    if !work.fields.is_empty() {
        out.extend_from_slice(b",\"fields\":");
        list(&work.fields, |name, out| text(b"", name, out), out);
    }
    number(b",\"depth\":", work.depth.into(), out);
    out.extend_from_slice(b",\"filter\":\"");
    push_base64(&work.filter, out);
    out.push(b'"');
    text(b",\"where\":", &work.expression, out);
    if let Some(depth) = work.max_depth {
        number(b",\"max_depth\":", depth, out);
    }
    for (key, is_set) in [
        (&b",\"empty\":true"[..], work.empty),
        (b",\"one_file_system\":true", work.one_file_system),
        (b",\"gitignore\":true", work.gitignore),
    ] {
        if is_set {
            out.extend_from_slice(key);
        }
    }
    if let Some(likeness) = &work.similar {
        similar(likeness, out);
    }
    if !work.ignore_files.is_empty() {
        out.extend_from_slice(b",\"ignore_files\":");
        list(&work.ignore_files, |it, out| path(it, out), out);
    }
}

/// Which texts are told that may be alike.
fn similar(likeness: &Likeness, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"similar\":{");
    number(b"\"threshold\":", likeness.millionths().into(), out);
    text(b",\"unit\":", likeness.unit(), out);
    number(b",\"shingle_size\":", likeness.shingling.size().into(), out);
    number(b",\"max_file_size\":", likeness.max_file_size, out);
    out.push(b'}');
}

/// A path: a text, or `{"base64": …}` where it is none.
fn path(path: &[u8], out: &mut Vec<u8>) {
    match str::from_utf8(path) {
        Ok(path) => text(b"", path, out),
        Err(_) => {
            out.extend_from_slice(b"{\"base64\":\"");
            push_base64(path, out);
            out.extend_from_slice(b"\"}");
        }
    }
}

/// Writes what is said of a shard's output.
#[must_use]
pub fn output(output: &Output) -> Vec<u8> {
    let mut out = Vec::new();
    text(b"{\"format\":", OUTPUT_FORMAT, &mut out);
    number(b",\"version\":", OUTPUT_VERSION, &mut out);
    text(b",\"id\":", &output.id, &mut out);
    text(b",\"plan\":", &output.plan, &mut out);
    number(b",\"index\":", output.index, &mut out);
    number(b",\"shards\":", output.shards, &mut out);
    text(b",\"algorithm\":", output.algorithm.name(), &mut out);
    out.extend_from_slice(b",\"empty\":");
    out.extend_from_slice(if output.empty { b"true" } else { b"false" });
    if let Some(likeness) = &output.similar {
        similar(likeness, &mut out);
    }
    number(b",\"files\":", output.files, &mut out);
    number(b",\"bytes\":", output.bytes, &mut out);
    number(b",\"errors\":", output.errors, &mut out);
    out.extend_from_slice(b",\"outputs\":");
    list(
        &output.outputs,
        |file, out| {
            text(b"{\"dataset\":", file.dataset.name(), out);
            number(b",\"partition\":", file.partition.into(), out);
            number(b",\"rows\":", file.rows, out);
            number(b",\"bytes\":", file.bytes, out);
            text(b",\"digest\":", &file.digest, out);
            out.push(b'}');
        },
        &mut out,
    );
    out.extend_from_slice(b"}\n");
    out
}

/// Writes what was wrong with an entry, as a line of NDJSON.
pub fn push_error(path: &[u8], what: &str, why: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"error\",");
    bytes("path", path, out);
    text(b",\"what\":", what, out);
    text(b",\"why\":", why, out);
    out.extend_from_slice(b"}\n");
}

fn list<T>(items: &[T], push: impl Fn(&T, &mut Vec<u8>), out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push(item, out);
    }
    out.push(b']');
}

/// Appends a key, as it is, and a number.
fn number(key: &[u8], number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    push_number(number, out);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sanchay_core::filter::Filter;
    use sanchay_core::hashing::Algorithm;
    use sanchay_core::shard::{
        Dataset, Likeness, Output, OutputFile, Part, PathRange, Shard,
        ShardFlaw, Work,
    };
    use sanchay_core::similarity::{Shingling, Unit};

    use super::{line, output, seal};

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            "[a-c/\n\"\\\\é]{0,8}".prop_map(String::into_bytes),
            proptest::collection::vec(1..=255_u8, 0..8),
        ]
    }

    fn part() -> impl Strategy<Value = Part> {
        let to = proptest::option::of(bytes());
        (bytes(), proptest::option::of(any::<u64>()), bytes(), to).prop_map(
            |(root, device, from, to)| {
                let to = to.filter(|to| *to > from);
                Part { root, device, range: PathRange { from, to } }
            },
        )
    }

    fn shard() -> impl Strategy<Value = Shard> {
        let numbers = (any::<u64>(), any::<u64>(), any::<u32>());
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        let parts = proptest::collection::vec(part(), 1..4);
        let more = (
            proptest::option::of(any::<u64>()),
            proptest::collection::vec(bytes(), 0..3),
            proptest::collection::vec("[a-z\"]{1,4}", 0..3),
            proptest::option::of(likeness()),
        );
        (numbers, flags, parts, more).prop_map(
            |((files, size, depth), flags, parts, more)| Shard {
                index: 0,
                shards: 1,
                files,
                bytes: size,
                parts,
                work: Work {
                    algorithm: Algorithm::Blake3,
                    fields: more.2,
                    depth,
                    filter: filter(),
                    expression: "size >= 1".to_owned(),
                    empty: flags.0,
                    similar: more.3,
                    max_depth: more.0,
                    one_file_system: flags.1,
                    gitignore: flags.2,
                    ignore_files: more.1,
                },
                plan: String::new(),
                id: String::new(),
            },
        )
    }

    fn likeness() -> impl Strategy<Value = Likeness> {
        let unit = prop_oneof![Just(Unit::Words), Just(Unit::Characters)];
        (0.0..=1.0, unit, 1..=64_u32, any::<u64>()).prop_map(
            |(threshold, unit, size, most)| {
                Likeness::new(threshold, Shingling::clamped(unit, size), most)
            },
        )
    }

    fn filter() -> Vec<u8> {
        Filter::default().min_size(1).program().unwrap().encode()
    }

    proptest! {
        #[test]
        fn a_plan_is_read_as_it_was_written(
            mut shards in proptest::collection::vec(shard(), 1..4),
        ) {
            let text = seal(&mut shards);
            let read: Vec<_> = text
                .split_inclusive(|byte| *byte == b'\n')
                .map(|line| Shard::parse(line).unwrap())
                .collect();
            prop_assert_eq!(&read, &shards);
            let lines: Vec<u8> = read.iter().flat_map(line).collect();
            prop_assert_eq!(&lines, &text);
            prop_assert_eq!(seal(&mut shards), text);
        }

        #[test]
        fn a_shard_that_was_edited_is_refused(
            shard in shard(), at in any::<prop::sample::Index>(), to: u8,
        ) {
            let mut line = seal(&mut [shard]);
            line.pop();
            let at = at.index(line.len());
            prop_assume!(line[at] != to && !to.is_ascii_whitespace());
            line[at] = to;
            prop_assert!(Shard::parse(&line).is_err());
        }
    }

    #[test]
    fn what_is_wrong_with_a_shard_is_told() {
        let work = Work {
            algorithm: Algorithm::Xxh3_128,
            fields: Vec::new(),
            depth: 2,
            filter: filter(),
            expression: String::new(),
            empty: false,
            similar: None,
            max_depth: None,
            one_file_system: false,
            gitignore: false,
            ignore_files: Vec::new(),
        };
        let part = Part {
            root: b"/srv".to_vec(),
            device: Some(7),
            range: PathRange::default(),
        };
        let mut shards = [Shard {
            index: 0,
            shards: 1,
            files: 1,
            bytes: 2,
            parts: vec![part],
            work,
            plan: String::new(),
            id: String::new(),
        }];
        let text = String::from_utf8(seal(&mut shards)).unwrap();
        let flaw = |from: &str, to: &str| {
            assert!(text.contains(from), "{text}");
            Shard::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        assert_eq!(flaw("\"files\":1", "\"files\":2"), ShardFlaw::Edited);
        assert_eq!(
            flaw("\"version\":1", "\"version\":9"),
            ShardFlaw::Version(9)
        );
        assert_eq!(flaw("sanchay-shard", "other"), ShardFlaw::Format);
        assert_eq!(flaw("xxh3-128", "crc32"), ShardFlaw::Algorithm);
        assert_eq!(flaw("\"index\":0", "\"index\":1"), ShardFlaw::Number);
        assert_eq!(flaw("\"files\":1,", ""), ShardFlaw::Missing("files"));
        assert_eq!(flaw("{", "["), ShardFlaw::Syntax(0));
        let newer = ShardFlaw::Version(9).to_string();
        assert!(newer.contains("a newer program made it"), "{newer}");
    }

    #[test]
    fn what_is_said_of_an_output_is_read_as_it_was_written() {
        let id = "0123456789abcdef0123456789abcdef".to_owned();
        let told = Output {
            id: id.clone(),
            plan: id.clone(),
            index: 2,
            shards: 3,
            algorithm: Algorithm::Sha256,
            empty: true,
            similar: Some(Likeness::new(0.85, Shingling::default(), 9)),
            files: 5,
            bytes: 7,
            errors: 1,
            outputs: vec![OutputFile {
                dataset: Dataset::Folders,
                partition: 0xab,
                rows: 4,
                bytes: 900,
                digest: id.clone(),
            }],
        };
        let text = output(&told);
        assert_eq!(Output::parse(&text).unwrap(), told);
        assert!(told.file(Dataset::Folders, 0xab).is_some());
        assert!(told.file(Dataset::Files, 0xab).is_none());
        let key = Dataset::Folders.key(0xab, &id);
        assert_eq!(key, format!("folders/partition=ab/{id}.parquet"));
        let foreign = str::from_utf8(&text).unwrap().replace(&id, "../../x");
        let foreign = Output::parse(foreign.as_bytes());
        assert_eq!(foreign, Err(ShardFlaw::Digest));
    }
}
