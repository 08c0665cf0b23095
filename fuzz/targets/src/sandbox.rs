//! Any sequence of calls into the embedded component, with batches whose
//! offsets lie and files that are not as long as they were said to be: never
//! a crash of the component, and every answer is the one that the same logic
//! gives natively.

mod filtering;
mod streams;

use std::sync::LazyLock;

use sanchay_core::batch::Batch;
use sanchay_core::{checklist, content_kind, hashing, tree};
use sanchay_sandbox::{
    Algorithm, ChainingValue, Digest, Expectation, Fault, Inspector, Sandbox,
    SandboxOptions, Separator,
};

use self::filtering::Filtering;
use self::streams::Stream;
use crate::input::Input;

/// How many calls an input may make.
const CALLS: usize = 24;

/// The longest data that a call passes.
const LONGEST: u64 = 20_000;

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::new(SandboxOptions::default()).unwrap());

/// The instance, and what it must have kept of the calls before.
struct Session {
    inspector: Inspector,
    filtering: Filtering,
    stream: Stream,
}

/// Makes a sequence of calls, in a fresh instance.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let inspector = SANDBOX.inspector();
    let (filtering, stream) = (Filtering::default(), Stream::default());
    let mut session = Session { inspector, filtering, stream };
    for _ in 0..CALLS {
        if input.is_empty() {
            break;
        }
        session.call(&mut input);
    }
}

impl Session {
    fn call(&mut self, input: &mut Input<'_>) {
        let Self { inspector, filtering, stream } = self;
        match input.below(13) {
            0 => digest_batch(inspector, input),
            1 => digest_batch_with(inspector, input),
            2 => digest(inspector, input),
            3 => partial(inspector, input),
            4 => piece(inspector, input),
            5 => join(inspector, input),
            6 => filtering.set(inspector, input),
            7 => filtering.match_names(inspector, input),
            8 => filtering.match_metadata(inspector, input),
            9 => parse_checklist(inspector, input),
            10 => stream.begin_or_finish(inspector, input),
            12 => classify(inspector, input),
            _ => stream.update(inspector, input),
        }
    }
}

fn digest(inspector: &mut Inspector, input: &mut Input<'_>) {
    let algorithm = algorithm(input);
    let data = input.stretched(LONGEST);
    let digest = inspector.digest(algorithm, &data).unwrap();
    assert_eq!(digest.as_bytes(), hashing::digest(algorithm, &data));
}

fn digest_batch(inspector: &mut Inspector, input: &mut Input<'_>) {
    let algorithm = algorithm(input);
    let data = input.stretched(LONGEST);
    let ends = ends(input, data.len());
    let mut digests = Vec::new();
    let answer = inspector.digest_batch(algorithm, &data, &ends, &mut digests);
    is_batch(answer, algorithm, &data, &ends, &digests);
}

/// The same, written into the instance by one who lies about how much it is.
fn digest_batch_with(inspector: &mut Inspector, input: &mut Input<'_>) {
    let algorithm = algorithm(input);
    let data = input.stretched(LONGEST);
    let room = usize::try_from(input.number() % LONGEST).unwrap();
    let claimed = usize::try_from(input.number()).unwrap_or(usize::MAX);
    let there = &data[..room.min(data.len())];
    let ends = ends(input, there.len());
    let mut digests = Vec::new();
    let mut written = Vec::new();
    let mut pour = |space: &mut [u8], places: &mut Vec<u32>| {
        assert_eq!(space.len(), room);
        space.fill(0);
        space[..there.len()].copy_from_slice(there);
        places.extend_from_slice(&ends);
        written.extend_from_slice(&space[..claimed.min(room)]);
        claimed
    };
    let answer =
        inspector.digest_batch_with(algorithm, room, &mut pour, &mut digests);
    is_batch(answer, algorithm, &written, &ends, &digests);
}

/// Asserts that an answer about a batch is the right one.
fn is_batch(
    answer: Result<(), Fault>,
    algorithm: Algorithm,
    data: &[u8],
    ends: &[u32],
    digests: &[Digest],
) {
    match Batch::new(data, ends) {
        Ok(batch) => {
            assert_eq!(answer, Ok(()));
            let digests: Vec<&[u8]> =
                digests.iter().map(Digest::as_bytes).collect();
            let expected = hashing::digest_batch(algorithm, batch);
            assert_eq!(digests.concat(), expected);
        }
        Err(error) => {
            assert_eq!(answer, Err(Fault::Batch(error)));
            assert!(digests.is_empty());
        }
    }
}

fn classify(inspector: &mut Inspector, input: &mut Input<'_>) {
    let data = input.stretched(LONGEST);
    let ends = ends(input, data.len());
    let mut kinds = Vec::new();
    let mut pour = |space: &mut [u8], places: &mut Vec<u32>| {
        space.copy_from_slice(&data);
        places.extend_from_slice(&ends);
        data.len()
    };
    let answer = inspector.classify_with(data.len(), &mut pour, &mut kinds);
    match Batch::new(&data, &ends) {
        Ok(batch) => {
            assert_eq!(answer, Ok(()));
            assert_eq!(kinds, content_kind::classify(batch));
        }
        Err(error) => assert_eq!(answer, Err(Fault::Batch(error))),
    }
}

fn partial(inspector: &mut Inspector, input: &mut Input<'_>) {
    let (first, last) = (input.bytes(), input.bytes());
    let size = input.number();
    let sandboxed = inspector.partial(first, last, size).unwrap();
    let native = hashing::partial(first, last, size);
    assert_eq!(sandboxed, native);
}

fn piece(inspector: &mut Inspector, input: &mut Input<'_>) {
    let data = input.stretched(LONGEST);
    let claimed = match input.flag() {
        true => data.len(),
        false => usize::try_from(input.number()).unwrap_or(usize::MAX),
    };
    // Mostly where a piece can begin.
    let scale = 1_u64 << input.below(16);
    let offset = input.number().wrapping_mul(scale);
    let answer = inspector.piece_with(data.len(), offset, &mut |space| {
        space.copy_from_slice(&data);
        claimed
    });
    let piece = &data[..claimed.min(data.len())];
    assert_eq!(answer, Ok((piece.len(), tree::piece(piece, offset))));
}

fn join(inspector: &mut Inspector, input: &mut Input<'_>) {
    let (left, right) = (value(input), value(input));
    let root = input.flag();
    let joined = inspector.join(&left, &right, root);
    assert_eq!(joined, Ok(tree::join(&left, &right, root).unwrap()));
}

fn value(input: &mut Input<'_>) -> ChainingValue {
    let mut value = [0; 32];
    let bytes = input.take(32);
    value[..bytes.len()].copy_from_slice(bytes);
    value
}

fn parse_checklist(inspector: &mut Inspector, input: &mut Input<'_>) {
    // The whole of what is left: texts need not be short.
    let text = if input.flag() { input.rest() } else { input.bytes() };
    let algorithm = [None, Some(Algorithm::Blake3)][input.below(2)];
    let separator = [Separator::Undecided, Separator::Single][input.below(2)];
    let sandboxed =
        inspector.parse_checklist(text, algorithm, separator).unwrap();
    let native = checklist::parse(text, algorithm, separator);
    assert_eq!(sandboxed.lines, native.lines);
    assert_eq!(sandboxed.separator, native.separator);
    assert_eq!(sandboxed.malformed, native.malformed);
    assert_eq!(sandboxed.entries.len(), native.entries.len());
    for (sandboxed, native) in sandboxed.entries.iter().zip(&native.entries) {
        assert_eq!(
            (sandboxed.line, &sandboxed.path),
            (native.line, &native.path)
        );
        assert!(same_expectation(&sandboxed.expected, &native.expected));
    }
}

fn same_expectation(
    sandboxed: &Expectation,
    native: &checklist::Expectation,
) -> bool {
    use checklist::Expectation as Native;
    match (sandboxed, native) {
        (
            Expectation::Named(sandboxed, digest),
            Native::Named(native, bytes),
        ) => sandboxed == native && digest.as_bytes() == bytes,
        (Expectation::Unnamed(digest), Native::Unnamed(bytes)) => {
            digest.as_bytes() == bytes
        }
        (Expectation::Partial(digest, chunk), Native::Partial(it, its)) => {
            digest == it && chunk == its
        }
        _ => false,
    }
}

fn algorithm(input: &mut Input<'_>) -> Algorithm {
    Algorithm::ALL[input.below(Algorithm::ALL.len())]
}

/// Offsets at which parts of so many bytes end: well formed, or anything.
fn ends(input: &mut Input<'_>, len: usize) -> Vec<u32> {
    let honest = input.flag();
    let count = input.below(40);
    let mut ends: Vec<u32> = (0..count).map(|_| input.offset()).collect();
    if honest {
        let len = u32::try_from(len).unwrap();
        for end in &mut ends {
            *end %= len + 1;
        }
        ends.sort_unstable();
        ends.push(len);
    }
    ends
}
