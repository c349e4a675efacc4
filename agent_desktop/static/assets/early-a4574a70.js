// Runs before the first paint of every page (see vite.config.ts): theme and language, so that nothing flashes or jumps.
// Plain script on purpose: a module would be deferred. The same keys are written by theme.ts and i18n.ts.
(function () {
  var root = document.documentElement;
  var query = new URLSearchParams(location.search);
  function kept(key) {
    try {
      return localStorage.getItem(key);
    } catch (_) {
      return null; // storage is off: the system's choice holds
    }
  }
  var theme = query.get("theme") || kept("hotline.theme") || root.dataset.defaultTheme || "";
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  function pick(tag) {
    var t = (tag || "").toLowerCase();
    if (/^zh-(hant|tw|hk|mo)/.test(t) || /^yue/.test(t)) return "zh-Hant";
    if (/^zh/.test(t)) return "zh-Hans";
    return /^en/.test(t) ? "en" : "";
  }
  var wanted = [query.get("lang"), kept("hotline.lang")].concat(Array.from(navigator.languages || []));
  for (var i = 0; i < wanted.length; i++) {
    var lang = pick(wanted[i]);
    if (lang) {
      root.lang = lang;
      break;
    }
  }
})();
