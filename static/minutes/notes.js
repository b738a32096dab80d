/* Minutes write themselves while one types, over the version that was read. When another one has written meanwhile, the
   text stays in its box (and is set aside on the server): « Enregistrer » shows both. Boxes nobody touched here follow
   what others write. */
(() => {
  "use strict";
  const PAUSE = 1500, LOOK = 8000;
  const forms = [...document.querySelectorAll("form[data-notes]")];
  const boxes = new Map();
  const say = (box, text) => { if (box.said.textContent !== text) box.said.textContent = text; };
  const take = (box, item) => {
    box.version.value = item.version;
    box.kept = item.text;
    box.clash = false;
    say(box, item.said);
  };

  const save = async (box) => {
    if (box.busy || box.text.value.trim() === box.kept.trim()) return;
    const sent = box.text.value, body = new URLSearchParams({ version: box.version.value, text: sent, auto: "1" });
    box.busy = true;
    try {
      const answer = await fetch(box.form.action, { method: "POST", body });
      if (answer.status === 409) {
        box.clash = true;
        box.kept = sent;
        say(box, box.said.dataset.clash);
      } else if (answer.ok && answer.headers.get("content-type")?.startsWith("application/json")) {
        const item = (await answer.json()).items.find((one) => String(one.id) === box.id);
        /* another one may have written between our text and this answer: then the box keeps the version it knows of */
        if (item && item.text === sent.trim().replace(/\r\n/g, "\n")) take(box, item);
        else if (item) { box.version.value = Number(box.version.value) + 1; box.kept = sent; }
      } else say(box, box.said.dataset.failed);
    } catch {
      say(box, box.said.dataset.failed);
    }
    box.busy = false;
    if (box.text.value !== sent) later(box);
  };
  const later = (box) => {
    clearTimeout(box.timer);
    if (!box.clash) say(box, box.said.dataset.typing);
    box.timer = setTimeout(() => save(box), PAUSE);
  };

  for (const form of forms) {
    const box = { form, id: form.dataset.notes, text: form.elements.text, version: form.elements.version, said: form.querySelector("[data-said]") };
    box.kept = box.text.defaultValue;
    boxes.set(box.id, box);
    box.text.addEventListener("input", () => later(box));
    box.text.addEventListener("blur", () => { if (!box.clash) save(box); });
    form.addEventListener("submit", () => clearTimeout(box.timer));
    if (box.text.value.trim() !== box.kept.trim()) later(box);
  }

  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(document.querySelector("[data-state]").dataset.state).catch(() => null);
    if (!answer?.ok || !answer.headers.get("content-type")?.startsWith("application/json")) return;
    for (const item of (await answer.json()).items) {
      const box = boxes.get(String(item.id));
      if (!box || box.busy || box.clash || String(item.version) === box.version.value) continue;
      if (box.text.value.trim() !== box.kept.trim()) continue;
      box.text.value = item.text;
      take(box, item);
    }
  };
  if (forms.length) setInterval(look, LOOK);

  addEventListener("beforeunload", (event) => {
    if (forms.some((form) => { const box = boxes.get(form.dataset.notes); return !form.dataset.sent && box.text.value.trim() !== box.kept.trim(); })) event.preventDefault();
  });
  document.addEventListener("submit", (event) => { event.target.dataset.sent = "1"; });
})();
