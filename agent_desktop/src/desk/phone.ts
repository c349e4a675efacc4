/**
 * The softphone's states, without SIP: what `sip.ts` saw or the agent asked for goes in, the next state comes out. Pure, so
 * that every order of events can be tried.
 */

/** `refused`: the exchange does not accept this phone's name or password; `taken`: another window has the phone. */
export type LineState = "off" | "connecting" | "up" | "lost" | "refused" | "taken";

export interface PhoneCall {
  /** SIP's own name of the dialog. */
  id: string;
  /** From the header `X-Hotline-Offer`; null: not from an offer (the fallback queue rang us). */
  offer: string | null;
  phase: "ringing" | "answering" | "talking";
  held: boolean;
  muted: boolean;
}

export interface PhoneState {
  line: LineState;
  call: PhoneCall | null;
  /** The agent pressed Answer (or answers automatically) before the phone's ring was here: answer this offer at once. */
  answerFor: string | null;
  /** Why the last call had no sound, if it had none: `microphone`, `media`. */
  trouble: string | null;
}

export type PhoneEvent =
  | { is: "connecting" }
  | { is: "registered" }
  | { is: "lost" }
  | { is: "refused" }
  | { is: "taken" }
  | { is: "off" }
  | { is: "incoming"; id: string; offer: string | null }
  | { is: "wanted"; offer: string }
  | { is: "answering"; id: string }
  | { is: "confirmed"; id: string }
  | { is: "held"; id: string; on: boolean }
  | { is: "muted"; id: string; on: boolean }
  | { is: "ended"; id: string; trouble?: string };

export const IDLE: PhoneState = { line: "off", call: null, answerFor: null, trouble: null };

/** The next state. Events about another call than the one we have change nothing. */
export function step(state: PhoneState, event: PhoneEvent): PhoneState {
  switch (event.is) {
    case "connecting":
      return state.line === "up" || state.line === "lost" ? state : { ...state, line: "connecting" };
    case "registered":
      return { ...state, line: "up" };
    case "lost":
      // The voice does not go through this socket: a talk goes on.
      return { ...state, line: "lost" };
    case "refused":
      return { ...state, line: "refused" };
    case "taken":
      return { ...IDLE, line: "taken" };
    case "off":
      return IDLE;
    case "incoming":
      if (state.call) return state;
      return {
        ...state,
        call: { id: event.id, offer: event.offer, phase: "ringing", held: false, muted: false },
        trouble: null,
      };
    case "wanted":
      return { ...state, answerFor: event.offer };
    case "ended":
      return state.call?.id === event.id ? { ...state, call: null, answerFor: null, trouble: event.trouble ?? null } : state;
    default:
      return state.call?.id === event.id ? { ...state, call: change(state.call, event), answerFor: null } : state;
  }
}

function change(call: PhoneCall, event: PhoneEvent): PhoneCall {
  switch (event.is) {
    case "answering":
      return call.phase === "ringing" ? { ...call, phase: "answering" } : call;
    case "confirmed":
      return { ...call, phase: "talking" };
    case "held":
      return { ...call, held: event.on };
    case "muted":
      return { ...call, muted: event.on };
    default:
      return call;
  }
}

/** Whether a ring that just came is to be answered without a key: asked for already, or by setting. */
export function answersItself(state: PhoneState, auto: boolean): boolean {
  const { call } = state;
  return call?.phase === "ringing" && (auto || (call.offer !== null && call.offer === state.answerFor));
}
