//! What a plugin is tried with before anyone relies on it: inputs that real
//! trees have and that are easily forgotten.

use sanchay::{
    ByteRange, EntryKind, ExtractError, Extractor, FileSample, Interest,
    NameBatch, Pattern, Plugin, PluginFilter, Selection, Timestamp,
};

use crate::faults;

/// Names that are no text, that hide, that break a line, that are long.
const NAMES: [&[u8]; 8] = [
    b"a",
    b".hidden",
    b"no utf-8: \xff\xfe",
    b"new\nline\ttab",
    "\u{202e}gpj.exe".as_bytes(),
    b"...",
    b"name.tar.gz",
    &[b'x'; 255],
];

/// A size that does not fit 32 bits, and a time before 1970.
const SIZES: [u64; 3] = [0, 1, u64::MAX];
const TIMES: [Timestamp; 3] = [
    Timestamp { seconds: 0, nanoseconds: 0 },
    Timestamp { seconds: -1, nanoseconds: 999_999_999 },
    Timestamp { seconds: i64::MAX, nanoseconds: 0 },
];

/// The longest name that a file can have, in bytes.
const LONGEST: usize = 255;

/// Tries a plugin. Returns what went wrong, a sentence each.
pub(super) fn run(plugin: &Plugin) -> Vec<String> {
    let mut failures = Vec::new();
    if let Some(mut filter) = plugin.filter() {
        selections(&mut filter, &mut failures);
    }
    if let Some(mut extractor) = plugin.extractor() {
        extractions(plugin, &mut extractor, &mut failures);
    }
    failures
}

/// Has an extractor look at files as the host would: never at one that it
/// does not take.
fn extractions(
    plugin: &Plugin,
    extractor: &mut Extractor,
    failures: &mut Vec<String>,
) {
    for selection in plugin.selections() {
        for content in contents(selection) {
            for (name, (size, modified)) in
                NAMES.iter().zip(SIZES.iter().zip(TIMES).cycle())
            {
                let name = known(name, selection);
                let size = possible(selection, content.len(), *size);
                if extractor.interest(&name, size) == Interest::None {
                    continue;
                }
                let sample = FileSample {
                    directory: b"directory/",
                    name: &name,
                    size,
                    modified,
                    mode: 0o100_644,
                };
                let mut source = |from, length, space: &mut Vec<u8>| {
                    read(&content, from, length, space);
                    Ok(())
                };
                let source = Some(&mut source as _);
                let outcome =
                    extractor.extract(&sample, source, &mut Vec::new());
                if let Err(ExtractError::Fault(fault)) = outcome {
                    failures.push(format!(
                        "a file called {}, of {size} bytes: {}",
                        sanchay::escaped(&name),
                        faults::fault(&fault)
                    ));
                }
            }
        }
    }
}

/// A name that a selection takes, if it goes by names.
fn known(name: &[u8], selection: &Selection) -> Vec<u8> {
    match selection.patterns.first() {
        Some(Pattern::Extension(extension)) => {
            let stem = LONGEST.saturating_sub(extension.len() + 1);
            let stem = name.get(..stem).unwrap_or(name);
            [stem, b".", extension.as_bytes()].concat()
        }
        Some(Pattern::Name(pattern)) => {
            pattern.replace(['*', '?'], "x").into_bytes()
        }
        Some(Pattern::NoExtension) => {
            name.iter().copied().filter(|byte| *byte != b'.').collect()
        }
        _ => name.to_vec(),
    }
}

/// The size of a file that begins with this content: the one that is wished
/// for, unless all of the file is asked for.
fn possible(selection: &Selection, content: usize, wished: u64) -> u64 {
    match selection.byte_range {
        ByteRange::Whole(_) => content as u64,
        _ => wished.max(content as u64),
    }
}

/// Reads a file that has zeros behind its content.
fn read(content: &[u8], from: u64, length: usize, space: &mut Vec<u8>) {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let rest = content.get(from..).unwrap_or_default();
    let end = space.len() + length;
    space.extend_from_slice(rest.get(..length).unwrap_or(rest));
    space.resize(end, 0);
}

/// Files of nothing, of one byte, of zeros, of ones and of noise; with the
/// bytes that the selection goes by, if it goes by bytes.
fn contents(selection: &Selection) -> Vec<Vec<u8>> {
    let (head, tail) = selection.byte_range.of(u64::MAX);
    let most = (head + tail).max(1);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    // The generator xorshift64 (G. Marsaglia, 2003).
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 56).to_le_bytes()[0]
    });
    let mut contents = vec![
        Vec::new(),
        vec![b'a'],
        vec![0; most],
        vec![0xff; most.min(4096)],
        noise.take(most).collect(),
    ];
    if let Some(Pattern::Magic(offset, bytes)) = selection.patterns.first() {
        for content in &mut contents {
            let from = *offset as usize;
            let end = from + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            if let Some(place) = content.get_mut(from..end) {
                place.copy_from_slice(bytes);
            }
        }
    }
    contents
}

fn selections(filter: &mut PluginFilter, failures: &mut Vec<String>) {
    let many: Vec<&[u8]> = NAMES.iter().copied().cycle().take(4096).collect();
    let metadata = filter.plugin().wants_metadata();
    for (what, names, kind) in [
        ("an empty directory", &[][..], EntryKind::File),
        ("files of odd names", &NAMES, EntryKind::File),
        ("directories of odd names", &NAMES, EntryKind::Directory),
        ("4096 files", &many, EntryKind::File),
    ] {
        let mut ends = Vec::new();
        let mut end = 0;
        for name in names {
            end += u32::try_from(name.len()).unwrap_or(0);
            ends.push(end);
        }
        let count = names.len();
        let sizes: Vec<_> = SIZES.into_iter().cycle().take(count).collect();
        let times: Vec<_> = TIMES.into_iter().cycle().take(count).collect();
        let with_metadata = metadata && kind == EntryKind::File;
        let batch = NameBatch {
            directory: b"directory/",
            names: &names.concat(),
            ends: &ends,
            kinds: &vec![kind; count],
            metadata: with_metadata.then_some((&sizes[..], &times[..])),
        };
        if let Err(fault) = filter.select(&batch, &mut Vec::new()) {
            failures.push(format!("{what}: {}", faults::fault(&fault)));
        }
    }
}
