// SPDX-License-Identifier: LGPL-2.1-or-later
//! Names that nobody else has.

use rustix::rand::{GetRandomFlags, getrandom};

use crate::error::{Error, Result};

/// Random bits from the kernel.
pub fn bits() -> Result<u64> {
    let mut bytes = [0; 8];
    getrandom(&mut bytes[..], GetRandomFlags::empty())
        .map_err(|e| Error::os("asking the kernel for random bits", e))?;
    Ok(u64::from_ne_bytes(bytes))
}
