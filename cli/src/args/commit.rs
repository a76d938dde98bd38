// SPDX-License-Identifier: LGPL-2.1-or-later
//! The arguments of `commit`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use ostree_unlock::{Deploy, Options, Prefer};

use super::SysrootArgs;
use crate::values;

/// `commit`.
#[derive(Debug, Args)]
pub(crate) struct CommitArgs {
    /// Only what is at these paths or below them
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// One line that says what it is
    #[arg(short, long, value_name = "TEXT")]
    subject: Option<String>,

    /// More about it
    #[arg(short = 'm', long, value_name = "TEXT")]
    body: Option<String>,

    /// The ref that then leads to it [default: unlock/commit/OS, unless it is deployed]
    #[arg(short, long, value_name = "REF")]
    branch: Option<String>,

    /// Take in what was changed at this path of /etc, as a default in /usr/etc
    #[arg(long, value_name = "PATH")]
    etc: Vec<PathBuf>,

    /// Replay the changes on this commit, path by path
    #[arg(long, value_name = "COMMIT")]
    onto: Option<String>,

    /// Whose version to take where both changed the same: `changes` or `commit`, or of one path `changes:PATH`
    #[arg(long, value_name = "SIDE", value_parser = values::prefer)]
    prefer: Vec<(PathBuf, Prefer)>,

    /// The hotfix of another deployment: its number or name in `ostree admin status`
    #[arg(long, value_name = "DEPLOYMENT", conflicts_with_all = ["etc", "kept", "scratch"])]
    pub(crate) deployment: Option<String>,

    /// Of what was kept under this name, instead of what was written to /usr
    #[arg(long, value_name = "NAME", conflicts_with_all = ["etc", "scratch"])]
    kept: Option<String>,

    /// Of the scratch of `run --scratch`, its /etc included
    #[arg(long, conflicts_with = "etc")]
    scratch: bool,

    /// Leave out devices, sockets, and what else cannot be in a commit
    #[arg(long)]
    skip_special: bool,

    /// Have it booted next
    #[arg(long)]
    deploy: bool,

    /// Have it deployed when the system goes down
    #[arg(long, conflicts_with = "deploy")]
    stage: bool,

    /// Write it to this repository instead of that of the system
    #[arg(long, value_name = "PATH", conflicts_with_all = ["deploy", "stage"])]
    repo: Option<PathBuf>,

    /// Sign it with this GPG key
    #[arg(long, value_name = "KEYID")]
    gpg_sign: Vec<String>,

    /// Where GPG has its keys
    #[arg(long, value_name = "PATH", requires = "gpg_sign")]
    gpg_homedir: Option<PathBuf>,

    /// Sign it with a secret key, as `ed25519:KEY`
    #[arg(long, value_name = "KEY", value_parser = values::sign_key)]
    sign: Vec<(String, String)>,

    /// Only say what would be in it, and what is in conflict
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    /// How long to wait while somebody else holds the sysroot's lock
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds, default_value = "0")]
    lock_wait: Duration,

    #[command(flatten)]
    pub(crate) sysroot: SysrootArgs,
}

impl CommitArgs {
    /// As the library takes them.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new()
            .dry_run(self.dry_run)
            .lock_wait(self.lock_wait)
            .skip_special(self.skip_special)
            .scratch(self.scratch);
        for path in &self.paths {
            options = options.path(path);
        }
        for path in &self.etc {
            options = options.etc_path(path);
        }
        for (path, prefer) in &self.prefer {
            options = options.prefer(path, *prefer);
        }
        for key in &self.gpg_sign {
            options = options.gpg_key(key);
        }
        for (kind, key) in &self.sign {
            options = options.sign_key(kind, key);
        }
        let text = |text: &Option<String>| text.clone();
        options = with(options, text(&self.subject), Options::subject);
        options = with(options, text(&self.body), Options::body);
        options = with(options, text(&self.branch), Options::branch);
        options = with(options, text(&self.onto), Options::onto);
        options = with(options, text(&self.kept), Options::kept);
        options = with(options, self.gpg_homedir.clone(), Options::gpg_home);
        options = with(options, self.repo.as_deref().map(absolute), Options::repo);
        with(options, self.deploy_how(), Options::deploy)
    }

    fn deploy_how(&self) -> Option<Deploy> {
        match (self.deploy, self.stage) {
            (true, _) => Some(Deploy::Now),
            (_, true) => Some(Deploy::Staged),
            _ => None,
        }
    }
}

fn with<T>(options: Options, value: Option<T>, set: fn(Options, T) -> Options) -> Options {
    match value {
        Some(value) => set(options, value),
        None => options,
    }
}

/// The work is done on a thread whose working directory is another one.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
