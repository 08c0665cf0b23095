//! What listeners are told as it happens: a ring of the latest events, and a
//! signal that there are more. A listener takes them from the ring at its own
//! pace: a slow one delays nobody, and one that falls behind by more than the
//! ring holds is told to ask for everything anew.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use sanchay_sync::lock;
use serde_json::Value;
use tokio::sync::watch;

use crate::time;

/// How many events are kept for those who come back.
const KEPT: usize = 1000;

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event {
    /// Ascends, over restarts, too.
    pub(crate) id: u64,
    /// `progress`, `job`, `plan`, `snapshot`, `marks`.
    pub(crate) kind: &'static str,
    /// The job that it is about.
    pub(crate) job: Option<i64>,
    /// JSON.
    pub(crate) data: String,
}

/// Where events go and come from.
#[derive(Debug)]
pub(crate) struct Hub {
    ring: Mutex<Ring>,
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct Ring {
    events: VecDeque<Arc<Event>>,
    next: u64,
}

/// What a listener gets next.
pub(crate) enum Next {
    /// These, which are new to it.
    Events(Vec<Arc<Event>>),
    /// It missed some: it must ask for everything. Up to this id it then
    /// knows.
    Reset(u64),
}

impl Hub {
    pub(crate) fn new() -> Self {
        // A start is later than the one before, by more than a thousand
        // events a second come to.
        let begun = u64::try_from(time::now()).unwrap_or(0);
        let ring = Ring { events: VecDeque::new(), next: begun << 10 };
        let (newest, _) = watch::channel(ring.next.saturating_sub(1));
        Self { ring: Mutex::new(ring), newest }
    }

    /// Tells everybody.
    pub(crate) fn publish(
        &self,
        kind: &'static str,
        job: Option<i64>,
        data: &Value,
    ) {
        let data = data.to_string();
        let id = {
            let mut ring = lock(&self.ring);
            let id = ring.next;
            ring.next = ring.next.saturating_add(1);
            if ring.events.len() == KEPT {
                ring.events.pop_front();
            }
            ring.events.push_back(Arc::new(Event { id, kind, job, data }));
            id
        };
        self.newest.send_replace(id);
    }

    /// The number of the newest event.
    pub(crate) fn newest(&self) -> u64 {
        *self.newest.borrow()
    }

    /// Says when there are more.
    pub(crate) fn signal(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// What happened after an event.
    pub(crate) fn after(&self, last: u64) -> Next {
        let ring = lock(&self.ring);
        let newest = ring.next.saturating_sub(1);
        let oldest = ring.events.front().map_or(ring.next, |it| it.id);
        // An id of an earlier start, or one that no event ever had.
        if last.saturating_add(1) < oldest || last > newest {
            return Next::Reset(newest);
        }
        let known = last.saturating_add(1).saturating_sub(oldest);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        Next::Events(ring.events.iter().skip(known).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(hub: &Hub, count: u64) {
        for number in 0..count {
            hub.publish("job", None, &Value::from(number));
        }
    }

    #[test]
    fn a_listener_gets_each_event_once_and_in_order() {
        let hub = Hub::new();
        let mut last = hub.newest();
        let mut seen = Vec::new();
        for count in [1, 0, 5, 999, 1000] {
            publish(&hub, count);
            match hub.after(last) {
                Next::Events(events) => {
                    assert_eq!(events.len() as u64, count);
                    for event in events {
                        assert_eq!(event.id, last + 1);
                        last = event.id;
                        seen.push(event.data.clone());
                    }
                }
                Next::Reset(_) => panic!("nothing was missed"),
            }
        }
        assert_eq!(seen.len(), 2005);
    }

    #[test]
    fn a_listener_that_missed_events_is_told_so() {
        let hub = Hub::new();
        let start = hub.newest();
        publish(&hub, 1001);
        assert!(
            matches!(hub.after(start), Next::Reset(id) if id == start + 1001)
        );
        assert!(matches!(hub.after(0), Next::Reset(_)));
        assert!(matches!(hub.after(u64::MAX), Next::Reset(_)));
        let Next::Events(rest) = hub.after(start + 1) else {
            panic!("the ring has them all");
        };
        assert_eq!(rest.len(), 1000);
    }
}
