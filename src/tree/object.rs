// SPDX-License-Identifier: LGPL-2.1-or-later
//! Files of a repository. In one of the mode `bare` an object is the file itself, and is read as
//! every file is; of other modes libostree says what it stands for. What is said here of names,
//! and of objects that are missing or damaged, is so of directories as well.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gio::prelude::*;
use glib::Variant;
use ostree::ObjectType;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::{Checksum, Entry, FileType, Identity, Node, Side, Xattrs, disk};
use crate::error::{Error, Kind, Result};
use crate::sys::{files, xattr};

const OBJECTS: &str = "objects";

/// So many bytes are read at a time: mostly it is all.
const PIECE: usize = 16 << 10;

/// Where objects are read from.
pub struct Source {
    pub repo: ostree::Repo,
    /// The directory that they are in.
    objects: Option<(PathBuf, OwnedFd)>,
    /// Whether those of files are the files themselves.
    is_bare: bool,
}

struct File {
    source: Rc<Source>,
    checksum: Checksum,
    side: Side,
    kept: Kept,
}

/// What else a file has.
enum Kept {
    /// The object at this path is the file.
    AsItIs(PathBuf),
    Described {
        target: PathBuf,
        xattrs: Variant,
    },
}

/// The directory of the objects of a repository where they are the files themselves.
pub fn directory(repo: &ostree::Repo) -> Option<PathBuf> {
    let path = repo.path().path()?;
    (repo.mode() == ostree::RepoMode::Bare).then(|| path.join(OBJECTS))
}

/// The path, in such a directory, of a file.
pub fn path(checksum: &Checksum) -> PathBuf {
    place(checksum, "file")
}

fn place(checksum: &Checksum, what: &str) -> PathBuf {
    let name = hex(checksum);
    PathBuf::from(format!("{}/{}.{what}", &name[..2], &name[2..]))
}

impl Source {
    pub fn new(repo: &ostree::Repo) -> Rc<Source> {
        // What libostree is told to leave out may be there all the same.
        let without = repo.config().boolean("core", "disable-xattrs");
        let objects = repo.path().path().map(|path| path.join(OBJECTS));
        Rc::new(Source {
            repo: repo.clone(),
            objects: objects.and_then(|path| files::hold(&path).ok().map(|held| (path, held))),
            is_bare: repo.mode() == ostree::RepoMode::Bare && !without.unwrap_or_default(),
        })
    }

    /// The bytes of a dirtree, which are the same in every repository.
    pub fn dirtree(&self, checksum: &Checksum) -> Result<Vec<u8>> {
        let read = |(_, objects): &(_, OwnedFd)| read(objects, &place(checksum, "dirtree")).ok();
        if let Some(bytes) = self.objects.as_ref().and_then(read) {
            return Ok(bytes);
        }
        // It may be of another repository that this one is based on.
        let name = hex(checksum);
        let found = self.repo.load_variant(ObjectType::DirTree, &name);
        let found = found.map_err(|e| missing(e, "dirtree", &name))?;
        Ok(found.data().to_vec())
    }
}

/// The bytes of an object that is not large.
fn read(objects: &OwnedFd, name: &Path) -> rustix::io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let object = rustix::fs::openat(objects, name, flags, Mode::empty())?;
    let mut bytes = Vec::new();
    let mut piece = [MaybeUninit::uninit(); PIECE];
    loop {
        let (read, _) = rustix::io::read(&object, &mut piece)?;
        bytes.extend_from_slice(read);
        // Only at its end there is less.
        if read.len() < PIECE {
            return Ok(bytes);
        }
    }
}

/// The file with this checksum.
pub fn file(source: &Rc<Source>, checksum: Checksum) -> Result<Rc<dyn Node>> {
    let (side, kept) = match as_it_is(source, &checksum)? {
        Some(found) => found,
        None => described(source, &checksum)?,
    };
    if !matches!(side.file_type, FileType::Regular | FileType::Symlink) {
        let cause = "it is neither a file nor a link";
        return Err(damaged("file", &hex(&checksum), cause));
    }
    Ok(Rc::new(File {
        source: Rc::clone(source),
        checksum,
        side,
        kept,
    }))
}

/// `None` where it has to be asked for: it may be of another repository that this one is based on.
fn as_it_is(source: &Source, checksum: &Checksum) -> Result<Option<(Side, Kept)>> {
    let Some((objects, held)) = source.objects.as_ref().filter(|_| source.is_bare) else {
        return Ok(None);
    };
    let name = path(checksum);
    let path = objects.join(&name);
    match rustix::fs::statat(held, &name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some((disk::side(&stat), Kept::AsItIs(path)))),
        Err(Errno::NOENT) => Ok(None),
        Err(e) => Err(Error::os("looking at an object", e).at(path)),
    }
}

fn described(source: &Source, checksum: &Checksum) -> Result<(Side, Kept)> {
    let name = hex(checksum);
    let (info, xattrs) = source
        .repo
        .query_file(&name, gio::Cancellable::NONE)
        .map_err(|e| missing(e, "file", &name))?;
    let number = |attribute| info.attribute_uint32(attribute);
    let side = disk::side_of(
        number("unix::mode"),
        number("unix::uid"),
        number("unix::gid"),
        info.size(),
    );
    let target = match side.file_type {
        FileType::Symlink => info.symlink_target().unwrap_or_default(),
        _ => PathBuf::new(),
    };
    Ok((side, Kept::Described { target, xattrs }))
}

impl File {
    fn content(&self) -> Result<gio::InputStream> {
        let name = hex(&self.checksum);
        let (content, _, _) = self
            .source
            .repo
            .load_file(&name, gio::Cancellable::NONE)
            .map_err(|e| missing(e, "file", &name))?;
        content.ok_or_else(|| not_a("file"))
    }
}

fn open(path: &Path) -> Result<fs::File> {
    fs::File::open(path).map_err(|e| Error::io("opening an object", e).at(path))
}

impl Node for File {
    fn side(&self) -> &Side {
        &self.side
    }

    fn xattrs(&self) -> Result<Xattrs> {
        match &self.kept {
            Kept::AsItIs(path) => {
                xattr::all(path).map_err(|e| Error::os("reading extended attributes", e).at(path))
            }
            Kept::Described { xattrs, .. } => {
                let pairs: Vec<(Vec<u8>, Vec<u8>)> = xattrs.get().unwrap_or_default();
                Ok(pairs.into_iter().map(without_end).collect())
            }
        }
    }

    fn entries(&self) -> Result<Vec<Entry<'_>>> {
        Err(not_a("directory"))
    }

    fn child(&self, _name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
        Ok(None)
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        match &self.kept {
            Kept::AsItIs(path) => Ok(Box::new(open(path)?)),
            Kept::Described { .. } => Ok(Box::new(self.content()?.into_read())),
        }
    }

    fn open_file(&self) -> Result<Option<fs::File>> {
        if let Kept::AsItIs(path) = &self.kept {
            return open(path).map(Some);
        }
        // The stream of an object that is not compressed has its file.
        let Ok(stream) = self.content()?.downcast::<gio::UnixInputStream>() else {
            return Ok(None);
        };
        open(&PathBuf::from(format!(
            "/proc/self/fd/{}",
            stream.as_raw_fd()
        )))
        .map(Some)
    }

    fn target(&self) -> Result<PathBuf> {
        match &self.kept {
            Kept::AsItIs(path) => {
                fs::read_link(path).map_err(|e| Error::io("reading a link", e).at(path))
            }
            Kept::Described { target, .. } => Ok(target.clone()),
        }
    }

    fn identity(&self) -> Identity<'_> {
        Identity::File(&self.checksum)
    }
}

/// As libostree writes checksums.
pub fn hex(checksum: &Checksum) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * checksum.len());
    for byte in checksum {
        for nibble in [byte >> 4, byte & 0xf] {
            text.push(char::from(DIGITS[usize::from(nibble)]));
        }
    }
    text
}

/// In an object the name of an attribute ends with a zero byte.
pub(super) fn without_end((mut name, value): (Vec<u8>, Vec<u8>)) -> (Vec<u8>, Vec<u8>) {
    if name.last() == Some(&0) {
        name.pop();
    }
    (name, value)
}

pub(super) fn missing(source: glib::Error, what: &str, name: &str) -> Error {
    if source.matches(gio::IOErrorEnum::NotFound) {
        return Error::new(
            Kind::NotFound,
            format!("the repository does not have the {what} {name}"),
        )
        .next("a commit that was pulled in part has to be pulled whole");
    }
    if source.matches(gio::IOErrorEnum::Cancelled) {
        return source.into();
    }
    damaged(what, name, source.message())
}

pub(super) fn damaged(what: &str, name: &str, how: &str) -> Error {
    Error::new(
        Kind::Corrupt,
        format!("the {what} {name} cannot be read: {how}"),
    )
    .next("see what `ostree fsck` says of the repository")
}

pub(super) fn not_a(what: &str) -> Error {
    Error::new(Kind::Failed, format!("what is read as a {what} is none"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sys::xattr::{Xattrs, set_all};
    use crate::tree::sample::committed;
    use std::os::unix::fs::{PermissionsExt, lchown, symlink};

    /// All that a file is.
    fn all(file: &dyn Node) -> (Side, Xattrs, Vec<u8>) {
        let mut content = Vec::new();
        match file.side().file_type {
            FileType::Symlink => content.extend(file.target().unwrap().to_string_lossy().bytes()),
            _ => {
                file.open().unwrap().read_to_end(&mut content).unwrap();
                if let Some(mut opened) = file.open_file().unwrap() {
                    let mut again = Vec::new();
                    opened.read_to_end(&mut again).unwrap();
                    assert_eq!(again, content);
                }
            }
        }
        (file.side().clone(), file.xattrs().unwrap(), content)
    }

    #[test]
    #[ignore = "needs root"]
    fn a_file_is_the_same_whoever_says_what_it_is() {
        let top = std::env::temp_dir().join(format!("ou-object-{}", std::process::id()));
        let tree = top.join("tree");
        fs::create_dir_all(&tree).unwrap();
        fs::write(tree.join("plain"), "text").unwrap();
        fs::write(tree.join("special"), "").unwrap();
        lchown(tree.join("special"), Some(3), Some(4)).unwrap();
        fs::set_permissions(tree.join("special"), fs::Permissions::from_mode(0o4750)).unwrap();
        let xattrs = Xattrs::from([(b"user.name".to_vec(), b"value".to_vec())]);
        set_all(&tree.join("special"), &xattrs).unwrap();
        symlink("somewhere", tree.join("link")).unwrap();
        lchown(tree.join("link"), Some(5), Some(6)).unwrap();
        let [bare] = committed(&top, ostree::RepoMode::Bare, ["tree"]);
        let [archive] = committed(&top, ostree::RepoMode::Archive, ["tree"]);
        for name in ["plain", "special", "link"] {
            let [one, other] = [&bare, &archive].map(|tree| tree.child(name.as_ref()).unwrap());
            let (one, other) = (one.unwrap(), other.unwrap());
            assert!(one.identity().is(other.identity()), "{name}");
            assert_eq!(all(&*one), all(&*other), "{name}");
        }
        // and so, when it has been lost
        let link = bare.child("link".as_ref()).unwrap().unwrap();
        let checksum = match link.identity() {
            Identity::File(checksum) => *checksum,
            _ => Checksum::default(),
        };
        fs::remove_file(top.join("repo.bare/objects").join(path(&checksum))).unwrap();
        let lost = bare.child("link".as_ref());
        fs::remove_dir_all(&top).unwrap();
        assert_eq!(lost.err().unwrap().kind(), Kind::NotFound);
    }
}
