/** Words that every screen uses. This file sets the shape of the other languages. */
export const en = {
  states: {
    signed_out: "Signed out",
    not_ready: "Not ready",
    ready: "Ready",
    reserved: "Being called",
    offered: "Being called",
    ringing: "Ringing",
    dialling: "Calling",
    talking: "Talking",
    held: "On hold",
    wrap_up: "Wrap-up",
  },
  reasons: { rona: "Not answered", away: "Away", declined: "Declined", unreachable: "Phone not reached", desk_lost: "Desk away" },
  kinds: { call: "Call", message: "Voice message", mail: "Mail", chat: "Chat", sms: "SMS", search: "Web search", form: "Web form", visit: "Web visit", order: "Order", web: "Web", voice: "Voice message" },
  languages: { cmn: "Mandarin", yue: "Cantonese", en: "English" },
  tiers: { standard: "Standard", bronze: "Bronze", silver: "Silver", gold: "Gold", platinum: "Platinum", diamond: "Diamond", vip: "VIP" },
  solved: "solved",
  notSolved: "not solved",
  notAsked: "not asked yet",
  live: "Live",
  liveAge: (seconds: string) => `Live, ${seconds} s old`,
  language: "Language",
  theme: { system: "As the system", light: "Light", dark: "Dark", switch: "Light or dark" },
  readAgain: "Read again",
  unreachable: "The server does not answer. Nothing was changed.",
  exchangeAway: "The exchange is away",
};

export type SharedWords = typeof en;
