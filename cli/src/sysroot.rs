// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a verb acts on: the sysroot, one of its deployments, a repository.

use std::path::Path;

use ostree_unlock::{Error, Kind, Result};

/// The sysroot at `path`, or the one of the running system; not loaded, the verbs do not
/// need that.
pub(crate) fn open(path: Option<&Path>) -> ostree::Sysroot {
    match path {
        Some(path) => ostree::Sysroot::new(Some(&gio::File::for_path(path))),
        None => ostree::Sysroot::new_default(),
    }
}

/// As few characters of a checksum as are taken for it. Fewer are a number, lest a number that
/// no deployment has is that of another, whose checksum begins so.
const ENOUGH: usize = 4;

/// The deployment that a user calls `name`: the number that libostree lists it by, or its
/// checksum, of which the [beginning](ENOUGH) is enough, with or without `.SERIAL`, and with `OS/`
/// before it where another stateroot has the same.
pub(crate) fn deployment(sysroot: &ostree::Sysroot, name: &str) -> Result<ostree::Deployment> {
    sysroot.load(gio::Cancellable::NONE)?;
    let mut all = sysroot.deployments();
    if let Some(index) = name.parse().ok().filter(|index| *index < all.len()) {
        return Ok(all.swap_remove(index));
    }
    let (os, id) = match name.split_once('/') {
        Some((os, id)) => (Some(os), id),
        None => (None, name),
    };
    let (commit, serial) = match id.split_once('.') {
        Some((commit, serial)) => (commit, Some(serial)),
        None => (id, None),
    };
    all.retain(|one| {
        commit.len() >= ENOUGH
            && os.is_none_or(|os| one.osname() == os)
            && one.csum().starts_with(commit)
            && serial.is_none_or(|serial| one.deployserial().to_string() == serial)
    });
    match all.len() {
        1 => Ok(all.swap_remove(0)),
        0 => Err(Error::new(
            Kind::NotFound,
            format!("there is no deployment {name}"),
        )),
        _ => Err(Error::new(
            Kind::InvalidArgument,
            format!("{name} may be any of {} deployments", all.len()),
        )),
    }
    .map_err(|error| {
        error.next("see `ostree admin status`; count from 0, or give four characters of a checksum, or more")
    })
}

/// The deployment with this id, of this stateroot.
pub(crate) fn deployment_of(
    sysroot: &ostree::Sysroot,
    os: &str,
    id: &str,
) -> Result<ostree::Deployment> {
    sysroot.load(gio::Cancellable::NONE)?;
    let is_meant = |one: &ostree::Deployment| {
        one.osname() == os && format!("{}.{}", one.csum(), one.deployserial()) == id
    };
    let found = sysroot.deployments().into_iter().find(is_meant);
    found.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("there is no deployment {id} any more"),
        )
        .next("see `ostree admin status`")
    })
}

/// The repository at `path`.
pub(crate) fn repo(path: &Path) -> Result<ostree::Repo> {
    let repo = ostree::Repo::new_for_path(path);
    match repo.open(gio::Cancellable::NONE) {
        Ok(()) => Ok(repo),
        Err(error) if error.matches(gio::IOErrorEnum::NotFound) => {
            Err(Error::new(Kind::NotFound, "there is no OSTree repository").at(path))
        }
        Err(error) => Err(Error::from(error).at(path)),
    }
}
