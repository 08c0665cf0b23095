//! The interface `resembling`.

use alloc::vec::Vec;
use core::cell::RefCell;

use sanchay_core::similarity as logic;

use crate::Inspector;
use crate::interfaces::exports::sanchay::inspect::resembling as wit;

impl wit::Guest for Inspector {
    type Sketcher = Sketcher;
    type Collector = Collector;
}

/// A sketch in the making.
pub(crate) struct Sketcher(RefCell<logic::Sketcher>);

impl wit::GuestSketcher for Sketcher {
    fn new(shingling: wit::Shingling) -> Self {
        Self(RefCell::new(logic::Sketcher::new(shingling.into())))
    }

    fn update(&self, data: Vec<u8>) -> bool {
        self.0.borrow_mut().update(&data)
    }

    fn finish(&self) -> Option<wit::Sketch> {
        self.0.borrow_mut().finish().map(|sketch| wit::Sketch {
            signature: sketch.signature.into_values(),
            digest: sketch.digest.to_vec(),
            shingles: sketch.shingles,
        })
    }
}

/// A set of shingles in the making.
pub(crate) struct Collector(RefCell<logic::Collector>);

impl wit::GuestCollector for Collector {
    fn new(shingling: wit::Shingling) -> Self {
        Self(RefCell::new(logic::Collector::new(shingling.into())))
    }

    fn update(&self, data: Vec<u8>) -> bool {
        self.0.borrow_mut().update(&data)
    }

    fn finish(&self) -> Option<Vec<u64>> {
        self.0.borrow_mut().finish().ok()
    }
}

impl From<wit::Shingling> for logic::Shingling {
    fn from(shingling: wit::Shingling) -> Self {
        let unit = match shingling.of {
            wit::Unit::Words => logic::Unit::Words,
            wit::Unit::Characters => logic::Unit::Characters,
        };
        Self::clamped(unit, shingling.size)
    }
}
