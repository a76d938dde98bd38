// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which program each process runs, with which libraries, and on whose behalf, from `/proc`.
//! Whether they are still the right ones is decided elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::StatxFlags;
use rustix::time::{ClockId, clock_gettime};

use super::files;
use super::processes::{
    command, known_of, parse_mapping, parse_started, pids, split_deleted, target,
};

/// On whose behalf a process runs, by its control group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// A unit of the system.
    Unit(String),
    /// A user who is logged in, whatever unit of the user's own it is.
    User(u32),
    /// No unit: without systemd.
    Nobody,
}

/// A process that sees the system's files; not one in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub pid: i32,
    pub uid: u32,
    /// As in `/proc/PID/comm`.
    pub command: String,
    pub owner: Owner,
    /// When it was started, by [`uptime`].
    pub started: Duration,
    /// What it executes, and what its command line names where that of a script is.
    pub programs: BTreeSet<PathBuf>,
    /// The other files that it has code from.
    pub libraries: BTreeSet<PathBuf>,
}

/// Every process with a program, but for those in containers and chroots: what they call `/usr`
/// is another one.
pub fn running() -> Vec<Program> {
    let Some(root) = root_of(Path::new("/proc/1")) else {
        return Vec::new();
    };
    let sees_it = |pid: &i32| root_of(&process(*pid)) == Some(root);
    pids()
        .into_iter()
        .filter(sees_it)
        .filter_map(program)
        .collect()
}

/// The time since the system was booted, suspended or not; nobody sets that clock.
pub fn uptime() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds)
        + Duration::from_nanos(u64::try_from(now.tv_nsec).unwrap_or_default())
}

/// On whose behalf the caller runs.
pub fn owner_of_the_caller() -> Owner {
    owner(&process(std::process::id().try_into().unwrap_or_default()))
}

fn process(pid: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

fn root_of(process: &Path) -> Option<(u64, u64)> {
    let root = known_of(&process.join("root"), StatxFlags::INO)?;
    let device = rustix::fs::makedev(root.stx_dev_major, root.stx_dev_minor);
    Some((device, root.stx_ino))
}

fn owner(process: &Path) -> Owner {
    fs::read_to_string(process.join("cgroup")).map_or(Owner::Nobody, |cgroup| owner_in(&cgroup))
}

/// `None` of a thread of the kernel, and of what is gone.
fn program(pid: i32) -> Option<Program> {
    let process = process(pid);
    let (executable, _) = target(&process.join("exe"))?;
    let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
    let maps = files::read_of_kernel(&process.join("maps")).unwrap_or_default();
    let stat = fs::read(process.join("stat")).ok()?;
    let mut programs = named(&arguments);
    let mut libraries = code(&maps);
    libraries.remove(&executable);
    programs.insert(executable);
    Some(Program {
        pid,
        uid: fs::metadata(&process).ok()?.uid(),
        command: command(&process),
        owner: owner(&process),
        started: parse_started(&stat)?,
        programs,
        libraries,
    })
}

/// The absolute paths where the kernel puts a script among the arguments of what reads it: behind
/// the program, and behind an option that the script asks for.
fn named(arguments: &[u8]) -> BTreeSet<PathBuf> {
    arguments
        .split(|byte| *byte == 0)
        .take(3)
        .skip(1)
        .filter(|argument| argument.starts_with(b"/"))
        .map(|argument| PathBuf::from(std::ffi::OsStr::from_bytes(argument)))
        .collect()
}

/// The files that code is mapped from. Data is mapped as well, of locales and fonts: those are
/// not what somebody restarts a service for.
fn code(maps: &[u8]) -> BTreeSet<PathBuf> {
    maps.split(|byte| *byte == b'\n')
        .filter_map(parse_mapping)
        .filter(|mapping| mapping.executes)
        .map(|mapping| split_deleted(mapping.path).0)
        .collect()
}

/// The outermost unit of the system in a `/proc/PID/cgroup` file: what is in it is its own
/// matter, be it a container's or a user's units.
fn owner_in(cgroup: &str) -> Owner {
    const SUFFIXES: [&str; 5] = [".service", ".scope", ".socket", ".mount", ".swap"];
    for line in cgroup.lines() {
        for part in line.splitn(3, ':').nth(2).unwrap_or_default().split('/') {
            if let Some(uid) = user_of_slice(part) {
                return Owner::User(uid);
            }
            if SUFFIXES.iter().any(|suffix| part.ends_with(suffix)) {
                return Owner::Unit(part.to_owned());
            }
        }
    }
    Owner::Nobody
}

/// `user-1000.slice`
fn user_of_slice(part: &str) -> Option<u32> {
    part.strip_prefix("user-")?
        .strip_suffix(".slice")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_the_outermost_unit_or_the_user() {
        let unit = |name: &str| Owner::Unit(name.to_owned());
        for (cgroup, wanted) in [
            ("0::/system.slice/ssh.service", unit("ssh.service")),
            ("0::/init.scope", unit("init.scope")),
            (
                "0::/machine.slice/systemd-nspawn@x.service/payload/system.slice/cron.service",
                unit("systemd-nspawn@x.service"),
            ),
            (
                "0::/user.slice/user-0.slice/session-3.scope",
                Owner::User(0),
            ),
            (
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
                Owner::User(1000),
            ),
            (
                "2:cpu:/\n1:name=systemd:/system.slice/cron.service\n0::/",
                unit("cron.service"),
            ),
            ("0::/", Owner::Nobody),
            ("", Owner::Nobody),
        ] {
            assert_eq!(owner_in(cgroup), wanted, "{cgroup}");
        }
    }

    #[test]
    fn code_counts_and_data_does_not() {
        let maps = b"7f00-7f01 r--p 00000000 00:32 1   /usr/lib/liba.so.1\n\
            7f01-7f02 r-xp 00001000 00:32 1   /usr/lib/liba.so.1\n\
            7f03-7f04 r-xp 00001000 00:32 2   /lib/libb.so.1 (deleted)\n\
            7f05-7f06 r--p 00000000 00:32 3   /usr/lib/locale/locale-archive\n\
            7f07-7f08 r-xp 00000000 00:00 0   [vdso]\n";
        let wanted = ["/lib/libb.so.1", "/usr/lib/liba.so.1"].map(PathBuf::from);
        assert_eq!(code(maps), BTreeSet::from(wanted));
    }

    #[test]
    fn a_script_is_an_argument() {
        let found = named(b"/usr/bin/python3\0-u\0/usr/bin/firewalld\0/usr/share/more\0");
        assert_eq!(found, BTreeSet::from(["/usr/bin/firewalld".into()]));
    }

    #[test]
    fn we_run_ourselves() {
        let pid: i32 = std::process::id().try_into().unwrap_or_default();
        let own = program(pid);
        let executable = std::env::current_exe().unwrap_or_default();
        assert!(
            own.as_ref()
                .is_some_and(|own| own.programs.contains(&executable))
        );
        let is_before = |own: &Program| own.started <= uptime() && !own.started.is_zero();
        assert!(own.as_ref().is_some_and(is_before));
        let is_libc = |path: &PathBuf| path.to_string_lossy().contains("/libc.so");
        assert!(own.is_some_and(|own| own.libraries.iter().any(is_libc)));
    }
}
