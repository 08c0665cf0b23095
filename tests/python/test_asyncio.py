"""The async form of each call: the loop stays free, and nothing is left."""

import asyncio
import contextlib
import errno
import gc
import os
import resource
import time

import pyarrow
import pytest
import sanchay
from conftest import threads
from test_interrupts import calm, settled  # noqa: F401


async def ticking(work):
    """What is awaited, and how often the loop did something else meanwhile."""
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    task = asyncio.create_task(tick())
    try:
        return await work, ticks
    finally:
        task.cancel()


def leaves_the_loop_free(work):
    """What a coroutine function answers; the loop must turn meanwhile.

    How long a turn takes is nothing to ask on a machine that is busy; a loop
    that stands still has one at most.
    """
    answer, ticks = asyncio.run(ticking(work()))
    assert ticks >= 5
    return answer


def descriptors():
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def many(tree):
    return tree({f"{a}/{b}": b"%d" % (b % 50) for a in range(40) for b in range(100)})


def test_async_for_gives_what_for_gives(many):
    async def take(records):
        return [record async for record in records]

    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
        assert sorted(asyncio.run(take(call(many)))) == sorted(call(many))


def test_await_runs_to_the_end_and_keeps_the_records(many):
    async def take():
        files = await sanchay.scan(many)
        assert files.summary.files == 4000
        return list(files), list(await sanchay.duplicates(many))

    files, groups = asyncio.run(take())
    assert sorted(files) == sorted(sanchay.scan(many))
    assert groups == list(sanchay.duplicates(many))


def test_the_loop_is_free_while_a_call_works(big):
    async def work():
        records = sanchay.hash_files(
            big, algorithm="sha256", progress=lambda it: it.bytes < 1 << 26
        )
        with pytest.raises(sanchay.Cancelled):
            await records

    leaves_the_loop_free(work)


def test_a_large_answer_comes_in_small_pieces(many):
    async def work():
        return len([it async for it in sanchay.hash_files([many] * 10)])

    assert leaves_the_loop_free(work) == 40_000


def test_errors_reach_the_one_who_awaits(tmp_path):
    async def iterate():
        return [it async for it in sanchay.scan(tmp_path / "missing")]

    async def run():
        return await sanchay.duplicates(tmp_path / "missing")

    for work in [iterate, run]:
        with pytest.raises(FileNotFoundError):
            asyncio.run(work())


@pytest.mark.parametrize("form", ["iterate", "await"])
def test_a_cancelled_task_ends_the_run_and_leaves_nothing(big, form, calm):  # noqa: F811
    async def iterate():
        async for _ in sanchay.hash_files(big, algorithm="sha256"):
            pass

    async def run():
        await sanchay.hash_files(big, algorithm="sha256")

    async def main():
        for _ in range(5):
            task = asyncio.create_task(iterate() if form == "iterate" else run())
            await asyncio.sleep(0.1)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert task.cancelled()

    before = descriptors()
    asyncio.run(main())
    gc.collect()
    assert settled(calm)
    assert descriptors() <= before


def test_several_calls_go_on_at_once(many):
    async def main():
        calls = [sanchay.hash_files(many) for _ in range(8)]
        done = await asyncio.gather(*calls)
        return {tuple(records) for records in done}

    assert len(asyncio.run(main())) == 1


def test_a_timeout_ends_a_call(big):
    async def main():
        await asyncio.wait_for(
            asyncio.ensure_future(run(sanchay.hash_files(big, algorithm="sha256"))),
            0.2,
        )

    async def run(records):
        return await records

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(main())


def test_a_taker_that_works_on_each_record_lets_a_timeout_come(many):
    async def take():
        async for _ in sanchay.scan(many):
            time.sleep(0.001)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(take(), 0.3))


@pytest.mark.parametrize("form", ["iterate", "await"])
def test_a_second_task_is_refused_and_the_first_is_not_forgotten(big, form):
    async def take(records):
        if form == "await":
            await records
        else:
            async for _ in records:
                pass

    async def main():
        records = sanchay.hash_files(big, algorithm="sha256")
        first = asyncio.create_task(take(records))
        await asyncio.sleep(0.1)
        with pytest.raises(RuntimeError, match="already, by another task"):
            await take(records)
        assert not first.done()
        records.close()
        await asyncio.wait_for(first, 5)

    asyncio.run(main())


def test_a_loop_that_is_left_loses_no_record_and_can_be_gone_on_with(many):
    async def main():
        records = sanchay.scan(many)
        async for first in records:
            break
        second = next(records)
        third = await records.__anext__()
        frame = pyarrow.table(records)
        assert len({first.path, second.path, third.path}) == 3
        assert frame.num_rows == 4000 - 3
        assert records.summary.files == 4000

    asyncio.run(main())


def test_what_was_awaited_lies_in_chunks_of_thousands_of_rows(many):
    async def main():
        return await sanchay.scan([many] * 10)

    table = pyarrow.table(asyncio.run(main()))
    assert table.num_rows == 40_000
    assert table["path"].num_chunks <= 5


def test_without_descriptors_left_awaiting_raises_with_errno(many):
    async def main():
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = max(int(it) for it in os.listdir("/proc/self/fd")) + 8
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, limits[1]))
        spent = []
        try:
            with contextlib.suppress(OSError):
                while True:
                    spent.append(os.open("/dev/null", os.O_RDONLY))
            with pytest.raises(OSError) as caught:
                await sanchay.hash_files(many)
        finally:
            for descriptor in spent:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert caught.value.errno == errno.EMFILE
        assert "os error" not in str(caught.value)

    asyncio.run(main())


def test_a_task_is_made_of_records(many):
    async def main():
        task = asyncio.create_task(sanchay.scan(many).acollect())
        files = await task
        assert files.summary.files == 4000
        assert (await asyncio.ensure_future(files)) is files
        group = asyncio.gather(sanchay.scan(many), sanchay.duplicates(many))
        assert [it.summary.files for it in await group] == [4000, 4000]
        return len(list(files))

    assert asyncio.run(main()) == 4000


def test_a_task_that_is_cancelled_says_so_to_whoever_comes_later(big):
    async def main():
        records = sanchay.hash_files([os.__file__, big], algorithm="sha256")
        task = asyncio.ensure_future(records)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(RuntimeError, match=r"cut short \(CancelledError\)"):
            await records
        with pytest.raises(RuntimeError, match=r"cut short \(CancelledError\)"):
            async for _ in records:
                pass

    asyncio.run(main())


def test_a_task_that_is_cancelled_before_it_begins_begins_nothing(big):
    async def main():
        records = sanchay.hash_files(big, algorithm="sha256")
        task = asyncio.ensure_future(records)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = threads()
    asyncio.run(main())
    assert threads() <= before


def test_async_with_and_aclose_end_a_run(big, calm):  # noqa: F811
    async def main():
        given = [os.__file__, big]
        async with sanchay.hash_files(given, algorithm="sha256") as records:
            async for file in records:
                assert file.path == os.__file__
                break
        assert [it async for it in records] == []
        records = sanchay.hash_files(given, algorithm="sha256")
        async with contextlib.aclosing(records):
            await records.__anext__()
        assert [it async for it in records] == []

    asyncio.run(main())
    assert settled(calm)
