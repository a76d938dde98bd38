// SPDX-License-Identifier: LGPL-2.1-or-later
//! What we need of libostree, and the contract of files that we share with it.

pub mod booted;
pub mod deployments;
pub mod flags;
pub mod manager;
pub mod publish;
pub mod pull;
pub mod sysroot;
pub mod writer;

pub use booted::DeploymentId;
pub use manager::Manager;
