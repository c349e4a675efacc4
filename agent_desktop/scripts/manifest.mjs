// Ties the committed build to its sources: `write` after a build, `check` in tests and before a release.
// The manifest holds one hash over everything the build reads and one for every file it made.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = join(root, "build-manifest.json");
const inputs = ["src", "index.html", "desk.html", "wallboard.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

/** @param {string} path @returns {string[]} files under a path, sorted, relative to the root with forward slashes */
function files(path) {
  const full = join(root, path);
  if (!statSync(full, { throwIfNoEntry: false })) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => files(join(path, name)))
    .map((name) => relative(root, join(root, name)).split(sep).join("/"))
    .sort();
}

/** @param {string} path */
const hash = (path) => createHash("sha256").update(readFileSync(join(root, path))).digest("hex");

function now() {
  const sources = createHash("sha256");
  for (const path of inputs.flatMap(files)) sources.update(`${path}\n${hash(path)}\n`);
  return { sources: sources.digest("hex"), files: Object.fromEntries(files("static").map((path) => [path, hash(path)])) };
}

const mode = process.argv[2];
if (mode === "write") {
  writeFileSync(manifest, `${JSON.stringify(now(), null, 2)}\n`);
} else if (mode === "check") {
  const kept = JSON.parse(readFileSync(manifest, "utf8"));
  const found = now();
  const wrong = [];
  if (kept.sources !== found.sources) wrong.push("the sources changed after the last build");
  for (const path of new Set([...Object.keys(kept.files), ...Object.keys(found.files)])) {
    if (kept.files[path] !== found.files[path]) wrong.push(`${path} is not what the build made`);
  }
  if (wrong.length > 0) {
    process.stderr.write(`${wrong.join("\n")}\nRun \`npm ci && npm run build\` in agent_desktop and commit the result.\n`);
    process.exit(1);
  }
  process.stdout.write("The built screens match their sources.\n");
} else {
  process.stderr.write("usage: manifest.mjs write|check\n");
  process.exit(2);
}
