// SPDX-License-Identifier: LGPL-2.1-or-later
//! A tree in its place: absolute paths are found in it as the system would, links
//! followed, but never out of it.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use super::{FileType, Node, lookup};
use crate::error::{Error, Kind, Result};

/// As many as the kernel follows.
const MOST_LINKS: u32 = 40;

/// A tree, and the path that it stands for: `/`, or `/usr` of a system.
pub struct Whole {
    /// The path of the root.
    pub top: PathBuf,
    /// The root.
    pub root: Rc<dyn Node>,
}

impl Whole {
    /// What is at `path`, and where that is after all links; `None` if nothing is, or if it
    /// is outside of the tree.
    pub fn follow(&self, path: &Path) -> Result<Option<(PathBuf, Rc<dyn Node>)>> {
        let mut waiting = backwards(path);
        let mut here = PathBuf::from("/");
        let mut links = 0;
        while let Some(name) = waiting.pop() {
            if name == ".." {
                here.pop();
                continue;
            }
            here.push(&name);
            let Some(node) = self.at(&here)? else {
                return Ok(None);
            };
            if node.side().file_type == FileType::Symlink {
                links += 1;
                if links > MOST_LINKS {
                    return Err(
                        Error::new(Kind::Corrupt, "symbolic links lead in a circle").at(path)
                    );
                }
                let target = node.target()?;
                match target.is_absolute() {
                    true => here = PathBuf::from("/"),
                    false => _ = here.pop(),
                }
                waiting.extend(backwards(&target));
            }
        }
        Ok(self.at(&here)?.map(|node| (here, node)))
    }

    /// What is at `path`, which no link leads to.
    fn at(&self, path: &Path) -> Result<Option<Rc<dyn Node>>> {
        match path.strip_prefix(&self.top) {
            Ok(inside) => lookup(&self.root, inside),
            Err(_) => Ok(None),
        }
    }
}

/// The names on the way to `path`, the first one last.
fn backwards(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::disk;
    use std::fs;
    use std::os::unix::fs::symlink;

    struct Made(PathBuf);

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl Made {
        fn new(name: &str) -> Made {
            let made = Made(std::env::temp_dir().join(format!("ou-{name}-{}", std::process::id())));
            for directory in ["usr/share/rpm", "usr/lib/sysimage", "var/lib"] {
                assert!(fs::create_dir_all(made.0.join(directory)).is_ok());
            }
            for (target, link) in [
                ("../../share/rpm", "usr/lib/sysimage/rpm"),
                ("/usr/lib/sysimage/rpm", "var/lib/rpm"),
                ("../../var/lib", "usr/share/outside"),
                ("round", "usr/share/round"),
            ] {
                assert!(symlink(target, made.0.join(link)).is_ok());
            }
            made
        }

        fn follow(&self, top: &str, path: &str) -> Result<Option<PathBuf>> {
            let below = top.trim_start_matches('/');
            let whole = Whole {
                top: top.into(),
                root: disk::root(&self.0.join(below))?,
            };
            Ok(whole.follow(Path::new(path))?.map(|(path, _)| path))
        }
    }

    #[test]
    fn links_are_followed_inside_of_the_tree_alone() {
        let made = Made::new("follow");
        let rpm = Some(PathBuf::from("/usr/share/rpm"));
        for (top, path, wanted) in [
            ("/", "/var/lib/rpm", rpm.clone()),
            ("/", "/usr/lib/sysimage/rpm", rpm.clone()),
            ("/usr", "/usr/lib/sysimage/rpm", rpm),
            ("/usr", "/var/lib/rpm", None),
            ("/usr", "/usr/share/outside/rpm", None),
            ("/", "/usr/nothing/here", None),
            ("/usr", "/usr", Some("/usr".into())),
        ] {
            let found = made.follow(top, path);
            assert!(found.is_ok_and(|found| found == wanted), "{top} {path}");
        }
        let round = made.follow("/usr", "/usr/share/round");
        assert!(round.is_err_and(|error| error.kind() == Kind::Corrupt));
    }
}
