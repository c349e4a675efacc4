// A visitor's call from the page: the microphone first, then a leased guest line, then SIP over our own WebSocket.
// The library is fetched only when somebody calls; reading the help site costs nothing for it.

import { signal, type ReadonlySignal } from "@preact/signals";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";
import { Failure } from "../../shared/api";
import type { GuestCall } from "../../shared/types";
import * as state from "./state";
import type { Call, Ending } from "./state";

/** Candidates on our own machine or network are there at once; the rest of the search is not worth a caller's time. */
const ICE_ENOUGH_MS = 400;
/** A broken path may heal by itself (another Wi-Fi, a sleeping phone); after this it will not. */
const HEAL_MS = 8_000;
/** Giving the line back closes its socket; the goodbye that goes over it must be out by then. */
const GOODBYE_MS = 400;

export interface Lines {
  /** A lease of a guest line, or a `Failure`. */
  lease(number: string): Promise<GuestCall>;
  /** Gives the line back; what comes of it does not matter to the caller. */
  release(token: string): void;
}

export class GuestPhone {
  readonly #call = signal<Call>(state.IDLE);
  readonly #lines: Lines;
  readonly #audio: HTMLAudioElement;
  #microphone: MediaStream | null = null;
  #ua: UA | null = null;
  #session: RTCSession | null = null;
  #token: string | null = null;
  #healing: ReturnType<typeof setTimeout> | undefined;

  constructor(lines: Lines) {
    this.#lines = lines;
    this.#audio = new Audio();
    this.#audio.autoplay = true;
  }

  get call(): ReadonlySignal<Call> {
    return this.#call;
  }

  /** Never throws: whatever goes wrong is the call's ending. */
  async start(number: string): Promise<void> {
    if (state.isUnderWay(this.#call.value)) return;
    this.#call.value = { at: "asking", number };
    // Browsers hide the microphone altogether from pages that came over plain http.
    if (!window.isSecureContext || navigator.mediaDevices === undefined) return this.#end("not_secure");
    try {
      this.#microphone = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      return this.#end(state.endingOfMicrophone(error instanceof DOMException ? error.name : ""));
    }
    if (this.#wasHungUp()) return this.#drop();
    this.#call.value = { at: "connecting", number };
    try {
      const lease = await this.#lines.lease(number);
      this.#token = lease.token;
      if (this.#wasHungUp()) return this.#drop();
      await this.#dial(lease);
    } catch (error) {
      if (error instanceof Failure) this.#end(state.endingOfLease(error.status, error.problem?.type ?? ""));
      else this.#end("failed");
    }
  }

  /** A key of the menu, as RFC 2833 telephone event in the voice stream: what Asterisk expects from a phone. */
  press(key: string): void {
    const call = this.#call.value;
    if (call.at !== "talking" || !state.isKey(key) || this.#session === null) return;
    this.#session.sendDTMF(key, { transportType: "RFC2833" as never, duration: 120, interToneGap: 70 });
    this.#call.value = state.pressed(call, key);
  }

  mute(on: boolean): void {
    const call = this.#call.value;
    if (call.at !== "talking") return;
    if (on) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
    this.#call.value = state.muted(call, on);
  }

  hangUp(): void {
    this.#end("hung_up");
  }

  /** Puts the panel away after a call. */
  dismiss(): void {
    if (!state.isUnderWay(this.#call.value)) this.#call.value = state.IDLE;
  }

  async #dial(lease: GuestCall): Promise<void> {
    const { default: JsSIP } = await import("jssip");
    if (this.#wasHungUp()) return this.#drop();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(new URL(lease.ws, `${scheme}//${location.host}`).href)],
      uri: lease.uri,
      authorization_user: lease.user,
      password: lease.password,
      register: false,
      session_timers: false,
    });
    this.#ua = ua;
    ua.on("disconnected", () => {
      // Before the call stands there is nothing without the socket; in a talk the voice goes on beside it.
      if (this.#call.value.at === "connecting") this.#end("offline");
    });
    // What is sent before the socket stands is lost, and with it the call. Whoever waits here when it is over waits on.
    await new Promise<void>((connected) => {
      ua.once("connected", () => connected());
      ua.start();
    });
    if (this.#ua !== ua) return;
    const domain = lease.uri.split("@")[1] ?? location.hostname;
    const session = ua.call(`sip:${lease.number}@${domain}`, {
      ...(this.#microphone ? { mediaStream: this.#microphone } : {}),
      mediaConstraints: { audio: true, video: false },
      rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: false },
      pcConfig: { iceServers: [], rtcpMuxPolicy: "require" },
      eventHandlers: {
        peerconnection: ({ peerconnection }) => this.#listen(peerconnection),
        icecandidate: this.#enough(),
        confirmed: () => {
          this.#call.value = state.connected(this.#call.value, Date.now());
        },
        failed: ({ cause }) => this.#end(state.endingOfSip(cause, false)),
        ended: ({ cause }) => this.#end(state.endingOfSip(cause, true)),
      },
    });
    this.#session = session;
  }

  /** Says "that will do" once, a moment after the first candidate. */
  #enough(): (event: { ready: () => void }) => void {
    let asked = false;
    return ({ ready }) => {
      if (asked) return;
      asked = true;
      setTimeout(ready, ICE_ENOUGH_MS);
    };
  }

  #listen(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track, streams }) => {
      this.#audio.srcObject = streams[0] ?? new MediaStream([track]);
    });
    connection.addEventListener("connectionstatechange", () => {
      clearTimeout(this.#healing);
      if (connection.connectionState === "failed") this.#end("no_sound");
      if (connection.connectionState === "disconnected") {
        this.#healing = setTimeout(() => this.#end("no_sound"), HEAL_MS);
      }
    });
  }

  #wasHungUp(): boolean {
    return this.#call.value.at === "ended";
  }

  #end(ending: Ending): void {
    this.#call.value = state.ended(this.#call.value, ending, Date.now());
    this.#drop();
  }

  /** Lets go of everything, in whatever state it is. */
  #drop(): void {
    clearTimeout(this.#healing);
    const session = this.#session;
    const ua = this.#ua;
    this.#session = null;
    this.#ua = null;
    if (session !== null && !session.isEnded()) session.terminate();
    // JsSIP's stop() sends what is still to be said (BYE or CANCEL) before it closes the socket.
    ua?.stop();
    this.#microphone?.getTracks().forEach((track) => track.stop());
    this.#microphone = null;
    this.#audio.srcObject = null;
    const token = this.#token;
    this.#token = null;
    if (token !== null) setTimeout(() => this.#lines.release(token), ua === null ? 0 : GOODBYE_MS);
  }
}
