/* On the wall: the arrow keys turn to the point before and after, as a remote control does. */
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input,textarea,select") || event.altKey || event.ctrlKey || event.metaKey) return;
    const forward = ["ArrowRight", "PageDown"].includes(event.key), back = ["ArrowLeft", "PageUp"].includes(event.key);
    const form = forward ? document.querySelector("[data-next] form") : back ? document.querySelector("[data-former] form") : null;
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
