// Copy buttons, for the page and the embed: they say what happened, to screen readers too.
const conductCopies = {
  quote(button) {
    const card = button.closest(".conduct-card"), quote = card.querySelector("blockquote");
    const title = card.closest(".conduct-answer").dataset.title;
    const section = card.querySelector("h3").textContent;
    const link = new URL("./#" + card.dataset.passage, document.baseURI).href;
    return [quote, `“${quote.textContent}”\n\n${section} · ${title}\n${link}`];
  },
  link(button) {
    const link = button.parentElement.querySelector(".conduct-link");
    return [link, link.textContent];
  },
  snippet(button) {
    const code = button.closest("details").querySelector("code");
    return [code, code.textContent];
  },
};

async function conductCopy(button) {
  const [shown, text] = conductCopies[button.dataset.copy](button);
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission in this frame, or not over https: the older way, which works after a press.
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position: fixed; opacity: 0";
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const said = document.getElementById("conduct-said");
  said.textContent = "";
  if (done) {
    const label = (button.dataset.label ??= button.textContent);
    button.style.minWidth = button.offsetWidth + "px";
    button.textContent = said.textContent = button.dataset.done;
    clearTimeout(button.conductBack);
    button.conductBack = setTimeout(() => { button.textContent = label; }, 2500);
  } else {
    shown.hidden = false;
    getSelection().selectAllChildren(shown);
    said.textContent = button.dataset.failed;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".conduct-copy");
  if (button) conductCopy(button);
});
