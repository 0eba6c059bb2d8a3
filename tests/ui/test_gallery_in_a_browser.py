"""Every component in a real browser: accessible, reachable by keyboard, large enough, under the strict policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe

VIEWS = ["normal", "elder"]

# What a finger or a pointer aims at. A tick inside its label is aimed at by the label; links inside a sentence are exempt.
TARGETS = """(selector) => [...document.querySelectorAll(selector)]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.type !== 'hidden')
  .filter((e) => !(e.matches('[type=checkbox], [type=radio]') && e.closest('label')))
  .map((e) => ({ box: e.getBoundingClientRect(), name: e.tagName + '.' + e.className + ' ' + e.textContent.trim() }))
  .map(({ box, name }) => ({ name, width: Math.round(box.width), height: Math.round(box.height) }))"""
EVERY_TARGET = (
    "main :is(a, button, input, select, textarea, summary, label.choice, label.tick), header :is(a, button, summary)"
)
MAIN_TARGETS = "main :is(.button, input:not([type=hidden]), select, label.choice, label.tick, .filters > summary), header :is(.nav a, .tool)"


@pytest.fixture
def gallery(open_page):
    """Open the gallery in a view, changed to by the page's own switch."""

    def opener(view: str = "normal", **context):
        page = open_page("/gallery/", **context)
        if view == "elder":
            page.get_by_role("button", name="长辈版").click()
            page.wait_for_url("**/gallery/")
        assert page.locator("html").get_attribute("data-view") == view
        return page

    return opener


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_at_a_desk(gallery, view, scheme):
    found = Axe().run(gallery(view, color_scheme=scheme, reduced_motion="reduce"))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_on_a_phone(gallery, phone, view):
    found = Axe().run(gallery(view, viewport=phone, reduced_motion="reduce"))
    assert found.violations_count == 0, found.generate_report()


def test_axe_bites(gallery):
    """Negative control: a button without a name is found."""
    page = gallery()
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert Axe().run(page).violations_count == 1


@pytest.mark.parametrize(
    ("view", "selector", "least"),
    [("normal", EVERY_TARGET, 44), ("elder", EVERY_TARGET, 44), ("elder", MAIN_TARGETS, 60)],
)
def test_targets_are_large_enough(gallery, view, selector, least):
    page = gallery(view)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        targets = page.evaluate(TARGETS, selector)
        assert len(targets) > 40
        assert [target for target in targets if min(target["width"], target["height"]) < least] == []


def test_the_elder_view_has_large_text_with_room_between_lines(gallery):
    page = gallery("elder")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('body, p, td, dd, li, small, .soft, .status, label')].map((e) => {
            const s = getComputedStyle(e), px = parseFloat(s.fontSize);
            return [px, parseFloat(s.lineHeight) / px];
        })"""
    )
    assert min(size for size, _ in sizes) >= 18
    assert min(leading for _, leading in sizes) >= 1.3
    largest = page.evaluate(
        "() => ['h1', '.button-next', '.money-large'].map((s) => parseFloat(getComputedStyle(document.querySelector(s)).fontSize))"
    )
    assert min(largest) >= 30


@pytest.mark.parametrize("view", VIEWS)
def test_everything_is_reached_by_keyboard_with_a_visible_ring(gallery, view):
    page = gallery(view)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button:not([disabled]), input:not([type=hidden]), select, textarea,'
            + 'summary, [tabindex="0"]')].filter((e) => e.checkVisibility({ visibilityProperty: true })
            && !e.closest('details:not([open]) > :not(summary)')).filter((e) => e.type !== 'radio').length"""
    )
    rings = []
    for _ in range(wanted + 40):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body) return null;
                const seen = e.dataset.seen; e.dataset.seen = 'yes';
                const ringed = [e, e.closest('.choice')].filter(Boolean).map((x) => getComputedStyle(x));
                return [seen || '', e.type || '', e.outerHTML.slice(0, 80),
                  ringed.some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)]; }"""
        )
        if ring is None:
            break
        rings.append(ring)
    new = [ring for ring in rings if not ring[0] and ring[1] != "radio"]
    assert "skip" in rings[0][2]
    assert len(new) >= wanted
    assert [ring[2] for ring in rings if not ring[3]] == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_obeys_the_strict_policy(open_page, gallery, view):
    page = gallery(view)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.reload(wait_until="networkidle")
    assert said == []
    assert page.evaluate("document.querySelectorAll('[style], script:not([src]), style').length") == 0
    assert page.evaluate("typeof htmx") == "object"


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_is_wider_than_its_screen(gallery, view):
    page = gallery(view)
    needed = {}
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        needed[width] = page.evaluate("document.documentElement.scrollWidth")
    assert needed == {320: 320, 390: 390, 768: 768, 1280: 1280}


def test_without_javascript_the_ways_round_and_the_switches_work(open_page, phone):
    page = open_page("/gallery/", viewport=phone, java_script_enabled=False)
    page.get_by_text("菜单", exact=True).click()
    page.get_by_text("筛选条件").click()
    assert page.get_by_role("button", name="按条件查找").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.locator("button[name=view]").click()
    assert page.locator("html").get_attribute("data-view") == "elder"


def test_on_a_desk_the_filters_stand_open(gallery):
    page = gallery()
    assert page.get_by_role("button", name="按条件查找").is_visible()
    assert not page.locator(".filters > summary").is_visible()


def test_what_a_swapped_part_has_to_say_is_said_aloud(gallery):
    page = gallery()
    page.wait_for_function("typeof htmx === 'object'")
    part = '<div id="g-work"><p data-announce>办好了，床位为您留着。</p></div>'
    page.evaluate("(part) => htmx.swap('#g-work', part, { swapStyle: 'outerHTML' })", part)
    page.wait_for_function("document.getElementById('announce').textContent === '办好了，床位为您留着。'")


def test_a_second_click_sends_nothing(gallery):
    page = gallery()
    stopped = page.evaluate(
        """() => {
            const stopped = [];
            window.addEventListener('submit', (event) => {
                stopped.push(event.defaultPrevented);
                event.preventDefault();
            });
            const button = document.querySelector('form[action$=preferences] button');
            button.click();
            button.click();
            return stopped;
        }"""
    )
    assert stopped == [False, True]


def test_a_key_does_its_act_but_never_while_typing(gallery):
    page = gallery()
    page.evaluate("document.querySelector('.pages a[rel=next]').dataset.key = 'j'")
    page.locator("#full_name").press("j")
    assert "#g-table" not in page.url
    page.locator("h1").click()
    page.keyboard.press("j")
    assert page.url.endswith("#g-table")


def test_the_way_back_from_an_error_keeps_what_was_typed(gallery):
    page = gallery()
    page.locator("#full_name").fill("王秀英")
    page.evaluate("location.href = '/nowhere'")
    page.get_by_role("link", name="返回上一页").click()
    page.wait_for_url("**/gallery/")
    assert page.locator("#full_name").input_value() == "王秀英"
