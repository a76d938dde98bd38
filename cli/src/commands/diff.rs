// SPDX-License-Identifier: LGPL-2.1-or-later
//! `diff`: each difference is shown as soon as it is found. A reader that has seen
//! enough ends it.

use std::io::{Error, ErrorKind, IsTerminal, Write};

use ostree_unlock::{Options, Result, Watch};

use crate::answer::Answer;
use crate::args::DiffArgs;
use crate::output::differences::{self, Form, Sum};
use crate::output::stream;
use crate::sysroot;

pub(super) fn run(args: &DiffArgs, json: bool) -> Result<Answer> {
    let sysroot = sysroot::open(args.sysroot.path.as_deref());
    let form = match (json, args.name_status, args.stat) {
        (true, _, _) => Form::Json,
        (_, true, _) => Form::NameStatus,
        (_, _, true) => Form::Stat,
        _ => Form::Text { colours: colours() },
    };
    let mut sum = Sum::default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for difference in ostree_unlock::diff(&sysroot, None, &Options::new(), &Watch::default())? {
        let difference = difference.inspect_err(|_| {
            // What was found so far is not lost by what was not.
            let _ = out.flush();
        })?;
        if !args.is_wanted(&difference.path) {
            continue;
        }
        sum.add(&difference);
        if let Err(error) = out.write_all(differences::line(&difference, form).as_bytes()) {
            return Ok(cut_off(&error));
        }
    }
    let last = match form {
        Form::Text { .. } | Form::Stat => sum.line(),
        Form::NameStatus | Form::Json => String::new(),
    };
    let written = out.write_all(last.as_bytes()).and_then(|()| out.flush());
    Ok(match written {
        Ok(()) => Answer::shown(true),
        Err(error) => cut_off(&error),
    })
}

/// A reader that has seen enough is no failure; anything else is said.
fn cut_off(error: &Error) -> Answer {
    let enough = error.kind() == ErrorKind::BrokenPipe;
    if !enough {
        stream::complain(&format!("standard output: {error}"));
    }
    Answer::shown(enough)
}

/// At a terminal, unless that is not wanted: see no-color.org.
fn colours() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    std::io::stdout().is_terminal() && !unwanted && !dumb
}
