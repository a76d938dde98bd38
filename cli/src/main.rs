// SPDX-License-Identifier: LGPL-2.1-or-later
//! The command `ostree-unlock`: the library's verbs for a person at a terminal and for
//! scripts. It parses, calls one verb, shows the answer and exits with its status;
//! whatever is decided about the system is decided in the library.

mod answer;
mod args;
mod commands;
mod completions;
mod confirm;
mod exit;
mod interrupt;
mod output;
mod sysroot;
mod values;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::args::Refused;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(script) = completions::asked_for(&words) {
        return finish(&script, exit::DONE);
    }
    // What libostree says while it works is no part of any answer.
    glib::set_print_handler(|_| ());
    let (json, result) = match args::parse(words) {
        Ok(cli) => (cli.json, commands::run(cli)),
        Err(Refused::Shown(text)) => return finish(&text, exit::DONE),
        Err(Refused::Usage { json, text }) => {
            return if json {
                finish(&output::json::usage_error(&text), exit::USAGE)
            } else {
                output::stream::complain(&text);
                ExitCode::from(exit::USAGE)
            };
        }
    };
    match result {
        Ok(answer) => match answer.json {
            Some(document) if json => finish(&output::json::document(&document), answer.exit),
            _ => finish(&answer.text, answer.exit),
        },
        Err(error) if json => finish(&output::json::error(&error), exit::status(error.kind())),
        Err(error) => {
            output::stream::complain(&error.to_string());
            ExitCode::from(exit::status(error.kind()))
        }
    }
}

/// Shows `text` and exits with `status`, unless it cannot be shown.
fn finish(text: &str, status: u8) -> ExitCode {
    match output::stream::say(text) {
        Ok(()) => ExitCode::from(status),
        Err(error) => {
            output::stream::complain(&format!("standard output: {error}"));
            ExitCode::from(exit::FAILED)
        }
    }
}
