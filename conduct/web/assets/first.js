// The plain form of the first HTML (templates/first.html), and the page that takes over from it; with page.js.
// From the plain form in the first HTML: what was typed, the focus with its caret, and the examples, which
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

// A proxy takes a path off the address and does not say so: Gradio would ask at the root of the host. The plain form
// asks beside this page, and works.
function misplaced() {
  const known = new URL(`${window.gradio_config?.root ?? ""}/`, location.href).pathname;
  const here = location.pathname.replace(/[^/]*$/, "");
  return own && here !== known && here.startsWith(known) && find("#conduct-misplaced") !== null;
}
