//! The chunk of a partial digest.

use sanchay::MAX_CHUNK;

use super::size;

/// Parses the chunk's size.
pub(crate) fn parse(text: &str) -> Result<u32, String> {
    let size = size::parse(text)?;
    u32::try_from(size)
        .ok()
        .filter(|chunk| (1..=MAX_CHUNK).contains(chunk))
        .ok_or_else(|| format!("a chunk has 1 to {MAX_CHUNK} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_within_its_bounds() {
        assert_eq!(parse("64KiB"), Ok(65_536));
        assert_eq!(parse("1"), Ok(1));
        assert_eq!(parse(&MAX_CHUNK.to_string()), Ok(MAX_CHUNK));
        assert!(parse("0").is_err());
        assert!(parse(&(u64::from(MAX_CHUNK) + 1).to_string()).is_err());
        assert!(parse("8TiB").is_err());
    }
}
