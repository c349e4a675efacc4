/** Words of mails that no person wrote, and of what could not be read. English sets the shape. */
export const en = {
  title: "Set aside",
  open: "Mail set aside, and what could not be read",
  mails: "Mails that no person wrote",
  ofCustomer: "Mails set aside",
  noMails: "None: every mail was a person’s.",
  fromPerson: "A person wrote this",
  older: "Older mails",
  unread: "What could not be read",
  allRead: "Everything could be read.",
  readAgain: "Read it again",
  reading: "It is being read",
  readNow: (read: string, kept: string) => `${read} could be read now, ${kept} still can’t.`,
  tables: "Rows of tables are tried again each time their table is read.",
  save: "Save",
  forget: "Throw away",
  forgetSure: "Throw away for good",
};

type AsideWords = typeof en;

export const zhHans: AsideWords = {
  title: "已分出的内容",
  open: "分出的邮件和无法读取的内容",
  mails: "不是由人写的邮件",
  ofCustomer: "分出的邮件",
  noMails: "没有：每封邮件都是人写的。",
  fromPerson: "这是人写的",
  older: "更早的邮件",
  unread: "无法读取的内容",
  allRead: "全部都能读取。",
  readAgain: "重新读取",
  reading: "正在读取",
  readNow: (read, kept) => `现在读取了 ${read} 项，仍有 ${kept} 项无法读取。`,
  tables: "表格的行会在每次读取表格时自动重试。",
  save: "保存",
  forget: "丢弃",
  forgetSure: "彻底丢弃",
};

export const zhHant: AsideWords = {
  title: "已分出的內容",
  open: "分出的郵件和無法讀取的內容",
  mails: "不是由人寫的郵件",
  ofCustomer: "分出的郵件",
  noMails: "沒有：每封郵件都是人寫的。",
  fromPerson: "這是人寫的",
  older: "更早的郵件",
  unread: "無法讀取的內容",
  allRead: "全部都能讀取。",
  readAgain: "重新讀取",
  reading: "正在讀取",
  readNow: (read, kept) => `現在讀取了 ${read} 項，仍有 ${kept} 項無法讀取。`,
  tables: "表格的列會在每次讀取表格時自動重試。",
  save: "儲存",
  forget: "丟棄",
  forgetSure: "徹底丟棄",
};
