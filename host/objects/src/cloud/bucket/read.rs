//! Reading a large object from one end to the other, ahead of who takes the
//! pieces.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{Ahead, Bucket, CloudError};

/// How large the pieces are, in bytes.
const PIECE: u64 = 4 << 20;

/// How many are on their way at once.
const AT_ONCE: usize = 4;

/// The pieces of an object, in order, all of the object with one tag.
#[derive(Debug)]
pub struct ObjectReader {
    bucket: Bucket,
    key: String,
    tag: Option<String>,
    size: u64,
    /// Where the next piece begins that is to be asked for.
    next: u64,
    ahead: VecDeque<Ahead>,
}

impl Bucket {
    /// Reads an object of a size, the one with a tag if that is given, in
    /// bounded memory.
    #[must_use]
    pub fn reader(
        &self,
        key: &str,
        size: u64,
        tag: Option<&str>,
    ) -> ObjectReader {
        ObjectReader {
            bucket: self.clone(),
            key: key.to_owned(),
            tag: tag.map(str::to_owned),
            size,
            next: 0,
            ahead: VecDeque::new(),
        }
    }
}

impl ObjectReader {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn piece(&mut self) -> Result<Option<Bytes>, CloudError> {
        while self.ahead.len() < AT_ONCE && self.next < self.size {
            let end = self.size.min(self.next.saturating_add(PIECE));
            let tag = self.tag.as_deref();
            let range = self.next..end;
            self.ahead
                .push_back(self.bucket.range_ahead(&self.key, range, tag));
            self.next = end;
        }
        match self.ahead.pop_front() {
            Some(ahead) => Ok(Some(self.bucket.arrived(ahead)?.bytes)),
            None => Ok(None),
        }
    }
}
