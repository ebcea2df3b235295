/** The widget's own words, in Chinese and English, and how it says times, sizes and waits. */

const WORDS = {
  en: {
    open: "Open chat", openUnread: "Open chat, {count} unread", close: "Close chat", chat: "Chat with {name}", menu: "More", back: "Back",
    online: "Open now", offline: "We are closed now", opensAt: "Opens again {time}", connecting: "Connecting…",
    noNetwork: "No connection. What you write is kept and will be sent.", topic: "What is it about?", hereNow: "Open now", closedUntil: "Closed · {time}",
    closed: "Closed", start: "Write your question…", write: "Write a message…", send: "Send", attach: "Add pictures or files", remove: "Remove {name}",
    dropHere: "Drop files here", sending: "Sending…", waitingNetwork: "Waiting for the network…", sent: "Sent", delivered: "Delivered", read: "Read", failed: "Not sent", retry: "Try again", discard: "Discard",
    typing: "{name} is typing…", withYou: "is with you", waitTitle: "Finding the right person for you", next: "You are next", place: "{count} before you",
    waitRange: "Expected wait {low}–{high}", waitUnder: "Expected wait under {high}", waitUnknown: "We cannot tell how long this will take.", waitKeep: "You may close this window; your place is kept.",
    leaveInstead: "Leave a message instead", keepWaiting: "Keep waiting", leaveTitle: "Leave a message", leaveText: "Tell us how to reach you, and we will answer.",
    name: "Your name", optional: "optional", phone: "Phone number", email: "E-mail", either: "One of the two is enough.", question: "Your question", submit: "Send message", submitting: "Sending…", needContact: "Give a phone number or an e-mail address, so that we can answer you.", needQuestion: "Write what it is about.",
    leftTitle: "We have your message", leftText: "Your number is #{number}. We will answer by phone or e-mail.", another: "Start a new conversation",
    endChat: "End conversation", endAsk: "End this conversation?", endYes: "End it", endNo: "Go on", ended: "The conversation has ended.",
    soundOn: "Turn sound on", soundOff: "Turn sound off", rateText: "Your rating goes straight to {name} and the team.", rateTextNobody: "Your rating goes straight to the team.",
    caseNumber: "Your case: #{number}", followCase: "Follow it and add to it", rateSend: "Send rating", skip: "Not now", thanks: "Thank you!", thanksText: "Your rating helps us get better.",
    tooLarge: "“{name}” is larger than {most}.", emptyFile: "“{name}” is empty.", tooMany: "Send at most {most} files at once.", uploadFailed: "“{name}” could not be sent.", uploading: "Sending {name}, {share} %", tooLong: "{count} of {most} characters: shorten it or attach a file.",
    today: "Today", yesterday: "Yesterday", unavailable: "The chat cannot be reached", unavailableText: "Check your connection. What you wrote is kept.", wrongSetup: "The chat is not set up for this page.", newMessage: "New message", file: "File", picture: "Picture", you: "You", us: "Team", jump: "New messages",
    earlier: "Show earlier messages", earlierComing: "Loading…", earlierShown: "Earlier messages loaded: {count}", earlierFailed: "Earlier messages did not load. Try again", poweredBy: "Lingting",
    limited: "A little too fast: it goes on in a moment.", closedNow: "Just closed: leave us a message instead.",
  },
  "zh-hans": {
    open: "打开在线客服", openUnread: "打开在线客服，{count} 条未读", close: "收起", chat: "{name}在线客服", menu: "更多", back: "返回",
    online: "服务中", offline: "现在是休息时间", opensAt: "{time} 恢复服务", connecting: "正在连接…",
    noNetwork: "网络已断开。您写的内容会保留，恢复后自动发送。", topic: "请选择咨询的内容", hereNow: "服务中", closedUntil: "休息中 · {time}",
    closed: "休息中", start: "请描述您的问题…", write: "输入消息…", send: "发送", attach: "添加图片或文件", remove: "移除 {name}",
    dropHere: "松开鼠标即可添加", sending: "发送中…", waitingNetwork: "等待网络恢复…", sent: "已发送", delivered: "已送达", read: "已读", failed: "未发送", retry: "重试", discard: "不发了",
    typing: "{name}正在输入…", withYou: "正在为您服务", waitTitle: "正在为您安排合适的客服", next: "下一位就是您", place: "您前面还有 {count} 位",
    waitRange: "预计等待 {low}–{high}", waitUnder: "预计 {high}内接通", waitUnknown: "现在无法估计需要等多久。", waitKeep: "可以先关闭窗口，排队位置会保留。",
    leaveInstead: "改为留言", keepWaiting: "继续等待", leaveTitle: "给我们留言", leaveText: "留下联系方式，我们会尽快答复您。",
    name: "怎么称呼您", optional: "选填", phone: "手机号码", email: "电子邮箱", either: "手机或邮箱，填一个即可。", question: "您的问题", submit: "提交留言", submitting: "提交中…", needContact: "请留下手机号码或电子邮箱，方便我们答复您。", needQuestion: "请简单写一下您的问题。",
    leftTitle: "留言已收到", leftText: "您的受理编号是 #{number}，我们会通过电话或邮件答复您。", another: "发起新的咨询",
    endChat: "结束会话", endAsk: "确定结束本次会话吗？", endYes: "结束", endNo: "继续聊", ended: "本次会话已结束。",
    soundOn: "打开提示音", soundOff: "关闭提示音", rateText: "您的评价会直接反馈给{name}和团队。", rateTextNobody: "您的评价会直接反馈给团队。",
    caseNumber: "受理编号 #{number}", followCase: "查看进度、补充信息", rateSend: "提交评价", skip: "暂不评价", thanks: "谢谢您！", thanksText: "您的评价会帮助我们做得更好。",
    tooLarge: "“{name}”超过了 {most}。", emptyFile: "“{name}”是空文件。", tooMany: "一次最多发送 {most} 个文件。", uploadFailed: "“{name}”没有发送成功。", uploading: "正在上传 {name}，{share}%", tooLong: "已写 {count} 字，最多 {most} 字：请缩短或改为发送文件。",
    today: "今天", yesterday: "昨天", unavailable: "暂时连不上客服", unavailableText: "请检查网络。您写的内容会保留。", wrongSetup: "这个页面还没有开通在线客服。", newMessage: "新消息", file: "文件", picture: "图片", you: "您", us: "客服团队", jump: "有新消息",
    earlier: "查看更早的消息", earlierComing: "正在加载…", earlierShown: "已加载 {count} 条更早的消息", earlierFailed: "更早的消息没有加载出来，点此重试", poweredBy: "聆听",
    limited: "操作有点快，稍后会自动继续。", closedNow: "刚刚下班了，请给我们留言。",
  },
};

const MINUTE = 60;

export class Sentences {
  constructor(language) {
    this.language = language;
    this.locale = language === "en" ? "en-GB" : "zh-CN";
    this.words = WORDS[language];
  }

  say(key, given = {}) {
    return this.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in given ? given[name] : whole));
  }

  clock(moment) {
    return new Date(moment).toLocaleTimeString(this.locale, { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  /** The day as people say it. */
  day(moment) {
    const days = daysFrom(new Date(moment), new Date());
    if (days === 0) return this.say("today");
    if (days === -1) return this.say("yesterday");
    return new Date(moment).toLocaleDateString(this.locale, { month: "long", day: "numeric", weekday: "short" });
  }

  /** When something will be: the time today, else with the day. */
  soon(moment) {
    const date = new Date(moment);
    const days = daysFrom(date, new Date());
    if (days === 0) return this.clock(date);
    if (days < 7) return `${date.toLocaleDateString(this.locale, { weekday: "short" })} ${this.clock(date)}`;
    return `${date.toLocaleDateString(this.locale, { month: "short", day: "numeric" })} ${this.clock(date)}`;
  }

  /** A wait as a range, rounded to what can honestly be said; nothing when nobody can tell. */
  wait(lowSeconds, highSeconds) {
    if (lowSeconds === null || highSeconds === null) return this.say("waitUnknown");
    const high = Math.max(1, Math.ceil(highSeconds / MINUTE));
    const low = Math.floor(lowSeconds / MINUTE);
    if (low < 1 || low === high) return this.say("waitUnder", { high: this.minutes(high) });
    return this.say("waitRange", { low, high: this.minutes(high) });
  }

  minutes(count) {
    if (this.language !== "en") return `${count} 分钟`;
    return count === 1 ? "1 minute" : `${count} minutes`;
  }

  size(bytes) {
    if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
    return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`;
  }
}

/** The language asked for, else the page's, else the browser's; Chinese where none of ours is meant. */
export function chosenLanguage(asked) {
  const wanted = asked && asked !== "auto" ? [asked] : [document.documentElement.lang, ...(navigator.languages || [])];
  for (const tag of wanted.filter(Boolean).map((each) => each.toLowerCase())) {
    if (tag.startsWith("zh")) return "zh-hans";
    if (tag.startsWith("en")) return "en";
  }
  return asked && asked !== "auto" ? "zh-hans" : wanted.some(Boolean) ? "en" : "zh-hans";
}

function daysFrom(date, today) {
  const midnight = (each) => Date.UTC(each.getFullYear(), each.getMonth(), each.getDate());
  return Math.round((midnight(date) - midnight(today)) / 86400000);
}
