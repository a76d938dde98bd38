// SPDX-License-Identifier: LGPL-2.1-or-later
//! What changed in an overlay, from its upper: only what is in there is looked at, and of
//! the base only what stands in the same places. One difference at a time, parents
//! before what is in them: what is kept in memory are the names of the directories that
//! lead to it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::{Change, Difference, Located, OVERLAY, compare, look, names, path_from, xattr};
use crate::error::{Error, Result};

/// The differences, each as soon as it is found.
pub struct Overlay {
    /// Where the base can be read, and what it is called there.
    base: PathBuf,
    hierarchy: PathBuf,
    waiting: Vec<Level>,
}

/// A directory that is being gone through.
struct Level {
    /// As the system sees it.
    path: PathBuf,
    /// Where it is in the upper; `None` where all of it is gone.
    upper: Option<PathBuf>,
    /// Where it is in the base; `None` where all of it is new.
    base: Option<PathBuf>,
    names: std::vec::IntoIter<OsString>,
}

impl Overlay {
    /// Compares the directory `upper` with the directory `base`, which both stand for
    /// `hierarchy`.
    pub fn new(hierarchy: &Path, upper: &Path, base: &Path) -> Result<Overlay> {
        let mut overlay = Overlay {
            base: base.to_owned(),
            hierarchy: hierarchy.to_owned(),
            waiting: Vec::new(),
        };
        overlay.enter(hierarchy, Some(upper), Some(base))?;
        Ok(overlay)
    }

    fn enter(&mut self, path: &Path, upper: Option<&Path>, base: Option<&Path>) -> Result<()> {
        let mut all = BTreeSet::new();
        if let Some(upper) = upper {
            all.extend(names(upper)?);
        }
        // An opaque directory hides what the base has in it.
        let hides = match upper {
            Some(upper) => is_opaque(upper)?,
            None => true,
        };
        if let (true, Some(base)) = (hides, base) {
            all.extend(names(base)?);
        }
        self.waiting.push(Level {
            path: path.to_owned(),
            upper: upper.map(Path::to_owned),
            base: base.map(Path::to_owned),
            names: all.into_iter().collect::<Vec<_>>().into_iter(),
        });
        Ok(())
    }

    /// The next one of the innermost directory; `Ok(None)` where a name is no difference.
    fn one(&mut self, name: &OsStr) -> Result<Option<Difference>> {
        let Some(level) = self.waiting.last() else {
            return Ok(None);
        };
        let path = level.path.join(name);
        let upper = level.upper.as_ref().map(|upper| upper.join(name));
        let base = level.base.as_ref().map(|base| base.join(name));
        let new = match &upper {
            Some(upper) => look(upper)?,
            None => None,
        };
        let old = match &base {
            Some(base) => look(base)?,
            None => None,
        };
        let new = match (new, &upper) {
            (Some(new), Some(upper)) if !is_whiteout(upper, &new)? => Some((new, upper.clone())),
            _ => None,
        };
        match (old.zip(base), new) {
            (None, None) => Ok(None),
            (Some((old, base)), None) => {
                if old.is_dir() {
                    self.enter(&path, None, Some(&base))?;
                }
                Ok(Some(Difference::removed(path, &old)))
            }
            (old, Some((new, upper))) => self.there(path, old, (new, upper)),
        }
    }

    fn there(
        &mut self,
        path: PathBuf,
        old: Option<(Metadata, PathBuf)>,
        (new, upper): (Metadata, PathBuf),
    ) -> Result<Option<Difference>> {
        let redirect = self.redirect(&path, &upper)?;
        if new.is_dir() {
            // A directory that was moved here has its base where it was.
            let moved = match &redirect {
                Some((from, base)) => look(base)?.map(|old| (old, base.clone(), from.clone())),
                None => None,
            };
            if let Some((old, base, from)) = moved {
                self.enter(&path, Some(&upper), Some(&base))?;
                let found = differ(&path, (&old, &base), (&new, &upper), &upper)?;
                let mut renamed = found.unwrap_or_else(|| Difference {
                    before: Some(super::Side::of(&old)),
                    ..Difference::added(path, &new)
                });
                renamed.change = Change::Renamed;
                renamed.from = Some(from);
                return Ok(Some(renamed));
            }
            let base = old.as_ref().filter(|(old, _)| old.is_dir());
            let base = base.map(|(_, base)| base.as_path());
            self.enter(&path, Some(&upper), base)?;
        }
        let Some((old, base)) = old else {
            return Ok(Some(Difference::added(path, &new)));
        };
        // Of a file whose metadata alone was copied up, the content is still in the base.
        let content = match (xattr_of(&upper, "metacopy")?, redirect) {
            (None, _) => upper.clone(),
            (Some(_), Some((_, data))) => data,
            (Some(_), None) => base.clone(),
        };
        let found = differ(&path, (&old, &base), (&new, &upper), &content)?;
        if old.is_dir() && !new.is_dir() {
            self.enter(&path, None, Some(&base))?;
        }
        Ok(found)
    }

    /// Where the overlay says that this was moved from: the path, and where that is in the
    /// base. Absolute, or a name beside it.
    fn redirect(&self, path: &Path, upper: &Path) -> Result<Option<(PathBuf, PathBuf)>> {
        let Some(target) = xattr_of(upper, "redirect")? else {
            return Ok(None);
        };
        let target = path_from(target);
        let below = match target.strip_prefix("/") {
            Ok(below) => below.to_owned(),
            Err(_) => {
                let parent = path
                    .parent()
                    .and_then(|p| p.strip_prefix(&self.hierarchy).ok());
                parent.unwrap_or(Path::new("")).join(&target)
            }
        };
        Ok(Some((self.hierarchy.join(&below), self.base.join(&below))))
    }
}

impl Iterator for Overlay {
    type Item = Result<Difference>;

    fn next(&mut self) -> Option<Result<Difference>> {
        loop {
            let level = self.waiting.last_mut()?;
            let Some(name) = level.names.next() else {
                self.waiting.pop();
                continue;
            };
            match self.one(&name) {
                Ok(None) => {}
                Ok(Some(difference)) => return Some(Ok(difference)),
                Err(error) => {
                    // What comes after it would be half of the truth.
                    self.waiting.clear();
                    return Some(Err(error));
                }
            }
        }
    }
}

fn differ(
    path: &Path,
    (old, base): (&Metadata, &Path),
    (new, upper): (&Metadata, &Path),
    content: &Path,
) -> Result<Option<Difference>> {
    let before = Located {
        at: base,
        metadata: old,
    };
    let after = Located {
        at: upper,
        metadata: new,
    };
    compare(path, before, after, content)
}

fn xattr_of(path: &Path, name: &str) -> Result<Option<Vec<u8>>> {
    xattr(path, OsStr::new(&format!("{OVERLAY}{name}")))
        .map_err(|e| Error::os("reading an attribute of the overlay", e).at(path))
}

/// A character device 0:0, or an empty file with an attribute that says so.
fn is_whiteout(path: &Path, metadata: &Metadata) -> Result<bool> {
    let kind = metadata.file_type();
    if kind.is_char_device() {
        return Ok(metadata.rdev() == 0);
    }
    Ok(kind.is_file() && metadata.size() == 0 && xattr_of(path, "whiteout")?.is_some())
}

/// With `x` there are whiteouts of the other form in it, and it hides nothing by itself.
fn is_opaque(directory: &Path) -> Result<bool> {
    Ok(xattr_of(directory, "opaque")?.is_some_and(|value| value == b"y"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    struct Sides(PathBuf);

    impl Sides {
        fn new(name: &str) -> Sides {
            let directory =
                std::env::temp_dir().join(format!("ou-diff-{name}-{}", std::process::id()));
            let sides = Sides(directory);
            for side in ["upper", "base"] {
                assert!(fs::create_dir_all(sides.0.join(side)).is_ok());
            }
            sides
        }

        fn write(&self, path: &str, content: &str) {
            let path = self.0.join(path);
            assert!(path.parent().is_some_and(|p| fs::create_dir_all(p).is_ok()));
            assert!(fs::write(path, content).is_ok());
        }

        fn differences(&self) -> Vec<String> {
            let (upper, base) = (self.0.join("upper"), self.0.join("base"));
            let found = Overlay::new(Path::new("/usr"), &upper, &base);
            found
                .into_iter()
                .flatten()
                .flatten()
                .map(|d| format!("{} {}", d.change.letter(), d.path.display()))
                .collect()
        }
    }

    impl Drop for Sides {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_only_copied_up_is_no_change() {
        let sides = Sides::new("same");
        for side in ["upper", "base"] {
            sides.write(&format!("{side}/lib/same"), "content");
        }
        assert_eq!(sides.differences(), [""; 0]);
    }

    #[test]
    fn each_kind_of_change_has_its_letter() {
        let sides = Sides::new("kinds");
        for side in ["upper", "base"] {
            sides.write(&format!("{side}/mode"), "content");
            assert!(symlink(side, sides.0.join(side).join("link")).is_ok());
        }
        sides.write("base/content", "old");
        sides.write("upper/content", "new");
        sides.write("base/longer", "old");
        sides.write("upper/longer", "old and new");
        sides.write("upper/new/inside", "x");
        sides.write("base/type/inside", "x");
        sides.write("upper/type", "x");
        sides.write("base/other/inside", "x");
        assert!(symlink("nowhere", sides.0.join("base/becomes")).is_ok());
        sides.write("upper/becomes/inside", "x");
        let mode = fs::Permissions::from_mode(0o4711);
        assert!(fs::set_permissions(sides.0.join("upper/mode"), mode).is_ok());
        assert_eq!(
            sides.differences(),
            [
                "T /usr/becomes",
                "A /usr/becomes/inside",
                "M /usr/content",
                "M /usr/link",
                "M /usr/longer",
                "m /usr/mode",
                "A /usr/new",
                "A /usr/new/inside",
                "T /usr/type",
                "D /usr/type/inside",
            ]
        );
    }

    #[test]
    fn names_need_not_be_text() {
        let sides = Sides::new("names");
        let odd = OsStr::from_bytes(b"odd \xff\n name");
        assert!(fs::write(sides.0.join("upper").join(odd), "x").is_ok());
        let (upper, base) = (sides.0.join("upper"), sides.0.join("base"));
        let found: Vec<_> = Overlay::new(Path::new("/usr"), &upper, &base)
            .into_iter()
            .flatten()
            .flatten()
            .map(|d| d.path)
            .collect();
        assert_eq!(found, [Path::new("/usr").join(odd)]);
    }

    #[test]
    fn an_error_is_the_last_thing_that_is_said() {
        let sides = Sides::new("error");
        sides.write("upper/a", "x");
        let nowhere = sides.0.join("nowhere");
        assert!(Overlay::new(Path::new("/usr"), &nowhere, &sides.0).is_err());
    }
}
