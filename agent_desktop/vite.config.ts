import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Puts `src/shared/early.js` in front of everything else in every page, as a file of its own: it sets theme and
 * language before the first paint, which a deferred module cannot, and the content security policy forbids inline scripts.
 */
function early(): Plugin {
  const source = readFileSync(here("src/shared/early.js"), "utf8");
  const name = `assets/early-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  return {
    name: "hotline-early",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `/${name}` }, injectTo: "head-prepend" }],
  };
}

export default defineConfig({
  root: here("."),
  base: "/",
  plugins: [early()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    outDir: here("static"),
    emptyOutDir: true,
    target: "es2022",
    // Nothing is inlined: the content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: { help: here("index.html"), desk: here("desk.html"), wallboard: here("wallboard.html") },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node", isolate: false, setupFiles: ["tests/each.ts"] },
});
