// SPDX-License-Identifier: LGPL-2.1-or-later
//! The kernel's table of mounts, `/proc/PID/mountinfo`. Parsing is pure and split
//! from reading.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::sys::files;

/// One line of mountinfo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub id: u32,
    pub parent: u32,
    /// Major and minor number of the superblock.
    pub device: (u32, u32),
    /// Which directory of its file system it shows.
    pub root: PathBuf,
    pub point: PathBuf,
    pub read_only: bool,
    pub shared: bool,
    pub fs_type: String,
    pub source: String,
    /// The superblock's options, as the kernel escapes them.
    pub super_options: String,
}

impl Mount {
    /// One of the superblock's options, still escaped.
    pub fn super_option(&self, key: &str) -> Option<&str> {
        split_options(&self.super_options)
            .find_map(|option| option.strip_prefix(key)?.strip_prefix('='))
    }
}

/// A comma separates, unless a backslash stands before it.
fn split_options(options: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    options.split(move |character| {
        let separates = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        separates
    })
}

/// Whose mount namespace to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Process 1's: what the system sees.
    System,
    /// The calling thread's.
    Caller,
}

/// Reads the table of one namespace.
pub fn load(view: View) -> Result<Vec<Mount>> {
    load_file(Path::new(match view {
        View::System => "/proc/1/mountinfo",
        View::Caller => "/proc/thread-self/mountinfo",
    }))
}

/// Reads the table in `path`, a mountinfo file of some process.
pub fn load_file(path: &Path) -> Result<Vec<Mount>> {
    let text =
        files::read_of_kernel(path).map_err(|e| Error::io("reading the mounts", e).at(path))?;
    parse(&text).ok_or_else(|| {
        Error::new(Kind::Failed, "a line that is no mountinfo line")
            .at(path)
            .next("is /proc mounted?")
    })
}

/// `None` if a line is not of the form that the kernel documents.
pub fn parse(text: &[u8]) -> Option<Vec<Mount>> {
    text.split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(parse_line)
        .collect()
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|b| *b == b' ');
    let id = number(fields.next()?)?;
    let parent = number(fields.next()?)?;
    let mut device = fields.next()?.split(|b| *b == b':');
    let device = (number(device.next()?)?, number(device.next()?)?);
    let mut path = || Some(PathBuf::from(OsString::from_vec(unescape(fields.next()?))));
    let root = path()?;
    let point = path()?;
    let read_only = has_flag(fields.next()?, b"ro");
    let mut shared = false;
    for field in fields.by_ref() {
        if field == b"-" {
            break;
        }
        shared |= field.starts_with(b"shared:");
    }
    let fs_type = text(fields.next()?);
    let source = text(fields.next()?);
    let super_options = text(fields.next()?);
    Some(Mount {
        id,
        parent,
        device,
        root,
        point,
        read_only,
        shared,
        fs_type,
        source,
        super_options,
    })
}

fn number(field: &[u8]) -> Option<u32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn has_flag(options: &[u8], flag: &[u8]) -> bool {
    options.split(|b| *b == b',').any(|option| option == flag)
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(&unescape(field)).into_owned()
}

/// The kernel writes space, tab, newline and backslash as `\ooo`.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, tail)) = rest.split_first() {
        let octal = tail.get(..3).and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        match octal {
            Some(value) if byte == b'\\' => {
                out.push(value);
                rest = &tail[3..];
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    out
}

/// The mounts at `point`, the lowest first: each is the parent of the next.
pub fn chain_at<'a>(mounts: &'a [Mount], point: &Path) -> Vec<&'a Mount> {
    let here: Vec<&Mount> = mounts.iter().filter(|m| m.point == point).collect();
    let is_here = |id: u32| here.iter().any(|m| m.id == id);
    let mut chain = Vec::with_capacity(here.len());
    let mut next = here.iter().find(|m| !is_here(m.parent)).copied();
    while let Some(mount) = next {
        chain.push(mount);
        next = here.iter().find(|m| m.parent == mount.id).copied();
    }
    chain
}

/// The mounts that one reaches below `point` through the mount `top` (the topmost
/// one at `point`, or the one that `point` is a plain directory of), parents first.
pub fn below<'a>(mounts: &'a [Mount], top: u32, point: &Path) -> Vec<&'a Mount> {
    let below = |m: &&Mount| m.parent == top && m.point != point && m.point.starts_with(point);
    let below: Vec<&Mount> = mounts.iter().filter(below).collect();
    // What came before another one that is mounted above it is out of reach.
    let covers = |one: &Mount, m: &Mount| one.point != m.point && m.point.starts_with(&one.point);
    let is_reached = |m: &&Mount| !below.iter().any(|one| covers(one, m));
    below.iter().copied().filter(is_reached).collect()
}

/// Where something is mounted below `point` that one reaches through the mount `top` and not through
/// `other`, at any depth; beneath such a place nothing else is named.
pub fn only_below(mounts: &[Mount], top: u32, other: u32, point: &Path) -> Vec<PathBuf> {
    let reached = |top| {
        below(mounts, top, point)
            .into_iter()
            .map(|m| topmost(mounts, m))
    };
    let others: Vec<&Mount> = reached(other).collect();
    let mut found = Vec::new();
    for mount in reached(top) {
        let shows = |m: &&&Mount| {
            (&m.point, m.device, &m.root) == (&mount.point, mount.device, &mount.root)
        };
        match others.iter().find(shows) {
            Some(same) => found.extend(only_below(mounts, mount.id, same.id, &mount.point)),
            None => found.push(mount.point.clone()),
        }
    }
    found
}

/// The last one of those that lie over this one.
fn topmost<'a>(mounts: &'a [Mount], mount: &'a Mount) -> &'a Mount {
    let over = mounts
        .iter()
        .find(|m| m.parent == mount.id && m.point == mount.point);
    over.map_or(mount, |over| topmost(mounts, over))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOTED: &str = "\
21 1 8:1 /ostree/deploy/os/deploy/aa.0 / rw,relatime shared:1 - ext4 /dev/vda rw
22 21 8:1 /ostree/deploy/os/deploy/aa.0/usr /usr ro,relatime shared:2 - ext4 /dev/vda rw
40 22 0:50 / /usr rw,relatime shared:9 - overlay ostree-unlock-00000000000000ff rw,lowerdir=/usr,upperdir=/a\\040b/upper
41 40 0:51 / /usr/lib/modules rw - tmpfs tmpfs rw
42 22 0:52 / /usr/share/covered rw - tmpfs tmpfs rw
43 21 0:53 / /usrlocal rw - tmpfs tmpfs rw
";

    fn booted() -> Vec<Mount> {
        parse(BOOTED.as_bytes()).unwrap_or_default()
    }

    #[test]
    fn a_line_is_taken_apart() {
        let mounts = booted();
        assert_eq!(mounts.len(), 6);
        let overlay = &mounts[2];
        assert_eq!((overlay.id, overlay.parent), (40, 22));
        assert_eq!(overlay.device, (0, 50));
        assert!(overlay.shared && !overlay.read_only);
        assert_eq!(overlay.fs_type, "overlay");
        assert_eq!(overlay.super_option("upperdir"), Some("/a b/upper"));
        assert_eq!(overlay.super_option("upper"), None);
        assert!(mounts[1].read_only);
        assert_eq!(
            mounts[1].root,
            Path::new("/ostree/deploy/os/deploy/aa.0/usr")
        );
    }

    #[test]
    fn the_chain_goes_from_the_base_up() {
        let mounts = booted();
        let ids = |point: &str| -> Vec<u32> {
            chain_at(&mounts, Path::new(point))
                .iter()
                .map(|m| m.id)
                .collect()
        };
        assert_eq!(ids("/usr"), [22, 40]);
        assert_eq!(ids("/opt"), [0u32; 0]);
    }

    #[test]
    fn below_is_what_is_reached_through_the_top() {
        let mounts = booted();
        let points = |top: u32| -> Vec<PathBuf> {
            below(&mounts, top, Path::new("/usr"))
                .iter()
                .map(|m| m.point.clone())
                .collect()
        };
        assert_eq!(points(40), [PathBuf::from("/usr/lib/modules")]);
        assert_eq!(points(22), [PathBuf::from("/usr/share/covered")]);
        assert!(points(21).is_empty());
    }

    #[test]
    fn what_another_mount_covers_is_not_reached() {
        let later = "44 40 0:54 / /usr/lib rw - tmpfs tmpfs rw";
        let mounts = parse(format!("{BOOTED}{later}").as_bytes()).unwrap_or_default();
        let reached = below(&mounts, 40, Path::new("/usr"));
        assert_eq!(reached.iter().map(|m| m.id).collect::<Vec<_>>(), [44]);
    }

    #[test]
    fn what_one_side_alone_has_is_found_at_any_depth() {
        let carried = "45 22 0:51 / /usr/lib/modules rw - tmpfs tmpfs rw\n";
        let only = |more: &str| {
            let text = format!("{BOOTED}{carried}{more}");
            let mounts = parse(text.as_bytes()).unwrap_or_default();
            only_below(&mounts, 40, 22, Path::new("/usr"))
        };
        assert!(only("").is_empty());
        let found = |place: &str| [PathBuf::from(place)];
        let within = "46 41 0:55 / /usr/lib/modules/new rw - tmpfs tmpfs rw";
        assert_eq!(only(within), found("/usr/lib/modules/new"));
        let over = "46 41 0:55 / /usr/lib/modules rw - tmpfs tmpfs rw";
        assert_eq!(only(over), found("/usr/lib/modules"));
        let same = "46 41 0:55 /a /usr/lib/modules/new rw - tmpfs tmpfs rw";
        let both = format!("{same}\n{}", same.replace("46 41", "47 45"));
        assert!(only(&both).is_empty());
        // Another directory of the same file system.
        let other = format!(
            "{same}\n{}",
            same.replace("46 41", "47 45").replace("/a", "/b")
        );
        assert_eq!(only(&other), found("/usr/lib/modules/new"));
    }

    #[test]
    fn what_is_no_mountinfo_is_refused() {
        for bad in [
            "x",
            "1 2 3 4",
            "1 2 8:x / / rw - ext4 a rw",
            "1 2 8:1 / / rw shared:1",
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn escapes_are_undone_and_lone_backslashes_kept() {
        assert_eq!(unescape(br"a\040b\134c"), b"a b\\c");
        assert_eq!(unescape(br"a\9"), br"a\9");
        assert_eq!(unescape(br"end\"), br"end\");
    }
}
