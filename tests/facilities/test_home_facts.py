"""What a home says of itself and everybody sees: facts with who and when, hospitals, care workers, photos, a licence that ran out."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from facilities.models import CareWorker, Facility, HospitalAgreement
from facilities.selectors.licence import licence_of, matchable
from facilities.services import home_facts
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_home, make_rating, make_staff
from tests.builders.regions import SANHE

FACTS = {
    "phone": "022-82123456",
    "transport": "地铁1号线某站步行5分钟",
    "has_clinic": "True",
    "one_card": "True",
    "clinic_name": "安康医务室",
    "medical_insurance": "False",
    "accepts_levels": ["0", "3"],
    "latitude": "39.4",
    "longitude": "117.05",
    "opened": "2019-05",
}
CERTIFICATE = "Y000011000001244000123"


def picture(kind: str = "PNG", size: tuple[int, int] = (2000, 1000)) -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", size, "teal")
    exif = image.getexif()
    exif[0x010E] = "secret place"
    image.save(file, kind, exif=exif)
    return file.getvalue()


def manager_of(home: Facility):
    user = make_user("马院长")
    make_staff(user, home)
    return user


@pytest.mark.django_db
def test_staff_change_their_facts_hospitals_care_workers_and_photos_and_families_see_them_with_who_and_when():
    home = make_home("示例甲养老院", medical_insurance=True, is_demo=False)
    client = sign_in(Client(), manager_of(home))
    url = f"/home/{home.pk}/facts"
    assert client.post(url, {**FACTS, "opened": "5月"}).status_code == 422
    assert client.post(url, {**FACTS, "longitude": ""}).status_code == 422
    assert client.post(url, FACTS).status_code == 302
    home.refresh_from_db()
    assert (home.has_clinic, home.medical_insurance, home.takes_dementia) == (True, False, None)
    assert (home.accepts_levels, home.accepts_hukou, home.datum) == ([0, 3], None, "wgs84")
    assert home.provenance[0]["by"] == "staff" and "phone" in home.provenance[0]["fields"]
    assert client.post(f"{url}/hospitals", {"hospital": "示例医院", "services": "每周巡诊"}).status_code == 302
    assert client.post(f"{url}/hospitals", {"hospital": "示例医院"}).status_code == 409
    assert client.post(f"{url}/care-team", {"name": "王某", "certificate_no": CERTIFICATE}).status_code == 302
    assert client.post(f"{url}/care-team", {"name": "李某", "certificate_no": "Y1"}).status_code == 422
    for alt in ("朝南双人间", "院子"):
        photo = SimpleUploadedFile("a.png", picture())
        assert client.post(f"{url}/photos", {"photo": photo, "alt": alt}).status_code == 302
    bad = SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")
    assert client.post(f"{url}/photos", {"photo": bad, "alt": "x"}).status_code == 422
    second = home.photos.get(alt="院子")
    assert client.post(f"{url}/photos/{second.pk}/up").status_code == 302
    assert list(home.photos.order_by("position").values_list("alt", flat=True)) == ["院子", "朝南双人间"]
    answer = client.get(f"/homes/{home.pk}/photos/{second.pk}")
    shown = Image.open(io.BytesIO(answer.content))
    assert (answer["Content-Type"], shown.size, b"secret" in answer.content) == ("image/jpeg", (1600, 800), False)

    page = Client().get(f"/homes/{home.pk}").content.decode()
    for words in (
        "安康医务室",
        "示例医院",
        "每周巡诊",
        "四级（中级工）",
        "院子",
        "地铁1号线",
        "视同备案",
        "机构自己填报",
    ):
        assert words in page, words
    assert "王某" not in page and CERTIFICATE not in page
    own = client.get(url).content.decode()
    assert "王某" in own and CERTIFICATE not in own
    assert client.post(f"{url}/photos/{second.pk}/remove").status_code == 302 and home.photos.count() == 1
    hospital = HospitalAgreement.objects.get()
    assert client.post(f"{url}/hospitals/{hospital.pk}/remove").status_code == 302
    worker = CareWorker.objects.get()
    assert client.post(f"{url}/care-team/{worker.pk}/leave").status_code == 302
    assert CareWorker.objects.get().left_on == clock.today()


@pytest.mark.django_db
def test_a_certificate_counts_at_one_home_at_a_time_and_another_regions_is_recognised():
    first, second = make_home("示例甲"), make_home("示例乙", region=SANHE)
    make_rating(first)
    one, other = viewer_for(manager_of(first)), viewer_for(manager_of(second))
    home_facts.add_care_worker(one, facility_id=first.pk, name="王某", certificate_no=CERTIFICATE)
    with pytest.raises(Refusal, match="counts_elsewhere"):
        home_facts.add_care_worker(other, facility_id=second.pk, name="王某", certificate_no=CERTIFICATE)
    with pytest.raises(Refusal, match="not_found"):
        home_facts.set_facts(other, facility_id=first.pk, facts={"phone": "1"})
    home_facts.care_worker_left(one, facility_id=first.pk, worker_id=CareWorker.objects.get().pk)
    home_facts.add_care_worker(other, facility_id=second.pk, name="王某", certificate_no=CERTIFICATE)
    with pytest.raises(IntegrityError, match="a_certificate_counts_at_one_home"), transaction.atomic():
        index = CareWorker.objects.get(facility=second).certificate_index
        CareWorker.objects.create(
            facility=first, name="x", certificate_no=CERTIFICATE, certificate_index=index, since=date(2026, 1, 1)
        )


@pytest.mark.django_db
def test_a_home_whose_licence_ran_out_leaves_matching_and_stays_visible_with_the_reason():
    today = clock.today()
    gone = make_home("示例甲", licence_valid_until=today - timedelta(days=1))
    last_day = make_home("示例乙", licence_valid_until=today)
    unknown = make_home("示例丙", licence_valid_until=None)
    closed = make_home("示例丁", operating="closed")
    assert set(Facility.objects.filter(matchable(today))) == {last_day, unknown}
    assert [licence_of(home, today).stands for home in (gone, last_day, unknown, closed)] == [False, True, None, False]
    page = Client().get(f"/homes/{gone.pk}").content.decode()
    assert "到期，暂不能收住" in page and "不再出现在查找结果里" in page and "申请入住" not in page


@pytest.mark.django_db
def test_open_data_is_whole_says_its_terms_and_asks_no_more_for_more_homes():
    home = make_home("示例甲", credit_code="91110000101623741K")
    make_rating(home)
    HospitalAgreement.objects.create(facility=home, hospital="示例医院", services="每周巡诊")

    def queries(path: str) -> tuple[bytes, int]:
        with CaptureQueriesContext(connection) as asked:
            answer = Client().get(path)
            return b"".join(answer.streaming_content), len(asked)

    catalogue = Client().get("/api/v1/open-data").json()
    assert "示例授权条款" in catalogue["licence"] and catalogue["as_of"]
    assert [one["name"] for one in catalogue["datasets"]] == [
        "facilities",
        "ratings",
        "prices",
        "hospitals",
        "agreements",
        "policies",
    ]
    before = {}
    for one in catalogue["datasets"]:
        names = [field["name"] for field in one["dictionary"]]
        for form in ("csv", "json"):
            content, before[one["name"], form] = queries(one[form])
            assert content.decode("utf-8-sig").startswith(",".join(names) if form == "csv" else "{")
    rows = Client().get("/api/v1/open-data/facilities.json")
    import json

    said = json.loads(b"".join(rows.streaming_content))
    assert said["rows"][0]["credit_code"] == "91110000101623741K" and said["rows"][0]["has_clinic"] is None
    assert "contact_person" not in said["rows"][0]
    (hospital,) = json.loads(queries("/api/v1/open-data/hospitals.json")[0])["rows"]
    assert (hospital["facility_id"], hospital["hospital"], hospital["valid_until"]) == (str(home.pk), "示例医院", None)
    for n in range(4):
        make_rating(make_home(f"示例{n}"))
    assert queries("/api/v1/open-data/facilities.csv")[1] == before["facilities", "csv"]
    assert queries("/api/v1/open-data/ratings.json")[1] == before["ratings", "json"]
    assert Client().get("/api/v1/open-data/people.csv").status_code == 404
    assert "数据字典" in Client().get("/open-data").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_home_page_fits_phone_and_desk_in_both_views(open_page, phone, desk):
    home = make_home(
        "示例甲养老院", beds=2, credit_code="91110000101623741K", nature="private", licensed_beds=120, nursing_beds=80,
        has_clinic=True, clinic_name="安康医务室", one_card=True, transport="地铁1号线某站步行5分钟", phone="022-82123456",
        latitude=39.4, longitude=117.05, datum="gcj02", filing_number="津备1号", opened="2019-05",
        stated_fees=[
            {"item": "bed", "label": "双人间", "unit": "month", "low_fen": 1, "high_fen": 2, "text": "1500-2000元"}
        ],
        provenance=[{"by": "import", "source": "名录.xlsx", "as_of": "2026-06-01", "fields": ["address", "phone"]}],
    )  # fmt: skip
    HospitalAgreement.objects.create(facility=home, hospital="示例医院", services="每周巡诊")
    user = manager_of(home)
    manager = viewer_for(user)
    home_facts.add_care_worker(manager, facility_id=home.pk, name="王某", certificate_no=CERTIFICATE)
    home_facts.add_photo(manager, facility_id=home.pk, content=picture(), alt="朝南双人间")
    for size, view in ((phone, "normal"), (desk, "normal"), (phone, "elder"), (desk, "elder")):
        page = open_page("/", viewport=size)
        page.context.add_cookies([{"name": "eldercare_view", "value": view, "url": page.url}])
        page.goto(f"/homes/{home.pk}")
        assert page.locator("h1").inner_text().startswith("示例甲养老院")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page = open_page("/", viewport=phone)
    client = sign_in(Client(), user)
    page.context.add_cookies([{"name": n, "value": c.value, "url": page.url} for n, c in client.cookies.items()])
    page.goto(f"/home/{home.pk}/facts")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto("/open-data")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
