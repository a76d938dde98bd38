// SPDX-License-Identifier: LGPL-2.1-or-later
//! Unlocks the booted deployment, writes below /usr, shows what was written, and locks it again.
//!
//!     cargo build --example rust && sudo target/debug/examples/rust
#![allow(clippy::print_stdout)]

use std::error::Error;

use ostree_unlock::{Options, State, Watch, begin, detect, end, status};

fn main() -> Result<(), Box<dyn Error>> {
    let sysroot = ostree::Sysroot::new_default();
    let watch = Watch::default();
    // What others wrote would go with the end.
    let options = Options::new().only_locked(true);
    begin(&sysroot, None, State::Development, &options, &watch)?;
    let worked = work(&sysroot);
    // Lock it again whatever happened.
    let ended = end(&sysroot, None, &Options::new(), &watch);
    worked?;
    ended?;
    println!("/usr is as it was before");
    Ok(())
}

fn work(sysroot: &ostree::Sysroot) -> Result<(), Box<dyn Error>> {
    std::fs::write("/usr/share/hello", "hello\n")?;
    println!("{}", detect()?.message);
    let count = Options::new().usage(true);
    for hierarchy in status(sysroot, None, &count, &Watch::default())?.hierarchies {
        if let Some(usage) = hierarchy.upper.ok().and_then(|upper| upper.usage) {
            println!("{} entries, {} bytes", usage.entries, usage.bytes);
        }
    }
    Ok(())
}
