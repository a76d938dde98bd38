// SPDX-License-Identifier: LGPL-2.1-or-later
//! What the hierarchy is made of now: the kernel's mounts, our record and intent, and
//! libostree's flags, put together into one [`Observation`]. Only looks.
//!
//! The kernel is the truth. Where a flag or a record says something else, that is a
//! problem to be shown and repaired, never something to be believed.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::intent::{self, Intent, Record};
use crate::options::Backing;
use crate::ostree::DeploymentId;
use crate::ostree::flags::{self, Flags};
use crate::ostree::sysroot;
use crate::stack::{MadeBy, Stack, State, Token, Upper};
use crate::sys::files;
use crate::sys::mountinfo::{self, Mount, View};

/// The hierarchy.
pub const USR: &str = "/usr";
/// Where libostree 2025.3 and newer keep the overlay of a state that ends with the
/// boot, and where we keep ours, in the deployment's backing directory.
pub const USR_TRANSIENT: &str = "usr-transient";
/// What is ours alone in the backing directory.
pub const OURS: &str = "unlock";

/// What was found.
#[derive(Debug, Clone)]
pub struct Observation {
    pub deployment: DeploymentId,
    /// What the hierarchy is made of.
    pub stack: Stack,
    /// The mount of the upper, if it is unlocked.
    pub mount: Option<Mount>,
    /// All mounts of it, the topmost first: where one mount could not be put beneath
    /// another, exchanges pile up.
    pub mounts: Vec<Mount>,
    /// Somebody else's mount on top; nothing may be done beneath it.
    pub foreign: Option<Mount>,
    /// Whether the topmost mount is read-only.
    pub read_only: bool,
    /// Mount points below the hierarchy, as one sees them now.
    pub below: Vec<PathBuf>,
    /// The same in the base, covered or not.
    pub below_base: Vec<PathBuf>,
    pub flags: Flags,
    pub record: Result<Option<Record>, String>,
    pub intent: Result<Option<Intent>, String>,
    /// The directory where an upper on disk is made exists.
    pub directory_exists: bool,
    /// Whether the file system of the sysroot takes writes at all, however it is mounted.
    pub sysroot_writable: bool,
}

/// What is read from the system, before anything is made of it.
struct Facts {
    deployment: DeploymentId,
    mounts: Vec<Mount>,
    flags: Flags,
    /// The directory that an older libostree wrote into its flag.
    flag_directory: Option<PathBuf>,
    record: Result<Option<Record>>,
    intent: Result<Option<Intent>>,
    directory_exists: bool,
}

/// The directory with `upper` and `work` of a state that ends with the boot.
pub fn upper_directory(deployment: &DeploymentId) -> PathBuf {
    Path::new(sysroot::PATH)
        .join(deployment.backing())
        .join(USR_TRANSIENT)
}

/// Looks at the hierarchy, as `view` sees it.
pub fn observe(deployment: &DeploymentId, view: View) -> Result<Observation> {
    let flags = flags::read(deployment);
    let (record, intent) = intent::read(deployment);
    Ok(interpret(Facts {
        mounts: mountinfo::load(view)?,
        flag_directory: flags::recorded_directory(deployment, flags.state()),
        flags,
        record,
        intent,
        directory_exists: files::exists(&upper_directory(deployment)),
        deployment: deployment.clone(),
    }))
}

/// The same of the mounts alone: enough to tell whether an overlay of ours is there.
pub fn glance(deployment: &DeploymentId, view: View) -> Result<Observation> {
    Ok(interpret(Facts {
        deployment: deployment.clone(),
        mounts: mountinfo::load(view)?,
        flags: Flags::default(),
        flag_directory: None,
        record: Ok(None),
        intent: Ok(None),
        directory_exists: false,
    }))
}

fn sysroot_is_writable(mounts: &[Mount]) -> bool {
    mountinfo::chain_at(mounts, Path::new(sysroot::PATH))
        .last()
        .is_some_and(|m| !superblock_is_read_only(m))
}

/// What one mount at the hierarchy is.
enum Part {
    Base,
    Ours(Token),
    Libostree,
    Foreign,
}

fn part(mount: &Mount, lowest: bool) -> Part {
    if mount.fs_type != "overlay" {
        return if lowest { Part::Base } else { Part::Foreign };
    }
    match Token::parse(&mount.source) {
        Some(token) => Part::Ours(token),
        None if is_libostrees(mount) => Part::Libostree,
        None => Part::Foreign,
    }
}

/// libostree mounts from within the deployment, with relative paths; ostree-prepare-root
/// does so for a hotfix, of which at least the upper is one.
fn is_libostrees(mount: &Mount) -> bool {
    mount.super_option("lowerdir") == Some("usr") || is_hotfix(mount)
}

fn is_hotfix(mount: &Mount) -> bool {
    mount.super_option("upperdir") == Some(".usr-ovl-upper")
}

fn interpret(facts: Facts) -> Observation {
    let hierarchy = Path::new(USR);
    let root = mountinfo::chain_at(&facts.mounts, Path::new("/"))
        .last()
        .map_or(0, |m| m.id);
    let chain = mountinfo::chain_at(&facts.mounts, hierarchy);
    // Without composefs the base is a mount of its own, except after a boot into a
    // hotfix; with composefs it is a directory of the root.
    let mut base = root;
    let mut upper = None;
    let mut foreign = None;
    let mut all = Vec::new();
    for (depth, mount) in chain.iter().copied().enumerate() {
        match part(mount, depth == 0) {
            Part::Base => base = mount.id,
            Part::Ours(token) if is_none_or_same(&upper, &token) => {
                all.insert(0, mount.clone());
                upper = Some((mount, our_upper(token, mount)));
            }
            Part::Libostree if upper.is_none() => {
                all.insert(0, mount.clone());
                upper = Some((mount, their_upper(mount, &facts)));
            }
            _ => foreign = Some(mount.clone()),
        }
    }
    let top = chain.last().copied();
    let points = |mount: u32| {
        mountinfo::below(&facts.mounts, mount, hierarchy)
            .iter()
            .map(|m| m.point.clone())
            .collect::<Vec<_>>()
    };
    Observation {
        below: points(top.map_or(root, |m| m.id)),
        below_base: points(base),
        read_only: top
            .or_else(|| facts.mounts.iter().find(|m| m.id == root))
            .is_some_and(|m| m.read_only || superblock_is_read_only(m)),
        mount: upper.as_ref().map(|(mount, _)| (*mount).clone()),
        mounts: all,
        stack: Stack {
            upper: upper.map(|(_, upper)| upper),
        },
        foreign,
        flags: facts.flags,
        record: facts.record.map_err(|e: Error| e.to_string()),
        intent: facts.intent.map_err(|e: Error| e.to_string()),
        directory_exists: facts.directory_exists,
        sysroot_writable: sysroot_is_writable(&facts.mounts),
        deployment: facts.deployment,
    }
}

fn is_none_or_same(upper: &Option<(&Mount, Upper)>, token: &Token) -> bool {
    match upper {
        None => true,
        Some((_, upper)) => upper.token.as_ref() == Some(token),
    }
}

/// The superblock's own flag is the first of its options.
pub fn superblock_is_read_only(mount: &Mount) -> bool {
    mount.super_options.split(',').next() == Some("ro")
}

/// Of ours the kernel itself knows everything: the state is whether it is writable for
/// everybody, and the place is an ordinary path.
fn our_upper(token: Token, mount: &Mount) -> Upper {
    let directory = mount.super_option("upperdir").map(unescape);
    let directory = directory.as_deref().and_then(Path::parent);
    let on_disk = directory.is_some_and(|directory| directory.starts_with(sysroot::PATH));
    Upper {
        state: if mount.read_only {
            State::Transient
        } else {
            State::Development
        },
        made_by: MadeBy::Unlock,
        token: Some(token),
        backing: if on_disk { Backing::Disk } else { Backing::Ram },
        directory: directory.map(Path::to_owned),
    }
}

/// overlay's own escapes in a path: a backslash before what would separate.
fn unescape(option: &str) -> PathBuf {
    let mut path = String::with_capacity(option.len());
    let mut characters = option.chars();
    while let Some(character) = characters.next() {
        path.push(match character {
            '\\' => characters.next().unwrap_or('\\'),
            plain => plain,
        });
    }
    path.into()
}

fn their_upper(mount: &Mount, facts: &Facts) -> Upper {
    let hotfix = is_hotfix(mount);
    let by_mount = if mount.read_only || superblock_is_read_only(mount) {
        State::Transient
    } else {
        State::Development
    };
    let state = match facts.flags.state() {
        _ if hotfix => State::Hotfix,
        State::None | State::Hotfix => by_mount,
        flagged => flagged,
    };
    let directory = match state {
        State::Hotfix => None,
        _ if facts.flag_directory.is_some() => facts.flag_directory.clone(),
        _ => facts
            .directory_exists
            .then(|| upper_directory(&facts.deployment)),
    };
    Upper {
        state,
        made_by: MadeBy::Libostree,
        token: None,
        backing: Backing::Disk,
        directory,
    }
}

impl Observation {
    /// The directory that takes what is written.
    pub fn upper_path(&self) -> Option<PathBuf> {
        let upper = self.stack.upper.as_ref()?;
        if upper.state == State::Hotfix {
            let deployment = Path::new(sysroot::PATH).join(self.deployment.directory());
            return Some(deployment.join(".usr-ovl-upper"));
        }
        upper.directory.as_ref().map(|d| d.join("upper"))
    }

    /// Since when it is unlocked, in seconds since the epoch: ours is written down, and
    /// libostree's flag was written when its overlay was made.
    pub fn since(&self) -> Option<i64> {
        if let Some(record) = self.valid_record() {
            return Some(record.since);
        }
        let flag = flags::flag_name(self.stack.upper.as_ref()?.state)?;
        let metadata = std::fs::symlink_metadata(self.deployment.run_state().join(flag));
        metadata.ok().map(|metadata| metadata.mtime())
    }

    /// When it is to end by itself, in seconds since the epoch.
    pub fn until(&self) -> Option<i64> {
        self.valid_record()?.until
    }

    /// The record, where it is of what is mounted now.
    pub fn valid_record(&self) -> Option<&Record> {
        let token = self.stack.upper.as_ref()?.token.as_ref()?;
        match &self.record {
            Ok(Some(record)) if record.token == *token => Some(record),
            _ => None,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::path::Path;

    const ROOT: &str = "21 1 8:1 /deploy / rw shared:1 - ext4 /dev/vda rw";
    const BASE: &str = "22 21 8:1 /deploy/usr /usr ro shared:2 - ext4 /dev/vda rw";
    const OURS: &str = "40 22 0:50 / /usr rw shared:9 - overlay ostree-unlock-0000000000000007 rw,lowerdir=/usr,upperdir=/sysroot/a\\134,b/usr-transient/upper";

    pub fn deployment() -> DeploymentId {
        DeploymentId {
            os: "os".to_owned(),
            commit: "c".repeat(64),
            serial: 0,
        }
    }

    pub fn record() -> Record {
        Record {
            token: Token::from_bits(7),
            state: State::Development,
            backing: Backing::Disk,
            directory: upper_directory(&deployment()),
            since: 5,
            until: None,
        }
    }

    /// What one sees with these mounts, flags and records.
    pub fn seen(
        lines: &[&str],
        flags: Flags,
        record: Option<Record>,
        intent: Option<Intent>,
    ) -> Observation {
        let mounts = mountinfo::parse(lines.join("\n").as_bytes());
        interpret(Facts {
            deployment: deployment(),
            mounts: mounts.unwrap_or_default(),
            flags,
            flag_directory: None,
            record: Ok(record),
            intent: Ok(intent),
            directory_exists: false,
        })
    }

    pub fn locked() -> Observation {
        seen(&[ROOT, BASE], Flags::default(), None, None)
    }

    pub fn unlocked(intent: Option<Intent>) -> Observation {
        let flags = Flags {
            development: true,
            ..Flags::default()
        };
        seen(&[ROOT, BASE, OURS], flags, Some(record()), intent)
    }

    #[test]
    fn a_locked_system_has_a_base_alone() {
        let locked = locked();
        assert_eq!(locked.stack, Stack::base());
        assert!(locked.read_only && locked.foreign.is_none());
    }

    #[test]
    fn with_composefs_the_base_is_a_directory_of_the_root() {
        let root = "21 1 0:30 / / ro shared:1 - overlay composefs ro,lowerdir+=x";
        let locked = seen(&[root], Flags::default(), None, None);
        assert_eq!(locked.stack, Stack::base());
        assert!(locked.read_only);
    }

    #[test]
    fn ours_is_known_by_its_token_and_its_record() {
        let unlocked = unlocked(None);
        assert_eq!(unlocked.stack.state(), State::Development);
        assert_eq!(unlocked.valid_record(), Some(&record()));
        assert_eq!(
            unlocked.upper_path().as_deref(),
            Some(Path::new("/sysroot/a,b/usr-transient/upper"))
        );
        let other = Record {
            token: Token::from_bits(8),
            ..record()
        };
        let strange = seen(&[ROOT, BASE, OURS], Flags::default(), Some(other), None);
        assert_eq!(strange.stack.state(), State::Development);
        assert_eq!(strange.valid_record(), None);
        assert_eq!(strange.upper_path(), unlocked.upper_path());
    }

    #[test]
    fn libostrees_own_overlays_are_told_apart() {
        let overlay = |mode: &str, upper: &str| {
            format!(
                "41 22 0:51 / /usr {mode} - overlay overlay {mode},lowerdir=usr,upperdir={upper}"
            )
        };
        let state = |line: &str, flags| seen(&[ROOT, BASE, line], flags, None, None).stack.state();
        let development = Flags {
            development: true,
            ..Flags::default()
        };
        let writable = overlay("rw", "/proc/self/fd/9/upper");
        assert_eq!(state(&writable, development), State::Development);
        assert_eq!(state(&writable, Flags::default()), State::Development);
        assert_eq!(
            state(&overlay("ro", "/x/upper"), Flags::default()),
            State::Transient
        );
        assert_eq!(
            state(&overlay("rw", ".usr-ovl-upper"), Flags::default()),
            State::Hotfix
        );
        let at_boot = overlay("rw", ".usr-ovl-upper").replace("=usr,", "=/sysroot.tmp/usr,");
        assert_eq!(state(&at_boot, Flags::default()), State::Hotfix);
    }

    #[test]
    fn somebody_elses_mount_is_foreign_wherever_it_lies() {
        let sysext = "50 22 0:60 / /usr ro - overlay sysext ro,lowerdir=/a:/b";
        let over_ours = "50 40 0:60 / /usr ro - overlay sysext ro,lowerdir=/a:/b";
        let merged = seen(&[ROOT, BASE, sysext], Flags::default(), None, None);
        assert_eq!(merged.stack.state(), State::None);
        assert!(merged.foreign.is_some());
        let both = seen(&[ROOT, BASE, OURS, over_ours], Flags::default(), None, None);
        assert_eq!(both.stack.state(), State::Development);
        assert!(both.foreign.is_some());
    }

    #[test]
    fn mounts_below_are_seen_in_overlay_and_base() {
        let in_base = "60 22 0:70 / /usr/lib/modules rw - tmpfs t rw";
        let in_overlay = "61 40 0:71 / /usr/share/x rw - tmpfs t rw";
        let lines = [ROOT, BASE, OURS, in_base, in_overlay];
        let now = seen(&lines, Flags::default(), None, None);
        assert_eq!(now.below, [Path::new("/usr/share/x")]);
        assert_eq!(now.below_base, [Path::new("/usr/lib/modules")]);
    }
}
