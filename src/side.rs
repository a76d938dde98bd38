// SPDX-License-Identifier: LGPL-2.1-or-later
//! What is known of a file without reading it.

/// The types of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum FileType {
    /// An ordinary file.
    Regular = 0,
    /// A directory.
    Directory = 1,
    /// A symbolic link.
    Symlink = 2,
    /// A character or block device.
    Device = 3,
    /// A named pipe.
    Fifo = 4,
    /// A socket.
    Socket = 5,
}

impl FileType {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            FileType::Regular => "file",
            FileType::Directory => "directory",
            FileType::Symlink => "symlink",
            FileType::Device => "device",
            FileType::Fifo => "fifo",
            FileType::Socket => "socket",
        }
    }
}

/// A file on one side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its type.
    pub file_type: FileType,
    /// Its permission bits.
    pub mode: u32,
    /// Who owns it.
    pub uid: u32,
    /// Which group owns it.
    pub gid: u32,
    /// The size of an ordinary file, in bytes; of anything else 0.
    pub size: u64,
}
