//! How digests were made, by the names that the catalog has for it.

use sanchay::{Algorithm, Content, Digest, Method, PartialDigest};

/// The name of a method: `sha256`, or `xxh64:65536` for the ends of files.
pub(crate) fn name(method: Method) -> String {
    match method {
        Method::Whole(algorithm) => algorithm.name().to_owned(),
        Method::Partial { chunk } => format!("xxh64:{chunk}"),
    }
}

/// The method of a name.
pub(crate) fn named(name: &str) -> Option<Method> {
    if let Some(chunk) = name.strip_prefix("xxh64:") {
        return Some(Method::Partial { chunk: chunk.parse().ok()? });
    }
    let mut all = Algorithm::ALL.into_iter();
    all.find(|it| it.name() == name).map(Method::Whole)
}

/// How many bytes a digest has.
pub(crate) fn length(method: Method) -> usize {
    match method {
        Method::Whole(algorithm) => algorithm.digest_len(),
        Method::Partial { .. } => 24,
    }
}

/// A digest as bytes; nothing if another method made it.
pub(crate) fn bytes(method: Method, content: &Content) -> Option<Vec<u8>> {
    let bytes = match (method, content) {
        (Method::Whole(wanted), Content::Whole(algorithm, digest))
            if wanted == *algorithm =>
        {
            digest.as_bytes().to_vec()
        }
        (Method::Partial { .. }, Content::Partial(ends)) => {
            [ends.first, ends.last, ends.size].map(u64::to_be_bytes).concat()
        }
        _ => return None,
    };
    (bytes.len() == length(method)).then_some(bytes)
}

/// The digest of bytes.
pub(crate) fn content(method: Method, bytes: &[u8]) -> Option<Content> {
    if bytes.len() != length(method) {
        return None;
    }
    Some(match method {
        Method::Whole(algorithm) => {
            Content::Whole(algorithm, Digest::from_bytes(bytes)?)
        }
        Method::Partial { .. } => {
            let part = |at: usize| {
                let part = bytes.get(at * 8..)?.first_chunk()?;
                Some(u64::from_be_bytes(*part))
            };
            let (first, last, size) = (part(0)?, part(1)?, part(2)?);
            Content::Partial(PartialDigest { first, last, size })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_a_name_and_every_digest_comes_back() {
        let whole = Algorithm::ALL.into_iter().map(Method::Whole);
        for method in whole.chain([Method::Partial { chunk: 4096 }]) {
            assert_eq!(named(&name(method)), Some(method));
            let bytes = vec![7; length(method)];
            let made = content(method, &bytes).unwrap();
            assert_eq!(super::bytes(method, &made), Some(bytes));
        }
        assert_eq!(named("sha0"), None);
        let other = content(Method::Whole(Algorithm::Md5), &[1; 16]).unwrap();
        assert_eq!(bytes(Method::Whole(Algorithm::Sha256), &other), None);
    }
}
