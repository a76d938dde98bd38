// SPDX-License-Identifier: LGPL-2.1-or-later
//! What it means to have one commit live after another: the plan of an apply, and afterwards what
//! became of it. Reads commits; what is done with it is decided elsewhere.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use crate::affected::{self, Affected, Verdict};
use crate::after::{self, Aftermath, End, Followed, Wanted};
use crate::deployed_etc::ETC;
use crate::diff::{Change, Walk};
use crate::error::{self, Error, Kind, Result};
use crate::etc::Merge;
use crate::linkage::{self, Unresolved};
use crate::observe::USR;
use crate::packages::{self, Databases, PackageChange, PackageDifference};
use crate::perform::Outcome;
use crate::tree::whole::Whole;
use crate::tree::{self, Node};
use crate::unit_files::{self, Malformed};

/// What an apply or a rollback did, or with a dry run would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Transition {
    /// What was done.
    pub outcome: Outcome,
    /// The commit that was live before.
    pub from: String,
    /// The one that is live.
    pub to: String,
    /// How many files of `/usr` were added.
    pub added: u64,
    /// How many were removed.
    pub removed: u64,
    /// How many are others than before.
    pub changed: u64,
    /// What became of the packages, sorted by name.
    pub packages: Vec<PackageDifference>,
    /// What becomes another in `/etc`.
    pub etc: Vec<PathBuf>,
    /// What stays as it is in `/etc` although its default is another, and why.
    pub etc_kept: Vec<(PathBuf, &'static str)>,
    /// The kernels of which modules came or went; that of the one that runs stay.
    pub kernels: Vec<String>,
    /// Programs and libraries that would no longer find a library.
    pub unresolved: Vec<Unresolved>,
    /// Unit files that systemd would not read.
    pub malformed: Vec<Malformed>,
    /// What was done afterwards; with a dry run nothing.
    pub aftermath: Aftermath,
    /// What runs on files that are others now.
    pub affected: Vec<Affected>,
    /// What became of the services that were to be restarted.
    pub restarted: Vec<Followed>,
    /// The deployment of it that boots next, where that was asked for.
    pub deployment: Option<String>,
    /// What is different in `/usr`.
    pub(crate) paths: Vec<(PathBuf, Change)>,
    /// What of it may be a program or a library.
    pub(crate) linked: Vec<PathBuf>,
    /// Why nothing is known of the packages, where their databases could not be compared.
    pub(crate) untold: Option<(Kind, String)>,
}

/// Where policies of SELinux are.
const POLICIES: [&str; 2] = ["/usr/etc/selinux", "/usr/share/selinux"];
/// Where the modules of kernels are.
const MODULES: &str = "/usr/lib/modules";
const TAKEN_BACK: &str =
    "what was applied was taken back meanwhile, so the loader's cache was written once more";
const UNTOLD: &str = "what becomes of the packages cannot be told";

impl Transition {
    /// What is different between the `/usr` of two commits.
    pub fn between(
        repo: &ostree::Repo,
        from: &str,
        to: &str,
        proceed: &dyn Fn() -> Result<()>,
    ) -> Result<Transition> {
        let mut transition = Transition {
            from: from.to_owned(),
            to: to.to_owned(),
            ..Transition::default()
        };
        if from == to {
            return Ok(transition);
        }
        let root = |commit| tree::commit::root(repo, commit);
        let (before, after) = (root(from)?, root(to)?);
        let usr = |root| tree::lookup(root, Path::new("usr"));
        if let (Some(old), Some(new)) = (usr(&before)?, usr(&after)?) {
            let mut walk = Walk::new(Path::new(USR), old, new);
            while let Some(found) = walk.next_while(proceed) {
                let found = found?;
                transition.count(found.change, &found.path);
                let may_be_linked = |after| linkage::may_be_linked(&found.path, after);
                if found.after.as_deref().is_some_and(may_be_linked) {
                    transition.linked.push(found.path.clone());
                }
                transition.paths.push((found.path, found.change));
            }
        }
        let whole = |root| Whole {
            top: "/".into(),
            root,
        };
        let (before, after) = (whole(before), whole(after));
        if !packages::are_same(&before, &after)? {
            let between =
                || packages::differences(&Databases::find(&before)?, &Databases::find(&after)?);
            transition.take_up(between())?;
        }
        Ok(transition)
    }

    /// Takes up what becomes of the packages. Where that fails it is not known, be it for want of space
    /// in /tmp: what goes back is not refused for that.
    fn take_up(&mut self, packages: Result<Vec<PackageDifference>>) -> Result<()> {
        match packages {
            Err(e) if e.kind() != Kind::Cancelled => {
                self.untold = Some((e.kind(), format!("{UNTOLD}: {e}")));
            }
            packages => self.packages = packages?,
        }
        Ok(())
    }

    fn count(&mut self, change: Change, path: &Path) {
        match change {
            Change::Added => self.added += 1,
            Change::Removed => self.removed += 1,
            _ => self.changed += 1,
        }
        if path.parent() == Some(Path::new(MODULES)) && change != Change::Metadata {
            let name = path.file_name().unwrap_or_default();
            self.kernels.push(name.to_string_lossy().into_owned());
        }
    }

    /// Takes up what becomes of `/etc`.
    pub fn will_merge(&mut self, merge: &Merge) {
        let at = |path: &Path| Path::new(ETC).join(path);
        self.etc = merge
            .changes
            .iter()
            .map(|change| at(&change.path))
            .collect();
        let kept = merge.kept.iter();
        self.etc_kept = kept.map(|kept| (at(&kept.path), kept.reason)).collect();
    }

    /// Says that the policy of SELinux is another one, which nothing loads.
    pub fn other_policy(&self) -> Option<String> {
        let is_policy = |path: &Path| POLICIES.iter().any(|policy| path.starts_with(policy));
        let differs = self.paths.iter().any(|(path, _)| is_policy(path));
        differs.then(|| {
            "the commit has another SELinux policy: its files are labelled by that, and what runs goes on with the one that is loaded, until a reboot".to_owned()
        })
    }

    /// Says that nothing is known of the packages.
    pub fn untold_packages(&self) -> Option<String> {
        self.untold.as_ref().map(|(_, why)| why.clone())
    }

    /// Whether packages are added and nothing else becomes of any.
    pub fn is_purely_additive(&self) -> bool {
        self.untold.is_none() && packages::are_purely_additive(&self.packages)
    }

    /// Looks for what would no longer start, in what one sees of `/usr` before and after. What did not
    /// change may have to be read, too, so `before` should be of the disk.
    pub fn check(
        &mut self,
        before: &Rc<dyn Node>,
        after: &Rc<dyn Node>,
        proceed: &dyn Fn() -> Result<()>,
    ) -> Result<()> {
        self.malformed = unit_files::malformed(before, after, &self.paths)?;
        self.unresolved = linkage::unresolved(before, after, &self.paths, &self.linked, proceed)?;
        Ok(())
    }

    /// What of the steps after the swap a person should know.
    pub fn left_undone(&self) -> Vec<String> {
        let steps = self.aftermath.steps.iter();
        let undone = steps.filter(|step| step.end != End::Done).map(|step| {
            let unit = step.unit.as_deref().unwrap_or_default();
            let why = step.why.as_deref().unwrap_or_default();
            format!("not done: {} {unit}: {why}", step.step.name())
        });
        let units: Vec<&str> = self
            .affected
            .iter()
            .filter_map(|one| one.unit.as_deref())
            .collect();
        let affected = (!units.is_empty())
            .then(|| format!("still run on what was there before: {}", units.join(", ")));
        undone.chain(affected).collect()
    }

    /// Refuses where something would no longer start, and names it.
    pub fn refuse_broken(&self) -> Result<()> {
        let libraries = self.unresolved.iter().map(|broken| {
            format!(
                "{} needs {}, which is not there",
                broken.file.display(),
                broken.soname
            )
        });
        let units = self
            .malformed
            .iter()
            .map(|broken| format!("{}:{}: {}", broken.file.display(), broken.line, broken.why));
        let broken: Vec<String> = libraries.chain(units).collect();
        if broken.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            Kind::Unsupported,
            format!(
                "the commit would not work:{}\n",
                error::listed(broken.into_iter())
            ),
        )
        .next("mend the commit, or allow that (--allow-broken)"))
    }

    /// Says what would come after the swap.
    pub fn foresee(&mut self, wanted: &Wanted, restart: bool) {
        self.find_affected(None);
        self.outcome.steps.extend(wanted.steps());
        if restart {
            let units = self.to_be_restarted().join(", ");
            let restart = (!units.is_empty()).then(|| format!("restart {units}"));
            self.outcome.steps.extend(restart);
        }
    }

    /// Does what comes after the swap; `since` is the time of before it. `adopt` is called once the
    /// loader's cache was written, and says whether it is still wanted.
    pub fn follow(
        &mut self,
        wanted: &Wanted,
        since: Duration,
        restart: bool,
        cancellable: Option<&gio::Cancellable>,
        adopt: impl FnOnce() -> Result<bool>,
    ) {
        let notes = &mut self.outcome.notes;
        self.aftermath = after::follow(wanted, cancellable, || {
            let adopted = adopt();
            notes.extend(match &adopted {
                Ok(true) => None,
                Ok(false) => Some(TAKEN_BACK.to_owned()),
                Err(failed) => Some(format!(
                    "what was written to /etc afterwards is not put back: {failed}"
                )),
            });
            adopted.unwrap_or(true)
        });
        self.find_affected(Some(since));
        if restart {
            self.restarted = after::restart(&self.to_be_restarted(), cancellable);
        }
    }

    fn find_affected(&mut self, since: Option<Duration>) {
        let (affected, note) = affected::find(&self.paths, since);
        self.affected = affected;
        self.outcome.notes.extend(note);
    }

    fn to_be_restarted(&self) -> Vec<String> {
        let affected = self.affected.iter();
        let units = affected.filter(|one| one.verdict == Verdict::Restart);
        units.filter_map(|one| one.unit.clone()).collect()
    }

    /// Refuses where packages are replaced or removed, and names them; and where that cannot be told.
    pub fn refuse_replacement(&self) -> Result<()> {
        if let Some((kind, why)) = &self.untold {
            return Err(Error::new(*kind, why.clone())
                .next("mend that, or allow that any are replaced (--allow-replacement)"));
        }
        let replaced = self.packages.iter();
        let replaced: Vec<&PackageDifference> = replaced
            .filter(|package| package.change != PackageChange::Added)
            .collect();
        if replaced.is_empty() {
            return Ok(());
        }
        let named: Vec<String> = replaced
            .iter()
            .map(|package| format!("{} {}", package.change.name(), package.name))
            .collect();
        Err(Error::new(
            Kind::NotAdditive,
            format!(
                "packages would be replaced or removed under what runs:{}\n",
                error::listed(named.into_iter())
            ),
        )
        .next("reboot into it instead, or allow that (--allow-replacement)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_cannot_be_told_refuse_nothing_by_themselves() {
        for kind in [Kind::Corrupt, Kind::NoSpace, Kind::Failed] {
            let mut transition = Transition::default();
            assert!(transition.take_up(Err(Error::new(kind, "x"))).is_ok());
            assert!(
                transition
                    .untold_packages()
                    .is_some_and(|why| why.starts_with(UNTOLD))
            );
        }
        let stopped = Transition::default().take_up(Err(Error::new(Kind::Cancelled, "x")));
        assert!(stopped.is_err_and(|error| error.kind() == Kind::Cancelled));
    }

    #[test]
    fn packages_of_which_nothing_is_known_are_not_only_added() {
        let mut transition = Transition::default();
        assert!(transition.is_purely_additive() && transition.refuse_replacement().is_ok());
        transition.untold = Some((Kind::Corrupt, "it is damaged".to_owned()));
        assert!(!transition.is_purely_additive());
        let refused = transition.refuse_replacement().err();
        assert!(refused.is_some_and(|error| {
            error.kind() == Kind::Corrupt
                && error
                    .next_step()
                    .is_some_and(|next| next.contains("--allow-replacement"))
        }));
    }
}
