/** Words of parking a caller and fetching them. */
export const parkedEn = {
  park: "Park",
  parkThen: "The caller hears music; you or a colleague fetch them.",
  parked: "Parked callers",
  parkedBy: (name: string) => `by ${name}`,
  parkedByYou: "by you",
  parkedFor: (time: string) => `Parked for ${time}. Alt L fetches the caller.`,
  parkedLeft: (time: string, left: string) => `${time}, comes back in ${left}`,
  parkedMine: (time: string, left: string) => `${time}, back to you in ${left}`,
  fetch: "Fetch",
  parkedGone: (time: string) => `The caller you parked hung up at ${time}`,
  parkedGoneThen: "They stand among those who gave up waiting.",
};

type ParkedWords = typeof parkedEn;

export const parkedZhHans: ParkedWords = {
  park: "驻留",
  parkThen: "客户听音乐，由您或同事取回。",
  parked: "驻留中的客户",
  parkedBy: (name) => `由 ${name} 驻留`,
  parkedByYou: "由您驻留",
  parkedFor: (time) => `已驻留 ${time}。按 Alt L 取回客户。`,
  parkedLeft: (time, left) => `${time}，${left}后转回`,
  parkedMine: (time, left) => `${time}，${left}后转回给您`,
  fetch: "取回",
  parkedGone: (time) => `${time} 您驻留的客户挂断了`,
  parkedGoneThen: "可在放弃等待的客户中找到。",
};

export const parkedZhHant: ParkedWords = {
  park: "駐留",
  parkThen: "客戶聽音樂，由您或同事取回。",
  parked: "駐留中的客戶",
  parkedBy: (name) => `由 ${name} 駐留`,
  parkedByYou: "由您駐留",
  parkedFor: (time) => `已駐留 ${time}。按 Alt L 取回客戶。`,
  parkedLeft: (time, left) => `${time}，${left}後轉回`,
  parkedMine: (time, left) => `${time}，${left}後轉回給您`,
  fetch: "取回",
  parkedGone: (time) => `${time} 您駐留的客戶掛線了`,
  parkedGoneThen: "可在放棄輪候的客戶中找到。",
};
