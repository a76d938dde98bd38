// SPDX-License-Identifier: LGPL-2.1-or-later
//! The `/etc` of another deployment that libostree merged from ours while a commit was live:
//! what came of that commit looked like somebody's changes. Where it has exactly what
//! was put into ours, its own default goes there. The undo is only read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::description::{self, Description};
use super::kept::Kept;
use super::manifest::{self, Entry};
use super::merge;
use super::stage::{self, Step, Wanted};
use crate::error::Result;
use crate::tree::{self, Node, disk};

/// Gives to `other_etc` the defaults of its deployment, `usr/etc` of its tree, where it has what the
/// merge that is written down in `place` put into ours; labelled by `policy`, that of the
/// deployment. Says what was passed over. May be called again at any time.
pub fn put_right(
    place: &Path,
    other_etc: &Path,
    other_defaults: &Rc<dyn Node>,
    policy: Option<&ostree::SePolicy>,
    proceed: &dyn Fn() -> Result<()>,
) -> Result<Vec<Kept>> {
    let Some(entries) = manifest::read(place)? else {
        return Ok(Vec::new());
    };
    let mut righting = Righting {
        etc: disk::root(other_etc)?,
        defaults: other_defaults,
        policy,
        was_interrupted: stage::is_there(other_etc),
        steps: Vec::new(),
        whole: BTreeSet::new(),
    };
    for entry in entries.iter().rev() {
        proceed()?;
        righting.one(entry)?;
    }
    stage::carry(other_etc, righting.steps, proceed)
}

struct Righting<'a> {
    etc: Rc<dyn Node>,
    defaults: &'a Rc<dyn Node>,
    policy: Option<&'a ostree::SePolicy>,
    was_interrupted: bool,
    steps: Vec<Step>,
    /// Directories that come back with all that is in them.
    whole: BTreeSet<PathBuf>,
}

impl Righting<'_> {
    fn one(&mut self, entry: &Entry) -> Result<()> {
        let mut above = entry.path.ancestors();
        if above.any(|directory| self.whole.contains(directory)) {
            return Ok(());
        }
        let there = description::at(&self.etc, &entry.path)?;
        let node = tree::lookup(self.defaults, &entry.path)?;
        let default = description::of(node.as_ref())?;
        let (now, wanted) = (there.as_ref(), default.as_ref());
        let after = entry.after.as_ref();
        let is_ours = description::same(now, after)
            || self.was_interrupted && description::is_halfway(now, after, wanted);
        if description::same(now, wanted) || !is_ours {
            return Ok(());
        }
        let is_directory = |file: Option<&Description>| file.is_some_and(Description::is_directory);
        let is_new = is_directory(wanted) && !is_directory(now);
        self.put(&entry.path, there, node.as_ref())?;
        if let (true, Some(directory)) = (is_new, &node) {
            // What is in it was never in ours, and went away with it.
            self.whole.insert(entry.path.clone());
            self.all_in(&entry.path, directory)?;
        }
        Ok(())
    }

    fn all_in(&mut self, path: &Path, directory: &Rc<dyn Node>) -> Result<()> {
        let mut waiting = vec![(path.to_owned(), Rc::clone(directory))];
        while let Some((path, directory)) = waiting.pop() {
            for entry in directory.entries()? {
                let Some(node) = directory.child(&entry.name)? else {
                    continue;
                };
                let path = path.join(&entry.name);
                self.put(&path, None, Some(&node))?;
                if tree::is_directory(&*node) {
                    waiting.push((path, node));
                }
            }
        }
        Ok(())
    }

    fn put(
        &mut self,
        path: &Path,
        there: Option<Description>,
        default: Option<&Rc<dyn Node>>,
    ) -> Result<()> {
        let wanted = match (default, description::of(default)?) {
            (Some(node), Some(mut description)) => {
                merge::label(&mut description, path, self.policy)?;
                Some(Wanted {
                    description,
                    content: Some(Rc::clone(node)),
                    modified: None,
                })
            }
            _ => None,
        };
        self.steps.push(Step {
            path: path.to_owned(),
            there,
            wanted,
        });
        Ok(())
    }
}
