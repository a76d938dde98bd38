// SPDX-License-Identifier: LGPL-2.1-or-later
//! Jobs of systemd that are waited for: a program that it runs, services that it restarts.
//! Why any of that is wanted is not known here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use gio::prelude::*;
use glib::variant::ToVariant;
use glib::{ControlFlow, MainContext, Priority, Variant};

use super::bus::{Bus, SYSTEMD};
use crate::error::{Error, Kind, Result};

const UNIT: &str = "org.freedesktop.systemd1.Unit";
const SERVICE: &str = "org.freedesktop.systemd1.Service";

/// After which a job is not waited for any longer. systemd itself gives a service 90 seconds to
/// stop, and as many to start.
const PATIENCE: Duration = Duration::from_secs(200);
/// What a program gets that is run.
pub const TIME_TO_RUN: Duration = Duration::from_secs(120);
/// A simple service counts as started with its process, before that has done anything.
const FIRST_STEPS: Duration = Duration::from_millis(500);
/// Reading all units anew has taken seconds on large systems.
const RELOAD_MS: i32 = 90_000;

/// A connection that hears which jobs have ended.
pub struct Jobs {
    bus: Bus,
    context: MainContext,
    /// Ends waiting for services.
    cancellable: Option<gio::Cancellable>,
    /// What became of each, by its object.
    ended: Rc<RefCell<HashMap<String, String>>>,
}

impl Jobs {
    /// Connects; an error if systemd does not run, or cannot be reached. Once it is cancelled services are
    /// not waited for any longer; programs are, which have little time anyway.
    pub fn connect(cancellable: Option<&gio::Cancellable>) -> Result<Jobs> {
        let bus = Bus::connect()?;
        bus.call(SYSTEMD, "Subscribe", &().to_variant())?;
        let context = MainContext::new();
        let ended: Rc<RefCell<HashMap<String, String>>> = Rc::default();
        let heard = Rc::clone(&ended);
        context
            .with_thread_default(|| {
                // Number, object, unit, result.
                bus.on_signal(SYSTEMD, "JobRemoved", move |job| {
                    if let (Some(object), Some(result)) = (text(job, 1), text(job, 3)) {
                        heard.borrow_mut().insert(object, result);
                    }
                });
            })
            .map_err(|e| Error::new(Kind::Failed, "listening to systemd").because(e))?;
        Ok(Jobs {
            bus,
            context,
            cancellable: cancellable.cloned(),
            ended,
        })
    }

    /// Has the unit files read anew.
    pub fn reload(&self) -> Result<()> {
        self.bus
            .call_for(SYSTEMD, "Reload", &().to_variant(), RELOAD_MS)?;
        Ok(())
    }

    /// An error names those of these units that cannot be used.
    pub fn check_loads(&self, units: &[String]) -> Result<()> {
        let is_broken = |unit: &&String| {
            let loaded = self.bus.call(SYSTEMD, "LoadUnit", &(unit,).to_variant());
            let object = loaded.ok().and_then(|answer| text(&answer, 0));
            let state = object.and_then(|object| {
                let of = [SYSTEMD[0], &object, UNIT];
                text_of(&self.bus.property(of, "LoadState").ok()??)
            });
            matches!(state.as_deref(), Some("error" | "bad-setting"))
        };
        let broken: Vec<&str> = units.iter().filter(is_broken).map(|u| &**u).collect();
        if broken.is_empty() {
            return Ok(());
        }
        let names = broken.join(", ");
        Err(
            Error::new(Kind::Failed, format!("systemd cannot use {names}"))
                .next("`systemctl status` says why"),
        )
    }

    /// Has one service read its own files anew; one that does not run has none.
    pub fn reload_unit(&self, unit: &str) -> Result<()> {
        if self.state(unit).is_none_or(|(state, _)| state != "active") {
            return Ok(());
        }
        let job = self.job("ReloadUnit", &(unit, "replace").to_variant())?;
        let ended = self.wait_unless_cancelled(&job, Instant::now() + PATIENCE);
        check(ended.as_deref()).map_err(|why| failed(unit, &why))
    }

    /// Runs a program, as a service that exists nowhere but in memory, and waits for its end.
    /// What it says goes to the journal.
    pub fn run(&self, name: &str, description: &str, command: &[String]) -> Result<()> {
        let Some(program) = command.first() else {
            return Err(Error::new(Kind::Failed, "there is no program to be run"));
        };
        let start = vec![(program.clone(), command.to_vec(), false)];
        let microseconds = u64::try_from(TIME_TO_RUN.as_micros()).unwrap_or(u64::MAX);
        let properties: Vec<(&str, Variant)> = vec![
            ("Description", description.to_variant()),
            ("Type", "oneshot".to_variant()),
            ("ExecStart", start.to_variant()),
            ("TimeoutStartUSec", microseconds.to_variant()),
        ];
        let nothing_besides: Vec<(String, Vec<(String, Variant)>)> = Vec::new();
        let arguments = (name, "replace", properties, nothing_besides).to_variant();
        let job = self.job("StartTransientUnit", &arguments)?;
        let ended = self.wait(&job, Instant::now() + PATIENCE);
        let checked = check(ended.as_deref()).map_err(|why| match self.status(name) {
            Some(status) => failed(name, &format!("{program}: {status}")),
            None => failed(name, &why),
        });
        if checked.is_err() {
            // One that failed is kept in memory until somebody has seen it.
            let _ = self
                .bus
                .call(SYSTEMD, "ResetFailedUnit", &(name,).to_variant());
        }
        checked
    }

    /// Restarts those that still run, all at once, so that systemd finds the order; says of each
    /// what became of it.
    pub fn restart(&self, units: &[String]) -> Vec<(String, Result<()>)> {
        let deadline = Instant::now() + PATIENCE;
        let start = |unit: &String| {
            let arguments = (unit, "replace").to_variant();
            (unit.clone(), self.job("TryRestartUnit", &arguments))
        };
        let started: Vec<_> = units.iter().map(start).collect();
        let mut ended = Vec::new();
        for (unit, job) in started {
            let result = job.and_then(|job| {
                let ended = self.wait_unless_cancelled(&job, deadline);
                check(ended.as_deref()).map_err(|why| failed(&unit, &why))
            });
            ended.push((unit, result));
        }
        self.listen_until(Instant::now() + FIRST_STEPS, &|| self.is_cancelled());
        for (unit, result) in &mut ended {
            if let (Ok(()), Some(status)) = (&result, self.status(unit)) {
                *result = Err(failed(unit, &status));
            }
        }
        ended
    }

    fn job(&self, method: &str, arguments: &Variant) -> Result<String> {
        let answer = self.bus.call(SYSTEMD, method, arguments)?;
        text(&answer, 0).ok_or_else(|| Error::new(Kind::Failed, "systemd started no job"))
    }

    /// What became of a job; `None` if it goes on.
    fn wait(&self, job: &str, deadline: Instant) -> Option<String> {
        self.listen_until(deadline, &|| self.has_ended(job));
        self.ended.borrow_mut().remove(job)
    }

    fn wait_unless_cancelled(&self, job: &str, deadline: Instant) -> Option<String> {
        self.listen_until(deadline, &|| self.has_ended(job) || self.is_cancelled());
        self.ended.borrow_mut().remove(job)
    }

    fn has_ended(&self, job: &str) -> bool {
        self.ended.borrow().contains_key(job)
    }

    fn is_cancelled(&self) -> bool {
        self.cancellable
            .as_ref()
            .is_some_and(|it| it.is_cancelled())
    }

    fn listen_until(&self, deadline: Instant, is_enough: &dyn Fn() -> bool) {
        // Without it, nothing would wake us at the deadline.
        let tick =
            glib::timeout_source_new(Duration::from_millis(100), None, Priority::DEFAULT, || {
                ControlFlow::Continue
            });
        tick.attach(Some(&self.context));
        while !is_enough() && Instant::now() < deadline {
            self.context.iteration(true);
        }
        tick.destroy();
    }

    /// How a service failed; `None` if it has not.
    fn status(&self, unit: &str) -> Option<String> {
        let (state, substate) = self.state(unit)?;
        if state != "failed" && substate != "auto-restart" {
            return None;
        }
        let result = text_of(&self.property(unit, SERVICE, "Result")?)?;
        let status: i32 = self.property(unit, SERVICE, "ExecMainStatus")?.get()?;
        Some(match result.as_str() {
            "exit-code" => format!("exit status {status}"),
            "signal" | "core-dump" => format!("signal {status}"),
            _ => result,
        })
    }

    /// What a unit is now, and in detail.
    fn state(&self, unit: &str) -> Option<(String, String)> {
        let ask = |property| text_of(&self.property(unit, UNIT, property)?);
        Some((ask("ActiveState")?, ask("SubState")?))
    }

    /// `None` of a unit that is not loaded.
    fn property(&self, unit: &str, interface: &str, property: &str) -> Option<Variant> {
        let arguments = (unit,).to_variant();
        let object = self.bus.call(SYSTEMD, "GetUnit", &arguments).ok()?;
        let object = text(&object, 0)?;
        let of = [SYSTEMD[0], &object, interface];
        self.bus.property(of, property).ok()?
    }
}

/// A failure, and who knows more of it.
fn failed(unit: &str, why: &str) -> Error {
    Error::new(Kind::Failed, why.to_owned()).next(format!("see `journalctl --unit={unit}`"))
}

/// A job's result as systemd names it.
fn check(result: Option<&str>) -> Result<(), String> {
    match result {
        Some("done" | "skipped") => Ok(()),
        Some("failed") => Err("it failed".to_owned()),
        Some("dependency") => Err("what it needs failed".to_owned()),
        Some("canceled") => Err("somebody cancelled it".to_owned()),
        Some("timeout") => Err("it took too long".to_owned()),
        Some(other) => Err(other.to_owned()),
        None => Err("it is not done yet, and was not waited for any longer".to_owned()),
    }
}

fn text(arguments: &Variant, index: usize) -> Option<String> {
    match arguments.n_children() > index {
        true => text_of(&arguments.child_value(index)),
        false => None,
    }
}

fn text_of(value: &Variant) -> Option<String> {
    value.str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_job_is_said_in_words() {
        assert_eq!(check(Some("done")), Ok(()));
        assert_eq!(check(Some("failed")), Err("it failed".to_owned()));
        assert!(check(None).is_err_and(|why| why.contains("not done yet")));
        assert_eq!(check(Some("assert")), Err("assert".to_owned()));
    }
}
