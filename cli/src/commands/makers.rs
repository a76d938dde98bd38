// SPDX-License-Identifier: LGPL-2.1-or-later
//! `run --missing-records`: the deployment that boots next gets what it lacks. What makes a record is a program of that name, and it
//! is run by `run --record`, as anybody would run it: what that is, is not known here.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ostree_unlock::{Result, Watch, missing_records};

use super::waited;
use crate::{exit, output, sysroot};

const SYSROOT: &str = "/sysroot";
/// In a deployment; a name in the first replaces the same name in the second, and a link to
/// /dev/null hides it.
const PLACES: [&str; 2] = [
    "etc/ostree-unlock/records.d",
    "usr/lib/ostree-unlock/records.d",
];

/// Tries each of them, whatever becomes of the others, until it is asked to stop; returns only if it
/// cannot begin.
pub(super) fn run(lock_wait: Duration) -> Result<Infallible> {
    let sysroot = sysroot::open(None);
    sysroot.load(gio::Cancellable::NONE)?;
    let first = sysroot.deployments().into_iter().next();
    let next = first.filter(|first| {
        !sysroot
            .booted_deployment()
            .is_some_and(|it| it.equal(first))
    });
    let Some(next) = next else {
        std::process::exit(exit::DONE.into());
    };
    let mut status = exit::DONE;
    for name in missing_records(&sysroot, Some(&next), &Watch::default())? {
        let made = match program(&sysroot, &next, &name) {
            Some(program) => make(&next, &name, &program, lock_wait)?,
            None => {
                output::stream::complain(&format!(
                    "run: nothing makes the record {name}: it is for a program /etc/ostree-unlock/records.d/{name}"
                ));
                false
            }
        };
        if let Some(stopped) = waited::asked_to_stop() {
            std::process::exit(stopped.into());
        }
        if !made {
            status = exit::FAILED;
        }
    }
    std::process::exit(status.into())
}

/// What makes a record, by its path in the deployment.
fn program(
    sysroot: &ostree::Sysroot,
    deployment: &ostree::Deployment,
    name: &str,
) -> Option<PathBuf> {
    let root = Path::new(SYSROOT).join(sysroot.deployment_dirpath(deployment));
    let places = PLACES.map(|place| Path::new(place).join(name));
    let found = places
        .iter()
        .find(|place| root.join(place).symlink_metadata().is_ok())?;
    let hidden =
        std::fs::read_link(root.join(found)).is_ok_and(|target| target == Path::new("/dev/null"));
    (!hidden).then(|| Path::new("/").join(found))
}

/// By a process of its own, as each holds the lock of the sysroot to its end; it says why it fails.
fn make(
    deployment: &ostree::Deployment,
    name: &str,
    program: &Path,
    lock_wait: Duration,
) -> Result<bool> {
    // By its name: which number it has may change meanwhile.
    let (os, commit) = (deployment.osname(), deployment.csum());
    let id = format!("{os}/{commit}.{}", deployment.deployserial());
    let mut command = Command::new("/proc/self/exe");
    command
        .args(["run", "--deployment", &id, "--record", name, "--lock-wait"])
        .arg(lock_wait.as_secs_f64().to_string())
        .arg("--")
        .arg(program);
    match waited::run(|| Ok(()), || command)? {
        Ok(status) => Ok(status.success()),
        Err(failure) => {
            output::stream::complain(&format!("run: the record {name}: {failure}"));
            Ok(false)
        }
    }
}
