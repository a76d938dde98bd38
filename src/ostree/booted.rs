// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which deployment the system runs, and where everything about it is kept. Found
//! without libostree, so that `detect` costs next to nothing; other verbs compare it
//! with what libostree says.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

/// Exists on every system booted by OSTree; holds what ostree-prepare-root says of it.
const BOOTED: &str = "/run/ostree-booted";
const SYSROOT: &str = "/sysroot";
const KEY_ROOT: &str = "backing-root-device-inode";
const KEY_SIGNED: &str = "composefs.signed";
const KEY_VERITY: &str = "composefs.verity";

/// What is ours alone in the backing directory.
pub const OURS: &str = "unlock";

/// Which deployment it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeploymentId {
    /// The stateroot.
    pub os: String,
    /// The checksum of its commit.
    pub commit: String,
    /// Tells deployments of one commit apart.
    pub serial: i32,
}

impl DeploymentId {
    /// `COMMIT.SERIAL`, the name of its directory and of what libostree keeps about it.
    pub fn id(&self) -> String {
        format!("{}.{}", self.commit, self.serial)
    }

    /// Every deployment below a sysroot, in no order.
    pub fn all(sysroot: &Path) -> Vec<DeploymentId> {
        let names = |directory: PathBuf| {
            let entries = fs::read_dir(directory).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        names(sysroot.join("ostree/deploy"))
            .into_iter()
            .flat_map(|os| names(os.join("deploy")))
            .filter(|path| path.is_dir())
            .filter_map(|path| DeploymentId::from_directory(&path))
            .collect()
    }

    /// From `…/deploy/OS/deploy/COMMIT.SERIAL`.
    fn from_directory(path: &Path) -> Option<DeploymentId> {
        let os = path.parent()?.parent()?.file_name()?.to_str()?;
        DeploymentId::parse(os, path.file_name()?.to_str()?)
    }

    /// From the stateroot and `COMMIT.SERIAL`.
    pub(crate) fn parse(os: &str, id: &str) -> Option<DeploymentId> {
        let (commit, serial) = id.split_once('.')?;
        let is_checksum = commit.len() == 64 && commit.bytes().all(|b| b.is_ascii_hexdigit());
        is_checksum.then_some(())?;
        Some(DeploymentId {
            os: os.to_owned(),
            commit: commit.to_owned(),
            serial: serial.parse().ok()?,
        })
    }

    /// Its directory, below the sysroot.
    pub fn directory(&self) -> PathBuf {
        PathBuf::from(format!("ostree/deploy/{}/deploy/{}", self.os, self.id()))
    }

    /// Where its origin is kept, below the sysroot.
    pub fn origin(&self) -> PathBuf {
        let mut path = self.directory().into_os_string();
        path.push(".origin");
        path.into()
    }

    /// What lives as long as the deployment and is not part of it, below the sysroot.
    pub fn backing(&self) -> PathBuf {
        PathBuf::from(format!("ostree/deploy/{}/backing/{}", self.os, self.id()))
    }

    /// What tells it from another one of the same name. A name may come again, and before
    /// libostree 2024.1 what is kept about a deployment is not removed with it: so it is known
    /// by its directory, too. Not by its device, whose number a reboot may change.
    pub(crate) fn identity(&self) -> Result<String> {
        let path = Path::new(SYSROOT).join(self.directory());
        let metadata =
            fs::metadata(&path).map_err(|e| Error::io("looking at the deployment", e).at(&path))?;
        let born = metadata.created().ok();
        let born = born.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        Ok(format!(
            "{} {}\n",
            metadata.ino(),
            born.map_or(0, |time| time.as_nanos())
        ))
    }

    /// Where libostree keeps its flags about it until the reboot.
    pub fn run_state(&self) -> PathBuf {
        PathBuf::from(format!("/run/ostree/deployment-state/{}", self.id()))
    }
}

/// Whether the system was booted by OSTree at all.
pub fn by_ostree() -> bool {
    rustix::fs::access(BOOTED, rustix::fs::Access::EXISTS).is_ok()
}

/// The deployment that the system runs.
pub fn find() -> Result<DeploymentId> {
    if !by_ostree() {
        return Err(
            Error::new(Kind::NotOstree, "the system was not booted by OSTree")
                .at(BOOTED)
                .next("its /usr is what the distribution's own tools make of it"),
        );
    }
    let root = root_identity()?;
    let from_command_line = from_command_line().filter(|path| identity(path) == Some(root));
    from_command_line
        .or_else(|| search(root))
        .and_then(|path| DeploymentId::from_directory(&path))
        .ok_or_else(|| {
            Error::new(
                Kind::NotBooted,
                "no deployment below /sysroot is the one that the root directory came from",
            )
            .at("/")
            .next("is this a container or a chroot of the real system?")
        })
}

/// Device and inode of the directory that the root came from: with composefs the root
/// itself is another file system, and ostree-prepare-root wrote it down.
fn root_identity() -> Result<(u64, u64)> {
    let recorded = fs::read(BOOTED)
        .ok()
        .and_then(|metadata| recorded_root(&metadata));
    match recorded {
        Some(identity) => Ok(identity),
        None => identity(Path::new("/"))
            .ok_or_else(|| Error::new(Kind::Failed, "cannot look at the root directory").at("/")),
    }
}

fn recorded_root(metadata: &[u8]) -> Option<(u64, u64)> {
    dictionary(metadata).lookup(KEY_ROOT).ok().flatten()
}

/// The metadata is a serialized `a{sv}`, empty on old releases.
fn dictionary(metadata: &[u8]) -> glib::VariantDict {
    let bytes = glib::Bytes::from(metadata);
    let variant = glib::Variant::from_bytes_with_type(&bytes, glib::VariantTy::VARDICT);
    glib::VariantDict::new(Some(&variant))
}

/// What ostree-prepare-root demanded of the root before it mounted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verified {
    /// Nothing.
    #[default]
    No,
    /// That fs-verity vouches for every file.
    Verity,
    /// The same, and that the commit is signed.
    Signed,
}

/// What was demanded of the booted root.
pub fn verified() -> Verified {
    fs::read(BOOTED).map_or(Verified::No, |metadata| recorded_verification(&metadata))
}

fn recorded_verification(metadata: &[u8]) -> Verified {
    let dictionary = dictionary(metadata);
    let is_true = |key| matches!(dictionary.lookup(key), Ok(Some(true)));
    if dictionary.contains(KEY_SIGNED) {
        Verified::Signed
    } else if is_true(KEY_VERITY) {
        Verified::Verity
    } else {
        Verified::No
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// `ostree=/ostree/boot.1/OS/BOOTCSUM/0` is a link to the deployment; right unless the
/// system was soft-rebooted into another one.
fn from_command_line() -> Option<PathBuf> {
    let command_line = fs::read("/proc/cmdline").ok()?;
    let link = argument(&command_line)?;
    let link = Path::new("/sysroot").join(link.strip_prefix("/").ok()?);
    // COMMIT.SERIAL is the last part of what the link says; its OS is in the link's own path.
    let target = fs::read_link(&link).ok()?;
    let os = link.parent()?.parent()?.file_name()?;
    let directory = Path::new("/sysroot/ostree/deploy").join(os);
    Some(directory.join("deploy").join(target.file_name()?))
}

fn argument(command_line: &[u8]) -> Option<&Path> {
    command_line
        .split(|b| b.is_ascii_whitespace())
        .find_map(|argument| argument.strip_prefix(b"ostree="))
        .map(|value| Path::new(OsStr::from_bytes(value)))
}

/// Looks at every deployment there is.
fn search(root: (u64, u64)) -> Option<PathBuf> {
    let stateroots = fs::read_dir("/sysroot/ostree/deploy").ok()?;
    stateroots
        .flatten()
        .filter_map(|stateroot| fs::read_dir(stateroot.path().join("deploy")).ok())
        .flat_map(|deployments| deployments.flatten())
        .map(|deployment| deployment.path())
        .find(|path| identity(path) == Some(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_deployment_is_named_by_its_directory() {
        let path = format!("/sysroot/ostree/deploy/debian/deploy/{COMMIT}.12");
        let id = DeploymentId::from_directory(Path::new(&path));
        let expected = DeploymentId {
            os: "debian".to_owned(),
            commit: COMMIT.to_owned(),
            serial: 12,
        };
        assert_eq!(id, Some(expected.clone()));
        assert_eq!(
            Path::new("/sysroot").join(expected.directory()),
            Path::new(&path)
        );
        for bad in [
            "/",
            "/a/b/c/d",
            "/deploy/os/deploy/abc.0",
            "/deploy/os/deploy/x",
        ] {
            assert_eq!(DeploymentId::from_directory(Path::new(bad)), None, "{bad}");
        }
    }

    #[test]
    fn the_kernel_argument_is_found_between_others() {
        let line = b"root=UUID=1 ostree=/ostree/boot.1/debian/ab/0 rw\n";
        assert_eq!(
            argument(line),
            Some(Path::new("/ostree/boot.1/debian/ab/0"))
        );
        assert_eq!(argument(b"rw quiet\n"), None);
    }

    #[test]
    fn what_was_demanded_of_the_root_is_read() {
        let verified = |dictionary: glib::VariantDict| {
            let variant = dictionary.end();
            recorded_verification(variant.data())
        };
        let new = || glib::VariantDict::new(None);
        assert_eq!(verified(new()), Verified::No);
        let dictionary = new();
        dictionary.insert(KEY_VERITY, false);
        assert_eq!(verified(dictionary), Verified::No);
        let dictionary = new();
        dictionary.insert(KEY_VERITY, true);
        assert_eq!(verified(dictionary), Verified::Verity);
        let dictionary = new();
        dictionary.insert(KEY_VERITY, true);
        dictionary.insert(KEY_SIGNED, "/etc/ostree/initramfs-root-binding.key");
        assert_eq!(verified(dictionary), Verified::Signed);
        assert_eq!(recorded_verification(b""), Verified::No);
    }

    #[test]
    fn the_recorded_root_is_read_where_there_is_one() {
        let dict = glib::VariantDict::new(None);
        dict.insert("composefs", true);
        dict.insert(KEY_ROOT, (7u64, 9u64));
        let variant = dict.end();
        assert_eq!(recorded_root(variant.data()), Some((7, 9)));
        assert_eq!(recorded_root(b""), None);
        assert_eq!(recorded_root(b"rubbish that is no dictionary"), None);
    }
}
