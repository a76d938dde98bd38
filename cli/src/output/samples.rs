// SPDX-License-Identifier: LGPL-2.1-or-later
//! Results of the library as the tests of both forms of output show them.

use ostree_unlock::{
    Change, Deltas, DeploymentId, Difference, FileType, Hierarchy, Live, MadeBy, NoUpper, Outcome,
    Overview, Package, PackageChange, PackageDifference, PackageFormat, PackageState, Problem,
    Side, State, Transition, UpperInfo,
};

pub(super) const COMMIT: &str = "3f9c0a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab";
pub(super) const OTHER: &str = "0123456789ab3f9c0a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef";
pub(super) const UPPER: &str = "/sysroot/ostree/deploy/debian/backing/x.0/usr-transient/upper";
/// 2026-11-21 01:50 UTC.
pub(super) const SINCE: i64 = 1_795_225_800;

pub(super) fn locked() -> Overview {
    Overview {
        deployment: DeploymentId {
            os: "debian".to_owned(),
            commit: COMMIT.to_owned(),
            serial: 0,
        },
        hierarchies: vec![Hierarchy {
            path: "/usr".into(),
            state: State::None,
            read_only: true,
            writable: false,
            persistent: false,
            made_by: None,
            since: None,
            until: None,
            live: None,
            layers: Vec::new(),
            upper: Err(NoUpper::Locked),
            deltas: None,
            problems: Vec::new(),
        }],
    }
}

pub(super) fn unlocked() -> Overview {
    let mut overview = locked();
    overview.hierarchies[0] = Hierarchy {
        path: "/usr".into(),
        state: State::Development,
        read_only: false,
        writable: true,
        persistent: false,
        made_by: Some(MadeBy::Unlock),
        since: Some(SINCE),
        until: Some(SINCE + 1_800),
        live: Some(Live {
            commit: COMMIT.to_owned(),
            origin: Some("debian/next".to_owned()),
            since: Some(SINCE),
            rollbacks: 1,
        }),
        layers: vec!["/x/deltas/1".into()],
        upper: Ok(UpperInfo {
            path: UPPER.into(),
            usage: None,
        }),
        deltas: Some(Deltas {
            count: 2,
            usage: None,
        }),
        problems: vec![Problem {
            code: "stale-flag",
            text: "A flag is stale.".to_owned(),
        }],
    };
    overview
}

pub(super) fn outcome(state: State) -> Outcome {
    Outcome {
        state,
        dry_run: false,
        steps: vec!["one".to_owned(), "two".to_owned()],
        notes: vec!["A note.".to_owned()],
    }
}

pub(super) fn side(file_type: FileType, mode: u32, size: u64) -> Side {
    Side {
        file_type,
        mode,
        uid: 0,
        gid: 0,
        size,
    }
}

/// What was added, removed, or else modified.
pub(super) fn difference(path: &str, before: Option<Side>, after: Option<Side>) -> Difference {
    Difference {
        path: path.into(),
        change: match (&before, &after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Modified,
        },
        before,
        after,
        xattrs_differ: false,
        from: None,
    }
}

/// From one commit to another one, which has a package more.
pub(super) fn transition(state: State) -> Transition {
    let mut transition = Transition::default();
    transition.outcome = outcome(state);
    transition.from = COMMIT.to_owned();
    transition.to = OTHER.to_owned();
    transition.added = 2;
    transition.changed = 1;
    transition.packages = vec![PackageDifference {
        name: "new".to_owned(),
        format: PackageFormat::Deb,
        change: PackageChange::Added,
        before: None,
        after: Some(Package {
            version: "1".to_owned(),
            architecture: "all".to_owned(),
            state: PackageState::Installed,
        }),
    }];
    transition.etc = vec!["/etc/new".into()];
    transition.etc_kept = vec![("/etc/issue".into(), "it was changed here")];
    transition.kernels = vec!["6.12.1".to_owned()];
    transition
}
