// SPDX-License-Identifier: LGPL-2.1-or-later
//! rpm's database: an SQLite file with a table of headers.
//!
//! SQLite reads a copy. A tree has no path that SQLite could open without finding its way
//! out of it, what is beside the database (`-wal`) may be of another layer, and a reader
//! of a database that others write to writes beside it.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::header::{Damaged, Header, Tag};
use super::{Database, Installed, Package, PackageState};
use crate::error::{Error, Kind, Result};
use crate::sys::random;
use crate::tree::whole::Whole;
use crate::tree::{Node, is_directory};

/// Where distributions have it, the newer first.
pub const PLACES: [&str; 3] = ["/usr/lib/sysimage/rpm", "/usr/share/rpm", "/var/lib/rpm"];

const NAME: &str = "rpmdb.sqlite";

/// What belongs to it as long as it has not been taken over: SQLite looks for it beside it.
const BESIDE: [&str; 2] = ["-wal", "-journal"];

/// What rpm had before, which only rpm can read.
const OTHERS: [(&str, &str); 2] = [("Packages.db", "ndb"), ("Packages", "Berkeley DB")];

/// rpm itself takes no larger ones.
const LARGEST_HEADER: i64 = 256 << 20;

/// How often it is copied again where it was written to meanwhile.
const TRIES: u32 = 5;

/// The database of a tree.
pub struct Rpm {
    directory: PathBuf,
    /// Open, though its name is gone.
    database: Connection,
    packages: Vec<Installed>,
}

impl Rpm {
    /// The one in the tree, if there is one.
    pub fn find(tree: &Whole) -> Result<Option<Rpm>> {
        let mut unreadable = None;
        for place in PLACES {
            let Some((directory, node)) = tree.follow(Path::new(place))? else {
                continue;
            };
            if !is_directory(&*node) {
                continue;
            }
            if node.child(OsStr::new(NAME))?.is_some() {
                return read(directory, &*node).map(Some);
            }
            for (name, kind) in OTHERS {
                if node.child(OsStr::new(name))?.is_some() {
                    unreadable.get_or_insert((directory.join(name), kind));
                }
            }
        }
        match unreadable {
            Some((path, kind)) => Err(Error::new(
                Kind::Unsupported,
                format!("rpm's database is of the kind {kind}, which cannot be read"),
            )
            .at(path)
            .next("`rpmdb --rebuilddb` of rpm 4.16 or newer makes one of SQLite from it")),
            None => Ok(None),
        }
    }

    /// What is installed.
    pub fn packages(&self) -> &[Installed] {
        &self.packages
    }
}

impl Database for Rpm {
    fn directory(&self) -> &Path {
        &self.directory
    }

    fn files(&self, tell: &mut dyn FnMut(&Path)) -> Result<()> {
        let mut path = Vec::new();
        headers(&self.database, &self.directory.join(NAME), &mut |header| {
            header.files(&mut |directory, name| {
                path.clear();
                path.extend_from_slice(directory);
                path.extend_from_slice(name);
                tell(Path::new(OsStr::from_bytes(&path)));
            })
        })
    }
}

fn read(directory: PathBuf, node: &dyn Node) -> Result<Rpm> {
    let path = directory.join(NAME);
    let database = open(&path, node)?;
    let mut packages = Vec::new();
    headers(&database, &path, &mut |header| {
        packages.push(package(header)?);
        Ok(())
    })?;
    Ok(Rpm {
        directory,
        database,
        packages,
    })
}

fn package(header: &Header<'_>) -> Result<Installed, Damaged> {
    let text = |tag| -> Result<Option<String>, Damaged> {
        let bytes = header.string(tag)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    };
    let needed = |tag| text(tag)?.ok_or(Damaged);
    let (version, release) = (needed(Tag::Version)?, needed(Tag::Release)?);
    let version = match header.number(Tag::Epoch)? {
        Some(epoch) => format!("{epoch}:{version}-{release}"),
        None => format!("{version}-{release}"),
    };
    let mut record = DefaultHasher::new();
    header.string(Tag::Sha256)?.hash(&mut record);
    header.string(Tag::Sha1)?.hash(&mut record);
    header.number(Tag::BuildTime)?.hash(&mut record);
    Ok(Installed {
        name: needed(Tag::Name)?,
        package: Package {
            version,
            architecture: text(Tag::Architecture)?.unwrap_or_default(),
            state: PackageState::Installed,
        },
        record: record.finish(),
        since: header.number(Tag::InstallTime)?,
    })
}

/// Tells each header of the database at `path`, and is told whether it is damaged.
fn headers(
    database: &Connection,
    path: &Path,
    tell: &mut dyn FnMut(&Header<'_>) -> Result<(), Damaged>,
) -> Result<()> {
    let failed = |e| sqlite(e, path);
    let query = format!("SELECT iif(length(blob) <= {LARGEST_HEADER}, blob, NULL) FROM Packages");
    let mut statement = database.prepare(&query).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let blob = row.get_ref(0).map_err(failed)?;
        let bytes = blob
            .as_blob()
            .map_err(|_| damaged(path, "a header is none"))?;
        let told = Header::parse(bytes).and_then(|header| tell(&header));
        told.map_err(|Damaged| damaged(path, "the header of a package is"))?;
    }
    Ok(())
}

/// Opens a copy, and proves that it is whole.
fn open(path: &Path, node: &dyn Node) -> Result<Connection> {
    let failed = |e| sqlite(e, path);
    let copy = Copy::make(path, node)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = copy.0.join(NAME);
    let database = Connection::open_with_flags(&file, flags).map_err(failed)?;
    // What the database itself says may be wrong on purpose. With the lock, SQLite needs no
    // shared memory, and after the first reading no names.
    database
        .execute_batch(
            "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; \
             PRAGMA locking_mode = EXCLUSIVE;",
        )
        .map_err(failed)?;
    let said: String = database
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if said != "ok" {
        return Err(damaged(path, said.lines().last().unwrap_or_default()));
    }
    // To SQLite what is missing of the last page is zero.
    let page: u32 = database
        .query_row("PRAGMA page_size", [], |row| row.get(0))
        .map_err(failed)?;
    let length = fs::metadata(&file).map_err(|e| Error::io("looking at a file", e).at(&file))?;
    if length.len() % u64::from(page) != 0 {
        return Err(damaged(path, "it ends in the middle"));
    }
    // Of a table only: a view could be anything.
    let tables: i64 = database
        .query_row(
            "SELECT count(*) FROM sqlite_schema \
             WHERE name = 'Packages' AND type = 'table' AND rootpage > 0",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    match tables {
        1 => Ok(database),
        _ => Err(damaged(path, "it has no table of packages")),
    }
}

/// A directory with a copy of the database; it goes with this.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        // What cannot be removed is in nobody's way.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Copy {
    fn make(path: &Path, directory: &dyn Node) -> Result<Copy> {
        for _ in 0..TRIES {
            let found = files(directory)?;
            let before = stamps(&found);
            let copy = Copy::empty()?;
            for (name, file) in &found {
                let to = copy.0.join(name);
                let mut written =
                    File::create_new(&to).map_err(|e| Error::io("making a file", e).at(&to))?;
                std::io::copy(&mut *file.open()?, &mut written)
                    .map_err(|e| Error::io("copying rpm's database", e).at(&to))?;
            }
            if stamps(&files(directory)?) == before {
                return Ok(copy);
            }
        }
        Err(
            Error::new(Kind::Changed, "rpm's database is being written to")
                .at(path)
                .next("wait until rpm is done"),
        )
    }

    fn empty() -> Result<Copy> {
        let path = std::env::temp_dir().join(format!("ostree-unlock-{:016x}", random::bits()?));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => Ok(Copy(path)),
            Err(e) => Err(Error::io("making a directory", e).at(path)),
        }
    }
}

type Files = Vec<(String, Rc<dyn Node>)>;

/// The database, with what belongs to it.
fn files(directory: &dyn Node) -> Result<Files> {
    let names = [""]
        .into_iter()
        .chain(BESIDE)
        .map(|end| format!("{NAME}{end}"));
    let mut files = Vec::new();
    for name in names {
        if let Some(file) = directory.child(OsStr::new(&name))? {
            files.push((name, file));
        }
    }
    Ok(files)
}

/// A file of the disk: which one it is, how long, and when it was written to.
type Stamp = (u64, u64, [i64; 4]);

/// Of the files as they are now: another one where something was written to meanwhile. In a commit
/// nothing is.
fn stamps(files: &Files) -> Vec<(String, Option<Stamp>)> {
    let stamp = |node: &Rc<dyn Node>| {
        let found = fs::symlink_metadata(node.place()?).ok()?;
        let times = [
            found.mtime(),
            found.mtime_nsec(),
            found.ctime(),
            found.ctime_nsec(),
        ];
        Some((found.ino(), found.len(), times))
    };
    let stamped = files.iter().map(|(name, node)| (name.clone(), stamp(node)));
    stamped.collect()
}

fn sqlite(source: rusqlite::Error, path: &Path) -> Error {
    let kind = match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Kind::NoSpace,
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory | ErrorCode::CannotOpen) => {
            Kind::Failed
        }
        _ => return damaged(path, &source.to_string()),
    };
    Error::new(kind, "reading a copy of rpm's database")
        .at(path)
        .because(source)
}

fn damaged(path: &Path, how: &str) -> Error {
    Error::new(Kind::Corrupt, format!("rpm's database is damaged: {how}"))
        .at(path)
        .next("take the file from a commit, as `ostree cat` shows it; `rpmdb --rebuilddb` may mend it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::header::tests::header;
    use crate::tree::{Entry, Identity, Side, Xattrs, disk};
    use std::cell::Cell;
    use std::io::Read;

    const NUMBER: u32 = 4;
    const TEXT: u32 = 6;
    const TEXTS: u32 = 8;

    /// A tree of `/usr` with a database that rpm could have made.
    struct Made(PathBuf);

    impl Drop for Made {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    impl Made {
        fn new(name: &str) -> Made {
            let made =
                Made(std::env::temp_dir().join(format!("ou-rpm-{name}-{}", std::process::id())));
            assert!(fs::create_dir_all(made.0.join("share/rpm")).is_ok());
            assert!(fs::create_dir_all(made.0.join("lib/sysimage")).is_ok());
            let link = made.0.join("lib/sysimage/rpm");
            assert!(std::os::unix::fs::symlink("../../share/rpm", link).is_ok());
            made
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.join("share/rpm").join(name)
        }

        /// Opened as rpm does.
        #[allow(clippy::unwrap_used)]
        fn database(&self) -> Connection {
            let database = Connection::open(self.file(NAME)).unwrap();
            let made = database.execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE Packages \
                 (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
            );
            assert!(made.is_ok(), "{made:?}");
            database
        }

        fn find(&self) -> Result<Option<Rpm>> {
            Rpm::find(&Whole {
                top: "/usr".into(),
                root: disk::root(&self.0)?,
            })
        }

        fn kind(&self) -> Option<Kind> {
            self.find().err().map(|error| error.kind())
        }
    }

    fn add(database: &Connection, name: &str) {
        let blob = header(&[
            (Tag::Name, TEXT, 1, format!("{name}\0").as_bytes()),
            (Tag::Version, TEXT, 1, b"1.2\0"),
            (Tag::Release, TEXT, 1, b"3.fc41\0"),
            (Tag::Epoch, NUMBER, 1, &[0, 0, 0, 4]),
            (Tag::Architecture, TEXT, 1, b"x86_64\0"),
            (Tag::InstallTime, NUMBER, 1, &[0, 0, 0, 9]),
            (Tag::DirectoryIndexes, NUMBER, 1, &[0; 4]),
            (Tag::BaseNames, TEXTS, 1, format!("{name}\0").as_bytes()),
            (Tag::DirectoryNames, TEXTS, 1, b"/usr/bin/\0"),
        ]);
        add_blob(database, &blob);
    }

    fn add_blob(database: &Connection, blob: &[u8]) {
        let added = database.execute("INSERT INTO Packages (blob) VALUES (?)", [blob]);
        assert_eq!(added, Ok(1));
    }

    #[test]
    fn packages_and_files_through_a_link() {
        let made = Made::new("read");
        let database = made.database();
        add(&database, "hello");
        assert!(database.close().is_ok());
        let found = made.find();
        assert!(found.is_ok_and(|found| found.is_some_and(|rpm| {
            assert_eq!(rpm.directory(), Path::new("/usr/share/rpm"));
            let hello = &rpm.packages()[0];
            assert_eq!(hello.name, "hello");
            assert_eq!(hello.package.version, "4:1.2-3.fc41");
            assert_eq!(hello.package.architecture, "x86_64");
            assert_eq!(hello.since, Some(9));
            let mut files = Vec::new();
            let told = rpm.files(&mut |path| {
                files.push(path.to_owned());
            });
            assert!(told.is_ok());
            assert_eq!(files, [Path::new("/usr/bin/hello")]);
            true
        })));
    }

    #[test]
    fn what_is_not_in_the_file_yet_is_seen_and_nothing_is_written() {
        let made = Made::new("wal");
        let database = made.database();
        for name in ["one", "two"] {
            add(&database, name);
        }
        assert!(fs::metadata(made.file("rpmdb.sqlite-wal")).is_ok_and(|file| file.len() > 0));
        let names = |rpm: Rpm| {
            rpm.packages()
                .iter()
                .map(|p| p.name.clone())
                .collect::<Vec<_>>()
        };
        let listing = || {
            fs::read_dir(made.0.join("share/rpm"))
                .map(|names| names.count())
                .ok()
        };
        let before = listing();
        let found = made.find();
        assert!(found.is_ok_and(|rpm| rpm.map(names) == Some(vec!["one".into(), "two".into()])));
        assert_eq!(listing(), before);
    }

    /// A tree in which `write` happens whenever a file is opened.
    struct Busy {
        node: Rc<dyn Node>,
        write: Rc<dyn Fn()>,
    }

    impl Node for Busy {
        fn side(&self) -> &Side {
            self.node.side()
        }

        fn xattrs(&self) -> Result<Xattrs> {
            self.node.xattrs()
        }

        fn entries(&self) -> Result<Vec<Entry<'_>>> {
            self.node.entries()
        }

        fn child(&self, name: &OsStr) -> Result<Option<Rc<dyn Node>>> {
            let busy = |node| Busy {
                node,
                write: Rc::clone(&self.write),
            };
            let child = self.node.child(name)?;
            Ok(child.map(|node| Rc::new(busy(node)) as Rc<dyn Node>))
        }

        fn open(&self) -> Result<Box<dyn Read>> {
            let opened = self.node.open();
            (self.write)();
            opened
        }

        fn target(&self) -> Result<PathBuf> {
            self.node.target()
        }

        fn identity(&self) -> Identity<'_> {
            self.node.identity()
        }

        fn place(&self) -> Option<&Path> {
            self.node.place()
        }
    }

    /// What is found where so many packages are added meanwhile, one with each file that is read.
    fn while_adding(name: &str, packages: u32) -> Result<Option<usize>> {
        let made = Made::new(name);
        let database = made.database();
        add(&database, "first");
        let left = Cell::new(packages);
        let write = move || {
            if left.get() > 0 {
                left.set(left.get() - 1);
                add(&database, "more");
            }
        };
        let found = Rpm::find(&Whole {
            top: "/usr".into(),
            root: Rc::new(Busy {
                node: disk::root(&made.0)?,
                write: Rc::new(write),
            }),
        })?;
        Ok(found.map(|rpm| rpm.packages().len()))
    }

    #[test]
    fn one_that_is_written_to_meanwhile_is_copied_again() {
        assert!(matches!(while_adding("again", 1), Ok(Some(2))));
        // The database and its -wal, each time.
        let found = while_adding("busy", 2 * TRIES);
        assert_eq!(found.err().map(|error| error.kind()), Some(Kind::Changed));
    }

    #[test]
    fn one_that_is_cut_off_or_garbled_is_damaged() {
        let made = Made::new("damaged");
        let database = made.database();
        for number in 0..200 {
            add(&database, &format!("package-{number}"));
        }
        assert!(database.close().is_ok());
        let whole = fs::read(made.file(NAME)).unwrap_or_default();
        assert!(
            made.find()
                .is_ok_and(|rpm| rpm.is_some_and(|rpm| rpm.packages().len() == 200))
        );
        let cut = |length: usize| whole[..length].to_vec();
        let mut garbled = whole.clone();
        garbled[whole.len() / 2..][..512].fill(0xa5);
        for damaged in [
            cut(0),
            cut(50),
            cut(4096),
            cut(whole.len() - 1),
            cut(whole.len() / 2),
            garbled,
        ] {
            assert!(fs::write(made.file(NAME), &damaged).is_ok());
            assert_eq!(made.kind(), Some(Kind::Corrupt), "{}", damaged.len());
        }
    }

    #[test]
    fn a_header_that_is_cut_off_is_damaged() {
        let made = Made::new("header");
        let database = made.database();
        add_blob(&database, b"\0\0\0\x09\0\0\0\x01");
        let error = made
            .find()
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(
            error.starts_with("/usr/share/rpm/rpmdb.sqlite: rpm's database is"),
            "{error}"
        );
    }

    #[test]
    fn a_view_is_no_table() {
        let made = Made::new("view");
        let database = made.database();
        add(&database, "hello");
        let made_view = database.execute_batch(
            "ALTER TABLE Packages RENAME TO Other; CREATE VIEW Packages AS SELECT blob FROM Other",
        );
        assert!(made_view.is_ok());
        assert_eq!(made.kind(), Some(Kind::Corrupt));
    }

    #[test]
    fn other_kinds_are_named() {
        for (name, kind) in OTHERS {
            let made = Made::new(kind);
            assert!(fs::write(made.file(name), "x").is_ok());
            assert_eq!(made.kind(), Some(Kind::Unsupported));
            let said = made.find().err().map(|error| error.to_string());
            assert!(said.is_some_and(|said| said.contains(kind) && said.contains(name)));
        }
    }
}
