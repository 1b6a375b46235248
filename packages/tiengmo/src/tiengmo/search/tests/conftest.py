import pytest

from tiengmo.search import vocabulary


@pytest.fixture(autouse=True)
def _own_vocabulary():
    """The words of another test are none of this one's."""
    vocabulary.forget()
    yield
    vocabulary.forget()
