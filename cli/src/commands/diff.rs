// SPDX-License-Identifier: LGPL-2.1-or-later
//! `diff`: each difference is shown as soon as it is found. A reader that has seen
//! enough ends it.

use std::io::{Error, ErrorKind, IsTerminal, Write};

use ostree_unlock::{Diff, Difference, Result, Watch};

use crate::answer::Answer;
use crate::args::DiffArgs;
use crate::output::differences::{self, Sum};
use crate::output::packages;
use crate::output::pager;
use crate::output::stream;
use crate::output::tree::Tree;
use crate::sysroot;

/// In which form.
enum Form {
    /// For people.
    Tree(Tree),
    /// For scripts.
    NameStatus,
    /// The last line alone.
    Stat,
    /// For programs.
    Json,
}

impl Form {
    fn of(args: &DiffArgs, json: bool) -> Form {
        match (json, args.name_status, args.stat) {
            (true, _, _) => Form::Json,
            (_, true, _) => Form::NameStatus,
            (_, _, true) => Form::Stat,
            _ => Form::Tree(Tree::new(colours())),
        }
    }

    fn lines(&mut self, difference: &Difference) -> String {
        match self {
            Form::Tree(tree) => tree.lines(difference),
            Form::NameStatus => differences::name_status(difference),
            Form::Stat => String::new(),
            Form::Json => differences::json(difference),
        }
    }

    fn last(&self, sum: &Sum) -> String {
        match self {
            Form::Tree(_) | Form::Stat => sum.line(),
            Form::NameStatus | Form::Json => String::new(),
        }
    }
}

pub(super) fn run(args: &DiffArgs, json: bool) -> Result<Answer> {
    if args.packages {
        return packages(args, json);
    }
    let mut form = Form::of(args, json);
    let is_long = matches!(form, Form::Tree(_) | Form::NameStatus);
    let cancellable = gio::Cancellable::new();
    let watch = Watch {
        cancellable: Some(&cancellable),
        ..Watch::default()
    };
    let found = differences(args, &watch)?;
    let mut out = pager::start(is_long && !args.no_pager, &cancellable);
    let mut sum = Sum::default();
    let shown = show(found, &mut form, &mut sum, &mut out);
    let last = match &shown {
        Ok(Ok(())) => out.write_all(form.last(&sum).as_bytes()),
        _ => Ok(()),
    };
    // What was found so far is not lost by what was not.
    let finished = out.finish();
    Ok(match shown?.and(last).and(finished) {
        Ok(()) => Answer::shown(true),
        Err(error) => cut_off(&error),
    })
}

/// Shows all; of the two failures the outer one is that of looking, the inner one that of
/// showing.
fn show(
    found: Diff,
    form: &mut Form,
    sum: &mut Sum,
    out: &mut impl Write,
) -> Result<std::io::Result<()>> {
    for difference in found {
        let difference = difference?;
        sum.add(&difference);
        if let Err(error) = out.write_all(form.lines(&difference).as_bytes()) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}

fn differences(args: &DiffArgs, watch: &Watch<'_>) -> Result<Diff> {
    match Meant::by(args).map_err(|error| error.during("diff"))? {
        Meant::Commits { repo, from, to } => {
            ostree_unlock::diff_commits(&repo, from, to, &args.options(), watch)
        }
        Meant::System(sysroot, deployment) => {
            let options = args.options_of_system();
            ostree_unlock::diff(&sysroot, deployment.as_ref(), &options, watch)
        }
    }
}

/// What becomes of packages is known when all is.
fn packages(args: &DiffArgs, json: bool) -> Result<Answer> {
    let watch = Watch::default();
    let diff = match Meant::by(args).map_err(|error| error.during("diff"))? {
        Meant::Commits { repo, from, to } => {
            ostree_unlock::diff_packages_of_commits(&repo, from, to, &args.options(), &watch)?
        }
        Meant::System(sysroot, deployment) => {
            let options = args.options_of_system();
            ostree_unlock::diff_packages(&sysroot, deployment.as_ref(), &options, &watch)?
        }
    };
    let text = match (json, args.stat) {
        (true, _) => packages::json(&diff),
        (_, true) => packages::sum(&diff),
        _ => packages::text(&diff) + &packages::sum(&diff),
    };
    let wanted = !json && !args.stat && !args.no_pager;
    let mut out = pager::start(wanted, &gio::Cancellable::new());
    let written = out.write_all(text.as_bytes());
    let finished = out.finish();
    Ok(match written.and(finished) {
        Ok(()) => Answer::shown(true),
        Err(error) => cut_off(&error),
    })
}

/// What is compared.
enum Meant<'a> {
    /// Two commits of a repository.
    Commits {
        repo: ostree::Repo,
        from: &'a str,
        to: &'a str,
    },
    /// A deployment, by default the booted one, or commits of its sysroot.
    System(ostree::Sysroot, Option<ostree::Deployment>),
}

impl Meant<'_> {
    fn by(args: &DiffArgs) -> Result<Meant<'_>> {
        if let (Some(path), Some(from), Some(to)) = (&args.repo, &args.from, &args.to) {
            let repo = sysroot::repo(path)?;
            return Ok(Meant::Commits { repo, from, to });
        }
        let sysroot = sysroot::open(args.sysroot.path.as_deref());
        let deployment = match &args.deployment {
            Some(name) => Some(sysroot::deployment(&sysroot, name)?),
            None => None,
        };
        Ok(Meant::System(sysroot, deployment))
    }
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
