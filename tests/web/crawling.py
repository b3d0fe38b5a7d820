"""Every page of the site, found as a reader finds them: by following links from the first."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

SAMPLE = 3
"""Pages of a kind that are looked at where not all are."""


@dataclass
class Page:
    """A page: its path in the site, the ids on it, the links it has, and the addresses it loads."""

    path: str
    html: str
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.page.ids.append(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.page.links.append(str(found["href"]))
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.page.loads.append(str(found["src"]))
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload") and found.get("href"):
            self.page.loads.append(str(found["href"]))


@cache
def pages(site: str) -> dict[str, Page]:
    """The pages by path; what a link leads to but is not there has no entry."""
    found: dict[str, Page] = {}
    todo = ["index.html"]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        try:
            with urlopen(f"{site}/{path}") as answer:
                html = answer.read().decode()
        except HTTPError:
            continue
        found[path] = page = Page(path, html)
        _Reader(page).feed(html)
        todo += [to for to, _ in targets(page) if to.endswith(".html") and to not in found]
    return dict(sorted(found.items()))


def some(site: str) -> list[str]:
    """The paths of some pages of each kind, which is their folder; of every page where SYMKL_EVERY_PAGE is set."""
    kinds: dict[str, list[str]] = {}
    for path in pages(site):
        kinds.setdefault(path.rpartition("/")[0], []).append(path)
    whole = bool(os.environ.get("SYMKL_EVERY_PAGE"))
    return [path for kind, found in kinds.items() for path in (found if whole or not kind else found[:SAMPLE])]


def targets(page: Page) -> list[tuple[str, str]]:
    """Where a page's links lead inside the site, as (path, anchor)."""
    out = []
    for link in page.links:
        if urlsplit(link).scheme or link.startswith("//"):
            continue
        to, anchor = urldefrag(urljoin(f"/{page.path}", link))
        out.append((to.lstrip("/") or "index.html", anchor))
    return out
