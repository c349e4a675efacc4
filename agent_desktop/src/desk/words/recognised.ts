/** Words of how a caller was recognised, and of the PIN by which they are. */

const en = {
  by: {
    number: (shared: number) => (shared > 1 ? `Recognised by number, which ${shared} people share` : "Recognised by number"),
    browser: (shared: number) => (shared > 1 ? `Recognised by browser, which ${shared} people use` : "Recognised by browser"),
    sign_in: (shared: number) => (shared > 1 ? `Signed in on your web site; ${shared} people use this browser` : "Signed in on your web site with this browser"),
    account: (shared: number) => (shared > 1 ? `Keyed an account number that ${shared} people share` : "Keyed the account number, without a PIN"),
    pin: () => "Recognised by account number and PIN",
    wrong_pin: () => "Keyed an account number, but the PIN was wrong",
    locked: () => "Keyed an account number; its PIN is locked after too many wrong ones",
  } as Record<string, (shared: number) => string>,
  saidByPin: "by a PIN in a call",
  pin: "PIN for calls",
  noPin: "None is set: on the telephone the account number alone counts.",
  pinSince: (when: string, who: string) => `Set ${when}${who ? ` by ${who}` : ""}. Nobody can see it.`,
  pinLocked: "Locked for a day after too many wrong ones. Setting it anew unlocks it.",
  setPin: "Set",
  newPin: "New PIN, four to eight digits",
  removePin: "Take away",
};

const zhHans: typeof en = {
  by: {
    number: (shared) => (shared > 1 ? `凭号码识别，${shared} 人共用此号码` : "凭号码识别"),
    browser: (shared) => (shared > 1 ? `凭浏览器识别，${shared} 人使用此浏览器` : "凭浏览器识别"),
    sign_in: (shared) => (shared > 1 ? `曾在贵网站登录；${shared} 人使用此浏览器` : "曾用此浏览器登录贵网站"),
    account: (shared) => (shared > 1 ? `输入了 ${shared} 人共用的账号` : "输入了账号，没有输入密码"),
    pin: () => "凭账号和密码识别",
    wrong_pin: () => "输入了账号，但密码不对",
    locked: () => "输入了账号；密码错误次数过多，已锁定",
  },
  saidByPin: "通话中凭密码",
  pin: "电话密码",
  noPin: "未设置：来电时只凭账号。",
  pinSince: (when, who) => `${when}设置${who ? `，设置人：${who}` : ""}。任何人都看不到它。`,
  pinLocked: "错误次数过多，锁定一天。重新设置即可解锁。",
  setPin: "设置",
  newPin: "新密码，四至八位数字",
  removePin: "取消密码",
};

const zhHant: typeof en = {
  by: {
    number: (shared) => (shared > 1 ? `憑號碼識別，${shared} 人共用此號碼` : "憑號碼識別"),
    browser: (shared) => (shared > 1 ? `憑瀏覽器識別，${shared} 人使用此瀏覽器` : "憑瀏覽器識別"),
    sign_in: (shared) => (shared > 1 ? `曾在貴網站登入；${shared} 人使用此瀏覽器` : "曾用此瀏覽器登入貴網站"),
    account: (shared) => (shared > 1 ? `輸入了 ${shared} 人共用的帳號` : "輸入了帳號，沒有輸入密碼"),
    pin: () => "憑帳號和密碼識別",
    wrong_pin: () => "輸入了帳號，但密碼不對",
    locked: () => "輸入了帳號；密碼錯誤次數過多，已鎖定",
  },
  saidByPin: "通話中憑密碼",
  pin: "電話密碼",
  noPin: "未設定：來電時只憑帳號。",
  pinSince: (when, who) => `${when}設定${who ? `，設定人：${who}` : ""}。任何人都看不到它。`,
  pinLocked: "錯誤次數過多，鎖定一天。重新設定即可解鎖。",
  setPin: "設定",
  newPin: "新密碼，四至八位數字",
  removePin: "取消密碼",
};

export const recognised = { en, "zh-Hans": zhHans, "zh-Hant": zhHant };
