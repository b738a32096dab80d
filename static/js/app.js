/* Our few lines beside htmx. Everything works without them: they say aloud what changed, keep the focus, and save a tap or two. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const status = () => $("#annonces");

  /* htmx may not build code from strings: the policy forbids it, and so do we. */
  const refuse = function () { throw new Error("htmx: no code from strings"); };
  window.htmx?.registerExtension("civic", { init: (api) => api.initSecurity(null, refuse, refuse) });

  /* The status region is outside every swap target. It is emptied first, so that the same sentence twice is said twice. */
  const announce = (text) => {
    const region = status();
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text.replace(/\s+/g, " ").trim(); }, 80);
  };

  /* After a swap: what the new part wants said (data-announce), where the focus goes (data-focus). */
  const focus = (element) => {
    if (!element.matches("a,button,input,select,textarea,summary,[tabindex]")) element.tabIndex = -1;
    element.focus({ preventScroll: element.getBoundingClientRect().top >= 0 && element.getBoundingClientRect().bottom <= innerHeight });
  };
  document.addEventListener("htmx:after:settle", (event) => {
    for (const part of event.detail.newContent ?? []) {
      if (part.nodeType !== 1) continue;
      const said = part.matches("[data-announce]") ? part : $("[data-announce]", part);
      if (said) announce(said.dataset.announce || said.textContent);
      const wanted = part.matches("[data-focus]") ? part : $("[data-focus]", part);
      if (wanted) focus(wanted);
      else if (document.activeElement === document.body) focus($("h1", part) ?? part);
      prepare(part);
    }
  });

  /* A refusal's page is never put inside a part of another page: its sentence is shown, and the part stays as it was. */
  document.addEventListener("htmx:before:swap", (event) => {
    const { response, text, hx, sourceEvent } = event.detail.ctx;
    if (!/^\s*<!doctype/i.test(text ?? "") || hx?.retarget) return;
    event.preventDefault();
    if (response.status < 400) return void location.assign(response.raw.url);
    const page = new DOMParser().parseFromString(text, "text/html");
    hitch($("[data-message]", page)?.textContent || $("h1", page)?.textContent, response.status < 500 ? null : sourceEvent);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx) hitch(status()?.dataset.offline, event.detail.ctx.sourceEvent);
  });
  document.addEventListener("htmx:response:error", (event) => {
    const { response, sourceEvent } = event.detail.ctx;
    if (response.status >= 500) hitch(status()?.dataset.trouble, sourceEvent);
  });
  document.addEventListener("htmx:before:request", () => $(".hitch")?.remove());

  /* The network failed or the server did: say so, offer to try again. Sending twice is harmless (the form's key). */
  const hitch = (text, cause) => {
    $(".hitch")?.remove();
    const words = status()?.dataset ?? {};
    const box = document.createElement("div");
    box.className = "hitch";
    box.setAttribute("role", "alert");
    const sentence = document.createElement("p");
    sentence.textContent = (text || words.trouble || "").replace(/\s+/g, " ").trim();
    box.append(sentence);
    const source = cause?.target?.closest?.("form,a[href]");
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn--s";
      made.textContent = label;
      made.addEventListener("click", () => { box.remove(); act(); });
      box.append(made);
    };
    if (source?.isConnected) button(words.again, () => (source.tagName === "FORM" ? source.requestSubmit(cause.submitter ?? undefined) : source.click()));
    else button(words.close, () => {});
    document.body.append(box);
  };

  /* Escape and a click elsewhere close menus and questions; opening a question leads to its button. */
  const folds = ".menu[open], .confirm[open]";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of all(folds)) { fold.open = false; $("summary", fold).focus(); }
  });
  document.addEventListener("click", (event) => {
    for (const fold of all(".menu[open]")) if (!fold.contains(event.target)) fold.open = false;
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => announce(copy.dataset.done), () => {});
    const shared = event.target.closest("[data-share-button]")?.closest("[data-share]");
    if (shared) navigator.share({ title: shared.dataset.title, url: shared.dataset.share }).catch(() => {});
  });

  /* The gift being chosen: « ne vous coûte que », the button's amount. Cents come from the chips, euros from the free field. */
  const euros = (cents) => new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency", currency: "EUR", minimumFractionDigits: cents % 100 ? 2 : 0,
  }).format(cents / 100).replace("\u00a0€", "\u202f€");
  const cents = (form, name, other) => {
    const chosen = form.querySelector(`input[name="${name}"]:checked`)?.value;
    if (chosen && chosen !== "autre") return Number(chosen);
    const typed = form.elements[other]?.value.replace(/[\s\u00a0\u202f€]/g, "").replace(",", ".");
    return Math.round(Number(typed || NaN) * 100);
  };
  const count = (form) => {
    for (const line of all("[data-cost], [data-amount-text]", form)) {
      const { cost, of = "amount", other = "other", amountText } = line.dataset;
      const amount = cents(form, of, other);
      if (!(amount > 0)) continue;
      if (cost) $("[data-net]", line).textContent = euros(Math.round(amount * (100 - Number(cost)) / 100));
      else line.textContent = amountText.replace("{amount}", euros(amount));
    }
  };
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !$("[data-cost], [data-amount-text]", form)) return;
    const line = $("[data-cost], [data-amount-text]", form).dataset;
    if (event.target.name === (line.other ?? "other") && event.target.value) {
      const free = form.querySelector(`input[name="${line.of ?? "amount"}"][value="autre"]`);
      if (free) free.checked = true;
    }
    if (event.target.name === (line.of ?? "amount") && event.target.value !== "autre" && event.target.form.elements[line.other ?? "other"]) {
      event.target.form.elements[line.other ?? "other"].value = "";
    }
    count(form);
  });

  /* The running total of a form of many lines: `data-sum` says how the names of its amounts begin. A box that is ticked
     brings what its value says after the colon, in cents. */
  const sum = (form) => {
    const start = form.dataset.sum, total = $("[data-total]", form);
    const fields = [...form.elements].filter((field) => field.name?.startsWith(start));
    const brought = fields.map((field) => field.type === "checkbox" ? field.checked * Number(field.value.split(":")[1]) : cents(form, "", field.name));
    total.textContent = euros(brought.reduce((all, one) => all + (one > 0 ? one : 0), 0));
    total.closest("[hidden]")?.removeAttribute("hidden");
  };
  document.addEventListener("input", (event) => event.target.form?.dataset.sum && sum(event.target.form));

  /* A form that answers as one chooses (facets): its submit button stays for those without a script. */
  document.addEventListener("change", (event) => event.target.form?.matches("[data-live]") && event.target.form.requestSubmit());

  /* Names of communes are fetched once someone wants to write one. */
  document.addEventListener("focusin", async (event) => {
    const field = event.target;
    if (!field.dataset?.options || !field.list) return;
    const source = field.dataset.options;
    delete field.dataset.options;
    const answer = await fetch(source).catch(() => null);
    if (!answer?.ok) return;
    field.list.replaceChildren(...(await answer.json()).map((name) => Object.assign(document.createElement("option"), { value: name })));
  });

  /* What only a browser with a script can offer appears now; pictures follow the theme that was chosen by hand. */
  const prepare = (root) => {
    for (const button of all("[data-copy]", root)) button.hidden = !navigator.clipboard;
    for (const button of all("[data-share-button]", root)) button.hidden = !navigator.share;
    const theme = document.documentElement.dataset.theme;
    if (theme) for (const source of all("source[media*='color-scheme']", root)) source.media = theme === "sombre" ? "screen" : "not all";
    for (const form of all("form", root)) count(form);
    for (const form of all("form[data-sum]", root)) sum(form);
  };
  prepare(document);
  const summary = $("[data-focus]");
  if (summary) focus(summary);
})();
