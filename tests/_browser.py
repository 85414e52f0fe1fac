"""Open the pages of a rendered book as a reader would: from the disk, in a browser, without a network."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
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
  document.querySelectorAll("details").forEach(d => { d.open = true; });
  document.querySelectorAll(".toggle-hidden").forEach(e => e.classList.remove("toggle-hidden"));
  const main = document.querySelector("main") || document.body;
  const blank = e => !e.closest("[id^=sk-]") && !e.textContent.trim() && !e.querySelector("img, svg, input");
  const said = [...main.querySelectorAll("p, li, figcaption, td")].filter(e => !e.closest("pre, [id^=sk-]"));
  const raw = "<IPython|object at 0x|Traceback \\\\(most recent";
  const nothing = new RegExp(location.pathname.includes("/notebooks/") ? `${raw}|\\\\b(NaN|nan)\\\\b` : raw);
  const printed = [...main.querySelectorAll(".cell_output pre")];
  done({
    title: document.title,
    cells: [...main.querySelectorAll("tbody td, tbody th, thead th")].filter(blank)
      .map(e => e.closest("tr").textContent),
    raw: [...said, ...printed].map(e => e.textContent).filter(text => nothing.test(text)),
    untypeset: equations.filter(e => !e.querySelector("mjx-container")).map(e => e.textContent.slice(0, 80)),
    broken: [...document.querySelectorAll("[data-mjx-error], mjx-merror")].map(e => e.textContent),
    equations: equations.length,
    speechless: [...main.querySelectorAll("img")].map(i => i.alt)
      .filter(alt => alt.length < 30 || /\\.(svg|png|jpe?g)$/.test(alt) || /^\\S+$/.test(alt)),
    images: images.filter(i => !i.naturalWidth).map(i => i.getAttribute("src")),
    anchors: [...document.querySelectorAll("[id]")].map(e => e.id),
    links: [...document.querySelectorAll("a[href]:not([href='#'])")].map(a => a.href),
  });
})();
"""
# What hinders readers seriously, by axe-core. MathJax speaks for its equations itself: their strokes would
# make every rule slow. Code is coloured alike everywhere: one page of code stands for all.
# Contrast takes most of the time: of text of one look, on one ground, it sees the first three.
_AXE = """
const [settled, done] = arguments;
const options = {resultTypes: ["violations"], preload: false};
const coloured = location.pathname.includes("/_modules/") ? [] : [[".highlight span"]];
const serious = v => ["serious", "critical"].includes(v.impact) || v.id === "empty-table-header";
const why = n => `${n.html.slice(0, 160)} (${[...n.any, ...n.all, ...n.none].map(a => a.message)})`;
const grounds = new Map(), seen = new Map();
const ground = (e, style) => {  // what lies behind; what is put elsewhere has one of its own
  if (!grounds.has(e)) {
    const s = style || getComputedStyle(e);
    const own = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode].join();
    const here = own === "rgba(0, 0, 0, 0),none,1,none,normal" ? "" : own;
    const apart = s.position === "static" ? "" : `#${grounds.size}`;
    grounds.set(e, (e.parentElement ? ground(e.parentElement) : "") + here + apart);
  }
  return grounds.get(e);
};
const alike = e => {
  const s = getComputedStyle(e);
  const look = [ground(e, s), s.color, s.fontSize, s.fontWeight, s.textShadow].join();
  seen.set(look, (seen.get(look) || 0) + 1);
  return seen.get(look) > 3;
};
const says = e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
new Promise(go => setTimeout(go, settled))
  .then(() => {
    document.querySelectorAll("mjx-container svg > *").forEach(e => e.remove());
    const shown = [...document.querySelectorAll("body *")].filter(e => says(e) && e.checkVisibility());
    shown.forEach(e => e.toggleAttribute("data-alike", alike(e)));
    axe.configure({rules: [{id: "color-contrast", selector: ":not([data-alike])"}]});
    return axe.run({exclude: [["mjx-container"], ...coloured]}, options);
  })
  .then(found => done(
    found.violations.filter(serious).flatMap(v => v.nodes.slice(0, 3).map(n => `${v.id}: ${why(n)}`))
  ));
"""
_SETTLED = 400  # milliseconds; the theme looks anew at what scrolls 300 after a change of width
_MODE = "for (const key of ['theme', 'mode']) document.documentElement.dataset[key] = arguments[0];"
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
        driver.set_script_timeout(120)
        try:
            yield driver
        finally:
            driver.quit()


def set_width(driver: Any, width: int, height: int = 900) -> None:
    """Show pages as on a screen of `width` CSS pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def open_page(driver: Any, path: Path, *, fresh: bool = True) -> None:
    """Open a page from the disk at 1280 px, as on a first visit unless it is not `fresh`."""
    set_width(driver, WIDE)
    driver.get(path.resolve().as_uri())
    if fresh:
        driver.execute_script("localStorage.clear()")
        driver.refresh()


def weight(driver: Any, path: Path) -> int:
    """Return how many bytes a page loads, itself included."""
    driver.get_log("performance")
    open_page(driver, path)
    loaded = driver.execute_script(
        "return [location.href, ...performance.getEntriesByType('resource').map(e => e.name)]"
    )
    files_loaded = {unquote(urlsplit(url).path) for url in loaded if url.startswith("file:")}
    return sum(Path(name).stat().st_size for name in files_loaded)


def _axe_problems(driver: Any, mode: str) -> list[str]:
    """Ask axe-core what hinders readers, in light or dark."""
    driver.execute_script(_MODE, mode)
    if driver.execute_script("return !window.axe"):
        driver.execute_script(_axe_core())
    return [f"{mode}, {problem}" for problem in driver.execute_async_script(_AXE, _SETTLED)]


@cache
def _axe_core() -> str:
    """Read axe-core out of the package that carries it; nothing else of that package is used."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def check_page(driver: Any, path: Path, *, axe: bool = True) -> Page:
    """Open a page from the disk and collect what is wrong with it.

    Problems are: a severe console message, a request that fails or leaves the
    disk, an equation that is not typeset, an image that does not load or has no
    words, a blank cell, an object or a missing value as code, a body wider than a narrow
    screen, and with `axe` what axe-core calls serious, in light at 1280 px and
    in dark at 390 px. All that is folded is opened first.
    """
    driver.get_log("browser"), driver.get_log("performance")
    set_width(driver, WIDE)
    driver.get(path.resolve().as_uri())
    seen = driver.execute_async_script(_LOOK)
    page = Page(path, anchors=set(seen["anchors"]), links=seen["links"], n_equations=seen["equations"])
    page.problems += [f"equation not typeset: {text}" for text in seen["untypeset"] + seen["broken"]]
    page.problems += ["a script among a study's names has run"] if "MARKED" in seen["title"] else []
    page.problems += [f"image not loaded: {source}" for source in seen["images"]]
    page.problems += [f"an alternative text that says nothing: {text!r}" for text in seen["speechless"]]
    page.problems += [f"blank cell in the row: {row.strip()}" for row in seen["cells"]]
    page.problems += [f"not for readers: {text[:120]}" for text in seen["raw"]]
    page.problems += _axe_problems(driver, "light") if axe else []
    set_width(driver, NARROW)
    page.problems += _axe_problems(driver, "dark") if axe else []
    page.problems += [f"too wide at {NARROW} px: {text}" for text in driver.execute_script(_OVERFLOW)]
    console = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    page.problems += [f"console: {entry['message']}" for entry in console]
    page.problems += _request_problems(driver.get_log("performance"))
    return page


def check_book(driver: Any, book: Path, *, axe: bool = True) -> list[Page]:
    """Check every page of a book, and every link between them, anchors included.

    Of the pages of code, which differ in their code alone, axe-core sees the first; without `axe`, as in the
    second of two books with the same code, the others are not opened.
    """
    paths = [path for path in sorted(book.rglob("*.html")) if _is_page(path)]
    code = [path for path in paths if "_modules" in path.parts][1:]
    opened = [path for path in paths if axe or path not in code]
    pages = {path.resolve(): check_page(driver, path, axe=axe and path not in code) for path in opened}
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
