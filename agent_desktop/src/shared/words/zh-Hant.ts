import type { SharedWords } from "./en";

export const zhHant: SharedWords = {
  states: {
    signed_out: "未登入",
    not_ready: "未就緒",
    ready: "就緒",
    reserved: "響鈴中",
    talking: "通話中",
    held: "保留中",
    wrap_up: "話後處理",
  },
  reasons: { rona: "來電未接", away: "離開", declined: "已拒接", unreachable: "話機未接通", desk_lost: "工作台曾離線" },
  kinds: { call: "電話", message: "語音留言", mail: "電郵", chat: "對話", sms: "短訊", search: "網站搜尋", form: "網站表格", visit: "網站瀏覽", order: "訂單", web: "網站", voice: "語音留言" },
  languages: { cmn: "普通話", yue: "廣東話", en: "英語" },
  tiers: { standard: "普通客戶", bronze: "銅卡", silver: "銀卡", gold: "金卡", platinum: "白金卡", diamond: "鑽石卡", vip: "貴賓" },
  solved: "已解決",
  notSolved: "未解決",
  notAsked: "尚未評價",
  live: "即時",
  liveAge: (seconds) => `即時，延遲 ${seconds} 秒`,
  language: "語言",
  theme: { system: "跟隨系統", light: "淺色", dark: "深色", switch: "淺色或深色" },
  readAgain: "重新讀取",
  unreachable: "伺服器沒有回應，未作任何更改。",
  exchangeAway: "無法連接交換機",
};
