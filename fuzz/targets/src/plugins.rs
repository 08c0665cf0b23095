//! Whatever plugins return: an extractor and a filter answer with memory that
//! is the input, pointers and lengths included. Never a panic; what is taken
//! has the right number, types and order.

use std::sync::LazyLock;

use sanchay_sandbox::EntryKind;
use sanchay_sandbox::plugin::{
    NameBatch, Plugin, PluginOptions, Sample, Timestamp, Value,
};
use sanchay_testkit::plugin::{echo_extractor, echo_filter};

use crate::input::Input;

/// The most that the plugins take as an answer, in bytes.
const LONGEST: usize = 4096;

static EXTRACTOR: LazyLock<Plugin> = LazyLock::new(|| load(&echo_extractor()));
static FILTER: LazyLock<Plugin> = LazyLock::new(|| load(&echo_filter()));

fn load(component: &[u8]) -> Plugin {
    let mut options = PluginOptions::default();
    options.instances = 1;
    Plugin::load(component, &options).unwrap()
}

/// Has one of them answer with the input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.below(2) {
        0 => extract(input.rest()),
        _ => select(input.below(256) + 1, input.rest()),
    }
}

fn extract(answer: &[u8]) {
    let head = &answer[..answer.len().min(LONGEST)];
    let plugin = &*EXTRACTOR;
    plugin.forgive();
    let modified = Timestamp::default();
    let size = head.len() as u64;
    let sample =
        Sample { directory: b"", name: b"f", size, modified, mode: 0 };
    let mut source = |from, length: usize, space: &mut Vec<u8>| {
        let rest = usize::try_from(from).ok().and_then(|it| head.get(it..));
        let rest = rest.unwrap_or_default();
        space.extend_from_slice(&rest[..length.min(rest.len())]);
        Ok(())
    };
    let source = Some(&mut source as _);
    let mut values = Vec::new();
    let described =
        plugin.extractor().unwrap().extract(&sample, source, &mut values);
    assert_eq!(values.len(), plugin.columns().len());
    if described.is_err() {
        assert!(values.iter().all(Option::is_none), "{values:?}");
    }
    for (value, column) in values.iter().zip(plugin.columns()) {
        let Some(value) = value else { continue };
        assert_eq!(value.value_type(), column.value_type);
        if let Value::Timestamp(moment) = value {
            assert!(moment.nanoseconds < 1_000_000_000);
        }
    }
}

fn select(count: usize, answer: &[u8]) {
    let names = &answer[..answer.len().min(LONGEST)];
    // One name has all the bytes; the others none.
    let ends = vec![u32::try_from(names.len()).unwrap(); count];
    let plugin = &*FILTER;
    plugin.forgive();
    let batch = NameBatch {
        directory: b"",
        names,
        ends: &ends,
        kinds: &vec![EntryKind::File; count],
        metadata: None,
    };
    let mut wanted = Vec::new();
    if plugin.filter().unwrap().select(&batch, &mut wanted).is_err() {
        assert!(wanted.is_empty());
    }
    assert!(wanted.is_sorted_by(|a, b| a < b), "{wanted:?}");
    assert!(wanted.iter().all(|index| (*index as usize) < count));
}
