"""Worker processes for long computations: spawned, one numeric thread each, leaving Ctrl-C to the parent and ending with it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@contextmanager
def worker_pool(workers: int, warm: Callable[[], object] | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of `workers` fresh interpreters; each calls `warm` (a function of a module) before its first work.

    One thread a process, so that any number of them gives the same numbers. Ctrl-C ends the workers at once. A program that calls this
    must be importable (`if __name__ == "__main__"`), as for every spawned process.
    """
    before = {name: os.environ.get(name) for name in _BLAS_THREADS}
    os.environ.update(dict.fromkeys(_BLAS_THREADS, "1"))
    try:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin, initargs=(warm,)) as pool:
            try:
                yield pool
            except KeyboardInterrupt:
                for worker in multiprocessing.active_children():
                    worker.terminate()  # nobody who stops wants to wait for what a worker has begun
                raise
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _begin(warm: Callable[[], object] | None) -> None:
    """In a worker: follow the parent (a worker whose parent was killed would wait for work for ever), then warm up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    if warm is not None:
        warm()
