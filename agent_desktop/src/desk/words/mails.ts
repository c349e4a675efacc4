/** Words of the mails of a thread, read in the timeline. English sets the shape. */
export const en = {
  read: "Read the mails",
  to: (people: string) => `to ${people}`,
  quoted: "Quoted text and signature",
  attached: "Attached",
  noWords: "No words in it.",
  nothingKept: "Its words are no longer kept.",
  auto: {
    bounce: "Could not be delivered",
    auto_reply: "Automatic reply",
    receipt: "Receipt",
    list: "Mailing list",
    loop: "Went in circles",
    spam: "Spam",
  } as Record<string, string>,
};

type MailWords = typeof en;

export const zhHans: MailWords = {
  read: "阅读邮件",
  to: (people) => `发给 ${people}`,
  quoted: "引用的内容和签名",
  attached: "附件",
  noWords: "没有正文。",
  nothingKept: "正文已不再保留。",
  auto: { bounce: "未能送达", auto_reply: "自动回复", receipt: "回执", list: "邮件列表", loop: "循环邮件", spam: "垃圾邮件" },
};

export const zhHant: MailWords = {
  read: "閱讀郵件",
  to: (people) => `寄給 ${people}`,
  quoted: "引用的內容和簽名",
  attached: "附件",
  noWords: "沒有內文。",
  nothingKept: "內文已不再保留。",
  auto: { bounce: "未能送達", auto_reply: "自動回覆", receipt: "回條", list: "郵件群組", loop: "循環郵件", spam: "垃圾郵件" },
};
