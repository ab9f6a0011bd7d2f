//! Ctrl-C and the termination signal, as flags.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Handlers stay installed for the life of the process; `idle` gives the signals their usual effect back
/// while no run listens.
struct Flags {
    interrupt: Arc<AtomicBool>,
    terminate: Arc<AtomicBool>,
    idle: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// What the signals so far ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    Continue,
    /// Begin nothing new and finish what runs.
    Drain,
    /// Stop what runs.
    Stop,
}

/// Listens for signals until it is dropped.
pub(super) struct Signals {
    flags: &'static Flags,
    wish: Wish,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        if FLAGS.get().is_none() {
            let flags = Flags {
                interrupt: Arc::default(),
                terminate: Arc::default(),
                idle: Arc::default(),
            };
            for (signal, flag) in [(SIGINT, &flags.interrupt), (SIGTERM, &flags.terminate)] {
                flag::register_conditional_default(signal, Arc::clone(&flags.idle))?;
                flag::register(signal, Arc::clone(flag))?;
            }
            // Whoever comes second has registered harmless flags that nobody reads.
            let _ = FLAGS.set(flags);
        }
        let flags = FLAGS.get().ok_or(io::ErrorKind::Other)?;
        flags.idle.store(false, Ordering::SeqCst);
        flags.interrupt.store(false, Ordering::SeqCst);
        flags.terminate.store(false, Ordering::SeqCst);
        Ok(Self {
            flags,
            wish: Wish::Continue,
        })
    }

    /// What is asked for now: the first interrupt drains; a second one, or a termination, stops.
    pub(super) fn wish(&mut self) -> Wish {
        if self.flags.terminate.swap(false, Ordering::SeqCst) {
            self.wish = Wish::Stop;
        }
        if self.flags.interrupt.swap(false, Ordering::SeqCst) {
            self.wish = match self.wish {
                Wish::Continue => Wish::Drain,
                Wish::Drain | Wish::Stop => Wish::Stop,
            };
        }
        self.wish
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.flags.idle.store(true, Ordering::SeqCst);
    }
}
