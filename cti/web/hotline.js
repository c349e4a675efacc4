/**
 * Hotline for your own web site: tells the hotline which pages a visitor saw, what they searched and found, which forms
 * they sent, who they are and what they say of themselves, so that nobody has to tell it again on the telephone.
 *
 *   <script async src="https://HOTLINE/web/VERSION/hotline.js" data-consent="ask" data-forms="contact:topic,message"></script>
 *
 * Nothing is kept or sent before hotline.consent(true) where data-consent is "ask", and nothing ever where the browser
 * says Do Not Track or Global Privacy Control. No cookies, nothing from other addresses, nothing that can throw.
 * `hotline` may be used before this has loaded: window.hotline = window.hotline || []; hotline.push(["consent", true]).
 */
(() => {
  "use strict";
  const script = document.currentScript;
  const early = Array.isArray(window.hotline) ? window.hotline : [];
  if (!script || !script.src || (window.hotline && !Array.isArray(window.hotline))) return;

  const ADDRESS = new URL("/api/v1/website/visits", script.src).href;
  const VISIT_MS = 30 * 60 * 1000; // without anything done, then it is another visit
  const SOON_MS = 1000;
  const LATER_MS = 15000;
  const OLDEST_MS = 24 * 3600 * 1000;
  const MOST = 100; // items that wait
  const BATCH = 40;
  const BYTES = 60000; // what a browser sends while it leaves a page
  const LONGEST = 2000; // characters of a form's field
  const NEVER = ["password", "file", "hidden"];

  const refused = navigator.doNotTrack === "1" || window.doNotTrack === "1" || navigator.globalPrivacyControl === true;
  const ask = script.dataset.consent !== "given";
  const forms = new Map(
    (script.dataset.forms || "")
      .split(";")
      .map((one) => one.trim().split(":"))
      .filter(([name]) => name)
      .map(([name, fields]) => [name.trim(), (fields || "").split(",").map((field) => field.trim()).filter(Boolean)]),
  );

  /** What a browser keeps may be forbidden (private windows, frames): then it is kept for this page only. */
  const keep = (storage) => {
    const memory = new Map();
    return {
      get(name) {
        try {
          return window[storage].getItem(`hotline.${name}`);
        } catch {
          return memory.get(name) ?? null;
        }
      },
      set(name, value) {
        try {
          window[storage].setItem(`hotline.${name}`, value);
        } catch {
          memory.set(name, value);
        }
      },
      drop(name) {
        memory.delete(name);
        try {
          window[storage].removeItem(`hotline.${name}`);
        } catch {
          // nothing was kept
        }
      },
    };
  };
  const browser = keep("localStorage");
  const tab = keep("sessionStorage");

  const random = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const parsed = (text) => {
    try {
      return JSON.parse(text || "null");
    } catch {
      return null;
    }
  };

  let agreed = ask ? browser.get("consent") === "yes" : browser.get("consent") !== "no";
  let over = false; // the hotline takes nothing from this page
  let sending = false;
  let timer = 0;
  let wait = SOON_MS;
  let waiting = [];
  let lastPlace = "";

  const restore = () => {
    const kept = parsed(tab.get("waiting"));
    const since = Date.now() - OLDEST_MS;
    if (Array.isArray(kept)) waiting = kept.filter((one) => one && one.at > since).concat(waiting).slice(-MOST);
  };
  const save = () => (waiting.length ? tab.set("waiting", JSON.stringify(waiting)) : tab.drop("waiting"));

  const visitor = () => {
    let id = browser.get("visitor");
    if (!/^[0-9a-f]{32}$/.test(id || "")) {
      id = random(16);
      browser.set("visitor", id);
    }
    return id;
  };

  /** The visit now, the same in all tabs. */
  const visit = (at) => {
    const known = parsed(browser.get("visit"));
    const same = known && /^[0-9a-f]{32}$/.test(known.id) && at - known.at < VISIT_MS;
    const now = { id: same ? known.id : random(16), at };
    browser.set("visit", JSON.stringify(now));
    return now.id;
  };

  const add = (item) => {
    if (refused || over) return;
    const at = Date.now();
    waiting.push({ ...item, id: random(8), at });
    waiting = waiting.slice(-MOST);
    if (agreed) {
      mark();
      save();
      soon(SOON_MS);
    }
  };

  /** Give what waits its visit; before consent there is none. */
  const mark = () => {
    for (const one of waiting) one.visit ||= visit(one.at);
  };

  const soon = (ms) => {
    if (!timer && !over) timer = setTimeout(send, ms);
  };

  /** The next batch: of one visit, and not too long. */
  const next = () => {
    const first = waiting[0];
    let items = waiting.filter((one) => one.visit === first.visit).slice(0, BATCH);
    for (;;) {
      const bare = items.map(({ visit: _, ...item }) => item);
      const body = JSON.stringify({ visitor: visitor(), visit: first.visit, sent: Date.now(), consent: true, items: bare });
      if (body.length * 3 < BYTES || new Blob([body]).size < BYTES || items.length === 1) return { items, body };
      items = items.slice(0, items.length >> 1);
    }
  };

  const done = (items) => {
    const ids = new Set(items.map((one) => one.id));
    waiting = waiting.filter((one) => !ids.has(one.id));
    save();
  };

  const send = async () => {
    timer = 0;
    if (refused || over || !agreed || sending || !waiting.length) return;
    sending = true;
    const { items, body } = next();
    try {
      const answer = await fetch(ADDRESS, {
        method: "POST",
        body,
        headers: { "Content-Type": "text/plain" },
        credentials: "omit",
        referrerPolicy: "no-referrer",
        keepalive: true,
      });
      if (answer.ok) {
        done(items);
        wait = SOON_MS;
      } else if (answer.status === 403) {
        over = true;
      } else if (answer.status === 429 || answer.status >= 500) {
        wait = Math.max(1000 * (Number(answer.headers.get("Retry-After")) || 0), Math.min(10 * LATER_MS, wait * 2));
      } else {
        done(items);
      }
      if (script.dataset.debug !== undefined) console.debug("hotline", answer.status, await answer.text());
    } catch {
      wait = Math.min(10 * LATER_MS, Math.max(LATER_MS, wait * 2));
    }
    sending = false;
    if (waiting.length) soon(wait);
  };

  /** The page is left, or may be: what is sent now arrives without us. Twice does no harm. */
  const leave = () => {
    if (refused || over || !agreed) return;
    while (waiting.length) {
      const { items, body } = next();
      if (!navigator.sendBeacon || !navigator.sendBeacon(ADDRESS, new Blob([body], { type: "text/plain" }))) return;
      done(items);
    }
  };

  const seen = () => {
    const place = location.pathname;
    if (place === lastPlace) return;
    lastPlace = place;
    add({ kind: "page", words: document.title.slice(0, 500), place: place.slice(0, 1000) });
    const results = document.querySelector("[data-hotline-search]");
    if (results) said.search(results.dataset.hotlineSearch, results.dataset.hotlineFound);
    const token = document.querySelector('meta[name="hotline-token"]');
    if (token && token.content) said.signIn(token.content);
  };

  const formName = (form) => form.dataset.hotlineForm || form.getAttribute("name") || form.id || "";
  const fieldsOf = (form, wanted) => {
    const fields = {};
    for (const one of form.elements) {
      const secret = NEVER.includes(one.type) || /(^|\s)cc-|password/.test(one.autocomplete || "");
      if (!one.name || secret || !wanted.includes(one.name)) continue;
      if ((one.type === "checkbox" || one.type === "radio") && !one.checked) continue;
      fields[one.name] = [fields[one.name], String(one.value ?? "")].filter(Boolean).join(", ").slice(0, LONGEST);
    }
    return fields;
  };

  const said = {
    /** The visitor agrees; false: they do not, or no longer, and what the browser keeps is thrown away. */
    consent(yes) {
      if (refused) return;
      const before = agreed;
      agreed = yes === true;
      if (agreed) {
        browser.set("consent", "yes");
        if (!before) restore();
        mark();
        save();
        soon(0);
      } else {
        waiting = [];
        for (const name of ["consent", "visitor", "visit"]) browser.drop(name);
        for (const name of ["waiting", "token"]) tab.drop(name);
        if (!ask) browser.set("consent", "no");
      }
    },
    /** A page without a new address of its own was looked at. */
    page(title, place) {
      add({ kind: "page", words: String(title ?? document.title).slice(0, 500), place: String(place ?? location.pathname).slice(0, 1000) });
    },
    /** The site was searched; `found`: how many results there are. */
    search(words, found) {
      const text = String(words ?? "").trim().slice(0, 200);
      const n = found === undefined || found === null || found === "" ? NaN : Math.floor(Number(found));
      if (text) add({ kind: "search", words: text, place: location.pathname.slice(0, 1000), found: n >= 0 && n < 1e9 ? n : null });
    },
    /** A form was sent; of `fields` only those in data-forms are. */
    form(name, fields) {
      const wanted = forms.get(name) || [];
      const kept = Object.entries(fields || {}).filter(([field]) => wanted.includes(field));
      const cut = kept.map(([field, value]) => [field, String(value ?? "").slice(0, LONGEST)]);
      if (name) add({ kind: "form", words: String(name).slice(0, 64), place: location.pathname.slice(0, 1000), fields: Object.fromEntries(cut) });
    },
    /** The visitor says something of themselves, such as "prefers e-mail"; false: it is so no longer. */
    tag(words, so) {
      const text = String(words ?? "").trim().slice(0, 60);
      if (text) add({ kind: "tag", words: text, so: so !== false });
    },
    /** Who it is: a token that the site's own server has signed. The same one is told once a tab. */
    signIn(token) {
      if (typeof token !== "string" || !token || tab.get("token") === token.slice(-32)) return;
      if (agreed) tab.set("token", token.slice(-32));
      add({ kind: "sign_in", token });
    },
  };

  /** Whatever goes wrong here is nothing of the page's. */
  const safely = (work) => (...given) => {
    try {
      work(...given);
    } catch (error) {
      if (script.dataset.debug !== undefined) console.debug("hotline", error);
    }
  };
  const hotline = Object.fromEntries(Object.entries(said).map(([name, work]) => [name, safely(work)]));
  hotline.push = safely((call) => {
    if (Array.isArray(call) && Object.hasOwn(said, call[0])) said[call[0]](...call.slice(1));
  });
  window.hotline = hotline;

  safely(() => {
    if (refused) return;
    if (agreed) restore();
    document.addEventListener(
      "submit",
      safely((event) => {
        const form = event.target;
        const name = formName(form);
        if (forms.has(name) || form.dataset.hotlineForm) said.form(name, fieldsOf(form, forms.get(name) || []));
      }),
      { capture: true, passive: true },
    );
    addEventListener("pagehide", safely(leave));
    document.addEventListener("visibilitychange", safely(() => document.visibilityState === "hidden" && leave()));
    // A page that changes its address by itself has its new title a moment later.
    const moved = safely(() => setTimeout(safely(seen), 300));
    if (window.navigation) window.navigation.addEventListener("navigatesuccess", moved);
    else addEventListener("popstate", moved);
    const begin = safely(seen);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
    else begin();
    for (const call of early) hotline.push(call);
    if (waiting.length && agreed) soon(SOON_MS);
  })();
})();
