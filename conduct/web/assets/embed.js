// Tells the host page how high this page is, announces the answer, and asks again when the model is loaded.
const conductAnnounce = () => {
  parent.postMessage({ type: "conduct:height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
};
new ResizeObserver(conductAnnounce).observe(document.body);
// Screen readers read a live region when it changes, not when the page is loaded.
setTimeout(() => {
  const parts = document.querySelectorAll(".conduct-help, .conduct-words, .conduct-notice");
  document.getElementById("conduct-said").textContent = [...parts].map((part) => part.textContent).join(" ");
}, 200);
if (document.querySelector('[data-state="waiting"]')) {
  setTimeout(() => document.querySelector("form").requestSubmit(), 2000);
}
// Leaves the page around this one as well; Back leads to neither of them.
document.querySelector(".conduct-leave a").addEventListener("click", (event) => {
  event.preventDefault();
  const { href } = event.currentTarget;
  try {
    top.location.replace(href);
  } catch {
    location.replace(href); // in a frame that may not leave its page
  }
});
// Several lines can be pasted into the box; Enter asks, as in a box of one line.
document.getElementById("q").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
