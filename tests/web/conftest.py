"""The built site, served on this machine, and a browser that must have nothing to complain of.

`make docs` builds the site into docs/_build/html; SYMKL_SITE names another folder. Each worker has its own server.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing in the background, and no sandbox: in containers there is none to be had.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def _skip(reason: str) -> NoReturn:
    """Skip so that it is seen: also among the warnings at the end of a run."""
    warnings.warn(f"the tests of the site are SKIPPED: {reason}", stacklevel=2)
    pytest.skip(reason)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json",
    }  # fmt: skip

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/favicon.ico" and not Path(self.translate_path(self.path)).exists():
            # Browsers ask for one unbidden, and complain of its absence.
            self.send_response(204)
            self.end_headers()
        else:
            with contextlib.suppress(ConnectionError):  # whoever asked has left: a worker that was stopped while it loads
                super().do_GET()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the site, without a slash at its end."""
    folder = Path(os.environ.get("SYMKL_SITE") or ROOT / "docs" / "_build" / "html")
    if not (folder / "index.html").is_file():
        _skip("build the site first: make docs")
    handler = functools.partial(_Quiet, directory=os.fspath(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker: the system's own."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _skip("playwright is not installed: pip install playwright (no browser of its own is needed)")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _skip("no Chromium found; on Debian: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Watch:
    """What went wrong in the pages of a context: the console's errors, exceptions, refusals, foreign requests."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.complaints: list[str] = []
        self._home = urlsplit(site).netloc
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"exception: {error.error}"))
        context.on("request", self._request)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) =>"
            " console.error('refused by the policy:', e.violatedDirective, e.blockedURI))"
        )

    def _console(self, message: Any) -> None:
        if message.type in ("error", "assert"):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != self._home:
            self.complaints.append(f"request to another host: {request.url}")


@pytest.fixture
def context_of(browser: Browser, site: str) -> Iterator[Any]:
    """Makes contexts with options, each watched; at the end none may have complained."""
    made: list[tuple[BrowserContext, Watch]] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=site, **options)
        context.set_default_timeout(15_000)
        made.append((context, Watch(context, site)))
        return context

    yield make
    for context, _ in made:
        context.close()
    complaints = [complaint for _, watch in made for complaint in watch.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(context_of: Any) -> Page:
    """A fresh page in a context of its own."""
    return context_of().new_page()
