"""The site: its page for unknown addresses leads home from everywhere, and what publishes it is pinned."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from _browser import browser

ROOT = Path(__file__).parents[1]
NOT_FOUND = ROOT / "docs/404.html"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
if not NOT_FOUND.exists():
    pytest.skip("an installed package has no site", allow_module_level=True)


class Host(SimpleHTTPRequestHandler):
    """Serve a site below /some/where/ as a static host does, with its own page for what it has not."""

    def do_GET(self) -> None:
        inside = self.path.removeprefix("/some/where/")
        found = inside != self.path and not inside
        body = b"<!doctype html><title>Cover</title>" if found else NOT_FOUND.read_bytes()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Host))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/where/"
    server.shutdown()


@pytest.fixture(scope="module")
def driver():
    with browser() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize("address", ["old.html", "demo", "demo/book/notebooks/09.html", "nutrimouse/x/y/"])
def test_unknown_address_leads_to_the_cover_wherever_the_site_lies(address, host, driver):
    driver.get(host + address)
    assert "not found" in driver.title
    driver.find_element("id", "cover").click()
    assert driver.title == "Cover" and driver.current_url == host


@pytest.mark.browser
def test_address_far_from_every_book_climbs_to_the_cover(host, driver):
    driver.get(f"{host}a/b/c")
    for _ in range(3):
        driver.find_element("id", "cover").click()
    assert driver.title == "Cover"


def test_page_of_unknown_addresses_asks_for_nothing():
    named = re.findall(r"(?:src|href)=\"([^\"]*)\"", NOT_FOUND.read_text(encoding="utf-8"))
    assert set(named) == {"data:,", "./", "../"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit(workflow):
    used = re.findall(r"uses: (\S+)", workflow.read_text(encoding="utf-8"))
    assert used and [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []
