// SPDX-License-Identifier: LGPL-2.1-or-later
//! `record`: writes down, under a name, that something was done to a deployment; and says what
//! was, and what is still to be.

use std::collections::BTreeSet;
use std::path::Path;

use gio::prelude::*;

use crate::error::{Error, Kind, Result};
use crate::options::{Options, Watch};
use crate::ostree::sysroot::{self, Named};
use crate::perform;
use crate::records;
use crate::sys::{files, namespace};

/// Records that what `name` stands for was done to a deployment, the booted one without another.
/// It is bound to that deployment and goes with it; [`status`](crate::status()) shows where the deployment that boots
/// next lacks a record that the booted one has, or that the configuration wants.
///
/// Needs root, and takes the lock of the sysroot. On failure there is no new record.
pub fn record(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    name: &str,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<()> {
    let write = || {
        options.only(&["lock_wait", "lock_held", "for_commit"])?;
        records::check_name(name)?;
        let named = sysroot::named(sysroot, deployment)?;
        sysroot::refuse_other_commit(named.deployment(), options.for_commit.as_deref())?;
        namespace::require_root()?;
        if deployment.is_some_and(|deployment| deployment.is_staged()) {
            return Err(Error::new(
                Kind::Unsupported,
                "it is staged: what is done to it does not last",
            )
            .next("record it once it is deployed"));
        }
        perform::write(named.booted(), options, watch, |_| {
            let base = files::hold(Path::new(sysroot::PATH))?;
            records::save(base, named.deployment(), name)
        })
    };
    write().map_err(|error: Error| error.during("record"))
}

/// The names of what was recorded of a deployment, the booted one without another, sorted. Needs root to see them; without
/// that there are none.
pub fn recorded(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    watch: &Watch<'_>,
) -> Result<Vec<String>> {
    names(sysroot, deployment, watch, |named| {
        records::of(named.deployment())
    })
}

/// The names of the records that a deployment lacks, the booted one without another, sorted: those that the
/// booted one has, or that the configuration wants. Needs root to see what is there; without that all are
/// missing that the configuration wants.
pub fn missing_records(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    watch: &Watch<'_>,
) -> Result<Vec<String>> {
    names(sysroot, deployment, watch, |named| {
        records::lacking(named.booted(), named.deployment())
    })
}

fn names(
    sysroot: &ostree::Sysroot,
    deployment: Option<&ostree::Deployment>,
    watch: &Watch<'_>,
    find: impl FnOnce(&Named) -> Result<BTreeSet<String>>,
) -> Result<Vec<String>> {
    let look = || {
        if let Some(cancellable) = watch.cancellable {
            cancellable.set_error_if_cancelled()?;
        }
        let named = sysroot::named(sysroot, deployment)?;
        Ok(find(&named)?.into_iter().collect())
    };
    look().map_err(|error: Error| error.during("record"))
}
