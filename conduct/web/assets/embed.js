// Tells the page around how high this one is, and comes back for an answer once the model is loaded.
const conductAnnounce = () => {
  parent.postMessage({ type: "conduct:height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
};
new ResizeObserver(conductAnnounce).observe(document.body);
if (document.querySelector('[data-state="waiting"]')) setTimeout(() => location.reload(), 2000);
