// SPDX-License-Identifier: LGPL-2.1-or-later
//! Programs that an administrator or a package wants run once after a deployment was
//! booted for the first time: which there are, and running them. What they are for is
//! their own matter.

use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Result;
use crate::ostree::DeploymentId;
use crate::sys::dropin;

/// A name in the first replaces the same name in the second.
const DIRECTORIES: [&str; 2] = [
    "etc/ostree-unlock/post-upgrade.d",
    "usr/lib/ostree-unlock/post-upgrade.d",
];

/// The programs in the order of their names; a link to /dev/null, or anything else that
/// is no program, hides the one that it replaces.
pub fn find(root: &Path) -> Result<Vec<PathBuf>> {
    let found = dropin::find(root, &DIRECTORIES)?;
    let mut hooks: Vec<PathBuf> = found.into_values().collect();
    hooks.retain(|path| is_program(path));
    Ok(hooks)
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// Runs one; `Err` says how it failed. What it says goes to our standard error: our
/// standard output may be an answer for a program.
pub fn run(hook: &Path, deployment: &DeploymentId) -> Result<(), String> {
    let errors = std::io::stderr().as_fd().try_clone_to_owned();
    let status = Command::new(hook)
        .current_dir("/")
        .env("OSTREE_UNLOCK_DEPLOYMENT", deployment.id())
        .env("OSTREE_UNLOCK_COMMIT", &deployment.commit)
        .env("OSTREE_UNLOCK_STATEROOT", &deployment.os)
        .stdin(Stdio::null())
        .stdout(errors.map_or_else(|_| Stdio::null(), Stdio::from))
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", hook.display())),
        Err(error) => Err(format!("{}: {error}", hook.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_etc_replaces_and_a_link_to_nothing_hides() -> Result<()> {
        let name = format!("ostree-unlock-hooks-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let [etc, usr] = DIRECTORIES.map(|directory| root.join(directory));
        let program = |path: PathBuf, mode| {
            assert!(std::fs::write(&path, "#!/bin/sh\n").is_ok());
            assert!(std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).is_ok());
        };
        assert_eq!(find(&root)?, Vec::<PathBuf>::new());
        assert!(std::fs::create_dir_all(&etc).is_ok() && std::fs::create_dir_all(&usr).is_ok());
        for name in ["10-a", "20-b", "40-d"] {
            program(usr.join(name), 0o755);
        }
        program(usr.join("README"), 0o644);
        program(etc.join("20-b"), 0o755);
        program(etc.join("30-c"), 0o755);
        assert!(std::os::unix::fs::symlink("/dev/null", etc.join("40-d")).is_ok());
        let found = find(&root);
        assert!(std::fs::remove_dir_all(&root).is_ok());
        assert_eq!(
            found?,
            [usr.join("10-a"), etc.join("20-b"), etc.join("30-c")]
        );
        Ok(())
    }
}
