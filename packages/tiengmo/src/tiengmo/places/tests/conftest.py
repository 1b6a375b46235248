"""Loading files of a locality, with what must hold when they are refused."""

import pytest

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.places.actions import load_locality
from tiengmo.places.errors import BadLocality
from tiengmo.places.models import Unit, Village

from .locality_files import UNITS, VILLAGES


@pytest.fixture
def load(tmp_path):
    def load(units=UNITS, villages=VILLAGES, geometry=None):
        paths = []
        for name, content in (("u.csv", units), ("v.csv", villages), ("g.geojson", geometry)):
            if content is None:
                paths.append(None)
                continue
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        return load_locality(*paths, by=SYSTEM)

    return load


@pytest.fixture
def problems(load):
    def problems(**files):
        with pytest.raises(BadLocality) as caught:
            load(**files)
        assert not Unit.objects.exists()
        assert not Village.objects.exists()
        assert not AuditEntry.objects.exists()
        return [str(problem) for problem in caught.value.problems]

    return problems
