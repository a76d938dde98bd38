// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is done once other files are live: the loader's cache, users, directories in `/var`,
//! unit files, services. What fails here changes nothing about what is live, so each step says
//! what became of it, and the next one is done all the same. From the caller's own thread
//! alone, and outside of the lock: a service may take its time.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use gio::prelude::*;
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::diff::Change;
use crate::error::{Error, Kind, Result};
use crate::linkage::is_named_library;
use crate::sys::{files, namespace};
use crate::systemd::jobs::{Jobs, TIME_TO_RUN};

/// What may have to be done, in this order: a user is there before a directory is made for it,
/// and all of it before a service is restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Step {
    /// `/etc/ld.so.cache`, by ldconfig.
    LoaderCache = 0,
    /// Users and groups, by systemd-sysusers.
    Users = 1,
    /// What is in tmpfiles.d, by systemd-tmpfiles.
    Files = 2,
    /// systemd reads all unit files anew.
    UnitFiles = 3,
    /// A service reads its own files anew.
    Reload = 4,
    /// A service is restarted.
    Restart = 5,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum End {
    /// It was done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// It was not tried.
    NotDone = 2,
}

/// A step, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// What was to be done.
    pub step: Step,
    /// The service, where it is about one.
    pub unit: Option<String>,
    /// What became of it.
    pub end: End,
    /// Why it was not done, or how it failed.
    pub why: Option<String>,
}

impl Step {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Step::LoaderCache => "loader-cache",
            Step::Users => "users",
            Step::Files => "files",
            Step::UnitFiles => "unit-files",
            Step::Reload => "reload",
            Step::Restart => "restart",
        }
    }
}

impl End {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            End::Done => "done",
            End::Failed => "failed",
            End::NotDone => "not-done",
        }
    }
}

impl Followed {
    fn new(step: Step, unit: Option<&str>, result: Result<()>) -> Followed {
        Followed {
            step,
            unit: unit.map(str::to_owned),
            end: match &result {
                Ok(()) => End::Done,
                Err(error) => match error.kind() {
                    Kind::Unsupported | Kind::Cancelled => End::NotDone,
                    _ => End::Failed,
                },
            },
            why: result.err().map(|error| error.to_string()),
        }
    }
}

/// All that was done, and the names that are new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aftermath {
    /// Each step that was wanted.
    pub steps: Vec<Followed>,
    /// Users that were made.
    pub users: Vec<String>,
    /// Groups that were made.
    pub groups: Vec<String>,
}

/// What a change of files asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// There are other libraries.
    libraries: bool,
    /// The names of these files in sysusers.d: systemd finds which of that name counts.
    users: Vec<String>,
    /// The same in tmpfiles.d.
    files: Vec<String>,
    /// There are other unit files.
    units: bool,
    /// Those of them that are whole units, and not templates.
    loads: Vec<String>,
    /// Services that have to be told of other files.
    reloads: BTreeSet<&'static str>,
}

/// What ldconfig writes.
const LOADER_CACHE: &str = "/etc/ld.so.cache";
/// What systemd reads when it is told to.
const UNITS: [&str; 3] = [
    "/usr/lib/systemd/system",
    "/usr/lib/systemd/system-generators",
    "/usr/local/lib/systemd/system",
];
/// Who does not see by itself that there are other files in these directories. They watch the
/// directories that were there before, or compare times, which are the same in every commit.
const TOLD: [(&str, &str); 4] = [
    ("/usr/share/dbus-1/system-services", "dbus.service"),
    ("/usr/share/dbus-1/system.d", "dbus.service"),
    ("/usr/share/dbus-1/system.conf", "dbus.service"),
    ("/usr/lib/udev/rules.d", "systemd-udevd.service"),
];

impl Wanted {
    /// What these changes ask for.
    pub fn by(changed: &[(PathBuf, Change)]) -> Wanted {
        let mut wanted = Wanted::default();
        for (path, change) in changed {
            if *change != Change::Metadata {
                wanted.add(path, *change != Change::Removed);
            }
        }
        wanted
    }

    fn add(&mut self, path: &Path, is_there: bool) {
        self.libraries |= is_library(path);
        self.units |= UNITS.iter().any(|directory| path.starts_with(directory));
        let told = TOLD
            .iter()
            .filter(|(directory, _)| path.starts_with(directory));
        self.reloads.extend(told.map(|(_, service)| service));
        if is_there {
            let unit = UNITS.iter().find_map(|directory| unit_in(path, directory));
            self.loads.extend(unit);
            self.users.extend(name_in(path, "/usr/lib/sysusers.d"));
            self.files.extend(name_in(path, "/usr/lib/tmpfiles.d"));
        }
    }

    /// The same where `/etc` was taken back, but for what was `kept`: the loader's cache of before is
    /// there, unless that is among it.
    pub fn on_the_way_back(changed: &[(PathBuf, Change)], kept: &[PathBuf]) -> Wanted {
        let mut wanted = Wanted::by(changed);
        wanted.libraries &= kept.iter().any(|path| path == Path::new(LOADER_CACHE));
        wanted
    }

    /// What [`follow`] will do, in its order, for people.
    pub fn steps(&self) -> Vec<String> {
        let list = |what: &str, names: &[String]| {
            (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
        };
        let cache = self
            .libraries
            .then(|| "write the loader's cache anew".to_owned());
        let units = self
            .units
            .then(|| "have systemd read its unit files anew".to_owned());
        let told = self.reloads.iter();
        cache
            .into_iter()
            .chain(list(
                "make the users and groups of sysusers.d:",
                &self.users,
            ))
            .chain(list(
                "make the files and directories of tmpfiles.d:",
                &self.files,
            ))
            .chain(units)
            .chain(told.map(|service| format!("have {service} read its files anew")))
            .collect()
    }
}

/// `libx.so` or `libx.so.1`, or what says where such are.
fn is_library(path: &Path) -> bool {
    let configured = ["/usr/etc/ld.so.conf", "/usr/etc/ld.so.conf.d"];
    if configured.iter().any(|place| path.starts_with(place)) {
        return true;
    }
    is_named_library(path)
}

/// The name of a file of a drop-in directory of systemd's.
fn name_in(path: &Path, directory: &str) -> Option<String> {
    let name = path.file_name().and_then(OsStr::to_str)?;
    let is_there = path.parent() == Some(Path::new(directory));
    (is_there && name.ends_with(".conf")).then(|| name.to_owned())
}

/// The name of a unit that a file is all of.
fn unit_in(path: &Path, directory: &str) -> Option<String> {
    let name = path.file_name().and_then(OsStr::to_str)?;
    let is_unit = [
        ".service", ".socket", ".timer", ".path", ".mount", ".target",
    ]
    .iter()
    .any(|suffix| name.ends_with(suffix));
    let is_there = path.parent() == Some(Path::new(directory));
    (is_there && is_unit && !name.contains("@.")).then(|| name.to_owned())
}

/// Does what is wanted. Without systemd its own programs do what they can without it, and the
/// rest is said not to be done. `written` is called once there is another cache of the loader, before
/// anything that may take its time, and says whether that may stay: otherwise it is written once
/// more. Once it is cancelled, programs are waited for, and services not.
pub fn follow(
    wanted: &Wanted,
    cancellable: Option<&gio::Cancellable>,
    written: impl FnOnce() -> bool,
) -> Aftermath {
    if *wanted == Wanted::default() {
        return Aftermath::default();
    }
    let runner = Runner::find(cancellable);
    let mut steps = Vec::new();
    let mut note = |step, unit, result| steps.push(Followed::new(step, unit, result));
    if wanted.libraries {
        // Links between libraries are the commit's matter, and `/usr` is read-only.
        let write = || runner.run("ldconfig", &["-X"], &[]);
        let first = write();
        let result = if written() { first } else { write() };
        note(Step::LoaderCache, None, result);
    }
    let before = (names("passwd"), names("group"));
    if !wanted.users.is_empty() {
        let result = runner.run("systemd-sysusers", &[], &wanted.users);
        note(Step::Users, None, result);
    }
    let after = (names("passwd"), names("group"));
    if !wanted.files.is_empty() {
        let result = runner.run("systemd-tmpfiles", &["--create"], &wanted.files);
        note(Step::Files, None, result);
    }
    if wanted.units {
        let reload = |jobs: &Jobs| {
            jobs.reload()?;
            jobs.check_loads(&wanted.loads)
        };
        note(Step::UnitFiles, None, runner.jobs().and_then(reload));
    }
    for service in &wanted.reloads {
        let told = runner.jobs().and_then(|jobs| jobs.reload_unit(service));
        note(Step::Reload, Some(service), told);
    }
    Aftermath {
        steps,
        users: after.0.difference(&before.0).cloned().collect(),
        groups: after.1.difference(&before.1).cloned().collect(),
    }
}

/// Restarts these services, all at once; those that have ended meanwhile stay so, and once it is
/// cancelled none is restarted.
pub fn restart(units: &[String], cancellable: Option<&gio::Cancellable>) -> Vec<Followed> {
    let followed = |unit: &str, result| Followed::new(Step::Restart, Some(unit), result);
    if units.is_empty() {
        return Vec::new();
    }
    if let Some(why) = cancellable.and_then(|it| it.set_error_if_cancelled().err()) {
        let failed = |unit: &String| followed(unit, Err(why.clone().into()));
        return units.iter().map(failed).collect();
    }
    match Runner::find(cancellable) {
        Runner::Systemd(jobs) => jobs
            .restart(units)
            .into_iter()
            .map(|(unit, result)| followed(&unit, result))
            .collect(),
        alone => units
            .iter()
            .map(|unit| followed(unit, alone.jobs().map(|_| ())))
            .collect(),
    }
}

/// The names in a database of users or groups, as the system has it.
fn names(database: &str) -> BTreeSet<String> {
    let content = std::fs::read(format!("/proc/1/root/etc/{database}")).unwrap_or_default();
    String::from_utf8_lossy(&content)
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// What runs programs, and has services restarted.
enum Runner {
    /// In the system's own environment, whatever is forbidden to the caller.
    Systemd(Jobs),
    /// There is none, for this reason: as our children, then.
    Alone(String),
}

impl Runner {
    fn find(cancellable: Option<&gio::Cancellable>) -> Runner {
        match Jobs::connect(cancellable) {
            Ok(jobs) => Runner::Systemd(jobs),
            Err(error) => Runner::Alone(error.to_string()),
        }
    }

    /// What only systemd can do.
    fn jobs(&self) -> Result<&Jobs> {
        match self {
            Runner::Systemd(jobs) => Ok(jobs),
            Runner::Alone(why) => Err(Error::new(Kind::Unsupported, why.clone())),
        }
    }

    fn run(&self, program: &str, options: &[&str], operands: &[String]) -> Result<()> {
        let path = ["/usr/bin", "/usr/sbin"]
            .map(|directory| format!("{directory}/{program}"))
            .into_iter()
            .find(|path| files::exists(Path::new(&format!("/proc/1/root{path}"))))
            .ok_or_else(|| Error::new(Kind::Unsupported, format!("there is no {program} here")))?;
        let mut command = vec![path];
        command.extend(options.iter().map(|&option| option.to_owned()));
        // What would be an option is the name of a file.
        command.extend((!operands.is_empty()).then(|| "--".to_owned()));
        command.extend_from_slice(operands);
        match self {
            Runner::Systemd(jobs) => {
                let name = format!("ostree-unlock-{program}-{}.service", std::process::id());
                jobs.run(&name, &format!("{program} of a live commit"), &command)
            }
            Runner::Alone(_) => run_as_child(&command),
        }
    }
}

/// Where the system's mounts are: the caller's may be others.
fn run_as_child(command: &[String]) -> Result<()> {
    namespace::in_system(|_| run_here(command, TIME_TO_RUN), || {})
}

/// What it says is of interest where it fails. A terminal's Ctrl-C is not for it: what is live stays so.
fn run_here(command: &[String], limit: Duration) -> Result<()> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(());
    };
    // Not a pipe, which whatever it leaves running would hold open.
    let mut said = memfd_create("messages", MemfdFlags::CLOEXEC)
        .map(File::from)
        .map_err(|e| Error::os("making a file for what it says", e))?;
    let errors = said.try_clone();
    let mut command = Command::new(program);
    namespace::unblock_signals(&mut command);
    let started = command
        .args(arguments)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors.map_err(|e| Error::io("listening to it", e))?)
        .spawn();
    let mut child = started.map_err(|e| Error::io("starting it", e).at(program))?;
    let ended = wait(&mut child, limit).map_err(|e| Error::io("waiting for it", e).at(program))?;
    let why = match ended {
        Some(status) if status.success() => return Ok(()),
        Some(status) => status.to_string(),
        None => format!("killed after {} seconds", limit.as_secs()),
    };
    let mut bytes = Vec::new();
    let _ = said.rewind().and_then(|()| said.read_to_end(&mut bytes));
    let said = String::from_utf8_lossy(&bytes);
    let last = said.trim_end().lines().last().unwrap_or_default();
    Err(Error::new(Kind::Failed, format!("{why}: {last}")).at(program))
}

/// Waits for its end; `None` if it had to be killed, with what it started.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    const PAUSE: Duration = Duration::from_millis(10);
    let deadline = Instant::now() + limit;
    loop {
        let is_late = Instant::now() >= deadline;
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if is_late => break,
            None => std::thread::sleep(PAUSE),
        }
    }
    kill_process_group(Pid::from_child(child), Signal::KILL)?;
    child.wait()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(changes: &[(&str, Change)]) -> Wanted {
        let changes: Vec<_> = changes
            .iter()
            .map(|(path, change)| (PathBuf::from(path), *change))
            .collect();
        Wanted::by(&changes)
    }

    #[test]
    fn only_what_changes_ask_for_is_done() {
        use Change::{Added, Metadata, Modified, Removed};
        assert_eq!(wanted(&[("/usr/bin/x", Modified)]), Wanted::default());
        for (path, change, steps) in [
            (
                "/usr/lib/libx.so.1",
                Removed,
                "write the loader's cache anew",
            ),
            ("/usr/lib/libx.so", Added, "write the loader's cache anew"),
            ("/usr/lib/libx.sox", Added, ""),
            (
                "/usr/etc/ld.so.conf.d/x",
                Added,
                "write the loader's cache anew",
            ),
            ("/usr/lib/libx.so.1", Metadata, ""),
            (
                "/usr/lib/sysusers.d/x.conf",
                Added,
                "make the users and groups of sysusers.d: x.conf",
            ),
            ("/usr/lib/sysusers.d/x.conf", Removed, ""),
            ("/usr/lib/sysusers.d/x", Added, ""),
            (
                "/usr/lib/tmpfiles.d/x.conf",
                Modified,
                "make the files and directories of tmpfiles.d: x.conf",
            ),
            ("/usr/lib/tmpfiles.d/x/y.conf", Modified, ""),
            (
                "/usr/lib/systemd/system/x.service",
                Removed,
                "have systemd read its unit files anew",
            ),
            (
                "/usr/lib/systemd/system/x.service.d/y.conf",
                Added,
                "have systemd read its unit files anew",
            ),
            ("/usr/lib/systemd/user/x.service", Added, ""),
            (
                "/usr/share/dbus-1/system.d/x.conf",
                Added,
                "have dbus.service read its files anew",
            ),
        ] {
            let wanted = wanted(&[(path, change)]).steps();
            assert_eq!(wanted.join("; "), steps, "{path}");
        }
    }

    #[test]
    fn on_the_way_back_the_cache_is_written_only_if_it_was_kept() {
        let changed = [(PathBuf::from("/usr/lib/libx.so.1"), Change::Removed)];
        let back = |kept: &[&str]| {
            let kept: Vec<_> = kept.iter().map(PathBuf::from).collect();
            Wanted::on_the_way_back(&changed, &kept).steps()
        };
        assert_eq!(back(&["/etc/passwd"]), [""; 0]);
        assert_eq!(
            back(&["/etc/ld.so.cache"]),
            ["write the loader's cache anew"]
        );
        let elsewhere = Wanted::on_the_way_back(&[], &["/etc/ld.so.cache".into()]);
        assert_eq!(elsewhere, Wanted::default());
    }

    #[test]
    fn units_are_tried_unless_they_are_templates() {
        let units = "/usr/lib/systemd/system";
        let added = |name: &str| (PathBuf::from(format!("{units}/{name}")), Change::Added);
        let names = [
            "a.service",
            "a@.service",
            "a@b.service",
            "a.service.d/x.conf",
        ];
        assert_eq!(
            Wanted::by(&names.map(added)).loads,
            ["a.service", "a@b.service"]
        );
    }

    #[test]
    fn each_service_is_told_once() {
        let changes = [
            ("/usr/share/dbus-1/system.d/x.conf", Change::Added),
            ("/usr/share/dbus-1/system-services/x.service", Change::Added),
        ];
        assert_eq!(wanted(&changes).reloads, BTreeSet::from(["dbus.service"]));
    }

    #[test]
    fn how_it_ended_says_whether_it_was_tried() {
        let of = |kind| Followed::new(Step::Users, None, Err(Error::new(kind, "x"))).end;
        assert_eq!(of(Kind::Unsupported), End::NotDone);
        assert_eq!(of(Kind::Cancelled), End::NotDone);
        assert_eq!(of(Kind::Failed), End::Failed);
        assert_eq!(Followed::new(Step::Users, None, Ok(())).end, End::Done);
    }

    #[test]
    fn nothing_is_restarted_once_it_is_cancelled() {
        let cancellable = gio::Cancellable::new();
        cancellable.cancel();
        let ends = restart(&["x.service".to_owned()], Some(&cancellable));
        let ends: Vec<_> = ends.iter().map(|one| (one.step, one.end)).collect();
        assert_eq!(ends, [(Step::Restart, End::NotDone)]);
    }

    #[test]
    fn a_child_says_how_it_failed() {
        let run = |script: &str| {
            let command = ["/bin/sh", "-c", script].map(str::to_owned);
            run_here(&command, Duration::from_secs(3))
        };
        assert!(run("true").is_ok());
        let said = run("echo first; echo last >&2; exit 3").map_err(|e| e.to_string());
        assert!(said.is_err_and(|said| said.contains("3: last")));
        let said = run("echo last >&2; exec sleep 20").map_err(|e| e.to_string());
        assert!(said.is_err_and(|said| said.contains("killed after 3 seconds: last")));
    }

    #[test]
    fn a_child_is_killed_with_what_it_started() {
        let command = ["/bin/sh", "-c", "sleep 20 & echo $! >&2; wait"].map(str::to_owned);
        let said = run_here(&command, Duration::from_secs(1)).map_err(|e| e.to_string());
        let said = said.err().unwrap_or_default();
        let started = said.rsplit(' ').next().unwrap_or_default();
        assert!(started.parse::<u32>().is_ok(), "{said}");
        // Empty of one that has ended and is not waited for yet.
        let line = format!("/proc/{started}/cmdline");
        let runs = || std::fs::read(&line).is_ok_and(|line| !line.is_empty());
        let deadline = Instant::now() + Duration::from_secs(10);
        while runs() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!runs());
    }
}
