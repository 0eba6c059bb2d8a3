/* Small comforts on top of pages that work without them: open menus on desks, spoken changes, one send per form, keys. */
(() => {
  "use strict";
  const wide = window.matchMedia("(min-width: 62em)");

  // A browser that cannot force <details> open by CSS gets them opened here.
  const standOpen = () => {
    if (CSS.supports("selector(::details-content)")) return;
    document.querySelectorAll("details[data-open-wide]").forEach((box) => (box.open = wide.matches));
  };
  standOpen();
  wide.addEventListener("change", standOpen);

  // A second click sends nothing: the button rests until the answer or the way back.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () =>
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    })
  );

  // What a swapped part wants said aloud, and errors that want the reader's eye.
  const announce = (text) => {
    const voice = document.getElementById("announce");
    if (voice && text) voice.textContent = text.trim();
  };
  document.addEventListener("htmx:load", (event) => {
    const part = event.detail.elt;
    if (part === document.body) return;
    const said = part.matches("[data-announce]") ? part : part.querySelector("[data-announce]");
    if (said) announce(said.dataset.announce || said.textContent);
  });
  const lost = () => {
    const notice = document.getElementById("lost");
    document.querySelectorAll("main > .frame > .notice-success").forEach((earlier) => earlier.remove());
    notice.hidden = false;
    announce(notice.textContent);
    notice.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", lost);
  document.addEventListener("lost", lost);

  // A summary of errors takes the focus, so that it is read first.
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // What must be copied letter by letter is copied by a button, where the browser lets us.
  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
  const copy = async (button) => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.querySelector("span").textContent = button.dataset.copied;
    announce(button.textContent);
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-copy]")) copy(event.target.closest("[data-copy]"));
    if (event.target.closest("[data-print]")) window.print();
    // The way back through the history keeps what was typed; the link alone would draw the form anew.
    const back = event.target.closest("a[data-back]");
    if (back && document.referrer === back.href && history.length > 1) {
      event.preventDefault();
      history.back();
    }
  });

  // One key for one act on work pages: <a data-key="j"> or <button data-key="j">.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea, [contenteditable]"))
      return;
    const goal = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!goal) return;
    event.preventDefault();
    goal.focus();
    goal.click();
    // What a key opens is typed into at once.
    const box = goal.matches("summary") && goal.parentElement;
    const first = box && box.open && box.querySelector("textarea, input:not([type=hidden]), select");
    if (first) first.focus();
  });
})();
