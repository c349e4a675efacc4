/** The words of the account of a wait. This file sets the shape of the other languages. */
export const en = {
  why: "Why so long?",
  lacks: (skill: string, needs: string) => `Nobody with ${skill}${needs === "1" ? "" : ` ${needs}`} at work`,
  lacksAll: "Nobody at work can serve this caller",
  ring: (lacks: string, s: string) => `${lacks}; less is asked for after ${s}`,
  busy: (n: number) => (n === 1 ? "The only one who can serve this caller was busy" : `All ${n} who can serve this caller were busy`),
  others: (n: number) => `; they took ${n} ${n === 1 ? "other" : "others"} meanwhile`,
  rings: (who: string) => `${who} rings`,
  rang: (who: string, how: string) => `${who} rang: ${how}`,
  how: {
    answered: "answered",
    rona: "not answered",
    declined: "declined",
    unreachable: "no phone could ring",
    caller_gone: "the caller had gone",
    withdrawn: "taken back",
  } as Record<string, string>,
  kept: (who: string, as: string) => `Kept for ${who}${as ? `, ${as}` : ""}`,
  kept_as: {
    last_agent: "who talked with them last",
    case_owner: "whose their case is",
    promised: "who had promised them something",
    transfer: "to whom they were transferred",
    transfer_back: "who had transferred them",
  } as Record<string, string>,
  tier: (tier: string, minutes: string) => `${tier}: ${minutes} min ahead of others`,
  first: "Others came first",
  closed: (how: string) => `Turned away: ${how}`,
  closings: { closed: "closed", evacuation: "evacuation", full: "too many callers" } as Record<string, string>,
  elsewhere: "Another site rang",
  exchange: "The exchange was away",
  none: "This caller did not wait.",
  failed: "The wait could not be read",
  failedThen: "Everything else works on.",
};

export type WaitWords = typeof en;
