// SPDX-License-Identifier: LGPL-2.1-or-later
//! `keep`: what it is told to do with changes that are set aside.

use ostree_unlock::{Result, Transfer, Watch};

use crate::answer::Answer;
use crate::args::{Keep, KeepArgs};
use crate::output::{json, progress, text};
use crate::{interrupt, sysroot};

pub(super) fn run(args: &KeepArgs) -> Result<Answer> {
    match &args.what {
        Keep::Save(save) => {
            let sysroot = sysroot::open(save.lock.sysroot.path.as_deref());
            let moved = watched(|watch| {
                ostree_unlock::keep_save(&sysroot, None, &save.name, &save.options(), watch)
            })?;
            Ok(moved_answer(text::kept(&save.name, &moved), &moved))
        }
        Keep::Restore(restore) => {
            let sysroot = sysroot::open(restore.lock.sysroot.path.as_deref());
            let moved = watched(|watch| {
                ostree_unlock::keep_restore(
                    &sysroot,
                    None,
                    &restore.name,
                    &restore.options(),
                    watch,
                )
            })?;
            let text = text::restored(&restore.name, restore.dry_run, &moved);
            Ok(moved_answer(text, &moved))
        }
        Keep::List(list) => {
            let sysroot = sysroot::open(list.sysroot.path.as_deref());
            let all = ostree_unlock::keep_list(&sysroot, &Watch::default())?;
            Ok(Answer::done(text::kept_list(&all), json::kept_list(&all)))
        }
        Keep::Drop(drop) => {
            let sysroot = sysroot::open(drop.lock.sysroot.path.as_deref());
            watched(|watch| {
                ostree_unlock::keep_drop(&sysroot, &drop.name, &drop.lock.options(), watch)
            })?;
            let moved = Transfer::default();
            let text = format!("{} is no longer kept.\n", drop.name);
            Ok(moved_answer(text, &moved))
        }
    }
}

fn moved_answer(text: String, moved: &Transfer) -> Answer {
    Answer::done(text, json::moved(moved))
}

fn watched<T>(work: impl FnOnce(&Watch<'_>) -> Result<T>) -> Result<T> {
    let cancellable = interrupt::cancellable();
    progress::shown(|tell| {
        work(&Watch {
            cancellable: Some(&cancellable),
            progress: Some(tell),
        })
    })
}
