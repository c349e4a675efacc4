/** What the keys of the desk do. Each is safe to press at any time: it does nothing when it has no meaning now. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { post, remove } from "../shared/api";
import type { CallView, Done, NoticeView } from "../shared/types";
import { call, checked, comes, me, notices, parked, reasons, transferOpen } from "./session";
import * as sip from "./sip";
import { mic } from "./sound";
import { attempt, wrapUp } from "./work";

/** The keypad is open. */
export const padOpen = signal(false);
/** The menu of one's own state is open. */
export const stateOpen = signal(false);

/** Whether this desk can take calls: the sound was heard back, or another phone rings. */
export const canBeReady = (): boolean => checked.value !== null && checked.value.by !== "none";

/** Have the phone in this window: the one that has it is asked to let go, which it does not in the middle of a talk. */
export async function takePhone(): Promise<boolean> {
  const free = (await attempt(() => post<Done>("/phone/release"))) !== null;
  if (free) sip.take();
  return free;
}

/** The caller to be answered here as soon as the phone is: it was in another window, and rings anew in this one. */
export const wantedHere = signal<string | null>(null);

export function answer(): void {
  const at = call.value;
  if (!at || !comes(at)) return;
  if (sip.phone.value.line === "taken") void answerHere(at.interaction);
  else void sip.answer(at.offer);
}

async function answerHere(interaction: string): Promise<void> {
  if (wantedHere.value === interaction) return;
  wantedHere.value = interaction;
  if (!(await takePhone())) wantedHere.value = null;
}

const hasPhone = computed(() => sip.phone.value.line !== "taken");

// The ring in this window is another offer of the same caller; once another has them, nobody is answered unasked.
effect(() => {
  const at = call.value;
  if (wantedHere.value === null) return;
  if (!at || !comes(at) || at.interaction !== wantedHere.value) wantedHere.value = null;
  else if (hasPhone.value) untracked(() => void sip.answer(at.offer));
});

/** Hang up, or refuse what is offered. */
export function hangUp(): void {
  const at = call.value;
  if (!at) return;
  if (comes(at)) {
    // The server is told, not the phone: it ends every leg and gives the caller to the next agent at once.
    if (at.offer) void attempt(() => post<Done>(`/offers/${encodeURIComponent(at.offer ?? "")}/decline`));
  } else if (at.phase === "talking" || at.phase === "held" || at.phase === "dialling") {
    if (!sip.hangUp()) void attempt(() => post<Done>(`/interactions/${encodeURIComponent(at.interaction)}/hangup`));
  }
}

/** A machine answered the callback on the desk. */
export function machine(at: CallView): void {
  void attempt(() => post<Done>(`/interactions/${encodeURIComponent(at.interaction)}/machine`));
}

const talkingHere = (): boolean => sip.phone.value.call?.phase === "talking";

export function toggleHold(): void {
  if (talkingHere()) sip.hold(!sip.phone.value.call?.held);
}

export function toggleMute(): void {
  if (talkingHere()) sip.mute(!sip.phone.value.call?.muted);
}

export function togglePad(): void {
  if (padOpen.value) padOpen.value = false;
  else if (talkingHere()) padOpen.value = true;
}

/** What becomes of a colleague who is asked; only who asks decides. */
function then(what: "back" | "complete" | "join"): void {
  const at = call.value;
  if (at?.consult?.asker !== me.value?.agent) return;
  if (at?.consult) void attempt(() => post<Done>(`/interactions/${encodeURIComponent(at.interaction)}/consult/then`, { then: what }));
}

/** The caller again, without the colleague. */
export const backToCaller = (): void => then("back");
/** The colleague has the caller. */
export const handOver = (): void => then("complete");
/** Caller, colleague and oneself. */
export const allThree = (): void => then("join");

/** The caller hears music, and whoever sees their queue can fetch them. */
export function park(): void {
  const at = call.value;
  if (at && !at.consult && (at.phase === "talking" || at.phase === "held")) void attempt(() => post<Done>(`/interactions/${encodeURIComponent(at.interaction)}/park`));
}

/** Asterisk keeps silence in the recording, or what is said again. */
export function pauseRecording(at: CallView, pause: boolean): void {
  void attempt(() => post<Done>(`/interactions/${encodeURIComponent(at.interaction)}/recording/${pause ? "pause" : "resume"}`));
}

/** Whether one is free to fetch somebody. */
export const canFetch = (): boolean => me.value?.state === "ready" || me.value?.state === "wrap_up";

export function fetchParked(interaction: string): void {
  if (canFetch()) void attempt(() => post<Done>(`/interactions/${encodeURIComponent(interaction)}/fetch`));
}

/** Alt L: park; without a talk, fetch whom one parked oneself, else who is parked longest. */
export function parkOrFetch(): void {
  const mine = parked.value.find((one) => one.interaction === call.value?.interaction) ?? parked.value.find((one) => one.by === me.value?.agent) ?? parked.value[0];
  if (call.value && call.value.phase !== "wrap_up") park();
  else if (mine) fetchParked(mine.interaction);
}

/** F9: choose to whom the caller goes, and take back whom nobody answers. On a desk phone, too: the server moves them. */
export function toggleTransfer(): void {
  const { phase, interaction, given_to, consult } = call.value ?? {};
  if (consult) {
    backToCaller();
    return;
  }
  const laid = phase === "wrap_up" && parked.value.find((one) => one.interaction === interaction);
  if (laid) {
    fetchParked(laid.interaction);
    return;
  }
  if (given_to) void attempt(() => remove<Done>(`/interactions/${encodeURIComponent(interaction ?? "")}/transfer`));
  transferOpen.value = !transferOpen.value && (phase === "talking" || phase === "held");
}

export function ready(): void {
  if (!canBeReady()) return;
  if (call.value?.phase === "wrap_up") void wrapUp(true);
  else void readyAgain();
}

/** Whether it tells why one is not ready, and is over once one is. */
export const untilReady = (one: NoticeView): boolean => one.kind === "rona" || one.kind === "unreachable";

async function readyAgain(): Promise<void> {
  if (!(await attempt(() => post<Done>("/agent/state", { state: "ready" })))) return;
  for (const one of notices.value.filter(untilReady)) putAway(one.id);
}

/** Not ready for a reason; while talking from the end of the call on. */
export function notReady(reason: string): void {
  void attempt(() => post<Done>("/agent/state", { state: "not_ready", reason }));
}

/** Alt R: ready if not, else not ready for the first reason of the site's list. */
export function toggleReady(): void {
  const mine = me.value;
  if (!mine) return;
  const coming = mine.state === "ready" || ((mine.state === "talking" || mine.state === "wrap_up") && mine.next_reason === null);
  if (coming) notReady(reasons.value[0]?.id ?? "away");
  else ready();
}

export function moreTime(by_s = 15): void {
  if (call.value?.phase === "wrap_up") void attempt(() => post<Done>("/agent/wrap-up/extend", { by_s }));
}

export function putAway(notice: string): void {
  void attempt(() => remove<Done>(`/agent/notices/${encodeURIComponent(notice)}`));
}

const MIC_BACK_MS = 3000;

/** A microphone that went away while nobody called: no call comes to somebody who could not be heard. */
effect(() => {
  const { state } = mic.value;
  const gone = state === "none" || state === "busy" || state === "blocked";
  if (!gone || checked.value?.by !== "browser" || me.value?.state !== "ready") return undefined;
  const timer = setTimeout(() => notReady("away"), MIC_BACK_MS);
  return () => clearTimeout(timer);
});

/** Leaving the page takes the sound of the call with it: the browser asks first. */
addEventListener("beforeunload", (event) => {
  if (talkingHere()) event.preventDefault();
});
