"""Open the pages of a rendered book as a reader would: from the disk, in a browser, without a network."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

NARROW, WIDE = 390, 1280
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
# Waits for equations and images, then reports everything that is checked, in one round trip.
_LOOK = """
const done = arguments[arguments.length - 1];
(async () => {
  // Several of one page's figures may be lazy; ask for them all.
  const images = [...document.images];
  images.forEach(i => { i.loading = "eager"; });
  await Promise.all(images.map(i => i.decode().catch(() => null)));
  const equations = [...document.querySelectorAll(".math")];
  if (equations.length && window.MathJax) await MathJax.startup.promise;
  done({
    title: document.title,
    untypeset: equations.filter(e => !e.querySelector("mjx-container")).map(e => e.textContent.slice(0, 80)),
    broken: [...document.querySelectorAll("[data-mjx-error], mjx-merror")].map(e => e.textContent),
    equations: equations.length,
    images: images.filter(i => !i.naturalWidth).map(i => i.getAttribute("src")),
    anchors: [...document.querySelectorAll("[id]")].map(e => e.id),
    links: [...document.querySelectorAll("a[href]:not([href='#'])")].map(a => a.href),
  });
})();
"""
_OVERFLOW = """
const width = document.documentElement.clientWidth;
const page = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
if (page <= width) return [];
const over = e => e.getBoundingClientRect().right > width + 1;
const wide = [...document.querySelectorAll("main *")].filter(over);
return [`page is ${page} px wide`, ...wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];
"""


@dataclass
class Page:
    """What one page shows once it has settled."""

    path: Path
    problems: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    n_equations: int = 0


@contextmanager
def browser() -> Iterator[Any]:
    """Start one headless Chromium; skip the test where there is none, unless OMICS_REQUIRE_BROWSER=1."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    chromedriver = shutil.which("chromedriver")
    if not chromium or not chromedriver:
        reason = "chromium and chromedriver are not installed"
        if os.environ.get("OMICS_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{reason}, and OMICS_REQUIRE_BROWSER=1 asks for them")
        pytest.skip(reason)
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(prefix="omics-browser-", ignore_cleanup_errors=True) as profile:
        for option in (*_OPTIONS, f"--user-data-dir={profile}", f"--window-size={WIDE},900"):
            options.add_argument(option)
        driver = webdriver.Chrome(
            options=options, service=webdriver.ChromeService(executable_path=chromedriver)
        )
        driver.set_script_timeout(30)
        try:
            yield driver
        finally:
            driver.quit()


def set_width(driver: Any, width: int, height: int = 900) -> None:
    """Show pages as on a screen of `width` CSS pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def check_page(driver: Any, path: Path) -> Page:
    """Open a page from the disk and collect what is wrong with it.

    Problems are: a severe console message, a request that fails or leaves the
    disk, an equation that is not typeset, an image that does not load, and a
    body wider than a narrow screen.
    """
    driver.get_log("browser"), driver.get_log("performance")
    set_width(driver, WIDE)
    driver.get(path.resolve().as_uri())
    seen = driver.execute_async_script(_LOOK)
    page = Page(path, anchors=set(seen["anchors"]), links=seen["links"], n_equations=seen["equations"])
    page.problems += [f"equation not typeset: {text}" for text in seen["untypeset"] + seen["broken"]]
    page.problems += ["a script among a study's names has run"] if "MARKED" in seen["title"] else []
    page.problems += [f"image not loaded: {source}" for source in seen["images"]]
    set_width(driver, NARROW)
    page.problems += [f"too wide at {NARROW} px: {text}" for text in driver.execute_script(_OVERFLOW)]
    console = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    page.problems += [f"console: {entry['message']}" for entry in console]
    page.problems += _request_problems(driver.get_log("performance"))
    return page


def check_book(driver: Any, book: Path) -> list[Page]:
    """Check every page of a book, and every link between them, anchors included."""
    pages = {
        path.resolve(): check_page(driver, path) for path in sorted(book.rglob("*.html")) if _is_page(path)
    }
    for page in pages.values():
        page.problems += [problem for link in page.links if (problem := _link_problem(link, pages))]
    return list(pages.values())


def search(driver: Any, book: Path, words: str) -> list[str]:
    """Return the titles that the book's own search finds."""
    from selenium.webdriver.support.ui import WebDriverWait

    driver.get((book / "search.html").resolve().as_uri() + f"?q={words.replace(' ', '+')}")
    script = "return [...document.querySelectorAll('#search-results li > a')].map(a => a.textContent)"
    return WebDriverWait(driver, 20).until(lambda d: d.execute_script(script))


def _is_page(path: Path) -> bool:
    """Leave out the front page, which only forwards to the cover, and what themes ship beside pages."""
    return "_static" not in path.parts and 'http-equiv="refresh"' not in path.read_text()[:5000]


def _request_problems(entries: list[dict[str, Any]]) -> list[str]:
    """Look at the requests of the page itself; the browser makes others of its own."""
    problems, urls = [], {}
    for entry in entries:
        message = json.loads(entry["message"])["message"]
        params = message["params"]
        if message["method"] == "Network.requestWillBeSent" and params["documentURL"].startswith("file:"):
            url = urls[params["requestId"]] = params["request"]["url"]
            if urlsplit(url).scheme not in ("file", "data", "blob"):
                problems.append(f"asks the network for {url}")
        if message["method"] == "Network.loadingFailed" and params["requestId"] in urls:
            problems.append(f"cannot load {urls[params['requestId']][:200]}: {params['errorText']}")
    return problems


def _link_problem(link: str, pages: dict[Path, Page]) -> str | None:
    address, anchor = urldefrag(link)
    parts = urlsplit(address)
    if parts.scheme != "file":
        return None
    target = Path(unquote(parts.path))
    if not target.is_file():
        return f"dead link: {link}"
    if anchor and target in pages and unquote(anchor) not in pages[target].anchors:
        return f"dead anchor: {link}"
    return None
