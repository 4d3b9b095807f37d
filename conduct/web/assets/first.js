// The plain form of the first HTML (templates/first.html), and the page that takes over from it; with page.js.
// Takes over from the plain form in the first HTML: the typed text, the focus with its caret, and the examples, which
// Gradio's page has in English until the server has sent them in the visitor's language.
function takeOver() {
  const first = find("#conduct-first-question");
  if (!first) return;
  const examples = document.querySelectorAll("#conduct-first li button");
  if (examples.length) {
    const { lang, dir } = find("#conduct-first");
    Object.assign(find(".conduct-examples"), { lang, dir });
    find(".conduct-examples h2").textContent = find("#conduct-first h2").textContent;
    document.querySelectorAll(".conduct-example").forEach((example, place) => { example.textContent = examples[place].textContent; });
  }
  const focused = document.activeElement === first, { value, selectionStart, selectionEnd } = first;
  if (value && !box().value && value !== asked()) fill(value);
  find("#conduct-first").remove();
  if (focused) {
    box().focus();
    box().setSelectionRange(selectionStart, selectionEnd);
  }
}

// If a proxy strips a path and does not name it, Gradio would send its requests to the root of the host. The plain form
// has a relative address, and works.
function misplaced() {
  const known = new URL(`${window.gradio_config?.root ?? ""}/`, location.href).pathname;
  const here = location.pathname.replace(/[^/]*$/, "");
  return own && here !== known && here.startsWith(known) && find("#conduct-misplaced") !== null;
}
