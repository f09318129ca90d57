"""The applicants' table: what it says of a device agrees with the device, and nothing stands in it twice."""

from synthetic_data import make_world
from synthetic_data.pools import applicants_table
from synthetic_data.world import SYSTEMS

LATENT = {"persona", "region", "city", "payday", "channel", "os", "device_tier"}
STANDING = {"score", "history_months", "utilisation_percent", "monthly_income"}
INVENTED = {"name", "phone", "job"}


def test_a_device_is_told_once_by_its_system_and_its_tier() -> None:
    people = applicants_table(make_world(days=1, attempts=400).applicants)

    assert {"applicant_id"} | LATENT | STANDING | INVENTED == set(people.column_names)
    assert set(people["os"].to_pylist()) < set(SYSTEMS)
