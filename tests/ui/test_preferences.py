"""View and language are remembered in the browser, without JavaScript, and lead back to this site only."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_doors")]


def test_the_elder_view_is_remembered_and_changes_every_page(client):
    assert 'data-view="normal"' in client.get("/nowhere").content.decode()
    answer = client.post("/preferences", {"view": "elder", "next": "/outcome?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/outcome?a=1")
    page = client.get("/nowhere").content.decode()
    assert 'data-view="elder"' in page and "普通版" in page


def test_the_language_is_remembered(client):
    client.post("/preferences", {"language": "en", "next": "/outcome"})
    assert '<html lang="en"' in client.get("/outcome").content.decode()
    client.post("/preferences", {"language": "zh-hans"})
    assert '<html lang="zh-hans"' in client.get("/outcome").content.decode()


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "x", ""]
)
def test_the_way_back_never_leaves_this_site(client, target):
    assert client.post("/preferences", {"view": "elder", "next": target})["Location"] == "/"


def test_an_unknown_wish_changes_nothing(client):
    answer = client.post("/preferences", {"view": "huge", "language": "fr"})
    assert answer.status_code == 302 and not answer.cookies


def test_a_wish_from_another_site_is_not_taken():
    assert Client(enforce_csrf_checks=True).post("/preferences", {"view": "elder"}).status_code == 403


def test_the_gallery_is_shown_in_a_demo_only(client, settings):
    assert client.get("/gallery/").status_code == 200
    settings.DEMO = False
    assert client.get("/gallery/").status_code == 404
