//! Shards: whatever is read as one is JSON to an independent parser too, says
//! the same there, and is the same when it is written and read again.

use sanchay_core::shard::{Output, Shard, identity};
use sanchay_output::shard::{output, seal};
use serde_json::Value;

/// Reads an input as what is said of an output, and as the beginning of a
/// line, which gets the digest that it must have.
pub fn run(input: &[u8]) {
    if let Ok(told) = Output::parse(input) {
        assert_eq!(Output::parse(&output(&told)).as_ref(), Ok(&told));
    }
    let mut line = input.to_vec();
    let id = identity(input);
    line.extend_from_slice(format!(",\"id\":\"{id}\"}}").as_bytes());
    let Ok(shard) = Shard::parse(&line) else { return };
    let json: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(json["format"], "sanchay-shard");
    assert_eq!(json["index"], shard.index);
    assert_eq!(json["files"], shard.files);
    assert_eq!(json["parts"].as_array().unwrap().len(), shard.parts.len());
    assert_eq!(json["id"], shard.id);
    let mut shards = [shard.clone()];
    let text = seal(&mut shards);
    let [again] = shards;
    assert_eq!(Shard::parse(&text).as_ref(), Ok(&again));
    assert_eq!((again.parts, again.work), (shard.parts, shard.work));
}
