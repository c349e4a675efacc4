/** Words of what was done on a web site. */
export const en = {
  searched: (words: string) => `searched “${words}”`,
  foundNothing: (said: string) => `${said}: found nothing`,
  found: (said: string, n: string) => `${said}: ${n} found`,
  sent: (form: string) => `sent the form “${form}”`,
  signedIn: "signed in",
  says: (tag: string) => `says of themselves: “${tag}”`,
  saysNoLonger: (tag: string) => `says no longer: “${tag}”`,
  pages: (n: number) => (n === 1 ? "1 page" : `${n} pages`),
  lasted: (time: string) => `in ${time}`,
  minutesBefore: (n: number) => (n < 1 ? "just before the call" : `${n} min before the call`),
  hoursBefore: (n: number) => `${n} h before the call`,
};

type VisitWords = typeof en;

export const zhHans: VisitWords = {
  searched: (words) => `搜索“${words}”`,
  foundNothing: (said) => `${said}：无结果`,
  found: (said, n) => `${said}：${n} 条结果`,
  sent: (form) => `提交了表单“${form}”`,
  signedIn: "已登录",
  says: (tag) => `自述“${tag}”`,
  saysNoLonger: (tag) => `撤回自述“${tag}”`,
  pages: (n) => `${n} 个页面`,
  lasted: (time) => `历时 ${time}`,
  minutesBefore: (n) => (n < 1 ? "就在来电前" : `来电前 ${n} 分钟`),
  hoursBefore: (n) => `来电前 ${n} 小时`,
};

export const zhHant: VisitWords = {
  searched: (words) => `搜尋「${words}」`,
  foundNothing: (said) => `${said}：沒有結果`,
  found: (said, n) => `${said}：${n} 項結果`,
  sent: (form) => `遞交了表格「${form}」`,
  signedIn: "已登入",
  says: (tag) => `自述「${tag}」`,
  saysNoLonger: (tag) => `撤回自述「${tag}」`,
  pages: (n) => `${n} 個頁面`,
  lasted: (time) => `歷時 ${time}`,
  minutesBefore: (n) => (n < 1 ? "就在來電前" : `來電前 ${n} 分鐘`),
  hoursBefore: (n) => `來電前 ${n} 小時`,
};
