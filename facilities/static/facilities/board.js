/* The bed board: by keyboard, an arrow goes to the bed that lies there, a letter says what it becomes. What is tapped is
   kept in this tab until it is saved, and a save that does not get through leaves the page as it is. Taps need none of this. */
(() => {
  "use strict";
  const LONGEST = 30000;
  const letters = { free: "f", occupied: "o", blocked: "x", closed: "c", held: "h" };
  const towards = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const drafts = `board:${location.pathname.split("/board")[0].replace(/\/$/, "")}`;
  const said = ["why", "until", "hours", "held_for"];
  let board = null;

  const kept = {
    read: () => {
      try {
        return JSON.parse(sessionStorage.getItem(drafts)) || null;
      } catch {
        return null;
      }
    },
    write: (draft) => {
      try {
        sessionStorage.setItem(drafts, JSON.stringify(draft));
      } catch {
        /* A browser that keeps nothing: the page itself still has it. */
      }
    },
    forget: () => {
      try {
        sessionStorage.removeItem(drafts);
      } catch {
        /* Nothing was kept. */
      }
    },
  };

  // Find the parts of the board as it is drawn now, and listen to them.
  const begin = () => {
    const form = document.querySelector("form.board");
    board = form && {
      form,
      boxes: [...form.querySelectorAll("input[name=bed]")],
      chips: [...form.querySelectorAll("input[name=to]")],
      tapped: form.querySelector("[data-tapped]"),
    };
    if (!board) return;
    board.pattern = board.tapped.textContent;
    board.boxes.forEach((box) => {
      box.dataset.drawn = box.value;
      box.dataset.word = thenOf(box).textContent;
    });
    form.querySelectorAll("[data-whole], [data-none]").forEach((button) => {
      button.hidden = button.matches("[data-whole]") && !button.closest("section").querySelector("input[name=bed]");
    });
    form.addEventListener("change", (event) => {
      if (event.target.name === "bed") {
        board.latest = event.target;
        if (!event.target.checked) say(event.target, "");
      }
      changed();
      show(board.latest);
    });
    form.addEventListener("focusin", (event) => {
      if (event.target.matches(":focus-visible") && !event.target.closest(".board-save")) show(event.target);
    });
    form.addEventListener("click", tools);
    form.addEventListener("keydown", keys);
    restore();
    count();
    show(board.latest);
  };

  const labelOf = (box) => box.closest("label");
  const thenOf = (box) => labelOf(box).querySelector(".bed-then");
  const chip = (state) => board.chips.find((one) => one.value === state);
  const wordOf = (state) => (chip(state) ? chip(state).parentElement.textContent.trim() : "");
  const chosen = () => (board.chips.find((one) => one.checked) || { value: "" }).value;
  const ticked = () => board.boxes.filter((box) => box.checked);

  const count = () => {
    const number = ticked().length;
    board.tapped.hidden = number === 0;
    board.tapped.textContent = board.pattern.replace("{n}", number);
    board.form.classList.toggle("tapped", number > 0);
    board.form.dataset.to = chosen();
    board.boxes.forEach((box) => labelOf(box).classList.toggle("tapped", box.checked));
    board.chips.forEach((one) => one.parentElement.classList.toggle("chosen", one.checked));
    document.querySelectorAll(".board-confirm").forEach((form) => {
      form.hidden = number > 0;
      form.querySelector("button").disabled = number > 0;
    });
    const word = chosen() ? `→ ${wordOf(chosen())}` : "";
    if (word) board.boxes.forEach((box) => (labelOf(box).querySelector(".bed-picked").textContent = word));
  };
  // The bar of choices comes up from below: the bed just tapped, or what the keyboard came to, stays in sight above it.
  const show = (thing) => {
    const bar = board.form.querySelector(".board-save").getBoundingClientRect();
    if (!thing || !bar.height) return;
    const hidden = (labelOf(thing) || thing).getBoundingClientRect().bottom - bar.top;
    if (hidden > 0) window.scrollBy(0, hidden + 8);
  };
  const changed = () => {
    board.form.querySelector("[data-restored]").hidden = true;
    count();
    const draft = { beds: ticked().map((box) => box.value), to: chosen() };
    said.forEach((name) => (draft[name] = board.form.elements[name].value));
    if (draft.beds.length) kept.write(draft);
    else kept.forget();
  };

  // What a letter says goes with the tap: bed:what it was:what it shall be.
  const say = (box, state) => {
    box.value = state ? `${box.dataset.drawn}:${state}` : box.dataset.drawn;
    thenOf(box).textContent = state ? `→ ${wordOf(state)}` : box.dataset.word;
  };

  // What was tapped and not saved comes back, as far as the beds are still what they were.
  const restore = () => {
    const draft = kept.read();
    if (!draft) return;
    let back = 0;
    draft.beds.forEach((value) => {
      const [bed, was, wanted] = value.split(":");
      const box = board.boxes.find((one) => one.dataset.drawn === `${bed}:${was}`);
      if (!box) return;
      if (!box.checked) back += 1;
      box.checked = true;
      say(box, wanted || "");
    });
    if (!back) return; // drawn by the server with all that was said
    if (chip(draft.to)) chip(draft.to).checked = true;
    said.forEach((name) => {
      if (draft[name]) board.form.elements[name].value = draft[name];
    });
    board.form.querySelector("[data-restored]").hidden = false;
    board.latest = ticked()[0];
    labelOf(board.latest).scrollIntoView({ block: "center" });
  };

  const tools = (event) => {
    const whole = event.target.closest("[data-whole]");
    if (whole) all([...whole.closest("section").querySelectorAll("input[name=bed]")]);
    else if (event.target.closest("[data-none]")) {
      board.boxes.forEach((box) => {
        box.checked = false;
        say(box, "");
      });
      chip("").checked = true;
    } else return;
    changed();
  };
  const all = (boxes) => {
    const every = boxes.every((one) => one.checked);
    boxes.forEach((one) => {
      one.checked = !every;
      if (every) say(one, "");
    });
  };

  // The nearest bed in a direction: mostly along the arrow, little beside it.
  const middle = (box) => {
    const place = labelOf(box).getBoundingClientRect();
    return [place.x + place.width / 2, place.y + place.height / 2];
  };
  const beside = (box, [dx, dy]) => {
    const [x, y] = middle(box);
    let best = null;
    let least = Infinity;
    board.boxes.forEach((other) => {
      const [ox, oy] = middle(other);
      const along = (ox - x) * dx + (oy - y) * dy;
      const across = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
      if (other !== box && along > 4 && along + 3 * across < least) {
        least = along + 3 * across;
        best = other;
      }
    });
    return best;
  };
  const keys = (event) => {
    const box = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || !board.boxes.includes(box)) return;
    const state = Object.keys(letters).find((name) => letters[name] === event.key);
    if (towards[event.key]) {
      const next = beside(box, towards[event.key]);
      if (next) next.focus();
    } else if (state) {
      box.checked = state !== box.dataset.state;
      say(box, box.checked ? state : "");
      chip("").checked = true;
      changed();
    } else if (event.key === "a") {
      all([...box.closest("fieldset").querySelectorAll("input[name=bed]")]);
      changed();
    } else {
      const goal = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!goal) return;
      goal.click();
    }
    event.preventDefault();
  };
  // From anywhere on the page, an arrow goes to the first bed.
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body || !towards[event.key] || !board || !board.boxes.length) return;
    event.preventDefault();
    board.boxes[0].focus();
  });

  // The page sends its forms itself: where no answer comes, it stays as it is and says so.
  const send = async (form, submitter) => {
    const still = new AbortController();
    const timer = setTimeout(() => still.abort(), LONGEST);
    submitter?.setAttribute("aria-busy", "true");
    form.dataset.sent = "yes";
    document.getElementById("lost").hidden = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form, submitter),
        headers: { "X-Requested-With": "board" },
        signal: still.signal,
      });
      if (answer.status >= 500) throw new Error(answer.status);
      await heard(form, answer);
    } catch {
      delete form.dataset.sent;
      submitter?.removeAttribute("aria-busy");
      const notice = document.getElementById("lost"); // said beside the button that is to be tapped again
      if (board && form === board.form) form.querySelector(".board-acts").before(notice);
      else form.before(notice);
      document.dispatchEvent(new Event("lost"));
      if (board) show(board.latest);
    } finally {
      clearTimeout(timer);
    }
  };
  const heard = async (form, answer) => {
    if (answer.status === 204) {
      if (board && form === board.form) kept.forget();
      location.assign(`${form.action.split("/board")[0]}/board`);
    } else if (answer.redirected) {
      location.assign(answer.url); // signed out meanwhile: what was tapped waits in this tab
    } else {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      begin();
      window.scrollTo(0, 0);
      const notice = document.querySelector("main [role=alert]:not(#lost *)");
      if (notice) {
        notice.tabIndex = -1;
        notice.focus();
      }
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || !form.closest("main") || !/\/board(\/confirm|\/undo\/\d+)?$/.test(form.action)) return;
    event.preventDefault();
    if (!form.dataset.sent) send(form, event.submitter);
  }, true);
  begin();
})();
