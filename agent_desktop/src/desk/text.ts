/** The desk's words in the language in use, and small sentences made of what the server sent. */
import { serverNow } from "../shared/clock";
import * as f from "../shared/format";
import { siteText, words } from "../shared/i18n";
import type { CallView, Person, Pop, Why } from "../shared/types";
import { named, s, tierName } from "../shared/words";
import { agentName, exchange, me, pop, queues, reasons } from "./session";
import { en } from "./words/en";
import { goodDay } from "./words/gate";
import * as work from "./words/work";
import { zhHans } from "./words/zh-Hans";
import { zhHant } from "./words/zh-Hant";

export const t = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });
/** The words of text work. */
export const w = words({ en: work.en, "zh-Hans": work.zhHans, "zh-Hant": work.zhHant });

/** A queue's name. */
export function queueName(id: string | null): string {
  const queue = queues.value.find((one) => one.id === id);
  return queue ? siteText(queue.name, queue.id) : (id ?? "");
}

/** A not-ready reason's name: the site's, or one of the system's own. */
export function reasonName(id: string | null): string {
  const own = id === null ? undefined : reasons.value.find((one) => one.id === id);
  if (own) return siteText(own.name, own.id);
  if (id === null || id === "signed_in") return s().states.not_ready;
  if (id === "signed_out") return s().states.signed_out;
  return named("reasons", id);
}

/** What a caller chose in the menus, in one line. */
export const menuPath = (path: CallView["path"]): string => path.map((one) => siteText(one)).join(" › ");

/** Whether the call came from the help site's page: the caller is known by the browser, and there is no number. */
export const isFromPage = (known: Pop | null): boolean => known?.identifier?.startsWith("device:") ?? false;

/** Who is calling, in one line: the person, else the number, else why there is none. */
export function callerName(person: Person | null): string {
  const known = pop.value;
  if (person?.name || known?.display) return person?.name || known?.display || "";
  if (known === null) return t().notReadYet;
  if (isFromPage(known)) return t().fromPage;
  return known.identifier === null ? t().withheld : t().unknownCaller;
}

/** What the agent may say first, in the caller's language (which need not be the screen's). */
export function opening(call: CallView, sure: Person | null): { text: string; lang: string } {
  const mine = me.value;
  const [name, number] = [mine?.nickname || mine?.name.split(" ")[0] || "", mine?.work_number ?? ""];
  const who = sure?.name ?? "";
  switch (call.language) {
    case "cmn":
      return { text: `“${who ? `${who}您好` : "您好"}，工号 ${number} 为您服务。”`, lang: "zh-Hans" };
    case "yue":
      return { text: `「${who ? `${who}您好` : "您好"}，工號 ${number}，有咩可以幫到您？」`, lang: "zh-Hant" };
    default: {
      const part = goodDay(f.hourOfDay(serverNow()));
      return { text: `“${who ? `${part}, ${who}` : part}. ${name} speaking, ${number}.”`, lang: "en" };
    }
  }
}

/** A skill's name: languages have one that people know, others are called as the site calls them. */
const skillName = (id: string): string => named("languages", id);

const levels = (args: Why["args"]): string =>
  Object.entries(args)
    .map(([skill, level]) => `${skillName(skill)} ${level}`)
    .join(", ");

/** One fact of the router's decision, as a phrase. */
export function whyText(why: Why): string {
  const w = t().why;
  const arg = (name: string): string => String(why.args[name] ?? "");
  const left = Number(why.args["ms"] ?? 0);
  const who = why.agent === null ? "" : why.agent === me.value?.agent ? w.you : agentName(why.agent);
  switch (why.code) {
    case "skills":
      return Object.keys(why.args).length > 0 ? w.skills(levels(why.args)) : "";
    case "idle":
      return w.idle(f.atRest(left));
    case "only_one":
      return w.only_one;
    case "preferred":
      return w.preferred[arg("as")] ?? w.preferred["last_agent"] ?? "";
    case "ring":
      return w.ring(f.seconds(Number(why.args["after_s"] ?? 0) * 1000));
    case "skipped_state":
      return w.skipped_state(who, named("states", arg("state")), left > 0 ? f.left(left) : "");
    case "skipped_skill":
      return w.skipped_skill(who, skillName(arg("skill")), arg("has"), arg("needs"));
    case "spared":
      return w.spared(who);
    case "by_policy":
      return w.by_policy(who, w.policies[arg("policy")] ?? arg("policy"));
    case "longer_idle":
      return w.longer_idle(who, f.atRest(left));
    case "own_state":
      return w.own_state(arg("state") === "not_ready" ? reasonName(arg("reason") || null) : named("states", arg("state")));
    case "opted_out":
      return w.opted_out(who, queueName(arg("queue")));
    case "at_capacity":
      return w.at_capacity(who, (w.channels as Record<string, string>)[arg("channel")] ?? arg("channel"), arg("has"), arg("of"));
    case "has_chats":
      return w.has_chats(who, arg("has"));
    case "paused":
      return w.paused(who, f.left(left));
    case "unopened":
    case "no_desk":
    case "silent":
      return w[why.code](who);
    case "queue_closed":
      return w.queue_closed;
    case "tier":
      return w.tier(tierName(arg("tier")), arg("minutes"));
    case "nobody":
    case "no_phone":
    case "asterisk_away":
    case "nobody_waits":
      return w[why.code];
    default:
      // A page older than its server may meet a reason that it has no words for.
      return String(why.code satisfies never);
  }
}

const told = (of: readonly Why[]): string => of.map(whyText).filter(Boolean).join(f.joiner());

/** Why this agent, in one line. */
export const whyPhrase = (why: readonly Why[]): string => told(why.filter((one) => !one.code.startsWith("skipped")));
export const whyLine = (call: CallView): string => whyPhrase(call.why);

/** Everything the router said about it: one fact a line. */
export const whyAll = (call: CallView): string => call.why.map(whyText).filter(Boolean).join("\n");

/** The line under a foot or a sign-in page about the exchange. */
export const exchangeText = (): string => (exchange.value ? t().exchangeReachable : s().exchangeAway);
