"""Is this okay? A Gradio app that answers with the words of a code of conduct. Run: python app.py"""

import logging

from conduct.settings import Settings, apply_library_defaults, tune_gc

tune_gc()
apply_library_defaults()  # before gradio and huggingface_hub are imported: they read their switches at import

from conduct.answering.engine import Engine  # noqa: E402
from conduct.hub.deadline import exit_without_waiting  # noqa: E402
from conduct.web.page import build_page, launch  # noqa: E402

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
for name in ("httpx", "httpx2", "mcp"):
    logging.getLogger(name).setLevel(logging.WARNING)  # they would say each request

engine = Engine(Settings.from_environment())
demo = build_page(engine)

if __name__ == "__main__":
    launch(demo, engine)
    exit_without_waiting(0)
