"""The truth beside the logs: which incidents there were, and which refusals each of them alone caused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from synthetic_data.generate import DayLog, World
from synthetic_data.incidents import Incident
from synthetic_data.log import fixed_width
from synthetic_data.pools import applicants_table


class TruthBook:
    """Collects what the days tell, and writes it once at the end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ids: list[pa.Array] = []
        self._causes: list[Any] = [np.empty(0, np.int8)]
        self._amounts: list[Any] = [np.empty(0, np.int64)]

    def add(self, day: DayLog) -> None:
        self._ids.append(fixed_width(day.caused_ids))
        self._causes.append(day.caused_by)
        self._amounts.append(day.caused_amount)

    def write(self, folder: Path) -> None:
        """incidents.json, attempts.parquet (attempt_id, incident_id) and applicants.parquet."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "incidents.json").write_text(self._incidents_json(), encoding="utf-8")
        _write(self._attempts_table(), folder / "attempts.parquet")
        _write(applicants_table(self._world.applicants), folder / "applicants.parquet")

    def _attempts_table(self) -> pa.Table:
        names = pa.array([incident.id for incident in self._world.incidents], pa.string())
        causes = pa.DictionaryArray.from_arrays(pa.array(np.concatenate(self._causes)), names)
        ids = pa.concat_arrays([pa.array([], pa.string()), *self._ids])
        return pa.table({"attempt_id": ids, "incident_id": causes})

    def _incidents_json(self) -> str:
        causes = np.concatenate(self._causes)
        count = len(self._world.incidents)
        refusals = np.bincount(causes, minlength=count)
        amounts = np.bincount(causes, weights=np.concatenate(self._amounts), minlength=count)
        rows = [
            {**_described(incident), "refusals_caused": int(refusals[n]), "amount_caused": int(amounts[n])}
            for n, incident in enumerate(self._world.incidents)
        ]
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _described(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "kind": incident.kind,
        "layer": incident.layer,
        "scope": {name: list(values) for name, values in incident.scope.items()},
        "start": incident.start.isoformat(),
        "end": incident.end.isoformat(),
        "onset": incident.onset.value,
        "intended_effect": dict(incident.effect),
    }


def _write(table: pa.Table, path: Path) -> None:
    coded = [name for name in table.column_names if name not in {"attempt_id", "applicant_id"}]
    pq.write_table(table, path, compression="zstd", use_dictionary=coded, write_statistics=False)
