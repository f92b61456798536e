"""A thread that evaluates, one job after the other: a knowledge base cannot be in two threads at once."""

from __future__ import annotations

import asyncio
import contextvars
import ctypes
import sys
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from queue import PriorityQueue
from typing import Any

from reasoner.doors.server.limits import Limits, Refused, TooLong

ASKED, AHEAD = range(2)  # how urgent: somebody waits, or will soon
CLOSING = Refused(503, "The page is being closed.")
PATIENCE = 1.0  # seconds: until a job is stopped that nobody waits for, and told once more where it goes on


class Stopped(BaseException):
    """Raised in the thread, wherever it is, where a job is to end. No `except Exception` catches it."""


def told_unless_stopped(raised: sys.UnraisableHookArgs) -> None:
    """Tells of what nobody could catch, as Python does; that a job was to stop just then is no news."""
    if not isinstance(raised.exc_value, Stopped):
        sys.__unraisablehook__(raised)


class Outdated(Exception):
    """What was asked for is not wanted any more: there is something newer."""


@dataclass(order=True)
class Job:
    """Something to evaluate, and how many wait for it."""

    urgency: int
    number: int
    key: Hashable = field(compare=False)
    work: Callable[[], Any] = field(compare=False)
    seconds: float = field(compare=False)
    outcome: asyncio.Future[Any] = field(compare=False)
    waiting: int = field(default=0, compare=False)
    started: bool = field(default=False, compare=False)
    timer: asyncio.TimerHandle | None = field(default=None, compare=False)


class Worker:
    """Does jobs, the urgent first. Equal ones at the same time are done once.

    `stopped` is called in the thread after a job was stopped: what it evaluated may be left half done.
    """

    def __init__(self, limits: Limits, stopped: Callable[[], None] = lambda: None) -> None:
        self._limits, self._stopped = limits, stopped
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[Hashable, Job] = {}
        self._queue: PriorityQueue[Job] = PriorityQueue()
        self._numbers = count()
        self._lock = threading.Lock()
        self._running: Job | None = None
        self._ended = False
        # Nobody waits for the thread: Ctrl-C ends the program also while it evaluates.
        self._thread = threading.Thread(target=self._run, name="reasoner", daemon=True)
        self._thread.start()

    async def do(self, key: Hashable, work: Callable[[], Any], seconds: float, urgency: int = ASKED) -> Any:
        """What `work` returns, or raises. Raises Refused where it, or what is before it, takes too long."""
        if self._ended:
            raise CLOSING
        job = self._jobs.get(key) or self._put(key, work, seconds, urgency)
        job.waiting += 1
        try:
            await asyncio.wait({job.outcome}, timeout=self._limits.waiting if urgency == ASKED else None)
        finally:
            job.waiting -= 1
            if job.outcome.done():
                self._forget(job)  # here, so that what it gave can be kept before anybody else asks for it
            elif not job.waiting:
                self._loop.call_later(PATIENCE if job.started else 0, self._abandon, job)
        if not job.outcome.done():
            raise _busy("it is still at work on this, or on what was asked before")
        return job.outcome.result()

    def drop(self, reason: Exception) -> None:
        """Ends all jobs: whoever waits for one is told the reason."""
        for job in list(self._jobs.values()):
            self._finish(job, reason)

    def end(self) -> None:
        """Ends the thread too."""
        self._ended = True
        self.drop(CLOSING)
        self._queue.put(Job(ASKED, -1, None, lambda: None, 0, self._loop.create_future()))

    def _put(self, key: Hashable, work: Callable[[], Any], seconds: float, urgency: int) -> Job:
        if urgency == ASKED and len(self._jobs) >= self._limits.queue:
            raise _busy(f"{len(self._jobs)} questions wait already")
        job = Job(urgency, next(self._numbers), key, work, seconds, self._loop.create_future())
        job.outcome.add_done_callback(partial(self._done, job))
        self._jobs[key] = job
        self._queue.put(job)
        return job

    def _done(self, job: Job, outcome: asyncio.Future[Any]) -> None:
        outcome.exception()  # which then counts as seen, where nobody waits any longer
        if not job.waiting:
            self._forget(job)
        if job.timer:
            job.timer.cancel()

    def _forget(self, job: Job) -> None:
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    def _abandon(self, job: Job) -> None:
        if not job.waiting:
            self._finish(job, Outdated())

    def _late(self, job: Job) -> None:
        self._finish(job, TooLong(job.seconds))

    def _finish(self, job: Job, reason: Exception) -> None:
        """Tells those who wait, and interrupts the thread until it has left the job."""
        if not job.outcome.done():
            job.outcome.set_exception(reason)
        self._forget(job)
        self._interrupt(job)

    def _interrupt(self, job: Job) -> None:
        with self._lock:
            if self._running is not job:
                return
            thread = ctypes.c_ulong(self._thread.ident or 0)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Stopped))
        self._loop.call_later(PATIENCE, self._interrupt, job)

    # ---------------------------------------------------------------- in the thread

    def _run(self) -> None:
        while True:
            try:
                job = self._queue.get()
                if self._ended:
                    return
                if not job.outcome.done():
                    self._evaluate(job)
            except Stopped:  # it came when the job was just done
                continue
            except RuntimeError:  # the loop is closed
                return

    def _evaluate(self, job: Job) -> None:
        job.started = True
        self._loop.call_soon_threadsafe(self._began, job)
        found, raised = None, None
        try:
            try:
                with self._lock:
                    self._running = job
                # In a context of its own: what is set in it is not left behind where the job is stopped.
                found = contextvars.copy_context().run(job.work)
            finally:
                with self._lock:
                    self._running = None  # from here on nobody interrupts the thread
        except Stopped:
            self._stopped()
            return
        except BaseException as reason:
            raised = reason
        self._loop.call_soon_threadsafe(_settle, job.outcome, found, raised)

    def _began(self, job: Job) -> None:
        job.timer = self._loop.call_later(job.seconds, self._late, job)


def _settle(outcome: asyncio.Future[Any], found: Any, raised: BaseException | None) -> None:
    if outcome.done():
        return
    if raised is None:
        outcome.set_result(found)
    else:
        outcome.set_exception(raised)


def _busy(why: str) -> Refused:
    return Refused(503, f"The reasoner is busy: {why}. Try again in a moment.", {"retry-after": "5"})
