from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.people.lists import save_listed

if TYPE_CHECKING:
    from tiengmo.newsroom.models import Category
    from tiengmo.people.models import User


def save_category(category: Category, *, by: User) -> Category:
    """Add a category to the locality's list or change one; its code stays what it was.

    What was released keeps the name it was released under. Raises NotAllowed, ValidationError.
    """
    return save_listed(category, by=by)
