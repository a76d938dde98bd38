// SPDX-License-Identifier: LGPL-2.1-or-later
//! A connection to the system's bus, and how somebody on it is asked. What is asked is not
//! known here.

use std::cell::RefCell;
use std::path::Path;

use gio::SignalSubscriptionId;
use glib::variant::ToVariant;
use glib::{MainContext, Variant, VariantTy};

use crate::error::{Error, Kind, Result};

/// As sd_booted(3) has it.
const RUNS: &str = "/run/systemd/system";
const TIMEOUT_MS: i32 = 10_000;
/// Signals come in no faster than they are let go of, but who knows.
const MOST_PENDING: usize = 1000;
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const GONE: &str = "org.freedesktop.DBus.Error.UnknownObject";

/// Who is asked: name, object, interface.
pub type Of<'a> = [&'a str; 3];

pub const SYSTEMD: Of = [
    "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager",
];

/// A connection of our own: GIO's shared one may end the process with the bus.
pub struct Bus {
    connection: gio::DBusConnection,
    /// What is listened to, and the context where it is heard.
    heard: RefCell<Vec<(SignalSubscriptionId, MainContext)>>,
}

impl Bus {
    pub fn connect() -> Result<Bus> {
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
        Ok(Bus {
            connection: connection.map_err(unreachable)?,
            heard: RefCell::default(),
        })
    }

    pub fn call(&self, of: Of, method: &str, arguments: &Variant) -> Result<Variant, Refused> {
        self.call_for(of, method, arguments, TIMEOUT_MS)
    }

    /// The same of what may take longer.
    pub fn call_for(
        &self,
        of: Of,
        method: &str,
        arguments: &Variant,
        timeout_ms: i32,
    ) -> Result<Variant, Refused> {
        let [name, object, interface] = of;
        self.connection
            .call_sync(
                Some(name),
                object,
                interface,
                method,
                Some(arguments),
                None::<&VariantTy>,
                gio::DBusCallFlags::NONE,
                timeout_ms,
                gio::Cancellable::NONE,
            )
            .map_err(|source| Refused {
                name: gio::DBusError::remote_error(&source).map(String::from),
                error: Error::new(Kind::Failed, format!("asking {name}: {method}")).because(source),
            })
    }

    /// A property; `None` if the object is not there any more.
    pub fn property(&self, of: Of, property: &str) -> Result<Option<Variant>, Refused> {
        let [name, object, interface] = of;
        let arguments = (interface, property).to_variant();
        match self.call([name, object, PROPERTIES], "Get", &arguments) {
            Ok(answer) => Ok(answer.child_value(0).as_variant()),
            Err(refused) if refused.is(&[GONE]) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// Has `heard` called for each such signal while the thread's main context is iterated,
    /// until the connection is gone.
    pub fn on_signal(&self, of: Of, signal: &str, heard: impl Fn(&Variant) + 'static) {
        let [name, object, interface] = of;
        let id = self.connection.signal_subscribe(
            Some(name),
            Some(interface),
            Some(signal),
            Some(object),
            None,
            gio::DBusSignalFlags::NONE,
            move |_, _, _, _, _, arguments| heard(arguments),
        );
        let context = MainContext::ref_thread_default();
        self.heard.borrow_mut().push((id, context));
    }
}

/// What was answered, with the name that the error has in D-Bus.
pub struct Refused {
    name: Option<String>,
    error: Error,
}

impl Refused {
    /// Whether it was with one of these names.
    pub fn is(&self, names: &[&str]) -> bool {
        self.name
            .as_deref()
            .is_some_and(|name| names.contains(&name))
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Error {
        refused.error
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let (ids, contexts): (Vec<_>, Vec<_>) = self.heard.take().into_iter().unzip();
        for id in ids {
            self.connection.signal_unsubscribe(id);
        }
        let _ = self.connection.close_sync(gio::Cancellable::NONE);
        // GDBus lets go of what it calls, and with that of the context, only where that is iterated.
        for context in contexts {
            let mut left = 0..MOST_PENDING;
            while left.next().is_some() && context.iteration(false) {}
        }
    }
}
