// SPDX-License-Identifier: LGPL-2.1-or-later
//! The course of what makes one tree out of another, as single steps: directories, links and
//! whiteouts, each in the directory that was entered last. Nothing is made here.
//!
//! What is the same is known by its checksum; of a file nothing but its checksum is needed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::diff::{Suspect, different};
use crate::error::{Error, Kind, Result};
use crate::observe::USR;
use crate::tree::{Checksum, Node, Side, Xattrs, is_directory};

/// A step.
pub enum Step {
    /// Makes a directory, and enters it.
    Enter {
        name: OsString,
        side: Side,
        xattrs: Xattrs,
    },
    /// Leaves the directory that was entered last.
    Leave,
    /// The file with that checksum.
    File { name: OsString, checksum: Checksum },
    /// Hides what the base has.
    Whiteout { name: OsString },
}

/// Goes the course from `before` to `after`, both of commits, and gives each step to `take`, in
/// order; `stays` is a path that is left as the base has it.
pub fn go(
    before: Rc<dyn Node>,
    after: Rc<dyn Node>,
    stays: &Path,
    take: &mut dyn FnMut(Step) -> Result<()>,
) -> Result<()> {
    let mut waiting = vec![enter(PathBuf::new(), Some(before), after, take)?];
    while let Some(level) = waiting.last_mut() {
        let Some(suspect) = level.suspects.next() else {
            take(Step::Leave)?;
            waiting.pop();
            continue;
        };
        let name = suspect.name;
        let path = level.path.join(&name);
        if path.starts_with(stays) {
            continue;
        }
        match suspect.checksums {
            // What is in it is left as well: it is the one thing that a commit does not decide.
            None if !suspect.stays && stays.starts_with(&path) => {}
            None if !suspect.stays => take(Step::Whiteout { name })?,
            Some((checksum, None)) => take(Step::File { name, checksum })?,
            _ => {
                let below = level.below(&name, path.clone(), take);
                waiting.push(below.map_err(|error| error.at(Path::new(USR).join(path)))?);
            }
        }
    }
    Ok(())
}

/// A directory that is gone through.
struct Level {
    path: PathBuf,
    before: Option<Rc<dyn Node>>,
    after: Rc<dyn Node>,
    suspects: std::vec::IntoIter<Suspect>,
}

impl Level {
    /// The directory `name` in it.
    fn below(
        &self,
        name: &OsStr,
        path: PathBuf,
        take: &mut dyn FnMut(Step) -> Result<()>,
    ) -> Result<Level> {
        let missing = || Error::new(Kind::Failed, "the commit does not have what it names");
        let after = self.after.child(name)?.filter(|node| is_directory(&**node));
        let after = after.ok_or_else(missing)?;
        let before = match &self.before {
            Some(before) => before.child(name)?,
            None => None,
        };
        let before = before.filter(|before| is_directory(&**before));
        enter(path, before, after, take)
    }
}

fn enter(
    path: PathBuf,
    before: Option<Rc<dyn Node>>,
    after: Rc<dyn Node>,
    take: &mut dyn FnMut(Step) -> Result<()>,
) -> Result<Level> {
    take(Step::Enter {
        name: path.file_name().unwrap_or_default().to_owned(),
        side: after.side().clone(),
        xattrs: after.xattrs()?,
    })?;
    let old = match &before {
        Some(before) => before.entries()?,
        None => Vec::new(),
    };
    Ok(Level {
        suspects: different(&old, &after.entries()?).into_iter(),
        path,
        before,
        after,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tree::sample::committed;
    use ostree::RepoMode::Archive;
    use std::fs;

    fn steps(before: &Rc<dyn Node>, after: &Rc<dyn Node>) -> Vec<String> {
        let mut steps = Vec::new();
        let stays = Path::new("lib/modules/this");
        go(Rc::clone(before), Rc::clone(after), stays, &mut |step| {
            steps.push(match step {
                Step::Enter { name, .. } => format!("{}/", name.to_string_lossy()),
                Step::Leave => "..".to_owned(),
                Step::File { name, .. } => name.to_string_lossy().into_owned(),
                Step::Whiteout { name } => format!("-{}", name.to_string_lossy()),
            });
            Ok(())
        })
        .unwrap();
        steps
    }

    #[test]
    fn only_what_differs_is_on_the_way() {
        let top = std::env::temp_dir().join(format!("ou-course-{}", std::process::id()));
        let file = |path: &str, text: &str| {
            let at = top.join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, text).unwrap();
        };
        for (tree, text) in [("before", "old"), ("after", "new")] {
            file(&format!("{tree}/same/file"), "");
            file(&format!("{tree}/changed/file"), text);
            file(&format!("{tree}/changed/same"), "");
            file(&format!("{tree}/lib/modules/this/module"), text);
            file(&format!("{tree}/lib/modules/{text}/module"), "");
        }
        file("before/becomes", "a file");
        file("after/becomes/a/directory", "");
        file("before/gone/file", "");
        let [before, after] = committed(&top, Archive, ["before", "after"]);
        let there = steps(&before, &after);
        let nowhere = steps(&after, &after);
        fs::remove_dir_all(&top).unwrap();
        let wanted = "/ becomes/ a/ directory .. .. changed/ file .. -gone \
            lib/ modules/ new/ module .. -old .. .. ..";
        assert_eq!(there.join(" "), wanted);
        assert_eq!(nowhere, ["/", ".."]);
    }

    #[test]
    fn the_kernel_that_runs_is_left_where_no_commit_has_it() {
        let top = std::env::temp_dir().join(format!("ou-left-{}", std::process::id()));
        for path in ["before/lib/modules/this", "before/lib/other", "after"] {
            fs::create_dir_all(top.join(path)).unwrap();
        }
        let [before, after] = committed(&top, Archive, ["before", "after"]);
        let there = steps(&before, &after);
        fs::remove_dir_all(&top).unwrap();
        assert_eq!(there, ["/", ".."]);
    }
}
