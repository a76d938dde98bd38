// SPDX-License-Identifier: LGPL-2.1-or-later
//! What still runs on files that were replaced, and what is to become of it: services that
//! can be restarted, those that must not be, and what users have running. Nothing is
//! restarted here.

mod unit_names;
mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::unit_names::{adds_to, below_units, is_file_of};
pub use self::verdict::Verdict;
use self::verdict::{NOT_ASKED, REFUSES, SESSION, TAKES_OTHERS, may_go_along, verdict};
use crate::diff::Change;
use crate::error::Result;
use crate::sys::programs::{self, Owner, Program};
use crate::systemd::{self, Restart};

/// By what a service or a user's process is affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i32)]
#[non_exhaustive]
pub enum Reason {
    /// The file that the unit is from, or one that adds to it.
    UnitFile = 0,
    /// A program that it runs, or a script.
    Program = 1,
    /// A file that it has code from.
    Library = 2,
}

impl Reason {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Reason::UnitFile => "unit-file",
            Reason::Program => "program",
            Reason::Library => "library",
        }
    }
}

/// A unit, a user, or a process of neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The unit of the system; `None` for users, and without systemd.
    pub unit: Option<String>,
    /// The user whose it is, by number; `None` for units.
    pub uid: Option<u32>,
    /// The commands that run, as in `/proc/PID/comm`.
    pub commands: Vec<String>,
    /// Their process ids.
    pub pids: Vec<i32>,
    /// By which files; sorted.
    pub by: Vec<(Reason, PathBuf)>,
    /// What has to be done.
    pub verdict: Verdict,
    /// Why it is not restarted, where that is not plain.
    pub why: Option<&'static str>,
}

/// The time, as [`find`] is told it.
pub fn now() -> Duration {
    programs::uptime()
}

/// What runs on files of `/usr` that were changed, units first, then users. What was started
/// later than `since`, which is [`now`] of the swap, runs on the new ones already. The note says
/// what could not be asked.
pub fn find(
    changed: &[(PathBuf, Change)],
    since: Option<Duration>,
) -> (Vec<Affected>, Option<String>) {
    let changed = Changed::of(changed);
    let all = programs::running();
    let is_old = |program: &&Program| since.is_none_or(|since| program.started < since);
    let programs: Vec<Program> = all.iter().filter(is_old).cloned().collect();
    let (units, error) = match units(&changed) {
        Ok(units) => (units, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let caller = programs::owner_of_the_caller();
    let mut found = judge(&changed, &programs, &units, &caller);
    let spared = spare_sessions(&mut found, &all, systemd::session_leaders);
    let refused = refuse(&mut found, &caller, systemd::restart_of);
    let error = error.or(spared.err()).or(refused.err());
    let note = error.map(|error| format!("not all of what is affected could be found: {error}"));
    (found, note)
}

/// The active units with their files, which are asked for only if such files were changed.
fn units(changed: &Changed) -> Result<Vec<Unit>> {
    if !changed.has_unit_files() {
        return Ok(Vec::new());
    }
    let units = systemd::active_units()?;
    let files = systemd::unit_files(&units)?;
    let with_files = units.into_iter().zip(files);
    Ok(with_files
        .map(|(unit, (file, more))| Unit {
            name: unit.name,
            is_running: unit.is_running,
            file,
            more,
        })
        .collect())
}

/// Leaves alone what holds a session: not every one has a scope of its own. While nobody says which
/// there are, any may.
fn spare_sessions(
    found: &mut [Affected],
    programs: &[Program],
    leaders: impl FnOnce() -> Result<Vec<i32>>,
) -> Result<()> {
    if !found.iter().any(is_restarted) {
        return Ok(());
    }
    let leaders = leaders().inspect_err(|_| leave_alone(found))?;
    let leads = |program: &&Program| leaders.contains(&program.pid);
    let units = programs.iter().filter(leads).map(|p| &p.owner).collect();
    spare(found, &units);
    Ok(())
}

fn spare(found: &mut [Affected], units: &HashSet<&Owner>) {
    for affected in found.iter_mut().filter(|found| is_restarted(found)) {
        let owner = affected.unit.clone().map(Owner::Unit);
        if owner.is_some_and(|owner| units.contains(&owner)) {
            (affected.verdict, affected.why) = (Verdict::LogOut, Some(SESSION));
        }
    }
}

/// Nothing is restarted that nobody could be asked about.
fn leave_alone(found: &mut [Affected]) {
    for affected in found.iter_mut().filter(|found| is_restarted(found)) {
        (affected.verdict, affected.why) = (Verdict::Reboot, Some(NOT_ASKED));
    }
}

fn is_restarted(affected: &Affected) -> bool {
    affected.verdict == Verdict::Restart
}

/// Takes out what systemd would refuse to restart, and what it would restart others with that
/// must not be. The first one that it cannot be asked about is the last one: it, and what comes
/// after it, is left alone.
fn refuse(
    found: &mut [Affected],
    caller: &Owner,
    ask: impl Fn(&str) -> Result<Restart>,
) -> Result<()> {
    let held: Vec<String> = found
        .iter()
        .filter(|affected| affected.verdict == Verdict::LogOut)
        .filter_map(|affected| affected.unit.clone())
        .collect();
    let may = |unit: &String| may_go_along(unit, caller) && !held.contains(unit);
    for number in 0..found.len() {
        let affected = &found[number];
        let Some(unit) = affected.unit.as_deref().filter(|_| is_restarted(affected)) else {
            continue;
        };
        let restart = ask(unit).inspect_err(|_| leave_alone(&mut found[number..]))?;
        let affected = &mut found[number];
        if restart.is_refused {
            (affected.verdict, affected.why) = (Verdict::Reboot, Some(REFUSES));
        } else if !restart.others.iter().all(may) {
            (affected.verdict, affected.why) = (Verdict::Reboot, Some(TAKES_OTHERS));
        }
    }
    Ok(())
}

/// A unit with its files as systemd has them.
struct Unit {
    name: String,
    is_running: bool,
    file: Option<PathBuf>,
    more: Vec<PathBuf>,
}

/// The files that are not what they were; modes and owners are no reason to restart anything.
struct Changed(HashSet<PathBuf>);

impl Changed {
    fn of(changed: &[(PathBuf, Change)]) -> Changed {
        let differs = |change: &Change| *change != Change::Metadata;
        let paths = changed.iter().filter(|(_, change)| differs(change));
        Changed(paths.map(|(path, _)| path.clone()).collect())
    }

    fn has_unit_files(&self) -> bool {
        self.0.iter().any(|path| below_units(path).is_some())
    }

    /// The changed file that `path` means, which is as the kernel or systemd shows it: without
    /// `/usr` where a link leads there, and where the mount of `/usr` is no longer in its place.
    fn named(&self, path: &Path) -> Option<PathBuf> {
        if self.0.contains(path) {
            return Some(path.to_owned());
        }
        let below = path.strip_prefix("/").ok()?;
        // What `/usr` has of these are defaults.
        if ["etc", "var", "usr"]
            .iter()
            .any(|own| below.starts_with(own))
        {
            return None;
        }
        let path = Path::new("/usr").join(below);
        self.0.contains(&path).then_some(path)
    }

    /// The changed files that this unit is from.
    fn of_unit(&self, unit: &Unit) -> BTreeSet<PathBuf> {
        let known = unit.file.iter().chain(&unit.more);
        let mut files: BTreeSet<_> = known.filter_map(|path| self.named(path)).collect();
        // One of the administrator's replaces that of /usr; then only what adds to it counts.
        let is_replaced = unit
            .file
            .as_deref()
            .is_some_and(|file| file.starts_with("/etc") || file.starts_with("/run"));
        let meant = self.0.iter().filter(|path| {
            below_units(path).is_some_and(|below| {
                adds_to(below, &unit.name) || (!is_replaced && is_file_of(below, &unit.name))
            })
        });
        files.extend(meant.cloned());
        files
    }
}

/// What was found of one owner.
#[derive(Default)]
struct Hit {
    commands: BTreeSet<String>,
    pids: Vec<i32>,
    by: BTreeSet<(Reason, PathBuf)>,
}

/// What is affected, from what was read: pure.
fn judge(changed: &Changed, programs: &[Program], units: &[Unit], caller: &Owner) -> Vec<Affected> {
    // Without an owner, processes of one command and user belong together.
    let mut hits: BTreeMap<(Owner, Option<(u32, String)>), Hit> = BTreeMap::new();
    for program in programs {
        let by = reasons(changed, program);
        if by.is_empty() {
            continue;
        }
        let whose = match program.owner {
            Owner::Nobody => Some((program.uid, program.command.clone())),
            _ => None,
        };
        let hit = hits.entry((program.owner.clone(), whose)).or_default();
        hit.commands.insert(program.command.clone());
        hit.pids.push(program.pid);
        hit.by.extend(by);
    }
    for unit in units.iter().filter(|unit| takes_part(unit)) {
        let files = changed.of_unit(unit);
        if !files.is_empty() {
            let owner = Owner::Unit(unit.name.clone());
            let hit = hits.entry((owner, None)).or_default();
            let by = files.into_iter().map(|path| (Reason::UnitFile, path));
            hit.by.extend(by);
        }
    }
    hits.into_iter()
        .map(|((owner, whose), hit)| affected(owner, whose, hit, caller))
        .collect()
}

fn reasons(changed: &Changed, program: &Program) -> BTreeSet<(Reason, PathBuf)> {
    let of = |reason, paths: &BTreeSet<PathBuf>| {
        let named = paths.iter().filter_map(|path| changed.named(path));
        named.map(|path| (reason, path)).collect::<Vec<_>>()
    };
    let programs = of(Reason::Program, &program.programs);
    let libraries = of(Reason::Library, &program.libraries);
    programs.into_iter().chain(libraries).collect()
}

/// Whether a unit goes on with what its file said when it was started. Others have nothing that
/// goes on, or systemd brings them into line when it reads the files anew.
fn takes_part(unit: &Unit) -> bool {
    let (_, suffix) = unit.name.rsplit_once('.').unwrap_or_default();
    match suffix {
        "service" => unit.is_running,
        "socket" | "mount" | "automount" | "swap" => true,
        _ => false,
    }
}

fn affected(owner: Owner, whose: Option<(u32, String)>, hit: Hit, caller: &Owner) -> Affected {
    let (verdict, why) = verdict(&owner, caller);
    Affected {
        uid: match owner {
            Owner::User(uid) => Some(uid),
            _ => whose.map(|(uid, _)| uid),
        },
        unit: match owner {
            Owner::Unit(name) => Some(name),
            _ => None,
        },
        commands: hit.commands.into_iter().collect(),
        pids: hit.pids,
        by: hit.by.into_iter().collect(),
        verdict,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Kind};

    fn changed(paths: &[&str]) -> Changed {
        let changes: Vec<_> = paths
            .iter()
            .map(|path| (PathBuf::from(path), Change::Modified))
            .collect();
        Changed::of(&changes)
    }

    fn unit(name: &str, file: &str) -> Unit {
        Unit {
            name: name.to_owned(),
            is_running: true,
            file: Some(file.into()),
            more: Vec::new(),
        }
    }

    fn program(owner: Owner, executable: &str, library: &str) -> Program {
        Program {
            pid: 7,
            uid: 0,
            command: "x".to_owned(),
            owner,
            started: Duration::ZERO,
            programs: BTreeSet::from([executable.into()]),
            libraries: BTreeSet::from([library.into()]),
        }
    }

    fn of_unit(name: &str) -> Owner {
        Owner::Unit(name.to_owned())
    }

    #[test]
    fn a_unit_is_affected_by_its_files_programs_and_libraries() {
        let changed = changed(&[
            "/usr/lib/systemd/system/a.service",
            "/usr/bin/b",
            "/usr/lib/c.so",
        ]);
        let programs = [
            program(of_unit("a.service"), "/usr/bin/a", "/usr/lib/d.so"),
            program(of_unit("b.service"), "/usr/bin/b", "/usr/lib/c.so"),
            program(of_unit("d.service"), "/usr/bin/d", "/usr/lib/d.so"),
            program(Owner::User(1000), "/usr/bin/b", "/usr/lib/d.so"),
            program(Owner::Nobody, "/usr/bin/b", "/usr/lib/d.so"),
        ];
        let units = [
            unit("a.service", "/lib/systemd/system/a.service"),
            unit("d.service", "/lib/systemd/system/d.service"),
        ];
        let found = judge(&changed, &programs, &units, &Owner::Nobody);
        let shown: Vec<_> = found
            .iter()
            .map(|found| {
                (
                    found.unit.as_deref(),
                    found.uid,
                    found.verdict,
                    found.by.len(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (Some("a.service"), None, Verdict::Restart, 1),
                (Some("b.service"), None, Verdict::Restart, 2),
                (None, Some(1000), Verdict::LogOut, 1),
                (None, Some(0), Verdict::ByHand, 1),
            ]
        );
        assert_eq!(found[0].by[0].0, Reason::UnitFile);
    }

    #[test]
    fn what_a_mount_that_is_gone_had_is_known_by_its_path_below_it() {
        let changed = changed(&["/usr/libexec/x", "/usr/etc/x", "/usr/bin/x"]);
        for (shown, wanted) in [
            ("/usr/libexec/x", Some("/usr/libexec/x")),
            ("/libexec/x", Some("/usr/libexec/x")),
            ("/bin/x", Some("/usr/bin/x")),
            ("/etc/x", None),
            ("/usr/x", None),
        ] {
            assert_eq!(
                changed.named(Path::new(shown)),
                wanted.map(PathBuf::from),
                "{shown}"
            );
        }
    }

    #[test]
    fn modes_are_no_reason() {
        let changes = [(PathBuf::from("/usr/bin/x"), Change::Metadata)];
        assert_eq!(Changed::of(&changes).named(Path::new("/usr/bin/x")), None);
    }

    #[test]
    fn a_file_of_the_administrator_counts_instead() {
        let changed = changed(&["/usr/lib/systemd/system/a.service"]);
        let own = unit("a.service", "/etc/systemd/system/a.service");
        assert!(changed.of_unit(&own).is_empty());
        let gone = Unit { file: None, ..own };
        assert_eq!(changed.of_unit(&gone).len(), 1);
    }

    #[test]
    fn what_holds_a_session_is_left_to_the_user() {
        let programs = ["a.service", "b.service"]
            .map(|name| program(of_unit(name), "/usr/bin/x", "/usr/lib/x.so"));
        let mut found = judge(&changed(&["/usr/bin/x"]), &programs, &[], &Owner::Nobody);
        spare(&mut found, &HashSet::from([&of_unit("b.service")]));
        let verdicts: Vec<_> = found.iter().map(|found| found.verdict).collect();
        assert_eq!(verdicts, [Verdict::Restart, Verdict::LogOut]);
    }

    #[test]
    fn what_nobody_could_be_asked_about_is_left_alone() {
        let services = ["a.service", "b.service", "c.service"];
        let programs = services.map(|name| program(of_unit(name), "/usr/bin/x", "/usr/lib/x.so"));
        let changed = changed(&["/usr/bin/x"]);
        let found = || judge(&changed, &programs, &[], &Owner::Nobody);
        let verdicts = |found: &[Affected]| -> Vec<_> {
            let restarted = |one: &Affected| (one.verdict == Verdict::Restart, one.why);
            found.iter().map(restarted).collect()
        };
        let silent = || Error::new(Kind::Failed, "no answer");

        let mut all = found();
        assert!(spare_sessions(&mut all, &programs, || Err(silent())).is_err());
        assert_eq!(verdicts(&all), [(false, Some(NOT_ASKED)); 3]);

        let mut all = found();
        let ask = |unit: &str| match unit {
            "a.service" => Ok(Restart {
                is_refused: false,
                others: Vec::new(),
            }),
            _ => Err(silent()),
        };
        assert!(refuse(&mut all, &Owner::Nobody, ask).is_err());
        let left = (false, Some(NOT_ASKED));
        assert_eq!(verdicts(&all), [(true, None), left, left]);
    }

    #[test]
    fn a_service_that_only_ran_once_is_left_alone() {
        let mut once = unit("a.service", "/usr/lib/systemd/system/a.service");
        once.is_running = false;
        assert!(!takes_part(&once));
        assert!(takes_part(&unit("a.socket", "x")) && !takes_part(&unit("a.timer", "x")));
    }
}
