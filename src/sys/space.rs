// SPDX-License-Identifier: LGPL-2.1-or-later
//! How much room there is, in bytes.

use std::path::Path;

use crate::error::{Error, Kind, Result};

/// Free for us on the file system of `path`.
pub fn free_on(path: &Path) -> Result<u64> {
    let file_system =
        rustix::fs::statvfs(path).map_err(|e| Error::os("looking for space", e).at(path))?;
    Ok(file_system.f_bavail.saturating_mul(file_system.f_frsize))
}

/// Memory that can be had without swapping.
pub fn available_memory() -> Result<u64> {
    const MEMINFO: &str = "/proc/meminfo";
    let text = std::fs::read_to_string(MEMINFO)
        .map_err(|e| Error::io("looking for memory", e).at(MEMINFO))?;
    parse_available(&text)
        .ok_or_else(|| Error::new(Kind::Failed, "it does not say what is available").at(MEMINFO))
}

fn parse_available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_in_bytes() {
        let text = "MemTotal:  8 kB\nMemFree: 1 kB\nMemAvailable:    3 kB\n";
        assert_eq!(parse_available(text), Some(3072));
        assert_eq!(parse_available("MemTotal:  8 kB\n"), None);
    }
}
