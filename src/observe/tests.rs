// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is observed, from tables of mounts as kernels show them; others plan with these, too.

use super::*;
use std::path::Path;

const ROOT: &str = "21 1 8:1 /deploy / rw shared:1 - ext4 /dev/vda rw";
const BASE: &str = "22 21 8:1 /deploy/usr /usr ro shared:2 - ext4 /dev/vda rw";
const OURS: &str = "40 22 0:50 / /usr rw shared:9 - overlay ostree-unlock-0000000000000007 rw,lowerdir=/usr,upperdir=/sysroot/a\\134,b/usr-transient/upper";

pub fn deployment() -> DeploymentId {
    DeploymentId {
        os: "os".to_owned(),
        commit: "c".repeat(64),
        serial: 0,
    }
}

pub fn record() -> Record {
    Record {
        token: Token::from_bits(7),
        state: State::Development,
        backing: Backing::Disk,
        directory: upper_directory(&deployment()),
        since: 5_000_000,
        until: None,
    }
}

/// What one sees with these mounts, flags and records.
pub fn seen(
    lines: &[&str],
    flags: Flags,
    record: Option<Record>,
    intent: Option<Intent>,
) -> Observation {
    let mounts = mountinfo::parse(lines.join("\n").as_bytes());
    interpret(Facts {
        deployment: deployment(),
        mounts: mounts.unwrap_or_default(),
        flags,
        flag_directory: None,
        record: Ok(record),
        intent: Ok(intent),
        history: Ok(None),
        temporary: Found::default(),
        lasting: Found::default(),
    })
}

pub fn locked() -> Observation {
    seen(&[ROOT, BASE], Flags::default(), None, None)
}

pub fn unlocked(intent: Option<Intent>) -> Observation {
    let flags = Flags {
        development: true,
        ..Flags::default()
    };
    seen(&[ROOT, BASE, OURS], flags, Some(record()), intent)
}

#[test]
fn a_locked_system_has_a_base_alone() {
    let locked = locked();
    assert_eq!(locked.stack, Stack::base());
    assert!(locked.read_only && locked.foreign.is_none());
}

#[test]
fn with_composefs_the_base_is_a_directory_of_the_root() {
    let root = "21 1 0:30 / / ro shared:1 - overlay composefs ro,lowerdir+=x";
    let locked = seen(&[root], Flags::default(), None, None);
    assert_eq!(locked.stack, Stack::base());
    assert!(locked.read_only && locked.base_read_only);
    let transient = root.replace(" ro", " rw");
    let ours = OURS.replace("22", "21").replace(" rw ", " ro ");
    let unlocked = seen(&[&transient, &ours], Flags::default(), None, None);
    assert!(unlocked.read_only && !unlocked.base_read_only);
}

#[test]
fn a_medium_that_failed_takes_no_writes() {
    let writable = |options: &str| {
        let sysroot = format!("23 21 8:1 / /sysroot ro - ext4 /dev/vda {options}");
        seen(&[ROOT, BASE, &sysroot], Flags::default(), None, None).sysroot_writable
    };
    assert!(writable("rw"));
    assert!(!writable("ro"));
    assert!(!writable("rw,emergency_ro"));
}

#[test]
fn ours_is_known_by_its_token_and_its_record() {
    let unlocked = unlocked(None);
    assert_eq!(unlocked.stack.state(), State::Development);
    assert_eq!(unlocked.valid_record(), Some(&record()));
    assert_eq!(
        unlocked.upper_path().as_deref(),
        Some(Path::new("/sysroot/a,b/usr-transient/upper"))
    );
    let other = Record {
        token: Token::from_bits(8),
        ..record()
    };
    let strange = seen(&[ROOT, BASE, OURS], Flags::default(), Some(other), None);
    assert_eq!(strange.stack.state(), State::Development);
    assert_eq!(strange.valid_record(), None);
    assert_eq!(strange.upper_path(), unlocked.upper_path());
}

#[test]
fn libostrees_own_overlays_are_told_apart() {
    let overlay = |mode: &str, upper: &str| {
        format!("41 22 0:51 / /usr {mode} - overlay overlay {mode},lowerdir=usr,upperdir={upper}")
    };
    let state = |line: &str, flags| seen(&[ROOT, BASE, line], flags, None, None).stack.state();
    let development = Flags {
        development: true,
        ..Flags::default()
    };
    let writable = overlay("rw", "/proc/self/fd/9/upper");
    assert_eq!(state(&writable, development), State::Development);
    assert_eq!(state(&writable, Flags::default()), State::Development);
    assert_eq!(
        state(&overlay("ro", "/x/upper"), Flags::default()),
        State::Transient
    );
    assert_eq!(
        state(&overlay("rw", ".usr-ovl-upper"), Flags::default()),
        State::Hotfix
    );
    let at_boot = overlay("rw", ".usr-ovl-upper").replace("=usr,", "=/sysroot.tmp/usr,");
    assert_eq!(state(&at_boot, Flags::default()), State::Hotfix);
}

const AT_BOOT: &str = "30 21 0:52 / /usr rw shared:3 - overlay overlay rw,lowerdir=/sysroot.tmp/usr,upperdir=.usr-ovl-upper";

#[test]
fn a_hotfix_is_in_the_place_of_the_base_after_a_reboot() {
    let seen = |lines: &[&str]| seen(lines, Flags::default(), None, None);
    let rebooted = seen(&[ROOT, AT_BOOT]);
    assert_eq!(rebooted.stack.state(), State::Hotfix);
    assert!(rebooted.base_is_missing);
    let root = "21 1 0:30 / / ro shared:1 - overlay composefs ro,lowerdir+=x";
    assert!(!seen(&[root, AT_BOOT]).base_is_missing);
    let same_boot = AT_BOOT.replace("30 21", "30 22");
    assert!(!seen(&[ROOT, BASE, &same_boot]).base_is_missing);
    // Where the base could not be put beneath it, it lies on top.
    let directory = deployment().directory();
    let new = format!(
        "31 30 8:1 /{}/usr /usr ro - ext4 /dev/vda rw",
        directory.display()
    );
    let ended = seen(&[ROOT, AT_BOOT, &new]);
    assert_eq!(ended.stack, Stack::base());
    assert!(ended.read_only && ended.foreign.is_none() && !ended.base_is_missing);
    let strange = new.replace("/usr /usr", "/etc /usr");
    assert!(seen(&[ROOT, AT_BOOT, &strange]).foreign.is_some());
}

#[test]
fn a_live_upper_is_where_its_work_directory_is() {
    let is = |mounted: &str, temporary: bool, lasting: bool| {
        let found = |there| Found {
            upper: there,
            work: there,
            directory: there,
            hidden: false,
        };
        let mounts = [ROOT, BASE, mounted].join("\n");
        let observation = interpret(Facts {
            deployment: deployment(),
            mounts: mountinfo::parse(mounts.as_bytes()).unwrap_or_default(),
            flags: Flags::default(),
            flag_directory: None,
            record: Ok(None),
            intent: Ok(None),
            history: Ok(None),
            temporary: found(temporary),
            lasting: found(lasting),
        });
        (observation.stack.state(), observation.upper_path())
    };
    let hotfix = Some(hotfix_directory(&deployment()).join(".usr-ovl-upper"));
    let other = Some(upper_directory(&deployment()).join("upper"));
    assert_eq!(is(OURS, true, false).0, State::Development);
    assert_eq!(is(OURS, false, true), (State::Hotfix, hotfix.clone()));
    // One that is not mounted, as on a signed root.
    assert_eq!(is(OURS, true, true).0, State::Development);
    let as_hotfix = OURS.replace("usr-transient/upper", ".usr-ovl-upper");
    assert_eq!(is(&as_hotfix, false, true).0, State::Hotfix);
    assert_eq!(
        is(&as_hotfix, true, false),
        (State::Development, other.clone())
    );
    let at_boot = AT_BOOT.replace("30 21", "30 22");
    assert_eq!(is(&at_boot, false, true), (State::Hotfix, hotfix));
    assert_eq!(is(&at_boot, true, false), (State::Development, other));
    let in_ram = OURS.replace("/sysroot/a", "/run/a");
    assert_eq!(is(&in_ram, false, true).0, State::Development);
}

#[test]
fn who_may_not_look_where_an_upper_is_goes_by_what_is_told() {
    let is = |mounted: &str, record: Option<State>, flag: Option<State>| {
        let mounts = [ROOT, BASE, mounted].join("\n");
        let record = record.map(|state| Record {
            state,
            ..self::record()
        });
        interpret(Facts {
            deployment: deployment(),
            mounts: mountinfo::parse(mounts.as_bytes()).unwrap_or_default(),
            flags: Flags {
                development: flag == Some(State::Development),
                hotfix: flag == Some(State::Hotfix),
                ..Flags::default()
            },
            flag_directory: None,
            record: Ok(record),
            intent: Ok(None),
            history: Ok(None),
            temporary: Found {
                hidden: true,
                ..Found::default()
            },
            lasting: Found::default(),
        })
        .stack
        .state()
    };
    let (development, hotfix) = (Some(State::Development), Some(State::Hotfix));
    let as_hotfix = OURS.replace("usr-transient/upper", ".usr-ovl-upper");
    assert_eq!(is(&as_hotfix, development, hotfix), State::Development);
    assert_eq!(is(&as_hotfix, None, development), State::Development);
    assert_eq!(is(&as_hotfix, None, None), State::Hotfix);
    assert_eq!(is(OURS, hotfix, development), State::Hotfix);
    assert_eq!(is(OURS, None, None), State::Development);
    let at_boot = AT_BOOT.replace("30 21", "30 22");
    assert_eq!(is(&at_boot, development, hotfix), State::Hotfix);
}

#[test]
fn somebody_elses_mount_is_foreign_wherever_it_lies() {
    let sysext = "50 22 0:60 / /usr ro - overlay sysext ro,lowerdir=/a:/b";
    let over_ours = "50 40 0:60 / /usr ro - overlay sysext ro,lowerdir=/a:/b";
    let merged = seen(&[ROOT, BASE, sysext], Flags::default(), None, None);
    assert_eq!(merged.stack.state(), State::None);
    assert!(merged.foreign.is_some());
    let both = seen(&[ROOT, BASE, OURS, over_ours], Flags::default(), None, None);
    assert_eq!(both.stack.state(), State::Development);
    assert!(both.foreign.is_some());
}

#[test]
fn mounts_below_are_seen_in_overlay_and_base() {
    let in_base = "60 22 0:70 / /usr/lib/modules rw - tmpfs t rw";
    let in_overlay = "61 40 0:71 / /usr/share/x rw - tmpfs t rw";
    let lines = [ROOT, BASE, OURS, in_base, in_overlay];
    let now = seen(&lines, Flags::default(), None, None);
    assert_eq!(now.below, [Path::new("/usr/share/x")]);
    assert_eq!(now.below_alone, [Path::new("/usr/share/x")]);
}
