// SPDX-License-Identifier: LGPL-2.1-or-later
//! The deployments that there are, as libostree lists them, and one more of them: the
//! way back that a hotfix wants to have. What lies on /usr is not known here.

use crate::error::{Error, Kind, Result};
use crate::ostree::booted::DeploymentId;
use crate::sys::namespace::System;

/// What a hotfix has to know of the other deployments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Others {
    /// Which one boots next, if it is not the one that is asked about; and whether it is
    /// only staged.
    pub next: Option<(String, bool)>,
    /// One of the same commit, without a hotfix of its own, that can be booted instead.
    pub twin: Option<String>,
}

/// Looks at the others, as seen from `deployment`; needs no privilege.
pub fn others(deployment: &DeploymentId) -> Result<Others> {
    let sysroot = ostree::Sysroot::new_default();
    sysroot.load(gio::Cancellable::NONE)?;
    let deployments = sysroot.deployments();
    let next = deployments
        .first()
        .filter(|first| !is(first, deployment))
        .map(|first| (name(first), first.is_staged()));
    let options = deployments
        .iter()
        .find(|other| is(other, deployment))
        .and_then(kernel_arguments);
    let twin = deployments.iter().find(|other| {
        !is(other, deployment)
            && other.osname() == deployment.os
            && other.csum() == deployment.commit
            && other.unlocked() == ostree::DeploymentUnlockedState::None
            && kernel_arguments(other) == options
    });
    Ok(Others {
        next,
        twin: twin.map(name),
    })
}

/// Which deployment boots next, and whether it is staged, if it is another one than `deployment`;
/// needs no privilege.
pub fn next(deployment: &DeploymentId) -> Result<Option<(DeploymentId, bool)>> {
    let sysroot = ostree::Sysroot::new_default();
    sysroot.load(gio::Cancellable::NONE)?;
    let first = sysroot.deployments().into_iter().next();
    Ok(first.filter(|first| !is(first, deployment)).map(|first| {
        let id = DeploymentId {
            os: first.osname().into(),
            commit: first.csum().into(),
            serial: first.deployserial(),
        };
        (id, first.is_staged())
    }))
}

/// Deploys the commit of `deployment` once more, right behind it, with a copy of its
/// /etc, and removes none of the others. Says how it is called.
///
/// In a private copy of the system's namespace, since libostree wants /sysroot and /boot
/// to be mounted writable; only under the sysroot's lock.
pub fn push_twin(system: &System, deployment: &DeploymentId) -> Result<String> {
    system
        .in_private_copy(|| {
            let sysroot = ostree::Sysroot::new_default();
            sysroot.set_mount_namespace_in_use();
            sysroot.load(gio::Cancellable::NONE)?;
            let original = sysroot.booted_deployment().ok_or_else(|| {
                Error::new(
                    Kind::NotBooted,
                    "libostree does not find the booted deployment",
                )
            })?;
            sysroot.prepare_cleanup(gio::Cancellable::NONE)?;
            let arguments = kernel_arguments(&original).unwrap_or_default();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let twin = sysroot.deploy_tree(
                Some(&deployment.os),
                &deployment.commit,
                original.origin().as_ref(),
                Some(&original),
                &arguments,
                gio::Cancellable::NONE,
            )?;
            use ostree::SysrootSimpleWriteDeploymentFlags as Flags;
            sysroot.simple_write_deployment(
                Some(&deployment.os),
                &twin,
                Some(&original),
                Flags::NOT_DEFAULT | Flags::RETAIN,
                gio::Cancellable::NONE,
            )?;
            Ok(name(&twin))
        })
        .map_err(|error| {
            error
                .at(deployment.id())
                .next("without a deployment to go back to no hotfix is made")
        })
}

/// Deploys `commit` so that it boots next, or stages it, with the kernel arguments and the
/// /etc of the deployment that `ostree admin deploy` would take them from. Says how it is called.
///
/// In a private namespace, as `push_twin` does, and only under the sysroot's lock.
pub fn deploy(os: &str, commit: &str, staged: bool) -> Result<String> {
    let sysroot = ostree::Sysroot::new_default();
    sysroot.set_mount_namespace_in_use();
    sysroot.load(gio::Cancellable::NONE)?;
    let merge = sysroot.merge_deployment(Some(os));
    let origin = merge.as_ref().and_then(|merge| merge.origin());
    if let Some(origin) = &origin {
        // What is deployed anew is locked.
        if origin.has_key("origin", "unlocked").unwrap_or(false) {
            origin.remove_key("origin", "unlocked")?;
        }
    }
    let arguments = merge
        .as_ref()
        .and_then(kernel_arguments)
        .unwrap_or_default();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if staged {
        let made = sysroot.stage_tree(
            Some(os),
            commit,
            origin.as_ref(),
            merge.as_ref(),
            &arguments,
            gio::Cancellable::NONE,
        )?;
        return Ok(name(&made));
    }
    sysroot.prepare_cleanup(gio::Cancellable::NONE)?;
    let made = sysroot.deploy_tree(
        Some(os),
        commit,
        origin.as_ref(),
        merge.as_ref(),
        &arguments,
        gio::Cancellable::NONE,
    )?;
    sysroot.simple_write_deployment(
        Some(os),
        &made,
        merge.as_ref(),
        ostree::SysrootSimpleWriteDeploymentFlags::NONE,
        gio::Cancellable::NONE,
    )?;
    Ok(name(&made))
}

fn is(one: &ostree::Deployment, other: &DeploymentId) -> bool {
    one.osname() == other.os && one.csum() == other.commit && one.deployserial() == other.serial
}

fn name(deployment: &ostree::Deployment) -> String {
    format!("{}.{}", deployment.csum(), deployment.deployserial())
}

/// Those that the boot loader passes, but for the one that names the deployment.
fn kernel_arguments(deployment: &ostree::Deployment) -> Option<Vec<String>> {
    let options = deployment.bootconfig()?.get("options")?;
    let all = options.split_ascii_whitespace();
    Some(
        all.filter(|argument| !argument.starts_with("ostree="))
            .map(str::to_owned)
            .collect(),
    )
}
