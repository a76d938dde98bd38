// SPDX-License-Identifier: LGPL-2.1-or-later
//! Who uses what, from `/proc`. A process that goes away while it is looked at is
//! passed over; whether a use matters is decided elsewhere.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Statx, StatxFlags};

use crate::holder::{Holder, Use};
use crate::sys::files;
use crate::sys::mountinfo::{self, Mount};

/// One use of one file of a file system by one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub pid: i32,
    pub how: Use,
    /// The path as the kernel shows it for that process.
    pub path: PathBuf,
    /// The same from the top of the file system, relative, as far as the mounts tell.
    pub below: PathBuf,
    /// The file's inode, where it is of an overlay and nothing says of which one.
    pub inode: Option<u64>,
    /// The file has no name any more.
    pub deleted: bool,
}

impl Reference {
    /// The same, with what a person wants to know of the process.
    pub fn describe(&self) -> Holder {
        let process = PathBuf::from(format!("/proc/{}", self.pid));
        Holder {
            pid: self.pid,
            command: command(&process),
            uid: fs::metadata(&process).map_or(0, |m| m.uid()),
            unit: fs::read_to_string(process.join("cgroup"))
                .ok()
                .and_then(|cgroup| unit_of(&cgroup)),
            how: self.how,
            path: self.path.to_string_lossy().into_owned(),
        }
    }
}

/// Every use of the file system `device` by any process, in every mount namespace and
/// also on mounts of it that were detached; and of the overlays that may be meant too, with their
/// inodes: those of mounts like these, and detached ones.
pub fn uses_of(device: (u32, u32), may_be_meant: &dyn Fn(&Mount) -> bool) -> Vec<Reference> {
    let mut scan = Scan {
        device,
        may_be_meant,
        shows_what_is_beneath: kernel() < (6, 8),
        namespaces: HashMap::new(),
        found: Vec::new(),
    };
    for pid in pids() {
        scan.process(pid);
    }
    scan.found
}

/// The version of the kernel that runs.
fn kernel() -> (u32, u32) {
    parse_version(&rustix::system::uname().release().to_string_lossy())
}

/// `6.1.0-31-amd64`
fn parse_version(release: &str) -> (u32, u32) {
    let mut numbers = release
        .split(|c: char| !c.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The processes that have the file with this device and inode open.
pub fn who_opened(file: (u64, u64)) -> Vec<Reference> {
    let mut found = Vec::new();
    for pid in pids() {
        let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            continue;
        };
        for entry in entries.flatten() {
            let Some(known) = known_of(&entry.path(), StatxFlags::INO) else {
                continue;
            };
            let device = rustix::fs::makedev(known.stx_dev_major, known.stx_dev_minor);
            if (device, known.stx_ino) == file {
                let (path, deleted) = target(&entry.path()).unwrap_or_default();
                found.push(Reference {
                    pid,
                    how: Use::Locks,
                    below: PathBuf::new(),
                    inode: None,
                    path,
                    deleted,
                });
                break;
            }
        }
    }
    found
}

/// What the process calls itself, which is anything: it goes to the terminals of others, and so
/// what could play with them is replaced.
pub(super) fn command(process: &Path) -> String {
    let command = fs::read(process.join("comm")).unwrap_or_default();
    plain(String::from_utf8_lossy(&command).trim_end())
}

/// A line in which nothing controls a terminal.
pub fn plain(line: &str) -> String {
    let plain = |c: char| match c.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => c,
    };
    line.chars().map(plain).collect()
}

/// The parent of `pid`, where it can be read.
pub fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse_parent(&stat)
}

fn parse_parent(stat: &[u8]) -> Option<i32> {
    after_the_name(stat, 1)?.parse().ok()
}

/// When the process was started, after the boot.
pub(super) fn parse_started(stat: &[u8]) -> Option<Duration> {
    // USER_HZ, which the kernel counts in for all users, is the same on every machine.
    const TICK: u64 = 10;
    let ticks: u64 = after_the_name(stat, 19)?.parse().ok()?;
    Some(Duration::from_millis(ticks.saturating_mul(TICK)))
}

/// A field of a stat file, counted from the one that follows the name. That may hold
/// anything, parentheses too: what counts is the last one.
fn after_the_name(stat: &[u8], index: usize) -> Option<&str> {
    let end = stat.iter().rposition(|b| *b == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
    rest.split_whitespace().nth(index)
}

pub(super) fn pids() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The mounts of one namespace.
struct Namespace {
    all: HashSet<u64>,
    ours: HashMap<u64, Mount>,
    /// The file systems of all others.
    elsewhere: HashSet<(u32, u32)>,
}

struct Scan<'a> {
    device: (u32, u32),
    may_be_meant: &'a dyn Fn(&Mount) -> bool,
    /// KERNEL(6.8): of a file of an overlay that is mapped, older ones name the device of the one
    /// beneath it, as that of any other file there.
    shows_what_is_beneath: bool,
    namespaces: HashMap<u64, Namespace>,
    found: Vec<Reference>,
}

impl Scan<'_> {
    fn process(&mut self, pid: i32) {
        let process = PathBuf::from(format!("/proc/{pid}"));
        let Ok(namespace) = fs::metadata(process.join("ns/mnt")) else {
            return;
        };
        let namespace = namespace.ino();
        if !self.namespaces.contains_key(&namespace) {
            let mounts = mountinfo::load_file(&process.join("mountinfo")).unwrap_or_default();
            let all = mounts.iter().map(|m| m.id.into()).collect();
            let is_ours = |m: &Mount| m.device == self.device || (self.may_be_meant)(m);
            let (ours, others): (Vec<_>, Vec<_>) = mounts.into_iter().partition(is_ours);
            let entry = Namespace {
                all,
                ours: ours.into_iter().map(|m| (m.id.into(), m)).collect(),
                elsewhere: others.iter().map(|m| m.device).collect(),
            };
            self.namespaces.insert(namespace, entry);
        }
        for (link, how) in [
            ("exe", Use::Runs),
            ("cwd", Use::WorksIn),
            ("root", Use::WorksIn),
        ] {
            let found = self.reference(pid, namespace, how, &process.join(link));
            self.found.extend(found);
        }
        self.open_files(pid, namespace, &process);
        self.mappings(pid, namespace, &process);
    }

    fn open_files(&mut self, pid: i32, namespace: u64, process: &Path) {
        let Ok(entries) = fs::read_dir(process.join("fd")) else {
            return;
        };
        for entry in entries.flatten() {
            let Some(found) = self.reference(pid, namespace, Use::Reads, &entry.path()) else {
                continue;
            };
            // What is not known to be only read counts as written.
            let info = fs::read(process.join("fdinfo").join(entry.file_name()));
            let flags = info.ok().and_then(|info| parse_flags(&info));
            let flags = flags.unwrap_or(libc::O_RDWR as u64);
            let access = flags & libc::O_ACCMODE as u64;
            let opened_only_as_path = flags & libc::O_PATH as u64 != 0;
            let writes = access != libc::O_RDONLY as u64 && !opened_only_as_path;
            let how = if writes { Use::Writes } else { Use::Reads };
            self.found.push(Reference { how, ..found });
        }
    }

    fn mappings(&mut self, pid: i32, namespace: u64, process: &Path) {
        let Ok(maps) = files::read_of_kernel(&process.join("maps")) else {
            return;
        };
        let mut seen = HashSet::new();
        for line in maps.split(|b| *b == b'\n') {
            let Some(mapping) = parse_mapping(line) else {
                continue;
            };
            let file = (mapping.device, mapping.inode, mapping.path);
            if !seen.insert((mapping.writes, file)) {
                continue;
            }
            let known = self.namespaces.get(&namespace);
            let is_elsewhere = known.is_some_and(|n| n.elsewhere.contains(&mapping.device));
            if is_elsewhere && !self.shows_what_is_beneath {
                continue;
            }
            let how = if mapping.writes {
                Use::Writes
            } else {
                Use::Maps
            };
            let link = process.join("map_files").join(&mapping.range);
            if let Some(found) = self.reference(pid, namespace, how, &link) {
                let inode = found.inode.filter(|_| mapping.device != self.device);
                self.found.push(Reference { inode, ..found });
            }
        }
    }

    /// The use of the file that `link` leads to, if that may be one of ours.
    fn reference(&self, pid: i32, namespace: u64, how: Use, link: &Path) -> Option<Reference> {
        let known = self.namespaces.get(&namespace)?;
        let stat = known_of(link, StatxFlags::MNT_ID | StatxFlags::INO)?;
        let mount = known.ours.get(&stat.stx_mnt_id);
        // A mount that is in no table any more was detached: then the file itself has to say of
        // which file system it is. A directory does, and others where all layers are on one.
        let is_certain = match mount {
            Some(mount) => mount.device == self.device,
            None if known.all.contains(&stat.stx_mnt_id) => return None,
            None => false,
        };
        let is_certain = is_certain || (stat.stx_dev_major, stat.stx_dev_minor) == self.device;
        let (path, deleted) = target(link)?;
        // A socket, a pipe, or what lies in memory alone: no overlay was ever asked for it.
        if !is_certain && mount.is_none() && (deleted || !path.is_absolute()) {
            return None;
        }
        Some(Reference {
            pid,
            how,
            below: below(mount, &path),
            inode: (!is_certain).then_some(stat.stx_ino),
            path,
            deleted,
        })
    }
}

/// A path from the top of its file system, which is that of a mount that was detached, as far as
/// one can know.
fn below(mount: Option<&Mount>, path: &Path) -> PathBuf {
    let (root, path) = match mount {
        Some(mount) => (
            mount.root.as_path(),
            path.strip_prefix(&mount.point).unwrap_or(path),
        ),
        None => (Path::new("/"), path),
    };
    let names = root.components().chain(path.components());
    names
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect()
}

/// What the kernel knows by itself: a server of a network file system may never answer.
pub(super) fn known_of(link: &Path, wanted: StatxFlags) -> Option<Statx> {
    let flags = AtFlags::STATX_DONT_SYNC | AtFlags::NO_AUTOMOUNT;
    rustix::fs::statx(CWD, link, flags, wanted).ok()
}

pub(super) fn target(link: &Path) -> Option<(PathBuf, bool)> {
    let path = fs::read_link(link).ok()?;
    Some(split_deleted(path.as_os_str().as_bytes()))
}

pub(super) fn split_deleted(path: &[u8]) -> (PathBuf, bool) {
    let (path, deleted) = match path.strip_suffix(b" (deleted)") {
        Some(path) => (path, true),
        None => (path, false),
    };
    (PathBuf::from(std::ffi::OsStr::from_bytes(path)), deleted)
}

/// `flags`, in octal, of a fdinfo file.
fn parse_flags(text: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(text);
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"))?;
    u64::from_str_radix(flags.trim(), 8).ok()
}

pub(super) struct Mapping<'a> {
    /// As its name in `map_files`.
    range: String,
    writes: bool,
    pub executes: bool,
    device: (u32, u32),
    inode: u64,
    pub path: &'a [u8],
}

/// `7f… rw-s 00000000 00:32 1234    /usr/lib/x.so`
pub(super) fn parse_mapping(line: &[u8]) -> Option<Mapping<'_>> {
    let path = &line[line.iter().position(|b| *b == b'/')?..];
    let head = std::str::from_utf8(&line[..line.len() - path.len()]).ok()?;
    let mut fields = head.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    // There without the zeros in front that it has here.
    let [start, end] = [start, end].map(|address| address.trim_start_matches('0'));
    let permissions = fields.next()?;
    let (major, minor) = fields.nth(1)?.split_once(':')?;
    Some(Mapping {
        range: format!("{start}-{end}"),
        writes: permissions.contains('w') && permissions.ends_with('s'),
        executes: permissions.contains('x'),
        device: (
            u32::from_str_radix(major, 16).ok()?,
            u32::from_str_radix(minor, 16).ok()?,
        ),
        inode: fields.next()?.parse().ok()?,
        path,
    })
}

/// The innermost systemd unit in a `/proc/PID/cgroup` file.
fn unit_of(cgroup: &str) -> Option<String> {
    const SUFFIXES: [&str; 5] = [".service", ".scope", ".socket", ".mount", ".swap"];
    cgroup
        .lines()
        .filter_map(|line| line.splitn(3, ':').nth(2))
        .flat_map(|path| path.rsplit('/'))
        .find(|part| SUFFIXES.iter().any(|suffix| part.ends_with(suffix)))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fdinfo_gives_the_flags() {
        let text = b"pos:\t0\nflags:\t0100002\nmnt_id:\t40\nino:\t7\n";
        assert_eq!(parse_flags(text), Some(0o100002));
        assert_eq!(parse_flags(b"pos:\t0\n"), None);
    }

    #[test]
    fn the_version_is_two_numbers() {
        assert_eq!(parse_version("6.1.0-31-amd64"), (6, 1));
        assert_eq!(parse_version("6.12+rc1"), (6, 12));
        assert_eq!(parse_version("odd"), (0, 0));
    }

    #[test]
    fn a_path_is_taken_from_the_top_of_its_file_system() {
        let line = |root: &str, point: &str| {
            let line = format!("40 22 0:50 {root} {point} rw - overlay x rw");
            mountinfo::parse(line.as_bytes()).unwrap_or_default()
        };
        let shown =
            |root: &str, point: &str, path: &str| below(line(root, point).first(), Path::new(path));
        assert_eq!(shown("/", "/usr", "/usr/bin/x"), Path::new("bin/x"));
        assert_eq!(
            shown("/share/x", "/opt/x", "/opt/x/y"),
            Path::new("share/x/y")
        );
        assert_eq!(shown("/share/x", "/opt/x", "/opt/x"), Path::new("share/x"));
        assert_eq!(below(None, Path::new("/bin/x")), Path::new("bin/x"));
        assert_eq!(below(None, Path::new("/")), Path::new(""));
    }

    #[test]
    fn a_mapping_writes_only_if_shared_and_writable() {
        let line = |permissions: &str| {
            format!("007f00-007f01 {permissions} 00000000 00:32 1234   /usr/lib/a b.so")
        };
        let writes =
            |permissions: &str| parse_mapping(line(permissions).as_bytes()).map(|m| m.writes);
        assert_eq!(writes("rw-s"), Some(true));
        assert_eq!(writes("r--s"), Some(false));
        assert_eq!(writes("rw-p"), Some(false));
        let text = line("r-xp");
        let mapping = parse_mapping(text.as_bytes());
        assert_eq!(mapping.as_ref().map(|m| m.device), Some((0, 0x32)));
        assert_eq!(mapping.as_ref().map(|m| m.inode), Some(1234));
        assert_eq!(mapping.as_ref().map(|m| &*m.range), Some("7f00-7f01"));
        assert_eq!(mapping.map(|m| m.path), Some(&b"/usr/lib/a b.so"[..]));
        assert!(parse_mapping(b"7f00-7f01 rw-p 00000000 00:00 0 [heap]").is_none());
    }

    #[test]
    fn the_innermost_unit_is_named() {
        let unit = |text: &str| unit_of(text);
        assert_eq!(
            unit("0::/user.slice/user-0.slice/session-3.scope\n").as_deref(),
            Some("session-3.scope")
        );
        assert_eq!(
            unit("0::/system.slice/ssh.service/sub\n").as_deref(),
            Some("ssh.service")
        );
        assert_eq!(unit("0::/\n"), None);
    }

    #[test]
    fn a_name_cannot_play_with_a_terminal() {
        assert_eq!(
            plain("a\x1b]0;x\x07\n\u{9b}b"),
            "a\u{fffd}]0;x\u{fffd}\u{fffd}\u{fffd}b"
        );
        assert_eq!(plain("(sd-pam) ä"), "(sd-pam) ä");
    }

    #[test]
    fn the_parent_is_read_past_any_name() {
        assert_eq!(parse_parent(b"7 (a) b (c)) S 5 7 7"), Some(5));
        assert_eq!(parse_parent(b"7"), None);
    }

    #[test]
    fn the_start_is_the_twenty_second_field() {
        let stat = b"7 (a) b) S 5 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1234 99";
        assert_eq!(parse_started(stat), Some(Duration::from_millis(12_340)));
    }

    #[test]
    fn a_deleted_file_is_said_to_be() {
        assert_eq!(
            split_deleted(b"/usr/x (deleted)"),
            (PathBuf::from("/usr/x"), true)
        );
        assert_eq!(split_deleted(b"/usr/x"), (PathBuf::from("/usr/x"), false));
    }
}
