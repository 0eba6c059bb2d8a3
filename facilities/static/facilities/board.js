/* The board by keyboard: arrows go to the bed that lies there, a letter says what it becomes. Taps need none of this. */
(() => {
  "use strict";
  const form = document.querySelector("form.board");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=bed]")];
  const words = { free: "f", occupied: "o", blocked: "x", closed: "c" };
  const options = [...form.querySelectorAll("select[name=to] option")];
  const wordOf = (state) => (options.find((option) => option.value === state) || {}).text;
  const tapped = form.querySelector("[data-tapped]");
  const pattern = tapped.textContent;

  const count = () => {
    const number = boxes.filter((box) => box.checked).length;
    tapped.hidden = number === 0;
    tapped.textContent = pattern.replace("{n}", number);
  };
  form.addEventListener("change", count);
  count();

  // What a letter says goes with the tap: bed:what it was:what it shall be.
  boxes.forEach((box) => {
    box.dataset.drawn = box.value;
    box.dataset.word = box.closest("label").querySelector(".bed-then").textContent;
    box.addEventListener("change", () => {
      if (!box.checked) say(box, "");
    });
  });
  const say = (box, state) => {
    box.value = state ? `${box.dataset.drawn}:${state}` : box.dataset.drawn;
    const then = box.closest("label").querySelector(".bed-then");
    then.textContent = state ? `→ ${wordOf(state)}` : box.dataset.word;
  };

  // The nearest bed in a direction: mostly along the arrow, little beside it.
  const towards = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const middle = (box) => {
    const place = box.closest("label").getBoundingClientRect();
    return [place.x + place.width / 2, place.y + place.height / 2];
  };
  const beside = (box, [dx, dy]) => {
    const [x, y] = middle(box);
    let best = null;
    let least = Infinity;
    boxes.forEach((other) => {
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

  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || !boxes.includes(box)) return;
    const state = Object.keys(words).find((name) => words[name] === event.key);
    if (towards[event.key]) {
      const next = beside(box, towards[event.key]);
      if (next) next.focus();
    } else if (state) {
      box.checked = state !== box.dataset.state;
      say(box, box.checked ? state : "");
      count();
    } else if (event.key === "a") {
      const inside = [...box.closest("fieldset").querySelectorAll("input[name=bed]")];
      const all = inside.every((one) => one.checked);
      inside.forEach((one) => (one.checked = !all));
      count();
    } else {
      const goal = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!goal) return;
      goal.click();
    }
    event.preventDefault();
  });
  // From anywhere on the page, an arrow goes to the first bed.
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body || !towards[event.key] || !boxes.length) return;
    event.preventDefault();
    boxes[0].focus();
  });
})();
