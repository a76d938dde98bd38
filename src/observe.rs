// SPDX-License-Identifier: LGPL-2.1-or-later
//! What the hierarchy is made of now: the kernel's mounts, our record and intent, and
//! libostree's flags, put together into one [`Observation`]. Only looks.
//!
//! The kernel is the truth. Where a flag or a record says something else, that is a
//! problem to be shown and repaired, never something to be believed.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::deployed_etc;
use crate::error::{Error, Result};
use crate::history::History;
use crate::intent::{self, Intent, Record};
use crate::options::Backing;
use crate::ostree::DeploymentId;
pub use crate::ostree::booted::OURS;
use crate::ostree::flags::{self, Flags};
use crate::ostree::sysroot;
use crate::stack::{self, Layer, MadeBy, Stack, State, Token, Upper};
use crate::sys::files;
use crate::sys::mountinfo::{self, Mount, View};

/// The hierarchy.
pub const USR: &str = "/usr";
/// Where libostree 2025.3 and newer keep the overlay of a state that ends with the
/// boot, and where we keep ours, in the deployment's backing directory.
pub const USR_TRANSIENT: &str = "usr-transient";
/// What ostree-prepare-root calls the root that it mounts from an image.
const COMPOSEFS: &str = "composefs";
/// In it, uppers that lie over other layers than the base alone.
pub const UPPERS: &str = "uppers";

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
    /// Whether the base is: with `root.transient` it takes writes by itself.
    pub base_read_only: bool,
    /// Mount points below the hierarchy, as one sees them now.
    pub below: Vec<PathBuf>,
    /// Where something is mounted, at any depth, that the base does not have.
    pub below_alone: Vec<PathBuf>,
    pub flags: Flags,
    pub record: Result<Option<Record>, String>,
    pub intent: Result<Option<Intent>, String>,
    /// What was applied live in this boot.
    pub history: Result<Option<History>, String>,
    /// Whether something of what live commits did to /etc is left that is not in the history.
    pub etc_is_left: bool,
    /// What there is of the upper of a state that ends with the boot, on disk.
    pub temporary: Found,
    /// What there is of a hotfix, mounted or not.
    pub lasting: Found,
    /// Whether the overlay is in the place of the base, with nothing under it but the
    /// deployment itself: ostree-prepare-root mounts a hotfix so.
    pub base_is_missing: bool,
    /// Whether the file system of the sysroot takes writes at all, however it is mounted.
    pub sysroot_writable: bool,
}

/// Which directories of an upper there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    pub upper: bool,
    pub work: bool,
    /// What holds them.
    pub directory: bool,
    /// The caller may not look.
    pub hidden: bool,
}

impl Found {
    fn look(directory: &Path, state: State) -> Found {
        let (upper, work) = state.directories();
        let work = directory.join(work);
        Found {
            upper: files::exists(&directory.join(upper)),
            work: files::exists(&work),
            directory: files::exists(directory),
            hidden: files::is_hidden(&work),
        }
    }
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
    history: Result<Option<History>>,
    temporary: Found,
    lasting: Found,
}

/// The directory with `upper` and `work` of a state that ends with the boot.
pub fn upper_directory(deployment: &DeploymentId) -> PathBuf {
    Path::new(sysroot::PATH)
        .join(deployment.backing())
        .join(USR_TRANSIENT)
}

/// The directory with the two of a hotfix: that of the deployment itself.
pub fn hotfix_directory(deployment: &DeploymentId) -> PathBuf {
    Path::new(sysroot::PATH).join(deployment.directory())
}

/// Where the uppers are that lie over other layers than the base alone, each under its token.
pub fn uppers_directory(deployment: &DeploymentId) -> PathBuf {
    ours(deployment).join(UPPERS)
}

/// Where the deltas are, each under its commit.
pub fn deltas_directory(deployment: &DeploymentId) -> PathBuf {
    ours(deployment).join(stack::DELTAS)
}

fn ours(deployment: &DeploymentId) -> PathBuf {
    let sysroot = Path::new(sysroot::PATH);
    sysroot.join(deployment.backing()).join(OURS)
}

/// Looks at the hierarchy, as `view` sees it.
pub fn observe(deployment: &DeploymentId, view: View) -> Result<Observation> {
    let flags = flags::read(deployment);
    let (record, intent) = intent::read(deployment);
    let mut observation = interpret(Facts {
        mounts: mountinfo::load(view)?,
        flag_directory: flags::recorded_directory(deployment, flags.state()),
        flags,
        record,
        intent,
        history: intent::read_history(deployment),
        temporary: Found::look(&upper_directory(deployment), State::Development),
        lasting: Found::look(&hotfix_directory(deployment), State::Hotfix),
        deployment: deployment.clone(),
    });
    let known = observation.applied().len();
    observation.etc_is_left = deployed_etc::is_left(deployment, known);
    Ok(observation)
}

/// The same of mounts and uppers alone: enough to tell whether an overlay of ours is there.
pub fn glance(deployment: &DeploymentId, view: View) -> Result<Observation> {
    Ok(interpret(Facts {
        deployment: deployment.clone(),
        mounts: mountinfo::load(view)?,
        flags: Flags::default(),
        flag_directory: None,
        record: Ok(None),
        intent: Ok(None),
        history: Ok(None),
        temporary: Found::look(&upper_directory(deployment), State::Development),
        lasting: Found::look(&hotfix_directory(deployment), State::Hotfix),
    }))
}

fn sysroot_is_writable(mounts: &[Mount]) -> bool {
    mountinfo::chain_at(mounts, Path::new(sysroot::PATH))
        .last()
        .is_some_and(|m| !superblock_is_read_only(m) && !has_failed(m))
}

/// After an error newer kernels refuse writes without making the superblock read-only.
fn has_failed(mount: &Mount) -> bool {
    const EMERGENCY: &str = "emergency_ro";
    mount.super_options.split(',').any(|o| o == EMERGENCY)
}

/// What one mount at the hierarchy is.
enum Part {
    Base,
    Ours(Token),
    Libostree,
    Foreign,
}

fn part(mount: &Mount, lowest: bool, deployment: &DeploymentId) -> Part {
    if mount.fs_type != "overlay" {
        let is_base = lowest || mount.root.ends_with(deployment.directory().join("usr"));
        return if is_base { Part::Base } else { Part::Foreign };
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
        .copied();
    let chain = mountinfo::chain_at(&facts.mounts, hierarchy);
    // Without composefs the base is a mount of its own, except after a boot into a
    // hotfix; with composefs it is a directory of the root.
    let root_id = root.map_or(0, |m| m.id);
    let mut base = root_id;
    let mut upper: Option<(&Mount, Upper)> = None;
    let mut foreign = None;
    let mut all = Vec::new();
    for (depth, mount) in chain.iter().copied().enumerate() {
        match part(mount, depth == 0, &facts.deployment) {
            // Where a base could not be put beneath a hotfix, it covers it.
            Part::Base => {
                base = mount.id;
                upper = None;
                all.clear();
            }
            // Two tokens are there while one overlay takes another one's place.
            Part::Ours(token) => {
                all.insert(0, mount.clone());
                upper = Some((mount, our_upper(token, mount, &facts)));
            }
            Part::Libostree if all_libostrees(&all) => {
                all.insert(0, mount.clone());
                upper = Some((mount, their_upper(mount, &facts)));
            }
            _ => foreign = Some(mount.clone()),
        }
    }
    let top = chain.last().copied();
    let is_read_only = |mount: &Mount| mount.read_only || superblock_is_read_only(mount);
    let by_id = |id: u32| facts.mounts.iter().find(|m| m.id == id);
    let top_id = top.map_or(root_id, |m| m.id);
    let below = mountinfo::below(&facts.mounts, top_id, hierarchy);
    // With `root.transient` it takes writes.
    let is_base =
        |m: &Mount| m.fs_type == "overlay" && (m.source == COMPOSEFS || superblock_is_read_only(m));
    let root_is_base = root.is_some_and(is_base);
    Observation {
        below: below.iter().map(|m| m.point.clone()).collect(),
        below_alone: mountinfo::only_below(&facts.mounts, top_id, base, hierarchy),
        read_only: top.or(root).is_some_and(is_read_only),
        base_read_only: by_id(base).is_some_and(is_read_only),
        base_is_missing: upper.is_some() && base == root_id && !root_is_base,
        mount: upper.as_ref().map(|(mount, _)| (*mount).clone()),
        mounts: all,
        stack: Stack {
            layers: upper
                .as_ref()
                .map_or_else(Vec::new, |(mount, upper)| layers(mount, upper)),
            upper: upper.map(|(_, upper)| upper),
        },
        foreign,
        flags: facts.flags,
        record: facts.record.map_err(|e: Error| e.to_string()),
        intent: facts.intent.map_err(|e: Error| e.to_string()),
        history: facts.history.map_err(|e: Error| e.to_string()),
        etc_is_left: false,
        temporary: facts.temporary,
        lasting: facts.lasting,
        sysroot_writable: sysroot_is_writable(&facts.mounts),
        deployment: facts.deployment,
    }
}

/// `ostree admin unlock` over an overlay of ours is not for us to undo; several mounts of
/// its own are what a change of state leaves on kernels before 6.5.
fn all_libostrees(mounts: &[Mount]) -> bool {
    mounts.iter().all(is_libostrees)
}

/// The superblock's own flag is the first of its options.
pub fn superblock_is_read_only(mount: &Mount) -> bool {
    mount.super_options.split(',').next() == Some("ro")
}

/// Of ours the kernel itself knows nearly everything: whether it is writable for
/// everybody, and where its upper was when it was mounted.
fn our_upper(token: Token, mount: &Mount, facts: &Facts) -> Upper {
    let mounted = mount.super_option("upperdir").map(unescape);
    let directory = mounted.as_deref().and_then(Path::parent);
    let on_disk = directory.is_some_and(|directory| directory.starts_with(sysroot::PATH));
    let mounted_there = is_named_for_hotfix(mounted.as_deref());
    // Over other layers than the base alone no upper is ever moved.
    let uppers = uppers_directory(&facts.deployment);
    let stays = directory.is_some_and(|directory| directory.starts_with(uppers));
    let lasts = on_disk && !stays && lasts(mounted_there, Some(&token), facts);
    Upper {
        state: match (lasts, mount.read_only) {
            (true, _) => State::Hotfix,
            (false, true) => State::Transient,
            (false, false) => State::Development,
        },
        made_by: MadeBy::Unlock,
        token: Some(token),
        backing: if on_disk { Backing::Disk } else { Backing::Ram },
        directory: match lasts == mounted_there {
            true => directory.map(Path::to_owned),
            false => Some(place(lasts, facts)),
        },
    }
}

/// What lies between the base and an upper of ours. The base is the last one of what is beneath
/// it, and nobody else's overlays have more.
fn layers(mount: &Mount, upper: &Upper) -> Vec<Layer> {
    let below = mount.super_option("lowerdir").unwrap_or_default();
    let mut layers: Vec<Layer> = split(below).into_iter().map(Layer).collect();
    layers.pop();
    match upper.token {
        Some(_) => layers,
        None => Vec::new(),
    }
}

fn is_named_for_hotfix(upper: Option<&Path>) -> bool {
    upper.is_some_and(|upper| upper.ends_with(State::Hotfix.directories().0))
}

/// Whether a live upper is where the next boot finds it: an upper is moved without the
/// mount knowing. It is where it was mounted, unless that place is empty and the other is
/// not; of its two directories the one that the boot looks for counts. Who may not look goes by
/// what was written down, or by the flags.
fn lasts(mounted_there: bool, token: Option<&Token>, facts: &Facts) -> bool {
    if facts.lasting.hidden || facts.temporary.hidden {
        let record = facts.record.as_ref().ok().and_then(Option::as_ref);
        let record = record.filter(|record| Some(&record.token) == token);
        return match record.map_or(facts.flags.state(), |record| record.state) {
            State::None => mounted_there,
            state => state.is_persistent(),
        };
    }
    match mounted_there {
        true => facts.lasting.work || !facts.temporary.work,
        false => facts.lasting.work && !facts.temporary.work,
    }
}

fn place(lasts: bool, facts: &Facts) -> PathBuf {
    match lasts {
        true => hotfix_directory(&facts.deployment),
        false => upper_directory(&facts.deployment),
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

/// Paths that colons separate, where no backslash is before them.
fn split(option: &str) -> Vec<PathBuf> {
    let mut is_escaped = false;
    let separates = |character: char| {
        let separates = character == ':' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        separates
    };
    option.split(separates).map(unescape).collect()
}

fn their_upper(mount: &Mount, facts: &Facts) -> Upper {
    // An older libostree's is in /var/tmp, and stays there.
    let usual = upper_directory(&facts.deployment);
    let elsewhere = facts.flag_directory.clone().filter(|d| *d != usual);
    let lasts = match (is_hotfix(mount), &elsewhere) {
        (false, Some(_)) => false,
        (mounted_there, _) => lasts(mounted_there, None, facts),
    };
    let by_mount = if mount.read_only || superblock_is_read_only(mount) {
        State::Transient
    } else {
        State::Development
    };
    let state = match facts.flags.state() {
        _ if lasts => State::Hotfix,
        State::None | State::Hotfix => by_mount,
        flagged => flagged,
    };
    let known = lasts || facts.temporary.directory;
    Upper {
        state,
        made_by: MadeBy::Libostree,
        token: None,
        backing: Backing::Disk,
        directory: match elsewhere {
            Some(elsewhere) if !lasts => Some(elsewhere),
            _ => known.then(|| place(lasts, facts)),
        },
    }
}

impl Observation {
    /// The directory that takes what is written.
    pub fn upper_path(&self) -> Option<PathBuf> {
        self.stack.upper.as_ref()?.path()
    }

    /// Since when it is unlocked, in microseconds since the epoch: ours is written down until the
    /// reboot, and libostree's flag, or key, was written when its overlay was made.
    pub fn since(&self) -> Option<i64> {
        if let Some(record) = self.valid_record() {
            return Some(record.since);
        }
        let state = self.stack.upper.as_ref()?.state;
        let sign = match flags::flag_name(state) {
            Some(flag) => self.deployment.run_state().join(flag),
            None => Path::new(sysroot::PATH).join(self.deployment.origin()),
        };
        let metadata = std::fs::symlink_metadata(sign);
        let metadata = metadata.ok()?;
        Some(metadata.mtime() * 1_000_000 + metadata.mtime_nsec() / 1_000)
    }

    /// When it is to end by itself, in seconds since the epoch.
    pub fn until(&self) -> Option<i64> {
        self.valid_record()?.until
    }

    /// What was applied live, as far as the kernel shows it.
    pub fn applied(&self) -> History {
        let known = self.history.clone().ok().flatten().unwrap_or_default();
        match self.stack.upper {
            Some(_) => known,
            None => History::default(),
        }
    }

    /// The commit that what is beneath all uppers is of.
    pub fn commit(&self) -> &str {
        self.stack.live().unwrap_or(&self.deployment.commit)
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
pub mod tests;
