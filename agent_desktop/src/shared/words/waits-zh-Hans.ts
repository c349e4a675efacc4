import type { WaitWords } from "./waits-en";

export const zhHans: WaitWords = {
  why: "为什么等这么久？",
  lacks: (skill, needs) => `在岗人员中没有人会${skill}${needs === "1" ? "" : `（需 ${needs} 级）`}`,
  lacksAll: "在岗人员中没有人能接待这位来电者",
  ring: (lacks, s) => `${lacks}；${s} 后放宽要求`,
  busy: (n) => (n === 1 ? "唯一能接待的坐席正忙" : `能接待的 ${n} 位坐席都在忙`),
  others: (n) => `；其间接待了另外 ${n} 位`,
  rings: (who) => `${who} 的话机在响铃`,
  rang: (who, how) => `${who} 的话机响铃：${how}`,
  how: { answered: "已接听", rona: "未接", declined: "拒接", unreachable: "没有话机能响铃", caller_gone: "来电者已挂断", withdrawn: "已收回" },
  kept: (who, as) => `为 ${who} 保留${as ? `：${as}` : ""}`,
  kept_as: { last_agent: "上次由其接待", case_owner: "工单负责人", promised: "曾答应过这位客户", transfer: "被转接给此人", transfer_back: "由此人转出", parked: "由此人驻留", fetched: "由此人取回" },
  first: "先轮到了其他来电者",
  closed: (how) => `不再接待：${how}`,
  closings: { closed: "关闭", evacuation: "疏散", full: "来电过多" },
  elsewhere: "另一站点响铃中",
  parked: (who) => `由 ${who} 驻留`,
  exchange: "交换机不可达",
  none: "这位来电者没有等待。",
  failed: "无法读取等待过程",
  failedThen: "其他功能照常。",
};
