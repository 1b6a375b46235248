from __future__ import annotations

from collections import Counter
from itertools import islice

from django.db import transaction

from tiengmo.search.models import Indexed, Word
from tiengmo.search.reading.words import plain, read

AT_ONCE = 1_000
LONG = 6


def count_words(*, limit: int = AT_ONCE) -> int:
    """Count the words of entries that were put in since; say of how many entries.

    In a transaction of its own, after the one that put them in: a shared counter there would make
    everybody who publishes wait for everybody else.
    """
    rows = list(
        Indexed.objects.filter(is_counted=False)
        .order_by("-pk")
        .values_list("pk", "title", "number", "keywords", "body")[:limit]
    )
    if not rows:
        return 0
    in_entries: Counter[str] = Counter()
    in_titles: Counter[str] = Counter()
    marked: Counter[tuple[str, str]] = Counter()
    for _key, title, number, keywords, body in rows:
        titles = set(read(plain(f"{title} {number} {keywords}")))
        every = titles.union(read(plain(body)))
        in_titles.update({folded for _exact, folded in titles})
        in_entries.update({folded for _exact, folded in every})
        marked.update(every)
    with transaction.atomic():
        _add(in_entries, in_titles, marked)
        keys = [key for key, *_rest in rows]
        Indexed.objects.filter(pk__in=keys).update(is_counted=True)
    return len(rows)


def _add(
    in_entries: Counter[str], in_titles: Counter[str], marked: Counter[tuple[str, str]]
) -> None:
    mostly: dict[str, str] = {}
    for (exact, folded), _count in reversed(marked.most_common()):
        mostly[folded] = exact
    # A number is no word that one slips in; of telephones alone there are thousands.
    remaining = iter(sorted(word for word in in_entries if len(word) < LONG or word.isalpha()))
    while some := list(islice(remaining, AT_ONCE)):
        known = {w.folded: w for w in Word.objects.select_for_update().filter(folded__in=some)}
        new: list[Word] = []
        for word in some:
            row = known.get(word) or Word(folded=word, shown=mostly[word])
            row.entries += in_entries[word]
            row.titles += in_titles[word]
            if row.pk is None:
                new.append(row)
        Word.objects.bulk_update(known.values(), ["entries", "titles"])
        Word.objects.bulk_create(new)
