// Copy buttons, for the page and the embed: they say whether it worked, also to screen readers.
const conductCopies = {
  quote(button) {
    const { quote, text, source, link, missing } = conductPassage(button);
    // A passage with quotation marks would need other marks around it, and its words must not be changed.
    const marked = /[“”]/.test(text) ? text : `“${text}”`;
    return [quote, `${marked}${missing && "\n" + missing}\n\n${source}\n${link}`];
  },
  markdown(button) {
    const { quote, text, source, link, missing } = conductPassage(button);
    const plain = (line) => line.replace(/[\\`*_{}\[\]<>#|~]/g, "\\$&");
    const quoted = text.split("\n").map((line) => "> " + plain(line)).join("\n");
    return [quote, `${quoted}\n${missing && `\n${missing}\n`}\n[${plain(source)}](${link})`];
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

function conductPassage(button) {
  const card = button.closest(".conduct-card"), quote = card.querySelector("blockquote");
  const title = card.closest(".conduct-answer").dataset.title;
  return {
    quote,
    text: quote.textContent,
    source: `${card.querySelector("h3").textContent} · ${title}`,
    link: new URL("./#" + card.dataset.passage, document.baseURI).href,
    missing: [...(card.querySelector(".conduct-cut")?.childNodes ?? [])].map((node) => node.href ?? node.textContent).join("").trim(),
  };
}

async function conductCopy(button) {
  const [shown, text] = conductCopies[button.dataset.copy](button);
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission in this frame, or without https: the older way, which works after a click.
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
  const label = (button.dataset.label ??= button.textContent);
  button.style.minWidth = button.offsetWidth + "px";
  button.textContent = said.textContent = done ? button.dataset.done : button.dataset.failed;
  clearTimeout(button.conductBack);
  button.conductBack = setTimeout(() => { button.textContent = label; }, done ? 2500 : 8000);
  if (!done) {
    shown.hidden = false;
    getSelection().selectAllChildren(shown);
  }
}

// Links between marked words of a draft and passages: they move the focus and do not change the address.
function conductJump(link) {
  const target = document.getElementById(link.getAttribute("href").slice(1));
  for (const other of document.querySelectorAll(".conduct-answer [data-jumped]")) delete other.dataset.jumped;
  target.dataset.jumped = "";
  target.focus({ preventScroll: true });
  const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
  target.scrollIntoView({ block: "center", behavior: smooth ? "smooth" : "auto" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".conduct-copy"), jump = event.target.closest?.("a.conduct-jump");
  if (button) conductCopy(button);
  if (jump) {
    event.preventDefault();
    conductJump(jump);
  }
});
