// What has been unfolded and is too wide is scrolled by keyboard as well: the theme looks for such boxes when the
// width changes, and not when something opens.
document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);
