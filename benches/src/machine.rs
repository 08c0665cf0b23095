//! What the figures were taken on.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use crate::floor;
use crate::problem::{Result, Trying};

/// Where the kernel takes the request to forget what it has read.
const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// The processor, the memory and the kernel in one line.
pub(crate) fn description() -> String {
    let threads = floor::processors();
    let processor = field("/proc/cpuinfo", "model name")
        .unwrap_or_else(|| "an unknown processor".to_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or(0, |kibibytes| kibibytes / (1024 * 1024));
    let kernel =
        fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{processor}, {threads} threads, {memory} GiB, Linux {}",
        kernel.trim()
    )
}

/// Today, in UTC.
pub(crate) fn date() -> String {
    Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// How many threads wanted a processor on average in the last minute.
pub(crate) fn load() -> f64 {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or(0.0)
}

/// Whether this process may empty the cache.
pub(crate) fn can_forget() -> bool {
    rustix::fs::access(DROP_CACHES, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Makes the kernel forget the files, directories and inodes it has read.
///
/// # Errors
///
/// Where the process may not.
pub(crate) fn forget() -> Result<()> {
    rustix::fs::sync();
    fs::write(DROP_CACHES, "3").trying("write", Path::new(DROP_CACHES))
}

/// What follows the colon on the first line that begins with the name.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
