import gettext
import os

import pytest

from tiengmo.foundation.catalogues import (
    LOCALE,
    BrokenCatalogue,
    compile_all,
    compiled,
    read_messages,
)

SAMPLE = """\
# a comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Save"
msgstr "Lưu"

msgctxt "a tag"
msgid "name"
msgstr "tên"

msgid "%(n)s page"
msgid_plural "%(n)s pages"
msgstr[0] "%(n)s trang"

#, fuzzy
msgid "Unsure"
msgstr "Không chắc"

msgid "Two "
"lines"
msgstr ""
"Hai "
"dòng \\"trích\\"\\n"

msgid "Untranslated"
msgstr ""

#~ msgid "Old"
#~ msgstr "Cũ"
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(SAMPLE, encoding="utf-8")
    return path


def test_python_reads_what_was_compiled(source, tmp_path):
    assert compile_all(tmp_path) == 1
    catalogue = gettext.translation("django", str(tmp_path), ["vi"])
    assert catalogue.gettext("Save") == "Lưu"
    assert catalogue.pgettext("a tag", "name") == "tên"
    assert catalogue.ngettext("%(n)s page", "%(n)s pages", 7) == "%(n)s trang"
    assert catalogue.gettext("Two lines") == 'Hai dòng "trích"\n'
    assert catalogue.gettext("Unsure") == "Unsure"
    assert catalogue.gettext("Untranslated") == "Untranslated"
    assert catalogue.gettext("Old") == "Old"


def test_nothing_is_done_when_nothing_changed(source, tmp_path):
    compile_all(tmp_path)
    made = source.with_suffix(".mo").stat().st_mtime_ns
    assert compile_all(tmp_path) == 0
    assert source.with_suffix(".mo").stat().st_mtime_ns == made


def test_a_changed_source_is_compiled_again_even_when_it_is_older(source, tmp_path):
    compile_all(tmp_path)
    source.write_text(SAMPLE.replace("Lưu", "Ghi"), encoding="utf-8")
    os.utime(source, (1_000_000_000, 1_000_000_000))
    assert compile_all(tmp_path) == 1
    assert gettext.GNUTranslations(source.with_suffix(".mo").open("rb")).gettext("Save") == "Ghi"


@pytest.mark.parametrize(
    ("broken", "line"), [('msgid "x\nmsgstr ""\n', 1), ("nonsense\n", 1), ('"orphan"\n', 1)]
)
def test_a_broken_source_says_where(source, broken, line):
    source.write_text(broken, encoding="utf-8")
    with pytest.raises(BrokenCatalogue, match=f"django.po:{line}"):
        compiled(source)


def test_the_same_text_twice_is_an_error(source):
    source.write_text(SAMPLE + '\nmsgid "Save"\nmsgstr "Ghi"\n', encoding="utf-8")
    with pytest.raises(BrokenCatalogue, match="twice"):
        compiled(source)


def test_our_own_catalogues_compile():
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        assert len(compiled(path)) > 1000
        assert all(message.is_translated for message in read_messages(path)), path
