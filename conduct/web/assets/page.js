// The page around Gradio's events: the address, the busy button, what screen readers hear, the way into the text.
const conduct = (window.conduct = {});
const own = window.__gradio_mode__ === "app"; // else we stand in somebody else's page: its address is not ours
const LONGEST = 1000; // a longer question is refused; nobody needs its address
const find = (selector) => document.querySelector(selector);
const asked = () => (own ? (new URLSearchParams(location.search).get("q") ?? "").trim() : "");

let next = null; // a question that did not come through the box: an example, the address, back or forward
let current = ""; // the question whose answer is shown or on its way
let busy = false;
let focusAnswer = false;
let started = 0;
let byHand = true;
let moved = false; // back or forward was pressed while an answer was on its way

// Gradio calls this with the box's text before it sends a question, and sends what comes back.
conduct.asking = (typed) => {
  const question = next ?? typed ?? "";
  byHand = next === null || focusAnswer;
  next = null;
  busy = true;
  started = performance.now();
  current = question.trim();
  if (own && current && current.length <= LONGEST && asked() !== current) {
    const address = new URL(location.href);
    address.searchParams.set("q", current);
    address.hash = "";
    history.pushState(null, "", address);
  }
  show("asked");
  say("");
  find(".conduct-failed").hidden = true;
  find("#conduct-answer").setAttribute("aria-busy", "true");
  delete find("#conduct-answer").dataset.snug;
  button(find(".conduct-looking").textContent);
  return question;
};

// Gradio calls this after an answer, an error sentence or, with true, a failure.
conduct.answered = (failed) => setTimeout(() => {
  if (!busy) return;
  busy = false;
  // Gradio closes its stream right after an answer, and would lose the answer to a question that joins just then.
  conduct.begun = performance.now() + 200;
  find("#conduct-answer").removeAttribute("aria-busy");
  // Right after a press things may move; later, what stands below stays out of sight.
  if (byHand && performance.now() - started < 400) find("#conduct-answer").dataset.snug = "";
  button(null);
  const wrong = find("#conduct-answer [data-state]")?.dataset.state === "error";
  find(".conduct-failed").hidden = !failed;
  box().setAttribute("aria-invalid", wrong);
  wrong ? box().setAttribute("aria-describedby", "conduct-status") : box().removeAttribute("aria-describedby");
  announce();
  mark();
  for (const link of document.querySelectorAll(".conduct-link")) link.textContent = location.href.replace(/#.*/, "");
  if (focusAnswer) find("#conduct-status")?.focus();
  focusAnswer = false;
  if (moved) follow();
}, 0);

// What a server without the page's address could not fill in.
conduct.filled = () => setTimeout(() => {
  for (const code of document.querySelectorAll(".conduct-snippet code")) {
    code.textContent = code.textContent.replaceAll("https://address.invalid/", new URL("./", document.baseURI).href);
  }
  // Gradio writes the browser's language, even where the words are English for want of a translation.
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
  say((failed.hidden ? find("#conduct-status")?.textContent ?? "" : failed.textContent).trim());
}

function button(text) {
  const ask = find("#conduct-ask");
  const had = document.activeElement === ask || ask.conductFocus;
  // The text node is Svelte's; its words may change, it must stay.
  const node = [...ask.childNodes].find((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  if (node) {
    ask.conductLabel ??= node.data;
    node.data = text ?? ask.conductLabel;
  }
  ask.disabled = text !== null;
  // A button that dies loses the focus; a keyboard's user wants it back.
  ask.conductFocus = had && text !== null;
  if (had && text === null && document.activeElement === document.body) ask.focus();
}

function ask(question) {
  next = question;
  box().value = question;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  find("#conduct-ask").click();
}

function follow() {
  moved = busy;
  if (moved) return; // `answered` comes back for it
  const question = asked();
  if (!question) {
    current = "";
    box().value = "";
    box().dispatchEvent(new Event("input", { bubbles: true }));
    show("empty");
    say("");
    mark();
  } else if (question !== current) {
    ask(question);
  } else {
    show("asked");
  }
  openPassage();
}

// The passages of the answer carry a mark, and a word for it, in the whole text.
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
  const context = event.target.closest?.("a.conduct-context");
  if (context) {
    // By hand: Gradio's <base> and a second press of the same link would both go astray.
    event.preventDefault();
    const hash = context.getAttribute("href");
    if (own && location.hash !== hash) history.pushState(null, "", location.pathname + location.search + hash);
    openPassage();
  }
});
addEventListener("popstate", () => follow());
addEventListener("hashchange", openPassage);

// Early, so that nothing has to move later; Gradio may still be drawing.
if (find(".gradio-container")) show(asked() ? "asked" : "empty");
const begin = setInterval(() => {
  if (!box() || !find("#conduct-ask") || !find(".conduct-looking")) return;
  clearInterval(begin);
  box().dir = "auto";
  // A lost connection fires no event of Gradio's, it only raises a toast, which page.css hides.
  new MutationObserver(() => {
    if (find(".toast-wrap *")) conduct.answered(true);
  }).observe(find(".toast-wrap"), { childList: true });
  conduct.begun = performance.now();
  if (asked()) return follow();
  // The box keeps what a quick visitor has typed by now.
  if (!current) show("empty");
  openPassage();
}, 20);
