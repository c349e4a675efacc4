"""What can be measured about how a page looks: nothing cut off, nothing too small, every word readable."""

import contextlib

from playwright.async_api import Page, TimeoutError

OVERFLOW = """() => {
  const out = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) out.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
  for (const it of document.querySelectorAll("body *")) {
    const style = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    if (!box.width || !box.height || style.visibility === "hidden" || it.closest(".vh, svg, .uplot")) continue;
    const name = `<${it.tagName.toLowerCase()} class="${it.className}"> ${(it.textContent ?? "").slice(0, 40)}`;
    if (box.right > root.clientWidth + 1 || box.left < -1) out.push(`out of the page: ${name}`);
    const cut = style.overflowX === "hidden" || style.textOverflow === "ellipsis";
    const wide = it.children.length === 0 && !cut && style.display !== "inline" && it.scrollWidth > it.clientWidth + 1;
    if (wide) out.push(`too wide for its box: ${name}`);
    const tile = it.closest(".tile, .card, .call");
    if (tile && tile !== it) {
      const around = tile.getBoundingClientRect();
      if (box.right > around.right + 1 || box.bottom > around.bottom + 1) out.push(`out of its tile: ${name}`);
    }
  }
  return out;
}"""

CONTRAST = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (it) => {
    const stack = [];
    for (let at = it; at; at = at.parentElement) stack.unshift(rgba(getComputedStyle(at).backgroundColor));
    return stack.reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const out = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim();
    const it = walker.currentNode.parentElement;
    if (!words || it.closest(".vh, svg, script, [disabled], .choose")) continue;
    const style = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    if (!box.width || style.visibility === "hidden") continue;
    const under = ground(it);
    const [a, b] = [light(over(rgba(style.color), under)), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) out.push(`${ratio.toFixed(2)} ${words.slice(0, 40)}`);
  }
  return out;
}"""

SMALL = """(least) => [...document.querySelectorAll("button, a[href], summary, input")]
  .filter((it) => !it.closest("p, .article"))
  .map((it) => [it.getBoundingClientRect(), it.textContent || it.ariaLabel])
  .filter(([box]) => box.width && (box.height < least || box.width < 24))
  .map(([box, name]) => `${box.width} x ${box.height}: ${name}`)"""

TYPE = """(least) => {
  const out = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const it = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || it.closest(".vh, .choose, script")) continue;
    const size = parseFloat(getComputedStyle(it).fontSize);
    if (size < least - 0.05) out.push(`${size} ${it.textContent.slice(0, 30)}`);
  }
  return out;
}"""


async def assert_fits(page: Page) -> None:
    """Nothing sticks out of the page, its box or its tile."""
    found = await page.evaluate(OVERFLOW)
    assert found == [], found


async def assert_readable(page: Page) -> None:
    """Every word has a contrast of at least 4.5 to 1 to what it stands on, once colours have stopped changing."""
    with contextlib.suppress(TimeoutError):
        await page.wait_for_function(f"() => ({CONTRAST})().length === 0", timeout=10_000)
    found = await page.evaluate(CONTRAST)
    assert found == [], found


async def assert_big_enough(page: Page, least: int) -> None:
    """Everything one can press is at least so many pixels high."""
    assert await page.evaluate(SMALL, least) == []


async def assert_type(page: Page, least: float) -> None:
    """No letter is smaller than so many pixels."""
    assert await page.evaluate(TYPE, least) == []
