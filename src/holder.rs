// SPDX-License-Identifier: LGPL-2.1-or-later
//! Who holds something that is in the way: plain data, named for a person.
//! Finding them is not done here.

use std::fmt;

/// What a process does with the thing it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i32)]
#[non_exhaustive]
pub enum Use {
    /// A file is open for writing, or mapped shared and writable.
    Writes = 0,
    /// The program being run is one that would be lost.
    Runs = 1,
    /// A file that would be lost is mapped (a library, usually).
    Maps = 2,
    /// A file that would be lost is open.
    Reads = 3,
    /// The working or root directory would be lost.
    WorksIn = 4,
    /// The lock of the sysroot.
    Locks = 5,
}

impl Use {
    /// The word in messages and for programs.
    pub fn name(self) -> &'static str {
        match self {
            Use::Writes => "writes",
            Use::Runs => "runs",
            Use::Maps => "maps",
            Use::Reads => "reads",
            Use::WorksIn => "works in",
            Use::Locks => "locks",
        }
    }
}

/// One process and one thing it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process id, as seen from the caller's pid namespace.
    pub pid: i32,
    /// The command, as in `/proc/PID/comm`.
    pub command: String,
    /// The user it runs as, by number.
    pub uid: u32,
    /// The systemd unit it belongs to, where there is one.
    pub unit: Option<String>,
    /// What it does with it.
    pub how: Use,
    /// The path, as the system sees it; not always UTF-8, so shown lossily.
    pub path: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {} ({}, uid {}", self.pid, self.command, self.uid)?;
        if let Some(unit) = &self.unit {
            write!(f, ", {unit}")?;
        }
        write!(f, ") {} {}", self.how.name(), self.path)
    }
}
