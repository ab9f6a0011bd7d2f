//! The binary.

use std::process::ExitCode;

/// Tensors of several megabytes come and go with every operation; the system's
/// allocator would hand each back to the kernel and fault it in again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sweep::cli::main().into()
}
