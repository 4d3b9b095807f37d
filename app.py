"""Is this okay? A Gradio app that answers with the words of a code of conduct. Run: python app.py"""

import logging
import sys

from conduct.errors import SettingError
from conduct.settings import ServerSettings, Settings, apply_library_defaults, check_proxies, tune_gc

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
tune_gc()
# Before gradio and huggingface_hub are imported: they read their settings at import.
apply_library_defaults()
try:
    check_proxies()
    settings, server_settings = Settings.from_environment(), ServerSettings.from_environment()
except SettingError as error:
    sys.exit(str(error))

from conduct.answering.engine import Engine  # noqa: E402
from conduct.api.service import AskService  # noqa: E402
from conduct.hub.deadline import exit_without_waiting  # noqa: E402
from conduct.web.page import build_page  # noqa: E402
from conduct.web.server import build_app, serve  # noqa: E402

service = AskService(Engine(settings))
demo = build_page(service)
app = build_app(demo, service, server_settings.root_path)

if __name__ == "__main__":
    try:
        serve(app, server_settings)
    except SettingError as error:
        sys.exit(str(error))
    exit_without_waiting(0)
