"""Nothing personal is written to a log, not even by accident."""

import json
import logging
import logging.config

import pytest
import structlog

from eldercare.settings.logs import LOGGING


def written(capsys, speak):
    logging.config.dictConfig({**LOGGING, "disable_existing_loggers": False})
    speak()
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_a_line_is_json_with_a_level_and_a_time(capsys):
    line = json.loads(written(capsys, lambda: structlog.get_logger("x").warning("bell_not_heard", task="pay")))
    assert (line["event"], line["task"], line["level"]) == ("bell_not_heard", "pay", "warning")
    assert line["timestamp"]


def test_numbers_of_a_person_are_blanked_wherever_they_slipped_in(capsys):
    def slip():
        try:
            raise ValueError("Key (id_number)=(11010519491231002X) of 13812345678")
        except ValueError:
            logging.getLogger("django.request").exception("a@b.cn paid from 6222020200112233445")

    line = written(capsys, slip)
    assert "[ID]" in line and "[PHONE]" in line and "[EMAIL]" in line and "[ACCOUNT]" in line
    for secret in ("11010519491231002X", "13812345678", "a@b.cn", "6222020200112233445"):
        assert secret not in line


def test_ids_and_amounts_stay_readable(capsys):
    said = {"offer": "01920000-0000-7000-8000-000000000000", "amount_fen": 60000}
    line = json.loads(written(capsys, lambda: structlog.get_logger("x").warning("paid", **said)))
    assert {name: line[name] for name in said} == said


def test_a_long_fraction_is_not_an_account(capsys):
    line = json.loads(written(capsys, lambda: structlog.get_logger("x").warning("done in 0.1234567890123456 s")))
    assert line["event"] == "done in 0.1234567890123456 s"


@pytest.mark.django_db
def test_neither_what_was_asked_nor_a_link_that_opens_a_board_is_written(client, capsys):
    def knock():
        client.get("/homes", {"near": "39.92,116.44", "capability_level": "x", "sort": "nothing"})
        client.get("/board-link/abc.def:ghi")

    logging.config.dictConfig({**LOGGING, "disable_existing_loggers": False})
    knock()
    lines = capsys.readouterr().err
    assert "GET /homes?[ASKED]" in lines and "/board-link/[LINK]" in lines
    for secret in ("39.92", "capability_level", "abc.def"):
        assert secret not in lines
