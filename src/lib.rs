// SPDX-License-Identifier: LGPL-2.1-or-later
//! Make the running OSTree system mutable, and put it back.
//!
//! Not to be confused with libostree's `ostree_sysroot_unlock()`, which releases the
//! *lock file* of a sysroot. Here a deployment is unlocked: its `/usr` becomes writable
//! ([`begin`]), is looked at ([`status`], [`detect`]) and is locked again ([`end`]),
//! without a reboot.
//!
//! ```no_run
//! use ostree_unlock::{Kind, Options, State, Watch};
//!
//! let sysroot = ostree::Sysroot::new_default();
//! let (options, watch) = (Options::new(), Watch::default());
//! match ostree_unlock::begin(&sysroot, None, State::Development, &options, &watch) {
//!     Ok(outcome) => assert_eq!(outcome.state, State::Development),
//!     Err(error) if error.kind() == Kind::AlreadyUnlocked => (),
//!     Err(error) => return Err(error),
//! }
//! std::fs::write("/usr/share/hello", "hello\n").ok();
//! ostree_unlock::end(&sysroot, None, &options, &watch)?;
//! # Ok::<(), ostree_unlock::Error>(())
//! ```

mod affected;
mod after;
mod amounts;
mod blocking;
#[allow(unsafe_code)]
mod capi;
mod carry;
mod changes;
mod config;
mod conflict;
mod deadline;
mod delta;
mod deployed_etc;
mod diff;
mod error;
// The merge of defaults has no verb yet.
mod etc;
mod hidden;
mod history;
mod holder;
mod hooks;
mod intent;
mod journal;
mod kept;
mod leftovers;
mod linkage;
mod live;
mod name;
mod notice;
mod observe;
mod options;
mod ostree;
mod packages;
mod perform;
mod plan;
mod records;
mod replay;
mod rewrite;
mod same_system;
mod scratch;
mod shadow;
mod side;
mod stack;
mod swap;
#[allow(unsafe_code)]
mod sys;
mod systemd;
mod transition;
mod tree;
mod unit_files;
mod upper;
mod verbs;
mod visit;

pub use crate::affected::{Affected, Reason, Verdict};
pub use crate::after::{Aftermath, End, Followed, Step};
pub use crate::amounts::{parse_size, parse_span, span_text};
pub use crate::config::{Config, Origin, Setting, config};
pub use crate::conflict::{Conflict, Prefer};
pub use crate::diff::{Change, Difference};
pub use crate::error::{Error, Kind, Result};
pub use crate::holder::{Holder, Use};
pub use crate::kept::Kept;
pub use crate::linkage::Unresolved;
pub use crate::options::{Backing, Deploy, Home, Options, Progress, Watch};
pub use crate::ostree::{DeploymentId, Manager};
pub use crate::packages::{Package, PackageChange, PackageDifference, PackageFormat, PackageState};
pub use crate::perform::Outcome;
pub use crate::side::{FileType, Side};
pub use crate::stack::{MadeBy, State};
pub use crate::transition::Transition;
pub use crate::unit_files::Malformed;
pub use crate::verbs::apply::{apply, rollback};
pub use crate::verbs::begin::begin;
pub use crate::verbs::cleanup::cleanup;
pub use crate::verbs::commit::{Revision, commit};
pub use crate::verbs::detect::{Detection, detect};
pub use crate::verbs::diff::{Diff, diff, diff_commits};
pub use crate::verbs::diff_packages::{PackageDiff, diff_packages, diff_packages_of_commits};
pub use crate::verbs::end::end;
pub use crate::verbs::enter::enter;
pub use crate::verbs::enter_commit::enter_commit;
pub use crate::verbs::enter_deployment::enter_deployment;
pub use crate::verbs::expire::{Expiry, expire};
pub use crate::verbs::holders::holders;
pub use crate::verbs::keep::{Transfer, keep_drop, keep_list, keep_restore, keep_save};
pub use crate::verbs::monitor::Monitor;
pub use crate::verbs::record::{missing_records, record, recorded};
pub use crate::verbs::scratch::enter_scratch;
pub use crate::verbs::status::{
    Deltas, Hierarchy, Live, NoUpper, Overview, Problem, UpperInfo, Usage, status,
};
