// SPDX-License-Identifier: LGPL-2.1-or-later
//! What libostree and everybody who asks it believe about the state of a deployment:
//! two flags in /run and a key in the origin. Flags are what we tell others; the
//! kernel is what we believe ourselves.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};
use crate::ostree::booted::DeploymentId;
use crate::ostree::sysroot;
use crate::stack::State;
use crate::sys::files;

const DEVELOPMENT: &str = "unlocked-development";
const TRANSIENT: &str = "unlocked-transient";
/// The files that say that a deployment is unlocked.
pub(crate) const RUN_FLAGS: [&str; 2] = [DEVELOPMENT, TRANSIENT];
const LIVE: &str = "rpmostree-is-live.stamp";
/// rpm-ostree's refs of the commit that is live, and of the one that it is making live. They
/// outlive a boot, and mean nothing without the stamp.
const LIVE_REFS: [&str; 2] = ["rpmostree/live-apply", "rpmostree/live-apply-inprogress"];
const GROUP: &str = "origin";
const KEY: &str = "unlocked";

/// The flags of one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    pub development: bool,
    pub transient: bool,
    /// `unlocked=hotfix` in the origin.
    pub hotfix: bool,
    /// rpm-ostree applied another version live.
    pub live: bool,
}

impl Flags {
    /// The state that they stand for, in libostree's order of precedence.
    pub fn state(self) -> State {
        if self.development {
            State::Development
        } else if self.transient {
            State::Transient
        } else if self.hotfix {
            State::Hotfix
        } else {
            State::None
        }
    }
}

/// The name of the flag of a state that ends with the boot.
pub fn flag_name(state: State) -> Option<&'static str> {
    match state {
        State::Development => Some(DEVELOPMENT),
        State::Transient => Some(TRANSIENT),
        State::None | State::Hotfix => None,
    }
}

/// Reads the flags; what is not there or cannot be read is not set.
pub fn read(deployment: &DeploymentId) -> Flags {
    let run_state = deployment.run_state();
    let set = |name: &str| files::exists(&run_state.join(name));
    Flags {
        development: set(DEVELOPMENT),
        transient: set(TRANSIENT),
        live: set(LIVE),
        hotfix: origin_says_hotfix(&Path::new("/sysroot").join(deployment.origin())),
    }
}

/// The commit that rpm-ostree made live, and the one that it is making live or was interrupted
/// with; only where [`Flags::live`] is set.
pub fn live_refs() -> (Option<String>, Option<String>) {
    let repo = sysroot::booted_repo().ok();
    let [live, next] = LIVE_REFS.map(|name| {
        let commit = repo.as_ref()?.resolve_rev(name, true);
        commit.ok().flatten().map(String::from)
    });
    (live, next)
}

fn origin_says_hotfix(origin: &Path) -> bool {
    let key_file = glib::KeyFile::new();
    key_file
        .load_from_file(origin, glib::KeyFileFlags::NONE)
        .and_then(|()| key_file.string(GROUP, KEY))
        .is_ok_and(|value| value == State::Hotfix.name())
}

/// Sets the flag of `state`; libostree before 2025.3 writes the overlay's directory
/// into it, and nobody reads more than that it exists.
pub fn set(run_state: impl AsFd, state: State, directory: &Path) -> Result<()> {
    match flag_name(state) {
        Some(name) => {
            files::write_in_place(run_state, name, directory.as_os_str().as_encoded_bytes())
        }
        None => Ok(()),
    }
}

/// Takes the flag of `state` away.
pub fn clear(run_state: impl AsFd, state: State) -> Result<()> {
    match flag_name(state) {
        Some(name) => files::remove_file(run_state, name),
        None => Ok(()),
    }
}

/// Says in the origin whether the deployment has a hotfix; on the disk when it returns.
pub fn set_hotfix(below: impl AsFd, deployment: &DeploymentId, on: bool) -> Result<()> {
    let origin = deployment.origin();
    let path = Path::new(sysroot::PATH).join(&origin);
    let (Some(parent), Some(name)) = (origin.parent(), origin.file_name().and_then(OsStr::to_str))
    else {
        return Ok(());
    };
    let directory = files::open_directory(below, parent)?.ok_or_else(|| {
        Error::new(Kind::Failed, "the directory of the deployments is gone").at(&path)
    })?;
    // Of a call that died here.
    files::remove_unfinished(&directory, name)?;
    let key_file = glib::KeyFile::new();
    match key_file.load_from_file(&path, glib::KeyFileFlags::KEEP_COMMENTS) {
        Err(e) if !e.matches(glib::FileError::Noent) => {
            return Err(Error::from(e).at(&path).next("nothing was changed in it"));
        }
        _ => {}
    }
    if on {
        key_file.set_string(GROUP, KEY, State::Hotfix.name());
    } else if key_file.remove_key(GROUP, KEY).is_err() {
        // It said so already.
        return Ok(());
    }
    files::write_lasting(&directory, name, key_file.to_data().as_bytes()).map_err(|e| e.at(path))
}

/// The overlay directory that libostree before 2025.3 wrote into the flag of `state`.
pub fn recorded_directory(deployment: &DeploymentId, state: State) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let flag = deployment.run_state().join(flag_name(state)?);
    let content = std::fs::read(flag).ok()?;
    let path = PathBuf::from(std::ffi::OsString::from_vec(content));
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_libostrees_precedence() {
        let mut flags = Flags::default();
        assert_eq!(flags.state(), State::None);
        flags.hotfix = true;
        assert_eq!(flags.state(), State::Hotfix);
        flags.transient = true;
        assert_eq!(flags.state(), State::Transient);
        flags.development = true;
        assert_eq!(flags.state(), State::Development);
    }
}
