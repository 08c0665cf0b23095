//! A few devices, remembered by their numbers.

use std::sync::Mutex;

use sanchay_sync::lock;

/// A set of devices: there are never more than a few.
#[derive(Debug, Default)]
pub(super) struct Devices(Mutex<Vec<u64>>);

impl Devices {
    pub(super) fn contains(&self, device: u64) -> bool {
        lock(&self.0).contains(&device)
    }

    pub(super) fn insert(&self, device: u64) {
        let mut devices = lock(&self.0);
        if !devices.contains(&device) {
            devices.push(device);
        }
    }
}
