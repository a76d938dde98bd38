// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is asked of systemd and of logind, over D-Bus; where they do not run, the error
//! says so and the caller decides. Only from a caller's own thread: GDBus starts one for
//! the whole process, which must not end up in another mount namespace.

use std::path::{Path, PathBuf};

use glib::variant::ToVariant;
use glib::{Variant, VariantTy};

use crate::error::{Error, Kind, Result};

/// As sd_booted(3) has it.
const RUNS: &str = "/run/systemd/system";
const SYSTEMD: [&str; 3] = [
    "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager",
];
const LOGIND: [&str; 3] = [
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
];
const EXISTS: &str = "org.freedesktop.systemd1.UnitExists";
const TIMEOUT_MS: i32 = 10_000;

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
        Err(error) if error.name.as_deref() == Some(EXISTS) => Ok(false),
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
    let bus = Bus::connect()?;
    let sessions = bus.call(LOGIND, "ListSessions", &().to_variant())?;
    let mut terminals = Vec::new();
    // Session, uid, user, seat, object.
    for session in sessions.child_value(0).iter() {
        let Some(object) = session.child_value(4).str().map(str::to_owned) else {
            continue;
        };
        let of = [
            LOGIND[0],
            object.as_str(),
            "org.freedesktop.DBus.Properties",
        ];
        let arguments = ("org.freedesktop.login1.Session", "TTY").to_variant();
        // It may be over by now.
        let Ok(answer) = bus.call(of, "Get", &arguments) else {
            continue;
        };
        let tty = answer.child_value(0).as_variant();
        if let Some(tty) = tty
            .as_ref()
            .and_then(Variant::str)
            .filter(|t| !t.is_empty())
        {
            terminals.push(Path::new("/dev").join(tty));
        }
    }
    terminals.sort();
    terminals.dedup();
    Ok(terminals)
}

/// A connection of our own: GIO's shared one may end the process with the bus.
struct Bus(gio::DBusConnection);

impl Bus {
    fn connect() -> Result<Bus> {
        if !Path::new(RUNS).exists() {
            return Err(Error::new(Kind::Unsupported, "systemd does not run here"));
        }
        let none = gio::Cancellable::NONE;
        let unreachable = |e: glib::Error| Error::new(Kind::Failed, "D-Bus").because(e);
        let address = gio::dbus_address_get_for_bus_sync(gio::BusType::System, none);
        let flags = gio::DBusConnectionFlags::AUTHENTICATION_CLIENT
            | gio::DBusConnectionFlags::MESSAGE_BUS_CONNECTION;
        let connection = gio::DBusConnection::for_address_sync(
            &address.map_err(unreachable)?,
            flags,
            None,
            none,
        );
        Ok(Bus(connection.map_err(unreachable)?))
    }

    fn call(&self, of: [&str; 3], method: &str, arguments: &Variant) -> Result<Variant, Refused> {
        let [name, object, interface] = of;
        self.0
            .call_sync(
                Some(name),
                object,
                interface,
                method,
                Some(arguments),
                None::<&VariantTy>,
                gio::DBusCallFlags::NONE,
                TIMEOUT_MS,
                gio::Cancellable::NONE,
            )
            .map_err(|source| Refused {
                name: gio::DBusError::remote_error(&source).map(String::from),
                error: Error::new(Kind::Failed, format!("asking {name}: {method}")).because(source),
            })
    }
}

/// What was answered, with the name that the error has in D-Bus.
struct Refused {
    name: Option<String>,
    error: Error,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        refused.error
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.0.close_sync(gio::Cancellable::NONE);
    }
}
