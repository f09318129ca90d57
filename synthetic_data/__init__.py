"""The world room: invents attempt logs whose causes are known, because it planted them.

The only room that imports Faker. `write_world(home)` puts a world on disk; `make_world` and `make_day` make any
single day of it in memory.
"""

from synthetic_data.chronicle import DayLog, make_day
from synthetic_data.worlds import World, make_world, world_id
from synthetic_data.write import WorldSummary, write_world

__all__ = ["DayLog", "World", "WorldSummary", "make_day", "make_world", "world_id", "write_world"]
