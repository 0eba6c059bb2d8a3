"""Reads the forms of a page, as a browser would: action, method and what every field holds."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form. `fields` holds (name, value) in order, as they would be sent untouched; buttons are apart."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def filled(self, **values: object) -> dict[str, list[str]]:
        """Give what is sent when these fields are filled in; None empties a field."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        for name, value in values.items():
            sent.pop(name, None)
            if value is not None:
                sent[name] = [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
        return sent


class _Reader(HTMLParser):
    """Collects forms and the page's text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._first_option: str | None = None
        self._chosen = False
        self._textarea: str | None = None
        self._option: str | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._inside(tag, a, {name for name, _ in attrs})

    def _inside(self, tag: str, a: dict[str, str], flags: set[str]) -> None:
        form, name = self._form, a.get("name", "")
        assert form is not None
        if name:
            form.names.add(name)
        if tag == "input" and name and a.get("type") not in {"submit", "button", "file"}:
            if a.get("type") in {"radio", "checkbox"}:
                form.options.setdefault(name, []).append((a.get("value", "on"), ""))
                if "checked" not in flags:
                    return
            form.fields.append((name, a.get("value", "on" if a.get("type") == "checkbox" else "")))
        elif tag == "button" and name:
            form.buttons.append((name, a.get("value", "")))
        elif tag == "select":
            self._select, self._first_option, self._chosen = name, None, False
        elif tag == "option" and self._select:
            value = a.get("value", "")
            self._option = value
            form.options.setdefault(self._select, []).append((value, ""))
            if self._first_option is None:
                self._first_option = value
            if "selected" in flags:
                form.fields.append((self._select, value))
                self._chosen = True
        elif tag == "textarea":
            self._textarea = name
            form.fields.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._hidden -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            if not self._chosen and self._first_option is not None and self._form is not None:
                self._form.fields.append((self._select, self._first_option))
            self._select = None
        elif tag == "option":
            self._option = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.words.append(data)
        if self._form is None:
            return
        if self._textarea is not None:
            name, value = self._form.fields[-1]
            self._form.fields[-1] = (name, value + data)
        elif self._option is not None and self._select:
            options = self._form.options[self._select]
            options[-1] = (options[-1][0], options[-1][1] + data.strip())


@dataclass
class Page:
    """What was read of a page."""

    forms: list[Form]
    links: list[str]
    text: str


def read(html: str) -> Page:
    """Read a page's forms, links and text."""
    reader = _Reader()
    reader.feed(html)
    return Page(reader.forms, reader.links, " ".join(" ".join(reader.words).split()))
