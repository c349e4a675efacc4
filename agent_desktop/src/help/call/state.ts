// A guest's call as the page sees it, and why it ended. No DOM, no SIP here.

/** Why there is no call any more, in the order of what a visitor can do about it. */
export type Ending =
  | "hung_up" // by the visitor
  | "over" // by the hotline
  | "refused" // the browser or its user keeps the microphone
  | "absent" // no microphone is plugged in
  | "taken" // another program holds the microphone
  | "not_secure" // the page came over plain http from another machine
  | "too_many" // this visitor called too often
  | "no_line" // all guest lines are taken
  | "away" // the server is there, the exchange behind it is not
  | "offline" // the server was not reached
  | "no_sound" // the network lets no voice through
  | "failed"; // anything else

export type Call =
  | { at: "idle" }
  | { at: "asking"; number: string }
  | { at: "connecting"; number: string }
  | { at: "talking"; number: string; since: number; muted: boolean; keys: string }
  | { at: "ended"; number: string; ending: Ending; lasted: number | null };

export const IDLE: Call = { at: "idle" };

/** Whether leaving the page now would cut a call. */
export const isUnderWay = (call: Call): boolean => call.at !== "idle" && call.at !== "ended";

export function connected(call: Call, now: number): Call {
  if (call.at !== "connecting") return call;
  return { at: "talking", number: call.number, since: now, muted: false, keys: "" };
}

export function muted(call: Call, on: boolean): Call {
  return call.at === "talking" ? { ...call, muted: on } : call;
}

/** The keys pressed so far, as far as they fit in the line that shows them. */
export function pressed(call: Call, key: string): Call {
  return call.at === "talking" ? { ...call, keys: (call.keys + key).slice(-12) } : call;
}

/** The first ending counts: what follows (a socket that closes, an answer to BYE) is only its echo. */
export function ended(call: Call, ending: Ending, now: number): Call {
  if (!isUnderWay(call) || call.at === "idle" || call.at === "ended") return call;
  return { at: "ended", number: call.number, ending, lasted: call.at === "talking" ? now - call.since : null };
}

/** What the keypad has, row by row. */
export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

export const isKey = (key: string): boolean => (KEYS as readonly string[]).includes(key);

/** `name` is that of the DOMException with which the browser refused its microphone. */
export function endingOfMicrophone(name: string): Ending {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "absent";
    case "NotReadableError":
    case "AbortError":
      return "taken";
    default:
      return "failed";
  }
}

/** `status` of the answer to the request for a guest line (0: there was none), and the name of its problem. */
export function endingOfLease(status: number, problem: string): Ending {
  if (status === 0) return "offline";
  if (problem === "no-line") return "no_line";
  if (status === 429) return "too_many";
  return status === 503 ? "away" : "failed";
}

/** `cause` is one of JsSIP's (JsSIP.C.causes); `answered`: whether there was a talk. */
export function endingOfSip(cause: string, answered: boolean): Ending {
  switch (cause) {
    case "Terminated":
      return "over";
    case "Busy":
    case "Unavailable":
      return answered ? "over" : "no_line";
    case "Connection Error":
    case "Request Timeout":
      return "offline";
    case "RTP Timeout":
    case "WebRTC Error":
    case "Incompatible SDP":
    case "Missing SDP":
    case "Bad Media Description":
      return "no_sound";
    case "User Denied Media Access":
      return "refused";
    default:
      return answered ? "over" : "failed";
  }
}
