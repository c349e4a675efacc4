/** Who sits here: signing in and out, and the live view and the phone that go with it. */
import { computed, effect, signal } from "@preact/signals";
import { csrf, Failure, get, post, remove, whenSignedOut } from "../shared/api";
import { tab } from "../shared/keep";
import { Live } from "../shared/live";
import type { BrowserPhone, CallView, DeskView, Me, PublicSite, WallboardView } from "../shared/types";
import { setZone } from "../shared/zone";
import * as sip from "./sip";
import * as sound from "./sound";
import { ours } from "./window";

/** `asking`: not known yet. */
export const who = signal<Me | "asking" | null>("asking");
/** What anybody may know of the site; null until it is read. */
export const site = signal<PublicSite | null>(null);
/** Whether the exchange's password for this phone could not be had. */
export const phoneRefused = signal(false);

export const live = new Live<DeskView>({
  view: "desk",
  beats: true,
  stillSignedIn: () => get<Me>("/session").then(() => true, (error: unknown) => !(error instanceof Failure && error.status === 401)),
  onSignedOut: () => left(),
});

const view = live.view;
export const me = computed(() => view.value?.me ?? null);
export const call = computed(() => view.value?.call ?? null);
/** Whether a call is offered and not answered yet: a phone of the agent's is called, or rings. */
export const comes = (at: CallView | null): boolean => at?.phase === "offered" || at?.phase === "ringing";
export const pop = computed(() => view.value?.pop ?? null);
export const queues = computed(() => view.value?.queues ?? []);
/** Promises that are not to be forgotten. */
export const reminders = computed(() => view.value?.promises ?? []);
export const notices = computed(() => view.value?.notices ?? []);
/** Parked callers whom one may fetch, longest first. */
export const parked = computed(() => view.value?.parked ?? []);
export const reasons = computed(() => view.value?.reasons ?? []);
export const outcomes = computed(() => view.value?.outcomes ?? []);
/** How queues can be closed by hand; nobody but a supervisor has any. */
export const closings = computed(() => view.value?.closings ?? []);
/** What callers can be told of; nobody but a supervisor has any. */
export const incidents = computed(() => view.value?.incidents ?? []);
export const exchange = computed(() => view.value?.asterisk ?? true);

/** The list of those a caller can be given to is open. */
export const transferOpen = signal(false);

/** Everybody in the room, followed while nobody calls, for the desk's own view comes first; and when names are needed. */
export const room = new Live<WallboardView>({ view: "wallboard" });
effect(() => {
  const at = call.value;
  const named = (at?.given_by == null && at?.given_to == null && at?.consult == null && parked.value.every((one) => one.by === me.value?.agent)) || room.view.value !== null;
  if (me.value !== null && (call.value === null || transferOpen.value || !named)) room.open();
  else room.close();
});

/** An agent's name by id; the id itself while the room has not been seen yet. */
export const agentName = (id: string): string => room.view.value?.agents.find((one) => one.agent === id)?.name ?? id;

/** The window that had the browser's phone is closed: it rings nowhere. */
export const phoneNowhere = computed(() => me.value?.phones.some((one) => one.phone === `${me.value?.agent}-web` && !one.reachable) ?? false);

// --- the sound check of this tab

/** What the sound check found, kept for this tab; `by`: how calls are taken from now on. */
export interface Checked {
  at: number;
  by: "browser" | "desk-phone" | "none";
  delay: number | null;
}

function keptCheck(): Checked | null {
  try {
    return JSON.parse(tab.kept("hotline.checked") ?? "null") as Checked | null;
  } catch {
    return null;
  }
}

export const checked = signal<Checked | null>(keptCheck());

export function setChecked(value: Checked | null): void {
  checked.value = value;
  tab.keep("hotline.checked", value && JSON.stringify(value));
}

// --- in and out

const BELL_LATEST_MS = 500;
/** The offer whose pop has been painted. */
export const popSeen = signal<string | null>(null);

/** At the start of the page: is there a session already? */
export async function begin(): Promise<void> {
  whenSignedOut(() => {
    if (who.value !== null && who.value !== "asking") left();
  });
  void get<PublicSite>("/site").then(
    (found) => {
      site.value = found;
      setZone(found.zone);
    },
    () => undefined,
  );
  try {
    entered(await get<Me>("/session"));
  } catch {
    who.value = null;
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  const mine = await post<Me>("/session", { name, password });
  setChecked(null);
  entered(mine);
}

export async function signOut(): Promise<void> {
  await remove("/session").catch(() => undefined);
  left();
}

function entered(mine: Me): void {
  csrf.value = mine.csrf;
  who.value = mine;
  void ours().then((name) => {
    if (who.value !== mine) return;
    live.window = name;
    live.open();
    void connectPhone();
  });
}

function left(): void {
  csrf.value = "";
  live.close();
  live.view.value = null;
  sip.stop();
  sound.ring(false);
  sound.closeMicrophone();
  setChecked(null);
  who.value = null;
}

/** Register the browser's phone; tried again with each live connection until it works. */
async function connectPhone(): Promise<void> {
  try {
    sip.start(await get<BrowserPhone>("/phone"), await ours());
    phoneRefused.value = false;
  } catch (error) {
    phoneRefused.value = error instanceof Failure && error.status !== 0;
  }
}

effect(() => {
  // A bridge that restarted may have made new passwords, and the phone's socket went with the old one.
  if (live.link.value.state === "live" && who.peek() && who.peek() !== "asking" && !["up", "taken"].includes(sip.phone.peek().line)) void connectPhone();
});

// A reload in the middle of a talk: the talk comes back as soon as the phone is registered.
effect(() => {
  const { phase } = call.value ?? {};
  if ((phase === "talking" || phase === "held") && sip.phone.value.line === "up" && sip.phone.value.call === null && sip.canTakeOver()) void sip.takeOver();
});

// After a reload the microphone is opened again, so that answering needs no waiting; the browser asks nothing the second time.
effect(() => {
  if (checked.value?.by === "browser" && who.value !== null && who.value !== "asking") void sound.microphone();
});

// The bell follows the server's word, so that it also rings for a desk phone beside the screen, once that rings. It waits for the pop to be on
// the screen, which is to be seen first; where nothing is painted (a tab behind others) it rings all the same.
const rings = computed(() => call.value?.phase === "ringing" && sip.phone.value.call?.phase !== "answering" && checked.value?.by !== "none");
const isSeen = computed(() => popSeen.value !== null && popSeen.value === call.value?.offer);
effect(() => {
  const on = rings.value;
  const timer = setTimeout(() => sound.ring(on), on && !isSeen.value ? BELL_LATEST_MS : 0);
  return () => clearTimeout(timer);
});
effect(() => {
  if (sip.phone.value.call === null) sound.hush();
});
sound.whenMicrophoneChanges((stream) => void sip.changeMicrophone(stream));
