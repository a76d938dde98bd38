// SPDX-License-Identifier: LGPL-2.1-or-later
//! The C border: every exported function, and nothing else. A body converts its
//! arguments, calls the public Rust API and converts the result back; no decision is
//! taken here. The doc comments are GTK-Doc: cbindgen carries them into
//! `include/ostree-unlock.h`, where g-ir-scanner reads them.
//!
//! `unsafe` says the same everywhere: the caller keeps the promises of the header, that
//! is, each pointer is NULL or valid for what its type says. A NULL where none is
//! allowed is not trusted to be kept away: it is reported.

// What is exported, in the order of the header.
mod verbs;

mod lasting;

mod elsewhere;

mod asynchronous;

mod live;

mod monitor;

mod comparison;

mod difference;

mod side;

mod package_diff;

mod package_difference;

mod package;

mod error;

mod options;

mod commit_options;

mod run_options;

mod detection;

mod overview;

mod hierarchy;

mod live_commit;

mod problem;

mod outcome;

mod holder;

mod revision;

mod transfer;

mod transition;

mod omission;

mod missing_library;

mod malformed_unit;

mod follow_up;

mod affected;

mod changed_file;

mod conflict;

mod kept;

mod configuration;

mod setting;

// What they are made with.
mod boxed;
mod choices;
mod guard;
mod progress;
mod request;
mod task;
mod text;
mod types;
