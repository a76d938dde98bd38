// SPDX-License-Identifier: LGPL-2.1-or-later
//! Trees for the tests of what becomes of `/etc`: made, changed at random, listed. Nothing here is
//! part of the library.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::XattrFlags;

use super::description::SELINUX;
use crate::error::{Error, Kind, Result};
use crate::sys::{copy, mounts, namespace, xattr};
use crate::tree::sample::committed;
use crate::tree::{Node, disk};

/// A directory with trees in it, by name.
pub struct Sample(pub PathBuf);

thread_local! {
    static HAS_LEFT: Cell<bool> = const { Cell::new(false) };
}

impl Drop for Sample {
    fn drop(&mut self) {
        let _ = mounts::detach(&self.0);
        let _ = fs::remove_dir(&self.0);
    }
}

impl Sample {
    /// In RAM, as all of it is synced again and again, and mounted where only this thread sees it.
    pub fn new(name: &str) -> Sample {
        if !HAS_LEFT.replace(true) {
            namespace::leave().unwrap();
        }
        let at = std::env::temp_dir().join(format!("ou-etc-{name}-{}", std::process::id()));
        fs::create_dir_all(&at).unwrap();
        mounts::mount_tmpfs(&at, None).unwrap();
        Sample(at)
    }

    /// The same with three trees that are empty.
    pub fn of_three(name: &str) -> Sample {
        let sample = Sample::new(name);
        for side in ["old", "etc", "new"] {
            fs::create_dir(sample.0.join(side)).unwrap();
        }
        sample
    }

    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    pub fn node(&self, path: &str) -> Rc<dyn Node> {
        disk::root(&self.at(path)).unwrap()
    }

    /// The trees as those of commits.
    pub fn committed<const N: usize>(&self, trees: [&str; N]) -> [Rc<dyn Node>; N] {
        committed(&self.0, ostree::RepoMode::Bare, trees)
    }

    /// Writes a file with its directories, with this text; an empty one stands for no file.
    pub fn file(&self, path: impl AsRef<Path>, text: &str) {
        let at = self.at(path);
        if !text.is_empty() {
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, text).unwrap();
        }
    }

    /// The same in each of the three trees.
    pub fn files(&self, path: &str, texts: [&str; 3]) {
        for (side, text) in ["old", "etc", "new"].iter().zip(texts) {
            self.file(Path::new(side).join(path), text);
        }
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_default()
    }

    /// Makes the tree `to` a copy of `from`.
    pub fn copy(&self, from: &str, to: &str) {
        let to = self.at(to);
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(&to).unwrap();
        copy::tree(&self.at(from), &to, &|| Ok(())).unwrap();
    }

    /// Makes `to`, where nothing is, a copy of the file or directory `from`.
    pub fn copy_one(&self, from: &Path, to: &Path) {
        if from.is_dir() && !from.is_symlink() {
            fs::create_dir(to).unwrap();
            return copy::tree(from, to, &|| Ok(())).unwrap();
        }
        let (one, copied) = (self.at("one"), self.at("copied"));
        for directory in [&one, &copied] {
            fs::create_dir(directory).unwrap();
        }
        fs::hard_link(from, one.join("file")).unwrap();
        copy::tree(&one, &copied, &|| Ok(())).unwrap();
        fs::rename(copied.join("file"), to).unwrap();
        for directory in [one, copied] {
            fs::remove_dir_all(directory).unwrap();
        }
    }

    /// All that is in a tree, with what can be known of it, but for the times of directories.
    pub fn listing(&self, tree: &str) -> Vec<String> {
        self.list(tree, Detail::All)
    }

    /// The same without times and labels.
    pub fn defaults(&self, tree: &str) -> Vec<String> {
        self.list(tree, Detail::Defaults)
    }

    /// The same of all that is no directory.
    pub fn contents(&self, tree: &str) -> Vec<String> {
        self.list(tree, Detail::Contents)
    }

    fn list(&self, tree: &str, detail: Detail) -> Vec<String> {
        let mut lines = Vec::new();
        let mut waiting = vec![PathBuf::new()];
        while let Some(below) = waiting.pop() {
            let at = self.at(tree).join(&below);
            if !at.is_symlink() && at.is_dir() {
                let entries = fs::read_dir(&at).unwrap().flatten();
                waiting.extend(entries.map(|entry| below.join(entry.file_name())));
            }
            if detail != Detail::Contents || at.is_symlink() || !at.is_dir() {
                lines.push(format!("{below:?} {}", line(&at, detail)));
            }
        }
        lines.sort();
        lines
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Detail {
    All,
    Defaults,
    Contents,
}

fn line(at: &Path, detail: Detail) -> String {
    let metadata = fs::symlink_metadata(at).unwrap();
    let content = match metadata.file_type() {
        kind if kind.is_file() => fs::read(at).unwrap(),
        kind if kind.is_symlink() => fs::read_link(at).unwrap().as_os_str().as_bytes().to_vec(),
        _ => Vec::new(),
    };
    let mut xattrs = xattr::all(at).unwrap();
    xattrs.retain(|name, _| detail == Detail::All || name.as_slice() != SELINUX);
    let time = (metadata.mtime(), metadata.mtime_nsec());
    let has_time = detail == Detail::All && !metadata.is_dir();
    format!(
        "{:o} {}:{} {:?} {xattrs:?} {:?}",
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
        has_time.then_some(time),
        content.escape_ascii().to_string(),
    )
}

pub fn set(path: &Path, name: &str, value: impl AsRef<[u8]>) {
    rustix::fs::lsetxattr(path, name, value.as_ref(), XattrFlags::empty()).unwrap();
}

/// Has user 1 read and write, too.
pub fn set_acl(path: &Path, name: &str) {
    const ACL: [(u16, u16, u32); 5] = [
        (0x01, 6, u32::MAX),
        (0x02, 6, 1),
        (0x04, 4, u32::MAX),
        (0x10, 6, u32::MAX),
        (0x20, 4, u32::MAX),
    ];
    let mut value = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in ACL {
        value.extend(tag.to_le_bytes());
        value.extend(permissions.to_le_bytes());
        value.extend(id.to_le_bytes());
    }
    set(path, name, value);
}

pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// After how many steps to stop; who goes through all of them never gets to an end.
pub fn stops() -> impl Iterator<Item = u64> {
    (0..).inspect(|stop| assert!(*stop < 300, "it never succeeds"))
}

/// Says that it goes on, so many times.
pub fn stop_after(steps: u64) -> impl Fn() -> Result<()> {
    let rest = Cell::new(steps);
    move || match rest.get() {
        0 => Err(Error::new(Kind::Cancelled, "stopped")),
        more => {
            rest.set(more - 1);
            Ok(())
        }
    }
}

/// The same numbers for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn path(&mut self) -> PathBuf {
        const NAMES: [&[u8]; 4] = [b"a", b"b", b"c", b"odd \xff\n"];
        let mut path = PathBuf::new();
        for _ in 0..=self.below(3) {
            let name = NAMES[usize::try_from(self.below(4)).unwrap()];
            path.push(OsStr::from_bytes(name));
        }
        path
    }

    /// Changes so many paths of a tree.
    pub fn change(&mut self, root: &Path, times: u64) {
        for _ in 0..times {
            self.change_one(root);
        }
    }

    fn change_one(&mut self, root: &Path) {
        let at = root.join(self.path());
        let (what, value) = (self.below(16), self.below(3));
        let is_there = fs::symlink_metadata(&at).is_ok();
        match what {
            0..=8 => {
                remove(&at);
                if fs::create_dir_all(at.parent().unwrap()).is_err() {
                    return;
                }
                match what {
                    0..=4 => fs::write(&at, value.to_string()).unwrap(),
                    5..=6 => symlink(value.to_string(), &at).unwrap(),
                    _ => fs::create_dir(&at).unwrap(),
                }
            }
            9..=10 => remove(&at),
            _ if !is_there => {}
            11 if !at.is_symlink() => mode(&at, [0o700, 0o755, 0o1644][to_index(value)]),
            12 => lchown(&at, Some(to_id(value)), Some(1)).unwrap(),
            13 => set(&at, "trusted.test", value.to_string()),
            14 => set(&at, "security.selinux", value.to_string()),
            _ => _ = xattr::replace_all(&at, &xattr::Xattrs::new(), |_| false),
        }
    }
}

fn to_index(value: u64) -> usize {
    usize::try_from(value).unwrap()
}

fn to_id(value: u64) -> u32 {
    u32::try_from(value).unwrap()
}

fn remove(at: &Path) {
    let _ = match fs::symlink_metadata(at) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(at),
        _ => fs::remove_file(at),
    };
}
