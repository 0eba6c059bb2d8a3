"""A person with a browser for stories: sees a page, fills in its form, follows where it leads. Every answer is expected."""

from urllib.parse import urljoin

from django.test import Client

from tests.builders.accounts import sign_in
from tools.tour.pages import Form, Page, read


class Browser:
    """One person's browser on the Django test client."""

    def __init__(self, user=None) -> None:
        self.client = sign_in(Client(), user) if user else Client()
        self.at = "/"

    def see(self, path: str, *, status: int = 200) -> Page:
        """Open a page and read it."""
        return self._read(self.client.get(path, follow=True), status, path)

    def fill(
        self,
        page: Page,
        *,
        action: str = "",
        button: tuple[str, str] | None = None,
        status: int = 200,
        **values: object,
    ) -> Page:
        """Fill in the form of a page that has these fields, and send it, by a named button where it has several."""
        form = self._form(page, set(values), action)
        sent = form.filled(**values) | ({button[0]: [button[1]]} if button else {})
        address = urljoin(self.at, form.action) if form.action else self.at
        return self._read(self.client.post(address, sent, follow=True), status, address)

    def _form(self, page: Page, names: set[str], action: str) -> Form:
        posted = [form for form in page.forms if form.method == "post" and not form.action.endswith("/preferences")]
        found = [form for form in posted if names <= form.names and action in form.action]
        assert found, f"no form with {names} {action} at {self.at}: {[(f.action, f.names) for f in page.forms]}"
        return found[0]

    def _read(self, answer, status: int, path: str) -> Page:
        if answer.redirect_chain:
            path = answer.redirect_chain[-1][0]
        self.at = path
        page = read(answer.content.decode())
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{page.text[:800]}"
        return page
