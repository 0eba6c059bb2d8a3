/* Lets the browser say where the visitor is, to about a kilometre. Without this file the list of districts is enough. */
(() => {
  "use strict";
  if (!navigator.geolocation || !window.isSecureContext) return;
  document.documentElement.classList.add("knows-here");

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-here=ask]");
    if (!button) return;
    const form = button.form;
    const failed = form.querySelector("[data-here=failed]");
    failed.hidden = true;
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute("aria-busy");
        form.elements.near.value = `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`;
        form.elements.start.value = "";
        form.requestSubmit();
      },
      () => {
        button.removeAttribute("aria-busy");
        failed.hidden = false;
      },
      { timeout: 10000, maximumAge: 600000 }
    );
  });

  // A place that is named counts from then on.
  document.addEventListener("change", (event) => {
    if (event.target.name === "start" && event.target.value) event.target.form.elements.near.value = "";
  });
})();
