// The page around Gradio's events: history, busy button, announcements for screen readers, links into the text.
const conduct = (window.conduct = {});
const own = window.__gradio_mode__ === "app"; // else we stand in somebody else's page: its address is not ours
const LEFT = "conduct-left";
const find = (selector) => document.querySelector(selector);
// The question is kept out of the address, where others could read it; the address of a copied link may hold one.
const linked = () => (own ? (new URLSearchParams(location.search).get("q") ?? "").trim() : "");
const asked = () => (own ? history.state?.question ?? drafts[history.state?.draft] ?? linked() : "");
// A browser writes the history to disk, so a text that may be a draft is kept only in this page's memory.
const drafts = [];
const mayBeDraft = (text) => text.length > Number(find(".conduct-counter").dataset.whole) || text.includes("\n");
const remembered = (question, draft) => (draft ? { draft: drafts.push(question) - 1 } : { question });

let next = null; // a question that did not come through the box: an example, the address, back or forward
let current = ""; // the question whose answer is shown or on its way
let busy = false;
let focusAnswer = false;
let started = 0;
let byHand = true;
let moved = false; // back or forward was pressed while an answer was on its way
let toPassage = false; // the address names a passage: the answer that comes above it moves it away
let context = null; // the card whose "Read in context" was pressed last

// Gradio calls this with the text of the box before it sends a question, and sends the returned value.
conduct.asking = (typed) => {
  const question = next ?? typed ?? "";
  byHand = next === null || focusAnswer;
  next = null;
  busy = true;
  started = performance.now();
  current = question.trim();
  if (own && current && asked() !== current) history.pushState(remembered(current, mayBeDraft(current)), "", location.pathname);
  show("asked");
  say(find(".conduct-looking").textContent);
  find(".conduct-looking").hidden = false;
  find(".conduct-failed").hidden = true;
  find("#conduct-answer").setAttribute("aria-busy", "true");
  delete find("#conduct-answer").dataset.snug;
  button(find(".conduct-looking").textContent);
  return question;
};

// Gradio calls this after an answer or an error sentence, and with true after a failure.
conduct.answered = (failed) => setTimeout(() => {
  if (!busy) return;
  busy = false;
  // Gradio closes its stream right after an answer, and would lose the answer to a question that is queued just then.
  conduct.begun = performance.now() + 200;
  find("#conduct-answer").removeAttribute("aria-busy");
  find(".conduct-looking").hidden = true;
  // The elements below were hidden until now, so nothing jumps.
  find("#conduct-answer").dataset.snug = "";
  button(null);
  const wrong = find("#conduct-answer [data-state]")?.dataset.state === "error";
  find(".conduct-failed").hidden = !failed;
  box().setAttribute("aria-invalid", wrong);
  wrong ? box().setAttribute("aria-describedby", "conduct-status") : box().removeAttribute("aria-describedby");
  announce();
  mark();
  const draft = find("#conduct-answer [data-draft]");
  if (own && draft && history.state?.question) history.replaceState(remembered(current, true), "");
  for (const link of document.querySelectorAll(".conduct-link")) link.textContent = draft ? "" : addressOf(current);
  if (toPassage) openPassage();
  toPassage = false;
  if (focusAnswer) find("#conduct-status")?.focus();
  focusAnswer = false;
  if (moved) follow();
}, 0);

// Fills in the page's address, which the server does not know.
conduct.filled = () => setTimeout(() => {
  for (const code of document.querySelectorAll(".conduct-snippet code")) {
    code.textContent = code.textContent.replaceAll("https://address.invalid/", new URL("./", document.baseURI).href);
    code.dataset.plain ??= code.textContent;
  }
  if (own) document.title = find(".conduct-title").textContent;
  // Gradio sets the browser's language, even if the page is in English because there is no translation.
  const { lang, dir } = find(".conduct-footer");
  if (own) Object.assign(document.documentElement, { lang, dir });
  mark();
  openPassage();
}, 0);

const box = () => find("#conduct-question textarea");
const say = (text) => { find("#conduct-said").textContent = text; };
const show = (state) => { find(".gradio-container").dataset.conduct = state; };

function announce() {
  const failed = find(".conduct-failed");
  const parts = [...document.querySelectorAll("#conduct-answer :is(.conduct-help, .conduct-words, .conduct-notice)")];
  say((failed.hidden ? parts.map((part) => part.textContent.trim()).join(" ") : failed.textContent).trim());
}

function addressOf(question) {
  const address = new URL("./", document.baseURI);
  address.searchParams.set("q", question);
  return address.href;
}

function leave() {
  // Back must not show the question again, neither from the history nor from the browser's page cache.
  try {
    sessionStorage.setItem(LEFT, "1");
  } catch {}
  document.body.hidden = true;
  history.replaceState(null, "", location.pathname);
  location.replace(find("#conduct-leave a").href);
}

function count() {
  const counter = find(".conduct-counter"), limit = Number(counter.dataset.limit), length = box().value.trim().length;
  counter.hidden = length < limit * 0.8;
  const form = new Intl.NumberFormat(document.documentElement.lang);
  counter.textContent = counter.hidden ? "" : `${form.format(length)} / ${form.format(limit)}`;
  counter.toggleAttribute("data-over", length > limit);
}

// Puts the choices in the embed panel into the snippet's address.
function snippet(details) {
  const code = details.querySelector("code"), wanted = new URLSearchParams();
  for (const { name, value } of details.querySelectorAll("select")) if (value) wanted.set(name, value);
  code.textContent = code.dataset.plain.replace(/(src="[^"]*embed)"/, `$1${wanted.size ? "?" + wanted : ""}"`);
}

function button(text) {
  const ask = find("#conduct-ask");
  const had = document.activeElement === ask || ask.conductFocus;
  // The text node belongs to Svelte: its text may be changed, but it must not be replaced.
  const node = [...ask.childNodes].find((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  if (node) {
    ask.conductLabel ??= node.data;
    node.data = text ?? ask.conductLabel;
  }
  ask.disabled = text !== null;
  // A button that is disabled loses the focus; give it back to keyboard users.
  ask.conductFocus = had && text !== null;
  if (had && text === null && document.activeElement === document.body) ask.focus();
}

function ask(question, keep = false) {
  next = question;
  if (!keep) fill(question);
  find("#conduct-ask").click();
}

function fill(text) {
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

function follow() {
  moved = busy;
  if (moved) return; // `answered` comes back for it
  const question = asked();
  const half = box().value.trim() && box().value.trim() !== current; // half typed: it stays
  if (!question) {
    current = "";
    if (!half) fill("");
    show("empty");
    say("");
    mark();
  } else if (question !== current) {
    toPassage = location.hash.length > 1;
    ask(question, half);
  } else {
    show("asked");
  }
  if (location.hash.length > 1) openPassage();
  else if (context?.isConnected) {
    context.focus();
    context = null;
  }
}

// Marks the passages of the answer in the whole text, with a label.
function mark() {
  const code = find("#whole-code");
  if (!code) return;
  const cards = document.querySelectorAll('[data-conduct="asked"] #conduct-answer [data-passage]');
  const found = new Set([...cards].map((card) => card.dataset.passage));
  for (const passage of code.querySelectorAll(".conduct-passage")) {
    if (found.has(passage.id)) passage.dataset.found = code.dataset.found;
    else delete passage.dataset.found;
  }
}

function openPassage() {
  let id = "";
  try {
    id = decodeURIComponent(location.hash.slice(1));
  } catch {
    return; // not an address of ours
  }
  const passage = id ? document.getElementById(id) : null;
  const code = passage?.closest("#whole-code");
  if (!code) return;
  code.open = true;
  for (const other of code.querySelectorAll("[data-here]")) delete other.dataset.here;
  passage.dataset.here = "";
  passage.focus({ preventScroll: true });
  const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
  passage.scrollIntoView({ block: "center", behavior: smooth ? "smooth" : "auto" });
}

document.addEventListener("click", (event) => {
  const example = event.target.closest?.(".conduct-example");
  if (example && !busy) {
    focusAnswer = true;
    ask(example.textContent);
  }
  const pressed = event.target.closest?.("a.conduct-context");
  if (pressed) {
    // Not by the browser: with Gradio's <base>, or on a second click, it would not scroll to the passage.
    event.preventDefault();
    context = pressed;
    const hash = pressed.getAttribute("href");
    if (own && location.hash !== hash) history.pushState(history.state, "", location.pathname + hash);
    openPassage();
  }
  if (event.target.closest?.("#conduct-leave a")) {
    event.preventDefault();
    leave();
  }
  if (event.target.closest?.(".conduct-another")) toBox();
});
document.addEventListener("change", (event) => {
  const details = event.target.closest?.(".conduct-panel");
  if (details) snippet(details);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!slash && !(event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) return;
  if (!own || !box()) return;
  event.preventDefault();
  toBox();
});
document.addEventListener("input", (event) => {
  if (event.target === box()) count();
});
addEventListener("beforeprint", () => {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(new Date());
  for (const line of document.querySelectorAll(".conduct-printed")) {
    line.textContent = `${new URL("./", document.baseURI).href} · ${day}`;
  }
});
// When the page is restored from the browser's page cache, after "Leave quickly" and Back.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.body.hidden) location.reload();
});

function toBox() {
  box().focus();
  box().select();
  box().scrollIntoView({ block: "center" });
}
addEventListener("popstate", () => follow());
addEventListener("hashchange", openPassage);

if (own) {
  let left = null;
  try {
    left = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
  } catch {}
  if (left) history.replaceState(null, "", location.pathname);
  else if (linked()) history.replaceState({ question: linked() }, "", location.pathname + location.hash);
}
const plain = misplaced();
if (plain) find("#conduct-misplaced").hidden = false;
// Early, so that nothing has to move later; Gradio may not have rendered everything yet.
else if (find(".gradio-container")) show(asked() ? "asked" : "empty");
const begin = setInterval(() => {
  if (plain) return clearInterval(begin);
  if (!box() || !find("#conduct-ask") || !find(".conduct-looking")) return;
  clearInterval(begin);
  box().dir = "auto";
  takeOver();
  // For a lost connection Gradio fires no event; it only shows a toast, which page.css hides.
  new MutationObserver(() => {
    if (find(".toast-wrap *")) conduct.answered(true);
  }).observe(find(".toast-wrap"), { childList: true });
  // While the model loads, a waiting message is shown in place of the answer.
  new MutationObserver(() => {
    if (busy && find('#conduct-answer [data-state="waiting"]')) announce();
  }).observe(find("#conduct-answer"), { childList: true, subtree: true });
  conduct.begun = performance.now();
  if (asked()) return follow();
  // Keep what a quick visitor has typed already.
  if (!current) show("empty");
  openPassage();
}, 20);
