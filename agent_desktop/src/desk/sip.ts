/**
 * The softphone: JsSIP over our own WebSocket, its events folded by `phone.ts`.
 *
 * - The microphone is opened at the sound check and kept, so that answering needs no permission and no waiting.
 * - No STUN: the exchange is where the page came from. The answer leaves with the first candidate of our own.
 * - One call at a time: a second ring gets 486; the reservation on the server makes it impossible anyway.
 * - When the socket comes back during a talk, a re-INVITE tells the exchange the new way here and mends the sound.
 * - The phone is in one window: the first has it until it is closed, or another asks for it.
 * - A page loaded anew takes its own talk over: it calls with `Replaces` (RFC 3891), and the exchange puts the new call into
 *   the place of the old one. The names of the dialog are kept in the tab for that.
 */
import { signal } from "@preact/signals";
import JsSIP from "jssip";
import type { IncomingRequest } from "jssip/lib/SIPMessage";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from "jssip/lib/UA";
import { tab } from "../shared/keep";
import type { BrowserPhone } from "../shared/types";
import { answersItself, IDLE, step, type PhoneEvent } from "./phone";
import * as sound from "./sound";
import { fromReports, type SoundStats } from "./stats";

/** The phone as screens see it. */
export const phone = signal(IDLE);

const PC: RTCConfiguration = { iceServers: [], bundlePolicy: "max-bundle" };
/** After the first candidate, how long others may still join it. */
const CANDIDATES_MS = 40;
const BUSY = 486;
/** The server's close code: another window has the phone. */
const TAKEN = 4409;
const HOLD_AGAIN_MS = 100;
const HOLD_TRIES = 20;

let ua: UA | null = null;
let line: InstanceType<typeof JsSIP.WebSocketInterface> | null = null;
let session: RTCSession | null = null;
let account: BrowserPhone | null = null;
let ownWindow = "";
let wasLost = false;

function fold(event: PhoneEvent): void {
  phone.value = step(phone.value, event);
}

/** Register. Registering again with the same account does nothing. `name`: of this window. */
export function start(given: BrowserPhone, name: string): void {
  if (ua && account?.uri === given.uri && account.password === given.password) return;
  stop();
  account = given;
  ownWindow = name;
  const address = new URL(given.ws, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("window", name);
  line = new JsSIP.WebSocketInterface(address.toString());
  ua = new JsSIP.UA({
    sockets: [line],
    uri: given.uri,
    authorization_user: given.user,
    password: given.password,
    display_name: given.display,
    register: true,
    register_expires: 120,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 5,
    user_agent: "Hotline desk",
  });
  const made = ua;
  // One that let go in the middle of a ring lives on for two seconds, and tells of its tries to connect.
  const told = (event: PhoneEvent): void => {
    if (ua === made) fold(event);
  };
  ua.on("connecting", () => told({ is: "connecting" }));
  ua.on("disconnected", ({ code }) => {
    if (ua !== made) return;
    if (code === TAKEN) {
      // Or JsSIP would connect again, and the two windows take the phone from each other for ever. It must have seen that
      // the line is gone, lest it stays for two seconds to unregister on a new one.
      queueMicrotask(() => ua === made && letGo());
      return;
    }
    wasLost = true;
    fold({ is: "lost" });
  });
  ua.on("registered", () => {
    told({ is: "registered" });
    if (wasLost) mend();
    wasLost = false;
  });
  ua.on("registrationFailed", (event) => told({ is: event.response?.status_code ? "refused" : "lost" }));
  ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
    if (event.originator === "remote") ring(event.session, event.request as IncomingRequest);
  });
  fold({ is: "connecting" });
  ua.start();
}

/** Another window has the phone. */
function letGo(): void {
  const given = account;
  // JsSIP lives on for two seconds after a ring, and would connect again, in the way of this window's next phone.
  if (line) line.connect = () => undefined;
  stop();
  account = given;
  fold({ is: "taken" });
}

/** Take the phone into this window: the other one has let go of it. */
export function take(): void {
  if (account && !ua) start(account, ownWindow);
}

/** Unregister; a call that stands ends. */
export function stop(): void {
  ua?.stop();
  ua = null;
  account = null;
  session = null;
  phone.value = IDLE;
}

function ring(incoming: RTCSession, request: IncomingRequest): void {
  if (session) {
    incoming.terminate({ status_code: BUSY });
    return;
  }
  const offer = request.getHeader("X-Hotline-Offer") ?? null;
  own(incoming);
  prepare(incoming, (stream) => sound.hear(stream));
  fold({ is: "incoming", id: incoming.id, offer });
  // Set by the exchange for agents whose calls are answered at once.
  const auto = request.getHeader("X-Hotline-Answer") === "auto";
  if (answersItself(phone.value, auto)) void answer();
}

/** This is the call of this desk now: everything that happens to it is folded. */
function own(given: RTCSession): void {
  session = given;
  const id = given.id;
  const end = (trouble?: string): void => {
    if (session === given) session = null;
    tab.keep(DIALOG, null);
    fold(trouble ? { is: "ended", id, trouble } : { is: "ended", id });
  };
  given.on("ended", () => end());
  given.on("failed", () => end());
  given.on("getusermediafailed", () => end("microphone"));
  given.on("peerconnection:setremotedescriptionfailed", () => end("media"));
  given.on("confirmed", () => {
    const names = dialogOf(given);
    tab.keep(DIALOG, names && JSON.stringify(names));
    fold({ is: "confirmed", id });
  });
  given.on("hold", ({ originator }) => originator === "local" && fold({ is: "held", id, on: true }));
  given.on("unhold", ({ originator }) => originator === "local" && fold({ is: "held", id, on: false }));
  given.on("muted", () => fold({ is: "muted", id, on: true }));
  given.on("unmuted", () => fold({ is: "muted", id, on: false }));
}

/** The names of a dialog (RFC 3261, section 12), as seen from here. */
interface Dialog {
  call: string;
  local: string;
  remote: string;
}

const DIALOG = "hotline.dialog";

/** JsSIP keeps them to itself; without them a reload only costs the sound, which the deck then says. */
function dialogOf(given: RTCSession): Dialog | null {
  const { _dialog } = given as unknown as { _dialog?: { id?: { call_id?: string; local_tag?: string; remote_tag?: string } } };
  const { call_id: call, local_tag: local, remote_tag: remote } = _dialog?.id ?? {};
  return call && local && remote ? { call, local, remote } : null;
}

function keptDialog(): Dialog | null {
  try {
    return JSON.parse(tab.kept(DIALOG) ?? "null") as Dialog | null;
  } catch {
    return null;
  }
}

/** Whether this tab had a talk that it may take over. */
export const canTakeOver = (): boolean => session === null && keptDialog() !== null;

/** Take the talk over that this tab had before it was loaded anew. Tried once: the exchange may have ended it meanwhile. */
export async function takeOver(): Promise<void> {
  const names = keptDialog();
  if (!ua || !account || session || !names) return;
  const stream = await sound.microphone();
  if (!stream || session) return;
  tab.keep(DIALOG, null);
  const call = ua.call(account.echo, {
    mediaStream: stream,
    pcConfig: PC,
    mediaConstraints: { audio: true, video: false },
    // Where the exchange does not know the dialog any more it refuses (481), so this never becomes a call to the echo.
    extraHeaders: [`Replaces: ${names.call};to-tag=${names.remote};from-tag=${names.local}`, "Require: replaces"],
  });
  own(call);
  prepare(call, (back) => sound.hear(back));
  fold({ is: "incoming", id: call.id, offer: null });
  fold({ is: "answering", id: call.id });
}

/** What every session needs: a quick end to gathering, and its sound played. */
function prepare(given: RTCSession, hear: (stream: MediaStream) => void): void {
  given.on("icecandidate", ({ ready }) => setTimeout(ready, CANDIDATES_MS));
  const listen = (connection: RTCPeerConnection): void => {
    connection.addEventListener("track", (event) => hear(event.streams[0] ?? new MediaStream([event.track])));
  };
  // Known already for an outgoing call, made on answering for an incoming one.
  if (given.connection) listen(given.connection);
  else given.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
}

/** Answer the ring; before it is here, remember that `offer` is wanted. */
export async function answer(offer: string | null = null): Promise<void> {
  const { call } = phone.value;
  if (!session || call?.phase !== "ringing") {
    if (offer && !call) fold({ is: "wanted", offer });
    return;
  }
  const mine = session;
  fold({ is: "answering", id: mine.id });
  const stream = await sound.microphone();
  if (session !== mine || mine.isEnded()) return;
  if (!stream) {
    mine.terminate({ status_code: 480, reason_phrase: "No microphone" });
    fold({ is: "ended", id: mine.id, trouble: "microphone" });
    return;
  }
  mine.answer({ mediaStream: stream, pcConfig: PC, mediaConstraints: { audio: true, video: false } });
}

/** Hang up, or refuse the ring. False: this browser has no call. */
export function hangUp(): boolean {
  if (!session || session.isEnded()) return false;
  session.terminate(phone.value.call?.phase === "ringing" ? { status_code: BUSY } : {});
  return true;
}

/** Hold or resume. JsSIP refuses while an earlier change is on its way; then it is tried again until that has arrived. */
export function hold(on: boolean, tries = HOLD_TRIES): void {
  const mine = session;
  if (!mine || mine.isOnHold().local === on) return;
  const done = on ? mine.hold({ useUpdate: false }) : mine.unhold({ useUpdate: false });
  if (!done && tries > 0) setTimeout(() => session === mine && hold(on, tries - 1), HOLD_AGAIN_MS);
}

export function mute(on: boolean): void {
  if (on) session?.mute({ audio: true });
  else session?.unmute({ audio: true });
}

/** One key of the keypad, as RFC 4733 events in the voice. */
export function press(tone: string): void {
  session?.sendDTMF(tone, { duration: 120, interToneGap: 60, transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });
}

/** Another microphone was chosen, or the old one was pulled out: the talk goes on with this one. */
export async function changeMicrophone(stream: MediaStream): Promise<void> {
  const track = stream.getAudioTracks()[0];
  const sender = session?.connection?.getSenders().find((one) => one.track === null || one.track.kind === "audio");
  if (!track || !sender) return;
  track.enabled = phone.value.call?.muted !== true;
  await sender.replaceTrack(track);
}

function mend(): void {
  if (!session?.isEstablished()) return;
  const ice = session.connection.iceConnectionState;
  const broken = ice === "failed" || ice === "disconnected";
  session.renegotiate({ useUpdate: false, ...(broken && { rtcOfferConstraints: { iceRestart: true } }) });
}

/** A call to the exchange's echo, for the sound check: same codec, same way, nobody at the other end. */
export interface Echo {
  hangUp(): void;
  stats(): Promise<SoundStats | null>;
}

/** Call the echo; `back` gets what comes back, `ended` is told when it is over and whether it ever stood. */
export function callEcho(microphone: MediaStream, back: (stream: MediaStream) => void, ended: (stood: boolean) => void): Echo | null {
  if (!ua || !account || session) return null;
  let stood = false;
  let over = false;
  const over1 = (): void => {
    if (!over) ended(stood);
    over = true;
  };
  const call = ua.call(account.echo, {
    mediaStream: microphone,
    pcConfig: PC,
    mediaConstraints: { audio: true, video: false },
    eventHandlers: { confirmed: () => (stood = true), ended: over1, failed: over1 },
  });
  prepare(call, back);
  return {
    hangUp: () => {
      over = true;
      if (!call.isEnded()) call.terminate();
    },
    stats: () => read(call.connection),
  };
}

async function read(connection: RTCPeerConnection | undefined): Promise<SoundStats | null> {
  if (!connection || connection.connectionState === "closed") return null;
  return fromReports(await connection.getStats());
}

/** What the call's sound is like at this moment; null: no call. */
export const stats = (): Promise<SoundStats | null> => read(session?.connection);

declare global {
  interface Window {
    /** The sound of the call in figures (see `SoundStats`): for tests and for those who look into a bad line. */
    hotlineStats: () => Promise<SoundStats | null>;
  }
}
window.hotlineStats = stats;
