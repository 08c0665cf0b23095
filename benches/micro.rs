//! What single calls cost, in the sandbox and natively.
//!
//! `cargo bench -p sanchay-bench` runs all of them, and with a word after
//! `--` those whose name holds it. Each is measured with the sandbox
//! (`Sandboxed`) and with the same logic linked natively (`Native`).
//!
//! A call that fails ends the benchmark: there is nothing to measure then.
#![expect(clippy::unwrap_used, reason = "a failed call is not measured")]

mod compression;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use sanchay::Inspect;
use sanchay_bench::NativeInspector;
use sanchay_core::filter::Filter;
use sanchay_sandbox::{
    Algorithm, Columns, EntryKind, Limits, Listing, Matches, Program, Sandbox,
    SandboxOptions, Shingling, TextTask, Unit,
};

/// An inspector in its sandbox.
struct Sandboxed(sanchay_sandbox::Inspector);

/// The same logic, linked natively.
struct Native(NativeInspector);

/// What both kinds of inspector can do.
trait Inspector {
    fn make() -> Self;
    fn asked(&mut self) -> &mut dyn Inspect;
    fn batch(&mut self, algorithm: Algorithm, data: &[u8], ends: &[u32]);

    fn filter(&mut self, program: &Program) {
        self.asked().set_filter(program).unwrap();
    }

    fn names(&mut self, listing: &Listing<'_>, out: &mut Matches) {
        self.asked().match_names(listing, out).unwrap();
    }

    fn sizes(&mut self, sizes: &[u64], out: &mut Vec<u32>) {
        let (entries, columns) = (sizes.len(), Columns::SIZE);
        self.asked()
            .match_metadata(entries, None, columns, sizes, out)
            .unwrap();
    }

    fn digest(&mut self, algorithm: Algorithm, data: &[u8]) -> usize {
        self.asked().digest(algorithm, data).unwrap().as_bytes().len()
    }

    fn begin(&mut self, algorithm: Algorithm) {
        self.asked().begin(algorithm).unwrap();
    }

    fn update(&mut self, data: &[u8]) {
        self.asked().update(data).unwrap();
    }
}

impl Inspector for Sandboxed {
    fn make() -> Self {
        let limits = Limits::default();
        let options = SandboxOptions { instances: 1, limits };
        let mut inspector = Sandbox::new(options).unwrap().inspector();
        inspector.prepare().unwrap();
        Self(inspector)
    }

    fn asked(&mut self) -> &mut dyn Inspect {
        &mut self.0
    }

    fn batch(&mut self, algorithm: Algorithm, data: &[u8], ends: &[u32]) {
        let mut out = Vec::with_capacity(ends.len());
        self.0.digest_batch(algorithm, data, ends, &mut out).unwrap();
        black_box(&out);
    }
}

impl Inspector for Native {
    fn make() -> Self {
        Self(NativeInspector::default())
    }

    fn asked(&mut self) -> &mut dyn Inspect {
        &mut self.0
    }

    fn batch(&mut self, algorithm: Algorithm, data: &[u8], ends: &[u32]) {
        let mut out = Vec::with_capacity(ends.len());
        self.0.digest_batch(algorithm, data, ends, &mut out).unwrap();
        black_box(&out);
    }
}

fn main() {
    divan::main();
}

/// A call with next to nothing to do.
#[divan::bench(types = [Sandboxed, Native])]
fn crossing<I: Inspector>(bencher: Bencher<'_, '_>) {
    let mut inspector = I::make();
    bencher.bench_local(|| inspector.digest(Algorithm::Xxh64, black_box(b"")));
}

/// The sketch of a text of 4 KB, of shingles of so many words.
#[divan::bench(types = [Sandboxed, Native], args = [1, 3])]
fn sketch<I: Inspector>(bencher: Bencher<'_, '_>, words: u32) {
    let mut inspector = I::make();
    let word = |number: u64| format!("{:x} ", number.wrapping_pow(5) % 9973);
    let text: String = (0..1024).map(word).collect();
    let text = text.as_bytes().get(..4096).unwrap();
    let shingling = Shingling::new(Unit::Words, words).unwrap();
    bencher.counter(BytesCount::of_slice(text)).bench_local(|| {
        let inspector = inspector.asked();
        inspector.begin_text(TextTask::Sketch, shingling).unwrap();
        let mut fill = |space: &mut [u8]| {
            space.copy_from_slice(black_box(text));
            text.len()
        };
        inspector.read_text_with(text.len(), &mut fill).unwrap();
        black_box(inspector.finish_sketch().unwrap())
    });
}

/// A directory listing matched by extension.
#[divan::bench(types = [Sandboxed, Native], args = [16, 64, 1024])]
fn names<I: Inspector>(bencher: Bencher<'_, '_>, count: usize) {
    let mut inspector = I::make();
    let filter = Filter::default().extension("mkv").extension("mp4");
    inspector.filter(&filter.program().unwrap());
    let (mut names, mut ends) = (Vec::new(), Vec::new());
    for number in 0..count {
        let end = if number % 100 == 0 { "mkv" } else { "html" };
        names.extend_from_slice(format!("report-{number}.{end}").as_bytes());
        ends.push(u32::try_from(names.len()).unwrap());
    }
    let kinds = vec![EntryKind::File; count];
    let listing =
        Listing { directory: b"", names: &names, ends: &ends, kinds: &kinds };
    let mut out = Matches::default();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        inspector.names(black_box(&listing), &mut out);
        out.entries.len()
    });
}

/// The sizes of files matched with a range.
#[divan::bench(types = [Sandboxed, Native], args = [16, 64, 1024])]
fn sizes<I: Inspector>(bencher: Bencher<'_, '_>, count: usize) {
    let mut inspector = I::make();
    let filter = Filter::default().min_size(1 << 10).max_size(1 << 20);
    inspector.filter(&filter.program().unwrap());
    let sizes: Vec<u64> =
        (0..64).cycle().map(|it| 1_u64 << (it % 24)).take(count).collect();
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        inspector.sizes(black_box(&sizes), &mut out);
        out.len()
    });
}

/// 64 files of 4 KiB, in one call.
#[divan::bench(types = [Sandboxed, Native], args = Algorithm::ALL)]
fn small_files<I: Inspector>(bencher: Bencher<'_, '_>, algorithm: Algorithm) {
    let mut inspector = I::make();
    let data = bytes(64 * 4096);
    let ends: Vec<u32> = (1..=64).map(|file| file * 4096).collect();
    bencher
        .counter(ItemsCount::new(ends.len()))
        .counter(BytesCount::of_slice(&data))
        .bench_local(|| inspector.batch(algorithm, black_box(&data), &ends));
}

/// 64 KiB at once.
#[divan::bench(types = [Sandboxed, Native], args = Algorithm::ALL)]
fn chunk_of_64_kib<I: Inspector>(
    bencher: Bencher<'_, '_>,
    algorithm: Algorithm,
) {
    chunk::<I>(bencher, algorithm, 64 * 1024);
}

/// 1 MiB at once.
#[divan::bench(types = [Sandboxed, Native], args = Algorithm::ALL)]
fn chunk_of_1_mib<I: Inspector>(
    bencher: Bencher<'_, '_>,
    algorithm: Algorithm,
) {
    chunk::<I>(bencher, algorithm, 1024 * 1024);
}

fn chunk<I: Inspector>(
    bencher: Bencher<'_, '_>,
    algorithm: Algorithm,
    length: usize,
) {
    let mut inspector = I::make();
    let data = bytes(length);
    bencher
        .counter(BytesCount::of_slice(&data))
        .bench_local(|| inspector.digest(algorithm, black_box(&data)));
}

/// 1 MiB of a stream.
#[divan::bench(types = [Sandboxed, Native], args = Algorithm::ALL)]
fn stream_of_1_mib<I: Inspector>(
    bencher: Bencher<'_, '_>,
    algorithm: Algorithm,
) {
    let mut inspector = I::make();
    let data = bytes(1024 * 1024);
    inspector.begin(algorithm);
    bencher
        .counter(BytesCount::of_slice(&data))
        .bench_local(|| inspector.update(black_box(&data)));
}

/// Bytes that no function has a short cut for.
fn bytes(length: usize) -> Vec<u8> {
    let mut state: u32 = 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes().first().copied()
    };
    (0..length).filter_map(|_| next()).collect()
}
