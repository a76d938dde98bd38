// SPDX-License-Identifier: LGPL-2.1-or-later
//! Trees in a repository for the tests of what reads them. Nothing here is part of the library.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::rc::Rc;

use gio::prelude::*;
use ostree::RepoMode;

use super::{Node, commit};

/// The directories `trees` of `top` as a new repository there has them, of which every mode has
/// its own.
pub fn committed<const N: usize>(
    top: &Path,
    mode: RepoMode,
    trees: [&str; N],
) -> [Rc<dyn Node>; N] {
    const NONE: Option<&gio::Cancellable> = gio::Cancellable::NONE;
    let name = match mode {
        RepoMode::Bare => "repo.bare",
        _ => "repo",
    };
    let repo = ostree::Repo::new_for_path(top.join(name));
    repo.create(mode, NONE).unwrap();
    // How full the disk is that the tests run on is not their matter.
    let config = repo.copy_config();
    config.set_string("core", "min-free-space-percent", "0");
    repo.write_config(&config).unwrap();
    repo.prepare_transaction(NONE).unwrap();
    let roots = trees.map(|tree| {
        let from = gio::File::for_path(top.join(tree));
        let to = ostree::MutableTree::new();
        repo.write_directory_to_mtree(&from, &to, None, NONE)
            .unwrap();
        repo.write_mtree(&to, NONE).unwrap()
    });
    repo.commit_transaction(NONE).unwrap();
    roots.map(|root| commit::of_file(&repo, root.downcast_ref().unwrap()).unwrap())
}
