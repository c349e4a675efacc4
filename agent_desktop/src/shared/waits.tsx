/** "Why did this caller wait so long?": the account of a wait by time, as supervisors read it on the desk and on the wallboard's reports. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "./api";
import * as f from "./format";
import { siteText, words } from "./i18n";
import { Panel } from "./parts";
import type { Stretch, Waits } from "./types";
import { named, tierName } from "./words";
import { en } from "./words/waits-en";
import { zhHans } from "./words/waits-zh-Hans";
import { zhHant } from "./words/waits-zh-Hant";

export const t = words({ en, "zh-Hans": zhHans, "zh-Hant": zhHant });

/** What stood in the way, in words. `name`: what an agent is called. */
export function sentence(one: Stretch, name: (agent: string) => string, closings: Record<string, Record<string, string>> = {}): string {
  const arg = (key: string): string => String(one.args[key] ?? "");
  const who = one.agent === null ? "" : name(one.agent);
  const w = t();
  const lacks = arg("skill") ? w.lacks(named("languages", arg("skill")), arg("needs")) : w.lacksAll;
  switch (one.code) {
    case "nobody":
      return lacks;
    case "ring":
      return w.ring(lacks, f.seconds(Number(one.args["after_s"] ?? 0) * 1000));
    case "busy": {
      const agents = Number(one.args["agents"] ?? 0);
      const others = Number(one.args["others"] ?? 0);
      return w.busy(agents) + (others > 0 ? w.others(others) : "");
    }
    case "rang":
      return arg("how") === "" ? w.rings(who) : w.rang(who, w.how[arg("how")] ?? arg("how"));
    case "kept":
      return w.kept(who, w.kept_as[arg("as")] ?? "");
    case "others":
      return w.first;
    case "closed": {
      const closing = arg("closing");
      return w.closed(siteText(closings[closing], w.closings[closing] ?? closing));
    }
    case "elsewhere":
      return w.elsewhere;
    case "parked":
      return w.parked(who);
    case "exchange_away":
      return w.exchange;
  }
}

/** The stretches of one call's waits, read when it is shown. */
export function WaitAccount({ interaction, name }: { interaction: string; name: (agent: string) => string }): JSX.Element {
  const told = useSignal<Waits | "failed" | null>(null);
  const read = async (): Promise<void> => {
    told.value = null;
    try {
      told.value = await get<Waits>(`/interactions/${encodeURIComponent(interaction)}/wait`);
    } catch {
      told.value = "failed";
    }
  };
  useEffect(() => void read(), [interaction]);
  const got = told.value;
  if (got === null) return <Panel state={{ is: "loading", bones: 2 }} />;
  if (got === "failed") return <Panel state={{ is: "error", what: t().failed, works: t().failedThen, again: () => void read() }} />;
  if (got.stretches.length === 0) return <p class="t2 small">{t().none}</p>;
  return (
    <ol class="wait-account small">
      {got.ahead.map((one) => (
        <li key={one.code}>{t().tier(tierName(String(one.args["tier"] ?? "")), String(one.args["minutes"] ?? ""))}</li>
      ))}
      {got.stretches.map((one) => (
        <li key={one.begins}>
          <span class="num t2">{`${f.timeWithSeconds(one.begins)} – ${f.timeWithSeconds(one.ends)}`}</span>
          <span>{sentence(one, name)}</span>
        </li>
      ))}
    </ol>
  );
}
