/**
 * Which window of the browser this is, for the server. A page loaded anew is the same one; a tab that was duplicated begins with a
 * copy of all that its original keeps, and must not pass for it: it would take its phone, and its talk.
 */
import { tab } from "../shared/keep";

const NAME = "hotline.window";
/** A page that is loaded anew may be there before the one it replaces has let go. */
const LET_GO_MS = 1000;

/** Whether another page holds this name. Whoever asks first holds it until the page is closed. */
function isHeld(name: string): Promise<boolean> {
  // Without a secure origin browsers have no locks, and no microphone either.
  if (!("locks" in navigator)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LET_GO_MS);
    const hold = (): Promise<never> => {
      clearTimeout(timer);
      resolve(false);
      return new Promise(() => undefined);
    };
    navigator.locks.request(`${NAME}.${name}`, { signal: patience.signal }, hold).catch(() => resolve(true));
  });
}

async function settle(): Promise<string> {
  let name = tab.kept(NAME);
  if (name === null || (await isHeld(name))) {
    // What is kept of a talk is the original's: it goes on there.
    tab.keep("hotline.dialog", null);
    name = Math.random().toString(36).slice(2);
    await isHeld(name);
  }
  tab.keep(NAME, name);
  return name;
}

let settled: Promise<string> | undefined;

/** The name of this window. */
export const ours = (): Promise<string> => (settled ??= settle());
