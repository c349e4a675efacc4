import type { SharedWords } from "./en";

export const zhHans: SharedWords = {
  states: {
    signed_out: "未登录",
    not_ready: "未就绪",
    ready: "就绪",
    reserved: "振铃中",
    talking: "通话中",
    held: "保持中",
    wrap_up: "话后处理",
  },
  reasons: { rona: "来电未接", away: "离开", declined: "已拒接", unreachable: "话机未接通", desk_lost: "工作台曾离线" },
  kinds: { call: "电话", message: "语音留言", mail: "邮件", chat: "聊天", sms: "短信", search: "网站搜索", form: "网站表单", visit: "网站访问", order: "订单", web: "网站", voice: "语音留言" },
  languages: { cmn: "普通话", yue: "粤语", en: "英语" },
  tiers: { standard: "普通客户", bronze: "铜卡", silver: "银卡", gold: "金卡", platinum: "白金卡", diamond: "钻石卡", vip: "贵宾" },
  solved: "已解决",
  notSolved: "未解决",
  notAsked: "尚未评价",
  live: "实时",
  liveAge: (seconds) => `实时，延迟 ${seconds} 秒`,
  language: "语言",
  theme: { system: "跟随系统", light: "浅色", dark: "深色", switch: "浅色或深色" },
  readAgain: "重新读取",
  unreachable: "服务器没有回应，未作任何更改。",
  exchangeAway: "交换机不可达",
};
