"""Real-time scheduling of a process: before others, never paged out, never stopped to collect garbage.

Each is asked for and done without where it is not permitted; a station's unit permits them.
"""

from __future__ import annotations

import ctypes
import gc
import os

from pressout_device.sampler.pipe_protocol import Granted

# Above every ordinary process and below the kernel's own threads (50): a reader sleeps nearly all of its time.
PRIORITY = 20
# linux/mman.h: what there is, what will be, each page when it is first touched.
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
# linux/prctl.h; without it a wait may end 50 us late.
PR_SET_TIMERSLACK = 29


def promoted() -> Granted:
    """Ask for all of it for this process; give what was granted."""
    undisturbed()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_TIMERSLACK, ctypes.c_ulong(1), 0, 0, 0)
    locked = libc.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError:
        return Granted(realtime=False, locked=locked)
    return Granted(realtime=True, locked=locked)


def undisturbed() -> None:
    """Stop collecting garbage: a collection would hold the clock line high; nothing in a reader makes cycles."""
    gc.disable()
    gc.freeze()
