//! What is measured, for Prometheus.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// A kind of job, and how jobs of it ended.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(crate) struct JobLabels {
    pub(crate) kind: String,
    pub(crate) state: String,
}

/// A class of answers.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
pub(crate) struct AnswerLabels {
    pub(crate) method: String,
    pub(crate) status: u16,
}

/// The numbers.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Jobs that ended here.
    pub(crate) jobs: Family<JobLabels, Counter>,
    /// Jobs that are running here.
    pub(crate) running: Gauge,
    /// Jobs that wait.
    pub(crate) queued: Gauge,
    /// Files that jobs dealt with.
    pub(crate) files: Counter,
    /// Bytes that jobs dealt with.
    pub(crate) bytes: Counter,
    /// Requests that were answered.
    pub(crate) requests: Family<AnswerLabels, Counter>,
    /// How long that took, in seconds.
    pub(crate) seconds: Histogram,
    /// Connections that are open.
    pub(crate) connections: Gauge,
    /// Listeners to events.
    pub(crate) listeners: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            jobs: Family::default(),
            running: Gauge::default(),
            queued: Gauge::default(),
            files: Counter::default(),
            bytes: Counter::default(),
            requests: Family::default(),
            // From half a millisecond to over a minute.
            seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 18)),
            connections: Gauge::default(),
            listeners: Gauge::default(),
        }
    }

    /// Everything, as OpenMetrics has it.
    pub(crate) fn text(&self) -> String {
        let memory = Gauge::<i64>::default();
        memory.set(resident().unwrap_or(0));
        let mut all = Registry::with_prefix("sanchay");
        all.register("jobs", "Jobs that ended", self.jobs.clone());
        all.register("jobs_running", "Jobs running", self.running.clone());
        all.register("jobs_queued", "Jobs waiting", self.queued.clone());
        all.register("files", "Files dealt with", self.files.clone());
        all.register_with_unit(
            "read",
            "Bytes dealt with",
            Unit::Bytes,
            self.bytes.clone(),
        );
        all.register("requests", "Answers", self.requests.clone());
        all.register_with_unit(
            "request_duration",
            "How long answers took",
            Unit::Seconds,
            self.seconds.clone(),
        );
        let connections = self.connections.clone();
        all.register("connections", "Open connections", connections);
        all.register("listeners", "Event listeners", self.listeners.clone());
        all.register_with_unit(
            "resident_memory",
            "Memory of the process",
            Unit::Bytes,
            memory,
        );
        let mut text = String::new();
        // To write into a string cannot fail.
        let _ = encode(&mut text, &all);
        text
    }
}

/// How many bytes of memory the process has; on Linux only.
fn resident() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told_as_open_metrics() {
        let metrics = Metrics::new();
        let kind = "scan".to_owned();
        let labels = JobLabels { kind, state: "done".to_owned() };
        metrics.jobs.get_or_create(&labels).inc();
        metrics.files.inc_by(7);
        let text = metrics.text();
        let line = "sanchay_jobs_total{kind=\"scan\",state=\"done\"} 1";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("sanchay_files_total 7"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
