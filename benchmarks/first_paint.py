"""How soon somebody on a slow network has a box to type in: two apps that run already, in turns, in one Chromium.

    python benchmarks/first_paint.py http://127.0.0.1:7951/ http://127.0.0.1:7952/ --rounds 3

For each address and network: when something is painted, when there is a box that can be typed into, when Gradio's page
has taken over, and how much the layout shifted until a moment after that. The median of the rounds. Chromium itself
delays each request and holds back the bytes (Network.emulateNetworkConditions), so that one machine is enough; one
that is busy otherwise makes all times longer, and then only what is compared within one run means something.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.browsers import start

PHONE = {"width": 360, "height": 740}
# (name, milliseconds for each request, bits a second)
NETWORKS = (("400 ms, 400 kbit/s", 400, 400_000), ("2,000 ms, 400 kbit/s", 2_000, 400_000))
LONGEST = 180_000
# Milliseconds after the last change in which the layout may still move.
CALM = 2_000
WATCH = """
window.seen = { shift: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
const usable = (box) => box && box.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  && box.getBoundingClientRect().height > 0 && !box.disabled && !box.readOnly;
const look = () => {
  const gradio = document.querySelector("#conduct-question textarea, #conduct-question input");
  const boxes = [document.querySelector("#conduct-first-question"), gradio];
  if (boxes.some(usable)) seen.box ??= performance.now();
  if (usable(gradio) && !boxes[0]) seen.whole ??= performance.now();
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True, slots=True)
class Opening:
    """Milliseconds from the request on, and the sum of layout shifts."""

    painted: float
    box: float
    whole: float
    shift: float


def opened(browser: Browser, address: str, latency: int, bits: int) -> Opening:
    """One first visit, with an empty cache."""
    context = browser.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        slow = {"latency": latency, "downloadThroughput": bits / 8, "uploadThroughput": bits / 8}
        session.send("Network.emulateNetworkConditions", {"offline": False, **slow})
        page.add_init_script(WATCH)
        page.goto(address, timeout=LONGEST, wait_until="commit")
        page.wait_for_function("seen.whole", timeout=LONGEST)
        page.wait_for_timeout(CALM)
        return measured(page)
    finally:
        context.close()


def measured(page: Page) -> Opening:
    """What the page has noted."""
    seen = page.evaluate("seen")
    return Opening(page.evaluate(PAINTED), seen["box"], seen["whole"], seen["shift"])


def median(openings: list[Opening]) -> Opening:
    """The median of each figure."""
    return Opening(*(statistics.median(getattr(one, name) for one in openings) for name in Opening.__slots__))


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description="Times to a box on slow networks.")
    parser.add_argument("addresses", nargs="+", help="where the apps answer, each ending in a slash")
    parser.add_argument("--rounds", type=int, default=3, help="first visits of each address and network (default: 3)")
    arguments = parser.parse_args()
    print("| network | address | first paint | a box | the whole page | layout shift |\n|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = start(playwright)
        for name, latency, bits in NETWORKS:
            visits: dict[str, list[Opening]] = {address: [] for address in arguments.addresses}
            for _ in range(arguments.rounds):
                for address, openings in visits.items():
                    openings.append(opened(browser, address, latency, bits))
            for address, openings in visits.items():
                one = median(openings)
                times = " | ".join(f"{value / 1000:.1f} s" for value in (one.painted, one.box, one.whole))
                print(f"| {name} | {address} | {times} | {one.shift:.3f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
