//! Digests that are made piece by piece in the sandbox, beside the bytes that
//! they must be of.

use sanchay_core::hashing;
use sanchay_sandbox::{Fault, Inspector};

use super::{LONGEST, algorithm};
use crate::input::Input;

/// The digest that is being made: its algorithm, and the bytes so far.
#[derive(Default)]
pub(super) struct Stream(Option<(hashing::Algorithm, Vec<u8>)>);

impl Stream {
    /// Begins a digest, in place of one that was begun; or ends that one.
    pub(super) fn begin_or_finish(
        &mut self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        if input.flag() {
            let algorithm = algorithm(input);
            assert_eq!(inspector.begin(algorithm), Ok(()));
            self.0 = Some((algorithm, Vec::new()));
            return;
        }
        match (inspector.finish(), self.0.take()) {
            (Ok(digest), Some((algorithm, data))) => {
                let expected = hashing::digest(algorithm, &data);
                assert_eq!(digest.as_bytes(), expected);
            }
            (answer, None) => assert_eq!(answer, Err(Fault::NoStream)),
            (answer, Some(_)) => panic!("{answer:?}"),
        }
    }

    /// Appends bytes, copied or poured. Who pours may claim anything.
    pub(super) fn update(
        &mut self,
        inspector: &mut Inspector,
        input: &mut Input<'_>,
    ) {
        let data = input.stretched(LONGEST);
        if input.flag() {
            let answer = inspector.update(&data);
            self.is_appended(answer.map(|()| data.len()), &data);
            return;
        }
        let claimed = usize::try_from(input.number()).unwrap_or(usize::MAX);
        let answer = inspector.update_with(data.len(), &mut |space| {
            space.copy_from_slice(&data);
            claimed
        });
        self.is_appended(answer, &data[..claimed.min(data.len())]);
    }

    fn is_appended(&mut self, answer: Result<usize, Fault>, data: &[u8]) {
        match &mut self.0 {
            Some((_, whole)) => {
                assert_eq!(answer, Ok(data.len()));
                whole.extend_from_slice(data);
            }
            None => assert_eq!(answer, Err(Fault::NoStream)),
        }
    }
}
