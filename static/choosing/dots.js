/* How many dots are left, said while one places them. Without it the page says so once the form was sent. */
(() => {
  "use strict";
  const count = (said) => {
    const fields = [...said.closest("fieldset").querySelectorAll("input[inputmode=numeric]")];
    const placed = fields.reduce((sum, field) => sum + Math.max(0, parseInt(field.value, 10) || 0), 0);
    const left = Number(said.dataset.dots) - placed;
    const text = (left < 0 ? said.dataset.over : said.dataset.left).replace("{n}", Math.abs(left));
    if (said.textContent !== text) said.textContent = text;
  };
  document.addEventListener("input", (event) => {
    const said = event.target.closest?.("fieldset")?.querySelector("[data-dots]");
    if (said) count(said);
  });
  /* a browser that comes back to the page fills in what was typed */
  addEventListener("pageshow", () => document.querySelectorAll("[data-dots]").forEach(count));
})();
