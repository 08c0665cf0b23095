//! What a plugin is tried with before anyone relies on it: inputs that real
//! trees have and that are easily forgotten.

use sanchay::{
    EntryKind, Extractor, Judge, Moment, NameBatch, Plugin, Portion, Sample,
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
const TIMES: [Moment; 3] = [
    Moment { seconds: 0, nanoseconds: 0 },
    Moment { seconds: -1, nanoseconds: 999_999_999 },
    Moment { seconds: i64::MAX, nanoseconds: 0 },
];

/// The longest name that a file can have, in bytes.
const LONGEST: usize = 255;

/// Tries a plugin. Returns what went wrong, a sentence each.
pub(super) fn run(plugin: &Plugin) -> Vec<String> {
    let mut failures = Vec::new();
    if let Some(mut judge) = plugin.judge() {
        judgements(&mut judge, &mut failures);
    }
    if let Some(mut extractor) = plugin.extractor() {
        extractions(plugin, &mut extractor, &mut failures);
    }
    failures
}

/// Has an extractor look at files as the host would: never at one that it
/// does not know.
fn extractions(
    plugin: &Plugin,
    extractor: &mut Extractor,
    failures: &mut Vec<String>,
) {
    let extension = plugin.extensions().first();
    for content in contents(plugin) {
        let (head, tail) = plugin.portion().of(content.len() as u64);
        let from = content.len() - tail;
        for (name, (size, modified)) in
            NAMES.iter().zip(SIZES.iter().zip(TIMES).cycle())
        {
            let name = known(name, extension.map(Vec::as_slice));
            let size = possible(plugin.portion(), content.len(), *size);
            let sample = Sample {
                name: &name,
                size,
                modified,
                head: content.get(..head).unwrap_or_default(),
                tail: content.get(from..).unwrap_or_default(),
            };
            if !extractor.knows(&name, size) {
                continue;
            }
            if let Err(fault) = extractor.extract(&sample, &mut Vec::new()) {
                failures.push(format!(
                    "a file called {}, of {size} bytes: {}",
                    sanchay::escaped(&name),
                    faults::fault(&fault)
                ));
            }
        }
    }
}

/// A name, with the extension that an extractor asks for behind it.
fn known(name: &[u8], extension: Option<&[u8]>) -> Vec<u8> {
    let Some(extension) = extension else { return name.to_vec() };
    let stem = LONGEST.saturating_sub(extension.len() + 1);
    let stem = name.get(..stem).unwrap_or(name);
    [stem, b".", extension].concat()
}

/// The size of a file of which this content is passed: the one that is
/// wished for, unless the host would have passed more of such a file.
fn possible(portion: Portion, content: usize, wished: u64) -> u64 {
    let content = content as u64;
    let all = matches!(portion, Portion::Whole(_));
    let greater =
        wished > content && !all && portion.of(wished) == portion.of(content);
    if greater { wished } else { content }
}

/// Files of nothing, of one byte, of zeros, of ones and of noise.
fn contents(plugin: &Plugin) -> Vec<Vec<u8>> {
    let (head, tail) = plugin.portion().of(u64::MAX);
    let most = (head + tail).max(1);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    // The generator xorshift64 (G. Marsaglia, 2003).
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 56).to_le_bytes()[0]
    });
    vec![
        Vec::new(),
        vec![b'a'],
        vec![0; most],
        vec![0xff; most.min(4096)],
        noise.take(most).collect(),
    ]
}

fn judgements(judge: &mut Judge, failures: &mut Vec<String>) {
    let many: Vec<&[u8]> = NAMES.iter().copied().cycle().take(4096).collect();
    let metadata = judge.plugin().wants_metadata();
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
        let told = metadata && kind == EntryKind::File;
        let batch = NameBatch {
            directory: b"directory/",
            names: &names.concat(),
            ends: &ends,
            kinds: &vec![kind; count],
            metadata: told.then_some((&sizes[..], &times[..])),
        };
        if let Err(fault) = judge.judge(&batch, &mut Vec::new()) {
            failures.push(format!("{what}: {}", faults::fault(&fault)));
        }
    }
}
