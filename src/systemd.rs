// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is asked of systemd and of logind, over D-Bus; where they do not run, the error
//! says so and the caller decides. Only from a caller's own thread: GDBus starts one for
//! the whole process, which must not end up in another mount namespace.

mod bus;
pub mod jobs;

use std::path::{Path, PathBuf};

use glib::Variant;
use glib::variant::{FromVariant, ToVariant};

use self::bus::{Bus, Of, SYSTEMD};
use crate::error::{Error, Kind, Result};

const LOGIND: Of = [
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
];
const NO_LOGIND: [&str; 3] = [
    "org.freedesktop.DBus.Error.ServiceUnknown",
    NO_SUCH_UNIT,
    "org.freedesktop.systemd1.UnitMasked",
];
const NO_SUCH_UNIT: &str = "org.freedesktop.systemd1.NoSuchUnit";
const EXISTS: &str = "org.freedesktop.systemd1.UnitExists";
const UNIT: &str = "org.freedesktop.systemd1.Unit";
/// The states of units that are stopped by a restart.
const ACTIVE: [&str; 4] = ["active", "reloading", "activating", "refreshing"];

/// Starts a timer that exists nowhere but in memory, and is gone once it has nothing left
/// to wait for. It starts the service of its name at each of the points in time, which are
/// seconds since the epoch of the real clock: so a suspend counts. `Ok(false)` if there is
/// one of this name already.
pub fn start_timer(name: &str, description: &str, times: &[i64]) -> Result<bool> {
    let calendar: Vec<(String, String)> = times
        .iter()
        .map(|time| ("OnCalendar".to_owned(), format!("@{time}")))
        .collect();
    let properties: Vec<(&str, Variant)> = vec![
        ("Description", description.to_variant()),
        ("TimersCalendar", calendar.to_variant()),
        ("AccuracyUSec", 1_000_000u64.to_variant()),
        ("RemainAfterElapse", false.to_variant()),
    ];
    let nothing_besides: Vec<(String, Vec<(String, Variant)>)> = Vec::new();
    let arguments = (name, "replace", properties, nothing_besides).to_variant();
    match Bus::connect()?.call(SYSTEMD, "StartTransientUnit", &arguments) {
        Ok(_) => Ok(true),
        Err(error) if error.is(&[EXISTS]) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Stops a unit.
pub fn stop(name: &str) -> Result<()> {
    let arguments = (name, "replace").to_variant();
    Bus::connect()?.call(SYSTEMD, "StopUnit", &arguments)?;
    Ok(())
}

/// The terminals that somebody is logged in at.
pub fn terminals() -> Result<Vec<PathBuf>> {
    let mut terminals: Vec<PathBuf> = of_sessions("TTY")?
        .iter()
        // One that cannot be told keeps nobody else from being told.
        .filter_map(|terminal| terminal.as_ref().ok()?.str())
        .filter(|terminal| !terminal.is_empty())
        .map(|terminal| Path::new("/dev").join(terminal))
        .collect();
    terminals.sort();
    terminals.dedup();
    Ok(terminals)
}

/// The processes that sessions began with.
pub fn session_leaders() -> Result<Vec<i32>> {
    let leaders: Vec<Variant> = of_sessions("Leader")?.into_iter().collect::<Result<_>>()?;
    let pid = |leader: &Variant| i32::try_from(leader.get::<u32>()?).ok();
    Ok(leaders.iter().filter_map(pid).collect())
}

/// A property of every session; without logind there is none.
fn of_sessions(property: &str) -> Result<Vec<Result<Variant>>> {
    let bus = Bus::connect()?;
    let sessions = match bus.call(LOGIND, "ListSessions", &().to_variant()) {
        Err(refused) if refused.is(&NO_LOGIND) => return Ok(Vec::new()),
        answer => answer?,
    };
    // Session, uid, user, seat, object.
    let ask = |session: Variant| {
        let object = session.child_value(4);
        let of = [LOGIND[0], object.str()?, "org.freedesktop.login1.Session"];
        // It may be over by now.
        bus.property(of, property).map_err(Error::from).transpose()
    };
    Ok(sessions.child_value(0).iter().filter_map(ask).collect())
}

/// A unit that is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub name: String,
    /// Whether it goes on by itself: not a service that ran once and is active all the same.
    pub is_running: bool,
    object: String,
}

/// The units that are active now.
pub fn active_units() -> Result<Vec<Unit>> {
    let bus = Bus::connect()?;
    let states = (ACTIVE.to_vec(),).to_variant();
    let answer = bus.call(SYSTEMD, "ListUnitsFiltered", &states)?;
    // Name, description, load, active, sub, followed, object, and its job.
    let text = |unit: &Variant, index| unit.child_value(index).str().map(str::to_owned);
    let unit = |unit: Variant| {
        Some(Unit {
            name: text(&unit, 0)?,
            is_running: text(&unit, 4)? != "exited",
            object: text(&unit, 6)?,
        })
    };
    Ok(answer.child_value(0).iter().filter_map(unit).collect())
}

/// Of each of these units, the file that it is from and those that add to it; of one that is
/// gone meanwhile, none.
pub fn unit_files(units: &[Unit]) -> Result<Vec<(Option<PathBuf>, Vec<PathBuf>)>> {
    let bus = Bus::connect()?;
    let ask = |unit: &Unit, property| {
        let of = [SYSTEMD[0], &unit.object, UNIT];
        bus.property(of, property).ok().flatten()
    };
    let files = |unit| {
        let file = ask(unit, "FragmentPath").and_then(|path| path.get::<String>());
        let more = ask(unit, "DropInPaths").and_then(|paths| paths.get::<Vec<String>>());
        (
            file.filter(|path| !path.is_empty()).map(PathBuf::from),
            more.unwrap_or_default()
                .into_iter()
                .map(PathBuf::from)
                .collect(),
        )
    };
    Ok(units.iter().map(files).collect())
}

/// What restarting a unit would mean.
pub struct Restart {
    /// systemd does not stop or start it for anybody.
    pub is_refused: bool,
    /// The units that are restarted with it.
    pub others: Vec<String>,
}

/// Asks what a restart would be, and changes nothing; an error if not all of it is known.
pub fn restart_of(unit: &str) -> Result<Restart> {
    let bus = Bus::connect()?;
    let is = |property| Ok::<_, Error>(ask_unit(&bus, unit, property)?.unwrap_or(false));
    let mut others: Vec<String> = Vec::new();
    let mut waiting = vec![unit.to_owned()];
    while let Some(next) = waiting.pop() {
        // Those that need it to run, or are parts of it.
        for property in ["RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf"] {
            let with: Option<Vec<String>> = ask_unit(&bus, &next, property)?;
            for other in with.unwrap_or_default() {
                if other != unit && !others.contains(&other) && is_active(&bus, &other)? {
                    waiting.push(other.clone());
                    others.push(other);
                }
            }
        }
    }
    Ok(Restart {
        is_refused: is("RefuseManualStop")? || is("RefuseManualStart")?,
        others,
    })
}

fn is_active(bus: &Bus, unit: &str) -> Result<bool> {
    let state: Option<String> = ask_unit(bus, unit, "ActiveState")?;
    Ok(state.is_some_and(|state| ACTIVE.contains(&state.as_str())))
}

/// A property of a unit; `None` if that is not loaded.
fn ask_unit<T: FromVariant>(bus: &Bus, unit: &str, property: &str) -> Result<Option<T>> {
    let object = match bus.call(SYSTEMD, "GetUnit", &(unit,).to_variant()) {
        Err(refused) if refused.is(&[NO_SUCH_UNIT]) => return Ok(None),
        answer => answer?.child_value(0),
    };
    let of = [SYSTEMD[0], object.str().unwrap_or_default(), UNIT];
    let value = bus.property(of, property)?;
    let typed = |value: Variant| {
        let other = || {
            Error::new(
                Kind::Failed,
                format!("{property} of {unit} is of no known type"),
            )
        };
        value.get().ok_or_else(other)
    };
    value.map(typed).transpose()
}
