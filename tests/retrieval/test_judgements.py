import gzip
from pathlib import Path

import pytest

from retrieval.errors import BadInput
from retrieval.judgements import Judged, of_catalogue, read_judgements


def written(folder: Path, text: str) -> Path:
    path = folder / "grades.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_grades_of_one_request_come_together(tmp_path):
    path = written(tmp_path, "query\tproduct_id\tgrade\nlamp\ta\t3\nmug\tb\t1\nlamp\tc\t0\n")
    assert read_judgements([path]) == [Judged("lamp", {"a": 3, "c": 0}), Judged("mug", {"b": 1})]


def test_the_same_words_in_two_catalogues_are_two_requests(tmp_path):
    path = written(tmp_path, "catalogue\trequest\tproduct_id\tgrade\nx\tlamp\ta\t3\ny\tlamp\ta\t0\n")
    assert read_judgements([path]) == [Judged("lamp", {"a": 3}, "x"), Judged("lamp", {"a": 0}, "y")]


def test_a_quotation_mark_in_a_request_is_only_a_character(tmp_path):
    path = written(tmp_path, 'query\tproduct_id\tgrade\n"15 inch" bag, 15"\ta\t2\n')
    assert read_judgements([path])[0].request == '"15 inch" bag, 15"'


@pytest.mark.parametrize(
    ("line", "said"),
    [("lamp\ta\t4", "the grade '4'"), ("lamp\ta", "has 2 values for 3 columns"), ("\ta\t1", "has no query")],
)
def test_a_line_that_cannot_be_read_is_named_with_its_number(tmp_path, line, said):
    path = written(tmp_path, f"query\tproduct_id\tgrade\nlamp\tz\t1\n{line}\n")
    with pytest.raises(BadInput, match=f"line 3 .*{said}"):
        read_judgements([path])


@pytest.mark.parametrize("text", ["", "query\tid\tgrade\n"])
def test_a_file_without_its_columns_is_refused_with_the_columns_it_needs(tmp_path, text):
    with pytest.raises(BadInput, match="query, product_id, grade"):
        read_judgements([written(tmp_path, text)])


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_judgements([tmp_path / "none.tsv"])


def test_requests_that_name_no_catalogue_belong_to_every_one():
    judged = [Judged("a", {}, "x"), Judged("b", {}, "y"), Judged("c", {})]
    assert [one.request for one in of_catalogue(judged, "x")] == ["a", "c"]


def test_a_packed_file_is_read_like_a_plain_one(tmp_path):
    path = tmp_path / "grades.tsv.gz"
    path.write_bytes(gzip.compress(b"query\tproduct_id\tgrade\nlamp\ta\t3\n"))
    assert read_judgements([path]) == [Judged("lamp", {"a": 3})]
