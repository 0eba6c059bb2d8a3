"""Two people send the same file and press 写入 at the same moment: it is written once, and the other is told."""

import pytest

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import system
from facilities import tasks
from facilities.choices import ImportState
from facilities.models import DirectoryImport, Facility
from facilities.services import apply_import
from facilities.services.apply_import import carry_out, order_apply
from facilities.services.import_homes import begin_import, read_import
from tests.builders.regions import regions
from tests.builders.sheets import xlsx
from tests.races.test_one_bed import at_once
from tests.races.worst_moment import meeting_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FILE = xlsx(["机构名称", "所在区"], ["示例甲养老院", "武清区"], ["示例乙养老院", "武清区"])


def ordered() -> DirectoryImport:
    regions()
    batch = begin_import(system("test"), file_name="名录.xlsx", content=FILE)
    read_import(batch.pk)
    return order_apply(system("test"), import_id=batch.pk)


def both_carried_out(patience: float) -> list[str]:
    """Carry two imports of one file out at once, both judged before either writes; give their states."""
    batches = [ordered(), ordered()]
    with meeting_after(apply_import.__name__, "judge", patience=patience):
        at_once([lambda batch=batch: carry_out(batch.pk) for batch in batches])
    return sorted(DirectoryImport.objects.values_list("state", flat=True))


def test_one_file_sent_twice_and_written_at_once_is_written_once():
    assert both_carried_out(patience=0.5) == [ImportState.APPLIED, ImportState.PREVIEWED]
    assert Facility.objects.count() == 2
    assert DirectoryImport.objects.get(state=ImportState.PREVIEWED).counts == {"same": 2}


def test_without_the_import_s_own_lock_every_home_stands_twice(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(apply_import, "lock_name", lambda name: None)
    assert both_carried_out(patience=20) == [ImportState.APPLIED, ImportState.APPLIED]
    assert Facility.objects.count() == 4


def test_who_finds_another_import_being_written_tries_again(monkeypatch):
    asked = []

    def busy_at_first(import_id: str) -> None:
        asked.append(import_id)
        if len(asked) == 1:
            raise Refusal("busy", say("这一项正被别人处理。"), status=409, retry_after=3)

    monkeypatch.setattr(apply_import, "carry_out", busy_at_first)
    tasks.carry_out_import.apply(args=["one"])
    assert asked == ["one", "one"]
