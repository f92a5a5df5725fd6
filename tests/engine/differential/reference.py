"""An independent reading of the blocks: what waits, and what follows when it happens. No tokens, no graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.engine.differential.blocks import (
    Block,
    Called,
    Ending,
    Escalating,
    Gate,
    Guarded,
    Handled,
    Loop,
    Many,
    Repeating,
    Rounds,
    Seq,
    Sub,
    Task,
    Wait,
)

Then = Callable[[], None]
Pick = Callable[[str, int], int]


@dataclass(eq=False)
class Place:
    """A task or event that waits, and what follows it."""

    name: str
    task: bool
    then: Then


@dataclass(eq=False)
class Frame:
    """A scope: it is over when its main line and everything beside it is."""

    outer: Frame | None
    over: Then
    going: int = 1
    waiting: list[Place] = field(default_factory=list)
    inner: list[Frame] = field(default_factory=list)

    def done(self) -> None:
        """End one line of the scope."""
        self.going -= 1
        if self.going == 0:
            self.close()
            self.over()

    def close(self) -> None:
        """Take the scope away with all that waits in it."""
        self.waiting.clear()
        for frame in list(self.inner):
            frame.close()
        if self.outer is not None and self in self.outer.inner:
            self.outer.inner.remove(self)


class Reference:
    """Runs one block from beginning to end."""

    def __init__(self, block: Block, pick: Pick) -> None:
        self.pick = pick
        self.finished = False
        self.root = Frame(None, self._finish)
        self.enter(block, self.root, self.root.done)

    def _finish(self) -> None:
        self.finished = True

    def places(self, task: bool) -> Counter[str]:
        """Return how many tasks (or events) wait, by name."""
        return Counter(
            place.name for frame in self._frames() for place in frame.waiting if place.task is task
        )

    def _frames(self) -> list[Frame]:
        found, ahead = [], [self.root]
        while ahead:
            frame = ahead.pop(0)
            found.append(frame)
            ahead.extend(frame.inner)
        return found

    def happen(self, name: str) -> None:
        """Complete the oldest task, or let the oldest event happen, of that name."""
        for frame in self._frames():
            for place in frame.waiting:
                if place.name == name:
                    frame.waiting.remove(place)
                    place.then()
                    return
        raise LookupError(name)

    def enter(self, block: Block, frame: Frame, then: Then) -> None:
        """Begin a block; go on with `then` when it is over."""
        getattr(self, f"_{type(block).__name__.lower()}")(block, frame, then)

    def _open(self, frame: Frame) -> Frame:
        inner = Frame(frame, lambda: None)
        frame.inner.append(inner)
        return inner

    def _task(self, block: Task, frame: Frame, then: Then) -> None:
        timer = Place(block.timer, False, lambda: self._extra(block.extra, frame))

        def complete() -> None:
            if timer in frame.waiting:
                frame.waiting.remove(timer)
            then()

        frame.waiting.append(Place(block.id, True, complete))
        if block.timer:
            frame.waiting.append(timer)

    def _extra(self, name: str, frame: Frame) -> None:
        frame.going += 1
        frame.waiting.append(Place(name, True, frame.done))

    def _seq(self, block: Seq, frame: Frame, then: Then) -> None:
        first, *rest = block.parts
        if rest:
            self.enter(first, frame, lambda: self._seq(Seq(tuple(rest)), frame, then))
        else:
            self.enter(first, frame, then)

    def _gate(self, block: Gate, frame: Frame, then: Then) -> None:
        chosen = list(block.branches)
        if block.mode != "and":
            others = [
                branch
                for number, branch in enumerate(block.branches)
                if number and (self.pick(f"{block.id}_{number}", 3) == 0) == (block.mode == "xor")
            ]
            chosen = others or [block.branches[0]]
        if block.mode == "xor":
            chosen = chosen[:1]
        left = len(chosen)

        def arrive() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                then()

        for branch in chosen:
            self.enter(branch, frame, arrive)

    def _loop(self, block: Loop, frame: Frame, then: Then) -> None:
        def again() -> None:
            if self.pick(block.id, 4) != 0:
                self._loop(block, frame, then)
            else:
                then()

        self.enter(block.body, frame, again)

    def _sub(self, block: Sub, frame: Frame, then: Then) -> None:
        inner = self._open(frame)
        instead = block.instead
        border = Place(block.event, False, lambda: None)

        def leave() -> None:
            if border in frame.waiting:
                frame.waiting.remove(border)
            then()

        def interrupt() -> None:
            inner.close()
            if instead is not None:
                self.enter(instead, frame, then)

        inner.over = leave
        border.then = interrupt
        if instead is not None:
            frame.waiting.append(border)
        self.enter(block.body, inner, inner.done)

    def _guarded(self, block: Guarded, frame: Frame, then: Then) -> None:
        task, timer = Place(block.id, True, then), Place(block.event, False, then)

        def complete() -> None:
            frame.waiting.remove(timer)
            then()

        def interrupt() -> None:
            frame.waiting.remove(task)
            self.enter(block.instead, frame, then)

        task.then, timer.then = complete, interrupt
        frame.waiting += [task, timer]

    def _many(self, block: Many, frame: Frame, then: Then) -> None:
        total = block.least + self.pick(block.id, 3 - block.least)
        begun: list[Frame] = []
        done = 0

        def begin() -> None:
            inner = self._open(frame)
            begun.append(inner)
            inner.over = one_done
            self.enter(Seq(block.body), inner, inner.done)

        def one_done() -> None:
            nonlocal done
            done += 1
            if done == total or block.until:
                for inner in begun:
                    inner.close()
                then()
            elif block.sequential:
                begin()

        if total == 0:
            then()
            return
        for _ in range(1 if block.sequential else total):
            begin()

    def _rounds(self, block: Rounds, frame: Frame, then: Then) -> None:
        done = 0
        timer = Place(block.timer, False, lambda: self._extra(block.extra, frame))

        def more() -> bool:
            return done < block.most and (not block.chosen or self.pick(block.id, 3) != 0)

        def complete() -> None:
            nonlocal done
            done += 1
            if more():
                frame.waiting.append(Place(block.id, True, complete))
                return
            if timer in frame.waiting:
                frame.waiting.remove(timer)
            then()

        if block.before and not more():
            then()
            return
        frame.waiting.append(Place(block.id, True, complete))
        if block.timer:
            frame.waiting.append(timer)

    def _repeating(self, block: Repeating, frame: Frame, then: Then) -> None:
        message = Place(block.event, False, then)

        def again() -> None:
            frame.waiting.append(message)
            self._extra(block.extra, frame)

        def complete() -> None:
            frame.waiting.remove(message)
            then()

        message.then = again
        frame.waiting += [Place(block.id, True, complete), message]

    def _ending(self, block: Ending, frame: Frame, then: Then) -> None:
        inner = self._open(frame)
        inner.over = then
        inner.going = 2

        def end() -> None:
            if block.instead is None:
                inner.close()
                then()
            elif self.pick(block.id, 2) == 0:
                inner.close()
                self.enter(block.instead, frame, then)
            else:
                inner.done()

        self.enter(block.side, inner, inner.done)
        self.enter(block.main, inner, end)

    def _escalating(self, block: Escalating, frame: Frame, then: Then) -> None:
        inner = self._open(frame)
        inner.over = then

        def escalate() -> None:
            self._extra(block.extra, frame)
            self.enter(block.last, inner, inner.done)

        self.enter(block.first, inner, escalate)

    def _handled(self, block: Handled, frame: Frame, then: Then) -> None:
        inner = self._open(frame)
        inner.over = then
        start = Place(block.event, False, then)

        def happen() -> None:
            if block.interrupting:
                inner.waiting.clear()
                for other in list(inner.inner):
                    other.close()
                inner.going = 0
            else:
                inner.waiting.append(start)
            self._extra(block.handler, inner)

        start.then = happen
        inner.waiting.append(start)
        self.enter(block.body, inner, inner.done)

    def _called(self, block: Called, frame: Frame, then: Then) -> None:
        inner = self._open(frame)
        inner.over = then
        self.enter(block.body, inner, inner.done)

    def _wait(self, block: Wait, frame: Frame, then: Then) -> None:
        places = [Place(name, False, then) for name in block.events]

        def choose(number: int) -> None:
            for place in places:
                if place in frame.waiting:
                    frame.waiting.remove(place)
            self.enter(block.branches[number], frame, then)

        for number, place in enumerate(places):
            place.then = lambda number=number: choose(number)  # type: ignore[misc]
        frame.waiting += places
