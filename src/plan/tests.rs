// SPDX-License-Identifier: LGPL-2.1-or-later
//! Plans and repairs, from what was observed.

use super::begin::{Begin, Space, begin};
use super::end::end;
use super::repair::repair;
use super::*;
use crate::observe::tests::{locked, record, seen, unlocked};
use crate::observe::{self, Found};
use crate::options::{Backing, Options};
use crate::ostree::booted::Verified;
use crate::ostree::deployments::Others;
use crate::ostree::flags::Flags;

fn ask(observation: &Observation, state: State, options: &Options) -> Result<Plan> {
    begin(observation, &asked(state, options))
}

fn asked(state: State, options: &Options) -> Begin<'_> {
    Begin {
        state,
        options,
        token: Token::from_bits(7),
        now: 5,
        since: 5_000_000,
        at: 5_000_000,
        space: Space {
            disk: Some(1 << 30),
            memory: 1 << 30,
        },
        verified: Verified::No,
        others: Others::default(),
    }
}

#[test]
fn what_is_open_is_left_alone_where_only_what_is_locked_is_meant() {
    let options = Options::new().only_locked(true);
    assert_eq!(kind(ask(&locked(), State::Development, &options)), None);
    let longer = options
        .clone()
        .time_limit(std::time::Duration::from_secs(9));
    for (state, options) in [
        (State::Transient, &options),
        (State::Development, &options),
        (State::Development, &longer),
    ] {
        let refused = kind(ask(&unlocked(None), state, options));
        assert_eq!(refused, Some(Kind::AlreadyUnlocked));
    }
    let refused = ask(&unlocked(None), State::Transient, &options).err();
    let next = refused.and_then(|error| error.next_step().map(str::to_owned));
    assert!(next.is_some_and(|next| !next.contains("another state")));
    let refused = kind(end(&unlocked(None), &options, None));
    assert_eq!(refused, Some(Kind::InvalidArgument));
}

#[test]
fn a_time_that_was_over_before_the_lock_was_there_is_refused() {
    let options = Options::new().time_limit(std::time::Duration::from_secs(10));
    for observation in [locked(), unlocked(None)] {
        let after = |at| {
            let mut request = asked(State::Development, &options);
            request.at = at;
            kind(begin(&writable(observation.clone()), &request))
        };
        assert_eq!(after(14_999_999), None);
        assert_eq!(after(15_000_000), Some(Kind::SysrootLocked));
    }
}

fn kind<T>(result: Result<T>) -> Option<Kind> {
    result.err().map(|error| error.kind())
}

fn position(plan: &Plan, wanted: impl Fn(&Step) -> bool) -> Option<usize> {
    plan.steps.iter().position(wanted)
}

#[test]
fn the_flag_is_set_before_and_cleared_after_the_swap() -> Result<()> {
    let plan = ask(&locked(), State::Development, &Options::new())?;
    assert_eq!(plan.after.state(), State::Development);
    let flag = position(&plan, |s| matches!(s, Step::SetFlag(..)));
    let cover = position(&plan, |s| matches!(s, Step::Cover(_)));
    assert!(flag.is_some() && flag < cover);

    let plan = end(&unlocked(None), &Options::new(), None)?;
    assert_eq!(plan.after, Stack::base());
    let uncover = position(&plan, |s| matches!(s, Step::Uncover(_)));
    let flag = position(&plan, |s| matches!(s, Step::ClearFlag(_)));
    assert!(uncover.is_some() && uncover < flag);
    Ok(())
}

fn writable(mut observation: Observation) -> Observation {
    observation.sysroot_writable = true;
    observation
}

#[test]
fn a_hotfix_is_there_as_a_whole_before_it_is_named_and_mounted() -> Result<()> {
    let options = Options::new();
    let request = asked(State::Hotfix, &options);
    let plan = begin(&writable(locked()), &request)?;
    let place = |wanted: fn(&Step) -> bool| position(&plan, wanted);
    let order = [
        place(|s| *s == Step::PushTwin),
        place(|s| matches!(s, Step::MakeUpper(State::Hotfix, _))),
        place(|s| *s == Step::SetKey),
        place(|s| matches!(s, Step::Cover(_))),
    ];
    assert!(order.is_sorted() && order[0].is_some(), "{order:?}");

    let change = begin(&writable(unlocked(None)), &request)?;
    let keep = position(&change, |s| *s == Step::Keep);
    let key = position(&change, |s| *s == Step::SetKey);
    // The upper of the sample is not in its usual place, so it is copied there first.
    let copy = position(&change, |s| matches!(s, Step::CopyUpper(_)));
    assert!(copy.is_some() && copy < keep && keep < key);
    Ok(())
}

#[test]
fn a_hotfix_is_refused_where_the_next_boot_would_not_have_it() {
    let options = Options::new();
    let refused = |observation: Observation, change: &dyn Fn(&mut Begin<'_>)| {
        let mut request = asked(State::Hotfix, &options);
        change(&mut request);
        kind(begin(&observation, &request))
    };
    let unsupported = Some(Kind::Unsupported);
    assert_eq!(refused(writable(locked()), &|_| ()), None);
    assert_eq!(refused(locked(), &|_| ()), unsupported);
    for verified in [Verified::Verity, Verified::Signed] {
        assert_eq!(
            refused(writable(locked()), &|r| r.verified = verified),
            unsupported
        );
    }
    let next = |r: &mut Begin<'_>| r.others.next = Some(("other.0".to_owned(), true));
    assert_eq!(refused(writable(locked()), &next), unsupported);
    // One that is not mounted would be in the way of this one, whatever is open.
    for mut unmounted in [writable(locked()), writable(unlocked(None))] {
        unmounted.lasting.upper = true;
        assert_eq!(refused(unmounted, &|_| ()), unsupported);
    }
}

const WHOLE: Found = Found {
    upper: true,
    work: true,
    directory: true,
    hidden: false,
};

#[test]
fn what_an_earlier_boot_left_is_not_in_the_way_of_a_hotfix() -> Result<()> {
    let options = Options::new();
    let mut rebooted = writable(locked());
    rebooted.temporary = WHOLE;
    let plan = begin(&rebooted, &asked(State::Hotfix, &options))?;
    let stale = Step::SetAside(observe::upper_directory(&rebooted.deployment));
    let aside = position(&plan, |s| *s == stale);
    let make = position(&plan, |s| matches!(s, Step::MakeUpper(State::Hotfix, _)));
    assert!(aside.is_some() && aside < make);
    Ok(())
}

#[test]
fn what_is_whole_in_its_place_is_not_moved_there_again() {
    let root = "21 1 8:1 /deploy / rw shared:1 - ext4 /dev/vda rw";
    let hotfix = "30 21 0:52 / /usr rw - overlay overlay rw,lowerdir=usr,upperdir=.usr-ovl-upper";
    let change = |from, to| {
        let mounts = vec![30, 40];
        Some(Intent::Change { from, to, mounts })
    };
    let moved = |mut now: Observation| {
        (now.temporary, now.lasting) = (WHOLE, WHOLE);
        let steps = repair(&now).map(|r| r.steps).unwrap_or_default();
        let moves = |s: &Step| matches!(s, Step::Keep | Step::Release);
        (steps.iter().any(moves), steps)
    };
    let flags = Flags::default();
    let intent = change(State::Hotfix, State::Transient);
    let (moves, steps) = moved(seen(&[root, hotfix], flags, None, intent));
    assert!(!moves && steps.contains(&Step::SetKey));
    let (moves, steps) = moved(unlocked(change(State::Development, State::Hotfix)));
    assert!(!moves && !steps.contains(&Step::SetKey));
}

#[test]
fn the_end_of_a_hotfix_leaves_a_base_and_no_key() -> Result<()> {
    let root = "21 1 8:1 /deploy / rw shared:1 - ext4 /dev/vda rw";
    let hotfix = "30 21 0:52 / /usr rw - overlay overlay rw,lowerdir=usr,upperdir=.usr-ovl-upper";
    let mut open = seen(&[root, hotfix], Flags::default(), None, None);
    // It would be there again after a reboot.
    let refused = kind(end(&open, &Options::new(), None));
    assert_eq!(refused, Some(Kind::Unsupported));
    open.sysroot_writable = true;
    let plan = end(&open, &Options::new(), Some(1 << 30))?;
    let steps: Vec<&Step> = plan.steps.iter().skip(2).collect();
    assert_eq!(
        steps,
        [
            &Step::MountBase(30),
            &Step::SetHotfixAside,
            &Step::ClearKey,
            &Step::Protect,
            &Step::Announce(State::None),
        ]
    );
    Ok(())
}

#[test]
fn what_a_power_cut_leaves_of_a_hotfix_is_cleared() {
    let steps = |upper: bool, work: bool, key: bool| {
        let mut rebooted = locked();
        rebooted.lasting.upper = upper;
        rebooted.lasting.work = work;
        rebooted.flags.hotfix = key;
        repair(&rebooted).map(|r| r.steps).unwrap_or_default()
    };
    assert!(steps(true, false, false).contains(&Step::SetHotfixAside));
    assert!(steps(false, true, true).contains(&Step::SetHotfixAside));
    assert!(steps(false, false, true).contains(&Step::ClearKey));
    // A whole one that is not mounted is somebody's work: a signed root, a soft reboot.
    assert_eq!(steps(true, true, true), []);
    let root = "21 1 8:1 /deploy / rw shared:1 - ext4 /dev/vda rw";
    let hotfix = "30 21 0:52 / /usr rw - overlay overlay rw,lowerdir=usr,upperdir=.usr-ovl-upper";
    let unnamed = seen(&[root, hotfix], Flags::default(), None, None);
    let steps = repair(&unnamed).map(|r| r.steps).unwrap_or_default();
    assert_eq!(steps, [Step::SetKey, Step::Announce(State::Hotfix)]);
}

#[test]
fn lazy_does_not_seal() -> Result<()> {
    let sealed = |options| -> Result<bool> {
        Ok(end(&unlocked(None), &options, None)?
            .steps
            .contains(&Step::Seal))
    };
    assert!(sealed(Options::new())?);
    assert!(!sealed(Options::new().lazy(true))?);
    Ok(())
}

#[test]
fn what_makes_no_sense_has_a_kind_of_its_own() {
    let plain = Options::new;
    assert_eq!(
        kind(ask(&locked(), State::None, &plain())),
        Some(Kind::InvalidArgument)
    );
    assert_eq!(
        kind(ask(&locked(), State::Development, &plain().lazy(true))),
        Some(Kind::InvalidArgument)
    );
    assert_eq!(
        kind(ask(
            &locked(),
            State::Development,
            &plain().backing(Backing::Disk).size_limit(1)
        )),
        Some(Kind::InvalidArgument)
    );
    assert_eq!(
        kind(ask(&unlocked(None), State::Development, &plain())),
        Some(Kind::AlreadyUnlocked)
    );
    assert_eq!(
        kind(end(&locked(), &plain(), None)),
        Some(Kind::NotUnlocked)
    );
    assert_eq!(
        kind(end(&unlocked(None), &plain().usage(true), None)),
        Some(Kind::InvalidArgument)
    );
}

#[test]
fn a_foreign_mount_stops_both() {
    let merged = seen(
        &[
            "21 1 8:1 / / rw - ext4 /dev/vda rw",
            "50 21 0:60 / /usr ro - overlay sysext ro,lowerdir=/a:/b",
        ],
        Flags::default(),
        None,
        None,
    );
    let error = ask(&merged, State::Development, &Options::new()).err();
    assert_eq!(error.as_ref().map(Error::kind), Some(Kind::ForeignMount));
    assert!(error.is_some_and(|e| e.to_string().contains("systemd-sysext unmerge")));
    assert_eq!(
        kind(end(&merged, &Options::new(), None)),
        Some(Kind::ForeignMount)
    );
}

#[test]
fn nothing_is_repaired_on_a_system_that_is_whole() {
    assert!(repair(&locked()).is_none());
    assert!(repair(&unlocked(None)).is_none());
}

#[test]
fn an_interrupted_begin_goes_the_way_the_kernel_shows() {
    let mut died_before = locked();
    died_before.intent = Ok(Some(Intent::Begin(record())));
    died_before.flags.development = true;
    let steps = repair(&died_before).map(|r| r.steps).unwrap_or_default();
    assert!(steps.contains(&Step::ClearFlag(State::Development)));
    assert!(steps.contains(&Step::SetAside(record().directory)));

    let died_after = unlocked(Some(Intent::Begin(record())));
    let steps = repair(&died_after).map(|r| r.steps).unwrap_or_default();
    assert!(steps.contains(&Step::WriteRecord(record())));
    assert!(!steps.iter().any(|s| matches!(s, Step::ClearFlag(_))));
}

#[test]
fn an_interrupted_end_unseals_or_goes_on() {
    let intent = Intent::End {
        device: (0, 50),
        source: Some(record().token.as_str().to_owned()),
        mounts: vec![40],
        below: vec![PathBuf::from("/usr/games")],
        state: State::Development,
        backing: Backing::Disk,
        directory: Some(record().directory),
        frozen: Vec::new(),
    };
    let open = unlocked(Some(intent.clone()));
    let steps = |o: &Observation| repair(o).map(|r| r.steps).unwrap_or_default();
    assert_eq!(steps(&open), [Step::LetMountsGo]);
    let mut sealed = open;
    if let Some(mount) = &mut sealed.mount {
        mount.super_options = "ro,lowerdir=/usr".to_owned();
    }
    assert_eq!(steps(&sealed), [Step::Unseal, Step::LetMountsGo]);
    // Another one, to which the kernel has given the number of the one that is gone.
    if let Some(mount) = &mut sealed.mount {
        mount.source = "overlay".to_owned();
    }
    let back = Step::PutMountsBack(vec![PathBuf::from("/usr/games")]);
    assert_eq!(steps(&sealed), [back]);

    let mut gone = locked();
    gone.flags.development = true;
    gone.record = Ok(Some(record()));
    gone.intent = Ok(Some(intent));
    assert_eq!(
        steps(&gone),
        [
            Step::PutMountsBack(vec![PathBuf::from("/usr/games")]),
            Step::ClearFlag(State::Development),
            Step::DropRecord,
            Step::SetAside(record().directory),
            Step::Announce(State::None),
        ]
    );
}

#[test]
fn an_interrupted_change_is_where_the_new_mount_is() {
    let intent = |mounts: &[u32]| Intent::Change {
        from: State::Transient,
        to: State::Development,
        mounts: mounts.to_vec(),
    };
    let steps = |mounts: &[u32]| {
        let repaired = repair(&unlocked(Some(intent(mounts))));
        repaired.map(|r| r.steps).unwrap_or_default()
    };
    // The mount that is there, 40, is the new one: done.
    assert_eq!(
        steps(&[39])[0],
        Step::SetFlag(State::Development, {
            unlocked(None)
                .stack
                .upper
                .and_then(|u| u.directory)
                .unwrap_or_default()
        })
    );
    let mut both = unlocked(Some(intent(&[40])));
    let mut new = both.mounts[0].clone();
    new.id = 41;
    both.mounts.push(new);
    let steps = repair(&both).map(|r| r.steps).unwrap_or_default();
    assert_eq!(steps[0], Step::TakeTop(40));
}

#[test]
fn stale_flags_are_cleared() {
    let mut rebooted = locked();
    rebooted.flags.transient = true;
    let steps = repair(&rebooted).map(|r| r.steps).unwrap_or_default();
    assert_eq!(
        steps,
        [
            Step::ClearFlag(State::Transient),
            Step::Announce(State::None)
        ]
    );
}
