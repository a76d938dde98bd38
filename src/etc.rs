// SPDX-License-Identifier: LGPL-2.1-or-later
//! What becomes of `/etc` while `/usr` is another: it is not covered, so its changes stay.
//! Which files were changed is told to who ends (changed.rs), and the defaults of a live
//! commit are merged into it, and taken back. All here is done on directories that the
//! caller names; which deployment they are of is not known here.
//!
//! How an apply goes, all of it on the thread that is in process 1's mount namespace:
//!
//! ```text
//! let etc = Path::new("/etc");
//! let merge = etc::plan(&defaults_of_what_is_live, &disk::root(etc)?, &defaults_of_the_target)?
//!     .labelled_by(Some(&policy_of_the_target))?     // ostree::SePolicy::from_commit
//!     .keeping(&disk::root(etc)?, &etc::WRITTEN)?;   // what programs write to after the swap
//! merge.size()                       what the undo and the merge need, each on its file system
//! merge.changes, merge.kept          what a dry run shows: paths without the leading /etc
//! let undo = Undo::record(place, etc, &merge, proceed)?;     // nothing is changed yet
//! undo.carry_out(proceed)?;          all of it, or an error and /etc as before
//! …                                  the swap; ldconfig, systemd-sysusers
//! etc::adopt(place, etc, &etc::WRITTEN)?;    what they wrote is of the commit, too
//! ```
//!
//! `place` is a directory for this undo alone, which is not there yet: a number in a directory of
//! its own, counted up (`etc::undos` lists them, the last first; `etc::next` names the next one).
//! Whoever takes back, rolls back, ends, or finds that somebody died, calls `etc::take_back(place,
//! etc, proceed)`, for several undos from the last to the first. It needs no knowledge of how far
//! the other one came, may itself be interrupted anywhere and called again, and removes `place`
//! only when all is done and on the disk. `proceed` is asked before each step, and an error of it
//! stops the call as any other failure would.
//!
//! `etc::put_right(place, …)` is for the `/etc` of another deployment, which libostree merged from
//! ours while the commit was live; it leaves the undo where it is, so it comes before `take_back`.
//! For several undos it is called with the last one first, too.

mod adopt;
mod changed;
mod description;
mod kept;
mod manifest;
mod merge;
mod put_right;
#[cfg(test)]
mod sample;
mod stage;
mod undo;

pub use adopt::{WRITTEN, adopt};
pub use changed::{changed_since, named};
pub use kept::Kept;
pub use merge::{Change, Merge, plan};
pub use put_right::put_right;
pub use undo::{TakenBack, Undo, next, take_back, undos};
