"""Whether incidents can happen: dice of their own, versions that somebody runs, hours above capacity."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from etl.errors import InvalidValue
from synthetic_data.applicants import LONGEST_LAG
from synthetic_data.demand import PROMOTIONS, load_by_hour
from synthetic_data.gates import TRANSIENT
from synthetic_data.incidents import RINGS, Incident, Onset
from synthetic_data.reach import meet
from synthetic_data.world import RELEASES, Release

STABLE, GRAY = RINGS
BY_VERSION = {release.version: release for release in RELEASES}

MOST_INCIDENTS = 64
"""Those that acted on an attempt are kept as the bits of one number."""

Life = tuple[date, date]
"""The first day of a version, and the first day after it."""


def check_overlaps(path: Path, incidents: Sequence[Incident]) -> None:
    """Two incidents that give one reason to the same attempts share its die, and neither alone is the cause."""
    if len(incidents) > MOST_INCIDENTS:
        raise InvalidValue(f"{path}: {len(incidents)} incidents are more than {MOST_INCIDENTS}")
    for number, other in enumerate(incidents):
        for one in incidents[:number]:
            shared = [code for code in one.effect if code in other.effect]
            if shared and meet(one, other):
                first, end = max(one.start, other.start), min(one.end, other.end)
                who = f"incidents {one.id!r} and {other.id!r} both raise {shared[0]} for the same attempts"
                raise InvalidValue(f"{path}: {who} from {first} to {end}; keep them apart in time or in scope")


def check_load(where: str, incident: Incident) -> None:
    """An overload gives technical reasons, which no attempt has two of, and some of its hours are above capacity."""
    if incident.onset is not Onset.LOAD:
        return
    for name in incident.effect:
        if name not in TRANSIENT:
            raise InvalidValue(f"{where}: effect: {name} is not one of onset 'load', which are {', '.join(TRANSIENT)}")
    if (size := sum(incident.effect.values())) > 1 + 1e-9:
        added = " + ".join(incident.effect)
        raise InvalidValue(f"{where}: effect: {added} = {size:g}, and onset 'load' refuses at most 1")
    check_rush(where, incident.start, incident.end)


def check_rush(where: str, start: datetime, end: datetime) -> None:
    """Between two local times some hour is above capacity, without which an overload does nothing."""
    load, hour = _busiest(start, end)
    if load <= 1:
        days = ", ".join(f"{month:02}-{day:02}" for month, day in sorted(PROMOTIONS, key=PROMOTIONS.__getitem__)[::-1])
        busiest = f"the busiest of its hours, {hour}, has a load of {load:.2f}, and above 1 it begins to refuse"
        raise InvalidValue(f"{where}: onset 'load': {busiest}; put it on a promotion ({days}) or give it another onset")


def _busiest(start: datetime, end: datetime) -> tuple[float, datetime]:
    """The load of the busiest hour between two times, or of the first day that is above capacity."""
    load, busiest = -1.0, start
    for day in _days(start, end):
        loads = load_by_hour(day)
        hours = [midnight(day) + timedelta(hours=hour) for hour in range(24)]
        here = [(load, hour) for load, hour in zip(loads, hours, strict=True) if _is_met_by(hour, start, end)]
        load, busiest = max([(load, busiest), *here])
        if load > 1:
            break
    return load, busiest


def _is_met_by(hour: datetime, start: datetime, end: datetime) -> bool:
    return start < hour + timedelta(hours=1) and hour < end


def _days(start: datetime, end: datetime) -> Iterator[date]:
    for number in range((end - start).days + 2):
        if (day := start.date() + timedelta(days=number)) <= end.date():
            yield day


def check_versions(where: str, incident: Incident) -> None:
    """Somebody runs each version of the scope, in a ring of the scope, while the incident lasts."""
    versions = [version for version in incident.scope.get("app_version", ()) if version]
    rings = incident.scope.get("release_ring", RINGS)
    if incident.onset is Onset.RING:
        _check_ring(where, incident, versions, rings)
    elif versions:
        for version in versions:
            _check_in_use(where, incident, version, rings)
    elif STABLE not in rings and not any(_is_met(incident, _gray_life(release)) for release in RELEASES):
        nearest = _nearest(incident)
        raise InvalidValue(
            f"{where}: scope: release_ring: no version is in its gray ring while it lasts; "
            f"the nearest is {nearest.version}, {_told(_gray_life(nearest))}"
        )


def _check_ring(where: str, incident: Incident, versions: Sequence[str], rings: Sequence[str]) -> None:
    if not versions:
        example = f"{{ app_version = [{_nearest(incident).version!r}] }}"
        raise InvalidValue(f"{where}: onset 'ring' needs the version whose ring it is: scope = {example}")
    if GRAY not in rings:
        raise InvalidValue(f"{where}: scope: release_ring: onset 'ring' hits the ring {GRAY!r} only")
    for version in versions:
        first, end = life = _gray_life(BY_VERSION[version])
        if incident.start < midnight(first) or incident.end > midnight(end):
            ring = f"the gray ring of {version} lasts {_told(life)}"
            raise InvalidValue(f"{where}: onset 'ring': {ring}; start and end must lie in it")


def _nearest(incident: Incident) -> Release:
    return min(RELEASES, key=lambda release: abs(release.gray_from - incident.start.date()))


def _check_in_use(where: str, incident: Incident, version: str, rings: Sequence[str]) -> None:
    lives = _lives(BY_VERSION[version], rings)
    if not any(_is_met(incident, life) for life in lives):
        ring = f" in the ring {rings[0]!r}" if len(set(rings)) == 1 else ""
        when = f"only {_told((lives[0][0], lives[-1][1]))}" if lives else "ever: it was recalled before"
        raise InvalidValue(f"{where}: scope: app_version: nobody runs {version}{ring} while it lasts, {when}")


def _lives(release: Release, rings: Sequence[str]) -> list[Life]:
    """When somebody runs a release in these rings, in order of time."""
    lives = [_gray_life(release)] if GRAY in rings else []
    if STABLE in rings and release.recalled is None:
        later = [one.stable_from for one in RELEASES if one.recalled is None and one.stable_from > release.stable_from]
        lives.append((release.stable_from, min(later) + timedelta(days=LONGEST_LAG) if later else date.max))
    return lives


def _gray_life(release: Release) -> Life:
    return release.gray_from, min(release.stable_from, release.recalled or date.max)


def _is_met(incident: Incident, life: Life) -> bool:
    return incident.start < midnight(life[1]) and midnight(life[0]) < incident.end


def _told(life: Life) -> str:
    return f"from {life[0]} on" if life[1] == date.max else f"from {life[0]} to {life[1] - timedelta(days=1)}"


def midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
