// SPDX-License-Identifier: LGPL-2.1-or-later
//! What may be restarted, and what is never: data, and one look at a name. What is affected
//! is not known here.

use crate::sys::programs::Owner;

/// What has to be done for it to run on the new files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Verdict {
    /// The unit can be restarted.
    Restart = 0,
    /// Restarting it would take down more than itself.
    Reboot = 1,
    /// It is the user's own: to be ended by the user, or with the session.
    LogOut = 2,
    /// It is what the caller runs in.
    Caller = 3,
    /// No unit: whoever started it has to start it again.
    ByHand = 4,
}

impl Verdict {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Restart => "restart",
            Verdict::Reboot => "reboot",
            Verdict::LogOut => "log-out",
            Verdict::Caller => "caller",
            Verdict::ByHand => "by-hand",
        }
    }
}

/// Units that are never restarted, and why; a `*` at the end stands for anything. Nobody who asks
/// for restarts wants to lose a session, a connection to the machine, or what runs in containers.
/// Not among them are systemd-journald and systemd-udevd: systemd keeps their sockets and streams
/// for them, and distributions restart both with every upgrade.
const NEVER: &[(&str, &str)] = &[
    ("dbus.service", BUS),
    ("dbus-broker.service", BUS),
    ("systemd-logind.service", "sessions lose their devices"),
    ("elogind.service", "sessions lose their devices"),
    (
        "systemd-user-sessions.service",
        "stopping it ends every session",
    ),
    ("user@*", SESSION),
    ("user-runtime-dir@*", SESSION),
    ("getty@*", SESSION),
    ("serial-getty@*", SESSION),
    ("console-getty.service", SESSION),
    ("container-getty@*", SESSION),
    ("autovt@*", SESSION),
    ("display-manager.service", DISPLAY),
    ("gdm*", DISPLAY),
    ("lightdm.service", DISPLAY),
    ("sddm.service", DISPLAY),
    ("greetd.service", DISPLAY),
    ("lxdm.service", DISPLAY),
    ("xdm.service", DISPLAY),
    ("ly@*", DISPLAY),
    ("plymouth-*", DISPLAY),
    ("NetworkManager.service", NETWORK),
    ("systemd-networkd.service", NETWORK),
    ("networking.service", NETWORK),
    ("ifup@*", NETWORK),
    ("ifupdown*", NETWORK),
    ("dhclient*", NETWORK),
    ("dhcpcd*", NETWORK),
    ("connman.service", NETWORK),
    ("netctl*", NETWORK),
    ("wicked*", NETWORK),
    ("ppp@*", NETWORK),
    ("pppd*", NETWORK),
    ("wg-quick@*", NETWORK),
    ("wpa_supplicant*", NETWORK),
    ("iwd.service", NETWORK),
    ("ModemManager.service", NETWORK),
    ("openvpn*", NETWORK),
    ("strongswan*", NETWORK),
    ("docker.service", CONTAINERS),
    ("containerd.service", CONTAINERS),
    ("lxcfs.service", CONTAINERS),
    ("libvirtd.service", CONTAINERS),
    ("virt*", CONTAINERS),
    ("systemd-nspawn@*", CONTAINERS),
    ("rescue.service", SESSION),
    ("emergency.service", SESSION),
];
const BUS: &str = "everything on the bus would lose it";
pub const SESSION: &str = "somebody may be logged in there";
const DISPLAY: &str = "it ends what is on the screen";
const NETWORK: &str = "the way to the machine may be through it";
const CONTAINERS: &str = "containers and virtual machines may go with it";
const INIT: &str = "it is process 1";
const NO_SERVICE: &str = "it is no service";
pub const REFUSES: &str = "systemd restarts it for nobody";
pub const NOT_ASKED: &str = "systemd or logind could not be asked about it";
pub const TAKES_OTHERS: &str = "what must not be restarted would be restarted with it";

/// What has to be done about what runs for this owner, and why it is not restarted.
pub fn verdict(owner: &Owner, caller: &Owner) -> (Verdict, Option<&'static str>) {
    let unit = match owner {
        Owner::User(_) => return (Verdict::LogOut, None),
        Owner::Nobody => return (Verdict::ByHand, None),
        Owner::Unit(_) if owner == caller => return (Verdict::Caller, None),
        Owner::Unit(unit) => unit.as_str(),
    };
    let is_meant = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => unit.starts_with(start),
        None => unit == pattern,
    };
    if unit == "init.scope" {
        (Verdict::Reboot, Some(INIT))
    } else if !unit.ends_with(".service") {
        (Verdict::Reboot, Some(NO_SERVICE))
    } else if let Some((_, why)) = NEVER.iter().find(|(pattern, _)| is_meant(pattern)) {
        (Verdict::Reboot, Some(why))
    } else {
        (Verdict::Restart, None)
    }
}

/// Whether a unit may be restarted as a consequence. Of most types that means nothing: what they
/// hold goes on.
pub fn may_go_along(unit: &str, caller: &Owner) -> bool {
    let counts = [".service", ".scope", ".mount"];
    let owner = Owner::Unit(unit.to_owned());
    !counts.iter().any(|suffix| unit.ends_with(suffix))
        || verdict(&owner, caller).0 == Verdict::Restart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_never_restarted() {
        let unit = |name: &str| Owner::Unit(name.to_owned());
        let caller = unit("updater.service");
        for (name, wanted) in [
            ("cron.service", Verdict::Restart),
            ("systemd-journald.service", Verdict::Restart),
            ("updater.service", Verdict::Caller),
            ("dbus.service", Verdict::Reboot),
            ("systemd-logind.service", Verdict::Reboot),
            ("user@1000.service", Verdict::Reboot),
            ("getty@tty1.service", Verdict::Reboot),
            ("ifup@eth0.service", Verdict::Reboot),
            ("ifupdown-wait-online.service", Verdict::Reboot),
            ("dhclient.service", Verdict::Reboot),
            ("dhcpcd@eth0.service", Verdict::Reboot),
            ("connman.service", Verdict::Reboot),
            ("netctl-auto@wlan0.service", Verdict::Reboot),
            ("wickedd-nanny.service", Verdict::Reboot),
            ("ppp@dsl.service", Verdict::Reboot),
            ("pppd.service", Verdict::Reboot),
            ("wg-quick@wg0.service", Verdict::Reboot),
            // It takes no interface down.
            ("systemd-resolved.service", Verdict::Restart),
            ("init.scope", Verdict::Reboot),
            ("x.socket", Verdict::Reboot),
        ] {
            assert_eq!(verdict(&unit(name), &caller).0, wanted, "{name}");
        }
        assert_eq!(verdict(&Owner::User(0), &Owner::User(0)).0, Verdict::LogOut);
        assert!(may_go_along("cron.service", &caller) && may_go_along("x.target", &caller));
        assert!(!may_go_along("updater.service", &caller));
        assert!(!may_go_along("init.scope", &caller));
    }
}
