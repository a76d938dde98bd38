// SPDX-License-Identifier: LGPL-2.1-or-later
//! The one error type: a kind that programs act on, and a sentence that people act on.
//!
//! Every message names the operation, the path where there is one, the cause, and
//! what to do next. Kinds are numbers of the public ABI: they are only ever appended.

use std::path::{Path, PathBuf};

use crate::conflict::Conflict;
use crate::holder::Holder;

/// What went wrong, as a stable number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Kind {
    /// A system call or libostree failed in a way that has no kind of its own.
    Failed = 0,
    /// An argument or a combination of options makes no sense.
    InvalidArgument = 1,
    /// The running system was not booted by OSTree.
    NotOstree = 2,
    /// The sysroot or deployment named is not the one that is booted.
    NotBooted = 3,
    /// The caller lacks a privilege that the operation needs.
    PermissionDenied = 4,
    /// The hierarchy is unlocked already.
    AlreadyUnlocked = 5,
    /// The hierarchy is not unlocked: there is nothing to end.
    NotUnlocked = 6,
    /// Somebody else holds the lock of the sysroot.
    SysrootLocked = 7,
    /// Ending would lose what somebody is writing or running; see [`Error::holders`].
    InUse = 8,
    /// Somebody else's mount lies on the hierarchy.
    ForeignMount = 9,
    /// This kernel, file system or kind of deployment cannot do it.
    Unsupported = 10,
    /// Not enough space for what was asked.
    NoSpace = 11,
    /// What stands at a path of ours was not made by us and is not safe to use.
    UnsafePath = 12,
    /// The kernel shows something else than the operation was to bring about.
    Unverified = 13,
    /// The operation was cancelled; `G_IO_ERROR_CANCELLED` at the C border.
    Cancelled = 14,
    /// The system's configuration does not allow it; see [`config`](crate::config()).
    NotAllowed = 15,
    /// The commit, object, or name that was asked for is not there.
    NotFound = 16,
    /// An object or a database is damaged.
    Corrupt = 17,
    /// Both sides changed the same; see [`Error::conflicts`].
    Conflict = 18,
    /// What was read was written to meanwhile.
    Changed = 19,
    /// Packages would be replaced or removed under what runs, which was not allowed.
    NotAdditive = 20,
}

impl Kind {
    /// Every kind, for tables and tests.
    pub const ALL: [Kind; 21] = [
        Kind::Failed,
        Kind::InvalidArgument,
        Kind::NotOstree,
        Kind::NotBooted,
        Kind::PermissionDenied,
        Kind::AlreadyUnlocked,
        Kind::NotUnlocked,
        Kind::SysrootLocked,
        Kind::InUse,
        Kind::ForeignMount,
        Kind::Unsupported,
        Kind::NoSpace,
        Kind::UnsafePath,
        Kind::Unverified,
        Kind::Cancelled,
        Kind::NotAllowed,
        Kind::NotFound,
        Kind::Corrupt,
        Kind::Conflict,
        Kind::Changed,
        Kind::NotAdditive,
    ];

    /// The name in messages for programs: stable, lower case, with hyphens.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::InvalidArgument => "invalid-argument",
            Kind::NotOstree => "not-ostree",
            Kind::NotBooted => "not-booted",
            Kind::PermissionDenied => "permission-denied",
            Kind::AlreadyUnlocked => "already-unlocked",
            Kind::NotUnlocked => "not-unlocked",
            Kind::SysrootLocked => "sysroot-locked",
            Kind::InUse => "in-use",
            Kind::ForeignMount => "foreign-mount",
            Kind::Unsupported => "unsupported",
            Kind::NoSpace => "no-space",
            Kind::UnsafePath => "unsafe-path",
            Kind::Unverified => "unverified",
            Kind::Cancelled => "cancelled",
            Kind::NotAllowed => "not-allowed",
            Kind::NotFound => "not-found",
            Kind::Corrupt => "corrupt",
            Kind::Conflict => "conflict",
            Kind::Changed => "changed",
            Kind::NotAdditive => "not-additive",
        }
    }
}

/// A line for each of the first few of what a message names, and how many more there are.
pub(crate) fn listed(lines: impl ExactSizeIterator<Item = String>) -> String {
    const MOST: usize = 20;
    let more = lines.len().saturating_sub(MOST);
    let mut text: String = lines.take(MOST).map(|line| format!("\n  {line}")).collect();
    if more > 0 {
        text += &format!("\n  and {more} more");
    }
    text
}

type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// An error of this library.
///
/// `begin: /usr: already unlocked for development; end it with \`ostree-unlock end\``:
/// operation, path, cause, next step.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Parts>);

/// What an error is made of, apart so that a `Result` stays small.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.sentence())]
struct Parts {
    kind: Kind,
    operation: Option<&'static str>,
    path: Option<PathBuf>,
    cause: String,
    next: Option<String>,
    holders: Vec<Holder>,
    conflicts: Vec<Conflict>,
    notes: Vec<String>,
    #[source]
    source: Option<Source>,
}

/// The result of anything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` with its cause in words.
    pub fn new(kind: Kind, cause: impl Into<String>) -> Error {
        Error(Box::new(Parts {
            kind,
            operation: None,
            path: None,
            cause: cause.into(),
            next: None,
            holders: Vec::new(),
            conflicts: Vec::new(),
            notes: Vec::new(),
            source: None,
        }))
    }

    /// An error about what both sides changed.
    pub(crate) fn of_conflicts(conflicts: Vec<Conflict>, next: &str) -> Error {
        let mut error = Error::new(
            Kind::Conflict,
            match conflicts.len() {
                1 => "one path was changed by both sides".to_owned(),
                more => format!("{more} paths were changed by both sides"),
            },
        );
        error.0.conflicts = conflicts;
        error.next(next)
    }

    /// A failed system call, its kind taken from the errno where that is clear.
    pub(crate) fn os(doing: impl Into<String>, errno: rustix::io::Errno) -> Error {
        use rustix::io::Errno;
        let kind = match errno {
            Errno::PERM | Errno::ACCESS => Kind::PermissionDenied,
            Errno::NOSPC | Errno::DQUOT => Kind::NoSpace,
            Errno::OPNOTSUPP | Errno::NOSYS => Kind::Unsupported,
            _ => Kind::Failed,
        };
        let mut error = Error::new(kind, doing);
        error.0.source = Some(Box::new(std::io::Error::from(errno)));
        error
    }

    /// The same for what the standard library reports.
    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Error {
        match rustix::io::Errno::from_io_error(&source) {
            Some(errno) => Error::os(doing, errno),
            None => Error::new(Kind::Failed, doing).because(source),
        }
    }

    /// Names the path it is about.
    pub fn at(mut self, path: impl AsRef<Path>) -> Error {
        self.0.path.get_or_insert_with(|| path.as_ref().to_owned());
        self
    }

    /// Says what to do next.
    pub fn next(mut self, step: impl Into<String>) -> Error {
        self.0.next.get_or_insert_with(|| step.into());
        self
    }

    /// Names the operation; the innermost name stays.
    pub fn during(mut self, operation: &'static str) -> Error {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Keeps the error beneath this one.
    pub(crate) fn because(mut self, source: impl Into<Source>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// Lists who stands in the way.
    pub(crate) fn held_by(mut self, holders: Vec<Holder>) -> Error {
        self.0.holders = holders;
        self
    }

    /// Says what was done all the same, such as a repair.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Error {
        self.0.notes.extend(notes);
        self
    }

    /// Whether the medium beneath is gone, or full, or takes no writes any more.
    pub(crate) fn is_of_medium(&self) -> bool {
        use rustix::io::Errno;
        let source = self.0.source.as_deref();
        let errno = source
            .and_then(|source| source.downcast_ref::<std::io::Error>())
            .and_then(Errno::from_io_error);
        let of_gio = source.and_then(|source| source.downcast_ref::<glib::Error>());
        matches!(
            errno,
            Some(Errno::ROFS | Errno::IO | Errno::NOSPC | Errno::DQUOT)
        ) || of_gio.is_some_and(|error| {
            error.matches(gio::IOErrorEnum::ReadOnly) || error.matches(gio::IOErrorEnum::NoSpace)
        })
    }

    /// What went wrong, for programs.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The path that the error is about.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// What to do next, where the message says it.
    pub fn next_step(&self) -> Option<&str> {
        self.0.next.as_deref()
    }

    /// Who stands in the way, for [`Kind::InUse`] and [`Kind::SysrootLocked`].
    pub fn holders(&self) -> &[Holder] {
        &self.0.holders
    }

    /// What both sides changed, for [`Kind::Conflict`].
    pub fn conflicts(&self) -> &[Conflict] {
        &self.0.conflicts
    }
}

impl Parts {
    fn sentence(&self) -> String {
        let mut sentence = String::new();
        if let Some(operation) = self.operation {
            sentence += &format!("{operation}: ");
        }
        if let Some(path) = &self.path {
            sentence += &format!("{}: ", path.display());
        }
        sentence += &self.cause;
        if let Some(source) = &self.source {
            sentence += &format!(": {source}");
        }
        for holder in &self.holders {
            sentence += &format!("\n  {holder}");
        }
        sentence += &listed(self.conflicts.iter().map(Conflict::to_string));
        if let Some(next) = &self.next {
            let is_list = !self.holders.is_empty() || !self.conflicts.is_empty();
            let separator = if is_list { "\n" } else { "; " };
            sentence += &format!("{separator}{next}");
        }
        for note in &self.notes {
            sentence += &format!("\nnote: {note}");
        }
        sentence
    }
}

/// libostree and GIO speak GError.
impl From<glib::Error> for Error {
    fn from(source: glib::Error) -> Error {
        if source.matches(gio::IOErrorEnum::Cancelled) {
            return Error::new(Kind::Cancelled, "cancelled").next("nothing was changed");
        }
        let kind = if source.matches(gio::IOErrorEnum::PermissionDenied) {
            Kind::PermissionDenied
        } else if source.matches(gio::IOErrorEnum::NoSpace)
            || source.message().contains("min-free-space")
        {
            Kind::NoSpace
        } else {
            Kind::Failed
        };
        Error::new(kind, "libostree").because(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_names_operation_path_cause_and_next_step() {
        let error = Error::new(Kind::AlreadyUnlocked, "already unlocked")
            .at("/usr")
            .during("begin")
            .next("end it first");
        assert_eq!(
            error.to_string(),
            "begin: /usr: already unlocked; end it first"
        );
    }

    #[test]
    fn the_innermost_name_stays() {
        let error = Error::new(Kind::Failed, "x")
            .during("inner")
            .during("outer");
        assert_eq!(error.to_string(), "inner: x");
    }

    #[test]
    fn what_was_done_all_the_same_stands_last() {
        let error = Error::new(Kind::Failed, "x")
            .next("y")
            .noting(vec!["z".to_owned()]);
        assert_eq!(error.to_string(), "x; y\nnote: z");
    }

    #[test]
    fn errno_becomes_a_kind_and_keeps_its_words() {
        let error = Error::os("mkdir", rustix::io::Errno::NOSPC);
        assert_eq!(error.kind(), Kind::NoSpace);
        assert!(error.to_string().contains("No space left"));
    }

    #[test]
    fn a_medium_that_is_gone_is_told_apart() {
        use rustix::io::Errno;
        assert!(Error::os("mkdir", Errno::ROFS).is_of_medium());
        assert!(!Error::os("mkdir", Errno::EXIST).is_of_medium());
        assert!(!Error::new(Kind::Failed, "x").is_of_medium());
        let of_gio = |code| Error::from(glib::Error::new(code, "x")).is_of_medium();
        assert!(of_gio(gio::IOErrorEnum::ReadOnly));
        assert!(!of_gio(gio::IOErrorEnum::NotFound));
    }

    #[test]
    fn kinds_keep_their_numbers() {
        for (number, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }
}
