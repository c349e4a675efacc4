import type { WaitWords } from "./waits-en";

export const zhHant: WaitWords = {
  why: "為何等這麼久？",
  lacks: (skill, needs) => `當值人員中沒有人會${skill}${needs === "1" ? "" : `（需 ${needs} 級）`}`,
  lacksAll: "當值人員中沒有人能接待這位來電者",
  ring: (lacks, s) => `${lacks}；${s} 後放寬要求`,
  busy: (n) => (n === 1 ? "唯一能接待的客服員正忙" : `能接待的 ${n} 位客服員都在忙`),
  others: (n) => `；其間接待了另外 ${n} 位`,
  rings: (who) => `${who} 的話機正在響`,
  rang: (who, how) => `${who} 的話機響鈴：${how}`,
  how: { answered: "已接聽", rona: "未接", declined: "拒接", unreachable: "沒有話機能響鈴", caller_gone: "來電者已掛斷", withdrawn: "已收回" },
  kept: (who, as) => `為 ${who} 保留${as ? `：${as}` : ""}`,
  kept_as: { last_agent: "上次由其接待", case_owner: "個案負責人", promised: "曾答應過這位客戶", transfer: "被轉駁給此人", transfer_back: "由此人轉出", parked: "由此人駐留", fetched: "由此人取回" },
  first: "先輪到其他來電者",
  closed: (how) => `不再接待：${how}`,
  closings: { closed: "關閉", evacuation: "疏散", full: "來電過多" },
  elsewhere: "另一站點正在響鈴",
  parked: (who) => `由 ${who} 駐留`,
  exchange: "交換機不可達",
  none: "這位來電者沒有輪候。",
  failed: "無法讀取輪候過程",
  failedThen: "其他功能照常。",
};
