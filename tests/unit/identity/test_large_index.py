"""I15 and I37: what keeps the index up makes a base as it grows, and at once where searches are refused; searches see no seam."""

import os
import signal
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from entente.identity.model import IndexSizes
from entente.kernel.errors import Unavailable
from entente.search.layers import LayeredIndex
from tests.unit.identity.search_world import World, a_record

NAMES = ("Мухаммедов Абдулло", "Karimzoda Behruz", "محمد يوسف", "Saidov Rustam")
SECONDS_MAX = 300
"""Several times what two processes need to start on a machine with much else to do."""


def follow(world: World) -> None:
    """Do what a node's thread does, until nothing is left."""
    until = time.monotonic() + SECONDS_MAX
    while world.identity.follow() or world.identity.fresh is not None:
        assert time.monotonic() < until, "the base is never done"
        time.sleep(0.02)


def found(world: World, name: str) -> list[str]:
    return [one.caption for one in world.search(name).candidates]


@pytest.mark.usefixtures("compiled_search")
def test_i37_store_that_grew_is_searched_by_processes_and_a_damaged_base_is_made_anew_within_the_pause(
    tmp_path: Path,
) -> None:
    people = [a_record(("name", name), local_id=str(place)) for place, name in enumerate(NAMES)]
    with closing(LayeredIndex(tmp_path / "index", 1, live_max=3)) as index:
        world = World(*people[:-1], index=index)
        assert not list(tmp_path.glob("index/files-*/base"))
        world.arrive(people[-1])
        world.seconds_per_read = 60
        follow(world)
        world.seconds_per_read = 0
        (names,) = tmp_path.glob("index/files-*/base/names.arrays")
        assert found(world, "Muhammadov Abdullo") == ["Мухаммедов Абдулло"]
        assert found(world, "Muhammad Yusuf") == ["محمد يوسف"]

        world.change(2, record=a_record(("name", "Yurchenko Oksana"), local_id="1"))
        follow(world)
        assert (found(world, "Юрченко Оксана"), found(world, "Karimzoda Behruz")) == (["Yurchenko Oksana"], [])
        assert names.exists()
        assert world.identity.clean_again_at is not None
        assert world.identity.clean_again_at > world.now + timedelta(minutes=30)

        data = names.read_bytes()
        names.unlink()
        names.write_bytes(data[:-100])
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        with pytest.raises(Unavailable, match="could not be opened"):
            world.search("Muhammadov Abdullo")
        follow(world)
        assert found(world, "Muhammadov Abdullo") == ["Мухаммедов Абдулло"]
        assert found(world, "Юрченко Оксана") == ["Yurchenko Oksana"]


@pytest.mark.long
@pytest.mark.usefixtures("compiled_search")
def test_i44_empty_index_of_a_large_store_gets_its_base_at_once_and_is_not_filled_first(tmp_path: Path) -> None:
    people = [a_record(("name", name), local_id=str(place)) for place, name in enumerate(NAMES)]
    with closing(LayeredIndex(tmp_path / "index", 1, live_max=3)) as index:
        world = World(*people, index=index)
        assert (index.position(), index.sizes()) == (len(NAMES), IndexSizes(live=0, base=len(NAMES)))
        index.clear()
        assert world.identity.follow() == len(NAMES)
        assert (index.sizes(), world.identity.fresh is not None) == (IndexSizes(live=0, base=0), True)
        world.arrive(a_record(("name", "Yurchenko Oksana"), local_id="5"))
        follow(world)
        assert found(world, "Muhammadov Abdullo") == ["Мухаммедов Абдулло"]
        assert found(world, "Юрченко Оксана") == ["Yurchenko Oksana"]
