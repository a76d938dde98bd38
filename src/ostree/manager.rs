// SPDX-License-Identifier: LGPL-2.1-or-later
//! Who manages the deployments of the system: what its user upgrades it with, and
//! where a change belongs that is to stay.

use std::path::Path;

use crate::ostree::{DeploymentId, sysroot};
use crate::sys::files;

/// The program that makes deployments here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Manager {
    /// bootc: deployments are container images.
    Bootc,
    /// rpm-ostree: deployments are commits or container images, with packages of the
    /// user's own.
    RpmOstree,
    /// `ostree admin`, or a program of the distribution's that calls libostree.
    Ostree,
}

impl Manager {
    /// The name in messages and for programs.
    pub fn name(self) -> &'static str {
        match self {
            Manager::Bootc => "bootc",
            Manager::RpmOstree => "rpm-ostree",
            Manager::Ostree => "ostree",
        }
    }
}

/// Decides by the booted deployment's origin and by which programs are there.
pub fn find(deployment: &DeploymentId) -> Manager {
    let installed = |program| files::exists(Path::new(program));
    let bootc = installed("/usr/bin/bootc");
    let rpm_ostree = installed("/usr/bin/rpm-ostree");
    let origin = glib::KeyFile::new();
    if bootc || rpm_ostree {
        // Without an origin there is nothing that anybody could upgrade from.
        let _ = origin.load_from_file(
            Path::new(sysroot::PATH).join(deployment.origin()),
            glib::KeyFileFlags::NONE,
        );
    }
    decide(&origin, bootc, rpm_ostree)
}

fn decide(origin: &glib::KeyFile, bootc: bool, rpm_ostree: bool) -> Manager {
    let is_image = origin
        .string("origin", "container-image-reference")
        .is_ok_and(|reference| !reference.is_empty());
    // bootc leaves a deployment alone to which rpm-ostree has added something.
    const ADDED: [&str; 4] = ["packages", "modules", "overrides", "rpmostree"];
    let has_additions = ADDED.iter().any(|group| origin.has_group(group));
    match (is_image, bootc, rpm_ostree) {
        (true, true, false) => Manager::Bootc,
        (true, true, true) if !has_additions => Manager::Bootc,
        (_, _, true) => Manager::RpmOstree,
        _ => Manager::Ostree,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str =
        "[origin]\ncontainer-image-reference=ostree-unverified-registry:quay.example/os\n";
    const REF: &str = "[origin]\nrefspec=fedora:fedora/stable\n";

    fn decided(origin: &str, bootc: bool, rpm_ostree: bool) -> Manager {
        let key_file = glib::KeyFile::new();
        let _ = key_file.load_from_data(origin, glib::KeyFileFlags::NONE);
        decide(&key_file, bootc, rpm_ostree)
    }

    #[test]
    fn an_image_is_bootcs_unless_rpm_ostree_added_to_it() {
        assert_eq!(decided(IMAGE, true, false), Manager::Bootc);
        assert_eq!(decided(IMAGE, true, true), Manager::Bootc);
        let layered = format!("{IMAGE}[packages]\nrequested=strace\n");
        assert_eq!(decided(&layered, true, true), Manager::RpmOstree);
        assert_eq!(decided(IMAGE, false, true), Manager::RpmOstree);
        assert_eq!(decided(IMAGE, false, false), Manager::Ostree);
    }

    #[test]
    fn a_commit_is_rpm_ostrees_where_that_is_installed() {
        assert_eq!(decided(REF, true, true), Manager::RpmOstree);
        assert_eq!(decided(REF, true, false), Manager::Ostree);
        assert_eq!(decided("", false, false), Manager::Ostree);
    }
}
