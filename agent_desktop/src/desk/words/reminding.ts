/** Words that remind of promises. */

const en = {
  yours: (left: string) => `You promised: ${left}`,
  theirs: (who: string, late: string) => `Promised by ${who}: ${late}`,
  nobody: "nobody in particular",
  customer: "Open customer",
  more: (n: number) => `and ${n} more`,
  kept: "Kept",
  made: "Promised",
  undo: "Undo",
};

const zhHans: typeof en = {
  yours: (left) => `您的承诺：${left}`,
  theirs: (who, late) => `${who}的承诺：${late}`,
  nobody: "无人负责",
  customer: "打开客户",
  more: (n) => `还有 ${n} 项`,
  kept: "已兑现",
  made: "已承诺",
  undo: "撤销",
};

const zhHant: typeof en = {
  yours: (left) => `您的承諾：${left}`,
  theirs: (who, late) => `${who}的承諾：${late}`,
  nobody: "無人負責",
  customer: "開啟客戶",
  more: (n) => `還有 ${n} 項`,
  kept: "已兌現",
  made: "已承諾",
  undo: "復原",
};

export const reminding = { en, "zh-Hans": zhHans, "zh-Hant": zhHant };
